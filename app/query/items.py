"""What was typed into items: words, phrases, operators and brackets; filters are taken in on the way.

Owns how each of them is written. Must not know what they mean together.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from app import terms
from app.query import fields
from app.types import Scope

_MOST_HINTS = 5
_SHORTEST_PREFIX = 2  # letters
_DISTANCE = 10  # of a NEAR without a number

_CLOSERS = {
    '"': '"”“', "“": '”"“', "„": '“”"', "”": '”"', "«": "»", "»": "«»", "‹": "›", "＂": "＂", "「": "」", "『": "』",
}
_QUOTES = "".join(sorted({*_CLOSERS, *"".join(_CLOSERS.values())}))
_PLAIN = rf"[^\s(){_QUOTES}]"
_ITEM = re.compile(
    rf"(?P<field>(?i:file|folder|from|people|type|after|before):)(?=[^\s()]|$)"
    rf"|(?P<call>NEAR\()"
    rf"|(?P<near>(?:NEAR(?:/(?P<number>\d{{1,3}}))?|[wW]/(?P<within>\d{{1,3}}))(?=[\s({_QUOTES}]|$))"
    rf"|(?P<joint>(?:AND|OR|NOT)(?=[\s(){_QUOTES}]|$))"
    rf"|(?P<minus>-(?=[^\W\d_]|[(]|[{_QUOTES}]))"
    rf"|(?P<open>\()|(?P<close>\))"
    rf"|(?P<word>(?:[§¶]+\s+(?=\d))?{_PLAIN}+(?:\([^\s(){_QUOTES}]*\){_PLAIN}*)*)"
)
_RUN = re.compile(f"{_PLAIN}+")
_VALUE = re.compile(r"[^\s()]+(?:\([^\s()]*\)[^\s()]*)*")
_CALL = re.compile(r"NEAR\(([^()]{0,1000})\)")
_CALL_NUMBER = re.compile(r",\s*(\d{1,3})\s*$")
_PREFIX = re.compile(r"[^*]*[^\W_]\*[,;.:!?]*")
_STOPS_AFTER = ",;!?"  # behind a filter's value in a sentence
# Who writes these writes a sentence, in which a NOT in capitals is said loudly and no operator.
_SENTENCE = frozenset(
    "what when where which who whom whose why how is are was were do does did can could shall should will would may "
    "must has have i we you they it this that there wer wen wem was wo wie wann warum welche welcher welches ist sind "
    "hat haben kann darf muss soll wird werden".split()
)




@dataclass(frozen=True, slots=True)
class Item:
    kind: str  # "word", "prefix", "phrase", "call", "near", "joint", "minus", "open", "close"
    text: str
    start: int
    end: int
    distance: int = _DISTANCE


@dataclass(slots=True)
class Reading:
    """What is found out while a query is read."""

    cuts: list[tuple[int, int]] = field(default_factory=list)  # of what was typed, what is not compared by meaning
    hints: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    people: list[str] = field(default_factory=list)
    after: str = ""
    before: str = ""
    leaves: int = 0

    def hint(self, sentence: str) -> None:
        if sentence not in self.hints and len(self.hints) < _MOST_HINTS:
            self.hints.append(sentence)

    def scope(self) -> Scope:
        files, folders, kinds, people = (
            tuple(dict.fromkeys(values)) for values in (self.files, self.folders, self.kinds, self.people)
        )
        return Scope(files, folders, kinds, people, self.after, self.before)


def items(typed: str, read: Reading) -> Iterator[Item]:
    at = 0
    missing: set[str] = set()  # closing marks that do not come any more
    while at < len(typed):
        begins = at == 0 or typed[at - 1].isspace() or typed[at - 1] in "(-" + _QUOTES
        if typed[at] in _CLOSERS and (at == 0 or not typed[at - 1].isalnum()):
            end = _closing(typed, at, missing)
            if end > 0:
                if any(terms.terms(typed[at + 1 : end])):
                    yield Item("phrase", typed[at + 1 : end], at, end + 1)
                at = end + 1
                continue
            read.hint("A quotation mark without its partner was ignored.")
        match = _ITEM.match(typed, at)
        if match is None:
            at += 1
        elif begins and match["field"]:
            at = _filter(typed, match, read, missing)
        elif begins and match["call"] and (call := _CALL.match(typed, at)):
            number = _CALL_NUMBER.search(call[1])
            yield Item("call", call[1][: number.start()] if number else call[1], at, call.end(),
                        int(number[1]) if number else _DISTANCE)
            at = call.end()
        elif begins and match.lastgroup in ("near", "number", "within"):
            distance = match["number"] or match["within"]
            yield Item("near", match["near"], at, match.end(), int(distance) if distance else _DISTANCE)
            at = match.end()
        elif begins and match["minus"] and _is_field(typed, at + 1):
            at += 1
        elif (begins and match.lastgroup in ("joint", "minus", "open")) or match["close"]:
            yield Item(match.lastgroup or "", match.group(), at, match.end())
            at = match.end()
        else:
            word = match["word"] or _word(typed, at)
            yield from _worded(word, at, read)
            at += len(word)


def _is_field(typed: str, at: int) -> bool:
    match = _ITEM.match(typed, at)
    return match is not None and match["field"] is not None


def _word(typed: str, at: int) -> str:
    """Return the word at a place where something else could begin, but does not."""
    match = _RUN.match(typed, at)
    return match.group() if match else typed[at]


def _worded(word: str, at: int, read: Reading) -> Iterator[Item]:
    if not any(terms.terms(word)):
        return
    if _PREFIX.fullmatch(word):
        stem = word[: word.index("*")]
        if sum(c.isalnum() for c in stem) >= _SHORTEST_PREFIX:
            yield Item("prefix", stem, at, at + len(word))
            return
        read.hint(f"“{word}” is too short for the beginning of a word; the star was ignored.")
        yield Item("word", stem, at, at + len(word))
    else:
        if re.match(r"\*[^\W_]+$", word):
            read.hint("A star can only stand at the end of a word’s beginning, as in terminat*; it was ignored.")
        yield Item("word", word, at, at + len(word))


def _closing(typed: str, at: int, missing: set[str]) -> int:
    """Return where the mark stands that closes the one at a place, -1 for nowhere."""
    found = -1
    for closer in _CLOSERS[typed[at]]:
        if closer in missing:
            continue
        end = typed.find(closer, at + 1, found if found > 0 else None)
        if end >= 0:
            found = end
        elif found < 0:
            missing.add(closer)
    return found


def _filter(typed: str, match: re.Match[str], read: Reading, missing: set[str]) -> int:
    """Take in a filter; return where it ends."""
    name, at = match["field"][:-1].lower(), match.end()
    end = _closing(typed, at, missing) if at < len(typed) and typed[at] in _CLOSERS else -1
    if end > 0:
        value, end = typed[at + 1 : end], end + 1
    else:
        found = _VALUE.match(typed, at)
        value, end = (found.group().rstrip(_STOPS_AFTER), found.end()) if found else ("", at)
        value = value.strip(_QUOTES)
    value = value.strip()
    turned = match.start() > 0 and typed[match.start() - 1] == "-"
    read.cuts.append((match.start() - turned, end))
    if turned:
        read.hint(f"A filter cannot be turned round; “-{name}:{value}” was ignored.")
    elif not value or "\0" in value:
        read.hint(f"The filter “{name}:” names nothing and was ignored.")
    elif name in ("after", "before"):
        _dated(name, value, read)
    elif name == "type":
        read.kinds += [kind for one in re.split("[,;]", value) for kind in fields.kinds(one)]
    else:
        {"file": read.files, "folder": read.folders}.get(name, read.people).append(value)
    return end


def _dated(name: str, value: str, read: Reading) -> None:
    day = fields.day(value)
    if not day:
        read.hint(f"“{value}” is not a date that can be understood, and “{name}:” was ignored; write it as "
                  "2024-01-31, 2024-01 or 2024.")
    elif name == "after":
        read.after = max(read.after, day)
    else:
        read.before = min(read.before or day, day)
    if read.after and read.before and read.after >= read.before:
        read.hint(f"No day is both from {read.after} on and before {read.before}.")


def as_said(items: list[Item], typed: str, read: Reading) -> list[Item]:
    """Take the operators that are none, in a sentence, for the words that they are."""
    said = [item.text for item in items if item.kind == "word"]
    capitals = not any(c.islower() for word in said for c in word)
    asks = typed.rstrip().endswith("?") or is_sentence(said)
    if capitals and (asks or any(word.lower() in terms.STOP_WORDS for word in said)):
        return [Item("word", *_place(item)) if item.kind in ("joint", "near") else item for item in items]
    if asks and any(item.text == "NOT" and item.kind == "joint" for item in items):
        read.hint("“NOT” was read as a word of the sentence; write -word for what must not be there.")
        items = [Item("word", *_place(item)) if item.text == "NOT" else item for item in items]
    return items


def _place(item: Item) -> tuple[str, int, int]:
    return item.text, item.start, item.end


def is_sentence(words: list[str]) -> bool:
    return any(word.strip(",;:.!?").lower() in _SENTENCE for word in words)


def bare(word: str) -> str:
    """Return a word without what a sentence puts around it."""
    return word.strip(",;:.!?'’‘*") or word

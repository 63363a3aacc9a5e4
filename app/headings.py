"""Headings that a text shows by its words alone: numbered clauses, and lines that stand alone as titles do.

Sees text and what headings are known of it already; knows no format. Careful rather than complete: a wrong
heading names all passages under it. Linear in the length of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from app.types import Heading

_LINE = re.compile(r"[^\n\r\f]*(?:\r\n?|[\n\f]|$)")
_LONGEST = 110  # characters of a heading
_WORDS, _CAPTION_WORDS = 14, 10
_BELOW = 10  # levels from which on clauses stand, where no heading is numbered as they are
_UPPER = r"[^\W\d_a-zß-öø-ÿ]"
_NAMED = re.compile(
    r"(?P<kind>ARTICLE|Article|SECTION|Section|CLAUSE|Clause|SCHEDULE|Schedule|EXHIBIT|Exhibit|ANNEX|Annex|ANHANG|Anhang"
    r"|APPENDIX|Appendix|ANLAGE|Anlage|PART|Part|CHAPTER|Chapter|ARTIKEL|Artikel|TEIL|Teil|§)"
    r"[ \t]*(?P<number>[IVXLC]{1,7}|[A-Z]|\d{1,4}(?:\.\d{1,3}){0,4}[a-z]?)(?![\w-])[ \t]*[.:)\-–—]*[ \t]*"
)
_NUMBER = re.compile(r"(?P<number>\d{1,3}(?:\.\d{1,3}){0,4})(?P<mark>\.(?!\d)|\)|:)?(?P<gap>[ \t]*)")
_LETTER = re.compile(r"\((?P<letter>[a-z]{1,2}|[ivx]{1,6}|[A-Z]|\d{1,2})\)[ \t]*")
_BEGINS = re.compile(_UPPER + r"|[\"“„«(]" + _UPPER)
# The words before the first full stop or colon of a clause, where they are its caption.
_RUN_IN = re.compile(r"(?P<caption>[^.:;,!?\n\r]{2,80})[.:](?=\s|$)")
_CONTENTS = re.compile(r"(?:\.{3,}|\t|\s{2,}|\s)\d{1,3}\s*$|\.\s?\.\s?\.")
_LISTING = re.compile(r"(?i)(table of )?contents|inhalt(sverzeichnis)?|index")
_LISTED = 70  # characters; a longer line is none of a table of contents
_CELLS = re.compile(r"\t|\S {3,}\S| \| ")  # of a table's row
_ROW = re.compile(r"\t| \| |\S {3,}\S.{0,40}\S {3,}\S")  # the same where it would be a clause, whose lines are long
_APART = frozenset("schedule exhibit annex anhang appendix anlage part teil".split())  # with numbers of their own
_MINOR = frozenset(
    "a an and as at by for from in into is of on or per the to und der die das von vs with without & – - /".split()
)
_SAYS = re.compile(  # a sentence, and no title
    r"(?i)\s(shall|means?|refers|will|may|must|is|are|was|has|have|agrees?|hereby|acknowledges|represents"
    r"|warrants that)\s"
)
# Names as lists of literature write them: "Senn S", "Rossi LA, Murray IR".
_CITED = re.compile(r"[a-zà-ÿ] [A-Z]{1,3}(,|$)|[a-zà-ÿ], [A-Z]\.")
_ASKING = re.compile(r"(?i)(what|who|how|why|when|where|which|is|are|can|do|does|should|was|wer|wie|warum|wann|wo)\b")
_ENDED = re.compile(r"(?i)[.;,!…]$|\b(and|or|of|the)$")
_LABEL = re.compile(
    r"(?i)\W*((exhibit|annex|schedule|page|seite|confidential|execution|draft|dated?|ex|source)\b.{0,24}$|exhibit\s+\d|source:)"
)
_BULLET = re.compile(r"[-•*–]\s")
_FIGURES = re.compile(r"\d+")
_LETTERS = re.compile(r"[^\W\d_]+")
_PROSE = 120  # characters of a paragraph that a heading can stand above
_TITLE_LINES = 8
_TITLE_ROOM = 1500  # characters from a document's beginning
_BARE = re.compile(r"[\d.]+[.):]?(\(\w{1,6}\))*")


@dataclass(slots=True)
class _Line:
    start: int
    text: str  # without white space around it
    first: bool = False  # a blank line, or nothing, above
    alone: bool = False  # and below


class Clauses:
    """Finds the headings of one document, page by page in their order; counts what is numbered."""

    def __init__(self, *, alone: bool) -> None:
        """With `alone`, lines that stand alone are headings, too: where blank lines part paragraphs."""
        self._alone = alone
        self._numbers: list[int] = []  # of the clause in work: 12.3 is [12, 3]
        self._letters: list[tuple[str, str]] = []  # style and letter of what is below it
        self._missed: list[int] = []  # a number that did not follow; where the next one goes on from it, it was right
        self._captioned = False  # whether anything has a title; then mere numbers are those of lists
        self._contents = False  # whether a table of contents goes on, whose lines head nothing
        self._seen: set[str] = set()  # schedules and parts, which are named again at the top of their pages
        self._offset = _BELOW  # what makes a level of a depth

    def page(self, text: str, known: Sequence[Heading]) -> list[Heading]:
        """Return the page's headings in order: those known, and between them what was found."""
        self._contents = False  # which, where it goes on over pages, gives the page of each line
        at: dict[int, list[Heading]] = {}
        for heading in known:
            at.setdefault(heading.start, []).append(heading)
        found: list[Heading] = []
        lines = list(_lines(text))
        within = 0  # the level of a heading that is one only up to the next blank line
        taken = -1  # a line that is the caption of the label above it
        for place, line in enumerate(lines):
            if line.start in at:
                for heading in at.pop(line.start):
                    self._take(heading)
                    found.append(heading)
                within = 0
            elif not line.text:
                if within:
                    found.append(Heading(line.start, within, ""))
                within = 0
            elif place != taken and (made := self._found(lines, place)) is not None:
                if made.text == line.text and (below := _caption_below(lines, place, at)):
                    taken = below
                    made = Heading(made.start, made.level, f"{made.text} {lines[below].text}")
                within = 0 if line.first or _numbered(made.text) else made.level
                found.append(made)
        inside = [heading for headings in at.values() for heading in headings]  # of a line
        return sorted([*found, *inside], key=lambda each: each.start)

    def _found(self, lines: Sequence[_Line], place: int) -> Heading | None:
        if _LISTING.fullmatch(lines[place].text):
            self._contents = True
        elif self._contents and len(lines[place].text) > _LISTED and not _CONTENTS.search(lines[place].text[-40:]):
            self._contents = False
        if self._contents:
            return None
        made = None if _is_listed(lines, place) else self._clause(lines[place])
        return self._title(lines, place) if made is None and self._alone else made

    def _take(self, heading: Heading) -> None:
        """Follow the number of a heading that is known."""
        self._captioned = True
        self._contents = _LISTING.fullmatch(heading.text) is not None
        match = _NUMBER.match(heading.text)
        numbers = [int(part) for part in match["number"].split(".")] if match else []
        counts = match is not None and _goes_on(self._numbers, numbers, sure=bool(match["mark"]))
        if match and counts and _BEGINS.match(heading.text, match.end()):
            self._numbers = numbers
            self._offset = heading.level - len(self._numbers)
        elif _NAMED.match(heading.text) is None and heading.level <= self._offset + len(self._numbers):
            self._numbers = []
        self._letters = []

    def _clause(self, line: _Line) -> Heading | None:
        text = line.text
        if named := _NAMED.match(text):
            return self._named(line, named)
        if match := _NUMBER.match(text):
            return self._numbered(line, match)
        if match := _LETTER.match(text):
            return self._lettered(line, match)
        return None

    # Below, what stands behind a number must not look like the cells of a table's row.

    def _named(self, line: _Line, match: re.Match[str]) -> Heading | None:
        """“Article IV Termination”, but not “Section 5 of the Act provides”."""
        rest = line.text[match.end() :]
        if rest and (not _BEGINS.match(rest) or _CONTENTS.search(line.text[-40:]) or _ROW.search(rest[:_LONGEST])):
            return None
        caption = _caption(rest)
        number, kind = match["number"], match["kind"].lower()
        label = " ".join(line.text[: match.end()].split()).rstrip(" .:)-–—")
        if kind in _APART:
            if (rest and not caption) or label in self._seen:
                return None
            self._seen.add(label)
            self._numbers, self._letters = [], []
            return Heading(line.start, 1, f"{label} {caption}".strip())
        numbers = [int(part) for part in number.split(".")] if re.fullmatch(r"[\d.]+", number) else [_value(number)]
        if not self._follows(numbers, sure=bool(caption) or not rest):
            return None
        self._numbers, self._letters = numbers if numbers[0] else [], []
        level = self._offset + (len(self._numbers) if kind in ("section", "clause", "§") else 0)
        return Heading(line.start, max(level, 1), f"{label} {caption}".strip())

    def _numbered(self, line: _Line, match: re.Match[str]) -> Heading | None:
        rest = line.text[match.end() :]
        numbers = [int(part) for part in match["number"].split(".")]
        if not (match["mark"] or match["gap"] or len(numbers) > 1) or not _BEGINS.match(rest):
            return None
        if _ROW.search(rest[:_LONGEST]):
            return None
        if _CONTENTS.search(line.text[-40:]) and len(line.text) <= _LONGEST:
            return None
        caption = _caption(rest)
        if len(numbers) == 1 and not match["mark"] and not (caption and line.alone):
            return None
        if len(numbers) == 1 and not caption and (self._captioned or match["mark"] == ")"):
            return None
        # A line of its own, where there is nothing that it could go on from.
        first = not self._numbers and caption == rest.strip(" .:")
        if not self._follows(numbers, sure=bool(caption) and (first or line.alone or caption.isupper())):
            return None
        self._numbers, self._letters = numbers, []
        self._captioned = self._captioned or bool(caption)
        label = match["number"] + (match["mark"] or "" if len(numbers) == 1 else "")
        return Heading(line.start, max(self._offset + len(numbers), 1), f"{label} {caption}".strip())

    def _follows(self, numbers: list[int], *, sure: bool) -> bool:
        """Whether a number goes on from the one before; an amount or a list inside a clause does not.

        A reference that was taken for a clause would end all that follows, so two that fit each other count.
        """
        again = bool(self._missed) and _goes_on(self._missed, numbers, sure=False)
        if again or _goes_on(self._numbers, numbers, sure=sure):
            self._missed = []
            return True
        self._missed = numbers if sure or len(numbers) > 1 else self._missed
        return False

    def _lettered(self, line: _Line, match: re.Match[str]) -> Heading | None:
        """“(b)” below a numbered clause."""
        if not self._numbers or match.end() == len(line.text):
            return None
        letter = match["letter"]
        style = self._style(letter)
        styles = [each for each, _ in self._letters]
        if style in styles:
            del self._letters[styles.index(style) :]
        elif len(self._letters) >= 3:
            return None
        self._letters.append((style, letter))
        number = ".".join(map(str, self._numbers)) + "".join(f"({each})" for _, each in self._letters)
        level = max(self._offset + len(self._numbers) + len(self._letters), 1)
        return Heading(line.start, level, f"{number} {_caption(line.text[match.end() :], run_in=True)}".strip())

    def _style(self, letter: str) -> str:
        if letter.isdigit():
            return "1"
        if letter.isupper():
            return "A"
        if not letter.strip("ivx"):
            before = next((each for style, each in self._letters if style == "a"), "")
            if not (len(letter) == 1 and before and ord(letter) == ord(before[0]) + 1):
                return "i"
        return "a"

    def _title(self, lines: Sequence[_Line], place: int) -> Heading | None:
        """A line that stands alone above a paragraph and reads like a title."""
        line = lines[place]
        if not is_titular(line.text) or len(line.text) < 4 or line.text.endswith(":") or _LABEL.match(line.text):
            return None
        below = next((each for each in lines[place + 1 : place + 4] if each.text), None)
        if below is None or not (line.alone or len(below.text) >= _PROSE) or _BULLET.match(below.text):
            return None
        above = lines[place - 1] if place else None
        if not line.alone and (above is not None and above.text and len(above.text) < _PROSE):
            return None
        capitals = line.text.isupper()
        least = _PROSE // 2 if capitals else _PROSE
        if len(_paragraph(lines, lines.index(below, place))) < least and not (
            capitals and (below.text.endswith(":") or _NAMED.match(below.text) or _NUMBER.match(below.text))
        ):
            return None
        self._numbers, self._letters = [], []
        return Heading(line.start, 1 if capitals and line.alone else 2, line.text)


def title(text: str) -> str:
    """Return the title that a plain text begins with: its first line that stands alone; "" where there is none."""
    seen = 0
    for line in _lines(text[:4000]):
        if not line.text:
            continue
        seen += 1
        words = len(line.text.split())
        ended = line.text.endswith((".", ";", ",", ":")) or line.text.count(":") > 1
        fits = len(line.text) <= 2 * _LONGEST and _BEGINS.match(line.text) and _wordy(line.text)
        if line.alone and fits and not ended and not _CELLS.search(line.text):
            if not _LABEL.match(line.text) and (words > 1 or len(line.text) > 3):
                return " ".join(line.text.split())
        elif len(line.text) > 2 * _LONGEST and not _LABEL.match(line.text):
            return ""
        if seen >= _TITLE_LINES:
            break
    return ""


def is_titular(text: str) -> bool:
    """Whether a line reads like a heading: short, no sentence, its words begin as those of titles do."""
    if len(text) > _LONGEST or len(text) < 3 or _ENDED.search(text) or _CELLS.search(text) or _CONTENTS.search(text):
        return False
    words = text.split()
    if len(words) > _WORDS or not _BEGINS.match(text) or not _wordy(text) or "://" in text or "@" in text:
        return False
    if text.endswith("?"):
        return _ASKING.match(text) is not None
    if ": " in text or _SAYS.search(text) or len(_FIGURES.findall(text)) > 2:  # "Date: 2013-10-10", and rows
        return False
    return _is_captioned(words)


def _is_captioned(words: Sequence[str]) -> bool:
    """Whether the words that say something begin with capitals; one alone, or two with the first one, do."""
    telling = [word for word in words if word.lower() not in _MINOR and _LETTERS.search(word)]
    raised = sum(1 for word in telling if (found := _LETTERS.search(word)) and found[0][0].isupper())
    return bool(telling) and raised >= 0.7 * len(telling)


def _wordy(text: str) -> bool:
    letters = sum(map(len, _LETTERS.findall(text)))
    return letters >= 3 and letters >= 0.6 * len(text.replace(" ", ""))


def _caption(rest: str, *, run_in: bool = False) -> str:
    """Return the title of a clause out of what stands behind its number; "" where that is text at once."""
    rest = rest.strip()
    short = not run_in and len(rest) <= _LONGEST and rest.count(" ") < _CAPTION_WORDS
    if short and is_titular(rest.rstrip(".:")) and not _CITED.search(rest) and _RUN_IN.match(rest + " ") is None:
        return rest.rstrip(".:")
    match = _RUN_IN.match(rest)
    if match is None:
        return ""
    words = match["caption"].split()
    if len(words) > _CAPTION_WORDS or _CITED.search(match["caption"]) or not _wordy(match["caption"]):
        return ""
    return " ".join(words) if _is_captioned(words) else ""


def _lines(text: str) -> Iterator[_Line]:
    before: _Line | None = None
    blank = True  # above the line before
    for match in _LINE.finditer(text):
        if match.start() == match.end():
            break
        whole = match[0]
        stripped = whole.strip()
        start = match.start() + len(whole) - len(whole.lstrip()) if stripped else match.start()
        line = _Line(start, stripped)
        if before is not None:
            before.first = bool(before.text) and blank
            before.alone = before.first and not stripped
            blank = not before.text
            yield before
        before = line
    if before is not None:
        before.first = before.alone = bool(before.text) and blank
        yield before


def _goes_on(before: Sequence[int], numbers: Sequence[int], *, sure: bool) -> bool:
    if not before:
        return numbers[0] == 1 or (sure and numbers[0] < 100) or len(numbers) > 1
    if len(numbers) == 1:
        return before[0] < numbers[0] <= before[0] + 2 or (sure and numbers[0] <= 1)
    if numbers[0] == before[0]:
        common = before[1 : len(numbers)]
        return not common or list(numbers[1:]) > list(common)
    return numbers[0] == before[0] + 1 and numbers[1] <= 2


def _is_listed(lines: Sequence[_Line], place: int) -> bool:
    """Whether a schedule or article is one of several that are named line by line, as in a table of contents."""
    if not _NAMED.match(lines[place].text):
        return False
    near = (each.text for each in lines[max(place - 1, 0) : place + 2] if each is not lines[place])
    return any(_NAMED.match(text) is not None and len(text) <= _LONGEST for text in near)


def _numbered(text: str) -> bool:
    return text[0].isdigit() or _NAMED.match(text) is not None


def _value(number: str) -> int:
    """Return what a Roman number means; 0 for none."""
    values = [{"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}.get(letter, 0) for letter in number]
    return sum(-a if a < b else a for a, b in pairwise([*values, 0])) if all(values) else 0


def _caption_below(lines: Sequence[_Line], place: int, known: dict[int, list[Heading]]) -> int:
    """Return the line that holds the caption of a label on a line of its own, “ARTICLE IV”; 0 where there is none."""
    if not _NAMED.fullmatch(lines[place].text):
        return 0
    for number in range(place + 1, min(place + 3, len(lines))):
        below = lines[number]
        if below.text:
            fits = below.start not in known and is_titular(below.text) and (below.alone or below.text.isupper())
            return number if fits and not _LABEL.match(below.text) else 0
    return 0


def _paragraph(lines: Sequence[_Line], place: int) -> str:
    """Return the lines from a place on to the next blank one, as far as they are looked at."""
    found = []
    for line in lines[place : place + 6]:
        if not line.text:
            break
        found.append(line.text)
    return " ".join(found)


def named(found: Sequence[Heading]) -> str:
    """Return the heading that a document without a title begins with; "" where there is none."""
    for heading in found:
        if heading.start > _TITLE_ROOM or heading.text[:1].isdigit():
            break
        match = _NAMED.match(heading.text)
        text = heading.text[match.end() :].strip() if match else heading.text
        if text and not _LABEL.match(text) and not text.endswith(":"):
            return text
    return ""


def is_number(text: str) -> bool:
    """Whether a heading is the mere number of a clause."""
    return _BARE.fullmatch(text) is not None

"""True statements with the passages that carry them.

Made by rules with a seed from the gold answers of a set, without a look at how statements are checked: the sentence
that holds the answer, verbatim or lightly reworded, and the question turned into a statement with the answer.
"""

from __future__ import annotations

import json
import random
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from app import sentences
from app.documents import loader
from app.documents.source import Source
from app.models.tokens import WordPieceTokenizer
from app.passages import split

OWN_WORDS = Path(__file__).with_name("own_words.jsonl")
LIMIT = 256  # tokens that the default embedder reads
LONGEST = 700  # characters of a sentence


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence as a generator would write it, and the passage that it cites."""

    id: str
    kind: str
    text: str
    passage: str
    document: str
    half: int  # 0 to tune by, 1 to report


@dataclass(slots=True)
class Corpus:
    """The program's own passages of a set's documents."""

    name: str
    passages: dict[str, list[str]]  # by document

    @classmethod
    def load(cls, folder: Path, model: Path, kept: Path | None) -> Corpus:
        """Split the documents of a set; `kept` is a folder where that is looked up and written to."""
        file = kept / f"{folder.name}.json" if kept else None
        if file and file.exists():
            return cls(folder.name, json.loads(file.read_text("utf-8")))
        starts = WordPieceTokenizer(model).starts
        found: dict[str, list[str]] = {}
        for path in sorted((folder / "docs").iterdir()):
            document = loader.load(Source(path.read_bytes(), path.suffix.lower()))
            found[path.name] = [passage.text for passage in split(document, path.name, starts, LIMIT)]
        if file:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(found), "utf-8")
        return cls(folder.name, found)


def questions(folder: Path) -> list[dict[str, object]]:
    lines = (folder / "questions.jsonl").read_text("utf-8").splitlines()
    return [item for item in map(json.loads, lines) if item["answerable"]]


def true_statements(folder: Path, corpus: Corpus, wanted: int, seed: int) -> list[Statement]:
    """Return up to `wanted` of each kind in each half; the halves have different documents."""
    items = questions(folder)
    documents = list(dict.fromkeys(str(item["doc"]) for item in items))
    half = {document: 2 * place // len(documents) for place, document in enumerate(documents)}
    dice = random.Random(seed)
    dice.shuffle(items)
    flat = {name: [letters(text) for text in texts] for name, texts in corpus.passages.items()}
    found: list[Statement] = []
    counts: dict[tuple[str, int], int] = {}
    seen: set[tuple[str, str]] = set()
    for item in items:
        document = str(item["doc"])
        if document not in flat:
            continue
        gold = _gold(item, folder, corpus.passages[document], flat[document], dice)
        if gold is None:
            continue
        sentence, passage = gold
        made = {"verbatim": sentence, "reworded": reworded(sentence, dice), "statement": stated(item)}
        for kind, text in made.items():
            place = (kind, half[document])
            if not text or counts.get(place, 0) >= wanted or (kind, text) in seen:
                continue
            seen.add((kind, text))
            counts[place] = counts.get(place, 0) + 1
            found.append(Statement(str(item["id"]), kind, text, passage, document, half[document]))
    return found


def _gold(
    item: dict[str, object], folder: Path, texts: Sequence[str], flats: Sequence[str], dice: random.Random
) -> tuple[str, str] | None:
    """Return a sentence of the answer as the passage has it, and the passage that holds it whole."""
    answers = [str(answer) for answer in item["answers"]]  # type: ignore[attr-defined]
    around = _around(item, folder)
    wanted = around or max(answers, key=len)
    pieces = [wanted[start:end] for start, end in sentences.spans(wanted)]
    dice.shuffle(pieces)
    for piece in pieces:
        key = letters(piece)
        for text, flat in zip(texts, flats, strict=True):
            if len(key) > 20 and key in flat:
                for start, end in sentences.spans(text):
                    sentence = " ".join(text[start:end].split())
                    whole = letters(sentence)
                    if key in whole and len(sentence) <= LONGEST and _is_sentence(sentence):
                        return sentence, text
    return None


def _around(item: dict[str, object], folder: Path) -> str:
    """Return the sentence of the text that a short answer stands in; "" where the answer has sentences of its own."""
    if folder.name not in ("squad_v2_dev", "covid_qa"):
        return ""
    file = folder / "docs" / str(item["doc"])
    with file.open(encoding="utf-8", newline="") as opened:
        text = opened.read()
    first, last = item["spans"][0]  # type: ignore[index]
    low, high = text.rfind("\n\n", 0, first) + 1, text.find("\n\n", last)
    paragraph = text[low : high if high > 0 else len(text)]
    spans = sentences.spans(paragraph)
    place = max(bisect_right([start for start, _ in spans], first - low) - 1, 0)
    return paragraph[spans[place][0] : spans[place][1]]


def _is_sentence(text: str) -> bool:
    words = re.findall(r"[^\W\d_]{2,}", text)
    return len(words) >= 6 and not text.endswith("?")


def letters(text: str) -> str:
    """Return a text's letters and digits alone, in lower case."""
    return re.sub(r"[\W_]+", "", text.lower())


Rule = Callable[[str, random.Random], str]


def reworded(sentence: str, dice: random.Random) -> str:
    """Return a sentence changed by two rules that fit it; "" where none does."""
    rules = list(_RULES)
    dice.shuffle(rules)
    text, done = sentence, 0
    for rule in rules:
        changed = rule(text, dice)
        if changed != text and _is_sentence(changed):
            text, done = changed, done + 1
        if done == 2:
            break
    return text if done else ""


def _without_brackets(text: str, dice: random.Random) -> str:
    """Drop references and what stands in brackets, but for numbers that a word before them spells."""
    text = re.sub(r"\s*\[[\d,;\s–-]+\]", "", text)
    return re.sub(r"\s*\((?!\d{1,3}\))[^()\d]{2,80}\)(?=[\s.,;])", "", text)


def _without_opening(text: str, dice: random.Random) -> str:
    match = re.match(
        r"(?:In|On|At|As|After|Before|During|For|From|By|With|Since|While|Although|When|Despite|Under|Upon"
        r"|Following|According|Because|Among)(?:\s+[\w'’-]+){1,6},\s+(?=\w)",
        text,
    )
    if (
        not match
        or len(text) - match.end() < 50
        or re.search(r"\b(?:not|no|never|if|unless|except|without)\b", match[0], re.IGNORECASE)
    ):
        return text
    if re.match(r"(?:and|or|which|who|\w+,)\b", text[match.end() :]) or match[0].count(" ") < 1:
        return text
    return text[match.end()].upper() + text[match.end() + 1 :]


def _without_tail(text: str, dice: random.Random) -> str:
    match = re.search(r"(?:,\s+(?:which|who|although|while|whereas|including|such as)\b[^.;]*|;\s[^.;]*)\.$", text)
    return text[: match.start()] + "." if match and match.start() > 60 else text


_CONNECTIVES = (
    ("However,", "But"), ("In addition,", "Moreover,"), ("Therefore,", "Thus,"), ("because", "since"),
    ("in order to", "to"), ("as well as", "and"), (" and ", " as well as "), ("although", "though"),
    ("such as", "like"),
    ("prior to", "before"), ("shall", "must"), ("is required to", "must"),
    ("approximately", "about"),
    ("which", "that"),
    ("while", "whereas"), ("upon", "on"), ("can be", "may be"), ("do not", "don't"),
    ("does not", "doesn't"),
    ("is not", "isn't"), ("cannot", "can not"), ("pursuant to", "under"),
)  # fmt: skip


def _other_connective(text: str, dice: random.Random) -> str:
    fitting = [(old, new) for old, new in _CONNECTIVES if re.search(rf"(?<!\w){re.escape(old)}(?!\w)", text)]
    if not fitting or re.search('["“”]', text):  # a quotation stays as it is
        return text
    old, new = dice.choice(fitting)
    return text.replace(old, new, 1)


DIGITS = {"two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9",
           "ten": "10", "twelve": "12", "fifteen": "15", "twenty": "20", "thirty": "30", "sixty": "60",
           "ninety": "90"}  # fmt: skip


_SPELLING = (
    "[Tt]wo|[Tt]hree|[Ff]our|[Ff]ive|[Ss]ix|[Ss]even|[Ee]ight|[Nn]ine|[Tt]en|[Tt]welve|[Ff]ifteen|[Tt]wenty"
    "|[Tt]hirty|[Ff]orty|[Ff]ifty|[Ss]ixty|[Nn]inety"
)


def _other_numbers(text: str, dice: random.Random) -> str:
    """Write a number otherwise: 2,450 as 2450, thirty (30) as 30, 5 % as 5 percent, five as 5."""
    forms: list[Callable[[str], str]] = [
        lambda s: re.sub(rf"\b(?:{_SPELLING}|[Hh]undred|[Oo]ne)(?:[ -](?:{_SPELLING}|one|hundred))* "
                         r"\((\d{1,3})\)", r"\1", s),
        lambda s: re.sub(r"(?<![\d.,])(\d{1,3}),(\d{3})(?![\d,])", r"\1\2", s),
        lambda s: re.sub(r"(\d)\s?%", r"\1 percent", s),
        lambda s: re.sub(r"(\d) percent\b", r"\1%", s),
        lambda s: re.sub(r"\b(two|three|four|five|six|seven|eight|nine|ten|twelve|twenty|thirty|sixty|ninety) "
                         r"(?=(?:\w+ )?(?:days|weeks|months|years|hours|times|patients|people)\b)",
                         lambda m: DIGITS[m[1]] + " ", s),
    ]  # fmt: skip
    dice.shuffle(forms)
    return next((changed for form in forms if (changed := form(text)) != text), text)


MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
          "December")  # fmt: skip
MONTH = "|".join(MONTHS)


def _other_dates(text: str, dice: random.Random) -> str:
    """March 3, 2016 as 3 March 2016 or 2016-03-03, and back."""

    def american(m: re.Match[str]) -> str:
        if dice.random() < 0.5:
            return f"{m[3]}-{MONTHS.index(m[1]) + 1:02}-{int(m[2]):02}"
        return f"{m[2]} {m[1]} {m[3]}"

    changed = re.sub(rf"\b({MONTH}) (\d{{1,2}})(?:st|nd|rd|th)?, (\d{{4}})", american, text)
    return changed if changed != text else re.sub(rf"\b(\d{{1,2}}) ({MONTH}) (\d{{4}})", r"\2 \1, \3", text)


_RULES: tuple[Rule, ...] = (
    _without_brackets, _without_opening, _without_tail, _other_connective, _other_numbers, _other_dates,
)  # fmt: skip
_AUXILIARY = r"(?:is|was|are|were|has|have|had|can|could|may|should|will|would)"


def stated(item: dict[str, object]) -> str:
    """Return a short answer's question as a statement, where a rule fits; else ""."""
    answer = str(item["answers"][0]).strip().rstrip(".,;")  # type: ignore[index]
    question = " ".join(str(item["question"]).split()).rstrip("? ")
    if len(answer.split()) > 8 or len(question) > 160 or not question:
        return ""
    subject = answer[0].upper() + answer[1:]
    match = re.fullmatch(r"(?:What|Who) (is|was|are|were) ((?:the|a|an|[A-Z]).+)", question)
    if match and not re.search(r"\b(?:to|by|for|of|in|with|from|on|as|called)$", question):
        rest = match[2][0].upper() + match[2][1:]
        return f"{rest} {match[1]} {answer}." if not re.search(r"\w(?:ed|en|wn)$", rest) else ""
    match = re.fullmatch(rf"(?:Who|What|Which [a-z]+|What (?!kind|type|is|year|percent|do|did)[a-z]+) "
                         rf"(?!did\b|do\b|does\b|"
                         rf"{_AUXILIARY}\b(?! been))([a-z]+(?:s|ed|ew|ok|ld|me|de|nt|ght)\b.+)", question)  # fmt: skip
    if match:
        return f"{subject} {match[1]}."
    match = re.fullmatch(
        rf"(?:When|In what year|In which year|Where|What year) ({_AUXILIARY}) (.+) (\w+(?:ed|en|wn|lt|ld|nt))", question
    )
    if match:
        rest = match[2][0].upper() + match[2][1:]
        return f"{rest} {match[1]} {match[3]} {_placed(answer, question)}."
    match = re.fullmatch(r"(?:When|In what year|In which year|Where|What year) did (.+) (\w+)", question)
    if match and match[2].islower():
        rest = match[1][0].upper() + match[1][1:]
        return f"{rest} did {match[2]} {_placed(answer, question)}."
    return ""


def _placed(answer: str, question: str) -> str:
    if re.match(
        r"(?:in|on|at|by|during|after|before|from|since|until|around|about|to|within|near|between)\b",
        answer,
        re.IGNORECASE,
    ):
        return answer
    return f"on {answer}" if re.search(rf"(?:{MONTH}) \d", answer) else f"in {answer}"


def own_words(folder: Path, corpus: Corpus, half: int) -> tuple[list[Statement], list[Statement]]:
    """Return statements that were written by hand in words of their own, true and false, about passages of a set.

    benchmarks/own_words.jsonl holds them, with the document, some words by which the passage is found, and the half.
    Where several passages overlap there, the one is taken that has most words of the true ones.
    """
    true: list[Statement] = []
    false: list[Statement] = []
    for line in OWN_WORDS.read_text(encoding="utf-8").splitlines():
        item = json.loads(line)
        if item["set"] != folder.name or item["half"] != half:
            continue
        said = set(" ".join(item["true"]).lower().split())
        holding = [one for one in corpus.passages[item["document"]] if item["anchor"] in " ".join(one.split())]
        passage = max(holding, key=lambda one: len(said & set(one.lower().split())))
        for kind, found in (("true", true), ("false", false)):
            found += [Statement(item["anchor"], f"own words, {kind}", text, passage, item["document"], half)
                      for text in item[kind]]  # fmt: skip
    return true, false


def by_kind(of: Sequence[Statement]) -> Iterator[tuple[str, list[Statement]]]:
    for kind in dict.fromkeys(statement.kind for statement in of):
        yield kind, [statement for statement in of if statement.kind == kind]

"""True statements with the passages that carry them, and the same statements with one thing made wrong.

Made by rules with a seed from the gold answers of a set, without a look at how statements are checked. The true ones
are the sentence that holds the answer, verbatim or lightly reworded, and the question turned into a statement with the
answer. A change that may leave the statement true is left out and counted.
"""

from __future__ import annotations

import json
import random
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from app import sentences
from app.documents import loader
from app.documents.source import Source
from app.models.tokens import WordPieceTokenizer
from app.passages import split

LIMIT = 256  # tokens that the default embedder reads
LONGEST = 700  # characters of a sentence
SHARED = 0.4  # of a statement's rows of three words: a passage that has so many may say the same


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


# --- true statements -------------------------------------------------------------------------------


def true_statements(folder: Path, corpus: Corpus, wanted: int, seed: int) -> list[Statement]:
    """Return up to `wanted` of each kind in each half; the halves have different documents."""
    items = questions(folder)
    documents = list(dict.fromkeys(str(item["doc"]) for item in items))
    half = {document: 2 * place // len(documents) for place, document in enumerate(documents)}
    dice = random.Random(seed)
    dice.shuffle(items)
    flat = {name: [_flat(text) for text in texts] for name, texts in corpus.passages.items()}
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
        made = {"verbatim": sentence, "reworded": reworded(sentence, dice), "statement": _stated(item)}
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
        key = _flat(piece)
        for text, flat in zip(texts, flats, strict=True):
            if len(key) > 20 and key in flat:
                for start, end in sentences.spans(text):
                    sentence = " ".join(text[start:end].split())
                    whole = _flat(sentence)
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


def _flat(text: str) -> str:
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


_DIGITS = {"two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9",
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
                         lambda m: _DIGITS[m[1]] + " ", s),
    ]  # fmt: skip
    dice.shuffle(forms)
    return next((changed for form in forms if (changed := form(text)) != text), text)


MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
          "December")  # fmt: skip
_MONTH = "|".join(MONTHS)


def _other_dates(text: str, dice: random.Random) -> str:
    """March 3, 2016 as 3 March 2016 or 2016-03-03, and back."""

    def american(m: re.Match[str]) -> str:
        if dice.random() < 0.5:
            return f"{m[3]}-{MONTHS.index(m[1]) + 1:02}-{int(m[2]):02}"
        return f"{m[2]} {m[1]} {m[3]}"

    changed = re.sub(rf"\b({_MONTH}) (\d{{1,2}})(?:st|nd|rd|th)?, (\d{{4}})", american, text)
    return changed if changed != text else re.sub(rf"\b(\d{{1,2}}) ({_MONTH}) (\d{{4}})", r"\2 \1, \3", text)


_RULES: tuple[Rule, ...] = (
    _without_brackets, _without_opening, _without_tail, _other_connective, _other_numbers, _other_dates,
)  # fmt: skip
_AUXILIARY = r"(?:is|was|are|were|has|have|had|can|could|may|should|will|would)"


def _stated(item: dict[str, object]) -> str:
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
    return f"on {answer}" if re.search(rf"(?:{_MONTH}) \d", answer) else f"in {answer}"


# --- statements with one thing made wrong ----------------------------------------------------------

Recipe = Callable[["Statement", Corpus, random.Random], "str | Statement | None"]
_NUM = re.compile(r"(?<![\w.,/-])\$?(\d+(?:,\d{3})*(?:\.\d+)?)(?![\w/-]|[.,]\d)")
_SPELLED = re.compile(
    r"\b(two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty|thirty|forty|fifty|sixty|ninety)\b",
    re.IGNORECASE,
)
_DATE = re.compile(rf"\b(?:{_MONTH}) \d{{1,2}}(?:, \d{{4}})?|\b\d{{1,2}} (?:{_MONTH})(?: \d{{4}})?"
                   rf"|\b(?:{_MONTH}),? \d{{4}}"
                   r"|\b(?:1[5-9]|20)\d\d\b(?!\s*%)|\b\d{1,2}/\d{1,2}/\d{2,4}")  # fmt: skip
_WITH_UNIT = re.compile(
    r"(?<![\w.,/-])(\d+(?:,\d{3})*(?:\.\d+)?|two|three|four|five|six|seven|eight|ten|twelve|twenty|thirty|sixty|ninety)"
    r"(\)?[\s-]?(?:business |calendar )?)"
    r"(mg|mcg|µg|g|kg|ml|mL|liters?|cm|mm|km|m|miles?|feet|inches|hours?|days?|weeks?|months?|years?|minutes?|seconds?"
    r"|%|percent|per cent|°C|°F|million|billion|acres|tons?|pounds|dollars)(?![\w/])"
)
_OTHER_UNIT = {
    "mg": "g", "mcg": "mg", "µg": "mg", "g": "mg", "kg": "g", "ml": "l", "mL": "L", "liter": "milliliter",
    "liters": "milliliters", "cm": "mm", "mm": "cm", "km": "miles", "m": "km", "mile": "kilometre",
    "miles": "kilometres", "feet": "metres", "inches": "feet", "hour": "day", "hours": "days", "day": "month",
    "days": "months", "week": "month", "weeks": "months", "month": "year", "months": "years", "year": "month",
    "years": "months", "minute": "hour", "minutes": "hours", "second": "minute", "seconds": "minutes", "%": "mg",
    "percent": "days", "per cent": "days", "°C": "°F", "°F": "°C", "million": "billion", "billion": "million",
    "acres": "hectares", "ton": "kilogram", "tons": "kilograms", "pounds": "kilograms", "dollars": "euros",
}  # fmt: skip
_NAME = re.compile(r"(?<=[a-z,;] )(?:[A-Z][a-zé]{2,}|[A-Z]{3,6})(?:[ -](?:[A-Z][a-zé]{2,}|[A-Z]{2,6}))*\b(?!\.)")
_NO_NAMES = frozenset(
    (*MONTHS, "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday", "Section", "Article",
     "Exhibit", "Schedule", "The", "This", "Figure", "Table", "However", "Mr", "Mrs", "Dr", "Key", "Points")
)  # fmt: skip


def number(of: Statement, corpus: Corpus, dice: random.Random) -> str | None:
    """Another value in the place of a number that is no year and no part of a date."""
    dated = [match.span() for match in _DATE.finditer(of.text)]
    places = [m for m in (*_NUM.finditer(of.text), *_SPELLED.finditer(of.text))
              if not any(a <= m.start() < b for a, b in dated)]  # fmt: skip
    return _replaced(of, dice.choice(places).span(1), lambda old: _other_value(old, dice)) if places else None


def _other_value(old: str, dice: random.Random) -> str:
    if old.lower() in _DIGITS or old.lower() in ("forty", "fifty"):
        return dice.choice([word for word in _DIGITS if word != old.lower()])
    digits = [place for place, char in enumerate(old) if char.isdigit()]
    place = dice.choice(digits)
    new = dice.choice([d for d in "123456789" if d != old[place]])
    return old[:place] + new + old[place + 1 :]


def date(of: Statement, corpus: Corpus, dice: random.Random) -> str | None:
    """Another year, month or day in the place of one."""
    places = list(_DATE.finditer(of.text))
    if not places:
        return None

    def other(old: str) -> str:
        month = re.search(_MONTH, old)
        if month and dice.random() < 0.4:
            return old.replace(month[0], dice.choice([name for name in MONTHS if name != month[0]]))
        numbers = list(re.finditer(r"\d+", old))
        chosen = dice.choice(numbers)
        value = int(chosen[0])
        new = value + dice.choice((-7, -3, -2, -1, 1, 2, 3, 8)) if value > 31 else value % 28 + 1
        return f"{old[: chosen.start()]}{new:0{len(chosen[0])}}{old[chosen.end() :]}"

    return _replaced(of, dice.choice(places).span(), other)


def dose(of: Statement, corpus: Corpus, dice: random.Random) -> str | None:
    """Another amount of the same unit."""
    places = [m for m in _WITH_UNIT.finditer(of.text) if m[3] not in ("million", "billion")]
    return _replaced(of, dice.choice(places).span(1), lambda old: _other_value(old, dice)) if places else None


def unit(of: Statement, corpus: Corpus, dice: random.Random) -> str | None:
    """The same amount of another unit."""
    places = list(_WITH_UNIT.finditer(of.text))
    return _replaced(of, dice.choice(places).span(3), lambda old: _OTHER_UNIT[old]) if places else None


def _names(text: str) -> list[str]:
    found = (match.group() for match in _NAME.finditer(text))
    return [name for name in found if not _NO_NAMES & set(name.split())]


def name(of: Statement, corpus: Corpus, dice: random.Random) -> str | None:
    """A name of another document in the place of a name."""
    documents = [document for document in corpus.passages if document != of.document]
    others = [other for _ in range(4) for other in _names(" ".join(corpus.passages[dice.choice(documents)][:40]))]
    return _renamed(of, others, dice)


def name_nearby(of: Statement, corpus: Corpus, dice: random.Random) -> str | None:
    """Another name of the same document in the place of a name, one of the passage where it has any."""
    own = _names(of.passage)
    others = own if len(set(own)) > 1 and dice.random() < 0.5 else _names(" ".join(corpus.passages[of.document]))
    return _renamed(of, others, dice)


def _renamed(of: Statement, others: Sequence[str], dice: random.Random) -> str | None:
    places = [m for m in _NAME.finditer(of.text) if not _NO_NAMES & set(m.group().split())]
    if not places:
        return None
    place = dice.choice(places)
    words = set(place.group().lower().split())
    fitting = [other for other in others if not words & set(other.lower().split()) and other.lower()[:4] not in
               {word[:4] for word in words}]  # fmt: skip
    return _replaced(of, place.span(), lambda old: dice.choice(fitting)) if fitting else None


_PUT_IN = re.compile(
    r"\b(is|are|was|were|shall|will|may|can|should|must|could|would|has been|have been)\b(?! not\b|n't)", re.IGNORECASE
)
_TAKE_OUT = (
    (r"\b(is|are|was|were|shall|will|may|can|should|must|could|would|do|does|did|has|have|had) not\b", r"\1"),
    (r"\bcannot\b", "can"), (r"\b(is|are|was|were|does|do|did|should|could|would)n't\b", r"\1"),
    (r"\bno (?!later|more|less|fewer|longer|doubt|\d)(?=[a-z]{4})", "some "), (r"\bwithout\b", "with"),
    (r"\bnever\b", "always"), (r"\bneither\b", "either"), (r"\bunless\b", "if"),
)  # fmt: skip


def negation(of: Statement, corpus: Corpus, dice: random.Random) -> str | None:
    """A denial put in or taken out."""
    out = [changed for old, new in _TAKE_OUT if (changed := re.sub(old, new, of.text, count=1)) != of.text]
    if out:
        return dice.choice(out)
    places = list(_PUT_IN.finditer(of.text))
    if not places:
        return None
    end = dice.choice(places).end()
    return f"{of.text[:end]} not{of.text[end:]}"


_CONTRARY = {
    "increase": "decrease", "increases": "decreases", "increased": "decreased", "increasing": "decreasing",
    "higher": "lower", "lower": "higher", "before": "after", "after": "before", "more": "fewer", "less": "more",
    "above": "below", "below": "above", "exclusive": "non-exclusive", "non-exclusive": "exclusive", "may": "may not",
    "with": "without", "without": "with", "include": "exclude", "includes": "excludes", "maximum": "minimum",
    "minimum": "maximum", "early": "late", "earlier": "later", "always": "never", "first": "last", "high": "low",
    "low": "high", "internal": "external", "at least": "at most", "acute": "chronic", "chronic": "acute",
    "allow": "prohibit", "allows": "prohibits", "reduce": "increase", "reduces": "increases", "reduced": "increased",
    "common": "rare", "must": "need not", "positive": "negative", "negative": "positive", "able": "unable",
}  # fmt: skip


def contrary(of: Statement, corpus: Corpus, dice: random.Random) -> str | None:
    """A word that says the opposite, or a duty that is none."""
    places = [m for m in re.finditer(r"[a-z]+(?:-[a-z]+)?", of.text) if m.group() in _CONTRARY]
    places = [m for m in places if not of.text[m.end() :].startswith(" not")]
    places += list(re.finditer(r"at least", of.text))
    if not places:
        return None
    return _replaced(of, dice.choice(places).span(), lambda old: _CONTRARY[old])


def numbers_swapped(of: Statement, corpus: Corpus, dice: random.Random) -> str | None:
    """Another number of the passage in the place of one."""
    ours = list(_NUM.finditer(of.text))
    theirs = [m[1] for m in _NUM.finditer(of.passage)]
    if not ours:
        return None
    place = dice.choice(ours)
    year = len(place[1]) == 4
    fitting = [other for other in theirs if other != place[1] and (len(other) == 4) == year]
    return _replaced(of, place.span(1), lambda old: dice.choice(fitting)) if fitting else None


def elsewhere(of: Statement, corpus: Corpus, dice: random.Random) -> Statement | None:
    """The same sentence with another passage of the document."""
    texts = [text for text in corpus.passages[of.document] if text != of.passage and len(text) > 200]
    return replace(of, passage=dice.choice(texts)) if texts else None


def nearest(of: Statement, corpus: Corpus, dice: random.Random) -> Statement | None:
    """The same sentence with the passage of the document that shares most of its words."""
    words = set(re.findall(r"\w{4,}", of.text.lower()))
    texts = [text for text in corpus.passages[of.document] if text != of.passage and not _may_say(of, text)]
    if not texts:
        return None
    return replace(of, passage=max(texts, key=lambda text: len(words & set(re.findall(r"\w{4,}", text.lower())))))


def other_document(of: Statement, corpus: Corpus, dice: random.Random) -> Statement | None:
    """The same sentence with a passage of another document."""
    documents = [document for document, texts in corpus.passages.items() if document != of.document and texts]
    return replace(of, passage=dice.choice(corpus.passages[dice.choice(documents)]))


def _replaced(of: Statement, span: tuple[int, int], change: Callable[[str], str]) -> str:
    return of.text[: span[0]] + change(of.text[span[0] : span[1]]) + of.text[span[1] :]


RECIPES: dict[str, Recipe] = {
    "number": number, "date": date, "dose": dose, "unit": unit, "name": name, "negation": negation,
    "passage": elsewhere, "document": other_document,
}  # fmt: skip
KEPT_BACK: dict[str, Recipe] = {
    "swapped number": numbers_swapped, "name nearby": name_nearby, "contrary": contrary, "nearest passage": nearest,
    "unit": unit, "date": date, "negation": negation,
}  # fmt: skip


def wrong(of: Statement, kind: str, recipe: Recipe, corpus: Corpus, dice: random.Random) -> Statement | bool | None:
    """Return a statement made wrong, None where the recipe does not fit it, False where it may still be true."""
    made = recipe(of, corpus, dice)
    if made is None:
        return None
    if isinstance(made, Statement):
        return False if _may_say(of, made.passage) else replace(made, kind=kind)
    if made == of.text or _still_true(of, made):
        return False
    return replace(of, kind=kind, text=made)


def _may_say(of: Statement, passage: str) -> bool:
    """Whether a passage holds so many of a statement's rows of three words that it may say the same."""
    ours, theirs = _rows(of.text), _rows(passage)
    return _flat(of.text) in _flat(passage) or len(ours & theirs) > SHARED * len(ours)


def _rows(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return set(zip(words, words[1:], words[2:], strict=False))


def _still_true(of: Statement, made: str) -> bool:
    """Whether the passage has what was put in between the same words as the statement, or the case changed."""
    before, after = of.text.split(), made.split()
    first = next(
        (i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), min(len(before), len(after))
    )
    last = next((i for i, (a, b) in enumerate(zip(before[::-1], after[::-1], strict=False)) if a != b), 0)
    changed = after[max(first - 1, 0) : len(after) - last + 1]
    return _flat(" ".join(changed)) in _flat(of.passage) or _flat(made) == _flat(of.text)


def all_wrong(
    of: Sequence[Statement], recipes: dict[str, Recipe], corpus: Corpus, wanted: int, seed: int
) -> tuple[list[Statement], dict[str, int]]:
    """Return up to `wanted` wrong statements of each kind in each half, and how many were left out of each kind."""
    found: list[Statement] = []
    left_out: dict[str, int] = {}
    for kind, recipe in recipes.items():
        dice = random.Random(f"{seed} {kind}")
        counts = [0, 0]
        for statement in dice.sample(of, len(of)):
            if counts[statement.half] >= wanted:
                continue
            made = wrong(statement, kind, recipe, corpus, dice)
            if made is False:
                left_out[kind] = left_out.get(kind, 0) + 1
            elif isinstance(made, Statement):
                counts[statement.half] += 1
                found.append(made)
    return found, left_out


def by_kind(of: Sequence[Statement]) -> Iterator[tuple[str, list[Statement]]]:
    for kind in dict.fromkeys(statement.kind for statement in of):
        yield kind, [statement for statement in of if statement.kind == kind]

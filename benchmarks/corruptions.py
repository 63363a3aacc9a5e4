"""True statements with one thing made wrong: a number, a name, a denial, the passage that they cite.

Made by rules with a seed, without a look at how statements are checked. A change that may leave the statement true is
left out and counted.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.statements import DIGITS, MONTH, MONTHS, Corpus, Statement, letters, questions, stated

SHARED = 0.4  # of a statement's rows of three words: a passage that has so many may say the same

Recipe = Callable[["Statement", Corpus, random.Random], "str | Statement | None"]
_NUM = re.compile(r"(?<![\w.,/-])\$?(\d+(?:,\d{3})*(?:\.\d+)?)(?![\w/-]|[.,]\d)")
_SPELLED = re.compile(
    r"\b(two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty|thirty|forty|fifty|sixty|ninety)\b",
    re.IGNORECASE,
)
_DATE = re.compile(rf"\b(?:{MONTH}) \d{{1,2}}(?:, \d{{4}})?|\b\d{{1,2}} (?:{MONTH})(?: \d{{4}})?"
                   rf"|\b(?:{MONTH}),? \d{{4}}"
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
    if old.lower() in DIGITS or old.lower() in ("forty", "fifty"):
        return dice.choice([word for word in DIGITS if word != old.lower()])
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
        month = re.search(MONTH, old)
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


_PLAIN_WORD = re.compile(r"(?<=[a-z,;] )[a-z]{5,}\b(?!['’-])")


def word(of: Statement, corpus: Corpus, dice: random.Random) -> str | None:
    """Another plain word of the document, of the same ending, in the place of one: storms, where it says fires."""
    places = list(_PLAIN_WORD.finditer(of.text))
    if not places:
        return None
    place = dice.choice(places)
    held = set(re.findall(r"[a-z]+", of.passage.lower()))
    text = " ".join(corpus.passages[of.document])
    fitting = [other for other in dict.fromkeys(_PLAIN_WORD.findall(text))
               if other[-2:] == place.group()[-2:] and other not in held
               and other[:4] not in {one[:4] for one in held}]  # fmt: skip
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
    "number": number, "date": date, "dose": dose, "unit": unit, "name": name, "word": word, "negation": negation,
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
    return letters(of.text) in letters(passage) or len(ours & theirs) > SHARED * len(ours)


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
    return letters(" ".join(changed)) in letters(of.passage) or letters(made) == letters(of.text)


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


def other_answers(of: Sequence[Statement], folder: Path, seed: int) -> list[Statement]:
    """Return the questions that were made into statements with another answer of the same sort out of the passage.

    It answers another question about the document. A few may still be true: where a set has two answers to one
    question, in other words.
    """
    items = {str(item["id"]): item for item in questions(folder)}
    dice = random.Random(f"{seed} other answer")
    found = []
    for statement in of:
        item = items[statement.id]
        own = [letters(answer) for answer in _answers(item)]
        others = [_answers(other)[0] for other in items.values() if other["doc"] == item["doc"]]
        fitting = [
            answer for answer in dict.fromkeys(others)
            if answer in statement.passage and _sort(answer) == _sort(_answers(item)[0])
            and letters(answer) not in letters(str(item["question"]))
            and not any(letters(answer) in one or one in letters(answer) for one in own)
        ]  # fmt: skip
        made = stated({**item, "answers": [dice.choice(fitting)]}) if fitting else ""
        if made:
            found.append(replace(statement, kind="other answer", text=made))
    return found


def _answers(item: dict[str, object]) -> list[str]:
    return [str(answer) for answer in item["answers"]]  # type: ignore[attr-defined]


def _sort(answer: str) -> tuple[bool, bool]:
    return answer[:1].isupper(), any(char.isdigit() for char in answer)

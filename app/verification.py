"""A sentence and the passages it cites into a verdict, by comparing words and numbers; no model.

Strict where a mistake costs most: a number that no cited passage holds is never passed. What is
unsupported is marked, never removed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from app import sentences
from app.types import Verdict

# Share of a sentence's content words that stand close together in its passages.
SUPPORTED = 0.8
PARTLY = 0.5
# Words far apart say nothing together: they are looked for within this many sentences in a row, and those of
# a sentence with a number within one, as a number of the sentence beside it is the likeliest mistake.
WINDOW = 2

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_NUMBER = re.compile(r"(\d+(?:[.,]\d+)*)(?:[\s-]*(%|[^\W\d_]+))?")
# A number before one of these is another number than the same before another.
_UNITS = {
    form: unit
    for unit, forms in {
        "day": "day days tag tage tagen",
        "week": "week weeks woche wochen",
        "month": "month months monat monate monaten",
        "year": "year years jahr jahre jahren",
        "hour": "hour hours h hr hrs stunde stunden",
        "minute": "minute minutes min minuten",
        "%": "% percent prozent",
        "µg": "µg μg mcg microgram micrograms",
        "mg": "mg milligram milligrams",
        "g": "g gram grams gramm",
        "kg": "kg kilogram kilograms",
        "ml": "ml millilitre millilitres milliliter milliliters",
        "l": "l litre litres liter liters",
        "mm": "mm",
        "cm": "cm",
    }.items()
    for form in forms.split()
}
_SPELLED_VALUES = {
    word: value
    for words, values in (
        ("one two three four five six seven eight nine ten eleven twelve", range(1, 13)),
        ("thirteen fourteen fifteen sixteen seventeen eighteen nineteen", range(13, 20)),
        ("twenty thirty forty fifty sixty seventy eighty ninety", range(20, 100, 10)),
        ("hundred thousand hundert tausend", (100, 1000, 100, 1000)),
        ("ein eine einen einem einer eines", (1,) * 6),
        ("zwei drei vier fünf sechs sieben acht neun zehn elf zwölf", range(2, 13)),
        ("zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig", range(20, 100, 10)),
    )
    for word, value in zip(words.split(), values, strict=True)
}
_SPELLED = re.compile(
    r"\b(?:{0})(?:[\s-]+(?:{0}))*\b".format("|".join(sorted(_SPELLED_VALUES, key=len, reverse=True))), re.IGNORECASE
)
_FUNCTION_WORDS = frozenset(
    """
    a an the this that these those it its they them their he she his her him we our you your i my me who whom which
    what when where how why and or but if then than so as of in on at to for from by with into within about over under
    after before between during is are was were be been being has have had do does did will would shall should can
    could may might must there here also such any each all both more most other some same only own very
    according passage passages document text states says stated section
    der die das den dem des ein eine einen einem einer eines und oder aber wenn dann als wie von in im am an auf zu zum
    zur für aus bei mit nach über unter vor zwischen ist sind war waren wird werden wurde hat haben hatte es sie er wir
    ihr sich auch noch nur diese dieser dieses sowie bis durch
    """.split()
)
_NEGATIONS = frozenset(
    "no not never none without nor neither cannot denies denied nicht kein keine keinen keiner nie ohne n't".split()
)


def check(sentence: str, passages: Sequence[str]) -> Verdict:
    """Return how far `passages` together carry `sentence`; no passages carry nothing.

    Every number must stand in a passage, before the same unit where it has one; the words must stand
    close together.
    """
    words, numbers = {_stem(word) for word in content_words(sentence)}, _numbers(sentence)
    if (not words and not numbers) or sentence.rstrip(" \"'”’»)").endswith("?"):
        return Verdict.NO_CLAIM
    if not passages:
        return Verdict.NOT_SUPPORTED
    if not numbers <= {number for passage in passages for number in _numbers(passage)}:
        return Verdict.NOT_SUPPORTED
    if not words:
        return Verdict.PARTLY  # the number is there; what it counts was not said
    share, place = max(_closest(words, passage, 1 if numbers else WINDOW) for passage in passages)
    if share < PARTLY:
        return Verdict.NOT_SUPPORTED
    if share < SUPPORTED or _negated(sentence) != _negated(place) or not numbers <= _numbers(place):
        return Verdict.PARTLY
    return Verdict.SUPPORTED


def _closest(words: set[str], passage: str, window: int) -> tuple[float, str]:
    """Return the largest share of `words` that a stretch of `window` sentences holds, and the stretch.

    Of stretches that hold as much the shortest is taken, as what it denies is then about these words.
    """
    spans = sentences.spans(passage)
    held = [{_stem(word) for word in content_words(passage[start:end])} for start, end in spans]
    best: tuple[float, int, str] = (0.0, 0, "")
    for length in range(1, window + 1):
        for first in range(len(spans) - length + 1):
            together = set().union(*held[first : first + length])
            place = (len(words & together) / len(words), -length)
            if place > best[:2]:
                best = (*place, passage[spans[first][0] : spans[first + length - 1][1]])
    return best[0], best[2]


def best_support(sentence: str, passages: Sequence[str]) -> int | None:
    """Return the index of the one passage that carries `sentence` best, None where none does."""
    order = (Verdict.SUPPORTED, Verdict.PARTLY)
    words = {_stem(word) for word in content_words(sentence)}
    best: tuple[int, int, int] | None = None
    for index, passage in enumerate(passages):
        verdict = check(sentence, (passage,))
        if verdict not in order:
            continue
        shared = len(words & {_stem(word) for word in content_words(passage)})
        rank = (-order.index(verdict), shared, -index)
        if best is None or rank > best:
            best = rank
    return None if best is None else -best[2]


def content_words(text: str) -> list[str]:
    """Return the lower-case words that carry meaning, in order."""
    plain = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    plain = re.sub(r"(?<=\w)-\s*\n\s*(?=\w)", "", plain)  # a word that was hyphenated at a line's end
    return [word for word in _WORD.findall(plain) if len(word) > 1 and word not in _FUNCTION_WORDS]


def _numbers(text: str) -> set[str]:
    """Return the numbers of a text, in digits or words, each alone and, where a unit follows, with it."""
    found: set[str] = set()
    plain = _SPELLED.sub(_in_digits, unicodedata.normalize("NFKC", text))
    for number, following in _NUMBER.findall(plain):
        found.add(_normal(number))
        if unit := _UNITS.get(following.lower()):
            found.add(f"{_normal(number)} {unit}")
    return found


def _in_digits(match: re.Match[str]) -> str:
    """"Twenty-eight" is 28; "one" alone is no number unless a unit follows, as it mostly is a pronoun."""
    words = re.findall(r"[^\W\d_]+", match.group().casefold())
    if words == ["one"] or (words[0].startswith("ein") and len(words) == 1):
        following = re.match(r"[\s-]*([^\W\d_]+)", match.string[match.end() :])
        if not following or following.group(1).lower() not in _UNITS:
            return match.group()
    total = part = 0
    for word in words:
        value = _SPELLED_VALUES[word]
        if value == 100:
            part = max(part, 1) * 100
        elif value == 1000:
            total, part = total + max(part, 1) * 1000, 0
        else:
            part += value
    return str(total + part)


def _normal(number: str) -> str:
    """2,450.00 and 2.450,00 and 2450 are one number; 1.5 and 15 are not."""
    marks = re.findall(r"[.,]", number)
    if not marks:
        return number.lstrip("0") or "0"
    whole, mark, last = number.rpartition(marks[-1])
    if (len(marks) == 1 and len(last) == 3 and mark == ",") or (len(marks) > 1 and len(set(marks)) == 1):
        return re.sub(r"[.,]", "", number)  # marks of thousands only
    digits = re.sub(r"[.,]", "", whole).lstrip("0") or "0"
    fraction = last.rstrip("0")
    return f"{digits}.{fraction}" if fraction else digits


def _stem(word: str) -> str:
    for ending in ("'s", "ies", "ing", "ed", "es", "en", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word


def _negated(text: str) -> bool:
    words = re.findall(r"[^\W\d_]+|n't", unicodedata.normalize("NFKC", text).casefold().replace("’", "'"))
    return any(word in _NEGATIONS for word in words)

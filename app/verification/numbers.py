"""Numbers as values: in digits, words or Roman figures, with scale, unit or currency; knows no sentence.

Two writings of one amount give the same value: 2,450 and $2450.00 and two thousand four hundred fifty; 0.5 g and
500 mg. What a section is called by ("12.3(b)") is compared as it is written.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from app.verification import units
from app.verification.pieces import CODE, NUMBER, SIGN, WORD, Piece

_SPELLED = {
    word: value
    for words, values in (
        ("zero one two three four five six seven eight nine ten eleven twelve", range(13)),
        ("thirteen fourteen fifteen sixteen seventeen eighteen nineteen", range(13, 20)),
        ("twenty thirty forty fifty sixty seventy eighty ninety", range(20, 100, 10)),
        ("fourty", (40,)),
        ("ein eine einen einem einer eines", (1,) * 6),
        ("zwei drei vier fünf sechs sieben acht neun zehn elf zwölf", range(2, 13)),
        ("zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig", range(20, 100, 10)),
    )
    for word, value in zip(words.split(), values, strict=True)
}
_POWERS = {
    "hundred": 100, "hundert": 100, "thousand": 1000, "tausend": 1000, "million": 10**6, "millionen": 10**6,
    "billion": 10**9, "milliarde": 10**9, "milliarden": 10**9, "trillion": 10**12,
}  # fmt: skip
_SCALES = {**_POWERS, "mn": 10**6, "mio": 10**6, "bn": 10**9, "mrd": 10**9, "dozen": 12}
_GLUED_SCALES = {"k": 1000, "m": 10**6, "mm": 10**6, "b": 10**9}  # behind an amount of money: $5m
_ORDINALS = {
    word: value
    for words, values in (
        ("first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth", range(1, 13)),
        ("thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth", range(13, 20)),
        ("twentieth thirtieth fortieth fiftieth sixtieth seventieth eightieth ninetieth", range(20, 100, 10)),
        ("hundredth thousandth", (100, 1000)),
    )
    for word, value in zip(words.split(), values, strict=True)
}
_ORDINAL_ENDS = frozenset(("st", "nd", "rd", "th"))
_PRONOUNS = frozenset("one ein eine einen einem einer eines".split())  # numbers only where something is counted
# Words that a number behind them is a name of; what follows is compared as it is written, or as a Roman figure.
LABELS = frozenset(
    """section sections sec secs § §§ article articles art clause clauses paragraph paragraphs para paras exhibit
    exhibits schedule schedules annex annexes appendix appendices attachment addendum amendment part chapter title rule
    rules item items table tables figure figures fig phase type stage grade class level group category step form
    schedule volume vol no nos nr page pages line version abschnitt artikel absatz anlage ziffer""".split()
)
_ROMAN = re.compile(r"(?=[ivxlcdm])m{0,3}(?:cm|cd|d?c{0,3})(?:xc|xl|l?x{0,3})(?:ix|iv|v?i{0,3})")
_ROMAN_VALUES = dict(zip("ivxlcdm", (1, 5, 10, 50, 100, 500, 1000), strict=True))


@dataclass(frozen=True, slots=True)
class Number:
    """A value; `unit` is a base of units.UNITS that `value` counts, "" for none."""

    value: Decimal
    unit: str = ""
    form: str = ""  # "" for a count, "ordinal", "label", "decade", "time" (minutes of a day)
    label: str = ""  # as written, of what may be a label: "12.3(b)"
    plain: Decimal = Decimal(0)  # the value as it was written, before its unit was worked out

    def same(self, other: Number) -> bool:
        """Whether a passage's number `other` says what this one of a sentence says."""
        if self.form in ("label", "ordinal", "decade", "time"):
            return self._named(other)
        if other.form in ("decade", "time"):
            return False
        if other.form == "label" and not self.label:
            return False
        if not self.unit:
            if other.unit == "%":
                return False  # eight of them are not 8 % of them
            return self.plain == other.plain or self.value == other.value != other.plain
        return units.same(self.unit, other.unit) and self.value == other.value

    def _named(self, other: Number) -> bool:
        if self.form == "label":
            if other.unit or other.form not in ("", "label"):
                return False
            begins = other.label.startswith(self.label) and other.label[len(self.label) :][:1] in ("", "(")
            return begins or (self.label.isdigit() and self.plain == other.plain)
        return self.form == other.form and self.value == other.value


def read(pieces: Sequence[Piece], at: int) -> tuple[Number, int] | None:
    """Return the number that begins with a piece, and the piece behind it; None where none does."""
    piece = pieces[at]
    if piece.kind == CODE:
        return None
    money = _currency(pieces, at)
    if money:
        unit, behind = money
        amount = _bare(pieces, behind)
        if amount is None:
            return None
        value, end, _ = amount
        value, end = _scaled(value, pieces, end, money=True)
        if end < len(pieces) and pieces[end].plain in units.CURRENCY_FORMS and pieces[end].kind == WORD:
            end += 1  # $5 dollars, € 5 EUR
        return Number(value, unit, plain=value), end
    amount = _bare(pieces, at)
    if amount is None:
        return _roman(pieces, at)
    value, end, label = amount
    if label and at and pieces[at - 1].plain.rstrip(".") in LABELS:
        return _labelled(value, label, pieces, end)
    named = _ordinal(value, pieces, end) or _time(value, pieces, at, end)
    if named:
        return named
    value, end = _scaled(value, pieces, end)
    counted = _counted(value, pieces, end)
    if piece.plain in _PRONOUNS and end == at + 1 and not counted:
        return None
    if counted:
        return counted
    number = Number(value, label=label, plain=value)
    return (number, end) if not label else _labelled_or_bare(number, pieces, end)


def _currency(pieces: Sequence[Piece], at: int) -> tuple[str, int] | None:
    """Return the unit and the piece behind a sign or word of money that an amount follows."""
    end = at
    if (
        pieces[at].plain in ("us", "u.s", "ca", "a", "c", "hk")
        and _plain(pieces, at + 1) == "$"
        and pieces[at + 1].glued
    ):
        end = at + 1
    if pieces[end].plain not in units.CURRENCY_FORMS or _kind(pieces, end + 1) != NUMBER:
        return None
    if pieces[end].kind == WORD and pieces[end].plain not in ("usd", "eur", "gbp", "chf", "jpy", "inr", "rmb", "cny"):
        return None
    return units.UNITS[pieces[end].plain][0], end + 1


def _bare(pieces: Sequence[Piece], at: int) -> tuple[Decimal, int, str] | None:
    """Return a value without scale and unit, the piece behind it, and how it was written where it may be a label."""
    if at >= len(pieces):
        return None
    piece = pieces[at]
    if piece.kind == NUMBER:
        value, label = normal(piece.shown), piece.shown
        over = _fraction(pieces, at)
        if over:
            return over, at + 3, ""
        if _plain(pieces, at + 1) in _VULGAR:
            return value + _VULGAR[pieces[at + 1].plain], at + 2, ""
        return value, at + 1, label
    if piece.plain in _VULGAR:
        return _VULGAR[piece.plain], at + 1, ""
    if piece.kind == WORD and (piece.plain in _SPELLED or piece.plain in _POWERS):
        value, end = _spelled(pieces, at)
        if _plain(pieces, end) == "(" and _kind(pieces, end + 1) == NUMBER and normal(pieces[end + 1].shown) == value:
            closing = end + 2
            if _plain(pieces, closing) == ")":
                return value, closing + 1, ""  # thirty (30)
        return value, end, ""
    return None


_VULGAR = {char: Decimal(str(round(unicodedata.numeric(char), 6))) for char in "½⅓⅔¼¾⅛⅜⅝⅞⅕⅖⅗⅘⅙⅚"}
_VULGAR |= {unicodedata.normalize("NFKC", char): value for char, value in tuple(_VULGAR.items())}


def _fraction(pieces: Sequence[Piece], at: int) -> Decimal | None:
    """Return the value of 1/2; a day and a month, or what is larger than one, is none."""
    if _plain(pieces, at + 1) not in ("/", "⁄") or _kind(pieces, at + 2) != NUMBER or _plain(pieces, at + 3) == "/":
        return None
    above, below = pieces[at].shown, pieces[at + 2].shown
    if not (above.isdigit() and below.isdigit() and 0 < int(above) < int(below) <= 16):
        return None
    return round(Decimal(int(above)) / int(below), 6)


def _spelled(pieces: Sequence[Piece], at: int) -> tuple[Decimal, int]:
    """Return the value of number words from `at` on: "two thousand four hundred and fifty", "nineteen eighty-four"."""
    total = part = last = 0
    end = at
    while end < len(pieces):
        word = pieces[end].plain
        if word in _POWERS and (end > at or word not in ("million", "millionen")):
            power = _POWERS[word]
            part = max(part, 1) * power
            if power > 100:
                total, part = total + part, 0
            last = power
        elif word in _SPELLED:
            value = _SPELLED[word]
            if end > at and last < 100 and not (last >= 20 and value < 10):
                if not (10 <= last < 100 and value >= 10 and not total and part == last):
                    break
                part *= 100  # nineteen eighty-four
            part, last = part + value, value
        elif not _goes_on(pieces, end, last):
            break
        end += 1
    return Decimal(total + part), end


def _goes_on(pieces: Sequence[Piece], at: int, last: int) -> bool:
    """Whether a hyphen or an "and" stands inside a number in words."""
    following = _plain(pieces, at + 1)
    if pieces[at].plain == "-" and pieces[at].glued:
        return following in _POWERS or (
            following in _SPELLED and (last >= 100 or (last >= 20 and _SPELLED[following] < 10))
        )
    return pieces[at].plain == "and" and last >= 100 and following in _SPELLED


def _scaled(value: Decimal, pieces: Sequence[Piece], end: int, *, money: bool = False) -> tuple[Decimal, int]:
    """Return a value times the scale behind it: 2.5 million, $5m, 1.2 x 10^9."""
    while True:
        word = _plain(pieces, end)
        if word == "-" and _plain(pieces, end + 1) in _SCALES:
            end += 1
            continue
        if word in _SCALES:
            value, end = value * _SCALES[word], end + 1
        elif money and word in _GLUED_SCALES and pieces[end].glued:
            value, end = value * _GLUED_SCALES[word], end + 1
        else:
            return value, end


def _counted(value: Decimal, pieces: Sequence[Piece], end: int) -> tuple[Number, int] | None:
    """Return the number with the unit that follows it; None where none does."""
    at = end
    if _plain(pieces, at) == "-" and (pieces[at].glued or _plain(pieces, at + 1) in units.UNITS):
        at += 1
    prefix = ""
    word = _plain(pieces, at)
    if word in units.SKIPPED or word in units.KINDS_OF_DAYS:
        prefix = word if word in units.KINDS_OF_DAYS else ""
        at += 1
        word = _plain(pieces, at)
        if word not in units.UNITS or units.UNITS[word][0] not in units.DURATIONS:
            return None
    if word == "us" and _plain(pieces, at + 1) in ("dollars", "$"):
        at, word = at + 1, "dollars"
    if word == "per" and _plain(pieces, at + 1) == "cent":
        return Number(value, "%", plain=value), at + 2
    if word in ("°", "degrees", "degree") and _plain(pieces, at + 1) in ("c", "f", "celsius", "fahrenheit"):
        at, word = at + 1, {"c": "celsius", "f": "fahrenheit"}.get(pieces[at + 1].plain, pieces[at + 1].plain)
    if word not in units.UNITS or (pieces[at].kind == SIGN and at > end + 1):
        return None
    if pieces[at].shown == "M" or (len(word) == 1 and word in "dmvwk" and not pieces[at].shown.islower()):
        return None  # 5 M is no metre
    base, factor = units.UNITS[word]
    if base in units.CURRENCIES and len(word) > 1 and word not in units.CURRENCY_FORMS and "cent" not in word:
        return None
    worth, at = value * factor, at + 1
    if base in units.DIVIDED:
        worth, base, at = _divided(worth, base, pieces, at)
    return Number(worth, f"{prefix} {base}" if prefix else base, plain=value), at


def _divided(worth: Decimal, base: str, pieces: Sequence[Piece], at: int) -> tuple[Decimal, str, int]:
    """Return an amount with what it is by: mg/kg, mmol per l."""
    while _plain(pieces, at) in ("/", "per"):
        below = units.UNITS.get(_plain(pieces, at + 1))
        if below is None or below[0] not in units.DIVISORS:
            break
        worth, base, at = worth / below[1], f"{base}/{below[0]}", at + 2
    return worth, base, at


def _ordinal(value: Decimal, pieces: Sequence[Piece], end: int) -> tuple[Number, int] | None:
    ending = _plain(pieces, end)
    if ending in _ORDINAL_ENDS and pieces[end].glued:
        return Number(value, form="ordinal", plain=value), end + 1
    if ending == "s" and pieces[end].glued and value % 10 == 0 and 1000 <= value <= 2100:
        return Number(value, form="decade", plain=value), end + 1
    if ending == "'" and pieces[end].glued and _plain(pieces, end + 1) == "s" and value % 10 == 0 and value >= 1000:
        return Number(value, form="decade", plain=value), end + 2
    if ending == "-" and value in _SPELLED.values() and _plain(pieces, end + 1) in _ORDINALS:  # twenty-first
        return Number(value + _ORDINALS[pieces[end + 1].plain], form="ordinal", plain=value), end + 2
    return None


def ordinal(pieces: Sequence[Piece], at: int) -> tuple[Number, int] | None:
    """Return the ordinal that a word is: "third"."""
    value = _ORDINALS.get(pieces[at].plain)
    return (Number(Decimal(value), form="ordinal", plain=Decimal(value)), at + 1) if value else None


def _time(value: Decimal, pieces: Sequence[Piece], at: int, end: int) -> tuple[Number, int] | None:
    """Return a time of day: 5:00 p.m., 17:00, 5 pm."""
    if value > 24 or value != int(value):
        return None
    minutes = int(value) * 60
    timed = _plain(pieces, end) == ":" and pieces[end].glued and _kind(pieces, end + 1) == NUMBER
    if timed:
        if not re.fullmatch(r"[0-5]\d", pieces[end + 1].shown):
            return None
        minutes, end = minutes + int(pieces[end + 1].shown), end + 2
    half = _plain(pieces, end)
    if half in ("am", "pm"):
        end += 1
        minutes += 720 * ((half == "pm") - (value == 12)) if value <= 12 else 0
    elif not timed:
        return None
    return Number(Decimal(minutes), form="time", plain=Decimal(minutes)), end


def _labelled(value: Decimal, label: str, pieces: Sequence[Piece], end: int) -> tuple[Number, int]:
    """Return what a section is called by, with what stands in brackets right behind: 12.3(b)(ii)."""
    while _plain(pieces, end) == "(" and pieces[end].glued and _plain(pieces, end + 2) == ")":
        inner = pieces[end + 1].plain
        if len(inner) > 4:
            break
        label, end = f"{label}({inner})", end + 3
    return Number(value, form="label", label=label, plain=value), end


def _labelled_or_bare(number: Number, pieces: Sequence[Piece], end: int) -> tuple[Number, int]:
    """Return a bare number with the brackets behind it, by which it may be a section's name: "12.3(b) The Tenant"."""
    if _plain(pieces, end) == "(" and pieces[end].glued:
        named, end = _labelled(number.value, number.label, pieces, end)
        return replace(number, label=named.label), end
    return number, end


def _roman(pieces: Sequence[Piece], at: int) -> tuple[Number, int] | None:
    """Return the number that a Roman figure is: in capitals, long enough or behind a label."""
    piece = pieces[at]
    labelled = at > 0 and pieces[at - 1].plain.rstrip(".") in LABELS
    if piece.kind != WORD or not piece.shown.isupper() or not _ROMAN.fullmatch(piece.plain):
        return None
    if not labelled and (len(piece.plain) < 2 or set(piece.plain) - set("ivx")):
        return None
    values = [_ROMAN_VALUES[letter] for letter in piece.plain]
    following = [*values[1:], 0]
    total = sum(-value if value < after else value for value, after in zip(values, following, strict=True))
    return _labelled(Decimal(total), str(total), pieces, at + 1)


def normal(number: str) -> Decimal:
    """Return the value of digits with marks: 2,450.00 and 2.450,00 and 2450 are one number; 1.5 and 15 are not.

    Of what is no number (1.2.3) a value that no number has.
    """
    number = re.sub(r"[ ']", "", number)
    marks = re.findall(r"[.,]", number)
    if not marks:
        return Decimal(number)
    if number.startswith("."):
        return Decimal("0" + number)
    whole, mark, last = number.rpartition(marks[-1])
    groups = re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+", number)
    if groups and len(set(marks)) == 1 and (mark == "," or len(marks) > 1) and not number.startswith("0"):
        return Decimal(re.sub(r"[.,]", "", number))
    if mark not in marks[:-1]:
        return Decimal(f"{re.sub(r'[.,]', '', whole)}.{last}")
    return -Decimal(re.sub(r"[.,]", "", number)) - Decimal("0.000001") * len(marks)


def _plain(pieces: Sequence[Piece], at: int) -> str:
    return pieces[at].plain if 0 <= at < len(pieces) else ""


def _kind(pieces: Sequence[Piece], at: int) -> str:
    return pieces[at].kind if 0 <= at < len(pieces) else ""

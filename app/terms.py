"""Words: how a text is taken apart into what is compared, the same for what is stored, asked and marked.

Owns the folding and splitting of text. Must not know of an index or of the language of queries.

A term is a word without case and accents, a whole number with its separators, or a sign that numbers go with. So
"0.5 mg" holds no 5, "§ 1983" and "§1983" are the same two terms, "10b-5" and "COVID-19" are two terms next to each
other. Writings without spaces (Chinese, Japanese, Korean, Thai, Lao, Khmer, Burmese) give a term a character, so that
any stretch of them is a phrase. No term holds white space or a quotation mark.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

MOST_TERMS = 64
LONGEST = 50_000  # characters that are looked at of a question
_LONGEST_TERM = 200  # characters; longer "words" are encoded data

STOP_WORDS = frozenset(
    # English
    "a about above after again against all also am an and any are as at be because been before being below "
    "between both but by can could did do does doing down during each few for from further had has have having "
    "he her here hers him his how i if in into is it its itself just me more most my no nor not now of off on "
    "once only or other our out over own same she should so some such than that the their them then there these "
    "they this those through to too under until up very was we were what when where which while who whom whose "
    "why will with would you your yours s t "
    # German
    "aber als am an auch auf aus bei bin bis bist da damit dann das dass dem den der des dessen die dies diese "
    "diesem diesen dieser dieses doch dort du durch ein eine einem einen einer eines er es euch euer gegen "
    "hab habe haben hat hatte hier ich ihm ihn ihr ihre ihrem ihren ihrer im in ist ja jede jedem jeden jeder "
    "jedes kann kein keine man mein meine mich mir mit nach nicht noch nur ob oder ohne sein seine sich sie sind "
    "so um und uns unser unter vom von vor war waren was wegen weil welche welchem welchen welcher welches "
    "wenn wer werden wie wieder wir wird wo wurde wurden zu zum zur zwischen".split()
)
# Not by their folded form: a fur is none.
_ACCENTED_STOP_WORDS = frozenset({"f\u00fcr", "fu\u0308r", "\u00fcber", "u\u0308ber"})


class Term(NamedTuple):
    """A term and where it stands: text[start:end]."""

    text: str
    start: int
    end: int


def _ranges(codes: Iterable[int]) -> str:
    """Return code points as the inside of a character class."""
    found: list[list[int]] = []
    for code in codes:
        if found and found[-1][1] == code - 1:
            found[-1][1] = code
        else:
            found.append([code, code])
    return "".join(rf"\U{first:08x}-\U{last:08x}" for first, last in found)


# Where marks and numbers that are no digits are: looking at all of Unicode would take a tenth of a second.
_LOOKED_AT = (range(0xA0, 0x3400), range(0xA000, 0xAC00), range(0xFB00, 0x10000), range(0x10100, 0x12000))
_KINDS = [(code, unicodedata.category(chr(code))) for some in _LOOKED_AT for code in some]
_SUBSCRIPTS = range(0x2080, 0x208A)  # belong to their word, as in H₂O; ² and ½ do not
# Vowel signs and accents, and what has no width: soft hyphens, joiners.
_MARK = _ranges(code for code, kind in _KINDS if kind[0] == "M") + "\u00ad\u200b-\u200d\u2060\ufeff\uff9e\uff9f"
_FIGURE = _ranges(code for code, kind in _KINDS if kind == "No" and code not in _SUBSCRIPTS)
_SPACELESS = (
    "\u0e01-\u0e46\u0e81-\u0ec6\u0edc-\u0edf\u1000-\u103f\u1050-\u108f\uaa60-\uaa7a\u1780-\u17d7"  # Thai to Khmer
    "\u3005-\u3007\u3041-\u3096\u309d-\u309f\u30a1-\u30ff\u3105-\u312f\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf"
    "\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9d\uac00-\ud7a3\U00020000-\U000323af"
)
_JAMO = "[\u1100-\u115f][\u1160-\u11a7]?[\u11a8-\u11ff]?"  # Korean as macOS writes it in file names
_SIGN = "§¶$€£¥₹¢%‰°±≤≥"
_UNIT = (
    "(?i:mg|mcg|µg|μg|ug|kg|ml|dl|mmol|mol|meq|mmhg|iu|mm|cm|km|m²|m³|khz|mhz|ghz|kb|mb|gb|tb|kw|kwh|kcal|ft|lbs?|oz"
    "|hrs?|min|days?|weeks?|months?|years?|yrs?|eur|usd|gbp|chf|k?€)(?![^\\W_])"
)
_PART = rf"[^\W_{_SPACELESS}{_FIGURE}\u1100-\u11ff]"
_TERM = re.compile(
    r"(?P<number>(?<![\w.])\.\d+(?![\w])|\d+(?:[.,'’]\d+)+)"
    rf"|\d+(?={_UNIT})"
    rf"|(?P<word>{_PART}(?:[{_MARK}]*{_PART})*[{_MARK}]*)"
    rf"|(?P<character>[{_SPACELESS}][{_MARK}]*|{_JAMO})"
    rf"|[{_FIGURE}]|(?:§\s*)*§|[{_SIGN}]",
)
# The same for a text of ASCII alone, as most are, in a third of the time.
_ASCII_TERM = re.compile(
    r"(?P<word>[A-Za-z][A-Za-z0-9]*)|(?P<number>(?<![\w.])\.\d+(?![\w])|\d+(?:[.,']\d+)+)"
    rf"|\d+(?={_UNIT})|(?P<code>\d[A-Za-z0-9]*)|[$%]", re.ASCII,
)  # fmt: skip
_DIGITS = re.compile(r"\d+")
_GROUPED = (  # thousands, and the sign before what is smaller than one
    re.compile(r"(\d{1,3}(?:,\d{3})+)(?:\.(\d+))?"), re.compile(r"(\d{1,3}(?:\.\d{3})+),(\d+)"),
    re.compile(r"(\d{1,3}(?:['’]\d{3})+)(?:[.,](\d+))?"), re.compile(r"(\d{1,3}(?:\.\d{3}){2,})()"),
)
_DECIMAL = re.compile(r"\d+,\d+|\d+(?:\.\d+)+")
_DATE = re.compile(r"\d{1,2}\.\d{1,2}\.\d{2,4}")

_UNFOLDED = str.maketrans({
    "ø": "o", "ł": "l", "đ": "d", "ħ": "h", "æ": "ae", "œ": "oe", "ı": "i", "ð": "d", "þ": "th", "ŧ": "t", "ŋ": "n",
})
# Accents over letters; vowel signs of other writings are letters of their own.
_ACCENT = re.compile("[\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640"
                     "\u064b-\u065f\u0670\u06d6-\u06dc\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20f0\ufe00-\ufe0f"
                     "\u00ad\u200b-\u200d\u2060\ufeff]+")


def terms(text: str) -> Iterator[Term]:
    """Yield the terms of a text in order, with their places in it."""
    for match in (_ASCII_TERM if text.isascii() else _TERM).finditer(text):
        kind, found = match.lastgroup, match.group()
        if len(found) > _LONGEST_TERM and kind in ("word", "code"):
            continue
        if kind == "number":
            yield from _number(found, match.start())
        else:
            folded = _folded(found)
            if folded:
                yield Term(folded, *match.span())


def spelled(text: str) -> str:
    """Return the terms of a text with a space between them: what is indexed, and what a phrase is made of."""
    return " ".join([term.text for term in terms(text)])


@lru_cache(50_000)
def _folded(word: str) -> str:
    if word.isascii():
        return word.lower()
    if word[0] == "§":
        return "§"
    if len(word) == 1 and unicodedata.category(word) in ("No", "Sc", "So", "Sm", "Po"):
        digit = unicodedata.digit(word, None)
        return word if digit is None else str(digit)
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", word).casefold()).translate(_UNFOLDED)
    plain = unicodedata.normalize("NFC", _ACCENT.sub("", plain))
    return "".join(
        str(unicodedata.decimal(c)) if c.isdecimal() else c for c in plain
        if c.isalnum() or unicodedata.category(c)[0] == "M"
    )


def _number(found: str, start: int) -> Iterator[Term]:
    """Yield a number as one term, or its parts where they are a date or a list."""
    plain = _folded_digits(found)
    end = start + len(found)
    if plain.startswith("."):
        yield Term("0" + plain, start, end)
        return
    for form in _GROUPED:
        match = form.fullmatch(plain)
        if match:
            whole, rest = _digits(match[1]), match[2] or ""
            # A sum in full is the same sum: 2,450.00 and 2,450; the places of a smaller number may tell something.
            yield Term(f"{whole}.{rest}" if rest.strip("0") else whole, start, end)
            return
    if _DECIMAL.fullmatch(plain) and not _DATE.fullmatch(plain):
        whole, comma, rest = plain.partition(",")
        yield Term(f"0.{rest}" if comma and whole == "0" else plain, start, end)
        return
    for part in _DIGITS.finditer(plain):
        yield Term(part.group(), start + part.start(), start + part.end())


def _folded_digits(text: str) -> str:
    return text if text.isascii() else "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text)


def _digits(text: str) -> str:
    return "".join(c for c in text if c.isdecimal())


# Chunks: terms that are written as one.


def chunks(text: str) -> Iterator[list[Term]]:
    """Yield the terms of a text in order, those together that no white space parts: "10b-5", "§ 12", "5 %"."""
    chunk: list[Term] = []
    for term in terms(text):
        if chunk and not _joined(text, chunk[-1], term):
            yield chunk
            chunk = []
        chunk.append(term)
    if chunk:
        yield chunk


def _joined(text: str, before: Term, after: Term) -> bool:
    between = text[before.end : after.start]
    if before.text in "§¶$€£¥₹¢" or after.text in "%‰°":
        return not between.strip() and "\n" not in between
    if before.text in _SIGN or after.text in _SIGN:
        return False
    if is_character(before.text) != is_character(after.text):
        return False
    return not any(c.isspace() for c in between) and not any(c in ",;" for c in between)


def is_character(term: str) -> bool:
    """Whether a term is a character of a writing without spaces."""
    return _CHARACTER.match(term) is not None


_CHARACTER = re.compile(f"[{_SPACELESS}]")


def distinct(text: str) -> list[str]:
    """Return what to look for: each once, as a term or as the terms of a phrase with a space between them.

    Stop words are left out; a text of stop words alone keeps them. A chunk such as 10b-5 gives itself and its parts,
    a stretch of a writing without spaces its pairs. Of a long text the most telling MOST_TERMS are kept: with a
    digit, said often, long.
    """
    counts: Counter[str] = Counter()
    text = text[:LONGEST]
    for chunk in chunks(text):
        if len(chunk) > 1 or text[chunk[0].start : chunk[0].end].lower() not in _ACCENTED_STOP_WORDS:
            counts.update(_asked([term.text for term in chunk]))
    telling = [term for term in counts if not all(part in STOP_WORDS for part in term.split())]
    found = telling or list(counts)
    if len(found) > MOST_TERMS:
        order = {term: i for i, term in enumerate(found)}
        found.sort(key=lambda term: (any(c.isdigit() for c in term), counts[term], len(term)), reverse=True)
        found = sorted(found[:MOST_TERMS], key=order.__getitem__)
    return found


def _asked(parts: list[str]) -> list[str]:
    if len(parts) == 1:
        return parts
    if is_character(parts[0]):
        return [f"{one} {other}" for one, other in pairwise(parts)]
    if len(parts) == 2 and any(part in _SIGN for part in parts):
        words = [part for part in parts if part not in _SIGN]
    else:
        words = [part for part in parts if len(part) > 1 or part in STOP_WORDS]
    whole = " ".join(parts)
    return [whole, *words] if len(whole) <= _LONGEST_TERM else words


@lru_cache(50_000)
def stem(word: str) -> str:
    """Return an English word without the ending of its number or tense; others and short ones as they are.

    Two words of one stem are forms of one word nearly always: notice, notices, noticed; party, parties.
    """
    if len(word) < 4 or not (word.isascii() and word.isalpha()):
        return word
    for ending, least, instead in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= least:
            root = word[: -len(ending)] + instead
            if instead == "" and ending in ("ed", "ing"):
                if not any(c in "aeiouy" for c in root):
                    return word
                if len(root) > 3 and root[-1] == root[-2] and root[-1] not in "lsz":
                    root = root[:-1]
            return root.removesuffix("e") if len(root) > 4 else root
    return word.removesuffix("e") if len(word) > 4 else word


_ENDINGS = (
    ("sses", 1, "ss"), ("ies", 2, "y"), ("ied", 2, "y"), ("ss", 1, "ss"), ("us", 1, "us"), ("is", 1, "is"),
    ("xes", 1, "x"), ("ches", 1, "ch"), ("shes", 1, "sh"), ("s", 3, ""), ("eed", 1, "eed"), ("ed", 3, ""),
    ("ing", 3, ""),
)

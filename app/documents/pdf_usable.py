"""Whether a page's text is text: fonts without a table of their characters give signs that nobody can read.

Counts characters; knows no page and no language, only how often letters occur in those of Europe.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter

_NOISE = 0.25  # of the characters that are no text, and the page is none
_FEW = 8  # characters, of which nothing can be said
_CODES = re.compile(r"\(cid:\d{1,6}\)")
# U+FFFD, private use, controls and what no writing has. What is in private use is often only a bullet.
_NO_TEXT = re.compile(
    "[\ufffd\ue000-\uf8ff\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufdd0-\ufdef\U000f0000-\U0010ffff]"
)
_LETTERS = 150  # plain ones that their distribution is judged by
LIKENESS = 0.7  # below that a page is looked at twice: formulas come near to it
# Words that a page of text is full of; where they are, no more need be counted.
_COMMON = (" the ", " of ", " and ", " to ", " der ", " und ", " die ", " de ", " la ", " que ", " di ", " het ")
_SILENT = 0.08  # of the words of a page have no vowel, and it is no language
_VARIETY = 12  # different words; fewer are no page of text, whatever they are
_LONG_WORD = re.compile(r"[a-z]{3,}")
_VOWEL = re.compile("[aeiouy]")
# Letters a thousand, mean of English, German, French, Spanish, Italian, Portuguese and Dutch.
_USUAL = dict(
    zip(
        "abcdefghijklmnopqrstuvwxyz",
        (89, 14, 32, 43, 149, 13, 16, 22, 74, 4, 6, 45, 26, 77, 69, 23, 6, 68, 68, 64, 38, 14, 9, 2, 8, 6),
        strict=True,
    )
)
_USUAL_LENGTH = math.sqrt(sum(value * value for value in _USUAL.values()))
_MIXED = 0.3  # of the words of which mix writings
_MIXED_FEWEST = 8
_WORD = re.compile(r"[^\W\d_]{2,}")


def is_usable(text: str) -> bool:
    """Whether a page's text can be read; one with nothing to judge by can."""
    least = 2 + len(text) / 500
    if text.count(" the ") + text.count(" of ") > least or sum(map(text.count, _COMMON)) > least:
        return True
    if text.isascii():
        return not _has_codes(text) and _reads(text)
    bare = "".join(text.split())
    if len(bare) < _FEW:
        return True
    if len(_NO_TEXT.findall(bare)) > _NOISE * len(bare) or _has_codes(text):
        return False
    return _reads(text) and not _is_mixed(text)


def _has_codes(text: str) -> bool:
    return "(cid:" in text and sum(len(code) for code in _CODES.findall(text)) > _NOISE * len(text)


def likeness(text: str) -> float | None:
    """Return how near the plain letters' frequencies come to the usual, 0 to 1; None where there are too few."""
    counts = Counter(text.lower())
    found = [counts.get(letter, 0) for letter in _USUAL]
    if sum(found) < _LETTERS:
        return None
    length = math.sqrt(sum(count * count for count in found))
    return sum(count * usual for count, usual in zip(found, _USUAL.values(), strict=True)) / (length * _USUAL_LENGTH)


def _reads(text: str) -> bool:
    found = likeness(text)
    return found is None or found >= LIKENESS or silent(text) <= _SILENT


def silent(text: str) -> float:
    """Return the share of the plain words of three letters and more that have no vowel."""
    words = _LONG_WORD.findall(text.lower())
    if len(set(words)) < _VARIETY:
        return 0.0
    return sum(not _VOWEL.search(word) for word in words) / len(words) if words else 1.0


def mixed(text: str) -> float | None:
    """Return the share of words that mix writings or hold letters that none is written with; None for few words."""
    words = [word for word in _WORD.findall(text) if not word.isascii()]
    every = len(_WORD.findall(text))
    if every < _MIXED_FEWEST:
        return None
    return sum(_is_odd(word) for word in words) / every


def _is_mixed(text: str) -> bool:
    found = mixed(text)
    return found is not None and found > _MIXED


def _is_odd(word: str) -> bool:
    writings = {_writing(character) for character in word}
    writings.discard("")
    return len(writings) > 1 or "odd" in writings


def _writing(character: str) -> str:
    """Return the name of the writing that a letter is of; "odd" for letters that hardly any text has."""
    if character < "\u0180":
        return "LATIN"
    code = ord(character)
    if 0x0180 <= code < 0x0250 or 0x0250 <= code < 0x02B0:
        return "LATIN" if character in "\u01a0\u01a1\u01af\u01b0\u0218\u0219\u021a\u021b\u0259\u018f" else "odd"
    if unicodedata.category(character) in ("Mn", "Lm", "Cn"):
        return ""
    name = unicodedata.name(character, "").split(" ", 1)[0]
    return "CJK" if name in ("HIRAGANA", "KATAKANA", "HANGUL", "IDEOGRAPHIC", "FULLWIDTH", "HALFWIDTH") else name

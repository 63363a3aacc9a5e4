"""Which encoding a text without any mark is in: the one under which it reads most like a language.

Each encoding is tried with the languages that were written in it, and its characters are weighed by
how often those languages use them (naive likelihood of characters beyond ASCII, with the case and the
neighbours of a letter). Holds for short texts, too, where general detectors take the encodings of
Europe for one another: benchmarks/encodings.py tells the shares. Knows no file and no format.
"""

from __future__ import annotations

import codecs
import functools
import math
import re
import unicodedata
from dataclasses import dataclass

from app.documents import letters

_SAMPLE = 8_000  # bytes of lines that are not plain ASCII
_FIRST = 1_000  # bytes of it that all encodings are tried with; only the best of them go on
_KEPT = 8
_LOOKED_AT = 4 << 20  # bytes
_WIDE = 65_536  # bytes
_RARE, _SYMBOL, _BROKEN = -9.0, -12.0, -16.0
# What a byte beyond ASCII weighs on the average in no text; where they are rare among ASCII, they may be odder.
_DOUBTFUL, _DOUBTFUL_LATIN = -5.2, -8.0
_PUNCTUATION = frozenset("\u00a0«»‹›“”„‘’‚–—…•·°§€£©®™№±²³½¼¾×´¡¿ªº")
_JOINS = frozenset("’·´\u0300\u0301\u0303\u0309\u0323")  # the last are tones of Vietnamese
_ESCAPES = ((b"\x1b$)C", "iso2022_kr"), (b"\x1b$", "iso2022_jp_2"), (b"\x1b(J", "iso2022_jp"), (b"~{", "hz"))
_HIGH = re.compile(rb"[\x80-\xff]")
_UTF8 = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_PLAIN = re.compile(rb"[\t\n\r -~]")
_CONTROLS = re.compile(rb"[\x00-\x08\x10-\x1a\x1c-\x1f\x7f]")
_NO_TEXT = ("Cc", "Cn", "Co", "Cs")
_WORDS = re.compile(r"[a-z]+")

# Who declares these means their superset, by the HTML standard; and names that Python does not know.
_MEANT = {
    "iso8859-1": "cp1252", "ascii": "cp1252", "iso8859-9": "cp1254", "iso8859-11": "cp874", "tis-620": "cp874",
    "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932", "euc_kr": "cp949", "big5": "big5hkscs",
    "x-sjis": "cp932", "x-gbk": "gb18030", "x-euc-jp": "euc_jp", "x-mac-cyrillic": "mac_cyrillic",
    "x-mac-roman": "mac_roman", "macintosh": "mac_roman", "windows-874": "cp874", "ks_c_5601-1987": "cp949",
}  # fmt: skip
# What a file may say that it is in; Python knows others that are no encodings of text, or dangerous.
_KNOWN = re.compile(r"utf-8|cp\d+|iso8859-\d+|iso2022_(jp|kr)\w*|koi8-[rut]|mac[-_]\w+|euc_\w+|gb\w+|big5\w*|hz|johab"
                    r"|kz1048|ptcp154|shift_\w+")  # fmt: skip

@dataclass(frozen=True, slots=True)
class _Language:
    """How likely a language's characters beyond ASCII are, as logarithms."""

    weights: dict[str, float]
    common: frozenset[str]  # words in ASCII
    latin: bool


def declared(name: str) -> str:
    """Python's name of the encoding that a file says it is in; raises LookupError where that is none of a text's."""
    found = _MEANT.get(name.lower()) or codecs.lookup(name).name
    if not _KNOWN.fullmatch(found):
        raise LookupError(found)
    return _MEANT.get(found, found)


def encoding_of(data: bytes) -> tuple[str, bool]:
    """Return the most likely encoding of bytes that are neither UTF-8 nor UTF-16, and whether it reads well."""
    sample = _sample(data)
    start = sample[:_FIRST]
    likely = sorted(letters.ENCODINGS, key=lambda each: each[1] + _score(start, each[0], each[2]), reverse=True)
    best, name, least = -math.inf, "cp1252", _DOUBTFUL_LATIN
    for encoding, prior, languages in likely[:_KEPT] if len(sample) > _FIRST else likely[:1]:
        found = prior + _score(sample, encoding, languages)
        if found > best:
            best, name = found, encoding
            least = _DOUBTFUL_LATIN if languages[0] in letters.LATIN else _DOUBTFUL
    return name, best / max(len(_HIGH.findall(sample)), 1) > least


def mostly_utf8(data: bytes) -> bool:
    """Whether bytes are UTF-8 but for a few that broke on their way."""
    start = data[:_LOOKED_AT]
    whole = _UTF8.findall(start)
    rest = len(_HIGH.findall(start)) - sum(map(len, whole))
    return len(whole) > 10 * rest


def wide(data: bytes) -> str:
    """The encoding of text in units of two or four bytes without a mark; empty where it is none."""
    start = data[:_WIDE]
    if len(start) < 2 or len(_PLAIN.findall(start)) > 0.8 * len(start):
        return ""
    whole = start[: len(start) // 4 * 4]
    for encoding in ("utf-32-le", "utf-32-be"):
        try:
            if whole and _strange(whole.decode(encoding)) <= 0.01:
                return encoding
        except UnicodeDecodeError:
            continue
    if b"\x00" not in start and len(_CONTROLS.findall(start)) < 0.01 * len(start):
        return ""
    found = []
    for encoding in ("utf-16-le", "utf-16-be"):
        text = start[: len(start) // 2 * 2].decode(encoding, "replace")
        if _strange(text) <= 0.01:
            # The right order gives blanks and ends of lines, and letters of few alphabets.
            plain = sum(" " <= character < "\x7f" or character in "\r\n\t\u3000、。，" for character in text)
            alphabets = len({ord(character) >> 8 for character in text})
            if plain * 100 > len(text) or (alphabets <= 3 and len(set(text)) > 8):
                found.append((plain, -alphabets, encoding))
    return max(found)[2] if found else ""


def is_binary(data: bytes) -> bool:
    """Whether there are more control characters in bytes than any text has."""
    start = data[:_WIDE]
    return len(_CONTROLS.findall(start)) > 0.02 * len(start)


def switching(data: bytes) -> str:
    """The encoding of text that switches alphabets by escape sequences, its bytes all ASCII; empty where it is none."""
    for mark, encoding in _ESCAPES:
        if mark in data[:_LOOKED_AT]:
            try:
                data.decode(encoding)
            except UnicodeDecodeError:
                continue
            return encoding
    return ""


def _strange(text: str) -> float:
    """The share of characters that no text has."""
    strange = sum((unicodedata.category(character) in _NO_TEXT and character not in "\t\n\r\f")
                  or character == "\ufffd" for character in text)  # fmt: skip
    return strange / max(len(text), 1)


def _sample(data: bytes) -> bytes:
    """The first lines that have a character beyond ASCII; of lines without end, where these are."""
    found: list[bytes] = []
    size = 0
    at = 0
    start = data[:_LOOKED_AT] if _HIGH.search(data, 0, _LOOKED_AT) else data
    while size < _SAMPLE and (high := _HIGH.search(start, at)):
        begin = max(start.rfind(b"\n", at, high.start()) + 1, at)
        begin = max(begin, high.start() - 200)
        end = start.find(b"\n", high.start())
        end = len(start) if end < 0 else end + 1
        line = start[begin : min(end, begin + _SAMPLE - size)]
        found.append(line)
        size += len(line)
        at = begin + len(line)
    return b"".join(found)


def _score(sample: bytes, encoding: str, languages: tuple[str, ...]) -> float:
    text = codecs.getincrementaldecoder(encoding)("replace").decode(sample)
    if languages[0] in letters.IDEOGRAPHS:
        return max(_ideographs(text, name) for name in languages)
    found = -math.inf
    words: list[str] = []
    if languages[0] in letters.LATIN:
        words = _WORDS.findall(text.lower())[:300]
    for name in languages:
        language = _language(name)
        known = 0.7 * min(sum(word in language.common for word in words), 8)
        found = max(found, known + _likelihood(text, language))
    return found


def _likelihood(text: str, language: _Language) -> float:
    total = 0.0
    before, run = " ", 0
    last = len(text) - 1
    for at, character in enumerate(text):
        if character < "\x80":
            before, run = character, 0
            continue
        after = text[at + 1] if at < last else " "
        total += _weight(character, before, after, language)
        if character.isalpha():
            run += 1
            if language.latin and run > 2:
                total -= 2.5
        else:
            run = 0
        before = character
    return total


def _weight(character: str, before: str, after: str, language: _Language) -> float:
    weight = language.weights.get(character)
    if not character.isalpha():
        if character == "\ufffd" or "\x80" <= character < "\xa0":
            return _BROKEN
        if before.isalpha() and after.isalpha() and character not in _JOINS and language.latin:
            return _SYMBOL
        return weight or (-6.0 if character in _PUNCTUATION else _SYMBOL)
    if weight is None:
        lower = character.lower()
        weight = language.weights.get(lower, _RARE - 2) if lower != character else _RARE - 2
        # Capitals begin a word or stand among capitals.
        weight -= 5.0 if before.islower() else 1.0 if not before.isalpha() or before.isupper() else 3.0
        if before.isalpha() and before.isupper() and after.islower():
            weight -= 1.0
    elif character.islower() and after.isupper():
        weight -= 3.0
    if not language.latin and (_is_ascii_letter(before) or _is_ascii_letter(after)):
        weight -= 3.0
    return weight


def _is_ascii_letter(character: str) -> bool:
    return character < "\x80" and character.isalpha()


def _ideographs(text: str, name: str) -> float:
    common, alphabet = letters.IDEOGRAPHS[name]
    total = 0.0
    for character in text:
        if character < "\x80":
            continue
        if character in common:
            total -= 5.0
        elif character in letters.MARKS:
            total -= 6.0
        else:
            total += _level(character, alphabet)
    return total


@functools.lru_cache(20_000)
def _level(character: str, alphabet: str) -> float:
    """Likelihood of a character that is not of the most frequent ones: their standards list these first."""
    if character == "\ufffd" or "\x80" <= character < "\xa0" or "\ue000" <= character <= "\uf8ff":
        return 2 * _BROKEN
    if "\u2500" <= character <= "\u266f":  # lines and boxes, as old programs drew their frames with
        return -8.0
    try:
        lead = character.encode(alphabet)[0]
    except UnicodeEncodeError:
        return -19.0
    first, last = letters.LEVELS[alphabet]
    return -9.0 if first <= lead <= last else -15.0


@functools.cache
def _language(name: str) -> _Language:
    order, common = letters.LATIN.get(name) or (letters.OTHERS[name], "")
    ranks = [1 / (rank + 4) for rank in range(len(order))]
    whole = sum(ranks)
    weights = {character: math.log(rank / whole) for character, rank in zip(order, ranks, strict=True)}
    return _Language(weights, frozenset(common.split()), name in letters.LATIN)

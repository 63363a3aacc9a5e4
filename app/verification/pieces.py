"""A text into pieces: words, runs of digits, codes and signs, each with its place; knows no meaning.

The first step of reading a text for comparison. Typographic variants (ligatures, quotation marks, dashes, soft
hyphens, a word parted at a line's end) give the same piece. Not the terms of app/terms.py, which are for finding: they
drop accents, signs and what a number is written with, by which two names or values may differ.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

WORD, NUMBER, CODE, SIGN = "word", "number", "code", "sign"

_PLAIN = str.maketrans({
    **dict.fromkeys("‐‑‒–—−﹣－", "-"), **dict.fromkeys("‘’‚‛′ʼ", "'"), **dict.fromkeys("“”„‟″«»", '"'),
    **dict.fromkeys("\u00a0\u2007\u2009\u202f\u2002\u2003", " "),
})  # fmt: skip
_L = r"[^\W\d_]"
_PIECE = re.compile(
    rf"(?P<dotted>(?<!\w)(?:{_L}\.){{2,}}(?:{_L}(?!\w))?)"
    # H1N1, CCL3L1; COVID-19 and SARS-CoV-2, but not type-2; 10b, but not 5mg, which is parted below.
    rf"|(?P<code>(?!(?:RMB|USD|US|EUR|GBP|CHF|INR|HK|Rs)\d){_L}+\d\w*|(?=\w*[A-Z]){_L}+(?:-{_L}+)*-\d+(?![\d.,]*\d)\w*)"
    r"|(?P<number>(?<!\d )(?<!\d)\d{1,3}(?:[ ']\d{3})+(?!\d| \d)(?:[.,]\d+)?|\d+(?:[.,]\d+)*|(?<![\w.])\.\d+)"
    rf"|(?P<word>{_L}+-[ \t]*\n[ \t]*(?=[a-zß-öø-ÿ]){_L}+|{_L}(?:{_L}|\u00ad|'(?={_L}))*)"
    r"|(?P<sign>[^\s\w])",
)


class Piece(NamedTuple):
    """A piece of a text: text[start:end]; `plain` is what it is compared by."""

    kind: str
    plain: str  # lower case, without ligatures and soft hyphens
    start: int
    end: int
    shown: str  # as written, but for quotation marks and dashes
    glued: bool  # nothing stands between it and the piece before


def straight(text: str) -> str:
    """Return `text` with plain dashes, quotation marks and spaces, each character in its place."""
    return text.translate(_PLAIN)


def pieces(text: str) -> list[Piece]:
    """Return the pieces of a text in order."""
    found: list[Piece] = []
    plain = straight(text)
    after = -1
    at = 0
    while match := _PIECE.search(plain, at):
        start, end = match.span()
        kind = match.lastgroup or SIGN
        shown = match.group()
        found.append(Piece(WORD if kind == "dotted" else kind, _folded(shown, kind), start, end, shown, start == after))
        at = after = end
    return found


def _folded(shown: str, kind: str) -> str:
    folded = shown if shown.isascii() else unicodedata.normalize("NFKC", shown).replace("\u00ad", "")
    folded = folded.lower()
    if kind == "dotted":
        return folded.replace(".", "")
    if kind == CODE:
        return folded.replace("-", "")
    return re.sub(r"-\s+", "", folded) if "-" in folded else folded

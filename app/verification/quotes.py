"""Text in quotation marks: whether it stands in a passage word for word."""

from __future__ import annotations

import re
import unicodedata

from app.verification.pieces import straight

# By the marks after straight(): opened where a word begins, closed where one ends.
_QUOTED = re.compile(r'(?<![\w"])"(?=[^\s"])([^"]*?[^\s"])"(?!\w)')
_LEFT_OUT = re.compile(r"\s*(?:\[\s*(?:\.{3}|…)\s*\]|\(\s*(?:\.{3}|…)\s*\)|\.{3}|…)\s*")
_ALTERED = re.compile(r"\[(\w{1,3})\]")  # "[t]he tenant"
_NOTHING = re.compile(r"[\s\u00ad\-_\"'*]+")


def quoted(text: str) -> list[tuple[int, int]]:
    """Return [start, end) of each stretch in quotation marks, without them."""
    return [match.span(1) for match in _QUOTED.finditer(straight(text))]


def holds(passage: str, quote: str) -> bool:
    """Whether a passage holds a quote word for word.

    White space, hyphens, typographic marks, ligatures and the case say no difference; what the quote leaves out
    between dots may be anything.
    """
    whole = _flat(passage)
    at = 0
    for part in _LEFT_OUT.split(_ALTERED.sub(r"\1", straight(quote))):
        wanted = _flat(part).strip(".,;:!?")
        at = whole.find(wanted, at)
        if at < 0:
            return False
        at += len(wanted)
    return True


def _flat(text: str) -> str:
    return _NOTHING.sub("", unicodedata.normalize("NFKC", straight(text)).casefold())

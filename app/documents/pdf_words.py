"""What becomes of pdfium's characters in a page's text, and of words that are broken at a line's end.

Knows no geometry and no pdfium.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_LIGATURES = {
    "\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl", "\ufb05": "st", "\ufb06": "st",
}  # fmt: skip
# Line breaks are those of one system, and what could not be stored or seen is gone.
_CHANGED = re.compile("\r\n?|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\xad\ufb00-\ufb06\ufffe\uffff\ud800-\udfff]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_ODD = re.compile("[\xad\ufb00-\ufb06\ufffe\uffff\ud800-\udfff]")
_HYPHENS = {"\ufffe", "\x02", "\xad"}

# Words before and behind a hyphen that belong to it, so that it stays where a line ends with it.
_BEFORE = frozenset(
    """
    self non well ill cross half quasi pseudo all long short high low third first fourth fifth sixth one two three four
    five six seven eight nine twenty thirty forty fifty sixty seventy eighty ninety full year month week same single
    double small large new co
    """.split()
)
_BEHIND = frozenset(
    """
    based related free like term specific owned approved year years month months week weeks level effective making
    interest bearing lived known scale ready driven oriented backed employed looking quality risk cost income up off
    current cash recurring
    """.split()
)
_ENDINGS = frozenset("ing ings er ers ed es est ness ly ary able ible ment ments tion tions sion ity ence ance".split())
# Words that are as often the beginning of a longer one; a hyphen behind them is taken for a break.
_OPENERS = frozenset("in on over under with there here where not any some every can be for out to as an up".split())
_CHAINED = _OPENERS | {"the", "and", "of", "by", "or"}  # in the middle of a chain such as state-of-the-art
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_WHOLE_OR_BROKEN = re.compile("[^\\W\\d_]+(?:(?:[-\xad]\r?\n|[-\ufffe\x02])[^\\W\\d_]+)*")
_BROKEN = re.compile("[\ufffe\x02\n]")


def _replacement(match: re.Match[str]) -> str:
    found = match.group()
    if found[0] == "\r":
        return "\n"
    if found in _HYPHENS:
        return "-"
    if found in _LIGATURES:
        return _LIGATURES[found]
    return "\ufffd" if "\ud800" <= found <= "\udfff" else ""


def clean(text: str) -> str:
    """Return pdfium's text as a page's text; the same for a text as for its parts one after the other."""
    if _CHANGED.search(text):
        text = _CHANGED.sub(_replacement, text)
    return text


def is_clean(text: str) -> bool:
    """Whether clean() would leave `text` as it is, line breaks aside."""
    return (text.isascii() or not _ODD.search(text)) and not _CONTROL.search(text)


def offsets(raw: str, start: int, text: str) -> Iterator[int]:
    """Yield for each character of `text`, which clean() made of raw[start:…], its place in `raw`."""
    done = 0
    place = start
    while done < len(text):
        match = _CHANGED.match(raw, place)
        if match is None:
            yield place
            done += 1
            place += 1
            continue
        made = _replacement(match)
        for _ in made[: len(text) - done]:
            yield place
        done += len(made)
        place = match.end()


_SPACELESS = re.compile(r"\S+")


def first_word(raw: str, start: int, end: int) -> int:
    """Return where the first word of raw[start:end] ends."""
    match = _SPACELESS.match(raw, start, end)
    return match.end() if match else start


class Words:
    """The words of a page, for telling whether a hyphen at a line's end belongs to its word."""

    def __init__(self, raw: str) -> None:
        self._raw = raw
        found = (match.group() for match in _WHOLE_OR_BROKEN.finditer(raw))
        self._all = frozenset(word.lower() for word in found if not _BROKEN.search(word))

    def keeps_hyphen(self, line: int, end: int, start: int, stop: int) -> bool:
        """Whether the word that ends at `end` of the line from `line`, and goes on at `start`, has a hyphen."""
        left_match = re.search(r"[^\W\d_]+(?:-[^\W\d_]+)*$", self._raw[line:end])
        right_match = _WORD.match(self._raw, start, stop)
        if left_match is None or right_match is None:
            return True
        left, right = left_match.group(), right_match.group()
        if not right[0].islower() or (left.isupper() and len(left) > 1) or len(left) == 1:
            return True
        left, right = left.lower(), right.lower()
        if left + right in self._all:
            return False
        if f"{left}-{right}" in self._all:
            return True
        last, first = left.rsplit("-", 1)[-1], right.split("-", 1)[0]
        if first in _ENDINGS:
            return False
        if last in _BEFORE or ("-" in left and last in _CHAINED):
            return True
        if len(last) < 4 or last in _OPENERS:
            return False
        return first in _BEHIND or (len(first) > 3 and {last, first} <= self._all)

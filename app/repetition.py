"""Whether a text has begun to say the same over and over, as small models do when nothing stops them.

Knows nothing but text. What is still being written is asked about again and again, so it takes time by the length of
the end that is looked at alone.
"""

from __future__ import annotations

import re

_ENDS = (re.compile(r"(?<=[.!?…。！？])(?:\s*\[[^\]]*\])?(?=\s|$)|\n"), re.compile(r"\s"))
# What the items of a list differ by, in front of a line or a sentence: "(a) ", "12. ", "- iv) ", "**2.** ".
_MARK = re.compile(
    r"(?:^|(?<=\n)|(?<=[.!?;:,\]] ))[ \t*#•–-]*(?:\((?:[a-z]{1,2}|[ivx]{1,5}|\d{1,3})\)"
    r"|(?:[a-z]|[ivx]{1,5}|\d{1,3})[.):])\**[ \t]+", re.IGNORECASE,
)  # fmt: skip
_LOOKED_AT = 1_200  # characters at the end
_MARKS = 400  # characters more, in the place of what the marks of lists take of them
_LEAST = 60  # characters that say the same, all together
_TIMES = 3


def begins(text: str) -> int | None:
    """Return where to cut a text that ends with the same three times or more in a row, so that it stands there once.

    That is at the end of a sentence or a word where the same holds one; None where nothing repeats. What has neither
    letter nor figure may repeat, as a rule of dashes does. What numbers the items of a list makes no difference.
    """
    first = max(0, len(text) - _LOOKED_AT - _MARKS)
    kept = _without_marks(text, first)[-_LOOKED_AT:]
    tail = "".join(text[place] for place in kept)
    end = tail[::-1]
    same = _prefixes(end)
    for length in range(1, len(end) // _TIMES + 1):
        run = length + same[length]  # that many characters at the end repeat what is `length` long
        if run >= max(_LEAST, _TIMES * length) and any(map(str.isalnum, end[:length])):
            place = len(tail) - run + length
            whole = next(filter(None, (end.search(tail, place - 1, place + length) for end in _ENDS)), None)
            return kept[(whole.end() if whole else place) - 1] + 1
    return None


def _without_marks(text: str, first: int) -> list[int]:
    """Return the places of the characters of a text from `first` on, but for the marks that number the items of lists.

    Eleven times the same is no list because they are numbered.
    """
    places: list[int] = []
    for mark in _MARK.finditer(text, first):
        places += range(first, mark.start())
        first = mark.end()
    return [*places, *range(first, len(text))]


def _prefixes(text: str) -> list[int]:
    """Return for each place how many characters from there are those of the beginning (Gusfield 1997, Z algorithm)."""
    found = [0] * len(text)
    left = right = 0
    for place in range(1, len(text)):
        if place < right:
            found[place] = min(right - place, found[place - left])
        while place + found[place] < len(text) and text[found[place]] == text[place + found[place]]:
            found[place] += 1
        if place + found[place] > right:
            left, right = place, place + found[place]
    return found

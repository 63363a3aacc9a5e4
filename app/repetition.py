"""Whether a text has begun to say the same over and over, as small models do when nothing stops them.

Knows nothing but text. What is still being written is asked about again and again, so it takes time by the length of
the end that is looked at alone.
"""

from __future__ import annotations

import re

_ENDS = (re.compile(r"(?<=[.!?…。！？])(?:\s*\[[^\]]*\])?(?=\s|$)|\n"), re.compile(r"\s"))
_LOOKED_AT = 1_200  # characters at the end
_LEAST = 60  # characters that say the same, all together
_TIMES = 3


def begins(text: str) -> int | None:
    """Return where to cut a text that ends with the same three times or more in a row, so that it stands there once.

    That is at the end of a sentence or a word where the same holds one; None where nothing repeats. What has neither
    letter nor figure may repeat, as a rule of dashes does.
    """
    end = text[-_LOOKED_AT:][::-1]
    same = _prefixes(end)
    for length in range(1, len(end) // _TIMES + 1):
        run = length + same[length]  # that many characters at the end repeat what is `length` long
        if run >= max(_LEAST, _TIMES * length) and any(map(str.isalnum, end[:length])):
            place = len(text) - run + length
            whole = next(filter(None, (end.search(text, place - 1, place + length) for end in _ENDS)), None)
            return whole.end() if whole else place
    return None


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

"""The part of a passage that is shown: where there is no room for all of it, and where only that part is quoted.

Pure: from a text and marked stretches to a shorter text and its stretches. Knows no store, no terminal, no widget.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.types import Citation, StoredPassage

MORE = "…"
_SPACES = re.compile(r"\s+")
_LEAD = 6  # a sixth of the room goes to what stands before the first mark
_SLACK = 4  # a text that is longer by less than a quarter is shown whole: to cut so little off helps nobody
_WORD = 30  # characters; where no word ends within so many the text is cut where it is, as in Chinese
Stretches = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Snippet:
    """A text on one line; `marks` are stretches of it, ascending."""

    text: str
    marks: Stretches = ()


def snippet(text: str, marks: Sequence[tuple[int, int]], most: int) -> Snippet:
    """Return about `most` characters of `text`, at most a quarter more, that hold as many of `marks` as they can.

    Blanks become single spaces.
    `marks` are stretches of `text` in any order; those outside it are left out. Where something is left out before or
    after, an ellipsis stands for it.
    """
    line = _one_line(text, _within(marks, len(text)))
    if len(line.text) <= most + most // _SLACK:
        return line
    start = _start(line, most)
    end = min(len(line.text), start + most)
    start, end = _at_word(line.text, start, forward=True), _at_word(line.text, end, forward=False)
    before, after = MORE if start else "", MORE if end < len(line.text) else ""
    kept = tuple(
        (max(a, start) - start + len(before), min(b, end) - start + len(before))
        for a, b in line.marks if a < end and b > start
    )
    return Snippet(f"{before}{line.text[start:end]}{after}", kept)


def quoted(passage: StoredPassage, citation: Citation) -> StoredPassage:
    """Return only the characters of `passage` that are quoted, all of it where the citation names none."""
    if not citation.end:
        return passage
    first = passage.start + citation.start
    text = passage.text[citation.start : citation.end]
    return replace(passage, start=first, end=first + len(text), text=text)


def _within(marks: Sequence[tuple[int, int]], length: int) -> Stretches:
    merged: list[tuple[int, int]] = []
    for start, end in sorted((max(0, start), min(end, length)) for start, end in marks):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(merged[-1][1], end)
        elif start < end:
            merged.append((start, end))
    return tuple(merged)


def _one_line(text: str, marks: Stretches) -> Snippet:
    """Make each run of blanks one space, without any at the ends, and move the marks along."""
    pieces: list[str] = []
    moved: list[int] = []  # for each character of `text`, where it went
    length = 0
    at = 0
    for blank in [*_SPACES.finditer(text), None]:
        start, end = blank.span() if blank else (len(text), len(text))
        pieces.append(text[at:start])
        moved += range(length, length + start - at)
        length += start - at
        if blank and length and end < len(text):
            pieces.append(" ")
            moved += [length] * (end - start)
            length += 1
        else:
            moved += [length] * (end - start)
        at = end
    moved.append(length)
    return Snippet("".join(pieces), tuple((moved[a], moved[b]) for a, b in marks if moved[a] < moved[b]))


def _start(line: Snippet, most: int) -> int:
    """Return where the stretch begins that holds the most marks, the first such one."""
    last = len(line.text) - most
    if not line.marks or line.marks[-1][1] <= most:
        return 0
    starts = [min(max(0, start - most // _LEAD), last) for start, _ in line.marks]
    return max(starts, key=lambda start: (_held(line.marks, start, start + most), -start))


def _held(marks: Stretches, start: int, end: int) -> int:
    return sum(start <= a and b <= end for a, b in marks)


def _at_word(text: str, at: int, *, forward: bool) -> int:
    """Move a cut to the edge of a word that is near."""
    if at in (0, len(text)):
        return at
    if forward:
        space = text.find(" ", at - 1, at + _WORD)
        return space + 1 if space >= 0 else at
    space = text.rfind(" ", max(0, at - _WORD), at + 1)
    return space if space >= 0 else at

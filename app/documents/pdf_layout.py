"""A page's characters in reading order: which lines there are, which of them go together, and what each becomes.

Takes pdfium's text and the places of the first and last character of each line. A line that pdfium
broke at a raised or lowered character is one again, cells of a table's row stand on one line, text
set in columns is read column by column, and a word broken by a hyphen is whole. Knows no document:
the same page gives the same characters whenever it is asked, so that they can be marked.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median
from typing import Any

from app.documents import pdf_columns, pdf_words

_BREAK = re.compile("\r\n?|\n|[\ufffe\x02](?=\\w)")  # the last is pdfium's mark for a hyphen at the end of a line
_HYPHENS = "-\xad\u2010"
_MOST_LINES = 4000  # of a page that is laid out; more is no text
_TALL = 2.5  # times higher than wide: text that runs up or down the page


@dataclass(slots=True)
class Line:
    """A line of the page: `spans` are (what goes before, start, end) of pdfium's text; y grows upwards."""

    spans: list[tuple[str, int, int]]
    left: float
    bottom: float
    right: float
    top: float
    size: float  # height of its first character, ascent and descent included
    broken: bool = False  # it ends in a hyphen, which is the character behind its last span
    turned: bool = False

    @property
    def start(self) -> int:
        return self.spans[0][1]

    @property
    def end(self) -> int:
        return self.spans[-1][2]

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def length(self) -> int:
        return sum(end - start for _, start, end in self.spans)


@dataclass(frozen=True, slots=True)
class Placed:
    """A line as it stands in the page's text, text[start:end], and where it stands on the page."""

    start: int
    end: int
    line: Line


@dataclass(slots=True)
class Layout:
    """A page's text, the stretches that it is made of, and its lines where they have places."""

    text: str = ""
    pieces: list[tuple[str, int]] = field(default_factory=list)  # (text, where it stands in pdfium's; -1: inserted)
    lines: list[Placed] = field(default_factory=list)

    def offsets(self, raw: str) -> list[int]:
        """Return for each character of the text its place in pdfium's text `raw`, -1 for an inserted one."""
        found: list[int] = []
        for text, start in self.pieces:
            if start < 0:
                found += [-1] * len(text)
            else:
                found += pdf_words.offsets(raw, start, text)
        return found


class Boxes:
    """The places of a pdfium text page's characters as the page is shown, y growing upwards."""

    def __init__(self, characters: Any, rotation: int) -> None:
        from pypdfium2 import raw

        self._call = raw.FPDFText_GetLooseCharBox
        self._characters = characters
        self._rectangle = raw.FS_RECTF()
        self._at = ctypes.byref(self._rectangle)
        self._rotation = rotation % 4

    def __call__(self, index: int) -> tuple[float, float, float, float] | None:
        """Return (left, bottom, right, top) of a character; None where it has no place."""
        if not self._call(self._characters, index, self._at):
            return None
        found = self._rectangle
        left, bottom, right, top = found.left, found.bottom, found.right, found.top
        if self._rotation:
            if self._rotation == 1:
                left, bottom, right, top = bottom, -right, top, -left
            elif self._rotation == 2:
                left, bottom, right, top = -right, -top, -left, -bottom
            else:
                left, bottom, right, top = -top, left, -bottom, right
        return left, bottom, right, top


def laid_out(raw: str, indexes: Sequence[int] | None, boxes: Boxes) -> Layout:
    """Return the layout of pdfium's text; `indexes` are its characters' own, None where they are the same."""
    lines = _lines(raw, indexes, boxes)
    if lines is None:
        return _plain(raw)
    lines = _joined(lines)
    lines = pdf_columns.ordered(raw, lines, lambda place: boxes(place if indexes is None else indexes[place]))
    return _written(raw, lines)


def _plain(raw: str) -> Layout:
    text = pdf_words.clean(raw)
    return Layout(text, [(text, 0)] if text else [])


def _lines(raw: str, indexes: Sequence[int] | None, boxes: Boxes) -> list[Line] | None:
    """Return pdfium's lines that hold anything; None where they have no places."""
    found: list[Line] = []
    start = 0
    ends = [(match.start(), match.end(), match.group()) for match in _BREAK.finditer(raw)]
    if len(ends) > _MOST_LINES:
        return None
    for stop, after, mark in [*ends, (len(raw), len(raw), "")]:
        piece = raw[start:stop]
        bare = piece.strip()
        if bare:
            first = start + piece.index(bare[0])
            last = first + len(bare)
            broken = mark in ("\ufffe", "\x02")
            if not broken and mark and bare[-1] in _HYPHENS and len(bare) > 1 and bare[-2].isalpha():
                broken = True
                last -= 1
            a = boxes(first if indexes is None else indexes[first])
            b = boxes(last - 1 if indexes is None else indexes[last - 1])
            if a is None or b is None:
                return None
            left, right = min(a[0], b[0]), max(a[2], b[2])
            bottom, top = min(a[1], b[1]), max(a[3], b[3])
            turned = last - first > 3 and top - bottom > _TALL * (right - left)
            size = a[3] - a[1] if a[3] - a[1] > 0.6 * (b[3] - b[1]) else b[3] - b[1]
            found.append(Line([("", first, last)], left, bottom, right, top, size, broken, turned))
        start = after
    return found


def _joined(lines: list[Line]) -> list[Line]:
    """Put lines together that pdfium parted at a raised or lowered character."""
    found: list[Line] = []
    for line in lines:
        before = found[-1] if found else None
        if before is not None and _goes_on(before, line):
            gap = line.left - before.right
            between = "" if gap < 0.12 * max(before.size, line.size) else " "
            before.spans.append((between, line.start, line.end))
            before.left, before.right = min(before.left, line.left), max(before.right, line.right)
            before.bottom, before.top = min(before.bottom, line.bottom), max(before.top, line.top)
            before.size = max(before.size, line.size)
            before.broken = line.broken
        else:
            found.append(line)
    return found


def _goes_on(before: Line, line: Line) -> bool:
    if before.turned or line.turned or before.broken:
        return False
    high = max(before.size, line.size)
    gap = line.left - before.right
    if not -0.3 * high <= gap <= 0.9 * high:
        return False
    shared = min(before.top, line.top) - max(before.bottom, line.bottom)
    return shared > 0.4 * min(before.top - before.bottom, line.top - line.bottom)


def _written(raw: str, lines: list[Line]) -> Layout:
    """Write the lines one under the other, with a blank line where the page has a gap."""
    gaps = _gaps(lines)
    words: pdf_words.Words | None = None
    pieces: list[tuple[str, int]] = []
    places: list[Placed] = []
    length = 0
    pulled = False  # the rest of a broken word is to be taken up from the line that follows

    def put(text: str, start: int) -> None:
        nonlocal length
        if text:
            pieces.append((text, start))
            length += len(text)

    for number, line in enumerate(lines):
        spans = line.spans
        if number and not pulled:
            put("\n\n" if gaps[number] else "\n", -1)
        begin = length
        if pulled:
            pulled = False
            before, start, end = spans[0]
            word = pdf_words.first_word(raw, start, end)
            put(pdf_words.clean(raw[start:word]), start)
            while word < end and raw[word].isspace():
                word += 1
            if word < end or len(spans) > 1 or number + 1 < len(lines):
                # What follows on the line, if anything does, begins a line of its own.
                if word < end or len(spans) > 1:
                    put("\n", -1)
                    begin = length
                spans = [(before, word, end), *spans[1:]] if word < end else spans[1:]
            else:
                spans = []
        for index, (before, start, end) in enumerate(spans):
            if index:
                put(before, -1)
            put(pdf_words.clean(raw[start:end]), start)
        if line.broken:
            follows = lines[number + 1] if number + 1 < len(lines) else None
            goes_on = follows is not None and 0 < follows.start - line.end <= 4
            if goes_on and follows is not None:
                if words is None:
                    words = pdf_words.Words(raw)
                if words.keeps_hyphen(line.start, line.end, follows.start, follows.spans[0][2]):
                    put("-", line.end)
                pulled = True
            else:
                put("-", line.end)
        places.append(Placed(begin, length, line))
    return Layout("".join(text for text, _ in pieces), pieces, places)


def _gaps(lines: list[Line]) -> list[bool]:
    """Whether a gap that is wider than those around it stands before each line."""
    steps = [0.0]
    for above, below in pairwise(lines):
        apart = above.turned or below.turned or below.left > above.right or above.left > below.right
        step = above.bottom - below.bottom
        steps.append(step if not apart and 0 < step < 12 * max(above.size, below.size) else 0.0)
    found = [False] * len(lines)
    for number in range(1, len(lines)):
        step = steps[number]
        if step <= 1.1 * max(lines[number - 1].size, lines[number].size):
            continue
        around = [near for near in (steps[number - 1], steps[number + 1] if number + 1 < len(lines) else 0.0) if near]
        found[number] = bool(around) and step > 1.35 * min(around)
    return found


def pitch(lines: Sequence[Line]) -> float:
    """Return the usual distance of a line from the one above; 0 where there is none."""
    steps = [a.bottom - b.bottom for a, b in pairwise(lines) if 0 < a.bottom - b.bottom < 3 * a.size]
    return median(steps) if steps else 0.0

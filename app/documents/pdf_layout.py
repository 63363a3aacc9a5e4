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
from typing import Any

from app.documents import pdf_columns, pdf_words

# Up to the end of each line; the last but one is pdfium's mark for a hyphen there.
_LINE = re.compile("[^\r\n\ufffe\x02]*(?:[\ufffe\x02](?!\\w)[^\r\n\ufffe\x02]*)*(\r\n?|\n|[\ufffe\x02]|$)")
_MARKS = "\ufffe\x02"
_OTHER = re.compile("[\ufffe\x02]")
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
    start: int  # of its first span
    end: int  # of its last
    length: int  # characters
    broken: bool = False  # it ends in a hyphen, which is the character behind its last span
    turned: bool = False
    begin: int = 0  # where it stands in the page's text, once that is written
    stop: int = 0

    @property
    def width(self) -> float:
        return self.right - self.left


@dataclass(slots=True)
class Layout:
    """A page's text, the stretches that it is made of, and its lines where they have places."""

    text: str = ""
    pieces: list[tuple[str, int]] = field(default_factory=list)  # (text, where it stands in pdfium's; -1: inserted)
    lines: list[Line] = field(default_factory=list)

    def offsets(self, raw: str) -> list[int]:
        """Return for each character of the text its place in pdfium's text `raw`, -1 for an inserted one."""
        found: list[int] = []
        for text, start in self.pieces:
            if start < 0:
                found += [-1] * len(text)
            else:
                found += pdf_words.offsets(raw, start, text)
        return found


_PROTOTYPE = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)


class Boxes:
    """The places of a pdfium text page's characters as the page is shown, y growing upwards."""

    def __init__(self, characters: Any, rotation: int) -> None:
        from pypdfium2 import raw

        # By address and with plain types a call takes a third of the time, and there are two for each line.
        self._call = _PROTOTYPE(ctypes.cast(raw.FPDFText_GetLooseCharBox, ctypes.c_void_p).value or 0)
        self._page = ctypes.cast(characters.raw, ctypes.c_void_p).value
        self._rectangle = (ctypes.c_float * 4)()  # left, top, right, bottom
        self._at = ctypes.addressof(self._rectangle)
        self._values = memoryview(self._rectangle).cast("B").cast("f")
        self._rotation = rotation % 4

    def __call__(self, index: int) -> tuple[float, float, float, float] | None:
        """Return (left, bottom, right, top) of a character; None where it has no place."""
        if not self._call(self._page, index, self._at):
            return None
        left, top, right, bottom = self._values
        if not self._rotation:
            return left, bottom, right, top
        if self._rotation == 1:
            return bottom, -right, top, -left
        if self._rotation == 2:
            return -right, -top, -left, -bottom
        return -top, left, -bottom, right


def laid_out(raw: str, indexes: Sequence[int] | None, boxes: Boxes) -> Layout:
    """Return the layout of pdfium's text; `indexes` are its characters' own, None where they are the same."""
    # Some writers put a no-break space between all words; to search, quote and copy it is a space.
    raw = raw.replace("\xa0", " ")
    lines = _lines(raw, indexes, boxes)
    if lines is None:
        text = pdf_words.clean(raw)
        return Layout(text, [(text, 0)] if text else [])
    lines = _joined(lines)
    places = boxes if indexes is None else lambda place: boxes(indexes[place])
    lines = pdf_columns.ordered(raw, lines, places)
    return _written(raw, lines)


def _lines(raw: str, indexes: Sequence[int] | None, boxes: Boxes) -> list[Line] | None:
    """Return pdfium's lines that hold anything; None where they have no places."""
    found: list[Line] = []
    start = 0
    for stop, after in _ends(raw):
        piece = raw[start:stop]
        bare = piece.strip()
        if bare:
            first = start + (len(piece) - len(piece.lstrip()) if bare != piece else 0)
            last = first + len(bare)
            broken = after == stop + 1 and raw[stop] in _MARKS
            if not broken and bare[-1] in _HYPHENS and last - first > 1 and after > stop and bare[-2].isalpha():
                broken = True
                last -= 1
            a = boxes(first if indexes is None else indexes[first])
            b = boxes(last - 1 if indexes is None else indexes[last - 1])
            if a is None or b is None or len(found) > _MOST_LINES:
                return None
            a_left, a_bottom, a_right, a_top = a
            left, bottom, right, top = b
            size = a_top - a_bottom
            if size <= 0.6 * (top - bottom):
                size = top - bottom
            left, bottom, right, top = min(left, a_left), min(bottom, a_bottom), max(right, a_right), max(top, a_top)
            turned = top - bottom > _TALL * (right - left) and last - first > 3
            spans = [("", first, last)]
            found.append(Line(spans, left, bottom, right, top, size, first, last, last - first, broken, turned))
        start = after
    return found


def _ends(raw: str) -> list[tuple[int, int]]:
    """Return where each line ends and where the next one starts."""
    pieces = raw.split("\r\n")
    if not _OTHER.search(raw) and len(pieces) == raw.count("\r") + 1 == raw.count("\n") + 1:
        found = []
        start = 0
        for piece in pieces:
            stop = start + len(piece)
            start = stop + 2
            found.append((stop, start))
        found[-1] = (len(raw), len(raw))
        return found
    return [match.span(1) for match in _LINE.finditer(raw)]


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
            before.end = line.end
            before.length += line.length
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
    writer = _Writer(raw)
    gaps = _gaps(lines)
    for number, line in enumerate(lines):
        spans = line.spans
        if not writer.pulled and not line.broken and len(spans) == 1:  # nearly all of them
            writer.whole(line, ("\n\n" if gaps[number] else "\n") if number else "")
            continue
        if writer.pulled:
            spans = writer.pull(spans)
        elif number:
            writer.put("\n\n" if gaps[number] else "\n", -1)
        line.begin = writer.length
        for index, (before, start, end) in enumerate(spans):
            if index and before:
                writer.put(before, -1)
            writer.take(start, end)
        if line.broken:
            writer.end_broken(line, lines[number + 1] if number + 1 < len(lines) else None)
        line.stop = writer.length
    return Layout("".join([text for text, _ in writer.pieces]), writer.pieces, lines)


class _Writer:
    """Takes up stretches of pdfium's text one after the other."""

    def __init__(self, raw: str) -> None:
        self.pieces: list[tuple[str, int]] = []
        self.length = 0
        self.pulled = False  # the rest of a broken word is to be taken up from the line that follows
        self._raw = raw
        self._plain = pdf_words.is_clean(raw)
        self._words: pdf_words.Words | None = None

    def put(self, text: str, start: int) -> None:
        self.pieces.append((text, start))
        self.length += len(text)

    def whole(self, line: Line, before: str) -> None:
        """Take up a line of one stretch behind what parts it from the line above."""
        text = self._raw[line.start : line.end]
        if not self._plain:
            text = pdf_words.clean(text)
        if before:
            self.pieces.append((before, -1))
        self.pieces.append((text, line.start))
        line.begin = self.length + len(before)
        self.length = line.stop = line.begin + len(text)

    def take(self, start: int, end: int) -> None:
        text = self._raw[start:end]
        self.put(text if self._plain else pdf_words.clean(text), start)

    def pull(self, spans: list[tuple[str, int, int]]) -> list[tuple[str, int, int]]:
        """Take up the first word of a line; what is left of the line begins one of its own."""
        self.pulled = False
        before, start, end = spans[0]
        place = pdf_words.first_word(self._raw, start, end)
        self.take(start, place)
        while place < end and self._raw[place].isspace():
            place += 1
        left = [(before, place, end), *spans[1:]] if place < end else spans[1:]
        if left:
            self.put("\n", -1)
        return left

    def end_broken(self, line: Line, follows: Line | None) -> None:
        """End a line with a hyphen: the word goes on behind it, or else the hyphen stays."""
        if follows is None or not 0 < follows.start - line.end <= 4:
            self.put("-", line.end)
            return
        if self._words is None:
            self._words = pdf_words.Words(self._raw)
        if self._words.keeps_hyphen(line.start, line.end, follows.start, follows.spans[0][2]):
            self.put("-", line.end)
        self.pulled = True


def _gaps(lines: list[Line]) -> list[bool]:
    """Whether a gap that is wider than those around it stands before each line."""
    steps = [0.0]
    for above, below in pairwise(lines):
        step = above.bottom - below.bottom
        near = 0 < step < 12 * above.size and below.left <= above.right and above.left <= below.right
        steps.append(step if near and not above.turned and not below.turned else 0.0)
    known = sorted(step for step in steps if step)
    usual = known[len(known) // 4] if known else 0.0
    steps.append(0.0)
    found = [False] * len(lines)
    for number in range(1, len(lines)):
        before, step, behind = steps[number - 1 : number + 2]
        if step <= 1.1 * lines[number].size:
            continue
        least = min(before, behind) if before and behind else before or behind
        # Lines that all stand as far apart are no paragraphs, however far that is.
        regular = abs(step - before) < 0.05 * step or abs(step - behind) < 0.05 * step
        found[number] = bool(least) and (step > 1.35 * least or (step > 1.35 * usual and not regular))
    return found

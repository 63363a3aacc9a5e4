"""Lines that were read on a picture → the page's text in reading order, with where each line stands.

Rows go from top to bottom; two columns of prose one after the other, but a table row by row. Knows boxes and
words, no pixels.
"""

from __future__ import annotations

import itertools
import re
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.documents.eyes import Found
from app.types import Box, Line, Page, Status

_LEAST = 0.5  # of a line's score; what is below is rubbish more often than text
_LEAST_OF_FEW = 0.75  # of one that holds hardly a letter
_FEW = 2
_GUTTER = 0.7  # of a line's height: the least space between two columns
_LINES_OF_COLUMN = 3
_FULL = 0.55  # of a column's width: lines of prose fill it
_PROSE = 15  # characters of such lines
_UPWARDS = 2.0  # times as high as wide
_CELL = 1.5  # of a line's height: more space than between two words
_PARAGRAPH = 0.9  # of a line's height more than between other lines
_LETTER = re.compile(r"[^\W_]")
_IDEOGRAPH = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20, 0x3002: 0x2E}
_UNSTORABLE = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
_BROKEN = re.compile(r"[a-z\xdf-\xff]{2}[-\xad]$")
_GOES_ON = re.compile(r"[a-z\xdf-\xff]{2}")
_LAST_WORD = re.compile(r"[^\W\d_]+(?=[-\xad]$)")
# What stands before a hyphen of its own more often than it is the beginning of a longer word.
_BEFORE_HYPHENS = frozenset("non self cross well long short full third half high low year day month".split())


@dataclass(frozen=True, slots=True)
class _Piece:
    """A line of text on the level page."""

    text: str
    score: float
    shown: Box  # on the picture, in its pixels
    left: float
    top: float
    right: float
    bottom: float

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def runs_upwards(self) -> bool:
        """Whether it runs up or down the page instead of across."""
        return len(self.text) > _FEW and self.height > _UPWARDS * (self.right - self.left)

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2


def laid_out(found: Sequence[Found], width: int, height: int) -> Page | None:
    """Return the page, without a number, of lines on a picture of a size; None where nothing of them is text."""
    pieces = [piece for line in found if (piece := _piece(line, width, height)) is not None]
    if sum(len(_LETTER.findall(piece.text)) for piece in pieces) < _FEW:
        return None
    parts: list[str] = []
    lines: list[Line] = []
    place = 0
    for gap, piece in _spaced(pieces):
        if gap == "" and parts and not _keeps_hyphen(parts[-1]):
            parts[-1] = parts[-1][:-1]
            place -= 1
            lines[-1] = Line(lines[-1].start, lines[-1].end - 1, lines[-1].box)
        parts += [gap, piece.text]
        place += len(gap)
        lines.append(Line(place, place + len(piece.text), _share(piece.shown, width, height)))
        place += len(piece.text)
    letters = sum(len(piece.text) for piece in pieces)
    confidence = sum(piece.score * len(piece.text) for piece in pieces) / letters
    return Page(None, "".join(parts), Status.OCR, confidence=round(min(confidence, 1.0), 4), lines=tuple(lines))


def _piece(line: Found, width: int, height: int) -> _Piece | None:
    """Return a line as it is worth keeping; None where it is rubbish or nowhere."""
    text = " ".join(_UNSTORABLE.sub(" ", line.text).split())
    if not _IDEOGRAPH.search(text):  # the model writes some marks as Chinese has them
        text = text.translate(_FULL_WIDTH)
    letters = len(_LETTER.findall(text))
    if not text or line.score < (_LEAST if letters > _FEW else _LEAST_OF_FEW):
        return None
    xs, ys = line.shown[:, 0], line.shown[:, 1]
    shown = Box(max(float(xs.min()), 0.0), max(float(ys.min()), 0.0),
                min(float(xs.max()), float(width)), min(float(ys.max()), float(height)))  # fmt: skip
    if shown.left >= shown.right or shown.top >= shown.bottom:
        return None
    level = line.upright
    # The middles of its sides: the corners of a line that is not quite level reach into its neighbours.
    top, bottom = (float(level[0][1] + level[1][1]) / 2, float(level[2][1] + level[3][1]) / 2)
    left, right = (float(level[0][0] + level[3][0]) / 2, float(level[1][0] + level[2][0]) / 2)
    return _Piece(text, line.score, shown, left, top, right, bottom)


def _share(box: Box, width: int, height: int) -> Box:
    return Box(round(box.left / width, 5), round(box.top / height, 5),
               round(box.right / width, 5), round(box.bottom / height, 5))  # fmt: skip


def _spaced(pieces: list[_Piece]) -> Iterator[tuple[str, _Piece]]:
    """Yield the pieces in reading order, each with what stands before it."""
    beside = [piece for piece in pieces if piece.runs_upwards]  # a stamp in the margin stands in no row
    rows = _ordered([piece for piece in pieces if not piece.runs_upwards]) + [[piece] for piece in beside]
    gaps = [below[0].top - above[0].bottom for above, below in itertools.pairwise(rows)]
    usual = statistics.median([gap for gap in gaps if gap > -_height(rows)] or [0.0])
    before: list[_Piece] = []
    for row in rows:
        gap = "\n"
        if not before or (len(row) == len(before) == 1 and _goes_on(before[0], row[0])):
            gap = ""
        elif row[0].top - before[0].bottom > max(usual, 0.0) + _PARAGRAPH * row[0].height:
            gap = "\n\n"
        for place, piece in enumerate(row):
            if place:
                gap = " " if piece.left - row[place - 1].right < _CELL * piece.height else "\t"
            yield gap, piece
        before = row


def _height(rows: list[list[_Piece]]) -> float:
    return statistics.median(row[0].height for row in rows)


def _goes_on(before: _Piece, piece: _Piece) -> bool:
    """Whether a word that was broken at a line's end goes on in the next."""
    return bool(_BROKEN.search(before.text) and _GOES_ON.match(piece.text))


def _keeps_hyphen(text: str) -> bool:
    """Whether the word that a line ends with is written with its hyphen."""
    word = _LAST_WORD.search(text)
    return word is not None and word.group().lower() in _BEFORE_HYPHENS


def _ordered(pieces: list[_Piece]) -> list[list[_Piece]]:
    """Return the rows in reading order, each from left to right."""
    rows = _rows(pieces)
    found: list[list[_Piece]] = []
    place = 0
    while place < len(rows):
        end, split = _columns(rows, place)
        if split is None:
            found.append(rows[place])
            place += 1
            continue
        block = [piece for row in rows[place:end] for piece in row]
        found += _ordered([piece for piece in block if piece.right <= split + 1])
        found += _ordered([piece for piece in block if piece.right > split + 1])
        place = end
    return found


def _rows(pieces: list[_Piece]) -> list[list[_Piece]]:
    """Group pieces that stand beside each other, from top to bottom."""
    rows: list[list[_Piece]] = []
    for piece in sorted(pieces, key=lambda piece: piece.middle):
        # Two of one row do not stand above each other, be they ever so close.
        last = rows[-1] if rows else []
        if any(_beside(piece, other) for other in last) and not any(_above(piece, other) for other in last):
            last.append(piece)
        else:
            rows.append([piece])
    return [sorted(row, key=lambda piece: piece.left) for row in rows]


def _beside(one: _Piece, other: _Piece) -> bool:
    shared = min(one.bottom, other.bottom) - max(one.top, other.top)
    return shared > 0.5 * min(one.height, other.height)


def _above(one: _Piece, other: _Piece) -> bool:
    shared = min(one.right, other.right) - max(one.left, other.left)
    return shared > 0.3 * min(one.right - one.left, other.right - other.left)


def _columns(rows: list[list[_Piece]], start: int) -> tuple[int, float | None]:
    """Return where the columns of prose that begin at row `start` end, and the left edge of what parts them."""
    left = min(piece.left for row in rows for piece in row)
    right = max(piece.right for row in rows for piece in row)
    height = statistics.median(piece.height for row in rows for piece in row)
    free = [(left, right)]
    best: tuple[int, float | None] = (start, None)
    for end in range(start, len(rows)):
        free = [cut for gap in free for cut in _without(gap, rows[end]) if cut[1] - cut[0] >= _GUTTER * height]
        if not free:
            break
        for gap in free:
            if _are_prose(rows[start : end + 1], gap):
                best = (end + 1, gap[0])
    return best


def _without(gap: tuple[float, float], row: list[_Piece]) -> list[tuple[float, float]]:
    """Return what a row leaves free of a stretch from left to right."""
    found = []
    place = gap[0]
    for piece in row:
        if piece.left > place:
            found.append((place, min(piece.left, gap[1])))
        place = max(place, piece.right)
        if place >= gap[1]:
            return found
    return [*found, (place, gap[1])]


def _are_prose(rows: list[list[_Piece]], gap: tuple[float, float]) -> bool:
    """Whether lines on both sides of a gap fill their columns, as they do in print and hardly ever in a table."""
    for side in (
        [piece for row in rows for piece in row if piece.right <= gap[0] + 1],
        [piece for row in rows for piece in row if piece.left >= gap[1] - 1],
    ):
        if len(side) < _LINES_OF_COLUMN:
            return False
        width = max(piece.right for piece in side) - min(piece.left for piece in side)
        if statistics.median(piece.right - piece.left for piece in side) < _FULL * width:
            return False
        if statistics.median(len(piece.text) for piece in side) < _PROSE:
            return False
    return True

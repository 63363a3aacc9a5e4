"""The order in which a page's lines are read: cells of a table's row side by side, text in columns column by column.

Knows lines and their places. An order that makes sense already is left as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.documents.pdf_layout import Line

Place = Callable[[int], tuple[float, float, float, float] | None]  # of a character of pdfium's text

_FEWEST = 8  # lines in each column
_SAMPLES = 5  # long lines that are looked at for a gutter
_CELL_LINES = 4  # of a cell that is put on its row's line
_CELL_LENGTH = 160  # characters
_WIDE = 1.22  # times as wide for a character as the page's closer lines: a line with gaps in it
_GAP = 0.9  # of a line's height: wider than a space, even in a line that was stretched
_CURRENCY = "$€£¥"
_SPACE = re.compile(" +")
_WORD = re.compile(r"\w+")


def ordered(raw: str, lines: list[Line], place: Place) -> list[Line]:
    """Return the page's lines in the order of reading, with cells of rows parted by tabs."""
    if len(lines) < 2:
        return lines
    left = min(line.left for line in lines)
    right = max(line.right for line in lines)
    if len(lines) >= _FEWEST and right > left:
        split = _split_at_gutters(raw, lines, place, left, right)
        by_columns = _by_columns(split or lines, left, right, always=split is not None)
        if by_columns is not None:
            return by_columns
    for line in _gappy(lines):
        _part_cells(raw, line, place)
    return _rows(raw, lines, right - left)


def _gappy(lines: list[Line]) -> list[Line]:
    """Return the lines that are wider than their characters need."""
    needs = sorted([(line.right - line.left) / (line.length * line.size) for line in lines if line.length > 15])
    usual = min(max(needs[len(needs) // 4], 0.3), 0.8) if needs else 0.45
    return [
        line for line in lines
        if line.right - line.left > _WIDE * usual * line.length * line.size and line.length > 3 and not line.turned
    ]  # fmt: skip


def _part_cells(raw: str, line: Line, place: Place) -> None:
    """Put a tab where a line's words stand far apart."""
    made: list[tuple[str, int, int]] = []
    least = _GAP * line.size
    for before, start, end in line.spans:
        sign, first = before, start
        for match in _SPACE.finditer(raw, start, end):
            behind = match.end()
            if match.start() <= first or behind >= end or raw[match.start() - 1] in _CURRENCY:
                continue
            a, b = place(match.start() - 1), place(behind)
            if a is not None and b is not None and b[0] - a[2] > least:
                made.append((sign, first, match.start()))
                sign, first = "\t", behind
        made.append((sign, first, end))
    line.spans = made


# Rows whose cells have several lines: pdfium gives one cell after the other.


def _rows(raw: str, lines: list[Line], width: float) -> list[Line]:
    """Put the cells of a row on one line where each has a few short lines."""
    beside = [
        number for number in range(1, len(lines))
        if lines[number].left >= lines[number - 1].right - lines[number].size
        and lines[number].bottom > lines[number - 1].bottom - 0.5 * lines[number].size
    ]  # fmt: skip
    if not beside:
        return lines
    found: list[Line] = []
    number = 0
    for step in beside:
        while number < step:
            if number + _CELL_LINES < step:
                found += lines[number : step - _CELL_LINES]
                number = step - _CELL_LINES
            cells = _row_at(lines, number, width)
            if cells and all(_has_words(raw, line) for cell in cells for line in cell):
                found.append(_row(cells))
                number += sum(len(cell) for cell in cells)
            else:
                found.append(lines[number])
                number += 1
    return found + lines[number:]


def _row_at(lines: list[Line], number: int, width: float) -> list[list[Line]]:
    """Return the cells of a row that begins with a line; none where it begins no row of several lines."""
    first = lines[number]
    top = first.top
    cells: list[list[Line]] = [[first]]
    place = number + 1
    while place < len(lines) and len(cells) < 30:
        line, before = lines[place], cells[-1][-1]
        high = max(line.size, before.size)
        if line.turned or before.turned or before.broken:
            break
        under = before.bottom - line.bottom
        if 0.5 * high < under < 1.6 * high and line.left < before.right and before.left < line.right:
            if len(cells) > 1 and line.left < cells[-1][0].left - 4 * high:
                break  # back to the left: the next row
            cells[-1].append(line)
        elif line.left >= max(each.right for each in cells[-1]) - 0.2 * high and abs(line.top - top) < 2.5 * high and (
            under < -0.5 * high or len(cells[-1]) == 1
        ):
            cells.append([line])
        else:
            break
        if len(cells[-1]) > _CELL_LINES:
            break
        place += 1
    return _tidy(cells, width)


def _tidy(cells: list[list[Line]], width: float) -> list[list[Line]]:
    if len(cells) < 2 or not any(len(cell) > 1 for cell in cells[:-1]):
        return []
    bottom = min(line.bottom for cell in cells[:-1] for line in cell)
    last = [line for line in cells[-1] if line.top > bottom]
    if len(last) > _CELL_LINES or not last:
        return []
    cells = [*cells[:-1], last]
    sizes = [line.size for cell in cells for line in cell]
    if max(sizes) > 1.25 * min(sizes):
        return []
    for number, cell in enumerate(cells):
        if len(cell) > _CELL_LINES or sum(line.length for line in cell) > _CELL_LENGTH:
            return []
        share = max(line.right for line in cell) - min(line.left for line in cell)
        if share > (0.6 if number == 0 else 0.4) * width:
            return []
    return cells


def _has_words(raw: str, line: Line) -> bool:
    """Whether a line holds words or numbers, and is no part of a formula or a drawing."""
    return any(len(word) > 1 for word in _WORD.findall(raw, line.start, line.end))


def _row(cells: list[list[Line]]) -> Line:
    spans: list[tuple[str, int, int]] = []
    for cell in cells:
        between = "\t"
        for line in cell:
            spans += [(between, *line.spans[0][1:]), *line.spans[1:]]
            between = " "
    lines = [line for cell in cells for line in cell]
    return replace(
        lines[0], spans=spans, end=lines[-1].end, length=sum(line.length for line in lines),
        left=min(line.left for line in lines), bottom=min(line.bottom for line in lines),
        right=max(line.right for line in lines), top=max(line.top for line in lines), broken=lines[-1].broken,
    )  # fmt: skip


# Text in columns, where the file has it line by line across all of them.


def _split_at_gutters(raw: str, lines: list[Line], place: Place, left: float, right: float) -> list[Line] | None:
    """Split lines that run across columns; None where the page has none such."""
    across = [
        line for line in lines
        if not line.turned and line.width > 0.6 * (right - left) and line.length >= 40 and len(line.spans) == 1
    ]  # fmt: skip
    if len(across) < _FEWEST:
        return None
    misses = 0
    for line in across[len(across) // 4 :: max(len(across) // _SAMPLES, 1)]:
        misses += not _wide_gaps(raw, line, place)
        if misses == 2:
            return None
    gaps = {id(line): _wide_gaps(raw, line, place) for line in across}
    gutters = _gutters([gap for line in across for gap in gaps[id(line)]], len(across), left, right)
    if not gutters:
        return None
    found: list[Line] = []
    for line in lines:
        found += _cut(line, [gap for gap in gaps.get(id(line), []) if any(gap[0] <= x <= gap[1] for x in gutters)])
    return found if _is_prose(raw, found, gutters, left, right) else None


def _wide_gaps(raw: str, line: Line, place: Place) -> list[tuple[float, float, int, int]]:
    """Return (left, right, start, end) of wide gaps in the middle of a line."""
    _, start, end = line.spans[0]
    reach = (end - start) * 3 // 10
    found = []
    for match in _SPACE.finditer(raw, start + reach, end - reach):
        a, b = place(match.start() - 1), place(match.end())
        if a is not None and b is not None and b[0] - a[2] > _GAP * line.size:
            found.append((a[2], b[0], match.start(), match.end()))
    return found


def _gutters(gaps: list[tuple[float, float, int, int]], lines: int, left: float, right: float) -> list[float]:
    """Return the places x that most lines leave free."""
    events = sorted([(gap[0], 1) for gap in gaps] + [(gap[1], -1) for gap in gaps])
    found: list[float] = []
    depth, best, best_at = 0, 0, 0.0
    for number, (x, change) in enumerate(events):
        depth += change
        if depth > best:
            following = events[number + 1][0] if number + 1 < len(events) else x
            best, best_at = depth, (x + following) / 2
        if depth == 0:
            if best >= 0.7 * lines and 0.2 < (best_at - left) / (right - left) < 0.8:
                found.append(best_at)
            best = 0
    return found if len(found) <= 3 else []


def _cut(line: Line, gaps: list[tuple[float, float, int, int]]) -> list[Line]:
    if not gaps:
        return [line]
    _, start, end = line.spans[0]
    found: list[Line] = []
    left = line.left
    for gap_left, gap_right, stop, behind in gaps:
        found.append(_piece(line, start, stop, left, gap_left, broken=False))
        start, left = behind, gap_right
    found.append(_piece(line, start, end, left, line.right, broken=line.broken))
    return found


def _piece(line: Line, start: int, end: int, left: float, right: float, *, broken: bool) -> Line:
    return replace(
        line, spans=[("", start, end)], left=left, right=right, start=start, end=end, length=end - start, broken=broken
    )


def _is_prose(raw: str, lines: list[Line], gutters: list[float], left: float, right: float) -> bool:
    """Whether what stands beside the gutters is running text and not a table."""
    edges = [left, *gutters, right]
    for a, b in pairwise(edges):
        inside = [line for line in lines if a <= (line.left + line.right) / 2 < b and line.width < 1.1 * (b - a)]
        if len(inside) < _FEWEST or median(line.width for line in inside) < 0.6 * (b - a):
            return False
        text = "".join(raw[line.start : line.end] for line in inside)
        letters = sum(character.isalpha() for character in text)
        if letters < 0.7 * len(text.replace(" ", "")):
            return False
    return True


def _by_columns(lines: list[Line], left: float, right: float, *, always: bool) -> list[Line] | None:
    """Return the lines column by column; None where there are no columns or they are in order already."""
    narrow = [line for line in lines if not line.turned and line.width < 0.6 * (right - left)]
    if len(narrow) < 2 * _FEWEST:
        return None
    if not always and _changes(narrow) < 0.3 * len(narrow):
        return None  # few steps up the page: whatever the order is, it is not line by line across columns
    gutter = _free(narrow, left, right)
    if gutter is None:
        return None
    sides = [[line for line in narrow if (line.left + line.right) / 2 < gutter]]
    sides.append([line for line in narrow if (line.left + line.right) / 2 >= gutter])
    for side in sides:
        width = max((line.right for line in side), default=0) - min((line.left for line in side), default=0)
        if len(side) < _FEWEST or (not always and median(line.width for line in side) < 0.6 * width):
            return None
    return _banded(lines, gutter, left, right)


def _changes(lines: list[Line]) -> int:
    """How often the next line stands to the left or right of the one before."""
    return sum(b.left >= a.right or a.left >= b.right for a, b in pairwise(lines))


def _free(lines: list[Line], left: float, right: float) -> float | None:
    """Return a place x in the middle part of the page that next to no line covers."""
    best: tuple[int, float, float] | None = None
    for step in range(20, 81):
        x = left + (right - left) * step / 100
        covering = sum(line.left < x < line.right for line in lines)
        far = abs(step - 50) / 100
        if best is None or (covering, far) < best[:2]:
            best = (covering, far, x)
    return best[2] if best is not None and best[0] <= 0.04 * len(lines) else None


def _banded(lines: list[Line], gutter: float, left: float, right: float) -> list[Line]:
    """Return lines that cross the gutter where they stand, and those between them side by side."""
    crossing = sorted(
        (line for line in lines if not line.turned and line.left < gutter - 2 and line.right > gutter + 2),
        key=lambda line: -line.top,
    )
    turned = [line for line in lines if line.turned]
    done = {id(line) for line in crossing} | {id(line) for line in turned}
    rest = [line for line in lines if id(line) not in done]
    found: list[Line] = []
    for barrier in [*crossing, None]:
        above = [line for line in rest if barrier is None or (line.top + line.bottom) / 2 > barrier.top - 1]
        kept = {id(line) for line in above}
        rest = [line for line in rest if id(line) not in kept]
        sides = (
            [line for line in above if (line.left + line.right) / 2 < gutter],
            [line for line in above if (line.left + line.right) / 2 >= gutter],
        )
        for side, (a, b) in zip(sides, ((left, gutter), (gutter, right)), strict=True):
            side.sort(key=lambda line: (-line.top, line.left))
            inner = _by_columns(side, a, b, always=True) if len(side) >= 3 * _FEWEST and b > a else None
            found += inner if inner is not None else side
        if barrier is not None:
            found.append(barrier)
    return found + turned

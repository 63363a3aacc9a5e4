"""Rows of a table → lines of text that each carry their header, so that they can be read alone; knows no format."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta

from app.documents.source import storable

_LOOKED_AT = 20  # rows among which the header is sought
_LONG = 120  # characters; a cell with more is no header
_NONE = ["\x00"]  # in the place of a header that is not there


def lines(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """The header as it is, then "Header: value | Header: value" for each row under it.

    The header is the first row of two cells or more, if all of its cells are words; titles above it
    stay lines of their own. A table without one is given as it stands. Blank rows are left out.
    """
    header: list[str] = []
    for count, cells in enumerate(row for row in map(_trimmed, rows) if row):
        if not header and count < _LOOKED_AT and len([cell for cell in cells if cell]) > 1:
            header = cells if _are_words(cells) else _NONE
            yield " | ".join(cells)
        elif header and header is not _NONE and len(cells) > 1:
            named = zip(header + [""] * (len(cells) - len(header)), cells, strict=False)
            yield " | ".join(f"{name}: {cell}" if name else cell for name, cell in named if cell)
        else:
            yield " | ".join(cell for cell in cells if cell)


def _trimmed(row: Sequence[str]) -> list[str]:
    """The row without what is blank behind its last cell."""
    end = len(row)
    while end and not row[end - 1]:
        end -= 1
    return list(row[:end])


def _are_words(row: list[str]) -> bool:
    return all(len(cell) <= _LONG and any(letter.isalpha() for letter in cell) for cell in row if cell)


def value(cell: object) -> str:
    """A cell's value as text: dates as the ISO writes them, whole numbers without a point."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return " ".join(storable(cell).split())
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ", "minutes")
    if isinstance(cell, (date, time)):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        minutes = round(cell.total_seconds() / 60)
        return f"{'-' if minutes < 0 else ''}{abs(minutes) // 60}:{abs(minutes) % 60:02d}"
    if isinstance(cell, float):
        return number(cell)
    return " ".join(storable(str(cell)).split())


def number(figure: float) -> str:
    """A number with the 15 digits that spreadsheets keep, so that 0.1 + 0.2 is 0.3."""
    return str(int(figure)) if figure.is_integer() and abs(figure) < 1e15 else f"{figure:.15g}"

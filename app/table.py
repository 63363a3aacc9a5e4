"""Tables for spreadsheets (CSV), in which no text is a formula.

Knows nothing of what is in them.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from typing import TextIO

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def write(stream: TextIO, header: Sequence[str], rows: Iterable[Sequence[str | int]]) -> int:
    """Write rows below a header and return how many there were."""
    writer = csv.writer(stream)
    writer.writerow(header)
    number = 0
    for row in rows:
        writer.writerow([_cell(cell) if isinstance(cell, str) else cell for cell in row])
        number += 1
    return number


def _cell(text: str) -> str:
    """Return text that no spreadsheet takes for a formula."""
    text = text.encode("utf-8", "backslashreplace").decode()
    return "'" + text if text.lstrip(" ").startswith(_FORMULA) else text

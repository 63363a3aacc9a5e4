"""A page as a picture, with the boxes of a stretch of its text; and how many pages there are to read.

PDF pages are drawn here, their characters are pdf.py's; pictures are image.py's.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any

from app.documents import image, loader
from app.documents.pdf import characters, opened
from app.documents.source import Source, Why, damaged, unsupported
from app.errors import FileError
from app.types import Box, PageCount, PagePicture

MAX_WIDTH = 4096  # pixels
MAX_HEIGHT = 8192
DRAWN = frozenset({"pdf", "image"})  # kinds
_DPI = 200  # of a page for OCR
_LONGEST = 3600  # pixels of one; A3 has 3300
_MOST_MARKS = 9000
_LOOKED_AT = 5  # pages of a file whose pages are counted


def drawn(source: Source, number: int, width: int, start: int, end: int) -> PagePicture:
    """Draw the 1-based page `number` of a PDF or picture file `width` pixels wide; where that is 0, as OCR wants it.

    text[start:end] of a PDF's page is marked. Raises as picture() does, and UnsupportedFile for other formats.
    """
    with _faults_are_the_files():
        return _shown(source, number, width, start, end)


def count(source: Source) -> PageCount:
    """Return how many pages a file has, and an estimate of how many are pictures from a look at a few of them."""
    with _faults_are_the_files():
        return _counted(source)


@contextmanager
def _faults_are_the_files() -> Iterator[None]:
    """What libraries raise for files that break the rules is written down nowhere; see loader.load()."""
    try:
        yield
    except (FileError, MemoryError):
        raise
    except Exception as error:
        raise damaged(Why.PARSER_FAILED) from error


def _shown(source: Source, number: int, width: int, start: int, end: int) -> PagePicture:
    kind = loader.choose(source.data, source.suffix).kind
    if kind == "pdf":
        return picture(source.data, source.passwords, number, width, start, end)
    if kind == "image":
        return image.picture(source.data, number, width)
    raise unsupported(Why.NO_PICTURES)


def _counted(source: Source) -> PageCount:
    kind = loader.choose(source.data, source.suffix).kind
    if kind == "image":
        pages = image.count(source.data)
        return PageCount(pages, pages)
    if kind != "pdf":
        return PageCount(1, 0)
    with opened(source.data, source.passwords) as pdf:
        pages = len(pdf)
        step = max(pages / _LOOKED_AT, 1.0)
        looked_at = [int(step * place) for place in range(min(pages, _LOOKED_AT))]
        bare = sum(_is_bare(pdf, index) for index in looked_at)
        return PageCount(pages, round(pages * bare / len(looked_at)))


def _is_bare(pdf: Any, index: int) -> bool:
    """Whether a page has no characters but something drawn on it."""
    import pypdfium2

    try:
        with closing(pdf[index]) as page, closing(page.get_textpage()) as found:
            return found.count_chars() == 0 and next(iter(page.get_objects(max_depth=1)), None) is not None
    except pypdfium2.PdfiumError:
        return False


def picture(data: bytes, passwords: Sequence[str], number: int, width: int, start: int, end: int) -> PagePicture:
    """Draw the 1-based page `number` of a PDF `width` pixels wide and mark text[start:end] of it.

    Raises the errors of pdf.opened(), and DamagedFile where there is no such page or it cannot be drawn.
    """
    import pypdfium2

    with opened(data, passwords) as pdf:
        if not 1 <= number <= len(pdf):
            raise damaged(Why.NO_PAGES)
        try:
            with closing(pdf[number - 1]) as page:
                return _drawn(pdf, page, min(max(width or _width_for_ocr(page), 1), MAX_WIDTH), start, end)
        except pypdfium2.PdfiumError as error:
            raise damaged(Why.PARSER_FAILED) from error


def _width_for_ocr(page: Any) -> int:
    across, down = page.get_size()  # in points, 72 an inch
    return int(across * min(_DPI / 72, _LONGEST / max(across, down, 1.0)))


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

    _, indexes = characters(page)
    marked = [index for index in indexes[start:end] if index >= 0]
    boxes: list[Box] = []
    with closing(page.get_textpage()) as found:
        for first, last in _runs(marked):
            count = raw.FPDFText_CountRects(found, first, last - first + 1)
            for number in range(min(max(count, 0), _MOST_MARKS - len(boxes))):
                box = _box(page, found, number, width, height)
                if box is not None:
                    boxes = _added(boxes, box)
    return tuple(boxes)


def _runs(indexes: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield (first, last) of each stretch of pdfium's characters; line breaks and the like may lie in between."""
    first = last = -1
    for index in indexes:
        if first >= 0 and not last <= index <= last + 3:
            yield first, last
            first = index
        elif first < 0:
            first = index
        last = index
    if first >= 0:
        yield first, last


def _added(boxes: list[Box], box: Box) -> list[Box]:
    """Add a box, as part of the one before where it goes on with the same line."""
    if boxes:
        before = boxes[-1]
        high = max(before.bottom - before.top, box.bottom - box.top)
        shared = min(before.bottom, box.bottom) - max(before.top, box.top)
        if shared > 0.5 * min(before.bottom - before.top, box.bottom - box.top) and (
            -high < box.left - before.right < 1.5 * high
        ):
            whole = Box(min(before.left, box.left), min(before.top, box.top),
                        max(before.right, box.right), max(before.bottom, box.bottom))  # fmt: skip
            return [*boxes[:-1], whole]
    boxes.append(box)
    return boxes


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

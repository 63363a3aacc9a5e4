"""PDF → Document with pdfium: the text of each page, its outline and the document's title.

What a page's characters are, and where they stand among pdfium's own, is decided here once, for
reading and for marking alike. Knows nothing of pictures beyond whether a page is one.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from typing import Any

from app.documents import pdf_layout, pdf_structure
from app.documents.pdf_structure import Shape
from app.documents.source import Source, Why, damaged, storable, unsupported
from app.errors import LockedFile
from app.types import Document, Heading, Page, Status

PICTURE = "This page is a picture; its text was not read."
DAMAGED = "This page is damaged and could not be read."
FORM = "What is filled into the form on this page was not read."
LATE = "This page was not read, because the file took too long."
_HEADINGS = 5000  # of an outline; more is not an outline but an attack or an index
_THUMBNAIL = 200  # pixels wide; enough to see whether anything is drawn
_SAMPLE = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R/Outlines 6 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R/Resources<</Font<</F 5 0 R/G 8 0 R>>>>>>endobj
4 0 obj<</Length 62>>stream
BT /F 12 Tf 20 100 Td (Hello there) Tj /G 9 Tf (again) Tj ET
endstream endobj
5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj
6 0 obj<</First 7 0 R/Last 7 0 R/Count 1>>endobj
7 0 obj<</Title(Hello)/Parent 6 0 R/Dest[3 0 R/Fit]>>endobj
8 0 obj<</Type/Font/Subtype/TrueType/BaseFont/Unknown>>endobj
9 0 obj<</Title(Greeting)>>endobj
trailer<</Root 1 0 R/Info 9 0 R/Size 10>>
%%EOF
"""
_NO_TITLE = re.compile(
    r"(?i)^(untitled.*|microsoft (word|powerpoint|excel)\b.*|powerpoint presentation|document\d*|[\W\d_]*"
    r"|\S+\.(docx?|pdf|rtf|xlsx?|pptx?|txt|html?|wpd|odt|indd|qxd|tmp|tex|dvi)|.*[\\/]\S+|https?:.*)$"
)


class PdfLoader:
    """Reads PDF files, page by page."""

    kind = "pdf"
    suffixes = frozenset({".pdf"})
    paged = True

    def samples(self) -> list[bytes]:
        return [_SAMPLE]

    def claims(self, data: bytes) -> bool:
        return data.startswith(b"%PDF-")

    def load(self, source: Source) -> Document:
        with opened(source.data, source.passwords) as pdf:
            outline = _outline(pdf)
            read = [_page(pdf, index, source, outline.get(index, [])) for index in range(len(pdf))]
            return Document(self.kind, _title(pdf), _structured(read, outlined=len(outline) > 1))


@contextmanager
def opened(data: bytes, passwords: Sequence[str] = ()) -> Iterator[Any]:
    """Open a PDF in memory, with the first of `passwords` that fits where it needs one.

    Raises LockedFile, DamagedFile or UnsupportedFile.
    """
    import pypdfium2
    from pypdfium2 import raw

    try:
        pdf = pypdfium2.PdfDocument(data, password=passwords[0] if passwords else None)
    except pypdfium2.PdfiumError as error:
        code = getattr(error, "err_code", None)
        if code == raw.FPDF_ERR_PASSWORD and len(passwords) > 1:
            with opened(data, passwords[1:]) as found:
                yield found
            return
        if code == raw.FPDF_ERR_PASSWORD:
            raise LockedFile from error
        if code == raw.FPDF_ERR_SECURITY:
            raise unsupported(Why.ENCRYPTION) from error
        whole = data.lstrip()[:5] == b"%PDF-"
        raise damaged(Why.CUT_SHORT if whole else Why.NOT_OF_ITS_KIND) from error
    with closing(pdf):
        with suppress(pypdfium2.PdfiumError):  # a broken form is not drawn; its pages are
            pdf.init_forms()
        if len(pdf) == 0:
            raise damaged(Why.NO_PAGES)
        yield pdf


def _structured(read: list[tuple[Page, Shape]], *, outlined: bool) -> tuple[Page, ...]:
    """Add what only shows when all pages are known; headings where the document has no outline."""
    shapes = [shape for _, shape in read]
    running = pdf_structure.furniture(shapes)
    found = [page.headings for page, _ in read] if outlined else pdf_structure.headings(shapes, running)
    return tuple(
        replace(page, headings=headings, furniture=stretches) if headings or stretches else page
        for (page, _), headings, stretches in zip(read, found, running, strict=True)
    )


def _page(pdf: Any, index: int, source: Source, titles: list[tuple[int, str]]) -> tuple[Page, Shape]:
    import pypdfium2

    if source.late:
        return Page(index + 1, "", Status.TIMED_OUT, LATE), Shape()
    try:
        with closing(pdf[index]) as page, closing(page.get_textpage()) as found:
            made, _, indexes = layout(page, found)
            text = made.text
            filled = _is_filled_in(pdf, page)
            if text.strip():
                shape = pdf_structure.shape(made, _Weights(found, indexes))
                return Page(index + 1, text, Status.READ, FORM if filled else "", _placed(text, titles)), shape
            if filled or not _is_blank(page):
                return Page(index + 1, "", Status.PICTURE, FORM if filled else PICTURE), Shape()
            return Page(index + 1, "", Status.EMPTY), Shape()
    except pypdfium2.PdfiumError:
        return Page(index + 1, "", Status.DAMAGED, DAMAGED), Shape()


class _Weights:
    """Whether lines of a text page are printed bold, by the name and the weight of their font."""

    def __init__(self, characters: Any, indexes: Sequence[int] | None) -> None:
        from pypdfium2 import raw

        self._raw = raw
        self._characters = characters.raw
        self._indexes = indexes
        self._name = ctypes.create_string_buffer(128)
        self._flags = ctypes.c_int()

    def __call__(self, line: pdf_layout.Line) -> bool:
        _, start, end = line.spans[0]
        return self._bold(start) and self._bold(max(end - 1, start))

    def _bold(self, place: int) -> bool:
        index = place if self._indexes is None else self._indexes[place]
        size = self._raw.FPDFText_GetFontInfo(self._characters, index, self._name, 128, self._flags)
        if 1 < size <= 128 and _BOLD.search(self._name.raw, 0, size):
            return True
        return bool(self._raw.FPDFText_GetFontWeight(self._characters, index) >= 600)


_BOLD = re.compile(rb"(?i)bold|black|heavy|demi|[-,]bd|cmbx")


def _is_filled_in(pdf: Any, page: Any) -> bool:
    """Whether a field of a form on the page holds text; pdfium does not count that among the page's."""
    from pypdfium2 import raw

    if not pdf.formenv:
        return False
    for index in range(raw.FPDFPage_GetAnnotCount(page)):
        annotation = raw.FPDFPage_GetAnnot(page, index)
        if not annotation:
            continue
        try:
            if raw.FPDFAnnot_GetFormFieldType(pdf.formenv, annotation) in (
                raw.FPDF_FORMFIELD_TEXTFIELD, raw.FPDF_FORMFIELD_COMBOBOX, raw.FPDF_FORMFIELD_LISTBOX,
            ) and raw.FPDFAnnot_GetFormFieldValue(pdf.formenv, annotation, None, 0) > 2:  # bytes; two end the text
                return True
        finally:
            raw.FPDFPage_CloseAnnot(annotation)
    return False


def _is_blank(page: Any) -> bool:
    """Whether the page, drawn small, shows one colour only: vectors and annotations count as well as images."""
    width = page.get_width()
    with closing(page.render(scale=_THUMBNAIL / max(width, page.get_height(), 1.0), grayscale=True)) as bitmap:
        stride, across = bitmap.stride, bitmap.width
        pixels = bytes(bitmap.buffer)
        rows = (pixels[row * stride : row * stride + across] for row in range(bitmap.height))
        return len({shade for row in rows for shade in set(row)}) <= 1


def raw_text(characters: Any) -> str:
    """Return the text of a pdfium text page as pdfium gives it, with lone surrogates where it has them."""
    from pypdfium2 import raw

    count = raw.FPDFText_CountChars(characters)
    if count <= 0:
        return ""
    size = 2 * count + 1  # a character is one or two units
    buffer = (ctypes.c_ushort * size)()
    written = raw.FPDFText_GetText(characters, 0, count, buffer)
    return bytes(buffer)[: 2 * max(written - 1, 0)].decode("utf-16-le", "surrogatepass")


_TWO_UNITS = re.compile("[\U00010000-\U0010ffff]")


def raw_indexes(characters: Any, text: str) -> list[int] | None:
    """Return pdfium's index of each character of `text`, its raw_text(); None where that counts the same."""
    from pypdfium2 import raw

    if len(text) == raw.FPDFText_CountChars(characters) and (text.isascii() or not _TWO_UNITS.search(text)):
        return None
    found = []
    unit = 0
    for character in text:
        found.append(raw.FPDFText_GetCharIndexFromTextIndex(characters, unit))
        unit += 2 if character > "\uffff" else 1
    return found


def layout(page: Any, characters: Any) -> tuple[pdf_layout.Layout, str, list[int] | None]:
    """Return a page's layout, pdfium's text of it and raw_indexes() of that."""
    from pypdfium2 import raw

    text = raw_text(characters)
    indexes = raw_indexes(characters, text)
    boxes = pdf_layout.Boxes(characters, raw.FPDFPage_GetRotation(page))
    return pdf_layout.laid_out(text, indexes, boxes), text, indexes


def characters(page: Any) -> tuple[str, list[int]]:
    """Return a page's text and, for each character of it, pdfium's index of the character that it is.

    The index is -1 for what pdfium does not have: line breaks and white space that were put in.
    """
    with closing(page.get_textpage()) as found:
        made, text, indexes = layout(page, found)
    places = made.offsets(text)
    if indexes is not None:
        places = [indexes[place] if place >= 0 else -1 for place in places]
    return made.text, places


def _outline(pdf: Any) -> dict[int, list[tuple[int, str]]]:
    """Return (level, title) of the outline's entries by 0-based page."""
    import pypdfium2

    found: dict[int, list[tuple[int, str]]] = {}
    try:
        for count, entry in enumerate(pdf.get_toc(max_depth=6)):
            destination = entry.get_dest()
            index = destination.get_index() if destination else None
            title = " ".join(storable(entry.get_title()).split())[:500]
            if index is not None and title:
                found.setdefault(index, []).append((entry.level + 1, title))
            if count >= _HEADINGS:
                break
    except pypdfium2.PdfiumError:
        return found  # an outline is a convenience; the pages are read without
    return found


def _placed(text: str, titles: list[tuple[int, str]]) -> tuple[Heading, ...]:
    """Find each title in the page's text, white space aside; one that is not there stands at the page's start."""
    headings = []
    for level, title in titles[:100]:
        words = [re.escape(word) for word in title.split()]
        match = re.search(r"\s+".join(words), text, re.IGNORECASE) if len(words) <= 40 else None
        headings.append(Heading(match.start() if match else 0, level, title))
    return tuple(sorted(headings, key=lambda heading: heading.start))


def _title(pdf: Any) -> str:
    """Return the title that the document gives itself, or "" where a program gave it one that says nothing."""
    import pypdfium2

    try:
        title = " ".join(storable(pdf.get_metadata_value("Title")).split())[:300]
    except (pypdfium2.PdfiumError, UnicodeDecodeError):
        return ""
    return "" if _NO_TITLE.match(title) else title

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

from app.documents import imprint, pdf_extras, pdf_layout, pdf_repair, pdf_structure, pdf_usable
from app.documents.pdf_structure import Shape
from app.documents.source import Source, Why, damaged, storable, unsupported
from app.errors import FileError, LockedFile
from app.types import Document, Heading, Page, Status

PICTURE = "This page is a picture; its text was not read."
DAMAGED = "This page is damaged and could not be read."
GARBAGE = "The text of this page is unreadable signs; what is printed there was not read."
STAMPED = "This page is a picture with a line of text on it; the picture was not read."
LATE = "This page was not read, because the file took too long."
_HEADINGS = 5000  # of an outline; more is not an outline but an attack or an index
_STAMP = 300  # characters; with so few on a picture of a page it is a stamp that is text
_COVERED = 0.5  # of the page, by a picture
_IMAGES = 50  # of a page that are looked at
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
        return [_SAMPLE, pdf_repair.sample()]

    def claims(self, data: bytes) -> bool:
        return data.startswith(b"%PDF-")

    def load(self, source: Source) -> Document:
        from pypdfium2 import raw

        with opened(source.data, source.passwords) as pdf:
            outline = _outline(pdf)
            outlined = len(outline) > 1
            found = [_page(pdf, index, source, outline.get(index, []), outlined) for index in range(len(pdf))]
            pages = _structured([(page, shape) for page, shape, _ in found], outlined=outlined)
            if raw.FPDFDoc_GetAttachmentCount(pdf) < 1 and not any(attached for _, _, attached in found):
                return Document(self.kind, _title(pdf), pages, (), *_imprint(pdf))
            parts = pdf_extras.files(pdf, lambda: source.late)
            if parts.reason:
                pages = (replace(pages[0], reason=" ".join(filter(None, (pages[0].reason, parts.reason)))), *pages[1:])
            return Document(self.kind, _title(pdf), pages, parts.all, *_imprint(pdf))


@contextmanager
def opened(data: bytes, passwords: Sequence[str] = ()) -> Iterator[Any]:
    """Open a PDF in memory, with the first of `passwords` that fits where it needs one.

    Raises LockedFile, DamagedFile or UnsupportedFile.
    """
    import pypdfium2

    with closing(_document(data, passwords)) as pdf:
        with suppress(pypdfium2.PdfiumError):  # a broken form is not drawn; its pages are
            pdf.init_forms()
        if len(pdf) == 0:
            raise damaged(Why.NO_PAGES)
        yield pdf


def _document(data: bytes, passwords: Sequence[str]) -> Any:
    """Return pdfium's document: of the file as it is, or else of a copy that was put in order."""
    import pypdfium2
    from pypdfium2 import raw

    refusal: pypdfium2.PdfiumError | None = None
    for password in (None, *passwords):
        try:
            return pypdfium2.PdfDocument(data, password=password)
        except pypdfium2.PdfiumError as error:
            refusal = error
            if getattr(error, "err_code", None) != raw.FPDF_ERR_PASSWORD:
                break
    try:
        copy = pdf_repair.repaired(data, passwords)
        if copy is not None:
            return pypdfium2.PdfDocument(copy)
    except (LockedFile, MemoryError):
        raise
    except Exception as error:
        # What pypdf raises is written down nowhere; the file is at fault, and pdfium has said how.
        raise _refused(data, getattr(refusal, "err_code", None)) from error
    raise _refused(data, getattr(refusal, "err_code", None)) from refusal


def _refused(data: bytes, code: int | None) -> FileError:
    from pypdfium2 import raw

    if code == raw.FPDF_ERR_PASSWORD:
        return LockedFile()
    if code == raw.FPDF_ERR_SECURITY:
        return unsupported(Why.ENCRYPTION)
    return damaged(Why.CUT_SHORT if data.lstrip()[:5] == b"%PDF-" else Why.NOT_OF_ITS_KIND)


def _structured(read: list[tuple[Page, Shape]], *, outlined: bool) -> tuple[Page, ...]:
    """Add what only shows when all pages are known; headings where the document has no outline."""
    shapes = [shape for _, shape in read]
    running = pdf_structure.furniture(shapes)
    found = [page.headings for page, _ in read] if outlined else pdf_structure.headings(shapes, running)
    return tuple(
        replace(page, headings=headings, furniture=stretches) if headings or stretches else page
        for (page, _), headings, stretches in zip(read, found, running, strict=True)
    )


def _page(
    pdf: Any, index: int, source: Source, titles: list[tuple[int, str]], outlined: bool
) -> tuple[Page, Shape, bool]:
    """Return a page, what is to be known of it when all are read, and whether files are attached to it."""
    import pypdfium2

    number = index + 1
    if source.late:
        return Page(number, "", Status.TIMED_OUT, LATE), Shape(), False
    try:
        with closing(pdf[index]) as page, closing(page.get_textpage()) as found:
            made, _, indexes = layout(page, found)
            beside, attached = pdf_extras.beside(pdf, page)
            text = "\n\n".join(filter(None, (made.text, "\n".join(beside))))
            status, reason = _judged(page, made.text, beside)
            if status is not Status.READ:
                return Page(number, text, status, reason), Shape(), attached
            shape = pdf_structure.shape(made, None if outlined else _Weights(found, indexes))
            return Page(number, text, Status.READ, reason, _placed(text, titles)), shape, attached
    except pypdfium2.PdfiumError:
        return Page(number, "", Status.DAMAGED, DAMAGED), Shape(), False


def _judged(page: Any, text: str, beside: Sequence[str]) -> tuple[Status, str]:
    """Return whether a page's text is all that there is to read on it, and what is to be said where it is not."""
    length = len(text)
    if length > _STAMP:
        return (Status.READ, "") if pdf_usable.is_usable(text) else (Status.PICTURE, GARBAGE)
    if length:
        if not pdf_usable.is_usable(text):
            return Status.PICTURE, GARBAGE
        return (Status.PICTURE, STAMPED) if _is_scan(page) else (Status.READ, "")
    if not _is_blank(page, annotations=False):
        return Status.PICTURE, PICTURE
    if beside:
        return Status.READ, ""
    return (Status.EMPTY, "") if _is_blank(page, annotations=True) else (Status.PICTURE, PICTURE)


def _is_scan(page: Any) -> bool:
    """Whether a picture covers most of the page; the little text on it is then a stamp or a line that was added."""
    from pypdfium2 import raw

    area = page.get_width() * page.get_height()
    for number, found in enumerate(page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=3)):
        left, bottom, right, top = found.get_bounds()
        if (right - left) * (top - bottom) > _COVERED * area:
            return True
        if number > _IMAGES:
            break
    return False


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


def _is_blank(page: Any, *, annotations: bool) -> bool:
    """Whether the page, drawn small, shows one colour only: vectors count as well as images."""
    scale = _THUMBNAIL / max(page.get_width(), page.get_height(), 1.0)
    with closing(
        page.render(scale=scale, grayscale=True, draw_annots=annotations, may_draw_forms=annotations)
    ) as bitmap:
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
        if match and len(title) > 40 and text[match.end() - 1 : match.end() + 1].isalnum():
            continue  # the beginning of a sentence that a program took for a heading, and cut
        headings.append(Heading(match.start() if match else 0, level, title))
    return tuple(sorted(headings, key=lambda heading: heading.start))


def _title(pdf: Any) -> str:
    """Return the title that the document gives itself, or "" where a program gave it one that says nothing."""
    title = _said(pdf, "Title")[:300]
    return "" if _NO_TITLE.match(title) else title


def _imprint(pdf: Any) -> imprint.Imprint:
    """Return when the file was made and by whom, as it says itself."""
    dates = (_said(pdf, key) for key in ("CreationDate", "ModDate"))
    return imprint.of(dates, _said(pdf, "Author").split(";"))


def _said(pdf: Any, key: str) -> str:
    """Return what the document says of itself, in one line; "" where that cannot be read."""
    import pypdfium2

    try:
        return " ".join(storable(pdf.get_metadata_value(key)).split())
    except (pypdfium2.PdfiumError, UnicodeDecodeError):
        return ""

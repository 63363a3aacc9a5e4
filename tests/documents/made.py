"""Files of each format, made in memory for the tests of reading."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable, Sequence
from email.message import EmailMessage
from typing import Any

PAGE = (595.0, 842.0)  # A4 in points


def pdf(*pages: Callable[[Any], None], size: tuple[float, float] = PAGE, password: str = "", title: str = "") -> bytes:
    """A PDF with a page for each function, which is given reportlab's canvas to draw on."""
    from reportlab.lib.pdfencrypt import StandardEncryption
    from reportlab.pdfgen.canvas import Canvas

    file = io.BytesIO()
    lock = StandardEncryption(password, strength=128) if password else None
    canvas = Canvas(file, pagesize=size, encrypt=lock, invariant=1)
    if title:
        canvas.setTitle(title)
    for draw in pages:
        draw(canvas)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def lines(*texts: str, left: float = 72, top: float = 760, size: float = 12) -> Callable[[Any], None]:
    """Draw each text as a line of its own."""

    def draw(canvas: Any) -> None:
        canvas.setFont("Helvetica", size)
        for number, text in enumerate(texts):
            canvas.drawString(left, top - number * size * 1.5, text)

    return draw


def image(canvas: Any) -> None:
    """Draw a picture of a black bar, as a scan of nothing in particular."""
    from PIL import Image
    from reportlab.lib.utils import ImageReader

    canvas.drawImage(ImageReader(Image.new("L", (200, 30), 0)), 72, 600)


def full_image(canvas: Any) -> None:
    """Draw a picture over the whole page, as a scanner does."""
    from PIL import Image
    from reportlab.lib.utils import ImageReader

    canvas.drawImage(ImageReader(Image.new("L", (60, 85), 200)), 0, 0, *PAGE)


def turned(data: bytes, *, degrees: int = 0, crop: tuple[float, float, float, float] | None = None) -> bytes:
    """The same PDF with its first page turned clockwise or cropped."""
    from pypdf import PdfReader, PdfWriter
    from pypdf.generic import RectangleObject

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    page = writer.pages[0]
    if degrees:
        page.rotate(degrees)
    if crop:
        page.cropbox = RectangleObject(crop)
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


def outlined(data: bytes, entries: Sequence[tuple[str, int]]) -> bytes:
    """The same PDF with an outline of (title, 0-based page), each under the one before."""
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    parent = None
    for title, page in entries:
        parent = writer.add_outline_item(title=title, page_number=page, parent=parent)
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


def raw_pdf(content: bytes, fonts: bytes, *objects: bytes) -> bytes:
    """A PDF of one page written by hand; `objects` are numbered from 5 on, `fonts` may refer to them."""
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 400 200]/Contents 4 0 R/Resources<</Font<<" + fonts + b">>>>>>"
    bodies = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>", page, stream(content), *objects]
    numbered = [b"%d 0 obj\n%s\nendobj\n" % (number, body) for number, body in enumerate(bodies, 1)]
    end = b"trailer\n<</Root 1 0 R/Size %d>>\n%%%%EOF\n" % (len(bodies) + 1)
    return b"%PDF-1.4\n" + b"".join(numbered) + end


def stream(content: bytes) -> bytes:
    return b"<</Length %d>>stream\n%s\nendstream" % (len(content), content)


def word(build: Callable[[Any], None]) -> bytes:
    """A Word file; the function is given python-docx's document to fill."""
    import docx

    document = docx.Document()
    build(document)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def with_part(data: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """The same ZIP package with one part changed."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            new.writestr(part, change(old.read(part)) if part == name else old.read(part))
    return file.getvalue()


def sheet(**sheets: Sequence[Sequence[object]]) -> bytes:
    """An Excel file with a sheet of rows for each name."""
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        page = book.create_sheet(name)
        for row in rows:
            page.append(list(row))
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def mail(text: str = "", html: str = "", attachments: Sequence[str] = (), **headers: str) -> bytes:
    """A message with the given bodies and attachments of a few bytes."""
    message = EmailMessage()
    for name, value in headers.items():
        message[name] = value
    if text:
        message.set_content(text)
    if html:
        (message.add_alternative if text else message.set_content)(html, subtype="html")
    for name in attachments:
        message.add_attachment(b"%PDF-", maintype="application", subtype="pdf", filename=name)
    return message.as_bytes()


def signed(content: bytes, *, kind: int = 2) -> bytes:
    """The envelope of a signature around an element that is already encoded; without a signature in it."""

    def element(tag: int, inner: bytes) -> bytes:
        size = len(inner)
        length = bytes([size]) if size < 128 else b"\x84" + size.to_bytes(4, "big")
        return bytes([tag]) + length + inner

    def identifier(number: int) -> bytes:
        return bytes.fromhex("06092a864886f70d0107") + bytes([number])

    inner = element(0x30, identifier(1) + (element(0xA0, content) if content else b""))
    body = element(0x30, b"\x02\x01\x01" + element(0x31, b"") + inner + element(0x31, b""))
    return element(0x30, identifier(kind) + element(0xA0, body))


def old_zip(name: str, content: bytes, password: bytes) -> bytes:
    """A ZIP file with one entry locked in the way from before AES (APPNOTE 6.1), which no library writes."""
    table = [_crc_row(value) for value in range(256)]
    keys = [0x12345678, 0x23456789, 0x34567890]

    def update(value: int) -> None:
        keys[0] = table[(keys[0] ^ value) & 255] ^ (keys[0] >> 8)
        keys[1] = ((keys[1] + (keys[0] & 255)) * 134775813 + 1) & 0xFFFFFFFF
        keys[2] = table[(keys[2] ^ (keys[1] >> 24)) & 255] ^ (keys[2] >> 8)

    for value in password:
        update(value)
    sealed = bytearray()
    for value in bytes(11) + bytes([zlib.crc32(content) >> 24]) + content:
        mask = keys[2] | 2
        sealed.append(value ^ (((mask * (mask ^ 1)) >> 8) & 255))
        update(value)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as plain:
        plain.writestr(zipfile.ZipInfo(name), bytes(sealed))
    data = bytearray(file.getvalue())
    for start, flags, numbers in ((0, 6, 14), (data.index(b"PK\1\2"), 8, 16)):
        data[start + flags] |= 1
        data[start + numbers : start + numbers + 4] = zlib.crc32(content).to_bytes(4, "little")
        data[start + numbers + 8 : start + numbers + 12] = len(content).to_bytes(4, "little")
    return bytes(data)


def _crc_row(value: int) -> int:
    for _ in range(8):
        value = (value >> 1) ^ (0xEDB88320 if value & 1 else 0)
    return value

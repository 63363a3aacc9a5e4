from __future__ import annotations

import io
import re

import pytest

from app.documents.pdf import PdfLoader
from app.documents.pdf_repair import sample
from app.documents.source import Source
from app.errors import DamagedFile, LockedFile
from app.types import Status
from tests.documents import made


def broken(data: bytes) -> bytes:
    """The same file, whose end names a root that is none: pdfium gives up on it."""
    return re.sub(rb"/Root \d+ 0 R", b"/Root 99 0 R", data)


def test_a_file_that_pdfium_does_not_open_is_put_in_order_and_read() -> None:
    import pypdfium2

    data = broken(made.pdf(made.lines("The lease begins."), made.lines("It ends.")))
    with pytest.raises(pypdfium2.PdfiumError):
        pypdfium2.PdfDocument(data)
    document = PdfLoader().load(Source(data, ".pdf"))
    assert [page.text for page in document.pages] == ["The lease begins.", "It ends."]


def test_the_sample_needs_the_second_chance_and_its_decryption() -> None:
    import pypdfium2

    with pytest.raises(pypdfium2.PdfiumError):
        pypdfium2.PdfDocument(sample())
    assert [page.status for page in PdfLoader().load(Source(sample(), ".pdf")).pages] == [Status.EMPTY]


def test_an_owners_password_alone_keeps_nobody_from_reading() -> None:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(made.pdf(made.lines("open to all")))))
    writer.encrypt("", "owner", algorithm="AES-256")
    file = io.BytesIO()
    writer.write(file)
    assert PdfLoader().load(Source(file.getvalue(), ".pdf")).pages[0].text == "open to all"


def test_a_broken_file_that_is_locked_needs_its_password() -> None:
    data = broken(made.pdf(made.lines("secret"), password="sesame"))
    with pytest.raises((LockedFile, DamagedFile)):
        PdfLoader().load(Source(data, ".pdf"))

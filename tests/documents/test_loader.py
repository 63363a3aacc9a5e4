from __future__ import annotations

import pytest

from app.documents import loader
from app.documents.source import Source
from app.errors import DamagedFile, EmptyFile, LockedFile, UnsupportedFile
from tests.documents import made


def kind(data: bytes, suffix: str) -> str:
    return loader.load(Source(data, suffix)).kind


def test_a_signature_goes_before_a_wrong_name() -> None:
    assert kind(made.pdf(made.lines("x")), ".txt") == "pdf"
    assert kind(made.word(lambda document: document.add_paragraph("x")), ".xlsx") == "docx"
    assert kind(made.sheet(One=[["a", "b"]]), ".docx") == "sheet"


def test_a_text_about_pdf_stays_a_text() -> None:
    assert kind(b"The file began with %PDF-1.4", ".txt") == "text"


def test_an_empty_file_is_empty_whatever_its_name() -> None:
    for suffix in loader.SUFFIXES:
        with pytest.raises(EmptyFile):
            loader.load(Source(b"", suffix))


def test_an_encrypted_office_file_is_locked_and_an_old_one_unsupported() -> None:
    signature = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    with pytest.raises(LockedFile):
        loader.load(Source(signature + bytes(500) + "EncryptedPackage".encode("utf-16-le"), ".docx"))
    with pytest.raises(UnsupportedFile):
        loader.load(Source(signature + bytes(500), ".doc"))


def test_what_nobody_reads_is_unsupported() -> None:
    with pytest.raises(UnsupportedFile):
        loader.load(Source(b"OggS", ".ogg"))


def test_other_content_than_the_name_says_is_damaged() -> None:
    for suffix in (".pdf", ".docx", ".xlsx"):
        with pytest.raises(DamagedFile, match="not what its name says"):
            loader.load(Source(b"plain text", suffix))

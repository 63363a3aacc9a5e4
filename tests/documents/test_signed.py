from __future__ import annotations

import base64

import pytest

from app.documents import loader
from app.documents.signed import SignedLoader
from app.documents.source import Source
from app.errors import DamagedFile
from app.types import Document, Status
from tests.documents import made


def load(data: bytes) -> Document:
    return SignedLoader().load(Source(data, ".p7m"))


def octets(data: bytes) -> bytes:
    return b"\x04\x82" + len(data).to_bytes(2, "big") + data


@pytest.mark.parametrize(("content", "name"), [
    (b"%PDF-1.4 x", "signed content.pdf"),
    (b"<?xml version='1.0'?><a/>", "signed content.xml"),
    (b"Content-Type: text/plain\r\n\r\nx", "signed content.eml"),
    ("Vertrag über".encode(), "signed content.txt"),
    (bytes(range(256)) * 4, "signed content.bin"),
])  # fmt: skip
def test_what_was_signed_is_a_part(content: bytes, name: str) -> None:
    document = load(made.signed(octets(content)))
    assert [(part.name, part.data) for part in document.parts] == [(name, content)]
    assert document.pages[0].text == f"Signed file with {name}"


def test_content_in_pieces_of_unknown_length_is_put_together() -> None:
    pieces = b"\x24\x80" + octets(b"%PDF") + b"\x24\x80" + octets(b"-1.") + octets(b"7") + b"\0\0" + b"\0\0"
    assert load(made.signed(pieces)).parts[0].data == b"%PDF-1.7"


def test_an_envelope_written_in_letters_is_opened() -> None:
    letters = base64.encodebytes(made.signed(octets(b"The signed text, which is longer.")))
    assert load(letters).parts[0].data.startswith(b"The signed")
    assert load(b"-----BEGIN PKCS7-----\n" + letters + b"-----END PKCS7-----\n").parts[0].data.startswith(b"The signed")


def test_a_signed_mail_that_outlook_keeps_is_a_mail() -> None:
    data = b'Content-Type: multipart/signed; boundary="b"\r\n\r\n--b\r\n\r\nThe text.\r\n--b--\r\n'
    part = load(data).parts[0]
    assert (part.name, part.data) == ("signed content.eml", data)
    assert loader.load(Source(part.data, ".eml")).pages[0].text == "The text."


def test_a_signature_alone_holds_nothing_and_what_is_encrypted_says_so() -> None:
    alone = load(made.signed(b"")).pages[0]
    assert (alone.status, alone.text) == (Status.EMPTY, "")
    assert "not what was signed" in alone.reason
    sealed = load(made.signed(octets(b"x"), kind=3)).pages[0]
    assert sealed.status is Status.LOCKED
    assert "encrypted" in sealed.reason


def test_it_is_known_by_its_bytes_and_broken_ones_are_damaged() -> None:
    data = made.signed(octets(b"text"))
    assert loader.choose(data, ".pdf").kind == "signed"
    for wrong in (b"plain text", data[:20], b"\x30\x80" * 2000, data[:12] + b"\xff" * 40):
        with pytest.raises(DamagedFile):
            load(wrong)

from __future__ import annotations

from pathlib import Path

import pytest

from app.documents import loader
from app.documents.mhtml import WebArchiveLoader
from app.documents.source import Source
from app.errors import DamagedFile
from app.types import Document

HEAD = b"From: <Saved by Blink>\nSnapshot-Content-Location: https://example.org/\nSubject: Saved\nMIME-Version: 1.0\n"


def load(data: bytes) -> Document:
    return WebArchiveLoader().load(Source(data, ".mhtml"))


def saved(*entities: bytes, head: bytes = HEAD) -> bytes:
    start = head + b'Content-Type: multipart/related; type="text/html"; boundary=b\n\n'
    return start + b"".join(b"--b\n" + entity + b"\n" for entity in entities) + b"--b--\n"


PAGE = (
    b"Content-Type: text/html\nContent-Transfer-Encoding: quoted-printable\n\n"
    b"<title>T</title><h1>Caf=E9</h1><p>text</p>"
)


def test_the_page_is_read_and_what_it_shows_is_no_part() -> None:
    document = load(saved(PAGE, b"Content-Type: image/png\nContent-Location: a.png\n\nx",
                          b"Content-Type: text/css\n\nbody {}"))  # fmt: skip
    assert (document.kind, document.title) == ("mhtml", "T")
    assert document.pages[0].text == "Café\n\ntext"
    assert document.pages[0].headings[0].text == "Café"
    assert document.parts == ()


def test_frames_follow_their_page_and_attachments_are_parts() -> None:
    frame = b"Content-Type: text/html\nContent-ID: <frame>\n\n<h2>In a frame</h2>"
    document = load(saved(PAGE, frame, b"Content-Type: application/pdf; name=a.pdf\n\n%PDF"))
    assert document.pages[0].text.endswith("\n\nIn a frame")
    text = document.pages[0].text
    assert [text[heading.start :].splitlines()[0] for heading in document.pages[0].headings] == ["Café", "In a frame"]
    assert [part.name for part in document.parts] == ["a.pdf"]


def test_the_root_comes_first_wherever_it_stands() -> None:
    head = HEAD + b'Content-Type: multipart/related; start="<root>"; boundary=b\n\n'
    frame, root = b"Content-Type: text/html\n\nframe", b"Content-Type: text/html\nContent-ID: <root>\n\nroot"
    data = head + b"--b\n" + frame + b"\n--b\n" + root + b"\n--b--\n"
    assert load(data).pages[0].text == "root\n\nframe"


def test_it_is_known_by_its_headers_and_a_mail_is_not_taken_for_one() -> None:
    assert loader.choose(saved(PAGE), ".txt").kind == "mhtml"
    assert loader.choose(saved(PAGE, head=b"MIME-Version: 1.0\n"), ".eml").kind == "mhtml"
    mail = b"From: a@x.org\nTo: b@x.org\nMessage-ID: <1>\nMIME-Version: 1.0\n"
    assert loader.choose(saved(PAGE, head=mail), ".eml").kind == "mail"
    with pytest.raises(DamagedFile):
        load(b"\n\nno headers")


def test_a_page_without_parts_is_read() -> None:
    assert load(HEAD + b"Content-Type: text/html; charset=utf-8\n\n<p>alone</p>").pages[0].text == "alone"


@pytest.mark.shared
def test_the_hard_page_is_read(shared: Path) -> None:
    path = shared / "data" / "hard_files" / "format-corpus" / "related__lorem-ipsum.mht"
    document = load(path.read_bytes())
    assert document.pages[0].text.startswith("Variatio Ipsius")
    assert document.parts == ()


def test_a_saved_page_has_the_date_of_the_page_or_else_of_the_saving() -> None:
    begin = b"MIME-Version: 1.0\nDate: Wed, 31 Jan 2024 10:00:00 +0000\nContent-Type: text/html\n\n"
    assert load(begin + b"<p>x</p>").date == "2024-01-31"
    dated = load(begin + b'<meta name="date" content="2020-05-06"><meta name="author" content="Ann"><p>x</p>')
    assert (dated.date, dated.people) == ("2020-05-06", ("Ann",))

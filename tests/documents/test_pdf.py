from __future__ import annotations

import time
from typing import Any

import pytest

from app.documents.pdf import PdfLoader, characters, opened
from app.documents.source import Source
from app.errors import DamagedFile, LockedFile
from app.types import Document, Heading, Status
from tests.documents import made


def load(data: bytes, *passwords: str, deadline: float = float("inf")) -> Document:
    return PdfLoader().load(Source(data, ".pdf", passwords, deadline))


def test_each_page_has_its_number_and_its_lines() -> None:
    document = load(made.pdf(made.lines("The lease begins.", "It ends."), made.lines("Page two")))
    assert [(page.number, page.text, page.status) for page in document.pages] == [
        (1, "The lease begins.\nIt ends.", Status.READ),
        (2, "Page two", Status.READ),
    ]


def test_a_page_without_anything_is_empty_and_a_scan_is_a_picture() -> None:
    document = load(made.pdf(lambda canvas: None, made.image, lambda canvas: canvas.line(10, 10, 300, 300)))
    assert [page.status for page in document.pages] == [Status.EMPTY, Status.PICTURE, Status.PICTURE]
    assert document.pages[0].reason == ""
    assert "picture" in document.pages[1].reason


def test_text_beside_a_picture_is_read() -> None:
    def both(canvas: object) -> None:
        made.image(canvas)
        made.lines("Exhibit A")(canvas)

    assert load(made.pdf(both)).pages[0].text == "Exhibit A"


def test_a_locked_file_opens_with_its_password_only() -> None:
    data = made.pdf(made.lines("secret"), password="open sesame")
    with pytest.raises(LockedFile):
        load(data)
    with pytest.raises(LockedFile):
        load(data, "wrong")
    assert load(data, "open sesame").pages[0].text == "secret"
    assert load(data, "wrong", "open sesame", "another").pages[0].text == "secret"


@pytest.mark.parametrize("data", [b"%PDF-1.7\n%%EOF", b"not a PDF", b"%PDF-1.4" + bytes(2000)])
def test_what_is_no_pdf_is_damaged(data: bytes) -> None:
    with pytest.raises(DamagedFile):
        load(data)


def test_a_pdf_without_pages_is_damaged() -> None:
    data = made.raw_pdf(b"", b"").replace(b"/Kids[3 0 R]/Count 1", b"/Kids[]/Count 0")
    with pytest.raises(DamagedFile):
        load(data)


def test_a_pdf_cut_short_is_read_as_far_as_it_goes_or_is_damaged() -> None:
    whole = made.pdf(*[made.lines(f"Page {number} of the lease") for number in range(20)])
    for part in range(1, 10):
        cut = whole[: len(whole) * part // 10]
        try:
            document = load(cut)
        except DamagedFile:
            continue
        for page in document.pages:
            assert page.text == f"Page {(page.number or 0) - 1} of the lease" or page.status is not Status.READ


def test_a_page_that_cannot_be_loaded_is_damaged_and_the_others_are_read() -> None:
    data = made.pdf(made.lines("first"), made.lines("second"))
    with opened(data) as pdf:
        assert len(pdf) == 2
    broken = data.replace(b"/Type /Page\n", b"/Type /Pagx\n", 1) if b"/Type /Page\n" in data else data
    document = load(broken)
    assert document.pages[-1].text == "second"


def test_pages_after_the_deadline_are_said_to_be_unread() -> None:
    document = load(made.pdf(made.lines("one"), made.lines("two")), deadline=time.monotonic() - 1)
    assert [page.status for page in document.pages] == [Status.TIMED_OUT, Status.TIMED_OUT]
    assert all(page.reason for page in document.pages)


def test_the_outline_gives_headings_where_they_stand() -> None:
    data = made.pdf(made.lines("Preface", "1. The  Premises", "are in Bern."), made.lines("2. Rent"))
    document = load(made.outlined(data, [("1. the premises", 0), ("2. Rent", 1), ("Not on the page", 1)]))
    assert document.pages[0].headings == (Heading(8, 1, "1. the premises"),)
    assert document.pages[1].headings == (Heading(0, 2, "2. Rent"), Heading(0, 3, "Not on the page"))
    assert document.pages[0].text[8:].startswith("1. The")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("Lease of 12 Elm Street", "Lease of 12 Elm Street"),
        ("untitled", ""),
        ("Microsoft Word - Document1", ""),
        ("lease_final.doc", ""),
        ("C:\\Users\\ann\\lease", ""),
        ("-", ""),
    ],
)
def test_a_title_is_kept_where_a_person_gave_it(given: str, kept: str) -> None:
    assert load(made.pdf(made.lines("x"), title=given)).title == kept


def form(canvas: Any) -> None:
    canvas.acroForm.textfield(name="tenant", value="Ann Filled", x=72, y=600, width=200, height=20)


def test_what_is_filled_into_a_form_stands_under_the_text_of_its_page() -> None:
    def both(canvas: Any) -> None:
        made.lines("Tenant:")(canvas)
        form(canvas)

    alone, beside = load(made.pdf(form, both)).pages
    assert (alone.text, alone.status, alone.reason) == ("tenant: Ann Filled", Status.READ, "")
    assert (beside.text, beside.status, beside.reason) == ("Tenant:\n\ntenant: Ann Filled", Status.READ, "")


def test_a_picture_with_a_stamp_on_it_is_a_picture() -> None:
    def scan(canvas: Any) -> None:
        made.image(canvas)
        made.full_image(canvas)
        made.lines("CONFIDENTIAL 000123")(canvas)

    page = load(made.pdf(scan)).pages[0]
    assert page.status is Status.PICTURE
    assert "CONFIDENTIAL 000123" in page.text
    assert "picture" in page.reason


def test_a_scan_with_the_text_of_its_page_under_it_is_read() -> None:
    def scan(canvas: Any) -> None:
        text = canvas.beginText(72, 760)
        text.setTextRenderMode(3)  # invisible
        text.setFont("Helvetica", 10)
        for _ in range(12):
            text.textLine("The tenant shall pay the rent on the first day of each month.")
        canvas.drawText(text)
        made.full_image(canvas)

    page = load(made.pdf(scan)).pages[0]
    assert page.status is Status.READ
    assert page.text.count("first day of each month") == 12


def test_signs_that_nobody_can_read_are_a_picture_and_kept() -> None:
    sentences = [
        "The tenant shall pay the rent on the first day of each month.",
        "Notice of termination is given in writing, three months ahead.",
        "Repairs of the roof and the walls are to be borne by the landlord.",
    ] * 3
    shifted = ["".join(chr(ord(letter) - 29) if letter > "@" else letter for letter in line) for line in sentences]
    readable, signs = load(made.pdf(made.lines(*sentences), made.lines(*shifted))).pages
    assert readable.status is Status.READ
    assert signs.status is Status.PICTURE
    assert signs.text
    assert "signs" in signs.reason


CMAP = b"""/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def /CMapType 2 def
1 begincodespacerange <00><ff> endcodespacerange
6 beginbfchar <61> <D83DDE00> <62> <00660066> <63> <D835> <64> <0000> <65> <00AD> <66> <FFFE> endbfchar
endcmap end end"""


def odd_characters() -> bytes:
    font = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 6 0 R>>"
    return made.raw_pdf(b"BT /F 24 Tf 20 100 Td (abcdefx word) Tj ET", b"/F 5 0 R", font, made.stream(CMAP))


def test_characters_that_cannot_be_kept_are_replaced_and_the_rest_is_whole() -> None:
    text = load(odd_characters()).pages[0].text
    assert "\U0001f600ff" in text
    assert not any(character in "\x00\xad\ufffe" or "\ud800" <= character <= "\udfff" for character in text)
    text.encode("utf-8")


def test_every_character_is_one_of_pdfiums_own_or_white_space() -> None:
    for data in (odd_characters(), made.pdf(made.lines("One two", "three-", "four", "", "five"))):
        with opened(data) as pdf:
            page = pdf[0]
            text, indexes = characters(page)
            assert text == load(data).pages[0].text
            assert len(text) == len(indexes)
            count = page.get_textpage().count_chars()
        assert all(-1 <= index < count for index in indexes)
        assert all(character.isspace() for character, index in zip(text, indexes, strict=True) if index < 0)
        known = [index for index in indexes if index >= 0]
        assert known == sorted(known)


def test_the_author_and_the_day_of_making_are_told() -> None:
    def draw(canvas: Any) -> None:
        canvas.setAuthor("Ann Smith; Bo Ek")
        canvas.drawString(72, 700, "x")

    found = load(made.pdf(draw))
    assert found.people == ("Ann Smith", "Bo Ek")
    assert found.date == "2000-01-01"  # what the library gives files that are to be the same each time

from __future__ import annotations

from typing import Any

from app.documents.source import Source
from app.documents.word import WordLoader
from app.types import Document, Status
from tests.documents import made


def load(data: bytes) -> Document:
    return WordLoader().load(Source(data, ".docx"))


def text(build: Any) -> str:
    return load(made.word(build)).pages[0].text


def test_paragraphs_tables_and_headings_stand_in_their_order() -> None:
    def build(document: Any) -> None:
        document.add_heading("Lease", 0)
        document.add_heading("1. Premises", 1)
        document.add_paragraph("The flat is in Bern.")
        table = document.add_table(2, 2)
        for row, texts in zip(table.rows, [("Item", "Price"), ("Rent", "1,200")], strict=True):
            for cell, value in zip(row.cells, texts, strict=True):
                cell.text = value
        document.add_paragraph("Signed.")

    page = load(made.word(build)).pages[0]
    assert page.number is None
    assert page.text == "Lease\n\n1. Premises\nThe flat is in Bern.\n\nItem | Price\nRent | 1,200\n\nSigned."
    assert [(heading.level, heading.text) for heading in page.headings] == [(1, "Lease"), (1, "1. Premises")]
    assert all(page.text[heading.start :].startswith(heading.text) for heading in page.headings)


def test_a_style_that_is_based_on_a_heading_is_one() -> None:
    def build(document: Any) -> None:
        from docx.enum.style import WD_STYLE_TYPE

        style = document.styles.add_style("Klausel", WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = document.styles["Heading 2"]
        document.add_paragraph("§ 1 Mietsache", style="Klausel")
        document.add_paragraph("Die Wohnung.")

    assert [(heading.level, heading.text) for heading in load(made.word(build)).pages[0].headings] == [
        (2, "§ 1 Mietsache")
    ]


def test_headers_and_footers_are_read_once() -> None:
    def build(document: Any) -> None:
        document.sections[0].header.paragraphs[0].text = "Confidential"
        document.sections[0].footer.paragraphs[0].text = "Page"
        document.add_paragraph("Body")
        document.add_section().header.is_linked_to_previous = False
        document.sections[1].header.paragraphs[0].text = "Confidential"

    assert text(build) == "Confidential\n\nBody\n\nPage"


def test_inserted_text_is_read_and_deleted_text_is_not() -> None:
    data = made.with_part(
        made.word(lambda document: document.add_paragraph("MARK")),
        "word/document.xml",
        lambda part: part.replace(
            b"<w:t>MARK</w:t>",
            b'<w:t>kept</w:t></w:r><w:ins w:id="1"><w:r><w:t xml:space="preserve"> new</w:t></w:r></w:ins>'
            b'<w:del w:id="2"><w:r><w:delText>old</w:delText></w:r></w:del><w:r><w:tab/><w:t>end</w:t>',
        ),
    )
    assert load(data).pages[0].text == "kept new\tend"


def test_content_controls_are_read() -> None:
    control = b"<w:sdt><w:sdtContent><w:p><w:r><w:t>Tenant: Ann</w:t></w:r></w:p></w:sdtContent></w:sdt>"
    data = made.with_part(
        made.word(lambda document: document.add_paragraph("Before")),
        "word/document.xml",
        lambda part: part.replace(b"<w:sectPr", control + b"<w:sectPr", 1),
    )
    assert load(data).pages[0].text == "Before\nTenant: Ann"


def test_a_table_inside_a_cell_stays_in_its_row() -> None:
    def build(document: Any) -> None:
        outer = document.add_table(1, 2)
        outer.rows[0].cells[0].text = "Costs"
        inner = outer.rows[0].cells[1].add_table(1, 2)
        inner.rows[0].cells[0].text = "heat"
        inner.rows[0].cells[1].text = "80"

    assert text(build) == "Costs | heat 80"


def test_a_file_without_words_is_empty() -> None:
    page = load(made.word(lambda document: None)).pages[0]
    assert (page.text, page.status) == ("", Status.EMPTY)


def test_the_title_is_the_one_that_the_file_gives() -> None:
    def build(document: Any) -> None:
        document.core_properties.title = "Lease of  Elm Street"
        document.add_paragraph("x")

    assert load(made.word(build)).title == "Lease of Elm Street"

from __future__ import annotations

import contextlib
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from app.documents import loader, ooxml, package
from app.documents.source import Source
from app.documents.word import WordLoader
from app.errors import DamagedFile, UnsupportedFile
from app.types import Document, Status
from tests.documents import made
from tests.documents import made_office as office


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


def test_notes_and_comments_stand_behind_their_paragraph() -> None:
    body = (
        '<w:p><w:commentRangeStart w:id="4"/><w:r><w:t>The Seller</w:t></w:r><w:commentRangeEnd w:id="4"/><w:r>'
        '<w:commentReference w:id="4"/></w:r><w:r><w:t xml:space="preserve"> pays</w:t></w:r><w:r>'
        '<w:footnoteReference w:id="2"/></w:r></w:p><w:p><w:r><w:t>Next</w:t></w:r><w:r>'
        '<w:endnoteReference w:id="2"/></w:r></w:p>'
    )
    note = '<w:{0} w:id="2"><w:p><w:r><w:t>{1}</w:t></w:r></w:p></w:{0}>'
    data = office.word(
        body,
        footnotes=office.part("footnotes", note.format("footnote", "By transfer.")),
        endnotes=office.part("endnotes", note.format("endnote", "See above.")),
        comments=office.part(
            "comments", '<w:comment w:id="4" w:author="Ann"><w:p><w:r><w:t>Who?</w:t></w:r></w:p></w:comment>'
        ),
    )
    assert load(data).pages[0].text == (
        "The Seller pays\nComment by Ann on “The Seller”: Who?\nFootnote 1: By transfer.\nNext\nEndnote 1: See above."
    )


def test_text_boxes_are_read_once_behind_their_paragraph() -> None:
    box = "<w:txbxContent><w:p><w:r><w:t>Boxed</w:t></w:r></w:p></w:txbxContent>"
    body = (
        "<w:p><w:r><w:t>Around</w:t></w:r><w:r><mc:AlternateContent><mc:Choice><wps:txbx>" + box
        + "</wps:txbx></mc:Choice><mc:Fallback><w:pict>" + box + "</w:pict></mc:Fallback></mc:AlternateContent></w:r>"
        "<w:r><w:t xml:space='preserve'> it</w:t></w:r></w:p>"
    )  # fmt: skip
    assert load(office.word(body)).pages[0].text == "Around it\nBoxed"


def test_hidden_text_is_left_out_and_what_a_style_hides() -> None:
    styles = '<w:style w:type="character" w:styleId="Off"><w:rPr><w:vanish/></w:rPr></w:style>'
    body = (
        "<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>a</w:t></w:r><w:r><w:rPr><w:rStyle w:val='Off'/></w:rPr><w:t>b</w:t>"
        "</w:r><w:r><w:rPr><w:vanish w:val='0'/><w:rStyle w:val='Off'/></w:rPr><w:t>c</w:t></w:r></w:p>"
    )
    assert load(office.word(body, styles=office.part("styles", styles))).pages[0].text == "c"


def test_a_paragraph_whose_end_was_deleted_goes_on_in_the_next() -> None:
    body = (
        '<w:p><w:pPr><w:rPr><w:del w:id="1"/></w:rPr></w:pPr><w:r><w:t xml:space="preserve">One </w:t></w:r></w:p>'
        "<w:p><w:r><w:t>line</w:t></w:r></w:p>"
    )
    assert load(office.word(body)).pages[0].text == "One line"


def test_boxes_and_choices_of_forms_are_read() -> None:
    field = '<w:r><w:fldChar w:fldCharType="begin"><w:ffData>{}</w:ffData></w:fldChar></w:r>'
    body = (
        "<w:p>" + field.format('<w:checkBox><w:default w:val="0"/><w:checked/></w:checkBox>')
        + '<w:r><w:t xml:space="preserve"> smoker, </w:t></w:r>'
        + field.format('<w:ddList><w:result w:val="1"/><w:listEntry w:val="male"/><w:listEntry w:val="female"/>'
                       "</w:ddList>")
        + '<w:r><w:sym w:font="Wingdings" w:char="F0A8"/></w:r></w:p>'
    )  # fmt: skip
    assert load(office.word(body)).pages[0].text == "☒ smoker, female☐"


def test_a_cell_that_spans_rows_is_read_in_each() -> None:
    cell = "<w:tc><w:tcPr>{}</w:tcPr><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:tc>"
    rows = [
        cell.format('<w:vMerge w:val="restart"/>', "Flat 3") + cell.format("", "rent"),
        cell.format("<w:vMerge/>", "") + cell.format("", "heat"),
        cell.format("", "Flat 4") + cell.format("", "rent"),
    ]
    body = "<w:tbl>" + "".join(f"<w:tr>{row}</w:tr>" for row in rows) + "</w:tbl>"
    assert load(office.word(body)).pages[0].text == "Flat 3 | rent\nFlat 3 | heat\nFlat 4 | rent"


def test_diagrams_and_charts_are_read_as_text() -> None:
    body = (
        '<w:p><w:r><w:t>See</w:t></w:r><w:r><w:drawing><dgm:relIds r:dm="d1"/></w:drawing></w:r><w:r><w:drawing>'
        '<c:chart r:id="c1"/></w:drawing></w:r></w:p>'
    )
    links = (
        f'<Relationship Id="d1" Type="{office.OFFICE}/diagramData" Target="diagrams/data1.xml"/>'
        f'<Relationship Id="c1" Type="{office.OFFICE}/chart" Target="charts/chart1.xml"/>'
    )
    diagram = (
        '<dgm:dataModel xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram"'
        ' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><dgm:ptLst><dgm:pt><dgm:t><a:p><a:r><a:t>'
        'Claim</a:t></a:r></a:p></dgm:t></dgm:pt><dgm:pt type="sibTrans"><dgm:t><a:p/></dgm:t></dgm:pt></dgm:ptLst>'
        "</dgm:dataModel>"
    )
    point = '<c:{0}><c:strCache><c:pt idx="0"><c:v>{1}</c:v></c:pt></c:strCache></c:{0}>'
    chart = (
        '<c:chartSpace xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"><c:plotArea><c:barChart><c:ser>'
        + point.format("tx", "Visits") + point.format("cat", "May") + point.format("val", "12")
        + "</c:ser></c:barChart></c:plotArea></c:chartSpace>"
    )  # fmt: skip
    data = office.word(body, links=links, **{"diagrams/data1.xml": diagram, "charts/chart1.xml": chart})
    assert load(data).pages[0].text == "See\nClaim\nMay | Visits: 12"


def test_every_kind_of_word_file_is_one() -> None:
    body = office.paragraph("Hello")
    for kind in ("document.main+xml", "template.main+xml"):
        assert loader.load(Source(office.word(body, kind), ".x")).pages[0].text == "Hello"
    strict = made.with_part(
        office.word(body), "word/document.xml",
        lambda part: part.replace(b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
                                  b"http://purl.oclc.org/ooxml/wordprocessingml/main"),
    )  # fmt: skip
    assert loader.load(Source(strict, ".docx")).pages[0].text == "Hello"


def test_files_inside_are_parts_and_large_pictures_too() -> None:
    inner = made.sheet(A=[["a", "b"]])
    links = (
        f'<Relationship Id="e1" Type="{office.OFFICE}/package" Target="embeddings/Book.xlsx"/>'
        f'<Relationship Id="p1" Type="{office.OFFICE}/image" Target="media/scan.png"/>'
        f'<Relationship Id="p2" Type="{office.OFFICE}/image" Target="media/logo.png"/>'
        f'<Relationship Id="p3" Type="{office.OFFICE}/image" Target="../../../etc/passwd.png"/>'
    )
    files: dict[str, Any] = {
        "embeddings/Book.xlsx": inner, "media/scan.png": b"\x89PNG" + bytes(50_000), "media/logo.png": b"\x89PNG",
    }  # fmt: skip
    document = load(office.word(office.paragraph("Hello"), links=links, **files))
    assert [part.name for part in document.parts] == ["Book.xlsx", "scan.png"]
    assert document.parts[0].data == inner
    # Where there is nothing but pictures, they may be what the file is about.
    document = load(office.word("", links=links, **files))
    assert [part.name for part in document.parts] == ["Book.xlsx", "scan.png", "logo.png"]
    assert (document.pages[0].status, document.pages[0].reason) == (Status.EMPTY, ooxml.PARTS_ONLY)


def test_what_is_left_of_a_broken_file_is_read_and_said_to_be_a_part() -> None:
    data = office.word("".join(office.paragraph(f"Paragraph {number} of the text") for number in range(3000)))
    page = loader.load(Source(data[: len(data) * 3 // 4], ".docx")).pages[0]
    assert page.status is Status.DAMAGED
    assert page.reason == ooxml.PARTLY
    assert "Paragraph 7 of the text" in page.text
    wrong = made.with_part(data, "word/document.xml", lambda part: part.replace(b"Paragraph 900", b"<w:oops>", 1))
    page = load(wrong).pages[0]
    assert (page.status, "Paragraph 7 of the text" in page.text) == (Status.DAMAGED, True)


def test_bombs_and_endless_nesting_end_in_an_error() -> None:
    bomb = office.word("<w:p/>")
    bomb = made.with_part(bomb, "word/document.xml", lambda part: b" " * (package.MOST + 1))
    with pytest.raises(MemoryError):
        loader.load(Source(bomb, ".docx"))
    for depth in (1500, 100_000):
        nested = "<w:ins>" * depth + office.paragraph("x") + "</w:ins>" * depth
        with contextlib.suppress(DamagedFile):
            assert loader.load(Source(office.word(nested), ".docx")).pages[0].status is not Status.READ
    swelling = "".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * 10}">' for n in range(9))
    entities = made.with_part(
        office.word("<w:p><w:r><w:t>&e9;</w:t></w:r></w:p>"), "word/document.xml",
        lambda part: f'<!DOCTYPE x [<!ENTITY e0 "ha">{swelling}]>'.encode() + part,
    )  # fmt: skip
    with pytest.raises(DamagedFile):
        load(entities)


def test_a_web_page_under_the_name_of_an_old_word_file_is_read() -> None:
    page = WordLoader().load(Source(b"<html><body><p>Dear Ann</p></body></html>", ".doc")).pages[0]
    assert page.text == "Dear Ann"
    with pytest.raises(UnsupportedFile, match="save it as DOCX"):
        loader.load(Source(b"\xdb\xa5\x2d\x00" + bytes(100), ".doc"))


@pytest.mark.shared
def test_a_message_inside_a_word_file_is_a_part(shared: Path) -> None:
    file = shared / "data" / "hard_files" / "tika" / "EmbeddedOutlook.docx"
    assert [part.name for part in load(file.read_bytes()).parts] == ["licensedTestMsgwAtt.msg"]


def test_the_properties_say_who_and_when() -> None:
    def build(document: Any) -> None:
        properties = document.core_properties
        properties.author, properties.last_modified_by = "Ann Smith", "Bo Ek"
        properties.created, properties.modified = datetime(2020, 1, 2), datetime(2024, 1, 31)  # noqa: DTZ001 as files have it
        document.add_paragraph("x")

    found = load(made.word(build))
    assert (found.date, found.people) == ("2024-01-31", ("Ann Smith", "Bo Ek"))

from __future__ import annotations

from app.documents import loader, ooxml
from app.documents.opendocument import TextDocumentLoader
from app.documents.source import Source
from app.types import Document, Status
from tests.documents import made_office as office

NUMBERED = (
    '<text:list-style style:name="L"><text:list-level-style-number text:level="1" style:num-format="1"'
    ' style:num-suffix="."/><text:list-level-style-number text:level="2" style:num-format="1" text:display-levels="2"/>'
    '<text:list-level-style-number text:level="3" style:num-format="a" style:num-prefix="(" style:num-suffix=")"/>'
    "</text:list-style>"
)


def load(data: bytes) -> Document:
    return TextDocumentLoader().load(Source(data, ".odt"))


def text(inside: str, **parts: str) -> str:
    return load(office.odf("text", inside, **parts)).pages[0].text


def items(*inside: str) -> str:
    return "".join(f"<text:list-item>{each}</text:list-item>" for each in inside)


def p(words: str) -> str:
    return f"<text:p>{words}</text:p>"


def test_headings_paragraphs_and_tables_stand_in_their_order() -> None:
    cell = "<table:table-cell>" + p("{}") + "</table:table-cell>"
    table = (
        "<table:table><table:table-header-rows><table:table-row>" + cell.format("Item") + cell.format("Price")
        + "</table:table-row></table:table-header-rows><table:table-row>" + cell.format("Rent")
        + cell.format('1<text:s text:c="2"/>200') + "</table:table-row></table:table>"
    )  # fmt: skip
    data = office.odf("text", '<text:h text:outline-level="2">Premises</text:h>' + p("In <text:span>Bern</text:span>.")
                      + table + p("a<text:tab/>b<text:line-break/>c"))  # fmt: skip
    page = load(data).pages[0]
    assert page.text == "Premises\nIn Bern.\n\nItem | Price\nRent | 1 200\n\na\tb\nc"
    assert [(heading.level, heading.text) for heading in page.headings] == [(2, "Premises")]


def test_lists_carry_the_numbers_that_are_not_in_the_file() -> None:
    third = "<text:list>" + items(p("c"), p("d")) + "</text:list>"
    inner = "<text:list>" + items(p("b") + third, p("e")) + "</text:list>"
    first = '<text:list text:style-name="L">' + items(p("a") + inner, p("f")) + "</text:list>"
    goes_on = '<text:list text:style-name="L" text:continue-numbering="true">' + items(p("g")) + "</text:list>"
    anew = '<text:list text:style-name="L"><text:list-header>' + p("no number") + "</text:list-header>" + items(p("h"))
    assert text(first + p("between") + goes_on + anew + "</text:list>", automatic=NUMBERED).splitlines() == [
        "1. a", "1.1 b", "(a) c", "(b) d", "1.2 e", "2. f", "between", "3. g", "no number", "1. h",
    ]  # fmt: skip


def test_headings_are_numbered_by_the_outline() -> None:
    styles = (
        '<office:styles><text:outline-style><text:outline-level-style text:level="1" style:num-format="I"'
        ' style:num-suffix="."/><text:outline-level-style text:level="2" style:num-format="1"'
        ' text:display-levels="2"/></text:outline-style></office:styles>'
    )
    body = "".join(
        f'<text:h text:outline-level="{level}" {more}>{words}</text:h>'
        for level, more, words in ((1, "", "a"), (2, "", "b"), (1, 'text:is-list-header="true"', "c"), (1, "", "d"))
    )
    assert [line for line in text(body, styles=styles).splitlines() if line] == ["I. a", "I.1 b", "c", "II. d"]


def test_notes_comments_and_text_boxes_stand_behind_their_paragraph() -> None:
    note = ('<text:note text:note-class="footnote"><text:note-citation>7</text:note-citation><text:note-body>'
            + p("By transfer.") + "</text:note-body></text:note>")  # fmt: skip
    comment = "<office:annotation><dc:creator>Ann</dc:creator>" + p("Who?") + "</office:annotation>"
    frame = "<draw:frame><draw:text-box>" + p("Boxed") + "</draw:text-box></draw:frame>"
    assert text(p(f"The Seller{comment} pays{note}.{frame}") + p("Next")) == (
        "The Seller pays.\nComment by Ann: Who?\nFootnote 1: By transfer.\nBoxed\nNext"
    )


def test_what_was_deleted_or_is_hidden_is_left_out() -> None:
    automatic = '<style:style style:name="off"><style:text-properties text:display="none"/></style:style>'
    body = (
        "<text:tracked-changes><text:changed-region><text:deletion>" + p("gone")
        + '</text:deletion></text:changed-region></text:tracked-changes><text:section text:display="none">' + p("no")
        + "</text:section>"
        + p('a<text:span text:style-name="off">b</text:span>c')
    )  # fmt: skip
    assert text(body, automatic=automatic) == "ac"


def test_headers_and_footers_are_read_once() -> None:
    page = f"<style:master-page><style:header>{p('Firm')}</style:header><style:footer>{p('End')}</style:footer>"
    styles = f"<office:master-styles>{page}</style:master-page>{page}</style:master-page></office:master-styles>"
    assert text(p("Body"), styles=styles) == "Firm\n\nBody\n\nEnd"


def test_a_flat_file_and_one_of_the_time_before_the_standard_are_read() -> None:
    flat = (f'<?xml version="1.0"?><office:document {office.ODF_NAMES} office:mimetype="application/vnd.oasis.'
            f'opendocument.text"><office:body><office:text>{p("Hello")}</office:text></office:body></office:document>')
    assert loader.load(Source(flat.encode(), ".fodt")).pages[0].text == "Hello"
    assert loader.load(Source(flat.encode(), ".xml")).kind == "odt"
    old = '<o:document-content xmlns:o="http://openoffice.org/2000/office" xmlns:t="http://openoffice.org/2000/text">'
    data = office.package({"mimetype": "application/vnd.sun.xml.writer", "content.xml": (
        f'{old}<o:body><t:h t:level="1">Old</t:h><t:p>Hello</t:p></o:body></o:document-content>'.encode()
    )})  # fmt: skip
    assert loader.load(Source(data, ".sxw")).pages[0].text == "Old\nHello"


def test_objects_and_large_pictures_are_parts() -> None:
    frame = '<draw:frame><draw:{} xlink:href="{}"/></draw:frame>'
    body = p(frame.format("object", "./Object 1") + frame.format("image", "Pictures/scan.png")
             + frame.format("image", "Pictures/logo.png") + frame.format("image", "../../x.png") + "Hello")  # fmt: skip
    manifest = (
        f'<manifest:manifest xmlns:manifest="{office.ODF}manifest:1.0"><manifest:file-entry manifest:full-path='
        '"Object 1/" manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/></manifest:manifest>'
    )
    cell = '<table:table table:name="Costs"><table:table-row><table:table-cell '
    cell += 'office:value-type="string">' + p("9") + "</table:table-cell>"
    sheet = (f"<office:document-content {office.ODF_NAMES}><office:body><office:spreadsheet>{cell}</table:table-row>"
             "</table:table></office:spreadsheet></office:body></office:document-content>")  # fmt: skip
    document = load(office.odf("text", body, **{
        "META-INF/manifest.xml": manifest, "Object 1/content.xml": sheet,
        "Pictures/scan.png": b"\x89PNG" + bytes(50_000), "Pictures/logo.png": b"\x89PNG",
    }))  # fmt: skip
    assert [part.name for part in document.parts] == ["Object 1.ods", "scan.png"]
    assert loader.load(Source(document.parts[0].data, ".ods")).pages[0].text == "Costs\n9"


def test_a_file_cut_short_gives_what_is_left_and_says_so() -> None:
    data = office.odf("text", "".join(p(f"Paragraph {number} of the text") for number in range(5000)))
    page = loader.load(Source(data[: len(data) // 2], ".odt")).pages[0]
    assert (page.status, page.reason) == (Status.DAMAGED, ooxml.PARTLY)
    assert "Paragraph 7 of the text" in page.text


def test_cells_repeated_without_end_are_bounded() -> None:
    row = ('<table:table-row table:number-rows-repeated="99999999"><table:table-cell'
           ' table:number-columns-repeated="99999999">' + p("x") + "</table:table-cell></table:table-row>")  # fmt: skip
    assert len(text(f"<table:table>{row}</table:table>")) < 10_000_000


def test_the_file_says_who_and_when() -> None:
    meta = (
        f'<office:document-meta {office.ODF_NAMES} xmlns:meta="{office.ODF}meta:1.0"><office:meta>'
        "<meta:initial-creator>Ann Smith</meta:initial-creator><dc:creator>Bo Ek</dc:creator><dc:title>Lease</dc:title>"
        "<meta:creation-date>2020-01-02T10:00:00</meta:creation-date><dc:date>2024-01-31T10:00:00</dc:date>"
        "</office:meta></office:document-meta>"
    )
    found = load(office.odf("text", p("x"), **{"meta.xml": meta}))
    assert (found.title, found.date, found.people) == ("Lease", "2024-01-31", ("Ann Smith", "Bo Ek"))

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path
from typing import Any

import pytest

from app.documents import loader, sheet, workbook
from app.documents.sheet import CsvLoader, SheetLoader
from app.documents.source import Source
from app.types import Document, Status
from tests.documents import made
from tests.documents import made_office as office


def load(data: bytes) -> Document:
    return SheetLoader().load(Source(data, ".xlsx"))


def csv(text: str, suffix: str = ".csv") -> str:
    return CsvLoader().load(Source(text.encode(), suffix)).pages[0].text


def test_a_row_is_read_with_its_header() -> None:
    data = made.sheet(
        Hours=[["Date", "Client", "Hours"], [dt.date(2024, 3, 1), "Elm Ltd", 1.5], [None, "Oak Ltd", 2.0]],
        Notes=[["Only one cell"]],
        Nothing=[],
    )
    document = load(data)
    assert [(page.number, page.status) for page in document.pages] == [
        (1, Status.READ), (2, Status.READ), (3, Status.EMPTY),
    ]  # fmt: skip
    assert document.pages[0].text == (
        "Hours\nDate | Client | Hours\nDate: 2024-03-01 | Client: Elm Ltd | Hours: 1.5\nClient: Oak Ltd | Hours: 2"
    )
    assert document.pages[0].headings[0].text == "Hours"
    assert document.pages[1].text == "Notes\nOnly one cell"


def test_a_title_above_the_header_is_not_taken_for_it() -> None:
    text = load(made.sheet(A=[["Time entries 2024"], ["Day", "Hours"], ["Mon", 3]])).pages[0].text
    assert text == "A\nTime entries 2024\nDay | Hours\nDay: Mon | Hours: 3"


def test_a_table_without_a_header_is_given_as_it_stands() -> None:
    assert load(made.sheet(A=[[1, 2], [3, 4]])).pages[0].text == "A\n1 | 2\n3 | 4"


def test_values_are_written_as_people_read_them() -> None:
    midnight = dt.datetime.combine(dt.date(2024, 3, 1), dt.time())
    row = [midnight.replace(hour=9, minute=30), dt.time(8, 5), True, 0.1, 12345678901.0, "a\nb", midnight]
    assert load(made.sheet(A=[row])).pages[0].text == (
        "A\n2024-03-01 09:30 | 08:05:00 | yes | 0.1 | 12345678901 | a b | 2024-03-01"
    )


def test_csv_is_read_whatever_parts_its_columns() -> None:
    wanted = "Name | Town\nName: Ann, B. | Town: Bern\nName: Bo | Town: Ulm"
    assert csv('Name,Town\n"Ann, B.",Bern\nBo,Ulm\n') == wanted
    assert csv("Name;Town\r\nAnn, B.;Bern\r\nBo;Ulm\r\n") == wanted
    assert csv("Name\tTown\nAnn, B.\tBern\nBo\tUlm\n", ".tsv") == wanted


def test_rows_that_are_longer_or_shorter_than_the_header_lose_nothing() -> None:
    assert csv("a,b\n1,2,3\n4\n") == "a | b\na: 1 | b: 2 | 3\n4"


def test_an_old_encoding_is_found() -> None:
    data = "Größe;Straße\nÜbergröße;Königstraße\n".encode("cp1252")
    assert "Größe: Übergröße | Straße: Königstraße" in CsvLoader().load(Source(data, ".csv")).pages[0].text


def book(build: Any) -> bytes:
    """An Excel file; the function is given openpyxl's workbook with one sheet "A"."""
    import openpyxl

    workbook = openpyxl.Workbook()
    workbook.active.title = "A"
    build(workbook)
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def test_percentages_are_read_as_shown_and_sums_without_dust() -> None:
    def build(workbook: Any) -> None:
        cells = [(0.05, "0%"), (0.0725, "0.00 %"), (0.1 + 0.2, "General"), (2, '0" %"')]
        for row, (value, form) in enumerate(cells, 2):
            workbook.active.cell(row, 2, value).number_format = form

    assert load(book(build)).pages[0].text == "A\n5%\n7.25%\n0.3\n2"


def test_merged_cells_are_read_in_each_row_and_header_that_they_cover() -> None:
    def build(workbook: Any) -> None:
        sheet = workbook.active
        for row in (["Client", "2023", None], ["Elm", 1, 2], [None, 3, 4], ["Oak", 5, 6]):
            sheet.append(row)
        sheet["B1"] = "Year of 2023"
        sheet.merge_cells("B1:C1")
        sheet.merge_cells("A2:A3")

    assert load(book(build)).pages[0].text == (
        "A\nClient | Year of 2023 | Year of 2023\nClient: Elm | Year of 2023: 1 | Year of 2023: 2\n"
        "Client: Elm | Year of 2023: 3 | Year of 2023: 4\nClient: Oak | Year of 2023: 5 | Year of 2023: 6"
    )


def test_a_table_that_begins_in_the_middle_of_a_sheet() -> None:
    def build(workbook: Any) -> None:
        sheet = workbook.active
        for place, value in {"C4": "Day", "D4": "Share", "C5": "Mon", "D5": 0.5, "D6": 0.25}.items():
            sheet[place] = value
        sheet["D6"].number_format = "0%"
        sheet.merge_cells("C5:C6")

    assert load(book(build)).pages[0].text == "A\nDay | Share\nDay: Mon | Share: 0.5\nDay: Mon | Share: 25%"


def test_hidden_sheets_are_read_and_said_to_be_hidden() -> None:
    def build(workbook: Any) -> None:
        workbook.active["A1"] = "seen"
        other = workbook.create_sheet("B")
        other["A1"] = "unseen"
        other.sheet_state = "veryHidden"

    assert [page.text for page in load(book(build)).pages] == ["A\nseen", "B (hidden sheet)\nunseen"]


def test_comments_are_read_with_their_cell() -> None:
    def build(workbook: Any) -> None:
        from openpyxl.comments import Comment

        workbook.active["B2"] = 5
        workbook.active["B2"].comment = Comment("Ask the client", "Ann")

    assert load(book(build)).pages[0].text == "A\n5\nComment on B2 by Ann: Ask the client"


def test_cells_that_lie_far_apart_do_not_take_the_memory_of_all_between() -> None:
    def build(workbook: Any) -> None:
        workbook.active["A1"], workbook.active["XFD1048576"] = "first", "last"

    page = load(book(build)).pages[0]
    assert (page.text, page.status) == ("A\nfirst\nlast", Status.READ)


def test_a_sheet_that_breaks_the_rules_is_read_from_its_cells() -> None:
    data = made.sheet(A=[["Day", "Hours"], ["Mon", 3]], B=[["x", "y"]])
    wrong = made.with_part(data, "xl/worksheets/sheet1.xml", lambda part: part.replace(b'r="A2"', b'r="2"'))
    assert [page.text for page in load(wrong).pages] == ["A\nDay | Hours\nDay: Mon | Hours: 3", "B\nx | y"]
    broken = made.with_part(data, "xl/worksheets/sheet1.xml", lambda part: part[: part.index(b"</sheetData>")])
    page = load(broken).pages[0]
    assert (page.text, page.status) == ("A\nDay | Hours\nDay: Mon | Hours: 3", Status.DAMAGED)


def test_a_text_that_many_cells_share_is_not_written_out_without_end() -> None:
    rows = "".join(f'<row r="{row}">' + f'<c r="A{row}" t="s"><v>0</v></c>' + "</row>" for row in range(1, 2001))
    text = "<sst><si><t>" + "ha " * 40_000 + "</t></si></sst>"
    names = ' xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    data = workbook.made([("A", rows)], {"sharedStrings": text.replace("<sst", "<sst" + names).encode()})
    page = load(data).pages[0]
    assert page.status is Status.TOO_LARGE
    assert page.reason == sheet.CUT
    assert 1_000_000 < len(page.text) < 32_000_000


def test_opendocument_sheets_are_read_packed_and_flat() -> None:
    row = "<table:table-row>{}</table:table-row>"
    word = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    table = '<table:table table:name="Hours">' + row.format(word.format("Day") + word.format("Length")) + row.format(
        '<table:table-cell office:value-type="date" office:date-value="2024-03-01"><text:p>1.3.</text:p>'
        '</table:table-cell><table:table-cell office:value-type="time" office:time-value="PT30H05M00S"/>'
        '<table:table-cell table:number-columns-repeated="16000"/>'
    ) + '<table:table-row table:number-rows-repeated="1048000"><table:table-cell/></table:table-row></table:table>'
    wanted = "Hours\nDay | Length\nDay: 2024-03-01 | Length: 30:05"
    assert load(office.odf("spreadsheet", table)).pages[0].text == wanted
    kind = 'office:mimetype="application/vnd.oasis.opendocument.spreadsheet"'
    flat = (f"<office:document {office.ODF_NAMES} {kind}>"
            f"<office:body><office:spreadsheet>{table}</office:spreadsheet></office:body></office:document>")
    assert loader.load(Source(flat.encode(), ".fods")).pages[0].text == wanted


def test_a_million_repeated_rows_are_not_written_out() -> None:
    cell = '<table:table-cell office:value-type="float" office:value="1" table:number-columns-repeated="16384"/>'
    bomb = (f'<table:table table:name="A"><table:table-row table:number-rows-repeated="1048576">{cell}'
            "</table:table-row></table:table>")  # fmt: skip
    page = load(office.odf("spreadsheet", bomb)).pages[0]
    assert len(page.text) < 32_000_000


def test_a_web_page_or_lines_under_the_name_of_an_old_excel_file_are_read() -> None:
    page = b"<html><table><tr><td>Day</td><td>Hours</td></tr></table></html>"
    assert SheetLoader().load(Source(page, ".xls")).pages[0].text == "Day | Hours"
    assert SheetLoader().load(Source(b"Day\tHours\nMon\t3\nTue\t4\n", ".xls")).pages[0].text == (
        "Day | Hours\nDay: Mon | Hours: 3\nDay: Tue | Hours: 4"
    )


def test_unusual_csv_is_read() -> None:
    assert csv("sep=^\na^b\n1^2\n") == "a | b\na: 1 | b: 2"
    assert csv("Name|Note\nAnn|a, b, c\nBo|d\n") == "Name | Note\nName: Ann | Note: a, b, c\nName: Bo | Note: d"
    assert csv('a,b\n1,"never closed\n2,3\n').startswith("a | b\na: 1")
    assert csv("only one column\nand a second line\n") == "only one column\nand a second line"
    assert csv('a,"' + "x" * 1_200_000 + "\n1,2\n").startswith("a | ")
    assert "Größe: 5" in CsvLoader().load(Source("Größe;Ort\n5;Köln\n".encode("utf-16"), ".csv")).pages[0].text


@pytest.mark.shared
def test_excel_files_of_before_2007_are_read(shared: Path) -> None:
    file = shared / "data" / "hard_files" / "docling" / "legacy_sample.xls"
    for data in (file.read_bytes(), file.read_bytes()[:-20]):  # the end of the last sector does not matter
        assert "Year: 2019 | Freshwater Ducks: 120" in loader.load(Source(data, ".xls")).pages[0].text


@pytest.mark.shared
def test_a_sheet_of_macros_says_that_they_are_not_read(shared: Path) -> None:
    file = shared / "data" / "hard_files" / "poi" / "xlmmacro.xlsm"
    pages = loader.load(Source(file.read_bytes(), ".xlsm")).pages
    assert [page.status for page in pages] == [Status.UNSUPPORTED, Status.EMPTY, Status.EMPTY]
    assert pages[0].reason == sheet.MACROS


def test_the_properties_say_who_and_when() -> None:
    properties = (
        '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/">'
        "<dc:creator>openpyxl</dc:creator><cp:lastModifiedBy>Ann Smith</cp:lastModifiedBy>"
        "<dcterms:modified>2024-01-31T10:00:00Z</dcterms:modified></cp:coreProperties>"
    )
    data = made.with_part(made.sheet(Costs=[["a", "b"], [1, 2]]), "docProps/core.xml", lambda _: properties.encode())
    assert (load(data).date, load(data).people) == ("2024-01-31", ("Ann Smith",))

from __future__ import annotations

import datetime as dt

from app.documents.sheet import CsvLoader, SheetLoader
from app.documents.source import Source
from app.types import Document, Status
from tests.documents import made


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

"""Every office format through real readers, whose cage forbids that anything is opened after the warm-up."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.documents.sandbox import ReaderPool
from app.errors import FileError, LockedFile, UnsupportedFile
from app.types import Status
from tests.documents import made
from tests.documents import made_office as office
from tests.documents.test_slides import box, deck

SUFFIXES = (".doc", ".docx", ".docm", ".xls", ".xlsx", ".xlsm", ".ppt", ".pptx", ".odt", ".ods", ".odp", ".rtf", ".csv")


@pytest.fixture(scope="module")
def readers() -> Iterator[ReaderPool]:
    pool = ReaderPool(1)
    pool.warm()
    yield pool
    pool.close()


def test_every_format_is_read_inside_the_cage(readers: ReaderPool) -> None:
    word = made.word(lambda each: (each.add_heading("Hello", 1), each.add_paragraph("there", "List Number")))
    book = made.sheet(Hours=[["Day", "Hours"], ["Mon", 3]])
    presentation = deck(lambda _, slide: box(slide.shapes, "Hello", 1, 2))
    odt = office.odf("text", "<text:h>Hello</text:h>")
    ods = office.odf("spreadsheet", '<table:table table:name="A"><table:table-row><table:table-cell office:value-type='
                     '"string"><text:p>Hello</text:p></table:table-cell></table:table-row></table:table>')  # fmt: skip
    odp = office.odf("presentation", "<draw:page><draw:frame><draw:text-box><text:p>Hello</text:p></draw:text-box>"
                     "</draw:frame></draw:page>")  # fmt: skip
    rtf = rb"{\rtf1\ansi{\fonttbl{\f0\fcharset128 A;}}\f0 Hello \'93\'fa\u8364?\par}"
    for data, suffix, kind, text in (
        (word, ".docx", "docx", "Hello\n1. there"),
        (office.locked(word, "x"), ".docx", "docx", "Hello\n1. there"),
        (book, ".xlsx", "sheet", "Hours\nDay | Hours\nDay: Mon | Hours: 3"),
        (office.locked(book, "VelvetSweatshop"), ".xlsx", "sheet", "Hours\nDay | Hours\nDay: Mon | Hours: 3"),
        (presentation, ".pptx", "slides", "Hello"),
        (odt, ".odt", "odt", "Hello"),
        (office.locked_odf(odt, "x"), ".odt", "odt", "Hello"),
        (ods, ".ods", "sheet", "A\nHello"),
        (odp, ".odp", "slides", "Hello"),
        (rtf, ".rtf", "rtf", "Hello 日€"),
        ("Größe;Ort\n5;Köln\n".encode("cp1252"), ".csv", "csv", "Größe | Ort\nGröße: 5 | Ort: Köln"),
    ):
        document = readers.read(data, suffix, ("wrong", "x"))
        assert (document.kind, document.pages[0].text, document.status) == (kind, text, Status.READ)
    with pytest.raises(LockedFile):
        readers.read(office.locked(word, "x"), ".docx")


def test_cells_far_apart_cost_no_reader(readers: ReaderPool) -> None:
    cell = '<row r="{0}"><c r="{1}{0}" t="str"><v>{2}</v></c></row>'
    from app.documents import workbook

    data = workbook.made([("A", cell.format(1, "A", "first") + cell.format(1_048_576, "XFD", "last"))], {})
    assert readers.read(data, ".xlsx").pages[0].text == "A\nfirst\nlast"


@pytest.mark.shared
def test_every_hard_office_file_gives_text_or_a_reason(readers: ReaderPool, shared: Path) -> None:
    folder = shared / "data" / "hard_files"
    unread = {}
    for file in sorted(folder.rglob("*")):
        if file.suffix.lower() not in SUFFIXES or file.parent == folder:
            continue
        try:
            document = readers.read(file.read_bytes(), file.suffix)
        except FileError as error:
            unread[file.name] = error
            continue
        for page in document.pages:
            assert page.text.strip() or page.status is not Status.READ, file
            assert page.status in (Status.READ, Status.EMPTY) or page.reason, file
    assert not [name for name, error in unread.items() if "crashed" in str(error)]
    assert [name for name, error in unread.items() if isinstance(error, LockedFile)] == ["password_protected.xlsx"]
    assert len([error for error in unread.values() if not isinstance(error, UnsupportedFile)]) <= 5

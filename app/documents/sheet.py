"""XLSX and CSV → Document: each row is a line that carries its header, so that it can be read alone."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta

from app.documents.source import Source, TextWriter, Why, damaged, storable
from app.documents.text import decoded
from app.types import Document, Page, Status

_LOOKED_AT = 20  # rows among which the header is sought
_COLUMNS = 1000
LATE = "This sheet was read in part only, because the file took too long."


class SheetLoader:
    """Reads Excel files of 2007 and later; a sheet is a page, and values are as last calculated."""

    kind = "sheet"
    suffixes = frozenset({".xlsx", ".xlsm"})
    paged = True

    def samples(self) -> list[bytes]:
        import openpyxl

        book = openpyxl.Workbook()
        for row in (["day", "hours"], [date(2024, 1, 1), 1.5]):
            book.worksheets[0].append(row)
        file = io.BytesIO()
        book.save(file)
        return [file.getvalue()]

    def claims(self, data: bytes) -> bool:
        return data.startswith(b"PK\x03\x04") and (b"xl/" in data[:65536] or b"xl/" in data[-65536:])

    def load(self, source: Source) -> Document:
        import openpyxl
        from openpyxl.utils.exceptions import InvalidFileException

        try:
            book = openpyxl.load_workbook(io.BytesIO(source.data), read_only=True, data_only=True)
        except (zipfile.BadZipFile, InvalidFileException) as error:
            raise damaged(Why.CUT_SHORT if source.data[:2] == b"PK" else Why.NOT_OF_ITS_KIND) from error
        try:
            pages = tuple(
                _page(number, sheet.title, sheet.iter_rows(max_col=_COLUMNS, values_only=True), source)
                for number, sheet in enumerate(book.worksheets, 1)
            )
            title = " ".join(storable(book.properties.title or "").split())[:300]
        finally:
            book.close()
        if not pages:
            raise damaged(Why.NO_PAGES)
        return Document(self.kind, title, pages)


class CsvLoader:
    """Reads tables kept as text, whatever separates their columns."""

    kind = "csv"
    suffixes = frozenset({".csv", ".tsv"})
    paged = False

    def samples(self) -> list[bytes]:
        return [b"a;b\n1;2\n"]

    def claims(self, data: bytes) -> bool:
        return False

    def load(self, source: Source) -> Document:
        text = decoded(source.data)
        csv.field_size_limit(1 << 20)
        try:
            rows = csv.reader(io.StringIO(text, newline=""), _dialect(text, source.suffix))
            page = _page(None, "", rows, source)
        except csv.Error as error:
            raise damaged(Why.PARSER_FAILED) from error
        return Document(self.kind, "", (page,))


def _page(number: int | None, name: str, rows: Iterable[Iterable[object]], source: Source) -> Page:
    writer = TextWriter()
    if name.strip():
        writer.heading(name, 1)
    read = 0
    reason = ""
    for line in _lines(_texts(rows)):
        writer.line(line)
        read += 1
        if read % 1000 == 0 and source.late:
            reason = LATE
            break
    if not read:
        return Page(number, "", Status.EMPTY)
    return Page(number, writer.text, Status.TIMED_OUT if reason else Status.READ, reason, writer.headings)


def _texts(rows: Iterable[Iterable[object]]) -> Iterator[list[str]]:
    """Rows as texts without what is blank behind their last cell; blank rows are left out."""
    for row in rows:
        texts = [_value(cell) for cell in row]
        while texts and not texts[-1]:
            texts.pop()
        if texts:
            yield texts


def _lines(rows: Iterator[list[str]]) -> Iterator[str]:
    """The header as it is, then "Header: value | Header: value" for each row under it.

    The header is the first row of two cells or more, if all of its cells are words; titles above it
    stay lines of their own. A table without one is given as it stands.
    """
    header: list[str] = []
    for count, row in enumerate(rows):
        if not header and count < _LOOKED_AT and len([cell for cell in row if cell]) > 1:
            header = row if _are_words(row) else ["\x00"]
            yield " | ".join(row)
        elif header and header != ["\x00"] and len(row) > 1:
            named = zip(header + [""] * (len(row) - len(header)), row, strict=False)
            yield " | ".join(f"{name}: {cell}" if name else cell for name, cell in named if cell)
        else:
            yield " | ".join(cell for cell in row if cell)


def _are_words(row: list[str]) -> bool:
    return all(any(letter.isalpha() for letter in cell) for cell in row if cell)


def _value(cell: object) -> str:
    """A cell's value as text: dates as the ISO writes them, whole numbers without a point."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ", "minutes")
    if isinstance(cell, (date, time)):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        minutes = round(cell.total_seconds() / 60)
        return f"{minutes // 60}:{minutes % 60:02d}"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    return " ".join(storable(str(cell)).split())


def _dialect(text: str, suffix: str) -> type[csv.Dialect]:
    if suffix == ".tsv":
        return csv.excel_tab
    try:
        return csv.Sniffer().sniff(text[:16384], delimiters=",;\t|")
    except csv.Error:
        return csv.excel

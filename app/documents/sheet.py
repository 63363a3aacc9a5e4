"""Spreadsheets and CSV → Document: each row is a line that carries its header, so that it can be read alone.

python-calamine reads the values of every kind of spreadsheet; they are as last calculated.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from datetime import timedelta
from itertools import chain
from typing import Any

from app.documents import odf, office, ole, ooxml, opendocument, package, rows
from app.documents.html import written
from app.documents.ooxml import Opened
from app.documents.parts import Parts
from app.documents.source import Source, TextWriter, Why, damaged
from app.documents.text import decoded
from app.documents.workbook import CHARACTERS, Workbook, made
from app.errors import DamagedFile, FileError, LockedFile, UnsupportedFile
from app.types import Document, Page, Status

LATE = "This sheet was read in part only, because the file took too long."
BROKEN = "This sheet is damaged and could not be read."
MACROS = "This sheet holds macros, which Carrel does not read, and no values."
CUT = "This sheet holds more than Carrel reads from one file; its end was left out."
_DELIMITERS = ",;\t|^~\x1f\x01"
_MARKUP = re.compile(rb"(?i)<(html|table|!doctype html)")
_DURATION = re.compile(r"(-?)PT(\d{1,9})H(\d{1,2})M([\d.]+)S")
_SECTOR = 512
_FILLED = 10_000  # rows that a merged cell is read again in
_Spans = dict[int, list[tuple[int, int]]]
_Tables = Callable[[], Iterator[tuple[str, Iterator[list[str]]]]]
_SAMPLE = (("day", "hours"), ("Monday", "1"))


class SheetLoader:
    """Reads spreadsheets of Excel and OpenDocument; a sheet is a page."""

    kind = "sheet"
    suffixes = frozenset({".xlsx", ".xlsm", ".xltx", ".xltm", ".xlsb", ".xls", ".xlt", ".ods", ".ots", ".fods"})
    paged = True

    def samples(self) -> list[bytes]:
        office.warm_up()
        excel = _sample()
        self.load(Source(odf.sample("spreadsheet"), ".ods"))
        return [excel]

    def claims(self, data: bytes) -> bool:
        return (
            package.family(data) in ("excel", "ods")
            or (data.startswith(ole.SIGNATURE) and ole.kind(data) == "xls")
            or odf.flat_kind(data) == "spreadsheet"
        )

    def load(self, source: Source) -> Document:
        data = source.data
        if data.startswith(ole.SIGNATURE):
            # calamine stumbles over a last sector that is cut short, which does no harm elsewhere.
            return self._document(_Reading(source, data + bytes(-len(data) % _SECTOR)), None, Parts())
        if odf.flat_kind(data) == "spreadsheet":
            return self._opendocument(source, odf.Opened(data))
        kind = package.family(data)
        if kind == "ods":
            return self._opendocument(source, odf.Opened(data))
        if kind == "excel" or (data.startswith(b"PK") and not kind):
            return self._excel(source)
        return self._other(source)

    def _excel(self, source: Source) -> Document:
        opened = Opened(source.data)
        book = Workbook(opened)
        if not book.sheets and book.is_xml:
            raise damaged(Why.CUT_SHORT)
        reading = _Reading(source, source.data, book)
        parts = Parts()
        opened.embedded(parts, book.owners())
        return self._document(reading, opened, parts)

    def _opendocument(self, source: Source, opened: odf.Opened) -> Document:
        parts = Parts()
        opened.embedded(parts)
        reading = _Reading(source, opened.as_package(), tables=lambda: opendocument.tables(opened))
        return self._document(reading, opened, parts)

    def _document(self, reading: _Reading, opened: Opened | odf.Opened | None, parts: Parts) -> Document:
        pages = tuple(reading.pages())
        if not pages:
            raise damaged(Why.NO_PAGES)
        if parts.reason:
            last = pages[-1]
            reason = f"{last.reason} {parts.reason}".strip()[:500]
            pages = (*pages[:-1], Page(last.number, last.text, last.status, reason, last.headings))
        if opened is None:  # an old file, whose properties are not read
            return Document(self.kind, "", pages, parts.all)
        return Document(self.kind, opened.title, pages, parts.all, *opened.imprint)

    def _other(self, source: Source) -> Document:
        """Read what programs write under the name of a spreadsheet without it being one: HTML, or lines of cells."""
        if source.data.startswith(b"\x09\x00\x04\x00") or b"\x00" in source.data[:4096]:
            raise damaged(Why.NOT_OF_ITS_KIND)
        if _MARKUP.search(source.data[:4096]):
            title, writer = written(decoded(source.data))
            status = Status.READ if writer.text.strip() else Status.EMPTY
            return Document(self.kind, title, (Page(1, writer.text, status, "", writer.headings),))
        try:
            text = decoded(source.data)
        except UnsupportedFile as error:
            raise damaged(Why.NOT_OF_ITS_KIND) from error
        delimiter = _delimiter(text)
        if not delimiter:
            raise damaged(Why.NOT_OF_ITS_KIND)
        return Document(self.kind, "", (_page(1, "", _separated(text, delimiter), source),))


class CsvLoader:
    """Reads tables kept as text, whatever separates their columns."""

    kind = "csv"
    suffixes = frozenset({".csv", ".tsv", ".tab"})
    paged = False

    def samples(self) -> list[bytes]:
        return [b"a;b\n1;2\n"]

    def claims(self, data: bytes) -> bool:
        return False

    def load(self, source: Source) -> Document:
        text = decoded(source.data)
        delimiter = "\t" if source.suffix in (".tsv", ".tab") else _delimiter(text)
        said = re.match(r"sep=(.)\r?\n", text)
        if said:
            delimiter, text = said[1], text[said.end() :]
        return Document(self.kind, "", (_page(None, "", _separated(text, delimiter or ","), source),))


class _Reading:
    """One spreadsheet in calamine; in a plain copy where it does not open as it is."""

    def __init__(
        self, source: Source, data: bytes, book: Workbook | None = None, tables: _Tables | None = None
    ) -> None:
        self._source, self._tables = source, tables
        self._book = book if book is not None and book.is_xml else None  # what may be said beside the values
        self._plain: Any = None
        self._file: Any = None
        self._room = CHARACTERS
        try:
            is_wide = self._book is not None and any(self._book.is_wide(part) for _, part, _ in self._book.sheets)
            self._file = self._copy() if is_wide else _opened(data)
        except DamagedFile:
            if self._book is not None:
                self._file = self._copy()
            elif tables is None:
                raise

    def pages(self) -> Iterator[Page]:
        for page in self._tables_pages() if self._file is None and self._tables else self._sheets():
            self._room -= len(page.text)
            is_partly = page.status is Status.READ and self._book is not None and self._book.opened.damage()
            yield Page(page.number, page.text, Status.DAMAGED, ooxml.PARTLY, page.headings) if is_partly else page

    def _tables_pages(self) -> Iterator[Page]:
        assert self._tables is not None
        for number, (name, table) in enumerate(self._tables(), 1):
            yield _page(number, name, table, self._source, room=self._room)

    def _sheets(self) -> Iterator[Page]:
        for number, sheet in enumerate(self._file.sheets_metadata, 1):
            part = self._book.part(sheet.name) if self._book else ""
            name = sheet.name + ("" if str(sheet.visible).endswith(".Visible") else " (hidden sheet)")
            beside = list(self._book.beside(part)) if self._book and part else []
            if self._room <= 0:
                yield Page(number, "", Status.TOO_LARGE, CUT)
                continue
            try:
                page = _page(number, name, self._rows(sheet.name, part), self._source, beside, self._room)
            except FileError:
                page = self._again(number, name, sheet.name, beside)
            if page.status is Status.EMPTY and self._book and self._book.is_macro(sheet.name):
                page = Page(number, "", Status.UNSUPPORTED, MACROS)
            if self._file is self._plain and self._book and sheet.name in self._book.cut:
                page = Page(number, page.text, Status.TOO_LARGE, CUT, page.headings)
            yield page

    def _again(self, number: int, name: str, own: str, beside: list[str]) -> Page:
        """Read a sheet that calamine stumbled over from the plain copy."""
        if self._book is not None and self._file is not self._plain:
            try:
                table = _cells(_sheet(self._copy(), own))
                return _page(number, name, table, self._source, beside, self._room)
            except FileError:
                return Page(number, "", Status.DAMAGED, BROKEN)
        return Page(number, "", Status.DAMAGED, BROKEN)

    def _copy(self) -> Any:
        if self._plain is None:
            assert self._book is not None
            self._plain = _opened(self._book.plain())
        return self._plain

    def _rows(self, name: str, part: str) -> Iterator[list[str]]:
        sheet = _sheet(self._file, name)
        has_places = self._book is not None and self._file is not self._plain
        return _cells(sheet, self._book.percentages(part) if has_places and self._book else frozenset())


@contextmanager
def _calm() -> Iterator[None]:
    """Make errors for the user of what calamine raises; its panics are no Exception."""
    from python_calamine import CalamineError, PasswordError

    try:
        yield
    except PasswordError as error:
        raise LockedFile from error
    except CalamineError as error:
        raise damaged(Why.CUT_SHORT) from error
    except BaseException as error:
        if type(error).__name__ == "PanicException":
            raise damaged(Why.PARSER_FAILED) from error
        raise


def _opened(data: bytes) -> Any:
    from python_calamine import CalamineWorkbook

    with _calm():
        return CalamineWorkbook.from_filelike(io.BytesIO(data))


def _sheet(file: Any, name: str) -> Any:
    with _calm():
        return file.get_sheet_by_name(name)


def _cells(sheet: Any, percentages: AbstractSet[tuple[int, int]] = frozenset()) -> Iterator[list[str]]:
    """Yield a sheet's rows as texts; a merged cell's text stands in each row, and each header, that it covers."""
    left = sheet.start[1] if sheet.start else 0  # blank rows above are given, blank columns before are not
    down, across = _merged(sheet, left)
    held: dict[int, tuple[str, int]] = {}  # by column: the text of a merged cell and the last row it is in
    with _calm():
        for number, row in enumerate(sheet.iter_rows()):
            texts = [rows.value(cell) for cell in row]
            if percentages:
                for place, cell in enumerate(row):
                    if isinstance(cell, float) and (number, place + left) in percentages:
                        texts[place] = f"{cell * 100:.10g}%"
            for place, (text, last) in held.items():
                if number <= last and place < len(texts) and not texts[place]:
                    texts[place] = text
            for place, last in down.get(number, ()):
                if place < len(texts):
                    held[place] = (texts[place], last)
            if number in across and sum(1 for text in texts if text) > 1:
                for place, last in across[number]:
                    texts[place + 1 : last + 1] = [texts[place]] * (min(last + 1, len(texts)) - place - 1)
            yield [_duration(text) if text[:2] in ("PT", "-P") else text for text in texts]


def _merged(sheet: Any, left: int) -> tuple[_Spans, _Spans]:
    """Return, by the row they begin in, columns with their last row, and columns with their last column."""
    down: _Spans = {}
    across: _Spans = {}
    for (first, column), (last, end) in sheet.merged_cell_ranges or ():
        if column < left:
            continue
        if last > first:
            down.setdefault(first, []).append((column - left, min(last, first + _FILLED)))
        if end > column:
            across.setdefault(first, []).append((column - left, end - left))
    return down, across


def _duration(text: str) -> str:
    """A length of time in OpenDocument's writing as people write it."""
    match = _DURATION.fullmatch(text)
    if match is None:
        return text
    sign, hours, minutes, seconds = match.groups()
    length = timedelta(hours=int(hours), minutes=int(minutes), seconds=float(seconds.rstrip(".") or 0))
    return sign + rows.value(length)


def _page(
    number: int | None, name: str, table: Iterable[Sequence[str]], source: Source, beside: Sequence[str] = (),
    room: int = CHARACTERS,
) -> Page:  # fmt: skip
    writer = TextWriter()
    if name.strip():
        writer.heading(name, 1)
    status, reason = Status.READ, ""
    read = 0
    for line in chain(rows.lines(table), beside):
        room -= len(line)
        if room < 0:
            status, reason = Status.TOO_LARGE, CUT
            break
        writer.line(line)
        read += 1
        if read % 1000 == 0 and source.late:
            status, reason = Status.TIMED_OUT, LATE
            break
    if not read:
        return Page(number, "", status if reason else Status.EMPTY, reason)
    return Page(number, writer.text, status, reason, writer.headings)


def _separated(text: str, delimiter: str) -> Iterator[list[str]]:
    """Yield the rows of a table kept as text; without heeding quotes where those are not closed."""
    csv.field_size_limit(1 << 20)
    found: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            found.append([rows.value(cell) for cell in row])
    except csv.Error:
        found = [[rows.value(cell) for cell in line.split(delimiter)] for line in text.splitlines()]
    yield from found


def _delimiter(text: str) -> str:
    """Return what parts the columns: what parts the most lines alike; "" where nothing does."""
    best, score = "", 0.0
    sample = text[:65536] if len(text) <= 65536 else text[: text.rfind("\n", 0, 65536) + 1] or text[:65536]
    for delimiter in _DELIMITERS:
        try:
            widths = [len(row) for row in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter) if row]
        except csv.Error:
            continue
        if not widths:
            continue
        width, times = Counter(widths).most_common(1)[0]
        parted = sum(1 for each in widths if each > 1) / len(widths)
        own = 0.0 if width < 2 else times / len(widths) * 2 + parted
        own = own or (parted if parted > 0.5 else 0.0)
        if own > score + 0.01:
            best, score = delimiter, own
    return best


def _sample() -> bytes:
    """A small Excel file, made without a library that writes them."""
    rows_of = "".join(
        f'<row r="{number}">{"".join(map(_text_cell, ("A", "B"), (number, number), row))}</row>'
        for number, row in enumerate(_SAMPLE, 1)
    )
    return made([("Hours", rows_of)], {})


def _text_cell(letter: str, number: int, text: str) -> str:
    return f'<c r="{letter}{number}" t="inlineStr"><is><t>{text}</t></is></c>'

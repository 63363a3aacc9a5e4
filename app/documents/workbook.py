"""What an Excel package says beside its cells' values: percentages, comments, drawings; and a plain copy of it.

The copy is for the engine that reads values: it holds the cells alone, close together, so that sheets
which break the rules, or whose cells lie far apart, can be read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from app.documents import ooxml
from app.documents.ooxml import Opened, line_of, reference
from app.documents.package import rebuilt

_S = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_MAIN = _S[1:-1]
_RELATIONS = ooxml.R[1:-1]
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
DENSE = 5_000_000  # cells, blank ones too, that a sheet may take up in memory
CHARACTERS = 24_000_000  # of text in one file
_SWOLLEN = 100_000_000  # characters, were each cell as long as the longest
_ROWS = 1_048_576
_LAST_ROW = re.compile(rb"""<(?:\w+:)?row\b[^>]*?\br=["'](\d{1,7})["']""")
_FAR = tuple((re.compile(rb"""\br=["'][A-Z]{%d}\d""" % letters), width) for letters, width in ((3, 16_384), (2, 702)))
_CELL = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')
_PERCENT_FORMATS = {9, 10}  # those that every Excel knows by number


class Workbook:
    """The parts of an Excel file; `sheets` are names, parts and kinds of sheets in their order."""

    def __init__(self, opened: Opened) -> None:
        self.opened = opened
        self._main = opened.main("xl/workbook.xml", "xl/workbook.bin")
        self.is_xml = not self._main.lower().endswith(".bin")
        self.sheets: list[tuple[str, str, str]] = []
        root = opened.xml(self._main) if self.is_xml else None
        relations = opened.relations(self._main)
        if root is not None:
            for sheet in root.iter(_S + "sheet"):
                found = relations.get(reference(sheet))
                if found is not None:
                    self.sheets.append((sheet.get("name") or "", found.target, found.kind))
        if not self.sheets and self.is_xml:  # without a list of them, as they lie there
            names = sorted(name for name in opened.package.names if re.fullmatch(r"(?i)xl/worksheets/\w+\.xml", name))
            self.sheets = [(f"Sheet {number}", name, "worksheet") for number, name in enumerate(names, 1)]
        self._percents: set[int] | None = None
        self._lengths: list[int] | None = None
        self.cut: set[str] = set()  # names of sheets whose end is not in the plain copy

    def part(self, name: str) -> str:
        """Return the part that holds a sheet; "" where there is none."""
        return next((part for own, part, _ in self.sheets if own == name), "")

    def is_macro(self, name: str) -> bool:
        """Whether a sheet is made for the macros of Excel 4."""
        return any(own == name and kind == "xlMacrosheet" for own, _, kind in self.sheets)

    def is_wide(self, part: str) -> bool:
        """Whether the cells of a sheet may not fit in memory: they lie far apart, or many of them share a long text."""
        data = self.opened.package.read(part) or b""
        if max(self._shared(), default=0) * data.count(b"<v>") > _SWOLLEN:
            return True
        last = max((int(match[1]) for match in _LAST_ROW.finditer(data, max(len(data) - 65536, 0))), default=_ROWS)
        width = next((most for far, most in _FAR if far.search(data)), 26)
        return last * width > DENSE and self._dense(data) > DENSE

    def _dense(self, data: bytes) -> int:
        rows, columns = 0, 0
        for match in re.finditer(rb"""\br=["']([A-Z]{1,3})(\d{1,7})["']""", data):
            rows, columns = max(rows, int(match[2])), max(columns, _column(match[1].decode()))
        return rows * columns

    def _shared(self) -> list[int]:
        """Return about how long each text is that cells share."""
        if self._lengths is None:
            names = self.opened.related(self._main, "sharedStrings")
            data = (self.opened.package.read(names[0]) if names else None) or b""
            self._lengths = [len(each) for each in data.split(b"</si>")]
        return self._lengths

    def percentages(self, part: str) -> set[tuple[int, int]]:
        """Return the cells (row, column, from 0) that are shown as percentages."""
        if self._percents is None:
            self._percents = set(self._percent_styles())
        if not self._percents or not part:
            return set()
        styles = b"|".join(b"%d" % style for style in sorted(self._percents))
        styled = rb"""<(?:\w+:)?c\s(?=[^>]*?\bs=["'](?:""" + styles + rb""")["'])"""
        pattern = re.compile(styled + rb"""[^>]*?\br=["']([A-Z]{1,3})(\d{1,7})["']""")
        data = self.opened.package.read(part) or b""
        return {(int(match[2]) - 1, _column(match[1].decode()) - 1) for match in pattern.finditer(data)}

    def _percent_styles(self) -> Iterator[int]:
        root = next((self.opened.xml(name) for name in self.opened.related(self._main, "styles")), None)
        if root is None:
            return
        formats = set(_PERCENT_FORMATS)
        for form in root.iter(_S + "numFmt"):
            if "%" in _QUOTED.sub("", form.get("formatCode") or "") and (form.get("numFmtId") or "").isdecimal():
                formats.add(int(form.get("numFmtId")))
        for styles in root.iterchildren(_S + "cellXfs"):
            for number, style in enumerate(styles.iterchildren(_S + "xf")):
                if (style.get("numFmtId") or "").isdecimal() and int(style.get("numFmtId")) in formats:
                    yield number

    def beside(self, part: str) -> Iterator[str]:
        """Yield lines for what stands beside the cells of a sheet: text boxes, charts of chart sheets, comments."""
        for drawing in self.opened.related(part, "drawing"):
            root = self.opened.xml(drawing)
            if root is None:
                continue
            for paragraph in root.iter(ooxml.A + "p"):
                if line := line_of(paragraph):
                    yield line
            for element in root.iter(*ooxml.DIAGRAMS):
                for line in ooxml.drawn(self.opened, drawing, reference(element)):
                    if element.tag.endswith("relIds") or line.startswith("Chart: "):  # its figures are in the cells
                        yield line
        for name in self.opened.related(part, "comments"):
            root = self.opened.xml(name)
            yield from () if root is None else _comments(root)

    def owners(self) -> list[str]:
        """Return the parts whose files inside the file belong to it."""
        found = []
        for _, part, _ in self.sheets:
            found += [part, *self.opened.related(part, "drawing")]
        return found

    def plain(self) -> bytes:
        """Return a copy with nothing but its sheets' cells, moved together where blank rows and columns part them."""
        shared = {
            name: self._whole(self.opened.related(self._main, name)[0])
            for name in ("sharedStrings", "styles") if self.opened.related(self._main, name)
        }  # fmt: skip
        sheets = []
        for name, part, kind in self.sheets:
            root = self.opened.xml(part) if kind in ("worksheet", "xlMacrosheet") else None
            sheets.append((name, "" if root is None else "".join(self._rows(root, name))))
        return made(sheets, shared)

    def _rows(self, root: Any, name: str) -> Iterator[str]:
        """Yield the rows of a sheet as XML, only those cells that hold something, and columns numbered anew."""
        columns: set[int] = set()
        kept: list[list[tuple[int, Any]]] = []
        lengths, room = self._shared(), CHARACTERS
        for row in root.iter(_S + "row"):
            cells, at = [], 0
            for cell in row.iterchildren(_S + "c"):
                match = _CELL.fullmatch(cell.get("r") or "")
                at = _column(match[1]) if match else at + 1
                if cell.find(_S + "v") is not None or cell.find(_S + "is") is not None:
                    cells.append((at, cell))
                    columns.add(at)
                    room -= _length(cell, lengths)
            if room < 0 or (len(kept) + 1) * len(columns) > DENSE:
                self.cut.add(name)
                break
            if cells:
                kept.append(sorted(cells, key=lambda each: each[0]))
        new = {column: _letters(number) for number, column in enumerate(sorted(columns), 1)}
        for number, cells in enumerate(kept, 1):
            yield f'<row r="{number}">'
            for column, cell in cells:
                yield _cell(cell, f"{new[column]}{number}")
            yield "</row>"

    def _whole(self, name: str) -> bytes:
        """Return a part as XML that keeps the rules, whatever is left of it."""
        from lxml import etree

        root = self.opened.xml(name)
        return b"" if root is None else bytes(etree.tostring(root))


def made(sheets: Sequence[tuple[str, str]], shared: Mapping[str, bytes]) -> bytes:
    """Return an Excel file of sheets, which are a name and rows as XML, with other parts of its by their names."""
    listed, relations = [], []
    parts = {f"xl/{name}.xml": data for name, data in shared.items()}
    for number, (name, cells) in enumerate(sheets, 1):
        listed.append(f'<sheet name={quoteattr(name)} sheetId="{number}" r:id="s{number}"/>')
        relations.append(_relation(f"s{number}", "worksheet", f"worksheets/sheet{number}.xml"))
        parts[f"xl/worksheets/sheet{number}.xml"] = (
            f'<worksheet xmlns="{_MAIN}"><sheetData>{cells}</sheetData></worksheet>'.encode()
        )
    relations += [_relation(name, name, f"{name}.xml") for name in shared]
    book = f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets>{"".join(listed)}</sheets></workbook>'
    parts["xl/workbook.xml"] = book.encode()
    kinds = [f'<Override PartName="/{name}" ContentType="{_type(name)}"/>' for name in parts]
    parts["xl/_rels/workbook.xml.rels"] = _relations(relations)
    parts["_rels/.rels"] = _relations([_relation("r1", "officeDocument", "xl/workbook.xml")])
    parts["[Content_Types].xml"] = (
        f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels"'
        f' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>{"".join(kinds)}</Types>'
    ).encode()
    return rebuilt(parts)


def _relation(key: str, kind: str, target: str) -> str:
    return f'<Relationship Id="{key}" Type="{_RELATIONS}/{kind}" Target="{target}"/>'


def _relations(each: list[str]) -> bytes:
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{"".join(each)}</Relationships>'.encode()


def _type(name: str) -> str:
    kind = {"xl/workbook.xml": "sheet.main", "xl/sharedStrings.xml": "sharedStrings", "xl/styles.xml": "styles"}
    return f"application/vnd.openxmlformats-officedocument.spreadsheetml.{kind.get(name, 'worksheet')}+xml"


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _letters(number: int) -> str:
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _length(cell: Any, lengths: list[int]) -> int:
    value = cell.findtext(_S + "v") or ""
    if cell.get("t") != "s":
        return len(value)
    return lengths[int(value)] if value.isdecimal() and len(value) < 9 and int(value) < len(lengths) else 0


def _cell(cell: Any, place: str) -> str:
    kind = cell.get("t") or ""
    style = f" s={quoteattr(cell.get('s'))}" if (cell.get("s") or "").isdecimal() else ""
    inline = cell.find(_S + "is")
    if inline is not None:
        text = "".join(each.text or "" for each in inline.iter(_S + "t"))
        return f'<c r="{place}" t="inlineStr"><is><t>{escape(text)}</t></is></c>'
    value = cell.findtext(_S + "v") or ""
    kind = f" t={quoteattr(kind)}" if kind in ("b", "d", "e", "n", "s", "str") else ""
    return f'<c r="{place}"{kind}{style}><v>{escape(value)}</v></c>'


def _comments(root: Any) -> Iterator[str]:
    authors = [" ".join((each.text or "").split())[:100] for each in root.iter(_S + "author")]
    for comment in root.iter(_S + "comment"):
        text = " ".join("".join(each.text or "" for each in comment.iter(_S + "t")).split())
        place = comment.get("authorId") or ""
        author = authors[int(place)] if place.isdecimal() and int(place) < len(authors) else ""
        author = "" if author.startswith("tc={") else author  # a mark of newer comments
        text = text.removeprefix(f"{author}:").strip()
        if text:
            yield f"Comment on {comment.get('ref') or 'a cell'}{f' by {author}' if author else ''}: {text}"

"""OpenDocument texts → Document; what presentations and spreadsheets share with them in their blocks and tables.

Deleted text under tracking lies apart in these files and is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from app.documents import ooxml, package
from app.documents.odf import DC, DRAW, OFFICE, PRESENTATION, STYLE, TABLE, TEXT, Opened, flat_kind, flat_sample, sample
from app.documents.outline import Lists
from app.documents.parts import Parts
from app.documents.source import Source, TextWriter, Why, damaged, unpaged
from app.types import Document, Page, Status

_LISTS = frozenset({TEXT + "list", TEXT + "ordered-list", TEXT + "unordered-list"})
_UNREAD = frozenset(
    {TEXT + name for name in ("tracked-changes", "ruby-text", "sequence-decls", "variable-decls", "user-field-decls",
                              "change", "change-start", "change-end", "bibliography-source", "table-of-content-source",
                              "alphabetical-index-source", "illustration-index-source", "table-index-source")}
    | {OFFICE + name for name in ("forms", "scripts", "event-listeners", "binary-data", "annotation-end")}
    | {PRESENTATION + "notes", TABLE + "table-columns", TABLE + "shapes"}
)  # fmt: skip
_REPEATED = 1000  # times that a cell or row that is not blank is written out


class TextDocumentLoader:
    """Reads texts of LibreOffice, OpenOffice and others; they know no pages until they are printed."""

    kind = "odt"
    suffixes = frozenset({".odt", ".ott", ".odm", ".fodt", ".sxw", ".stw"})
    paged = False

    def samples(self) -> list[bytes]:
        return [sample("text"), flat_sample("text")]

    def claims(self, data: bytes) -> bool:
        return package.family(data) == "odt" or flat_kind(data) == "text"

    def load(self, source: Source) -> Document:
        opened = Opened(source.data)
        writing = Writing(opened, source)
        writing.margins("header")
        writing.blocks(opened.body)
        writing.margins("footer")
        parts = Parts()
        text = writing.writer.text
        opened.embedded(parts, any_picture=not text.strip())
        if opened.is_broken and not text.strip():
            raise damaged(Why.CUT_SHORT)
        inside = ooxml.PARTS_ONLY if parts and not text.strip() else ""
        page = unpaged(self.kind, "", text, writing.writer.headings, f"{inside} {parts.reason}".strip()).pages[0]
        if writing.late or opened.is_broken:
            status = Status.TIMED_OUT if writing.late else Status.DAMAGED
            page = Page(None, text, status, ooxml.LATE if writing.late else ooxml.PARTLY, page.headings)
        return Document(self.kind, opened.title, (page,), parts.all, *opened.imprint)


def tables(opened: Opened) -> Iterator[tuple[str, Iterator[list[str]]]]:
    """Yield each sheet's name and rows, as they are shown."""
    writing = Writing(opened, Source(b"", ""))
    for table in opened.body.iterchildren(TABLE + "table"):
        yield table.get(TABLE + "name") or "", writing.rows(table)


class Writing:
    """Writes the blocks of an OpenDocument file as lines."""

    def __init__(self, opened: Opened, source: Source) -> None:
        self.writer = TextWriter()
        self.late = False
        self._opened, self._source = opened, source
        roots = [root for root in (opened.content, opened.styles) if root is not None]
        self._lists = Lists(roots)
        self._hidden = set(_hidden_styles(roots))
        self._after: list[str] = []  # notes and comments of the block in work
        self._boxes: list[Any] = []  # and its text boxes
        self._number = {"Footnote": 0, "Endnote": 0}
        self._blocks_read = 0

    def margins(self, name: str) -> None:
        """Write each different header or footer once."""
        styles = self._opened.styles
        seen: set[str] = set()
        for master in () if styles is None else styles.iter(STYLE + "master-page"):
            for margin in master:
                if margin.tag not in (STYLE + name, STYLE + name + "-left", STYLE + name + "-first"):
                    continue
                line = self.text(margin)
                if line and line not in seen:
                    seen.add(line)
                    self.writer.gap()
                    self.writer.line(line)
                    self.writer.gap()

    def blocks(self, parent: Any, label: str = "") -> None:
        """Write what is in an element; `label` stands before its first paragraph."""
        for child in parent:
            self._blocks_read += 1
            if self.late or (self._blocks_read % 500 == 0 and self._source.late):
                self.late = True
                return
            tag = child.tag
            if tag in _UNREAD or not isinstance(tag, str):
                continue
            if tag in (TEXT + "p", TEXT + "h"):
                self._paragraph(child, label)
                label = ""
            elif tag in _LISTS:
                self._list(child)
            elif tag == TABLE + "table":
                self._table(child)
            elif tag == OFFICE + "annotation":
                self.comment(child)
                self._aside()
            elif not self._is_hidden(child):
                self.blocks(child)

    def _paragraph(self, paragraph: Any, label: str) -> None:
        if self._is_hidden(paragraph):
            return
        text = "".join(self._pieces(paragraph)).strip("\n")
        if paragraph.tag == TEXT + "h":
            level = _count(paragraph.get(TEXT + "outline-level") or paragraph.get(TEXT + "level"), 1, 9)
            label = label or self._lists.heading(level, paragraph)
            self.writer.gap()
            self.writer.heading(f"{label} {text}" if label and text.strip() else text, level)
        elif text.strip():
            self.writer.line(f"{label} {text.lstrip()}" if label else text)
        else:
            self.writer.gap()
        self._aside()

    def _list(self, element: Any) -> None:
        self._lists.enter(element)
        for item in element:
            if item.tag == TEXT + "list-item":
                self.blocks(item, self._lists.item(item) if self._begins(item) else "")
            elif item.tag == TEXT + "list-header":
                self.blocks(item)
        self._lists.leave()

    def _begins(self, item: Any) -> bool:
        """Whether an item has text of its own; one that only holds an inner list has no number."""
        first = next((child for child in item if isinstance(child.tag, str)), None)
        return first is not None and first.tag not in _LISTS

    def _aside(self) -> None:
        while self._after or self._boxes:
            after, self._after = self._after, []
            for line in after:
                self.writer.line(line)
            boxes, self._boxes = self._boxes, []
            for box in boxes:
                self.blocks(box)

    def _table(self, table: Any) -> None:
        self.writer.gap()
        for row in self.rows(table):
            line = " | ".join(row)
            if line.strip(" |"):
                self.writer.line(line)
        self._aside()
        self.writer.gap()

    def rows(self, table: Any) -> Iterator[list[str]]:
        """Yield the rows of a table with the texts of their cells."""
        for row in _inside(table, TABLE + "table-row"):
            cells: list[str] = []
            for cell in row:
                if cell.tag not in (TABLE + "table-cell", TABLE + "covered-table-cell"):
                    continue
                text = self.text(cell)
                times = _count(cell.get(TABLE + "number-columns-repeated"), 1, _REPEATED if text else 16_384)
                cells += [text] * times
            while cells and not cells[-1]:
                cells.pop()
            for _ in range(_count(row.get(TABLE + "number-rows-repeated"), 1, _REPEATED) if cells else 1):
                yield cells

    def text(self, element: Any) -> str:
        """Return all text inside an element in one line."""
        return " ".join(" ".join(self._flat(element)).split())

    def _flat(self, element: Any) -> Iterator[str]:
        for child in element:
            if child.tag in (TEXT + "p", TEXT + "h"):
                if not self._is_hidden(child):
                    yield "".join(self._pieces(child))
            elif child.tag in _LISTS:
                self._lists.enter(child)
                for item in child:
                    label = self._lists.item(item) if item.tag == TEXT + "list-item" and self._begins(item) else ""
                    yield from filter(None, (label, *self._flat(item)))
                self._lists.leave()
            elif child.tag == OFFICE + "annotation":
                self.comment(child)
            elif isinstance(child.tag, str) and child.tag not in _UNREAD:
                yield from self._flat(child)

    def _pieces(self, element: Any) -> Iterator[str]:
        yield element.text or ""
        for child in element:
            tag = child.tag
            if not isinstance(tag, str) or tag in _UNREAD:
                pass
            elif tag == TEXT + "s":
                yield " " * _count(child.get(TEXT + "c"), 1, 1000)
            elif tag == TEXT + "tab" or tag == TEXT + "tab-stop":
                yield "\t"
            elif tag == TEXT + "line-break":
                yield "\n"
            elif tag in (TEXT + "note", TEXT + "footnote", TEXT + "endnote"):
                self._note(child)
            elif tag == OFFICE + "annotation":
                self.comment(child)
            elif tag.startswith(DRAW) and tag != DRAW + "a":
                self._boxes.append(child)
            elif not self._is_hidden(child):
                yield from self._pieces(child)
            yield child.tail or ""

    def _note(self, note: Any) -> None:
        kind = note.get(TEXT + "note-class") or note.tag.removeprefix(TEXT)
        what = "Endnote" if kind == "endnote" else "Footnote"
        body = next((child for child in note if str(child.tag).endswith("-body")), None)
        self._number[what] += 1
        text = "" if body is None else self.text(body)
        if text:
            self._after.append(f"{what} {self._number[what]}: {text}")

    def comment(self, annotation: Any) -> None:
        author = " ".join((annotation.findtext(DC + "creator") or "").split())[:100]
        text = self.text(annotation)
        if text:
            self._after.append(f"Comment{f' by {author}' if author else ''}: {text}")

    def take_aside(self) -> list[str]:
        """Return the notes and comments that were gathered and not written."""
        after, self._after = self._after, []
        return after

    def _is_hidden(self, element: Any) -> bool:
        if element.tag == TEXT + "section":
            return bool(element.get(TEXT + "display") == "none")
        return element.get(TEXT + "style-name") in self._hidden


def _hidden_styles(roots: Iterable[Any]) -> Iterator[str]:
    for root in roots:
        for properties in root.iter(STYLE + "text-properties"):
            if properties.get(TEXT + "display") == "none" and properties.getparent().get(STYLE + "name"):
                yield properties.getparent().get(STYLE + "name")


def _inside(parent: Any, tag: str) -> Iterator[Any]:
    """Yield rows through the groups that may stand around them, not those of inner tables."""
    for child in parent:
        if child.tag == tag:
            yield child
        elif isinstance(child.tag, str) and child.tag.startswith(TABLE) and "row" in child.tag:
            yield from _inside(child, tag)


def _count(text: str | None, least: int, most: int) -> int:
    return min(max(int(text), least), most) if text is not None and text.isdecimal() and len(text) < 10 else least

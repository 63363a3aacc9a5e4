"""Word files → Document: paragraphs and tables in their order with the numbers that Word makes up for them.

Headings are known by their style. Notes and comments stand behind the paragraph that they belong to,
headers at the start and footers at the end. What was deleted under tracking, or is hidden, is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from app.documents import ooxml, package
from app.documents.html import written
from app.documents.numbering import Numbering, Styles, is_hidden, value_of, whole
from app.documents.numbering import W as _W
from app.documents.ooxml import Opened
from app.documents.parts import Parts
from app.documents.source import Source, TextWriter, Why, damaged, unpaged, unsupported
from app.documents.text import decoded
from app.types import Document, Page, Status

_PARAGRAPH, _TABLE, _ROW, _CELL, _RUN, _TEXT = _W + "p", _W + "tbl", _W + "tr", _W + "tc", _W + "r", _W + "t"
_COMPATIBLE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_BREAKS = {_W + "tab": "\t", _W + "ptab": "\t", _W + "br": "\n", _W + "cr": "\n", _W + "noBreakHyphen": "-"}
# What was deleted, is said a second time for old programs, or is no text.
_SKIPPED = frozenset(
    {_W + "del", _W + "moveFrom", _W + "pPr", _W + "rPr", _W + "sectPr", _W + "tblPr", _W + "tblGrid", _W + "trPr",
     _W + "tcPr", _W + "sdtPr", _W + "instrText", _W + "delText", _W + "delInstrText", _W + "rt",
     _COMPATIBLE + "Fallback"}
)  # fmt: skip
_BOX = _W + "txbxContent"
_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"
# Signs of the fonts Wingdings and Symbol that forms are made with.
_SIGNS = {"F0FE": "☒", "F0FD": "☒", "F053": "☒", "F054": "☒", "F0A8": "☐", "F06F": "☐", "F071": "☐", "F0FC": "✓",
          "F050": "✓", "F0FB": "✗", "F0E0": "→", "F0B7": "•", "F0A7": "•", "F0B0": "°", "F0B1": "±", "F0A3": "≤",
          "F0B3": "≥", "F06D": "µ"}  # fmt: skip
_OLD = (".doc", ".dot")
_MARKUP = re.compile(rb"(?i)<(html|body|!doctype html)")
_QUOTED = 200  # characters that a comment is said to be about
_SAMPLE_TEXT = (
    '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r>'
    "<w:t>Hello</w:t></w:r></w:p><w:tbl><w:tr><w:tc><w:p/></w:tc></w:tr></w:tbl></w:body></w:document>"
)
_SAMPLE_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"


class WordLoader:
    """Reads Word files of 2007 and later; they know no pages until they are printed."""

    kind = "docx"
    suffixes = frozenset({".docx", ".docm", ".dotx", ".dotm", *_OLD})
    paged = False

    def samples(self) -> list[bytes]:
        types = f'<Types><Override PartName="/word/document.xml" ContentType="{_SAMPLE_TYPE}"/></Types>'
        return [package.rebuilt({"[Content_Types].xml": types.encode(), "word/document.xml": _SAMPLE_TEXT.encode()})]

    def claims(self, data: bytes) -> bool:
        return package.family(data) == "word"

    def load(self, source: Source) -> Document:
        if source.suffix in _OLD and not source.data.startswith(b"PK"):
            return self._other(source)
        opened = Opened(source.data)
        name = opened.main("word/document.xml", "word/document2.xml")
        root = opened.xml(name)
        if root is None:
            raise damaged(Why.CUT_SHORT)
        reading = _Reading(opened, name, source)
        reading.all(root)
        parts = Parts()
        owners = [name, *reading.owners]
        opened.embedded(parts, owners, any_picture=not reading.writer.text.strip())
        page = _page(reading, opened)
        if page.status is Status.EMPTY and opened.damage() and not parts:
            raise damaged(Why.CUT_SHORT)
        inside = ooxml.PARTS_ONLY if page.status is Status.EMPTY and parts and not page.reason else ""
        reason = " ".join(filter(None, (page.reason, inside, parts.reason)))
        page = Page(None, page.text, page.status, reason, page.headings)
        return Document(self.kind, opened.title, (page,), parts.all, *opened.imprint)

    def _other(self, source: Source) -> Document:
        """Read what programs write under the name of an old Word file without it being one: HTML, or plain text."""
        if b"\x00" in source.data or not source.data[:4096].strip():
            raise unsupported(Why.OLD_WORD)
        text = decoded(source.data)
        if not _MARKUP.search(source.data[:4096]):
            if sum(not letter.isprintable() and not letter.isspace() for letter in text) * 100 > len(text):
                raise unsupported(Why.OLD_WORD)
            return unpaged(self.kind, "", text)
        title, writer = written(text)
        return unpaged(self.kind, title, writer.text, writer.headings)


def _page(reading: _Reading, opened: Opened) -> Page:
    text = reading.writer.text
    if reading.late:
        return Page(None, text, Status.TIMED_OUT, ooxml.LATE, reading.writer.headings)
    if opened.damage():
        status = Status.DAMAGED if text.strip() else Status.EMPTY
        return Page(None, text, status, ooxml.PARTLY, reading.writer.headings)
    reason = ooxml.PART_BROKEN if opened.package.broken else ""
    return Page(None, text, Status.READ if text.strip() else Status.EMPTY, reason, reading.writer.headings)


class _Reading:
    """One document on its way into text."""

    def __init__(self, opened: Opened, name: str, source: Source) -> None:
        self.writer = TextWriter()
        self.late = False
        self.owners: list[str] = []  # parts beside the document whose files are its, too
        self._opened, self._name, self._source = opened, name, source
        styles = (self._related("styles") or [None])[0]
        self._styles = Styles(styles)
        self._numbers = Numbering((self._related("numbering") or [None])[0], self._styles)
        self._footnotes = dict(self._notes("footnotes", "footnote"))
        self._endnotes = dict(self._notes("endnotes", "endnote"))
        self._comments = dict(self._all_comments())
        self._number = {"Footnote": 0, "Endnote": 0}
        self._after: list[str] = []  # notes and comments of the paragraph or table in work
        self._boxes: list[Any] = []  # and its text boxes, diagrams and charts
        self._about: dict[str, list[str]] = {}  # what open comments are about, by their ids
        self._held = ""  # a paragraph whose end was deleted goes on in the next
        self._blocks_read = 0

    def all(self, root: Any) -> None:
        body = root.find(_W + "body")
        body = root if body is None else body
        self._margins(body, "header")
        self._blocks(body)
        if self._held:
            self.writer.line(self._held)
        self._margins(body, "footer")

    def _related(self, kind: str) -> list[Any]:
        names = self._opened.related(self._name, kind)
        return [root for root in map(self._opened.xml, names) if root is not None]

    def _blocks(self, parent: Any) -> None:
        for child in parent:
            self._blocks_read += 1
            if self.late or (self._blocks_read % 500 == 0 and self._source.late):
                self.late = True
                return
            if child.tag == _PARAGRAPH:
                self._paragraph(child)
            elif child.tag == _TABLE:
                self._table(child)
            elif child.tag not in _SKIPPED and isinstance(child.tag, str):
                self._blocks(child)  # content controls, inserted stretches
        if parent.tag != _CELL:
            self._aside()

    def _paragraph(self, paragraph: Any) -> None:
        text = self._held + _text(self._pieces(paragraph)).strip("\n")
        self._held = ""
        if _is_joined(paragraph):
            self._held = text
            return
        label = self._numbers.label(paragraph)
        level = self._styles.level(paragraph)
        if level and text.strip():
            self.writer.gap()
            self.writer.heading(f"{label} {text}" if label else text, level)
        elif text.strip():
            self.writer.line(f"{label} {text.lstrip()}" if label else text)
        else:
            self.writer.gap()
        self._aside()

    def _aside(self) -> None:
        """Write what stands beside the block just written: text boxes, notes, comments."""
        while self._boxes or self._after:
            after, self._after = self._after, []
            for line in after:
                self.writer.line(line)
            boxes, self._boxes = self._boxes, []
            for box in boxes:
                if box.tag == _BOX:
                    self._blocks(box)
                else:
                    for line in ooxml.drawn(self._opened, self._name, ooxml.reference(box)):
                        self.writer.line(line)

    def _table(self, table: Any) -> None:
        self.writer.gap()
        above: dict[int, str] = {}  # texts of cells that span rows, by their columns
        for row in _inside(table, _ROW):
            if row.find(f"{_W}trPr/{_W}del") is not None:
                continue
            cells = list(_inside(row, _CELL))
            if len(cells) == 1 and sum(1 for _ in cells[0].iter(_PARAGRAPH)) > 1:
                self._blocks(cells[0])  # a frame around text
                self._aside()
                continue
            texts = list(self._cells(cells, above))
            while texts and not texts[-1]:
                texts.pop()
            if texts:
                self.writer.line(" | ".join(texts))
        self._aside()
        self.writer.gap()

    def _cells(self, cells: list[Any], above: dict[int, str]) -> Iterator[str]:
        """Yield the texts of a row's cells; one that goes on from the row above says the same again."""
        column = 0
        for cell in cells:
            properties = cell.find(_W + "tcPr")
            spans = None if properties is None else properties.find(_W + "vMerge")
            if spans is not None and spans.get(_W + "val") != "restart":
                yield above.get(column, "")
            else:
                text = " ".join(" ".join(self._cell(cell)).split())
                above[column] = text if spans is not None and len(text) <= _QUOTED else ""
                yield text
            column += max(whole(value_of(properties, "gridSpan"), 1), 1)

    def _cell(self, parent: Any) -> Iterator[str]:
        for child in parent:
            if child.tag == _PARAGRAPH:
                text = _text(self._pieces(child))
                label = self._numbers.label(child)
                yield f"{label} {text}" if label and text.strip() else text
            elif child.tag not in _SKIPPED and isinstance(child.tag, str):
                yield from self._cell(child)

    def _pieces(self, element: Any) -> Iterator[str]:
        for child in element:
            tag = child.tag
            if tag in (_TEXT, _MATH):
                piece = child.text or ""
                for about in self._about.values():
                    about.append(piece)
                yield piece
            elif tag in _BREAKS:
                yield _BREAKS[tag]
            elif tag in _SKIPPED or not isinstance(tag, str):
                continue
            elif tag == _RUN:
                if not self._is_hidden(child):
                    yield from self._pieces(child)
            elif tag == _BOX or tag in ooxml.DIAGRAMS:
                self._boxes.append(child)
            elif tag.startswith(_W):
                yield from self._special(child, tag.removeprefix(_W))
            else:
                yield from self._pieces(child)

    def _special(self, child: Any, name: str) -> Iterator[str]:
        key = child.get(_W + "id") or ""
        if name == "sym":
            yield _SIGNS.get((child.get(_W + "char") or "").upper(), "")
        elif name == "footnoteReference":
            self._note("Footnote", self._footnotes.get(key))
        elif name == "endnoteReference":
            self._note("Endnote", self._endnotes.get(key))
        elif name == "commentRangeStart":
            self._about[key] = []
        elif name == "commentReference":
            self._comment(key)
        elif name == "fldChar":
            yield from _field(child)
        else:
            yield from self._pieces(child)
            if name == "p":
                yield "\n"

    def _is_hidden(self, run: Any) -> bool:
        properties = run.find(_W + "rPr")
        own = None if properties is None else properties.find(_W + "vanish")
        return is_hidden(properties) if own is not None else value_of(properties, "rStyle") in self._styles.hidden

    def _note(self, what: str, text: str | None) -> None:
        self._number[what] += 1
        if text:
            self._after.append(f"{what} {self._number[what]}: {text}")

    def _comment(self, key: str) -> None:
        about = " ".join("".join(self._about.pop(key, [])).split())
        author, text = self._comments.get(key, ("", ""))
        if text:
            quoted = f" on “{about[:_QUOTED]}{'…' if len(about) > _QUOTED else ''}”" if about else ""
            self._after.append(f"Comment{f' by {author}' if author else ''}{quoted}: {text}")

    def _notes(self, kind: str, name: str) -> Iterator[tuple[str, str]]:
        for part in self._opened.related(self._name, kind):
            self.owners.append(part)
        for root in self._related(kind):
            for note in root.iterchildren(_W + name):
                yield note.get(_W + "id") or "", " ".join(_text(_plain(note)).split())

    def _all_comments(self) -> Iterator[tuple[str, tuple[str, str]]]:
        for root in self._related("comments"):
            for each in root.iterchildren(_W + "comment"):
                author = " ".join((each.get(_W + "author") or "").split())[:100]
                yield each.get(_W + "id") or "", (author, " ".join(_text(_plain(each)).split()))

    def _margins(self, body: Any, name: str) -> None:
        """Write each different header or footer once; those of all sections are often the same."""
        seen: set[str] = set()
        for reference in body.iter(f"{_W}{name}Reference"):
            relation = self._opened.relations(self._name).get(ooxml.reference(reference))
            if relation is None or relation.target not in self._opened.package or relation.target in self.owners:
                continue
            self.owners.append(relation.target)
            root = self._opened.xml(relation.target)
            lines = [] if root is None else [line.strip() for line in _text(_plain(root)).splitlines() if line.strip()]
            if lines and "\n".join(lines) not in seen:
                seen.add("\n".join(lines))
                self.writer.gap()
                for line in lines:
                    self.writer.line(line)
                self.writer.gap()


def _text(pieces: Iterable[str]) -> str:
    return "".join(pieces)


def _plain(element: Any) -> Iterator[str]:
    """The text of a part beside the document, such as a note, with whatever is inside."""
    for child in element:
        if child.tag in (_TEXT, _MATH):
            yield child.text or ""
        elif child.tag in _BREAKS:
            yield _BREAKS[child.tag]
        elif child.tag not in _SKIPPED and isinstance(child.tag, str):
            if child.tag != _RUN or not is_hidden(child.find(_W + "rPr")):
                yield from _plain(child)
            if child.tag == _PARAGRAPH:
                yield "\n"


def _inside(parent: Any, tag: str) -> Iterator[Any]:
    """Yield the rows of a table, or the cells of a row, through what may stand around them, not those of inner ones."""
    for child in parent:
        if child.tag == tag:
            yield child
        elif isinstance(child.tag, str) and child.tag not in _SKIPPED and child.tag not in (_PARAGRAPH, _TABLE):
            yield from _inside(child, tag)


def _is_joined(paragraph: Any) -> bool:
    """Whether the end of a paragraph was deleted under tracking, so that it goes on in the next."""
    properties = paragraph.find(f"{_W}pPr/{_W}rPr")
    return properties is not None and any(properties.find(_W + name) is not None for name in ("del", "moveFrom"))


def _field(mark: Any) -> Iterator[str]:
    """What a form field of the old kind shows that is not in the text: a box that is ticked, a choice."""
    data = mark.find(_W + "ffData")
    if data is None:
        return
    box = data.find(_W + "checkBox")
    if box is not None:
        found = box.find(_W + "checked")
        found = box.find(_W + "default") if found is None else found
        yield "☐" if found is None or found.get(_W + "val") in ("0", "false", "off") else "☒"
    choices = data.find(_W + "ddList")
    if choices is not None:
        entries = [each.get(_W + "val") or "" for each in choices.iterchildren(_W + "listEntry")]
        chosen = whole(value_of(choices, "result") or value_of(choices, "default"), 0)
        yield entries[chosen] if chosen < len(entries) else ""

"""OpenDocument files, packed and flat: texts → Document; what presentations and spreadsheets share with them.

The XML is taken apart here and not by odfdo, which opens no file that is broken anywhere and knows no
numbers of lists. Deleted text under tracking lies apart in these files and is left out.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterable, Iterator
from typing import Any

from app.documents import ole, ooxml, package
from app.documents.outline import Lists
from app.documents.package import Package, rebuilt
from app.documents.parts import Parts, file_name
from app.documents.source import Source, TextWriter, Why, damaged, storable, unpaged
from app.documents.xml import head, parsed
from app.types import Document, Page, Status

_NAMES = "urn:oasis:names:tc:opendocument:xmlns:"
OFFICE, TEXT, TABLE = f"{{{_NAMES}office:1.0}}", f"{{{_NAMES}text:1.0}}", f"{{{_NAMES}table:1.0}}"
DRAW, STYLE = f"{{{_NAMES}drawing:1.0}}", f"{{{_NAMES}style:1.0}}"
PRESENTATION = f"{{{_NAMES}presentation:1.0}}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_HREF = "{http://www.w3.org/1999/xlink}href"
_MANIFEST = f"{{{_NAMES}manifest:1.0}}"
_OLD = re.compile(rb"http://openoffice\.org/2000/(\w+)")  # the names before it was a standard
_LISTS = frozenset({TEXT + "list", TEXT + "ordered-list", TEXT + "unordered-list"})
_UNREAD = frozenset(
    {TEXT + name for name in ("tracked-changes", "ruby-text", "sequence-decls", "variable-decls", "user-field-decls",
                              "change", "change-start", "change-end", "bibliography-source", "table-of-content-source",
                              "alphabetical-index-source", "illustration-index-source", "table-index-source")}
    | {OFFICE + name for name in ("forms", "scripts", "event-listeners", "binary-data", "annotation-end")}
    | {PRESENTATION + "notes", TABLE + "table-columns", TABLE + "shapes"}
)  # fmt: skip
_KINDS = {"text": ".odt", "spreadsheet": ".ods", "presentation": ".odp"}
_MIME = "application/vnd.oasis.opendocument."
_REPEATED = 1000  # times that a cell or row that is not blank is written out
_PICTURE = 40_000


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
        return Document(self.kind, opened.title, (page,), parts.all)


def flat_kind(data: bytes) -> str:
    """Return "text", "spreadsheet" or "presentation" for such a document in one XML file, "" for all else; quick."""
    if data[:1] not in (b"<", b"\xef", b"\xff", b"\xfe") or b"opendocument" not in data[:4096]:
        return ""
    start = head(data[:8192])
    if "office:document " not in start:
        return ""
    return next((kind for kind in _KINDS if f'mimetype="{_MIME}{kind}' in start), "")


class Opened:
    """The parts of an OpenDocument file, as XML; raises DamagedFile where there is no content to be had."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.is_broken = False
        self.package = None if flat_kind(data) else Package(data)
        self.content = self._flat(data) if self.package is None else self._xml("content.xml")
        if self.content is None:
            raise damaged(Why.CUT_SHORT)
        self.styles = self.content if self.package is None else self._xml("styles.xml")

    def _flat(self, data: bytes) -> Any:
        root, whole = parsed(data)
        self.is_broken = not whole
        return root

    def _xml(self, name: str) -> Any:
        assert self.package is not None
        data = self.package.read(name)
        if not data:
            return None
        data = _OLD.sub(_NAMES.encode() + rb"\1:1.0", data) if _OLD.search(data[:8192]) else data
        root, whole = parsed(data)
        self.is_broken |= name in self.package.broken or not whole or "" in self.package.broken
        return root

    @property
    def body(self) -> Any:
        """The element that holds the text, the sheets or the slides."""
        body = self.content.find(OFFICE + "body")
        if body is None:
            return self.content
        inner = next((child for child in body if child.tag in {OFFICE + kind for kind in (*_KINDS, "drawing")}), None)
        return body if inner is None else inner

    @property
    def title(self) -> str:
        root = self.content if self.package is None else self._xml("meta.xml")
        found = None if root is None else next(root.iter(_DC + "title"), None)
        return "" if found is None else " ".join(storable("".join(found.itertext())).split())[:300]

    def tables(self) -> Iterator[tuple[str, Iterator[list[str]]]]:
        """Yield each sheet's name and rows, as they are shown."""
        writing = Writing(self, Source(b"", ""))
        for table in self.body.iterchildren(TABLE + "table"):
            yield table.get(TABLE + "name") or "", writing.rows(table)

    def as_package(self) -> bytes:
        """Return the file as a sound package, for engines that read no others."""
        from lxml import etree

        if self.package is not None and not self.is_broken:
            return self._data
        kind = next((kind for kind in _KINDS if self.body.tag == OFFICE + kind), "text")
        self.content.tag = OFFICE + "document-content"
        return _packed(kind, etree.tostring(self.content))

    def embedded(self, parts: Parts, *, any_picture: bool = False) -> None:
        """Gather the files inside the file, and pictures that may be scans."""
        if self.package is None:
            self._flat_pictures(parts, any_picture)
            return
        kinds = self._kinds()
        seen: set[str] = set()
        for element in self.content.iter(DRAW + "object", DRAW + "object-ole", DRAW + "image"):
            name = (element.get(_HREF) or "").removeprefix("./").strip("/")
            if not name or name in seen:
                continue
            seen.add(name)
            if element.tag == DRAW + "object":
                self._object(parts, name, kinds.get(name + "/", ""))
            elif name in self.package:
                self._file(parts, name, element.tag == DRAW + "image", any_picture)

    def _file(self, parts: Parts, name: str, is_picture: bool, any_picture: bool) -> None:
        assert self.package is not None
        size = self.package.size(name)
        if is_picture and (not name.lower().endswith(ooxml.PICTURES) or not (any_picture or size >= _PICTURE)):
            return
        data = (self.package.read(name, parts.room) if parts.fits(size) else None) or b""
        if is_picture and data:
            parts.add(file_name(name, "picture"), data)
        elif data.startswith(ole.SIGNATURE):
            for inner, content in ole.files(data, file_name(name, "object")):
                parts.add(inner, content)

    def _object(self, parts: Parts, name: str, kind: str) -> None:
        """Take a document out of the document, which lies in a folder of the package."""
        assert self.package is not None
        if kind not in _KINDS:  # a formula or chart, which are pictures to the reader
            return
        folder = name + "/"
        inside = [each for each in self.package.names if each.startswith(folder)]
        if parts.fits(sum(map(self.package.size, inside))):
            found = {each.removeprefix(folder): self.package.read(each) or b"" for each in inside}
            parts.add(file_name(name, "object") + _KINDS[kind],
                      rebuilt({"mimetype": (_MIME + kind).encode(), **found, "META-INF/manifest.xml": _manifest(kind)}))

    def _kinds(self) -> dict[str, str]:
        root = self._xml("META-INF/manifest.xml")
        entries = () if root is None else root.iter(_MANIFEST + "file-entry")
        return {
            each.get(_MANIFEST + "full-path") or "": (each.get(_MANIFEST + "media-type") or "").removeprefix(_MIME)
            for each in entries
        }

    def _flat_pictures(self, parts: Parts, any_picture: bool) -> None:
        for element in self.content.iter(OFFICE + "binary-data"):
            if element.getparent().tag != DRAW + "image":
                continue
            try:
                data = binascii.a2b_base64(element.text or "")
            except binascii.Error:
                continue
            suffix = next((suffix for mark, suffix in ((b"\x89PNG", ".png"), (b"\xff\xd8", ".jpg"), (b"II*", ".tif"),
                                                       (b"MM\x00*", ".tif")) if data.startswith(mark)), "")
            if suffix and (any_picture or len(data) >= _PICTURE):
                parts.add(f"picture{suffix}", data)


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
        author = " ".join((annotation.findtext(_DC + "creator") or "").split())[:100]
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


def sample(kind: str) -> bytes:
    """A small file of a kind."""
    return _packed(kind, _sample_content(kind, "document-content").encode())


def flat_sample(kind: str) -> bytes:
    """The same in one XML file."""
    return _sample_content(kind, f'document office:mimetype="{_MIME}{kind}"').encode()


def _sample_content(kind: str, root: str) -> str:
    cell = "<table:table-cell><text:p>Hello</text:p></table:table-cell>"
    table = f'<table:table table:name="Table"><table:table-row>{cell}</table:table-row></table:table>'
    inner = {"text": "<text:h>Hello</text:h>" + table, "spreadsheet": table}.get(
        kind, f"<draw:page><draw:frame><draw:text-box><text:p>Hello</text:p></draw:text-box></draw:frame>{table}"
              "</draw:page>"
    )  # fmt: skip
    names = " ".join(f'xmlns:{name}="{_NAMES}{own}:1.0"' for name, own in
                     (("office", "office"), ("text", "text"), ("table", "table"), ("draw", "drawing")))
    end = root.partition(" ")[0]
    return f"<office:{root} {names}><office:body><office:{kind}>{inner}</office:{kind}></office:body></office:{end}>"


def _packed(kind: str, content: bytes) -> bytes:
    mime = (_MIME + kind).encode()
    return rebuilt({"mimetype": mime, "content.xml": content, "META-INF/manifest.xml": _manifest(kind)})


def _manifest(kind: str) -> bytes:
    return (
        f'<manifest:manifest xmlns:manifest="{_MANIFEST[1:-1]}"><manifest:file-entry manifest:full-path="/"'
        f' manifest:media-type="{_MIME}{kind}"/></manifest:manifest>'
    ).encode()

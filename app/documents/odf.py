"""OpenDocument packages and flat files: their XML, what they are called, the files inside them; reads no text.

The XML is taken apart here and not by odfdo, which opens no file that is broken anywhere and knows no
numbers of lists.
"""

from __future__ import annotations

import binascii
import re
from typing import Any

from app.documents import imprint, ole, ooxml
from app.documents.imprint import Imprint
from app.documents.package import Package, rebuilt
from app.documents.parts import Parts, file_name
from app.documents.source import Why, damaged, storable
from app.documents.xml import head, parsed

_NAMES = "urn:oasis:names:tc:opendocument:xmlns:"
OFFICE, TEXT, TABLE = f"{{{_NAMES}office:1.0}}", f"{{{_NAMES}text:1.0}}", f"{{{_NAMES}table:1.0}}"
DRAW, STYLE = f"{{{_NAMES}drawing:1.0}}", f"{{{_NAMES}style:1.0}}"
PRESENTATION = f"{{{_NAMES}presentation:1.0}}"
DC = "{http://purl.org/dc/elements/1.1/}"
_META = f"{{{_NAMES}meta:1.0}}"
_HREF = "{http://www.w3.org/1999/xlink}href"
_MANIFEST = f"{{{_NAMES}manifest:1.0}}"
_OLD = re.compile(rb"http://openoffice\.org/2000/(\w+)")  # the names before it was a standard
_KINDS = {"text": ".odt", "spreadsheet": ".ods", "presentation": ".odp"}
_MIME = "application/vnd.oasis.opendocument."
_PICTURE = 40_000  # bytes from which on a picture may be a scan and not a logo


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
        return " ".join(storable(self._said(DC + "title")).split())[:300]

    @property
    def imprint(self) -> Imprint:
        """When it was last saved; who wrote it first, and who saved it."""
        dates = (self._said(name) for name in (DC + "date", _META + "creation-date"))
        return imprint.of(dates, [self._said(name) for name in (_META + "initial-creator", DC + "creator")])

    def _said(self, element: str) -> str:
        """Return what the file says of itself; comments in its text have dates and writers of their own."""
        root = self.content if self.package is None else self._xml("meta.xml")
        meta = None if root is None else next(root.iter(OFFICE + "meta"), None)
        found = None if meta is None else next(meta.iter(element), None)
        return "" if found is None else "".join(found.itertext())

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

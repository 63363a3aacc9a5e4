"""EPUB books → Document: the chapters in their order as one text, under the titles of the book's own contents."""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from typing import Any
from urllib.parse import unquote

from app.counted import counted
from app.documents import imprint, mime
from app.documents.html import written
from app.documents.source import Source, Why, damaged, storable
from app.documents.xml import parsed
from app.errors import FileError
from app.types import Document, Heading, Page, Status

_MOST = 64 << 20  # bytes of all chapters together
_CONTAINER = "META-INF/container.xml"
# Ways of making fonts useless outside the book, which leave its text alone.
_FONTS_ALONE = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
_CHAPTERS = ("application/xhtml+xml", "text/html", "application/x-dtbook+xml", "text/x-oeb1-document")


class BookLoader:
    """Reads electronic books."""

    kind = "epub"
    suffixes = frozenset({".epub"})
    paged = False

    def samples(self) -> list[bytes]:
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as book:
            book.writestr("mimetype", "application/epub+zip", zipfile.ZIP_STORED)
            book.writestr(_CONTAINER, '<container><rootfiles><rootfile full-path="b.opf"/></rootfiles></container>')
            book.writestr("b.opf", (
                '<package><metadata><title>T</title></metadata><manifest><item id="c" href="c.html"'
                ' media-type="application/xhtml+xml"/><item id="n" href="n.ncx" media-type="x"/></manifest>'
                '<spine toc="n"><itemref idref="c"/></spine></package>'
            ))  # fmt: skip
            book.writestr("n.ncx", '<ncx><navMap><navPoint><navLabel><text>C</text></navLabel><content src="c.html"/>'
                                   "</navPoint></navMap></ncx>")  # fmt: skip
            book.writestr("c.html", "<p>text</p>")
        return [file.getvalue()]

    def claims(self, data: bytes) -> bool:
        return data.startswith(b"PK\x03\x04") and b"application/epub+zip" in data[30:200]

    def load(self, source: Source) -> Document:
        try:
            book = zipfile.ZipFile(io.BytesIO(source.data))
        except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
            raise damaged(Why.CUT_SHORT if source.data.startswith(b"PK") else Why.NOT_OF_ITS_KIND) from error
        with book:
            return _Book(book, source).document(self.kind)


class _Book:
    """One open book."""

    def __init__(self, book: zipfile.ZipFile, source: Source) -> None:
        self._book = book
        self._source = source
        self._names = {name.lower(): name for name in book.namelist()}
        self._room = _MOST
        self._missing = 0

    def document(self, kind: str) -> Document:
        root = self._xml(_CONTAINER)
        files = [node.get("full-path") for node in _all(root, "rootfile")] if root is not None else []
        place = next((name for name in files if name), None) or next(
            (name for name in self._book.namelist() if name.lower().endswith(".opf")), ""
        )
        package = self._xml(place)
        if package is None:
            raise damaged(Why.NOT_OF_ITS_KIND)
        title = _said(package, "title")[:300]
        authors = [_text(node) for node in _all(package, "creator") if _text(node)]
        about = [title, ", ".join(authors)]
        made = imprint.of(map(_text, _all(package, "date")), authors)
        if self._protected():
            reason = "The book is locked by its shop's copy protection (DRM); its text cannot be read."
            page = Page(None, "\n".join(filter(None, about)), Status.LOCKED, reason)
            return Document(kind, title, (page,), (), *made)
        text, headings = self._chapters(package, posixpath.dirname(place), "\n".join(filter(None, about)))
        late = self._source.late
        status = (
            Status.TIMED_OUT if late
            else Status.DAMAGED if self._missing
            else Status.READ if text.strip()
            else Status.EMPTY
        )  # fmt: skip
        reason = f"{counted(self._missing, 'chapter')} of the book could not be read." if self._missing else ""
        return Document(kind, title, (Page(None, text, status, reason, tuple(headings)),), (), *made)

    def _chapters(self, package: Any, folder: str, about: str) -> tuple[str, list[Heading]]:
        """Return the text of all chapters, with their titles as headings above those in their text."""
        items = {node.get("id"): node for node in _all(package, "item")}
        contents = self._contents(package, items, folder)
        texts, headings = [about], []
        length = len(about) + 2
        done = set()
        for reference in _all(package, "itemref"):
            item = items.get(reference.get("idref"))
            if item is None or item.get("media-type", _CHAPTERS[0]) not in _CHAPTERS:
                continue
            name = _place(folder, item.get("href", ""))
            if name in done or "nav" in (item.get("properties") or "").split():
                continue
            done.add(name)
            if self._source.late:
                self._missing += 1
                continue
            try:
                writer = written(mime.to_text(self._bytes(name), "utf-8"))[1]
            except (FileError, KeyError, OSError):
                self._missing += 1
                continue
            if not writer.text.strip():
                continue
            own = contents.get(name)
            first = writer.headings[0].text if writer.headings else ""
            level = 0
            if own and own[1] and own[1].casefold() != first.casefold():
                headings.append(Heading(length, own[0], own[1]))
                level = own[0]
            for each in writer.headings:
                headings.append(Heading(length + each.start, min(each.level + level, 9), each.text))
            texts.append(writer.text)
            length += len(writer.text) + 2
        return "\n\n".join(texts).lstrip("\n") if about else "\n\n".join(texts[1:]), _moved(headings, 0 if about else 2)

    def _contents(self, package: Any, items: dict[str, Any], folder: str) -> dict[str, tuple[int, str]]:
        """Return level and title of the first entry of the book's contents for each file."""
        found: dict[str, tuple[int, str]] = {}
        nav = next((item for item in items.values() if "nav" in (item.get("properties") or "").split()), None)
        spine = next(_all(package, "spine"), None)
        ncx = items.get(spine.get("toc")) if spine is not None else None
        for item in (nav, ncx):
            name = _place(folder, item.get("href", "")) if item is not None else ""
            root = self._xml(name) if name else None
            if root is None:
                continue
            for node in root.iter():
                tag = _tag(node)
                if tag not in ("a", "content") or not (node.get("href") or node.get("src")):
                    continue
                file = _place(posixpath.dirname(name), node.get("href") or node.get("src"))
                parents = [_tag(parent) for parent in node.iterancestors()]
                label = _text(node) if tag == "a" else _said(node.getparent(), "text")
                level = parents.count("ol") or parents.count("navPoint") or 1
                found.setdefault(file, (min(level, 9), label[:500]))
            if found:
                return found
        return found

    def _protected(self) -> bool:
        """Whether the chapters themselves are encrypted."""
        if "meta-inf/rights.xml" in self._names or "meta-inf/sinf.xml" in self._names:
            return True
        root = self._xml("META-INF/encryption.xml") if "meta-inf/encryption.xml" in self._names else None
        ways = [node.get("Algorithm", "") for node in _all(root, "EncryptionMethod")] if root is not None else []
        return any(way not in _FONTS_ALONE for way in ways)

    def _bytes(self, name: str) -> bytes:
        """Return a file of the book; raises KeyError where it is not there, OSError where it cannot be had."""
        entry = self._book.getinfo(self._names[name.lower()])
        if entry.file_size > self._room:
            raise OSError("more than may be unpacked")
        try:
            data = self._book.read(entry)
        except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, ValueError) as error:
            raise OSError("not to be unpacked") from error
        self._room -= len(data)
        return data

    def _xml(self, name: str) -> Any:
        """Return the root of an XML file of the book; None where there is none that can be read."""
        try:
            return parsed(self._bytes(name))[0]
        except (KeyError, OSError, FileError):
            return None


def _tag(node: Any) -> str:
    return node.tag.rpartition("}")[2] if isinstance(node.tag, str) else ""


def _all(root: Any, tag: str) -> Any:
    """Yield the elements of a name, whatever namespace a book puts them in."""
    return (node for node in root.iter() if _tag(node) == tag)


def _said(root: Any, tag: str) -> str:
    return next((_text(node) for node in _all(root, tag) if _text(node)), "")


def _text(node: Any) -> str:
    return " ".join(storable("".join(node.itertext())).split())


def _place(folder: str, href: str) -> str:
    """Return the name in the book that a link from a folder leads to."""
    return posixpath.normpath(posixpath.join(folder, unquote(href.partition("#")[0]))).lstrip("/")


def _moved(headings: list[Heading], by: int) -> list[Heading]:
    return [Heading(max(each.start - by, 0), each.level, each.text) for each in headings]

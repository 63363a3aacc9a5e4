"""The ZIP packages that office files are: their parts by name, from broken ones as much as still unpacks.

Knows no format beyond what tells the families apart.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator

from app.documents.source import Why, damaged

MOST = 256 << 20  # bytes of one part
_ALL = 768 << 20  # bytes of all parts that are asked for
_ENTRY = b"PK\x03\x04"
_ENTRIES = 20_000
_NEAR = 65536
_FAR = 4 << 20
_BROKEN = (
    zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, KeyError, struct.error, NotImplementedError,
    RuntimeError,
)  # fmt: skip
_MARKS = (b"[Content_Types].xml", b"mimetypeapplication/vnd.oasis", b"word/", b"xl/", b"ppt/", b"content.xml")
_BY_TYPE = (
    (re.compile(rb"wordprocessingml\.(document|template)\.main|ms-word\.(document|template)\.macroEnabled"), "word"),
    (re.compile(rb"spreadsheetml\.(sheet|template)\.main|ms-excel\.(sheet|template|addin)\.(macroEnabled|binary)"),
     "excel"),
    (re.compile(rb"presentationml\.(presentation|slideshow|template)\.main|ms-powerpoint\.\w+\.macroEnabled"),
     "powerpoint"),
)  # fmt: skip
_BY_MIME = {
    b"application/vnd.oasis.opendocument.text": "odt",
    b"application/vnd.oasis.opendocument.spreadsheet": "ods",
    b"application/vnd.oasis.opendocument.presentation": "odp",
    b"application/vnd.oasis.opendocument.graphics": "odp",
    b"application/vnd.sun.xml.writer": "odt",
    b"application/vnd.sun.xml.calc": "ods",
    b"application/vnd.sun.xml.impress": "odp",
}
_BY_NAME = (("word/", "word"), ("xl/", "excel"), ("ppt/", "powerpoint"))


def family(data: bytes) -> str:
    """Return "word", "excel", "powerpoint", "odt", "ods" or "odp", or "" for what is no office package; quick."""
    if not data.startswith(_ENTRY) or not any(mark in data[:_NEAR] or mark in data[-_FAR:] for mark in _MARKS):
        return ""
    return Package(data).family


class Package:
    """The parts of a package; raises DamagedFile where it is none.

    Names are found whatever their case, as the standard has it. `broken` gathers the names of parts that
    are there in part only; "" stands for the package's directory.
    """

    def __init__(self, data: bytes) -> None:
        if not data.startswith(_ENTRY):
            raise damaged(Why.NOT_OF_ITS_KIND)
        self._data = data
        self._zip: zipfile.ZipFile | None = None
        self._room = _ALL
        self.broken: set[str] = set()
        self._places: dict[str, tuple[str, int, zipfile.ZipInfo | None]] = {}  # by name in lower case
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
            for entry in self._zip.infolist()[:_ENTRIES]:
                self._place(entry.filename, entry.header_offset, entry)
        except _BROKEN:
            self.broken.add("")
        if not self._places:
            for name, place in _salvaged(data):
                self._place(name, place, None)

    def _place(self, name: str, place: int, entry: zipfile.ZipInfo | None) -> None:
        name = name.replace("\\", "/").lstrip("/")
        self._places.setdefault(name.lower(), (name, place, entry))

    @property
    def names(self) -> list[str]:
        return [name for name, _, _ in self._places.values()]

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._places

    @property
    def family(self) -> str:
        """What kind of office file this is; empty for another."""
        kind = self.read("mimetype", 200) or b""
        for mime, name in _BY_MIME.items():
            if kind.strip() in (mime, mime + b"-template"):
                return name
        types = self.read("[Content_Types].xml", 4 << 20) or b""
        for pattern, name in _BY_TYPE:
            if pattern.search(types):
                return name
        if types or "" in self.broken or "_rels/.rels" in self:
            for folder, name in _BY_NAME:
                if any(key.startswith(folder) for key in self._places):
                    return name
        return ""

    def size(self, name: str) -> int:
        """Bytes of a part as the directory says; 0 where it is not there or not known."""
        found = self._places.get(name.lower())
        return found[2].file_size if found and found[2] else 0

    def read(self, name: str, most: int = MOST) -> bytes | None:
        """Return a part, what is left of it where it is broken, or None; raises MemoryError for one over `most`."""
        found = self._places.get(name.lower())
        if found is None:
            return None
        own, place, entry = found
        most = min(most, self._room)
        data: bytes | None = None
        if entry is not None and self._zip is not None:
            if entry.file_size > most:
                raise MemoryError
            try:
                with self._zip.open(entry) as file:
                    data = file.read(most + 1)
            except _BROKEN:
                data = None
        if data is None:
            self.broken.add(own)
            data = _inflated(self._data, place, most)
        if len(data) > most:
            raise MemoryError
        self._room -= len(data)
        return data or (None if own in self.broken else b"")


def rebuilt(parts: dict[str, bytes]) -> bytes:
    """Return a sound package of these parts; stored as they are, since it is read at once."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as package:
        for name, data in parts.items():
            package.writestr(zipfile.ZipInfo(name), data)
    return file.getvalue()


def _salvaged(data: bytes) -> Iterator[tuple[str, int]]:
    """Find the entries of a package without a directory, by their own headers."""
    at = 0
    for _ in range(_ENTRIES):
        at = data.find(_ENTRY, at)
        if at < 0 or at + 30 > len(data):
            return
        flags, _method, packed, length, more = _header(data, at)
        name = data[at + 30 : at + 30 + length]
        if length and not name.endswith(b"/"):
            yield name.decode("utf-8" if flags & 0x800 else "cp437", "replace"), at
        # Where the size stands behind the data, entries inside a stored package are found, too; the first name wins.
        at += 30 + length + more + (0 if flags & 8 else packed)


def _header(data: bytes, at: int) -> tuple[int, int, int, int, int]:
    """Return flags, method, packed size and the lengths of name and extra field of an entry."""
    flags, method, _time, _crc, packed, _size, length, more = struct.unpack_from("<HHIIIIHH", data, at + 6)
    return flags, method, packed, length, more


def _inflated(data: bytes, at: int, most: int) -> bytes:
    """Return what can be unpacked of the entry whose header is at `at`, b"" where nothing can."""
    try:
        flags, method, packed, length, more = _header(data, at)
    except struct.error:
        return b""
    start = at + 30 + length + more
    if flags & 1 or method not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return b""
    if method == zipfile.ZIP_STORED:
        end = data.find(b"PK\x07\x08", start) if flags & 8 else start + packed
        return data[start : end if end >= 0 else len(data)]
    unpacking = zlib.decompressobj(-15)
    found: list[bytes] = []
    size = 0
    for begin in range(start, len(data), 4096):
        try:
            piece = unpacking.decompress(data[begin : begin + 4096], most + 1 - size)
        except zlib.error:
            break
        found.append(piece)
        size += len(piece)
        if unpacking.eof or size > most:
            break
    return b"".join(found)

"""Outlook's wrapping of a mail for itself (winmail.dat, TNEF) → Document: the text, and the files as its parts.

What is inside is a message as in Outlook's own files, written in another way; here it is only taken
apart into the folders that those have, and msg.py reads them.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from typing import Any

from app.documents import msg
from app.documents.source import Source, Why, damaged
from app.types import Document

_MAGIC = b"\x78\x9f\x3e\x22"
_SUBJECT, _BODY, _SENT, _CLASS = 0x8004, 0x800C, 0x8005, 0x8008
_PROPERTIES, _PEOPLE, _CODEPAGE = 0x9003, 0x9004, 0x9007
_NEW_FILE, _FILE_TITLE, _FILE_DATA, _FILE_PROPERTIES = 0x9002, 0x8010, 0x800F, 0x9005
# Bytes of the values of fixed size, by their type, filled up to four; the others say their length.
_SIZES = {0x01: 4, 0x02: 4, 0x03: 4, 0x04: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x0A: 4, 0x0B: 4, 0x14: 8, 0x40: 8, 0x48: 16}
_LONG = frozenset((0x0D, 0x1E, 0x1F, 0x102))
_MANY, _NAMED, _BINARY, _OBJECT = 0x1000, 0x8000, 0x0102, 0x000D
_MOST = 4096  # properties and files of one message, more than any has
_DEEP = 8  # messages in messages
_SAMPLE = (
    _MAGIC + b"\x01\x00"
    + b"\x01\x04\x80\x01\x00\x02\x00\x00\x00S\x00S\x00"
    + b"\x01\x0c\x80\x02\x00\x05\x00\x00\x00Body\x00\x00\x00"
    + b"\x02\x02\x90\x06\x00\x00\x00\x00\x00\x00\x00"
    + b"\x02\x10\x80\x01\x00\x06\x00\x00\x00a.txt\x00\x00\x00"
    + b"\x02\x0f\x80\x06\x00\x01\x00\x00\x00aa\x00"
)  # fmt: skip


class TnefLoader:
    """Reads what arrives as winmail.dat where a mail was sent from Outlook to another program."""

    kind = "tnef"
    suffixes = frozenset({".tnef"})
    paged = False

    def samples(self) -> list[bytes]:
        return [_SAMPLE]

    def claims(self, data: bytes) -> bool:
        return data.startswith(_MAGIC)

    def load(self, source: Source) -> Document:
        if not self.claims(source.data):
            raise damaged(Why.NOT_OF_ITS_KIND)
        wrapping = _Wrapping(source.data, 0)
        trouble = "The file is cut short or broken; what is behind that place is missing." if wrapping.broken else ""
        return msg.document(self.kind, msg.Message(wrapping.folder, msg.TOP, wrapping.codec), trouble)


class _Wrapping:
    """One message, taken apart."""

    def __init__(self, data: bytes, depth: int) -> None:
        self.broken = False
        self.codec = ""
        self._depth = depth
        self._own = _Folder("", msg.INNER if depth else msg.TOP)
        self._files: list[_Folder] = []
        self._people: list[_Folder] = []
        for name, value in self._attributes(data):
            try:
                self._take(name, value)
            except (struct.error, ValueError):
                self.broken = True

    @property
    def folder(self) -> Any:
        return self._own.storage([*self._files, *self._people])

    def _attributes(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        """Yield number and bytes of each attribute, as far as they go."""
        at = 6
        while at + 9 <= len(data):
            number, size = struct.unpack_from("<xHxxI", data, at)
            end = at + 9 + size
            if data[at] not in (1, 2) or end > len(data):
                self.broken = True
                if data[at] not in (1, 2):
                    return
            yield number, data[at + 9 : end]
            at = end + 2  # a checksum

    def _take(self, number: int, value: bytes) -> None:
        if number == _CODEPAGE:
            self.codec = msg.codec_of(int.from_bytes(value[:4], "little"))
        elif number == _SUBJECT:
            self._own.add(0x1E, 0x0037, value)
        elif number == _BODY:
            self._own.add(0x1E, 0x1000, value)
        elif number == _CLASS:
            self._own.add(0x1E, 0x001A, value)
        elif number == _PROPERTIES:
            self._fill(self._own, value, 0)
        elif number == _PEOPLE:
            at = 4
            for index in range(min(int.from_bytes(value[:4], "little"), _MOST)):
                self._people.append(_Folder(f"__recip_version1.0_#{index:08X}", msg.BELOW))
                at = self._fill(self._people[-1], value, at)
        elif number == _NEW_FILE and len(self._files) < _MOST:
            self._files.append(_Folder(f"__attach_version1.0_#{len(self._files):08X}", msg.BELOW))
        elif self._files and number == _FILE_TITLE:
            self._files[-1].add(0x1E, 0x3704, value)
        elif self._files and number == _FILE_DATA:
            self._files[-1].add(_BINARY, 0x3701, value)
        elif self._files and number == _FILE_PROPERTIES:
            self._fill(self._files[-1], value, 0)

    def _fill(self, folder: _Folder, data: bytes, at: int) -> int:
        """Put a list of properties into a folder and return where it ends; raises struct.error or ValueError."""
        (count,) = struct.unpack_from("<I", data, at)
        at += 4
        for _ in range(min(count, _MOST)):
            kind, identifier = struct.unpack_from("<HH", data, at)
            at += 4
            if identifier >= _NAMED:
                (by_name,) = struct.unpack_from("<I", data, at + 16)
                (word,) = struct.unpack_from("<I", data, at + 20)
                at += 24 + (_filled(word) if by_name else 0)
            single = kind & ~_MANY
            values = 1
            if kind & _MANY or single in _LONG:
                (values,) = struct.unpack_from("<I", data, at)
                at += 4
            for _each in range(values):
                size = _SIZES.get(single)
                if size is None:
                    if single not in _LONG:
                        raise ValueError("an unknown type")
                    (size,) = struct.unpack_from("<I", data, at)
                    at += 4
                if at + size > len(data):
                    raise ValueError("cut short")
                if identifier < _NAMED and not kind & _MANY:
                    self._property(folder, single, identifier, data[at : at + size])
                at += _filled(size)
        return at

    def _property(self, folder: _Folder, kind: int, identifier: int, value: bytes) -> None:
        if kind == _OBJECT and identifier == 0x3701:
            inner = value[16:]  # behind the name of its interface
            if inner.startswith(_MAGIC) and self._depth < _DEEP:
                wrapping = _Wrapping(inner, self._depth + 1)
                self.broken = self.broken or wrapping.broken
                folder.inner = wrapping.folder
            else:
                folder.add(_BINARY, identifier, inner)
        else:
            folder.add(kind, identifier, value)


class _Folder:
    """A folder as in Outlook's own files: properties of fixed size in rows, the others in streams."""

    def __init__(self, name: str, before: int) -> None:
        self._name = name
        self._before = before  # bytes before the first property
        self._rows: list[bytes] = []
        self._streams: dict[str, bytes] = {}
        self.inner: Any = None

    def add(self, kind: int, identifier: int, value: bytes) -> None:
        if kind in _SIZES:
            self._rows.append(struct.pack("<HHI", kind, identifier, 0) + value[:8].ljust(8, b"\x00"))
        else:
            self._streams.setdefault(f"__substg1.0_{identifier:04X}{kind:04X}", value)

    def storage(self, folders: Sequence[_Folder] = ()) -> Any:
        from oxmsg.storage import Storage, Stream

        streams = {msg.STREAM: bytes(self._before) + b"".join(self._rows), **self._streams}
        inner = [each.storage() for each in folders]
        if self.inner is not None:
            self.inner.path = msg.MESSAGE
            inner.append(self.inner)
        return Storage(self._name, tuple(Stream(name, data) for name, data in streams.items()), tuple(inner))


def _filled(size: int) -> int:
    return (size + 3) // 4 * 4

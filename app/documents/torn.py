"""Takes files out of a ZIP archive whose directory is missing or broken, as after a download that was cut off."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

_START = b"PK\x03\x04"
_FIELDS = struct.Struct("<4sHHHHHIIIHH")
_STORED, _DEFLATED = 0, 8
_LOCKED, _UTF8 = 0x1, 0x800
_CHUNK = 1 << 16
_MOST = 100_000  # places that look like the start of a file


def files(data: bytes, most: int) -> Iterator[tuple[str, bytes | None]]:
    """Yield the name and the bytes of each file that is whole; None for one that is not or cannot be opened.

    No more than `most` bytes are unpacked for one file, nor for all together.
    """
    at = data.find(_START)
    for _ in range(_MOST):
        if at < 0 or at + _FIELDS.size > len(data):
            return
        _, _, flags, method, _, _, check, packed, size, name_size, extra_size = _FIELDS.unpack_from(data, at)
        begin = at + _FIELDS.size + name_size + extra_size
        raw = data[at + _FIELDS.size : at + _FIELDS.size + name_size]
        name = raw.decode("utf-8", "replace") if flags & _UTF8 else _decoded(raw)
        content, end = (None, begin) if flags & _LOCKED else _content(data, begin, method, packed, size, most)
        if content is not None and check and zlib.crc32(content) != check:
            content = None
        if content is not None:
            most -= len(content)
        if name and not name.endswith("/"):
            yield name, content
        at = data.find(_START, max(end, at + 4))


def _content(data: bytes, begin: int, method: int, packed: int, size: int, most: int) -> tuple[bytes | None, int]:
    """Return a file's bytes, or None, and where it ends."""
    if method == _STORED and packed == size and begin + size <= len(data) and size <= most:
        return data[begin : begin + size], begin + size
    if method != _DEFLATED:
        return None, begin
    unpacking = zlib.decompressobj(-15)
    pieces, left, at = [], most, begin
    try:
        while not unpacking.eof and at < len(data):
            chunk = data[at : at + _CHUNK]
            pieces.append(unpacking.decompress(chunk, left + 1))
            left -= len(pieces[-1])
            if left < 0:
                return None, begin
            at += len(chunk)
    except zlib.error:
        return None, begin
    return (b"".join(pieces), at - len(unpacking.unused_data)) if unpacking.eof else (None, begin)


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeError:
        return raw.decode("cp437")

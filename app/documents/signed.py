"""Signed files (P7M) → what was signed, as a part; knows the envelope alone, and checks no signature.

The envelope is CMS (RFC 5652), in practice often in BER's forms of unknown length, which the libraries
at hand do not take apart.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator

from app.documents import mime
from app.documents.source import Source, Why, damaged
from app.documents.text import decoded
from app.errors import UnsupportedFile
from app.types import Document, Page, Part, Status

_SIGNED = bytes.fromhex("06092a864886f70d010702")  # the object identifiers of the kinds of content
_SEALED = (bytes.fromhex("06092a864886f70d010703"), bytes.fromhex("060b2a864886f70d0109100117"))
_TEXT_FORM = re.compile(rb"\s*-----BEGIN [A-Z0-9 ]+-----([A-Za-z0-9+/=\s]+)")
_DEEP = 16
_SEQUENCE, _OCTETS, _WRAPPED = 0x30, 0x04, 0xA0
_SAMPLE = bytes.fromhex(
    "3080" + _SIGNED.hex() + "a080" "3080" "020101" "3100" "3080" "06092a864886f70d010701"
    "a080" "2480" "0402" "4869" "0000" "0000" "0000" "0000" "0000" "0000"
)  # fmt: skip


class SignedLoader:
    """Reads files that hold another one and its signature."""

    kind = "signed"
    suffixes = frozenset({".p7m"})
    paged = False

    def samples(self) -> list[bytes]:
        return [_SAMPLE]

    def claims(self, data: bytes) -> bool:
        return data[:1] == b"\x30" and (_SIGNED in data[:32] or any(kind in data[:32] for kind in _SEALED))

    def load(self, source: Source) -> Document:
        data = binary(source.data)
        if is_sealed(data):
            reason = "The file is encrypted for those it was sent to; Carrel cannot open it."
            return Document(self.kind, "", (Page(None, "", Status.LOCKED, reason),))
        inside = source.data if _is_entity(source.data) else content(data)
        if inside is None:
            raise damaged(Why.NOT_OF_ITS_KIND)
        if not inside:
            reason = "The file holds a signature and not what was signed with it."
            return Document(self.kind, "", (Page(None, "", Status.EMPTY, reason),))
        part = Part("signed content" + _suffix(inside), inside)
        return Document(self.kind, "", (Page(None, f"Signed file with {part.name}"),), (part,))


def binary(data: bytes) -> bytes:
    """Return the envelope's bytes where a file holds them written in letters."""
    form = _TEXT_FORM.match(data)
    letters = form[1] if form else data if re.match(rb"M[A-P][A-Za-z0-9+/\s]{60}", data) else b""
    if letters:
        try:
            return binascii.a2b_base64(letters)
        except binascii.Error:
            return data
    return data


def is_sealed(data: bytes) -> bool:
    """Whether the envelope is one that only its receiver can open."""
    return data[:1] == b"\x30" and any(kind in data[:32] for kind in _SEALED)


def content(data: bytes) -> bytes | None:
    """Return what was signed, b"" where the signature stands alone; None where this is no signed envelope."""
    try:
        parts = list(_inside(data, 0, 2))
        if len(parts) < 2 or not data.startswith(_SIGNED, parts[0]):
            return None
        signed = next(_inside(data, parts[1], 1))
        # Version, ways of signing, content, certificates, signatures.
        wrapped = list(_inside(data, list(_inside(data, signed, 3))[2], 2))
        if len(wrapped) < 2:
            return b""
        return b"".join(_octets(data, next(_inside(data, wrapped[1], 1)), 0))
    except (ValueError, IndexError, StopIteration):
        return None


def _is_entity(data: bytes) -> bool:
    """Whether the file is no envelope but a signed mail's text and signature side by side, as Outlook keeps them."""
    return data[:200].lstrip().lower().startswith(b"content-type:") and b"multipart/signed" in data[:1000].lower()


def _head(data: bytes, at: int) -> tuple[int, int, int | None]:
    """Return the tag of an element, where its content starts and how long it is; None for until its end mark."""
    tag, size = data[at], data[at + 1]
    if tag & 31 == 31:
        raise ValueError("a tag of more than one byte")
    if size < 128:
        return tag, at + 2, size
    if size == 128:
        return tag, at + 2, None
    more = size & 127
    if more > 8:
        raise ValueError("a length beyond all files")
    return tag, at + 2 + more, int.from_bytes(data[at + 2 : at + 2 + more], "big")


def _end(data: bytes, at: int) -> int:
    """Return where an element ends, or the data where it is cut short."""
    _, position, size = _head(data, at)
    if size is not None:
        return min(position + size, len(data))
    depth = 1
    while depth:
        if data[position : position + 2] == b"\x00\x00":
            depth, position = depth - 1, position + 2
            continue
        _, start, size = _head(data, position)
        depth, position = (depth + 1, start) if size is None else (depth, start + size)
    return position


def _inside(data: bytes, at: int, most: int) -> Iterator[int]:
    """Yield where the first elements inside of one begin."""
    tag, position, size = _head(data, at)
    if not tag & 0x20:
        raise ValueError("nothing can be inside")
    end = len(data) if size is None else min(position + size, len(data))
    for number in range(most):
        if position >= end or (size is None and data[position : position + 2] == b"\x00\x00"):
            return
        yield position
        if number + 1 < most:
            position = _end(data, position)


def _octets(data: bytes, at: int, depth: int) -> Iterator[bytes]:
    """Yield the pieces of a string of bytes."""
    tag, position, size = _head(data, at)
    if tag not in (_OCTETS, _OCTETS | 0x20) or depth > _DEEP:
        raise ValueError("no string of bytes")
    if tag == _OCTETS:
        if size is None:
            raise ValueError("a piece without a length")
        yield data[position : position + size]
        return
    end = len(data) if size is None else min(position + size, len(data))
    while position < end and not (size is None and data[position : position + 2] == b"\x00\x00"):
        yield from _octets(data, position, depth + 1)
        position = _end(data, position)


def _suffix(data: bytes) -> str:
    """Return the suffix for what was signed, where it is text, which its bytes alone do not tell apart."""
    start = data[:1000].lstrip().lower()
    if mime.is_message(data) or start.startswith(b"content-type:"):
        return ".eml"
    if data.startswith(b"%PDF"):
        return ".pdf"
    if start.startswith((b"<!doctype html", b"<html")):
        return ".html"
    if start.startswith(b"<?xml"):
        return ".xml"
    try:
        return ".txt" if decoded(data[:4096]) else ".bin"
    except UnsupportedFile:
        return ".bin"

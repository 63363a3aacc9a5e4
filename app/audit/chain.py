"""The chain of an audit log: entries sealed one behind the other, so that none fits in another place.

Owns the form of `audit.log`. Its first line holds the number of its first entry and 16 random bytes, then comes a line
an entry: the number, and in base64 a nonce, the entry under AES-256-GCM and its tag. Authenticated with each entry are
its number and the tag of the one before (the random bytes, for the first), so an entry that is changed, taken out, put
in, moved or brought from another log does not fit, and its number is known. Entries are padded: a line's length says
little about what is in it. Must not know what an entry says.
"""

from __future__ import annotations

import base64
import binascii
import re
import secrets
import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_TAG = 16
_NONCE = 12
_PADDING = 256  # bytes
_LINE = 64 * 1024 * 1024  # bytes; no entry is longer, and no more of a foreign file is read at once
_PLACE = struct.Struct(">8sQ16s")  # what is authenticated with an entry
_FIRST_LINE = re.compile(rb"carrel-audit 1 (\d{1,15}) ([0-9a-f]{32})\n")
_ENTRY_LINE = re.compile(rb"(\d{1,15}) ([A-Za-z0-9+/=]+)\n")


@dataclass(slots=True)
class Chain:
    """The sound entries of a log, from its first line on."""

    first: int = 1
    start: bytes = b""
    tags: bytearray = field(default_factory=bytearray)
    size: int = 0  # bytes of the file up to the end of the last sound entry
    fault: str = ""  # what stands after them, where it is not the end
    torn: bool = False  # the last line has no end

    @property
    def last(self) -> int:
        """The number of the last entry; one below the first where there is none."""
        return self.first + len(self.tags) // _TAG - 1

    def tag(self, number: int) -> bytes:
        """The tag of an entry, or for the one before the first the random bytes."""
        place = (number - self.first) * _TAG
        return self.start if place < 0 else bytes(self.tags[place : place + _TAG])

    @property
    def head(self) -> str:
        """The last entry by number and tag."""
        return f"{self.last}:{self.tag(self.last).hex()}"

    @property
    def first_line(self) -> bytes:
        """The line before all entries."""
        return b"carrel-audit 1 %d %s\n" % (self.first, self.start.hex().encode())

    def add(self, line: bytes, tag: bytes) -> None:
        """Take in the entry that comes next."""
        self.tags += tag
        self.size += len(line)


def begun(first: int = 1) -> Chain:
    """Return a chain without an entry that begins at this number."""
    chain = Chain(first, secrets.token_bytes(_TAG))
    chain.size = len(chain.first_line)
    return chain


class Cipher:
    """Seals and opens entries under one key; usable from any thread."""

    def __init__(self, key: bytearray) -> None:
        """Take a key of 32 bytes, which stays the caller's."""
        self._cipher = AESGCM(key)

    def line(self, data: bytes, chain: Chain) -> tuple[bytes, bytes]:
        """Return the line of an entry that comes next in `chain`, and its tag; ValueError where it is too long."""
        data += b" " * (-len(data) % _PADDING)
        number, nonce = chain.last + 1, secrets.token_bytes(_NONCE)
        sealed = nonce + self._cipher.encrypt(nonce, data, _PLACE.pack(b"carrel-1", number, chain.tag(number - 1)))
        line = b"%d %s\n" % (number, base64.b64encode(sealed))
        if len(line) >= _LINE:
            raise ValueError("an entry that is too long")
        return line, sealed[-_TAG:]

    def follow(self, path: Path) -> Chain:
        """Follow the chain of a log as far as it is sound."""
        chain = Chain()
        with path.open("rb") as stream:
            first = first_of(stream)
            if first is None:
                chain.fault = f"The audit log ({path.name}) does not begin as one: it was exchanged or damaged."
                return chain
            chain.first, chain.start = first
            chain.size = stream.tell()
            while line := stream.readline(_LINE):
                if not line.endswith(b"\n") and len(line) < _LINE:
                    chain.torn = True
                    break
                number = chain.last + 1
                sealed = _sealed(line)
                authentic = sealed and self._opened(sealed[1], number, chain.tag(number - 1)) is not None
                if sealed is None or not authentic or sealed[0] != number:  # no key seals the number in the line
                    chain.fault = _misfit(number, sealed[0] if sealed and not authentic else None)
                    break
                chain.add(line, sealed[1][-_TAG:])
        return chain

    def next(self, stream: BinaryIO, number: int, before: bytes) -> tuple[bytes, bytes] | None:
        """Return what is in the entry at which `stream` stands, and its tag; None where it is another or not sound.

        `before` is the tag of the entry before.
        """
        sealed = _sealed(stream.readline(_LINE))
        data = self._opened(sealed[1], number, before) if sealed and sealed[0] == number else None
        return None if sealed is None or data is None else (data, sealed[1][-_TAG:])

    def _opened(self, sealed: bytes, number: int, before: bytes) -> bytes | None:
        """Return what is in an entry, or None where it is not authentic in this place."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], _PLACE.pack(b"carrel-1", number, before))
        except InvalidTag:
            return None


def first_of(stream: BinaryIO) -> tuple[int, bytes] | None:
    """Return what the first line of a log says: the number of its first entry and the random bytes; None for none."""
    found = _FIRST_LINE.fullmatch(stream.readline(_LINE))
    return (int(found[1]), bytes.fromhex(found[2].decode())) if found else None


def _sealed(line: bytes) -> tuple[int, bytes] | None:
    """Return the number and the sealed bytes of a line, None where it is no entry's."""
    found = _ENTRY_LINE.fullmatch(line)
    if not found:
        return None
    try:
        sealed = base64.b64decode(found[2], validate=True)
    except binascii.Error:
        return None
    # Base64 lets the last bits of a group be anything; only the line that was written is taken.
    if base64.b64encode(sealed) != found[2] or len(sealed) < _NONCE + _TAG or found[1].startswith(b"0"):
        return None
    return int(found[1]), sealed


def _misfit(number: int, found: int | None) -> str:
    """The sentence for a line that is not the entry expected there."""
    rest = "What follows it cannot be vouched for."
    if found is None or found == number:
        return f"Entry {number} of the audit log was changed. {rest}"
    if found > number:
        missing = f"Entry {number} is" if found == number + 1 else f"The entries {number} to {found - 1} are"
        return f"{missing} missing from the middle of the audit log. {rest}"
    return f"Where entry {number} of the audit log should be, entry {found} was put. {rest}"

"""A folder sealed into one file: AES-256-GCM, in chunks, each bound to its place and to the end.

Owns the file format. Must not know what the folder holds. The key of each sealing is derived with a
fresh random salt, so no nonce is ever used twice under one key. A chunk's nonce is its number and
whether it is the last (the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár 2015), so
chunks cannot be dropped, swapped or cut off.

Layout: magic 8, salt 32, then chunks of 4 MiB each with its 16-byte tag. Inside: 4 bytes of length
and a JSON list of notes and files (name, size), then the files' bytes one after the other.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import struct
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.paths import sync_folder
from app.vault.keys import subkey, wipe

_MAGIC = b"CARRELX1"
_SALT = 32
_TAG = 16
CHUNK = 4 * 1024 * 1024
_LENGTH = struct.Struct(">I")
_NONCE = struct.Struct(">3xQ?")


class SealBroken(Exception):
    """The sealed file was not made with this key, or not all of it is as it was."""


def seal(folder: Path, target: Path, key: bytearray, notes: dict[str, Any]) -> None:
    """Write all of `folder` and `notes` into the file `target`, whole or not at all; raises OSError."""
    draft = target.with_name(f"{target.name}.new")
    try:
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
            stream.writelines(encrypted(key, _packed(folder, notes)))
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(target)
    finally:
        with contextlib.suppress(FileNotFoundError):
            draft.unlink()
    sync_folder(target.parent)


def unseal(source: Path, folder: Path, key: bytearray) -> dict[str, Any]:
    """Write what `source` holds into the existing empty `folder` and return the notes.

    Raises SealBroken and OSError; what was written until then is for the caller to remove.
    """
    with source.open("rb") as stream:
        reader = Reader(decrypted(stream, key))
        (size,) = _LENGTH.unpack(reader.exactly(_LENGTH.size))
        index = json.loads(reader.exactly(size))
        for name, size in index["files"]:
            path = folder / PurePosixPath(name)
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
                out.writelines(reader.parts(size))
        reader.end()
    notes = index["notes"]
    assert isinstance(notes, dict)
    return notes


def _packed(folder: Path, notes: dict[str, Any]) -> Iterator[bytes]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    sizes = [(path.relative_to(folder).as_posix(), path.stat().st_size) for path in files]
    index = json.dumps({"notes": notes, "files": sizes}).encode()
    yield _LENGTH.pack(len(index))
    yield index
    for path, (_, size) in zip(files, sizes, strict=True):
        with path.open("rb") as stream:
            left = size
            while left:
                part = stream.read(min(left, CHUNK))
                if not part:
                    raise OSError(f"{path.name} became shorter while it was sealed")
                left -= len(part)
                yield part


def encrypted(key: bytearray, parts: Iterator[bytes]) -> Iterator[bytes]:
    """Yield `parts` as a sealed stream, which `decrypted` opens with the same key."""
    salt = secrets.token_bytes(_SALT)
    header = _MAGIC + salt
    own = subkey(key, "seal", salt=salt)
    cipher = AESGCM(own)
    wipe(own)
    yield header
    waiting = bytearray()
    number = 0
    for part in parts:
        waiting += part
        while len(waiting) > CHUNK:  # the last chunk is never written here: it needs its mark
            yield cipher.encrypt(_nonce(number), bytes(waiting[:CHUNK]), header)
            del waiting[:CHUNK]
            number += 1
    yield cipher.encrypt(_nonce(number, last=True), bytes(waiting), header)


def decrypted(stream: BinaryIO, key: bytearray) -> Iterator[bytes]:
    """Yield what `encrypted` was given, from where `stream` stands to its end; raises SealBroken."""
    header = stream.read(len(_MAGIC) + _SALT)
    if len(header) != len(_MAGIC) + _SALT or not header.startswith(_MAGIC):
        raise SealBroken
    own = subkey(key, "seal", salt=header[len(_MAGIC) :])
    cipher = AESGCM(own)
    wipe(own)
    number = 0
    chunk = stream.read(CHUNK + _TAG)
    while True:
        following = stream.read(CHUNK + _TAG)
        try:
            yield cipher.decrypt(_nonce(number, last=not following), chunk, header)
        except InvalidTag:
            raise SealBroken from None
        if not following:
            return
        chunk = following
        number += 1


def _nonce(number: int, *, last: bool = False) -> bytes:
    return _NONCE.pack(number, last)


class Reader:
    """Chunks as one stream; what is missing or too much in it raises SealBroken."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._rest = b""

    def parts(self, size: int) -> Iterator[bytes]:
        """Yield the next `size` bytes."""
        while size:
            if not self._rest:
                self._rest = next(self._chunks, b"")
                if not self._rest:
                    raise SealBroken
            part, self._rest = self._rest[:size], self._rest[size:]
            size -= len(part)
            yield part

    def exactly(self, size: int) -> bytes:
        """Return the next `size` bytes."""
        return b"".join(self.parts(size))

    def end(self) -> None:
        """See that nothing follows."""
        if self._rest or next(self._chunks, b""):
            raise SealBroken

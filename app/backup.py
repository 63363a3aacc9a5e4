"""A whole library in one encrypted file, and back.

Owns the file format and the order of steps. Must not know what the matters hold.

Layout: magic 8, 4 bytes of length, `vault.json` as it was, then a stream as in `store/sealed.py` under the vault's key
for backups. `vault.json` is the only part in the clear and holds no names; whoever opens it with the passphrase or the
recovery key has the key of the stream. Inside the stream: 4 bytes of length and a JSON list of what follows, with the
hash of `vault.json`, then the audit log and the database of each matter, as they lie on the disk: encrypted with their
own keys. So no plaintext exists at any moment, neither when a backup is made nor when it is brought back. The vector
index is not in it; it is made anew from the databases.

A backup is of its time. It opens with the passphrase and the recovery key that the library had when it was made, also
after they were changed, and brings back documents and matters that were deleted since; the audit log ends where it
ended then, and with the entry that says it was restored. That is why the program remembers the backups that it made
and offers to delete them with what they hold.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import re
import secrets
import shutil
import struct
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from app import audit as audits
from app.audit import Audit
from app.errors import (
    BackupDamaged,
    LibraryBusy,
    LibraryDamaged,
    LibraryExists,
    MissingPath,
    NoLibrary,
    UnreadableFile,
    UnwritableFile,
)
from app.lock import Lock
from app.paths import sync_folder, telling
from app.store.closed import closed_copying, settle
from app.store.sealed import CHUNK, Reader, SealBroken, decrypted, encrypted
from app.store.store import DATABASE, Store
from app.types import BackupCopy
from app.vault import vault as vaults
from app.vault.keys import wipe
from app.vault.vault import MATTERS, Vault

FORMAT = 1
_MAGIC = b"CARRELB1"
_LENGTH = struct.Struct(">I")
_SMALL = 64 * 1024 * 1024  # bytes; no longer vault.json or list is read
_NAMES = re.compile(
    rf"{re.escape(audits.LOG)}|{re.escape(audits.HEAD)}|audit-\d{{1,9}}\.broken"
    rf"|{MATTERS}/[0-9a-f]{{32}}/{re.escape(DATABASE)}(-wal)?"
)
_STALE = re.compile(r"\.restoring-[0-9a-f]{16}")

# Making one


def make(
    vault: Vault, audit: Audit, stores: Mapping[str, Store], target: Path, *, replace: bool = False
) -> Iterator[float]:
    """Write a backup of all matters to `target`, read it back, and only then let it count; yields from 0 to 1.

    `stores` are the matters that are open, by id. Until the end adding to them waits and searching goes on. There is a
    file at `target` either when all is done, or never. Raises LibraryDamaged where a matter is damaged (a backup of it
    would be worth nothing), UnwritableFile, DiskFull. `replace` allows for a file that is there.
    """
    target = target.absolute()
    _check_target(vault, target, replace=replace)
    draft = target.with_name(f".carrel-{vault.id}.part")
    with telling(UnwritableFile), contextlib.ExitStack() as stack:
        matters = [matter.id for matter in vault.matters()]
        files: dict[str, Path] = {}
        for number, matter in enumerate(matters):
            for path in stack.enter_context(_held(vault, matter, stores.get(matter))):
                files[f"{MATTERS}/{matter}/{path.name}"] = path
            yield 0.1 * (number + 1) / len(matters)
        # From here on nobody else is at it, so that a draft must be what an earlier run left.
        draft.unlink(missing_ok=True)
        stack.callback(draft.unlink, missing_ok=True)
        opened = (vault.folder / vaults.NAME).read_bytes()
        made = time.time()
        about = {"format": FORMAT, "vault": hashlib.sha256(opened).hexdigest(), "made": made, "matters": matters}
        size = yield from _write(draft, opened, about, vault, _Contents(audit, vault.folder, files))
        yield from _read_back(draft, vault, size)
        _count(vault, BackupCopy(str(target), made, tuple(matters)), lambda: _publish(draft, target, replace=replace))
    audit.record("backup made", matters=len(matters), bytes=size)
    yield 1.0


def _check_target(vault: Vault, target: Path, *, replace: bool) -> None:
    if target.resolve().is_relative_to(vault.folder.resolve()):
        raise UnwritableFile(reason="a backup inside the library's own folder would be lost together with it")
    if target.is_dir() or (target.exists() and not replace):
        raise UnwritableFile(reason=f"there is already something at {target}")


@contextlib.contextmanager
def _held(vault: Vault, matter: str, store: Store | None) -> Iterator[list[Path]]:
    """Check a matter's database and hold it still."""
    if store is not None:
        store.verify()
        with store.copying() as paths:
            yield paths
        return
    key = vault.matter_key(matter)
    try:
        with closed_copying(vault.matter_folder(matter), key) as paths:
            yield paths
    finally:
        wipe(key)


class _Contents:
    """What goes into the stream, with the sizes that it has now."""

    def __init__(self, audit: Audit, folder: Path, files: dict[str, Path]) -> None:
        # The log after the databases are held: it knows everything that they do.
        log, self._head = audit.snapshot()
        aside = {path.name: path for path in sorted(folder.glob("audit-*.broken"))}
        self._paths = {audits.LOG: folder / audits.LOG, **aside, **files}
        self.sizes = {audits.HEAD: len(self._head), audits.LOG: log}
        self.sizes |= {name: path.stat().st_size for name, path in {**aside, **files}.items()}

    def parts(self) -> Iterator[bytes]:
        """Yield the content of all files in the order of `sizes`."""
        for name, size in self.sizes.items():
            if name == audits.HEAD:
                yield self._head
            else:
                yield from _exactly(self._paths[name], size)


def _exactly(path: Path, size: int) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while size:
            part = stream.read(min(size, CHUNK))
            if not part:
                raise LibraryDamaged(reason="a file of it became shorter while it was copied")
            size -= len(part)
            yield part


def _write(
    draft: Path, opened: bytes, about: dict[str, Any], vault: Vault, contents: _Contents
) -> Generator[float, None, int]:
    """Write all into `draft`, yielding how far it is; returns the size of the file."""
    index = json.dumps({**about, "files": list(contents.sizes.items())}).encode()
    total = sum(contents.sizes.values()) + len(index) + 1
    key = vault.key("backup")

    def plain() -> Iterator[bytes]:
        yield _LENGTH.pack(len(index)) + index
        yield from contents.parts()

    try:
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600),
                  "wb") as stream:
            stream.write(_MAGIC + _LENGTH.pack(len(opened)) + opened)
            done = 0
            for piece in encrypted(key, plain()):
                stream.write(piece)
                done += len(piece)
                yield 0.1 + 0.5 * min(1.0, done / total)
            stream.flush()
            os.fsync(stream.fileno())
            return stream.tell()
    finally:
        wipe(key)


def _read_back(draft: Path, vault: Vault, size: int) -> Iterator[float]:
    """See that what is on the disk is what was written: every byte is authenticated."""
    key = vault.key("backup")
    try:
        with draft.open("rb") as stream:
            opened = _opened(stream)
            reader, index = _index(stream, key, opened)
            for _, length in index["files"]:
                for _ in reader.parts(length):
                    yield 0.6 + 0.39 * stream.tell() / size
            reader.end()
    except (SealBroken, BackupDamaged):
        raise UnwritableFile(reason="what was read back is not what was written; try another disk") from None
    finally:
        wipe(key)


def _count(vault: Vault, copy: BackupCopy, publish: Callable[[], None]) -> None:
    """Remember the backup, then let it appear: killed in between, one too many is remembered, never one too few."""
    former = [kept for kept in vault.backups() if kept.path == copy.path]
    vault.note_backup(copy)
    try:
        publish()
    except BaseException:
        vault.forget_backup(copy.path)
        for kept in former:
            vault.note_backup(kept)
        raise


def _publish(draft: Path, target: Path, *, replace: bool) -> None:
    if replace:
        draft.replace(target)
    elif os.name == "nt":
        draft.rename(target)  # refuses to replace there
    else:
        try:
            target.hardlink_to(draft)
        except FileExistsError:
            raise
        except OSError:  # a file system without links, such as a memory stick's
            if target.exists():
                raise FileExistsError(errno.EEXIST, "there is already something at that place") from None
            draft.rename(target)
    sync_folder(target.parent)


# Bringing it back


def restore(source: Path, folder: Path, open_vault: Callable[[Path], Vault]) -> Iterator[float]:
    """Make the library of a backup in `folder`, which must be empty or not there; yields from 0 to 1.

    `open_vault` opens the vault in the folder that it is given, as `Vault.open` with a passphrase or `Vault.recover`
    with a recovery key does; what it raises goes through. All is unpacked and checked beside `folder` first: after an
    error, a crash or a cancellation there is either the whole library or nothing. Raises LibraryExists,
    BackupDamaged, MissingPath, UnreadableFile, UnwritableFile, DiskFull.
    """
    folder = folder.absolute()
    if vaults.exists(folder):
        raise LibraryExists(path=folder)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UnwritableFile(reason=f"{folder} is not empty")
    try:
        stream = source.open("rb")
    except FileNotFoundError:
        raise MissingPath(path=source) from None
    except OSError as error:
        raise UnreadableFile(reason=error.strerror or type(error).__name__) from error
    with stream, telling(UnwritableFile), contextlib.ExitStack() as stack:
        opened = _opened(stream)
        folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _sweep(folder)
        draft = folder.with_name(f"{folder.name}.restoring-{secrets.token_hex(8)}")
        draft.mkdir(mode=0o700)
        stack.callback(shutil.rmtree, draft, ignore_errors=True)
        _put(draft / vaults.NAME, iter([opened]))
        with _unlocked(draft, open_vault) as vault:
            yield from _unpack(stream, draft, vault, opened)
            for matter in vault.matters():
                _settle(vault, matter.id)
                yield 0.9
            _note(vault)
        if folder.exists():
            folder.rmdir()
        draft.rename(folder)
        sync_folder(folder.parent)
    yield 1.0


@contextlib.contextmanager
def _unlocked(draft: Path, open_vault: Callable[[Path], Vault]) -> Iterator[Vault]:
    try:
        vault = open_vault(draft)
    except (LibraryDamaged, NoLibrary) as error:
        raise BackupDamaged(reason="what it is opened by was changed or damaged") from error
    with vault:
        yield vault


def _opened(stream: BinaryIO) -> bytes:
    """Return the `vault.json` at the beginning of a backup."""
    start = stream.read(len(_MAGIC) + _LENGTH.size)
    if not start.startswith(_MAGIC) or len(start) != len(_MAGIC) + _LENGTH.size:
        raise BackupDamaged(reason="it is no backup that Carrel made, or its beginning was damaged")
    (size,) = _LENGTH.unpack(start[len(_MAGIC) :])
    opened = stream.read(size) if size <= _SMALL else b""
    if not opened or len(opened) != size:
        raise BackupDamaged(reason="it is cut short, or its beginning was damaged")
    return opened


def _index(stream: BinaryIO, key: bytearray, opened: bytes) -> tuple[Reader, dict[str, Any]]:
    """Begin to read the stream, and return it with the list of what is in it."""
    reader = Reader(decrypted(stream, key))
    (size,) = _LENGTH.unpack(reader.exactly(_LENGTH.size))
    index = json.loads(reader.exactly(size)) if size <= _SMALL else {}
    if index.get("format") != FORMAT:
        raise BackupDamaged(reason="it was made by a newer Carrel; update this one to use it")
    if index["vault"] != hashlib.sha256(opened).hexdigest():
        raise BackupDamaged(reason="its beginning and the rest of it are of two backups")
    return reader, index


def _unpack(stream: BinaryIO, draft: Path, vault: Vault, opened: bytes) -> Iterator[float]:
    size = os.fstat(stream.fileno()).st_size
    key = vault.key("backup")
    try:
        reader, index = _index(stream, key, opened)
        matters = {matter.id for matter in vault.matters()}
        (draft / MATTERS).mkdir(mode=0o700)
        for matter in matters:
            vault.matter_folder(matter).mkdir(mode=0o700, parents=True, exist_ok=True)
        sync_folder(draft / MATTERS)
        for name, length in index["files"]:
            # Whoever could write this has the key; a mistake must not write outside the folder all the same.
            if not _NAMES.fullmatch(name) or ("/" in name and name.split("/")[1] not in matters):
                raise BackupDamaged(reason="it holds a file that no library has")
            _put(draft / name, reader.parts(length))
            yield 0.8 * stream.tell() / size
        reader.end()
    except SealBroken:
        raise BackupDamaged(reason="it was changed, or is not complete") from None
    finally:
        wipe(key)


def _put(path: Path, parts: Iterator[bytes]) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    with open(os.open(path, flags, 0o600), "wb") as stream:
        stream.writelines(parts)
        stream.flush()
        os.fsync(stream.fileno())
    sync_folder(path.parent)


def _settle(vault: Vault, matter: str) -> None:
    key = vault.matter_key(matter)
    try:
        settle(vault.matter_folder(matter), key)
    except LibraryDamaged as error:
        raise BackupDamaged(reason="the database of a matter in it is damaged") from error
    finally:
        wipe(key)


def _note(vault: Vault) -> None:
    key = vault.key("audit")
    try:
        with contextlib.closing(Audit.open(vault.folder, key)) as audit:
            audit.record("restored", matters=len(vault.matters()))
    finally:
        wipe(key)


def _sweep(folder: Path) -> None:
    """Remove what an earlier restoring into this place left when it was killed."""
    for path in list(folder.parent.iterdir()):
        rest = path.name.removeprefix(folder.name)
        if rest == path.name or not _STALE.fullmatch(rest) or not path.is_dir() or path.is_symlink():
            continue
        with contextlib.suppress(LibraryBusy, OSError):
            Lock(path).release()  # else it is at work
            shutil.rmtree(path)

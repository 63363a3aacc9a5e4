"""The encrypted SQLite file: connections, transactions, and its errors in the program's words.

The only module that imports sqlcipher3. Must not know what the tables mean. One connection writes,
guarded by a lock; others, as many as there are threads reading at once, see the last committed state
and never wait for it (write-ahead log).
"""

from __future__ import annotations

import contextlib
import os
import shutil
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sqlcipher3 import dbapi2

from app.errors import DiskFull, LibraryDamaged
from app.paths import telling
from app.store.log import committed
from app.vault.keys import wipe

_AT_ONCE = 500  # values in one statement
_ROOM = 1024 * 1024  # bytes free below which an input/output error is put down to the full disk
_IDLE_READERS = 4
PAGE = 4096  # bytes, what SQLCipher makes; a sound file is no shorter


class Database:
    """One encrypted file, attached as schema `v` to connections whose main database is memory."""

    def __init__(self, path: Path, key: bytearray) -> None:
        """Open the file, or make it where there is none; `key` is 32 bytes and copied."""
        self._path = path
        self._key = bytearray(key)
        self._write_lock = threading.Lock()
        self._pool_lock = threading.Lock()
        self._idle: list[Any] = []
        self._all: list[Any] = []
        self._closed = False
        self.changes = 0  # grows with each transaction that was committed
        self.cut = False  # whether the end of what an ended program had written was damaged and is left out
        try:
            with self._translated():
                claimed = committed(path.with_name(f"{path.name}-wal"), PAGE)
                # SQLite would make it readable to all, and gives its log files the same mode.
                os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
                self._writer = self._connect()
                self._writer.execute("PRAGMA v.journal_mode=WAL")
                self._compare(claimed)
                # FULL in write-ahead mode: each commit is on the disk before it is acknowledged.
                self._writer.execute("PRAGMA v.synchronous=FULL")
                self._writer.execute("PRAGMA v.secure_delete=ON")
                self._writer.execute("PRAGMA v.foreign_keys=ON")
                self._writer.execute("PRAGMA v.journal_size_limit=67108864")
        except BaseException:
            self.close()
            raise

    def _compare(self, claimed: int) -> None:
        """See whether SQLite found all of the log that was committed to it; raises LibraryDamaged."""
        # NOOP moves nothing, so that a file that is refused stays as it is.
        _, kept, _ = self._writer.execute("PRAGMA v.wal_checkpoint(NOOP)").fetchone()
        self.cut = claimed > kept
        if not self.cut:
            return
        # Where the log had been moved into the file already, its sound beginning now hides newer pages of the file,
        # and the two need not fit together.
        sound = self._writer.execute("PRAGMA v.integrity_check(1)").fetchall() == [("ok",)]
        if not sound or self._writer.execute("PRAGMA v.foreign_key_check").fetchone():
            raise _damaged()

    def _connect(self) -> Any:
        # No statement cache: it would keep the key's statement. The key goes in as a bound value
        # that is zeroed after, where PRAGMA key would leave copies of it in memory.
        connection = dbapi2.connect(
            ":memory:", cached_statements=0, check_same_thread=False, isolation_level=None,
        )
        literal = bytearray(b"x'" + self._key.hex().encode() + b"'")
        try:
            connection.execute("PRAGMA cipher_log_level=NONE")
            connection.execute("ATTACH ? AS v KEY ?", (str(self._path), literal))
            connection.execute("PRAGMA v.cache_size=-32768")
            connection.execute("SELECT count(*) FROM v.sqlite_master").fetchone()
        except BaseException:
            connection.close()
            raise
        finally:
            wipe(literal)
        self._all.append(connection)
        return connection

    @contextlib.contextmanager
    def writing(self) -> Iterator[Any]:
        """Run a transaction that commits at the end of the block and is undone by any error.

        Raises DiskFull and LibraryDamaged; everything committed before stays.
        """
        with self._write_lock, self._translated():
            connection = self._writer
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
                self.changes += 1
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    @contextlib.contextmanager
    def reading(self) -> Iterator[Any]:
        """Give a connection on which all statements of the block see one committed state."""
        with self._translated():
            connection = self._borrow()
            try:
                connection.execute("BEGIN")
                yield connection
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                self._give_back(connection)

    def _borrow(self) -> Any:
        with self._pool_lock:
            if self._closed:
                raise RuntimeError("the store is closed")
            return self._idle.pop() if self._idle else self._connect()

    def _give_back(self, connection: Any) -> None:
        with self._pool_lock:
            if self._closed or len(self._idle) >= _IDLE_READERS:
                self._all.remove(connection)
                connection.close()
            else:
                self._idle.append(connection)

    def verify(self) -> None:
        """Check every page of the file against its authentication code; raises LibraryDamaged."""
        with self.copying() as files:
            if not self._writer.execute("PRAGMA v.cipher_integrity_check").fetchall():
                return
            # Where somebody reads, some pages may be in the log only and be holes in the file: then all is read
            # as a reader sees it, which checks the codes as well and takes longer.
            if len(files) == 1 or self._writer.execute("PRAGMA v.integrity_check(1)").fetchall() != [("ok",)]:
                raise _damaged()

    def checkpoint(self) -> None:
        """Move what is committed from the write-ahead log into the file proper."""
        with self._write_lock, self._translated():
            self._writer.execute("PRAGMA v.wal_checkpoint(PASSIVE)").fetchall()

    @contextlib.contextmanager
    def copying(self) -> Iterator[list[Path]]:
        """Give the files that together are the database, unchanged until the end of the block; writers wait."""
        with self._write_lock, self._translated():
            # Where somebody is reading, what is committed stays in the log beside the file.
            self._writer.execute("PRAGMA v.wal_checkpoint(TRUNCATE)").fetchall()
            log = self._path.with_name(f"{self._path.name}-wal")
            yield [self._path, *([log] if log.exists() and log.stat().st_size else [])]

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            with telling():
                yield
        except dbapi2.Error as error:
            told = self._in_words(error)
            if told is None:
                raise
            raise told from error

    def _in_words(self, error: Any) -> DiskFull | LibraryDamaged | None:
        name = getattr(error, "sqlite_errorname", None) or ""
        if name.startswith("SQLITE_FULL"):
            return DiskFull()
        if name.startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT")):
            return _damaged()
        if name.startswith(("SQLITE_IOERR", "SQLITE_CANTOPEN")):
            # A full disk can show as a log file that cannot grow.
            if shutil.disk_usage(self._path.parent).free < _ROOM:
                return DiskFull()
            return LibraryDamaged(reason="its files could not be read or written")
        if name.startswith(("SQLITE_READONLY", "SQLITE_PERM")):
            return LibraryDamaged(reason="its files may not be written to")
        return None

    def close(self) -> None:
        """Close all connections and forget the key; a second call does nothing."""
        with self._write_lock, self._pool_lock:
            self._closed = True
            # One that is lent out is closed when it comes back.
            for connection in [c for c in self._all if c in self._idle or c is getattr(self, "_writer", None)]:
                self._all.remove(connection)
                connection.close()
            self._idle.clear()
            wipe(self._key)


def batches(values: Sequence[Any]) -> Iterator[list[Any]]:
    """Yield values so many together as one statement may take."""
    for begin in range(0, len(values), _AT_ONCE):
        yield list(values[begin : begin + _AT_ONCE])


def marks(values: Sequence[Any]) -> str:
    """Return the marks of a statement for values."""
    return ", ".join("?" * len(values))


def _damaged() -> LibraryDamaged:
    return LibraryDamaged(reason="what is stored does not match its checksums")

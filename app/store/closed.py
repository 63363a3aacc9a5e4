"""A library that is not open: its files to be copied, and files that were brought back.

Owns what is checked then. Must not know of the index, which is made anew where it is missing.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from app.errors import LibraryDamaged
from app.lock import Lock
from app.steps import finished
from app.store.records import Records
from app.store.store import DATABASE
from app.store.working import WORKING
from app.vault.keys import subkey, wipe


@contextlib.contextmanager
def closed_copying(folder: Path, key: bytearray) -> Iterator[list[Path]]:
    """As `verify` and `Store.copying`, for a library that is not open; gives nothing where there is none yet.

    Raises LibraryBusy, LibraryDamaged, DiskFull.
    """
    path = folder / DATABASE
    with contextlib.ExitStack() as stack:
        lock = Lock(folder)
        stack.callback(lock.release)
        if not path.exists():
            if lock.made:
                raise LibraryDamaged(reason=f"its {DATABASE} is missing; put it back from a backup")
            yield []
            return
        records = stack.enter_context(_records(path, key))
        records.database.verify()
        yield stack.enter_context(records.database.copying())


def settle(folder: Path, key: bytearray) -> None:
    """Check a database that was brought into `folder` as it is, and fit it to its new place.

    Raises LibraryDamaged, LibraryTooNew, DiskFull.
    """
    if not (folder / DATABASE).exists():
        return
    with _records(folder / DATABASE, key) as records:
        records.database.verify()
        records.notes.put(WORKING, None)  # it may be at work for the library that this is a copy of
    lock = Lock(folder)
    lock.remember_made()
    lock.release()


@contextlib.contextmanager
def _records(path: Path, key: bytearray) -> Iterator[Records]:
    """Open the tables of a library whatever its embedder."""
    own = subkey(key, "records")
    try:
        records = finished(Records.opening(path, own, 0, "", new=False))
        with contextlib.closing(records.database):
            yield records
    finally:
        wipe(own)

"""The store of one library, the one face of this package.

Owns the order in which records, index and lock are opened, changed and closed. Must not know how a
document was read, how vectors are made or how a question is answered.
"""

from __future__ import annotations

import contextlib
import hmac
import json
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import numpy.typing as npt

from app.errors import DiskFull, LibraryDamaged
from app.lock import Lock
from app.store.database import PAGE
from app.store.index import Index
from app.store.records import Records
from app.types import Document, DocumentRow, Passage, Searched, Status, StoredPassage
from app.vault.keys import subkey, wipe

DATABASE = "library.db"
_UNFINISHED = "unfinished"
_AUDIT_HEAD = "audit head"
_WORKING = "working"  # where the index notes its working folder
CUT = (
    "Carrel was stopped while it worked, and the end of what it had written since is damaged. The last documents that "
    "were added may be missing, or the last that were removed be there again: look through them, and add them again."
)


class Store:
    """An open library; usable from any thread, a search never waits for an ingest."""

    def __init__(self, lock: Lock, records: Records, index: Index, keys: dict[str, bytearray], label: str) -> None:
        """For `open` alone."""
        self.label = label  # the name of the matter, put to every passage
        self._lock = lock
        self._records = records
        self._index = index
        self._keys = keys
        self._closed = False

    @classmethod
    def open(
        cls, folder: Path, key: bytearray, *, dimension: int = 384, fingerprint: str = "", label: str = ""
    ) -> Store:
        """Open the library in `folder` with its 32-byte key, or begin it where there is none.

        `dimension` and `fingerprint` name the embedder; an empty fingerprint is not compared. `label` is what the
        library is called where several are searched. The key stays the caller's. Raises LibraryBusy,
        LibraryDamaged, LibraryTooNew, OtherEmbedder, DiskFull; OSError where the folder cannot be used.
        """
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = Lock(folder)
        keys = {purpose: subkey(key, purpose) for purpose in ("records", "index", "content")}
        try:
            database = folder / DATABASE
            # SQLite would make an empty library of a file that is missing or shorter than a page, and
            # nobody would be told.
            if lock.made and not (database.exists() and database.stat().st_size >= PAGE):
                raise LibraryDamaged(reason=f"its {DATABASE} is missing; put it back from a backup")
            records = Records(database, keys["records"], dimension, fingerprint, new=not lock.made)
            if not lock.made:
                lock.remember_made()
        except BaseException:
            _wipe_all(keys)
            lock.release()
            raise
        return cls(lock, records, Index(folder.resolve(), keys["index"], records), keys, label)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Seal the index, close the database, let go of the lock; a second call does nothing."""
        if self._closed:
            return
        self._closed = True
        try:
            self._index.close()
            # Where there is no room for it now, a later close does it: the records note that it is due.
            with contextlib.suppress(DiskFull):
                self._records.tidy()
        finally:
            self._records.database.close()
            _wipe_all(self._keys)
            self._lock.release()

    # What is in it

    def documents(self) -> list[DocumentRow]:
        """Return all documents and failed files, by file name."""
        return self._records.documents()

    def document(self, file: str) -> DocumentRow | None:
        """Return the row of one file, or None."""
        return self._records.document(file)

    def holds(self, document: str) -> bool:
        """Say whether there is a document of this id."""
        return self._records.holds(document)

    def unchanged(self, file: str, size: int, modified: float) -> bool:
        """Say whether `file` gave a document and had this size and time then; failed files are tried again."""
        row = self._records.document(file)
        return row is not None and row.pages > 0 and (row.size, row.modified) == (size, modified)

    def same_content(self, file: str, digest: bytes) -> bool:
        """Say whether `file` gave a document from content with this `content_key`."""
        kept = self._records.digest(file)
        return kept is not None and hmac.compare_digest(kept, digest)

    def content_key(self, data: bytes) -> bytes:
        """Return HMAC-SHA256 of a file's bytes, 32 bytes, under a key of this library.

        A plain hash would tell a thief which known files the library holds.
        """
        return hmac.digest(self._keys["content"], data, "sha256")

    def searched(self) -> Searched:
        """Return the scope of a search: files with a document, their pages, pages not taken in."""
        return self._records.searched()

    def page_counts(self) -> dict[Status, int]:
        """Return how many pages have each status, most first; a file that gave no page counts as one."""
        return self._records.page_counts()

    # Notes of those who work with it

    def unfinished(self) -> tuple[str, ...]:
        """Return the paths that were being added when the work was cut off, or still are."""
        return tuple(json.loads(self._records.setting(_UNFINISHED) or "[]"))

    def note_unfinished(self, paths: Sequence[str]) -> None:
        """Keep the paths that are being added; none when all is done."""
        self._records.note(_UNFINISHED, json.dumps(list(paths)) if paths else None)

    @property
    def audit_head(self) -> str:
        """How far the audit log had come when this library was last closed; empty before that."""
        return self._records.setting(_AUDIT_HEAD) or ""

    @audit_head.setter
    def audit_head(self, head: str) -> None:
        self._records.note(_AUDIT_HEAD, head or None)

    # Changing it

    def touch(self, file: str, size: int, modified: float) -> None:
        """Note the new size and time of a file whose content is the same; raises UnknownDocument."""
        self._records.touch(file, size, modified)

    def add(
        self, file: str, document: Document, passages: Sequence[Passage], vectors: npt.NDArray[np.float32], *,
        size: int, modified: float, digest: bytes, parent: str | None = None,
    ) -> DocumentRow:
        """Store a document in place of an earlier version of `file`, whole or not at all.

        `vectors` is float32[len(passages), dimension]. When this returns, the document survives a
        kill and is found by search. Raises DiskFull, LibraryDamaged; ValueError where the parts do
        not fit together.
        """
        _check(document, passages, vectors, self._records.dimension)
        row = DocumentRow(
            secrets.token_hex(16), file, document.title, document.kind, document.status, len(document.pages),
            parent, (), size, modified,
        )
        gone = self._records.put(row, digest, document, passages, vectors)
        if gone:
            self._index.removed(gone, erase=False)
        if passages:
            self._index.added()
        stored = self._records.document(file)
        assert stored is not None
        return stored

    def fail(
        self, file: str, status: Status, reason: str, *,
        size: int = 0, modified: float = 0.0, digest: bytes = b"", parent: str | None = None,
    ) -> None:
        """Note a file that gave no document; a version of it that is in the library stays."""
        row = DocumentRow(secrets.token_hex(16), file, "", "", status, 0, parent, (), size, modified)
        self._records.put_failure(row, digest, reason)

    def remove(self, file: str) -> None:
        """Remove a document and its attachments, their text and vectors; raises UnknownDocument."""
        self._index.removed(self._records.remove(file), erase=True)

    # Searching it

    def words(self, query: str, k: int) -> list[tuple[str, float]]:
        """Return up to `k` (passage id, BM25 score) by the query's words, best first; any query is fine."""
        return self._records.words(query, k)

    def nearest(self, vector: npt.NDArray[np.float32], k: int) -> list[tuple[str, float]]:
        """Return up to `k` (passage id, cosine similarity) nearest to a float32[dimension], best first."""
        if vector.shape != (self._records.dimension,):
            raise ValueError(f"a vector of shape {vector.shape} where {self._records.dimension} are expected")
        return self._index.nearest(vector, k)

    def passages(self, ids: Sequence[str]) -> list[StoredPassage]:
        """Return passages in the order given; those removed since they were found are left out."""
        return [replace(passage, matter=self.label) for passage in self._records.passages(ids)]

    def page_text(self, document: str, page: int | None) -> str:
        """Return the text of a page of a document id; raises UnknownDocument where there is none."""
        return self._records.page_text(document, page)

    # Its health

    def prepare(self) -> None:
        """Begin to open the vector index in the background, so that it is there when first asked."""
        self._index.prepare()

    @property
    def search_ready(self) -> bool:
        """Whether Chroma holds every passage; until then exact search answers, as completely."""
        return self._index.ready

    @property
    def index_failure(self) -> Exception | None:
        """Why Chroma is set aside until the next opening and exact search answers, or None."""
        return self._index.failure

    @property
    def findings(self) -> tuple[str, ...]:
        """What was found damaged at opening and left out, in sentences for the user."""
        return (CUT,) if self._records.database.cut else ()

    def checkpoint(self) -> None:
        """Move committed work from the write-ahead log into the database, after a long ingest."""
        self._records.database.checkpoint()

    def verify(self) -> None:
        """Check every byte of the database against its authentication codes; raises LibraryDamaged."""
        self._records.database.verify()

    def copying(self) -> contextlib.AbstractContextManager[list[Path]]:
        """Give the files that together are the database, unchanged until the end of the block; writers wait."""
        return self._records.database.copying()


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
        records.note(_WORKING, None)  # it may be at work for the library that this is a copy of
    lock = Lock(folder)
    lock.remember_made()
    lock.release()


@contextlib.contextmanager
def _records(path: Path, key: bytearray) -> Iterator[Records]:
    """Open the tables of a library whatever its embedder."""
    own = subkey(key, "records")
    try:
        records = Records(path, own, 0, "", new=False)
        with contextlib.closing(records.database):
            yield records
    finally:
        wipe(own)


def _check(
    document: Document, passages: Sequence[Passage], vectors: npt.NDArray[np.float32], dimension: int,
) -> None:
    if vectors.shape != (len(passages), dimension):
        raise ValueError(f"vectors of shape {vectors.shape} for {len(passages)} passages of {dimension}")
    if not np.isfinite(vectors).all():
        raise ValueError("vectors that are not numbers")
    if len({page.number or 0 for page in document.pages}) != len(document.pages):
        raise ValueError("two pages of one number")
    texts = {page.number: page.text for page in document.pages}
    for passage in passages:
        if texts.get(passage.page, "")[passage.start : passage.end] != passage.text:
            raise ValueError("a passage that is not a stretch of its page")


def _wipe_all(keys: dict[str, bytearray]) -> None:
    for key in keys.values():
        wipe(key)

"""The store of one library, the one face of this package.

Owns the order in which records, index and lock are opened, changed and closed. Must not know how a
document was read, how vectors are made or how a question is answered.
"""

from __future__ import annotations

import contextlib
import hmac
import os
import secrets
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path, PurePath
from types import TracebackType
from typing import Self

import numpy as np
import numpy.typing as npt

from app.errors import DiskFull, LibraryDamaged, OtherEmbedder
from app.lock import Lock
from app.steps import finished
from app.store import ledger
from app.store.conversations import Conversations
from app.store.database import PAGE
from app.store.families import Naming, unnamed
from app.store.finding import Finding, Frequencies
from app.store.index import Index
from app.store.records import Records
from app.store.renewal import Renewal
from app.store.texts import to_bytes
from app.types import (
    Demand,
    Document,
    DocumentRow,
    Folder,
    LedgerLine,
    Page,
    Passage,
    Scope,
    Searched,
    Status,
    StoredPassage,
)
from app.vault.keys import subkey, wipe

DATABASE = "library.db"
_TEXT_KEY = 16  # bytes; two texts with one key are not to be met with, and the table of keys stays small
CUT = (
    "Carrel was stopped while it worked, and the end of what it had written since is damaged. The last documents that "
    "were added may be missing, or the last that were removed be there again: look through them, and add them again."
)


class Store:
    """An open library; usable from any thread, a search never waits for an ingest."""

    def __init__(
        self, lock: Lock, records: Records, index: Index, keys: dict[str, bytearray], label: str, asking: str
    ) -> None:
        """For `opening` alone."""
        self.label = label  # the name of the matter, put to every passage
        self._lock = lock
        self._records = records
        self._index = index
        self._finding = Finding(records, index)
        self.conversations = Conversations(records.database)
        self.renewal = Renewal(records, index, asking)  # whose vectors it holds, and how others' take their place
        self._keys = keys
        self._closed = False

    @classmethod
    def open(
        cls, folder: Path, key: bytearray, *, dimension: int = 384, fingerprint: str = "", label: str = "",
        naming: Naming = unnamed,
    ) -> Store:
        """As `opening`, for those who do not watch it."""
        return finished(cls.opening(
            folder, key, dimension=dimension, fingerprint=fingerprint, label=label, naming=naming,
        ))

    @classmethod
    def opening(
        cls, folder: Path, key: bytearray, *, dimension: int = 384, fingerprint: str = "", label: str = "",
        naming: Naming = unnamed,
    ) -> Generator[tuple[int, int], None, Store]:
        """Open the library in `folder` with its 32-byte key, or begin it where there is none.

        A library of an earlier version is brought up to date, which takes a minute for 100,000 passages: it yields how
        many of them are done, and of how many. Closing it early, or a kill, leaves that library as it was.

        `naming(title, file)` gives how the contexts of a document's passages begin; with it they follow a file that is
        renamed, or whose copy is all that is left.

        `dimension` and `fingerprint` name the embedder; an empty fingerprint is not compared. A library that has
        text of another embedder keeps to that one, see `renewal`, and is found by words alone until its questions are
        embedded by it. `label` is what the library is called where several are searched. The key stays the caller's.
        Raises LibraryBusy, LibraryDamaged, LibraryTooNew, DiskFull; OSError where the folder cannot be used.
        """
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = Lock(folder)
        keys = {purpose: subkey(key, purpose) for purpose in ("records", "index", "content", "texts")}
        try:
            database = folder / DATABASE
            # SQLite would make an empty library of a file that is missing or shorter than a page, and
            # nobody would be told.
            if lock.made and not (database.exists() and database.stat().st_size >= PAGE):
                raise LibraryDamaged(reason=f"its {DATABASE} is missing; put it back from a backup")
            records = yield from Records.opening(
                database, keys["records"], dimension, fingerprint, new=not lock.made, naming=naming,
            )
            if not lock.made:
                lock.remember_made()
        except BaseException:
            _wipe_all(keys)
            lock.release()
            raise
        return cls(lock, records, Index(folder.resolve(), keys["index"], records), keys, label, fingerprint)

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
            self._finding.catalog.clear()
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

    def children(self, file: str) -> list[DocumentRow]:
        """Return what came out of a file itself, attachments and the like, by file name."""
        return self._records.children(file)

    def family(self, file: str) -> list[str]:
        """Return the ids of a file and of all that came out of it, which `remove` takes along."""
        return self._records.family(file)

    def below(self, folder: str) -> list[DocumentRow]:
        """Return the documents and failed files under a folder, without what came out of them, by file name."""
        return self._records.below(folder if folder.endswith(("/", os.sep)) else folder + os.sep)

    def ledger(self, file: str | None = None) -> Iterator[LedgerLine]:
        """Yield what became of each page of a file or of all, and of each file that gave none, by file and page.

        Every line whose page was not plainly read has a sentence. Read in stretches, so that it may be left at any
        time and holds nothing up; nothing for a file that is not known.
        """
        return ledger.lines(self._records.database, file)

    def unchanged(self, file: str, size: int, modified: float, *, readers: int = 0) -> bool:
        """Say whether `file` was read when it had this size and time.

        A file that failed counts as read only where it was by this version of the readers, as another may be able
        to; with 0, and where it was stored with 0, it is tried again.
        """
        stamp = self._records.stamp(file)
        if stamp is None or stamp[:2] != (size, modified):
            return False
        _, _, pages, by = stamp
        return pages > 0 or (readers != 0 and by == readers)

    def same_content(self, file: str, digest: bytes) -> bool:
        """Say whether `file` gave a document from content with this `content_key`."""
        kept = self._records.digest(file)
        return kept is not None and hmac.compare_digest(kept, digest)

    def same_content_as(self, digest: bytes, suffix: str | None = None) -> str | None:
        """Return the file that first gave a document from content with this `content_key`, or None.

        With a `suffix` (".pdf") only of files whose name ends so, in upper or lower case, as the name says how some
        content is read.
        """
        for file in self._records.of_content(digest):
            if suffix is None or PurePath(file).suffix.lower() == suffix.lower():
                return file
        return None

    def vectors_of(self, texts: Sequence[str]) -> list[npt.NDArray[np.float32] | None]:
        """Return for each embedded text the vector of a passage that was stored with it, float32[dimension], or None.

        As accurate as it is stored, which is float16.
        """
        keys = self._text_keys(texts)
        found = self._records.series.of_keys(keys) if self.renewal.comparable else {}
        return [found.get(key) for key in keys]

    def _text_keys(self, texts: Sequence[str]) -> list[bytes]:
        return [hmac.digest(self._keys["texts"], to_bytes(text), "sha256")[:_TEXT_KEY] for text in texts]

    def content_key(self, data: bytes) -> bytes:
        """Return HMAC-SHA256 of a file's bytes, 32 bytes, under a key of this library.

        A plain hash would tell a thief which known files the library holds.
        """
        return hmac.digest(self._keys["content"], data, "sha256")

    def searched(self, documents: frozenset[str] | None = None) -> Searched:
        """Return what a search looks through, all or these: files with a document, their pages, pages not taken in."""
        return self._finding.searched(documents)

    def page_counts(self) -> dict[Status, int]:
        """Return how many pages have each status, most first; a file that gave no page counts as one."""
        return self._records.page_counts()

    # Notes of those who work with it

    def unfinished(self) -> tuple[str, ...]:
        """Return the paths that were being added when the work was cut off, or still are."""
        return self._records.notes.unfinished

    def note_unfinished(self, paths: Sequence[str]) -> None:
        """Keep the paths that are being added; none when all is done."""
        self._records.notes.unfinished = tuple(paths)

    @property
    def audit_head(self) -> str:
        """How far the audit log had come when this library was last closed; empty before that."""
        return self._records.notes.audit_head

    @audit_head.setter
    def audit_head(self, head: str) -> None:
        self._records.notes.audit_head = head

    @property
    def pace(self) -> tuple[float, float] | None:
        """Seconds that a page took lately, and that one read by OCR took; None where nothing was noted yet."""
        return self._records.notes.pace

    def note_pace(self, seconds_per_page: float, seconds_per_picture: float) -> None:
        """Keep how long pages take here, to tell beforehand how long others will."""
        self._records.notes.pace = seconds_per_page, seconds_per_picture

    def passwords(self) -> tuple[str, ...]:
        """Return the passwords for locked files that the user gave, the latest first."""
        return self._records.notes.passwords

    def add_password(self, password: str) -> None:
        """Remember a password; one that is known becomes the latest."""
        self._records.notes.add_password(password)

    def forget_password(self, password: str) -> None:
        """Forget a password; what it opened stays."""
        self._records.notes.forget_password(password)

    def folders(self) -> tuple[Folder, ...]:
        """Return the folders that are followed, by path."""
        return self._records.notes.folders

    def add_folder(self, folder: Folder) -> None:
        """Follow a folder, in place of one of the same path."""
        self._records.notes.add_folder(folder)

    def remove_folder(self, path: str) -> None:
        """Follow a folder no more; what was read in it stays."""
        self._records.notes.remove_folder(path)

    # Changing it

    def touch(self, file: str, size: int, modified: float) -> None:
        """Note the new size and time of a file whose content is the same; raises UnknownDocument."""
        self._records.touch(file, size, modified)

    def add(
        self, file: str, document: Document, passages: Sequence[Passage], vectors: npt.NDArray[np.float32], *,
        size: int, modified: float, digest: bytes, parent: str | None = None, texts: Sequence[str] | None = None,
        readers: int = 0, embedder: str = "",
    ) -> DocumentRow:
        """Store a document in place of an earlier version of `file`, whole or not at all.

        `vectors` is float32[len(passages), dimension]; `texts` are what was embedded for them, of which keyed hashes
        are kept for `vectors_of`; `readers` is the version of the readers; `embedder` the fingerprint of whoever made
        the vectors. When this returns, the document survives a kill and is found by search. Raises OtherEmbedder where
        the library's vectors are not that one's, DiskFull, LibraryDamaged; ValueError where the parts do not fit
        together.
        """
        if embedder and self._records.series.fingerprint not in ("", embedder):
            raise OtherEmbedder
        _check(document, passages, vectors, self._records.series.dimension)
        if texts is not None and len(texts) != len(passages):
            raise ValueError(f"{len(texts)} embedded texts for {len(passages)} passages")
        keys = self._text_keys(texts or ())
        row = DocumentRow(
            secrets.token_hex(16), file, document.title, document.kind, document.status, len(document.pages),
            parent, (), size, modified,
        )
        gone = self._records.put(row, digest, document, passages, vectors, keys, readers, embedder)
        if gone:
            self._index.removed(gone, erase=False)
        if passages:
            self._index.added()
        return self._row(file)

    def add_copy(
        self, file: str, of: str, *, size: int, modified: float, digest: bytes | None, parent: str | None = None,
    ) -> DocumentRow:
        """Store `file` as another place of the content of the file `of`, in place of an earlier version of it.

        Both are listed; what is found in them is named after the one that was added first, and after the other as
        soon as that goes. What came out of `of` is not copied along. `digest` is the content that `of` must still be
        of; with None whatever it is. Raises UnknownDocument where it is not, gave no document or is `file` itself;
        DiskFull.
        """
        row = DocumentRow(secrets.token_hex(16), file, "", "", Status.READ, 0, parent, (), size, modified)
        gone = self._records.put_copy(row, of, digest)
        if gone:
            self._index.removed(gone, erase=False)
        return self._row(file)

    def _row(self, file: str) -> DocumentRow:
        stored = self._records.document(file)
        assert stored is not None
        return stored

    def fail(
        self, file: str, status: Status, reason: str, *,
        size: int = 0, modified: float = 0.0, digest: bytes = b"", parent: str | None = None, readers: int = 0,
    ) -> None:
        """Note a file that gave no document; a version of it that is in the library stays.

        `readers` is the version of the readers that could not; 0 for a failure that may pass by itself.
        """
        row = DocumentRow(secrets.token_hex(16), file, "", "", status, 0, parent, (), size, modified)
        self._records.put_failure(row, digest, reason, readers)

    def rename(self, before: str, after: str, *, size: int, modified: float) -> None:
        """Give a file that was moved its new name, and what came out of it; nothing is read again.

        What was at `after` is replaced, with all that came out of it. Raises UnknownDocument, DiskFull.
        """
        gone = self._records.rename(before, after, size, modified)
        if gone:
            self._index.removed(gone, erase=False)

    def remove(self, file: str) -> None:
        """Remove a document and its attachments, their text and vectors, and the exchanges that quote them.

        With an exchange goes what follows it, see Conversations.quoting. Raises UnknownDocument.

        Content that another file shares stays, under that one's name alone; its vectors remain those that were made
        of it under its first name.
        """
        self._index.removed(self._records.remove(file), erase=True)

    # Searching it

    def scope(self, scope: Scope) -> frozenset[str] | None:
        """Return the ids of all files inside, which the searches take as `documents`; None where nothing is limited.

        Copies are in it by their own ids. An attachment is inside with the file that it came out of, but for kinds.
        """
        return self._finding.catalog.inside(scope)

    def words(
        self, text: str, k: int, *, demand: Demand | None = None, documents: frozenset[str] | None = None,
    ) -> list[tuple[str, float]]:
        """Return up to `k` (passage id, BM25 score) by words, best first; any text is fine.

        Only of passages that fulfil `demand` and of `documents`, if they are given.
        """
        return self._finding.words(text, k, demand, documents)

    def words_inside(self, text: str, k: int, document: str) -> list[tuple[str, float]]:
        """Return up to `k` (passage id, score) of one document id by the telling words of `text`, best first."""
        return self._finding.words_inside(text, k, document)

    def nearest(
        self, vector: npt.NDArray[np.float32], k: int, *, documents: frozenset[str] | None = None,
    ) -> list[tuple[str, float]]:
        """Return up to `k` (passage id, cosine similarity) nearest to a float32[dimension], best first.

        Of `documents` alone if they are given, and as many then.
        """
        return self._finding.nearest(self._vector(vector), k, documents) if self.renewal.comparable else []

    def similarity(self, vectors: npt.NDArray[np.float32], ids: Sequence[str]) -> dict[str, npt.NDArray[np.float32]]:
        """Return the cosines of float32[n, dimension] with each of these passages, float32[n]; of those there are."""
        if not self.renewal.comparable:
            return {}
        return self._finding.similarity(np.stack([self._vector(vector) for vector in vectors]), ids)

    def routes(self, text: str, k: int, *, documents: frozenset[str] | None = None) -> list[tuple[str, float]]:
        """Return up to `k` (document id, BM25 score) whose title, file, folder, people or first words `text` names.

        Best first. A document is named as `passages` names it, with the same `documents`.
        """
        return self._finding.routes(text, k, documents)

    def frequencies(self, terms: Sequence[str]) -> Frequencies:
        """Return how many passages there are and how many hold each of these words."""
        return self._finding.frequencies(terms)

    def _vector(self, vector: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        if vector.shape != (self._records.series.dimension,):
            raise ValueError(f"a vector of shape {vector.shape} where {self._records.series.dimension} are expected")
        return vector

    def passages(self, ids: Sequence[str], *, documents: frozenset[str] | None = None) -> list[StoredPassage]:
        """Return passages in the order given; those removed since they were found are left out.

        What several files share is named after the one that was added first, of `documents` if they are given.
        """
        names = None if documents is None else self._finding.catalog.contents(documents)
        return self._records.passages(ids, names, self.label)

    def page(self, document: str, page: int | None) -> Page:
        """Return a page of a document id, with text, status, confidence and lines; raises UnknownDocument."""
        return self._records.page(document, page)

    def page_text(self, document: str, page: int | None) -> str:
        """Return the text of a page of a document id; raises UnknownDocument where there is none."""
        return self.page(document, page).text

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
    for page in document.pages:
        if any(not 0 <= line.start <= line.end <= len(page.text) for line in page.lines):
            raise ValueError("a line that is not a stretch of its page")
    for passage in passages:
        if texts.get(passage.page, "")[passage.start : passage.end] != passage.text:
            raise ValueError("a passage that is not a stretch of its page")


def _wipe_all(keys: dict[str, bytearray]) -> None:
    for key in keys.values():
        wipe(key)

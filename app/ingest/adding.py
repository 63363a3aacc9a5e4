"""Paths into the library: files → documents → passages → vectors → store.

A long operation: `Ingest.add` is a generator of events. Reading and embedding go on ahead, each on a thread of its
own; here the results are stored, in the order of the files. Each document is whole in the store or not at all, and the
files inside a file are there before it, so stopping it anywhere loses at most the files in work. One file that cannot
be read is an event and a row of the ledger, and the run goes on.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePath

from app import errors
from app.documents.loader import READERS_VERSION
from app.documents.sandbox import ReaderPool, Recogniser
from app.ingest.ahead import Ahead, Gate
from app.ingest.course import Course
from app.ingest.embedding import BATCH, TICK, Embedding
from app.ingest.families import Families
from app.ingest.items import Begun, Copy, Embedded, Failed, Item, Outcome, Read, Ready, Same, weight
from app.ingest.surveying import survey
from app.models.roles import Embedder, Tokenizer, Vectors
from app.precedence import Precedence
from app.store.store import Store
from app.types import (
    Added,
    DocumentRow,
    FileAdded,
    FileFailed,
    FileStarted,
    FileUnchanged,
    IngestEvent,
    PageCount,
    PassagesEmbedded,
    Started,
    Status,
    Survey,
    Surveying,
)
from app.walking import is_text, walk

# What was read and is not embedded yet may weigh so much, in passages, and what is not stored yet; see items.weight.
_READ, _READY = 4 * BATCH, 2 * BATCH
_CHANGED = "Another file with the same content was changed or removed while this one was added; add this one again."
_REASONS = 20  # of files inside a file that are told with it

Events = Generator[IngestEvent, None, None]


class Ingest:
    """Adds files to the store."""

    def __init__(
        self, store: Store, readers: ReaderPool, embedder: Embedder, tokenizer: Tokenizer, *,
        recogniser: Recogniser, precedence: Precedence | None = None,
        added: Callable[[Sequence[DocumentRow]], None] = lambda _: None,
    ) -> None:  # fmt: skip
        """`added` is told of every file that is in the store, together with those inside it."""
        self.store = store
        self.readers = readers
        self.recogniser = recogniser
        self.embedder = embedder
        self.tokenizer = tokenizer
        self.precedence = precedence or Precedence()
        self.added = added
        self._counts: dict[str, PageCount] = {}  # of the last survey

    def survey(
        self, paths: Sequence[Path], *, include: Sequence[str] = (), exclude: Sequence[str] = ()
    ) -> Generator[Surveying | Survey, None, None]:
        """Count what adding these would read and yield `Surveying`, at last `Survey`; an estimate that changes nothing.

        Files are counted for some seconds; what is then left is estimated by its size.
        """
        self._counts = {}
        yield from survey(self.store, self.readers, list(walk(paths, include, exclude)), self._counts)

    def add(
        self, paths: Sequence[Path], *, again: bool = False, include: Sequence[str] = (), exclude: Sequence[str] = ()
    ) -> Events:
        """Add files and folders (recursively) and yield what happens, ending with `Added`.

        `again` reads files also where they are unchanged. For `include` and `exclude` see app/walking.py. Not to pull
        is a pause: what is being read rests after its page. What was not done when it ends early, also by a kill, is
        `unfinished` in the store until it is added again or the caller clears that. Raises OtherEmbedder, DiskFull,
        EngineDied, LibraryDamaged; what was yielded as added is then in the store.
        """
        if not self.store.renewal.comparable:  # all would be read only to be refused
            raise errors.OtherEmbedder
        began = time.monotonic()
        files = list(walk(paths, include, exclude))
        # With patterns the files themselves, as whoever goes on with them does not know the patterns.
        begun = [str(path) for path in files] if include or exclude else [os.path.abspath(path) for path in paths]
        store = self.store
        store.note_unfinished(list(dict.fromkeys([*store.unfinished(), *filter(is_text, begun)])))
        yield Started(len(files))
        counts, self._counts = self._counts, {}
        run = _Run(self, files, counts, again=again)
        yield from run.events()
        mine = set(begun)
        store.note_unfinished([path for path in store.unfinished() if path not in mine])
        store.checkpoint()
        yield Added(run.added, run.unchanged, run.failed, run.pages, time.monotonic() - began)


@dataclass(slots=True)
class _Family:
    """What became so far of a file in a folder and of the files inside it."""

    pages: int = 0
    passages: int = 0
    rows: list[DocumentRow] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)


class _Run:
    """One adding: its stages, and what is to be told of it at the end."""

    def __init__(self, ingest: Ingest, files: Sequence[Path], counts: dict[str, PageCount], *, again: bool) -> None:
        self.added = self.unchanged = self.failed = self.pages = 0
        self._ingest = ingest
        self._store = ingest.store
        self._files = files
        self._course = Course([str(path) for path in files], counts, ingest.store.pace)
        self._gate = Gate(ingest.precedence)
        self._families = Families(
            ingest.store, ingest.readers, ingest.recogniser, ingest.tokenizer, ingest.embedder.limit,
            gate=self._gate, picture=self._course.picture, again=again,
        )  # fmt: skip
        self._file = ""  # in work
        self._family = _Family()

    def events(self) -> Events:
        """Yield what happens; while that is looked at, the threads rest."""
        embedding = Embedding(self._store, self._ingest.embedder, self._gate, self._course)
        read = Ahead(self._read_ahead(), self._gate, weigh=weight, room=_READ)
        ready = Ahead(embedding.items(read), self._gate, weigh=weight, room=_READY)
        try:
            for event in self._work(ready):
                with self._gate.shut():
                    began = time.monotonic()
                    yield event
                    self._course.rest(time.monotonic() - began)
        finally:
            read.close()
            ready.close()
        if pace := self._course.pace:
            self._store.note_pace(*pace)

    def _read_ahead(self) -> Iterator[Item]:
        """Tell the course of what is handed over; on the reading thread."""
        for item in self._families.items(self._files):
            if isinstance(item, Begun):
                self._course.begin(item.place.file)
            elif isinstance(item, Read):
                self._course.read(self._top(item), len(item.document.pages))
            yield item

    def _top(self, item: Outcome) -> str:
        return str(self._files[item.place.index])

    def _work(self, ready: Ahead[Begun | Embedded | Ready]) -> Iterator[IngestEvent]:
        while True:
            began = time.monotonic()
            item = ready.take(TICK)
            if item is None:
                if ready.over:
                    return
                if self._ingest.precedence.held:
                    self._course.rest(time.monotonic() - began)
            elif isinstance(item, Begun):
                self._file = item.place.file
                yield FileStarted(item.place.file, item.place.index, len(self._files))
            elif isinstance(item, Embedded):
                self._file = item.file
                yield PassagesEmbedded(item.file, item.done, item.total)
            else:
                yield from self._settle(item.outcome, item.vectors)
            if self._course.due():
                yield self._course.progress(self._file)

    # Storing

    def _settle(self, item: Outcome, vectors: Vectors | None) -> Iterator[IngestEvent]:
        """Put what became of a file into the store, and tell it where it is one in a folder."""
        place, family = item.place, self._family
        if isinstance(item, Copy) and not self._is_still(item):
            item = Failed(place, Status.FAILED, _CHANGED, lasting=False)
        if isinstance(item, Same):
            if item.touched:
                self._store.touch(place.file, place.size, place.modified)
        elif isinstance(item, Failed):
            self._fail(item)
        elif isinstance(item, Copy):
            self._copy(item)
        else:
            assert vectors is not None
            self._add(item, vectors)
        row = self._store.document(place.file) if not isinstance(item, Failed) else None
        if row is not None:
            family.rows.append(row)
            family.pages += row.pages
            self._course.stored(place.file, self._top(item), row.pages)
            if not row.pages or row.status is Status.LOCKED:
                family.reasons += [f"{_inner(row.file, self._top(item))}{reason}" for reason in row.reasons[:1]]
        if place.parent is None:
            self._family = _Family()
            self._course.end(place.file)
            yield self._told(item, row, family)

    def _told(self, item: Outcome, row: DocumentRow | None, family: _Family) -> IngestEvent:
        """Count a file in a folder and return the event that tells of it."""
        place, files = item.place, len(self._files)
        if isinstance(item, Same):
            self.unchanged += 1
            return FileUnchanged(place.file, place.index, files)
        if isinstance(item, Failed) or row is None or not row.pages:
            self.failed += 1
            reason = item.reason if isinstance(item, Failed) else " ".join(row.reasons if row else ())
            return FileFailed(place.file, reason, place.index, files)
        self._ingest.added(family.rows[::-1])
        self.added += 1
        self.pages += family.pages
        reasons = tuple(dict.fromkeys((*row.reasons, *family.reasons)))[: len(row.reasons) + _REASONS]
        return FileAdded(place.file, family.pages, family.passages, row.status, reasons, place.index, files)

    def _add(self, item: Read, vectors: Vectors) -> None:
        place = item.place
        self._store.add(
            place.file, item.document, item.passages, vectors, size=place.size, modified=place.modified,
            digest=item.digest, parent=place.parent, texts=item.texts, readers=READERS_VERSION,
            embedder=self._ingest.embedder.fingerprint,
        )  # fmt: skip
        self._family.passages += len(item.passages)
        self._remove_stale(place.file, item.inside)

    def _remove_stale(self, file: str, inside: frozenset[str]) -> None:
        """Remove what an earlier version of a file had inside it."""
        for child in self._store.children(file):
            if child.file not in inside:
                self._store.remove(child.file)

    def _fail(self, item: Failed) -> None:
        place = item.place
        if place.parent is not None:
            self._family.reasons.append(f"{_inner(place.file, self._top(item))}{item.reason}")
        if item.listed:
            self._store.fail(
                place.file, item.status, item.reason, size=place.size, modified=place.modified, digest=item.digest,
                parent=place.parent, readers=READERS_VERSION if item.lasting else 0,
            )  # fmt: skip

    def _is_still(self, item: Copy) -> bool:
        """Whether the other file is of that content yet; two files may have changed places."""
        row = self._store.document(item.of)
        return row is not None and (not row.pages or self._store.same_content(item.of, item.digest))

    def _copy(self, item: Copy) -> None:
        """List a file of the same content as another, with all that is inside."""
        place = item.place
        self._copy_row(item.of, place.file, place.parent, place.size, place.modified, item.digest)
        self._remove_stale(place.file, frozenset(
            place.file + child.file[len(item.of) :] for child in self._store.children(item.of)
        ))  # fmt: skip

    def _copy_row(
        self, of: str, file: str, parent: str | None, size: int, modified: float, digest: bytes | None
    ) -> None:
        for child in self._store.children(of):
            if child.file.startswith(of):
                self._copy_row(child.file, file + child.file[len(of) :], file, child.size, modified, None)
        row = self._store.document(of)
        if row is not None and row.pages:
            self._store.add_copy(file, of, size=size, modified=modified, digest=digest, parent=parent)
        else:
            status, reason = (row.status, " ".join(row.reasons)) if row else (Status.FAILED, errors.FileError.__doc__)
            self._store.fail(
                file, status, reason or "", size=size, modified=modified, digest=digest or b"", parent=parent,
                readers=READERS_VERSION,
            )  # fmt: skip


def _inner(file: str, top: str) -> str:
    """Return how a file inside another is named before what is said of it; nothing for that other itself."""
    return "" if file == top else f"“{PurePath(file).name}” inside it: "

"""Paths into the library: files → documents → passages → vectors → store, one file at a time.

A long operation: `Ingest.add` is a generator of events. Each file is whole in the store or not at
all, so stopping it anywhere loses at most the files in work. One file that cannot be read is an
event and a row of the ledger, and the run goes on.
"""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from app import errors, passages
from app.documents.sandbox import Limits, ReaderPool, megabytes
from app.models.roles import Embedder, Tokenizer, Vectors
from app.store.store import Store
from app.types import (
    Added,
    Document,
    DocumentRow,
    FileAdded,
    FileFailed,
    FileStarted,
    FileUnchanged,
    IngestEvent,
    Passage,
    PassagesEmbedded,
    Started,
    Status,
)

FILE_LIMIT = Limits().file  # the readers take no more, so no more is read from the disk
# Small files share a call to the embedder, large ones report progress between calls.
BATCH = 128
# Files that are being read while others are embedded; each may hold its bytes and its text.
AHEAD = 3

_STATUS = {
    errors.LockedFile: Status.LOCKED,
    errors.UnsupportedFile: Status.UNSUPPORTED,
    errors.DamagedFile: Status.DAMAGED,
    errors.TooLargeFile: Status.TOO_LARGE,
    errors.TimedOutFile: Status.TIMED_OUT,
    errors.EmptyFile: Status.EMPTY,
}
_LITTER = frozenset({"thumbs.db", "desktop.ini", ".ds_store"})


@dataclass(frozen=True, slots=True)
class _Read:
    """A file that was read and split, on its way into the store."""

    file: str
    index: int
    size: int
    modified: float
    digest: bytes
    document: Document
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class _Unchanged:
    file: str
    index: int


@dataclass(slots=True)
class _Tally:
    """What `Added` reports."""

    added: int = 0
    unchanged: int = 0
    failed: int = 0
    pages: int = 0
    waiting: list[_Read] = field(default_factory=list)  # read, not yet embedded

    @property
    def passages_waiting(self) -> int:
        return sum(len(read.passages) for read in self.waiting)


class Ingest:
    """Adds files to the store."""

    def __init__(
        self, store: Store, readers: ReaderPool, embedder: Embedder, tokenizer: Tokenizer, *,
        added: Callable[[DocumentRow], None] = lambda _: None,
    ) -> None:
        """`added` is told of every document that is in the store."""
        self._added = added
        self._store = store
        self._readers = readers
        self._embedder = embedder
        self._tokenizer = tokenizer

    def add(self, paths: Sequence[Path]) -> Generator[IngestEvent, None, None]:
        """Add files and folders (recursively) and yield what happens, ending with `Added`.

        What was not done when it ends early, also by a kill, is `unfinished` in the store until it is added again or
        the caller clears that. Raises DiskFull, EngineDied, LibraryDamaged; what was yielded as added is then in the
        store.
        """
        began = time.monotonic()
        begun = [os.path.abspath(path) for path in paths]
        self._store.note_unfinished(
            list(dict.fromkeys([*self._store.unfinished(), *(path for path in begun if _is_text(path))]))
        )
        files = list(walk(paths))
        yield Started(len(files))
        tally = _Tally()
        reader = ThreadPoolExecutor(1, thread_name_prefix="ingest")
        try:
            for outcome in self._outcomes(reader, files):
                if isinstance(outcome, FileStarted):
                    yield outcome
                    continue
                if isinstance(outcome, _Read):
                    tally.waiting.append(outcome)
                elif isinstance(outcome, _Unchanged):
                    tally.unchanged += 1
                    yield FileUnchanged(outcome.file, outcome.index, len(files))
                else:
                    tally.failed += 1
                    yield outcome
                if tally.passages_waiting >= BATCH:
                    yield from self._store_waiting(tally, len(files))
            yield from self._store_waiting(tally, len(files))
            self._store.note_unfinished([path for path in self._store.unfinished() if path not in begun])
            self._store.checkpoint()
        finally:
            reader.shutdown(wait=False, cancel_futures=True)
        yield Added(tally.added, tally.unchanged, tally.failed, tally.pages, time.monotonic() - began)

    def _outcomes(
        self, reader: ThreadPoolExecutor, files: Sequence[Path]
    ) -> Iterator[FileStarted | _Read | _Unchanged | FileFailed]:
        """Read ahead of whoever pulls, in order."""
        running: deque[tuple[int, Future[_Read | _Unchanged | FileFailed]]] = deque()
        ahead = enumerate(files)
        while True:
            while len(running) < AHEAD and (following := next(ahead, None)):
                index, path = following
                running.append((index, reader.submit(self._read, path, index, len(files))))
            if not running:
                return
            index, future = running.popleft()
            yield FileStarted(str(files[index]), index, len(files))
            yield future.result()

    def _read(self, path: Path, index: int, files: int) -> _Read | _Unchanged | FileFailed:
        file = str(path)
        size, modified, digest = 0, 0.0, b""
        try:
            if not _is_text(file):
                shown = os.fsencode(path).decode(errors="replace")
                return FileFailed(shown, "The name of the file is not readable text; rename it first.", index, files)
            stat = _stat(path)
            size, modified = stat.st_size, stat.st_mtime
            if self._store.unchanged(file, size, modified):
                return _Unchanged(file, index)
            data = read_whole(path)
            digest = self._store.content_key(data)
            if self._store.same_content(file, digest):
                self._store.touch(file, size, modified)
                return _Unchanged(file, index)
            document = self._readers.read(data, path.suffix.lower())
        except errors.FileError as error:
            status = _STATUS.get(type(error), Status.FAILED)
            if not isinstance(error, errors.MissingPath):
                self._store.fail(file, status, str(error), size=size, modified=modified, digest=digest)
            return FileFailed(file, str(error), index, files)
        found = passages.split(document, path.name, self._tokenizer.starts, self._embedder.limit)
        return _Read(file, index, size, modified, digest, document, found)

    def _store_waiting(self, tally: _Tally, files: int) -> Iterator[IngestEvent]:
        """Embed what waits, then store it file by file."""
        texts = [
            passages.embedded_text(passage, self._tokenizer.starts)
            for read in tally.waiting
            for passage in read.passages
        ]
        parts: list[Vectors] = []
        for start in range(0, len(texts), BATCH):
            parts.append(self._embedder.embed(texts[start : start + BATCH]))
            yield PassagesEmbedded(tally.waiting[-1].file, min(start + BATCH, len(texts)), len(texts))
        vectors = np.concatenate(parts) if parts else np.empty((0, 0), dtype=np.float32)
        start = 0
        for read in tally.waiting:
            end = start + len(read.passages)
            row = self._store.add(
                read.file,
                read.document,
                read.passages,
                vectors[start:end],
                size=read.size,
                modified=read.modified,
                digest=read.digest,
            )
            start = end
            self._added(row)
            tally.added += 1
            tally.pages += row.pages
            yield FileAdded(
                read.file, row.pages, len(read.passages), row.status, row.reasons, read.index, files
            )
        tally.waiting.clear()


def _is_text(file: str) -> bool:
    """Whether a name can be listed and cited."""
    return not any("\ud800" <= letter <= "\udfff" for letter in file)


def walk(paths: Sequence[Path]) -> Iterator[Path]:
    """Yield the files to look at, absolute, each once, folders in the order of their names.

    What was named is yielded also where it does not exist, so that it is reported. Hidden files,
    system litter and the lock files of office programs are passed over; links to folders are not
    followed, as they can lead in circles.
    """
    seen: set[str] = set()
    for path in paths:
        absolute = Path(os.path.abspath(path))
        found = _inside(absolute) if absolute.is_dir() else iter([absolute])
        for file in found:
            if str(file) not in seen:
                seen.add(str(file))
                yield file


def _inside(folder: Path) -> Iterator[Path]:
    for parent, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            if name.startswith((".", "~$")) or name.lower() in _LITTER:
                continue
            file = Path(parent, name)
            if file.is_file() or file.is_symlink():
                yield file


def read_whole(path: Path) -> bytes:
    """Return the bytes of a file as they were at one moment.

    Raises MissingPath, UnreadableFile, EmptyFile, TooLargeFile, and ChangedFile where it was written to
    meanwhile.
    """
    before = _stat(path)
    if before.st_size > FILE_LIMIT:
        raise errors.TooLargeFile(size=megabytes(before.st_size), limit=megabytes(FILE_LIMIT))
    try:
        with path.open("rb") as stream:
            data = stream.read(FILE_LIMIT + 1)
            after = os.fstat(stream.fileno())
    except FileNotFoundError:
        raise errors.MissingPath(path=path) from None
    except OSError as error:
        raise errors.UnreadableFile(reason=error.strerror or "it cannot be read") from error
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or len(data) != after.st_size:
        raise errors.ChangedFile
    if not data:
        raise errors.EmptyFile
    return data


def _stat(path: Path) -> os.stat_result:
    try:
        found = path.stat()
    except FileNotFoundError:
        raise errors.MissingPath(path=path) from None
    except OSError as error:
        raise errors.UnreadableFile(reason=error.strerror or "it cannot be read") from error
    if not path.is_file():
        raise errors.UnreadableFile(reason="it is not an ordinary file")
    return found

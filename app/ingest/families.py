"""Files into documents, with the files inside them, one after the other; runs on the reading thread.

Owns what is read and what need not be. Looks things up in the store and changes nothing there.
"""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath

from app import errors, passages
from app.counted import counted
from app.documents import reading
from app.documents.loader import READERS_VERSION
from app.documents.sandbox import ReaderPool, Recogniser
from app.ingest.ahead import Gate
from app.ingest.items import Begun, Copy, Failed, Item, Outcome, Place, Read, Same
from app.models.roles import Tokenizer
from app.store.store import Store
from app.types import Document, Part, Status
from app.walking import is_text, read_whole, stat

DEPTH = 5  # files inside files inside files …
MOST = 10_000  # files inside one file, at any depth
BYTES = 1 << 30  # of all of them
_FILES = "file in it was", "files in it were"

_STATUS = {
    errors.LockedFile: Status.LOCKED,
    errors.UnsupportedFile: Status.UNSUPPORTED,
    errors.DamagedFile: Status.DAMAGED,
    errors.TooLargeFile: Status.TOO_LARGE,
    errors.TimedOutFile: Status.TIMED_OUT,
    errors.EmptyFile: Status.EMPTY,
}


@dataclass(slots=True)
class _Room:
    """What may still come out of one file in a folder."""

    parts: int = MOST
    size: int = BYTES

    def take(self, part: Part) -> bool:
        if not self.parts or len(part.data) > self.size:
            return False
        self.parts -= 1
        self.size -= len(part.data)
        return True


class Families:
    """Reads files in folders with all that is inside them."""

    def __init__(
        self, store: Store, readers: ReaderPool, recogniser: Recogniser, tokenizer: Tokenizer, limit: int, *,
        gate: Gate, picture: Callable[[str, int, float], None], again: bool,
    ) -> None:  # fmt: skip
        """`picture(file, done, seconds)` is told of each page that OCR was asked to read; `again` reads also what is
        unchanged.
        """
        self._store = store
        self._readers = readers
        self._recogniser = recogniser
        self._tokenizer = tokenizer
        self._limit = limit
        self._gate = gate
        self._picture = picture
        self._again = again
        self._passwords = store.passwords()
        # Content that was handed over in this run → the file, as it may not be in the store yet.
        self._handed: dict[tuple[bytes, str], str] = {}

    def items(self, files: Sequence[Path]) -> Iterator[Item]:
        """Yield for each file `Begun`, then what became of the files inside it, then what became of it."""
        for index, path in enumerate(files):
            self._gate.wait()
            place = Place(str(path), index)
            yield Begun(place)
            yield from self._file(path, place)

    def _file(self, path: Path, place: Place) -> Iterator[Outcome]:
        digest = b""
        try:
            if not is_text(place.file):
                shown = replace(place, file=os.fsencode(path).decode(errors="replace"))
                reason = "The name of the file is not readable text; rename it first."
                yield Failed(shown, Status.FAILED, reason, listed=False)
                return
            found = stat(path)
            place = replace(place, size=found.st_size, modified=found.st_mtime)
            known = self._store.unchanged(place.file, place.size, place.modified, readers=READERS_VERSION)
            if known and not self._again:
                yield Same(place)
                return
            data = read_whole(path)
            digest = self._store.content_key(data)
        except errors.FileError as error:
            yield self._failed(place, error, digest)
            return
        if self._store.same_content(place.file, digest) and not self._again:
            yield Same(place, touched=True)
            return
        yield from self._family(data, path.suffix.lower(), place, digest, 0, _Room())

    def _family(
        self, data: bytes, suffix: str, place: Place, digest: bytes, depth: int, room: _Room
    ) -> Iterator[Outcome]:
        """Yield what became of the files inside a file, then of itself, which makes the family whole."""
        of = self._other(place.file, digest, suffix)
        if of is not None:
            yield Copy(place, digest, of)
            return
        try:
            document = self._read(data, suffix, place)
        except errors.FileError as error:
            self._handed[digest, suffix] = place.file
            yield self._failed(place, error, digest)
            return
        del data
        parts, document = deque(document.parts), replace(document, parts=())
        inside: set[str] = set()
        deep = large = 0
        while parts:
            part = parts.popleft()
            if depth == DEPTH:
                deep += 1
            elif not room.take(part):
                large += 1
            else:
                file = _own(f"{place.file}/{part.name}", inside)
                inside.add(file)
                yield from self._part(part, replace(place, file=file, parent=place.file), depth + 1, room)
        document = _with_reason(document, deep, large)
        found = passages.split(document, PurePath(place.file).name, self._tokenizer.starts, self._limit)
        texts = tuple(passages.embedded_text(passage, self._tokenizer.starts) for passage in found)
        self._handed[digest, suffix] = place.file
        yield Read(place, digest, document, found, texts, frozenset(inside))

    def _part(self, part: Part, place: Place, depth: int, room: _Room) -> Iterator[Outcome]:
        self._gate.wait()
        place = replace(place, size=len(part.data))
        if not part.data:
            yield self._failed(place, errors.EmptyFile(), b"")
            return
        digest = self._store.content_key(part.data)
        suffix = PurePath(place.file).suffix.lower()
        if self._store.same_content(place.file, digest) and not self._again:
            yield Same(place)
            return
        yield from self._family(part.data, suffix, place, digest, depth, room)

    def _other(self, file: str, digest: bytes, suffix: str) -> str | None:
        """Return another file of the same content that need not be read again."""
        of = self._handed.get((digest, suffix))
        if of is None and not self._again:
            of = self._store.same_content_as(digest, suffix)
            of = of if of is None or self._stands(of) else None
        return None if of == file else of

    def _stands(self, file: str) -> bool:
        """Whether what the store holds of a file will not be replaced in this run, as it changed on the disk."""
        row = self._store.document(file)
        while row is not None and row.parent is not None:
            row = self._store.document(row.parent)
        if row is None:
            return False
        try:
            found = stat(Path(row.file))
        except errors.FileError:
            return True  # it is not there, or cannot be read: its document stays
        return (found.st_size, found.st_mtime) == (row.size, row.modified)

    def _read(self, data: bytes, suffix: str, place: Place) -> Document:
        begun: list[float] = []  # when each picture was

        def wait() -> None:
            self._gate.wait()
            begun.append(time.monotonic())

        def page(done: int, pages: int) -> None:
            if begun:  # else these are pages that were no pictures
                self._picture(place.file, len(begun), time.monotonic() - begun[-1])

        return reading.read(
            data, suffix, self._readers, self._recogniser, passwords=self._passwords, wait=wait, page=page,
        )

    @staticmethod
    def _failed(place: Place, error: errors.FileError, digest: bytes) -> Failed:
        status = _STATUS.get(type(error))
        return Failed(
            place, status or Status.FAILED, str(error), digest, lasting=status is not None,
            listed=not isinstance(error, errors.MissingPath),
        )


def _own(file: str, taken: set[str]) -> str:
    """Return the name, with a number before its suffix where another has it already."""
    path, number = PurePath(file), 1
    found = file
    while found in taken:
        number += 1
        found = f"{file.removesuffix(path.suffix)} ({number}){path.suffix}"
    return found


def _with_reason(document: Document, deep: int, large: int) -> Document:
    """Say in the document what of its parts was left out."""
    said = []
    if deep:
        said.append(f"{counted(deep, *_FILES)} left out, as they lie in files inside files more than {DEPTH} deep.")
    if large:
        said.append(
            f"{counted(large, *_FILES)} left out: Carrel takes {MOST:,} files and {BYTES >> 30} GB out of one, "
            "with all in them."
        )
    if not said or not document.pages:
        return document
    *pages, last = document.pages
    return replace(document, pages=(*pages, replace(last, reason=" ".join(filter(None, [last.reason, *said])))))

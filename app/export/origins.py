"""Where quoted words come from: the file on the disk, its SHA-256, and whether it is still the one that was read.

The library keeps no plain hash of a file, which would tell a thief what it holds. So it is computed at the export, from
the file, and only given where the file is the one that the library read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from app import errors
from app.places import Listing, containers, file_name
from app.types import DocumentRow, StoredPassage

ELSEWHERE = "the file is in no matter that is open"
CHANGED = "the file has changed since it was read"
GONE = "the file is no longer there"


class Shelf(Listing, Protocol):
    """What of a store tells where a document came from."""

    def page_text(self, document: str, page: int | None) -> str:
        """Return the text of a page of a document id; raises UnknownDocument where there is none."""

    def content_key(self, data: bytes) -> bytes:
        """Return the keyed digest of a file's bytes."""

    def same_content(self, file: str, digest: bytes) -> bool:
        """Say whether `file` gave a document from content with this `content_key`."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a passage comes from; either `sha256` or `problem` is empty, both where nobody looked."""

    inside: str = ""  # the name of the file that its file came in, an attachment's mail; that is what was hashed then
    sha256: str = ""  # 64 hexadecimal digits
    problem: str = ""  # why there is none: the end of a sentence


class Origins:
    """The origins of one export: each file is read once."""

    def __init__(self, shelves: Iterable[Shelf]) -> None:
        """`shelves` are the open stores."""
        self._shelves = tuple(shelves)
        self._digests: dict[tuple[int, str], Origin] = {}

    def of(self, passage: StoredPassage) -> Origin:
        """Return where a passage comes from; reads its file, and raises nothing where that cannot be."""
        for number, shelf in enumerate(self._shelves):
            if (row := shelf.document(passage.file)) is None:
                continue
            if row.id != passage.document and not _stands(shelf, row, passage):
                continue
            key = number, passage.file
            if key not in self._digests:
                self._digests[key] = origin(shelf, passage.file)
            return self._digests[key]
        known = any(shelf.document(passage.file) for shelf in self._shelves)
        return Origin(problem=CHANGED if known else ELSEWHERE)


def origin(shelf: Shelf, file: str) -> Origin:
    """Return where a document of `shelf` comes from; reads the file on the disk, the outermost for an attachment."""
    files = containers(shelf, file)
    inside = file_name(files[-1]) if len(files) > 1 else ""
    from app.walking import read_whole  # it comes with the parsers, which the window does without until then

    try:
        data = read_whole(Path(files[-1]))
    except errors.MissingPath:
        return Origin(inside, problem=GONE)
    except (errors.ChangedFile, errors.EmptyFile, errors.TooLargeFile):
        return Origin(inside, problem=CHANGED)
    except errors.FileError as error:
        return Origin(inside, problem=f"it could not be computed ({str(error).rstrip('.')})")
    if not shelf.same_content(files[-1], shelf.content_key(data)):
        return Origin(inside, problem=CHANGED)
    return Origin(inside, hashlib.sha256(data).hexdigest())


def _stands(shelf: Shelf, row: DocumentRow, passage: StoredPassage) -> bool:
    """Whether the file, which was read anew since, still holds the words of a passage in their place."""
    try:
        return shelf.page_text(row.id, passage.page)[passage.start:passage.end] == passage.text
    except errors.UnknownDocument:
        return False

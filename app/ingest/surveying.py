"""What adding would do, before it is done: files, pages and an estimate of the time.

Owns the sample that is counted and what is concluded from it. Stores nothing.
"""

from __future__ import annotations

import random
import time
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from app import errors
from app.documents.loader import READERS_VERSION
from app.documents.sandbox import ReaderPool
from app.ingest.course import PACE
from app.store.store import Store
from app.types import PageCount, Survey, Surveying
from app.walking import is_text, read_whole, stat

# Files of other kinds have no pages, or only reading them would tell how many.
COUNTED = frozenset({".pdf", ".tif", ".tiff", ".png", ".jpg", ".jpeg", ".heic", ".heif", ".gif", ".bmp", ".webp"})
_ENOUGH = 20.0  # seconds after which the rest is estimated from what was counted
_EVERY = 0.1  # seconds between two reports


@dataclass(slots=True)
class _Kind:
    """The files of one suffix: what was counted, and what is to be estimated."""

    size: int = 0  # bytes counted
    pages: int = 0
    pictures: int = 0
    rest: list[tuple[str, int]] = field(default_factory=list)  # file, bytes

    def guess(self, size: int) -> PageCount:
        """Return what a file of `size` bytes likely holds."""
        if not self.size:
            return PageCount(1, 0)
        share = size / self.size
        return PageCount(max(round(self.pages * share), 1), round(self.pictures * share))


def survey(
    store: Store, readers: ReaderPool, files: Sequence[Path], counts: dict[str, PageCount]
) -> Generator[Surveying | Survey, None, None]:
    """Yield progress, then the survey of `files`; puts what was counted of each that would be read into `counts`."""
    yield Surveying(0, len(files))
    passwords = store.passwords()
    fresh, unchanged, size = [], 0, 0
    reported = time.monotonic()
    for path in files:
        try:
            found = stat(path) if is_text(str(path)) else None
        except errors.FileError:
            found = None
        if found is None:
            continue
        if store.unchanged(str(path), found.st_size, found.st_mtime, readers=READERS_VERSION):
            unchanged += 1
        else:
            fresh.append((path, found.st_size))
            size += found.st_size
    # In any order, so that what is counted in the time stands for the rest.
    random.Random(0).shuffle(fresh)  # noqa: S311
    until = time.monotonic() + _ENOUGH
    kinds: dict[str, _Kind] = {}
    for number, (path, length) in enumerate(fresh):
        if time.monotonic() - reported > _EVERY:
            reported = time.monotonic()
            yield Surveying(len(files) - len(fresh) + number, len(files))
        suffix = path.suffix.lower()
        kind = kinds.setdefault(suffix, _Kind())
        if suffix not in COUNTED or (time.monotonic() > until and kind.size):
            kind.rest.append((str(path), length))
            continue
        counts[str(path)] = counted = _count(readers, path, passwords)
        kind.size += length
        kind.pages += counted.pages
        kind.pictures += counted.pictures
    for kind in kinds.values():
        counts.update((file, kind.guess(length)) for file, length in kind.rest)
    yield Surveying(len(files), len(files))
    yield _survey(store, [counts[str(path)] for path, _ in fresh], unchanged, size)


def _survey(store: Store, counts: Sequence[PageCount], unchanged: int, size: int) -> Survey:
    pages = sum(count.pages for count in counts)
    pictures = min(sum(count.pictures for count in counts), pages)
    plain, picture = store.pace or PACE
    return Survey(
        len(counts), unchanged, pages, pictures, size, plain * (pages - pictures) + picture * pictures
    )


def _count(readers: ReaderPool, path: Path, passwords: Sequence[str]) -> PageCount:
    try:
        return readers.count(read_whole(path), path.suffix.lower(), passwords)
    except errors.FileError:
        return PageCount(1, 0)  # whatever is wrong with it, reading it will tell

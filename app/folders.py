"""Folders that are followed: what is new, changed, moved or deleted in them is so in the library, too.

Owns the comparison of disk and library, and the watch over changes. Must not know how a file is read.

A file that went is not always a file that was deleted: a drive may be unplugged, a network folder not connected, a
cloud folder not filled yet. So nothing is removed where a folder cannot be reached, and where most of it is gone only
after a question.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from app import errors
from app.documents.loader import READERS_VERSION
from app.ingest import Ingest
from app.store.store import Store
from app.types import DocumentRow, FileGone, FileMoved, Folder, FolderAway, IngestEvent
from app.walking import Patterns, is_meant, is_text, read_whole, stat, walk

if TYPE_CHECKING:
    from watchdog.events import FileSystemEvent

QUIET = 2.0  # seconds without a change until a folder is looked at: files are written in pieces
_LONGEST = 30.0  # seconds after which it is looked at although it never rests
_FEW = 3  # files that may go from a folder without a question, as long as any is left

Events = Generator[IngestEvent, None, None]


@dataclass(slots=True)
class _Compared:
    """A folder on the disk beside what the library holds of it."""

    folder: Folder
    known: list[DocumentRow]
    reachable: bool
    fresh: list[Path] = field(default_factory=list)  # not in the library
    changed: list[Path] = field(default_factory=list)
    missing: dict[str, DocumentRow] = field(default_factory=dict)


def reconcile(
    store: Store, ingest: Ingest, folders: Sequence[Folder], *, remove_missing: bool = False,
    remove: Callable[[str], None] | None = None,
) -> Events:  # fmt: skip
    """Bring the library up to date with folders and yield what happens, as `Ingest.add` does.

    First what was moved (`FileMoved`), also from one of the folders to another: its content tells, and nothing is read
    again. Then what is new or changed is added. At last what was deleted leaves the library (`FileGone`) by `remove`;
    but of a folder that cannot be reached, or has lost most of its files or some that kept answers quote, only
    `FolderAway` is told, unless `remove_missing`. What is in the library and not meant by the patterns any more stays.
    """
    compared = [_compare(store, folder) for folder in folders]
    yield from _moved(store, compared)
    wanted = [path for one in compared for path in (*one.fresh, *one.changed)]
    if wanted:
        yield from ingest.add(list(dict.fromkeys(wanted)))
    for one in compared:
        if not remove_missing and (_is_away(one) or _is_quoted(store, one)):
            yield FolderAway(one.folder.path, tuple(sorted(one.missing)))
            continue
        for file in sorted(one.missing):
            if _is_gone(file):  # still
                with contextlib.suppress(errors.UnknownDocument):  # removed meanwhile
                    (remove or store.remove)(file)
                yield FileGone(file)


def _compare(store: Store, folder: Folder) -> _Compared:
    root = Path(folder.path)
    found = _Compared(folder, store.below(folder.path), _reachable(root))
    if not found.reachable:
        found.missing = {row.file: row for row in found.known}
        return found
    known = {row.file: row for row in found.known}
    for path in walk([root], folder.include, folder.exclude):
        row = known.get(str(path))
        if row is None:
            found.fresh.append(path)
            continue
        with contextlib.suppress(errors.FileError):
            now = stat(path)
            if not store.unchanged(row.file, now.st_size, now.st_mtime, readers=READERS_VERSION):
                found.changed.append(path)
    found.missing = {row.file: row for row in found.known if _is_gone(row.file)}
    return found


def _reachable(root: Path) -> bool:
    try:
        with os.scandir(root) as entries:
            next(entries, None)
    except OSError:
        return False
    return True


def _is_gone(file: str) -> bool:
    """Whether a file is surely not there; one that cannot be looked at may be."""
    try:
        os.lstat(file)
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False


def _is_quoted(store: Store, one: _Compared) -> bool:
    """Whether answers in conversations quote what is gone: they would go with it."""
    gone = [key for file in one.missing for key in store.family(file)]
    return bool(gone and store.conversations.quoting(gone).exchanges)


def _is_away(one: _Compared) -> bool:
    """Whether so much of a folder is gone that its drive may be, and not its files."""
    if not one.missing:
        return not one.reachable
    if not one.reachable or len(one.missing) == len(one.known):
        return True
    return len(one.missing) > _FEW and 2 * len(one.missing) > len(one.known)


def _moved(store: Store, compared: Sequence[_Compared]) -> Iterator[IngestEvent]:
    """Rename what is at another place now; it is then neither fresh nor missing."""
    gone: dict[tuple[int, str], list[tuple[_Compared, str]]] = {}
    for one in compared:
        for file, row in one.missing.items():
            if one.reachable and row.pages:
                gone.setdefault((row.size, Path(file).suffix.lower()), []).append((one, file))
    if not gone:
        return
    for one in compared:
        for path in list(one.fresh):
            found = _before(store, path, gone)
            if found is None:
                continue
            other, before, now = found
            store.rename(before, str(path), size=now.st_size, modified=now.st_mtime)
            row = other.missing.pop(before)
            other.known.remove(row)
            one.known.append(row)
            one.fresh.remove(path)
            yield FileMoved(str(path), before)


def _before(
    store: Store, path: Path, gone: dict[tuple[int, str], list[tuple[_Compared, str]]]
) -> tuple[_Compared, str, os.stat_result] | None:
    """Return where a file that is new here was before, if its content says so; that is then no candidate any more."""
    if not is_text(str(path)):
        return None
    try:
        now = stat(path)
        candidates = gone.get((now.st_size, path.suffix.lower()))
        if not candidates:
            return None
        digest = store.content_key(read_whole(path))
    except errors.FileError:
        return None
    alike = [candidate for candidate in candidates if store.same_content(candidate[1], digest)]
    if not alike:
        return None
    # Of several of the same content the one of the same name, as when a folder of copies was moved.
    best = next((candidate for candidate in alike if Path(candidate[1]).name == path.name), alike[0])
    candidates.remove(best)
    return best[0], best[1], now


class Watcher:
    """Watches folders by the system's own means and says in which there were changes; ends with `close`.

    `unwatched` are those that the system would not watch, such as network folders of some kinds: they have to be
    reconciled from time to time. `quiet` is how many seconds a folder must rest before it is told.
    """

    def __init__(self, folders: Sequence[Folder], *, quiet: float = QUIET) -> None:
        from watchdog.observers import Observer

        self._quiet = quiet
        self._changed = threading.Condition()
        self._first: dict[str, float] = {}  # folder → when its first change since it was last told came
        self._last: dict[str, float] = {}
        self._closed = False
        self.unwatched: tuple[str, ...] = ()
        self._observer = Observer()
        self._observer.start()  # first, as what cannot be watched is then told where it is scheduled
        try:
            for folder in folders:
                self._watch(folder)
        except BaseException:
            self.close()
            raise

    def _watch(self, folder: Folder) -> None:
        from watchdog.events import FileSystemEventHandler

        patterns, note = Patterns(folder.include, folder.exclude), self._note

        class Handler(FileSystemEventHandler):
            def on_any_event(self, event: FileSystemEvent) -> None:
                if event.event_type in ("opened", "closed_no_write"):  # as when it is read, by us too
                    return
                files = [os.fsdecode(file) for file in (event.src_path, event.dest_path) if file]
                # Of a folder only that it came or went says something that is not said of its files.
                if event.is_directory:
                    told = event.event_type != "modified"
                else:
                    told = any(is_meant(file, folder.path, patterns) for file in files)
                if told:
                    note(folder.path)

        try:
            if not Path(folder.path).is_dir():
                raise FileNotFoundError(folder.path)
            self._observer.schedule(Handler(), folder.path, recursive=True)
        except OSError:
            self.unwatched += (folder.path,)

    def _note(self, path: str) -> None:
        now = time.monotonic()
        with self._changed:
            self._first.setdefault(path, now)
            self._last[path] = now
            self._changed.notify_all()

    def changes(self, seconds: float) -> tuple[str, ...]:
        """Return the paths of folders with changes that have come to rest, as soon as there are any.

        None of them after `seconds`, or once it is closed.
        """
        until = time.monotonic() + seconds
        with self._changed:
            while not self._closed:
                now = time.monotonic()
                ready = [path for path in self._first if self._ready_at(path) <= now]
                if ready:
                    for path in ready:
                        del self._first[path], self._last[path]
                    return tuple(ready)
                if now >= until:
                    break
                self._changed.wait(min([until, *map(self._ready_at, self._first)]) - now)
        return ()

    def _ready_at(self, path: str) -> float:
        return min(self._last[path] + self._quiet, self._first[path] + _LONGEST)

    def close(self) -> None:
        """Watch no more and end its threads; whoever waits for changes is let go. Safe to call twice."""
        with self._changed:
            if self._closed:
                return
            self._closed = True
            self._changed.notify_all()
        self._observer.stop()
        self._observer.join()

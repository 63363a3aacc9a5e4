"""The folder in which the vector index lies in plain while the library is unlocked.

Owns its place, its name and the note of it in the records, which is made before it and struck out when it is gone: if
the note is there at the start, the last run was killed. Must not know what is in it.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import sys
import time
from pathlib import Path

from app.store.notes import Notes

WORKING = "working"  # the note in the records
_NAME = re.compile(r"carrel-[0-9a-f]{32}")
_SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of ours in it, 0700 and with a random name
_ROOM = 256 * 1024 * 1024  # left free in shared memory


class Working:
    """The working folder of one library."""

    def __init__(self, library: Path, notes: Notes) -> None:
        self._library = library
        self._notes = notes
        self._path: Path | None = None

    @property
    def path(self) -> Path:
        """Where it lies; only asked once it was made."""
        assert self._path is not None
        return self._path

    def wipe_left_over(self) -> bool:
        """Wipe what a killed run left behind; says whether there was one. The note of it stays. Raises OSError."""
        left_over = self._notes.get(WORKING)
        if left_over is not None:
            _wipe(Path(left_over), self._library)
        return left_over is not None

    def make(self, needed: int) -> None:
        """Make it in shared memory where that has room for so many bytes, or else in the library; raises OSError."""
        inside = _SHARED_MEMORY if _has_room(_SHARED_MEMORY, needed) else self._library
        self._path = inside / f"carrel-{secrets.token_hex(16)}"
        self._notes.put(WORKING, str(self._path))
        self._path.mkdir(mode=0o700)

    def empty(self) -> None:
        """Take out what is in it; raises OSError."""
        _wipe(self.path, self._library)
        self.path.mkdir(mode=0o700)

    def wipe(self) -> None:
        """Remove it, if it was made; raises OSError."""
        if self._path is not None:
            _wipe(self._path, self._library)

    def forget(self) -> None:
        """Strike out the note of it, now that it is gone."""
        self._notes.put(WORKING, None)


def _has_room(folder: Path, needed: int) -> bool:
    if sys.platform != "linux" or not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
        return False
    return shutil.disk_usage(folder).free > needed + _ROOM


def _wipe(working: Path, library: Path) -> None:
    """Remove a working folder; anything that does not look like one of ours stays."""
    if working.parent not in (_SHARED_MEMORY, library) or not _NAME.fullmatch(working.name):
        return
    for _ in range(40):
        try:
            shutil.rmtree(working)
        except FileNotFoundError:
            return
        except PermissionError:  # Windows: a file is still being closed
            time.sleep(0.05)
        else:
            return

"""The file lock that keeps a folder to one owner, in this process or any other.

The operating system lets go of it when the process dies, so there is nothing stale to clean up.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from app.errors import LibraryBusy

NAME = "lock"
_MADE = b"made\n"
# A program that was just killed may hold it a moment longer, by a process that it was about to start.
_TRIES, _PAUSE = 6, 0.1  # seconds
_LOCKED_BYTE = 1 << 30  # beyond the text: where Windows locks a byte, it cannot be read


class Lock:
    """Held from construction to `release()`; raises LibraryBusy where another holds it."""

    def __init__(self, folder: Path) -> None:
        self._descriptor = os.open(folder / NAME, os.O_RDWR | os.O_CREAT, 0o600)
        for tried in range(_TRIES):
            try:
                self._take()
            except OSError:
                if tried + 1 == _TRIES:
                    os.close(self._descriptor)
                    raise LibraryBusy from None
                time.sleep(_PAUSE)
            else:
                break

    def _take(self) -> None:
        if sys.platform == "win32":
            import msvcrt

            os.lseek(self._descriptor, _LOCKED_BYTE, os.SEEK_SET)
            msvcrt.locking(self._descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            # flock and not lockf: it belongs to this opening of the file, so that a second store in
            # the same process is refused as well.
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

    @property
    def made(self) -> bool:
        """Whether a database was once made here, and so may not be missing now."""
        os.lseek(self._descriptor, 0, os.SEEK_SET)
        return os.read(self._descriptor, len(_MADE)) == _MADE

    def remember_made(self) -> None:
        """Note that the database exists from now on."""
        os.lseek(self._descriptor, 0, os.SEEK_SET)
        os.write(self._descriptor, _MADE)
        os.fsync(self._descriptor)

    def release(self) -> None:
        """Let others in; a second call does nothing."""
        if self._descriptor < 0:
            return
        if sys.platform == "win32":
            import msvcrt

            os.lseek(self._descriptor, _LOCKED_BYTE, os.SEEK_SET)
            msvcrt.locking(self._descriptor, msvcrt.LK_UNLCK, 1)
        os.close(self._descriptor)
        self._descriptor = -1

"""Wrong passphrases in a row, and how long the next one has to wait.

The file is plain and can be deleted by whoever can write there, and whoever sets the clock forward waits
less: the delay stops a colleague at the keyboard, Argon2id stops the thief of the files.
"""

from __future__ import annotations

import contextlib
import json
import time
from pathlib import Path

from app.errors import TooManyTries
from app.paths import read_bounded, write_atomically

NAME = "attempts.json"
_FREE = 3  # wrong ones before the first wait
_LONGEST = 300  # seconds
_LIMIT = 1_000_000
_SIZE = 4096  # bytes; it has fifty
_END = 1e11  # seconds; a clock that says the year 5000 is none


def check(folder: Path) -> None:
    """Raise TooManyTries while the next try has to wait."""
    tries, last = _read(folder)
    wait = _delay(tries)
    now = time.time()
    if wait and last > now:  # the clock was set back: it cannot say how much of the wait is over
        with contextlib.suppress(OSError):
            _write(folder, tries, now)
        last = now
    left = last + wait - now
    if left > 0:
        raise TooManyTries(tries=tries, seconds=int(left) + 1)


def count(folder: Path) -> None:
    """Note a wrong one; where the disk is full it goes uncounted, as what matters is that it was wrong."""
    tries, _ = _read(folder)
    with contextlib.suppress(OSError):
        _write(folder, tries + 1, time.time())


def clear(folder: Path) -> int:
    """Forget them, as the right one came; return how many there were."""
    tries, _ = _read(folder)
    with contextlib.suppress(OSError):  # who knows the secret is let in, whatever lies there
        (folder / NAME).unlink()
    return tries


def _delay(tries: int) -> int:
    return 0 if tries < _FREE else min(_LONGEST, 1 << min(tries - _FREE, 20))


def _read(folder: Path) -> tuple[int, float]:
    try:
        kept = json.loads(read_bounded(folder / NAME, _SIZE))
        tries, last = kept["tries"], kept["last"]
        if type(tries) is int and 0 <= tries <= _LIMIT and type(last) in (int, float) and abs(last) < _END:
            return tries, float(last)
    except FileNotFoundError:
        return 0, 0.0
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        pass
    now = time.time()
    try:
        _write(folder, _FREE, now)  # someone changed it: begin anew, with a wait
    except OSError:  # a wait that cannot be noted would never end
        return _FREE, 0.0
    return _FREE, now


def _write(folder: Path, tries: int, last: float) -> None:
    write_atomically(folder / NAME, json.dumps({"tries": tries, "last": last}).encode())

"""Where a run stands and how long it still takes: pages done, pages to do, rate, time left.

Pure but for the clock it is given; told of pages by two threads. Knows no file's content.

A page counts as done when OCR has read it or its passages are embedded. The time left is what the remembered pace
says of the pages that are left, times how much slower or faster this run is than that: it needs no warming up and
does not jump.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from app.types import PageCount, Progress

# Seconds a page and seconds a page with OCR, until this computer's own were measured.
PACE = (0.1, 2.0)
_EVERY = 0.2  # seconds between two reports
_LATELY = 30.0  # seconds that the rate is of
_PRIOR = 5.0  # seconds of work that the remembered pace weighs as much as
_SMOOTH = 5.0  # seconds over which the time left changes to another
_ENOUGH = 20, 3  # pages, and pages with OCR, that a pace is learned from


@dataclass(slots=True)
class _Work:
    """A file that is under way, with what is inside it."""

    count: PageCount | None  # as it was counted
    read: int = 0  # pages that were found in it so far
    stored: int = 0

    @property
    def pages(self) -> int:
        return max(self.count.pages if self.count else 0, self.read)


class Course:
    """Follows one run over `files`, some of which were counted before; usable from any thread."""

    def __init__(
        self, files: Sequence[str], counts: Mapping[str, PageCount], pace: tuple[float, float] | None, *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        self._clock = clock
        self._lock = threading.Lock()
        self._pace = pace or PACE
        self._counts = counts
        self._files = len(files)
        self._ahead = sum(count.pages for file in files if (count := counts.get(file)))  # pages, counted, not begun
        self._ahead_pictures = sum(count.pictures for file in files if (count := counts.get(file)))
        self._uncounted = sum(file not in counts for file in files)
        self._ended = self._finished = 0  # files, and their pages
        self._work: dict[str, _Work] = {}
        self._part: dict[str, float] = {}  # documents that are not stored yet: their pages that are done
        self._pictures = 0  # pages that OCR read
        self._picture_seconds = 0.0
        self._began = clock()
        self._rested = 0.0
        self._reported = float("-inf")
        self._lately: deque[tuple[float, float]] = deque([(0.0, 0.0)])
        self._left: tuple[float, float] | None = None  # when, and what was said then

    # What happens

    def begin(self, file: str) -> None:
        """A file in a folder is being looked at."""
        with self._lock:
            count = self._counts.get(file)
            if count is None:
                self._uncounted -= 1
            else:
                self._ahead -= count.pages
                self._ahead_pictures -= count.pictures
            self._work[file] = _Work(count)

    def picture(self, file: str, done: int, seconds: float) -> None:
        """OCR has read a page of a document in so many seconds, of which it has read `done` now."""
        with self._lock:
            self._picture_seconds += seconds
            self._pictures += 1
            self._part[file] = float(done)

    def read(self, top: str, pages: int) -> None:
        """A document was read; `top` is the file in a folder that it is or is inside of."""
        with self._lock:
            if top in self._work:
                self._work[top].read += pages

    def embedded(self, file: str, pages: float) -> None:
        """So many of a document's pages are embedded."""
        with self._lock:
            self._part[file] = max(self._part.get(file, 0.0), pages)

    def stored(self, file: str, top: str, pages: int) -> None:
        """A document is in the store."""
        with self._lock:
            self._part.pop(file, None)
            if top in self._work:
                self._work[top].stored += pages

    def end(self, file: str) -> None:
        """A file in a folder is done with, all that is inside it too."""
        with self._lock:
            work = self._work.pop(file, None)
            self._finished += work.stored if work else 0
            self._ended += 1

    def rest(self, seconds: float) -> None:
        """So long nothing was done, as it was paused or an answer was being written."""
        with self._lock:
            self._rested += seconds

    # What is said of it

    def due(self) -> bool:
        """Whether it is time for another report."""
        return self._clock() - self._reported >= _EVERY

    def progress(self, file: str) -> Progress:
        """Return where the run stands, with `file` in work."""
        with self._lock:
            self._reported = self._clock()
            now = self._reported - self._began - self._rested
            done = self._finished + sum(work.stored for work in self._work.values()) + sum(self._part.values())
            under_way = self._finished + sum(work.pages for work in self._work.values())
            mean = self._finished / self._ended if self._ended else 1.0
            pages = max(under_way + self._ahead + round(self._uncounted * mean), int(done))
            self._lately.append((now, done))
            while len(self._lately) > 2 and self._lately[1][0] < now - _LATELY:
                self._lately.popleft()
            since, before = self._lately[0]
            rate = max(done - before, 0.0) / (now - since) if now - since > 0.5 else 0.0
            return Progress(
                file, int(done), pages, self._ended, self._files, rate, self._time_left(now, done, pages - done)
            )

    def _time_left(self, now: float, done: float, pages: float) -> float | None:
        if pages <= 0:
            return 0.0 if not self._uncounted else None
        plain, picture = self._pace
        counted = self._ahead_pictures + sum(work.count.pictures for work in self._work.values() if work.count)
        ahead = min(max(counted - self._pictures_under_way(), 0), pages)
        worth = min(self._pictures, done) * picture + max(done - self._pictures, 0) * plain
        slower = (now + _PRIOR) / (worth + _PRIOR)
        left = slower * (ahead * picture + (pages - ahead) * plain)
        if self._left is not None:
            then, said = self._left
            share = min((now - then) / _SMOOTH, 1.0)
            left = share * left + (1 - share) * max(said - (now - then), 0.0)
        self._left = now, left
        return left

    def _pictures_under_way(self) -> float:
        return sum(self._part.values()) if self._pictures else 0.0

    @property
    def pace(self) -> tuple[float, float] | None:
        """The remembered pace with what this run adds to it; None where it was too short to tell."""
        with self._lock:
            spent = self._clock() - self._began - self._rested
            plain = self._finished - self._pictures
            found = list(self._pace)
            if plain >= _ENOUGH[0]:
                found[0] = (found[0] + max(spent - self._picture_seconds, 0.2 * spent) / plain) / 2
            if self._pictures >= _ENOUGH[1]:
                found[1] = (found[1] + self._picture_seconds / self._pictures) / 2
            return None if tuple(found) == self._pace else (found[0], found[1])

"""All background work of the window: long operations and single calls, each on a thread of its own.

Owns threads and how their results come back to the window's thread. Must not know what the work
is. It is the only place in the window where generators of events are pulled, and cancelling is
what it is everywhere in Carrel: to stop pulling and to close the generator. Pausing is not to pull for a while.
"""

from __future__ import annotations

import sys
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from typing import Any, cast

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from app.errors import CarrelError

_WAITING = 256  # events that may wait for the window before the worker pauses
_TURN = 0.008  # seconds the window spends on events before it looks after itself again


class Job(QObject):
    """One piece of background work; its signals are always emitted on the window's thread.

    After `yielded` (any number) comes exactly one of `done`, `failed` and `stopped`, then `ended`.
    """

    yielded = Signal(object)
    rested = Signal()  # it was paused and has come to rest; what it was at when that was asked for is done
    done = Signal(object)  # what the call returned; None for a generator
    failed = Signal(object)  # the Exception
    stopped = Signal()
    ended = Signal()
    _wake = Signal()

    def __init__(self, work: Callable[[Job], object], name: str, *, standing: bool = False) -> None:
        """`standing` work has no end of its own, so that nobody waits for it who did not ask it to stop."""
        super().__init__()
        self.standing = standing
        self._work = work
        self._queue: deque[tuple[str, object]] = deque()
        self._ready = threading.Condition()
        self._awake = False  # a delivery is on its way to the window's thread
        self._halt = threading.Event()
        self._paused = False
        self.finished = False
        self._wake.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        self._thread = threading.Thread(target=self._run, name=f"job {name}")

    def start(self) -> None:
        """Begin; connect the signals before control goes back to the event loop."""
        self._thread.start()

    def stop(self) -> None:
        """Stop pulling; the generator is closed on its own thread, events that wait are dropped."""
        self._halt.set()
        with self._ready:
            self._ready.notify_all()

    def pause(self) -> None:
        """Pull no more until `resume`; `rested` follows when the work at hand is done. It can be stopped meanwhile."""
        with self._ready:
            self._paused = True

    def resume(self) -> None:
        """Go on pulling."""
        with self._ready:
            self._paused = False
            self._ready.notify_all()

    @property
    def paused(self) -> bool:
        """Whether `pause` was called and `resume` was not."""
        return self._paused

    @property
    def stopping(self) -> bool:
        """Whether `stop` was called."""
        return self._halt.is_set()

    def join(self, timeout: float | None = None) -> bool:
        """Wait for the thread; returns whether it has ended."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    # On the worker's thread.

    def _run(self) -> None:
        try:
            result = None if self.stopping else self._work(self)
        except CarrelError as error:
            self.post("failed", error)
        except Exception as error:  # noqa: BLE001 (a bug; it is told in the window, the program goes on)
            _report(error)
            self.post("failed", error)
        else:
            self.post("done", result)

    def post(self, kind: str, value: object) -> None:
        """Queue `value` for the window; waits while too many are queued."""
        with self._ready:
            while kind == "event" and len(self._queue) >= _WAITING and not self._halt.is_set():
                self._ready.wait()
            self._queue.append((kind, value))
            wake, self._awake = not self._awake, True
        if wake:
            self._wake.emit()

    def rest(self) -> None:
        """Wait as long as it is paused and not stopped."""
        with self._ready:
            if self._paused and not self._halt.is_set():
                self.post("rest", None)
            while self._paused and not self._halt.is_set():
                self._ready.wait()

    # On the window's thread.

    def _deliver(self) -> None:
        until = time.monotonic() + _TURN
        while True:
            with self._ready:
                if not self._queue:
                    self._awake = False
                    return
                kind, value = self._queue.popleft()
                self._ready.notify_all()
            if kind not in ("event", "rest"):
                self._end(kind, value)
            elif kind == "event" and not self._halt.is_set():
                self.yielded.emit(value)
            elif self._paused and not self._halt.is_set():
                self.rested.emit()
            if time.monotonic() > until:
                QTimer.singleShot(1, self, self._deliver)  # after paint and input, unlike a queued call
                return

    def _end(self, kind: str, value: object) -> None:
        self._thread.join()  # it has nothing left to do
        self.finished = True
        if self._halt.is_set():
            self.stopped.emit()
        elif kind == "failed":
            self.failed.emit(value)
        else:
            self.done.emit(value)
        self.ended.emit()


class Jobs(QObject):
    """The work that is under way; one object for the window."""

    idle = Signal()  # the last one has ended

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._running: set[Job] = set()
        self._shut = False

    @property
    def busy(self) -> bool:
        """Whether any work is under way that comes to an end."""
        return any(not job.standing or job.stopping for job in self._running)

    def call(self, work: Callable[[], object], name: str = "call") -> Job:
        """Run `work` once; its result comes with `done`, its error with `failed`."""
        return self._begin(lambda job: work(), name)

    def pull(self, start: Callable[[], Iterator[Any]], name: str = "pull", *, standing: bool = False) -> Job:
        """Start a generator and pull it to its end; each value comes with `yielded`.

        `standing` is one that goes on until it is stopped, such as a watch, for which nothing else waits.
        """

        def work(job: Job) -> None:
            with closing(cast(Generator[Any, None, None], start())) as events:
                for value in events:
                    job.post("event", value)
                    job.rest()
                    if job.stopping:
                        return

        return self._begin(work, name, standing=standing)

    def shut(self) -> None:
        """Ask all work to stop and begin no more, `last` excepted; `idle` follows when it has stopped."""
        self._shut = True
        self.stop()

    def stop(self) -> None:
        """Ask all work to stop; `idle` follows when it has."""
        for job in tuple(self._running):
            job.stop()

    def last(self, work: Callable[[], object]) -> Job:
        """Run what ends everything, after `shut`."""
        self._shut = False
        try:
            return self.call(work, "last")
        finally:
            self._shut = True

    def _begin(self, work: Callable[[Job], object], name: str, *, standing: bool = False) -> Job:
        job = Job(work, name, standing=standing)
        if self._shut:
            job.stop()  # before it began; it says `stopped` and does nothing
        self._running.add(job)
        job.ended.connect(lambda: self._ended(job))
        job.start()
        return job

    def _ended(self, job: Job) -> None:
        self._running.discard(job)
        job.deleteLater()
        if not self.busy:
            self.idle.emit()


def _report(error: Exception) -> None:
    """Write where a bug was to standard error, without its message: that could hold text of documents."""
    if sys.stderr is not None:  # there is none in a program without a console
        traceback.print_tb(error.__traceback__)
        sys.stderr.write(f"{type(error).__name__}\n")


def in_words(error: Exception) -> str:
    """Return the sentence to show for `error`."""
    if isinstance(error, CarrelError):
        return str(error)
    return f"Something went wrong inside Carrel ({type(error).__name__}). Your library is safe; try again."

"""How everything behind the window ends: work is stopped and waited for, then what is open is closed.

Knows no session; what is to be closed last is handed in.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

from app.ui.jobs import Jobs


class Ending(QObject):
    """The end of all jobs, once."""

    over = Signal()  # nothing runs any more, or the time is up

    def __init__(self, jobs: Jobs, parent: QObject) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._then: Callable[[], None] = lambda: None  # the next step
        self._last: Callable[[], Callable[[], None] | None] = lambda: None
        self.begun = self._over = False

    def begin(self, last: Callable[[], Callable[[], None] | None], *, patience: int, longest: int = 0) -> None:
        """Stop all work and then run on a worker what `last` returns, if anything.

        Work that does not stop within `patience` milliseconds, such as an engine in the middle of a long prompt,
        is not waited for before `last`, whose work ends it. After `longest`, where given, `over` comes anyway.
        """
        self.begun = True
        self._last = last
        self._then = self._close
        self._jobs.idle.connect(self._step)
        self._jobs.shut()
        if longest:
            QTimer.singleShot(longest, self, self._end)
        if not self._jobs.busy:
            self._step()
        else:
            QTimer.singleShot(patience, self, self._step)

    def _step(self) -> None:
        then, self._then = self._then, lambda: None
        then()

    def _close(self) -> None:
        self._then = self._leave
        work = self._last()
        if work is None:
            self._step()
        else:
            self._jobs.last(work)

    def _leave(self) -> None:
        if self._jobs.busy:
            self._then = self._leave
        else:
            self._end()

    def _end(self) -> None:
        if not self._over:
            self._over = True
            self.over.emit()

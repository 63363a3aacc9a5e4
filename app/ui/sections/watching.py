"""The watch over followed folders, on a job of its own for as long as a matter is open.

Says which of them should be gone through; goes through none. Knows no panel.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from app.ui.jobs import Job, Jobs

if TYPE_CHECKING:
    from app.session import Session

_LOOK_S = .25  # after so long at most the job sees that it is no longer wanted
_ASK_AGAIN_MS = 600_000  # as often are folders gone through that the system does not watch, as they are away


class Watching(QObject):
    """Tells of changes in the folders that the current matter follows."""

    changed = Signal(str)  # the path of a followed folder

    def __init__(self, jobs: Jobs, parent: QObject) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._job: Job | None = None
        self._wanted: Session | None = None
        self._unwatched: tuple[str, ...] = ()
        self._again = QTimer(self, interval=_ASK_AGAIN_MS)
        self._again.timeout.connect(self._ask_again)

    def start(self, session: Session) -> None:
        """Watch the folders that are followed now, instead of those of before."""
        self.stop()
        self._wanted = session
        if self._job is None:
            self._begin()

    def stop(self) -> None:
        """Watch nothing."""
        self._wanted = None
        self._unwatched = ()
        self._again.stop()
        if self._job is not None:
            self._job.stop()

    def _begin(self) -> None:
        session, self._wanted = self._wanted, None
        if session is None:
            return
        store = session.store

        def watch() -> Generator[tuple[bool, tuple[str, ...]], None, None]:
            if not store.folders():
                return
            with closing(session.watcher()) as watcher:
                yield True, watcher.unwatched
                while True:  # a value now and then, also of nothing: so it is seen that it is no longer wanted
                    yield False, watcher.changes(_LOOK_S)

        self._job = job = self._jobs.pull(watch, "watch", standing=True)
        job.yielded.connect(self._tell)
        job.ended.connect(self._ended)

    def _tell(self, found: tuple[bool, tuple[str, ...]]) -> None:
        first, paths = found
        if first:
            self._unwatched = paths
            if paths:
                self._again.start()
            return
        for path in paths:
            self.changed.emit(path)

    def _ask_again(self) -> None:
        for path in self._unwatched:
            self.changed.emit(path)

    def _ended(self) -> None:
        self._job = None
        self._begin()

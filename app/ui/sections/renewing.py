"""Having the open matters follow the chosen embedder, in the background.

Owns its run and what is said where one was left half done: one that was broken off goes on by itself, one that the
user stopped is offered. Whoever owns this says when its turn is, as what is added goes before it. Knows no panel.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.types import Behind
from app.ui.jobs import Job, Jobs, in_words
from app.ui.widgets.renewing import RenewingStrip
from app.ui.widgets.theme import Theme

if TYPE_CHECKING:
    from app.session import Session


class Renewing(QObject):
    """One run at a time."""

    due = Signal()  # there is something to do, as soon as nothing else is done
    over = Signal()  # the run has ended

    def __init__(self, theme: Theme, jobs: Jobs, parent: QObject) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._session: Session | None = None
        self._job: Job | None = None
        self._stopping = False  # by the user
        self.wanted = False
        self.strip = RenewingStrip(theme)
        self.strip.stopped.connect(self.stop)
        self.strip.wanted.connect(self.go_on)

    def set_session(self, session: Session) -> None:
        """Look at what is left to do in the matters that are open."""
        self._session = session
        self._look(session, stopped=False)

    def leave(self) -> None:
        """Stop for now, and do nothing until there is a session again."""
        self.give_way()
        self._session = None
        self.wanted = False
        self.strip.hide()

    def go_on(self) -> None:
        """Begin as soon as nothing else is done, or go on."""
        self.wanted = True
        self.strip.wait()
        self.due.emit()

    def stop(self) -> None:
        """Stop until the user wants it to go on."""
        self.wanted = False
        if self._job is not None:
            self._stopping = True
            self.strip.stopping()
            self._job.stop()

    def give_way(self) -> None:
        """Stop for now; `over` follows."""
        if self._job is not None:
            self._job.stop()

    @property
    def running(self) -> bool:
        """Whether it is under way."""
        return self._job is not None

    def run(self) -> None:
        """Do it; it is wanted and nothing else is done."""
        session = self._session
        if session is None or self._job is not None:
            return
        self._stopping = False
        self.strip.begin()
        self._job = job = self._jobs.pull(lambda: session.renew(closed=False), "renew")
        job.yielded.connect(self.strip.show_event)
        job.done.connect(self._done)
        job.failed.connect(self._failed)
        job.stopped.connect(lambda: self._stopped(session))
        job.ended.connect(self._ended)

    def _done(self, _: object) -> None:
        self.wanted = False
        self.strip.finish()

    def _failed(self, error: Exception) -> None:
        self.wanted = False
        self.strip.fail(in_words(error))

    def _stopped(self, session: Session) -> None:
        if self._session is not session:
            return
        if self._stopping:
            embedders, stores = session.embedders, tuple(session.stores.values())
            job = self._jobs.call(lambda: embedders.halt(stores), "halt")
            job.failed.connect(lambda error: self.strip.fail(in_words(error)))
            job.done.connect(lambda _: self._look(session, stopped=True))
        elif self.wanted:
            self.strip.wait()

    def _ended(self) -> None:
        self._job = None
        self.over.emit()

    def _look(self, session: Session, *, stopped: bool) -> None:
        embedders, stores = session.embedders, tuple(session.stores.values())
        job = self._jobs.call(lambda: embedders.behind(stores), "behind")

        def found(behind: Behind) -> None:
            if self._session is not session or self._job is not None or self.wanted:
                return
            if behind.begun:
                self.go_on()
            elif behind.passages:
                self.strip.offer(behind, stopped=stopped)
            else:
                self.strip.hide()

        job.done.connect(found)
        job.failed.connect(lambda error: self.strip.fail(in_words(error)))

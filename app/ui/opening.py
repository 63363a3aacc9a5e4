"""From the library's folder to an open session: by passphrase, recovery key or the system's key store.

Owns the steps of it and what the page that asks for the passphrase is told. Must not know what is done with the
session afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.errors import TooManyTries, WrongPassphrase
from app.types import BroughtUp
from app.ui import sentry
from app.ui.door import Door
from app.ui.jobs import Job, Jobs, in_words
from app.ui.panels.unlock import UnlockPanel

if TYPE_CHECKING:
    from app.session import Session

_LOCKED = {
    sentry.ASKED: "Your library is locked. Enter its passphrase to go on.",
    sentry.IDLE: "Carrel locked your library because nobody used it for a while. Enter its passphrase to go on.",
    sentry.SLEEP: "Carrel locked your library because the computer went to sleep. Enter its passphrase to go on.",
    sentry.SCREEN: "Carrel locked your library together with the screen. Enter its passphrase to go on.",
}


class Opening(QObject):
    """Opens the library through the door, once the user has given what opens it."""

    entering = Signal()  # from now on there are keys in memory
    refused = Signal()  # and now there are none
    opened = Signal(object)  # the Session
    sealed = Signal(bool, str)  # whether the system keeps this program off the network, and how in words

    def __init__(self, unlock: UnlockPanel, jobs: Jobs, door: Door, parent: QObject) -> None:
        super().__init__(parent)
        self._unlock, self._jobs, self._door = unlock, jobs, door
        self._fresh: list[Session] = []  # opened on a worker and not yet taken up by the window
        unlock.submitted.connect(self._open)
        unlock.recovered.connect(self._recover)
        unlock.key_store_asked.connect(self._open_with_key_store)

    def begin(self, secret: bytearray | None = None, *, locked: str = "") -> None:
        """Look for the library and open it, asking for the passphrase where `secret` is None."""
        door = self._door
        job = self._jobs.call(lambda: (door.exists(), door.key_store(), door.hint()), "look")

        def found(answer: tuple[bool, bool, str]) -> None:
            exists, key_store, hint = answer
            self._unlock.tell(locked=_LOCKED.get(locked, ""), note=hint)
            if secret is not None:
                self._open(secret, not exists)
            else:
                self._unlock.ask(new=not exists, key_store=key_store)

        job.done.connect(found)
        job.failed.connect(lambda error: self._unlock.ask(new=False, problem=in_words(error)))
        seal = self._jobs.call(door.seal, "seal")
        seal.done.connect(lambda report: self.sealed.emit(*report))
        seal.failed.connect(lambda error: self.sealed.emit(False, in_words(error)))

    def left_over(self) -> Session | None:
        """Return a session that was opened and not taken up, as the window was closed meanwhile."""
        return self._fresh.pop() if self._fresh else None

    def _open(self, secret: bytearray, create: bool) -> None:
        self._unlock.wait("Making your library…" if create else "Opening your library…")
        job = self._enter(lambda: self._door.open(secret, create))
        job.failed.connect(lambda error: self._not_opened(error, create))

    def _recover(self, text: str, secret: bytearray) -> None:
        job = self._enter(lambda: self._door.recover(text, secret))
        job.failed.connect(self._not_recovered)

    def _open_with_key_store(self) -> None:
        job = self._enter(self._door.open_with_key_store)
        job.failed.connect(lambda error: self._not_opened(error, create=False))

    def _enter(self, way: Callable[[], Generator[BroughtUp, None, Session]]) -> Job:
        fresh = self._fresh

        def start() -> Generator[BroughtUp, None, None]:
            fresh.append((yield from way()))

        self.entering.emit()
        job = self._jobs.pull(start, "open")
        job.yielded.connect(self._unlock.show_brought_up)
        job.done.connect(lambda _: self.opened.emit(fresh.pop()))
        job.failed.connect(lambda _: self.refused.emit())
        return job

    def _not_opened(self, error: Exception, create: bool) -> None:
        again = isinstance(error, WrongPassphrase | TooManyTries)
        self._unlock.ask(new=create and not again, problem=in_words(error))
        self._hold(error)

    def _not_recovered(self, error: Exception) -> None:
        self._unlock.ask_recovery(in_words(error))
        self._hold(error)

    def _hold(self, error: Exception) -> None:
        if isinstance(error, TooManyTries):
            self._unlock.hold(int(str(error.fields["seconds"])))

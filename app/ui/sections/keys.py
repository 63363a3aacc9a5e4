"""The section about what opens the library: passphrase, recovery key, key store, and locking by itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from app.counted import counted
from app.errors import WrongPassphrase
from app.settings import Settings
from app.ui.jobs import Job, Jobs, in_words
from app.ui.widgets.asking import AskStrip, Question
from app.ui.widgets.labels import Notice, PushButton, line
from app.ui.widgets.passphrase import PassphraseForm
from app.ui.widgets.section import Choice, Section, bar, setting
from app.ui.widgets.theme import Theme
from app.ui.widgets.tick import TickBox

if TYPE_CHECKING:
    from app.session import Session

_MINUTES = (5, 10, 15, 30, 60, 120, 240)


class KeysSection(Section):
    """Changes what opens the library, after asking for the passphrase."""

    recovery_made = Signal(str)  # a new recovery key in print, to be shown once
    changed = Signal()  # something was written into the audit log
    settings_wanted = Signal(object)  # Settings that are to hold from now on

    def __init__(self, theme: Theme, jobs: Jobs) -> None:
        super().__init__(theme, "key", "What opens the library",
                         "Everything that Carrel keeps is encrypted. These open it, and nothing else does.")
        self._jobs = jobs
        self._session: Session | None = None
        self.change = PushButton(theme, "Change…")
        self.new_key = PushButton(theme, "Make a new one…")
        self.key_store = TickBox(theme)
        self.key_store.setAccessibleName("Open with the key store of this computer")
        self.minutes = Choice(theme)
        self.minutes.setAccessibleName("Lock after so many minutes without use")
        self.form = PassphraseForm(theme)
        self.question = AskStrip(theme)
        self.said = Notice(theme, dismissable=True)
        self.said.hide()
        self._proving = bar()  # a passphrase takes a second to try
        self._proving.setRange(0, 0)
        self.change.clicked.connect(self._begin_change)
        self.new_key.clicked.connect(self._ask_new_key)
        self.key_store.clicked.connect(self._ask_key_store)
        self.minutes.activated.connect(self._set_minutes)
        self.form.submitted.connect(self._change)
        self.question.closed.connect(self._show_ways)
        for widget in (
            setting("Passphrase", "Stored nowhere. A new one takes the place of the old at once; copies of the library "
                    "made before still open with the old one.", self.change),
            self.form,
            setting("Recovery key", "For the day when the passphrase is forgotten. A new one makes the printed one "
                    "worthless.", self.new_key),
            setting("Key store of this computer", "Opens the library without the passphrase for whoever can log in to "
                    "your account here. Off unless you turn it on.", self.key_store),
            self.question, self._proving, self.said, line(),
            setting("Lock by itself", "After so long without use, and whenever the computer sleeps or its screen is "
                    "locked, as far as the system tells.", self.minutes),
        ):
            self.body.addWidget(widget)

    def show_session(self, session: Session) -> None:
        """Show how `session` can be opened."""
        self._session = session
        self.said.hide()
        self._show_ways()
        self.show_settings(session.settings)

    def leave(self) -> None:
        """Forget what was typed."""
        self.form.clear()
        self.question.hide()
        self.question.field.clear()

    def _show_ways(self) -> None:
        if self._session is not None:
            self.key_store.setChecked(self._session.vault.uses_key_store)

    def _begin_change(self) -> None:
        self.question.hide()
        self.said.hide()
        self.form.begin()

    def _change(self, now: bytearray, new: bytearray) -> None:
        def work(session: Session) -> None:
            try:
                session.vault.change_passphrase(new)
                session.audit.record("passphrase changed", generation=session.vault.generation)
            finally:
                _clear(new)

        job = self._prove(now, work)
        job.done.connect(lambda _: self.said.tell("The passphrase was changed.", "good"))
        job.failed.connect(lambda error: self.form.fail(in_words(error)))

    def _prove(self, now: bytearray, work: Callable[[Session], object]) -> Job:
        """Do `work` on the session if `now` is the passphrase; clears it."""
        session = self._session
        assert session is not None

        def proved() -> object:
            try:
                if not session.vault.check(now):
                    raise WrongPassphrase
            finally:
                _clear(now)
            return work(session)

        buttons = (self.change, self.new_key, self.key_store)
        for button in buttons:
            button.setEnabled(False)
        self._proving.show()
        job = self._jobs.call(proved, "keys")
        for button in buttons:
            job.ended.connect(lambda button=button: button.setEnabled(True))
        job.ended.connect(self._proving.hide)
        job.ended.connect(self._show_ways)
        job.done.connect(lambda _: self.changed.emit())
        return job

    def _ask_new_key(self) -> None:
        def work(session: Session) -> str:
            made = session.vault.new_recovery_key()
            session.audit.record("recovery key changed", generation=session.vault.generation)
            return made

        self._ask_proof("Make a new recovery key?", "The one that you printed opens nothing from then on. The new one "
                        "is shown once, to be printed.", "Make it", work, self.recovery_made.emit)

    def _ask_key_store(self) -> None:
        session = self._session
        if session is None:
            return
        if session.vault.uses_key_store:
            job = self._jobs.call(lambda: _leave_key_store(session), "key store")
            job.done.connect(lambda _: self.changed.emit())
            job.failed.connect(lambda error: self.said.tell(in_words(error), "bad"))
            job.ended.connect(self._show_ways)
            return

        def work(session: Session) -> None:
            session.vault.use_key_store()
            session.audit.record("key store on", generation=session.vault.generation)

        self._ask_proof("Open without the passphrase?", "Whoever can log in to your account on this computer can then "
                        "read the library.", "Turn it on", work, lambda _: None)

    def _ask_proof(self, title: str, words: str, go: str, work: Callable[[Session], object],
                   then: Callable[[str], object]) -> None:
        self.form.clear()
        self.said.hide()

        def proceed(typed: str, _: bool) -> None:
            job = self._prove(bytearray(typed, "utf-8"), work)
            job.done.connect(then)
            job.failed.connect(lambda error: self.question.fail(in_words(error)))

        self.question.ask(Question(title, words, go=go, field="Current passphrase", secret=True), proceed)

    def show_settings(self, settings: Settings) -> None:
        """Show what holds."""
        choices = sorted({*_MINUTES, settings.lock_minutes} - {0})
        self.minutes.clear()
        for minutes in choices:
            self.minutes.addItem(f"After {counted(minutes, 'minute')}", minutes)
        self.minutes.addItem("Never", 0)
        self.minutes.setCurrentIndex(self.minutes.findData(settings.lock_minutes))

    def _set_minutes(self) -> None:
        if self._session is not None:
            self.settings_wanted.emit(replace(self._session.settings, lock_minutes=int(self.minutes.currentData())))


def _clear(secret: bytearray) -> None:
    secret[:] = bytes(len(secret))


def _leave_key_store(session: Session) -> None:
    session.vault.leave_key_store()
    session.audit.record("key store off", generation=session.vault.generation)

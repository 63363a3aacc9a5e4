"""The page about privacy: the self-test, what opens the library, the audit log and backups.

Owns the sections and the settings that they change. What is not the session's comes through `Means`. Knows no other
pane.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.settings import Settings
from app.types import Refusal
from app.ui.jobs import Jobs, in_words
from app.ui.sections.audit import AuditSection
from app.ui.sections.backup import BackupSection
from app.ui.sections.changing import change
from app.ui.sections.keys import KeysSection
from app.ui.sections.offline import OfflineSection
from app.ui.widgets import middle
from app.ui.widgets.labels import Label, Notice, PushButton, line
from app.ui.widgets.section import Page
from app.ui.widgets.theme import Theme

if TYPE_CHECKING:
    from app.session import Session

_WIDEST = 860  # of the page, in logical pixels


class Means(Protocol):
    """What the page has others do; every method is called on a worker."""

    def selftest(self) -> list[Refusal]:
        """Try to reach the network in every way and say what refused it."""
        ...

    def selftest_page(self, refusals: Sequence[Refusal]) -> str:
        """Return the result as a page in HTML that can be filed."""
        ...

    def backup(self, session: Session, target: Path) -> Iterator[float]:
        """Write a backup of all matters and read it back; yields from 0 to 1. Raises CarrelError."""
        ...

    def delete_backup(self, session: Session, path: str) -> None:
        """Take a backup off the disk and off the list. Raises CarrelError."""
        ...


class PrivacyPanel(QWidget):
    """Shown in the place of the panes."""

    closed = Signal()
    locked = Signal()  # the library is to be locked now
    recovery_made = Signal(str)  # a new recovery key in print, to be shown once
    settings_changed = Signal(object)  # the Settings, saved already

    def __init__(self, theme: Theme, jobs: Jobs, means: Means) -> None:
        super().__init__()
        self.setObjectName("privacy")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._jobs = jobs
        self._session: Session | None = None
        self.offline = OfflineSection(theme, jobs, means.selftest, means.selftest_page)
        self.keys = KeysSection(theme, jobs)
        self.audit = AuditSection(theme, jobs)
        self.backup = BackupSection(theme, jobs, means.backup, means.delete_backup)
        self.keys.recovery_made.connect(self.recovery_made)
        for changing in (self.keys.changed, self.backup.changed):
            changing.connect(self.audit.read)
        for wanting in (self.keys.settings_wanted, self.audit.settings_wanted):
            wanting.connect(self._change_settings)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._build_head(theme))
        layout.addWidget(line())
        layout.addWidget(self._build_page(theme), 1)

    def _build_head(self, theme: Theme) -> QWidget:
        self.lock = PushButton(theme, "Lock now", "", "lock", "accent")
        self.lock.clicked.connect(self.locked)
        head, self.back = middle.head(theme, Label("Privacy", "title"), self.lock)
        self.back.clicked.connect(self._close)
        return head

    def _build_page(self, theme: Theme) -> QWidget:
        page = Page()
        column = QVBoxLayout(page)
        column.setContentsMargins(24, 20, 24, 28)
        column.setSpacing(16)
        self.said = Notice(theme, dismissable=True)
        self.said.hide()
        for widget in (self.said, self.offline, self.keys, self.audit, self.backup):
            column.addWidget(widget)
        column.addStretch(1)
        self.view = middle.scrolled(page, _WIDEST)
        for question in (self.keys.question, self.backup.copy_question):
            question.asked.connect(lambda question=question: QTimer.singleShot(
                0, question, lambda: self.view.ensureWidgetVisible(question)))
        return self.view

    # What the window tells.

    def set_session(self, session: Session) -> None:
        """Tell of `session` from now on."""
        self._session = session

    def begin(self) -> None:
        """The page is shown: test, and read the log and the list of backups."""
        if self._session is None:
            return
        self.said.hide()
        self.view.verticalScrollBar().setValue(0)
        for section in (self.keys, self.audit, self.backup):
            section.show_session(self._session)
        self.offline.test()
        self.back.setFocus()

    @property
    def hindrance(self) -> str:
        """Why matters cannot be changed now; empty where they can."""
        return ("A backup is being made. Wait for it to end, or cancel it on the privacy page."
                if self.backup.running else "")

    def _close(self) -> None:
        self.keys.leave()
        self.closed.emit()

    def _change_settings(self, wanted: Settings) -> None:
        session = self._session
        if session is None or wanted == session.settings:
            return
        job = self._jobs.call(lambda: change(session, wanted), "settings")
        job.done.connect(lambda _: self.settings_changed.emit(wanted))
        job.failed.connect(lambda error: self.said.tell(in_words(error), "bad"))
        job.ended.connect(lambda: self._show_settings(session))

    def _show_settings(self, session: Session) -> None:
        self.keys.show_settings(session.settings)
        self.audit.show_settings(session.settings)
        self.audit.read()

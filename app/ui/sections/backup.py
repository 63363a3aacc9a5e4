"""The section about backups: making one, and the list of those that were made."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.counted import counted
from app.places import file_name
from app.types import BackupCopy
from app.ui.jobs import Job, Jobs, in_words
from app.ui.widgets import files
from app.ui.widgets.asking import AskStrip, Question
from app.ui.widgets.labels import Label, Notice, PushButton, ShortLabel, ToolButton
from app.ui.widgets.section import Section, bar, today
from app.ui.widgets.theme import Theme

if TYPE_CHECKING:
    from app.session import Session

_STEPS = 1000


class BackupSection(Section):
    """`make` writes a backup and yields how far it is, `delete` takes one off the disk and off the list."""

    changed = Signal()  # something was written into the audit log

    def __init__(self, theme: Theme, jobs: Jobs, make: Callable[[Session, Path], Iterator[float]],
                 delete: Callable[[Session, str], None]) -> None:
        super().__init__(theme, "archive", "Backup",
                         "One encrypted file with all matters. It opens with the passphrase or the recovery key that "
                         "the library has when it is made. To bring it back, here or on another computer: "
                         "carrel restore FILE")
        self._theme, self._jobs, self._make, self._delete = theme, jobs, make, delete
        self._session: Session | None = None
        self._running: Job | None = None
        self.make = PushButton(theme, "Make a backup…", "primary")
        self.make.clicked.connect(self._ask_target)
        self.cancel = PushButton(theme, "Cancel", "quiet")
        self.cancel.clicked.connect(self._cancel)
        self.progress = bar()
        self.progress.setRange(0, _STEPS)
        self.progress.setAccessibleName("Progress of the backup")
        row = QHBoxLayout()
        row.addWidget(self.make)
        row.addWidget(self.progress, 1)
        row.addWidget(self.cancel)
        row.addStretch(0)
        self.said = Notice(theme, dismissable=True)
        self.copies = QVBoxLayout()
        self.copies.setSpacing(2)
        self.copy_question = AskStrip(theme)
        self.body.addLayout(row)
        self.body.addWidget(self.said)
        self.body.addLayout(self.copies)
        self.body.addWidget(self.copy_question)
        for widget in (self.progress, self.cancel, self.said):
            widget.hide()

    def show_session(self, session: Session) -> None:
        """Show the backups of `session`."""
        self._session = session
        if self._running is None:
            self.said.hide()
        self._list_copies()

    @property
    def running(self) -> bool:
        """Whether a backup is being made."""
        return self._running is not None

    def _ask_target(self) -> None:
        target = files.save_as(self, "Make a backup", f"Carrel backup {today()}.carrel")
        if target is not None:
            self.back_up(target)

    def back_up(self, target: Path) -> None:
        """Make a backup at `target`, with its progress here."""
        session, make = self._session, self._make
        if session is None or self._running is not None:
            return
        self.said.hide()
        self.progress.setValue(0)
        self.cancel.setEnabled(True)
        self._show_backup(running=True)
        self._running = job = self._jobs.pull(lambda: make(session, target), "backup")
        job.yielded.connect(lambda part: self.progress.setValue(round(_STEPS * float(part))))
        job.done.connect(lambda _: self.said.tell(f"{target.name} was written, read back and found whole. "
                                        "Keep it on another disk than this one.", "good"))
        job.failed.connect(lambda error: self.said.tell(in_words(error), "bad"))
        job.stopped.connect(lambda: self.said.tell("Cancelled; no backup was made.", "plain"))
        job.ended.connect(self._backed_up)

    def _cancel(self) -> None:
        if self._running is not None:
            self.cancel.setEnabled(False)
            self._running.stop()

    def _backed_up(self) -> None:
        self._running = None
        self._show_backup(running=False)
        self._list_copies()
        self.changed.emit()

    def _show_backup(self, *, running: bool) -> None:
        self.make.setEnabled(not running)
        self.progress.setVisible(running)
        self.cancel.setVisible(running)

    def _list_copies(self) -> None:
        session = self._session
        if session is None:
            return
        job = self._jobs.call(lambda: tuple(session.vault.backups()), "copies")
        job.done.connect(self._show_copies)
        job.failed.connect(lambda error: self.said.tell(in_words(error), "bad"))

    def _show_copies(self, copies: tuple[BackupCopy, ...]) -> None:
        while (item := self.copies.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        if copies:
            self.copies.addWidget(Label("Backups made so far, as far as Carrel knows", "caption"))
        for copy in sorted(copies, key=lambda copy: -copy.created):
            self.copies.addWidget(self._copy_row(copy))

    def _copy_row(self, copy: BackupCopy) -> QWidget:
        row = QWidget()
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        name = ShortLabel()
        name.set_whole(file_name(copy.path), copy.path)
        delete = ToolButton(self._theme, "trash", f"Delete {file_name(copy.path)}…", size=16)
        delete.clicked.connect(lambda: self._ask_deletion(copy))
        layout.addWidget(name, 1)
        for words in (counted(len(copy.matters), "matter"),
                      time.strftime("%Y-%m-%d %H:%M", time.localtime(copy.created))):
            layout.addWidget(Label(words, "small"))
        layout.addWidget(delete)
        return row

    def _ask_deletion(self, copy: BackupCopy) -> None:
        session, remove = self._session, self._delete

        def delete(*_: object) -> None:
            assert session is not None
            job = self._jobs.call(lambda: remove(session, copy.path), "delete backup")
            job.failed.connect(lambda error: self.copy_question.fail(in_words(error)))
            job.done.connect(lambda _: self._list_copies())
            job.done.connect(lambda _: self.changed.emit())

        self.copy_question.ask(Question(f"Delete {file_name(copy.path)}?", f"The file {copy.path} is deleted. Copies "
                                        "of it that you made elsewhere are not touched.", go="Delete", danger=True),
                               delete)

"""The section that shows the audit log, exports it, and says how much is written into it."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout

from app.counted import counted
from app.places import file_name
from app.settings import Settings
from app.ui.jobs import Jobs, in_words
from app.ui.widgets import files
from app.ui.widgets.labels import Label, Notice, PushButton, line
from app.ui.widgets.log import LogRow, LogTable, log_rows
from app.ui.widgets.section import Section, setting, today
from app.ui.widgets.theme import Theme
from app.ui.widgets.tick import TickBox

if TYPE_CHECKING:
    from app.session import Session


class AuditSection(Section):
    """The newest entry first; what is wrong with the log above it."""

    settings_wanted = Signal(object)  # Settings that are to hold from now on

    def __init__(self, theme: Theme, jobs: Jobs) -> None:
        super().__init__(theme, "list", "Audit log",
                         "Who unlocked, what was added, asked, exported and deleted, by numbers instead of names. "
                         "Encrypted and chained, so that a change to it is found.")
        self._jobs = jobs
        self._session: Session | None = None
        self.findings = Notice(theme, "", "bad")
        self.findings.hide()
        self.log = LogTable(theme)
        self.log.setMinimumHeight(260)
        self.count = Label("", "small")
        self.words_too = TickBox(theme)
        self.words_too.setAccessibleName("Write the words of questions into the log")
        self.words_too.clicked.connect(self._set_words)
        export = PushButton(theme, "Export as CSV…")
        export.clicked.connect(self._export)
        row = QHBoxLayout()
        row.addWidget(self.count, 1)
        row.addWidget(export)
        self.said = Notice(theme, dismissable=True)
        self.said.hide()
        self.body.addWidget(self.findings)
        self.body.addWidget(self.log)
        self.body.addLayout(row)
        self.body.addWidget(self.said)
        self.body.addWidget(line())
        self.body.addWidget(setting(
            "Words of questions", "Write what was asked into the log, not only that something was asked.",
            self.words_too))

    def show_session(self, session: Session) -> None:
        """Show the log of `session`."""
        self._session = session
        self.said.hide()
        self.show_settings(session.settings)
        self.read()

    def show_settings(self, settings: Settings) -> None:
        """Show what holds."""
        self.words_too.setChecked(settings.audit_questions)

    def _set_words(self) -> None:
        if self._session is not None:
            self.settings_wanted.emit(replace(self._session.settings, audit_questions=self.words_too.isChecked()))

    def read(self) -> None:
        """Fetch the log again."""
        session = self._session
        if session is None:
            return
        findings = tuple(dict.fromkeys(session.findings))
        self.findings.tell(" ".join(findings), "bad")
        names = {matter.id: matter.name for matter in session.vault.matters()}
        job = self._jobs.call(lambda: log_rows(session.audit.entries(), names), "log")
        job.done.connect(self._show_log)
        job.failed.connect(lambda error: self.said.tell(in_words(error), "bad"))

    def _show_log(self, rows: list[LogRow]) -> None:
        self.log.rows.replace(rows)
        self.count.setText(counted(len(rows), "entry", "entries"))

    def _export(self) -> None:
        session = self._session
        target = files.save_as(self, "Export the audit log", f"Carrel audit log {today()}.csv")
        if session is None or target is None:
            return

        def work() -> None:
            stream = io.StringIO(newline="")
            session.audit.export_csv(stream)
            files.write(target, stream.getvalue())
            session.audit.record("exported", what="audit log")

        job = self._jobs.call(work, "export")
        job.done.connect(lambda _: self.said.tell(
            f"The log was written to {file_name(str(target))}. That file is not encrypted.", "plain"))
        job.done.connect(lambda _: self.read())
        job.failed.connect(lambda error: self.said.tell(in_words(error), "bad"))

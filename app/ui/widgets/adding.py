"""How adding files is going, and afterwards which could not be added and why.

Shows events; starts nothing. Knows no session.
"""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QVBoxLayout

from app.types import (
    Added,
    FileAdded,
    FileFailed,
    FileStarted,
    FileUnchanged,
    IngestEvent,
    PassagesEmbedded,
    Started,
)
from app.ui.widgets.labels import Icon, Label, PushButton, ShortLabel, ToolButton, counted, file_name
from app.ui.widgets.rows import Row, Rows, row_list
from app.ui.widgets.theme import Theme

_STEPS = 1000
_STAYS_MS = 12_000
_TALLEST = 3  # failures shown without scrolling


class AddingStrip(QFrame):
    """A strip below the list; hidden while there is nothing to tell."""

    cancelled = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("strip")
        self._theme = theme
        self._added = 0
        self._done, self._files = 0, 1
        self._gone = QTimer(self, interval=_STAYS_MS, singleShot=True)  # good news needs no pressing away
        self._gone.timeout.connect(self._dismiss)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 9, 8, 10)
        layout.setSpacing(6)
        head = QHBoxLayout()
        head.setSpacing(8)
        self._icon = Icon(theme, "check", "good", 18)
        self.title = ShortLabel("", "strong")
        self.count = Label("", "small")
        self.cancel = PushButton(theme, "Cancel", "quiet")
        self.dismiss = ToolButton(theme, "close", "Dismiss", size=14)
        for widget, stretch in ((self._icon, 0), (self.title, 1), (self.cancel, 0), (self.dismiss, 0)):
            head.addWidget(widget, stretch)
        layout.addLayout(head)
        self.bar = QProgressBar()
        self.bar.setRange(0, _STEPS)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Progress of adding files")
        layout.addWidget(self.bar)
        layout.addWidget(self.count)
        self._words = Label("", "small", wrap=True)
        layout.addWidget(self._words)
        self.failures = Rows(self)
        self.failure_list = row_list(theme, "Files that could not be added", 4)
        self.failure_list.setModel(self.failures)
        layout.addWidget(self.failure_list)
        self.cancel.clicked.connect(self.cancelled)
        self.dismiss.clicked.connect(self._dismiss)
        self.failure_list.hide()
        self.hide()

    def begin(self) -> None:
        """A run begins; failures of earlier runs stay until they are dismissed."""
        self._gone.stop()
        self._added = 0
        self._running(True)
        self.title.set_whole("Looking for files…")
        self.count.setText("")
        self.bar.setRange(0, 0)
        self._words.hide()
        self.show()

    def show_event(self, event: IngestEvent) -> None:
        """Show what happened."""
        match event:
            case Started(files):
                self.bar.setRange(0, _STEPS)
                self.bar.setValue(0)
                self.count.setText(f"0 of {files:,}")
            case FileStarted(file, index, files):
                self.title.set_whole(file_name(file), file)
                self.count.setText(f"{index + 1:,} of {files:,}")
                self._progress(index, files)
            case PassagesEmbedded(_, done, total):
                self.bar.setValue(self._inside(done / max(total, 1)))
            case FileAdded(index=index, files=files):
                self._added += 1
                self._progress(index + 1, files)
            case FileUnchanged(_, index, files):
                self._progress(index + 1, files)
            case FileFailed(file, reason, index, files):
                self._progress(index + 1, files)
                self._fail(file, reason)
            case Added():
                self._over(event)

    def stopping(self) -> None:
        """The user cancelled; the file at hand is given up."""
        self.title.set_whole("Stopping…")
        self.cancel.setEnabled(False)

    def stopped(self) -> None:
        """The run was cancelled."""
        self._running(False)
        self._icon.set("stop", "muted")
        self.title.set_whole("Stopped")
        self._tell(f"{counted(self._added, 'file')} had been added and stay in the library." if self._added
                   else "No file had been added yet.")

    def fail(self, sentence: str) -> None:
        """The whole run ended with an error."""
        self._running(False)
        self._icon.set("warning", "bad")
        self.title.set_whole("Adding stopped")
        self._tell(sentence)

    def leave(self) -> None:
        """Tell nothing more of what was added."""
        self._gone.stop()
        self._running(False)
        self._dismiss()

    def say(self, sentence: str) -> None:
        """Show a problem that is not of adding."""
        if self.cancel.isHidden() or self.isHidden():
            self.fail(sentence)
            self.title.set_whole("That did not work")

    def _over(self, event: Added) -> None:
        self._running(False)
        bad = event.failed
        self._icon.set("warning" if bad else "check", "warn" if bad else "good")
        self.title.set_whole(f"{counted(bad, 'file')} not added" if bad else f"{counted(event.added, 'file')} added")
        parts = [f"{counted(event.added, 'file')} added"] if bad else []
        if event.unchanged:
            parts.append(f"{event.unchanged:,} already in the library")
        parts.append(f"{counted(event.pages, 'page')} in {event.seconds:.0f} s")
        self._tell(", ".join(parts))
        if not bad and not self.failures.rows:
            self._gone.start()

    def _tell(self, sentence: str) -> None:
        self._words.setText(sentence)
        self._words.setVisible(bool(sentence))
        self.show()

    def _fail(self, file: str, reason: str) -> None:
        rows = [row for row in self.failures.rows if row.key != file]
        self.failures.replace([*rows, Row(file_name(file), "", reason, "warning", f"{file}\n{reason}", file)])
        self.failure_list.show()
        heights = [self.failure_list.sizeHintForRow(number) for number in range(min(len(rows) + 1, _TALLEST))]
        self.failure_list.setFixedHeight(sum(heights) + 4)

    def _running(self, running: bool) -> None:
        self.count.setVisible(running)
        self.cancel.setVisible(running)
        self.bar.setVisible(running)
        self._icon.setVisible(not running)
        self.dismiss.setVisible(not running)
        self.cancel.setEnabled(True)

    def _progress(self, files_done: int, files: int) -> None:
        self._done, self._files = files_done, max(files, 1)
        self.bar.setValue(round(_STEPS * files_done / self._files))

    def _inside(self, part: float) -> int:
        return round(_STEPS * (self._done + min(part, 1.0)) / self._files)

    def _dismiss(self) -> None:
        self.failures.replace([])
        self.failure_list.hide()
        self.hide()

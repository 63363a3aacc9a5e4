"""How adding files is going, and afterwards which could not be added and why.

Shows events; starts nothing. Knows no session.
"""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QVBoxLayout

from app.counted import counted
from app.coverage import progress_words
from app.places import file_name
from app.types import (
    Added,
    FileAdded,
    FileFailed,
    FileGone,
    FileMoved,
    FileStarted,
    FileUnchanged,
    IngestEvent,
    PassagesEmbedded,
    Progress,
    Started,
    Surveying,
)
from app.ui.widgets.labels import Icon, Label, PushButton, ShortLabel, ToolButton
from app.ui.widgets.rows import Row, Rows, row_list
from app.ui.widgets.theme import Theme

_STEPS = 1000
_STAYS_MS = 12_000
_TALLEST = 3  # failures shown without scrolling


class AddingStrip(QFrame):
    """A strip below the list; hidden while there is nothing to tell."""

    cancelled = Signal()
    paused = Signal(bool)  # to be paused, or to go on

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("strip")
        self._theme = theme
        self._added = self._moved = self._removed = 0
        self._done, self._files = 0, 1
        self._result = Added(0, 0, 0, 0, 0.0)  # what is told at the end
        self._by_pages = False  # pages are told of, and files no longer move the bar
        self._quiet = False  # shown only when there is something to read
        self._file = ("", "")  # name and path, while a pause has the title
        self._gone = QTimer(self, interval=_STAYS_MS, singleShot=True)  # good news needs no pressing away
        self._gone.timeout.connect(self._dismiss)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 9, 8, 8)
        layout.setSpacing(6)
        head = QHBoxLayout()
        head.setSpacing(8)
        self._icon = Icon(theme, "check", "good", 18)
        self.title = ShortLabel("", "strong")
        self.dismiss = ToolButton(theme, "close", "Dismiss", size=14)
        for widget, stretch in ((self._icon, 0), (self.title, 1), (self.dismiss, 0)):
            head.addWidget(widget, stretch)
        layout.addLayout(head)
        self.bar = QProgressBar()
        self.bar.setRange(0, _STEPS)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Progress of adding files")
        layout.addWidget(self.bar)
        self.count = Label("", "small", wrap=True)
        self.left = Label("", "")
        layout.addWidget(self.left)
        layout.addWidget(self.count)
        self._build_foot(theme, layout)
        self._words = Label("", "small", wrap=True)
        layout.addWidget(self._words)
        self.failures = Rows(self)
        self.failure_list = row_list(theme, "Files that could not be added", 4)
        self.failure_list.setModel(self.failures)
        layout.addWidget(self.failure_list)
        self.dismiss.clicked.connect(self._dismiss)
        self.failure_list.hide()
        self.hide()

    def _build_foot(self, theme: Theme, layout: QVBoxLayout) -> None:
        foot = QHBoxLayout()
        foot.setSpacing(0)
        foot.addStretch(1)
        self.pause = PushButton(theme, "Pause", "quiet")
        self.pause.setCheckable(True)
        self.cancel = PushButton(theme, "Cancel", "quiet")
        foot.addWidget(self.pause)
        foot.addWidget(self.cancel)
        layout.addLayout(foot)
        self.pause.clicked.connect(self._pause)
        self.cancel.clicked.connect(self.cancelled)

    # A run, from its beginning to its end.

    def count_first(self) -> None:
        """What there is to do is counted before anything is read."""
        self._begin("Counting what there is to read…")
        self.pause.hide()

    def begin(self, *, quiet: bool = False) -> None:
        """A run begins; failures of earlier runs stay until they are dismissed. A `quiet` one tells of work alone."""
        self._begin("Looking for files…")
        self._quiet = quiet
        if quiet and not self.failures.rows:
            self.hide()

    def _begin(self, title: str) -> None:
        self._gone.stop()
        self._added = self._moved = self._removed = 0
        self._quiet = self._by_pages = False
        self._result = Added(0, 0, 0, 0, 0.0)
        self._running(True)
        self.title.set_whole(title)
        self.count.setText("")
        self._tell_left("")
        self.bar.setRange(0, 0)
        self._words.hide()
        self.show()

    def show_event(self, event: IngestEvent) -> None:
        """Show what happened."""
        match event:
            case Surveying(files, of):
                self._range(files / max(of, 1))
                self.count.setText(f"{files:,} of {counted(of, 'file')}")
            case Started(files):
                self._range()
                self.count.setText(f"0 of {files:,}")
            case FileStarted(file, index, files):
                self._name(file)
                if not self._by_pages:
                    self.count.setText(f"{index + 1:,} of {files:,}")
                    self._progress(index, files)
            case Progress():
                self._come_forward()
                self._pages(event)
            case PassagesEmbedded(_, done, total):
                self._come_forward()
                if not self._by_pages:
                    self.bar.setValue(self._inside(done / max(total, 1)))
            case FileAdded(index=index, files=files) | FileUnchanged(index=index, files=files):
                self._progress(index + 1, files)
            case FileFailed(file, reason, index, files):
                self._progress(index + 1, files)
                self._fail(file, reason)
            case Added():
                self._result = event
        self._added += isinstance(event, FileAdded)
        self._moved += isinstance(event, FileMoved)
        self._removed += isinstance(event, FileGone)

    def _pages(self, at: Progress) -> None:
        """Pages are what time is counted by, where they are known."""
        self._by_pages = True
        self._range(min(at.done / max(at.pages, 1), 1.0))
        self._name(at.file)
        parts = progress_words(at)
        left = parts.pop() if at.left is not None else ""
        files = f"file {min(at.files_done + 1, at.files):,} of {at.files:,}" if at.files > 1 else ""
        self.count.setText(" · ".join(part for part in (*parts, files) if part))
        self._tell_left(left)

    def _tell_left(self, words: str) -> None:
        self.left.setText(words[:1].upper() + words[1:])
        self.left.setVisible(bool(words) and not self.pause.isChecked())

    def _name(self, file: str) -> None:
        self._file = (file_name(file), file)
        if file and not self.pause.isChecked():
            self.title.set_whole(*self._file)

    def _pause(self) -> None:
        self.pause.setText("Resume" if self.pause.isChecked() else "Pause")
        if self.pause.isChecked():
            self.title.set_whole("Pausing after this page…")
            self._tell_left("")
        else:
            self.title.set_whole(*self._file)
        self.paused.emit(self.pause.isChecked())

    def rested(self) -> None:
        """The run was paused and nothing is worked on now."""
        self.title.set_whole("Paused", f"Paused at {self._file[1]}")

    def stopping(self) -> None:
        """The user cancelled; the file at hand is given up."""
        self.title.set_whole("Stopping…")
        self._tell_left("")
        for button in (self.cancel, self.pause):
            button.setEnabled(False)

    def stopped(self, sentence: str = "") -> None:
        """The run was cancelled."""
        self._running(False)
        self._icon.set("stop", "muted")
        self.title.set_whole("Stopped")
        self._tell(sentence or (
            f"{counted(self._added, 'file')} had been added and {'stays' if self._added == 1 else 'stay'} in the "
            "library." if self._added else "No file had been added yet."))

    def fail(self, sentence: str, title: str = "Adding stopped") -> None:
        """The whole run ended with an error."""
        self._running(False)
        self._icon.set("warning", "bad")
        self.title.set_whole(title)
        self._tell(sentence)

    def counted(self) -> None:
        """What there is to do is known; the next thing to be seen is a question, or the run itself."""
        self._running(False)
        self.hide()

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

    def finish(self) -> None:
        """The run came to its end; what it told of is summed up."""
        event = self._result
        self._running(False)
        bad = event.failed
        if self._quiet and not bad and not event.added and not self._moved and not self._removed:
            if not self.failures.rows:
                self._dismiss()
            return
        self._icon.set("warning" if bad else "check", "warn" if bad else "good")
        self.title.set_whole(f"{counted(bad, 'file')} not added" if bad else
                             f"{counted(event.added, 'file')} added" if event.added or not self._quiet else
                             "Followed folders are up to date")
        parts = [f"{counted(event.added, 'file')} added"] if bad else []
        if event.unchanged and not self._quiet:
            parts.append(f"{event.unchanged:,} already in the library")
        if self._moved:
            parts.append(f"{self._moved:,} at another place now")
        if self._removed:
            parts.append(f"{self._removed:,} no longer there and taken out")
        if event.pages or not self._quiet:
            parts.append(f"{counted(event.pages, 'page')} in {event.seconds:.0f} s")
        self._tell(", ".join(parts))
        if not bad and not self.failures.rows:
            self._gone.start()

    # The parts.

    def _tell(self, sentence: str) -> None:
        self._words.setText(sentence)
        self._words.setVisible(bool(sentence))
        self.show()

    def _fail(self, file: str, reason: str) -> None:
        rows = [row for row in self.failures.rows if row.key != file]
        self.failures.replace([*rows, Row(file_name(file), "", reason, "warning", f"{file}\n{reason}", file)])
        self.failure_list.show()
        self.show()
        heights = [self.failure_list.sizeHintForRow(number) for number in range(min(len(rows) + 1, _TALLEST))]
        self.failure_list.setFixedHeight(sum(heights) + 4)

    def _running(self, running: bool) -> None:
        for widget in (self.count, self.cancel, self.bar, self.pause):
            widget.setVisible(running)
        self.left.hide()
        self._icon.setVisible(not running)
        self.dismiss.setVisible(not running)
        self.pause.setChecked(False)
        self.pause.setText("Pause")
        for button in (self.cancel, self.pause):
            button.setEnabled(True)

    def _come_forward(self) -> None:
        if self._quiet and self.isHidden():
            self.show()

    def _range(self, share: float = 0.0) -> None:
        """Show how much of the work is done, instead of only that there is some."""
        if self.bar.maximum() != _STEPS:
            self.bar.setRange(0, _STEPS)
        self.bar.setValue(round(_STEPS * share))

    def _progress(self, files_done: int, files: int) -> None:
        self._done, self._files = files_done, max(files, 1)
        if not self._by_pages:
            self.bar.setValue(round(_STEPS * files_done / self._files))

    def _inside(self, part: float) -> int:
        return round(_STEPS * (self._done + min(part, 1.0)) / self._files)

    def _dismiss(self) -> None:
        self.failures.replace([])
        self.failure_list.hide()
        self.hide()

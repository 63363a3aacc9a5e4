"""The framed box with its button: sends a question, or looks for what is typed. Knows no session."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.ui.widgets.labels import Icon, Label, ToolButton
from app.ui.widgets.question import QuestionBox
from app.ui.widgets.theme import Theme


class Composer(QFrame):
    """Where is typed what is asked or searched."""

    sent = Signal()
    halted = Signal()
    edited = Signal()
    edit_ended = Signal()  # the question that was to be changed stays

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("ask")
        self._searching = False
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 7, 8, 7)
        column.setSpacing(4)
        self.edit = QWidget()
        above = QHBoxLayout(self.edit)
        above.setContentsMargins(2, 0, 0, 0)
        above.addWidget(Icon(theme, "edit", "accent", 14))
        above.addWidget(Label("In other words; the answer that is there stays as a version of its own", "small"), 1)
        self.keep = ToolButton(theme, "close", "Do not change the question (Esc)", size=14)
        above.addWidget(self.keep)
        self.edit.hide()
        column.addWidget(self.edit)
        inner = QHBoxLayout()
        column.addLayout(inner)
        self._glass = Icon(theme, "search", "muted", 20)
        self._glass.hide()
        self.box = QuestionBox()
        self.send = ToolButton(theme, "send", "Ask (Enter)", "on_accent", 18)
        self.send.setObjectName("send")
        self.halt = ToolButton(theme, "stop", "Stop writing (Esc)", "window", 18)
        self.halt.setObjectName("stop")
        self.halt.hide()
        self.wipe = ToolButton(theme, "close", "Clear the search (Esc)", "muted", 16)
        self.wipe.hide()
        inner.addWidget(self._glass, 0, Qt.AlignmentFlag.AlignVCenter)
        inner.addWidget(self.box, 1)
        for button in (self.send, self.halt, self.wipe):
            inner.addWidget(button, 0, Qt.AlignmentFlag.AlignBottom)
        self.box.sent.connect(self.sent)
        self.box.focused.connect(self._highlight)
        self.box.textChanged.connect(self.edited)
        self.send.clicked.connect(self.sent)
        self.halt.clicked.connect(self.halted)
        self.keep.clicked.connect(self.edit_ended)
        self.wipe.clicked.connect(self._clear)

    @property
    def text(self) -> str:
        """What is typed, without what surrounds it."""
        return self.box.toPlainText().strip()

    def be_for(self, *, searching: bool) -> None:
        """Be a box to search with, or one to ask with."""
        self._searching = searching
        self._glass.setVisible(searching)

    def show_edit(self, editing: bool) -> None:
        """Say that the box holds a question that was asked before, or no more."""
        self.edit.setVisible(editing)

    def show_state(self, *, ready: bool, writing: bool) -> None:
        """Fit the buttons to whether a question can be asked, and whether an answer is being written."""
        typed = bool(self.text)
        self.send.setVisible(not writing and not self._searching)
        self.send.setEnabled(ready and typed and not writing)
        self.send.set_icon("send", "on_accent" if self.send.isEnabled() else "muted")
        self.halt.setVisible(writing and not self._searching)
        self.halt.setEnabled(True)
        self.wipe.setVisible(self._searching and typed)

    def _clear(self) -> None:
        self.box.clear()
        self.box.setFocus()

    def _highlight(self, active: bool) -> None:
        self.setProperty("active", active)
        self.style().unpolish(self)
        self.style().polish(self)

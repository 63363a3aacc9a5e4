"""The head of a turn: its question, what can be done with it, and the versions of it. Knows no session."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.ui.widgets.labels import Label, ToolButton
from app.ui.widgets.theme import Theme


class Heading(QWidget):
    """The question; beside it the buttons of one that is kept."""

    edited = Signal()  # the question is to be asked in other words
    dropped = Signal()  # it is to be deleted
    stepped = Signal(int)  # the version before (-1) or after (1) this one is to be shown

    def __init__(self, theme: Theme, question: str) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        self.question = Label(question, "title", wrap=True, selectable=True)
        self.question.setAccessibleName(f"Question: {question}")
        row.addWidget(self.question, 1)
        row.addSpacing(6)
        self.before = ToolButton(theme, "left", "The version before", size=14)
        self.number = Label("", "small")
        self.after = ToolButton(theme, "right", "The version after", size=14)
        self.edit = ToolButton(theme, "edit", "Ask it in other words", size=16)
        self.drop = ToolButton(theme, "trash", "Delete this answer…", size=16)
        for widget in (self.before, self.number, self.after, self.edit, self.drop):
            row.addWidget(widget, 0, Qt.AlignmentFlag.AlignTop)
            widget.hide()
        self.number.setContentsMargins(0, 6, 0, 0)  # level with the buttons
        self.before.clicked.connect(lambda: self.stepped.emit(-1))
        self.after.clicked.connect(lambda: self.stepped.emit(1))
        self.edit.clicked.connect(self.edited)
        self.drop.clicked.connect(self.dropped)

    def be_kept(self) -> None:
        """Offer what can be done with a question that is kept."""
        self.edit.show()
        self.drop.show()

    def show_version(self, number: int, of: int) -> None:
        """Say which of so many versions this is, from 1."""
        for widget in (self.before, self.number, self.after):
            widget.setVisible(of > 1)
        self.number.setText(f"{number} of {of}")
        self.number.setAccessibleName(f"Version {number} of {of}")
        self.before.setEnabled(number > 1)
        self.after.setEnabled(number < of)

    def let(self, *, change: bool) -> None:
        """Let it be changed, or not while an answer is being written."""
        for button in (self.edit, self.drop):
            button.setEnabled(change)

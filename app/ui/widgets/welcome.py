"""What stands in the middle of the window before the first question. Shows what it is told; knows no session."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.counted import counted
from app.ui.widgets.labels import Icon, Label, PushButton, listed
from app.ui.widgets.theme import Theme

_PROMISES = (("quote", "Quotes come first, word for word, with file and page."),
             ("check", "Every sentence of an answer is checked against the quotes it cites."),
             ("shield", "Files are read on this computer. Nothing is sent anywhere."))


class Welcome(QWidget):
    """What can be done here, and questions to begin with."""

    asked = Signal(str)  # one of the suggestions
    add_files = Signal()
    add_folder = Signal()

    def __init__(self, theme: Theme, formats: str) -> None:
        super().__init__()
        self._theme = theme
        layout = QVBoxLayout(self)
        layout.setSpacing(10)
        self.hello = Label("", "display", wrap=True)
        self.lead = Label("", "muted", wrap=True)
        self.lead.setMaximumWidth(560)
        layout.addStretch(2)
        layout.addWidget(self.hello)
        layout.addWidget(self.lead)
        layout.addSpacing(6)
        for name, words in _PROMISES:
            row = QHBoxLayout()
            row.setSpacing(12)
            row.addWidget(Icon(theme, name, "accent", 20), 0, Qt.AlignmentFlag.AlignTop)
            row.addWidget(Label(words, wrap=True), 1)
            layout.addLayout(row)
        layout.addSpacing(10)
        self.invite = QWidget()
        buttons = QHBoxLayout(self.invite)
        buttons.setContentsMargins(0, 0, 0, 0)
        add_files = PushButton(theme, "Add files…", "primary", "plus", "on_accent")
        add_folder = PushButton(theme, "Add a folder…", "", "folder", "accent")
        add_files.clicked.connect(self.add_files)
        add_folder.clicked.connect(self.add_folder)
        buttons.addWidget(add_files)
        buttons.addWidget(add_folder)
        buttons.addStretch(1)
        layout.addWidget(self.invite)
        self._offers = QWidget()
        self.suggestions = QVBoxLayout(self._offers)
        self.suggestions.setContentsMargins(0, 0, 0, 0)
        self.suggestions.setSpacing(6)
        layout.addWidget(self._offers)
        self._formats = Label(formats, "small", wrap=True)
        layout.addWidget(self._formats)
        layout.addStretch(3)

    def greet(self, documents: int, matters: Sequence[str]) -> None:
        """Fit it to how many documents there are to ask; `matters` are the names of those that are searched."""
        self.hello.setText("Ask your own documents")
        where = f" in {matters[0]}" if matters else ""
        more = (f" {listed(matters[1:])} {'is' if len(matters) == 2 else 'are'} searched too."
                if len(matters) > 1 else "")
        self.lead.setText(
            f"{counted(documents, 'document')}{where} can be asked now.{more} Type a question below, "
            "the way you would ask a colleague." if documents else
            f"Drop files or folders anywhere in this window, then ask what is in them.{more}")
        self.invite.setVisible(not documents)
        self._formats.setVisible(not documents)
        self._offers.setVisible(bool(documents))

    def wait(self, words: str) -> None:
        """Say why nothing can be asked now."""
        self.hello.setText(words)
        self.lead.setText("")
        for offer in (self.invite, self._formats, self._offers):
            offer.hide()

    def suggest(self, questions: Sequence[str]) -> None:
        """Offer questions that the library can answer."""
        while (item := self.suggestions.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        for question in questions:
            button = PushButton(self._theme, question, "suggestion", "search", "accent")
            button.clicked.connect(lambda _=False, question=question: self.asked.emit(question))
            self.suggestions.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)

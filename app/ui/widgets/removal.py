"""The question whether to remove a document, asked in place, with all that goes with it.

Shows what it is told; removes nothing. Knows no session.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from app.types import BackupCopy
from app.ui.widgets.labels import Label, PushButton, ShortLabel, counted, file_name, tip
from app.ui.widgets.theme import Theme
from app.ui.widgets.tick import TickBox


class RemovalStrip(QFrame):
    """A strip below the list; hidden while nothing is asked."""

    confirmed = Signal(bool)  # whether to delete the backups too

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("strip")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 10, 12, 10)
        self.name = ShortLabel("", "strong")
        self.words = Label("", "small", wrap=True)
        self.answers = Label("", "warn", wrap=True)
        self.backups = TickBox(theme)
        self.copies = Label("", "small", wrap=True)
        for widget in (self.name, self.words, self.answers, self.backups, self.copies):
            layout.addWidget(widget)
        row = QHBoxLayout()
        self.keep = PushButton(theme, "Keep")
        self.remove = PushButton(theme, "Remove", "danger")
        self.keep.clicked.connect(self.hide)
        self.remove.clicked.connect(self._confirm)
        row.addStretch(1)
        row.addWidget(self.keep)
        row.addWidget(self.remove)
        layout.addLayout(row)
        self.hide()

    def ask(self, file: str, answers: int) -> None:
        """Ask about a file that so many answers quote; it can be confirmed once the backups are known."""
        self.name.set_whole(f"Remove {file_name(file)}?", file)
        self.words.setText("Its text is taken out of the library. The file itself stays where it is.")
        self.answers.setText(f"{counted(answers, 'answer')} in this conversation "
                             f"{'quotes' if answers == 1 else 'quote'} it and {'goes' if answers == 1 else 'go'} too.")
        self.answers.setVisible(answers > 0)
        self.backups.hide()
        self.copies.hide()
        self.remove.setEnabled(False)
        self.show()

    def show_copies(self, copies: Sequence[BackupCopy], matter: str) -> None:
        """Ask about the backups that hold the matter too, and let it be confirmed."""
        one = len(copies) == 1
        self.backups.setChecked(False)
        self.backups.name(f"Delete {'the backup' if one else f'{len(copies):,} backups'} too")
        names = ", ".join(file_name(copy.path) for copy in copies[:3]) + (", …" if len(copies) > 3 else "")
        more = any(len(copy.matters) > 1 for copy in copies)
        self.copies.setText(
            f"The document can be in {names}. Only the whole backup can be deleted"
            f"{', with the other matters in it' if more else ''}; make a new one afterwards.")
        self.copies.setToolTip(tip("\n".join(copy.path for copy in copies)))
        self.backups.setToolTip(tip(f"Backups that Carrel made of {matter}"))
        for widget in (self.backups, self.copies):
            widget.setVisible(bool(copies))
        self.remove.setEnabled(True)
        self.remove.setFocus()

    def _confirm(self) -> None:
        self.hide()
        self.confirmed.emit(self.backups.isChecked() and not self.backups.isHidden())

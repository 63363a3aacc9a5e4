"""Parts of a page of settings: a framed section, a line with a button, and the table of a self-test.

Show what they are told. Know no session.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QComboBox, QFrame, QGridLayout, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from app.types import Refusal
from app.ui.widgets import icons
from app.ui.widgets.labels import Icon, Label
from app.ui.widgets.theme import Theme

_MARKS = {True: ("check", "good", "As it should be"), False: ("warning", "bad", "Not as it should be"),
          None: ("minus", "warn", "Told; nothing is enforced here")}


class Section(QFrame):
    """A frame with an icon, a title and what is put into `body`."""

    def __init__(self, theme: Theme, icon: str, title: str, words: str) -> None:
        super().__init__()
        self.setObjectName("card")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(18, 16, 18, 16)
        layout.setSpacing(14)
        layout.addWidget(Icon(theme, icon, "accent", 24), 0, Qt.AlignmentFlag.AlignTop)
        self.body = QVBoxLayout()
        self.body.setSpacing(9)
        self.body.addWidget(Label(title, "title"))
        self.words = Label(words, "muted", wrap=True)
        self.body.addWidget(self.words)
        layout.addLayout(self.body, 1)


def bar() -> QProgressBar:
    """Return a thin bar of progress, hidden."""
    found = QProgressBar()
    found.setTextVisible(False)
    found.hide()
    return found


def today() -> str:
    """Return the date as it stands in a file's name."""
    return time.strftime("%Y-%m-%d")


def setting(title: str, words: str, *controls: QWidget) -> QWidget:
    """Return a line: what it is and what it means at the left, its controls at the right."""
    row = QWidget()
    layout = QHBoxLayout(row)
    layout.setContentsMargins(0, 4, 0, 4)
    layout.setSpacing(14)
    text = QVBoxLayout()
    text.setSpacing(1)
    text.addWidget(Label(title, "strong"))
    text.addWidget(Label(words, "small", wrap=True))
    layout.addLayout(text, 1)
    for control in controls:
        layout.addWidget(control, 0, Qt.AlignmentFlag.AlignVCenter)
    return row


class Choice(QComboBox):
    """A list that drops down, with an arrow of the icon set."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        theme.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 (Qt's name)
        super().paintEvent(event)
        painter = QPainter(self)
        painter.drawPixmap(self.width() - 25, (self.height() - 16) // 2, icons.pixmap(
            "down", self._theme.colours.muted, 16, icons.density(self)))
        painter.end()


class Page(QWidget):
    """What scrolls: as high as its texts are at the width that they have."""

    def minimumSizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        """The scroll area asks for the height at the real width; the layout's own guess is of a narrow page."""
        return QSize(super().minimumSizeHint().width(), 0)


class RefusalTable(QWidget):
    """What was tried, what became of it and who refused it, each with a mark."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 2, 0, 2)
        self._grid.setHorizontalSpacing(14)
        self._grid.setVerticalSpacing(7)
        self._grid.setColumnStretch(1, 8)
        self._grid.setColumnStretch(2, 7)

    def show_refusals(self, refusals: Sequence[Refusal]) -> None:
        """Show lines of a self-test."""
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        if not refusals:
            self.hide()
            return
        by = any(refusal.by for refusal in refusals)
        self._grid.setColumnStretch(3, 5 if by else 0)
        for column, words in enumerate(("", "Tried", "Outcome", "By" if by else "")):
            self._grid.addWidget(Label(words, "caption"), 0, column)
        for number, refusal in enumerate(refusals, 1):
            icon, colour, meaning = _MARKS[refusal.holds]
            mark = Icon(self._theme, icon, colour, 16)
            mark.setToolTip(meaning)
            mark.setAccessibleName(meaning)
            self._grid.addWidget(mark, number, 0, Qt.AlignmentFlag.AlignTop)
            for column, (words, role) in enumerate((
                    (refusal.what, ""), (refusal.outcome, "bad" if refusal.holds is False else ""),
                    (refusal.by, "muted")), 1):
                self._grid.addWidget(Label(words, role, wrap=True, selectable=True), number, column,
                                     Qt.AlignmentFlag.AlignTop)
        self.show()

"""What is nearly the same elsewhere: a line that says how much, and opens the list of where.

Shows what it is told. Knows no panel and no session.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.counted import counted
from app.places import file_name, page_word
from app.types import StoredPassage
from app.ui.widgets import icons
from app.ui.widgets.labels import Label, PushButton, ShortButton, tip
from app.ui.widgets.theme import Theme

_MOST = 60  # rows; what is beyond them is counted


class Alike(QWidget):
    """Below a card, the passages that were counted with it."""

    opened = Signal(object)  # a StoredPassage whose source is to be shown
    grew = Signal()

    def __init__(self, theme: Theme, passages: Sequence[StoredPassage], *, matters: bool = False) -> None:
        """`matters` says of each in which matter it is."""
        super().__init__()
        self._theme, self._passages, self._matters = theme, tuple(passages), matters
        self._words = f"and {counted(len(passages), 'other')} alike"
        self.rows: list[ShortButton] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 0, 0, 0)
        column.setSpacing(1)
        self.button = PushButton(theme, "", "link", "right", "accent")
        self.button.setCheckable(True)
        self.button.setToolTip(tip("Nearly the same words stand there too. Show where"))
        self.button.toggled.connect(self._toggle)
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)
        self._list = QWidget()
        self._rows = QVBoxLayout(self._list)
        self._rows.setContentsMargins(20, 0, 0, 4)
        self._rows.setSpacing(0)
        self._list.hide()
        column.addWidget(self._list)
        self._name()

    @property
    def passages(self) -> tuple[StoredPassage, ...]:
        """What it lists."""
        return self._passages

    def _name(self) -> None:
        shown = self.button.isChecked()
        self.button.setText(f"\u2009 {self._words}")
        self.button.setAccessibleName(f"{self._words}. {'Hide' if shown else 'Show'} where")
        self.button.set_icon("down" if shown else "right")

    def _toggle(self, shown: bool) -> None:
        if shown and not self.rows:
            self._fill()
        self._list.setVisible(shown)
        self._name()
        self.grew.emit()

    def _fill(self) -> None:
        for passage in self._passages[:_MOST]:
            row = self._row(passage)
            row.clicked.connect(lambda _=False, passage=passage: self.opened.emit(passage))
            self._rows.addWidget(row)
            self.setTabOrder(self.rows[-1] if self.rows else self.button, row)
            self.rows.append(row)
        if (beyond := len(self._passages) - _MOST) > 0:
            self._rows.addWidget(Label(f"and {beyond:,} more", "small"))

    def _row(self, passage: StoredPassage) -> ShortButton:
        page = f"{page_word(passage.kind)} {passage.page}" if passage.page is not None else ""
        words = [file_name(passage.file), page, passage.matter if self._matters else ""]
        row = ShortButton(self._theme, " · ".join(each for each in words if each), "link",
                          icons.kind_icon(passage.kind), "muted", widest=560)
        row.setToolTip(tip(f"{passage.file}{', ' + page if page else ''}\nOpen beside the conversation"))
        return row

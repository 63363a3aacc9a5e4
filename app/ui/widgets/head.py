"""The line above the conversation: ask or search, in which part of the library, and how. Knows no session."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.ui.widgets.filters import Filters
from app.ui.widgets.labels import PushButton, ToolButton, tip
from app.ui.widgets.syntax import SyntaxPopover
from app.ui.widgets.theme import Theme


class Head(QWidget):
    """The switch, the filters and the help."""

    turned = Signal()  # from asking to searching or back

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        column = self._column = QVBoxLayout(self)
        column.setSpacing(6)
        row = QHBoxLayout()
        row.setSpacing(8)
        switch = QFrame()
        switch.setObjectName("modes")
        switch.setAccessibleName("Ask or search")
        inner = QHBoxLayout(switch)
        inner.setContentsMargins(2, 2, 2, 2)
        inner.setSpacing(2)
        self.ask = PushButton(theme, "Ask", "mode", "ask", "accent")
        self.ask.setToolTip(tip("A question is answered, and every sentence is checked against your files (Ctrl+1)"))
        self.ask.setAccessibleDescription("A question is answered, with proof")
        self.search = PushButton(theme, "Search", "mode", "search", "accent")
        self.search.setToolTip(tip("Passages appear while you type; no model is asked (Ctrl+2)"))
        self.search.setAccessibleDescription("Passages appear while you type; no model is asked")
        group = QButtonGroup(self)
        for button in (self.ask, self.search):
            button.setCheckable(True)
            group.addButton(button)
            inner.addWidget(button)
        self.ask.setChecked(True)
        group.buttonToggled.connect(lambda _button, checked: self.turned.emit() if checked else None)
        self.filters = Filters(theme)
        self.help = ToolButton(theme, "help", "How to search (F1)")
        self._syntax = SyntaxPopover(theme, self)
        self.help.clicked.connect(self.explain)
        row.addWidget(switch)
        row.addStretch(1)
        row.addWidget(self.filters.button)
        row.addWidget(self.help)
        column.addLayout(row)
        column.addWidget(self.filters)

    @property
    def searching(self) -> bool:
        """Whether the box is to search with."""
        return self.search.isChecked()

    def turn(self, *, searching: bool) -> None:
        """Ask, or search."""
        (self.search if searching else self.ask).setChecked(True)

    def explain(self) -> None:
        """Show how a search can be written."""
        self._syntax.come_up(self.help)

    def set_side(self, side: int) -> None:
        """Leave so many pixels at both sides."""
        self._column.setContentsMargins(side, 12, side, 6)
        self._column.setAlignment(Qt.AlignmentFlag.AlignTop)

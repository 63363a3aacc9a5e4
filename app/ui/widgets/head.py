"""The line above the conversation: ask or search, in which part of the library, and how. Knows no session."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.ui.widgets.filters import Filters
from app.ui.widgets.labels import PushButton, ToolButton, tip
from app.ui.widgets.switch import Option, Switch
from app.ui.widgets.syntax import SyntaxPopover
from app.ui.widgets.theme import Theme


class Head(QWidget):
    """The switch, a new conversation, the filters and the help."""

    turned = Signal()  # from asking to searching or back

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        column = self._column = QVBoxLayout(self)
        column.setSpacing(6)
        row = QHBoxLayout()
        row.setSpacing(8)
        self.switch = Switch(
            theme, "Ask or search",
            Option("Ask", "A question is answered, and every sentence is checked against your files (Ctrl+1)", "ask",
                   "A question is answered, with proof"),
            Option("Search", "Passages appear while you type; no model is asked (Ctrl+2)", "search",
                   "Passages appear while you type; no model is asked"))
        self.ask, self.search = self.switch.buttons
        self.switch.turned.connect(self.turned)
        self.fresh = PushButton(theme, "New", "quiet", "plus", "accent")
        self.fresh.setAccessibleName("New conversation")
        self.fresh.setToolTip(tip("Begin a new conversation (Ctrl+N)"))
        self.export = ToolButton(theme, "export", "Export this conversation…")
        self.be_for_turns(0)
        self.filters = Filters(theme)
        self.help = ToolButton(theme, "help", "How to search (F1)")
        self._syntax = SyntaxPopover(theme, self)
        self.help.clicked.connect(self.explain)
        row.addWidget(self.switch)
        row.addWidget(self.fresh)
        row.addWidget(self.export)
        row.addStretch(1)
        row.addWidget(self.filters.button)
        row.addWidget(self.help)
        column.addLayout(row)
        column.addWidget(self.filters)

    @property
    def searching(self) -> bool:
        """Whether the box is to search with."""
        return self.switch.at == 1

    def turn(self, *, searching: bool) -> None:
        """Ask, or search."""
        self.switch.turn(int(searching))

    def be_for_turns(self, turns: int) -> None:
        """Offer what can be done with a conversation of so many turns, none where it is not seen."""
        self.fresh.setVisible(bool(turns))
        self.export.setVisible(bool(turns))

    def explain(self) -> None:
        """Show how a search can be written."""
        self._syntax.come_up(self.help)

    def set_side(self, side: int) -> None:
        """Leave so many pixels at both sides."""
        self._column.setContentsMargins(side, 12, side, 6)
        self._column.setAlignment(Qt.AlignmentFlag.AlignTop)

"""The turns of a conversation, one below the other, in a view that follows what is written. Knows no session."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from app.ui.widgets.labels import line
from app.ui.widgets.turn import Turn


class Turns(QScrollArea):
    """What invites while there is no turn, then the turns."""

    def __init__(self, welcome: QWidget) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.turns: list[Turn] = []
        self._welcome = welcome
        self._lines: dict[Turn, QFrame] = {}  # above each turn but the first
        self._stuck = True  # the view follows the end of the text
        self._moving = False  # it is not the reader who scrolls
        page = QWidget()
        page.setObjectName("page")
        self._column = QVBoxLayout(page)
        self._column.setSpacing(22)
        self._column.addWidget(welcome, 1)
        self._column.addStretch(0)
        self.setWidget(page)
        bar = self.verticalScrollBar()
        bar.rangeChanged.connect(self.follow)
        bar.valueChanged.connect(self._scrolled)

    def set_side(self, side: int) -> None:
        """Leave so many pixels at both sides."""
        self._column.setContentsMargins(side, 12, side, 20)

    # The turns

    def add(self, turn: Turn) -> None:
        """Put a turn below the others, and follow what is written in it."""
        rule = line()
        self._lines[turn] = rule
        for widget in (rule, turn):
            self._column.insertWidget(self._column.count() - 1, widget)
        turn.grew.connect(self.follow)
        self.turns.append(turn)
        self._stuck = True
        self._fit()

    def drop(self, turns: Sequence[Turn]) -> None:
        """Let these turns go; safe to be told of one twice."""
        for turn in turns:
            if turn in self.turns:
                self.turns.remove(turn)
            for widget in (self._lines.pop(turn, None), turn):
                if widget is not None:
                    self._column.removeWidget(widget)
                    widget.hide()
                    widget.deleteLater()
        self._fit()

    def put_aside(self, first: Turn) -> list[Turn]:
        """Show this turn and those after it no more, and return them; they can be brought back or dropped."""
        at = self.turns.index(first)
        aside, self.turns = self.turns[at:], self.turns[:at]
        for turn in aside:
            turn.hide()
            self._lines[turn].hide()
        self._fit()
        return aside

    def bring_back(self, aside: Sequence[Turn]) -> None:
        """Show turns again that were put aside."""
        self.turns += aside
        for turn in aside:
            turn.show()
        self._fit()

    def _fit(self) -> None:
        for turn in self.turns:
            self._lines[turn].setVisible(turn is not self.turns[0])  # it stands between two
        self._welcome.setVisible(not self.turns)

    # Scrolling: the end of the text is followed until the reader scrolls up.

    def follow(self, *_: object) -> None:
        """Show the end of what is written, as long as the reader did not scroll up."""
        if self._stuck and self.turns:
            QTimer.singleShot(0, self, self._to_end)

    def show_turn(self, turn: Turn) -> None:
        """Let the view begin with a turn."""
        self._stuck = False
        QTimer.singleShot(0, turn, lambda: self._to(turn))  # once all have their place

    def _to(self, turn: Turn) -> None:
        bar = self.verticalScrollBar()
        bar.setValue(min(bar.maximum(), max(turn.y() - 4, 0)))

    def _to_end(self) -> None:
        if not self.turns:
            return
        bar = self.verticalScrollBar()
        self._moving = True
        if self.turns[-1].answer is None:  # but never past the top of the turn
            self._to(self.turns[-1])
        else:
            bar.setValue(bar.maximum())
        self._moving = False

    def _scrolled(self, value: int) -> None:
        if not self._moving:
            self._stuck = value >= self.verticalScrollBar().maximum() - 24

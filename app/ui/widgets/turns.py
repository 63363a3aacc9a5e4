"""The turns of a conversation, one below the other, in a view that follows what is written. Knows no session.

Turns that were kept are built one at a time and not all at once, so that the window never stands still: first the one
that the view begins with, then those below it, then those above, while what the reader looks at stays in its place.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from app.ui.widgets.labels import line
from app.ui.widgets.turn import Turn

_PAUSE_MS = 1  # between two that are built: what is painted and typed goes before, unlike before a queued call
_ABOVE = 4  # pixels left above the turn that the view begins with


class _Page(QWidget):
    """What is scrolled; as high as its turns are at its width."""

    def minimumSizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        """Qt would ask for the height that the turns have at their narrowest, and leave a blank below the last."""
        return QSize(super().minimumSizeHint().width(), 0)

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        """Qt would lay all turns out for another width than they have, and then again, whenever one is added."""
        return self.minimumSizeHint()


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
        self._held: tuple[Turn, int] | None = None  # how far below the upper edge of the view this turn stays
        self._moving = False  # it is not the reader who scrolls
        self._unplaced: Turn | None = None  # built, and not laid out yet
        self._side = 0
        self._at = 0  # where the view was scrolled to
        self._building = QTimer(self, interval=_PAUSE_MS, singleShot=True)
        self._building.timeout.connect(self._build_next)
        page = _Page()
        page.setObjectName("page")
        self._column = QVBoxLayout(page)
        self._column.setSpacing(22)
        self._column.addWidget(welcome, 1)
        self._column.addStretch(0)
        self.setWidget(page)
        bar = self.verticalScrollBar()
        bar.rangeChanged.connect(self._hold)
        bar.valueChanged.connect(self._scrolled)

    def set_side(self, side: int) -> None:
        """Leave so many pixels at both sides, the scroll bar counted in."""
        self._side = side
        self._fit_sides()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 (Qt's name)
        super().resizeEvent(event)
        self._fit_sides()

    def _fit_sides(self) -> None:
        bar = self.width() - self.viewport().width()
        self._column.setContentsMargins(self._side, 12, max(self._side - bar, 0), 20)

    # The turns

    def add(self, turn: Turn) -> None:
        """Put a turn below the others, and follow what is written in it."""
        self._put(turn)
        self._stuck, self._held = True, None
        self._fit()

    def add_later(self, turns: Sequence[Turn]) -> None:
        """Put turns below the others, and build each in its time; the end of the last is shown, or `show_turn`."""
        for turn in turns:
            self._put(turn)
            turn.hide()
        self._stuck, self._held = True, None
        self._fit()

    def _put(self, turn: Turn) -> None:
        rule = line()
        self._lines[turn] = rule
        for widget in (rule, turn):
            self._column.insertWidget(self._column.count() - 1, widget)
        turn.grew.connect(self.follow)
        self.turns.append(turn)

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
            turn.setVisible(turn.built)
        self._fit()

    def _fit(self) -> None:
        for turn in self.turns:
            self._lines[turn].setVisible(turn.built and turn is not self.turns[0])  # it stands between two
        self._welcome.setVisible(not self.turns)
        if self._unbuilt():
            self._building.start()

    # Building

    def _unbuilt(self) -> list[Turn]:
        """Those that are still to be built, the next one first."""
        held = (number for number, turn in enumerate(self.turns) if self._held and turn is self._held[0])
        at = next(held, max(len(self.turns) - 1, 0))
        return [turn for turn in (*self.turns[at:], *reversed(self.turns[:at])) if not turn.built]

    def _build_next(self) -> None:
        waiting = self._unbuilt()
        if not waiting:
            return
        turn = waiting[0]
        self._column.setEnabled(False)  # else showing it would squeeze all into the height that they had before
        turn.build()
        turn.show()
        self._lines[turn].setVisible(turn is not self.turns[0])
        self._column.setEnabled(True)
        self._column.invalidate()
        self._unplaced = turn
        if waiting[1:]:
            self._building.start()

    # Scrolling: the end of the text is followed until the reader scrolls up.

    def follow(self, *_: object) -> None:
        """Show the end of what is written, as long as the reader did not scroll up."""
        if self._stuck and self.turns:
            QTimer.singleShot(0, self, self._to_end)

    def show_turn(self, turn: Turn) -> None:
        """Let the view begin with a turn."""
        self._stuck, self._held = False, (turn, _ABOVE)
        QTimer.singleShot(0, turn, self._hold)  # once all have their place

    def _hold(self) -> None:
        """Keep the turn that is held in its place, whatever is built above it; else follow the text."""
        self._unplaced = None
        if self._held is None or self._held[0] not in self.turns:
            self.follow()
        elif self._held[0].built:
            self._moving = True
            self._to(*self._held)
            self._moving = False

    def _to(self, turn: Turn, below: int = _ABOVE) -> None:
        bar = self.verticalScrollBar()
        bar.setValue(min(bar.maximum(), max(turn.y() - below, 0)))

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
        most, before, self._at = self.verticalScrollBar().maximum(), self._at, value
        if not self._moving and before <= most:  # else what is shown became shorter than where the view was
            self._stuck = value >= most - 24
            seen = (turn for turn in self.turns
                    if turn.built and turn is not self._unplaced and turn.geometry().bottom() > value)
            first = next(seen, None) if self._building.isActive() else None
            self._held = (first, first.y() - value) if first is not None else None

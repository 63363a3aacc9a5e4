"""A thin bar for how hard a passphrase is to guess; the sentence beside it says the same in words."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.ui.widgets.theme import Theme

_STEPS = 4
_GAP = 4.0
_HEIGHT = 4
_COLOURS = ("bad", "bad", "warn", "good", "good")


class Meter(QWidget):
    """Four steps, of which none to all are filled."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._level: int | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    @property
    def level(self) -> int | None:
        """What is shown; None while there is nothing to judge."""
        return self._level

    def show_level(self, level: int | None) -> None:
        """Show a level of 0 to 4."""
        self._level = level
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        return QSize(120, _HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 (Qt's name)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        width = (self.width() - _GAP * (_STEPS - 1)) / _STEPS
        filled = 0 if self._level is None else max(self._level, 1)  # the weakest shows one step, in red
        for step in range(_STEPS):
            name = _COLOURS[self._level or 0] if step < filled else "border"
            painter.setBrush(self._theme.colour(name))
            painter.drawRoundedRect(QRectF(step * (width + _GAP), 0, width, _HEIGHT), 2, 2)
        painter.end()

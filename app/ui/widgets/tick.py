"""A box to tick, drawn like those of the lists, with plain words beside it."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QCheckBox

from app.ui.widgets import icons
from app.ui.widgets.theme import Theme

BOX = 16
_GAP = 9
_EDGE = 3


def paint_box(painter: QPainter, place: QRect, theme: Theme, density: float, *, ticked: bool, muted: bool = False,
              focused: bool = False) -> None:
    """Paint a box of BOX pixels at `place`."""
    colours = theme.colours
    fill = colours.muted if muted else colours.accent
    painter.setPen(QPen(QColor(fill if ticked else colours.accent if focused else colours.border_strong), 1.5))
    painter.setBrush(QColor(fill if ticked else colours.surface))
    painter.drawRoundedRect(place, 4, 4)
    if ticked:
        painter.drawPixmap(place.topLeft(), icons.pixmap("check", colours.on_accent, BOX, density))


class TickBox(QCheckBox):
    """A check box."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        theme.changed.connect(self.update)

    def name(self, words: str) -> None:
        """Change the words beside it."""
        self.setText(words.replace("&", "&&"))
        self.setAccessibleName(words)

    def _words(self) -> str:
        return self.text().replace("&&", "&")

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        words = self.fontMetrics().horizontalAdvance(self._words()) + _GAP if self.text() else 0
        return QSize(BOX + 2 * _EDGE + words, max(BOX, self.fontMetrics().height()) + 2 * _EDGE + 2)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        return QSize(BOX + 2 * _EDGE, self.sizeHint().height())

    def hitButton(self, place: QPoint) -> bool:  # noqa: N802 (Qt's name)
        return self.rect().contains(place)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 (Qt's name)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRect(_EDGE, (self.height() - BOX) // 2, BOX, BOX)
        if self.hasFocus():
            painter.setPen(QPen(self._theme.colour("accent"), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box.adjusted(-2, -2, 2, 2), 6, 6)
        paint_box(painter, box, self._theme, icons.density(self), ticked=self.isChecked(),
                  muted=not self.isEnabled(), focused=self.hasFocus())
        painter.setPen(self._theme.colour("text" if self.isEnabled() else "muted"))
        words = self.rect().adjusted(box.right() + _GAP, 0, 0, 0)
        painter.drawText(words, int(Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine),
                         self.fontMetrics().elidedText(self._words(), Qt.TextElideMode.ElideRight, words.width()))
        painter.end()

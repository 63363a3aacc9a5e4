"""A page of a document as a picture, with the cited words marked like with a highlighter.

Knows pixels only: where they come from is the source pane's business.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.types import Box, PagePicture
from app.ui.widgets.theme import Theme

_MARGIN = 14  # logical pixels around the sheet


def as_image(picture: PagePicture) -> QImage:
    """Return the pixels in the form that is painted fastest; takes milliseconds, so on a worker."""
    raw = QImage(picture.rgb, picture.width, picture.height, picture.width * 3, QImage.Format.Format_RGB888)
    return raw.convertToFormat(QImage.Format.Format_RGB32)  # a copy: the bytes belong to the picture


class PageView(QWidget):
    """One page; as large as its picture."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("paper")
        self._theme = theme
        self._image = QImage()
        self._marks = QPainterPath()
        self._bounds = QRectF()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def show_picture(self, image: QImage, boxes: Sequence[Box], density: float) -> None:
        """Show `image`, whose pixels are those of a screen of `density` pixels a logical pixel, `boxes` marked."""
        self._image = image
        self._image.setDevicePixelRatio(density)
        marks = QPainterPath()
        marks.setFillRule(Qt.FillRule.WindingFill)
        for box in boxes:
            place = QRectF(box.left, box.top, box.right - box.left, box.bottom - box.top)
            grow = max(place.height() * .08, 1.0)
            place = place.adjusted(-grow, -grow, grow, grow)
            marks.addRect(QRectF(place.topLeft() / density, place.size() / density))
        self._marks = marks.simplified() if len(boxes) < 400 else marks
        self._bounds = self._marks.boundingRect().translated(_MARGIN, _MARGIN)
        self.setFixedSize(self.sheet_size() + QSize(2 * _MARGIN, 2 * _MARGIN))
        self.update()

    def clear(self) -> None:
        """Show nothing."""
        self._image, self._marks, self._bounds = QImage(), QPainterPath(), QRectF()
        self.setFixedSize(QSize(2 * _MARGIN, 2 * _MARGIN))
        self.update()

    @property
    def empty(self) -> bool:
        """Whether there is no picture."""
        return self._image.isNull()

    @property
    def marks(self) -> QRectF:
        """Where the marks are, in this widget's coordinates; null where there are none."""
        return self._bounds

    def sheet_size(self) -> QSize:
        """Return the size of the sheet in logical pixels."""
        return self._image.deviceIndependentSize().toSize()

    @staticmethod
    def margins() -> int:
        """Return the room left and right of the sheet together, in logical pixels."""
        return 2 * _MARGIN

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 (Qt's name)
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.colour("paper"))
        if self._image.isNull():
            return
        sheet = QRect(_MARGIN, _MARGIN, self.sheet_size().width(), self.sheet_size().height())
        painter.drawImage(sheet.topLeft(), self._image)
        painter.setPen(QPen(self._theme.colour("border_strong"), 1))
        painter.drawRect(sheet.adjusted(-1, -1, 0, 0))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(_MARGIN, _MARGIN)
        # Multiplied like ink, so that the letters under it stay black.
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Multiply)
        painter.fillPath(self._marks, self._theme.colour("mark"))
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
        if not self._marks.isEmpty():  # a bar in the margin too: the mark is not told by colour alone
            bounds = self._marks.boundingRect()
            bar = QRectF(max(bounds.left() - 9, 1), bounds.top(), 3, bounds.height())
            painter.fillRect(bar, QColor("#2a5bb8"))
        painter.end()

"""How much of a library was read, as a bar with its parts named below it.

Shows what it is told. Knows no session.
"""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.counted import counted
from app.coverage import WORDS, Totals, percent, shut_words, total_words
from app.types import Status
from app.ui.widgets.labels import Label, listed
from app.ui.widgets.theme import Theme

_HEIGHT = 10
_LEAST = 5.0  # pixels of a part, so that a single page that could not be read is still seen
_PARTS = (("read", "good"), ("read by OCR", "accent"), ("empty", "border_strong"), ("not read", "warn"))


def shares(found: Totals) -> tuple[int, int, int, int]:
    """Return the pages that were read, read by OCR, empty, and not read."""
    pages = found.pages
    return pages[Status.READ], pages[Status.OCR], pages[Status.EMPTY], found.unread


class _Bar(QWidget):
    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.parts: tuple[int, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        return QSize(200, _HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 (Qt's name)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        outline = QPainterPath()
        outline.addRoundedRect(QRectF(self.rect()), _HEIGHT / 2, _HEIGHT / 2)
        painter.setClipPath(outline)
        painter.fillRect(self.rect(), self._theme.colour("border"))
        left = 0.0
        for (_, colour), width in zip(_PARTS, self.widths(), strict=False):
            painter.fillRect(QRectF(left, 0, width, _HEIGHT), self._theme.colour(colour))
            left += width
        painter.end()

    def widths(self) -> list[float]:
        """Return how wide each part is; none that holds a page is too narrow to be seen."""
        all_of_it = sum(self.parts)
        if not all_of_it:
            return []
        least = [_LEAST if number else 0.0 for number in self.parts]
        room = self.width() - sum(least)
        return [small + room * number / all_of_it for small, number in zip(least, self.parts, strict=True)]


class _Key(QWidget):
    """A dot of the colour of a part, with words."""

    def __init__(self, theme: Theme, colour: str) -> None:
        super().__init__()
        self._theme, self._colour = theme, colour
        self.label = Label("", "")
        row = QHBoxLayout(self)
        row.setContentsMargins(18, 0, 0, 0)
        row.addWidget(self.label)
        theme.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 (Qt's name)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.colour(self._colour))
        painter.drawEllipse(QRectF(2, self.height() / 2 - 5, 10, 10))
        painter.end()


class TotalsView(QWidget):
    """The bar, its key, and a sentence about what could not be read."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.bar = _Bar(theme)
        self.title = Label("", "title")
        self.keys = [_Key(theme, colour) for _, colour in _PARTS]
        self.words = Label("", "muted", wrap=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(9)
        column.addWidget(self.title)
        column.addWidget(self.bar)
        row = QHBoxLayout()
        row.setSpacing(20)
        for key in self.keys:
            row.addWidget(key)
        row.addStretch(1)
        column.addLayout(row)
        column.addWidget(self.words)

    def show_totals(self, found: Totals) -> None:
        """Show them; what could not be read is said by its causes."""
        parts = shares(found)
        self.bar.parts = parts
        self.bar.update()
        pages = found.pages.total()
        self.title.setText(f"{counted(found.files, 'file')}, {counted(pages, 'page')}" if found.files
                           else "Nothing was added yet")
        for key, (words, _), number in zip(self.keys, _PARTS, parts, strict=True):
            sure = f", {percent(found.confidence)} sure" if words == "read by OCR" and found.confidence is not None \
                else ""
            key.label.setText(f"{number:,} {words}{sure}")
            key.setVisible(bool(number) or words == "read")
        unread = [f"{found.pages[status]:,} {WORDS[status]}" for status in Status
                  if not status.readable and found.pages[status]]
        told = [f"Not read: {listed(unread)}." if unread else "", shut_words(found)]
        if found.files and not unread and not found.shut:
            told = ["Everything that was added could be read."]
        self.words.setText(" ".join(part for part in told if part))
        self.words.setVisible(bool(self.words.text()))
        self.setAccessibleName(total_words(found))

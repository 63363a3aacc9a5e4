"""A list of names of which one is the current one and any number are ticked.

Paints plain text only; as many names as there are cost what the visible ones cost. Knows no session.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.ui.widgets import icons
from app.ui.widgets.labels import tip
from app.ui.widgets.theme import Theme
from app.ui.widgets.tick import BOX, paint_box

_Index = QModelIndex | QPersistentModelIndex
ITEM = int(Qt.ItemDataRole.UserRole)
_LEFT = 34  # of a row, for its box


@dataclass(frozen=True, slots=True)
class Item:
    """One line."""

    key: str
    name: str
    ticked: bool = False
    current: bool = False  # always ticked


class Items(QAbstractListModel):
    """The items of one list."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.items: list[Item] = []

    def replace(self, items: Sequence[Item]) -> None:
        """Show `items`."""
        self.beginResetModel()
        self.items = list(items)
        self.endResetModel()

    def toggle(self, number: int) -> None:
        """Tick an item, or untick it; the current one stays ticked."""
        item = self.items[number]
        if not item.current:
            self.items[number] = replace(item, ticked=not item.ticked)
            self.dataChanged.emit(self.index(number), self.index(number))

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: N802, B008 (Qt's)
        return 0 if parent.isValid() else len(self.items)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self.items):
            return None
        item = self.items[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return item.name
        if role == Qt.ItemDataRole.ToolTipRole:
            return tip(item.name)
        if role == Qt.ItemDataRole.CheckStateRole:  # for screen readers; painted below
            return Qt.CheckState.Checked if item.ticked else Qt.CheckState.Unchecked
        if role == Qt.ItemDataRole.AccessibleTextRole:
            where = ", files are added here" if item.current else ""
            return f"{item.name}{where}, {'searched' if item.ticked else 'not searched'}"
        return item if role == ITEM else None


class _Painter(QStyledItemDelegate):
    def __init__(self, theme: Theme, view: QListView) -> None:
        super().__init__(view)
        self._theme = theme
        theme.changed.connect(view.viewport().update)

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:  # noqa: N802 (Qt's name)
        return QSize(160, QFontMetrics(self._theme.font()).height() + 15)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        item: Item = index.data(ITEM)
        colours = self._theme.colours
        place = QRect(option.rect).adjusted(2, 1, -2, -1)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        focused = bool(option.state & QStyle.StateFlag.State_HasFocus)
        if focused or option.state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(QPen(QColor(colours.accent), 1.5) if focused else Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.hover))
            painter.drawRoundedRect(place, 6, 6)
        box = QRect(place.left() + 8, place.center().y() - BOX // 2 + 1, BOX, BOX)
        paint_box(painter, box, self._theme, icons.density(option.widget), ticked=item.ticked, muted=item.current)
        words = place.adjusted(_LEFT, 0, -10, 0)
        if item.current:
            small = self._theme.font(.85)
            said = "files are added here"
            width = QFontMetrics(small).horizontalAdvance(said)
            painter.setFont(small)
            painter.setPen(QColor(colours.muted))
            painter.drawText(words, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight), said)
            words.setRight(words.right() - width - 12)
        font = self._theme.font(bold=item.current)
        painter.setFont(font)
        painter.setPen(QColor(colours.text))
        flat = QFontMetrics(font).elidedText(" ".join(item.name.split()), Qt.TextElideMode.ElideRight, words.width())
        painter.drawText(words, int(Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine), flat)
        painter.restore()


class TickList(QListView):
    """The list: the box of a row ticks it, its name chooses it."""

    chosen = Signal(str)  # the key of an item
    ticked = Signal()

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__()
        self.items = Items(self)
        self.setModel(self.items)
        self.setItemDelegate(_Painter(theme, self))
        self.setAccessibleName(name)
        self.setMouseTracking(True)
        self.setUniformItemSizes(True)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QListView.SelectionMode.SingleSelection)

    def toggle(self, number: int) -> None:
        """Tick a row, or untick it."""
        self.items.toggle(number)
        self.ticked.emit()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        super().mouseReleaseEvent(event)
        index = self.indexAt(event.position().toPoint())
        if event.button() != Qt.MouseButton.LeftButton or not index.isValid():
            return
        if event.position().x() < _LEFT:
            self.toggle(index.row())
        else:
            self.chosen.emit(index.data(ITEM).key)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 (Qt's name)
        index = self.currentIndex()
        if index.isValid() and event.key() == Qt.Key.Key_Space:
            self.toggle(index.row())
        elif index.isValid() and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.chosen.emit(index.data(ITEM).key)
        else:
            super().keyPressEvent(event)

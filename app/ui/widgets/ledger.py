"""The coverage of a library as a list: each document with the stretches of pages of which the same is to be said.

Paints plain text only; all rows are equally high, so that a hundred thousand cost what the visible ones cost. Knows
no session.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from pathlib import PurePath
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.counted import counted
from app.coverage import Stretch, percent, stretches
from app.places import file_name
from app.types import DocumentRow, LedgerLine, Status
from app.ui.widgets import icons
from app.ui.widgets.labels import tip
from app.ui.widgets.theme import Theme

_Index = QModelIndex | QPersistentModelIndex
ROW = int(Qt.ItemDataRole.UserRole)
_PAGES = 132  # pixels for the pages of a stretch
_INDENT = 40
_MARKS = {Status.READ: ("check", "good"), Status.OCR: ("scan", "accent"), Status.EMPTY: ("minus", "muted"),
          Status.LOCKED: ("lock", "warn")}


class Show(StrEnum):
    """Which stretches are listed."""

    ALL = "all"
    UNREAD = "unread"
    OCR = "ocr"


@dataclass(frozen=True, slots=True)
class Covered:
    """A document and what became of its pages."""

    file: str
    parent: str | None
    row: DocumentRow | None  # None where it is no longer in the library
    stretches: tuple[Stretch, ...]
    matter: str = ""  # where several are searched

    @property
    def unread(self) -> int:
        """How many of its pages could not be read; a file that gave none counts as one."""
        return sum(each.pages for each in self.stretches if not each.status.readable)

    @property
    def locked(self) -> bool:
        """Whether a password would help."""
        return any(each.status is Status.LOCKED for each in self.stretches)

    @property
    def summary(self) -> str:
        """Return in a few words how much was read."""
        pages = sum(each.pages for each in self.stretches)
        if self.stretches[0].first is None and not self.stretches[0].status.readable:
            return "not read"
        if self.unread:
            return f"{self.unread:,} of {counted(pages, 'page')} not read"
        sure = [(each.confidence, each.pages) for each in self.stretches if each.status is Status.OCR]
        known = [(confidence, number) for confidence, number in sure if confidence is not None]
        if not sure:
            return f"{counted(pages, 'page')} read" if self.stretches[0].first is not None else "read"
        mean = sum(each * number for each, number in known) / sum(number for _, number in known) if known else None
        scanned = sum(number for _, number in sure)
        some = "" if scanned == pages else f"{scanned:,} of "
        return f"{some}{counted(pages, 'page')} read by OCR" + (f", {percent(mean)} sure" if mean is not None else "")


@dataclass(frozen=True, slots=True)
class Line:
    """A row: a document, or one of its stretches."""

    document: Covered
    stretch: Stretch | None = None


def covered(lines: Iterable[LedgerLine], documents: Mapping[str, DocumentRow], matter: str = "") -> list[Covered]:
    """Return the documents of a ledger in its order; takes long for a long one, so on a worker."""
    return [
        Covered(file, found[0].parent, documents.get(file), found, matter)
        for file, group in groupby(stretches(lines), key=lambda each: each.file) if (found := tuple(group))
    ]


class Ledger(QAbstractListModel):
    """The documents, narrowed to what is asked for."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.documents: Sequence[Covered] = ()
        self._shown: list[Line] = []
        self._show = Show.UNREAD
        self._words = ""

    def replace(self, documents: Sequence[Covered]) -> None:
        """Show `documents`."""
        self.documents = documents
        self.narrow(self._show, self._words)

    def narrow(self, show: Show, words: str = "") -> None:
        """List only what is asked for, of the files whose path holds `words`."""
        self.beginResetModel()
        self._show, self._words = show, words
        self._shown = [line for document in self.documents for line in self._lines(document)]
        self.endResetModel()

    def _lines(self, document: Covered) -> Iterator[Line]:
        if self._words and self._words.casefold() not in document.file.casefold():
            return
        found = [each for each in document.stretches if self._takes(each)]
        if found:
            yield Line(document)
            for stretch in found:
                yield Line(document, stretch)

    def _takes(self, stretch: Stretch) -> bool:
        if self._show is Show.OCR:
            return stretch.status is Status.OCR
        return self._show is Show.ALL or not stretch.status.readable

    @property
    def shown(self) -> list[Line]:
        """The rows."""
        return self._shown

    def find(self, file: str, page: int | None) -> int:
        """Return the row of a page of a file, the first that says something where it is not listed."""
        for number, line in enumerate(self._shown):
            stretch = line.stretch
            if stretch is not None and stretch.file == file and (
                    stretch.first is None or page is None or stretch.first <= page <= (stretch.last or stretch.first)):
                return number
        return 1 if len(self._shown) > 1 else 0  # the first is the name of a document

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: N802, B008 (Qt's)
        return 0 if parent.isValid() else len(self._shown)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self._shown):
            return None
        line = self._shown[index.row()]
        if role == ROW:
            return line
        if role == Qt.ItemDataRole.DisplayRole:
            return file_name(line.document.file) if line.stretch is None else _capital(line.stretch.where)
        if role == Qt.ItemDataRole.ToolTipRole:
            return tip("\n".join(_told(line)))
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join(_told(line))
        return None


def _told(line: Line) -> list[str]:
    document, stretch = line.document, line.stretch
    if stretch is None:
        return [part for part in (document.file, inside(document), document.matter, document.summary) if part]
    return [f"{_capital(stretch.where)} of {file_name(document.file)}", stretch.sentence or _capital(stretch.status)]


def inside(document: Covered) -> str:
    """Return what a file came in, such as "in: letter.msg"."""
    return f"in: {file_name(document.parent)}" if document.parent else ""


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


class _Painter(QStyledItemDelegate):
    def __init__(self, theme: Theme, view: QListView) -> None:
        super().__init__(view)
        self._theme = theme
        theme.changed.connect(view.viewport().update)

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:  # noqa: N802 (Qt's name)
        return QSize(300, QFontMetrics(self._theme.font()).height() + 14)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        line: Line = index.data(ROW)
        colours = self._theme.colours
        place = QRect(option.rect).adjusted(4, 0, -4, 0)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        state = option.state
        if line.stretch is None and index.row():
            painter.setPen(QPen(QColor(colours.border), 1))
            painter.drawLine(place.left() + 6, place.top(), place.right() - 6, place.top())
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        if chosen or state & QStyle.StateFlag.State_MouseOver:
            focused = chosen and bool(state & QStyle.StateFlag.State_HasFocus)
            painter.setPen(QPen(QColor(colours.accent), 1.5) if focused else Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.accent_soft if chosen else colours.hover))
            painter.drawRoundedRect(place.adjusted(0, 2, 0, -2), 6, 6)
        inner = place.adjusted(10, 0, -12, 0)
        scale = icons.density(option.widget)
        if line.stretch is None:
            self._document(painter, inner, line.document, scale)
        else:
            self._stretch(painter, inner, line.stretch, scale)
        painter.restore()

    def _document(self, painter: QPainter, place: QRect, document: Covered, scale: float) -> None:
        colours = self._theme.colours
        kind = document.row.kind if document.row is not None else ""
        self._icon(painter, place, icons.kind_icon(kind), colours.muted, scale)
        place = place.adjusted(26, 0, 0, 0)
        small = self._theme.font(.9)
        room = self._words(painter, place, small, colours.warn if document.unread else colours.muted,
                           document.summary, right=True)
        place.setRight(place.right() - room - 18)
        bold = self._theme.font(bold=True)
        name = file_name(document.file)
        width = min(QFontMetrics(bold).horizontalAdvance(name) + 4, round(place.width() * .7))
        self._words(painter, QRect(place.left(), place.top(), width, place.height()), bold, colours.text, name,
                    cut=Qt.TextElideMode.ElideMiddle)
        folder = inside(document) or str(PurePath(document.file).parent)
        beside = " · ".join(part for part in (document.matter, folder) if part)
        self._words(painter, place.adjusted(width + 12, 0, 0, 0), small, colours.muted, beside,
                    cut=Qt.TextElideMode.ElideMiddle)

    def _stretch(self, painter: QPainter, place: QRect, stretch: Stretch, scale: float) -> None:
        colours = self._theme.colours
        name, colour = _MARKS.get(stretch.status, ("warning", "warn"))
        place = place.adjusted(26, 0, 0, 0)
        self._icon(painter, place, name, getattr(colours, colour), scale)
        place = place.adjusted(_INDENT - 16, 0, 0, 0)
        self._words(painter, QRect(place.left(), place.top(), _PAGES, place.height()), self._theme.font(),
                    colours.text, _capital(stretch.where))
        self._words(painter, place.adjusted(_PAGES + 10, 0, 0, 0), self._theme.font(), colours.muted,
                    stretch.sentence or _capital(stretch.status))

    @staticmethod
    def _icon(painter: QPainter, place: QRect, name: str, colour: str, scale: float) -> None:
        painter.drawPixmap(QPoint(place.left(), place.center().y() - 7), icons.pixmap(name, colour, 16, scale))

    @staticmethod
    def _words(painter: QPainter, place: QRect, font: QFont, colour: str, text: str, *, right: bool = False,
               cut: Qt.TextElideMode = Qt.TextElideMode.ElideRight) -> int:
        """Write in one line; returns how wide it is."""
        metrics = QFontMetrics(font)
        painter.setFont(font)
        painter.setPen(QColor(colour))
        shown = metrics.elidedText(" ".join(text.split()), cut, place.width())
        side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
        painter.drawText(place, int(side | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine), shown)
        return metrics.horizontalAdvance(shown)


class LedgerView(QListView):
    """The list."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.rows = Ledger(self)
        self.setModel(self.rows)
        self.setItemDelegate(_Painter(theme, self))
        self.setUniformItemSizes(True)
        self.setAccessibleName("What was read, by document and page")
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)

    @property
    def current(self) -> Line | None:
        """The row that is chosen."""
        found = self.currentIndex()
        line: Line | None = found.data(ROW) if found.isValid() else None
        return line

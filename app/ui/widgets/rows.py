"""Lists of documents and of failures: the model behind them and how a row is painted.

Paints plain text only, so that ten thousand rows cost what the visible ones cost. Knows no session.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QListView, QMenu, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.counted import counted
from app.places import file_name, page_word
from app.types import DocumentRow, Status
from app.ui.widgets import icons
from app.ui.widgets.labels import tip
from app.ui.widgets.theme import Theme

_Index = QModelIndex | QPersistentModelIndex
_TITLES = 2  # lines of a title that is a sentence
_BESIDE = 62  # pixels of a row that are not for its words
ROW = int(Qt.ItemDataRole.UserRole)

_WORDS = {Status.READ: "read", Status.OCR: "read by OCR", Status.EMPTY: "no text in it",
          Status.PICTURE: "scan, not read", Status.LOCKED: "locked", Status.DAMAGED: "damaged",
          Status.UNSUPPORTED: "cannot be read yet", Status.TOO_LARGE: "too large", Status.TIMED_OUT: "took too long",
          Status.FAILED: "could not be opened"}
_KINDS = {"pdf": "PDF", "docx": "Word", "odt": "OpenDocument", "rtf": "RTF", "text": "Text", "markdown": "Markdown",
          "html": "Web page", "mhtml": "Web page", "xml": "XML", "mail": "E-mail", "msg": "E-mail", "mbox": "Mailbox",
          "tnef": "E-mail", "signed": "Signed file",
          "sheet": "Spreadsheet", "csv": "Table", "slides": "Slides", "epub": "E-book", "image": "Image",
          "archive": "Archive", "cda": "Clinical document", "fhir": "Health record", "hl7": "Clinical message"}


@dataclass(frozen=True, slots=True)
class Row:
    """What one line of a list shows."""

    title: str
    detail: str
    trouble: str = ""  # in words, what is not as it should be
    icon: str = "file"
    tip: str = ""
    key: str = ""
    value: object = None
    prose: bool = False  # the title is a sentence: it may take two lines, and its end is what is cut


def kind_word(kind: str) -> str:
    """Return what users call documents of `kind`."""
    return _KINDS.get(kind, "File")


def kinds_called(word: str) -> tuple[str, ...]:
    """Return the kinds of documents that users call `word`."""
    return tuple(kind for kind, name in _KINDS.items() if name == word)


def document_row(row: DocumentRow) -> Row:
    """Return how the library lists a document."""
    word = _WORDS[row.status]
    if row.reasons and row.status in (Status.READ, Status.OCR):
        word = "partly read"
    pages = [counted(row.pages, page_word(row.kind))] if row.pages > 1 or (row.pages and row.kind == "pdf") else []
    origin = [f"in: {file_name(row.parent)}"] if row.parent else []
    plain = row.status in (Status.READ, Status.OCR) and not row.reasons
    trouble = ""
    if not plain:
        trouble = row.reasons[0] if row.reasons else word[:1].upper() + word[1:] + "."
        if len(row.reasons) > 1:
            trouble = f"{trouble} (and {len(row.reasons) - 1} more)"
    return Row(file_name(row.file), " · ".join([*origin, kind_word(row.kind), *pages, word]), trouble,
               icons.kind_icon(row.kind), "\n".join([row.file, *row.reasons[:12]]), row.file, row)


class Rows(QAbstractListModel):
    """The rows of one list; replaces them in place, so that the selection and the view stay."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[Row] = []

    def replace(self, rows: Sequence[Row]) -> None:
        """Show `rows`; those that did not change are not touched."""
        fresh = list(rows)
        if [row.key for row in fresh[: len(self._rows)]] != [row.key for row in self._rows]:
            self.beginResetModel()
            self._rows = fresh
            self.endResetModel()
            return
        old = len(self._rows)
        changed = [number for number in range(old) if self._rows[number] != fresh[number]]
        self._rows[:] = fresh[:old]
        for number in changed:
            self.dataChanged.emit(self.index(number), self.index(number))
        if len(fresh) > old:
            self.beginInsertRows(QModelIndex(), old, len(fresh) - 1)
            self._rows = fresh
            self.endInsertRows()

    @property
    def rows(self) -> list[Row]:
        """All rows, unfiltered."""
        return list(self._rows)

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: N802, B008 (Qt's)
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        row = self._rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return row.title
        if role == Qt.ItemDataRole.ToolTipRole:
            return tip(row.tip)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join(part for part in (row.title, row.detail, row.trouble) if part)
        return row if role == ROW else None


class RowPainter(QStyledItemDelegate):
    """Icon, name, one line of detail and, where there is trouble, a line that says what."""

    def __init__(self, theme: Theme, view: QListView, lines: int) -> None:
        super().__init__(view)
        self._lines = lines
        self._theme = theme
        theme.changed.connect(view.viewport().update)

    def _fonts(self) -> tuple[QFont, QFont]:
        return self._theme.font(bold=True), self._theme.font(.88)

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:  # noqa: N802 (Qt's name)
        name, small = self._fonts()
        row: Row = index.data(ROW)
        metrics = QFontMetrics(small)
        view = self.parent()
        width = (view.viewport().width() if isinstance(view, QListView) else 200) - _BESIDE
        lines = bool(row.detail) + len(_wrapped(metrics, row.trouble, width, self._lines))
        titles = len(_titles(QFontMetrics(name), row, width))
        return QSize(120, titles * (QFontMetrics(name).height() + 2) - 2 + lines * (metrics.height() + 2) + 18)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        row: Row = index.data(ROW)
        colours = self._theme.colours
        place = QRect(option.rect).adjusted(6, 1, -6, -1)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        state = option.state
        chosen, over = bool(state & QStyle.StateFlag.State_Selected), bool(state & QStyle.StateFlag.State_MouseOver)
        focused = bool(state & QStyle.StateFlag.State_HasFocus)
        if chosen or over:
            painter.setPen(QPen(QColor(colours.accent), 1.5) if chosen and focused else Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.accent_soft if chosen else colours.hover))
            painter.drawRoundedRect(place, 7, 7)
        inner = place.adjusted(9, 8, -9, -6)
        scale = icons.density(option.widget)
        tint = colours.warn if row.trouble else colours.accent
        painter.drawPixmap(QPoint(inner.left(), inner.top() + 1), icons.pixmap(row.icon, tint, 22, scale))
        inner.setLeft(inner.left() + 32)
        name, small = self._fonts()
        top = inner.top()
        cut = Qt.TextElideMode.ElideRight if row.prose else Qt.TextElideMode.ElideMiddle
        for words in _titles(QFontMetrics(name), row, inner.width()):
            top = self._words(painter, inner, top, name, colours.text, words, cut)
        if row.detail:
            top = self._words(painter, inner, top, small, colours.muted, row.detail)
        for words in _wrapped(QFontMetrics(small), row.trouble, inner.width(), self._lines):
            top = self._words(painter, inner, top, small, colours.warn, words)
        painter.restore()

    @staticmethod
    def _words(painter: QPainter, place: QRect, top: int, font: QFont, colour: str, text: str,
               cut: Qt.TextElideMode = Qt.TextElideMode.ElideRight) -> int:
        metrics = QFontMetrics(font)
        painter.setFont(font)
        painter.setPen(QColor(colour))
        flat = " ".join(text.split())
        painter.drawText(QRect(place.left(), top, place.width(), metrics.height()),
                         int(Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextSingleLine),
                         metrics.elidedText(flat, cut, place.width()))
        return top + metrics.height() + 2


def _titles(metrics: QFontMetrics, row: Row, width: int) -> list[str]:
    """Return the lines that the title of a row takes."""
    # Less than there is: what just fits is cut all the same, as marks after a last letter count as its own.
    if not row.prose:
        return [row.title]
    return _wrapped(metrics, row.title, width - metrics.averageCharWidth(), _TITLES) or [""]


def _wrapped(metrics: QFontMetrics, text: str, width: int, most: int) -> list[str]:
    """Return `text` in lines of at most `width` pixels, the last one cut where there are too many."""
    lines: list[str] = []
    words = text.split()
    while words and len(lines) < most:
        count = 1
        while count < len(words) and metrics.horizontalAdvance(" ".join(words[: count + 1])) <= width:
            count += 1
        last = len(lines) == most - 1
        lines.append(" ".join(words if last else words[:count]))  # the painter cuts what is too long
        words = words[count:]
    return lines


def offer(view: QListView, place: QPoint, acts: Sequence[tuple[str, Callable[[], object]]]) -> None:
    """Let a row that was marked be acted on by a menu at `place` of the view: the words, and who does it."""
    menu = QMenu(view)
    for words, act in acts:
        menu.addAction(words).triggered.connect(act)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    menu.popup(view.viewport().mapToGlobal(place))


def row_list(theme: Theme, name: str, lines: int = 2) -> QListView:
    """Return a list view for rows; `name` is what a screen reader says, `lines` how many trouble may take."""
    view = QListView()
    view.setItemDelegate(RowPainter(theme, view, lines))
    view.setAccessibleName(name)
    view.setMouseTracking(True)
    view.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
    view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    view.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
    view.setResizeMode(QListView.ResizeMode.Adjust)
    view.setLayoutMode(QListView.LayoutMode.Batched)  # thousands of rows are measured a few at a time
    view.setBatchSize(200)
    return view

"""The audit log as a table, the newest entry first.

Paints plain text only. Knows no session.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from app.counted import counted
from app.types import AuditEntry
from app.ui.widgets.labels import tip
from app.ui.widgets.theme import Theme

_Index = QModelIndex | QPersistentModelIndex
_COLUMNS = ("When", "Who", "What", "Matter", "Details")
_WIDTHS = (178, 84, 150, 140)
_ODD = ("log damaged", "wrong passphrases", "log repaired")


@dataclass(frozen=True, slots=True)
class LogRow:
    """What one line of the table shows."""

    cells: tuple[str, ...]
    odd: bool = False  # worth a second look


def log_rows(entries: Iterable[AuditEntry], names: Mapping[str, str]) -> list[LogRow]:
    """Return the entries as rows, the newest first; `names` are those of the matters that still exist."""
    return [_row(entry, names) for entry in reversed(list(entries))]


def _row(entry: AuditEntry, names: Mapping[str, str]) -> LogRow:
    when = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(entry.time))
    matter = names.get(entry.matter, "deleted since") if entry.matter else ""
    details = [entry.remark] if entry.remark else []  # first: it is what makes the line red
    details += [counted(len(entry.documents), "document")] if entry.documents else []
    details += [f"{name}: {value}" for name, value in entry.details if name not in ("generation", "sound")]
    return LogRow((when, entry.who, entry.event[:1].upper() + entry.event[1:], matter, " · ".join(details)),
                  bool(entry.remark) or entry.event in _ODD)


class LogModel(QAbstractTableModel):
    """The rows."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.rows: Sequence[LogRow] = ()

    def replace(self, rows: Sequence[LogRow]) -> None:
        """Show `rows`."""
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: N802, B008 (Qt's)
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: N802, B008 (Qt's)
        return 0 if parent.isValid() else len(_COLUMNS)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self.rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return " ".join(row.cells[index.column()].split())
        if role == Qt.ItemDataRole.ToolTipRole:
            return tip(row.cells[index.column()])
        if role == Qt.ItemDataRole.ForegroundRole and row.odd:
            return self._theme.colour("bad")
        return None

    def headerData(self, section: int, orientation: Qt.Orientation,  # noqa: N802 (Qt's name)
                   role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return _COLUMNS[section]
        return None


class LogTable(QTableView):
    """The table itself; scrolls by itself inside the page."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.rows = LogModel(theme, self)
        self.setModel(self.rows)
        self.setAccessibleName("Audit log")
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 12)
        header = self.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setStretchLastSection(True)
        for column, width in enumerate(_WIDTHS):
            self.setColumnWidth(column, width)

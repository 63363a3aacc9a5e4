"""The sheet of paper that a recovery key is printed on.

Owns its look. Nothing stands on it that tells whose it is or which computer it belongs to: a line is left for that,
for whoever keeps it to fill in or not.
"""

from __future__ import annotations

from PySide6.QtCore import QDate, QLocale, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPagedPaintDevice, QPainter, QPen
from PySide6.QtWidgets import QWidget

from app.ui.widgets.files import no_history, no_traces

_IN_A_ROW = 3  # groups of the key
_GREY = QColor("#555555")
_WORDS = (
    ("This key opens a Carrel library without its passphrase. Choose “Use the recovery key” on the page where Carrel "
    "asks for the passphrase, and type it there; capitals and dashes do not matter."),
    ("Whoever has this sheet and the computer, or a backup, can read the library. Keep it where you keep deeds and "
    "spare keys, away from the computer. Do not photograph it and do not store it in a file."),
    "When a new recovery key is made, this one no longer opens the library.",
)


def groups(key: str) -> list[str]:
    """Return the groups of a printed recovery key."""
    return [group for group in key.split("-") if group]


def fixed_font(points: float) -> QFont:
    """Return a font in which every letter is as wide as any other and 0 and O look different."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    font.setPointSizeF(points)
    font.setWeight(QFont.Weight.DemiBold)
    return font


def print_sheet(parent: QWidget, key: str) -> None:
    """Ask for a printer and print the sheet there, on paper or into a PDF file that the user names."""
    from PySide6.QtPrintSupport import QPrintDialog, QPrinter

    no_traces()  # its dialog can ask for the name of a file
    with no_history():
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        printer.setDocName("Carrel")  # what stands in the printer's list of jobs
        dialog = QPrintDialog(printer, parent)
        dialog.setWindowTitle("Print the recovery key")
        chosen = dialog.exec()
        dialog.deleteLater()
        if chosen:
            draw(printer, key)


def draw(device: QPagedPaintDevice, key: str) -> None:
    """Draw the sheet onto one page of `device`."""
    painter = QPainter(device)
    unit = device.logicalDpiX() / 72  # device dots of a point
    width = painter.viewport().width() / unit
    painter.scale(unit, unit)
    margin = max(width * .08, 20.0)
    column = QRectF(margin, margin, width - 2 * margin, 4000)
    top = _text(painter, column, "Carrel", _font(26, bold=True), QColor("black"), 2)
    date = QLocale().toString(QDate.currentDate(), QLocale.FormatType.LongFormat)
    top = _text(painter, column.translated(0, top), f"Recovery key, made on {date}", _font(12), _GREY, 26) + top
    top += _key(painter, column.translated(0, top), groups(key)) + 28
    for words in _WORDS:
        top += _text(painter, column.translated(0, top), words, _font(11), QColor("black"), 10)
    top += 34
    for label in ("For the library of", "Kept by"):
        painter.setFont(_font(10))
        painter.setPen(_GREY)
        at = column.top() + top
        painter.drawText(QRectF(column.left(), at - 14, 110, 16), Qt.AlignmentFlag.AlignBottom, label)
        painter.drawLine(round(column.left() + 112), round(at), round(column.right()), round(at))
        top += 38
    painter.end()


def _key(painter: QPainter, place: QRectF, parts: list[str]) -> float:
    """Draw the key in a frame; returns its height."""
    rows = [parts[start:start + _IN_A_ROW] for start in range(0, len(parts), _IN_A_ROW)]
    line, inside = 40.0, 22.0
    height = line * len(rows) + 2 * inside
    painter.setPen(QPen(QColor("black"), 1))
    painter.drawRoundedRect(QRectF(place.left(), place.top(), place.width(), height), 8, 8)
    painter.setFont(_sized(fixed_font(24)))
    across = (place.width() - 2 * inside) / _IN_A_ROW
    for row, some in enumerate(rows):
        for number, part in enumerate(some):
            cell = QRectF(place.left() + inside + number * across, place.top() + inside + row * line, across, line)
            painter.drawText(cell, Qt.AlignmentFlag.AlignCenter, part)
    return height


def _text(painter: QPainter, place: QRectF, words: str, font: QFont, colour: QColor, below: float) -> float:
    """Write a paragraph at the top of `place`; returns how much room it and what is `below` take."""
    painter.setFont(font)
    painter.setPen(colour)
    flags = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft
    painter.drawText(place, flags, words)
    return painter.boundingRect(place, flags, words).height() + below


def _font(points: float, *, bold: bool = False) -> QFont:
    font = QFont()
    font.setPointSizeF(points)
    font.setBold(bold)
    return _sized(font)


def _sized(font: QFont) -> QFont:
    """The painter is scaled to points, so sizes are in its units and not in the device's points."""
    font.setPixelSize(max(round(font.pointSizeF()), 1))
    return font

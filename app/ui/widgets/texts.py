"""Text views that show what they are given and load nothing.

Owns the guard against resources: Qt's text views open the files that a picture in a text names,
and go on to open them where the override returns nothing, so a blank picture is returned.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtGui import QImage, QTextDocument
from PySide6.QtWidgets import QPlainTextEdit, QTextBrowser, QWidget

from app.ui.widgets.clipboard import private

# Characters that Qt gives a meaning of its own inside a text, each to one that has none.
_SPECIAL = {0x00: 0xFFFD, 0xFDD0: 0xFFFD, 0xFDD1: 0xFFFD, 0x2029: 0x0A, 0x2028: 0x0A, 0xFFFC: 0xFFFD}


def blank() -> QImage:
    """Return a picture of one transparent pixel."""
    image = QImage(1, 1, QImage.Format.Format_ARGB32)
    image.fill(0)
    return image


def same_length(text: str) -> str:
    """Return `text` as a text view can take it, each character in the place where it was."""
    return text.replace("\r\n", " \n").replace("\r", "\n").translate(_SPECIAL)


class SafeDocument(QTextDocument):
    """A text that loads nothing."""

    def loadResource(self, kind: int, name: QUrl | str) -> Any:  # noqa: N802 (Qt's name)
        return blank()


class SafeBrowser(QTextBrowser):
    """Formatted text of our own making with links that only ever become a signal."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setDocument(SafeDocument(self))
        self.setAcceptRichText(False)
        self.setOpenLinks(False)
        self.setOpenExternalLinks(False)
        self.setUndoRedoEnabled(False)

    def loadResource(self, kind: int, name: QUrl | str) -> Any:  # noqa: N802 (Qt's name)
        return blank()

    def createMimeDataFromSelection(self) -> QMimeData:  # noqa: N802 (Qt's name)
        return private(self.textCursor().selection().toPlainText())


class SafePlainText(QPlainTextEdit):
    """Plain text, to read or to write."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)

    def loadResource(self, kind: int, name: QUrl | str) -> Any:  # noqa: N802 (Qt's name)
        return blank()

    def createMimeDataFromSelection(self) -> QMimeData:  # noqa: N802 (Qt's name)
        return private(self.textCursor().selection().toPlainText())

"""The box that questions and searches are typed into. Knows no session."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QResizeEvent, QTextCursor

from app.ui.widgets.texts import SafePlainText

_LINES = 6  # of the box before it scrolls
_AIR = 3  # pixels above and below the words


class QuestionBox(SafePlainText):
    """Where the question is typed: Enter sends it, Shift+Enter begins a new line."""

    sent = Signal()
    focused = Signal(bool)
    left_below = Signal()  # the arrow down was pressed on the last line

    def __init__(self) -> None:
        super().__init__()
        self._invitation = ""
        self.setAccessibleName("Question")
        self.setTabChangesFocus(True)
        self.document().setDocumentMargin(3)
        self.setViewportMargins(0, _AIR, 0, _AIR)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.textChanged.connect(self._fit)
        self._fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 (Qt's name)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not (
                event.modifiers() & Qt.KeyboardModifier.ShiftModifier):
            self.sent.emit()
            return
        if event.key() == Qt.Key.Key_Down and not self.textCursor().movePosition(QTextCursor.MoveOperation.Down):
            self.left_below.emit()
            return
        super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802 (Qt's name)
        super().focusInEvent(event)
        self.focused.emit(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802 (Qt's name)
        super().focusOutEvent(event)
        self.focused.emit(False)

    def invite(self, words: str) -> None:
        """Show `words` in the empty box, in one line."""
        self._invitation = words
        self._cut()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 (Qt's name)
        super().resizeEvent(event)
        self._cut()

    def _cut(self) -> None:
        room = self.viewport().width() - 16
        self.setPlaceholderText(self.fontMetrics().elidedText(
            self._invitation, Qt.TextElideMode.ElideRight, room))

    def _fit(self) -> None:
        lines = min(max(int(self.document().size().height()), 1), _LINES)
        self.setFixedHeight(self.fontMetrics().lineSpacing() * lines + 8 + 2 * _AIR)

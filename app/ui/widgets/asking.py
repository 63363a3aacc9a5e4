"""A question asked in place: what would happen, perhaps a name to type or a box to tick, yes or no.

Shows what it is told and hands the answer over; does nothing itself. Knows no session.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.ui.widgets.labels import Label, PushButton
from app.ui.widgets.theme import Theme
from app.ui.widgets.tick import TickBox

_WIDTH = 380  # of a question that lies over the panes, in logical pixels


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked."""

    title: str
    words: str = ""
    warning: str = ""
    go: str = "OK"  # on the button that says yes
    keep: str = "Cancel"  # on the one that says no
    danger: bool = False
    field: str = ""  # what is to be typed, as its placeholder; empty where nothing is
    text: str = ""  # what stands in the field already
    must: str = ""  # what has to be typed, where that is given; case does not matter
    secret: bool = False  # what is typed is a passphrase: not shown, and handed over as it is
    tick: str = ""  # beside a box that can be ticked; empty where there is none
    tick_words: str = ""


class AskStrip(QFrame):
    """One question at a time; hidden while there is none."""

    closed = Signal()  # answered with no
    asked = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("strip")
        self._anchor: QWidget | None = None
        self._above = False
        self._question = Question("")
        self._then: Callable[[str, bool], object] = lambda text, ticked: None
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 11, 12, 11)
        layout.setSpacing(7)
        self.title = Label("", "strong", wrap=True)
        self.words = Label("", "small", wrap=True)
        self.warning = Label("", "warn", wrap=True)
        self.tick = TickBox(theme)
        self.tick_words = Label("", "small", wrap=True)
        self.field = QLineEdit()
        self.field.setMaxLength(200)
        self.problem = Label("", "bad", wrap=True)
        for widget in (self.title, self.words, self.warning, self.tick, self.tick_words, self.field, self.problem):
            layout.addWidget(widget)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch(1)
        self.keep = PushButton(theme, "Cancel")
        self.go = PushButton(theme, "OK", "primary")
        row.addWidget(self.keep)
        row.addWidget(self.go)
        layout.addLayout(row)
        self.keep.clicked.connect(self._refuse)
        self.go.clicked.connect(self._agree)
        self.field.returnPressed.connect(self._agree)
        self.field.textChanged.connect(self._edited)
        self.hide()

    def lie_over(self, anchor: QWidget, *, above: bool = False) -> None:
        """Show questions over the window, below or above `anchor`, as long as that can be seen."""
        self.setObjectName("popover")
        self._anchor, self._above = anchor, above
        anchor.installEventFilter(self)

    def ask(self, question: Question, then: Callable[[str, bool], object]) -> None:
        """Show `question`; `then` gets what was typed and whether the box is ticked, if the answer is yes."""
        self._question, self._then = question, then
        self.title.setText(question.title)
        for label, text in ((self.words, question.words), (self.warning, question.warning),
                            (self.tick_words, question.tick_words), (self.problem, "")):
            label.setText(text)
            label.setVisible(bool(text))
        self.tick.name(question.tick)
        self.tick.setChecked(False)
        self.tick.setVisible(bool(question.tick))
        self.field.setPlaceholderText(question.field)
        self.field.setAccessibleName(question.field)
        self.field.setText(question.text)
        self.field.setEchoMode(QLineEdit.EchoMode.Password if question.secret else QLineEdit.EchoMode.Normal)
        self.field.setInputMethodHints(
            Qt.InputMethodHint.ImhSensitiveData | Qt.InputMethodHint.ImhNoPredictiveText if question.secret
            else Qt.InputMethodHint.ImhNone)
        self.field.setVisible(bool(question.field))
        for button, text in ((self.keep, question.keep), (self.go, question.go)):
            button.setText(text.replace("&", "&&"))
            button.setAccessibleName(text)
        self.go.setProperty("role", "danger" if question.danger else "primary")
        self.go.style().unpolish(self.go)
        self.go.style().polish(self.go)
        self._edited()
        self._come_up()
        if question.field:
            self.field.setFocus()
            self.field.selectAll()
        else:  # Enter must not do what cannot be undone
            (self.keep if question.danger else self.go).setFocus()

    def fail(self, sentence: str) -> None:
        """Ask again, and say why."""
        self.problem.setText(sentence)
        self.problem.show()
        self._edited()
        self._come_up()
        if self._question.field:
            self.field.setFocus()

    def _come_up(self) -> None:
        if self._anchor is not None:
            window = self._anchor.window()
            if self.parent() is not window:
                self.setParent(window)
                window.installEventFilter(self)
            self.show()  # before it is measured: only what is shown has its fonts
            self._fit()
            self.raise_()
        self.show()
        self.asked.emit()

    def _fit(self) -> None:
        """Take the place beside the anchor, inside the window."""
        anchor = self._anchor
        assert anchor is not None
        window = anchor.window()
        width = min(_WIDTH, window.width() - 24)
        layout = self.layout()
        assert layout is not None
        layout.invalidate()
        self.setFixedSize(width, layout.totalHeightForWidth(width))
        corner = anchor.mapTo(window, QPoint(0, -self.height() - 4 if self._above else anchor.height() + 4))
        self.move(max(12, min(corner.x(), window.width() - self.width() - 12)),
                  max(12, min(corner.y(), window.height() - self.height() - 12)))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 (Qt's name)
        if watched is self._anchor and event.type() == QEvent.Type.Hide:
            self.hide()  # another page came up
        elif watched is self.parent() and event.type() == QEvent.Type.Resize and self.isVisible():
            self._fit()
        return False

    def event(self, event: QEvent) -> bool:
        """Escape is an answer here, whatever else it does in the window."""
        if (event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent)
                and event.key() == Qt.Key.Key_Escape):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 (Qt's name)
        if event.key() == Qt.Key.Key_Escape:
            self._refuse()
        else:
            super().keyPressEvent(event)

    def _edited(self) -> None:
        typed, must = self._typed(), " ".join(self._question.must.split())
        fits = typed.casefold() == must.casefold() if must else bool(typed) or not self._question.field
        self.go.setEnabled(fits)

    def _typed(self) -> str:
        return self.field.text() if self._question.secret else " ".join(self.field.text().split())

    def _refuse(self) -> None:
        self.hide()
        self.field.clear()
        self.closed.emit()

    def _agree(self) -> None:
        if self.go.isEnabled() and self.isVisible():
            self.hide()
            typed = self._typed()
            if self._question.secret:
                self.field.clear()
            self._then(typed, self.tick.isChecked())

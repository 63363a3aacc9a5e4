"""Asking for the passphrase: chosen twice the first time, asked for after that.

Owns the fields; what is typed leaves as a bytearray that the receiver clears. Knows no library.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QProgressBar, QVBoxLayout, QWidget

from app.ui.widgets.icons import density, pixmap
from app.ui.widgets.labels import Label, Notice, PushButton, ToolButton
from app.ui.widgets.theme import Theme

SHORTEST = 8  # characters; a passphrase that is forgotten protects nothing, one that is guessed neither
_WIDTH = 420


def strength(passphrase: str) -> tuple[str, str]:
    """Return a word on how hard `passphrase` is to guess and the role of its label."""
    if not passphrase:
        return "", "small"
    kinds = len({"a" if c.islower() else "A" if c.isupper() else "1" if c.isdigit() else "." for c in passphrase})
    different = len(set(passphrase.casefold()))
    if len(passphrase) < SHORTEST:
        return f"Too short: at least {SHORTEST} characters.", "bad"
    if different < 6 or (len(passphrase) < 12 and kinds < 3):
        return "Easy to guess. Four or five unrelated words are better.", "warn"
    if len(passphrase) < 16:
        return "Fair. A longer one is better.", "warn"
    return "Good.", "good"


class UnlockPanel(QWidget):
    """The first thing that is seen; has three faces: wait, choose a passphrase, ask for it."""

    submitted = Signal(object, bool)  # the passphrase as a bytearray; whether to make a new library

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("unlock")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._theme = theme
        self._new = False
        self._logo = Label()
        self._title = Label("Carrel", "display")
        self._intro = Label("", "muted", wrap=True)
        self.first, self._first_eye, first_row = self._field("Passphrase")
        self.second, _, self._second_row = self._field("Passphrase again")
        self._hint = Label("", "small", wrap=True)
        self._warning = Notice(
            theme, "Nobody can open this library without the passphrase: there is no way yet to recover it, "
            "not even by us. Write it down and keep it somewhere safe.", "warn")
        self.problem = Notice(theme, "", "bad")
        self.go = PushButton(theme, "Open", "primary")
        self.go.setMinimumHeight(36)
        self._busy = QProgressBar()
        self._busy.setRange(0, 0)
        self._busy.setTextVisible(False)
        self._lay_out(first_row)
        self.setTabOrder(self.first, self.second)  # the eyes come after
        self.setTabOrder(self.second, self.go)
        self.go.clicked.connect(self.submit)
        for field in (self.first, self.second):
            field.returnPressed.connect(self.submit)
            field.textEdited.connect(self._edited)
        self.wait("Starting…")

    def _field(self, name: str) -> tuple[QLineEdit, ToolButton, QWidget]:
        field = QLineEdit()
        field.setEchoMode(QLineEdit.EchoMode.Password)
        field.setAccessibleName(name)
        field.setPlaceholderText(name)
        field.setMinimumHeight(38)
        field.setInputMethodHints(Qt.InputMethodHint.ImhSensitiveData | Qt.InputMethodHint.ImhNoPredictiveText)
        field.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        eye = ToolButton(self._theme, "eye", "Show the passphrase")
        eye.setCheckable(True)
        eye.toggled.connect(lambda shown: field.setEchoMode(
            QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password))
        eye.toggled.connect(lambda shown: eye.set_icon("eye-off" if shown else "eye", "muted"))
        row = QWidget()
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(field, 1)
        layout.addWidget(eye)
        return field, eye, row

    def _lay_out(self, first_row: QWidget) -> None:
        box = QWidget()
        box.setFixedWidth(_WIDTH)
        column = QVBoxLayout(box)
        column.setSpacing(12)
        column.addStretch(2)
        self._logo.setPixmap(pixmap("carrel", "", 64, max(density(self), 2.0)))
        column.addWidget(self._logo)
        column.addWidget(self._title)
        column.addWidget(self._intro)
        column.addSpacing(4)
        for widget in (first_row, self._second_row, self._hint, self._warning, self.problem, self._busy,
                       self.go):
            column.addWidget(widget)
        self._first_row = first_row
        column.addStretch(3)
        outer = QHBoxLayout(self)
        outer.addWidget(box)

    def wait(self, sentence: str) -> None:
        """Show that something is under way; nothing can be typed."""
        self._intro.setText(sentence)
        for widget in (self._first_row, self._second_row, self._hint, self._warning, self.problem, self.go):
            widget.hide()
        self._busy.show()

    def ask(self, *, new: bool, problem: str = "") -> None:
        """Ask for a passphrase, of a `new` library twice; `problem` says why it is asked again."""
        self._new = new
        self._busy.hide()
        self._title.setText("Welcome to Carrel" if new else "Carrel")
        self._intro.setText(
            "Carrel answers questions from your own files, on this computer only. Choose a passphrase: "
            "it encrypts everything that Carrel keeps." if new else
            "Your library is locked. Enter its passphrase to open it.")
        self.first.setPlaceholderText("Choose a passphrase" if new else "Passphrase")
        self.go.setText("Make my library" if new else "Open")
        for widget in (self._first_row, self.go):
            widget.show()
        for widget in (self._second_row, self._hint, self._warning):
            widget.setVisible(new)
        self.problem.setVisible(bool(problem))
        self.problem.say(problem, "bad")
        self.first.clear()
        self.second.clear()
        self._first_eye.setChecked(False)
        self._edited()
        self.first.setFocus()

    def submit(self) -> None:
        """Hand the passphrase over if it can be one."""
        typed = self.first.text()
        if not typed:
            return
        if self._new and len(typed) < SHORTEST:
            self._complain(f"Choose at least {SHORTEST} characters.")
        elif self._new and typed != self.second.text():
            self._complain("The two passphrases are not the same." if self.second.text()
                           else "Type the passphrase a second time, to be sure of it.")
            self.second.setFocus()
        else:
            secret = bytearray(typed, "utf-8")
            self.first.clear()
            self.second.clear()
            self.wait("Making your library…" if self._new else "Opening your library…")
            self.submitted.emit(secret, self._new)

    def _complain(self, sentence: str) -> None:
        self.problem.say(sentence, "bad")
        self.problem.show()

    def _edited(self) -> None:
        word, role = strength(self.first.text() if self._new else "")
        self._hint.setText(word or ("Four or five unrelated words are easy to keep and hard to guess."))
        self._hint.set_role(role)
        if self.sender() is not None:
            self.problem.hide()

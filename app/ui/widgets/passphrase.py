"""The form that changes a passphrase: the current one, and the new one twice with how hard it is to guess.

What is typed leaves as bytearrays that the receiver clears. Knows no session.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QVBoxLayout

from app.strength import Strength, strength
from app.ui.widgets.labels import Label, PushButton
from app.ui.widgets.meter import Meter
from app.ui.widgets.theme import Theme

_ROLES = ("bad", "bad", "warn", "good", "good")
_ADVICE = "Four or five unrelated words are easy to keep and hard to guess."


class PassphraseForm(QFrame):
    """Hidden until it is asked for."""

    submitted = Signal(object, object)  # the current passphrase and the new one, as bytearrays

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("strip")
        self._found = Strength(0, "", refused=True)
        self._warned = False  # of the weakness of what is typed now
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 11)
        layout.setSpacing(8)
        self.now, self.new, self.again = (self._field(name) for name in (
            "Current passphrase", "New passphrase", "New passphrase again"))
        self._meter = Meter(theme)
        self.words = Label("", "small", wrap=True)
        self.problem = Label("", "bad", wrap=True)
        for widget in (self.now, self.new, self._meter, self.words, self.again, self.problem):
            layout.addWidget(widget)
        row = QHBoxLayout()
        row.setSpacing(8)
        self.keep = PushButton(theme, "Cancel")
        self.go = PushButton(theme, "Change the passphrase", "primary")
        row.addStretch(1)
        row.addWidget(self.keep)
        row.addWidget(self.go)
        layout.addLayout(row)
        self.keep.clicked.connect(self.clear)
        self.go.clicked.connect(self._submit)
        for field in (self.now, self.new, self.again):
            field.returnPressed.connect(self._submit)
        self.new.textEdited.connect(self._judge)
        self.clear()

    @staticmethod
    def _field(name: str) -> QLineEdit:
        field = QLineEdit()
        field.setEchoMode(QLineEdit.EchoMode.Password)
        field.setPlaceholderText(name)
        field.setAccessibleName(name)
        field.setInputMethodHints(Qt.InputMethodHint.ImhSensitiveData | Qt.InputMethodHint.ImhNoPredictiveText)
        field.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        return field

    def begin(self) -> None:
        """Ask for the passphrases."""
        self.clear()
        self.show()
        self.now.setFocus()

    def fail(self, sentence: str) -> None:
        """Ask again, and say why."""
        self.show()
        self._complain(sentence, self.now)

    def clear(self) -> None:
        """Forget what was typed and hide."""
        for field in (self.now, self.new, self.again):
            field.clear()
        self.problem.hide()
        self._judge()
        self.hide()

    def _judge(self) -> None:
        self._found = strength(self.new.text())
        self._warned = False
        self._meter.show_level(self._found.level if self.new.text() else None)
        self.words.setText(self._found.sentence or _ADVICE)
        self.words.set_role(_ROLES[self._found.level] if self._found.sentence else "small")

    def _submit(self) -> None:
        now, new, again = self.now.text(), self.new.text(), self.again.text()
        if not now:
            self._complain("Type the current passphrase first.", self.now)
        elif self._found.refused:
            self._complain(self._found.sentence or "Type a new passphrase.", self.new)
        elif new != again:
            self._complain("The two new passphrases are not the same." if again else
                           "Type the new passphrase a second time, to be sure of it.", self.again)
        elif self._found.weak and not self._warned:
            self._warned = True
            self._complain("This passphrase is easy to guess. Press again to use it all the same.", self.new)
        else:
            self.clear()
            self.submitted.emit(bytearray(now, "utf-8"), bytearray(new, "utf-8"))

    def _complain(self, sentence: str, field: QLineEdit) -> None:
        self.problem.setText(sentence)
        self.problem.show()
        field.setFocus()

"""The recovery key, shown once: large, to be written down or printed, and checked that it was.

Owns what is on the page and forgets it when it is left. Never writes it anywhere; printing is the user's own act.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.ui.widgets import clipboard
from app.ui.widgets.labels import Icon, Label, Notice, PushButton
from app.ui.widgets.middle import in_the_middle
from app.ui.widgets.sheet import fixed_font, groups, print_sheet
from app.ui.widgets.theme import Theme

_WIDTH = 560
_IN_A_ROW = 3
_COPIED_S = 60
_LETTERS_PT = 19
_WITHOUT = ("Without a recovery key, a forgotten passphrase means that everything in this library is lost: nobody can "
            "open it, not even we. You can have a new key made at any time, on the privacy page.")


class RecoveryPanel(QWidget):
    """Shows a key until the user has it."""

    finished = Signal()  # the page can go; the key is forgotten

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("unlock")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._theme = theme
        self._key = ""
        self._copied = QTimer(self, interval=_COPIED_S * 1000, singleShot=True)
        self._build()
        self._lay_out()
        self._copied.timeout.connect(lambda: self.copied.setText(""))
        self.typed.textEdited.connect(self._check)
        self.typed.returnPressed.connect(self._continue)
        self.go.clicked.connect(self._continue)
        self.print.clicked.connect(self._print)
        self.copy.clicked.connect(self._copy)
        self.later.clicked.connect(self._later)

    def _build(self) -> None:
        theme = self._theme
        self._grid_frame = QFrame()
        self._grid_frame.setObjectName("key")
        self._grid = QGridLayout(self._grid_frame)
        self._grid.setContentsMargins(20, 18, 20, 18)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(12)
        self.print = PushButton(theme, "Print…", "", "print", "accent")
        self.copy = PushButton(theme, "Copy", "", "copy", "accent")
        self.copied = Label("", "small")
        self.typed = QLineEdit()
        self.typed.setAccessibleName("The last group of the key")
        self.typed.setMaxLength(12)
        self.typed.setMinimumHeight(36)
        self.typed.setFixedWidth(120)
        self.typed.setStyleSheet(_fixed(12))
        self.typed.setInputMethodHints(Qt.InputMethodHint.ImhSensitiveData | Qt.InputMethodHint.ImhNoPredictiveText)
        self.verdict = Label("", "small")
        self.warning = Notice(theme, _WITHOUT, "warn")
        self.go = PushButton(theme, "Continue", "primary")
        self.go.setMinimumHeight(36)
        self.later = PushButton(theme, "Later", "quiet")

    def _lay_out(self) -> None:
        box = QWidget()
        box.setFixedWidth(_WIDTH)
        column = QVBoxLayout(box)
        column.setSpacing(12)
        column.addStretch(2)
        column.addWidget(Label("Your recovery key", "display"))
        column.addWidget(Label("It opens this library without the passphrase, on the day when that is forgotten. "
                               "Write it down or print it now: it is shown this once.", "muted", wrap=True))
        column.addSpacing(2)
        column.addWidget(self._grid_frame)
        tools = QHBoxLayout()
        for widget in (self.print, self.copy, self.copied):
            tools.addWidget(widget)
        tools.addStretch(1)
        column.addLayout(tools)
        column.addSpacing(2)
        for name, words in (("warning", "Whoever has it can open your library, as with the key of a door."),
                            ("folder", "Keep it away from this computer: in a safe, or where you keep deeds.")):
            row = QHBoxLayout()
            row.setSpacing(10)
            row.addWidget(Icon(self._theme, name, "accent", 18), 0, Qt.AlignmentFlag.AlignTop)
            row.addWidget(Label(words, wrap=True), 1)
            column.addLayout(row)
        column.addSpacing(8)
        column.addWidget(Label("I have written it down. Its last group is:", "strong"))
        check = QHBoxLayout()
        check.setSpacing(10)
        check.addWidget(self.typed)
        check.addWidget(self.verdict, 1)
        column.addLayout(check)
        column.addWidget(self.warning)
        column.addSpacing(4)
        ends = QHBoxLayout()
        ends.addWidget(self.go, 1)
        ends.addWidget(self.later)
        column.addLayout(ends)
        column.addStretch(3)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        self._view = in_the_middle(box)
        outer.addWidget(self._view)

    # The page's one life.

    def show_key(self, key: str) -> None:
        """Show a new key; `finished` follows when the user is done with it."""
        self._forget()
        self._key = key
        for number, group in enumerate(groups(key)):
            label = Label(group)
            label.setStyleSheet(_fixed(_LETTERS_PT))
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            self._grid.addWidget(label, number // _IN_A_ROW, number % _IN_A_ROW)
        self._grid_frame.setAccessibleName(f"The recovery key: {', '.join(groups(key))}")
        self.typed.clear()
        self._check()
        self.typed.setFocus()

    @property
    def showing(self) -> bool:
        """Whether there is a key on the page."""
        return bool(self._key)

    def _forget(self) -> None:
        self._key = ""
        while item := self._grid.takeAt(0):
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self._grid_frame.setAccessibleName("")
        self.typed.clear()
        self.copied.setText("")
        self.warning.hide()
        self.later.setText("Later")

    def _finish(self) -> None:
        self._forget()
        self.finished.emit()

    # What the user does.

    def _check(self) -> None:
        typed = _plain(self.typed.text())
        right = bool(self._key) and typed == _plain(groups(self._key)[-1])
        wrong = not right and bool(self._key) and len(typed) >= len(groups(self._key)[-1])
        self.go.setEnabled(right)
        if right:
            self.warning.hide()
            self.later.setText("Later")
        self.verdict.setText("Right." if right else "That is not the last group." if wrong else "")
        self.verdict.set_role("good" if right else "bad" if wrong else "small")

    def _continue(self) -> None:
        if self.go.isEnabled():
            self._finish()

    def _later(self) -> None:
        """Warn first; at the second press, let the user go."""
        if self.warning.isHidden():
            self.warning.show()
            self.later.setText("Continue without it")
            QTimer.singleShot(0, self, lambda: self._view.ensureWidgetVisible(self.later))
        else:
            self._finish()

    def _copy(self) -> None:
        clipboard.copy(self._key, seconds=_COPIED_S)
        self.copied.setText(f"Copied. It is taken off the clipboard after {_COPIED_S} seconds.")
        self._copied.start()

    def _print(self) -> None:
        print_sheet(self, self._key)


def _fixed(points: float) -> str:
    """Return a style for letters of equal width; the program's own style names another font for everything."""
    return f'font-family: "{fixed_font(points).family()}"; font-size: {points}pt; font-weight: 600;'


def _plain(text: str) -> str:
    """Return letters and digits as they are compared: a 0 may be read as an O, a 1 as an I, an 8 as a B."""
    return "".join(letter for letter in text.upper() if letter.isalnum()).translate(str.maketrans("018", "OIB"))

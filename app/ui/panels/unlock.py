"""The way in: a passphrase chosen the first time, asked for after that, or the recovery key in its place.

Owns the fields; what is typed leaves as a bytearray that the receiver clears. Knows no library.
"""

from __future__ import annotations

from enum import Enum, auto

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QProgressBar, QVBoxLayout, QWidget

from app.coverage import passage_words
from app.strength import Strength, strength
from app.types import BroughtUp
from app.ui.widgets.icons import density, pixmap
from app.ui.widgets.labels import Label, Notice, PushButton, ToolButton
from app.ui.widgets.meter import Meter
from app.ui.widgets.middle import in_the_middle
from app.ui.widgets.theme import Theme

_WIDTH = 420
_ROLES = ("bad", "bad", "warn", "good", "good")
_ADVICE = "Four or five unrelated words are easy to keep and hard to guess."
_PROMISE = ("Carrel encrypts everything that it keeps with this passphrase, and nobody can read it without. It is "
            "stored nowhere and we cannot restore it. On the next page you get a recovery key for the day when it "
            "is forgotten.")
_ONCE = ("It was made by an earlier version of Carrel, so its passages are indexed anew, this once. If you close the "
         "window meanwhile nothing is lost: it begins again the next time.")
_LOCKED = "Your library is locked. Enter its passphrase to open it."


class _Face(Enum):
    WAIT = auto()
    NEW = auto()
    ASK = auto()
    RECOVER = auto()


_INTRO = {
    _Face.NEW: "Carrel answers questions from your own files, on this computer only. Choose a passphrase for your "
               "library.",
    _Face.RECOVER: "Type the recovery key from your sheet of paper, and choose a new passphrase.",
}
_GO = {_Face.NEW: "Make my library", _Face.ASK: "Open", _Face.RECOVER: "Open and set the new passphrase"}
_WAITING = {_Face.NEW: "Making your library…", _Face.ASK: "Opening your library…",
            _Face.RECOVER: "Opening your library…"}


class UnlockPanel(QWidget):
    """The first thing that is seen; has four faces: wait, choose a passphrase, ask for it, recover."""

    submitted = Signal(object, bool)  # the passphrase as a bytearray; whether to make a new library
    recovered = Signal(str, object)  # the recovery key as typed; the new passphrase as a bytearray
    key_store_asked = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("unlock")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._theme = theme
        self._face = _Face.WAIT
        self._locked = _LOCKED
        self._found = Strength(0, "", refused=True)
        self._warned = False  # of the weakness of what is typed now
        self._key_store = False
        self._left = 0  # seconds until the next try
        self._countdown = QTimer(self, interval=1000)
        self._countdown.timeout.connect(self._count)
        self._build()
        self._lay_out()
        for field in (self.key, self.first, self.second):
            field.returnPressed.connect(self.submit)
            field.textEdited.connect(self._edited)
        self.go.clicked.connect(self.submit)
        self.other.clicked.connect(self._turn)
        self.key_store.clicked.connect(self._ask_key_store)
        self.wait("Starting…")

    # Building.

    def _build(self) -> None:
        theme = self._theme
        self._logo = Label()
        self._title = Label("Carrel", "display")
        self._intro = Label("", "muted", wrap=True)
        self.key = QLineEdit()
        self._dress(self.key, "Recovery key")
        self.first, self._first_eye, self._first_row = self._secret("Passphrase")
        self.second, self._second_eye, self._second_row = self._secret("Passphrase again")
        self.meter = Meter(theme)
        self.hint = Label("", "small", wrap=True)
        self._promise = Notice(theme, _PROMISE, "lock")
        self.note = Notice(theme, "", "lock")  # what the door has to say, such as the demonstration's passphrase
        self.problem = Notice(theme, "", "bad")
        self.go = PushButton(theme, "Open", "primary")
        self.go.setMinimumHeight(36)
        self.key_store = PushButton(theme, "Open with this computer's key store", "", "lock", "accent")
        self.key_store.setMinimumHeight(36)
        self.other = PushButton(theme, "Use the recovery key", "quiet")
        self._busy = QProgressBar()
        self._busy.setRange(0, 0)
        self._busy.setTextVisible(False)
        self.progress = Label("", "strong")
        self._once = Label(_ONCE, "small", wrap=True)

    @staticmethod
    def _dress(field: QLineEdit, name: str) -> None:
        field.setAccessibleName(name)
        field.setPlaceholderText(name)
        field.setMinimumHeight(38)
        field.setInputMethodHints(Qt.InputMethodHint.ImhSensitiveData | Qt.InputMethodHint.ImhNoPredictiveText)

    def _secret(self, name: str) -> tuple[QLineEdit, ToolButton, QWidget]:
        field = QLineEdit()
        self._dress(field, name)
        field.setEchoMode(QLineEdit.EchoMode.Password)
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

    def _lay_out(self) -> None:
        box = QWidget()
        box.setFixedWidth(_WIDTH)
        column = QVBoxLayout(box)
        column.setSpacing(12)
        column.addStretch(2)
        self._logo.setPixmap(pixmap("carrel", "", 64, max(density(self), 2.0)))
        for label in (self._logo, self._title, self._intro):
            column.addWidget(label)
        column.addSpacing(4)
        judged = QVBoxLayout()
        judged.setSpacing(7)
        judged.addWidget(self.meter)
        judged.addWidget(self.hint)
        column.addWidget(self.key)
        column.addWidget(self._first_row)
        column.addLayout(judged)
        for widget in (self._second_row, self._promise, self.note, self.problem, self._busy, self.progress, self._once,
                       self.go, self.key_store):
            column.addWidget(widget)
        column.addWidget(self.other, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        self._view = in_the_middle(box)
        outer.addWidget(self._view)
        # The eyes come after.
        for before, after in ((self.key, self.first), (self.first, self.second), (self.second, self.go),
                              (self.go, self.key_store), (self.key_store, self.other)):
            self.setTabOrder(before, after)

    # What is shown.

    def wait(self, sentence: str) -> None:
        """Show that something is under way; nothing can be typed."""
        self._face = _Face.WAIT
        self._show(sentence)

    def show_brought_up(self, event: BroughtUp) -> None:
        """Show how far a matter of an earlier version is."""
        for label in (self.progress, self._once):
            label.show()
        self._intro.setText(f"Bringing {event.matter} up to date…")
        self._busy.setRange(0, max(event.of, 1))
        self._busy.setValue(event.done)
        self.progress.setText(" · ".join(passage_words(event)))

    def ask(self, *, new: bool, problem: str = "", key_store: bool | None = None) -> None:
        """Ask for a passphrase, of a `new` library twice.

        `problem` says why it is asked again; `key_store` is whether the system's key store can open it too.
        """
        if key_store is not None:
            self._key_store = key_store
        self._turn_to(_Face.NEW if new else _Face.ASK, problem)

    def ask_recovery(self, problem: str = "") -> None:
        """Ask for the recovery key and a new passphrase; what was typed of the key stays."""
        self._turn_to(_Face.RECOVER, problem, key=self.key.text())

    def tell(self, *, locked: str = "", note: str = "") -> None:
        """Say why the library is `locked`, and a `note` that stays below."""
        self._locked = locked or self._locked
        self.note.say(note, "lock")

    def hold(self, seconds: int) -> None:
        """Let no try through for `seconds`, and count them down."""
        self._left = max(seconds, 0)
        self._countdown.start()
        self._say_left()

    def clear(self) -> None:
        """Forget what is typed."""
        for field in (self.key, self.first, self.second):
            field.clear()
        self._edited()

    @property
    def recovering(self) -> bool:
        """Whether the recovery key is being asked for."""
        return self._face is _Face.RECOVER

    def _turn(self) -> None:
        if self.recovering:
            self.key.clear()
            self.ask(new=False)
        else:
            self.ask_recovery()

    def _turn_to(self, face: _Face, problem: str, key: str = "") -> None:
        self._face = face
        self.first.clear()
        self.second.clear()
        self.key.setText(key)
        self._first_eye.setChecked(False)
        self._second_eye.setChecked(False)
        self._show(_INTRO.get(face, self._locked))
        self._edited()
        if problem:
            self._complain(problem)
        (self.key if face is _Face.RECOVER and not key else self.first).setFocus()

    def _show(self, intro: str) -> None:
        face = self._face
        waits, new = face is _Face.WAIT, face in (_Face.NEW, _Face.RECOVER)
        self._title.setText("Welcome to Carrel" if face is _Face.NEW else "Carrel")
        self._intro.setText(intro)
        self._busy.setRange(0, 0)
        self.first.setPlaceholderText({_Face.NEW: "Choose a passphrase", _Face.RECOVER: "New passphrase"}.get(
            face, "Passphrase"))
        self.other.setText("Back to the passphrase" if face is _Face.RECOVER else "Use the recovery key")
        for widget, shown in (
            (self.key, face is _Face.RECOVER), (self._first_row, not waits), (self._second_row, new),
            (self.meter, new), (self.hint, new), (self._promise, face is _Face.NEW),
            (self.note, face is _Face.ASK and bool(self.note.label.text())), (self.problem, False),
            (self._busy, waits), (self.progress, False), (self._once, False), (self.go, not waits),
            (self.other, face in (_Face.ASK, _Face.RECOVER)),
            (self.key_store, face is _Face.ASK and self._key_store),
        ):
            widget.setVisible(shown)
        self._say_left()

    # Typing and sending.

    def submit(self) -> None:
        """Hand over what was typed if it can be right."""
        face, typed = self._face, self.first.text()
        if face is _Face.WAIT or self._left or not (typed or face is _Face.RECOVER):
            return
        if face is _Face.RECOVER and not self.key.text().strip():
            self._complain("Type the recovery key first.")
            self.key.setFocus()
        elif face is not _Face.ASK and not self._chosen(typed):
            return
        else:
            self._hand_over(bytearray(typed, "utf-8"), self.key.text())

    def _chosen(self, typed: str) -> bool:
        """Whether a new passphrase can be taken; says what is missing."""
        if self._found.refused:
            self._complain(self._found.sentence or "Choose a new passphrase.")
            self.first.setFocus()
        elif typed != self.second.text():
            self._complain("The two passphrases are not the same." if self.second.text()
                           else "Type the passphrase a second time, to be sure of it.")
            self.second.setFocus()
        elif self._found.weak and not self._warned:
            self._warned = True
            self.problem.say("This passphrase is easy to guess. If you lose this computer, it is all that protects "
                             "your library. You can use it, but a better one is worth the minute.", "warn")
            self.problem.show()
            self.go.setText("Use it anyway")
            self._reveal()
        else:
            return True
        return False

    def _hand_over(self, secret: bytearray, key: str) -> None:
        face = self._face
        self.first.clear()
        self.second.clear()
        self.wait(_WAITING[face])
        if face is _Face.RECOVER:
            self.recovered.emit(key, secret)
        else:
            self.submitted.emit(secret, face is _Face.NEW)

    def _ask_key_store(self) -> None:
        if not self._left:
            self.clear()
            self.wait("Asking this computer's key store…")
            self.key_store_asked.emit()

    def _complain(self, sentence: str) -> None:
        self.problem.say(sentence, "bad")
        self.problem.show()
        self._reveal()

    def _reveal(self) -> None:
        """Scroll to what is said, in a low window."""
        QTimer.singleShot(0, self, lambda: self._view.ensureWidgetVisible(self.go))

    def _edited(self) -> None:
        if self._face in (_Face.NEW, _Face.RECOVER):
            typed = self.first.text()
            self._found = found = strength(typed)
            self.meter.show_level(found.level if typed else None)
            self.hint.setText(found.sentence or _ADVICE)
            self.hint.set_role(_ROLES[found.level] if typed else "small")
        self._warned = False
        self._say_left()
        if self.sender() is not None:
            self.problem.hide()

    # After too many wrong tries.

    def _count(self) -> None:
        self._left -= 1
        if self._left <= 0:
            self._left = 0
            self._countdown.stop()
            self.problem.hide()
            self.first.setFocus()
        self._say_left()

    def _say_left(self) -> None:
        self.go.setText(f"Try again in {_clock(self._left)}" if self._left else _GO.get(self._face, ""))
        self.go.setEnabled(not self._left)
        self.key_store.setEnabled(not self._left)


def _clock(seconds: int) -> str:
    return f"{seconds} s" if seconds < 60 else f"{seconds // 60}:{seconds % 60:02} min"

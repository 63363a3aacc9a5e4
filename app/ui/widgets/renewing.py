"""How far it is with having a library found by another model, and what was left of that.

Shows what it is told; starts nothing. Knows no session.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QVBoxLayout

from app.counted import counted
from app.coverage import about, passage_words
from app.types import Behind, BroughtUp, RenewalEvent, Renewed
from app.ui.widgets.labels import Icon, Label, PushButton, ShortLabel, ToolButton, listed
from app.ui.widgets.theme import Theme

_STAYS_MS = 12_000
_AS_BEFORE = "Until it is done, everything is found as before."


class RenewingStrip(QFrame):
    """A strip below the list; hidden while there is nothing to tell."""

    stopped = Signal()
    wanted = Signal()  # it is to go on

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("strip")
        self._seconds, self._passages = 0.0, 0
        self._gone = QTimer(self, interval=_STAYS_MS, singleShot=True)  # good news needs no pressing away
        self._gone.timeout.connect(self.hide)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 9, 8, 8)
        layout.setSpacing(6)
        head = QHBoxLayout()
        head.setSpacing(8)
        self._icon = Icon(theme, "model", "accent", 18)
        self.title = ShortLabel("", "strong")
        self.dismiss = ToolButton(theme, "close", "Dismiss", size=14)
        self.dismiss.clicked.connect(self.hide)
        for widget, stretch in ((self._icon, 0), (self.title, 1), (self.dismiss, 0)):
            head.addWidget(widget, stretch)
        layout.addLayout(head)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Progress of indexing anew")
        self.left = Label("", "")
        self.count = Label("", "small", wrap=True)
        self.words = Label("", "small", wrap=True)
        for below in (self.bar, self.left, self.count, self.words):
            layout.addWidget(below)
        foot = QHBoxLayout()
        foot.addStretch(1)
        self.stop = PushButton(theme, "Stop", "quiet")
        self.go = PushButton(theme, "Go on", "quiet")
        self.stop.clicked.connect(self.stopped)
        self.go.clicked.connect(self.wanted)
        for button in (self.stop, self.go):
            foot.addWidget(button)
        layout.addLayout(foot)
        self.hide()

    def begin(self) -> None:
        """It begins, or goes on."""
        self._show("Indexing anew…", _AS_BEFORE, running=True)
        self._seconds, self._passages = 0.0, 0
        self.bar.setRange(0, 0)

    def show_event(self, event: RenewalEvent) -> None:
        """Show what happened."""
        if isinstance(event, Renewed):
            self._seconds += event.seconds
            self._passages += event.passages
            return
        verb = "Bringing up to date" if isinstance(event, BroughtUp) else "Indexing anew"
        self.title.set_whole(f"{verb}: {event.matter}")
        self.bar.setRange(0, max(event.of, 1))
        self.bar.setValue(event.done)
        done, *left = passage_words(event)
        self.count.setText(done)
        self.left.setText("".join(f"{words[:1].upper()}{words[1:]}" for words in left))
        self.count.show()
        self.left.setVisible(bool(left))

    def finish(self) -> None:
        """All is found by the model that was chosen."""
        if not self._passages:
            self.hide()
            return
        self._show("Indexed anew", f"{counted(self._passages, 'passage')} in {_took(self._seconds)}.", "check", "good")
        self._gone.start()

    def stopping(self) -> None:
        """The user stopped it; the passages at hand are finished."""
        self.title.set_whole("Stopping…")
        self.left.hide()
        self.stop.setEnabled(False)

    def wait(self) -> None:
        """Something that goes before it is under way."""
        self._show("Indexing anew waits", "It goes on when no more files are being added.", "model", "muted",
                   dismissable=False)

    def fail(self, sentence: str) -> None:
        """It ended with an error; what was made is kept."""
        self._show("Indexing failed", f"{sentence} {_KEPT}", "warning", "bad", go="Try again")

    def offer(self, found: Behind, *, stopped: bool) -> None:
        """Say what is not found by the chosen model, and offer to go on."""
        left, are = counted(found.passages, "passage"), "is" if found.passages == 1 else "are"
        if stopped:
            self._show("Stopped", f"{left} of {listed(found.matters)} {are} left. {_KEPT}", "stop", "muted", go="Go on")
        else:
            self._show("Not indexed anew yet", f"{_still(found.matters)} found by another model than "
                       f"{found.embedder}. To change that, {left} {are} indexed anew in the background.",
                       "model", "accent", go="Index anew")

    def _show(self, title: str, words: str, icon: str = "model", colour: str = "accent", *, go: str = "",
              running: bool = False, dismissable: bool = True) -> None:
        self._gone.stop()
        self._icon.set(icon, colour)
        self.title.set_whole(title)
        self.words.setText(words)
        for widget in (self.bar, self.stop):
            widget.setVisible(running)
        self.count.hide()
        self.left.hide()
        self.dismiss.setVisible(dismissable and not running)
        self.stop.setEnabled(True)
        self.go.setText(go)
        self.go.setAccessibleName(go)
        self.go.setVisible(bool(go))
        self.show()


_KEPT = "What was made is kept, and everything is found as before."


def _still(names: Sequence[str]) -> str:
    return f"{listed(names)} {'is' if len(names) == 1 else 'are'} still"


def _took(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 45 else about(seconds).removeprefix("about ")

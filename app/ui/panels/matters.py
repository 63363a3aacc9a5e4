"""The matters: which one is worked in, which are searched, and making, renaming and deleting them.

Owns the switch from one matter to another: what would be lost is asked first, then the panes are emptied, then
all work is waited for, and only then the matters are opened. Knows no other pane.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale, QPoint, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QSizePolicy, QVBoxLayout, QWidget

from app.counted import counted
from app.coverage import passage_words
from app.types import BackupCopy, BroughtUp, Destroyed, Matter
from app.ui.jobs import Job, Jobs, in_words
from app.ui.widgets import clipboard, files, icons
from app.ui.widgets.asking import AskStrip, Question
from app.ui.widgets.labels import Label, Notice, PushButton, ShortLabel, listed, tip
from app.ui.widgets.popover import MatterPopover
from app.ui.widgets.removal import of_matter, tick
from app.ui.widgets.theme import Theme

if TYPE_CHECKING:
    from app.session import Session


@dataclass(frozen=True, slots=True)
class AtStake:
    """What changing the matters would end."""

    answers: int = 0  # shown, and stored nowhere
    writing: bool = False  # an answer is being looked for or written
    adding: bool = False  # files are being added
    hindrance: str = ""  # a sentence, where the matters cannot be changed now


class MattersPanel(QWidget):
    """The head of the library pane."""

    leaving = Signal(str, bool)  # words for the emptied panes; whether the conversation may stay
    chosen = Signal()  # the session says which matters are open now

    def __init__(self, theme: Theme, jobs: Jobs, at_stake: Callable[[], AtStake] = AtStake) -> None:
        super().__init__()
        self._theme, self._jobs, self._at_stake = theme, jobs, at_stake
        self._session: Session | None = None
        self._next: Callable[[], None] | None = None  # what waits for all work to stop
        jobs.idle.connect(self._idle)
        self.popover = MatterPopover(theme, self)
        self.popover.wanted.connect(self.choose)
        self.popover.new_wanted.connect(self.ask_new)
        self.popover.name_wanted.connect(self.ask_rename)
        self.popover.deletion_wanted.connect(self.ask_delete)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        self.button = _NameButton(theme)
        self.button.clicked.connect(self.show_popover)
        self.also = ShortLabel("", "small")
        self.also.cut = Qt.TextElideMode.ElideRight
        self.also.setContentsMargins(6, 0, 6, 0)
        self._busy = QProgressBar()
        self._busy.setRange(0, 0)
        self._busy.setTextVisible(False)
        self.strip = AskStrip(theme)
        self.report = _Report(theme)
        self.report.save.clicked.connect(self._save_report)
        self.notice = Notice(theme, "", "bad", dismissable=True)
        self.strip.lie_over(self.button)
        for widget in (self.button, self.also, self._busy, self.notice, self.report):
            layout.addWidget(widget)
        for widget in (self.also, self._busy, self.notice):
            widget.hide()
        self.button.setEnabled(False)

    # What the window tells.

    def set_session(self, session: Session) -> None:
        """Show the matters of `session`."""
        self._session = session
        self._busy.hide()
        self.button.setEnabled(True)
        self.button.show_name(session.matter.name)
        others = [matter.name for matter in session.searching[1:]]
        self.also.set_whole(f"Also searched: {listed(others)}")
        self.also.setVisible(bool(others))

    @property
    def switching(self) -> bool:
        """Whether matters are being opened or deleted."""
        return not self._busy.isHidden()

    def show_popover(self) -> None:
        """Show all matters below the name of the current one."""
        if self._session is None or self.switching:
            return
        self.popover.show_matters(self._session.vault.matters(), self._session.searching)
        self.popover.move(self.button.mapToGlobal(QPoint(0, self.button.height() + 3)))
        self.popover.show()

    # Choosing.

    def choose(self, ids: Sequence[str]) -> None:
        """Work in the first of these matters and search all of them; what that ends is asked first."""
        session = self._session
        if session is None or tuple(ids) == tuple(matter.id for matter in session.searching) or self._hindered():
            return
        names = {matter.id: matter.name for matter in session.vault.matters()}
        keep = all(matter.id in ids for matter in session.searching)
        name = names[ids[0]]
        words = f"Opening {listed([names[key] for key in ids])}…"
        stake = self._at_stake()
        losses = []
        if stake.answers and not keep:
            losses.append(f"The conversation ends, and {counted(stake.answers, 'answer')} of it "
                          f"{'is' if stake.answers == 1 else 'are'} not kept.")
        if stake.writing:
            losses.append("The answer that is being written is stopped.")
        if stake.adding:
            losses.append(f"Adding files to {session.matter.name} is stopped; what was added stays.")

        def go(*_: object) -> None:
            self._switch(words, lambda: self._jobs.pull(lambda: session.choosing(ids), "matters"), keep=keep)

        if losses:
            alone = f"Open {name}?" if len(ids) == 1 else f"Search {len(ids)} matters?"
            self._ask(Question(alone, " ".join(losses), go="Open" if len(ids) == 1 else "Search", keep="Stay"), go)
        else:
            go()

    def _switch(self, words: str, work: Callable[[], Job], *, keep: bool,
                then: Callable[[object], None] = lambda found: None) -> None:
        """Empty the panes, wait until nothing runs, and begin the `work` that opens other matters."""
        session = self._session
        self.notice.hide()
        self.report.hide()
        self.button.setEnabled(False)
        self.button.show_name(words)
        self.also.hide()
        self._busy.setRange(0, 0)
        self._busy.show()
        self.leaving.emit(words, keep)

        def begin() -> None:
            job = work()
            job.yielded.connect(self._show_brought_up)
            job.done.connect(then)
            job.failed.connect(lambda error: self._tell(in_words(error)))
            for signal in (job.done, job.failed):
                signal.connect(lambda _: self._settle(session))

        self._next = begin
        if not self._jobs.busy:
            self._idle()

    def _show_brought_up(self, event: BroughtUp) -> None:
        self.button.show_name(f"Bringing {event.matter} up to date…")
        self._busy.setRange(0, max(event.of, 1))
        self._busy.setValue(event.done)
        self.also.set_whole(" · ".join(passage_words(event)))
        self.also.show()

    def _idle(self) -> None:
        begin, self._next = self._next, None
        if begin is not None:
            begin()

    def _settle(self, session: Session | None) -> None:
        if session is not None:
            self.set_session(session)
            self.chosen.emit()

    # Making, renaming, deleting.

    def ask_new(self) -> None:
        """Ask for the name of a new matter, make it and open it."""
        session = self._session
        if session is None or self._hindered():
            return

        def make(name: str, _: bool) -> None:
            job = self._jobs.call(lambda: session.create_matter(name), "new matter")
            job.done.connect(lambda matter: self.choose((matter.id,)))
            job.failed.connect(lambda error: self.strip.fail(in_words(error)))

        self._ask(Question("New matter", "It gets a key, a store and an index of its own. Questions search one matter "
                           "unless you tick more.", go="Make it", field="Name of the matter"), make)

    def ask_rename(self) -> None:
        """Ask for another name of the current matter."""
        session = self._session
        if session is None:
            return
        matter = session.matter

        def rename(name: str, _: bool) -> None:
            job = self._jobs.call(lambda: session.rename_matter(matter.id, name), "rename matter")
            job.done.connect(lambda _: self._settle(session))
            job.failed.connect(lambda error: self.strip.fail(in_words(error)))

        self._ask(Question("Rename the matter", go="Rename", field="Name of the matter", text=matter.name), rename)

    def ask_delete(self) -> None:
        """Ask whether to destroy the current matter, saying all that is lost."""
        session = self._session
        if session is None or self._hindered():
            return
        matter = session.matter
        job = self._jobs.call(lambda: _facts(session, matter), "facts")
        job.done.connect(lambda facts: self._ask_delete(session, matter, facts))
        job.failed.connect(lambda error: self._tell(in_words(error)))

    def _ask_delete(self, session: Session, matter: Matter, facts: _Facts) -> None:
        if self.switching or session.matter.id != matter.id:
            return
        stake = self._at_stake()
        lost = [counted(facts.documents, "document")]
        if facts.conversations:
            lost.append(counted(facts.conversations, "kept conversation"))
        if stake.answers:
            lost.append(f"{counted(stake.answers, 'answer')} that you see here")
        words = (f"Its key and its files are destroyed: {listed(lost)}, {_size(facts.size)} in Carrel. Carrel cannot "
                 "bring them back. Your own files on disk stay where they are.")
        if stake.adding:
            words += " Adding files is stopped."
        def delete(_: str, backups: bool) -> None:
            self._switch(f"Deleting {matter.name}…",
                         lambda: self._jobs.call(
                             lambda: session.delete_matter(matter.id, delete_backups=backups), "matters"), keep=False,
                         then=lambda found: self._report(found, facts if backups else None))

        self._ask(Question(
            f"Delete {matter.name}?", words, go="Delete for good", danger=True, field="Type the matter's name",
            must=matter.name, tick=tick(facts.copies), tick_words=of_matter(facts.copies)), delete)

    def _report(self, found: object, facts: _Facts | None) -> None:
        if isinstance(found, Destroyed):
            self.report.show_report(f"{found.matter.name} was destroyed", report_of(
                found, facts.copies if facts is not None else (), time.time()))

    def _save_report(self) -> None:
        target = files.save_as(self, "Save the report", "Carrel deletion.txt")
        if target is None:
            return
        text = self.report.text
        job = self._jobs.call(lambda: files.write(target, text), "report")
        job.failed.connect(lambda error: self._tell(in_words(error)))

    # The pieces.

    def _ask(self, question: Question, then: Callable[[str, bool], object]) -> None:
        self.notice.hide()
        self.strip.ask(question, then)

    def _hindered(self) -> bool:
        sentence = self._at_stake().hindrance
        if sentence:
            self._tell(sentence, "warn")
        return bool(sentence)

    def _tell(self, sentence: str, tone: str = "bad") -> None:
        self.notice.say(sentence, tone)
        self.notice.show()


class _NameButton(PushButton):
    """The name of the current matter; pressing it shows the others."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "", "matter", "matter", "accent")
        self._name = ""
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setMinimumHeight(38)

    def show_name(self, name: str) -> None:
        """Show a name, cut where the place is too narrow."""
        self._name = " ".join(name.split())
        self.setAccessibleName(f"Matter: {self._name}")
        self.setToolTip(tip(f"{self._name}\nMatters: choose, make, rename, delete"))
        self._cut()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 (Qt's name)
        super().resizeEvent(event)
        self._cut()

    def _cut(self) -> None:
        room = self.width() - 74
        short = self.fontMetrics().elidedText(self._name, Qt.TextElideMode.ElideMiddle, room)
        self.setText("\u2009 " + short.replace("&", "&&"))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 (Qt's name)
        super().paintEvent(event)
        painter = QPainter(self)
        painter.drawPixmap(self.width() - 26, (self.height() - 16) // 2, icons.pixmap(
            "down", self._theme.colours.muted, 16, icons.density(self)))
        painter.end()


class _Report(QFrame):
    """What was destroyed."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("strip")
        self.text = ""
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 11, 12, 8)
        layout.setSpacing(7)
        self._title = Label("", "strong", wrap=True)
        self.words = Label("", "small", wrap=True, selectable=True)
        layout.addWidget(self._title)
        layout.addWidget(self.words)
        row = QHBoxLayout()
        row.setSpacing(0)
        copy = PushButton(theme, "Copy", "quiet")
        self.save = PushButton(theme, "Save as text…", "quiet")
        close = PushButton(theme, "Close", "quiet")
        copy.clicked.connect(lambda: clipboard.copy(self.text))
        close.clicked.connect(self.hide)
        for button in (copy, self.save, close):
            row.addWidget(button)
        row.addStretch(1)
        layout.addLayout(row)
        self.hide()

    def show_report(self, title: str, text: str) -> None:
        """Show it until it is closed."""
        self.text = text
        self._title.setText(title)
        self.words.setText(text.split("\n\n", 1)[1].strip())
        self.show()


@dataclass(frozen=True, slots=True)
class _Facts:
    """What is lost with a matter."""

    documents: int
    conversations: int
    size: int  # bytes of its files
    copies: tuple[BackupCopy, ...]


def _facts(session: Session, matter: Matter) -> _Facts:
    """Count what a matter holds; on a worker."""
    folder = session.vault.matter_folder(matter.id)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    store = session.store
    return _Facts(len(store.documents()), len(store.conversations.latest()), size,
                  tuple(session.erasure.copies_with(matter.id)))


def report_of(found: Destroyed, copies: Sequence[BackupCopy], moment: float) -> str:
    """Return what was destroyed as a text that can be filed."""
    when = time.strftime("%Y-%m-%d %H:%M", time.localtime(moment))
    lines = [f"Deleted from Carrel: the matter {' '.join(found.matter.name.split())}, on {when}", "",
             "Its key; without it nothing of the matter can be read", counted(found.documents, "document"),
             *(f"{name}, {_size(size)}" for name, size in found.files)]
    lines += [f"Backup {copy.path}" for copy in copies]
    return "\n".join(lines) + "\n"


def _size(size: int) -> str:
    return QLocale(QLocale.Language.English).formattedDataSize(size, 1, QLocale.DataSizeFormat.DataSizeSIFormat)

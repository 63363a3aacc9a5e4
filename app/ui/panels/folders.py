"""The page about followed folders: which they are, which of their files are meant, and how each stands.

Shown in the place of the panes. Owns what is known of each folder's state. Knows no other panel; what is to be gone
through is asked of the window.
"""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from app.counted import counted
from app.places import file_name
from app.types import Folder, FolderAway, Quoting
from app.ui.jobs import Jobs, in_words
from app.ui.widgets import files, middle
from app.ui.widgets.asking import AskStrip, Question
from app.ui.widgets.following import FolderCard, State
from app.ui.widgets.labels import Icon, Label, Notice, PushButton, line
from app.ui.widgets.removal import answers_lost
from app.ui.widgets.section import Page
from app.ui.widgets.theme import Theme

if TYPE_CHECKING:
    from app.session import Session

_WIDEST = 860  # of the page, in logical pixels


class FoldersPanel(QWidget):
    """The followed folders of the matter that files are added to."""

    closed = Signal()
    wanted = Signal(object)  # a Path that is to be followed and read
    check = Signal(str, bool)  # a folder to go through, "" for all, and whether what is gone is taken out
    changed = Signal()  # other folders are followed now, or other files of them
    attention = Signal(int)  # how many folders wait for an answer

    def __init__(self, theme: Theme, jobs: Jobs) -> None:
        super().__init__()
        self.setObjectName("folders")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._theme, self._jobs = theme, jobs
        self._session: Session | None = None
        self.cards: dict[str, FolderCard] = {}
        self._states: dict[str, State] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._build_head())
        column.addWidget(line())
        column.addWidget(self._build_page(), 1)

    def _build_head(self) -> QWidget:
        self.check_all = PushButton(self._theme, "Check all now")
        self.check_all.clicked.connect(lambda: self._check("", remove=False))
        self.add = PushButton(self._theme, "Follow a folder…", "", "plus", "accent")
        self.add.clicked.connect(self.choose)
        head, self.back = middle.head(self._theme, Label("Followed folders", "title"), self.check_all, self.add)
        self.back.clicked.connect(self.closed)
        return head

    def _build_page(self) -> QWidget:
        page = Page()
        self._column = QVBoxLayout(page)
        self._column.setContentsMargins(24, 20, 24, 28)
        self._column.setSpacing(14)
        self.words = Label("", "muted", wrap=True)
        self.said = Notice(self._theme, dismissable=True)
        self.said.hide()
        self.question = AskStrip(self._theme)
        for widget in (self.words, self.said, self.question, self._build_empty()):
            self._column.addWidget(widget)
        self._column.addStretch(1)
        return middle.scrolled(page, _WIDEST)

    def _build_empty(self) -> QWidget:
        self.empty = QFrame()
        self.empty.setObjectName("dropzone")
        column = QVBoxLayout(self.empty)
        column.setContentsMargins(24, 30, 24, 30)
        column.setSpacing(9)
        column.addWidget(Icon(self._theme, "follow", "accent", 34), 0, Qt.AlignmentFlag.AlignHCenter)
        for words, role in (
                ("No folder is followed yet", "strong"),
                ("Follow the folder in which you keep a matter, and the library keeps up with it.", "small")):
            label = Label(words, role, wrap=True)
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            column.addWidget(label)
        return self.empty

    # What the window tells.

    def set_session(self, session: Session) -> None:
        """Tell of the matter of `session` that files are added to."""
        self._session = session
        self.words.setText(
            f"What is new, changed, moved or deleted in these folders is so in {session.matter.name}, too. Carrel only "
            "reads them: nothing in them is ever changed.")
        self._states.clear()
        self._clear()
        self.refresh()

    def leave(self) -> None:
        """Show nothing until there is a session again."""
        self._session = None
        self._states.clear()
        self.question.hide()
        self.said.hide()
        self._clear()
        self.attention.emit(0)

    def begin(self) -> None:
        """The page is shown."""
        self.said.hide()
        self.question.hide()
        self.refresh()
        self.back.setFocus()

    def refresh(self) -> None:
        """Fetch which folders are followed."""
        session = self._session
        if session is None:
            return
        store = session.store
        job = self._jobs.call(store.folders, "folders")
        job.done.connect(lambda found: self._show(found) if self._session is session else None)
        job.failed.connect(lambda error: self.said.tell(in_words(error), "bad"))

    def show_away(self, event: FolderAway) -> None:
        """A folder cannot be reached, or much of it is gone."""
        job = self._jobs.call(lambda: Path(event.path).is_dir(), "away")
        job.done.connect(lambda there: self._set(
            event.path, away=True, reachable=bool(there), missing=event.missing, checking=False))

    def show_checking(self, path: str) -> None:
        """A folder, or with "" every one, is being gone through."""
        for each in [path] if path else list(self.cards):
            self._set(each, checking=True, away=False, missing=())

    def show_checked(self) -> None:
        """The folders that were being gone through have been."""
        for path, state in list(self._states.items()):
            if state.checking:
                self._set(path, checking=False, checked=time.time())

    # The cards.

    def _show(self, found: tuple[Folder, ...]) -> None:
        if [folder.path for folder in found] != list(self.cards):
            self._clear()
            for folder in found:
                self.cards[folder.path] = card = FolderCard(self._theme, folder)
                card.patterns_wanted.connect(self._follow)
                card.check_wanted.connect(lambda path: self._check(path, remove=False))
                card.removal_wanted.connect(self._ask_removal)
                card.kept.connect(self._keep)
                card.end_wanted.connect(self._ask_end)
                self._column.insertWidget(self._column.count() - 1, card)
        for folder in found:
            self.cards[folder.path].show_folder(folder)
            self.cards[folder.path].show_state(self._states.get(folder.path, State()))
        self.empty.setVisible(not found)
        self.check_all.setVisible(bool(found))

    def _clear(self) -> None:
        for card in self.cards.values():
            self._column.removeWidget(card)
            card.hide()
            card.deleteLater()
        self.cards.clear()

    def _set(self, path: str, **changes: object) -> None:
        state = self._states[path] = replace(self._states.get(path, State()), **changes)  # type: ignore[arg-type]
        if path in self.cards:
            self.cards[path].show_state(state)
        self.attention.emit(sum(state.away for state in self._states.values()))

    # What is wanted.

    def choose(self) -> None:
        """Ask for a folder to be followed."""
        chosen = files.choose(self, folder=True)
        if chosen and self._session is not None:
            self.said.tell(f"{file_name(str(chosen[0]))} is looked through first. How it goes is told beside the "
                           "library.", "plain")
            self.wanted.emit(chosen[0])

    def _follow(self, folder: Folder) -> None:
        """Follow a folder with other patterns, and go through it at once."""
        session = self._session
        if session is None:
            return
        job = self._jobs.call(lambda: session.follow(folder), "follow")
        job.done.connect(lambda _: self.refresh())
        job.done.connect(lambda _: self.changed.emit())
        job.done.connect(lambda _: self._check(folder.path, remove=False))
        job.failed.connect(lambda error: self.said.tell(in_words(error), "bad"))

    def _check(self, path: str, *, remove: bool) -> None:
        self.show_checking(path)
        self.check.emit(path, remove)

    def _ask_removal(self, path: str) -> None:
        """Look what would go with what is gone from a folder, before it is taken out or asked about."""
        session = self._session
        if session is None:
            return
        store, missing = session.store, self._states.get(path, State()).missing
        job = self._jobs.call(
            lambda: store.conversations.quoting([key for file in missing for key in store.family(file)]), "quoting")
        job.done.connect(lambda kept: self._take_out(path, kept) if self._session is session else None)
        job.failed.connect(lambda error: self.said.tell(in_words(error), "bad"))

    def _take_out(self, path: str, kept: Quoting) -> None:
        """What nothing quotes can be taken out at once; where the folder is away it may only be a disk."""
        state = self._states.get(path, State())
        if not state.away:  # it is being gone through again meanwhile
            return
        if state.reachable and not kept.exchanges:
            self._check(path, remove=True)
            return
        why = "" if state.reachable else (
            f"{path} cannot be reached. If it is on a disk that is not connected now, connect the disk instead: "
            "what is taken out has to be read again.")
        self.said.hide()
        self.question.ask(Question(
            f"Take {counted(len(state.missing), 'document')} out of the library?", why,
            warning=answers_lost(kept, len(state.missing)),
            go="Take them out", keep="Keep them", danger=True), lambda *_: self._check(path, remove=True))

    def _keep(self, path: str) -> None:
        number = len(self._states.get(path, State()).missing)
        self._set(path, away=False, missing=())
        self.said.tell(f"Nothing was taken out: {counted(number, 'document')} from {file_name(path)} "
                       f"{'stays' if number == 1 else 'stay'} in the library. It is asked again when the folder is "
                       "checked the next time.", "plain")

    def _ask_end(self, path: str) -> None:
        self.said.hide()
        self.question.ask(Question(
            f"Stop following {file_name(path)}?",
            "What was read from it stays in the library, as it is now. The folder itself is not touched.",
            go="Stop following", keep="Go on following"), lambda *_: self._end(path))

    def _end(self, path: str) -> None:
        session = self._session
        if session is None:
            return
        job = self._jobs.call(lambda: session.unfollow(path), "unfollow")
        job.done.connect(lambda _: self._states.pop(path, None))
        job.done.connect(lambda _: self.changed.emit())
        job.done.connect(lambda _: self.attention.emit(sum(state.away for state in self._states.values())))
        job.failed.connect(lambda error: self.said.tell(in_words(error), "bad"))
        job.ended.connect(self.refresh)

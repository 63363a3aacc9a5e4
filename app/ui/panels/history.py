"""The conversations that are kept in the current matter: a list to open, search, rename, export and delete.

Knows no other pane.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QStackedWidget, QVBoxLayout, QWidget

from app.counted import counted
from app.types import BackupCopy, Conversation, Exchange, Mention
from app.ui.jobs import Job, Jobs, in_words
from app.ui.sections.exporting import export_answers
from app.ui.widgets import dates
from app.ui.widgets.asking import AskStrip, Question
from app.ui.widgets.labels import Label, Notice, PushButton, ToolButton, tip
from app.ui.widgets.removal import deletion
from app.ui.widgets.rows import ROW, Row, Rows, offer, row_list
from app.ui.widgets.theme import Theme

if TYPE_CHECKING:
    from app.session import Session

_TYPING_MS = 180  # without a key before it is looked for
_LONGEST = 500  # characters of what is looked for
_EMPTY = "Nothing was asked yet. What you ask is kept here, encrypted like your documents, until you delete it."
_NONE = "No question, answer or title holds these words."


class HistoryPanel(QWidget):
    """The list of conversations."""

    chosen = Signal(str, str)  # ids of a conversation to be shown, and of an exchange in it, "" for the last one
    fresh = Signal()  # a new one is to begin
    deleted = Signal()

    def __init__(self, theme: Theme, jobs: Jobs) -> None:
        super().__init__()
        self._theme, self._jobs = theme, jobs
        self._session: Session | None = None
        self._listing: Job | None = None
        self._again = False
        self._busy = False  # an answer is being written
        self._open: str | None = None  # the id of the conversation that is shown
        self._typing = QTimer(self, interval=_TYPING_MS, singleShot=True)
        self._typing.timeout.connect(self.refresh)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(9)
        column.addLayout(self._build_head())
        column.addWidget(self._build_list(), 1)
        column.addWidget(self._build_foot())
        self.setFocusProxy(self.field)
        self._fit()

    # Building.

    def _build_head(self) -> QHBoxLayout:
        head = QHBoxLayout()
        head.setContentsMargins(0, 0, 0, 0)
        head.setSpacing(8)
        self.field = QLineEdit()
        self.field.setPlaceholderText("Search what was asked")
        self.field.setAccessibleName("Search questions, answers and titles")
        self.field.setClearButtonEnabled(True)
        self.field.setMaxLength(_LONGEST)
        self.field.textChanged.connect(lambda _: self._typing.start())
        self.new = PushButton(self._theme, "New", "", "plus", "accent")
        self.new.setAccessibleName("New conversation")
        self.new.setToolTip(tip("Begin a new conversation (Ctrl+N)"))
        self.new.clicked.connect(self.fresh)
        head.addWidget(self.field, 1)
        head.addWidget(self.new)
        return head

    def _build_list(self) -> QWidget:
        self.rows = Rows(self)
        self.view = row_list(self._theme, "Conversations")
        self.view.setModel(self.rows)
        self.view.clicked.connect(self._choose)
        self.view.activated.connect(self._choose)
        self.view.selectionModel().currentChanged.connect(lambda *_: self._fit())
        self.rows.modelReset.connect(self._fit)
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.view.customContextMenuRequested.connect(self._menu)
        for keys, act in ((QKeySequence.StandardKey.Delete, self.ask_deletion), ("F2", self.ask_name)):
            shortcut = QShortcut(QKeySequence(keys), self.view, act)
            shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
        self._stack = QStackedWidget()
        self._stack.setMinimumHeight(56)
        empty = QWidget()
        column = QVBoxLayout(empty)
        column.setContentsMargins(6, 10, 6, 0)
        self.empty = Label("", "muted", wrap=True)
        column.addWidget(self.empty)
        column.addStretch(1)
        self._stack.addWidget(empty)
        self._stack.addWidget(self.view)
        return self._stack

    def _build_foot(self) -> QWidget:
        foot = QWidget()
        column = QVBoxLayout(foot)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        self.notice = Notice(self._theme, dismissable=True)
        self.notice.hide()
        row = QHBoxLayout()
        row.setContentsMargins(2, 0, 0, 0)
        row.setSpacing(2)
        self.buttons: dict[str, ToolButton] = {}
        for icon, words, act in self._acts():
            button = self.buttons[icon] = ToolButton(self._theme, icon, words, size=16)
            button.clicked.connect(act)
            row.addWidget(button)
        row.addStretch(1)
        self.count = Label("", "small")
        row.addWidget(self.count)
        self.strip = AskStrip(self._theme)
        self.strip.lie_over(self.buttons["edit"], above=True)
        column.addWidget(self.notice)
        column.addLayout(row)
        return foot

    def _acts(self) -> tuple[tuple[str, str, Callable[[], None]], ...]:
        """What can be done with the conversation that is marked: the icon, the words, and who does it."""
        return (("edit", "Rename…", self.ask_name), ("export", "Export…", self.export),
                ("trash", "Delete…", self.ask_deletion))

    # The session and the list.

    def set_session(self, session: Session) -> None:
        """Show the conversations of the current matter of `session`."""
        self._session = session
        several = len(session.searching) > 1
        self.notice.tell("Several matters are searched together. What is asked now is not kept, as text of one matter "
                         "never lies in another." if several else "")
        self.refresh()
        self._fit()

    def leave(self) -> None:
        """Show nothing until there is a session again."""
        self._session = None
        self._typing.stop()
        self.strip.hide()
        self.notice.hide()
        self.field.clear()
        self._show(())

    def show_open(self, conversation: str | None, *, busy: bool) -> None:
        """Mark the conversation that is shown; while an answer is written no other can be chosen."""
        self._open, self._busy = conversation, busy
        self._mark()
        self._fit()

    def refresh(self) -> None:
        """Fetch the list again."""
        self._typing.stop()
        if self._session is None:
            return
        if self._listing is not None:
            self._again = True
            return
        session, store, text = self._session, self._session.store, self.field.text()

        def look() -> tuple[Row, ...]:
            if text.strip():
                return tuple(map(_mention_row, store.conversations.search(text)))
            return tuple(map(_row, store.conversations.latest()))

        def show(found: tuple[Row, ...]) -> None:
            if self._session is session and session.store is store:
                self._show(found)

        self._listing = self._jobs.call(look, "conversations")
        self._listing.done.connect(show)
        self._listing.failed.connect(lambda error: self.notice.tell(in_words(error), "bad"))
        self._listing.ended.connect(self._list_over)

    def _list_over(self) -> None:
        self._listing = None
        if self._again:
            self._again = False
            self.refresh()

    def _show(self, rows: Sequence[Row]) -> None:
        self.rows.replace(rows)
        looked = bool(self.field.text().strip())
        self.empty.setText("" if self._session is None else _NONE if looked else _EMPTY)
        self._stack.setCurrentIndex(1 if rows else 0)
        self.count.setText("" if not rows else f"{len(rows):,} found" if looked else counted(len(rows), "conversation"))
        self._mark()
        self._fit()

    def _mark(self) -> None:
        """Mark the conversation that is shown, unless another one of its exchanges is marked."""
        marked = self._marked()
        if marked is not None and _conversation(marked) == self._open:
            return
        at = next((number for number, row in enumerate(self.rows.rows) if _conversation(row) == self._open), None)
        if at is None:
            self.view.setCurrentIndex(QModelIndex())
        else:
            self.view.setCurrentIndex(self.rows.index(at))

    def _marked(self) -> Row | None:
        index = self.view.currentIndex()
        return index.data(ROW) if index.isValid() else None

    def _fit(self) -> None:
        marked = self._marked() is not None
        for button in self.buttons.values():
            button.setEnabled(marked and not self._busy)
        self.new.setEnabled(self._session is not None and not self._busy)
        self.field.setEnabled(self._session is not None)
        self.view.setEnabled(not self._busy)

    # Rows.

    def _choose(self, index: QModelIndex) -> None:
        row: Row = index.data(ROW)
        exchange = row.value.exchange if isinstance(row.value, Mention) else ""
        self.chosen.emit(_conversation(row), exchange)

    def _menu(self, place: QPoint) -> None:
        index = self.view.indexAt(place)
        if not index.isValid():
            return
        self.view.setCurrentIndex(index)
        offer(self.view, place, (
            ("Show", lambda: self._choose(index)), *((words, act) for _, words, act in self._acts())))

    def ask_name(self) -> None:
        """Ask for another title of the conversation that is marked."""
        session, row = self._session, self._marked()
        if session is None or row is None or self._busy:
            return
        kept, key = session.store.conversations, _conversation(row)

        def rename(title: str, _: bool) -> None:
            job = self._jobs.call(lambda: kept.rename(key, title), "rename")
            job.done.connect(lambda _: self.refresh())
            job.failed.connect(lambda error: self.strip.fail(in_words(error)))

        self.strip.ask(Question("Rename the conversation", go="Rename", field="Title", text=_title(row)), rename)

    def export(self) -> None:
        """Write the conversation that is marked to a file: of its branches the one that was asked last."""
        session, row = self._session, self._marked()
        if session is None or row is None or self._busy:
            return
        kept, key = session.store.conversations, _conversation(row)

        def fetch() -> tuple[str, tuple[Exchange, ...]]:
            return kept.get(key).title, kept.path(kept.tip(key))

        export_answers(self, self._jobs, session, fetch, what="conversation", told=self.notice.tell)

    def ask_deletion(self) -> None:
        """Ask whether to delete the conversation that is marked, with the backups that hold it."""
        session, row = self._session, self._marked()
        if session is None or row is None or self._busy:
            return
        store, matter, key = session.store, session.matter.id, _conversation(row)

        def delete(_: str, delete_backups: bool) -> None:
            job = self._jobs.call(lambda: session.erasure.delete_conversation(
                store, key, matter=matter, delete_backups=delete_backups), "delete")
            job.done.connect(lambda _: self.deleted.emit())
            job.failed.connect(lambda error: self.notice.tell(in_words(error), "bad"))
            job.ended.connect(self.refresh)

        def look() -> tuple[Conversation, tuple[BackupCopy, ...]]:
            return store.conversations.get(key), tuple(session.erasure.copies_with(matter))

        def ask(found: tuple[Conversation, tuple[BackupCopy, ...]]) -> None:
            if self._session is session and session.store is store:
                kept, copies = found
                self.strip.ask(deletion("this conversation", f"“{kept.title}” with "
                                        f"{counted(kept.exchanges, 'answer')}.", copies), delete)

        job = self._jobs.call(look, "copies")
        job.done.connect(ask)
        job.failed.connect(lambda error: self.notice.tell(in_words(error), "bad"))


def _row(kept: Conversation) -> Row:
    return Row(kept.title, f"{dates.moment(kept.changed)} · {counted(kept.exchanges, 'answer')}", icon="ask",
               tip=kept.title, key=kept.id, value=kept, prose=True)


def _mention_row(found: Mention) -> Row:
    inside = "" if found.title == found.question else f" · in: {found.title}"
    return Row(found.question, f"{dates.moment(found.asked)}{inside}", icon="search", tip=found.question,
               key=found.exchange, value=found, prose=True)


def _conversation(row: Row) -> str:
    assert isinstance(row.value, Conversation | Mention)
    return row.value.conversation if isinstance(row.value, Mention) else row.value.id


def _title(row: Row) -> str:
    assert isinstance(row.value, Conversation | Mention)
    return row.value.title

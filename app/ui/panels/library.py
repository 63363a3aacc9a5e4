"""The library pane: the documents, adding and removing them, and what went wrong with which.

Knows no other pane; what is under way is its section's business.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPoint, QSortFilterProxyModel, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QMenu, QStackedWidget, QVBoxLayout, QWidget

from app.counted import counted
from app.coverage import unread_words
from app.places import file_name
from app.types import BackupCopy, DocumentRow, Quoting
from app.ui.jobs import Job, Jobs, in_words
from app.ui.sections.adding import AddingSection
from app.ui.widgets import files, outside
from app.ui.widgets.asking import AskStrip
from app.ui.widgets.labels import Icon, Label, PushButton, tip
from app.ui.widgets.removal import removal
from app.ui.widgets.rows import ROW, Row, Rows, document_row, offer, row_list
from app.ui.widgets.switch import Option, Switch
from app.ui.widgets.theme import Theme

if TYPE_CHECKING:
    from app.session import Session

_FILTER_FROM = 8  # documents from which on the filter is worth its place
_LIST_MS = 1000  # while files are added, the list is fetched no more often than this


class LibraryPanel(QWidget):
    """The list of documents."""

    opened = Signal(object)  # a DocumentRow to be shown
    listed = Signal(object)  # tuple[DocumentRow, ...], whenever the list was fetched
    removed = Signal(str)  # the id of a document that is gone
    privacy = Signal()  # the page about privacy is wanted
    coverage = Signal()  # the one about what was read
    folders = Signal()  # the one about followed folders

    def __init__(self, theme: Theme, jobs: Jobs, formats: str) -> None:
        super().__init__()
        self.setObjectName("library")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._theme, self._jobs = theme, jobs
        self._session: Session | None = None
        self._listing: Job | None = None
        self._list_again = False
        self.quoting: Callable[[str], int] = lambda document: 0  # how many answers quote a document
        self._later = QTimer(self, interval=_LIST_MS, singleShot=True)
        self._later.timeout.connect(self.refresh)
        self.runs = AddingSection(theme, jobs)
        self.strip = self.runs.strip
        self.runs.changed.connect(self._change)
        self.runs.over.connect(self.refresh)
        self._build_list()
        self._lay_out(formats)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Open), self, self.choose_files)
        QShortcut(QKeySequence("Ctrl+Shift+O"), self, self.choose_folder)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Find), self, self._focus_filter)

    # Building.

    def _build_list(self) -> None:
        self.rows = Rows(self)
        self._shown = QSortFilterProxyModel(self)
        self._shown.setSourceModel(self.rows)
        self._shown.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.view = row_list(self._theme, "Documents in the library")
        self.view.setModel(self._shown)
        self.view.clicked.connect(self._open)
        self.view.activated.connect(self._open)
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.view.customContextMenuRequested.connect(self._menu)
        delete = QShortcut(QKeySequence(QKeySequence.StandardKey.Delete), self.view, self._ask_removal)
        delete.setContext(Qt.ShortcutContext.WidgetShortcut)
        self.filter = QLineEdit()
        self.filter.setPlaceholderText("Filter by name")
        self.filter.setAccessibleName("Filter the documents by name")
        self.filter.setClearButtonEnabled(True)
        self.filter.textChanged.connect(self._shown.setFilterFixedString)
        self.filter.hide()

    def _lay_out(self, formats: str) -> None:
        theme = self._theme
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 14, 10, 10)
        layout.setSpacing(9)
        self._top = QVBoxLayout()
        self._title = Label("Library", "title")
        self._top.addWidget(self._title)
        layout.addLayout(self._top)
        self.switch = Switch(
            theme, "Documents or conversations",
            Option("Documents", "What is in the library"),
            Option("Conversations", "What was asked before (Ctrl+H)"))
        self.switch.hide()
        layout.addWidget(self.switch, 0, Qt.AlignmentFlag.AlignLeft)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._build_documents(formats))
        self.switch.turned.connect(lambda: self._pages.setCurrentIndex(self.switch.at))
        layout.addWidget(self._pages, 1)
        layout.addWidget(self.runs)
        layout.addLayout(self._build_seal())
        self.removal = AskStrip(theme)
        self.removal.lie_over(self._seal_icon, above=True)
        self.add_button.setEnabled(False)

    def _build_documents(self, formats: str) -> QWidget:
        theme = self._theme
        page = QWidget()
        layout = QVBoxLayout(page)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(9)
        head = QHBoxLayout()
        head.setContentsMargins(6, 0, 0, 0)
        self.count = Label("", "small", wrap=True)
        head.addWidget(self.count, 1)
        self.add_button = PushButton(theme, "Add", "", "plus", "accent")
        self.add_button.setAccessibleName("Add files or a folder")
        menu = QMenu(self.add_button)
        for words, act in (("Files…", self.choose_files), ("Folder…", self.choose_folder),
                           ("Followed folders…", self.folders.emit)):
            action = QAction(words, menu)
            action.triggered.connect(act)
            menu.addAction(action)
        self.add_button.setMenu(menu)
        head.addWidget(self.add_button)
        layout.addLayout(head)
        layout.addLayout(self._build_links())
        layout.addWidget(self.filter)
        self._stack = QStackedWidget()
        self._stack.setMinimumHeight(56)  # in a small window the list gives way to how adding is going
        self._stack.addWidget(self._empty_state(formats))
        self._stack.addWidget(self.view)
        layout.addWidget(self._stack, 1)
        return page

    def _build_seal(self) -> QHBoxLayout:
        """What keeps data on this computer, always in sight."""
        theme = self._theme
        seal = QHBoxLayout()
        seal.setContentsMargins(6, 2, 0, 0)
        seal.setSpacing(7)
        self._seal_icon = Icon(theme, "shield", "muted", 16)
        self.seal = Label("Nothing leaves this computer", "small", wrap=True)
        seal.addWidget(self._seal_icon)
        seal.addWidget(self.seal, 1)
        privacy = PushButton(theme, "Privacy", "quiet")
        privacy.setToolTip(tip("Self-test, passphrase and recovery key, audit log, backup"))
        privacy.clicked.connect(self.privacy)
        seal.addWidget(privacy)
        return seal

    def _build_links(self) -> QVBoxLayout:
        """What could not be read, and which followed folder waits for an answer."""
        links = QVBoxLayout()
        links.setContentsMargins(2, 0, 0, 0)
        links.setSpacing(1)
        self.unread = PushButton(self._theme, "", "link", "coverage", "accent")
        self.unread.setToolTip(tip("What was read, page by page (Ctrl+R)"))
        self.unread.clicked.connect(self.coverage)
        self.away = PushButton(self._theme, "", "link", "follow", "warn")
        self.away.clicked.connect(self.folders)
        for link in (self.unread, self.away):
            links.addWidget(link, 0, Qt.AlignmentFlag.AlignLeft)
            link.hide()
        return links

    def _empty_state(self, formats: str) -> QWidget:
        zone = QFrame()
        zone.setObjectName("dropzone")
        layout = QVBoxLayout(zone)
        layout.setContentsMargins(18, 18, 18, 18)
        layout.setSpacing(8)
        layout.addStretch(1)
        layout.addWidget(Icon(self._theme, "drop", "accent", 34), 0, Qt.AlignmentFlag.AlignHCenter)
        for words, role in (("Drop files or folders here", "strong"), (formats, "small"),
                            ("Your files stay where they are; Carrel only reads them.", "small")):
            label = Label(words, role, wrap=True)
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            layout.addWidget(label)
        layout.addStretch(1)
        return zone

    # The session and the list.

    def set_session(self, session: Session) -> None:
        """Show the documents of the matter of `session` that files are added to."""
        self._session = session
        self.add_button.setEnabled(True)
        self.add_button.setToolTip(tip(f"Add to {session.matter.name}"))
        self.refresh()
        self.runs.set_session(session)

    def put_head(self, head: QWidget) -> None:
        """Show `head` in the place of the title."""
        self._title.hide()
        self._top.addWidget(head)

    def put_beside(self, page: QWidget) -> None:
        """Let `page` be turned to in the place of the documents."""
        self._pages.addWidget(page)
        self.switch.show()

    def show_beside(self) -> None:
        """Turn to what was put beside the documents."""
        self.switch.turn(1)
        self._focus_beside()

    def _focus_beside(self) -> bool:
        """Put the keyboard into what was put beside the documents, if it is turned to."""
        page = self._pages.currentWidget() if self._pages.currentIndex() else None
        if page is not None:
            page.setFocus()
        return page is not None

    def leave(self) -> None:
        """Show nothing and add nothing until there is a session again."""
        self.runs.leave()
        self._session = None
        self._later.stop()
        self.removal.hide()
        self.filter.clear()
        self.filter.hide()
        self.rows.replace([])
        self.count.setText("")
        self.unread.hide()
        self._stack.setCurrentWidget(self.view)
        self.add_button.setEnabled(False)

    @property
    def matter_name(self) -> str:
        """The name of the matter that files are added to; empty while there is none."""
        return self._session.matter.name if self._session is not None else ""

    def show_seal(self, holds: bool, words: str) -> None:
        """Say what keeps data on this computer; `holds` is whether the system enforces it."""
        self._seal_icon.set("shield" if holds else "warning", "good" if holds else "warn")
        self.seal.setText("Nothing leaves this computer" if holds else "Carrel uses no network")
        self.seal.setToolTip(tip(words))
        self._seal_icon.setToolTip(tip(words))
        self.seal.setAccessibleDescription(words)

    def tell_away(self, folders: int) -> None:
        """Say that so many followed folders wait for an answer."""
        words = f"{counted(folders, 'followed folder')} {'needs' if folders == 1 else 'need'} an answer"
        self.away.setText(f"\u2009 {words}")
        self.away.setAccessibleName(words)
        self.away.setVisible(bool(folders))

    def refresh(self) -> None:
        """Fetch the list again."""
        if self._session is None:
            return
        if self._listing is not None:
            self._list_again = True
            return
        session, store = self._session, self._session.store
        self._listing = self._jobs.call(
            lambda: (*_listed(tuple(store.documents())), store.searched().unread_pages), "list")

        def show(found: tuple[tuple[DocumentRow, ...], list[Row], int]) -> None:
            if self._session is session and session.store is store:  # not those of a matter that was left meanwhile
                self._show(*found)

        self._listing.done.connect(show)
        self._listing.failed.connect(lambda error: self.strip.say(in_words(error)))
        self._listing.ended.connect(self._list_over)

    def _list_over(self) -> None:
        self._listing = None
        if self._list_again:
            self._list_again = False
            self._later.start()

    def _show(self, documents: tuple[DocumentRow, ...], rows: list[Row], unread: int) -> None:
        self.rows.replace(rows)
        shut = sum(not row.pages for row in documents)
        told = unread_words(unread, shut)
        self.unread.setText(f"\u2009 {told}" if told else "\u2009 What was read")
        self.unread.setAccessibleName(told or "What was read")
        self.unread.setVisible(bool(documents))
        pages = sum(row.pages for row in documents)
        self.count.setText(f"{counted(len(documents), 'document')}, {counted(pages, 'page')}" if documents else "")
        self._stack.setCurrentIndex(1 if documents else 0)
        self.filter.setVisible(len(documents) >= _FILTER_FROM or bool(self.filter.text()))
        self.listed.emit(documents)

    # Adding.

    def add(self, chosen: Sequence[Path], *, agreed: bool = False) -> None:
        """Add files and folders, after those that are being added now; ask before much work unless `agreed`."""
        self.runs.add(chosen, agreed=agreed)

    @property
    def adding(self) -> bool:
        """Whether files are being added."""
        return self.runs.running

    def _change(self) -> None:
        if not self._later.isActive():
            self._later.start()

    def choose_files(self) -> None:
        """Ask for files and add them."""
        self._choose(folder=False)

    def choose_folder(self) -> None:
        """Ask for a folder and add it."""
        self._choose(folder=True)

    def _choose(self, *, folder: bool) -> None:
        if self._session is not None:
            self.add(files.choose(self, folder=folder))

    # Rows.

    def _focus_filter(self) -> None:
        if self._focus_beside():  # it has a field of its own
            return
        self.filter.show()
        self.filter.setFocus()

    def _open(self, index: QModelIndex) -> None:
        row: Row = index.data(ROW)
        self.opened.emit(row.value)

    def _menu(self, place: QPoint) -> None:
        index = self.view.indexAt(place)
        if not index.isValid():
            return
        self.view.setCurrentIndex(index)
        row: Row = index.data(ROW)
        found = row.value
        assert isinstance(found, DocumentRow)
        whole = "Open the file it came in" if found.parent else "Open the file"
        offer(self.view, place, (
            ("Show", lambda: self._open(index)),
            (whole, lambda: self._outside(outside.open_outside, found)),
            ("Show in its folder", lambda: self._outside(outside.show_in_folder, found)),
            ("Remove from the library…", self._ask_removal)))

    def _ask_removal(self) -> None:
        index = self.view.currentIndex()
        if not index.isValid():
            return
        row: Row = index.data(ROW)
        if isinstance(row.value, DocumentRow):
            self.ask_removal(row.value)

    def ask_removal(self, row: DocumentRow) -> None:
        """Ask whether to remove a document, with the answers that quote it and the backups that hold it."""
        if self._session is None:
            return
        session, store, matter = self._session, self._session.store, self._session.matter

        def look() -> tuple[Quoting, tuple[BackupCopy, ...]]:
            return store.conversations.quoting(store.family(row.file)), tuple(session.erasure.copies_with(matter.id))

        job = self._jobs.call(look, "copies")

        def ask(found: tuple[Quoting, tuple[BackupCopy, ...]]) -> None:
            if self._session is session and session.store is store:
                self.removal.ask(removal(row.file, self.quoting(row.id), *found),
                                 lambda _, delete_backups: self._remove(row, delete_backups))

        job.done.connect(ask)
        job.failed.connect(lambda error: self.strip.say(in_words(error)))

    def _remove(self, row: DocumentRow, delete_backups: bool) -> None:
        if self._session is None:
            return
        erasure, store, matter = self._session.erasure, self._session.store, self._session.matter.id
        job = self._jobs.call(
            lambda: erasure.remove(store, row.file, matter=matter, delete_backups=delete_backups), "remove")
        job.done.connect(lambda _: self.removed.emit(row.id))
        job.failed.connect(lambda error: self.strip.say(in_words(error)))
        job.ended.connect(self.refresh)

    def _outside(self, act: Callable[[str], None], row: DocumentRow) -> None:
        """Let the system open the file of a document, or of the one that it came in, or show where it lies."""
        rows = [each.value for each in self.rows.rows if isinstance(each.value, DocumentRow)]
        file = outside.outermost(row.file, {each.file: each.parent for each in (*rows, row)})
        job = self._jobs.call(lambda: act(file), "outside")
        job.failed.connect(lambda error: self.strip.say(in_words(error)))


def _listed(documents: tuple[DocumentRow, ...]) -> tuple[tuple[DocumentRow, ...], list[Row]]:
    """Return the documents and their rows by name; made on the worker, as there can be many."""
    ordered = sorted(documents, key=lambda row: (file_name(row.file).casefold(), row.file))
    return documents, [document_row(row) for row in ordered]

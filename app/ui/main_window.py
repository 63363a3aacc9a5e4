"""The window: its panes side by side, and the signals between them.

The only place that connects panes. Owns opening and closing the session, both on workers.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDragLeaveEvent, QDropEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QMainWindow, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from app.errors import WrongPassphrase
from app.types import DocumentRow, StoredPassage
from app.ui.jobs import Jobs, in_words
from app.ui.panels.conversation import ConversationPanel
from app.ui.panels.library import LibraryPanel
from app.ui.panels.source import SourcePanel
from app.ui.panels.unlock import UnlockPanel
from app.ui.widgets.labels import Icon, Label
from app.ui.widgets.theme import Theme

if TYPE_CHECKING:
    from app.session import Session

FORMATS = "PDF, Word, Excel, e-mail, plain text, Markdown and HTML"
_LIBRARY_WIDTH = 300
_PATIENCE_MS = 4000  # for work to stop by itself when the window is closed


class Door(Protocol):
    """How the window comes to a session; every method is called on a worker."""

    def exists(self) -> bool:
        """Whether there is a library already."""
        ...

    def open(self, secret: bytearray, create: bool) -> Session:
        """Open or make the library and clear `secret`. Raises LibraryError."""
        ...

    def seal(self) -> tuple[bool, str]:
        """Whether the system keeps this program off the network, and in words what it does."""
        ...

    def samples(self) -> tuple[list[Path], list[str]]:
        """What to add to a library that is empty, and questions to suggest; usually neither."""
        ...


class MainWindow(QMainWindow):
    """The one window; `closed` comes when it is gone and nothing runs any more."""

    closed = Signal()

    def __init__(self, theme: Theme, door: Door) -> None:
        super().__init__()
        self.setWindowTitle("Carrel")
        self.setAcceptDrops(True)
        self.setMinimumSize(760, 480)
        self._door = door
        self._session: Session | None = None
        self._fresh: list[Session] = []  # opened on a worker and not yet taken up here
        self._leaving = self._left = False
        self._then: Callable[[], None] = lambda: None  # the next step of closing
        self.jobs = Jobs(self)
        self.unlock = UnlockPanel(theme)
        self.library = LibraryPanel(theme, self.jobs, FORMATS)
        self.conversation = ConversationPanel(theme, self.jobs, FORMATS)
        self.source = SourcePanel(theme, self.jobs)
        self._build(theme)
        self._connect()
        self.resize(1280, 800)

    def _build(self, theme: Theme) -> None:
        self.panes = QSplitter(Qt.Orientation.Horizontal)
        self.panes.setHandleWidth(5)
        self.panes.setChildrenCollapsible(False)
        for pane, least, stretch in ((self.library, 230, 0), (self.conversation, 400, 3), (self.source, 300, 3)):
            pane.setMinimumWidth(least)
            self.panes.addWidget(pane)
            self.panes.setStretchFactor(self.panes.indexOf(pane), stretch)
        self.source.hide()
        self.panes.setSizes([_LIBRARY_WIDTH, 4 * _LIBRARY_WIDTH, 0])
        self.stack = QStackedWidget()
        self.stack.addWidget(self.unlock)
        self.stack.addWidget(self.panes)
        self.setCentralWidget(self.stack)
        self._overlay = QWidget(self)
        self._overlay.setObjectName("overlay")
        self._overlay.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._overlay.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        column = QVBoxLayout(self._overlay)
        column.addStretch(1)
        column.addWidget(Icon(theme, "drop", "accent", 48), 0, Qt.AlignmentFlag.AlignHCenter)
        words = Label("Drop to add to your library", "title")
        column.addWidget(words, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(Label(f"{FORMATS}. Folders with everything in them.", "muted"), 0,
                         Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)
        self._overlay.hide()

    def _connect(self) -> None:
        library, conversation, source = self.library, self.conversation, self.source
        self.unlock.submitted.connect(self._open)
        library.opened.connect(self._show_document)
        library.listed.connect(conversation.show_documents)
        library.listed.connect(source.show_documents)
        library.removed.connect(source.forget)
        conversation.opened.connect(self._show_passage)
        conversation.add_files.connect(library.choose_files)
        conversation.add_folder.connect(library.choose_folder)
        source.shown.connect(conversation.mark_open)
        source.closed.connect(self._hide_source)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Quit), self, self.close)

    # Opening.

    def begin(self, secret: bytearray | None = None) -> None:
        """Look for the library and open it, asking for the passphrase where `secret` is None."""
        job = self.jobs.call(self._door.exists, "look")

        def found(exists: bool) -> None:
            if secret is not None:
                self._open(secret, not exists)
            else:
                self.unlock.ask(new=not exists)

        job.done.connect(found)
        job.failed.connect(lambda error: self.unlock.ask(new=False, problem=in_words(error)))
        seal = self.jobs.call(self._door.seal, "seal")
        seal.done.connect(lambda report: self.library.show_seal(*report))
        seal.failed.connect(lambda error: self.library.show_seal(False, in_words(error)))

    def _open(self, secret: bytearray, create: bool) -> None:
        self.unlock.wait("Making your library…" if create else "Opening your library…")
        door, fresh = self._door, self._fresh
        job = self.jobs.call(lambda: fresh.append(door.open(secret, create)), "open")
        job.done.connect(lambda _: self._opened(fresh.pop()))
        job.failed.connect(lambda error: self._not_opened(error, create))

    def _not_opened(self, error: Exception, create: bool) -> None:
        again = isinstance(error, WrongPassphrase)
        self.unlock.ask(new=create and not again, problem=in_words(error))

    def _opened(self, session: Session) -> None:
        self._session = session
        for pane in (self.library, self.conversation, self.source):
            pane.set_session(session)
        self.stack.setCurrentWidget(self.panes)
        self.conversation.box.setFocus()
        door = self._door
        job = self.jobs.call(lambda: (door.samples(), bool(session.store.documents())), "samples")
        job.done.connect(lambda found: self._offer(*found[0], empty=not found[1]))

    def _offer(self, samples: list[Path], questions: list[str], *, empty: bool) -> None:
        self.conversation.suggest(questions[:3])
        if empty and samples:
            self.library.add(samples)

    @property
    def session(self) -> Session | None:
        """The session once it is open."""
        return self._session

    # Between the panes.

    def _show_document(self, row: DocumentRow) -> None:
        self._reveal_source()
        self.source.show_document(row)

    def _show_passage(self, passage: StoredPassage) -> None:
        self._reveal_source()
        self.source.show_passage(passage)

    def _reveal_source(self) -> None:
        if self.source.isHidden():
            left = self.library.width()
            rest = self.panes.width() - left
            self.source.show()
            self.panes.setSizes([left, rest - round(rest * .47), round(rest * .47)])

    def _hide_source(self) -> None:
        self.source.hide()
        self.panes.setSizes([_LIBRARY_WIDTH, 4 * _LIBRARY_WIDTH, 0])
        self.conversation.mark_open("")
        self.conversation.box.setFocus()

    # Dropping files, anywhere in the window.

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802 (Qt's name)
        if self._session is not None and any(url.isLocalFile() for url in event.mimeData().urls()):
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self._overlay.setGeometry(self.rect().adjusted(14, 14, -14, -14))
            self._overlay.raise_()
            self._overlay.show()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:  # noqa: N802 (Qt's name)
        self._overlay.hide()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802 (Qt's name)
        self._overlay.hide()
        dropped = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self.library.add(dropped)

    # Closing: the window goes at once; the work behind it is stopped and waited for.

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 (Qt's name)
        if self._left:
            event.accept()
            return
        event.ignore()
        if self._leaving:
            return
        self._leaving = True
        self.hide()
        self._then = self._close_session
        self.jobs.idle.connect(self._idle)
        self.library.cancel()
        self.jobs.shut()
        if not self.jobs.busy:
            self._idle()
        else:  # an engine in the middle of a long prompt: closing the session ends it
            QTimer.singleShot(_PATIENCE_MS, self, self._idle)

    def _idle(self) -> None:
        then, self._then = self._then, lambda: None
        then()

    def _close_session(self) -> None:
        session, self._session = self._session, None
        if session is None and self._fresh:  # the window was closed while it was being opened
            session = self._fresh.pop()
        self._then = self._leave
        if session is None:
            self._idle()
        else:
            self.jobs.last(session.close)

    def _leave(self) -> None:
        if self.jobs.busy:
            self._then = self._leave
            return
        self._left = True
        self.close()
        self.closed.emit()

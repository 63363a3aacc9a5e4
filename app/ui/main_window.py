"""The window: its panes side by side, and the signals between them.

The only place that connects panes. Owns opening, locking and closing the session, all on workers.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QMainWindow,
    QSplitter,
    QStackedWidget,
    QToolTip,
    QVBoxLayout,
    QWidget,
)

from app.counted import counted
from app.types import DocumentRow, StoredPassage
from app.ui import sentry
from app.ui.door import Door
from app.ui.ending import Ending
from app.ui.jobs import Jobs
from app.ui.opening import Opening
from app.ui.panels.conversation import ConversationPanel
from app.ui.panels.coverage import CoveragePanel
from app.ui.panels.folders import FoldersPanel
from app.ui.panels.history import HistoryPanel
from app.ui.panels.library import LibraryPanel
from app.ui.panels.matters import AtStake, MattersPanel
from app.ui.panels.models import ModelsPanel
from app.ui.panels.privacy import PrivacyPanel
from app.ui.panels.recovery import RecoveryPanel
from app.ui.panels.source import SourcePanel
from app.ui.panels.unlock import UnlockPanel
from app.ui.widgets import clipboard
from app.ui.widgets.covers import DropCover, LockingPage
from app.ui.widgets.labels import Notice, PushButton, line
from app.ui.widgets.theme import Theme

if TYPE_CHECKING:
    from app.session import Session

Page = PrivacyPanel | CoveragePanel | FoldersPanel | ModelsPanel
FORMATS = ("PDF, Word, Excel, PowerPoint, OpenDocument, e-mail with attachments, scans and photos, plain text, "
           "Markdown, HTML, e-books, ZIP and clinical records (CDA, FHIR, HL7)")
_LIBRARY_WIDTH = 300
_ALL_PANES = 945  # from this width on there is room for all three
_PATIENCE_MS = 4000  # for work to stop by itself when the window is closed
_LOCK_PATIENCE_MS = 1500  # the same when it is locked: a computer that goes to sleep waits five seconds
_LOCK_LONGEST_MS = 60_000  # then the process is replaced although something still runs; the index is made anew


class MainWindow(QMainWindow):
    """The one window; `closed` or `locked` comes when nothing runs any more, and then it is of no more use."""

    closed = Signal()
    locked = Signal(str)  # the reason, one of those of the sentry

    def __init__(self, theme: Theme, door: Door) -> None:
        super().__init__()
        self.setWindowTitle("Carrel")
        self.setMinimumSize(760, 480)
        self._theme, self._door = theme, door
        self._after_key: QWidget
        self._session: Session | None = None
        self._left = False
        self._reason = ""  # why it is being locked
        self.jobs = Jobs(self)
        self._ending = Ending(self.jobs, self)
        self._ending.over.connect(self._gone)
        self.unlock = UnlockPanel(theme)
        self.opening = Opening(self.unlock, self.jobs, door, self)
        self.recovery = RecoveryPanel(theme)
        self.library = LibraryPanel(theme, self.jobs, FORMATS)
        self.conversation = ConversationPanel(theme, self.jobs, FORMATS)
        self.history = HistoryPanel(theme, self.jobs)
        self.source = SourcePanel(theme, self.jobs)
        self.matters = MattersPanel(theme, self.jobs, self._at_stake)
        self.privacy = PrivacyPanel(theme, self.jobs, door.means)
        self.coverage = CoveragePanel(theme, self.jobs)
        self.folders = FoldersPanel(theme, self.jobs)
        self.models = ModelsPanel(theme, self.jobs)
        self.sentry = sentry.Sentry(self._lock_minutes, self)
        self._build()
        self._connect()
        self.resize(1280, 800)

    def _build(self) -> None:
        self.panes = QSplitter(Qt.Orientation.Horizontal)
        self.panes.setHandleWidth(5)
        self.panes.setChildrenCollapsible(False)
        self.side = self._side()
        for pane, least, stretch in ((self.side, 230, 0), (self.conversation, 400, 3), (self.source, 300, 3)):
            pane.setMinimumWidth(least)
            self.panes.addWidget(pane)
            self.panes.setStretchFactor(self.panes.indexOf(pane), stretch)
        self.source.hide()
        self.panes.setSizes([_LIBRARY_WIDTH, 4 * _LIBRARY_WIDTH, 0])
        self.work = QWidget()
        self.work.setObjectName("work")
        column = QVBoxLayout(self.work)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.news = Notice(self._theme, "", "warn", dismissable=True)
        self.news.hide()
        column.addWidget(self.news)
        column.addWidget(self.panes, 1)
        self.covering = LockingPage(self._theme)
        self._overlay = DropCover(self._theme, FORMATS, self, self._takes_files)
        self.stack = QStackedWidget()
        pages = (self.unlock, self.recovery, self.work, self.privacy, self.coverage, self.folders, self.models,
                 self.covering)
        for page in pages:
            self.stack.addWidget(page)
        self.setCentralWidget(self.stack)

    def _side(self) -> QWidget:
        """The library with a foot below it, for what concerns the whole."""
        side = QWidget()
        side.setObjectName("side")
        side.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.library, 1)
        column.addWidget(line())
        self.lock_button = PushButton(self._theme, "Lock", "foot", "lock", "muted")
        self.lock_button.setToolTip("Lock the library now (Ctrl+L)")
        foot = QHBoxLayout()
        foot.setContentsMargins(7, 5, 8, 6)
        foot.addWidget(self.lock_button, 1)
        self.models_button = PushButton(self._theme, "Models", "foot", "model", "muted")
        self.models_button.setToolTip("Which models find, put in order and write (Ctrl+M)")
        foot.addWidget(self.models_button, 1)
        column.addLayout(foot)
        return side

    def _connect(self) -> None:
        library, conversation, source = self.library, self.conversation, self.source
        self.opening.entering.connect(self.sentry.start)
        self.opening.refused.connect(self.sentry.stop)
        self.opening.opened.connect(self._opened)
        self.opening.sealed.connect(library.show_seal)
        self.recovery.finished.connect(self._key_seen)
        library.opened.connect(self._show_document)
        library.listed.connect(conversation.show_documents)
        library.listed.connect(source.show_documents)
        library.removed.connect(source.forget)
        library.removed.connect(conversation.forget)
        library.quoting = conversation.conversing.quoting
        library.put_head(self.matters)
        library.put_beside(self.history)
        library.privacy.connect(lambda: self.turn_to(self.privacy))
        self.matters.leaving.connect(self._leave_matter)
        self.matters.chosen.connect(self._take_up)
        for page in (self.privacy, self.coverage, self.folders, self.models):
            page.closed.connect(self._show_work)
        self.models.renewal.connect(library.runs.renewing.go_on)
        library.runs.renewing.over.connect(self.models.refresh)
        self.models_button.clicked.connect(lambda: self.turn_to(self.models))
        self.privacy.locked.connect(self._lock_now)
        self.privacy.recovery_made.connect(lambda key: self.show_recovery_key(key, self.privacy))
        self._connect_reading()
        self._connect_history()
        conversation.opened.connect(self._show_passage)
        conversation.add_files.connect(library.choose_files)
        conversation.add_folder.connect(library.choose_folder)
        source.shown.connect(conversation.mark_open)
        source.closed.connect(self._hide_source)
        self.sentry.lock.connect(self.lock)
        self.lock_button.clicked.connect(self._lock_now)
        QShortcut(QKeySequence("Ctrl+L"), self, self._lock_now)
        QShortcut(QKeySequence("Ctrl+,"), self, lambda: self.turn_to(self.privacy))
        QShortcut(QKeySequence("Ctrl+R"), self, lambda: self.turn_to(self.coverage))
        QShortcut(QKeySequence("Ctrl+M"), self, lambda: self.turn_to(self.models))
        QShortcut(QKeySequence(QKeySequence.StandardKey.Quit), self, self.close)

    def _connect_history(self) -> None:
        """The conversations that are kept, and the one that is shown."""
        history, conversation, library = self.history, self.conversation, self.library
        history.chosen.connect(conversation.show_conversation)
        history.fresh.connect(conversation.begin)
        history.deleted.connect(conversation.conversing.refresh)
        conversation.kept.connect(history.refresh)
        conversation.changed.connect(
            lambda: history.show_open(conversation.conversing.conversation, busy=conversation.asking))
        for ended in (library.removed, library.runs.over):  # what goes takes the answers along that quote it
            ended.connect(lambda *_: history.refresh())
            ended.connect(lambda *_: conversation.conversing.refresh())
        QShortcut(QKeySequence("Ctrl+H"), self, library.show_beside)

    def _connect_reading(self) -> None:
        """What adds to the library, what is told of that, and the folders that it follows."""
        runs, coverage, folders = self.library.runs, self.coverage, self.folders
        self._overlay.dropped.connect(self.library.add)
        for wanting in (self.library.coverage, self.conversation.coverage):
            wanting.connect(lambda: self.turn_to(self.coverage))
        self.library.folders.connect(lambda: self.turn_to(self.folders))
        coverage.opened.connect(self._show_page)
        coverage.again.connect(runs.read_again)
        coverage.password_given.connect(runs.read_locked)
        runs.reread.connect(coverage.judge)
        runs.over.connect(coverage.refresh_shown)
        runs.followed.connect(folders.refresh)
        runs.checking.connect(folders.show_checking)
        runs.checked.connect(folders.show_checked)
        runs.away.connect(folders.show_away)
        folders.check.connect(lambda path, remove: runs.check(path, remove_missing=remove))
        folders.wanted.connect(runs.follow)
        folders.changed.connect(runs.watch)
        folders.attention.connect(self.library.tell_away)

    # The session.

    def begin(self, secret: bytearray | None = None, *, locked: str = "") -> None:
        """Look for the library and open it, asking for the passphrase where `secret` is None.

        `locked` is why it was locked before, one of the sentry's reasons.
        """
        self.opening.begin(secret, locked=locked)

    def _opened(self, session: Session) -> None:
        self._session = session
        self.unlock.clear()
        self.matters.set_session(session)
        self.privacy.set_session(session)
        key, session.recovery_key = session.recovery_key, ""
        if key:
            self.show_recovery_key(key, self.work)
        else:
            self._show_work()
        self._tell_news(session.vault.wrong_tries, session.findings)
        self._take_up()
        door = self._door
        job = self.jobs.call(
            lambda: (door.samples(), bool(session.store.documents() or session.store.unfinished())), "samples")
        job.done.connect(lambda found: self._offer(*found[0], empty=not found[1]))

    def _tell_news(self, wrong_tries: int, findings: tuple[str, ...]) -> None:
        """Say what happened to the library while it was locked."""
        told = list(findings)
        if wrong_tries:
            told.insert(0, f"Since the library was last opened, {counted(wrong_tries, 'wrong passphrase')} "
                           f"{'was' if wrong_tries == 1 else 'were'} tried on it.")
        self.news.say("\n".join(told), "warn")
        self.news.setVisible(bool(told))

    def _show_work(self) -> None:
        self.stack.setCurrentWidget(self.work)
        self.conversation.box.setFocus()

    def show_recovery_key(self, key: str, then: QWidget) -> None:
        """Show a new recovery key, and `then` another page."""
        self._after_key = then
        self.recovery.show_key(key)
        self.stack.setCurrentWidget(self.recovery)

    def _key_seen(self) -> None:
        if self._session is not None:
            self.stack.setCurrentWidget(self._after_key)

    def _offer(self, samples: list[Path], questions: list[str], *, empty: bool) -> None:
        self.conversation.suggest(questions[:3])
        if empty and samples:
            self.library.add(samples, agreed=True)

    @property
    def session(self) -> Session | None:
        """The session once it is open."""
        return self._session

    # Matters, and the page about privacy.

    def _take_up(self) -> None:
        """Show what the session has open, and go on with adding that a lock, the window's end or a crash broke off."""
        session = self._session
        if session is None:
            return
        for pane in (self.library, self.conversation, self.history, self.source, self.coverage, self.folders,
                     self.models):
            pane.set_session(session)
        store = session.store
        job = self.jobs.call(store.unfinished, "unfinished")

        def go_on(paths: tuple[str, ...]) -> None:
            if paths and self._session is session and session.store is store and not self.library.adding:
                self.library.add([Path(path) for path in paths], agreed=True)

        job.done.connect(go_on)
        job.done.connect(lambda _: self.library.runs.check_at_start(session))

    def _leave_matter(self, words: str, keep: bool) -> None:
        for pane in (self.library, self.history, self.coverage, self.folders, self.models):
            pane.leave()
        self.conversation.leave(words, keep)
        self.source.leave(words)
        if not keep:
            self._hide_source()

    def _at_stake(self) -> AtStake:
        return AtStake(self.conversation.unkept, self.conversation.asking, self.library.adding,
                       self.privacy.hindrance)

    def turn_to(self, page: Page) -> None:
        """Show a page in the place of the panes."""
        if self._session is not None and self.stack.currentWidget() is self.work:
            self.stack.setCurrentWidget(page)
            page.begin()

    def _takes_files(self) -> str | None:
        """The name of the matter that dropped files are added to; None where none can be dropped now."""
        ready = self._session is not None and self.stack.currentWidget() is self.work
        return self.library.matter_name if ready else None

    # Between the panes.

    def _show_page(self, passage: StoredPassage) -> None:
        self._show_work()
        self._show_passage(passage)

    def _show_document(self, row: DocumentRow) -> None:
        self._reveal_source()
        self.source.show_document(row)

    def _show_passage(self, passage: StoredPassage) -> None:
        self._reveal_source()
        self.source.show_passage(passage)

    def _reveal_source(self) -> None:
        if self.source.isHidden():
            left = self.panes.sizes()[0]
            rest = self.panes.width() - left
            self.source.show()
            self.panes.setSizes([left, rest - round(rest * .47), round(rest * .47)])
            self._fit()

    def _fit(self) -> None:
        """Leave the library out while a page is open in a window that is too narrow for both."""
        self.side.setVisible(self.source.isHidden() or self.width() >= _ALL_PANES)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 (Qt's name)
        super().resizeEvent(event)
        self._fit()

    def _hide_source(self) -> None:
        self.source.hide()
        self._fit()
        self.panes.setSizes([_LIBRARY_WIDTH, 4 * _LIBRARY_WIDTH, 0])
        self.conversation.mark_open("")
        self.conversation.box.setFocus()

    # Locking: the contents go at once, then all that runs, then this process.

    def lock(self, reason: str = sentry.ASKED) -> None:
        """Cover the window and end everything; `locked` follows, and whoever hears it replaces the process."""
        if self._ending.begun:
            return
        if self._session is None and reason == sentry.ASKED and not self.sentry.watching:
            self.unlock.clear()  # nothing is open
            return
        self._reason = reason
        self.stack.setCurrentWidget(self.covering)
        self.repaint()  # now, and not when the event loop comes to it
        self._end(patience=_LOCK_PATIENCE_MS, longest=_LOCK_LONGEST_MS)
        self._clear_away()

    def _lock_now(self) -> None:
        self.lock()

    def _clear_away(self) -> None:
        """Leave nothing of the library in other windows and on the clipboard."""
        self._overlay.hide()
        for window in QApplication.topLevelWidgets():
            if window is not self and window.isVisible():
                window.close()  # dialogs and menus; those that wait for an answer get none
        QToolTip.hideText()
        clipboard.clear()

    def _lock_minutes(self) -> int:
        return self._session.settings.lock_minutes if self._session is not None else 0

    # Closing: the window goes at once; the work behind it is stopped and waited for.

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 (Qt's name)
        if self._left:
            event.accept()
            return
        event.ignore()
        self.hide()
        clipboard.clear_secret()
        self._reason = ""  # also of a lock that is under way: the user wants to be rid of the window
        if not self._ending.begun:
            self._end(patience=_PATIENCE_MS)

    def _end(self, *, patience: int, longest: int = 0) -> None:
        self.sentry.stop()
        self.conversation.finding.leave()  # else it would tell a closed session of what it shows
        waiting = self.library.runs.halt()

        def last() -> Callable[[], None] | None:
            session, self._session = self._session, None
            session = session or self.opening.left_over()  # the window was closed while it was being opened
            return None if session is None else lambda: _close(session, waiting)

        self._ending.begin(last, patience=patience, longest=longest)

    def _gone(self) -> None:
        self._left = True
        if self._reason:
            self.locked.emit(self._reason)
        else:
            self.close()
            self.closed.emit()


def _close(session: Session, waiting: tuple[Path, ...]) -> None:
    """Close the session; what was still `waiting` to be added is kept with what was under way."""
    try:
        if waiting:
            session.store.note_unfinished([*session.store.unfinished(), *map(str, waiting)])
    finally:
        session.close()

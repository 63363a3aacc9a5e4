"""Search as you type: passages for what stands in the box, with no model that writes.

Owns the search that is under way, one at a time; what is typed meanwhile is looked for when it is over. Knows no
panel, and nothing of the box.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from app.counted import counted
from app.coverage import unread_words
from app.errors import NoQuestion
from app.types import Evidence, Scope
from app.ui.jobs import Job, Jobs, in_words
from app.ui.widgets.found import Found
from app.ui.widgets.labels import Label, Notice, PushButton
from app.ui.widgets.syntax import SyntaxTable
from app.ui.widgets.theme import Theme

if TYPE_CHECKING:
    from app.session import Session

_TYPING_MS = 220  # without a key before it is looked for
_PATIENCE_MS = 350  # before it is said that it is being looked for
_MEANT_MS = 2000  # without another search, after which a question counts as asked
_FIRST, _MORE = 20, 40  # passages


@dataclass(frozen=True, slots=True)
class _Wanted:
    text: str
    scope: Scope | None
    k: int = _FIRST

    def same(self, other: _Wanted | None) -> bool:
        """Whether the other one looks for the same, be it less or more of it."""
        return other is not None and (self.text, self.scope) == (other.text, other.scope)


class FindingSection(QWidget):
    """The passages, below what is to be said of them."""

    opened = Signal(object)  # a StoredPassage whose source is to be shown
    coverage = Signal()  # what could not be read is to be shown
    everything = Signal()  # the filters are to be removed
    left_above = Signal()  # the arrow up was pressed on the first passage

    def __init__(self, theme: Theme, jobs: Jobs) -> None:
        super().__init__()
        self._theme, self._jobs = theme, jobs
        self._before: QWidget = self  # what the Tab key comes from
        self._session: Session | None = None
        self._job: Job | None = None
        self._wanted: _Wanted | None = None  # waits for the typing to end, or for the search before it
        self._shown: _Wanted | None = None
        self._matters: tuple[str, ...] = ()
        self._parents: Mapping[str, str] = {}
        self._shut = 0  # files that gave no page
        self._open = ""  # the id of the passage that is shown beside
        self._side = 0
        self._forgotten = False  # what the search under way finds is no longer wanted
        self._enter = False  # the first passage is to be opened as soon as it is found
        self._untold: Evidence | None = None  # of it the log does not know yet
        self.evidence: Evidence | None = None
        self.results: list[Found] = []
        # What is only typed on the way to a question is not one: the log is told of what stays, or is used.
        self._meant = QTimer(self, interval=_MEANT_MS, singleShot=True)
        self._meant.timeout.connect(self._tell)
        self._build()
        self._typing = QTimer(self, interval=_TYPING_MS, singleShot=True)
        self._typing.timeout.connect(self._begin)
        self._patience = QTimer(self, interval=_PATIENCE_MS, singleShot=True)
        self._patience.timeout.connect(self._say_wait)

    def _build(self) -> None:
        theme = self._theme
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        page = QWidget()
        page.setObjectName("page")
        self._page = QVBoxLayout(page)
        self._page.setSpacing(8)
        self.found = Label("", "small", wrap=True)
        self.hints = Label("", "hint", wrap=True, selectable=True)
        self.hints.setAccessibleName("How the search was understood")
        self.notice = Notice(theme)
        self.widen = PushButton(theme, "Search without filters", "quiet", "filter", "accent")
        self.widen.clicked.connect(self.everything)
        self._list = QVBoxLayout()
        self._list.setSpacing(7)
        self.more = PushButton(theme, "Show more passages", "quiet", "down", "accent")
        self.more.clicked.connect(self._look_deeper)
        self.unread = PushButton(theme, "", "link", "coverage", "accent")
        self.unread.clicked.connect(self.coverage)
        self._help = QWidget()
        column = QVBoxLayout(self._help)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(12)
        column.addWidget(Label("Search the words of your documents", "title", wrap=True))
        column.addWidget(Label("Passages appear while you type. No model is asked and nothing is written: these are "
                               "the words of your files.", "muted", wrap=True))
        column.addSpacing(4)
        column.addWidget(SyntaxTable())
        for widget in (self._help, self.found, self.hints, self.notice):
            self._page.addWidget(widget)
        left = Qt.AlignmentFlag.AlignLeft
        self._page.addWidget(self.widen, 0, left)
        self._page.addLayout(self._list)
        self._page.addWidget(self.more, 0, left)
        self._page.addWidget(self.unread, 0, left)
        self._page.addStretch(1)
        self._scroll.setWidget(page)
        self._scroll.verticalScrollBar().rangeChanged.connect(self._leave_room)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._scroll)
        self._clear()

    def come_after(self, before: QWidget) -> None:
        """Let the Tab key go from `before` to the passages."""
        self._before = before

    def set_side(self, side: int) -> None:
        """Leave so many pixels at both sides."""
        self._side = side
        self._leave_room()

    def _leave_room(self, *_: object) -> None:
        """The passages are as wide as the box, with and without a scroll bar."""
        bar = self._scroll.verticalScrollBar()
        taken = bar.sizeHint().width() if bar.maximum() else 0
        self._page.setContentsMargins(self._side, 4, max(self._side - taken, 0), 20)

    # What the panel tells.

    def set_session(self, session: Session, matters: Sequence[str]) -> None:
        """Search `session`; `matters` are the names of what it searches, where that is worth saying."""
        self._session, self._matters = session, tuple(matters)

    def leave(self) -> None:
        """Search nothing until there is a session again, and show nothing."""
        self._session = None
        self.search("", None)

    def know(self, parents: Mapping[str, str], shut: int) -> None:
        """Learn what files documents came in, by the documents' ids, and how many files gave no page."""
        self._parents, self._shut = parents, shut

    def search(self, text: str, scope: Scope | None, *, now: bool = False) -> None:
        """Look for `text` when no more is typed for a moment, or `now`; nothing is shown for nothing."""
        text = text.strip()
        wanted = _Wanted(text, scope)
        self._enter = False
        if not text or self._session is None:
            self._wanted = None
            self._typing.stop()
            self._clear()
        elif not wanted.same(self._wanted or self._shown):
            self._wanted = wanted
            self._typing.start(0 if now else _TYPING_MS)

    def enter(self) -> None:
        """Open the first passage, as soon as what was typed last is found."""
        if self._wanted is None and self._job is None:
            self._tell()
            if self.results:
                self.results[0].card.click()
            return
        self._enter = True
        if self._typing.isActive():
            self._typing.start(0)

    def mark_open(self, passage_id: str) -> None:
        """Show which passage's source is open."""
        self._open = passage_id
        if any(result.hit.passage.id == passage_id for result in self.results):
            self._tell()
        for result in self.results:
            result.mark_open(passage_id)

    def holds_document(self, document: str) -> bool:
        """Whether words of a document stand here."""
        return any(result.holds_document(document) for result in self.results)

    def forget(self, document: str) -> None:
        """Show nothing in which words of a document stand, and look again."""
        if self._shown is not None and self.holds_document(document):
            again = self._wanted or self._shown
            self._clear()
            self._wanted = again
            self._typing.start(0)

    def step_in(self) -> None:
        """Put the focus on the first passage."""
        if self.results:
            self.results[0].card.setFocus(Qt.FocusReason.TabFocusReason)

    # The search.

    def _begin(self) -> None:
        if self._job is not None or self._wanted is None or self._session is None:
            return  # it is begun when the one before is over
        wanted, self._wanted = self._wanted, None
        session, retrieval = self._session, self._session.retrieval

        def look() -> tuple[Evidence | None, float]:
            began = time.monotonic()
            try:
                found = retrieval.search(wanted.text, wanted.k, scope=wanted.scope, told=False)
                return found, time.monotonic() - began
            except NoQuestion:  # signs only: nothing is asked as yet
                return None, 0.0

        def show(result: tuple[Evidence | None, float]) -> None:
            if self._current(session, retrieval):
                self._show(wanted, *result)

        def fail(error: Exception) -> None:
            if self._current(session, retrieval):
                self._fail(wanted, error)

        self._job = job = self._jobs.call(look, "search")
        job.done.connect(show)
        job.failed.connect(fail)
        job.ended.connect(self._ended)
        self._patience.start()

    def _current(self, session: Session, retrieval: object) -> bool:
        """Whether the library is still the one that was searched, and there is still something to look for."""
        return self._session is session and session.retrieval is retrieval and self._job is not None \
            and not self._forgotten

    def _ended(self) -> None:
        self._job = None
        self._forgotten = False
        self._patience.stop()
        if not self._typing.isActive():
            self._begin()

    def _say_wait(self) -> None:
        if not self._forgotten:
            self.found.setText("Looking through the library...")
            self.found.show()

    def _look_deeper(self) -> None:
        if self._shown is not None and self._wanted is None:
            self.more.setEnabled(False)
            self._wanted = _Wanted(self._shown.text, self._shown.scope, self._shown.k + _MORE)
            self._begin()

    # What is shown.

    def _tell(self) -> None:
        """Tell the session of the question that is shown, once."""
        self._meant.stop()
        evidence, self._untold = self._untold, None
        if evidence is not None and self._session is not None:
            self._session.retrieval.tell(evidence)

    def _clear(self) -> None:
        self._meant.stop()
        self._untold = None
        self._forgotten = self._job is not None
        self._shown = self.evidence = None
        self._drop()
        for widget in (self.found, self.hints, self.notice, self.widen, self.more, self.unread):
            widget.hide()
        self._help.show()

    def _drop(self) -> None:
        for result in self.results:
            self._list.removeWidget(result)
            result.hide()
            result.deleteLater()
        self.results = []

    def _show(self, wanted: _Wanted, evidence: Evidence | None, seconds: float) -> None:
        if evidence is None:
            self._clear()
            return
        deeper = wanted.same(self._shown)
        self._shown, self.evidence = wanted, evidence
        if not deeper:
            self._untold = evidence
            self._meant.start()
        self._patience.stop()
        self._help.hide()
        self._scroll.setUpdatesEnabled(False)  # no gap is seen between the old and the new
        try:
            self._say(wanted, evidence, seconds)
            self._list_hits(wanted, evidence)
        finally:
            self._scroll.setUpdatesEnabled(True)
        if not deeper:
            self._scroll.verticalScrollBar().setValue(0)
        if self._enter and self.results and self._wanted is None:
            self._enter = False
            self.results[0].card.click()

    def _say(self, wanted: _Wanted, evidence: Evidence, seconds: float) -> None:
        hits, searched = evidence.hits, evidence.searched
        files = len({hit.passage.document for hit in hits})
        first = "The first " if len(hits) >= wanted.k else ""
        said = f"{first}{counted(len(hits), 'passage')} from {counted(files, 'file')}" if hits else "Nothing was found"
        where = f"searched {counted(searched.files, 'file')}" + (
            f" in {self._matters[0]}" if len(self._matters) == 1 else
            f" in {len(self._matters)} matters" if self._matters else "")
        self.found.setText(" · ".join([said, where, f"{seconds:.2f} s"]))
        self.found.show()
        self.hints.setText("\n".join(" ".join(hint.split()) for hint in evidence.hints))
        self.hints.setVisible(bool(evidence.hints))
        self.notice.tell(_remark(evidence), "plain")
        self.widen.setVisible(not hits and wanted.scope is not None)
        self.more.setVisible(len(hits) >= wanted.k)
        self.more.setEnabled(True)
        told = unread_words(searched.unread_pages, self._shut)
        self.unread.setText(f"\u2009 {told}")
        self.unread.setAccessibleName(f"{told}. Show which")
        self.unread.setVisible(bool(told))
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self.found, said))

    def _list_hits(self, wanted: _Wanted, evidence: Evidence) -> None:
        kept = self._focused()
        self._drop()
        for hit in evidence.hits:
            inside = self._parents.get(hit.passage.document, "")
            result = Found(self._theme, hit, wanted.text, inside, matters=len(self._matters) > 1)
            result.opened.connect(self.opened)
            result.mark_open(self._open)
            result.card.installEventFilter(self)
            self._list.addWidget(result)
            self.results.append(result)
        before: QWidget = self._before
        for result in self.results:
            before = result.come_after(before)
        for after in (self.more, self.unread):
            self.setTabOrder(before, after)
            before = after
        if kept is not None and self.results:  # more was asked for: go on where it was
            self.results[min(kept, len(self.results) - 1)].card.setFocus()

    def _focused(self) -> int | None:
        if self.more.hasFocus():
            return len(self.results)
        return next((number for number, result in enumerate(self.results) if result.card.hasFocus()), None)

    def _fail(self, wanted: _Wanted, error: Exception) -> None:
        self._clear()
        self._shown = wanted
        self._help.hide()
        self.notice.tell(in_words(error), "plain")
        self.widen.setVisible(wanted.scope is not None)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 (Qt's name)
        """The arrows go from passage to passage, and above the first one back to the box."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()), 0)
            number = self._focused()
            if step and number is not None:
                if number + step < 0:
                    self.left_above.emit()
                elif number + step < len(self.results):
                    card = self.results[number + step].card
                    card.setFocus(Qt.FocusReason.TabFocusReason)
                    self._scroll.ensureWidgetVisible(card)
                elif not self.more.isHidden():
                    self.more.setFocus(Qt.FocusReason.TabFocusReason)
                return True
        return False


def _remark(evidence: Evidence) -> str:
    """Return what must be said before the passages are read, "" for nothing."""
    if not evidence.hits:
        return "No passage holds what you typed."
    if any(hit.marks for hit in evidence.hits):
        return ""
    return ("No passage was found by your words. These are the nearest in meaning; they may have nothing to do with "
            "what you look for.")

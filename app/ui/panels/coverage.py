"""The page about what was read: totals, and page by page what could not be, with what can be done about it.

Shown in the place of the panes. Knows no other panel; what is to be read again is asked of the window.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, Qt, QTimer, Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QLineEdit, QStackedWidget, QVBoxLayout, QWidget

from app.counted import counted
from app.coverage import Totals, totals, write_csv
from app.places import file_name
from app.types import DocumentRow, LedgerLine, Status, StoredPassage
from app.ui.jobs import Job, Jobs, in_words
from app.ui.widgets import files, middle, outside
from app.ui.widgets.asking import AskStrip, Question
from app.ui.widgets.labels import Label, Notice, PushButton, line, paged
from app.ui.widgets.ledger import Covered, LedgerView, Line, Show, covered
from app.ui.widgets.section import today
from app.ui.widgets.theme import Theme
from app.ui.widgets.totals import TotalsView

if TYPE_CHECKING:
    from app.session import Session

_WIDEST = 1080  # of the page, in logical pixels
_LATER_MS = 250  # after the last letter of a filter
_NONE = {Show.ALL: "Nothing was added yet.", Show.UNREAD: "No page is listed: everything could be read.",
         Show.OCR: "No page was read by OCR."}


@dataclass(frozen=True, slots=True)
class _Found:
    """What the ledger holds; made on a worker."""

    documents: tuple[Covered, ...]
    totals: Totals


@dataclass(frozen=True, slots=True)
class _Try:
    """A password that was given for a file."""

    file: str
    password: str
    locked: frozenset[str]  # all files that were locked then
    known: bool  # it was given before


class CoveragePanel(QWidget):
    """What was read, by document and page."""

    closed = Signal()
    opened = Signal(object)  # a StoredPassage whose page is to be shown
    again = Signal(object)  # tuple[Path, ...] to be read once more
    password_given = Signal(str)  # with which locked files are to be read

    def __init__(self, theme: Theme, jobs: Jobs) -> None:
        super().__init__()
        self.setObjectName("coverage")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._theme, self._jobs = theme, jobs
        self._session: Session | None = None
        self._job: Job | None = None
        self._stale = False
        self._tried: list[_Try] = []  # passwords with which locked files are being read
        self._kept: tuple[str, int | None] = ("", None)  # what is chosen, while the list is fetched again
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._build_head())
        column.addWidget(line())
        page = QWidget()
        page.setMaximumWidth(_WIDEST)
        body = QVBoxLayout(page)
        body.setContentsMargins(24, 18, 24, 18)
        body.setSpacing(12)
        self.totals = TotalsView(theme)
        self.said = Notice(theme, dismissable=True)
        self.said.hide()
        self.question = AskStrip(theme)
        self.question.closed.connect(self._choose)
        body.addWidget(self.totals)
        body.addWidget(self.said)
        body.addLayout(self._build_filter())
        body.addWidget(self._build_list(), 1)
        body.addWidget(self.question)
        body.addWidget(self._build_detail())
        middle = QHBoxLayout()
        middle.addStretch(1)
        middle.addWidget(page, 1000)
        middle.addStretch(1)
        column.addLayout(middle, 1)

    # Building.

    def _build_head(self) -> QWidget:
        self.title = Label("What was read", "title")
        self.export = PushButton(self._theme, "Export CSV…", "", "list", "accent")
        self.export.clicked.connect(self._export)
        head, self.back = middle.head(self._theme, self.title, self.export)
        self.back.clicked.connect(self.closed)
        return head

    def _build_filter(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(6)
        self._group = QButtonGroup(self)
        self.shows: dict[Show, PushButton] = {}
        for show, words in ((Show.ALL, "All"), (Show.UNREAD, "Not read"), (Show.OCR, "Read by OCR")):
            button = PushButton(self._theme, words, "segment")
            button.setCheckable(True)
            button.clicked.connect(self._narrow)
            self._group.addButton(button)
            self.shows[show] = button
            row.addWidget(button)
        self.shows[Show.UNREAD].setChecked(True)
        self.filter = QLineEdit()
        self.filter.setPlaceholderText("Filter by name or folder")
        self.filter.setAccessibleName("Filter the documents by name or folder")
        self.filter.setClearButtonEnabled(True)
        self._later = QTimer(self, interval=_LATER_MS, singleShot=True)
        self._later.timeout.connect(self._narrow)
        self.filter.textChanged.connect(lambda _: self._later.start())
        self.count = Label("", "small")
        row.addSpacing(10)
        row.addWidget(self.filter, 1)
        row.addWidget(self.count)
        return row

    def _build_list(self) -> QWidget:
        self.view = LedgerView(self._theme)
        self.view.activated.connect(self._open)
        self.view.doubleClicked.connect(self._open)
        self.view.selectionModel().currentChanged.connect(lambda *_: self._choose())
        self.none = Label("", "muted", wrap=True)
        self.none.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.view)
        self._stack.addWidget(self.none)
        frame = QFrame()
        frame.setObjectName("card")
        inside = QVBoxLayout(frame)
        inside.setContentsMargins(4, 6, 4, 6)
        inside.addWidget(self._stack)
        return frame

    def _build_detail(self) -> QWidget:
        self.detail = QFrame()
        self.detail.setObjectName("strip")
        column = QVBoxLayout(self.detail)
        column.setContentsMargins(14, 11, 14, 11)
        column.setSpacing(7)
        self._name = Label("", "strong", wrap=True)
        self.sentence = Label("", wrap=True, selectable=True)
        column.addWidget(self._name)
        column.addWidget(self.sentence)
        row = QHBoxLayout()
        row.setSpacing(8)
        self.password = PushButton(self._theme, "Give password…", "primary")
        self.show_page = PushButton(self._theme, "Show the page")
        self.retry = PushButton(self._theme, "Try again")
        self.outside = PushButton(self._theme, "Open the file")
        for button, act in ((self.password, self.ask_password), (self.show_page, self._open),
                            (self.retry, self._retry), (self.outside, self._outside)):
            button.clicked.connect(act)
            row.addWidget(button)
        row.addStretch(1)
        column.addLayout(row)
        self.detail.hide()
        return self.detail

    # What the window tells.

    def set_session(self, session: Session) -> None:
        """Tell of the matters that `session` searches now."""
        self._session = session
        self._tried.clear()
        if self.isVisible():
            self.refresh()

    def leave(self) -> None:
        """Show nothing until there is a session again."""
        self._session = None
        self.question.hide()
        self.said.hide()
        self.view.rows.replace(())
        self.detail.hide()

    def begin(self, show: Show = Show.UNREAD) -> None:
        """The page is shown; list what `show` asks for."""
        self.said.hide()
        self.question.hide()
        self.shows[show].setChecked(True)
        self.filter.clear()
        self.refresh()
        self.back.setFocus()

    def refresh(self) -> None:
        """Fetch the ledger again."""
        session = self._session
        if session is None:
            return
        if self._job is not None:
            self._stale = True
            return
        matters = session.searching if len(session.searching) > 1 else ()
        stores = [(session.stores[matter.id], matter.name) for matter in matters] or [(session.store, "")]

        def work() -> _Found:
            documents: list[Covered] = []
            everything = Totals()
            for store, name in stores:
                lines = list(store.ledger())
                documents += covered(lines, {row.file: row for row in store.documents()}, name)
                _add(everything, totals(lines))
            return _Found(tuple(documents), everything)

        self._job = job = self._jobs.call(work, "coverage")
        job.done.connect(lambda found: self._show(session, found))
        job.failed.connect(lambda error: self.said.tell(in_words(error), "bad"))
        job.ended.connect(self._fetched)

    def _fetched(self) -> None:
        self._job = None
        if self._stale:
            self._stale = False
            self.refresh()

    def refresh_shown(self) -> None:
        """A run is over, after which files can stand otherwise in the ledger."""
        if self.isVisible():
            self.refresh()

    # The list.

    def _show(self, session: Session, found: _Found) -> None:
        if self._session is not session:
            return
        chosen = self.view.current
        if chosen is not None:
            self._kept = (chosen.document.file, chosen.stretch.first if chosen.stretch is not None else None)
        self.totals.show_totals(found.totals)
        unread = found.totals.unread + found.totals.shut
        self.shows[Show.ALL].setText(f"All {counted(found.totals.files, 'file')}")
        self.shows[Show.UNREAD].setText(f"Not read ({unread:,})")
        self.shows[Show.OCR].setText(f"Read by OCR ({found.totals.pages[Status.OCR]:,})")
        self.view.rows.documents = found.documents
        self._narrow()

    def _narrow(self) -> None:
        show = next((show for show, button in self.shows.items() if button.isChecked()), Show.ALL)
        rows = self.view.rows
        rows.narrow(show, self.filter.text().strip())
        listed = sum(each.stretch is None for each in rows.shown)
        self.count.setText(counted(listed, "document") if listed else "")
        self._stack.setCurrentIndex(0 if rows.shown else 1)
        self.none.setText("No name fits the filter." if self.filter.text().strip() else _NONE[show])
        if rows.shown:
            self.view.setCurrentIndex(rows.index(rows.find(*self._kept)))
        self._choose()

    def _choose(self) -> None:
        """Say in full what is chosen, and offer what can be done about it."""
        chosen = self.view.current
        self.detail.setVisible(chosen is not None and not self.question.isVisible())
        if chosen is None:
            return
        document, stretch = chosen.document, chosen.stretch
        own = self._own(document)
        where = f", {stretch.where}" if stretch is not None and stretch.first is not None else ""
        origin = f" (in: {file_name(document.parent)})" if document.parent else ""
        self._name.setText(f"{file_name(document.file)}{where}{origin}")
        if stretch is None and len(document.stretches) == 1:
            stretch = document.stretches[0]
        self.sentence.setText((stretch.sentence if stretch is not None else _capital(document.summary) + ".")
                              or "Read.")
        self.password.setVisible(document.locked and own)
        self.retry.setVisible(bool(document.unread) and own)
        self.show_page.setVisible(_passage(chosen) is not None)
        self.show_page.setText("Show the page" if _passage(chosen) is not None and _page(chosen) else "Show the text")
        self.outside.setText("Open the file it came in" if document.parent else "Open the file")

    def _own(self, document: Covered) -> bool:
        """Whether it is of the matter that files are added to."""
        return self._session is not None and document.matter in ("", self._session.matter.name)

    # What can be done.

    def _open(self, _: QModelIndex | bool = False) -> None:
        chosen = self.view.current
        passage = _passage(chosen) if chosen is not None else None
        if passage is not None:
            self.opened.emit(passage)

    def _outside(self) -> None:
        chosen = self.view.current
        if chosen is not None:
            file = self._outermost(chosen.document)
            job = self._jobs.call(lambda: outside.open_outside(file), "outside")
            job.failed.connect(lambda error: self.said.tell(in_words(error), "bad"))

    def _retry(self) -> None:
        chosen = self.view.current
        if chosen is not None:
            self.again.emit((Path(self._outermost(chosen.document)),))
            self.said.tell(f"{file_name(chosen.document.file)} is read again.", "plain")

    def _outermost(self, document: Covered) -> str:
        """The file on the disk that a document is, or came out of."""
        return outside.outermost(document.file, {each.file: each.parent for each in self.view.rows.documents})

    def ask_password(self) -> None:
        """Ask for the password of the file that is chosen."""
        chosen = self.view.current
        if chosen is None or not chosen.document.locked:
            return
        document = chosen.document
        self.said.hide()
        self.question.ask(Question(
            f"Password of {file_name(document.file)}",
            "The file is read at once. The password is remembered only inside this vault, encrypted, so that the file "
            "can be read again when it changes; it is also tried on other locked files of this matter.",
            go="Read the file", field="Password of the file", secret=True,
        ), lambda text, _: self._give(document, text))
        self.detail.hide()

    def _give(self, document: Covered, password: str) -> None:
        session = self._session
        self._choose()
        if session is None:
            return
        store, file = session.store, document.file

        def look() -> _Try:
            return _Try(file, password, _locked(store.ledger()), password in store.passwords())

        def given(found: _Try) -> None:
            self._tried.append(found)
            self.said.tell(f"{file_name(file)} is read with that password…", "lock")
            self.password_given.emit(password)

        job = self._jobs.call(look, "password")
        job.done.connect(given)
        job.failed.connect(lambda error: self.said.tell(in_words(error), "bad"))

    def judge(self) -> None:
        """Files were read again: say whether the password that was given opened one; forget it if it opened none."""
        session, tried = self._session, self._tried[:1]
        self._tried = self._tried[1:]
        if session is None or not tried:
            self.said.hide()
            return
        store, (given,) = session.store, tried

        def work() -> frozenset[str]:
            opened = given.locked - _locked(store.ledger())
            if not opened and not given.known:
                store.forget_password(given.password)
            return opened

        job = self._jobs.call(work, "password")
        job.done.connect(lambda opened: self._tell_opened(given, opened))
        job.failed.connect(lambda error: self.said.tell(in_words(error), "bad"))

    def _tell_opened(self, given: _Try, opened: frozenset[str]) -> None:
        others = len(opened - {given.file})
        more = f" It opened {counted(others, 'other file')}, and is kept for {'it' if others == 1 else 'them'}." \
            if others else ""
        if given.file in opened:
            self.said.tell(f"{file_name(given.file)} was opened with its password and read.{more}", "good")
        else:
            more = more or " It was not kept; try another."
            self.said.tell(f"That password does not open {file_name(given.file)}.{more}", "bad")

    def _export(self) -> None:
        session = self._session
        target = files.save_as(self, "Export what was read", f"Carrel coverage {today()}.csv")
        if session is None or target is None:
            return

        def work() -> int:
            stream = io.StringIO(newline="")
            number = write_csv(session.reading.ledger(), stream)
            files.write(target, stream.getvalue())
            session.audit.record("exported", what="coverage")
            return number

        job = self._jobs.call(work, "export")
        job.done.connect(lambda number: self.said.tell(
            f"{counted(number, 'line')} were written to {file_name(str(target))}. That file is not encrypted.",
            "plain"))
        job.failed.connect(lambda error: self.said.tell(in_words(error), "bad"))


def _add(found: Totals, more: Totals) -> None:
    """Add the totals of another matter."""
    ours, theirs = found.pages[Status.OCR], more.pages[Status.OCR]
    known = [(share, pages) for share, pages in ((found.confidence, ours), (more.confidence, theirs))
             if share is not None]
    found.confidence = sum(share * pages for share, pages in known) / sum(pages for _, pages in known) \
        if known else None
    found.pages.update(more.pages)
    found.unopened.update(more.unopened)
    found.files += more.files


def _page(chosen: Line) -> int | None:
    row: DocumentRow | None = chosen.document.row
    stretch = chosen.stretch or chosen.document.stretches[0]
    return stretch.first if row is not None and paged(row.kind) else None


def _passage(chosen: Line) -> StoredPassage | None:
    """Return the first page of what is chosen as something that can be shown; None where there is none."""
    row = chosen.document.row
    if row is None or not row.pages:
        return None
    return StoredPassage("", row.id, row.file, row.title, row.kind, _page(chosen), 0, 0, "", "")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _locked(lines: Iterable[LedgerLine]) -> frozenset[str]:
    return frozenset(line.file for line in lines if line.status is Status.LOCKED)

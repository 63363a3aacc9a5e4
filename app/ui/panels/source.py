"""The source pane: the cited page with its words marked, or the text where there are no pages.

Owns what is shown of a document and how it is fetched. Knows no other pane.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QImage, QKeySequence, QResizeEvent, QShortcut, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QScrollArea, QStackedWidget, QTextEdit, QVBoxLayout, QWidget

from app.counted import counted
from app.errors import ChangedFile, MissingPath, StaleFile
from app.places import file_name, page_word
from app.types import Box, DocumentRow, Page, StoredPassage
from app.ui.jobs import Job, Jobs, in_words
from app.ui.widgets import outside
from app.ui.widgets.card import utf16
from app.ui.widgets.icons import density, kind_icon
from app.ui.widgets.labels import (
    Icon,
    Label,
    Notice,
    ShortLabel,
    ToolButton,
    paged,
    pictured,
)
from app.ui.widgets.origin import Origin
from app.ui.widgets.page import PageView, as_image
from app.ui.widgets.texts import SafePlainText, same_length
from app.ui.widgets.theme import Theme

if TYPE_CHECKING:
    from app.session import Session

_ZOOMS = (1.0, 1.25, 1.5, 2.0, 3.0)  # of the pane's width
_WIDEST_PICTURE = 4000  # pixels
_AROUND = 20_000  # characters shown before and after a passage of a long unpaged text
_BUSY_MS = 250  # a page that comes sooner is not announced
_EMPTY, _PAGE, _TEXT = range(3)
_HINT = "Choose a quote or a document to see it here."


class SourcePanel(QWidget):
    """Shows one passage, or one document, at a time."""

    shown = Signal(str)  # the id of the passage that is shown
    closed = Signal()

    def __init__(self, theme: Theme, jobs: Jobs) -> None:
        super().__init__()
        self.setObjectName("source")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._theme, self._jobs = theme, jobs
        self._session: Session | None = None
        self._passage: StoredPassage | None = None
        self._cited: StoredPassage | None = None  # what was opened, before turning pages
        self._pages: Mapping[str, int] = {}  # of the documents that the library lists
        self._parents: Mapping[str, str | None] = {}  # what the files of all of them came in
        self._parents_of_others: Mapping[str, str | None] = {}
        self._others: Mapping[str, int] = {}  # of those of all matters that are searched, where there are several
        self._zoom = 0
        self._job: Job | None = None
        self._drawn_width = 0
        self._start_mark = self._end_mark = 0  # of the passage in the shown text, in Qt's counting
        self._again = QTimer(self, interval=180, singleShot=True)  # after the window was resized
        self._again.timeout.connect(self._redraw_if_wider)
        self._busy = QTimer(self, interval=_BUSY_MS, singleShot=True)
        self._busy.timeout.connect(lambda: self._where.setText("Opening…"))
        self._lay_out()
        theme.changed.connect(self._mark_text)
        for keys, act in (("Alt+Left", lambda: self._turn(-1)), ("Alt+Right", lambda: self._turn(1)),
                          ("Ctrl++", lambda: self._rescale(1)), ("Ctrl+-", lambda: self._rescale(-1)),
                          ("Ctrl+0", lambda: self._rescale(0))):
            QShortcut(QKeySequence(keys), self, act)

    def _lay_out(self) -> None:
        theme = self._theme
        layout = QVBoxLayout(self)
        layout.setContentsMargins(1, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(self._build_head())
        self.notice = Notice(theme, "", "warn")
        self.notice.hide()
        holder = QVBoxLayout()
        holder.setContentsMargins(12, 0, 12, 0)
        holder.addWidget(self.notice)
        layout.addLayout(holder)
        self.stack = QStackedWidget()
        self.hint = Label(_HINT, "muted", wrap=True)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.stack.addWidget(self.hint)
        self.page = PageView(theme)
        self._scroll = QScrollArea()
        self._scroll.setObjectName("paper")
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self._scroll.setWidget(self.page)
        self._scroll.setAccessibleName("Page of the document")
        self.stack.addWidget(self._scroll)
        self.text = SafePlainText()
        self.text.setObjectName("reading")
        self.text.setReadOnly(True)
        self.text.setAccessibleName("Text of the document")
        self.text.document().setDocumentMargin(22)
        self.stack.addWidget(self.text)
        layout.addWidget(self.stack, 1)

    def _build_head(self) -> QVBoxLayout:
        theme = self._theme
        head = QVBoxLayout()
        head.setContentsMargins(14, 12, 10, 8)
        head.setSpacing(4)
        top = QHBoxLayout()
        top.setSpacing(8)
        self._icon = Icon(theme, "file", "accent", 20)
        self.name = ShortLabel("Source", "title")
        self.outside = ToolButton(theme, "outside", "Open the file outside Carrel", size=16)
        menu = QMenu(self.outside)
        menu.addAction("Open the file").triggered.connect(lambda: self._hand_over(outside.open_outside))
        menu.addAction("Show in its folder").triggered.connect(lambda: self._hand_over(outside.show_in_folder))
        self.outside.setMenu(menu)
        self.outside.setPopupMode(ToolButton.ToolButtonPopupMode.InstantPopup)
        close = ToolButton(theme, "close", "Close the source", size=16)
        close.clicked.connect(self.closed)
        for widget, stretch in ((self._icon, 0), (self.name, 1), (self.outside, 0), (close, 0)):
            top.addWidget(widget, stretch)
        self._tools = QWidget()
        row = QHBoxLayout(self._tools)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        self.previous = ToolButton(theme, "left", "Page before (Alt+Left)")
        self.next = ToolButton(theme, "right", "Page after (Alt+Right)")
        self._where = Label("", "muted")
        self.back = ToolButton(theme, "quote", "Back to the quote", "accent")
        self.smaller = ToolButton(theme, "zoom-out", "Smaller (Ctrl+-)")
        self.larger = ToolButton(theme, "zoom-in", "Larger (Ctrl++)")
        self.fit = ToolButton(theme, "fit", "Fit the width (Ctrl+0)")
        acts: tuple[tuple[ToolButton, Callable[[], None]], ...] = (
            (self.previous, lambda: self._turn(-1)), (self.next, lambda: self._turn(1)),
            (self.back, self._to_quote), (self.smaller, lambda: self._rescale(-1)),
            (self.larger, lambda: self._rescale(1)), (self.fit, lambda: self._rescale(0)))
        for button, act in acts:
            button.clicked.connect(act)
        row.addWidget(self.previous)
        row.addWidget(self._where)
        row.addWidget(self.next)
        row.addWidget(self.back)
        row.addStretch(1)
        for button in (self.smaller, self.fit, self.larger):
            row.addWidget(button)
        self.origin = Origin(theme)
        head.addLayout(top)
        head.addWidget(self.origin)
        head.addWidget(self._tools)
        self._buttons()
        return head

    # What the window tells.

    def set_session(self, session: Session) -> None:
        """Fetch pages from `session`, of all matters that it searches now."""
        self._session = session
        self.hint.setText(_HINT)
        reading = session.reading
        if len(session.searching) > 1:  # the list beside is of one matter alone
            job = self._jobs.call(lambda: _counts(reading.documents()), "count")
            job.done.connect(self._count_others)
            job.failed.connect(lambda error: self._tell(in_words(error), "bad"))

    def leave(self, words: str = "") -> None:
        """Show nothing and fetch nothing until there is a session again; `words` stand in its place."""
        self._session = None
        self._pages = self._others = {}
        self._parents = self._parents_of_others = {}
        self._empty()
        self.hint.setText(words or _HINT)

    def show_documents(self, documents: tuple[DocumentRow, ...]) -> None:
        """Learn how many pages each document has."""
        self._pages = {row.id: row.pages for row in documents}
        self._parents = {row.file: row.parent for row in documents}
        self._buttons()

    def show_document(self, row: DocumentRow) -> None:
        """Show a document from its beginning, nothing marked."""
        page = 1 if paged(row.kind) else None
        self.show_passage(StoredPassage("", row.id, row.file, row.title, row.kind, page, 0, 0, "", ""))

    def show_passage(self, passage: StoredPassage) -> None:
        """Show where a passage stands, marked."""
        self._cited = passage
        self._show(passage)
        self.shown.emit(passage.id)

    def forget(self, document: str) -> None:
        """A document was removed; show it no longer."""
        if self._passage is not None and self._passage.document == document:
            self._empty()
            self.closed.emit()

    def _empty(self) -> None:
        self._passage = self._cited = None
        self._drop_job()
        self.page.clear()
        self.text.clear()
        self.notice.hide()
        self.stack.setCurrentIndex(_EMPTY)
        self.hint.setText(_HINT)
        self._icon.set("file", "accent")
        self.name.set_whole("Source")
        self.origin.tell("", None)
        self._buttons()

    def _count_others(self, found: tuple[Mapping[str, int], Mapping[str, str | None]]) -> None:
        self._others, self._parents_of_others = found
        self._buttons()

    def _parent(self, file: str) -> str:
        """The file that a file came in; empty for one that lies in a folder."""
        return self._parents.get(file) or self._parents_of_others.get(file) or ""

    def _hand_over(self, act: Callable[[str], None]) -> None:
        """Let the system open the file, or show where it lies."""
        if self._passage is not None:
            file = outside.outermost(self._passage.file, {**self._parents_of_others, **self._parents})
            job = self._jobs.call(lambda: act(file), "outside")
            job.failed.connect(lambda error: self._tell(in_words(error)))

    # Fetching.

    def _show(self, passage: StoredPassage) -> None:
        before, self._passage = self._passage, passage
        if before is None or (before.document, before.page) != (passage.document, passage.page):
            self.page.clear()
        self._icon.set(kind_icon(passage.kind), "accent")
        self.name.set_whole(file_name(passage.file), passage.file)
        self.origin.tell(self._parent(passage.file), passage.confidence)
        self.notice.hide()
        self._buttons()
        if pictured(passage.kind):
            self._draw_page()
        else:
            self._fetch_text("")

    def _draw_page(self) -> None:
        if self._session is None or self._passage is None:
            return
        session, passage, scale = self._session, self._passage, max(density(self), 1.0)
        self._drawn_width = self._page_width()
        width = min(round(self._drawn_width * scale), _WIDEST_PICTURE)

        def fetch() -> tuple[QImage, tuple[Box, ...], float | None]:
            picture = session.picture(passage, width)
            return as_image(picture), picture.marks, session.reading.page(passage.document, passage.page).confidence

        job = self._start(fetch, "page")
        self.stack.setCurrentIndex(_PAGE)

        def show(found: tuple[QImage, tuple[Box, ...], float | None]) -> None:
            image, marks, confidence = found  # where the picture was limited, it is shown as large as was asked for
            self.origin.tell(self._parent(passage.file), confidence)
            self.page.show_picture(image, marks, image.width() / self._drawn_width)
            self._buttons()
            QTimer.singleShot(0, self, self._scroll_to_marks)

        job.done.connect(show)
        job.failed.connect(self._no_page)

    def _no_page(self, error: Exception) -> None:
        """The picture cannot be had; the text is in the library in any case."""
        if isinstance(error, MissingPath):
            why = "The file is no longer where it was. This is its text as it was read."
        elif isinstance(error, ChangedFile | StaleFile):
            why = ("The file has changed since it was added. This is its text as it was read; "
                   "add the file again to bring the library up to date.")
        else:
            why = f"The page cannot be shown: {in_words(error)} This is its text as it was read."
        self._fetch_text(why)

    def _fetch_text(self, why: str) -> None:
        if self._session is None or self._passage is None:
            return
        reading, passage = self._session.reading, self._passage

        def fetch() -> tuple[tuple[str, int, int, str], Page]:
            page = reading.page(passage.document, passage.page)
            return _around(same_length(page.text), passage), page

        job = self._start(fetch, "text")

        def show(found: tuple[tuple[str, int, int, str], Page]) -> None:
            (text, self._start_mark, self._end_mark, cut), page = found
            self.origin.tell(self._parent(passage.file), page.confidence)
            self.text.setPlainText(text or page.reason or "There is no text on this page.")
            self.stack.setCurrentIndex(_TEXT)
            self._mark_text()
            self._buttons()
            self._tell(" ".join(part for part in (why, cut) if part))
            QTimer.singleShot(0, self, self._scroll_to_text)

        job.done.connect(show)
        job.failed.connect(lambda error: self._tell(in_words(error), "bad"))

    def _start(self, work: Callable[[], object], name: str) -> Job:
        """Begin fetching; what was being fetched before is no longer wanted."""
        self._drop_job()
        self._busy.start()
        self._job = job = self._jobs.call(work, name)
        job.ended.connect(lambda: self._fetched(job))
        return job

    def _drop_job(self) -> None:
        if self._job is not None:
            self._job.stop()
            self._job = None
        self._busy.stop()

    def _fetched(self, job: Job) -> None:
        if self._job is job:
            self._job = None
            self._busy.stop()
            self._buttons()

    def _tell(self, sentence: str, tone: str = "warn") -> None:
        self.notice.say(sentence, tone)
        self.notice.setVisible(bool(sentence))

    # Looking around.

    def _page_width(self) -> int:
        room = self.stack.width() - self.page.margins() - self._scroll.verticalScrollBar().sizeHint().width()
        return max(round(max(room, 200) * _ZOOMS[self._zoom]), 100)

    def _scroll_to_marks(self) -> None:
        bar = self._scroll.verticalScrollBar()
        if self.page.marks.isNull():
            bar.setValue(0)
            return
        bar.setValue(round(self.page.marks.top() - self._scroll.viewport().height() / 4))
        across = self._scroll.horizontalScrollBar()
        across.setValue(round(self.page.marks.left()) - 24)

    def _mark_text(self) -> None:
        """Mark the passage in the text."""
        selection = QTextEdit.ExtraSelection()
        shape = QTextCharFormat()
        shape.setBackground(self._theme.colour("mark"))
        shape.setForeground(Qt.GlobalColor.black)
        cursor = QTextCursor(self.text.document())
        last = self.text.document().characterCount() - 1
        cursor.setPosition(min(self._start_mark, last))
        cursor.setPosition(min(self._end_mark, last), QTextCursor.MoveMode.KeepAnchor)
        selection.cursor, selection.format = cursor, shape
        self.text.setExtraSelections([selection] if self._end_mark > self._start_mark else [])

    def _scroll_to_text(self) -> None:
        cursor = QTextCursor(self.text.document())
        cursor.setPosition(min(self._start_mark, self.text.document().characterCount() - 1))
        self.text.setTextCursor(cursor)
        self.text.ensureCursorVisible()
        bar = self.text.verticalScrollBar()  # counted in lines; the passage goes a little below the top
        bar.setValue(bar.value() + max(self.text.cursorRect().top() // max(
            self.text.fontMetrics().lineSpacing(), 1) - 4, 0))

    def _turn(self, step: int) -> None:
        passage = self._passage
        if passage is None or passage.page is None:
            return
        page = passage.page + step
        if not 1 <= page <= self._last(passage, passage.page):
            return
        if self._cited is not None and self._cited.page == page:
            self._show(self._cited)
        else:
            self._show(replace(passage, page=page, start=0, end=0, text=""))

    def _last(self, passage: StoredPassage, default: int) -> int:
        """How many pages the document of a passage has."""
        return self._pages.get(passage.document, self._others.get(passage.document, default))

    def _to_quote(self) -> None:
        if self._cited is not None:
            self._show(self._cited)

    def _rescale(self, step: int) -> None:
        zoom = min(max(self._zoom + step, 0), len(_ZOOMS) - 1) if step else 0
        if zoom != self._zoom and self.stack.currentIndex() == _PAGE:
            self._zoom = zoom
            self._buttons()
            self._draw_page()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 (Qt's name)
        super().resizeEvent(event)
        self._again.start()

    def _redraw_if_wider(self) -> None:
        if self.stack.currentIndex() == _PAGE and self._passage is not None and (
                self._page_width() != self._drawn_width):
            self._draw_page()

    def _buttons(self) -> None:
        passage = self._passage
        page = passage.page if passage is not None else None
        last = self._last(passage, page or 0) if passage is not None else 0
        self.outside.setVisible(passage is not None)
        self._tools.setVisible(page is not None)
        self.previous.setVisible(page is not None)
        self.next.setVisible(page is not None)
        self.previous.setEnabled(page is not None and page > 1)
        self.next.setEnabled(page is not None and page < last)
        kind = page_word(passage.kind if passage is not None else "").title()
        self._where.setText(f"{kind} {page} of {last}" if page is not None else "")
        cited = self._cited
        self.back.setVisible(cited is not None and passage is not None and bool(cited.id) and cited.page != page)
        picture = passage is not None and self.stack.currentIndex() == _PAGE
        for number, button in enumerate((self.smaller, self.fit, self.larger)):
            button.setVisible(picture)
            button.setEnabled((self._zoom > 0, self._zoom > 0, self._zoom < len(_ZOOMS) - 1)[number])


def _counts(documents: Sequence[DocumentRow]) -> tuple[dict[str, int], dict[str, str | None]]:
    """Return the pages of documents by their ids, and what their files came in."""
    return {row.id: row.pages for row in documents}, {row.file: row.parent for row in documents}


def _around(text: str, passage: StoredPassage) -> tuple[str, int, int, str]:
    """Return the text near the passage, its start and end in Qt's counting, and what is left out."""
    first = max(0, passage.start - _AROUND)
    last = min(len(text), passage.end + _AROUND)
    near = text[first:last]
    left = (len(text) - len(near)) // 1000
    cut = f"Part of a long text: {counted(left, 'thousand characters', 'thousand characters')} are not shown." \
        if left else ""
    return near, utf16(near, passage.start - first), utf16(near, passage.end - first), cut

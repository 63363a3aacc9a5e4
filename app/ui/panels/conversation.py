"""The conversation: the question box and the turns, one being written at most.

Owns the run of answering that is under way. Knows no other pane.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.types import Answered, AnswerEvent, DocumentRow, EvidenceFound, Hit, ModelInfo, TextWritten
from app.ui.jobs import Job, Jobs, in_words
from app.ui.widgets import clipboard
from app.ui.widgets.labels import Icon, Label, Notice, PushButton, ToolButton, counted, line, listed
from app.ui.widgets.texts import SafePlainText
from app.ui.widgets.theme import Theme
from app.ui.widgets.turn import Turn

if TYPE_CHECKING:
    from app.session import Session

_WIDEST = 780  # of a turn, in logical pixels; longer lines are hard to read
_LINES = 6  # of the question box before it scrolls
_LONGEST = 4000  # characters of a question
_ASK = "Ask about your documents"


class QuestionBox(SafePlainText):
    """Where the question is typed: Enter sends it, Shift+Enter begins a new line."""

    sent = Signal()
    focused = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self._invitation = _ASK
        self.setAccessibleName("Question")
        self.setTabChangesFocus(True)
        self.document().setDocumentMargin(3)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.textChanged.connect(self._fit)
        self._fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 (Qt's name)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not (
                event.modifiers() & Qt.KeyboardModifier.ShiftModifier):
            self.sent.emit()
            return
        super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802 (Qt's name)
        super().focusInEvent(event)
        self.focused.emit(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802 (Qt's name)
        super().focusOutEvent(event)
        self.focused.emit(False)

    def invite(self, words: str) -> None:
        """Show `words` in the empty box, in one line."""
        self._invitation = words
        self._cut()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 (Qt's name)
        super().resizeEvent(event)
        self._cut()

    def _cut(self) -> None:
        room = self.viewport().width() - 16
        self.setPlaceholderText(self.fontMetrics().elidedText(
            self._invitation, Qt.TextElideMode.ElideRight, room))

    def _fit(self) -> None:
        lines = min(max(int(self.document().size().height()), 1), _LINES)
        self.setFixedHeight(self.fontMetrics().lineSpacing() * lines + 14)


class ConversationPanel(QWidget):
    """The middle of the window."""

    opened = Signal(object)  # a StoredPassage whose source is to be shown
    add_files = Signal()
    add_folder = Signal()
    coverage = Signal()  # what could not be read is to be shown

    def __init__(self, theme: Theme, jobs: Jobs, formats: str) -> None:
        super().__init__()
        self.setObjectName("middle")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._theme, self._jobs = theme, jobs
        self._session: Session | None = None
        self._job: Job | None = None
        self.turns: list[Turn] = []
        self._lines: dict[Turn, QFrame] = {}  # above each turn but the first
        self._stuck = True  # the view follows the end of the text
        self._moving = False  # it is not the reader who scrolls
        self._starter = False  # the starter model writes; said once, with the first answer
        self._documents = _Known({}, 0)
        self._others = _Known({}, 0)  # of the other matters that are searched
        self._matters: tuple[str, ...] = ()  # names of those that are searched, where there are several to choose
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._build_turns(formats), 1)
        layout.addWidget(self._build_foot())
        QShortcut(QKeySequence("Ctrl+K"), self, self.box.setFocus)
        QShortcut(QKeySequence("Escape"), self, self.stop)
        self.show_documents(())

    # Building.

    def _build_turns(self, formats: str) -> QScrollArea:
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        page = QWidget()
        page.setObjectName("page")
        self._turns = QVBoxLayout(page)
        self._turns.setSpacing(22)
        self._welcome = self._build_welcome(formats)
        self._turns.addWidget(self._welcome, 1)
        self._turns.addStretch(0)
        self._scroll.setWidget(page)
        bar = self._scroll.verticalScrollBar()
        bar.rangeChanged.connect(self._follow)
        bar.valueChanged.connect(self._scrolled)
        return self._scroll

    def _build_welcome(self, formats: str) -> QWidget:
        theme = self._theme
        box = QWidget()
        layout = QVBoxLayout(box)
        layout.setSpacing(10)
        self._hello = Label("", "display", wrap=True)
        self._lead = Label("", "muted", wrap=True)
        self._lead.setMaximumWidth(560)
        layout.addStretch(2)
        layout.addWidget(self._hello)
        layout.addWidget(self._lead)
        layout.addSpacing(6)
        for name, words in (("quote", "Quotes come first, word for word, with file and page."),
                            ("check", "Every sentence of an answer is checked against the quotes it cites."),
                            ("shield", "Files are read on this computer. Nothing is sent anywhere.")):
            row = QHBoxLayout()
            row.setSpacing(12)
            row.addWidget(Icon(theme, name, "accent", 20), 0, Qt.AlignmentFlag.AlignTop)
            row.addWidget(Label(words, wrap=True), 1)
            layout.addLayout(row)
        layout.addSpacing(10)
        self._invite = QWidget()
        buttons = QHBoxLayout(self._invite)
        buttons.setContentsMargins(0, 0, 0, 0)
        add_files = PushButton(theme, "Add files…", "primary", "plus", "on_accent")
        add_folder = PushButton(theme, "Add a folder…", "", "folder", "accent")
        add_files.clicked.connect(self.add_files)
        add_folder.clicked.connect(self.add_folder)
        buttons.addWidget(add_files)
        buttons.addWidget(add_folder)
        buttons.addStretch(1)
        layout.addWidget(self._invite)
        self._offers = QWidget()
        self._suggestions = QVBoxLayout(self._offers)
        self._suggestions.setContentsMargins(0, 0, 0, 0)
        self._suggestions.setSpacing(6)
        layout.addWidget(self._offers)
        self._formats = Label(formats, "small", wrap=True)
        layout.addWidget(self._formats)
        layout.addStretch(3)
        return box

    def _build_foot(self) -> QWidget:
        theme = self._theme
        foot = QWidget()
        layout = self._foot = QVBoxLayout(foot)
        layout.setSpacing(8)
        self.note = Notice(theme, "", "", dismissable=True)
        self.note.hide()
        layout.addWidget(self.note)
        self._frame = QFrame()
        self._frame.setObjectName("ask")
        inner = QHBoxLayout(self._frame)
        inner.setContentsMargins(12, 7, 8, 7)
        self.box = QuestionBox()
        self.send = ToolButton(theme, "send", "Ask (Enter)", "on_accent", 18)
        self.send.setObjectName("send")
        self.halt = ToolButton(theme, "stop", "Stop writing (Esc)", "window", 18)
        self.halt.setObjectName("stop")
        self.halt.hide()
        inner.addWidget(self.box, 1)
        inner.addWidget(self.send, 0, Qt.AlignmentFlag.AlignBottom)
        inner.addWidget(self.halt, 0, Qt.AlignmentFlag.AlignBottom)
        layout.addWidget(self._frame)
        self.box.sent.connect(self.ask)
        self.box.textChanged.connect(self._buttons)
        self.box.focused.connect(self._highlight)
        self.send.clicked.connect(self.ask)
        self.halt.clicked.connect(self.stop)
        self._buttons()
        return foot

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 (Qt's name)
        super().resizeEvent(event)
        side = max(24, (self.width() - _WIDEST) // 2)
        self._turns.setContentsMargins(side, 20, side, 20)
        self._foot.setContentsMargins(side, 4, side, 16)

    def _highlight(self, active: bool) -> None:
        self._frame.setProperty("active", active)
        self._frame.style().unpolish(self._frame)
        self._frame.style().polish(self._frame)

    # What the window tells.

    def set_session(self, session: Session) -> None:
        """Ask `session` from now on, in the matters that it searches now."""
        self._session = session
        names = tuple(matter.name for matter in session.searching)
        self._matters = names if len(session.vault.matters()) > 1 else ()
        self.box.setEnabled(True)
        self.box.invite(f"Ask in {listed(self._matters)}" if self._matters else _ASK)
        self.box.setAccessibleName(f"Question, searched in {listed(self._matters)}" if self._matters else "Question")
        self._buttons()
        self.box.setFocus()
        self._others = _Known({}, 0)
        if others := [session.stores[matter.id] for matter in session.searching[1:]]:
            known = self._jobs.call(lambda: _known([row for store in others for row in store.documents()]), "known")
            known.done.connect(self._know_others)
            known.failed.connect(lambda error: self._tell(in_words(error), "warn"))
        catalog = session.catalog
        job = self._jobs.call(lambda: tuple(catalog.models()), "models")
        job.done.connect(self._tell_of_model)
        job.failed.connect(lambda error: self._tell(in_words(error), "warn"))

    def leave(self, words: str, keep: bool) -> None:
        """Ask nothing more until there is a session again, and unless `keep` drop all turns; `words` say why."""
        self._session = None
        self.stop()
        if not keep:
            for turn in tuple(self.turns):
                self._drop(turn)
            self.box.clear()
            self.note.hide()
            self._clear_suggestions()
            self._welcome.show()
        self._hello.setText(words)
        self._lead.setText("")
        for offer in (self._invite, self._formats, self._offers):
            offer.hide()
        self.box.invite(words)
        self.box.setEnabled(False)
        self._buttons()

    @property
    def answers(self) -> int:
        """How many questions have come to an answer here."""
        return sum(turn.answer is not None for turn in self.turns)

    def quoting(self, document: str) -> int:
        """Return in how many turns words of a document stand."""
        return sum(turn.quotes_document(document) for turn in self.turns)

    def forget(self, document: str) -> None:
        """Drop the turns in which words of a document stand."""
        for turn in tuple(self.turns):
            if turn.quotes_document(document):
                if self._job is not None and turn is self.turns[-1]:
                    self.stop()
                self._drop(turn)
        if not self.turns:
            self.note.hide()
            self._welcome.show()

    def _drop(self, turn: Turn) -> None:
        self.turns.remove(turn)
        for widget in (self._lines.pop(turn, None), turn):
            if widget is not None:
                self._turns.removeWidget(widget)
                widget.hide()
                widget.deleteLater()
        if self.turns and self.turns[0] in self._lines:
            self._lines[self.turns[0]].hide()  # it stood between two

    def show_documents(self, documents: tuple[DocumentRow, ...]) -> None:
        """Fit the welcome to what there is to ask, and learn what came in what and what could not be opened."""
        self._documents = _known(documents)
        self._hello.setText("Ask your own documents")
        where = f" in {self._matters[0]}" if self._matters else ""
        more = f" {listed(self._matters[1:])} {'is' if len(self._matters) == 2 else 'are'} searched too." \
            if len(self._matters) > 1 else ""
        self._lead.setText(
            f"{counted(len(documents), 'document')}{where} can be asked now.{more} Type a question below, "
            "the way you would ask a colleague." if documents else
            f"Drop files or folders anywhere in this window, then ask what is in them.{more}")
        self._invite.setVisible(not documents)
        self._formats.setVisible(not documents)
        self._offers.setVisible(bool(documents))

    def suggest(self, questions: Sequence[str]) -> None:
        """Offer questions that the library can answer."""
        self._clear_suggestions()
        for question in questions:
            button = PushButton(self._theme, question, "suggestion", "search", "accent")
            button.clicked.connect(lambda _=False, question=question: self._take(question))
            self._suggestions.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)

    def _clear_suggestions(self) -> None:
        while (item := self._suggestions.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()

    def _take(self, question: str) -> None:
        self.box.setPlainText(question)
        self.ask()

    def _know_others(self, found: _Known) -> None:
        self._others = found

    def mark_open(self, passage_id: str) -> None:
        """Show which card's source is open."""
        for turn in self.turns:
            turn.mark_open(passage_id)

    def _tell_of_model(self, models: tuple[ModelInfo, ...]) -> None:
        writers = [model for model in models if model.role == "generator"]
        if not writers:
            self._tell("There is no writing model on this computer: questions are answered with quotes only.", "warn")
        elif any(model.chosen and model.bundled for model in writers):
            self._starter = True
            self.note.say("The starter model is small and writes poor prose. The quotes are what counts: "
                       "they are copied from your files.")

    def _tell(self, sentence: str, tone: str = "") -> None:
        self.note.say(sentence, tone)
        self.note.show()

    # Asking.

    def ask(self) -> None:
        """Ask what stands in the box."""
        question = self.box.toPlainText().strip()[:_LONGEST]
        if not question or self._job is not None or self._session is None:
            return
        self.box.clear()
        self._welcome.hide()
        if self._starter and not self.turns:
            self.note.show()
        known = (self._documents, self._others)
        turn = Turn(self._theme, question, self._matters, parents=ChainMap(*(each.parents for each in known)),
                    shut=sum(each.shut for each in known))
        turn.opened.connect(self._open)
        turn.coverage.connect(self.coverage)
        turn.copied.connect(clipboard.copy)
        turn.grew.connect(self._follow)
        if self.turns:
            self._lines[turn] = line()
            self._turns.insertWidget(self._turns.count() - 1, self._lines[turn])
        self._turns.insertWidget(self._turns.count() - 1, turn)
        self.turns.append(turn)
        self._stuck = True
        answering = self._session.answering
        self._job = job = self._jobs.pull(lambda: answering.ask(question), "ask")
        job.yielded.connect(lambda event: self._show(turn, event))
        job.failed.connect(lambda error: self._end(turn, in_words(error)))
        job.stopped.connect(lambda: self._end(turn))
        job.ended.connect(self._over)
        self._buttons()

    @property
    def asking(self) -> bool:
        """Whether an answer is being looked for or written."""
        return self._job is not None

    def stop(self) -> None:
        """Stop the writing."""
        if self._job is not None:
            self.halt.setEnabled(False)
            self._job.stop()

    def _end(self, turn: Turn, problem: str = "") -> None:
        if turn not in self.turns:  # it was dropped
            return
        if problem:
            turn.fail(problem)
        else:
            turn.stop()

    def _show(self, turn: Turn, event: AnswerEvent) -> None:
        if turn not in self.turns:
            return
        match event:
            case EvidenceFound(evidence):
                turn.show_evidence(event)
                if evidence.hits:  # the best quote beside the conversation at once
                    self._open(evidence.hits[0])
            case TextWritten(text):
                turn.add_text(text)
            case Answered():
                turn.finish(event)

    def _over(self) -> None:
        self._job = None
        self._buttons()
        self.box.setFocus()

    def _open(self, hit: Hit) -> None:
        self.opened.emit(hit.passage)

    def _buttons(self) -> None:
        ready = self._session is not None and self._job is None
        self.send.setVisible(self._job is None)
        self.send.setEnabled(ready and bool(self.box.toPlainText().strip()))
        self.send.set_icon("send", "on_accent" if self.send.isEnabled() else "muted")
        self.halt.setVisible(self._job is not None)
        self.halt.setEnabled(True)

    # Scrolling: the end of the text is followed until the reader scrolls up.

    def _follow(self, *_: object) -> None:
        if self._stuck and self.turns:
            QTimer.singleShot(0, self, self._to_end)

    def _to_end(self) -> None:
        if not self.turns:
            return
        bar = self._scroll.verticalScrollBar()
        top = self.turns[-1].y() - 4  # but never past the top of the turn
        self._moving = True
        bar.setValue(min(bar.maximum(), max(top, 0)) if self.turns[-1].answer is None else bar.maximum())
        self._moving = False

    def _scrolled(self, value: int) -> None:
        if not self._moving:
            self._stuck = value >= self._scroll.verticalScrollBar().maximum() - 24


@dataclass(frozen=True, slots=True)
class _Known:
    """What is told of documents beside what is found in them."""

    parents: dict[str, str]  # the files that they came in, by their ids
    shut: int  # how many gave no page


def _known(documents: Sequence[DocumentRow]) -> _Known:
    return _Known({row.id: row.parent for row in documents if row.parent}, sum(not row.pages for row in documents))

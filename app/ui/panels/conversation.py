"""The conversation: the box, the turns, one being written at most, and the passages of a search in their place.

Owns the run of answering that is under way, and which of the two the box is for. Knows no other pane.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QFrame, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from app import export
from app.places import file_name
from app.types import Answered, AnswerEvent, DocumentRow, EvidenceFound, Exchange, Hit, ModelInfo, Scope, TextWritten
from app.ui.jobs import Job, Jobs, in_words
from app.ui.sections.finding import FindingSection
from app.ui.widgets import clipboard, files
from app.ui.widgets.composer import Composer
from app.ui.widgets.head import Head
from app.ui.widgets.labels import Notice, line, listed
from app.ui.widgets.section import today
from app.ui.widgets.theme import Theme
from app.ui.widgets.turn import Turn
from app.ui.widgets.welcome import Welcome

if TYPE_CHECKING:
    from app.session import Session

_WIDEST = 780  # of a turn, in logical pixels; longer lines are hard to read
_LONGEST = 50_000  # characters of a question
_ASK = "Ask about your documents"
_SEARCH = "Search your documents"


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
        self._documents = _Known()
        self._others = _Known()  # of the other matters that are searched
        self._matters: tuple[str, ...] = ()  # names of those that are searched, where there are several to choose
        self.finding = FindingSection(theme, jobs)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._build_turns(formats))
        self._stack.addWidget(self.finding)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._build_head())
        layout.addWidget(self._stack, 1)
        layout.addWidget(self._build_foot())
        self._connect()
        self._turn()
        self.show_documents(())

    # Building.

    def _build_head(self) -> QWidget:
        """The switch, and below it the box while it is to search with."""
        top = QWidget()
        column = QVBoxLayout(top)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.head = Head(self._theme)
        self._above = QVBoxLayout()
        column.addWidget(self.head)
        column.addLayout(self._above)
        return top

    def _build_foot(self) -> QWidget:
        """What is to be said of the answers, and the box while it is to ask with."""
        self._foot = QWidget()
        column = self._below = QVBoxLayout(self._foot)
        column.setSpacing(8)
        self.note = Notice(self._theme, "", "", dismissable=True)
        self.note.hide()
        column.addWidget(self.note)
        self.composer = Composer(self._theme)
        self.box, self.send, self.halt = self.composer.box, self.composer.send, self.composer.halt
        return self._foot

    def _connect(self) -> None:
        composer, head, finding, welcome = self.composer, self.head, self.finding, self.welcome
        composer.sent.connect(self._send)
        composer.halted.connect(self.stop)
        composer.edited.connect(self._edited)
        composer.box.left_below.connect(finding.step_in)
        finding.come_after(composer.wipe)
        head.turned.connect(self._turn)
        head.filters.changed.connect(self._edited)
        head.filters.choose_from(lambda: (*self._documents.rows, *self._others.rows))
        finding.opened.connect(self.opened)
        finding.coverage.connect(self.coverage)
        finding.everything.connect(head.filters.clear)
        finding.left_above.connect(composer.box.setFocus)
        welcome.asked.connect(self._take)
        welcome.add_files.connect(self.add_files)
        welcome.add_folder.connect(self.add_folder)
        for keys, act in (("Ctrl+K", self.box.setFocus), ("Escape", self._escape), ("F1", head.explain),
                          ("Ctrl+1", lambda: head.turn(searching=False)),
                          ("Ctrl+2", lambda: head.turn(searching=True)), ("Ctrl+Shift+F", head.filters.open)):
            QShortcut(QKeySequence(keys), self, act)

    def _build_turns(self, formats: str) -> QScrollArea:
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        page = QWidget()
        page.setObjectName("page")
        self._turns = QVBoxLayout(page)
        self._turns.setSpacing(22)
        self.welcome = Welcome(self._theme, formats)
        self._turns.addWidget(self.welcome, 1)
        self._turns.addStretch(0)
        self._scroll.setWidget(page)
        bar = self._scroll.verticalScrollBar()
        bar.rangeChanged.connect(self._follow)
        bar.valueChanged.connect(self._scrolled)
        return self._scroll

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 (Qt's name)
        super().resizeEvent(event)
        side = max(24, (self.width() - _WIDEST) // 2)
        self.head.set_side(side)
        self.finding.set_side(side)
        self._above.setContentsMargins(side, 4, side, 8)
        self._turns.setContentsMargins(side, 12, side, 20)
        self._below.setContentsMargins(side, 4, side, 16)

    # Asking or searching.

    @property
    def searching(self) -> bool:
        """Whether the box is to search with."""
        return self.head.searching

    def _turn(self) -> None:
        """Put the box below the conversation, or above what it finds; what is typed in it stays."""
        searching = self.searching
        (self._above if searching else self._below).addWidget(self.composer)
        self._foot.setVisible(not searching)
        self._stack.setCurrentIndex(1 if searching else 0)
        self.composer.be_for(searching=searching)
        self._invite()
        self._edited()
        if self._session is not None:
            self.box.setFocus()

    def _invite(self) -> None:
        if self._session is None:
            return
        where = f" in {listed(self._matters)}" if self._matters else ""
        plain, told = (_SEARCH, "Search") if self.searching else (_ASK, "Question")
        self.box.invite(f"{'Search' if self.searching else 'Ask'}{where}" if where else plain)
        self.box.setAccessibleName(f"{told}, searched{where}" if where else told)

    def _edited(self) -> None:
        self._buttons()
        if self.searching and self._session is not None:
            self.finding.search(self.composer.text[:_LONGEST], self.head.filters.scope)

    def _send(self) -> None:
        if self.searching:
            self.finding.enter()
        else:
            self.ask()

    def _escape(self) -> None:
        if self.searching:
            self.box.clear()
            self.box.setFocus()
        else:
            self.stop()

    # What the window tells.

    def set_session(self, session: Session) -> None:
        """Ask `session` from now on, in the matters that it searches now."""
        self._session = session
        names = tuple(matter.name for matter in session.searching)
        self._matters = names if len(session.vault.matters()) > 1 else ()
        self.box.setEnabled(True)
        self.finding.set_session(session, self._matters)
        self.head.setEnabled(True)
        self._invite()
        self._edited()
        self.box.setFocus()
        self._others = _Known()
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
        self.finding.leave()
        self.head.setEnabled(False)
        if not keep:
            self.head.filters.clear()
            for turn in tuple(self.turns):
                self._drop(turn)
            self.box.clear()
            self.note.hide()
            self.welcome.suggest(())
            self.welcome.show()
        self.welcome.wait(words)
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
        """Drop the turns in which words of a document stand, and look again for what is searched."""
        self.finding.forget(document)
        for turn in tuple(self.turns):
            if turn.quotes_document(document):
                if self._job is not None and turn is self.turns[-1]:
                    self.stop()
                self._drop(turn)
        if not self.turns:
            self.note.hide()
            self.welcome.show()

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
        self.welcome.greet(len(documents), self._matters)
        self._tell_finding()

    def suggest(self, questions: Sequence[str]) -> None:
        """Offer questions that the library can answer."""
        self.welcome.suggest(questions)

    def _take(self, question: str) -> None:
        self.box.setPlainText(question)
        self.ask()

    def _know_others(self, found: _Known) -> None:
        self._others = found
        self._tell_finding()

    def _tell_finding(self) -> None:
        known = (self._documents, self._others)
        self.finding.know(ChainMap(*(each.parents for each in known)), sum(each.shut for each in known))

    def mark_open(self, passage_id: str) -> None:
        """Show which card's source is open."""
        for turn in self.turns:
            turn.mark_open(passage_id)
        self.finding.mark_open(passage_id)

    def _tell_of_model(self, models: tuple[ModelInfo, ...]) -> None:
        writers = [model for model in models if model.role == "generator"]
        if not writers:
            self._tell("There is no writing model on this computer: questions are answered with quotes only.", "warn")
        elif any(model.chosen and model.bundled for model in writers):
            self._starter = True
            writes = self._session is not None and self._session.writes
            self.note.say(
                "The starter model is small and writes poor prose. The quotes are what counts: they are copied from "
                "your files." if writes else
                "Answers are quotes, copied from your files: the starter model is too small to write them well. "
                "With a larger model they are written.")

    def _tell(self, sentence: str, tone: str = "") -> None:
        self.note.say(sentence, tone)
        self.note.show()

    # Asking.

    def ask(self) -> None:
        """Ask what stands in the box."""
        question = self.composer.text[:_LONGEST]
        if not question or self._job is not None or self._session is None:
            return
        self.box.clear()
        self.welcome.hide()
        if self._starter and not self.turns:
            self.note.show()
        known = (self._documents, self._others)
        turn = Turn(self._theme, question, self._matters, parents=ChainMap(*(each.parents for each in known)),
                    shut=sum(each.shut for each in known), narrowed=self.head.filters.words)
        turn.opened.connect(self._open)
        turn.coverage.connect(self.coverage)
        turn.copied.connect(clipboard.copy)
        turn.exported.connect(self._export)
        turn.grew.connect(self._follow)
        if self.turns:
            self._lines[turn] = line()
            self._turns.insertWidget(self._turns.count() - 1, self._lines[turn])
        self._turns.insertWidget(self._turns.count() - 1, turn)
        self.turns.append(turn)
        self._stuck = True
        scope = self.head.filters.scope
        turn.insisted.connect(lambda: self._insist(turn, scope))
        self._pull(turn, scope, anyway=False)

    def _insist(self, turn: Turn, scope: Scope | None) -> None:
        """Have the question of a turn answered although nothing that was found seems to hold the answer."""
        if self._job is None and self._session is not None:
            turn.begin_again()
            self._pull(turn, scope, anyway=True)

    def _pull(self, turn: Turn, scope: Scope | None, *, anyway: bool) -> None:
        assert self._session is not None
        answering, question = self._session.answering, turn.question
        self._job = job = self._jobs.pull(lambda: answering.ask(question, scope=scope, anyway=anyway), "ask")
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
                turn.finish(event, self._session.writer if self._session is not None else "")

    def _export(self, exchange: Exchange) -> None:
        """Write an answer to a file where the user wants it."""
        session = self._session
        kinds = [f"{name} (*{ending})" for ending, (name, _) in export.FORMATS.items()]
        target = files.save_as(self, "Export the answer. The file will not be encrypted",
                               f"Carrel answer {today()}{next(iter(export.FORMATS))}", kinds)
        if session is None or target is None:
            return
        job = self._jobs.call(lambda: session.export(target, [exchange]), "export")
        job.done.connect(lambda _: self._tell(
            f"The answer was written to {file_name(str(target))}. That file is not encrypted.", "good"))
        job.failed.connect(lambda error: self._tell(in_words(error), "bad"))

    def _over(self) -> None:
        self._job = None
        self._buttons()
        self.box.setFocus()

    def _open(self, hit: Hit) -> None:
        self.opened.emit(hit.passage)

    def _buttons(self) -> None:
        self.composer.show_state(ready=self._session is not None, writing=self._job is not None)

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

    rows: tuple[DocumentRow, ...] = ()
    parents: dict[str, str] = field(default_factory=dict)  # the files that they came in, by their ids
    shut: int = 0  # how many gave no page


def _known(documents: Sequence[DocumentRow]) -> _Known:
    return _Known(tuple(documents), {row.id: row.parent for row in documents if row.parent},
                  sum(not row.pages for row in documents))

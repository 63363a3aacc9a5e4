"""The conversation: the box, the turns above it, and the passages of a search in their place.

Owns which of the two the box is for. Knows no other pane.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from app.types import DocumentRow, ModelInfo
from app.ui.jobs import Jobs, in_words
from app.ui.sections.conversing import ConversingSection
from app.ui.sections.finding import FindingSection
from app.ui.widgets.composer import Composer
from app.ui.widgets.head import Head
from app.ui.widgets.labels import Notice, listed
from app.ui.widgets.theme import Theme
from app.ui.widgets.turn import Turn

if TYPE_CHECKING:
    from app.session import Session

_WIDEST = 780  # of a turn, in logical pixels; longer lines are hard to read
_LONGEST = 50_000  # characters of a question
_ASK = "Ask about your documents"
_SEARCH = "Search your documents"
_POOR = ("The starter model is small and writes poor prose. The quotes are what counts: they are copied from your "
         "files.")
_QUOTES = ("Answers are quotes, copied from your files: the starter model is too small to write them well. With a "
           "larger model they are written.")
_FOLLOW = "Ask a follow-up, or anything else"


class ConversationPanel(QWidget):
    """The middle of the window."""

    opened = Signal(object)  # a StoredPassage whose source is to be shown
    add_files = Signal()
    add_folder = Signal()
    coverage = Signal()  # what could not be read is to be shown
    kept = Signal()  # the conversations that are kept are not the same any more
    changed = Signal()  # another conversation is shown, or a question begins or ends

    def __init__(self, theme: Theme, jobs: Jobs, formats: str) -> None:
        super().__init__()
        self.setObjectName("middle")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._theme, self._jobs = theme, jobs
        self._session: Session | None = None
        self._starter = False  # the starter model writes; said once, with the first answer
        self._documents = _Known()
        self._others = _Known()  # of the other matters that are searched
        self._matters: tuple[str, ...] = ()  # names of those that are searched, where there are several to choose
        self.conversing = ConversingSection(theme, jobs, formats)
        self.welcome = self.conversing.welcome
        self.finding = FindingSection(theme, jobs)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.conversing)
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
        self.conversing.strip.lie_over(self.composer, above=True)
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
        self._connect_conversing()
        for keys, act in (("Ctrl+K", self.box.setFocus), ("Escape", self._escape), ("F1", head.explain),
                          ("Ctrl+1", lambda: head.turn(searching=False)), ("Ctrl+N", self.begin),
                          ("Ctrl+2", lambda: head.turn(searching=True)), ("Ctrl+Shift+F", head.filters.open)):
            QShortcut(QKeySequence(keys), self, act)

    def _connect_conversing(self) -> None:
        conversing = self.conversing
        conversing.opened.connect(self.opened)
        conversing.coverage.connect(self.coverage)
        conversing.told.connect(self.note.tell)
        conversing.changed.connect(self._turns_changed)
        conversing.kept.connect(self.kept)
        conversing.taken.connect(self._put_in_box)
        conversing.editing.connect(self._show_editing)
        conversing.ended.connect(self.box.setFocus)
        self.composer.edit_ended.connect(conversing.stop_editing)
        self.head.fresh.clicked.connect(self.begin)
        self.head.export.clicked.connect(conversing.export_all)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 (Qt's name)
        super().resizeEvent(event)
        side = max(24, (self.width() - _WIDEST) // 2)
        self.head.set_side(side)
        self.finding.set_side(side)
        self._above.setContentsMargins(side, 4, side, 8)
        self.conversing.view.set_side(side)
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
        self._turns_changed()
        self._edited()
        if self._session is not None:
            self.box.setFocus()

    def _invite(self) -> None:
        if self._session is None:
            return
        where = f" in {listed(self._matters)}" if self._matters else ""
        plain, told = (_SEARCH, "Search") if self.searching else (_ASK, "Question")
        if self.turns and not self.searching:
            self.box.invite(f"{_FOLLOW}{where}")
        else:
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
        elif self.asking:
            self.stop()
        else:
            self.conversing.stop_editing()

    def ask(self) -> None:
        """Ask what stands in the box."""
        question = self.composer.text[:_LONGEST]
        if not question or self.asking or self._session is None:
            return
        if self._starter and not self.turns:
            self.note.tell(_POOR if self._session.writes else _QUOTES)
        self.box.clear()
        filters = self.head.filters
        self.conversing.ask(question, filters.scope, filters.words)

    def _take(self, question: str) -> None:
        self.box.setPlainText(question)
        self.ask()

    def _put_in_box(self, question: str) -> None:
        self.box.setPlainText(question)
        self.box.selectAll()
        self.box.setFocus()

    def _show_editing(self, editing: bool) -> None:
        self.composer.show_edit(editing)
        if not editing:
            self.box.clear()

    def _turns_changed(self) -> None:
        self.head.be_for_turns(0 if self.searching else len(self.turns))
        for button in (self.head.fresh, self.head.export):
            button.setEnabled(not self.asking)
        self._invite()
        self._buttons()
        self.changed.emit()

    def begin(self) -> None:
        """Begin a new conversation."""
        if self._session is not None and not self.asking:
            self.head.turn(searching=False)
            self.conversing.begin()
            self._hide_note()
            self.box.setFocus()

    def _hide_note(self) -> None:
        if not self.turns:
            self.note.hide()

    def show_conversation(self, conversation: str, exchange: str) -> None:
        """Show one that is kept, on the branch with an exchange, or the one asked last where that is empty."""
        if self._session is not None and not self.asking:
            self.head.turn(searching=False)
            self.conversing.show_conversation(conversation, exchange)

    # What the window tells.

    def set_session(self, session: Session) -> None:
        """Ask `session` from now on, in the matters that it searches now."""
        self._session = session
        names = tuple(matter.name for matter in session.searching)
        self._matters = names if len(session.vault.matters()) > 1 else ()
        self.box.setEnabled(True)
        self.conversing.set_session(session, self._matters)
        self.finding.set_session(session, self._matters)
        self.head.setEnabled(True)
        self._invite()
        self._edited()
        self.box.setFocus()
        self._others = _Known()
        if others := [session.stores[matter.id] for matter in session.searching[1:]]:
            known = self._jobs.call(lambda: _known([row for store in others for row in store.documents()]), "known")
            known.done.connect(self._know_others)
            known.failed.connect(lambda error: self.note.tell(in_words(error), "warn"))
        catalog = session.catalog
        job = self._jobs.call(lambda: tuple(catalog.models()), "models")
        job.done.connect(self._tell_of_model)
        job.failed.connect(lambda error: self.note.tell(in_words(error), "warn"))

    def leave(self, words: str, keep: bool) -> None:
        """Ask nothing more until there is a session again, and unless `keep` drop all turns; `words` say why."""
        self._session = None
        self.conversing.leave(keep=keep)
        self.finding.leave()
        self.head.setEnabled(False)
        if not keep:
            self.head.filters.clear()
            self.box.clear()
            self.note.hide()
            self.welcome.suggest(())
        self.welcome.wait(words)
        self.box.invite(words)
        self.box.setEnabled(False)
        self._buttons()

    @property
    def turns(self) -> list[Turn]:
        """What was asked here, in its order."""
        return self.conversing.turns

    @property
    def asking(self) -> bool:
        """Whether an answer is being looked for or written."""
        return self.conversing.asking

    @property
    def unkept(self) -> int:
        """How many answers are shown that are stored nowhere."""
        return self.conversing.unkept

    def stop(self) -> None:
        """Stop the writing."""
        self.halt.setEnabled(False)
        self.conversing.stop()

    def forget(self, document: str) -> None:
        """Show no words of a document any more."""
        self.finding.forget(document)
        self.conversing.forget(document)
        self._hide_note()

    def show_documents(self, documents: tuple[DocumentRow, ...]) -> None:
        """Fit the welcome to what there is to ask, and learn what came in what and what could not be opened."""
        self._documents = _known(documents)
        self.welcome.greet(len(documents), self._matters)
        self._tell_finding()

    def suggest(self, questions: Sequence[str]) -> None:
        """Offer questions that the library can answer."""
        self.welcome.suggest(questions)

    def _know_others(self, found: _Known) -> None:
        self._others = found
        self._tell_finding()

    def _tell_finding(self) -> None:
        known = (self._documents, self._others)
        parents, shut = ChainMap(*(each.parents for each in known)), sum(each.shut for each in known)
        self.finding.know(parents, shut)
        self.conversing.know(parents, shut)

    def mark_open(self, passage_id: str) -> None:
        """Show which card's source is open."""
        self.conversing.mark_open(passage_id)
        self.finding.mark_open(passage_id)

    def _tell_of_model(self, models: tuple[ModelInfo, ...]) -> None:
        writers = [model for model in models if model.role == "generator"]
        if not writers:
            self.note.tell("There is no writing model on this computer: questions are answered with quotes only.",
                           "warn")
        elif any(model.chosen and model.bundled for model in writers):
            self._starter = True

    def _buttons(self) -> None:
        self.composer.show_state(ready=self._session is not None, writing=self.asking)


@dataclass(frozen=True, slots=True)
class _Known:
    """What is told of documents beside what is found in them."""

    rows: tuple[DocumentRow, ...] = ()
    parents: dict[str, str] = field(default_factory=dict)  # the files that they came in, by their ids
    shut: int = 0  # how many gave no page


def _known(documents: Sequence[DocumentRow]) -> _Known:
    return _Known(tuple(documents), {row.id: row.parent for row in documents if row.parent},
                  sum(not row.pages for row in documents))

"""A conversation: questions with what was found and answered, kept where one matter alone is searched.

Owns the run of answering that is under way and the conversation that is shown. Knows no panel, and nothing of the box.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app import threads
from app.counted import counted
from app.types import (
    Answered,
    BackupCopy,
    ConversationEvent,
    EvidenceFound,
    Exchange,
    Hit,
    Kept,
    Preparing,
    Scope,
    TextWritten,
)
from app.ui.jobs import Job, Jobs, in_words
from app.ui.sections.exporting import export_answers
from app.ui.widgets import clipboard
from app.ui.widgets.asking import AskStrip, Question
from app.ui.widgets.removal import deletion
from app.ui.widgets.theme import Theme
from app.ui.widgets.turn import Turn
from app.ui.widgets.turns import Turns
from app.ui.widgets.welcome import Welcome

if TYPE_CHECKING:
    from app.session import Session


class ConversingSection(QWidget):
    """The turns, or what invites to the first."""

    opened = Signal(object)  # a StoredPassage whose source is to be shown
    coverage = Signal()  # what could not be read is to be shown
    told = Signal(str, str)  # a sentence and its tone
    changed = Signal()  # other turns, or a question begins or ends
    ended = Signal()  # a question was answered, or given up
    kept = Signal()  # the conversations that are kept are not the same any more
    taken = Signal(str)  # a question that is to stand in the box
    editing = Signal(bool)  # the next question takes the place of one that was asked

    def __init__(self, theme: Theme, jobs: Jobs, formats: str) -> None:
        super().__init__()
        self._theme, self._jobs = theme, jobs
        self._session: Session | None = None
        self._job: Job | None = None
        self._matters: tuple[str, ...] = ()  # names of those that are searched, where there are several to choose
        self._parents: Mapping[str, str] = {}
        self._shut = 0  # files that gave no page
        self.conversation: str | None = None  # the id of the one that is shown, where it is kept
        self._home = ""  # the id of the matter that it is kept in
        self._exchanges: tuple[Exchange, ...] = ()  # all that are kept of it, with other branches
        self._edited: Turn | None = None  # the next question takes its place
        self._aside: list[Turn] = []  # hidden until what takes their place is answered
        self.welcome = Welcome(theme, formats)
        self.view = Turns(self.welcome)
        self.strip = AskStrip(theme)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.view)

    # What the panel tells.

    def set_session(self, session: Session, matters: tuple[str, ...]) -> None:
        """Ask `session` from now on, in `matters`, which are named only where there are several to choose."""
        self._session, self._matters = session, matters
        self._let()

    def know(self, parents: Mapping[str, str], shut: int) -> None:
        """`parents` are the files that documents came in, by the documents' ids; `shut` files gave no page."""
        self._parents, self._shut = parents, shut

    def leave(self, *, keep: bool) -> None:
        """Ask nothing more until there is a session again, and unless `keep` show nothing."""
        self.stop_editing()
        self._session = None
        self.strip.hide()
        self.stop()
        if not keep:
            self._clear()

    @property
    def turns(self) -> list[Turn]:
        """What is shown, in its order."""
        return self.view.turns

    @property
    def asking(self) -> bool:
        """Whether an answer is being looked for or written."""
        return self._job is not None

    @property
    def unkept(self) -> int:
        """How many answers are shown that are stored nowhere."""
        return sum(turn.answer is not None and not turn.kept for turn in self.turns)

    # Asking.

    def ask(self, question: str, scope: Scope | None = None, narrowed: str = "") -> None:
        """Ask, after what is shown, or in the place of the question that is being edited.

        `narrowed` says to what part of the library `scope` limits it.
        """
        if self._session is None or self.asking:
            return
        instead, edited = None, self._edited
        if edited is not None and edited.exchange is not None:
            instead = edited.exchange.id
            self._aside = self.view.put_aside(edited)
        self.stop_editing()
        turn = self._turn(question, scope, narrowed)
        turn.build()
        self.view.add(turn)
        self._pull(turn, scope, instead=instead)

    def _turn(self, question: str, scope: Scope | None = None, narrowed: str = "") -> Turn:
        turn = Turn(self._theme, question, self._matters, parents=self._parents, shut=self._shut, narrowed=narrowed)
        turn.opened.connect(self._open)
        turn.coverage.connect(self.coverage)
        turn.copied.connect(clipboard.copy)
        turn.exported.connect(self._export_one)
        turn.insisted.connect(lambda: self._insist(turn, scope))
        turn.edited.connect(lambda: self._edit(turn, question))
        turn.dropped.connect(lambda: self._ask_deletion(turn))
        turn.stepped.connect(lambda by: self._step(turn, by))
        return turn

    def _insist(self, turn: Turn, scope: Scope | None) -> None:
        """Have the question of a turn answered although nothing that was found seems to hold the answer."""
        if not self.asking and self._session is not None:
            turn.begin_again()
            kept = turn.exchange.id if turn.exchange is not None and turn.kept else None
            after = self.turns[self.turns.index(turn) + 1 :]
            if kept and after:  # they follow the answer that was not found, and stay with it
                self._aside = self.view.put_aside(after[0])
            self._pull(turn, scope, anyway=True, instead=kept)

    def _pull(self, turn: Turn, scope: Scope | None, *, anyway: bool = False, instead: str | None = None) -> None:
        session, question = self._session, turn.question
        assert session is not None
        before = self.turns[: self.turns.index(turn)]
        answering, conversing, conversation = session.answering, session.conversing, self.conversation
        if self._keeps:
            after = next((each.exchange.id for each in reversed(before) if each.exchange and each.kept), None)
            self._job = self._jobs.pull(lambda: conversing.ask(
                question, conversation, after=after, instead=instead, scope=scope, anyway=anyway), "ask")
        else:
            earlier = [each.exchange for each in before if each.exchange is not None]
            self._job = self._jobs.pull(
                lambda: answering.ask(question, scope=scope, anyway=anyway, earlier=earlier), "ask")
        home = session.matter.id
        self._job.yielded.connect(lambda event: self._show(turn, event, home))
        self._job.failed.connect(lambda error: self._end(turn, in_words(error)))
        self._job.stopped.connect(lambda: self._end(turn))
        self._job.ended.connect(self._over)
        self._let()

    @property
    def _keeps(self) -> bool:
        """Text of one matter never lies among that of another, so nothing is kept where several are searched."""
        return self._session is not None and len(self._session.searching) == 1

    def _show(self, turn: Turn, event: ConversationEvent, home: str) -> None:
        if turn not in self.turns:  # it was dropped
            return
        match event:
            case EvidenceFound(evidence):
                turn.show_evidence(event)
                if evidence.hits:  # the best quote beside the conversation at once
                    self._open(evidence.hits[0])
            case Preparing(seconds):
                turn.wait(seconds)
            case TextWritten(text):
                turn.add_text(text)
            case Answered():
                turn.finish(event, self._session.writer if self._session is not None else "")
                self._give_up_aside()
            case Kept(conversation, exchange):
                self.conversation, self._home = conversation.id, home
                self._exchanges = (*self._exchanges, exchange)
                turn.keep(exchange)
                self._show_version(turn)
                self.kept.emit()

    def _end(self, turn: Turn, problem: str = "") -> None:
        aside, self._aside = self._aside, []
        if turn not in self.turns:
            self.view.drop(aside)
        elif turn.answer is not None:
            if problem:
                self.told.emit(f"This answer is not kept: {problem}", "warn")
        elif turn.kept:  # it was to be answered anyway
            self.view.bring_back(aside)
            turn.fail(problem) if problem else turn.stop()
        elif aside:  # nothing came of it, so that all is as it was
            self.view.drop([turn])
            self.view.bring_back(aside)
            self._edit(aside[0], turn.question)
            self.told.emit(problem or "You stopped the answer to the edited question, so the one before is back.",
                           "bad" if problem else "")
        elif problem:
            turn.fail(problem)
        else:
            turn.stop()

    def _give_up_aside(self) -> None:
        aside, self._aside = self._aside, []
        self.view.drop(aside)

    def stop(self) -> None:
        """Stop the writing."""
        if self._job is not None:
            self._job.stop()

    def _over(self) -> None:
        self._job = None
        self._let()
        self.ended.emit()

    def _let(self) -> None:
        """Fit what can be done with the turns to whether one is being answered."""
        for turn in self.turns:
            turn.let(change=self._job is None and self._keeps)
        self.changed.emit()

    def _open(self, hit: Hit) -> None:
        self.opened.emit(hit.passage)

    def mark_open(self, passage_id: str) -> None:
        """Show which card's source is open."""
        for turn in self.turns:
            turn.mark_open(passage_id)

    # Editing, and the versions that come of it.

    def _edit(self, turn: Turn, question: str) -> None:
        self._edited = turn
        self.taken.emit(question)
        self.editing.emit(True)

    def stop_editing(self) -> None:
        """Let the next question follow the others."""
        if self._edited is not None:
            self._edited = None
            self.editing.emit(False)

    def _step(self, turn: Turn, by: int) -> None:
        """Show another version of a turn, with what was asked after it."""
        if self.asking or turn.exchange is None:
            return
        versions = [each.id for each in threads.beside(self._exchanges, turn.exchange.id)]
        wanted = versions[versions.index(turn.exchange.id) + by]
        self._show_way(threads.way(self._exchanges, wanted))
        self.view.show_turn(next(each for each in self.turns if each.exchange and each.exchange.id == wanted))

    def _show_version(self, turn: Turn) -> None:
        assert turn.exchange is not None
        versions = [each.id for each in threads.beside(self._exchanges, turn.exchange.id)]
        turn.show_version(versions.index(turn.exchange.id) + 1, len(versions))

    def _show_way(self, way: Sequence[Exchange]) -> None:
        """Show these exchanges; the turns that show the first of them already stay."""
        same = 0
        while same < min(len(way), len(self.turns)) and self._shows(self.turns[same], way[same]):
            same += 1
        if same < len(self.turns):
            self.view.drop(self.view.put_aside(self.turns[same]))
        more = []
        for exchange in way[same:]:
            turn = self._turn(exchange.question)
            turn.be_kept(exchange)
            more.append(turn)
        self.view.add_later(more)
        for turn in self.turns:
            self._show_version(turn)
        self._let()

    @staticmethod
    def _shows(turn: Turn, exchange: Exchange) -> bool:
        return turn.exchange is not None and turn.exchange.id == exchange.id

    # Other conversations.

    def begin(self) -> None:
        """Begin a new conversation; where answers are shown that are not kept it is asked before."""
        self._lose_unkept("Begin a new conversation?", self._clear)

    def show_conversation(self, conversation: str, exchange: str = "") -> None:
        """Show one that is kept, on the branch asked last, or the one with this exchange."""
        if conversation == self.conversation and not exchange:
            return
        self._lose_unkept("Open another conversation?", lambda: self._fetch(conversation, exchange))

    def _lose_unkept(self, title: str, go: Callable[[], object]) -> None:
        if self._session is None or self.asking:
            return
        if not self.unkept:
            go()
            return
        one = self.unkept == 1
        self.strip.ask(Question(
            title, f"The {counted(self.unkept, 'answer')} that you see here {'is' if one else 'are'} not kept. To keep "
            f"{'it' if one else 'them'}, export {'it' if one else 'them'} first.", go="Go on", keep="Stay"),
            lambda *_: go())

    def _fetch(self, conversation: str, exchange: str) -> None:
        session = self._session
        if session is None:
            return
        store, home = session.store, session.matter.id

        def show(found: tuple[Exchange, ...]) -> None:
            if self._session is session and session.store is store and not self.asking:
                self._clear()
                self.conversation, self._home, self._exchanges = conversation, home, found
                self._show_way(threads.way(found, exchange or None))
                at = next((turn for turn in self.turns if turn.exchange and turn.exchange.id == exchange), None)
                self.view.show_turn(at or self.turns[-1])

        job = self._jobs.call(lambda: store.conversations.exchanges(conversation), "conversation")
        job.done.connect(show)
        job.failed.connect(lambda error: self.told.emit(in_words(error), "bad"))

    def _clear(self) -> None:
        self.stop_editing()
        self.strip.hide()
        self.view.drop([*self.turns, *self._aside])
        self._aside = []
        self.conversation, self._exchanges = None, ()
        self._let()

    # What leaves, and what goes.

    def export_all(self) -> None:
        """Write what is shown to a file where the user wants it."""
        session, conversation = self._session, self.conversation
        exchanges = [turn.exchange for turn in self.turns if turn.exchange is not None]
        if session is None or not exchanges:
            return
        kept = session.store.conversations
        named = conversation if session.matter.id == self._home else None

        def fetch() -> tuple[str, Sequence[Exchange]]:
            return kept.get(named).title if named is not None else "", exchanges

        export_answers(self, self._jobs, session, fetch, what="conversation", told=self.told.emit)

    def _export_one(self, exchange: Exchange) -> None:
        if self._session is not None:
            export_answers(self, self._jobs, self._session, lambda: ("", [exchange]), what="answer",
                           told=self.told.emit)

    def _ask_deletion(self, turn: Turn) -> None:
        session, exchange, conversation = self._session, turn.exchange, self.conversation
        if session is None or exchange is None or conversation is None or self.asking:
            return
        store, matter = session.store, session.matter.id
        after = len(threads.following(self._exchanges, exchange.id)) - 1
        also = " The answer that follows it goes too." if after == 1 else f" The {after} answers that follow it go too."
        words = f"“{turn.question}”.{also if after else ''}"

        def delete(_: str, delete_backups: bool) -> None:
            job = self._jobs.call(lambda: session.erasure.delete_conversation(
                store, conversation, matter=matter, exchange=exchange.id, delete_backups=delete_backups), "delete")
            job.done.connect(lambda _: self.refresh(exchange))
            job.done.connect(lambda _: self.kept.emit())
            job.failed.connect(lambda error: self.told.emit(in_words(error), "bad"))

        def ask(copies: tuple[BackupCopy, ...]) -> None:
            if self._session is session and turn in self.turns:
                self.strip.ask(deletion("this answer", words, copies), delete)

        job = self._jobs.call(lambda: tuple(session.erasure.copies_with(matter)), "copies")
        job.done.connect(ask)
        job.failed.connect(lambda error: self.told.emit(in_words(error), "bad"))

    def quoting(self, document: str) -> int:
        """Return how many answers, of those that are kept nowhere, show words of a document."""
        return sum(turn.quotes_document(document) and not turn.kept for turn in self.turns)

    def forget(self, document: str) -> None:
        """Show no words of a document any more."""
        if self.asking and self.turns[-1].quotes_document(document):
            self.stop()
        self.view.drop([turn for turn in self.turns if turn.quotes_document(document)])
        self.refresh()

    def refresh(self, gone: Exchange | None = None) -> None:
        """Show nothing that is not kept any more; in the place of what is `gone` another version, if there is one."""
        session, conversation = self._session, self.conversation
        if session is None or conversation is None or session.matter.id != self._home:
            return
        store, known = session.store, {exchange.id for exchange in self._exchanges}

        def show(there: tuple[str, ...]) -> None:
            if self._session is session and self.conversation == conversation and (lost := known.difference(there)):
                self._take_leave_of(lost, gone)

        job = self._jobs.call(lambda: store.conversations.ids(conversation), "conversation")
        job.done.connect(show)
        job.failed.connect(lambda error: self.told.emit(in_words(error), "bad"))

    def _take_leave_of(self, lost: Collection[str], gone: Exchange | None) -> None:
        """Show none of the exchanges with the ids `lost`; they are not kept any more."""
        left = self._exchanges = tuple(each for each in self._exchanges if each.id not in lost)
        if not left:
            self.conversation = None
        kept = [turn for turn in self.turns if turn.kept and turn.exchange]
        went = [turn for turn in kept if turn.exchange and turn.exchange.id in lost]
        self.view.drop(went)
        if self._edited not in self.turns:
            self.stop_editing()
        shown = [turn.exchange.id for turn in kept if turn not in went and turn.exchange]
        if left and (went or not shown) and not self.asking and not self.unkept:
            versions = [each.id for each in left if gone is not None and each.before == gone.before]
            self._show_way(threads.way(left, versions[-1] if versions else shown[-1] if shown else None))
        else:
            self._let()

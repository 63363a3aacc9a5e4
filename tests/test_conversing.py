"""Asking in a conversation: what was answered is kept, what was stopped is not, and an edited question branches."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.answering import Answering
from app.conversing import Conversing
from app.errors import DiskFull, NoQuestion, SeveralMatters, UnknownConversation, UnknownDocument
from app.settings import Settings
from app.store.conversations import Conversations
from app.store.store import Store
from app.types import Answered, ConversationEvent, Evidence, EvidenceFound, Exchange, Kept, Scope, TextWritten
from tests.fakes import FakeGenerator
from tests.store.library import opened, put
from tests.store.talk import exchange

ROOT = Path(__file__).resolve().parents[1]


class OnePassage:
    """Finds the same passage of a document for every question."""

    def __init__(self, store: Store, file: str) -> None:
        self._found = exchange(store, "?", file).evidence
        self.asked: list[str] = []

    def search(self, question: str, k: int = 10, *, scope: Scope | None = None) -> Evidence:
        if not question:
            raise NoQuestion
        self.asked.append(question)
        return replace(self._found, question=question)

    def unmentioned(self, evidence: Evidence) -> tuple[str, ...]:
        return ()


class Desk:
    def __init__(self, store: Store) -> None:
        self.store = store
        self.file = put(store, 1)
        self.retrieval = OnePassage(store, self.file)
        self.generator = FakeGenerator("clause 1 part 0 [1].")
        self.answering = Answering(self.retrieval, self.generator, Settings())  # type: ignore[arg-type]
        self.conversing = Conversing(store.conversations, self.answering, model="small.gguf")

    def ask(self, question: str, conversation: str | None = None, **which: str) -> Exchange:
        last = list(self.conversing.ask(question, conversation, **which))[-1]  # type: ignore[arg-type]
        assert isinstance(last, Kept)
        return last.exchange


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with opened(tmp_path) as store:
        yield Desk(store)


def only(desk: Desk) -> str:
    [row] = desk.store.conversations.latest()
    return row.id


def test_what_is_answered_is_kept_after_the_answer(desk: Desk) -> None:
    events: list[ConversationEvent] = list(desk.conversing.ask("What is clause 1?"))
    assert isinstance(events[0], EvidenceFound)
    assert all(isinstance(event, TextWritten) for event in events[1:-2])
    assert isinstance(events[-2], Answered)
    assert isinstance(events[-1], Kept)
    kept = events[-1].exchange
    assert (kept.question, kept.looked_for, kept.before, kept.model, kept.given) == (
        "What is clause 1?", "What is clause 1?", None, "small.gguf", (1,)
    )
    assert (kept.evidence, kept.answer) == (events[0].evidence, events[-2].answer)
    assert desk.store.conversations.exchanges(only(desk)) == (kept,)


def test_a_follow_up_follows_and_an_edited_question_branches(desk: Desk) -> None:
    first = desk.ask("What is clause 1?")
    key = only(desk)
    second = desk.ask("And since when?", key)
    assert (second.before, second.looked_for) == (first.id, "And since when? clause 1")
    edited = desk.ask("And for how long?", key, instead=second.id)
    assert edited.before == first.id
    third = desk.ask("Why?", key, after=second.id)
    assert desk.store.conversations.path(third.id) == (first, second, third)
    assert desk.store.conversations.path(edited.id) == (first, edited)
    root = desk.ask("What is clause 2?", key, instead=first.id)
    assert (root.before, root.looked_for) == (None, "What is clause 2?")
    assert desk.ask("Who?", key).before == root.id  # the one that was asked last
    with pytest.raises(UnknownConversation):
        desk.ask("Why?", "nowhere")


def test_what_is_stopped_leaves_the_conversation_as_it_was(desk: Desk) -> None:
    first = desk.ask("What is clause 1?")
    key = only(desk)
    for stop in (EvidenceFound, TextWritten):
        with contextlib.closing(desk.conversing.ask("And why?", key)) as events:
            for event in events:
                if isinstance(event, stop):
                    break
    with pytest.raises(NoQuestion):
        desk.ask("", key)
    assert desk.store.conversations.exchanges(key) == (first,)


def test_an_answer_that_cannot_be_kept_is_given_all_the_same(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise DiskFull

    with monkeypatch.context() as patch:
        patch.setattr(Conversations, "keep", full)
        events = desk.conversing.ask("What is clause 1?")
        assert any(isinstance(event, Answered) for event in events)
        with pytest.raises(DiskFull):
            next(events)
    events = desk.conversing.ask("What is clause 1?")
    next(events)
    desk.store.remove(desk.file)  # while it is being answered
    with pytest.raises(UnknownDocument):
        list(events)
    assert desk.store.conversations.latest() == []


def test_nothing_is_kept_where_several_matters_are_searched(desk: Desk) -> None:
    several = Conversing(desk.store.conversations, desk.answering, several=True)
    with pytest.raises(SeveralMatters):
        next(several.ask("What is clause 1?"))
    assert desk.retrieval.asked == []


def test_without_a_model_none_is_named(desk: Desk) -> None:
    answering = Answering(desk.retrieval, None, Settings())  # type: ignore[arg-type]
    last = list(Conversing(desk.store.conversations, answering, model="small.gguf").ask("What is clause 1?"))[-1]
    assert isinstance(last, Kept)
    assert last.exchange.model == ""


def test_a_closed_library_shows_nothing(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        desk = Desk(store)
        desk.ask("What is clause 1?")
        talk = store.conversations
    for look in (talk.latest, lambda: talk.search("clause"), lambda: talk.quoting(["x"])):
        with pytest.raises(RuntimeError, match="closed"):
            look()
    assert b"clause" not in (tmp_path / "library.db").read_bytes()


KILLED = """
import os, signal, sys
from pathlib import Path
from app.types import EvidenceFound
from tests.store.library import opened
from tests.test_conversing import Desk
desk = Desk(opened(Path(sys.argv[1])))
desk.ask("What is clause 1?")
key = desk.store.conversations.latest()[0].id
print(key, flush=True)
for event in desk.conversing.ask("And why?", key):
    if isinstance(event, EvidenceFound):
        os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_killed_between_evidence_and_answer_the_conversation_is_sound(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path)], cwd=ROOT, env=os.environ, check=False, capture_output=True,
        text=True,
    )
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    with opened(tmp_path) as store:
        store.verify()
        [row] = store.conversations.latest()
        assert (row.id, row.exchanges) == (ended.stdout.strip(), 1)
        assert [kept.question for kept in store.conversations.exchanges(row.id)] == ["What is clause 1?"]

"""Conversations: kept whole or not at all, in branches, found again by their words, and gone for good."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
import zlib
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path

import pytest

from app.errors import BadTitle, UnknownConversation, UnknownDocument
from app.store import shown
from app.store.store import Store
from app.types import (
    Answer,
    AnswerStatus,
    Citation,
    Concern,
    Evidence,
    Exchange,
    Hit,
    Quoting,
    Reason,
    Searched,
    Sentence,
    StoredPassage,
    Verdict,
)
from tests.store.library import decrypted, directions, document, opened, put
from tests.store.talk import exchange

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with opened(tmp_path) as made:
        yield made


def test_what_was_shown_comes_back_to_the_last_field(store: Store) -> None:
    put(store, 1)
    file = put(store, 2)
    row = store.document(file)
    assert row is not None
    passage = StoredPassage(
        "p", row.id, file, "Títle", "pdf", None, 3, 9, "half \ud800 pair\0", "Context", "Smith", 0.5, "2024-01"
    )
    sentences = (Sentence(
        "One.", (Citation("1", 1, start=2, end=4), Citation("x9", None, found=True)), Verdict.PARTLY,
        (Reason(Concern.NUMBER, 0, 3, "“One” is not in the passage."),),
    ),)  # fmt: skip
    full = Exchange(
        "a" * 32, None, 12.5, "and the\nrent?", "and the rent? Lease",
        Evidence(
            "q", (Hit(1, 0.25, passage, (passage,), ((0, 2), (5, 8))),), Searched(3, 4, 5), 0.75, ("a hint",), 0.4,
        ),
        Answer(
            AnswerStatus.QUOTES, "One. [1]", sentences, stopped=True, astray=True, repeated=True, anyway=True,
            quotes=sentences, unmentioned=("Port Ellery", "45 days"),
        ), (1, 3), "model.gguf",
    )
    for part in (full, full.evidence, full.evidence.hits[0], passage, full.answer):
        empty = [f.name for f in fields(part) if getattr(part, f.name) in ("", (), 0, None, False)]
        assert set(empty) <= {"before", "page"}, "a field that is not tried here"
    conversation = store.conversations.keep(full)
    assert store.conversations.path(full.id) == (full,)
    assert store.conversations.exchanges(conversation.id) == (full,)


def test_a_field_that_is_missing_gets_its_default_and_one_that_is_unknown_is_passed_over(store: Store) -> None:
    kept = exchange(store, "What is the notice?", put(store, 1))
    store.conversations.keep(kept)
    with store._records.database.writing() as db:
        (data,) = db.execute("SELECT shown FROM v.shown").fetchone()
        told = json.loads(zlib.decompress(data))
        del told["evidence"]["hints"], told["answer"]["stopped"], told["evidence"]["hits"][0]["passage"]["matter"]
        told["mood"] = told["answer"]["colour"] = "blue"
        db.execute("UPDATE v.shown SET shown = ?", (zlib.compress(json.dumps(told).encode()),))
    assert store.conversations.path(kept.id) == (kept,)


def test_a_conversation_begins_with_its_first_exchange_and_is_named_by_it(store: Store) -> None:
    file = put(store, 1)
    first = exchange(store, "What  is the notice period in the lease of the ropewalk, and from when does it run, "
                            "if at all?", file, asked=5.0)
    made = store.conversations.keep(first)
    assert made.title.startswith("What is the notice period")
    assert made.title.endswith("…")
    assert len(made.title) <= 81
    second = exchange(store, "And the rent?", file, before=first, asked=9.0)
    grown = store.conversations.keep(second, made.id)
    assert (grown.id, grown.exchanges, grown.changed) == (made.id, 2, 9.0)
    other = store.conversations.keep(exchange(store, "Who holds the keys?", file, asked=7.0))
    assert store.conversations.latest() == [grown, other]
    assert store.conversations.latest()[0] == grown
    assert store.conversations.get(other.id) == other
    assert store.conversations.tip(made.id) == second.id


def test_editing_a_question_makes_a_branch(store: Store) -> None:
    file, talk = put(store, 1), store.conversations
    first = exchange(store, "What is the notice?", file)
    key = talk.keep(first).id
    one = exchange(store, "And the rent?", file, before=first)
    other = exchange(store, "And the deposit?", file, before=first)
    after = exchange(store, "Who holds it?", file, before=other)
    for kept in (one, other, after):
        talk.keep(kept, key)
    root = exchange(store, "What is the break notice?", file)
    talk.keep(root, key)
    assert talk.path(after.id) == (first, other, after)
    assert talk.path(one.id) == (first, one)
    assert talk.path(root.id) == (root,)
    assert talk.get(key).exchanges == 5
    talk.delete_exchange(other.id)
    assert talk.exchanges(key) == (first, one, root)
    assert talk.ids(key) == (first.id, one.id, root.id)
    assert talk.ids("nobody") == ()
    talk.delete_exchange(first.id)
    talk.delete_exchange(root.id)
    assert talk.latest() == []


def test_it_is_found_by_the_beginnings_of_words(store: Store) -> None:
    file, talk = put(store, 1), store.conversations
    kept = exchange(store, "Wie lange ist die Kündigungsfrist?", file, said="Sie beträgt 1.250,50 € im Monat.")
    key = talk.keep(kept).id
    talk.keep(exchange(store, "Who holds the deposit?", file))
    for words in ("kundigung", "FRIST? sie", "kündigungsfrist betr", "1.250,50"):
        assert [mention.exchange for mention in talk.search(words)] == ([] if words == "FRIST? sie" else [kept.id])
    assert talk.search("") == talk.search("?!") == []
    assert talk.search("deposit kündigungsfrist") == []
    talk.rename(key, "  Smith v.\nJones ")
    assert [(mention.title, mention.question) for mention in talk.search("jon kündi")] == [
        ("Smith v. Jones", "Wie lange ist die Kündigungsfrist?")
    ]
    assert len(talk.search("i", most=1)) == 1


def test_what_is_not_there_is_said(store: Store) -> None:
    file, talk = put(store, 1), store.conversations
    first = exchange(store, "What is the notice?", file)
    key = talk.keep(first).id
    other = talk.keep(exchange(store, "Who?", file)).id
    for act in (talk.get, talk.tip, talk.path, talk.exchanges, talk.delete, talk.delete_exchange,
                lambda wrong: talk.rename(wrong, "x"), lambda wrong: talk.keep(first, wrong)):
        with pytest.raises(UnknownConversation):
            act("nowhere")
    with pytest.raises(UnknownConversation):  # what it follows is in another one
        talk.keep(exchange(store, "And?", file, before=first), other)
    for title in ("", " \n", "x" * 501):
        with pytest.raises(BadTitle):
            talk.rename(key, title)
    assert [talk.get(each).exchanges for each in (key, other)] == [1, 1]


def test_a_removed_document_takes_what_quotes_it_and_what_follows(store: Store) -> None:
    one, two, talk = put(store, 1), put(store, 2), store.conversations
    first = exchange(store, "A?", two)
    second = exchange(store, "B?", one, two, before=first)
    third = exchange(store, "C?", two, before=second)
    key = talk.keep(first).id
    talk.keep(second, key)
    talk.keep(third, key)
    alone = talk.keep(exchange(store, "D?", one)).id
    kept = talk.keep(exchange(store, "E?", two)).id
    assert talk.quoting(store.family(one)) == Quoting(3, 2)
    assert talk.quoting(()) == talk.quoting(("unknown",)) == Quoting(0, 0)
    store.remove(one)
    assert talk.exchanges(key) == (first,)
    assert talk.ids(key) == (first.id,)
    assert {conversation.id for conversation in talk.latest()} == {key, kept}
    with pytest.raises(UnknownConversation):
        talk.get(alone)
    with pytest.raises(UnknownDocument):  # an answer that was being written meanwhile
        talk.keep(replace(second, id="b" * 32, before=None))
    assert talk.get(key).exchanges == 1


def test_a_newer_version_takes_the_place_of_the_older(store: Store) -> None:
    file, talk = put(store, 1), store.conversations
    asked = exchange(store, "A?", file)
    talk.keep(asked)
    put(store, 1, word="paragraph")
    store.add_copy("/papers/copy.pdf", file, size=1, modified=1.0, digest=None)
    assert talk.path(asked.id) == (asked,)
    assert talk.quoting(store.family(file)) == Quoting(1, 1)
    other = put(store, 2)
    store.rename(other, file, size=1, modified=1.0)  # over it
    assert talk.quoting(store.family(file)) == Quoting(1, 1)
    store.add_copy(file, "/papers/copy.pdf", size=1, modified=1.0, digest=None)
    store.remove(file)
    assert talk.latest() == []


def test_words_of_a_passage_that_is_alike_count(store: Store) -> None:
    one, two = put(store, 1), put(store, 2)
    asked, other = exchange(store, "A?", one), exchange(store, "A?", two)
    hit = replace(asked.evidence.hits[0], alike=(other.evidence.hits[0].passage,))
    store.conversations.keep(replace(asked, evidence=replace(asked.evidence, hits=(hit,))))
    store.remove(two)
    assert store.conversations.latest() == []


SECRET = "quokkawombat"


def statements(store: Store) -> set[tuple[str, str]]:
    """By which tables and indexes were made."""
    with store._records.database.reading() as db:
        return set(db.execute("SELECT name, sql FROM v.sqlite_master").fetchall())


def talks(store: Store, seed: int = 1) -> tuple[list[str], list[str]]:
    """Keep conversations of all sizes, some of them secret; return the ids of secret and of other exchanges."""
    rng = random.Random(seed)
    file = put(store, 1)
    secret, other = [], []
    for number in range(30):
        before, key = None, None
        for _ in range(rng.randint(1, 4)):
            hidden = number % 2 == 0
            word = SECRET if hidden else "plain"
            filler = " ".join(str(rng.random()) for _ in range(rng.choice((2, 40, 400))))
            made = exchange(store, f"{word} {filler}?", file, before=before, said=f"{word} {filler}")
            key = store.conversations.keep(made, key).id
            before = made
            (secret if hidden else other).append(made.id)
    return secret, other


@pytest.mark.parametrize("whole", [False, True])
def test_nothing_of_what_was_deleted_is_left_in_the_file(
    whole: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shown, "_LEVEL", 0)  # so that words can be seen in what is packed, too
    with opened(tmp_path) as store:
        secret, other = talks(store)
        made = statements(store)
    assert SECRET.encode() in decrypted(tmp_path)
    with opened(tmp_path) as store:
        chosen = store.conversations.latest()
        if whole:
            for conversation in chosen:
                if SECRET in conversation.title:
                    store.conversations.delete(conversation.id)
        else:
            for key in secret:
                with contextlib.suppress(UnknownConversation):  # it followed one that is gone
                    store.conversations.delete_exchange(key)
        assert store.conversations.search(SECRET) == []
    left = decrypted(tmp_path)
    assert b"plain" in left
    assert SECRET.encode() not in left
    with opened(tmp_path) as store:
        store.verify()
        assert {e.id for c in store.conversations.latest() for e in store.conversations.exchanges(c.id)} == set(other)
        assert statements(store) == made
        key = store.conversations.latest()[0].id
        last = store.conversations.path(store.conversations.tip(key))[-1]
        store.conversations.keep(exchange(store, "And?", "/papers/1.pdf", before=last), key)
        assert store.conversations.path(store.conversations.tip(key))[-2] == last
        assert store.conversations.quoting(store.family("/papers/1.pdf")).exchanges == len(other) + 1


def test_nothing_is_left_of_what_quoted_a_document_or_of_a_title(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shown, "_LEVEL", 0)
    with opened(tmp_path) as store:
        file = "/papers/secret.pdf"
        store.add(file, *document(f"the {SECRET} clause"), directions(9, 1), size=1, modified=1.0, digest=b"9")
        other = put(store, 2)
        for number in range(20):
            store.conversations.keep(exchange(store, f"What of {number}?", file, said=f"The {SECRET} of {number}."))
            key = store.conversations.keep(exchange(store, f"And of {number}?", other)).id
        store.conversations.rename(key, f"{SECRET} matters")
        store.conversations.rename(key, "no more")
    assert SECRET.encode() in decrypted(tmp_path)
    with opened(tmp_path) as store:
        store.remove(file)
        assert len(store.conversations.latest()) == 20
    assert SECRET.encode() not in decrypted(tmp_path)


KILLED = """
import os, signal, sys
from pathlib import Path
from app.store import shown
from tests.store.library import opened
from tests.store.talk import exchange
store = opened(Path(sys.argv[1]))
first = store.conversations.exchanges(store.conversations.latest()[0].id)[0]
def killed(*_):
    os.kill(os.getpid(), signal.SIGKILL)
shown.pack = killed
after = sys.argv[2] == "follow"
made = exchange(store, "Again?", "/papers/1.pdf", before=first if after else None)
store.conversations.keep(made, store.conversations.latest()[0].id if after else None)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
@pytest.mark.parametrize("which", ["follow", "new"])
def test_killed_while_it_is_kept_it_is_as_it_was(which: str, tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        first = exchange(store, "What is the notice?", put(store, 1))
        made = store.conversations.keep(first)
    ended = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path), which], cwd=ROOT, env=os.environ, check=False
    )
    assert ended.returncode == -signal.SIGKILL
    with opened(tmp_path) as store:
        assert store.conversations.latest() == [made]
        assert store.conversations.exchanges(made.id) == (first,)


def test_ten_thousand_exchanges_are_listed_and_searched(store: Store) -> None:
    """Times are printed, as a busy computer says nothing about them."""
    file = put(store, 1)
    said = "The tenant may end the lease with notice of months in writing to the landlord. " * 3
    first = exchange(store, "What is the notice?", file, said=said)
    store.conversations.keep(first)
    with store._records.database.writing() as db:  # as keep() would, ten thousand times
        db.executemany(
            "INSERT INTO v.conversations SELECT ?, ?, title, words, created, ? FROM v.conversations WHERE number = 1",
            ((number, f"c{number}", float(number)) for number in range(2, 2001)),
        )
        db.executemany(
            "INSERT INTO v.exchanges SELECT ?, ?, ?, NULL, asked, question, words || ' n' || ? FROM v.exchanges"
            " WHERE number = 1", ((number, f"e{number}", number % 2000 + 1, number) for number in range(2, 10_001)),
        )
        db.execute("INSERT INTO v.shown SELECT e.number, s.shown FROM v.exchanges e, v.shown s WHERE e.number > 1")
    began = time.perf_counter()
    listed = store.conversations.latest()
    middle = time.perf_counter()
    found = store.conversations.search("tenant n7777")
    ended = time.perf_counter()
    store.conversations.delete("c7")
    deleted = time.perf_counter()
    store._records.tidy()
    tidied = time.perf_counter()
    print(f"listed in {middle - began:.3f} s, searched in {ended - middle:.3f} s, tidied in {tidied - deleted:.2f} s")
    assert len(listed) == 2000
    assert sum(conversation.exchanges for conversation in listed) == 10_000
    assert [mention.exchange for mention in found] == ["e7777"]
    assert len(store.conversations.search("landlord", most=20_000)) == 9_995
    assert len(store.conversations.latest()) == 1_999

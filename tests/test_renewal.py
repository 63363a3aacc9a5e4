"""The change of embedder as a stage: progress, what is embedded, closing and going on."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from app.errors import EngineDied
from app.models.roles import Vectors
from app.renewal import BATCH, renew
from app.store.index import Index
from app.store.renewal import Maker
from app.store.store import Store
from app.types import Document, Page, Passage, Renewed, Renewing
from tests.fakes import FakeEmbedder, FakeTokenizer

OLD = FakeEmbedder(dimension=512, fingerprint="old")
MAKER = Maker("new", 384, "Better", "query: ")


class Embedder(FakeEmbedder):
    """Remembers what it was given, and dies after so many calls."""

    def __init__(self, dies_after: int = 10_000, limit: int = 256) -> None:
        super().__init__(dimension=384, fingerprint="new", limit=limit)
        self.texts: list[str] = []
        self.dies_after = dies_after

    def embed(self, texts: Sequence[str], *, urgent: bool = False) -> Vectors:
        if len(self.calls) >= self.dies_after:
            raise EngineDied(reason="it was killed")
        self.texts += texts
        return super().embed(texts, urgent=urgent)


@pytest.fixture(autouse=True)
def exactly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the index aside, which takes a process and seconds: exact search answers, as it does until one is ready."""
    monkeypatch.setattr(Index, "prepare", lambda _: None)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(
        tmp_path / "library", bytearray(range(32)), dimension=512, fingerprint="old", label="Smith v. Jones"
    ) as opened:
        yield opened


def add(store: Store, name: str, *texts: str, context: str = "Lease") -> None:
    pages = tuple(Page(number, text) for number, text in enumerate(texts, 1))
    passages = [Passage(page.number, 0, len(page.text), page.text, context) for page in pages]
    embedded = [f"{context}\n{text}" for text in texts]
    store.add(name, Document("pdf", "", pages), passages, OLD.embed(embedded), size=1, modified=1,
              digest=store.content_key(name.encode()), texts=embedded, embedder="old")  # fmt: skip


def best(store: Store, embedder: FakeEmbedder, question: str) -> str:
    store.renewal.asking = embedder.fingerprint
    return store.passages([store.nearest(embedder.embed([question])[0], 1)[0][0]])[0].text


def test_all_is_found_by_the_new_one(store: Store) -> None:
    add(store, "/a", "the rent is due in march", "blood pressure was high")
    new = Embedder()
    events = list(renew(store, new, FakeTokenizer(), MAKER))
    assert events[0] == Renewing("Smith v. Jones", 0, 2, None)
    assert isinstance(events[-1], Renewed)
    assert events[-1].passages == 2
    assert new.texts == ["Lease\nthe rent is due in march", "Lease\nblood pressure was high"]
    assert best(store, new, "blood pressure") == "blood pressure was high"
    assert store.renewal.maker == MAKER
    assert list(renew(store, new, FakeTokenizer(), MAKER)) == []


def test_progress_is_told_by_passages(store: Store) -> None:
    add(store, "/a", *(f"clause number {i}" for i in range(2 * BATCH + 5)))
    told = [event for event in renew(store, Embedder(), FakeTokenizer(), MAKER) if isinstance(event, Renewing)]
    assert [(event.done, event.of) for event in told] == [
        (done, 2 * BATCH + 5) for done in (0, BATCH, 2 * BATCH, 2 * BATCH + 5)
    ]
    assert told[0].left is None
    assert told[2].left is not None


def test_closed_early_the_old_one_answers_and_the_next_goes_on(store: Store) -> None:
    add(store, "/a", *(f"clause number {i}" for i in range(2 * BATCH + 5)))
    with contextlib.closing(renew(store, Embedder(), FakeTokenizer(), MAKER)) as events:
        next(events)
        next(events)
    assert store.renewal.maker.fingerprint == "old"
    assert best(store, OLD, "clause number 200") == "clause number 200"
    again = Embedder()
    first, *_ = renew(store, again, FakeTokenizer(), MAKER)
    assert first.done == BATCH
    assert len(again.texts) == BATCH + 5


def test_an_engine_that_dies_changes_nothing(store: Store) -> None:
    add(store, "/a", *(f"clause number {i}" for i in range(2 * BATCH)))
    with pytest.raises(EngineDied):
        list(renew(store, Embedder(dies_after=1), FakeTokenizer(), MAKER))
    assert best(store, OLD, "clause number 200") == "clause number 200"
    assert store.renewal.progress() == (BATCH, 2 * BATCH)


def test_to_choose_the_old_one_again_throws_away_what_was_made(store: Store) -> None:
    add(store, "/a", *(f"clause number {i}" for i in range(BATCH + 1)))
    with contextlib.closing(renew(store, Embedder(), FakeTokenizer(), MAKER)) as events:
        next(events)
        next(events)
    assert list(renew(store, OLD, FakeTokenizer(), Maker("old", 512))) == []
    assert store.renewal.following is None
    assert store.renewal.progress()[0] == 0
    assert best(store, OLD, "clause number 7") == "clause number 7"


def test_the_same_text_is_embedded_once(store: Store) -> None:
    for name in ("/a", "/b"):
        add(store, name, "letterhead", "letterhead", f"letter {name}")
    new = Embedder()
    list(renew(store, new, FakeTokenizer(), MAKER))
    assert sorted(new.texts) == ["Lease\nletter /a", "Lease\nletter /b", "Lease\nletterhead"]


def test_a_passage_longer_than_the_new_one_reads_is_embedded_in_parts(store: Store) -> None:
    text = " ".join(f"word{i}" for i in range(100)) + " needle"
    add(store, "/a", text, "something else", context="")
    new = Embedder(limit=42)
    list(renew(store, new, FakeTokenizer(), MAKER))
    parts = new.texts[:3]
    assert "".join(parts) == text
    assert all(len(FakeTokenizer().starts(part)) <= 40 for part in parts)
    assert best(store, new, "needle") == text
    found = store.similarity(new.embed(["needle"]), [store.words("needle", 1)[0][0]])
    assert next(iter(found.values()))[0] > 0.05


def test_an_empty_library_follows_at_once(store: Store) -> None:
    assert isinstance(list(renew(store, Embedder(), FakeTokenizer(), MAKER))[-1], Renewed)
    assert store.renewal.maker == MAKER


def test_vectors_have_unit_length(store: Store) -> None:
    add(store, "/a", "a " * 300, "b")
    list(renew(store, Embedder(limit=42), FakeTokenizer(), MAKER))
    store.renewal.asking = "new"
    ids = [key for key, _ in store.nearest(np.ones(384, np.float32), 2)]
    assert len(ids) == 2

"""The vector index's life: partly built, worn out, failing, without shared memory."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import numpy as np
import pytest

from app.store import index
from app.store.vectors_client import IndexLost, VectorsProcess
from tests.store.library import directions, document, finds, opened, put, settle


def test_opening_and_listing_does_not_start_it(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        store.documents()
        store.words("x", 1)
        assert store._index._thread is None
    assert not (tmp_path / "index.sealed").exists()


def test_an_index_that_is_behind_is_sealed_and_goes_on_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "_SETTLE", 0.0)
    monkeypatch.setattr(index, "_BATCH", 10)
    real = VectorsProcess.upsert

    def slow(self: VectorsProcess, ids: list[str], vectors: np.ndarray[tuple[int, int], np.dtype[np.float32]]) -> None:
        time.sleep(0.05)
        real(self, ids, vectors)

    monkeypatch.setattr(VectorsProcess, "upsert", slow)
    with opened(tmp_path) as store:
        for number in range(10):
            put(store, number, passages=20)
        while store._index._high < 40:
            assert finds(store, 9, passages=20)
    monkeypatch.undo()
    with opened(tmp_path) as store:
        settle(store)
        assert store._index._sealed_state
        high, stale = store._index._sealed_state
        assert 40 <= high < 200
        assert stale == 0
        assert all(finds(store, number, passages=20) for number in range(10))
    with opened(tmp_path) as store:
        settle(store)
        assert store._index._sealed_state == (200, 0)


def test_an_unchanged_index_is_not_sealed_again(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        put(store, 1)
        settle(store)
    before = (tmp_path / "index.sealed").read_bytes()
    with opened(tmp_path) as store:
        settle(store)
        assert finds(store, 1)
    assert (tmp_path / "index.sealed").read_bytes() == before


def test_closing_does_not_wait_for_an_index_that_would_be_laid_back_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(tmp_path) as store:
        put(store, 1)
        settle(store)
    before = (tmp_path / "index.sealed").read_bytes()
    opening = threading.Event()
    real = VectorsProcess.open

    def held(self: VectorsProcess, folder: Path, *, new: bool) -> None:
        opening.set()
        with monkeypatch.context() as patched:  # it says nothing until it is ended
            patched.setattr("app.frames.write", lambda *_: None)
            real(self, folder, new=new)

    monkeypatch.setattr(VectorsProcess, "open", held)
    for late in (False, True):
        with opened(tmp_path) as store:
            assert finds(store, 1)
            if late:
                assert opening.wait(60)
        assert store.index_failure is None
        assert not store._index._working.path.exists()
    monkeypatch.undo()
    assert (tmp_path / "index.sealed").read_bytes() == before
    with opened(tmp_path) as store:
        settle(store)
        assert store._index._sealed_state == (3, 0)
        assert finds(store, 1)


def test_what_was_added_while_the_index_was_opened_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index, "_SETTLE", 300.0)
    for number in range(2):
        with opened(tmp_path) as store:
            put(store, number)
    with opened(tmp_path) as store:
        settle(store)
        assert store._index._sealed_state == (6, 0)


def test_replaced_vectors_do_not_pile_up(tmp_path: Path) -> None:
    """Chroma keeps removed vectors in its files; past a tenth of all, the index is made anew."""
    with opened(tmp_path) as store:
        for number in range(20):
            put(store, number, passages=10)
        settle(store)
    with opened(tmp_path) as store:
        settle(store)
        put(store, 0, passages=10)
        settle(store)
    with opened(tmp_path) as store:
        settle(store)
        assert store._index._sealed_state == (210, 10)
        for number in range(3):
            put(store, number, passages=10)
        settle(store)
        assert len(store.nearest(directions(1, 1)[0], 500)) == 200
    assert not (tmp_path / "index.sealed").exists()
    with opened(tmp_path) as store:
        settle(store)
    with opened(tmp_path) as store:
        settle(store)
        assert store._index._sealed_state == (240, 0)
        assert all(finds(store, number, passages=10) for number in range(20))


def test_a_failing_chroma_is_replaced_by_exact_search(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> list[tuple[str, float]]:
        raise IndexLost("it reported InternalError")

    with opened(tmp_path) as store:
        for number in range(5):
            put(store, number)
        settle(store)
        monkeypatch.setattr(VectorsProcess, "nearest", broken)
        assert all(finds(store, number) for number in range(5))
        assert isinstance(store.index_failure, IndexLost)
        monkeypatch.undo()
        put(store, 5)
        assert all(finds(store, number) for number in range(6))
        assert not store.search_ready
    assert not (tmp_path / "index.sealed").exists()
    with opened(tmp_path) as store:
        settle(store)
        assert all(finds(store, number) for number in range(6))


def test_closing_at_once_after_adding_is_sound(tmp_path: Path) -> None:
    for turn in range(5):
        with opened(tmp_path) as store:
            put(store, turn)
    with opened(tmp_path) as store:
        settle(store)
        assert all(finds(store, turn) for turn in range(5))
        assert store.index_failure is None


def test_like_vectors_are_all_found(tmp_path: Path) -> None:
    """The same page in two files has one vector; the probes at opening must not take that for damage."""
    vectors = np.repeat(directions(1, 1), 30, axis=0)
    with opened(tmp_path) as store:
        store.add("/a", *document(*["same"] * 30), vectors, size=1, modified=1.0, digest=b"")
        settle(store)
        assert len(store.nearest(vectors[0], 100)) == 30
    with opened(tmp_path) as store:
        settle(store)
        assert store._index._sealed_state == (30, 0)


def test_a_vector_of_zeros_can_be_stored(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        store.add("/a", *document("nothing", "something"), np.stack([np.zeros(32, np.float32), directions(1, 1)[0]]),
                  size=1, modified=1.0, digest=b"")
        settle(store)
        assert store.passages([store.nearest(directions(1, 1)[0], 1)[0][0]])[0].text == "something"
        assert store.index_failure is None
    with opened(tmp_path) as store:
        settle(store)
        assert store.index_failure is None

"""The change of embedder in the store: what answers meanwhile, what a kill leaves, what can never be mixed."""

from __future__ import annotations

import hashlib
import threading
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from app.errors import OtherEmbedder
from app.store.index import Index
from app.store.renewal import Maker
from app.store.store import Store
from tests.store.library import DIMENSION, directions, document, finds, opened, put, settle

OLD, NEW = Maker("one", DIMENSION), Maker("two", DIMENSION // 2, "Better", "query: ", "passage: ")


def fresh(store: Store, maker: Maker = NEW, *, most: int = 2, batches: int = 10_000) -> int:
    """Make new vectors of all that is due, or some of it; each tells which passage it is of."""
    done = 0
    for _ in range(batches):
        due = store.renewal.due(most)
        if not due:
            break
        store.renewal.put(maker, [one.seq for one in due], np.stack([of(one.text, maker) for one in due]))
        done += len(due)
    return done


def of(text: str, maker: Maker = NEW) -> npt.NDArray[np.float32]:
    seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
    found = np.random.default_rng(seed).standard_normal(maker.dimension).astype(np.float32)
    return np.asarray(found / np.linalg.norm(found), dtype=np.float32)


def is_new(store: Store, *numbers: int) -> bool:
    """Whether each passage of these documents is nearest to its new vector."""
    for number in numbers:
        for part in range(3):
            text = f"clause {number} part {part}"
            hits = store.nearest(of(text), 1)
            if not hits or hits[0][1] < 0.99 or store.passages([hits[0][0]])[0].text != text:
                return False
    return True


@pytest.fixture
def exactly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the index aside, which takes a process and seconds: exact search answers, as it does until one is ready."""
    monkeypatch.setattr(Index, "prepare", lambda _: None)


@pytest.mark.usefixtures("exactly")
def test_a_library_of_another_embedder_opens_and_is_found_by_words(tmp_path: Path) -> None:
    with opened(tmp_path, fingerprint="one") as store:
        put(store, 1)
    with opened(tmp_path, fingerprint="two", dimension=DIMENSION // 2) as store:
        assert store.renewal.maker == OLD
        assert not store.renewal.comparable
        assert store.nearest(np.ones(DIMENSION // 2, np.float32), 3) == []
        assert store.similarity(np.ones((1, DIMENSION // 2), np.float32), [store.words("clause", 1)[0][0]]) == {}
        assert store.words("clause", 3)
        assert store.vectors_of(["clause 1 part 0"]) == [None]
        store.renewal.asking = "one"  # the old model is found on the computer
        assert finds(store, 1)


@pytest.mark.usefixtures("exactly")
def test_an_empty_library_becomes_that_of_the_embedder_it_is_opened_with(tmp_path: Path) -> None:
    opened(tmp_path, fingerprint="one").close()
    with opened(tmp_path, fingerprint="two", dimension=DIMENSION) as store:
        assert store.renewal.maker == Maker("two", DIMENSION)
        put(store, 1)
        assert finds(store, 1)


@pytest.mark.usefixtures("exactly")
def test_the_name_and_the_prompts_are_kept(tmp_path: Path) -> None:
    with opened(tmp_path, fingerprint="one") as store:
        put(store, 1)
        store.renewal.note(Maker("one", DIMENSION, "First", "q: "))
        store.renewal.note(NEW)  # whose vectors these are not
    with opened(tmp_path, fingerprint="two") as store:
        assert store.renewal.maker == Maker("one", DIMENSION, "First", "q: ")


def test_the_old_vectors_answer_until_all_new_ones_take_their_place(tmp_path: Path) -> None:
    with opened(tmp_path, fingerprint="one") as store:
        for number in (1, 2, 3):
            put(store, number)
        settle(store)
        store.renewal.begin(NEW)
        assert store.renewal.progress() == (0, 9)
        fresh(store, batches=3)
        assert store.renewal.progress() == (6, 9)
        assert not store.renewal.switch()
        assert finds(store, 2)
        fresh(store)
        assert finds(store, 2)
        assert store.renewal.switch()
        # Questions of the old embedder are not compared with the new vectors.
        assert store.nearest(directions(1, 1)[0], 3) == []
        store.renewal.asking = "two"
        assert is_new(store, 1, 2, 3)
        assert store.renewal.maker == NEW
        assert store.renewal.following is None
        settle(store)
        assert is_new(store, 1, 2, 3)
    with opened(tmp_path, fingerprint="two", dimension=NEW.dimension) as store:
        settle(store)
        assert is_new(store, 1, 2, 3)
        assert store.renewal.maker == NEW


def test_of_the_same_dimension_an_old_index_is_never_asked(tmp_path: Path) -> None:
    new = Maker("two", DIMENSION)
    with opened(tmp_path, fingerprint="one") as store:
        put(store, 1)
        settle(store)
    with opened(tmp_path, fingerprint="one") as store:  # the index lies sealed and is not opened
        store.renewal.begin(new)
        fresh(store, new)
        assert store.renewal.switch()
    with opened(tmp_path, fingerprint="two") as store:
        settle(store)
        hits = store.nearest(of("clause 1 part 2", new), 1)
        assert hits[0][1] > 0.99
        assert not finds(store, 1)


@pytest.mark.usefixtures("exactly")
def test_it_goes_on_after_a_kill(tmp_path: Path) -> None:
    with opened(tmp_path, fingerprint="one") as store:
        for number in (1, 2):
            put(store, number)
        store.renewal.begin(NEW)
        fresh(store, batches=2)
    with opened(tmp_path, fingerprint="two", dimension=NEW.dimension) as store:
        assert store.renewal.following == NEW
        store.renewal.begin(NEW)
        assert store.renewal.progress() == (4, 6)
        assert fresh(store) == 2
        assert store.renewal.switch()
        assert is_new(store, 1, 2)


@pytest.mark.usefixtures("exactly")
def test_another_choice_begins_again_and_the_old_one_ends_it(tmp_path: Path) -> None:
    other = Maker("three", DIMENSION)
    with opened(tmp_path, fingerprint="one") as store:
        put(store, 1)
        store.renewal.begin(NEW)
        fresh(store, batches=1)
        store.renewal.begin(other)
        assert store.renewal.progress() == (0, 3)
        with pytest.raises(OtherEmbedder):
            fresh(store)
        store.renewal.drop()
        assert store.renewal.following is None
        assert not store.renewal.switch()
        assert finds(store, 1)


@pytest.mark.usefixtures("exactly")
def test_what_is_added_and_removed_meanwhile(tmp_path: Path) -> None:
    with opened(tmp_path, fingerprint="one") as store:
        files = [put(store, number) for number in (1, 2, 3)]
        store.renewal.begin(NEW)
        fresh(store, batches=4)
        due = store.renewal.due(1)
        store.remove(files[2])  # its last passage was on its way
        store.renewal.put(NEW, [due[0].seq], np.stack([of(due[0].text)]))
        store.remove(files[0])
        assert store.renewal.progress() == (3, 3)  # new vectors of removed passages went with them
        put(store, 4)
        assert not store.renewal.switch()
        fresh(store)
        assert store.renewal.switch()
        store.renewal.asking = "two"
        assert is_new(store, 2, 4)


@pytest.mark.usefixtures("exactly")
def test_the_same_text_is_made_once(tmp_path: Path) -> None:
    with opened(tmp_path, fingerprint="one") as store:
        for number in range(3):
            made = document("the letterhead", f"letter {number}")
            store.add(f"/{number}", *made, directions(number, 2), size=1, modified=1, digest=bytes([number]),
                      texts=["the letterhead", f"letter {number}"])  # fmt: skip
        store.renewal.begin(NEW)
        fresh(store, batches=1)
        found = store.renewal.due(10)
        assert [one.vector is not None for one in found] == [True, False, True, False]
        assert found[0].vector == pytest.approx(of("the letterhead"), abs=1e-3)


@pytest.mark.usefixtures("exactly")
def test_vectors_of_another_embedder_are_not_taken_in(tmp_path: Path) -> None:
    with opened(tmp_path, fingerprint="one") as store:
        put(store, 1)
        made = document("clause 9 part 0")
        with pytest.raises(OtherEmbedder):
            store.add("/9", *made, directions(9, 1), size=1, modified=1, digest=b"9", embedder="two")
        store.add("/9", *made, directions(9, 1), size=1, modified=1, digest=b"9", embedder="one")
        with pytest.raises(ValueError, match="shape"):
            store.renewal.put(NEW, [1], directions(1, 1))


def test_searching_while_it_is_switched(tmp_path: Path) -> None:
    with opened(tmp_path, fingerprint="one") as store:
        for number in range(40):
            put(store, number)
        settle(store)
        store.renewal.begin(NEW)
        fresh(store, most=64)
        errors: list[Exception] = []
        over = threading.Event()

        def search() -> None:
            vector = directions(7, 1)[0]
            while not over.is_set():
                try:
                    hits = store.nearest(vector, 5)
                    store.similarity(vector[None], [key for key, _ in hits])
                    assert not hits or hits[0][1] > 0.99  # never an old question with new vectors
                except ValueError as error:
                    if "of shape" not in str(error):
                        errors.append(error)
                except Exception as error:  # noqa: BLE001
                    errors.append(error)

        threads = [threading.Thread(target=search) for _ in range(3)]
        for thread in threads:
            thread.start()
        assert store.renewal.switch()
        over.set()
        for thread in threads:
            thread.join()
        assert errors == []
        assert store.index_failure is None
        store.renewal.asking = "two"
        settle(store)
        assert is_new(store, 0, 7, 39)

"""Searches kept to a part of a library: exactly what lies in it and as much as there is, with the real Chroma."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from app.store import finding
from app.store.several import Several
from app.store.store import Store
from app.types import Exact, Scope, Searched, Word
from tests.store.library import DIMENSION, directions, document, opened, put, settle

DOCUMENTS, PASSAGES = 40, 5


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with opened(tmp_path_factory.mktemp("library")) as made:
        for number in range(DOCUMENTS):
            put(made, number, passages=PASSAGES, word="red" if number % 2 else "blue")
        made.add_copy("/desk/copy.pdf", "/papers/7.pdf", size=1, modified=1.0, digest=None)
        settle(made)
        yield made


def ids(store: Store, *numbers: int) -> frozenset[str]:
    found = store.scope(Scope(files=tuple(f"/papers/{number}.pdf" for number in numbers)))
    assert found is not None
    assert len(found) == len(numbers)
    return found


def exactly(store: Store, vector: npt.NDArray[np.float32], inside: frozenset[str]) -> dict[str, float]:
    """The cosine of each passage of these documents, computed here one by one, the highest first."""
    with store._records.database.reading() as db:
        rows = db.execute(
            "SELECT p.id, d.id, x.vector FROM v.passages p JOIN v.documents d ON d.number = p.document"
            " JOIN v.vectors x ON x.seq = p.seq"
        ).fetchall()
    halves = [(key, np.frombuffer(half, "<f2").astype(np.float32)) for key, of, half in rows if of in inside]
    found = {key: float(half @ vector / np.linalg.norm(half)) for key, half in halves}
    return dict(sorted(found.items(), key=lambda hit: -hit[1]))


@pytest.mark.parametrize(("small", "deepest"), [(3_000, 4_000), (0, 4_000), (0, 1), (40, 60)])
def test_the_nearest_inside_are_found_however_few_they_are(
    store: Store, monkeypatch: pytest.MonkeyPatch, small: int, deepest: int
) -> None:
    """By comparing every vector, by asking the index for more, or where that is not enough."""
    monkeypatch.setattr(finding, "_SMALL", small)
    monkeypatch.setattr(finding, "_DEEPEST", deepest)
    chance = random.Random(3)
    for size in (1, 3, 20, DOCUMENTS):
        inside = ids(store, *chance.sample(range(DOCUMENTS), size))
        for seed in range(4):
            # A question that has nothing to do with what is inside, and one that has.
            for vector in (directions(1000 + seed, 1)[0], directions(seed, 1)[0]):
                expected = exactly(store, vector, inside)
                for k in (1, 7, 500):
                    hits = store.nearest(vector, k, documents=inside)
                    scores = [score for _, score in hits]
                    np.testing.assert_allclose(scores, list(expected.values())[:k], atol=1e-5)
                    np.testing.assert_allclose(scores, [expected[key] for key, _ in hits], atol=1e-5)
                    assert len(dict(hits)) == len(hits)


def test_the_far_side_of_a_library_is_not_lost(tmp_path: Path) -> None:
    """Everything near lies outside: what is found first and thrown away then would leave nothing."""
    with opened(tmp_path) as store:
        center = directions(1, 1)
        near = (center + 0.01 * directions(2, 300)).astype(np.float32)
        store.add("/near", *document(*["near"] * 300), near, size=1, modified=1.0, digest=b"")
        store.add("/far", *document(*["far"] * 40), -near[:40], size=1, modified=1.0, digest=b"")
        settle(store)
        far = store.scope(Scope(files=("far",)))
        assert far
        for small in (3_000, 10):
            finding._SMALL, before = small, finding._SMALL
            try:
                hits = store.nearest(center[0], 25, documents=far)
            finally:
                finding._SMALL = before
            assert len(hits) == 25
            assert {hit.text for hit in store.passages([key for key, _ in hits])} == {"far"}


def test_words_inside(store: Store) -> None:
    inside = ids(store, 1, 2, 3)
    assert len(store.words("part", 100, documents=inside)) == 3 * PASSAGES
    hits = store.passages([key for key, _ in store.words("red", 100, documents=inside)])
    assert {hit.file for hit in hits} == {"/papers/1.pdf", "/papers/3.pdf"}
    hits = store.passages([key for key, _ in store.words("", 100, demand=Exact("blue 2 part"), documents=inside)])
    assert len(hits) == PASSAGES
    assert store.words("", 100, demand=Exact("red 5 part"), documents=inside) == []
    assert len(store.words("part", 1000, demand=Word("red"))) == DOCUMENTS // 2 * PASSAGES


@pytest.mark.parametrize("inside", [frozenset(), frozenset({"nobody", "' OR 1"})])
def test_a_part_that_is_empty_holds_nothing(store: Store, inside: frozenset[str]) -> None:
    vector = directions(1, 1)[0]
    assert store.nearest(vector, 9, documents=inside) == []
    assert store.words("part", 9, documents=inside) == []
    assert store.words("", 9, demand=Word("part"), documents=inside) == []
    assert store.routes("paper 1", 9, documents=inside) == []
    assert store.searched(inside) == Searched(0, 0, 0)
    (key, _), = store.words("red 1 part 1", 1)
    assert [hit.file for hit in store.passages([key], documents=inside)] == ["/papers/1.pdf"]


def test_odd_questions_inside(store: Store) -> None:
    inside = ids(store, 1)
    assert store.nearest(np.zeros(DIMENSION, np.float32), 5, documents=inside) == []
    assert store.nearest(directions(1, 1)[0], 0, documents=inside) == []
    assert store.nearest(np.full(DIMENSION, np.inf, np.float32), 5, documents=inside) == []
    with pytest.raises(ValueError, match="shape"):
        store.nearest(np.zeros(3, np.float32), 5, documents=inside)
    with pytest.raises(ValueError, match="shape"):
        store.similarity(np.zeros((2, 3), np.float32), [])


def test_a_vectors_length_does_not_matter(store: Store) -> None:
    inside = ids(store, 1, 2)
    vector = directions(1, 1)[0]
    for factor in (1e-6, 1e6):
        longer = (vector * factor).astype(np.float32)
        for documents in (None, inside):
            one = store.nearest(vector, 5, documents=documents)
            other = store.nearest(longer, 5, documents=documents)
            assert [key for key, _ in one] == [key for key, _ in other]
            np.testing.assert_allclose([s for _, s in one], [s for _, s in other], atol=1e-4)


def test_similarity_is_that_of_the_stored_vectors(store: Store) -> None:
    vector = directions(1, 1)[0]
    hits = store.nearest(vector, 1000)
    assert len(hits) == DOCUMENTS * PASSAGES
    two = np.stack([vector, -2 * vector])
    found = store.similarity(two, [*(key for key, _ in hits), "nobody", hits[0][0]])
    assert found.keys() == dict(hits).keys()
    for key, score in hits:
        assert found[key] == pytest.approx([score, -score], abs=1e-4)
    assert store.similarity(two, []) == store.similarity(two, ["nobody"]) == {}
    assert store.similarity(np.zeros((1, DIMENSION), np.float32), [hits[0][0]])[hits[0][0]] == pytest.approx([0.0])


def test_frequencies_follow_what_is_added_and_removed(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        assert (store.frequencies(["walrus"]).passages, store.frequencies(["walrus"]).counts) == (0, {"walrus": 0})
        put(store, 1, word="walrus")
        store.add("/b", *document("Walrus, walrus!", "oyster"), directions(2, 2), size=1, modified=1.0, digest=b"")
        found = store.frequencies(["walrus", "oyster", "carpenter", "", "\ud800", "WALRUS", "walrus oyster"])
        assert found.passages == 5
        assert found.counts["walrus"] == found.counts["WALRUS"] == 4
        assert (found.counts["oyster"], found.counts["carpenter"], found.counts["walrus oyster"]) == (1, 0, 0)
        store.remove("/b")
        assert store.frequencies(["walrus"]).counts == {"walrus": 3}
        assert store.frequencies([]).counts == {}


def test_a_removed_passage_is_found_in_no_part(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        for number in range(3):
            put(store, number)
        settle(store)
        everything = ids(store, 0, 1, 2)
        vector = directions(1, 1)[0]
        assert len(store.nearest(vector, 99, documents=everything)) == 9
        gone = [key for key, score in store.nearest(vector, 1, documents=everything)]
        store.remove("/papers/1.pdf")
        hits = store.nearest(vector, 99, documents=everything)
        assert len(hits) == 6
        assert not set(gone) & {key for key, _ in hits}
        assert store.similarity(vector[None], gone) == {}
        assert len(store.words("clause", 99, documents=everything)) == 6
        assert store.searched(everything) == Searched(2, 2, 0)


def test_several_libraries_are_searched_in_part(tmp_path: Path) -> None:
    with (
        Store.open(tmp_path / "a", bytearray(b"a" * 32), dimension=DIMENSION, label="Lease") as first,
        Store.open(tmp_path / "b", bytearray(b"b" * 32), dimension=DIMENSION, label="Divorce") as second,
    ):
        both = Several([first, second])
        assert both.scope(Scope()) is None
        assert both.scope(Scope(files=("1",))) == frozenset()
        for number in range(6):
            put(first if number % 2 else second, number)
        inside = both.scope(Scope(files=("1.pdf", "2.pdf", "3.pdf")))
        assert inside
        assert len(inside) == 3
        vector = directions(2, 1)[0]
        hits = both.nearest(vector, 99, documents=inside)
        assert len(hits) == 9
        assert {hit.file for hit in both.passages([key for key, _ in hits], documents=inside)} == {
            f"/papers/{number}.pdf" for number in (1, 2, 3)}
        assert len(both.words("clause", 99, documents=inside)) == 9
        assert len(both.words("", 99, demand=Exact("clause 2"), documents=inside)) == 3
        assert both.searched(inside) == Searched(3, 3, 0)
        cosines = both.similarity(vector[None], [key for key, _ in hits])
        assert {key: cosine for key, (cosine,) in cosines.items()} == pytest.approx(dict(hits), abs=1e-4)
        found = both.frequencies(["clause", "2"])
        assert (found.passages, found.counts["clause"], found.counts["2"]) == (18, 18, 8)
        (key, _), = both.routes("paper 2", 1)
        two = second.document("/papers/2.pdf")
        assert two
        assert key == two.id
        assert both.routes("paper 4", 9, documents=inside) == [
            hit for hit in both.routes("paper 4", 9) if hit[0] in inside]

"""A question into evidence over a real store: named documents, limits, what is alike, and errors in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from app.errors import EmptyLibrary, EmptyScope, NoQuestion
from app.models.roles import Scores
from app.retrieval import Retrieval
from app.store.store import Store
from app.types import Evidence, Scope
from tests.retrieval.collection import EMBEDDER, opened, put

BOILERPLATE = "This agreement is governed by the laws of the State of Delaware without regard to conflicts of law."
LEASE = (
    "Lease between Vantongeren and Port Ellery Limited.", "The rent is 2,450 dollars a month.",
    "Notice to end the lease is three months in writing.", BOILERPLATE,
)  # fmt: skip
HOSTING = (
    "Hosting agreement between Dyntek and Teksoft.", "The fee is 900 dollars a month.",
    "Notice to end the agreement is thirty days.", BOILERPLATE,
)  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with opened(tmp_path / "library") as store:
        put(store, "/papers/leases/port-ellery.txt", *LEASE, title="Lease of Port Ellery", date="2023-05-01")
        put(store, "/papers/contracts/dyntek.pdf", *HOSTING, title="Hosting Agreement Dyntek", kind="pdf",
            date="2024-05-01")  # fmt: skip
        put(store, "/papers/other.txt", "The orchard has twelve apple trees.", "Nobody waters the pears.")
        yield store


def found(evidence: Evidence) -> list[str]:
    return [hit.passage.text for hit in evidence.hits]


def test_the_passage_that_answers_comes_first(store: Store) -> None:
    evidence = Retrieval(store, EMBEDDER).search("How many apple trees has the orchard?")
    assert evidence.hits[0].passage.text == "The orchard has twelve apple trees."
    assert [hit.rank for hit in evidence.hits] == list(range(1, len(evidence.hits) + 1))
    assert evidence.hits[0].score == 1.0
    assert all(one.score >= two.score for one, two in zip(evidence.hits, evidence.hits[1:], strict=False))
    assert 0 < evidence.similarity <= 1.0001
    assert evidence.searched.files == 3


@pytest.mark.parametrize(("name", "notice"), [
    ("Lease between Vantongeren and Port Ellery", LEASE[2]),
    ("Hosting Agreement between Dyntek and Teksoft", HOSTING[2]),
])  # fmt: skip
def test_a_question_that_names_its_document_is_answered_from_it(store: Store, name: str, notice: str) -> None:
    evidence = Retrieval(store, EMBEDDER).search(f"Consider the {name}; what is the notice to end it?")
    assert evidence.hits[0].passage.text == notice


def test_what_is_alike_counts_once(store: Store) -> None:
    evidence = Retrieval(store, EMBEDDER).search("Which laws of the State of Delaware govern?")
    (hit,) = [hit for hit in evidence.hits if hit.passage.text == BOILERPLATE]
    assert [other.text for other in hit.alike] == [BOILERPLATE]
    assert {hit.passage.document, hit.alike[0].document} == {
        row.id for row in store.documents() if row.file != "/papers/other.txt"
    }


def test_what_was_searched_for_is_marked(store: Store) -> None:
    hit = Retrieval(store, EMBEDDER).search("apple trees").hits[0]
    assert [hit.passage.text[start:end] for start, end in hit.marks] == ["apple trees"] or [
        hit.passage.text[start:end] for start, end in hit.marks
    ] == ["apple", "trees"]


def test_a_phrase_limits_what_may_come(store: Store) -> None:
    retrieval = Retrieval(store, EMBEDDER)
    assert found(retrieval.search('"three months"')) == [LEASE[2]]
    assert found(retrieval.search('notice "thirty days" rent apple')) == [HOSTING[2]]
    assert retrieval.search('"months three"').hits == ()


def test_a_scope_limits_and_so_does_the_query(store: Store) -> None:
    retrieval = Retrieval(store, EMBEDDER)
    files = {hit.passage.file for hit in retrieval.search("notice", scope=Scope(folders=("/papers/leases",))).hits}
    assert files == {"/papers/leases/port-ellery.txt"}
    evidence = retrieval.search("notice type:pdf")
    assert {hit.passage.kind for hit in evidence.hits} == {"pdf"}
    assert evidence.searched.files == 1
    assert {hit.passage.file for hit in retrieval.search("notice after:2024-01-01", scope=Scope(kinds=("pdf",))).hits} \
        == {"/papers/contracts/dyntek.pdf"}
    with pytest.raises(EmptyScope):
        retrieval.search("notice type:pdf", scope=Scope(folders=("/papers/leases",)))


def test_errors_are_said_in_words(store: Store, tmp_path: Path) -> None:
    retrieval = Retrieval(store, EMBEDDER)
    for question in ("", "  \n "):
        with pytest.raises(NoQuestion):
            retrieval.search(question)
    with pytest.raises(EmptyScope):
        retrieval.search("notice", scope=Scope(folders=("/nowhere",)))
    with opened(tmp_path / "empty") as empty, pytest.raises(EmptyLibrary):
        Retrieval(empty, EMBEDDER).search("notice")


@pytest.mark.parametrize("question", ["the of and", "?!", "a", "§", "x" * 50_000, "notice to end the lease " * 2_000])
def test_any_question_gets_an_answer(store: Store, question: str) -> None:
    assert Retrieval(store, EMBEDDER).search(question).hits


def test_hints_of_the_query_reach_the_evidence(store: Store) -> None:
    evidence = Retrieval(store, EMBEDDER).search("notice after:someday")
    assert evidence.hints
    assert evidence.hits
    said = Retrieval(store, EMBEDDER, hints=["Said of the library."])
    assert said.search("notice").hints == ("Said of the library.",)


def test_whoever_listens_is_told(store: Store) -> None:
    told: list[Evidence] = []
    evidence = Retrieval(store, EMBEDDER, asked=told.append).search("notice")
    assert told == [evidence]


def test_a_reranker_has_a_word_in_the_order(store: Store) -> None:
    class Pears:
        def score(self, question: str, texts: Sequence[str]) -> Scores:
            return np.array([0.9999 if "pears" in text else 0.0001 for text in texts], np.float32)

    assert found(Retrieval(store, EMBEDDER).search("apple trees"))[0] != "Nobody waters the pears."
    assert found(Retrieval(store, EMBEDDER, reranker=Pears()).search("apple trees"))[0] == "Nobody waters the pears."


def test_no_more_than_asked_for(store: Store) -> None:
    assert len(Retrieval(store, EMBEDDER).search("notice", 2).hits) == 2

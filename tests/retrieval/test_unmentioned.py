"""What a question names that the documents found for it never mention, over a real store."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.retrieval import Retrieval
from app.store.store import Store
from tests.retrieval.collection import EMBEDDER, opened, put


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with opened(tmp_path / "library") as store:
        put(store, "/papers/Brightwater lease.txt", "The lease was signed by Miriam Okafor on 3 March 2016.",
            "Notice to end it is ninety days in writing.",
            "Robert Maynard looked after the stairs and rooms. A trophy was stolen in 2011.",
            "The rent is paid to the Iranian bank.", title="Lease")  # fmt: skip
        put(store, "/papers/orchard.txt", "Nobody waters the pears of Tobias Lindqvist.")
        yield store


@pytest.mark.parametrize(("question", "names"), [
    ("What is the notice that Brightwater has to give?", ()),  # the file is called so
    ("When did Miriam Okafor sign the lease?", ()),
    ("When did Okafor sign the Brightwater lease of 2016?", ()),
    ("When did Miriam Okonjo sign the lease?", ("Okonjo",)),
    ("What did the lease of 2019 say about notice?", ("2019",)),
    ("Which notice ends the lease after 45 days?", ("45 days",)),
    ("Which notice ends the lease after 90 days?", ()),
    ("Does the lease name a bank in Iran?", ()),  # its people are named
    ("Who looked after the Maynard Trophy?", ("Maynard Trophy",)),  # both stand there, not together
    ("Who is Robert Maynard?", ()),
    ("When Did Miriam Okafor Sign The Lease?", ()),  # capitals that say nothing
    ("what does the lease say about okonjo?", ()),  # nothing tells that it is a name
    ('"ninety days" AND notice', ()),  # demanded, so that it is there
])  # fmt: skip
def test_names_and_numbers_that_are_nowhere_are_told(store: Store, question: str, names: tuple[str, ...]) -> None:
    retrieval = Retrieval(store, EMBEDDER)
    evidence = retrieval.search(question, 3)
    lease = tuple(hit for hit in evidence.hits if "lease" in hit.passage.file)
    assert lease
    assert retrieval.unmentioned(replace(evidence, hits=lease)) == names


def test_another_document_that_mentions_it_does_not_count(store: Store) -> None:
    retrieval = Retrieval(store, EMBEDDER)
    evidence = retrieval.search("When did Lindqvist sign the lease of Brightwater?", 5)
    assert retrieval.unmentioned(evidence) == ()
    lease = tuple(hit for hit in evidence.hits if "lease" in hit.passage.file)
    assert retrieval.unmentioned(replace(evidence, hits=lease)) == ("Lindqvist",)


def test_a_passage_that_is_not_shown_counts(store: Store) -> None:
    retrieval = Retrieval(store, EMBEDDER)
    evidence = retrieval.search("What is the notice to Robert in days in writing?", 1)
    assert "Robert" not in evidence.hits[0].passage.text
    assert retrieval.unmentioned(evidence) == ()

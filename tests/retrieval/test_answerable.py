"""Whether what was found can answer: a score that is learned, and the threshold that goes with it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from app.retrieval import Retrieval
from app.retrieval.answerable import LEAST, NAMES, WEIGHTS, probability
from app.store.store import Store
from tests.retrieval.collection import EMBEDDER, opened, put


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with opened(tmp_path / "library") as store:
        put(store, "/papers/lease.txt", "Lease between Vantongeren and Port Ellery Limited.",
            "The rent is 2,450 dollars a month.", "Notice to end the lease is three months in writing.")  # fmt: skip
        put(store, "/papers/orchard.txt", "The orchard has twelve apple trees.", "Nobody waters the pears.")
        yield store


def likely(store: Store, question: str) -> float:
    return Retrieval(store, EMBEDDER).search(question).answerable


def test_what_stands_there_is_likelier_to_be_answered(store: Store) -> None:
    answered = likely(store, "How many apple trees has the orchard?")
    assert answered > likely(store, "How many moons has the planet Jupiter?")
    assert answered > likely(store, "Which vaccine did the Ministry of Health of Peru buy?")
    assert answered >= LEAST


def test_what_shares_nothing_with_the_library_is_refused(store: Store) -> None:
    assert likely(store, "Which vaccine did Peru buy?") < LEAST


def test_what_is_demanded_and_stands_there_is_there(store: Store) -> None:
    assert likely(store, '"three months"') == 1.0
    assert likely(store, '"months three"') == 0.0


@pytest.mark.parametrize("question", ["the of and", "?!", "a", "x" * 50_000, "12345"])
def test_it_is_a_probability_whatever_is_asked(store: Store, question: str) -> None:
    assert 0.0 <= likely(store, question) <= 1.0


def test_the_weights_belong_to_the_signals() -> None:
    assert WEIGHTS.keys() - {"constant"} <= set(NAMES)
    assert 0 < LEAST < 0.5
    nothing = np.zeros(len(NAMES))
    assert probability(nothing) < LEAST
    assert probability(np.full(len(NAMES), 1e9)) <= 1.0
    assert probability(np.full(len(NAMES), -1e9)) >= 0.0

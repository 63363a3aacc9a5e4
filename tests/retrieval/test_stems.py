"""Stems: inflections meet, what is no English word stays as it is."""

from __future__ import annotations

import random
import string

import pytest

from app.retrieval.stems import folded, stem, words


@pytest.mark.parametrize(("one", "two"), [
    ("assign", "assigned"), ("assigns", "assignment"), ("terminate", "termination"), ("disease", "diseases"),
    ("stop", "stopped"), ("party", "parties"), ("symptom", "symptoms"), ("license", "licenses"),
    ("diagnose", "diagnosed"), ("infect", "infection"), ("create", "created"), ("box", "boxes"),
])  # fmt: skip
def test_forms_of_a_word_meet(one: str, two: str) -> None:
    assert stem(one) == stem(two)


@pytest.mark.parametrize(("one", "two"), [("rent", "renal"), ("cost", "coast"), ("virus", "vital"), ("notice", "note")])
def test_other_words_do_not(one: str, two: str) -> None:
    assert stem(one) != stem(two)


@pytest.mark.parametrize("word", ["1983", "10b", "契約", "договор", "hiv", "e11"])
def test_numbers_and_other_scripts_are_their_own_stems(word: str) -> None:
    assert stem(word) == word


def test_case_and_accents_are_folded() -> None:
    assert words("Müller’s CAFÉ, § 12(b)") == ["muller", "s", "cafe", "12", "b"]
    assert folded("ÀÉ") == "ae"


def test_no_word_is_lost_or_grows_much() -> None:
    chance = random.Random(7)
    for _ in range(5_000):
        word = "".join(chance.choices(string.ascii_lowercase, k=chance.randint(1, 14)))
        assert 0 < len(stem(word)) <= len(word) + 1

"""Of a text that is too long to be a question, the part that tells something."""

from __future__ import annotations

from collections.abc import Sequence

from app.retrieval.long import LONGEST, informative
from app.store.finding import Frequencies


def frequencies(words: Sequence[str]) -> Frequencies:
    held = {"rent": 40, "lease": 60, "vantongeren": 2, "letter": 500}
    return Frequencies(1_000, {word: held[word] for word in words if word in held})


def test_a_question_of_usual_length_stays() -> None:
    assert informative("What is the rent?", frequencies) == "What is the rent?"


def test_the_telling_sentences_of_a_long_text_are_kept_in_their_order() -> None:
    filler = "I am writing this letter to you as we spoke about it and so on. " * 400
    text = f"{filler} Vantongeren owes rent under the lease. {filler} What is the rent of Vantongeren? {filler}"
    found = informative(text, frequencies)
    assert len(found) <= LONGEST
    assert found.index("owes rent under the lease") < found.index("What is the rent of Vantongeren?")


def test_one_endless_word_or_sentence_is_cut() -> None:
    assert 0 < len(informative("x" * 50_000, frequencies)) <= LONGEST
    assert 0 < len(informative("rent " * 10_000, frequencies)) <= LONGEST

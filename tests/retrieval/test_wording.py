"""What a question is made of, and what is left of it once its document is known."""

from __future__ import annotations

import pytest

from app.retrieval.stems import stem, words
from app.retrieval.wording import MOST_TERMS, Focus, Form, focus, wording

CONTRACT = "Consider the Hosting Agreement between Dyntek, Inc. and Tek Soft; What is the notice period?"


def stems(text: str) -> set[str]:
    return set(map(stem, words(text)))


@pytest.mark.parametrize(("question", "form"), [
    ("When was the lease signed?", Form.DATE), ("In what year did it end?", Form.DATE),
    ("How many tenants are there?", Form.NUMBER), ("What percentage is due?", Form.NUMBER),
    ("Who signed it?", Form.PERSON), ("Wer hat unterschrieben?", Form.PERSON), ("What is the rent?", Form.PLAIN),
    ("the wholesale price", Form.PLAIN),
])  # fmt: skip
def test_a_question_tells_what_it_wants(question: str, form: Form) -> None:
    assert wording(question).form is form


def test_stop_words_are_no_terms() -> None:
    assert wording("What is the rent of the flats?").terms == (stem("rent"), stem("flats"))


def test_stop_words_alone_are() -> None:
    assert wording("to be or not to be").terms == ("to", "be", "or", "not")


def test_a_long_text_has_not_more_terms_than_are_weighed() -> None:
    assert len(wording(" ".join(f"word{i}" for i in range(5_000))).terms) == MOST_TERMS


def test_the_clause_that_names_the_document_is_left_out() -> None:
    named, opening = stems("Hosting Agreement Dyntek"), stems("Between Dyntek Inc and Tek Soft, notice of period")
    found = focus(CONTRACT, named, opening)
    assert found.text == "What is the notice period?"
    assert found.naming >= stems("hosting agreement dyntek tek soft")
    assert not found.naming & stems("notice period")


def test_words_of_the_title_are_left_out_of_the_question() -> None:
    found = focus("What are the symptoms of Gallstones?", stems("Gallstones"), set())
    assert found.text == "What are the symptoms of ?"
    assert found.naming == stems("Gallstones")


def test_a_question_that_only_names_the_document_stays_and_is_known_to() -> None:
    found = focus("What is Anaplasmosis?", stems("Anaplasmosis"), set())
    assert found.text == "What is Anaplasmosis?"
    assert found.naming == stems("Anaplasmosis")


@pytest.mark.parametrize("question", ["What is the notice period?", "", "?!"])
def test_where_nothing_is_named_it_stays(question: str) -> None:
    assert focus(question, stems("Gallstones"), set()) == Focus(question)

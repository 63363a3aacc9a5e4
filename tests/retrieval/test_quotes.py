"""Which sentences of the evidence are quoted."""

from __future__ import annotations

import pytest

from app.retrieval.quotes import MOST, best
from app.types import Evidence, Hit, Searched
from tests.retrieval.collection import passage

FAQ = (
    "How long is the notice period?\n\nThe notice period is three months. It runs from the end of the month in which "
    "the letter arrives. The landlord keeps the keys."
)
RENT = "Rent is due on the first day. Mrs. Alice Hobbs collects it. The garden is shared."


def evidence(question: str, *texts: str, documents: str = "") -> Evidence:
    names = documents or "abcdefgh"
    hits = [
        Hit(rank, 0.8 ** (rank - 1), passage(text, document=names[rank - 1], start=100 * rank))
        for rank, text in enumerate(texts, start=1)
    ]
    return Evidence(question, tuple(hits), Searched(len(texts), 1, 0))


def quoted(found: Evidence) -> list[str]:
    return [quote.hit.passage.text[quote.start : quote.end] for quote in best(found)]


def test_the_sentence_that_answers_comes_first_and_the_question_itself_never_alone() -> None:
    assert "The notice period is three months." in quoted(evidence("How long is the notice period?", RENT, FAQ))[0]


@pytest.mark.parametrize(("question", "answer"), [
    ("Who collects the rent?", "Mrs. Alice Hobbs collects it."),
    ("When is the rent due?", "Rent is due on the first day."),
])  # fmt: skip
def test_the_kind_of_answer_counts(question: str, answer: str) -> None:
    assert any(answer in text for text in quoted(evidence(question, FAQ, RENT))[:2])


def test_what_says_nothing_of_the_question_takes_no_place_of_what_does() -> None:
    notes = (
        "Patient: Aoife Brennan, born 12 April 1961, address 8 Mill Lane. Presented with palpitations. Started "
        "bisoprolol 2.5 mg once daily in the morning. Bisoprolol was increased to 5 mg once daily. Apixaban was "
        "considered and not started because of a low score. The electrocardiogram of the same day was normal. Reports "
        "a rash after amoxicillin on 28 May 2024. Do not prescribe penicillins. A letter went to the family doctor."
    )
    texts = quoted(evidence("Is Aoife Brennan allergic to penicillin?", notes))
    assert any("Do not prescribe penicillins." in text for text in texts)
    assert not any("bisoprolol" in text.lower() for text in texts)


def test_sentences_that_follow_each_other_are_one_quote() -> None:
    text = "The rent of the flat is 900 dollars. The rent of the garage is 90 dollars."
    assert quoted(evidence("What is the rent of the flat and of the garage in dollars?", text)) == [text]


def test_quotes_of_a_document_stand_together() -> None:
    texts = [f"The rent of flat {number} is {number}00 dollars.\n\nNothing else is said." for number in range(1, 7)]
    found = best(evidence("What is the rent of the flat?", *texts, documents="xyxyxy"))
    documents = [quote.hit.passage.document for quote in found]
    assert documents == sorted(documents)
    assert 2 < len(found) <= MOST


def test_a_text_that_stands_twice_is_quoted_once() -> None:
    assert quoted(evidence("When is the rent due?", RENT, RENT)).count("Rent is due on the first day.") == 1


@pytest.mark.parametrize("question", ["?", "rent", "the of", "x" * 5000])
def test_any_question_gets_a_quote_where_there_is_evidence(question: str) -> None:
    assert quoted(evidence(question, RENT))


def test_where_there_is_no_evidence_there_is_no_quote() -> None:
    assert best(Evidence("?", (), Searched(1, 1, 0))) == []

"""What is no sentence is supported only where its passage says it of what was asked."""

from __future__ import annotations

import pytest

from app.types import Finding, Verdict
from app.verification import judged, read, with_question

LEASE = (
    "This Agreement is made between Apple Inc. and Foo LLC, the Landlord. The warranty runs for two years from "
    "delivery. Notice of termination is given three months before. Foo LLC pays the insurance."
)
LETTER = (
    "Mrs Miller was seen on Monday.\nCurrent medications:\n- Metformin 500 mg twice daily\n- Ramipril 5 mg daily\n\n"
    "Allergies: penicillins (rash). She denies chest pain.\n\nThe following was stopped:\n(a) Warfarin 3 mg daily;\n"
    "(b) Aspirin 75 mg daily.\n"
)


def judge(text: str, question: str, passage: str) -> Finding:
    claim, passages = read(text), [read(passage)]
    return with_question(judged(claim, passages), claim, read(question), passages)


@pytest.mark.parametrize(("text", "question", "passage"), [
    ("Apple Inc.", "Who pays the insurance of the building?", LEASE),
    ("Two years from delivery.", "How long is the notice of termination?", LEASE),
    ("1. Foo LLC", "Which court decides disputes?", LEASE),
    ("Metformin 500 mg twice daily.", "Which drug is she allergic to?", LETTER),
    ("Warfarin 3 mg daily.", "What are her current medications?", LETTER),
])  # fmt: skip
def test_what_stands_there_for_something_else_is_partly_supported(text: str, question: str, passage: str) -> None:
    assert judged(read(text), [read(passage)]).verdict is Verdict.SUPPORTED
    finding = judge(text, question, passage)
    assert finding.verdict is Verdict.PARTLY
    assert "not with what is asked" in finding.reasons[0].text


@pytest.mark.parametrize(("text", "question", "passage"), [
    ("Foo LLC.", "Who pays the insurance?", LEASE),
    ("Foo LLC", "Who is the landlord?", LEASE),
    ("Two years from delivery.", "How long is the warranty?", LEASE),
    ("1. Metformin 500 mg twice daily", "What are her current medications?", LETTER),
    ("Ramipril 5 mg daily.", "What are her current medications?", LETTER),
    ("Warfarin 3 mg daily.", "Which medication was stopped?", LETTER),
    ("Aspirin 75 mg daily.", "What was stopped?", LETTER),
    ("Penicillins (rash).", "What allergies does she have?", LETTER),
    # A whole sentence says what it says, whatever was asked.
    ("She denies chest pain.", "Which allergies are known?", LETTER),
    ("Mrs Miller was seen on Monday.", "Which allergies are known?", LETTER),
    # Nothing is asked after: what went before has to say it.
    ("Foo LLC.", "Who?", LEASE),
    ("Foo LLC.", "", LEASE),
])  # fmt: skip
def test_what_stands_there_with_what_is_asked_is_supported(text: str, question: str, passage: str) -> None:
    assert judge(text, question, passage).verdict is judged(read(text), [read(passage)]).verdict is Verdict.SUPPORTED

"""Sentences that put together what their passage keeps apart."""

from __future__ import annotations

import pytest

from app.types import Verdict
from app.verification import check

LETTER = (
    "Most children with the juvenile form die by age 12, usually from lung disease. Children with the infantile form"
    " usually die within 6 months, while adults having a milder form may live into old age."
)
LEASE = (
    "Brightwater is a company in good standing under the laws of the State of Ohio and is authorized to do business in"
    " Nevada."
)

BOTH = (
    "Children with the infantile form usually die within 6 months, whereas adults having a milder form may live into"
    " old age."
)


@pytest.mark.parametrize(("sentence", "passage", "said"), [
    ("Children with the juvenile form usually die of heart disease by age 12.", LETTER, "“lung disease” here"),
    ("Adults having a milder form usually die within 6 months.", LETTER, "there is a “while” between"),
    ("Brightwater is a company in good standing under the laws of Nevada.", LEASE, "says “Ohio” here, not “Nevada”"),
])  # fmt: skip
def test_what_the_passage_says_of_something_else_is_not_supported(sentence: str, passage: str, said: str) -> None:
    finding = check(sentence, [passage])
    assert finding.verdict is not Verdict.SUPPORTED
    assert said in " ".join(reason.text for reason in finding.reasons)


@pytest.mark.parametrize(("sentence", "passage"), [
    ("Most children with the juvenile form usually die of lung disease by age 12.", LETTER),
    ("Children with the infantile form usually die within 6 months.", LETTER),
    ("Adults having a milder form may live into old age.", LETTER),
    (BOTH, LETTER),
    ("Brightwater is a company in good standing under the laws of Ohio.", LEASE),
    ("Brightwater is authorized to do business in Nevada.", LEASE),
])  # fmt: skip
def test_what_it_says_of_this_is_supported(sentence: str, passage: str) -> None:
    finding = check(sentence, [passage])
    assert finding.verdict is Verdict.SUPPORTED, finding.reasons


def test_people_who_die_are_no_german_article() -> None:
    lives = check("Children with the infantile form usually live within 6 months.", [LETTER])
    german = check("Die Mieterin kündigt die Wohnung.", ["Die Mieterin kündigt im Mai die Wohnung."])
    assert lives.verdict is not Verdict.SUPPORTED
    assert german.verdict is Verdict.SUPPORTED

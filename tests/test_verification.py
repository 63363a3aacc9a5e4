"""Verification: numbers are never let through, unsupported sentences are marked."""

from __future__ import annotations

import pytest

from app.types import Verdict
from app import verification
from app.verification import best_support


def check(sentence: str, passages: tuple[str, ...]) -> Verdict:
    return verification.check(sentence, passages).verdict


LEASE = (
    "12.3 The Tenant shall pay a monthly rent of $2,450.00 in advance on the first day of each month. "
    "The Landlord shall not enter the Premises without 24 hours' notice."
)


@pytest.mark.parametrize(
    "sentence",
    [
        "The monthly rent is $2,450.",
        "The tenant pays rent of 2450 each month in advance.",
        "The Tenant shall pay a monthly rent of $2,450.00 in advance on the first day of each month.",
        "The landlord shall not enter the premises without 24 hours' notice.",
    ],
)
def test_what_the_passage_says_is_supported(sentence: str) -> None:
    assert check(sentence, (LEASE,)) is Verdict.SUPPORTED


@pytest.mark.parametrize(
    "sentence",
    [
        "The monthly rent is $2,540.",
        "The monthly rent is $24,500.",
        "The Landlord shall not enter the Premises without 48 hours' notice.",
        "Quarterly insurance premiums increase annually.",
    ],
)
def test_what_it_does_not_say_is_not(sentence: str) -> None:
    assert check(sentence, (LEASE,)) is Verdict.NOT_SUPPORTED


def test_a_negation_that_no_passage_has_is_not_fully_supported() -> None:
    assert check("The tenant shall not pay rent in advance.", ("The tenant shall pay rent in advance.",)) is (
        Verdict.PARTLY
    )


def test_a_denial_of_what_the_passage_says_is_not_fully_supported() -> None:
    assert check("The tenant shall pay rent in advance.", ("The tenant shall not pay rent in advance.",)) is (
        Verdict.PARTLY
    )


@pytest.mark.parametrize(
    "sentence",
    [
        "The tenant may end this lease by giving 24 days notice.",
        "Apixaban 5 g is taken.",
        "Interest is 4 months.",
    ],
)
def test_a_number_with_another_unit_is_another_number(sentence: str) -> None:
    passage = (
        "The tenant may end this lease on 24 March by giving 6 months notice. "
        "Apixaban 5 mg is taken. Interest is 4 %."
    )
    assert check(sentence, (passage,)) is Verdict.NOT_SUPPORTED


REPAIR = (
    "17.2 The Landlord shall begin a repair within twenty-eight days after notice. "
    "17.3 The Landlord shall make a temporary repair within forty-eight hours after notice."
)


@pytest.mark.parametrize("hours", ["forty-eight", "48", "Forty Eight"])
def test_numbers_in_words_are_numbers(hours: str) -> None:
    assert check(f"The landlord shall make a temporary repair within {hours} hours.", (REPAIR,)) is Verdict.SUPPORTED


def test_the_number_of_the_sentence_beside_is_not_fully_supported() -> None:
    sentence = "The Landlord shall make a temporary repair within twenty-eight days after notice."
    assert check(sentence, (REPAIR,)) is Verdict.PARTLY


@pytest.mark.parametrize("wrong", ["thirty", "forty-nine", "one hundred", "Drei"])
def test_another_number_in_words_is_not_supported(wrong: str) -> None:
    sentence = f"The landlord shall make a temporary repair within {wrong} hours."
    assert check(sentence, (REPAIR,)) is Verdict.NOT_SUPPORTED


def test_one_is_a_pronoun_where_nothing_is_counted() -> None:
    assert check("One may assign the lease.", ("The tenant may assign the lease, but no one else.",)) is not (
        Verdict.NOT_SUPPORTED
    )


def test_words_that_stand_far_apart_are_not_a_sentence() -> None:
    passage = "The landlord insures the building. " + "Other things are said here. " * 5 + "The tenant repairs windows."
    assert check("The landlord repairs the building windows.", (passage,)) is not Verdict.SUPPORTED


def test_a_number_alone_is_never_fully_supported() -> None:
    assert check("2,450.", (LEASE,)) is Verdict.PARTLY


def test_a_question_is_no_claim() -> None:
    assert check("How much is the rent?", (LEASE,)) is Verdict.NO_CLAIM


def test_without_a_passage_a_claim_is_not_supported() -> None:
    assert check("The rent is 5.", ()) is Verdict.NOT_SUPPORTED


@pytest.mark.parametrize("sentence", ["", "It is.", "…", "According to the passages:"])
def test_what_claims_nothing_has_no_verdict(sentence: str) -> None:
    assert check(sentence, (LEASE,)) is Verdict.NO_CLAIM


@pytest.mark.parametrize(
    ("one", "other"),
    [("2,450", "2450.00"), ("2.450,00", "2,450.00"), ("1,234,567", "1.234.567"), ("007", "7"), ("0.50", "0.5")],
)
def test_numbers_written_differently_are_the_same(one: str, other: str) -> None:
    assert check(f"The total sum was {one}.", (f"a total sum of {other} was due",)) is Verdict.SUPPORTED


@pytest.mark.parametrize(("one", "other"), [("1.5", "15"), ("2,45", "245"), ("0.5", "5"), ("1.234", "1.2345")])
def test_numbers_that_differ_are_not(one: str, other: str) -> None:
    assert check(f"The total sum was {one}.", (f"a total sum of {other} was due",)) is Verdict.NOT_SUPPORTED


def test_the_passage_that_carries_a_sentence_is_found() -> None:
    passages = ("The deposit is 4,900.", LEASE, "Notice is three months.")
    assert best_support("The monthly rent is 2,450 in advance.", passages) == 1
    assert best_support("The moon is made of cheese.", passages) is None

"""Who does what to whom must be as in the passage; in the passive voice and in another order it is the same."""

from __future__ import annotations

import pytest

from app.types import Concern, Verdict
from app.verification import check

DEAL = (
    "Smith employed Jones from 2011 to 2017. Jones was dismissed by Smith for theft. The licence is granted by Acme "
    "Corp to Foo LLC. The Seller shall deliver the goods to the Buyer at the warehouse in Leeds; the Seller must "
    "insure the goods and the Buyer must inspect the crates and seals. The Tenant shall pay to the Landlord the rent."
)
LETTER = (
    "Dr Chen referred Mrs Patel to Dr Okoro on 4 May 2021. Potassium rose from 3.4 to 4.1 mmol/l. The left ventricle "
    "is larger than the right ventricle. The fracture of the right wrist was treated with a cast; the left wrist was "
    "not injured. Between Leeds and York the nerve was examined."
)


@pytest.mark.parametrize("claim", [
    "Jones employed Smith from 2011 to 2017.",
    "Smith was employed by Jones from 2011 to 2017.",
    "Jones dismissed Smith for theft.",
    "Smith was dismissed by Jones for theft.",
    "The licence is granted by Foo LLC to Acme Corp.",
    "The licence is granted to Acme Corp by Foo LLC.",
    "The Seller must inspect the crates and seals.",
    "The Landlord shall pay the rent.",
    "The Landlord shall pay to the Tenant the rent.",
])  # fmt: skip
def test_swapped_parties_are_flagged(claim: str) -> None:
    assert check(claim, [DEAL]).verdict is not Verdict.SUPPORTED


@pytest.mark.parametrize("claim", [
    "Dr Okoro referred Mrs Patel to Dr Chen on 4 May 2021.",
    "Potassium rose from 4.1 to 3.4 mmol/l.",
    "The right ventricle is larger than the left ventricle.",
    "The left ventricle is smaller than the right ventricle.",
    "The right wrist was not injured.",
])  # fmt: skip
def test_swapped_sides_values_and_people_are_flagged(claim: str) -> None:
    assert check(claim, [LETTER]).verdict is not Verdict.SUPPORTED


def test_the_reason_names_both() -> None:
    (reason,) = check("Jones employed Smith from 2011 to 2017.", ["Smith employed Jones from 2011 to 2017."]).reasons
    assert reason.concern is Concern.CONTRARY
    assert reason.text == "The passage has “Jones” and “Smith” the other way round."


@pytest.mark.parametrize("claim", [
    "Jones was employed by Smith from 2011 to 2017.",
    "From 2011 to 2017 Smith employed Jones.",
    "Smith dismissed Jones for theft.",
    "The goods are delivered to the Buyer by the Seller at the warehouse in Leeds.",
    "The Buyer must inspect the crates and seals.",
    "The Tenant shall pay the rent to the Landlord.",
])  # fmt: skip
def test_the_same_in_another_order_or_voice_is_supported(claim: str) -> None:
    assert check(claim, [DEAL]).verdict is Verdict.SUPPORTED


def test_to_and_by_may_change_places() -> None:
    passage = "It was signed in May. The licence is granted by Acme Corp to Foo LLC."
    assert check("The licence is granted to Foo LLC by Acme Corp.", [passage]).verdict is Verdict.SUPPORTED


@pytest.mark.parametrize("claim", [
    "On 4 May 2021 Dr Chen referred Mrs Patel to Dr Okoro.",
    "On 4 May 2021 Mrs Patel was referred to Dr Okoro by Dr Chen.",
    "Potassium rose to 4.1 from 3.4 mmol/l.",
    "The right ventricle is smaller than the left ventricle.",
    "The left wrist was not injured.",
])  # fmt: skip
def test_the_same_the_other_way_round_is_supported(claim: str) -> None:
    assert check(claim, [LETTER]).verdict is Verdict.SUPPORTED


@pytest.mark.parametrize("claim", ["A " * 300, "Jones by Smith " * 60, "from 1 to 2 to 3 to 4", "left right " * 90])
def test_hostile_text_gets_a_verdict(claim: str) -> None:
    assert check(claim, [claim, DEAL]).verdict in Verdict

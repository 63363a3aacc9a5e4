"""A limit that the passage sets must not be left out: then the sentence says more than its passage."""

from __future__ import annotations

import pytest

from app.types import Verdict
from app.verification import check

LEASE = (
    "4.1 The Landlord may increase the rent by at most 3 % a year, unless the Tenant objects in writing. "
    "4.2 The Tenant may sublet the flat only if the Landlord has consented before. "
    "4.3 If the Tenant is in arrears with two payments, the Landlord may end the lease without notice. "
    "4.4 The deposit is returned within sixty days after the end. The Landlord repairs the roof and the chimney. "
    "Subject to clause 9, the Tenant may keep a pet. A breach is committed if a party delays and refuses performance."
)
LETTER = (
    "Mrs Patel has no known food allergies. Amoxicillin may cause diarrhoea. Some patients develop neutropenia. Most "
    "wounds healed in a week. Haemoglobin must be above 80 g/l. No acute fracture is seen. She has no fever, cough or "
    "chills. Allergies: penicillins."
)


@pytest.mark.parametrize(("claim", "words"), [
    ("The Landlord may increase the rent by 3 % a year.", "at most"),
    ("The Landlord may increase the rent by at most 3 % a year.", "unless the Tenant objects"),
    ("The Tenant may sublet the flat.", "only if the Landlord has consented"),
    ("The Landlord may end the lease without notice.", "If the Tenant is in arrears"),
    ("The Tenant may keep a pet.", "Subject to clause 9"),
    ("The deposit is returned sixty days after the end.", "within"),
    ("The Landlord repairs the roof or the chimney.", "“and” here, not “or”"),
])  # fmt: skip
def test_what_a_contract_limits_is_partly_supported_without_it(claim: str, words: str) -> None:
    finding = check(claim, [LEASE])
    assert finding.verdict is Verdict.PARTLY
    assert words in " ".join(reason.text for reason in finding.reasons)


@pytest.mark.parametrize(("claim", "words"), [
    ("Mrs Patel has no allergies.", "no known food allergies"),
    ("Amoxicillin causes diarrhoea.", "may"),
    ("Patients develop neutropenia.", "Some"),
    ("Wounds healed in a week.", "Most"),
    ("Haemoglobin must be 80 g/l.", "above"),
    ("No fracture is seen.", "No acute fracture"),
])  # fmt: skip
def test_what_a_letter_limits_is_partly_supported_without_it(claim: str, words: str) -> None:
    finding = check(claim, [LETTER])
    assert finding.verdict is Verdict.PARTLY
    assert words in " ".join(reason.text for reason in finding.reasons)


@pytest.mark.parametrize(("claim", "passage"), [
    ("Haemoglobin must be below 80 g/l.", LETTER),
    ("All wounds healed in a week.", LETTER),
    ("A few wounds healed in a week.", LETTER),
    ("All patients develop neutropenia.", LETTER),
])  # fmt: skip
def test_another_bound_or_extent_is_the_contrary(claim: str, passage: str) -> None:
    assert check(claim, [passage]).verdict is Verdict.NOT_SUPPORTED


@pytest.mark.parametrize(("claim", "passage"), [
    ("The Landlord may end the lease without notice if the Tenant is in arrears with two payments.", LEASE),
    ("The Tenant may sublet the flat if the Landlord has consented before.", LEASE),
    ("The Landlord repairs the chimney and the roof.", LEASE),
    ("The deposit is returned within sixty days after the end.", LEASE),
    ("Amoxicillin can cause diarrhoea.", LETTER),
    ("Some patients develop neutropenia.", LETTER),
    ("Most wounds healed in a week.", LETTER),
    ("She has no cough and no fever.", LETTER),
    ("She has no cough or fever.", LETTER),
    ("Mrs Patel has no known food allergies.", LETTER),
])  # fmt: skip
def test_what_keeps_the_limit_is_supported(claim: str, passage: str) -> None:
    assert check(claim, [passage]).verdict is Verdict.SUPPORTED


@pytest.mark.parametrize("claim", [
    "No, she is not allergic to penicillin.", "No, the patient isn't allergic to Penicillin.",
    "She denies penicillin allergy.", "No allergy to penicillin is recorded.",
])  # fmt: skip
def test_a_denial_of_an_entry_is_told_as_one(claim: str) -> None:
    finding = check(claim, ["Allergies: penicillins (rash, 2009). Medication: metformin 500 mg."])
    assert finding.verdict is Verdict.NOT_SUPPORTED
    assert "The passage does not say" in finding.reasons[0].text


@pytest.mark.parametrize("claim", ["No.", "Yes.", "No [", "Not at all.", "Nein."])
def test_a_mere_yes_or_no_is_a_claim(claim: str) -> None:
    finding = check(claim, [LETTER])
    assert finding.verdict is Verdict.PARTLY
    assert "yes or no" in finding.reasons[0].text
    assert check(claim, []).verdict is Verdict.PARTLY

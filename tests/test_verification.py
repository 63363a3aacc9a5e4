"""Verification: numbers are never let through, unsupported sentences are marked."""

from __future__ import annotations

import pytest

from app import answering, verification
from app.types import Concern, Hit, StoredPassage, Verdict
from app.verification import best, read


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


def test_a_negation_that_no_passage_has_is_not_supported() -> None:
    assert check("The tenant shall not pay rent in advance.", ("The tenant shall pay rent in advance.",)) is (
        Verdict.NOT_SUPPORTED
    )


def test_a_denial_of_what_the_passage_says_is_not_supported() -> None:
    assert check("The tenant shall pay rent in advance.", ("The tenant shall not pay rent in advance.",)) is (
        Verdict.NOT_SUPPORTED
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


def test_the_number_of_the_sentence_beside_is_not_supported() -> None:
    sentence = "The Landlord shall make a temporary repair within twenty-eight days after notice."
    assert check(sentence, (REPAIR,)) is Verdict.NOT_SUPPORTED


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
    passages = [read(text) for text in ("The deposit is 4,900.", LEASE, "Notice is three months.")]
    assert best(read("The monthly rent is 2,450 in advance."), passages) == 1
    assert best(read("The moon is made of cheese."), passages) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("$2,450", "$2450.00"), ("$2,450", "2,450 dollars"), ("2450", "two thousand four hundred fifty"),
        ("0.5 g", "500 mg"), ("500 mg", "0.5 g"), ("30 days", "thirty (30) days"), ("2 weeks", "14 days"),
        ("12 months", "one (1) year"), ("5 percent", "5 %"), ("$2.5 million", "$2,500,000"), ("5 mg", "5 to 10 mg"),
        ("3 March 2016", "03/03/2016"), ("March 3, 2016", "the 3rd day of March, 2016"), ("2016-03-13", "13.3.2016"),
        ("March 2016", "3 March 2016"), ("5 p.m.", "17:00"), ("Section 4", "Article IV"), ("3rd", "third"),
        ("10 000", "10,000"), ("0.5", "½"), ("24-hour", "24 hours"), ("0.1 mg/ml", "10 mg per dl"),
        ("Section 12.3", "Section 12.3(b)"),
    ],
)  # fmt: skip
def test_values_written_differently_are_the_same(one: str, other: str) -> None:
    assert check(f"The agreed measure was {one} then.", (f"The agreed measure was {other} then.",)) is Verdict.SUPPORTED


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("€2,450", "$2,450"), ("0.5 mg", "0.5 g"), ("30 business days", "30 days"), ("5 million", "5 billion"),
        ("3 March 2016", "3 March 2017"), ("3 March 2016", "4 March 2016"), ("3 March 2016", "March 2016"),
        ("Section 4", "Article V"), ("Section 12.3(b)", "Section 12.3(c)"), ("Section 12.30", "Section 12.3"),
        ("3rd", "fourth"), ("1950s", "1960s"), ("H1N1", "H5N1"), ("37 °C", "37 °F"), ("5 mg/kg", "5 mg"),
    ],
)  # fmt: skip
def test_values_that_differ_are_not(one: str, other: str) -> None:
    assert check(f"The agreed measure was {one} then.", (f"The agreed measure was {other} then.",)) is (
        Verdict.NOT_SUPPORTED
    )


def test_a_date_that_can_be_read_as_two_days_is_flagged() -> None:
    finding = verification.check("It was signed on 3 April 2016.", ("It was signed on 03/04/2016.",))
    assert finding.verdict is Verdict.PARTLY
    assert finding.reasons[0].text == "“03/04/2016” can be read as two days."
    assert check("It was signed on 03/04/2016.", ("It was signed on 03/04/2016.",)) is Verdict.SUPPORTED


VISIT = (
    "John Smith founded the clinic in Leeds in 1972 with 45 beds and 12 nurses. Mary Jones led the ward in York from "
    "1980. The patient denies chest pain. He may take 5 mg before meals, but not alcohol. The licence is non-exclusive."
)


@pytest.mark.parametrize(
    "sentence",
    [
        "In 1972 John Smith founded the clinic in Leeds.",
        "The clinic was founded by John Smith in Leeds in 1972.",
        "The patient has no chest pain.",
        "The patient denies chest pain.",
        "He may take 5 mg before meals.",
        "Mary Jones led the ward in York.",
        "1. The licence is non-exclusive.",
    ],
)
def test_what_is_said_in_other_words_is_supported(sentence: str) -> None:
    assert check(sentence, (VISIT,)) is Verdict.SUPPORTED


@pytest.mark.parametrize(
    ("sentence", "concern"),
    [
        ("Mary Jones founded the clinic in Leeds in 1972 with 45 beds and 12 nurses.", Concern.NAME),
        ("John Smith founded the clinic in York in 1972 with 45 beds and 12 nurses.", Concern.NAME),
        ("John Brown founded the clinic in Leeds.", Concern.NAME),
        ("John Smith founded the clinic in Leeds in 1980 with 45 beds and 12 nurses.", Concern.NUMBER),
        ("John Smith founded the clinic in Leeds in 1972 with 12 beds and 45 nurses.", Concern.NUMBER),
        ("The patient reports chest pain.", Concern.CONTRARY),
        ("He must take 5 mg before meals.", Concern.CONTRARY),
        ("He may take 5 mg after meals.", Concern.CONTRARY),
        ("The licence is exclusive.", Concern.CONTRARY),
    ],
)
def test_what_was_changed_is_flagged_and_named(sentence: str, concern: Concern) -> None:
    finding = verification.check(sentence, (VISIT,))
    assert finding.verdict is not Verdict.SUPPORTED
    assert concern in {reason.concern for reason in finding.reasons}
    assert all(0 <= reason.start < reason.end <= len(sentence) for reason in finding.reasons)


FRESNO = (
    "Fresno (FREZ-noh), the county seat of Fresno County, is a city in the state of California. It lies to the south "
    "of the state capital, Sacramento. Eliot was motivated not by a desire to secularize education, but by "
    "Transcendentalist Unitarian convictions. Derived from William Ellery Channing, these convictions were focused on "
    "all. James Bryant Conant reinvigorated scholarship. In the end many became doctors and business leaders in "
    "Britain as well as Holland, Prussia, and South Africa."
)


@pytest.mark.parametrize(
    "sentence",
    [
        "Fresno, the county seat of Sacramento, is a city in the state of California.",
        "Eliot was motivated not by a desire to secularize education, but by Conant convictions.",
        "Many became doctors and business leaders in Britain and Holland, Conant, and South Africa.",
        "Many became doctors and business leaders in Britain and Holland, Britain, and South Africa.",
    ],
)
def test_another_name_of_the_passage_in_the_place_of_one_is_flagged(sentence: str) -> None:
    finding = verification.check(sentence, (FRESNO,))
    assert finding.verdict is not Verdict.SUPPORTED
    assert Concern.NAME in {reason.concern for reason in finding.reasons}


@pytest.mark.parametrize(
    "sentence",
    [
        "Fresno is a city in the state of California.",
        "Fresno is a city in California, and it lies south of the state capital Sacramento.",
        "Many became doctors and business leaders in Holland, Britain, Prussia and South Africa.",
        "Eliot was motivated by Unitarian convictions, not by a desire to secularize education.",
    ],
)
def test_names_in_another_order_or_from_two_sentences_are_supported(sentence: str) -> None:
    assert check(sentence, (FRESNO,)) is Verdict.SUPPORTED


ABUNDANT = (
    "Oxygen is the most abundant element of the crust. Oxygen is the third most abundant element in the universe, "
    "after hydrogen and helium. The dominant sectors of the region are tourism and wine. The least common sector is "
    "mining. The regatta is the older event. It is held each June on the river in Connecticut. The first chair of the "
    "panel was Bert Bolin. The present chair of the panel is Hoesung Lee."
)


@pytest.mark.parametrize(
    "sentence",
    [
        "Oxygen is the most abundant element in the universe, after hydrogen and helium.",
        "The least dominant sectors of the region are tourism and wine.",
    ],
)
def test_another_rank_is_the_contrary(sentence: str) -> None:
    finding = verification.check(sentence, (ABUNDANT,))
    assert finding.verdict is Verdict.NOT_SUPPORTED
    assert Concern.CONTRARY in {reason.concern for reason in finding.reasons}


@pytest.mark.parametrize(
    "sentence",
    [
        "Oxygen is the third most abundant element in the universe, after hydrogen and helium.",
        "Oxygen is the third most abundant element in the universe.",
        "The dominant sectors of the region are tourism and wine.",
        "The least common sector is mining.",
    ],
)
def test_the_rank_that_the_passage_gives_is_supported(sentence: str) -> None:
    assert check(sentence, (ABUNDANT,)) is Verdict.SUPPORTED


@pytest.mark.parametrize(
    "sentence",
    [
        "The regatta is held each June at the regatta.",
        "The present chair of the panel is Bert Bolin.",
    ],
)
def test_words_picked_from_other_sentences_or_said_twice_do_not_carry_one(sentence: str) -> None:
    assert check(sentence, (ABUNDANT,)) is not Verdict.SUPPORTED


def test_what_two_sentences_say_may_be_said_in_one() -> None:
    sentence = "The regatta is the older event and is held each June on the river in Connecticut."
    assert check(sentence, (ABUNDANT,)) is Verdict.SUPPORTED


def test_a_reason_says_what_the_passage_has() -> None:
    sentence = "The Tenant shall pay a monthly rent of $2,500.00 in advance."
    (reason,) = verification.check(sentence, (LEASE,)).reasons
    assert reason.concern is Concern.NUMBER
    assert sentence[reason.start : reason.end] == "$2,500.00"
    assert reason.text == "The passage says “$2,450.00” here, not “$2,500.00”."


@pytest.mark.parametrize(
    ("quote", "passage"),
    [
        ("“the ﬁrst ofﬁce”", "They opened the first office there."),
        ('"a long-term agreement"', "It is a long-\nterm agree-\nment of both."),
        ("„[t]he rent … in advance“", "The rent is due\nin advance."),
        ("«due in advance»", "The rent is due in advance."),
    ],
)
def test_a_quote_is_verbatim_but_for_how_it_is_set(quote: str, passage: str) -> None:
    assert not [r for r in verification.check(f"They say {quote}.", (passage,)).reasons if r.concern is Concern.QUOTE]


def test_a_quote_with_another_word_is_flagged() -> None:
    finding = verification.check('The rent is "payable in advance".', ("The rent is due in advance, payable monthly.",))
    assert finding.verdict is Verdict.NOT_SUPPORTED
    assert finding.reasons[0].concern is Concern.QUOTE


def test_two_passages_carry_a_sentence_together() -> None:
    passages = ("The monthly rent is 2,450.", "The deposit for the flat is 4,900.")
    sentence = "The monthly rent is 2,450 and the deposit for the flat is 4,900."
    assert check(sentence, passages) is Verdict.SUPPORTED
    assert check(sentence, passages[:1]) is not Verdict.SUPPORTED


@pytest.mark.parametrize(
    "text", ["(" * 5000, "9" * 5000 + " mg", "not " * 3000, "1/2/" * 2000, "a-\n" * 2000, "\ud800 5 mg"]
)  # fmt: skip
def test_hostile_text_gets_a_verdict(text: str) -> None:
    assert check(text, (text,)) in Verdict
    assert check("The rent is 5.", (text,)) is not Verdict.SUPPORTED


def test_a_key_that_names_no_passage_is_told() -> None:
    answer = answering.check("The monthly rent is $2,450 [1][9].", [hit(1, LEASE)])
    (sentence,) = answer.sentences
    assert sentence.verdict is Verdict.PARTLY
    assert [reason.text for reason in sentence.reasons] == ["The citation [9] names no passage."]


def hit(rank: int, text: str) -> Hit:
    return Hit(rank, 1.0, StoredPassage("p", "d", "/a/lease.pdf", "Lease", "pdf", 1, 0, len(text), text, ""))


@pytest.mark.parametrize(("sentence", "verdict"), [
    ("The passage is about the rent of the flat.", Verdict.PARTLY),
    ("The passage also discusses the rent of the flat.", Verdict.PARTLY),
    ("The passage states that the rent of the flat is 2,450 dollars.", Verdict.SUPPORTED),
    ("The text says that the rent of the flat is 2,450 dollars.", Verdict.SUPPORTED),
    ("The rent of the flat is 2,450 dollars.", Verdict.SUPPORTED),
])  # fmt: skip
def test_a_sentence_about_the_passages_is_not_what_they_say(sentence: str, verdict: Verdict) -> None:
    assert check(sentence, ["The passage of rent: the rent of the flat is 2,450 dollars."]) is verdict


DEPOSIT = (
    "The Tenant pays a deposit of EUR 14,400, equal to three months' rent, into a separate account. It is returned "
    "with interest within sixty days. The Landlord insures the building against fire and storm."
)


@pytest.mark.parametrize(("claim", "theirs"), [
    ("The Tenant pays a bribe of EUR 14,400, equal to three months' rent, into a separate account.", "deposit"),
    ("The Tenant pays a deposit of EUR 14,400, equal to three months' salary, into a separate account.", "rent"),
    ("The Landlord insures the building against fire and earthquakes.", "storm"),
    ("The Landlord covers the building against fire and storm.", "insures"),  # the same, but no comparison knows that
])
def test_one_word_in_the_place_of_another_is_only_partly_supported(claim: str, theirs: str) -> None:
    found = verification.check(claim, [DEPOSIT])
    assert found.verdict is Verdict.PARTLY
    assert f"The passage says “{theirs}” here" in found.reasons[0].text


@pytest.mark.parametrize("claim", [
    "The Landlord insures the building against fire and storm.",
    "The Tenant pays a deposit of EUR 14,400, equal to three months' rent, into a separate bank account.",
    "The Landlord insures the building against storm and fire.",
])
def test_words_that_stand_in_no_others_place_are_no_fault(claim: str) -> None:
    assert verification.check(claim, [DEPOSIT]).verdict is Verdict.SUPPORTED

"""Sentences in words of their own: what says the same passes, what is only unsure is not called unsupported."""

from __future__ import annotations

import pytest

from app.types import Concern, Verdict
from app.verification import check
from app.verification.wording import alike, opposed, stem

SCAN = (
    "In its early stages the disorder can be difficult to diagnose. Doctors identify it in a minority of patients by"
    " ultrasound. The scan is performed in a hospital. Its images can reveal cysts in the kidneys."
)
RULES = (
    "If the deadline is not met, the member state cannot enforce conflicting laws. The government had failed to"
    " implement the rule by the deadline, so it was estopped from enforcing a conflicting law of 1963 against a trader."
    " An attempt to build a golf course was given up. The park was laid out between the 1960s and the 1990s."
)


def verdict(sentence: str, passage: str) -> Verdict:
    return check(sentence, [passage]).verdict


@pytest.mark.parametrize("sentence", [
    "In its early stages the disorder can be hard to diagnose.",
    "Physicians detect it in a minority of patients by ultrasound.",
    "The scan is carried out in a hospital.",
    "The images of the scan can show renal cysts.",
])  # fmt: skip
def test_a_word_that_says_the_same_is_no_fault(sentence: str) -> None:
    finding = check(sentence, [SCAN])
    assert finding.verdict is Verdict.SUPPORTED, finding.reasons


@pytest.mark.parametrize("sentence", [
    "In its early stages the disorder is easy to diagnose.",
    "Physicians treat it in a minority of patients by ultrasound.",
    "The scan is carried out in a prison.",
    "The images of the scan can hide renal cysts.",
])  # fmt: skip
def test_a_word_that_says_something_else_is_one(sentence: str) -> None:
    assert verdict(sentence, SCAN) is not Verdict.SUPPORTED


def test_no_word_is_like_its_contrary() -> None:
    for one in ("hard", "increase", "stop", "allow", "begin", "terminate", "buy"):
        for other in alike(stem(one)):
            assert not opposed(stem(one), other), (one, other)


def test_what_a_pronoun_stands_for_is_looked_for_before_it() -> None:
    passage = "Hamas has its seat in Gaza. From 2000 to 2007 it killed 542 people. The PLO was driven out later."
    assert verdict("From 2000 to 2007 Hamas killed 542 people.", passage) is Verdict.SUPPORTED
    assert verdict("From 2000 to 2007 the PLO killed 542 people.", passage) is not Verdict.SUPPORTED


def test_a_denial_that_is_only_put_otherwise_is_not_called_unsupported() -> None:
    sentence = "A member state that misses the deadline for implementing a rule may not enforce laws against it."
    assert verdict(sentence, RULES) is Verdict.PARTLY


def test_a_denial_that_is_left_out_or_put_in_is() -> None:
    for sentence in ("If the deadline is met, the member state cannot enforce conflicting laws.",
                     "If the deadline is not met, the member state can enforce conflicting laws."):  # fmt: skip
        assert verdict(sentence, RULES) is Verdict.NOT_SUPPORTED


@pytest.mark.parametrize(("sentence", "said"), [
    ("A golf course was built.", "“attempt to” here"),
    ("The government enforced a conflicting law of 1963 against a trader.", "estopped from"),
    ("The park was laid out after the 1990s.", "does not say “after”"),
    ("Only the member state cannot enforce conflicting laws if the deadline is not met.", "does not say “Only”"),
])  # fmt: skip
def test_what_only_the_sentence_or_only_the_passage_says_is_told(sentence: str, said: str) -> None:
    finding = check(sentence, [RULES])
    assert finding.verdict is not Verdict.SUPPORTED
    assert said in " ".join(reason.text for reason in finding.reasons)


def test_only_before_a_number_or_an_article_says_nothing_more() -> None:
    passage = "The lease has a term of 5 years. The tenant pays a small deposit."
    assert verdict("The lease has a term of only 5 years.", passage) is Verdict.SUPPORTED
    assert verdict("The tenant pays only a small deposit.", passage) is Verdict.SUPPORTED


def test_little_or_no_is_no_denial() -> None:
    passage = "People worry about money even when there is little or no reason to worry."
    assert verdict("People worry about money even when there is little reason to worry.", passage) is Verdict.SUPPORTED
    assert verdict("People worry about money even when there is no reason to worry.", passage) is not Verdict.SUPPORTED


def test_a_denial_that_lost_its_apostrophe_is_one() -> None:
    passage = "Small stones dont usually need treatment. You cant have both."
    assert verdict("Small stones don't usually need treatment.", passage) is Verdict.SUPPORTED
    assert verdict("Small stones usually need treatment.", passage) is Verdict.NOT_SUPPORTED


def test_so_many_are_no_such_share() -> None:
    passage = "Resistance was found in 2 of 25 samples (8%)."
    finding = check("Resistance was found in 8 of 25 samples.", [passage])
    assert finding.verdict is Verdict.NOT_SUPPORTED
    assert finding.reasons[0].concern is Concern.NUMBER


def test_an_acronym_is_the_name_it_stands_for() -> None:
    said = "This Agreement shall not be governed by the {} Convention on the International Sale of Goods."
    finding = check(said.format("UN"), [said.format("United Nations")])
    assert finding.verdict is Verdict.SUPPORTED, finding.reasons


def test_a_denial_of_what_the_passage_does_not_speak_of_is_not_told_of_another_word() -> None:
    passage = "Autoimmune disorders attack parts of the body."
    finding = check("Autoimmune disorders arise without vaccination.", [passage])
    assert finding.verdict is not Verdict.SUPPORTED
    assert not any("without" in reason.text for reason in finding.reasons)

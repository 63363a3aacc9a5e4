"""What says nearly the same counts once; what differs in a number does not."""

from __future__ import annotations

from app.retrieval import alike
from app.retrieval.stems import words
from app.types import StoredPassage
from tests.retrieval.collection import passage, texts

BOILERPLATE = (
    "This agreement shall be governed by and construed in accordance with the laws of the State of Delaware, without "
    "regard to its conflict of laws principles, and each party submits to the jurisdiction of the courts there."
)


def together(passages: list[StoredPassage], most: int) -> list[list[StoredPassage]]:
    return alike.together(passages, (words(passage.text) for passage in passages), most)


def test_boilerplate_of_many_documents_is_one_group_led_by_the_best() -> None:
    many = [passage(BOILERPLATE, document=f"d{i}") for i in range(5)]
    other = passage("The rent is due on the first of each month.", document="d9")
    groups = together([many[0], other, *many[1:]], 10)
    assert [len(group) for group in groups] == [5, 1]
    assert groups[0][0] is many[0]
    assert groups[1] == [other]


def test_a_word_more_is_still_alike() -> None:
    changed = passage(BOILERPLATE.replace("each party", "each party hereto"), document="e")
    assert len(together([passage(BOILERPLATE), changed], 10)) == 1


def test_another_number_is_another_passage() -> None:
    clause = BOILERPLATE + " Notice is {} days."
    assert len(together([passage(clause.format(n), document=f"d{n}") for n in (30, 60)], 10)) == 2


def test_passages_of_a_page_that_lie_over_each_other_are_one() -> None:
    text = "Alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma."
    inner = passage(text[30:], start=30)
    assert texts(together([passage(text), inner], 10)[0]) == [text, text[30:]]
    assert len(together([passage(text), passage(text[30:], start=30, page=2)], 10)) == 2
    beside = passage(text[80:] + " And here something else follows, longer than what both hold.", start=80)
    assert len(together([passage(text), beside], 10)) == 2


def test_no_more_groups_than_wanted_and_what_is_alike_joins_even_then() -> None:
    different = [passage(f"{word} stands alone here as a text of its own", document=word) for word in "abcdefg"]
    groups = together([*different, passage(different[0].text, document="z")], 3)
    assert len(groups) == 3
    assert len(groups[0]) == 2


def test_passages_without_words_are_no_error() -> None:
    assert len(together([passage("…"), passage("", document="e"), passage("!?", document="f")], 10)) >= 1

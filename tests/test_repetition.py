"""A text that says the same over and over is found out, and no other."""

from __future__ import annotations

import random

import pytest

from app import repetition

SENTENCE = "The notice period is 30 days [1]. "
SOUND = (
    "The tenant pays rent on the first of each month [1]. The landlord keeps the roof and the heating in repair [2]. "
    "Either party may end the lease with 90 days' notice, and with 30 days' notice where rent is owed for two months."
)


@pytest.mark.parametrize(("before", "unit", "times"), [
    ("It says: ", SENTENCE, 3), ("", SENTENCE, 20), ("Long ago ", "no ", 40), ("", "ha", 40),
    ("Answer. ", "First this. Then that, and nothing else. ", 3),
])  # fmt: skip
def test_the_second_time_is_where_it_begins(before: str, unit: str, times: int) -> None:
    text = before + unit * times
    place = repetition.begins(text)
    assert place is not None
    cut = text[:place].rstrip()
    assert cut.endswith(unit.rsplit(maxsplit=1)[-1])
    assert unit.strip() in cut
    assert len(cut) <= max(len(before) + 2 * len(unit), len(text) - 1_200 + 2 * len(unit))


@pytest.mark.parametrize("marks", [
    [f"({letter}) " for letter in "abcdefghijk"], [f"{number}. " for number in range(1, 12)],
    [f"\n{number}) " for number in range(95, 106)], [f"\n- {number}: " for number in range(1, 12)],
    [f"\n**{number}.** " for number in range(1, 12)], ["\ni. ", "\nii. ", "\niii. ", "\niv. "],
])  # fmt: skip
def test_numbered_items_that_say_the_same_repeat(marks: list[str]) -> None:
    for unit in ("The notice period is 30 days [1]. ", "The notice period is thirty calendar days; "):
        text = "It says: " + "".join(mark + unit for mark in marks)
        place = repetition.begins(text)
        assert place is not None
        cut = text[:place]
        assert cut.count("notice period") == 1
        assert cut.startswith("It says: " + marks[0])


def test_it_is_found_in_the_middle_of_a_unit_too() -> None:
    assert repetition.begins("So. " + SENTENCE * 3 + "The notice per") is not None


@pytest.mark.parametrize("text", [
    "", "a", SENTENCE, SENTENCE * 2, SOUND, SOUND * 2, "-" * 500, ". . . " * 90, "no no no",
    "1, 2, 3, 4, 5, 6, 7, 8, 9",
    "".join(f"\n({thing[0]}) The {thing} of the house is kept in repair." for thing in ("attic", "balcony", "cellar")),
    "The duty in (a) is owed to all. The duty in (b) is owed to all. The duty in (c) is owed to all.",
    "\n".join(f"{number}. Clause {number} applies to the parties of this contract." for number in range(1, 40)),
])  # fmt: skip
def test_what_does_not_repeat_is_left_alone(text: str) -> None:
    assert repetition.begins(text) is None


def test_it_agrees_with_looking_at_every_length() -> None:
    chance = random.Random(5)

    def plainly(text: str) -> bool:
        return any(
            text.endswith(text[-length:] * times)
            for length in range(1, len(text) // 3 + 1)
            for times in [max(3, -(-60 // length))]
        )

    for _ in range(2_000):
        unit = "".join(chance.choice("ab") for _ in range(chance.randrange(1, 30)))
        text = "".join(chance.choice("ab") for _ in range(chance.randrange(40))) + unit * chance.randrange(1, 12)
        if plainly(text):  # a unit and a part more is found as well, which this does not look for
            assert repetition.begins(text) is not None, text
        if repetition.begins(text) is None:
            assert not plainly(text), text

"""Numbers with their nouns."""

from __future__ import annotations

from app.counted import counted


def test_a_number_has_the_noun_that_goes_with_it() -> None:
    assert [counted(number, "page") for number in (0, 1, 12_000)] == ["0 pages", "1 page", "12,000 pages"]
    assert [counted(number, "reply", "replies") for number in (1, 2)] == ["1 reply", "2 replies"]

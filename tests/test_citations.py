"""Citations: every key that was written is there, a made-up one as unknown."""

from __future__ import annotations

import pytest

from app.citations import CitedSentence, parse
from app.types import Citation


def cited(text: str, *keys: tuple[str, int | None]) -> CitedSentence:
    return CitedSentence(text, tuple(Citation(key, rank) for key, rank in keys))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The rent is 5 [1].", [cited("The rent is 5.", ("1", 1))]),
        ("The rent is 5. [1] It is due [2].", [cited("The rent is 5.", ("1", 1)), cited("It is due.", ("2", 2))]),
        ("Both [1][2].", [cited("Both.", ("1", 1), ("2", 2))]),
        ("Both [1, 2].", [cited("Both.", ("1", 1), ("2", 2))]),
        ("Range [1-3].", [cited("Range.", ("1", 1), ("2", 2), ("3", 3))]),
        ("Word [Passage 2].", [cited("Word.", ("2", 2))]),
        ("Made up [9].", [cited("Made up.", ("9", None))]),
        ("Twice [1] and [1].", [cited("Twice and.", ("1", 1))]),
        ("No key.", [cited("No key.")]),
        ("Placeholder [#].", [cited("Placeholder.", ("#", None))]),
        ("[1]", [cited("", ("1", 1))]),
        ("", []),
        ("Not a key [sic] here.", [cited("Not a key [sic] here.")]),
        ("Zero [0] and [007].", [cited("Zero and.", ("0", None), ("007", None))]),
    ],
)
def test_keys_of_sentences(text: str, expected: list[CitedSentence]) -> None:
    assert list(parse(text, {1, 2, 3})) == expected


def test_endless_keys_end() -> None:
    found = parse("Claim " + "[1]" * 5_000 + "[1-9999]" * 500 + ".", {1})
    assert {citation.rank for sentence in found for citation in sentence.citations} == {1, None}


def test_brackets_that_never_close_are_text() -> None:
    assert parse("A [1, 2 of them " * 200, {1})[0].citations == ()

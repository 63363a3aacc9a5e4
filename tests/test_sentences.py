"""Sentences end where a reader says that they end, and no character is lost."""

from __future__ import annotations

import pytest

from app.sentences import spans


def pieces(text: str) -> list[str]:
    return [text[start:end] for start, end in spans(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The rent is due. It is late.", ["The rent is due.", "It is late."]),
        ("Dr. Smith agrees, e.g. today. Yes.", ["Dr. Smith agrees, e.g. today.", "Yes."]),
        ("The rent is 2,450.00 a month. Due.", ["The rent is 2,450.00 a month.", "Due."]),
        ("Am 3. März 2024 endet er. Er gilt z.B. für A.", ["Am 3. März 2024 endet er.", "Er gilt z.B. für A."]),
        ("It ended in 2019. The rest follows.", ["It ended in 2019.", "The rest follows."]),
        ("See J. Doe. He agrees!", ["See J. Doe.", "He agrees!"]),
        ("Heading\n\nText follows", ["Heading", "Text follows"]),
        ("Is it so? “It is.” Then go.", ["Is it so?", "“It is.”", "Then go."]),
        ("1. Premises\nThe unit\n(a) first\n(b) second", ["1. Premises\nThe unit", "(a) first", "(b) second"]),
        ("notice of\n30 days before\n12 March", ["notice of\n30 days before", "12 March"]),
        ("as agreed in\nSection 5.2 of the Act. Yes.", ["as agreed in\nSection 5.2 of the Act.", "Yes."]),
        ("It ends.\nSection 5.2 Law\n5.3\"Fees\" means", ["It ends.", "Section 5.2 Law", '5.3"Fees" means']),
        ("Under 42 U.S.C. § 1983 it is. So.", ["Under 42 U.S.C. § 1983 it is.", "So."]),
        ("家賃は月額です。敷金は二か月分です。", ["家賃は月額です。", "敷金は二か月分です。"]),
        ("", []),
        (" \n\n ", []),
    ],
)
def test_where_sentences_end(text: str, expected: list[str]) -> None:
    assert pieces(text) == expected


def test_every_character_is_in_one_sentence() -> None:
    text = "One. Two!\n\n(a) three\n§ 4 Vier. “Five?” 6.1 six … seven"
    covered = [index for start, end in spans(text) for index in range(start, end)]
    assert len(covered) == len(set(covered))
    assert {index for index, char in enumerate(text) if not char.isspace()} <= set(covered)

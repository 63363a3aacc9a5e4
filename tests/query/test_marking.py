"""What of a text a query marks."""

from __future__ import annotations

import random

import pytest

from app.query import marks, parse


def marked(query: str, text: str) -> list[str]:
    return [text[start:end] for start, end in marks(parse(query), text)]


@pytest.mark.parametrize(("query", "text", "told"), [
    ("What is the notice period?", "The notices of the Period are", ["notices", "Period"]),
    ("kundigung", "Die Ku\u0308ndigung", ["Ku\u0308ndigung"]),
    ('"state of the art"', "The state of  the art of the state", ["state of  the art", "state"]),
    ('"of the"', "of the day, of a day", ["of the"]),
    ("terminat*", "Termination terminates term", ["Termination", "terminates"]),
    ('"notice per*"', "notice period", ["notice"]),
    ("10b-5", "Rule 10b-5 and 10b", ["10b-5", "10b"]),
    ("§ 1983", "under §1983 or Section 1983", ["§1983", "1983"]),
    ("0.5 mg", "5 mg or 0.5 mg", ["mg", "0.5", "mg"]),
    ("notice -lease", "notice of lease", ["notice"]),
    ("NEAR(notice termination, 5)", "termination by notice", ["termination", "notice"]),
    ("機密", "秘密保持と機密保持", ["機密"]),
    ("file:lease notice", "lease notice", ["notice"]),
    ("…", "…", []),
])
def test_marks(query: str, text: str, told: list[str]) -> None:
    assert marked(query, text) == told


def test_marks_ascend_and_do_not_touch() -> None:
    chance = random.Random(5)
    words = ["notice", "10b-5", "the", "§", "12", "機密保持", '"of the', 'notice"', "-lease", "AND", "(", ")", "ter*"]
    for _ in range(300):
        query, text = (" ".join(chance.choices(words, k=8)) for _ in range(2))
        last = -1
        for start, end in marks(parse(query), text):
            assert last < start < end <= len(text)
            last = end

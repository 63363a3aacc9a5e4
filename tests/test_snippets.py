"""What of a passage is shown: the part with the most of what was searched for, and marks that stay on their words."""

from __future__ import annotations

import random
import re

import pytest

from app.snippets import MORE, quoted, snippet
from app.types import Citation, StoredPassage


def marked(text: str, word: str) -> list[tuple[int, int]]:
    return [found.span() for found in re.finditer(word, text)]


def words(text: str, marks: tuple[tuple[int, int], ...]) -> list[str]:
    return [text[start:end] for start, end in marks]


def test_blanks_become_single_spaces_and_the_marks_move_along() -> None:
    text = "  The\n\n\tnotice   period\r\nis  a  month. "
    shown = snippet(text, [text_span(text, "notice   period"), text_span(text, "month")], 600)
    assert shown.text == "The notice period is a month."
    assert words(shown.text, shown.marks) == ["notice period", "month"]


def text_span(text: str, part: str) -> tuple[int, int]:
    return text.index(part), text.index(part) + len(part)


def test_a_long_text_is_cut_around_the_most_marks_at_words() -> None:
    text = "rent " + "filler " * 100 + "the rent and the rent and the rent " + "filler " * 100
    shown = snippet(text, marked(text, "rent"), 120)
    assert words(shown.text, shown.marks) == ["rent"] * 3
    assert shown.text.startswith(MORE + "filler")
    assert shown.text.endswith("filler" + MORE)
    assert len(shown.text) <= 122


def test_what_stands_at_the_beginning_is_shown_from_the_beginning() -> None:
    text = "The rent is due. " * 40
    shown = snippet(text, [(4, 8)], 100)
    assert shown.text.startswith("The rent")
    assert words(shown.text, shown.marks) == ["rent"]
    assert snippet(text, [], 100).text.startswith("The rent")


def test_a_text_without_spaces_is_cut_where_it_is() -> None:
    text = "租金" * 300
    shown = snippet(text, [(400, 402)], 50)
    assert words(shown.text, shown.marks) == ["租金"]
    assert len(shown.text) == 52


def test_marks_that_overlap_or_lie_outside_do_no_harm() -> None:
    shown = snippet("abc def", [(4, 99), (-3, 1), (0, 2), (5, 6), (3, 3)], 600)
    assert shown.marks == ((0, 2), (4, 7))


@pytest.mark.parametrize("seed", range(300))
def test_whatever_is_given_the_snippet_is_short_and_its_marks_lie_in_it(seed: int) -> None:
    dice = random.Random(seed)
    text = "".join(dice.choices("ab \n\té租", k=dice.randrange(400)))
    marks = [(dice.randrange(-5, 420), dice.randrange(-5, 420)) for _ in range(dice.randrange(8))]
    most = dice.randrange(40, 200)
    shown = snippet(text, marks, most)
    assert len(shown.text) <= most + most // 4
    assert shown.text.strip(MORE).strip() in " ".join(text.split())
    before = 0
    for start, end in shown.marks:
        assert before <= start < end <= len(shown.text)
        before = end
    if len(" ".join(text.split())) <= most + most // 4:
        assert MORE not in shown.text
        kept = [c for i, c in enumerate(text) if not c.isspace() and any(a <= i < b for a, b in marks)]
        assert kept == [c for a, b in shown.marks for c in shown.text[a:b] if c != " "]


def test_a_quote_is_its_own_characters_on_the_page() -> None:
    whole = StoredPassage("p", "d", "/in/a.pdf", "", "pdf", 3, 100, 128, "Rent is due. It is 900 a day.", "")
    only = quoted(whole, Citation("1", 1, start=13, end=29))
    assert (only.text, only.start, only.end, only.page, only.id) == ("It is 900 a day.", 113, 129, 3, "p")
    assert quoted(whole, Citation("1", 1)) is whole

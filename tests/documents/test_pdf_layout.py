"""What stands where on a page decides how it is read; each page here is drawn and then read by pdfium."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from app.documents.pdf import characters, opened
from app.documents.render import picture
from tests.documents import made

WORDS = (
    "the tenant shall keep the premises in good repair and give notice of any damage to the landlord without delay "
    "and the landlord shall insure the building against fire and water and any other risk that is usual in the town "
).split()


def text_of(*draw: Callable[[Any], None]) -> str:
    def page(canvas: Any) -> None:
        for each in draw:
            each(canvas)

    with opened(made.pdf(page)) as pdf:
        return characters(pdf[0])[0]


def column(first: str, count: int) -> list[str]:
    """Lines of words, each about as long, that can be told from those of another column."""
    return [f"{first}{number} " + " ".join(WORDS[number % 20 : number % 20 + 6]) for number in range(count)]


def at(*placed: tuple[float, float, str], size: float = 10) -> Callable[[Any], None]:
    def draw(canvas: Any) -> None:
        canvas.setFont("Helvetica", size)
        for x, y, text in placed:
            canvas.drawString(x, y, text)

    return draw


def test_a_word_broken_at_a_lines_end_is_whole_and_its_line_ends_behind_it() -> None:
    assert text_of(made.lines("This con-", "tract is", "signed.")) == "This contract\nis\nsigned."
    assert text_of(made.lines("a non-", "compete clause")) == "a non-compete\nclause"
    assert text_of(made.lines("the Anglo-", "American way")) == "the Anglo-American\nway"
    assert text_of(made.lines("ends with a dash -", "and goes on")) == "ends with a dash -\nand goes on"


def test_raised_characters_stay_on_their_line() -> None:
    def raised(canvas: Any) -> None:
        canvas.setFont("Helvetica", 12)
        canvas.drawString(72, 700, "as is the practice")
        width = canvas.stringWidth("as is the practice", "Helvetica", 12)
        canvas.setFont("Helvetica", 7)
        canvas.drawString(72 + width, 706, "2")
        canvas.setFont("Helvetica", 12)
        canvas.drawString(76 + width, 700, ", indicating the need")

    assert text_of(raised) == "as is the practice2, indicating the need"


def test_paragraphs_have_a_blank_line_between_them() -> None:
    page = at((72, 700, "One line of it."), (72, 686, "Another line of it."), (72, 660, "The next."), (72, 646, "End."))
    assert text_of(page) == "One line of it.\nAnother line of it.\n\nThe next.\nEnd."


@pytest.mark.parametrize("across", [True, False], ids=["line by line", "column by column"])
def test_columns_are_read_one_after_the_other(across: bool) -> None:
    left, right = column("L", 14), column("R", 14)
    a = [(60.0, 700 - 14.0 * number, line) for number, line in enumerate(left)]
    b = [(310.0, 700 - 14.0 * number, line) for number, line in enumerate(right)]
    placed = [each for pair in zip(a, b, strict=True) for each in pair] if across else [*a, *b]
    assert text_of(at(*placed)).split("\n") == [*left, *right]


def test_columns_with_lines_at_different_heights_are_read_one_after_the_other() -> None:
    left, right = column("L", 14), column("R", 14)
    a = [(60.0, 700 - 20.0 * number, line) for number, line in enumerate(left)]
    b = [(310.0, 690 - 20.0 * number, line) for number, line in enumerate(right)]
    text = text_of(at(*[each for pair in zip(a, b, strict=True) for each in pair]))
    assert [line for line in text.split("\n") if line] == [*left, *right]


def test_a_title_over_columns_comes_first_and_a_line_under_them_last() -> None:
    left, right = column("L", 12), column("R", 12)
    rows = [
        (x, 700 - 14.0 * number, line)
        for number, pair in enumerate(zip(left, right, strict=True))
        for x, line in zip((60.0, 310.0), pair, strict=True)
    ]
    title = "A title that runs across both of the columns of this page and is long"
    below = "A note at the foot that runs across both of the columns of this page too"
    text = text_of(at((80, 730, title), *rows, (80, 500, below)))
    assert [line for line in text.split("\n") if line] == [title, *left, *right, below]


def test_a_table_stays_row_by_row_with_its_cells_apart() -> None:
    rows = [(f"Item {number} of the list", f"{number},000", f"{number},500") for number in range(1, 16)]
    placed = [
        (x, 700 - 14.0 * number, cell)
        for number, row in enumerate([("Description", "2021", "2022"), *rows])
        for x, cell in zip((60.0, 300.0, 420.0), row, strict=True)
    ]
    lines = text_of(at(*placed)).split("\n")
    assert lines[0] == "Description\t2021\t2022"
    assert lines[3] == "Item 3 of the list\t3,000\t3,500"
    assert len(lines) == 16


def test_cells_of_several_lines_are_put_on_the_line_of_their_row() -> None:
    page = at(
        (250, 700, "June 25,"), (250, 688, "2022"), (350, 700, "June 26,"), (350, 688, "2021"),
        (60, 660, "Net sales"), (250, 660, "63,355"), (350, 660, "63,948"),
        (60, 640, "A sentence under the table ends it."),
    )  # fmt: skip
    text = text_of(page)
    assert "June 25, 2022\tJune 26, 2021" in text
    assert "Net sales\t63,355\t63,948" in text


def test_a_mark_over_two_columns_lies_on_both_and_on_nothing_between() -> None:
    left, right = column("L", 14), column("R", 14)
    rows = [
        (x, 700 - 14.0 * number, line)
        for number, pair in enumerate(zip(left, right, strict=True))
        for x, line in zip((60.0, 310.0), pair, strict=True)
    ]
    data = made.pdf(at(*rows))
    with opened(data) as pdf:
        text, _ = characters(pdf[0])
    start, end = text.index("L13"), text.index(right[0]) + len(right[0])
    marks = picture(data, (), 1, 595, start, end).marks
    assert len(marks) == 2
    lower, upper = sorted(marks, key=lambda box: -box.top)
    assert lower.right < 305 < upper.left
    assert lower.top > upper.top

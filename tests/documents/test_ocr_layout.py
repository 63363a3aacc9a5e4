"""Lines on a page become text in reading order, and each is found again where it stands."""

from __future__ import annotations

import numpy as np
import pytest

from app.documents.eyes import Found
from app.documents.ocr_layout import laid_out
from app.types import Page, Status

WIDE, HIGH = 1000, 1400


def line(
    text: str, left: float, top: float, width: float | None = None, *, height: float = 20, score: float = 0.98
) -> Found:
    right = left + (width if width is not None else 9 * len(text))
    corners = np.array([[left, top], [right, top], [right, top + height], [left, top + height]], np.float32)
    return Found(text, score, corners, corners)


def page(*lines: Found) -> Page:
    found = laid_out(lines, WIDE, HIGH)
    assert found is not None
    for each in found.lines:
        assert 0 <= each.start < each.end <= len(found.text)
        assert 0 <= each.box.left < each.box.right <= 1
        assert 0 <= each.box.top < each.box.bottom <= 1
    return found


def test_lines_come_from_top_to_bottom_whatever_their_order() -> None:
    found = page(line("the second line of it", 50, 80), line("the third", 50, 110), line("the first line", 50, 50))
    assert found.text == "the first line\nthe second line of it\nthe third"
    assert [found.text[each.start : each.end] for each in found.lines] == found.text.split("\n")
    assert (found.status, found.number) == (Status.OCR, None)
    assert (found.lines[0].box.left, found.lines[0].box.top) == (0.05, pytest.approx(50 / 1400, abs=1e-5))


def test_a_wider_gap_is_a_paragraph() -> None:
    found = page(*(line(f"line {number} of the first", 50, 50 + number * 28) for number in range(4)),
                 *(line(f"line {number} of the second", 50, 220 + number * 28) for number in range(4)))  # fmt: skip
    assert [part.count("\n") for part in found.text.split("\n\n")] == [3, 3]


def test_words_of_one_row_are_one_line() -> None:
    assert page(line("rent", 110, 52), line("The", 60, 50), line("is due", 158, 49)).text == "The rent is due"


def test_cells_of_a_table_are_read_row_by_row() -> None:
    rows = [("Rent", "2,450"), ("Deposit", "4,900"), ("Heating", "310"), ("Cleaning", "120"), ("Water", "95")]
    found = page(*(line(cell, 100 + 500 * across, 100 + 40 * down) for down, row in enumerate(rows)
                   for across, cell in enumerate(row)))  # fmt: skip
    assert found.text == "\n".join("\t".join(row) for row in rows)


def test_two_columns_of_prose_are_read_one_after_the_other() -> None:
    heading = line("A heading over both of the columns of this page", 200, 40, 600)
    left = [line(f"left line number {number} is as long", 50, 100 + 30 * number, 400) for number in range(6)]
    # The lines of print need not stand level with those of the other column.
    right = [line(f"right line number {number} is as long", 520, 109 + 30 * number, 400) for number in range(6)]
    footer = line("A line under both of them, as long as the page is wide", 60, 330, 850)
    found = page(footer, *[each for pair in zip(right, left, strict=True) for each in pair], heading)
    order = [heading, *left, *right, footer]
    assert found.text.split() == " ".join(each.text for each in order).split()


def test_a_stamp_in_the_margin_breaks_no_line() -> None:
    found = page(line("a line of the text", 50, 100), line("stamped on 3 May", 10, 60, 20, height=200),
                 line("and the next line", 50, 130))  # fmt: skip
    assert found.text.split() == "a line of the text and the next line stamped on 3 May".split()


def test_a_page_of_upright_stamps_only_is_read_as_well() -> None:
    assert page(line("stamped on 3 May", 10, 60, 20, height=200)).text == "stamped on 3 May"


def test_a_word_broken_at_a_lines_end_is_whole_again() -> None:
    found = page(line("either party may give notice of termi-", 50, 50), line("nation in writing", 50, 80))
    assert found.text == "either party may give notice of termination in writing"
    assert [found.text[each.start : each.end] for each in found.lines] == [
        "either party may give notice of termi", "nation in writing"
    ]  # fmt: skip


def test_a_hyphen_of_its_own_stays_in_its_word() -> None:
    assert page(line("the self-", 50, 50), line("insured tenant", 50, 80)).text == "the self-insured tenant"


def test_a_dash_before_a_name_or_a_number_stays() -> None:
    found = page(line("the agreement of Alder-", 50, 50), line("Beech and pages 3-", 50, 80), line("5 of it", 50, 110))
    assert found.text == "the agreement of Alder-\nBeech and pages 3-\n5 of it"


def test_rubbish_is_left_out() -> None:
    found = page(line("a good line", 50, 50), line("k~;x unlikely", 50, 80, score=0.3), line("·-", 50, 110, score=0.6))
    assert found.text == "a good line"
    assert laid_out([line("·", 50, 50, score=0.9), line("", 5, 5)], WIDE, HIGH) is None
    assert laid_out([], WIDE, HIGH) is None


def test_confidence_is_of_the_letters_and_not_of_the_lines() -> None:
    found = page(line("x" * 90, 50, 50, score=1.0), line("y" * 10, 50, 90, score=0.6))
    assert found.confidence == pytest.approx(0.96)


def test_marks_that_the_model_writes_as_in_chinese_are_plain_but_chinese_stays() -> None:
    assert page(line("rent\uff08monthly\uff09\uff0c 3\uff1a 5", 50, 50)).text == "rent(monthly), 3: 5"
    assert page(line("\u79df\u91d1\uff0c\u6bcf\u6708", 50, 50)).text == "\u79df\u91d1\uff0c\u6bcf\u6708"


def test_what_cannot_be_stored_is_not_there() -> None:
    assert page(line("a\x00b\ud800c text", 50, 50)).text == "a b c text"


def test_a_box_that_reaches_over_the_edge_is_cut() -> None:
    found = page(line("a line that leaves the page", -30, 1390, 1200))
    assert (found.lines[0].box.left, found.lines[0].box.right, found.lines[0].box.bottom) == (0, 1, 1)
    assert laid_out([line("a line that is not on the page", 2000, 50)], WIDE, HIGH) is None

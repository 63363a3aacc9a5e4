"""What is said of pages and time: honest, joined where the same is said, and no formula in a table."""

from __future__ import annotations

import io

import pytest

from app import coverage
from app.types import LedgerLine, Progress, Searched, Status, Survey


def line(file: str, page: int | None, status: Status = Status.READ, reason: str = "",
         confidence: float | None = None) -> LedgerLine:
    return LedgerLine(file, None, page, status, reason, confidence)


BY_OCR = ("Pictures; their text was read from them by OCR, 92 % sure of the letters on average, and may hold "
          "mistakes.")
LEDGER = [
    *(line("/a.pdf", page) for page in (1, 2)),
    line("/a.pdf", 3, Status.OCR, "Read by OCR, 95 % sure.", .95),
    line("/a.pdf", 4, Status.OCR, "Read by OCR, 89 % sure.", .89),
    line("/a.pdf", 5, Status.DAMAGED, "Page 5 is damaged."),
    line("/a.pdf", 6, Status.DAMAGED, "Page 6 is damaged."),
    line("/a.pdf", 8, Status.DAMAGED, "Page 8 is damaged."),
    line("/b.txt", None),
    line("/c.pdf", None, Status.LOCKED, "The file is locked with a password."),
]


def test_pages_that_follow_each_other_are_told_of_together() -> None:
    found = [(each.file, each.where, each.pages, each.sentence) for each in coverage.stretches(LEDGER)]
    assert found == [
        ("/a.pdf", "pages 1 to 2", 2, "Read."),
        ("/a.pdf", "pages 3 to 4", 2, BY_OCR),
        ("/a.pdf", "pages 5 to 6", 2, "Damaged, and not read or not all of them."),
        ("/a.pdf", "page 8", 1, "Page 8 is damaged."),
        ("/b.txt", "the file", 1, "Read."),
        ("/c.pdf", "the file", 1, "The file is locked with a password."),
    ]


def test_pages_of_different_reasons_or_files_are_not_joined() -> None:
    lines = [line("/a", 1, Status.TIMED_OUT, "It took too long."), line("/a", 2, Status.TIMED_OUT, "It crashed."),
             line("/b", 3, Status.TIMED_OUT, "It crashed.")]
    assert len(list(coverage.stretches(lines))) == 3


def test_the_totals_count_pages_and_say_what_cannot_be_counted() -> None:
    found = coverage.totals(LEDGER)
    assert (found.files, found.unread, found.shut) == (3, 3, 1)
    assert coverage.total_words(found) == (
        "8 pages: 3 read, 2 read by OCR (92 % sure on average), 3 damaged. 1 file gave no page at all "
        "(1 locked with a password); how many pages it has is not known.")
    assert coverage.total_words(coverage.totals([])) == "No page was read yet."


def test_confidence_is_never_rounded_up_to_certainty() -> None:
    assert coverage.percent(.999) == "99 %"
    assert coverage.percent(.93) == "93 %"
    assert coverage.percent(1) == "100 %"


@pytest.mark.parametrize(("seconds", "words"), [
    (0, "less than a minute"), (44, "less than a minute"), (60, "about a minute"), (100, "about 2 minutes"),
    (12 * 60, "about 12 minutes"), (24 * 60, "about 25 minutes"), (60 * 60, "about an hour"),
    (5400, "about 1½ hours"), (7200, "about 2 hours"), (12 * 3600, "about 12 hours"), (48 * 3600, "about 2 days"),
])
def test_time_is_said_as_people_say_it(seconds: float, words: str) -> None:
    assert coverage.about(seconds) == words


def test_an_estimate_is_one_sentence() -> None:
    assert coverage.survey_words(Survey(214, 0, 3120, 96, 1, 25 * 60)) == (
        "214 files, 3,120 pages, 96 of them scans: about 25 minutes")
    assert coverage.survey_words(Survey(1, 0, 1, 0, 1, 2)) == "1 file, 1 page: less than a minute"


def test_progress_is_told_with_speed_and_the_time_left_where_it_is_known() -> None:
    assert coverage.progress_words(Progress("/a", 12, 3120, 1, 9, 2.5, 720)) == [
        "12 of 3,120 pages", "150 pages a minute", "about 12 minutes left"]
    assert coverage.progress_words(Progress("/a", 12, 10, 1, 9, 0.0, None)) == ["12 of 12 pages"]


def test_the_table_has_every_line_and_no_formula() -> None:
    stream = io.StringIO()
    assert coverage.write_csv([*LEDGER, line("=HYPERLINK(1)", 1, Status.EMPTY, "+1")], stream) == 10
    rows = stream.getvalue().splitlines()
    assert rows[0] == "file,inside,page,status,confidence,reason"
    assert rows[3] == '/a.pdf,,3,ocr,0.950,"Read by OCR, 95 % sure."'
    assert rows[-1] == "'=HYPERLINK(1),,1,empty,,'+1"


def test_what_was_not_found_says_where_it_was_looked_for() -> None:
    assert coverage.not_found_words(Searched(212, 900, 9)) == (
        "Not found in the 212 files searched (9 pages could not be read). The closest passages are above.")
    assert coverage.not_found_words(Searched(1, 2, 0), where="in Smith v. Jones", closest=False) == (
        "Not found in the 1 file searched in Smith v. Jones.")
    assert "(1 page and 2 files could not be read)" in coverage.not_found_words(Searched(3, 2, 1), 2)

"""What is printed while files are added: drawn over on a terminal, seldom in the file of a log."""

from __future__ import annotations

import io

from app.narrator import Narrator, event_lines
from app.types import Added, FolderAway, Progress, Survey, Surveying
from tests.test_report import Terminal


def test_on_a_terminal_progress_is_one_line_that_is_drawn_over() -> None:
    out = Terminal()
    narrator = Narrator(out)
    for event in (Surveying(3, 9), Survey(9, 0, 90, 5, 1, 200.0), Progress("/in/a.pdf", 30, 90, 2, 9, 2.0, 30.0),
                  Added(9, 0, 0, 90, 45.0)):
        narrator.tell(event)
    lines = out.getvalue().split("\r")
    assert "Counting: 3 of 9 files" in lines
    assert "9 files, 90 pages, 5 of them scans: about 3 minutes\n" in lines
    assert "30 of 90 pages · 120 pages a minute · less than a minute left · a.pdf" in lines
    assert lines[-1].startswith("9 added, 0 unchanged, 0 not read; 90 pages in 45.0 s")


def test_in_a_file_of_a_log_progress_is_told_seldom() -> None:
    out = io.StringIO()
    narrator = Narrator(out)
    for number in range(100):
        narrator.tell(Surveying(number, 100))
        narrator.tell(Progress("/in/a.pdf", number, 100, 0, 1, 2.0, 30.0))
    assert out.getvalue() == ""
    narrator._told -= 60
    narrator.tell(Progress("/in/a.pdf", 99, 100, 0, 1, 2.0, 30.0))
    assert out.getvalue() == "      99 of 100 pages · 120 pages a minute · less than a minute left\n"


def test_a_folder_that_is_away_is_told_of_with_what_is_at_stake() -> None:
    (line,) = event_lines(FolderAway("/in", ("/in/a", "/in/b")))
    assert "2 documents of the library are not there. Nothing was taken out." in line

from __future__ import annotations

import pytest

from app.documents.clinical import Report, attach, file_of, joined, moment, words
from app.documents.parts import Parts
from app.types import Heading


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("2023", "2023"), ("202304", "2023-04"), ("20230401", "2023-04-01"), ("202304011030", "2023-04-01 10:30"),
        ("20230401103059.123-0500", "2023-04-01 10:30:59 (UTC-05:00)"), ("20230401000000", "2023-04-01"),
        ("20230401103000+0000", "2023-04-01 10:30 UTC"), ("2023-04-01T10:30:00Z", "2023-04-01 10:30 UTC"),
        ("2023-04-01T10:30:05.5+02:00", "2023-04-01 10:30:05 (UTC+02:00)"), ("2023-04-01", "2023-04-01"),
        ("last spring", "last spring"), ("12345", "12345"), ("", ""),
    ],
)  # fmt: skip
def test_dates_read_as_people_write_them(written: str, said: str) -> None:
    assert moment(written) == said


def test_names_in_code_become_words() -> None:
    assert [words(name) for name in ("clinicalStatus", "birthDate", "valueURL", "_x", "ICD10Code")] == [
        "Clinical status", "Birth date", "Value URL", "X", "ICD 10 code",
    ]  # fmt: skip


def test_what_says_nothing_or_the_same_is_left_out_of_a_list() -> None:
    assert joined(["a", "", "b", "a"]) == "a, b"


def test_base64_is_taken_with_line_ends_and_without_its_end() -> None:
    assert file_of("SGVs\r\n bG8") == b"Hello"
    assert file_of("é") == b""


def test_a_file_gets_the_ending_of_its_type_and_a_name_of_its_own() -> None:
    report, parts = Report(), Parts()
    for name, kind in (("Letter", "application/pdf; x=y"), ("Letter", "APPLICATION/PDF"), ("../up.doc", ""), ("", "")):
        assert attach(report, parts, name, kind, "SGVsbG8=") == []
    assert parts.names == ["Letter.pdf", "Letter (2).pdf", "-up.doc", "attachment"]
    assert attach(report, parts, "x", "", "=") != []
    assert report.writer.text.startswith("Attached: Letter.pdf\nAttached: Letter (2).pdf\n")


def test_headings_inside_a_text_stay_headings() -> None:
    report = Report()
    report.heading("Outer", 1)
    report.inner("Inner\nwords\n\nmore", [Heading(0, 1, "Inner")], 2)
    assert report.writer.text == "Outer\n\nInner\nwords\n\nmore"
    assert [(heading.start, heading.level) for heading in report.writer.headings] == [(0, 1), (7, 3)]


def test_headings_without_end_become_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.documents.clinical.HEADINGS", 2)
    report = Report()
    for number in range(4):
        report.heading(f"h{number}", 1)
    assert len(report.writer.headings) == 2
    assert "h3" in report.writer.text

"""Dates and people as files write them, in the one form that a document carries."""

from __future__ import annotations

import pytest

from app.documents import imprint


@pytest.mark.parametrize(("written", "day"), [
    ("2024-01-31T10:00:00Z", "2024-01-31"), ("2024-01-31", "2024-01-31"), ("2024-01", "2024-01"), ("2024", "2024"),
    ("2024/1/5", "2024-01-05"), ("2024.01.31", "2024-01-31"),
    ("D:20240131103000+01'00'", "2024-01-31"), ("D:2024", "2024"), ("20240131", "2024-01-31"), ("202401", "2024-01"),
    ("202401311030", "2024-01-31"), ("20240131103000.123+0100", "2024-01-31"),
    ("Wed, 31 Jan 2024 23:59:00 -0800", "2024-01-31"), ("31 Jan 24 10:00 GMT", "2024-01-31"),
    ("Mon May  1 10:00:00 1995", "1995-05-01"), ("January 31, 2024", "2024-01-31"), ("31. January 2024", "2024-01-31"),
    ("1 Feb 99", "1999-02-01"),
])  # fmt: skip
def test_a_date(written: str, day: str) -> None:
    assert imprint.day(written) == day
    assert imprint.day(imprint.day(written)) == day
    assert imprint.DAY.fullmatch(day)


@pytest.mark.parametrize("written", [
    "", "soon", "31/01/2024", "0001-01-01", "9999-12-31", "1601-01-01T00:00:00Z", "1970-01-01", "1980-01-01T00:00:00",
    "12345678901", "10:30", "Wed, 99 Foo 2024",
])
def test_no_date(written: str) -> None:
    assert imprint.day(written) == ""


def test_what_of_a_date_makes_no_sense_is_left_out() -> None:
    assert imprint.day("2024-13-01") == "2024"
    assert imprint.day("2024-02-31") == "2024-02"


def test_people_are_named_once_each_and_programs_not() -> None:
    names = ["Ann  Smith", "ann smith", "Microsoft Office User", "python-docx", "", " ; ", "Bob\nJones", "Admin"]
    assert imprint.people(names) == ("Ann Smith", "Bob Jones")


def test_people_are_bounded() -> None:
    found = imprint.people(f"{number} {'x' * 500}" for number in range(1000))
    assert len(found) == imprint.PEOPLE
    assert all(len(name) <= imprint.LONGEST for name in found)


@pytest.mark.parametrize(("header", "people"), [
    ("Ann Smith <ann@example.org>, bob@example.org", ["Ann Smith <ann@example.org>", "bob@example.org"]),
    ("Smith, Ann <ann@example.org>; Jones, Bob <bob@example.org>",
     ["Smith, Ann <ann@example.org>", "Jones, Bob <bob@example.org>"]),
    ('"Smith, Ann" <ann@example.org>, Carl', ["Smith, Ann <ann@example.org>", "Carl"]),
    ("Ann Smith; Bob Jones", ["Ann Smith", "Bob Jones"]),
    ("<ann@example.org>", ["ann@example.org"]), ("undisclosed-recipients:;", []), ("", []),
])
def test_the_people_of_a_header(header: str, people: list[str]) -> None:
    assert [name for name in imprint.listed(header) if name] == people


def test_a_mail_names_its_sender_first() -> None:
    headers = [("To", "Bob <b@example.org>"), ("Date", "Mon, 1 Jan 2024 10:00:00 +0000"),
               ("From", "Ann <a@example.org>")]  # fmt: skip
    assert imprint.of_mail(headers) == ("2024-01-01", ("Ann <a@example.org>", "Bob <b@example.org>"))

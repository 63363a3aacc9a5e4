"""Dates and types of documents as people type them."""

from __future__ import annotations

import pytest

from app.query.fields import day, kinds


@pytest.mark.parametrize(("typed", "meant"), [
    ("2024-01-31", "2024-01-31"), ("2024-1-3", "2024-01-03"), ("2024-02", "2024-02-01"), ("2024", "2024-01-01"),
    ("2024/01/31", "2024-01-31"), ("31.1.2024", "2024-01-31"), ("3.4.2024", "2024-04-03"), (" 2024 ", "2024-01-01"),
    ("31/1/2024", "2024-01-31"), ("1/31/2024", "2024-01-31"), ("4/4/2024", "2024-04-04"),
    ("3/4/2024", ""), ("2024-13", ""), ("31.2.2024", ""), ("2024-1/3", ""), ("yesterday", ""), ("", ""), ("0000", ""),
    ("24", ""), ("٢٠٢٤", "2024-01-01"),
])
def test_dates(typed: str, meant: str) -> None:
    assert day(typed) == meant


def test_types() -> None:
    assert kinds("Mail") == ("mail", "msg", "mbox", "tnef")
    assert kinds(".xlsx") == ("sheet",)
    assert kinds("pdf") == ("pdf",)
    assert kinds("cda") == ("cda",)
    assert kinds(" ") == ()

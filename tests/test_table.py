"""Tables: no text in them is a formula to a spreadsheet, and numbers stay numbers."""

from __future__ import annotations

import io

import pytest

from app import table


@pytest.mark.parametrize(("text", "cell"), [
    ("=1+1", "'=1+1"), ("  @SUM(1)", "'  @SUM(1)"), ("＝1", "'＝1"), ("-2", "'-2"), ("a=1", "a=1"), ("", ""),
    ("\ud800", "\\ud800"),
])
def test_no_text_is_a_formula(text: str, cell: str) -> None:
    stream = io.StringIO(newline="")
    assert table.write(stream, ("name", "number"), [(text, -2)]) == 1
    assert stream.getvalue() == f"name,number\r\n{cell},-2\r\n"

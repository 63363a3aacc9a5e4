from __future__ import annotations

import pytest

from app.documents.pdf_words import Words, clean, is_clean, offsets


@pytest.mark.parametrize(
    ("left", "right", "page", "kept"),
    [
        ("con", "tract", "", False),
        ("Widerspruchs", "beweis", "", False),
        ("self", "employed", "", True),
        ("non", "compete clause", "", True),
        ("interest", "bearing", "", True),
        ("Anglo", "American", "", True),
        ("IBM", "compatible", "", True),
        ("e", "mail", "", True),
        ("dual", "encoder", "a dual encoder", True),
        ("dual", "encoder", "a dualencoder", False),
        ("data", "base", "the data-base", True),
        ("under", "taking", "under the taking", False),
        ("state-of-the", "art", "", True),
        ("page 12", "thereof", "", True),
    ],
)
def test_a_hyphen_stays_where_it_belongs_to_the_word(left: str, right: str, page: str, kept: bool) -> None:
    raw = f"{page} {left}\ufffe{right}"
    end = len(raw) - len(right) - 1
    assert Words(raw).keeps_hyphen(len(page), end, end + 1, len(raw)) is kept


def test_cleaning_is_the_same_piece_by_piece_and_keeps_line_breaks() -> None:
    assert clean("a\r\nb\rc\nd\x00e\x07f\ufffeg") == "a\nb\nc\ndef-g"
    assert clean("\ufb01nal o\ufb00er") == "final offer"
    assert is_clean("a plain text, é too")
    assert not is_clean("\ufb01nal")
    assert not is_clean("a\x07")


def test_each_character_knows_where_it_came_from() -> None:
    raw = "x\ufb03n\x00al\r\nend"
    text = clean(raw[1:])
    places = list(offsets(raw, 1, text))
    assert text == "ffinal\nend"
    assert places == [1, 1, 1, 2, 4, 5, 6, 8, 9, 10]

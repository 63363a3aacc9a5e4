from __future__ import annotations

import pytest

from app.documents import loader, ooxml
from app.documents.rtf import RtfLoader
from app.documents.source import Source
from app.errors import DamagedFile
from app.types import Status


def load(inside: bytes, head: bytes = rb"\rtf1\ansi\ansicpg1252\deff0") -> str:
    return RtfLoader().load(Source(b"{" + head + b" " + inside + b"}", ".rtf")).pages[0].text


def test_paragraphs_and_characters_by_code_and_number() -> None:
    assert load(rb"Gr\'f6\'dfe\par \u8364?\u-10179?\u-8704? \emdash  x\~y") == "Größe\n€😀 — x\xa0y"
    assert load(rb"\uc2\u8364\'80\'80 a{\uc0\u8364 b}") == "€ a€b"


def test_each_font_has_its_alphabet() -> None:
    fonts = rb"{\fonttbl{\f0\fswiss\fcharset0 Arial;}{\f1\fnil\fcharset204{\*\fname A;}Arial CYR;}{\f2\fcharset128 M;}}"
    cyrillic = "Привет".encode("cp1251")
    japanese = "日本".encode("cp932")
    hexes = b"".join(b"\\'%02x" % byte for byte in cyrillic), b"".join(b"\\'%02x" % byte for byte in japanese)
    assert load(fonts + rb"\f1 " + hexes[0] + rb"\f2 " + hexes[1] + rb"\f0 e") == "Привет日本e"
    assert load(fonts + rb"\f1 " + cyrillic) == "Привет"  # bytes that are not written as codes
    split = hexes[1][:4] + b"\r\n" + hexes[1][4:]
    assert load(fonts + rb"\f2 " + split) == "日本"


def test_the_code_page_of_the_file_holds_where_no_font_says_other() -> None:
    assert load(b"\\'cf\\'f0", rb"\rtf1\ansi\ansicpg1251") == "Пр"
    assert load(rb"a \'8a b", rb"\rtf1\mac\ansicpg10000") == "a ä b"
    assert load(rb"x", rb"\rtf1\ansi\ansicpg99999") == "x"


def test_hidden_and_deleted_text_is_left_out() -> None:
    assert load(rb"a{\v b}c\v d\v0 e{\deleted f}\v g\plain h") == "aceh"


def test_what_is_no_text_is_left_out() -> None:
    field = rb'{\field{\*\fldinst{HYPERLINK "http://x"}}{\fldrslt d}}{\stylesheet{\s0 Normal;}}'
    assert load(rb"a{\pict\pngblip 89504e47}{\*\unknown b}{\object{\*\objdata 0105}{\result c}}" + field) == "acd"
    assert load(b"a{\\pict\\bin5 }}{{\\}b") == "ab"


def test_numbers_of_lists_are_kept() -> None:
    assert load(rb"{\listtext\pard 1.\tab}One\par{\pntext 2.\tab}Two") == "1.\tOne\n2.\tTwo"


def test_notes_text_boxes_headers_and_footers_are_read_apart() -> None:
    text = load(
        rb"{\header Firm\par}{\footer Page}The Seller{\footnote\pard By transfer.} pays.\par"
        rb"{\*\annotation\pard Who?}{\shp{\*\shpinst{\sp{\sn a}{\sv b}}{\shptxt Boxed\par}}}End"
    )
    assert text == "Firm\n\nThe Seller pays.\nEnd\nFootnote 1: By transfer.\nComment 1: Who?\nBoxed\n\nPage"


def test_a_row_of_a_table_is_a_line() -> None:
    row = rb"\trowd\cellx100\cellx200\intbl "
    table = row + rb"Item\cell Price\cell\row" + row + rb"Rent\par and heat\cell 9\cell\row "
    assert load(rb"Costs\par" + table + rb"End") == "Costs\nItem | Price\nRent and heat | 9\nEnd"
    assert load(rb"Costs\par a\cell b\cell\row End") == "Costs\na | b\nEnd"


def test_what_is_cut_short_or_wild_is_read_as_far_as_it_goes() -> None:
    assert load(rb"a\u b\uc c\u99999999?{\f d}{{{").startswith("a")
    data = b"{\\rtf1 " + b"Hello\\par " * 5 + b"{\\b bold"
    assert RtfLoader().load(Source(data, ".rtf")).pages[0].text.endswith("bold")
    with pytest.raises(DamagedFile):
        loader.load(Source(b"{\\rtf1 " + b"{" * 200_000, ".rtf"))
    with pytest.raises(DamagedFile):
        loader.load(Source(b"not one", ".rtf"))


def test_pictures_alone_are_parts() -> None:
    png = b"89504e470d0a1a0a" + b"00" * 200
    document = RtfLoader().load(Source(rb"{\rtf1{\pict\pngblip\picw10 " + png + b"}}", ".rtf"))
    assert document.pages[0].status is Status.EMPTY
    assert [(part.name, part.data[:4]) for part in document.parts] == [("picture.png", b"\x89PNG")]


def test_a_long_file_stops_at_its_deadline_and_says_so() -> None:
    page = RtfLoader().load(Source(b"{\\rtf1 " + b"word\\par " * 30_000 + b"}", ".rtf", (), 0.0)).pages[0]
    assert (page.status, page.reason) == (Status.TIMED_OUT, ooxml.LATE)
    assert page.text.startswith("word")


def test_the_file_says_who_and_when() -> None:
    days = rb"{\creatim\yr2020\mo1\dy2\hr10}{\revtim\yr2024\mo1\dy31}"
    info = rb"{\info{\title Lease}{\author Ann M\'fcller}{\operator Bo Ek}" + days + rb"}"
    found = RtfLoader().load(Source(rb"{\rtf1\ansi\ansicpg1252 " + info + rb" Text\par}", ".rtf"))
    assert (found.title, found.date, found.people) == ("Lease", "2024-01-31", ("Ann Müller", "Bo Ek"))
    bare = RtfLoader().load(Source(rb"{\rtf1\ansi Text {\author Ann}\par}", ".rtf"))
    assert (bare.title, bare.date, bare.people) == ("", "", ())

from __future__ import annotations

import codecs
import random

import pytest

from app.documents.source import Source
from app.documents.text import UNCERTAIN, MarkdownLoader, TextLoader, decoded
from app.errors import UnsupportedFile

GERMAN = "Die Änderung der Größe übersteigt das Maß. Für Österreich gilt dasselbe, außer für Ärzte."


def test_text_stays_as_it_is_character_for_character() -> None:
    text = "  One\r\ntwo\n\n\n\tthree \U0001f600 é \x0c end  \n"
    assert TextLoader().load(Source(text.encode(), ".txt")).pages[0].text == text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_the_encoding_is_found(encoding: str) -> None:
    assert decoded(GERMAN.encode(encoding)) == GERMAN


def test_the_mark_of_utf_32_is_not_taken_for_that_of_utf_16() -> None:
    assert decoded(codecs.BOM_UTF32_LE + "abc".encode("utf-32-le")) == "abc"


def test_japanese_in_its_old_encoding_is_found() -> None:
    text = "契約書は二通作成し、甲乙各一通を保有する。賃料は毎月末日までに支払う。"
    assert decoded(text.encode("shift-jis")) == text


def test_what_cannot_be_stored_is_replaced_in_place() -> None:
    text = "a" * 300 + "\x00" + "b" * 300
    assert decoded(text.encode()) == text.replace("\x00", "\ufffd")


def test_bytes_that_are_no_text_are_not_read_as_if_they_were() -> None:
    with pytest.raises(UnsupportedFile):
        decoded(b"\x00\x01\x02\x03" * 500)


def test_a_text_that_reads_like_no_language_says_so() -> None:
    data = random.Random(1).randbytes(4000).translate(None, bytes(range(0x80)))
    assert TextLoader().load(Source(data, ".txt")).pages[0].reason == UNCERTAIN
    assert TextLoader().load(Source(GERMAN.encode("cp1252"), ".txt")).pages[0].reason == ""


MARKDOWN = """# Title #

Intro # not
```
# not in a fence
```
Under
=====
Lower
---
- item
---
####### seven
## Two ##
"""


def test_markdown_keeps_its_text_and_knows_its_headings() -> None:
    document = MarkdownLoader().load(Source(MARKDOWN.encode(), ".md"))
    page = document.pages[0]
    assert page.text == MARKDOWN
    assert [(heading.level, heading.text) for heading in page.headings] == [
        (1, "Title"), (1, "Under"), (2, "Lower"), (2, "Two"),
    ]  # fmt: skip
    assert [page.text[heading.start :].split("\n")[0] for heading in page.headings] == [
        "# Title #", "Under", "Lower", "## Two ##",
    ]  # fmt: skip
    assert document.title == "Title"


def test_markdown_with_the_line_ends_of_windows_has_the_same_headings() -> None:
    page = MarkdownLoader().load(Source(MARKDOWN.replace("\n", "\r\n").encode(), ".md")).pages[0]
    assert [heading.text for heading in page.headings] == ["Title", "Under", "Lower", "Two"]
    assert page.text[page.headings[1].start :].startswith("Under")

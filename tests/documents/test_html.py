from __future__ import annotations

import pytest

from app.documents.html import HtmlLoader
from app.documents.source import Source
from app.errors import DamagedFile
from app.types import Document, Status


def load(markup: str | bytes) -> Document:
    data = markup.encode() if isinstance(markup, str) else markup
    return HtmlLoader().load(Source(data, ".html"))


def text(markup: str | bytes) -> str:
    return load(markup).pages[0].text


def test_what_a_reader_sees_is_read_and_nothing_else() -> None:
    page = """<!doctype html><html><head><title>My  page</title><style>p{}</style></head><body><script>bad()</script>
    <p>Hello <b>bo</b>ld, <span style="display : none">secret</span>seen.<!-- no --></p>
    <div hidden>no</div><p aria-hidden="true">no</p><template>no</template>tail</body></html>"""
    document = load(page)
    assert document.title == "My page"
    assert document.pages[0].text == "Hello bold, seen.\n\ntail"


def test_blocks_become_lines_and_lists_items() -> None:
    assert text("<div>a<div>b</div>c</div><ul><li>one<li>two<br>more</ul>d") == "a\nb\nc\n\n- one\n- two\nmore\n\nd"


def test_headings_are_known_where_they_stand() -> None:
    page = load("<p>Intro</p><h1>The <i>first</i></h1><p>x</p><h3>Third</h3>").pages[0]
    assert [(heading.level, heading.text) for heading in page.headings] == [(1, "The first"), (3, "Third")]
    assert all(page.text[heading.start :].startswith(heading.text) for heading in page.headings)


def test_a_table_is_read_row_by_row_and_a_layout_block_by_block() -> None:
    rows = "<table><tr><th>Name<th>Age<tr><td>Bo <b>B</b><td>7</table>"
    assert text(rows) == "Name | Age\nName: Bo B | Age: 7"
    assert text(f"<table><tr><td><p>Left</p><td>{rows}</table>") == "Left\n\nName | Age\nName: Bo B | Age: 7"


def test_a_row_without_as_many_cells_as_heads_stands_as_it_is() -> None:
    assert text("<table><tr><th>A<th>B<tr><td>1<td>2<td>3<tr><td><td>5</table>") == "A | B\n1 | 2 | 3\nB: 5"
    assert text("<table><tr><td>a<td>b<tr><td>1<td>2</table>") == "a | b\n1 | 2"


def test_words_in_blocks_beside_each_other_do_not_run_together() -> None:
    assert text("<table><tr><td><p>A</p></td><td>B</td><td>C</td></tr></table>") == "A | B | C"
    long = "word " * 60
    assert text(f"<table><tr><td><p>{long}</p></td><td>B</td><td>C</td></tr></table>") == f"{long.strip()}\n\nB\nC"
    assert text("<table><tr><td>a<div>b</div></td><td>c<br>d</td></tr></table>") == "a b | c d"
    assert text("<table><tr><td><p>a</p><p>b</p></td><td>c</td></tr></table>") == "a\n\nb\n\nc"
    assert text("<h1>A<div>B</div></h1>") == "A B"
    assert text("<select><option>A<option>B</select>") == "A\nB"


def test_what_was_typed_into_a_form_is_read() -> None:
    assert text('<p>Name: <input value="Bo"><input type="hidden" value="no"><textarea>area</textarea>') == (
        "Name: Bo area"
    )


def test_a_word_that_may_be_broken_is_one_word() -> None:
    assert text("<p>Ver&shy;trags\u200bstrafe") == "Ver\u00adtragsstrafe".replace("\u00ad", "")


def test_preformatted_text_keeps_its_lines() -> None:
    assert text("<pre>\n a\n   b\n</pre>") == " a\n   b"


@pytest.mark.parametrize(
    "data",
    [
        '<meta charset="iso-8859-1"><p>Müller – „ja“'.encode("cp1252"),
        '<meta http-equiv="Content-Type" content="text/html; charset=windows-1252"><p>Müller – „ja“'.encode("cp1252"),
        "<p>Müller – „ja“".encode(),
        "\ufeff<p>Müller – „ja“".encode(),
        "<p>Müller – „ja“".encode("utf-16"),
        '<?xml version="1.0" encoding="utf-8"?><html><body><p>Müller – „ja“</p></body></html>'.encode(),
        '<meta charset="no-such"><p>Müller – „ja“'.encode(),
        '<meta charset="utf-16"><p>Müller – „ja“'.encode(),
        '<meta charset="punycode"><p>Müller – „ja“'.encode(),
        '<meta charset="unicode_escape"><p>Müller – „ja“'.encode(),
        "<p>Müller – „ja“".encode("utf-16-le"),
        "<p>Müller – „ja“".encode("utf-32-be"),
    ],
)
def test_the_encoding_is_the_one_declared_or_found(data: bytes) -> None:
    assert text(data) == "Müller – „ja“"


def test_deep_nesting_is_followed_or_refused_but_never_cut_off_silently() -> None:
    assert text("<div>" * 1500 + "deep") == "deep"
    with pytest.raises(DamagedFile, match="nested"):
        load("<div>" * 5000 + "deep")


def test_a_page_of_nothing_is_empty() -> None:
    assert load("<html><body><script>x</script></body></html>").status is Status.EMPTY
    assert load(" \n ").status is Status.EMPTY


def test_the_head_of_a_page_says_who_and_when() -> None:
    found = load(
        '<meta name="author" content="Ann Smith; Bo Ek"><meta name="date" content="2020-01-01">'
        '<meta property="article:published_time" content="2024-01-31T10:00:00Z">'
        '<meta property="article:author" content="https://example.org/ann"><p>x'
    )
    assert (found.date, found.people) == ("2024-01-31", ("Ann Smith", "Bo Ek"))
    assert (load("<p>x").date, load("<p>x").people) == ("", ())

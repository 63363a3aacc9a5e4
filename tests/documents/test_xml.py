from __future__ import annotations

import base64
import time

import pytest

from app.documents import loader, xml
from app.documents.sandbox import ReaderPool
from app.documents.source import Source
from app.documents.xml import BROKEN, LATE, LEFT_OUT, XmlLoader
from app.errors import DamagedFile, UnsupportedFile
from app.types import Page


def load(data: str | bytes, **more: float) -> Page:
    return XmlLoader().load(Source(data.encode() if isinstance(data, str) else data, ".xml", **more)).pages[0]


def text(data: str | bytes) -> str:
    return load(data).text


def test_values_stand_with_the_names_of_their_elements() -> None:
    data = """<order no="7"><customer>Bo B</customer><line sku="x1"><price currency="EUR">5.10</price></line><empty/>
    </order>"""
    assert text(data) == "order (no: 7)\ncustomer: Bo B\nline (sku: x1)\nprice (currency: EUR): 5.10"


def test_a_written_text_runs_on_over_its_inline_elements() -> None:
    page = load("<art><title>On <i>it</i></title><p>Hello <b>bold</b>, <a href='x'>it</a> is.</p><p>Two</p></art>")
    assert page.text == "On it\nHello bold, it is.\nTwo"
    assert [(heading.start, heading.text) for heading in page.headings] == [(0, "On it")]


def test_comments_and_instructions_are_no_text() -> None:
    assert text("<?xml version='1.0'?><?go now?><a><!-- not this --><c>this</c></a>") == "c: this"


def test_the_encoding_is_the_one_declared() -> None:
    for encoding in ("utf-8", "utf-16", "iso-8859-1", "windows-1251", "koi8-r"):
        word = "договор" if encoding in ("windows-1251", "koi8-r") else "Größe"
        data = f'<?xml version="1.0" encoding="{encoding}"?><p>{word}</p>'.encode(encoding)
        assert text(data) == word


def test_an_encoding_that_is_not_declared_or_wrongly_is_found() -> None:
    for head in ("", '<?xml version="1.0" encoding="utf-8"?>', '<?xml version="1.0" encoding="no-such"?>'):
        page = load(f"{head}<p>Die Größe übersteigt das Maß für Österreich</p>".encode("cp1252"))
        assert page.text == "Die Größe übersteigt das Maß für Österreich"


def test_what_is_broken_is_read_as_far_as_it_goes_and_says_so() -> None:
    page = load("<a><e>kept</e><c>also <d>kept</c></a>")
    assert (page.text, page.reason) == ("e: kept\nalso\nd: kept", BROKEN)
    assert text("<a><e>odd &#xD800; &#55296; &#0;</e><b>") == "e: odd \ufffd \ufffd \ufffd"
    page = load("no markup at all")
    assert (page.text, page.reason) == ("no markup at all", BROKEN)
    with pytest.raises(UnsupportedFile):
        load(bytes(range(256)))


def test_entities_are_not_resolved_and_bombs_do_not_go_off() -> None:
    assert text('<!DOCTYPE c [<!ENTITY x SYSTEM "file:///etc/hostname">]><c>&x;</c>') == "&x;"
    assert text('<!DOCTYPE c SYSTEM "http://example.org/a.dtd"><c>1&nbsp;&euro;</c>') == "c: 1 €"
    bomb = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 20))
    for use in ("<a>kept &a19;</a>", '<c b="&a19;"/>'):
        assert len(text(f"<!DOCTYPE a [<!ENTITY a0 \"ha\">{bomb}]>{use}")) < 2000


def test_data_that_is_no_text_is_left_out_and_told() -> None:
    page = load(f"<a><picture>{'QUJD' * 5000}</picture><p>words</p></a>")
    assert page.text == "picture:\nwords"
    assert page.reason == LEFT_OUT


def test_a_file_that_is_carried_in_an_element_is_a_part() -> None:
    carried = base64.encodebytes(b"%PDF-1.4" + bytes(range(256))).decode()
    data = f'<invoice><id>7</id><object filename="Invoice 7.pdf">{carried}</object></invoice>'
    found = XmlLoader().load(Source(data.encode(), ".xml"))
    assert [(part.name, part.data[:8]) for part in found.parts] == [("Invoice 7.pdf", b"%PDF-1.4")]
    assert found.pages[0].text == "id: 7\nAttached: Invoice 7.pdf"
    assert text(f"<x><word>{'abcd' * 50}</word></x>") == f"word: {'abcd' * 50}"
    page = load(f"<x><signature>{base64.encodebytes(bytes(300)).decode()}</signature><c>d</c></x>")
    assert (page.text, page.reason) == ("c: d", LEFT_OUT)


def test_markup_that_stands_in_an_element_as_text_is_read_as_a_page() -> None:
    data = "<item><description><![CDATA[<div><b>Bold</b> words</div><p>more</p>]]></description></item>"
    assert text(data) == "description:\nBold words\nmore"
    assert text("<item><note>1 &lt; 2 &lt;/p&gt;x</note></item>") == "note: 1 < 2 x"


def test_deep_nesting_is_followed_or_said_to_be_cut() -> None:
    assert text("<c>" * 1000 + "deep" + "</c>" * 1000) == "c: deep"
    with pytest.raises(DamagedFile):
        load("<a>" * 100_000 + "deep")


def test_time_that_is_over_leaves_what_was_read() -> None:
    page = load("<a>" + "<b>word</b>" * 20_000 + "</a>", deadline=time.monotonic() - 1)
    assert page.reason == LATE
    assert 0 < page.text.count("word") < 20_000


def test_a_web_page_is_read_as_one_whatever_its_suffix() -> None:
    page = '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><body><h1>T</h1><script>x</script></body></html>'
    assert text(page) == "T"


def test_it_is_recognised_by_its_declaration() -> None:
    assert loader.choose(b'<?xml version="1.0"?><a/>', ".txt").kind == "xml"
    assert loader.choose(b'<?xml version="1.0"?><html xmlns="x"/>', ".html").kind == "html"
    assert loader.choose(b"# <?xml is how files begin", ".md").kind == "markdown"


def test_the_head_is_told_in_wide_encodings_too() -> None:
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"):
        assert xml.head("<a>b</a>".encode(encoding)) == "<a>b</a>"


def test_a_caged_reader_reads_it() -> None:
    with ReaderPool(1) as pool:
        assert pool.read("<p>ä</p>".encode("utf-16"), ".xml").pages[0].text == "ä"
        assert pool.read("<p>Größe ist groß".encode("cp1252"), ".xml").pages[0].text == "Größe ist groß"

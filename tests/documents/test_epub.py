from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from app.documents import loader
from app.documents.epub import BookLoader
from app.documents.source import Source
from app.errors import DamagedFile
from app.types import Document, Page, Status

CONTAINER = '<container xmlns="urn:x"><rootfiles><rootfile full-path="OEBPS/book.opf"/></rootfiles></container>'
NCX = """<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/"><navMap>
<navPoint><navLabel><text>Part One</text></navLabel><content src="text/b.xhtml"/>
<navPoint><navLabel><text>The Lease</text></navLabel><content src="text/a%20file.xhtml#start"/></navPoint></navPoint>
</navMap></ncx>"""


def book(files: dict[str, str | bytes], spine: str = "b a", **more: str) -> bytes:
    """A book of the files in OEBPS/text, whose ids are the first letters of their names."""
    items = "".join(f'<item id="{name[0]}" href="text/{name.replace(" ", "%20")}" media-type="application/xhtml+xml"/>'
                    for name in files)  # fmt: skip
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata>'
        "<dc:title>Tenancy</dc:title><dc:creator>Ann Lee</dc:creator><dc:creator>Bo Ek</dc:creator></metadata>"
        f'<manifest>{items}<item id="ncx" href="toc.ncx" media-type="x"/>{more.get("items", "")}</manifest>'
        f'<spine toc="ncx">{"".join(f"<itemref idref={each!r}/>" for each in spine.split())}</spine></package>'
    )
    inside: dict[str, str | bytes] = {"mimetype": "application/epub+zip", "META-INF/container.xml": CONTAINER,
                                      "OEBPS/book.opf": package, "OEBPS/toc.ncx": more.get("ncx", NCX)}  # fmt: skip
    inside |= {f"OEBPS/text/{name}": data for name, data in files.items()}
    inside |= {name: data for name, data in more.items() if "/" in name}
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made_of:
        for name, data in inside.items():
            made_of.writestr(name, data, zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED)
    return file.getvalue()


def load(data: bytes) -> Document:
    return BookLoader().load(Source(data, ".epub"))


def headings(page: Page) -> list[tuple[int, str, str]]:
    """Level, text, and the line of the page where each stands."""
    return [(each.level, each.text, page.text[each.start :].splitlines()[0]) for each in page.headings]


CHAPTERS: dict[str, str | bytes] = {
    "a file.xhtml": "<html><body><h1>The lease</h1><p>Its end.</p><h2>Notice</h2><p>Three months.</p></body></html>",
    "b.xhtml": '<?xml version="1.0"?><html><head><title>x</title></head><body><p>Übersicht.</p></body></html>',
}


def test_chapters_follow_the_spine_under_the_titles_of_the_contents() -> None:
    document = load(book(CHAPTERS))
    page = document.pages[0]
    assert (document.title, page.number) == ("Tenancy", None)
    assert page.text == (
        "Tenancy\nAnn Lee, Bo Ek\n\nÜbersicht.\n\nThe lease\n\nIts end.\n\nNotice\n\nThree months."
    )
    assert headings(page) == [
        (1, "Part One", "Übersicht."),
        (1, "The lease", "The lease"),
        (2, "Notice", "Notice"),
    ]


def test_contents_of_the_newer_kind_are_read() -> None:
    nav = ('<html xmlns="http://www.w3.org/1999/xhtml"><body><nav><ol><li><a href="text/b.xhtml">First</a><ol>'
           '<li><a href="text/a%20file.xhtml">Second <i>one</i></a></li></ol></li></ol></nav></body></html>')
    item = '<item id="n" properties="nav" href="nav.xhtml" media-type="application/xhtml+xml"/>'
    page = load(book(CHAPTERS, spine="n b a", items=item, **{"OEBPS/nav.xhtml": nav})).pages[0]
    assert headings(page)[:3] == [
        (1, "First", "Übersicht."), (2, "Second one", "The lease"), (3, "The lease", "The lease"),
    ]  # fmt: skip
    assert "First" not in page.text


def test_a_missing_chapter_is_said_and_the_others_are_read() -> None:
    data = book(CHAPTERS | {"c.xhtml": "<p>gone</p>"}, spine="b c a")
    page = load(data.replace(b"OEBPS/text/c.xhtml", b"OEBPS/text/d.xhtml")).pages[0]
    assert page.status is Status.DAMAGED
    assert page.reason == "1 chapter of the book could not be read."
    assert "Übersicht." in page.text
    assert "Three months." in page.text


def test_a_book_with_copy_protection_says_so() -> None:
    sealed = ('<encryption xmlns:e="http://www.w3.org/2001/04/xmlenc#"><e:EncryptedData><e:EncryptionMethod'
              ' Algorithm="http://www.w3.org/2001/04/xmlenc#aes128-cbc"/></e:EncryptedData></encryption>')  # fmt: skip
    page = load(book(CHAPTERS, **{"META-INF/encryption.xml": sealed})).pages[0]
    assert page.status is Status.LOCKED
    assert "copy protection (DRM)" in page.reason
    assert page.text == "Tenancy\nAnn Lee, Bo Ek"
    fonts = sealed.replace("http://www.w3.org/2001/04/xmlenc#aes128-cbc", "http://www.idpf.org/2008/embedding")
    assert load(book(CHAPTERS, **{"META-INF/encryption.xml": fonts})).pages[0].status is Status.READ


def test_entities_do_not_blow_up_and_files_outside_are_not_read() -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]>'
    data = book(CHAPTERS, ncx=bomb + NCX.replace("Part One", "&b;&c;"))
    assert "root:" not in load(data).pages[0].text
    assert all("root:" not in heading.text for heading in load(data).pages[0].headings)


def test_a_chapter_that_swells_is_left_out() -> None:
    page = load(book({"a.xhtml": b"<p>" + b" " * (65 << 20), "b.xhtml": "<p>text</p>"})).pages[0]
    assert page.text.endswith("text")
    assert page.status is Status.DAMAGED


def test_it_is_known_by_its_bytes_and_broken_ones_are_damaged() -> None:
    data = book(CHAPTERS)
    assert loader.choose(data, ".zip").kind == "epub"
    for wrong in (b"plain text", data[:200], book({}).replace(b"book.opf", b"book.xxx")):
        with pytest.raises(DamagedFile):
            load(wrong)


@pytest.mark.shared
def test_the_hard_books_are_read(shared: Path) -> None:
    folder = shared / "data" / "hard_files"
    sports = load((folder / "unstructured" / "winter-sports.epub").read_bytes())
    assert sports.title == "Winter Sports in Switzerland"
    assert "CHAPTER I THE SUN-SEEKER" in [heading.text for heading in sports.pages[0].headings]
    lorem = load((folder / "format-corpus" / "calibre 0.8.57__Lorem Ipsum - Andrew Jackson.epub").read_bytes())
    assert lorem.pages[0].text.startswith("Lorem Ipsum\nAndrew Jackson\n\nVariatio Ipsius")


def test_a_book_names_its_authors() -> None:
    assert load(book(CHAPTERS)).people == ("Ann Lee", "Bo Ek")

from __future__ import annotations

import pytest

from app.documents import package
from app.documents.package import Package
from app.errors import DamagedFile
from tests.documents import made
from tests.documents import made_office as office


def test_parts_are_found_whatever_their_case() -> None:
    file = Package(office.package({"Word/Document.XML": b"x"}))
    assert "word/document.xml" in file
    assert file.read("word/document.xml") == b"x"
    assert file.read("other") is None
    assert not file.broken


def test_a_package_without_a_directory_is_read_by_the_headers_of_its_entries() -> None:
    data = office.package({"a.xml": b"a" * 1000, "b.xml": bytes(range(256)) * 40, "c.xml": b"c" * 10})
    cut = data[: data.index(b"PK\x03\x04", data.index(b"b.xml")) + 5]
    file = Package(cut)
    assert file.names == ["a.xml", "b.xml"]
    assert file.read("a.xml") == b"a" * 1000
    assert file.read("b.xml") == bytes(range(256)) * 40
    assert "" in file.broken


def test_a_part_with_a_broken_end_gives_its_beginning() -> None:
    text = b"".join(b"line %d\n" % number for number in range(5000))
    data = bytearray(office.package({"a.xml": text, "b.xml": b"b"}))
    at = data.index(b"b.xml") - 300
    data[at : at + 100] = b"\xff" * 100
    file = Package(bytes(data))
    found = file.read("a.xml") or b""
    assert text.startswith(found[:1000])
    assert len(found) > 1000
    assert file.broken == {"a.xml"}
    assert file.read("b.xml") == b"b"


def test_a_part_that_swells_beyond_all_bounds_is_not_unpacked() -> None:
    data = office.package({"a.xml": bytes(3_000_000)})
    with pytest.raises(MemoryError):
        Package(data).read("a.xml", 1_000_000)
    with pytest.raises(MemoryError):  # also where the directory, which says how large it is, is missing
        Package(data[:-60]).read("a.xml", 1_000_000)


def test_what_is_no_package_is_damaged() -> None:
    with pytest.raises(DamagedFile):
        Package(b"text")


def test_families_are_told_by_what_is_inside() -> None:
    assert package.family(office.word("")) == "word"
    assert package.family(made.sheet(A=[["a"]])) == "excel"
    assert package.family(office.odf("text", "")) == "odt"
    assert package.family(office.odf("spreadsheet", "")) == "ods"
    assert package.family(office.odf("presentation", "")) == "odp"
    assert package.family(b"PK\x03\x04") == ""


def test_an_archive_of_files_in_a_folder_named_word_is_no_word_file() -> None:
    assert package.family(office.package({"word/letter.txt": b"x", "xl/list.csv": b"y", "content.xml": b"z"})) == ""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from app.documents import loader
from app.documents.source import Source
from app.documents.tnef import TnefLoader
from app.errors import DamagedFile
from app.types import Document, Status

TICKS = 133_500_000_000_000_000  # 17 January 2024, 21:20 in UTC


def load(*attributes: bytes) -> Document:
    return TnefLoader().load(Source(wrapped(*attributes), ".tnef"))


def wrapped(*attributes: bytes) -> bytes:
    return b"\x78\x9f\x3e\x22\x01\x00" + b"".join(attributes)


def attribute(number: int, data: bytes, level: int = 1) -> bytes:
    return struct.pack("<BHHI", level, number, 0, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)


def values(*properties: bytes) -> bytes:
    return struct.pack("<I", len(properties)) + b"".join(properties)


def text(identifier: int, said: str) -> bytes:
    return variable(0x1F, identifier, (said + "\0").encode("utf-16-le"))


def variable(kind: int, identifier: int, data: bytes) -> bytes:
    return struct.pack("<HHII", kind, identifier, 1, len(data)) + data + bytes(-len(data) % 4)


def number(identifier: int, value: int) -> bytes:
    return struct.pack("<HHI", 3, identifier, value)


def moment(identifier: int) -> bytes:
    return struct.pack("<HHQ", 0x40, identifier, TICKS)


NAMED = struct.pack("<HH16sII", 0x1F, 0x8001, b"g" * 16, 1, 6) + "abc".encode("utf-16-le") + bytes(2)
MANY = struct.pack("<HHIII", 0x1003, 0x3000, 2, 1, 2)
FILE = attribute(0x9002, bytes(14), 2)


def test_the_message_is_read_with_its_receivers() -> None:
    own = values(NAMED + variable(0x1F, 0, b"x\0y\0")[4:], MANY, text(0x0037, "Größe"), text(0x1000, "The text."),
                 moment(0x0039), text(0x0042, "Ann"), text(0x5D02, "ann@x.org"))  # fmt: skip
    people = values(values(text(0x3001, "Bo"), text(0x39FE, "bo@x.org"), number(0x0C15, 1)),
                    values(text(0x3001, "Cy"), number(0x0C15, 3)))  # fmt: skip
    document = load(attribute(0x9003, own), attribute(0x9004, people))
    assert document.title == "Größe"
    assert document.pages[0].text == (
        "From: Ann <ann@x.org>\nTo: Bo <bo@x.org>\nBcc: Cy\nDate: Wed, 17 Jan 2024 21:20:00 +0000\n"
        "Subject: Größe\n\nThe text."
    )


def test_files_are_parts_under_their_long_names() -> None:
    document = load(
        attribute(0x9003, values(text(0x1000, "see there"))),
        FILE, attribute(0x8010, b"LEASE~1.PDF\0", 2), attribute(0x800F, b"%PDF", 2),
        attribute(0x9005, values(text(0x3707, "lease of 2024.pdf")), 2),
        FILE, attribute(0x8010, b"b.txt\0", 2), attribute(0x800F, b"text", 2),
    )  # fmt: skip
    assert [(part.name, part.data) for part in document.parts] == [("lease of 2024.pdf", b"%PDF"), ("b.txt", b"text")]


def test_an_attached_message_is_a_mail() -> None:
    inner = wrapped(attribute(0x9003, values(text(0x0037, "Inner"), text(0x1000, "its text"))))
    file = values(number(0x3705, 5), variable(0x0D, 0x3701, b"i" * 16 + inner))
    part = load(FILE, attribute(0x9005, file, 2)).parts[0]
    assert part.name == "Inner.eml"
    assert loader.load(Source(part.data, ".eml")).pages[0].text == "Subject: Inner\n\nits text"


def test_old_text_is_decoded_by_the_code_page_that_is_said() -> None:
    codepage = attribute(0x9007, struct.pack("<II", 1251, 0))
    document = load(codepage, attribute(0x8004, "Договор\0".encode("cp1251")), attribute(0x800C, b"text\0"))
    assert document.title == "Договор"


def test_what_is_cut_short_or_lies_about_its_sizes_is_damaged_but_read() -> None:
    whole = wrapped(attribute(0x9003, values(text(0x1000, "The text."))), FILE, attribute(0x800F, b"data" * 9, 2))
    page = TnefLoader().load(Source(whole[:-20], ".tnef")).pages[0]
    assert page.status is Status.DAMAGED
    assert page.text.endswith("The text.")
    assert "cut short" in page.reason
    huge = struct.pack("<I", 0xFFFFFFFF)
    assert load(attribute(0x9003, huge + text(0x1000, "t"))).pages[0].status is Status.DAMAGED
    assert load(attribute(0x9004, huge + huge * 3)).pages[0].status is Status.DAMAGED
    with pytest.raises(DamagedFile):
        TnefLoader().load(Source(b"plain text", ".tnef"))


def test_it_is_known_whatever_its_name() -> None:
    assert loader.choose(wrapped(), ".dat").kind == "tnef"


@pytest.mark.shared
def test_the_hard_ones_are_read(shared: Path) -> None:
    folder = shared / "data" / "hard_files"
    expected = {
        "poi/bug52400-winmail-simple.dat": ("This is the message body.", []),
        "poi/bug52400-winmail-with-attachments.dat": (
            "There are also two attachments", ["scion_tc_2007_maintenanceguide.pdf", "Duke_Wave.png"]
        ),
        "poi/winmail-sample1.dat": ("Casdasdfasdfasd", ["zappa_av1.jpg", "bookmark.htm"]),
        "tika/testWINMAIL.dat": (
            "These are five files.", ["quick.doc", "quick.html", "quick.pdf", "quick.txt", "quick.xml"]
        ),
    }  # fmt: skip
    for name, (words, names) in expected.items():
        document = loader.load(Source((folder / name).read_bytes(), ".dat"))
        assert words in document.pages[0].text, name
        assert [part.name for part in document.parts] == names
    oom = loader.load(Source((folder / "poi" / "oom.tnef").read_bytes(), ".tnef"))
    assert oom.status is Status.DAMAGED

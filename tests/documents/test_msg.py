from __future__ import annotations

from pathlib import Path

import compressed_rtf
import pytest

from app.documents import loader
from app.documents.msg import OutlookLoader
from app.documents.source import Source
from app.errors import DamagedFile
from app.types import Document, Status
from tests.documents import outlook

TICKS = 133_500_000_000_000_000  # 17 January 2024, 21:20 in UTC
SENT = b"From: Ann <ann@x.org>\r\nReply-To: office@x.org\r\nDate: Wed, 17 Jan 2024 22:20:00 +0100\r\n"
RTF = (
    rb"{\rtf1\ansi\ansicpg1252\fromhtml1 {\*\htmltag64 <p>}\htmlrtf {\htmlrtf0 The rent is {\*\htmltag84 <b>}"
    rb"\htmlrtf {\b\htmlrtf0 due\htmlrtf }\htmlrtf0 {\*\htmltag92 </b>} on Sunday, \'fcbrigens.\par }}"
)


def load(folder: outlook.Folder) -> Document:
    return OutlookLoader().load(Source(outlook.compound(folder), ".msg"))


def test_headers_come_before_the_body_with_every_kind_of_receiver() -> None:
    people = [outlook.recipient("Bo", "bo@x.org"), outlook.recipient("'cy@x.org'", "cy@x.org", 2),
              outlook.recipient("Di", "di@x.org", 3), outlook.recipient("Ed", "")]  # fmt: skip
    texts = {0x0037: "Kündigung", 0x1000: "Dear Bo,\r\n\r\nI give notice.", 0x0042: "Ann", 0x5D02: "ann@x.org"}
    document = load(outlook.message(texts, people, times={0x0039: TICKS}))
    assert document.title == "Kündigung"
    assert document.pages[0].text == (
        "From: Ann <ann@x.org>\nTo: Bo <bo@x.org>; Ed\nCc: cy@x.org\nBcc: Di <di@x.org>\n"
        "Date: Wed, 17 Jan 2024 21:20:00 +0000\nSubject: Kündigung\n\nDear Bo,\n\nI give notice."
    )


def test_what_was_sent_says_more_about_the_sender() -> None:
    text = load(outlook.message({0x0037: "S", 0x007D: SENT.decode(), 0x0C1A: "Somebody"})).pages[0].text
    assert text.splitlines()[:3] == ["From: Ann <ann@x.org>", "Sender: Somebody", "Reply-To: office@x.org"]
    assert "Date: Wed, 17 Jan 2024 22:20:00 +0100" in text


def test_a_formatted_text_is_read_where_there_is_no_plain_one() -> None:
    html = load(outlook.message({0x1000: " ", 0x1013: "<p>Der <b>größte</b> Teil</p>".encode()}))
    assert html.pages[0].text == "Der größte Teil"
    rich = load(outlook.message({0x1009: compressed_rtf.compress(RTF)}))
    assert rich.pages[0].text == "The rent is due on Sunday, übrigens."


def test_a_formatted_text_that_is_broken_is_said() -> None:
    page = load(outlook.message({0x0037: "S", 0x1009: compressed_rtf.compress(RTF)[:-9] + b"x" * 9})).pages[0]
    assert page.status is Status.DAMAGED
    assert page.reason == "The formatted text of the mail is broken and could not be read."


def test_text_from_before_unicode_is_decoded_by_the_message() -> None:
    cyrillic = outlook.properties({0x0037: "S"}, {0x3FFD: 1251}, {}, outlook.TOP, wide=False)
    cyrillic["__substg1.0_1000001E"] = "Договор аренды".encode("cp1251")
    assert load(cyrillic).pages[0].text.endswith("Договор аренды")
    unknown = outlook.properties({0x1000: "Größe"}, {0x3FFD: 99_999}, {}, outlook.TOP, wide=False)
    assert load(unknown).pages[0].text == "Größe"


def test_attachments_are_parts_and_logos_are_not() -> None:
    files = [outlook.attachment("lease.pdf", b"%PDF" * 3000), outlook.attachment("noted", b"x", _3703=".txt"),
             outlook.attachment("logo.png", b"png", _3712="cid1"), outlook.attachment("../../a.txt", b"x")]  # fmt: skip
    document = load(outlook.message({0x0037: "S", 0x1000: "text"}, files=files))
    assert [(part.name, part.data[:4]) for part in document.parts] == [
        ("lease.pdf", b"%PDF"), ("noted.txt", b"x"), ("a.txt", b"x"),
    ]  # fmt: skip
    assert "Attachments: lease.pdf, noted.txt, a.txt" in document.pages[0].text
    assert document.pages[0].reason == "1 small picture inside the text, as logos are, was left out."


def test_an_attached_message_is_a_mail_with_its_own_attachments() -> None:
    deepest = outlook.message({0x0037: "Deepest", 0x1000: "the end"}, before=outlook.INNER)
    inner = outlook.message({0x0037: "Re: Größe", 0x1000: "inner text", 0x0042: "Cy", 0x5D02: "cy@x.org"},
                            files=[outlook.attachment("Maß.txt", b"a file"), outlook.attached(deepest)],
                            before=outlook.INNER)  # fmt: skip
    outer = outlook.message({0x0037: "Outer", 0x1000: "text"}, files=[outlook.attached(inner)])
    part = load(outer).parts[0]
    assert part == load(outer).parts[0]  # not another file each time it is read
    assert part.name == "Re: Größe.eml"
    document = loader.load(Source(part.data, ".eml"))
    assert document.pages[0].text == (
        "From: Cy <cy@x.org>\nSubject: Re: Größe\nAttachments: Maß.txt, Deepest.eml\n\ninner text"
    )
    assert document.parts[0].data == b"a file"
    assert loader.load(Source(document.parts[1].data, ".eml")).pages[0].text == "Subject: Deepest\n\nthe end"


def test_an_object_of_another_program_is_said() -> None:
    folder = outlook.attached({"CONTENTS": b"x"})
    assert "1 object of another program" in load(outlook.message({0x1000: "t"}, files=[folder])).pages[0].reason


def test_contacts_and_appointments_show_what_they_hold() -> None:
    contact = outlook.message({0x001A: "IPM.Contact", 0x3001: "Ann Lee", 0x3A16: "Lee & Co", 0x3A1C: "0170 1"})
    assert load(contact).pages[0].text == "Name: Ann Lee\nCompany: Lee & Co\nMobile phone: 0170 1"
    meeting = outlook.message({0x001A: "IPM.Appointment", 0x0037: "Hearing", 0x8001: "Room 4"}, times={0x8000: TICKS})
    rows = b"".join(number.to_bytes(4, "little") + bytes(2) + index.to_bytes(2, "little")
                    for index, number in enumerate((0x820D, 0x8208)))  # fmt: skip
    meeting["__nameid_version1.0"] = {"__substg1.0_00030102": rows}
    text = load(meeting).pages[0].text
    assert text.endswith("Location: Room 4\nStart: Wed, 17 Jan 2024 21:20:00 +0000")


def test_a_message_without_anything_is_empty() -> None:
    assert load(outlook.message({})).pages[0].status is Status.EMPTY


def test_it_is_known_by_its_bytes_and_broken_ones_are_damaged() -> None:
    data = outlook.compound(outlook.message({0x0037: "S"}))
    assert loader.choose(data, ".doc").kind == "msg"
    inside = outlook.compound({"WordDocument": b"x", "ObjectPool": outlook.message({0x0037: "S"})})
    assert not OutlookLoader().claims(inside)
    for wrong in (b"plain text", inside):
        with pytest.raises(DamagedFile):
            OutlookLoader().load(Source(wrong, ".msg"))
    with pytest.raises(DamagedFile):
        loader.load(Source(data[:600], ".msg"))


@pytest.mark.shared
def test_the_hard_messages_are_read(shared: Path) -> None:
    folder = shared / "data" / "hard_files"
    expected = {
        "msg-extractor/strangeDate.msg": ("MSG test file", []),
        "poi/ASCII_UTF-8_CP1252_LCID1031_HTML.msg": ("Body öäü Body", []),
        "poi/clusterfuzz-testcase-minimized-POIHSMFFuzzer-5336473854148608.msg": ("Mike Farman", ["attachment"]),
        "tika/testMSG_Contact.msg": ("Saw him jump over a lazy dog once", []),
        "tika/testMSG_att_doc.msg": ("contenu", ["test-unicode.doc", "pj1.txt"]),
    }
    for name, (words, names) in expected.items():
        document = loader.load(Source((folder / name).read_bytes(), ".msg"))
        assert document.kind == "msg"
        assert words in document.pages[0].text, name
        assert [part.name for part in document.parts] == names


def test_a_message_says_who_and_when() -> None:
    found = load(outlook.message({0x0037: "S", 0x007D: SENT.decode(), 0x0E04: "Bo; Cy", 0x1000: "x"}))
    assert (found.date, found.people) == ("2024-01-17", ("Ann <ann@x.org>", "Bo", "Cy"))

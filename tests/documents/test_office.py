from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from app.documents import loader, ole
from app.documents.source import Source
from app.errors import DamagedFile, LockedFile, UnsupportedFile
from tests.documents import made
from tests.documents import made_office as office


def text(data: bytes, suffix: str, *passwords: str) -> str:
    return loader.load(Source(data, suffix, passwords)).pages[0].text


# The library that locks wants more than a few kilobytes.
WORD = office.word(office.paragraph("Under seal"), **{"media/noise": hashlib.shake_128(b"").digest(20_000)})


def test_a_locked_file_opens_with_the_first_password_that_fits() -> None:
    data = office.locked(WORD, "kötter")
    assert text(data, ".docx", "wrong", "kötter", "other") == "Under seal"
    assert text(office.locked(made.sheet(A=[["Day", "Hours"]]), "x"), ".xlsx", "x") == "A\nDay | Hours"
    for passwords in ((), ("wrong",), ("",)):
        with pytest.raises(LockedFile):
            text(data, ".docx", *passwords)


def test_a_file_locked_with_excels_own_password_opens_without_one() -> None:
    assert text(office.locked(made.sheet(A=[["Day", "Hours"]]), "VelvetSweatshop"), ".xlsx") == "A\nDay | Hours"


def test_a_locked_file_that_is_damaged_says_so() -> None:
    data = office.locked(WORD, "x")
    at = data.index(b"keyData") if b"keyData" in data else len(data) // 2
    wrong = data[:at] + b"\x00" * 200 + data[at + 200 :]
    with pytest.raises((DamagedFile, LockedFile)):
        text(wrong, ".docx", "x")
    with pytest.raises((DamagedFile, LockedFile, UnsupportedFile)):
        text(data[: len(data) // 2], ".docx", "x")


def test_a_locked_opendocument_file_opens_with_its_password() -> None:
    data = office.locked_odf(office.odf("text", "<text:p>Under seal</text:p>"), "kötter")
    assert text(data, ".odt", "wrong", "kötter") == "Under seal"
    for passwords in ((), ("wrong",)):
        with pytest.raises(LockedFile):
            text(data, ".odt", *passwords)
    table = (
        '<table:table table:name="A"><table:table-row><table:table-cell office:value-type="string"><text:p>Day</text:p>'
        "</table:table-cell></table:table-row></table:table>"
    )
    assert text(office.locked_odf(office.odf("spreadsheet", table), "x"), ".ods", "x") == "A\nDay"


def test_a_lock_that_is_not_known_says_what_to_do() -> None:
    data = office.locked_odf(office.odf("text", ""), "x")
    other = made.with_part(data, "META-INF/manifest.xml", lambda part: part.replace(b"aes256-cbc", b"aes256-gcm"))
    with pytest.raises(UnsupportedFile, match="save it unlocked"):
        text(other, ".odt", "x")


def test_a_lock_that_would_take_for_ever_is_refused() -> None:
    data = office.locked_odf(office.odf("text", ""), "x")
    slow = made.with_part(data, "META-INF/manifest.xml", lambda part: part.replace(b'"1000"', b'"4000000000"'))
    with pytest.raises(DamagedFile):
        text(slow, ".odt", "x")


def test_what_is_not_locked_is_left_as_it_is() -> None:
    from app.documents import office as locks

    for data in (WORD, b"text", ole.SIGNATURE + bytes(600), made.sheet(A=[["a"]])):
        source = Source(data, ".x")
        assert locks.opened(source) is source


@pytest.mark.shared
def test_files_of_before_2007_say_what_to_do(shared: Path) -> None:
    folder = shared / "data" / "hard_files"
    for name, wanted in (("poi/HeaderWithMacros.doc", "DOCX"), ("tika/testPPT_skipBadCompressedObject.ppt", "PPTX"),
                         ("tika/testPPT_protected_passtika.ppt", "PPTX")):  # fmt: skip
        with pytest.raises(UnsupportedFile, match=f"save it as {wanted}"):
            text((folder / name).read_bytes(), Path(name).suffix)


@pytest.mark.shared
def test_embedded_objects_are_told_by_what_they_hold(shared: Path) -> None:
    data = (shared / "data" / "hard_files" / "docling" / "legacy_sample.xls").read_bytes()
    assert ole.kind(data) == "xls"
    assert [(name, len(inner)) for name, inner in ole.files(data, "oleObject1.bin")] == [("oleObject1.xls", len(data))]
    assert hashlib.sha256(next(ole.files(data, "a.bin"))[1]).digest() == hashlib.sha256(data).digest()
    assert ole.kind(ole.SIGNATURE + b"\xff" * 1000) == ""

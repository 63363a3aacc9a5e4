from __future__ import annotations

import io
import struct
import sys
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path

import pytest
import pyzipper

from app.documents import loader, torn
from app.documents.archive import ArchiveLoader
from app.documents.sandbox import ReaderPool
from app.documents.source import Source
from app.errors import DamagedFile, LockedFile
from app.types import Document, Status
from tests.documents import made


def load(data: bytes, *passwords: str, deadline: float = float("inf")) -> Document:
    return ArchiveLoader().load(Source(data, ".zip", passwords, deadline))


def archive(entries: Sequence[tuple[str | zipfile.ZipInfo, bytes]], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as made_of:
        for name, data in entries:
            made_of.writestr(name, data)
    return file.getvalue()


def locked(password: bytes, *names: str) -> bytes:
    file = io.BytesIO()
    with pyzipper.AESZipFile(file, "w", compression=pyzipper.ZIP_DEFLATED, encryption=pyzipper.WZ_AES) as made_of:
        made_of.setpassword(password)
        for name in names:
            made_of.writestr(name, b"secret " + name.encode())
    return file.getvalue()


def parts(document: Document) -> dict[str, bytes]:
    return {part.name: part.data for part in document.parts}


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_files_are_parts_and_the_page_lists_them(method: int) -> None:
    document = load(archive([("letters/a.txt", b"first"), ("b.txt", b"second"), ("empty/", b"")], method))
    assert parts(document) == {"letters/a.txt": b"first", "b.txt": b"second"}
    assert document.pages[0].text == "Archive with 2 files:\nletters/a.txt\nb.txt"
    assert document.pages[0].status is Status.READ


def test_litter_of_systems_is_left_out() -> None:
    names = ["__MACOSX/._a.txt", "a/.DS_Store", "Thumbs.db", "x/desktop.ini", "._b.txt", "kept.txt"]
    assert list(parts(load(archive([(name, b"x") for name in names])))) == ["kept.txt"]


def test_names_never_lead_out_of_the_archive() -> None:
    names = ["../../evil.txt", "/etc/passwd", "C:\\Windows\\a.ini", "a/../../b.txt"]
    found = list(parts(load(archive([(name, b"x") for name in names]))))
    assert found == ["evil.txt", "etc/passwd", "Windows/a.ini", "a/b.txt"]


def test_names_are_read_in_both_encodings() -> None:
    said = archive([("Grüße.txt", b"x")])
    assert list(parts(load(said))) == ["Grüße.txt"]
    for encoding in ("utf-8", "cp437"):
        plain = archive([("Gr__e.txt" if encoding == "cp437" else "Gr____e.txt", b"x")])
        raw = "Grüße.txt".encode(encoding)
        assert list(parts(load(plain.replace(b"Gr" + b"_" * (len(raw) - 7) + b"e.txt", raw)))) == ["Grüße.txt"]


def test_links_are_not_followed() -> None:
    link = zipfile.ZipInfo("link")
    link.create_system, link.external_attr = 3, 0o120777 << 16
    document = load(archive([(link, b"/etc/passwd"), ("a.txt", b"x")]))
    assert list(parts(document)) == ["a.txt"]
    assert document.pages[0].reason == "1 file in it is only a link to another file."


def test_passwords_are_tried_in_turn() -> None:
    data = locked("größer".encode(), "a.txt", "b.txt")
    assert parts(load(data, "wrong", "größer")) == {"a.txt": b"secret a.txt", "b.txt": b"secret b.txt"}
    with pytest.raises(LockedFile):
        load(data, "wrong")
    with pytest.raises(LockedFile):
        load(data)


def test_the_old_way_of_locking_is_opened_too() -> None:
    # Made by Info-ZIP: zip -P secret, one file "a.txt" with "old lock".
    data = made.old_zip("a.txt", b"old lock", b"secret")
    assert parts(load(data, "wrong", "secret")) == {"a.txt": b"old lock"}
    with pytest.raises(LockedFile):
        load(data, "wrong")


def test_what_is_locked_in_an_open_archive_is_said() -> None:
    file = io.BytesIO(locked(b"x", "a.txt"))
    with zipfile.ZipFile(file, "a") as more:
        more.writestr("open.txt", "open")
    document = load(file.getvalue())
    assert list(parts(document)) == ["open.txt"]
    assert document.pages[0].status is Status.LOCKED
    assert document.pages[0].reason == "1 file in it is locked with a password."
    assert list(parts(load(file.getvalue(), "x"))) == ["a.txt", "open.txt"]


def test_a_damaged_file_is_said_and_the_others_are_read() -> None:
    data = archive([("a.txt", b"first"), ("b.txt", b"second"), ("c.txt", b"third")], zipfile.ZIP_STORED)
    document = load(data.replace(b"second", b"sexond", 1))
    assert parts(document) == {"a.txt": b"first", "c.txt": b"third"}
    assert document.pages[0].status is Status.DAMAGED
    assert document.pages[0].reason == "1 file in it is damaged."


def test_what_is_packed_in_an_unknown_way_is_said() -> None:
    data = bytearray(archive([("a.txt", b"first"), ("b.txt", b"x")]))
    data[8:10] = struct.pack("<H", 93)
    directory = data.index(b"PK\x01\x02")
    data[directory + 10 : directory + 12] = struct.pack("<H", 93)
    document = load(bytes(data))
    assert list(parts(document)) == ["b.txt"]
    assert "packed in a way" in document.pages[0].reason


def test_a_bomb_is_not_unpacked() -> None:
    document = load(archive([("bomb", bytes(40 << 20)), ("a.txt", b"x")]))
    assert list(parts(document)) == ["a.txt"]
    assert "likely an attack" in document.pages[0].reason


def test_many_entries_over_the_same_bytes_stay_within_bounds() -> None:
    """The bomb of entries that overlap: each is of a size that passes, all of them are not."""
    inner = zlib.compressobj(1, zlib.DEFLATED, -15)
    content = bytes(15 << 20)
    packed = inner.compress(content) + inner.flush()
    head = struct.pack("<4sHHHHHIIIHH", b"PK\3\4", 20, 0, 8, 0, 0, zlib.crc32(content), len(packed), len(content), 1, 0)
    row = struct.pack("<4sHHHHHHIIIHHHHHII", b"PK\1\2", 20, 20, 0, 8, 0, 0, zlib.crc32(content), len(packed),
                      len(content), 1, 0, 0, 0, 0, 0, 0)  # fmt: skip
    rows = (row + b"a") * 60
    start = len(head) + 1 + len(packed)
    end = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 60, 60, len(rows), start, 0)
    document = load(head + b"a" + packed + rows + end)
    assert sum(len(part.data) for part in document.parts) <= 256 << 20
    assert len(document.parts) == 17
    assert "43 files in it were left out" in document.pages[0].reason


def test_an_archive_in_itself_gives_one_level_at_a_time() -> None:
    inner = archive([("a.txt", b"x")])
    document = load(archive([("inner.zip", inner)]))
    assert parts(document) == {"inner.zip": inner}


def test_an_empty_archive_says_so_and_a_broken_one_is_damaged() -> None:
    empty = load(archive([])).pages[0]
    assert (empty.status, empty.reason) == (Status.EMPTY, "The archive holds no files.")
    whole = archive([("a.txt", b"x" * 100)])
    for wrong in (whole[:40], b"no archive"):
        with pytest.raises(DamagedFile):
            load(wrong)


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_what_is_whole_in_an_archive_that_is_cut_off_is_read(method: int) -> None:
    entries = [("a/Grüße.txt", b"first" * 50), ("../b.txt", b"second"), ("c.bin", bytes(range(256)) * 90)]
    whole = archive([(name, data) for name, data in entries], method)
    cut = whole[: whole.index(b"c.bin") + 60]
    document = load(cut)
    assert parts(document) == {"a/Grüße.txt": b"first" * 50, "b.txt": b"second"}
    assert document.pages[0].status is Status.DAMAGED
    assert document.pages[0].reason.startswith("The archive is cut short or broken; 2 files in it could be read")
    assert loader.choose(cut, ".zip").kind == "archive"
    bomb = archive([("a.txt", b"x"), ("bomb", bytes(1 << 20)), ("b.txt", b"y")])
    assert dict(torn.files(bomb, 1000)) == {"a.txt": b"x", "bomb": None, "b.txt": b"y"}


def test_what_is_not_reached_in_time_is_said() -> None:
    page = load(archive([("a.txt", b"x")]), deadline=0).pages[0]
    assert page.status is Status.TIMED_OUT
    assert page.reason == "1 file in it is not reached in the time for one file."


def test_documents_that_are_archives_inside_are_left_to_their_loaders() -> None:
    word = made.word(lambda document: document.add_paragraph("x"))
    assert not ArchiveLoader().claims(word)
    assert loader.choose(word, ".zip").kind == "docx"
    assert loader.choose(made.sheet(One=[["a"]]), ".zip").kind == "sheet"
    assert loader.choose(archive([("word.docx", word)]), ".dat").kind == "archive"


@pytest.mark.skipif(sys.platform != "linux", reason="the cage is Linux's")
def test_a_locked_archive_opens_in_a_caged_reader() -> None:
    with ReaderPool(1) as readers:
        document = readers.read(locked(b"x", "a.txt"), ".zip", ("wrong", "x"))
    assert parts(document) == {"a.txt": b"secret a.txt"}


@pytest.mark.shared
def test_the_hard_archives_are_read(shared: Path) -> None:
    folder = shared / "data" / "hard_files" / "tika"
    assert list(parts(load((folder / "droste.zip").read_bytes()))) == ["droste.jpg", "droste.zip"]
    assert list(parts(load((folder / "testZip_with_DataDescriptor2.zip").read_bytes()))) == [
        "mimetype", "source.xml", "code.bin", "META-INF/manifest.xml",
    ]  # fmt: skip
    assert load((folder / "testZipEncrypted.zip").read_bytes()).pages[0].status is Status.LOCKED
    with pytest.raises(DamagedFile):
        load((folder / "testZIP_corrupted_oom.zip").read_bytes())

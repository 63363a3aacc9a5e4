"""The pool with true readers, with hostile files, and with readers that misbehave."""

from __future__ import annotations

import contextlib
import io
import json
import os
import signal
import struct
import subprocess
import sys
import threading
import time
import zipfile
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from app.documents import image
from app.documents.sandbox import Limits, ReaderPool
from app.errors import (
    CarrelError,
    DamagedFile,
    EmptyFile,
    LockedFile,
    TimedOutFile,
    TooLargeFile,
    UnsupportedFile,
)
from app.types import PageCount, Status
from tests.documents import made, pictures
from tests.documents.fake_reader import document, page

ROOT = Path(__file__).resolve().parent.parent.parent
FAKE = Path(__file__).with_name("fake_reader.py")
linux = pytest.mark.skipif(sys.platform != "linux", reason="the cage is Linux's")


@pytest.fixture(scope="module")
def pool() -> Iterator[ReaderPool]:
    """True readers, started before the first test that looks for what is left running."""
    with ReaderPool(1) as readers:
        readers.read(b"start", ".txt")
        yield readers


def fake(behaviour: str | dict[str, Any], limits: Limits | None = None) -> ReaderPool:
    text = behaviour if isinstance(behaviour, str) else json.dumps(behaviour)
    command = [sys.executable, str(FAKE), text, str(ROOT)]
    return ReaderPool(1, limits or Limits(seconds=30, start=30), command=command)


# What it is for.


def test_a_pdf_comes_back_page_by_page(pool: ReaderPool) -> None:
    found = pool.read(made.pdf(made.lines("The first page."), made.lines("The second.")), ".PDF")
    assert found.kind == "pdf"
    assert [(page.number, page.text) for page in found.pages] == [(1, "The first page."), (2, "The second.")]


def test_a_page_is_drawn_with_its_marks(pool: ReaderPool) -> None:
    data = made.pdf(made.lines("The tenant pays rent."))
    start = pool.read(data, ".pdf").pages[0].text.index("pays")
    found = pool.render(data, ".pdf", 1, width=500, start=start, end=start + 4)
    assert (found.width, len(found.rgb)) == (500, found.width * found.height * 3)
    assert len(found.marks) == 1


def test_errors_of_a_reader_arrive_as_what_they_are(pool: ReaderPool) -> None:
    with pytest.raises(LockedFile):
        pool.read(made.pdf(made.lines("x"), password="p"), ".pdf")
    with pytest.raises(EmptyFile):
        pool.read(b"", ".pdf")
    with pytest.raises(DamagedFile, match="cut short"):
        pool.read(b"%PDF-1.7 and nothing more", ".pdf")
    with pytest.raises(UnsupportedFile, match="unknown format"):
        pool.read(b"?", ".xyz")
    with pytest.raises(UnsupportedFile, match="2007"):
        pool.read(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), ".doc")
    with pytest.raises(DamagedFile):
        pool.render(b"no pdf", ".pdf", 1, width=100)
    assert pool.read(made.pdf(made.lines("x"), password="p"), ".pdf", ["p"]).pages[0].text == "x"


def test_many_threads_share_the_readers() -> None:
    def one(number: int) -> bool:
        return readers.read(f"text {number}".encode() * 1000, ".txt").pages[0].text.startswith(f"text {number}")

    with ReaderPool(2) as readers, ThreadPoolExecutor(8) as threads:
        assert all(threads.map(one, range(100)))
        assert len(readers._idle) <= 2


def test_what_a_parser_prints_does_not_break_the_wire(pool: ReaderPool) -> None:
    """The reader's own standard output goes nowhere: a child of it is asked to write there."""
    code = (
        "from app.documents.serving import take_wire\nwire = take_wire()\n"
        "print('noise', flush=True)\nwire[1].write(b'ok')\nwire[1].flush()"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True)
    assert (done.stdout, done.stderr) == (b"ok", b"")


def test_it_works_from_any_folder(tmp_path: Path) -> None:
    """A module in the current folder is not mistaken for the program's or a parser's."""
    for name in ("app", "lxml", "json"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('imported the wrong thing')")
    code = (
        "from app.documents.sandbox import ReaderPool\n"
        "with ReaderPool(1) as p: print(p.read(b'hi', '.txt').pages[0].text)"
    )
    command = [sys.executable, "-P", "-c", code]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.stdout == "hi\n", done.stderr


def test_readers_see_nothing_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CARREL_SECRET", "do not tell")
    with ReaderPool(1) as readers:
        readers.read(b"x", ".txt")
        process = readers._idle[0]._process.pid
        environment = Path(f"/proc/{process}/environ").read_bytes() if os.geteuid() == 0 else b""
        assert b"do not tell" not in environment


# What goes wrong.


@pytest.mark.parametrize(
    "behaviour",
    ["dies", "says nothing and ends", "no frame", "half a frame", "too much", "ends at once", "greets wrong"],
)
def test_a_reader_that_breaks_costs_one_file(behaviour: str) -> None:
    with fake(behaviour, Limits(seconds=30, start=5)) as readers:
        with pytest.raises(DamagedFile, match="crashed"):
            readers.read(b"x", ".txt")
        assert readers._idle == []


def test_a_reader_that_hangs_is_ended_in_time() -> None:
    with fake("hangs", Limits(seconds=0.5)) as readers, pytest.raises(TimedOutFile):
        readers.read(b"x", ".txt")


def test_a_reader_that_does_not_take_its_request_is_ended_in_time() -> None:
    with fake("never ready", Limits(seconds=0.5, start=0.5)) as readers, pytest.raises(DamagedFile):
        readers.read(bytes(5_000_000), ".txt")


def test_a_new_reader_takes_over_from_one_that_died() -> None:
    with fake("dies on the second") as readers:
        first = readers.read(b"first", ".txt").title
        with pytest.raises(DamagedFile):
            readers.read(b"second", ".txt")
        third = readers.read(b"third", ".txt").title
    assert first != third


def test_a_reader_that_ended_while_idle_costs_no_file() -> None:
    with fake("ends when idle") as readers:
        for _ in range(3):
            assert readers.read(b"x", ".txt").pages[0].text == "hello"
            readers._idle[0]._process.wait(10)


@linux
def test_a_large_desk_does_not_tire_its_readers() -> None:
    """Linux tells a process also of the memory that its parent held when it was started."""
    held = bytearray(700 << 20)
    held[::4096] = b"x" * len(held[::4096])  # touched, so that it is really there
    with ReaderPool(1) as readers:
        readers.read(b"one", ".txt")
        first = readers._idle[0]._process.pid
        readers.read(b"two", ".txt")
        assert [reader._process.pid for reader in readers._idle] == [first]
    assert held[0]


def test_a_tired_reader_is_let_go() -> None:
    with fake("tired") as readers:
        assert len({readers.read(b"x", ".txt").title for _ in range(3)}) == 3


def test_a_true_reader_that_is_killed_at_work_costs_one_file() -> None:
    with ReaderPool(1) as readers:
        readers.read(b"x", ".txt")
        heavy = made.pdf(*[made.lines("a line of text") for _ in range(1500)])
        victim = readers._idle[0]._process
        threading.Timer(0.05, victim.kill).start()
        # A new one takes over, since the file may not be to blame.
        assert len(readers.read(heavy, ".pdf").pages) == 1500
        assert victim.wait(10) == -signal.SIGKILL
        assert readers.read(b"alive", ".txt").pages[0].text == "alive"


def test_closing_ends_those_at_work_and_can_be_done_twice() -> None:
    readers = fake("hangs")
    failed: list[CarrelError] = []

    def read() -> None:
        try:
            readers.read(b"x", ".txt")
        except CarrelError as error:
            failed.append(error)

    worker = threading.Thread(target=read)
    worker.start()
    while not readers._busy:
        time.sleep(0.01)
    time.sleep(0.3)
    readers.close()
    readers.close()
    worker.join(20)
    assert [type(error) for error in failed] == [DamagedFile]
    with pytest.raises(RuntimeError):
        readers.read(b"x", ".txt")


def test_readers_end_when_their_parent_dies() -> None:
    code = (
        "from app.documents.sandbox import ReaderPool\nimport os, signal\n"
        "p = ReaderPool(1); p.read(b'hi', '.txt'); print(p._idle[0]._process.pid, flush=True)\n"
        "os.kill(os.getpid(), 9)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    reader = int(done.stdout)
    until = time.monotonic() + 10
    while time.monotonic() < until:
        try:
            os.kill(reader, 0)
            if Path(f"/proc/{reader}/stat").read_text().split(")")[1].split()[0] == "Z":
                break
        except (ProcessLookupError, FileNotFoundError):
            break
        time.sleep(0.05)
    else:
        pytest.fail("the reader outlived its parent")


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such signals")
def test_an_interrupt_of_the_terminal_leaves_readers_alone() -> None:
    with ReaderPool(1) as readers:
        readers.read(b"x", ".txt")
        process = readers._idle[0]._process
        assert os.getpgid(process.pid) != os.getpgid(0)
        process.send_signal(signal.SIGINT)
        assert readers.read(b"still here", ".txt").pages[0].text == "still here"
        assert readers._idle[0]._process is process


def test_a_file_over_the_limit_is_not_even_sent() -> None:
    with fake("dies", Limits(file=1000)) as readers, pytest.raises(TooLargeFile, match=r"0\.1 MB"):
        readers.read(bytes(1001), ".txt")


# Lies.


LIES: dict[str, dict[str, Any]] = {
    "nothing": {},
    "document is a list": {"document": []},
    "unknown kind": {"document": document(kind="exe")},
    "kind is no text": {"document": document(kind=1)},
    "title too long": {"document": document(title="x" * 1001)},
    "title with NUL": {"document": document(title="\x00")},
    "pages no list": {"document": document(pages="x")},
    "no pages": {"document": document(pages=[])},
    "too few fields": {"document": document(pages=[page()[:-1]])},
    "number is true": {"document": document(pages=[page(number=True)])},
    "number is a float": {"document": document(pages=[page(number=1.0)])},
    "numbers fall": {"document": document(pages=[page(number=2), page(number=1)])},
    "numbers miss one": {"document": document(pages=[page(number=1), page(number=3)])},
    "number and none": {"document": document(pages=[page(number=1), page()])},
    "text is a number": {"document": document(pages=[page(text=7)])},
    "text with NUL": {"document": document(pages=[page(text="a\x00b")])},
    "text with half a surrogate": {"document": document(pages=[page(text="a\ud800b")])},
    "unknown status": {"document": document(pages=[page(status="fine")])},
    "status is a list": {"document": document(pages=[page(status=[])])},
    "reason too long": {"document": document(pages=[page(reason="x" * 501)])},
    "heading outside": {"document": document(pages=[page(headings=[[6, 1, "h"]])])},
    "heading before": {"document": document(pages=[page(headings=[[-1, 1, "h"]])])},
    "headings fall": {"document": document(pages=[page(headings=[[3, 1, "h"], [2, 1, "h"]])])},
    "level is true": {"document": document(pages=[page(headings=[[0, True, "h"]])])},
    "level too high": {"document": document(pages=[page(headings=[[0, 100, "h"]])])},
    "furniture outside": {"document": document(pages=[page(furniture=[[0, 6]])])},
    "furniture overlaps": {"document": document(pages=[page(furniture=[[0, 3], [2, 4]])])},
    "furniture of one": {"document": document(pages=[page(furniture=[[0]])])},
    "too much confidence": {"document": document(pages=[page(confidence=1.5)])},
    "a line outside": {"document": document(pages=[page(lines=[[0, 9, 0, 0, 1, 1]])])},
    "too many fields": {"document": document(pages=[[*page(), 1]])},
    "parts are missing": {"document": {name: value for name, value in document().items() if name != "parts"}},
    "a part of nothing sent": {"document": document(parts=[["a.txt", 1]])},
    "a part longer than what was sent": {"document": document(parts=[["a.txt", 11]]), "body": 10},
    "bytes of no part": {"document": document(parts=[["a.txt", 9]]), "body": 10},
    "a part of negative length": {"document": document(parts=[["a.txt", -1], ["b.txt", 11]]), "body": 10},
    "a part without a name": {"document": document(parts=[[" ", 10]]), "body": 10},
    "two parts of one name": {"document": document(parts=[["a", 5], ["a", 5]]), "body": 10},
    "a name too long": {"document": document(parts=[["x" * 501, 10]]), "body": 10},
    "a name with NUL": {"document": document(parts=[["a\x00", 10]]), "body": 10},
    "a name that is a number": {"document": document(parts=[[7, 10]]), "body": 10},
    "too many parts": {"document": document(parts=[[f"{number}", 0] for number in range(10_001)])},
    "no date": {"document": {name: value for name, value in document().items() if name != "date"}},
    "a date of another form": {"document": document(date="31.1.2024")},
    "a date that is none": {"document": document(date="2024-13")},
    "a day that is none": {"document": document(date="2024-02-31")},
    "a date with more": {"document": document(date="2024-01-31T10")},
    "a date in other digits": {"document": document(date="२०२४")},
    "a date that is a number": {"document": document(date=2024)},
    "people are a text": {"document": document(people="Ann")},
    "too many people": {"document": document(people=[f"Ann {number}" for number in range(33)])},
    "a name of a person too long": {"document": document(people=["x" * 201])},
    "a person in two lines": {"document": document(people=["Ann\nSmith"])},
    "a person without a name": {"document": document(people=[""])},
    "a person that is a list": {"document": document(people=[["Ann"]])},
    "error unknown": {"error": 99, "why": 0},
    "error zero": {"error": 0, "why": 0},
    "error is true": {"error": True, "why": 0},
    "why missing": {"error": 4},
    "why unknown": {"error": 4, "why": 999},
}


@pytest.mark.parametrize("reply", LIES.values(), ids=LIES.keys())
def test_a_lie_is_told_from_a_document(reply: dict[str, Any]) -> None:
    with fake({**reply, "last": 0}) as readers, pytest.raises(DamagedFile, match="nonsense"):
        readers.read(b"x", ".txt")


def test_the_truth_in_the_same_words_is_believed() -> None:
    told = document(title="T", pages=[page(number=1, headings=[[0, 1, "h"], [5, 2, "i"]]), page(number=2, text="")],
                    date="2024-01-31", people=["Ann <ann@example.org>", "Bo"])  # fmt: skip
    with fake({"document": told, "last": 0}) as readers:
        found = readers.read(b"x", ".txt")
    assert (found.title, len(found.pages), found.pages[0].headings[1].start) == ("T", 2, 5)
    assert (found.date, found.people) == ("2024-01-31", ("Ann <ann@example.org>", "Bo"))


def test_date_and_people_come_through_a_true_reader() -> None:
    sent = {"From": "Ann <ann@example.org>", "To": "bo@example.org", "Date": "Wed, 31 Jan 2024 10:00:00 +0000"}
    with ReaderPool(1) as readers:
        found = readers.read(made.mail("Body", **sent), ".eml")
    assert (found.date, found.people) == ("2024-01-31", ("Ann <ann@example.org>", "bo@example.org"))


def test_more_text_than_allowed_is_a_lie() -> None:
    told = {"document": document(pages=[page(text="x" * 100)]), "last": 0}
    with fake(told, Limits(characters=99)) as readers, pytest.raises(DamagedFile, match="nonsense"):
        readers.read(b"x", ".txt")


PICTURE_LIES: dict[str, dict[str, Any]] = {
    "nothing": {},
    "size is true": {"picture": [True, 1], "marks": [], "body": 3},
    "size is nothing": {"picture": [0, 0], "marks": []},
    "size is huge": {"picture": [10**9, 10**9], "marks": []},
    "too few pixels": {"picture": [10, 10], "marks": [], "body": 299},
    "too many pixels": {"picture": [10, 10], "marks": [], "body": 301},
    "mark outside": {"picture": [10, 10], "marks": [[0, 0, 11, 5]], "body": 300},
    "mark inside out": {"picture": [10, 10], "marks": [[5, 0, 4, 5]], "body": 300},
    "mark of words": {"picture": [10, 10], "marks": [["a", 0, 4, 5]], "body": 300},
    "mark is true": {"picture": [10, 10], "marks": [[False, False, True, True]], "body": 300},
    "mark is not a number": {"picture": [10, 10], "marks": [[float("nan"), 0, 5, 5]], "body": 300},
}


@pytest.mark.parametrize("reply", PICTURE_LIES.values(), ids=PICTURE_LIES.keys())
def test_a_lie_is_told_from_a_picture(reply: dict[str, Any]) -> None:
    with fake({**reply, "last": 0}) as readers, pytest.raises(DamagedFile, match="nonsense"):
        readers.render(b"x", ".pdf", 1, width=10)


@pytest.mark.parametrize("told", [None, [1], [0, 0], [1, 2], [-1, 0], [True, 0], [1, 0, 0], [10**9, 0], "1"])
def test_a_lie_is_told_from_a_count(told: Any) -> None:
    with fake({"count": told, "last": 0}) as readers, pytest.raises(DamagedFile, match="nonsense"):
        readers.count(b"x", ".pdf")


@pytest.mark.parametrize(("told", "size"), [(None, 3), (2, 3), (True, 1), (-1, 0), ("3", 3)])
def test_a_lie_is_told_from_a_part(told: Any, size: int) -> None:
    with fake({"part": told, "body": size, "last": 0}) as readers, pytest.raises(DamagedFile, match="nonsense"):
        readers.part(b"x", ".eml", ["a"])


def test_more_bytes_of_parts_than_allowed_are_no_answer() -> None:
    told = {"document": document(parts=[["a", 2000]]), "body": 2000, "last": 0}
    with fake(told, Limits(parts=1999, seconds=30)) as readers, pytest.raises(DamagedFile):
        readers.read(b"x", ".eml")


# Files inside files, and how much there is.


def letter() -> bytes:
    """A mail with a text, and with another mail that holds a PDF."""
    inner = EmailMessage()
    inner["Subject"] = "Inner"
    inner.set_content("See the lease.")
    inner.add_attachment(made.pdf(made.lines("The lease itself.")), maintype="application", subtype="pdf",
                         filename="lease.pdf")  # fmt: skip
    outer = EmailMessage()
    outer["Subject"] = "Outer"
    outer.set_content("Forwarded.")
    outer.add_attachment("a note", filename="note.txt")
    outer.add_attachment(inner)
    return outer.as_bytes()


def test_files_inside_files_come_along_and_are_found_again_by_their_names(pool: ReaderPool) -> None:
    data = letter()
    parts = pool.read(data, ".eml").parts
    assert parts[0].name == "note.txt"
    assert parts[0].data.strip() == b"a note"
    assert parts[1].name.endswith(".eml")
    assert pool.part(data, ".eml", ["note.txt"]) == parts[0].data
    inside = pool.read(parts[1].data, ".eml").parts
    assert [part.name for part in inside] == ["lease.pdf"]
    lease = pool.part(data, ".eml", [parts[1].name, "lease.pdf"])
    assert lease == inside[0].data
    assert pool.read(lease, ".pdf").pages[0].text == "The lease itself."
    assert pool.part(data, ".eml", []) == data


@pytest.mark.parametrize("path", [["none.txt"], ["note.txt", "deeper.txt"], ["../note.txt"]])
def test_a_part_that_is_not_there_is_said_not_to_be(pool: ReaderPool, path: list[str]) -> None:
    with pytest.raises((DamagedFile, UnsupportedFile)):
        pool.part(letter(), ".eml", path)


def test_pages_are_counted_without_being_read(pool: ReaderPool) -> None:
    assert pool.count(b"words", ".txt") == PageCount(1, 0)
    assert pool.count(made.pdf(*[made.lines("text")] * 12), ".pdf") == PageCount(12, 0)
    assert pool.count(made.pdf(*[made.image] * 9), ".pdf") == PageCount(9, 9)
    assert pool.count(pictures.saved(pictures.page(), "PNG"), ".png") == PageCount(1, 1)
    mixed = pool.count(made.pdf(*[made.image] * 5, *[made.lines("text")] * 5), ".pdf")
    assert mixed.pages == 10
    assert 0 < mixed.pictures < 10
    with pytest.raises(LockedFile):
        pool.count(made.pdf(made.lines("x"), password="p"), ".pdf")
    assert pool.count(made.pdf(made.lines("x"), password="p"), ".pdf", ["no", "p"]) == PageCount(1, 0)
    with pytest.raises(DamagedFile):
        pool.count(b"%PDF-1.7 and nothing more", ".pdf")


def test_passwords_are_tried_in_their_order(pool: ReaderPool) -> None:
    data = made.pdf(made.lines("secret"), password="third")
    assert pool.read(data, ".pdf", ["first", "second", "third"]).pages[0].text == "secret"
    assert pool.render(data, ".pdf", 1, width=50, passwords=["first", "third"]).width == 50
    with pytest.raises(LockedFile):
        pool.read(data, ".pdf", ["first", "second"])


def test_pages_are_drawn_for_ocr_at_200_dots_an_inch(pool: ReaderPool) -> None:
    found = pool.scan(made.pdf(made.lines("x")), ".pdf", 1)
    assert (found.width, found.height) == pytest.approx((595 / 72 * 200, 842 / 72 * 200), abs=2)
    huge = pool.scan(made.pdf(made.lines("x"), size=(7200, 14400)), ".pdf", 1)
    assert max(huge.width, huge.height) <= 3600
    with pytest.raises(UnsupportedFile):
        pool.scan(b"words", ".txt", 1)


def test_heic_is_decoded_inside_the_cage(pool: ReaderPool) -> None:
    """Its decoder crashes where it can start no thread."""
    data = image._samples()[-1]
    assert data[4:12] == b"ftypheic"
    assert pool.read(data, ".heic").pages[0].status is Status.PICTURE
    found = pool.render(data, ".heic", 1, width=64)
    assert found.rgb[0] > 200
    assert found.rgb[3 * (64 * 15 + 30)] < 60


# Hostile files, read by a true reader.


def zipped(**parts: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in parts.items():
            package.writestr(name.replace("__", "/").replace("_xml", ".xml"), data)
    return file.getvalue()


def word_bomb() -> bytes:
    """A Word file of half a megabyte that unpacks to 500 MB of spaces inside its text."""
    small = made.word(lambda document: document.add_paragraph("MARK"))
    megabyte = b" " * (1 << 20)
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(small)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            if part != "word/document.xml":
                new.writestr(part, old.read(part))
                continue
            before, after = old.read(part).split(b"MARK")
            with new.open(part, "w", force_zip64=True) as stream:
                stream.write(before)
                for _ in range(500):
                    stream.write(megabyte)
                stream.write(after)
    return file.getvalue()


def entity_bomb() -> bytes:
    laughs = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    doctype = f'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a0 "ha">{laughs}]>'.encode()
    small = made.word(lambda document: document.add_paragraph("MARK"))

    def change(part: bytes) -> bytes:
        return doctype + part[part.index(b"<w:document") :].replace(b"MARK", b"&a11;")

    return made.with_part(small, "word/document.xml", change)


def bomb(side: int) -> bytes:
    """A picture of a few megabytes at most, and of `side` pixels each way."""
    squeeze = zlib.compressobj(9)
    rows = [squeeze.compress(bytes(1 + side * 3)) for _ in range(min(side, 10_000))]
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    found = b"\x89PNG\r\n\x1a\n"
    for kind, data in ((b"IHDR", header), (b"IDAT", b"".join(rows) + squeeze.flush()), (b"IEND", b"")):
        found += struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return found


HOSTILE: dict[str, tuple[Any, str]] = {
    "entities in word": (entity_bomb, ".docx"),
    "html nested without end": (lambda: b"<div>" * 10_000_000 + b"deep", ".html"),
    "html of tables in tables": (lambda: b"<table><tr><td>" * 1000 + b"deep", ".html"),
    "brackets": (lambda: b"%PDF-1.4\n1 0 obj\n" + b"[" * 5_000_000, ".pdf"),
    "zeros": (lambda: bytes(20_000_000), ".pdf"),
    "zip of nothing": (lambda: zipped(word__document_xml=b"<a/>"), ".docx"),
    "sheet of nothing": (lambda: zipped(xl__workbook_xml=b"<a/>"), ".xlsx"),
    "mail in mail": (lambda: b"Content-Type: message/rfc822\n\n" * 5000 + b"x", ".eml"),
    "parts in parts": (
        lambda: b"".join(b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (n, n) for n in range(3000)),
        ".eml",
    ),
    "binary as text": (lambda: bytes(range(256)) * 1000, ".txt"),
    "a quote that never ends": (lambda: b'a,b\n"' + b"x" * 5_000_000, ".csv"),
    "fences": (lambda: b"```\n" * 100_000, ".md"),
    "a picture that unpacks to gigabytes": (lambda: bomb(50_000), ".png"),
    "a picture that is nearly too large": (lambda: bomb(9_990), ".png"),
    "a picture cut off": (lambda: pictures.saved(pictures.page(), "JPEG")[:5000], ".jpg"),
    "a telephone's picture cut off": (lambda: image._samples()[-1][:-40], ".heic"),
    "a telephone's picture with holes": (lambda: image._samples()[-1][:380] + bytes(54), ".heic"),
    "hashes": (lambda: b"# " + b"#" * 1_000_000 + b" x" * 200_000, ".md"),
}


@linux
@pytest.mark.parametrize(("make", "suffix"), HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_file_costs_itself_only(make: Any, suffix: str) -> None:
    with ReaderPool(1, Limits(seconds=60)) as readers:
        with contextlib.suppress(EmptyFile, UnsupportedFile, DamagedFile, TooLargeFile):  # but not TimedOutFile
            assert readers.read(make(), suffix).status not in (Status.OCR, Status.LOCKED)
        assert readers.read(b"and on it goes", ".txt").pages[0].text == "and on it goes"


@linux
def test_what_needs_too_much_memory_is_said_to_be_too_large() -> None:
    with ReaderPool(1, Limits(memory=400 << 20)) as readers:
        with pytest.raises(TooLargeFile, match=r"0\.4 GB of memory"):
            readers.read(word_bomb(), ".docx")
        assert readers.read(b"and on it goes", ".txt").pages[0].text == "and on it goes"


@linux
def test_more_text_than_is_taken_is_said_to_be_too_large() -> None:
    with ReaderPool(1, Limits(characters=1000)) as readers, pytest.raises(TooLargeFile, match="1,000 characters"):
        readers.read(b"x" * 1001, ".txt")


def test_a_file_that_takes_too_long_is_set_aside_and_the_next_is_read() -> None:
    data = made.pdf(*[made.lines(*["words and words"] * 40) for _ in range(300)])
    with ReaderPool(1, Limits(seconds=0.001, seconds_per_megabyte=0)) as hasty, pytest.raises(TimedOutFile):
        hasty.read(data, ".pdf")
    with ReaderPool(1) as patient:
        assert len(patient.read(data, ".pdf").pages) == 300

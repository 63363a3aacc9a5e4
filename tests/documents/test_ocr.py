"""Pictures of pages are read by the true models in their true cage; and what goes wrong costs a page."""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageFilter

from app.documents.sandbox import OCR_LIMITS, Limits, ReaderPool, Recogniser
from app.errors import DamagedFile, TimedOutFile, TooLargeFile
from app.types import Box, Page, PagePicture, Status
from tests.documents import fake_ocr, pictures
from tests.documents.pictures import LETTER, as_page

ROOT = Path(__file__).resolve().parent.parent.parent
FAKE = Path(__file__).with_name("fake_ocr.py")
linux = pytest.mark.skipif(sys.platform != "linux", reason="the cage is Linux's")


@pytest.fixture(scope="module")
def recogniser() -> Iterator[Recogniser]:
    """The true one, started once."""
    with Recogniser(1) as found:
        found.read(PagePicture(8, 8, bytes(8 * 8 * 3), ()))
        yield found


def fake(behaviour: str | dict[str, Any], limits: Limits | None = None) -> Recogniser:
    text = behaviour if isinstance(behaviour, str) else json.dumps(behaviour)
    return Recogniser(1, limits or Limits(seconds=30, start=30), command=[sys.executable, str(FAKE), text, str(ROOT)])


def share_found(page: Page, wanted: tuple[str, ...] = LETTER) -> float:
    there = page.text.split()
    words = " ".join(wanted).split()
    return sum(word in there for word in words) / len(words)


# What it is for.


def test_a_page_is_read_line_by_line_with_its_confidence(recogniser: Recogniser) -> None:
    found = recogniser.read(as_page(pictures.page()))
    assert (found.status, found.number, found.reason) == (Status.OCR, None, "")
    assert found.text.split("\n") == list(LETTER)
    assert found.confidence is not None
    assert 0.9 < found.confidence <= 1
    assert [found.text[line.start : line.end] for line in found.lines] == list(LETTER)


def test_lines_lie_on_the_ink_of_their_words(recogniser: Recogniser) -> None:
    picture = pictures.page()
    found = recogniser.read(as_page(picture))
    dark = picture.convert("L").point(lambda shade: 255 if shade < 128 else 0)
    for line in found.lines:
        box = (line.box.left * picture.width, line.box.top * picture.height,
               line.box.right * picture.width, line.box.bottom * picture.height)  # fmt: skip
        left, _, right, _ = dark.crop(tuple(round(side) for side in box)).getbbox() or (0, 0, 0, 0)
        assert right - left > 0.9 * (box[2] - box[0])
    covered = Image.new("L", picture.size, 0)
    for line in found.lines:
        box = line.box
        covered.paste(255, (round(box.left * picture.width), round(box.top * picture.height),
                            round(box.right * picture.width), round(box.bottom * picture.height)))  # fmt: skip
    outside = Image.composite(Image.new("L", picture.size, 0), dark, covered)
    assert outside.histogram()[255] < 0.03 * dark.histogram()[255]


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_turned_page_is_read_all_the_same(recogniser: Recogniser, degrees: int) -> None:
    picture = pictures.page().rotate(degrees, expand=True)
    found = recogniser.read(as_page(picture))
    assert found.text.split("\n") == list(LETTER)
    first = found.lines[1].box
    there = {90: first.left < 0.25, 180: first.top > 0.75, 270: first.right > 0.75}
    assert there[degrees]
    assert (first.right - first.left > first.bottom - first.top) == (degrees == 180)


@pytest.mark.parametrize("degrees", [-6, -2.5, 2.5, 6])
def test_a_skewed_page_is_read_in_order(recogniser: Recogniser, degrees: float) -> None:
    picture = pictures.page(size=(1500, 900)).rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor="white")
    found = recogniser.read(as_page(picture))
    assert found.text.split() == " ".join(LETTER).split()


def test_a_turned_and_skewed_page_is_read_in_order(recogniser: Recogniser) -> None:
    picture = pictures.page(size=(1500, 900)).rotate(183, Image.Resampling.BICUBIC, expand=True, fillcolor="white")
    assert share_found(recogniser.read(as_page(picture))) > 0.95


def test_two_columns_are_read_one_after_the_other(recogniser: Recogniser) -> None:
    left = [f"Left column line {word} of the lease" for word in ("one", "two", "three", "four", "five", "six")]
    right = [f"Right column line {word} of the lease" for word in ("one", "two", "three", "four", "five", "six")]
    found = recogniser.read(as_page(pictures.columns(left, right)))
    assert found.text.split() == " ".join(["The Journal of Leases and Tenancies", *left, *right]).split()


def test_a_poor_scan_is_read(recogniser: Recogniser) -> None:
    picture = pictures.page().convert("L").point(lambda shade: 60 + shade * 0.6).filter(ImageFilter.GaussianBlur(1))
    assert share_found(recogniser.read(as_page(picture))) > 0.9


def test_white_on_black_is_read(recogniser: Recogniser) -> None:
    picture = pictures.page().point(lambda shade: 255 - shade)
    assert share_found(recogniser.read(as_page(picture))) > 0.9


@pytest.mark.parametrize("colour", ["white", "black", (250, 245, 230)])
def test_a_page_of_one_colour_is_empty(recogniser: Recogniser, colour: Any) -> None:
    found = recogniser.read(as_page(Image.new("RGB", (800, 1000), colour)))
    assert (found.status, found.text, found.confidence) == (Status.EMPTY, "", None)


def test_specks_of_dust_are_nothing(recogniser: Recogniser) -> None:
    picture = Image.new("RGB", (1600, 2200), "white")
    for place in range(60):
        picture.putpixel((place * 23 % 1600, place * 97 % 2200), (0, 0, 0))
    assert recogniser.read(as_page(picture)).status is Status.EMPTY


def test_a_drawing_without_words_is_a_picture(recogniser: Recogniser) -> None:
    picture = Image.radial_gradient("L").resize((900, 900))
    found = recogniser.read(as_page(picture))
    assert (found.status, found.text) == (Status.PICTURE, "")


def test_many_threads_may_ask_at_once(recogniser: Recogniser) -> None:
    lines = [f"This is the page with the number {number}" for number in range(4)]
    found: dict[int, str] = {}

    def ask(number: int) -> None:
        found[number] = recogniser.read(as_page(pictures.page([lines[number]], (900, 200)))).text

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [found[number] for number in range(4)] == lines


# What goes wrong.


@pytest.mark.parametrize("size", [(1, 1), (1, 3000), (3000, 1), (3, 3), (33, 7)])
def test_odd_sizes_harm_nobody(recogniser: Recogniser, size: tuple[int, int]) -> None:
    picture = Image.effect_noise(size, 80).convert("RGB")
    assert recogniser.read(as_page(picture)).status in (Status.EMPTY, Status.PICTURE, Status.OCR)


def test_noise_gives_no_text(recogniser: Recogniser) -> None:
    found = recogniser.read(as_page(Image.effect_noise((1600, 1600), 200)))
    assert len(found.text) < 40


@linux
def test_it_can_open_nothing_and_has_taken_little(recogniser: Recogniser) -> None:
    recogniser.read(as_page(pictures.page()))
    process = recogniser._idle[0]._process.pid
    status = dict(line.split(":", 1) for line in Path(f"/proc/{process}/status").read_text().splitlines())
    assert status["Seccomp"].strip() == "2"
    assert int(status["VmPeak"].split()[0]) * 1024 < 0.8 * OCR_LIMITS.memory
    if os.geteuid() == 0:
        limits = Path(f"/proc/{process}/limits").read_text()
        assert f"Max address space         {OCR_LIMITS.memory}" in limits


@linux
def test_too_little_memory_costs_a_page() -> None:
    with Recogniser(1, Limits(memory=1150 << 20, seconds=120)) as small:
        with pytest.raises((TooLargeFile, DamagedFile)):
            small.read(as_page(Image.effect_noise((9000, 9000), 50)))
        assert share_found(small.read(as_page(pictures.page()))) == 1


def test_a_crash_costs_a_page() -> None:
    with fake("dies on black") as readers:
        with pytest.raises(DamagedFile, match="crashed"):
            readers.read(PagePicture(100, 100, bytes(30_000), ()))
        assert readers.read(PagePicture(100, 100, b"\xff" * 30_000, ())).text == "hello"


def test_one_that_hangs_is_ended_in_time() -> None:
    with fake("hangs on black", Limits(seconds=1.0)) as readers:
        with pytest.raises(TimedOutFile):
            readers.read(PagePicture(100, 100, bytes(30_000), ()))
        assert readers.read(PagePicture(100, 100, b"\xff" * 30_000, ())).text == "hello"


LIES: dict[str, dict[str, Any]] = {
    "nothing": {},
    "a number": {"page": fake_ocr.page(number=1)},
    "a reason of its own": {"page": fake_ocr.page(reason="call this number")},
    "read": {"page": fake_ocr.page(status="read")},
    "locked": {"page": fake_ocr.page(status="locked")},
    "headings": {"page": fake_ocr.page(headings=[[0, 1, "h"]])},
    "no confidence": {"page": fake_ocr.page(confidence=None)},
    "too much confidence": {"page": fake_ocr.page(confidence=1.1)},
    "confidence is true": {"page": fake_ocr.page(confidence=True)},
    "text but empty": {"page": fake_ocr.page(status="empty")},
    "no text": {"page": fake_ocr.page(text=" ", lines=[])},
    "no lines": {"page": fake_ocr.page(lines=[])},
    "a line outside": {"page": fake_ocr.page(lines=[[0, 6, 0.1, 0.1, 0.5, 0.2]])},
    "a line of nothing": {"page": fake_ocr.page(lines=[[2, 2, 0.1, 0.1, 0.5, 0.2]])},
    "lines that overlap": {"page": fake_ocr.page(lines=[[0, 4, 0.1, 0.1, 0.5, 0.2], [3, 5, 0.1, 0.1, 0.5, 0.2]])},
    "a box off the page": {"page": fake_ocr.page(lines=[[0, 5, 0.1, 0.1, 1.5, 0.2]])},
    "a box inside out": {"page": fake_ocr.page(lines=[[0, 5, 0.5, 0.1, 0.1, 0.2]])},
    "a box of no number": {"page": fake_ocr.page(lines=[[0, 5, float("nan"), 0.1, 0.1, 0.2]])},
    "too few sides": {"page": fake_ocr.page(lines=[[0, 5, 0.1, 0.1, 0.5]])},
    "text with NUL": {"page": fake_ocr.page(text="he\x00lo")},
}


@pytest.mark.parametrize("reply", LIES.values(), ids=LIES.keys())
def test_a_lie_is_told_from_a_page(reply: dict[str, Any]) -> None:
    with fake({**reply, "last": 0}) as readers, pytest.raises(DamagedFile, match="nonsense"):
        readers.read(PagePicture(10, 10, bytes(300), ()))


def test_the_truth_in_the_same_words_is_believed() -> None:
    with fake({"page": fake_ocr.page(), "last": 0}) as readers:
        found = readers.read(PagePicture(10, 10, bytes(300), ()))
    assert (found.text, found.confidence, found.lines[0].box) == ("hello", 0.9, Box(0.1, 0.1, 0.5, 0.2))


# With the pages of files.


def test_marks_of_a_page_that_ocr_read_are_cut_from_its_lines(recogniser: Recogniser) -> None:
    picture = pictures.page()
    found = recogniser.read(as_page(picture))
    start = found.text.index("written notice")
    with ReaderPool(1) as readers:
        data = pictures.saved(picture, "PNG")
        shown = readers.render(data, ".png", 1, width=620, start=start, end=start + 14, lines=found.lines)
    (mark,) = shown.marks
    line = next(line for line in found.lines if line.start <= start < line.end)
    assert line.box.left * 620 < mark.left < mark.right < line.box.right * 620
    assert (mark.top, mark.bottom) == pytest.approx((line.box.top * shown.height, line.box.bottom * shown.height))

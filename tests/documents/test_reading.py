"""Files with scanned pages, read through true readers and the true recogniser; and what a bad page costs."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from app.documents import image, reading
from app.documents.sandbox import Limits, ReaderPool, Recogniser
from app.errors import LockedFile
from app.types import Document, Page, PagePicture, Status
from tests.documents import made, pictures
from tests.documents.pictures import LETTER, saved, scan

ROOT = Path(__file__).resolve().parent.parent.parent
FAKE = Path(__file__).with_name("fake_ocr.py")


@pytest.fixture(scope="module")
def readers() -> Iterator[ReaderPool]:
    with ReaderPool(1) as found:
        found.read(b"start", ".txt")
        yield found


@pytest.fixture(scope="module")
def recogniser() -> Iterator[Recogniser]:
    with Recogniser(1) as found:
        found.read(PagePicture(8, 8, bytes(8 * 8 * 3), ()))
        yield found


def mixed(*files: bytes) -> bytes:
    """One PDF of the pages of several."""
    from pypdf import PdfWriter

    writer = PdfWriter()
    for data in files:
        writer.append(io.BytesIO(data))
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


BLANK = Image.new("RGB", (1240, 1754), "white")


def test_only_the_pages_without_text_are_read_by_ocr(readers: ReaderPool, recogniser: Recogniser) -> None:
    data = mixed(made.pdf(made.lines("The first page has its text.")), scan(pictures.page(), BLANK.copy()))
    told: list[tuple[int, int]] = []
    waited: list[int] = []
    found = reading.read(data, ".pdf", readers, recogniser, wait=lambda: waited.append(len(told)),
                         page=lambda done, pages: told.append((done, pages)))  # fmt: skip
    first, second, third = found.pages
    assert (first.number, first.status, first.text) == (1, Status.READ, "The first page has its text.")
    assert (second.number, second.status, second.reason) == (2, Status.OCR, "")
    assert second.text.split("\n") == list(LETTER)
    assert second.confidence is not None
    assert len(second.lines) == len(LETTER)
    assert (third.number, third.status, third.text) == (3, Status.EMPTY, "")
    assert told[-1] == (3, 3)
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert len(waited) in (1, 2)  # the blank page may be seen to be one before it is drawn


def test_a_file_without_pictures_needs_no_ocr(readers: ReaderPool) -> None:
    with Recogniser(1, command=[sys.executable, "-c", "raise SystemExit(1)"]) as broken:
        found = reading.read(made.pdf(made.lines("Text.")), ".pdf", readers, broken)
    assert found.status is Status.READ


@pytest.mark.parametrize(("name", "suffix", "how"), [
    ("PNG", ".png", {}), ("JPEG", ".jpg", {"quality": 60}), ("WEBP", ".webp", {}), ("BMP", ".bmp", {}),
    ("GIF", ".gif", {}), ("TIFF", ".tif", {"compression": "group4"}),
])  # fmt: skip
def test_each_format_of_pictures_is_read(
    readers: ReaderPool, recogniser: Recogniser, name: str, suffix: str, how: dict[str, Any]
) -> None:
    picture = pictures.page().convert("1") if how.get("compression") else pictures.page()
    found = reading.read(saved(picture, name, **how), suffix, readers, recogniser)
    assert (found.kind, found.status) == ("image", Status.OCR)
    assert found.pages[0].text.split() == " ".join(LETTER).split()


def test_each_page_of_a_fax_is_read(readers: ReaderPool, recogniser: Recogniser) -> None:
    data = saved(pictures.page(["This is the first page of the fax"]), "TIFF", save_all=True,
                 append_images=[BLANK.copy(), pictures.page(["and this is the third page of it"])])  # fmt: skip
    found = reading.read(data, ".tiff", readers, recogniser)
    assert [page.status for page in found.pages] == [Status.OCR, Status.EMPTY, Status.OCR]
    assert found.pages[2].text == "and this is the third page of it"


def test_what_is_cut_short_says_so_though_it_was_read(readers: ReaderPool, recogniser: Recogniser) -> None:
    data = saved(pictures.page(size=(1240, 1754)), "JPEG", quality=95)
    page = reading.read(data[: len(data) * 3 // 4], ".jpg", readers, recogniser).pages[0]
    assert (page.status, page.reason) == (Status.OCR, image.CUT_SHORT)
    assert LETTER[1] in page.text


def test_a_scan_behind_a_password_is_read(readers: ReaderPool, recogniser: Recogniser) -> None:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(scan(pictures.page()))))
    writer.encrypt("open", algorithm="AES-256")
    file = io.BytesIO()
    writer.write(file)
    with pytest.raises(LockedFile):
        reading.read(file.getvalue(), ".pdf", readers, recogniser, passwords=("wrong",))
    found = reading.read(file.getvalue(), ".pdf", readers, recogniser, passwords=("wrong", "open"))
    assert found.pages[0].text.split("\n") == list(LETTER)


def test_a_photograph_without_words_stays_a_picture_that_says_so(readers: ReaderPool, recogniser: Recogniser) -> None:
    data = saved(Image.radial_gradient("L").resize((900, 900)), "PNG")
    page = reading.read(data, ".png", readers, recogniser).pages[0]
    assert (page.status, page.reason) == (Status.PICTURE, reading.NO_WORDS)


def test_waiting_may_end_it(readers: ReaderPool, recogniser: Recogniser) -> None:
    class StoppedError(Exception):
        pass

    def stop() -> None:
        raise StoppedError

    with pytest.raises(StoppedError):
        reading.read(scan(pictures.page()), ".pdf", readers, recogniser, wait=stop)


# With a recogniser that misbehaves, and readers that give what a test wants.

WHITE = PagePicture(10, 10, b"\xff" * 300, ())
BLACK = PagePicture(10, 10, bytes(300), ())


class Given(ReaderPool):
    """Pages as given, and a picture for each."""

    def __init__(self, *pages: Page, pictures: tuple[PagePicture, ...]) -> None:
        super().__init__(1)
        self._given = pages
        self._drawn = pictures

    def read(self, data: bytes, suffix: str, passwords: Any = ()) -> Document:
        return Document("pdf", "", self._given)

    def scan(self, data: bytes, suffix: str, page: int, passwords: Any = ()) -> PagePicture:
        return self._drawn[page - 1]


def fake(behaviour: str, limits: Limits | None = None) -> Recogniser:
    return Recogniser(1, limits or Limits(seconds=30), command=[sys.executable, str(FAKE), behaviour, str(ROOT)])


def scanned(number: int, text: str = "") -> Page:
    return Page(number, text, Status.PICTURE, "garbage" if text else "a picture")


def test_a_page_that_crashes_ocr_costs_itself() -> None:
    given = Given(scanned(1), scanned(2), scanned(3), pictures=(WHITE, BLACK, WHITE))
    with given, fake("dies on black") as recogniser:
        found = reading.read(b"x", ".pdf", given, recogniser).pages
    assert [(page.number, page.status) for page in found] == [
        (1, Status.OCR), (2, Status.PICTURE), (3, Status.OCR),
    ]  # fmt: skip
    assert found[1].reason == reading.FAILED


def test_a_page_that_hangs_ocr_costs_itself() -> None:
    given = Given(scanned(1), scanned(2), pictures=(BLACK, WHITE))
    with given, fake("hangs on black", Limits(seconds=1.0)) as recogniser:
        found = reading.read(b"x", ".pdf", given, recogniser).pages
    assert [(page.status, page.reason) for page in found] == [(Status.TIMED_OUT, reading.LATE), (Status.OCR, "")]


def test_a_lie_about_a_page_costs_that_page() -> None:
    given = Given(scanned(1), pictures=(WHITE,))
    with given, fake('{"page": "nonsense", "last": 0}') as recogniser:
        page = reading.read(b"x", ".pdf", given, recogniser).pages[0]
    assert (page.status, page.reason) == (Status.PICTURE, reading.FAILED)


def test_garbage_is_replaced_by_what_ocr_read_and_kept_where_it_read_nothing() -> None:
    given = Given(scanned(1, "!@#$ %^"), scanned(2, "&*()_"), pictures=(WHITE, BLACK))
    with given, fake("dies on black") as recogniser:
        first, second = reading.read(b"x", ".pdf", given, recogniser).pages
    assert (first.text, first.status) == ("hello", Status.OCR)
    assert (second.text, second.status) == ("&*()_", Status.PICTURE)

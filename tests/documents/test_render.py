"""Marks must lie on the ink of the words that they mark, however the page is turned."""

from __future__ import annotations

from typing import Any

import pytest

from app.documents.pdf import PdfLoader
from app.documents.render import picture
from app.documents.source import Source
from app.errors import DamagedFile
from app.types import Box, PagePicture
from tests.documents import made


def ink(found: PagePicture, box: Box | None = None) -> list[tuple[int, int]]:
    """The pixels that are dark, inside a box or on the whole picture."""
    left, top, right, bottom = (
        (int(box.left), int(box.top), int(box.right), int(box.bottom)) if box else (0, 0, found.width, found.height)
    )
    places = ((x, y) for y in range(top, bottom) for x in range(left, right))
    return [(x, y) for x, y in places if found.rgb[3 * (y * found.width + x)] < 128]


def red(found: PagePicture) -> list[tuple[int, int]]:
    """The pixels that are red, which only the marked word is."""
    return [
        (x, y)
        for y in range(found.height)
        for x in range(found.width)
        if found.rgb[3 * (y * found.width + x)] - found.rgb[3 * (y * found.width + x) + 1] > 60
    ]


def inside(point: tuple[int, int], box: Box) -> bool:
    return box.left <= point[0] < box.right and box.top <= point[1] < box.bottom


def sentence(canvas: Any) -> None:
    """Four lines, one word of which is red."""
    canvas.setFont("Times-Roman", 14)
    canvas.drawString(100, 700, "The tenant shall pay the rent on the")
    canvas.drawString(100, 680, "first day of each month.")
    width = canvas.stringWidth("Notice of ", "Times-Roman", 14)
    canvas.drawString(100, 640, "Notice of ")
    canvas.setFillColorRGB(1, 0, 0)
    canvas.drawString(100 + width, 640, "termination")
    canvas.setFillColorRGB(0, 0, 0)
    canvas.drawString(100 + width + canvas.stringWidth("termination", "Times-Roman", 14), 640, " is given in writing.")


PLAIN = made.pdf(sentence)
VARIANTS = {
    "plain": PLAIN,
    "turned right": made.turned(PLAIN, degrees=90),
    "upside down": made.turned(PLAIN, degrees=180),
    "turned left": made.turned(PLAIN, degrees=270),
    "cropped": made.turned(PLAIN, crop=(80, 600, 480, 760)),
    "cropped and turned": made.turned(PLAIN, degrees=90, crop=(80, 600, 480, 760)),
}


@pytest.mark.parametrize("data", VARIANTS.values(), ids=VARIANTS.keys())
@pytest.mark.parametrize("width", [400, 1100])
def test_the_mark_lies_on_its_word_and_on_nothing_else(data: bytes, width: int) -> None:
    text = PdfLoader().load(Source(data, ".pdf")).pages[0].text
    start = text.index("termination")
    found = picture(data, (), 1, width, start, start + len("termination"))
    word = red(found)
    assert found.width == width
    assert word
    assert len(found.marks) == 1
    mark = found.marks[0]
    assert sum(inside(point, mark) for point in word) >= 0.97 * len(word)
    # All the other words are black, and none of them is under the mark.
    assert len(ink(found, mark)) <= 0.1 * len(word)
    size = (mark.right - mark.left) * (mark.bottom - mark.top)
    xs, ys = [x for x, _ in word], [y for _, y in word]
    assert size <= 2.5 * (max(xs) - min(xs) + 3) * (max(ys) - min(ys) + 3)


def test_words_over_two_lines_get_a_mark_each_line() -> None:
    text = PdfLoader().load(Source(PLAIN, ".pdf")).pages[0].text
    start, end = text.index("rent"), text.index("of each")
    found = picture(PLAIN, (), 1, 800, start, end)
    assert len(found.marks) == 2
    upper, lower = sorted(found.marks, key=lambda box: box.top)
    assert upper.left > lower.left
    assert all(ink(found, mark) for mark in found.marks)


def test_all_of_the_text_marked_covers_all_of_the_ink() -> None:
    text = PdfLoader().load(Source(PLAIN, ".pdf")).pages[0].text
    found = picture(PLAIN, (), 1, 700, 0, len(text) + 100)
    points = ink(found)
    covered = sum(any(inside(point, mark) for mark in found.marks) for point in points)
    assert covered >= 0.97 * len(points)


def test_nothing_is_marked_unless_asked() -> None:
    found = picture(PLAIN, (), 1, 300, 0, 0)
    assert found.marks == ()
    assert len(found.rgb) == found.width * found.height * 3
    assert found.height == pytest.approx(300 * 842 / 595, abs=2)


def test_what_is_filled_into_a_form_is_drawn() -> None:
    def form(value: str) -> bytes:
        def draw(canvas: Any) -> None:
            canvas.acroForm.textfield(name="t", value=value, x=72, y=600, width=200, height=20, borderWidth=0)

        return made.pdf(draw)

    assert len(ink(picture(form("Ann"), (), 1, 600, 0, 0))) > len(ink(picture(form(""), (), 1, 600, 0, 0)))


def test_a_page_that_is_not_there_is_an_error() -> None:
    for page in (0, 2, -1):
        with pytest.raises(DamagedFile):
            picture(PLAIN, (), page, 300, 0, 0)


def test_a_picture_never_grows_beyond_its_bounds() -> None:
    strip = made.pdf(made.lines("x"), size=(10, 10000))
    found = picture(strip, (), 1, 100_000, 0, 1)
    assert found.height <= 8192
    assert len(found.rgb) == found.width * found.height * 3

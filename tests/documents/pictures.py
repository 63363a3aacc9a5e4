"""Pictures of pages, made in memory for the tests of reading pictures."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from app.types import PagePicture

LETTER = (
    "LEASE AGREEMENT",
    "This Agreement is made between Alder Properties and Beech Medical Group.",
    "The tenant shall pay a monthly rent of 2,450 dollars on the first day of each month.",
    "Either party may end this lease by written notice of ninety days.",
    "The tenant keeps the rooms in good order and bears the cost of small repairs.",
    "A deposit of two months of rent is due before the keys are handed over.",
)


def page(lines: Sequence[str] = LETTER, size: tuple[int, int] = (1240, 900), letters: int = 28) -> Image.Image:
    """White paper with lines of text on it."""
    picture = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(picture)
    for number, line in enumerate(lines):
        draw.text((90, 90 + number * letters * 2), line, fill="black", font=ImageFont.load_default(letters))
    return picture


def columns(left: Sequence[str], right: Sequence[str]) -> Image.Image:
    """Two columns of prose under a heading that spans both."""
    picture = Image.new("RGB", (1500, 1100), "white")
    draw = ImageDraw.Draw(picture)
    draw.text((420, 60), "The Journal of Leases and Tenancies", fill="black", font=ImageFont.load_default(36))
    for across, lines in ((80, left), (800, right)):
        for number, line in enumerate(lines):
            draw.text((across, 170 + number * 48), line, fill="black", font=ImageFont.load_default(26))
    return picture


def as_page(picture: Image.Image) -> PagePicture:
    return PagePicture(*picture.size, picture.convert("RGB").tobytes(), ())


def saved(picture: Image.Image, name: str, **how: Any) -> bytes:
    file = io.BytesIO()
    picture.save(file, name, **how)
    return file.getvalue()


def scan(*pictures: Image.Image) -> bytes:
    """A PDF whose pages are pictures, as a scanner writes it."""
    first, *others = pictures
    return saved(first, "PDF", save_all=True, append_images=others, resolution=200)

"""A letter of the landlord's agent that exists only as a scan: a picture of a page, no text layer."""

# ruff: noqa: E501 (the text of a document stands as it reads)

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pypdfium2
from PIL import Image, ImageFilter
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph

from samples import paper

FILE = "Letter from the managing agent 2025-12-09 (scan).pdf"
DOTS_PER_INCH = 150

TEXT = """\
9 December 2025
Hollin & Finch Bookbinders Limited
Unit 3, The Old Ropewalk
14 Tanner's Wharf
Carrow Bridge

Our reference: OR/3/118

Dear Mr Finch,

**The Old Ropewalk, Unit 3: water on the mezzanine**

Thank you for your e-mails of 24 and 27 November and for your letter of 1 December, which reached us on 3 December.

We attended on 28 November. Our contractor found that the flashing of the eastern roof light had lifted and that the seal was perished. He laid a tarpaulin over it. We accept that this was later than the forty-eight hours that clause 17.3 allows, and we regret the damage to your stock of Italian papers.

We do not accept that the Landlord must renew all three roof lights at its own cost. Clause 17.4 speaks of renewing them; a repair of the flashing is in our view enough, and is a Service Cost like any other repair of the roof.

As a gesture of goodwill, and without admitting liability, our client offers to pay £1,250 towards your loss, provided that you accept it in full settlement by 16 January 2026. We also propose that both sides appoint Mr Tobias Lunt as surveyor and share his fee equally.

The scaffold is booked for the week that begins on 19 January 2026. It will stand for ten working days. Please clear the area below the roof lights by the Friday before.

Yours sincerely,






Philippa Garside
Garside & Mott, Managing Agents
for Ashgrove Estates Limited
"""


def make(folder: Path) -> None:
    """Set the letter, render it, spoil it as a scanner does, and write the picture as a PDF."""
    picture = _spoil(_print())
    packed = io.BytesIO()
    picture.save(packed, "JPEG", quality=55, optimize=True)
    packed.seek(0)
    canvas = Canvas(str(folder / FILE), pagesize=A4, invariant=1)
    canvas.setTitle("Scan")
    canvas.setProducer("Bureau scanner")
    canvas.drawImage(ImageReader(packed), 0, 0, *A4)
    canvas.save()


def _print() -> Image.Image:
    page = io.BytesIO()
    canvas = Canvas(page, pagesize=A4, invariant=1)
    width, height = A4
    canvas.setFont("Helvetica-Bold", 17)
    canvas.drawString(24 * mm, height - 27 * mm, "GARSIDE & MOTT")
    canvas.setFont("Helvetica", 8.5)
    canvas.drawString(24 * mm, height - 32 * mm, "Managing agents and surveyors")
    canvas.drawRightString(width - 24 * mm, height - 27 * mm, "18 Mill Parade, Carrow Bridge, CB1 0ZW")
    canvas.drawRightString(width - 24 * mm, height - 32 * mm, "01632 960144   repairs@ashgrove-estates.example")
    canvas.line(24 * mm, height - 35 * mm, width - 24 * mm, height - 35 * mm)
    _body(canvas, height - 48 * mm)
    _signature(canvas, 24 * mm, 101 * mm)
    canvas.setFont("Helvetica-Oblique", 7)
    canvas.drawCentredString(width / 2, 14 * mm, "Specimen. Every person, firm and place in this letter is "
                                                 "invented.")
    canvas.save()
    document = pypdfium2.PdfDocument(page.getvalue())
    page_picture: Image.Image = document[0].render(scale=DOTS_PER_INCH / 72, grayscale=True).to_pil()
    return page_picture


def _body(canvas: Canvas, top: float) -> None:

    style = paper.styles("Times-Roman", "Times-Bold", "Times-Italic", size=11, leading=14)["body_left"]
    for line in TEXT.splitlines():
        if not line:
            top -= 8
            continue
        paragraph = Paragraph(paper.inline(line), style)
        _, used = paragraph.wrap(162 * mm, 600)
        paragraph.drawOn(canvas, 24 * mm, top - used)
        top -= used


def _signature(canvas: Canvas, x: float, y: float) -> None:
    stroke = canvas.beginPath()
    stroke.moveTo(x, y)
    for dx, dy in ((14, 22), (20, -14), (26, 10), (34, -6), (44, 12), (58, -4), (74, 7), (96, 1)):
        stroke.curveTo(x + dx - 8, y + dy + 14, x + dx - 3, y - 10, x + dx, y + dy)
    canvas.setLineWidth(1.1)
    canvas.drawPath(stroke)


def _spoil(page: Image.Image) -> Image.Image:
    turned = page.rotate(0.8, resample=Image.Resampling.BICUBIC, expand=False, fillcolor=255)
    soft = turned.filter(ImageFilter.GaussianBlur(0.5))
    pixels = np.asarray(soft, dtype=np.float32)
    chance = np.random.default_rng(20251209)
    height, width = pixels.shape
    shade = np.linspace(0, 14, width, dtype=np.float32)[None, :]  # the lid was not quite shut
    noise = chance.normal(0, 5, (height, width)).astype(np.float32)
    spoilt = pixels * 0.93 + 8 - shade + noise
    for _ in range(60):  # dust on the glass
        y, x = int(chance.integers(0, height - 2)), int(chance.integers(0, width - 2))
        spoilt[y:y + 2, x:x + 2] = 90
    return Image.fromarray(np.clip(spoilt, 0, 255).astype(np.uint8))

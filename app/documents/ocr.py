"""The process that reads pictures of pages: has no key, no file, no network, and starts no other process.

The pixels are a stranger's. Which lines there are and how they are turned is eyes.py's to see, and what they are
together is ocr_layout.py's.
"""

from __future__ import annotations

import gc
import os
from typing import Any

from app.documents import serving
from app.documents.eyes import Eyes, Pixels, is_blank
from app.documents.ocr_layout import laid_out
from app.types import Page, Status

_THREADS = 4  # at most; more gain little on one page
_SAMPLE = "Carrel"


def main() -> int:
    """Serve requests until standard input ends; returns the exit code."""
    import numpy as np

    memory = serving.number("CARREL_READER_MEMORY", 2 << 30)
    cpu = serving.number("CARREL_READER_CPU", 7200)
    wire_in, wire_out = serving.take_wire()
    eyes = Eyes(serving.number("CARREL_OCR_THREADS", 0) or min(os.cpu_count() or 1, _THREADS))
    warm_up(eyes)

    def answer(header: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
        try:
            pixels = np.frombuffer(data, np.uint8).reshape(header["height"], header["width"], 3)
            return {"page": serving.pack_page(read(eyes, pixels))}, b""
        except MemoryError:
            return serving.TOO_MUCH_MEMORY, b""

    return serving.run(answer, wire_in, wire_out, memory, cpu)


def read(eyes: Eyes, pixels: Pixels) -> Page:
    """Return the page, without a number, that a picture shows: OCR, EMPTY, or PICTURE where no words were found."""
    if is_blank(pixels):
        return Page(None, "", Status.EMPTY)
    page = laid_out(eyes.lines(pixels), pixels.shape[1], pixels.shape[0])
    return page or Page(None, "", Status.PICTURE)


def warm_up(eyes: Eyes) -> None:
    """Read pictures of a line, each way up, so that all code is loaded and all threads are started.

    Raises where nothing can be read here at all: better now than page by page.
    """
    import cv2
    import numpy as np

    page = np.full((160, 320, 3), 255, np.uint8)
    cv2.putText(page, _SAMPLE, (40, 100), cv2.FONT_HERSHEY_SIMPLEX, 1.5, (0, 0, 0), 3)
    for turns in (0, 2, 1):
        found = read(eyes, np.ascontiguousarray(np.rot90(page, turns)))
        if _SAMPLE not in found.text:
            raise RuntimeError("the models for reading pictures do not read")
    read(eyes, np.full((64, 64, 3), 255, np.uint8))
    gc.collect()
    gc.freeze()

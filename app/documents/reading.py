"""A file as it is kept in a library: read, and then each page that is a picture by OCR.

A page whose OCR fails costs itself only. Knows readers and the recogniser, and nothing of why somebody waits.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from app.documents import image
from app.documents.sandbox import ReaderPool, Recogniser
from app.errors import FileError, TimedOutFile
from app.types import Document, Page, Status

NO_WORDS = "This page is a picture, and no words were found on it."
FAILED = "This page is a picture, and reading it failed."
NOT_DRAWN = "This page is a picture that could not be shown, and its text was not read."
LATE = "This page is a picture, and reading it took too long."
_KEPT = (image.CUT_SHORT,)  # what is said of a page whether or not it was read


def read(
    data: bytes, suffix: str, readers: ReaderPool, recogniser: Recogniser, *, passwords: Sequence[str] = (),
    wait: Callable[[], None] = lambda: None, page: Callable[[int, int], None] = lambda done, pages: None,
) -> Document:  # fmt: skip
    """Return the document in a file, its pictures of pages read by OCR.

    `wait` is called before each of these, and what it raises ends the reading; `page` is told after each page how
    many are done, of how many. Raises as ReaderPool.read() does.
    """
    document = readers.read(data, suffix, passwords)
    count = len(document.pages)
    pictures = [place for place, found in enumerate(document.pages) if _is_picture(found)]
    pages = list(document.pages)
    done = count - len(pictures)
    if done:
        page(done, count)
    for place in pictures:
        wait()
        pages[place] = _recognised(data, suffix, pages[place], readers, recogniser, passwords)
        done += 1
        page(done, count)
    return replace(document, pages=tuple(pages)) if pictures else document


def _is_picture(page: Page) -> bool:
    return page.status is Status.PICTURE and page.number is not None


def _recognised(
    data: bytes, suffix: str, page: Page, readers: ReaderPool, recogniser: Recogniser, passwords: Sequence[str]
) -> Page:
    """Return a page with what OCR found on it; as it was, with another reason, where that was nothing."""
    assert page.number is not None
    try:
        picture = readers.scan(data, suffix, page.number, passwords)
    except FileError:
        return replace(page, reason=NOT_DRAWN)
    try:
        found = recogniser.read(picture)
    except TimedOutFile:
        return replace(page, status=Status.TIMED_OUT, reason=LATE)
    except FileError:
        return replace(page, reason=FAILED)
    kept = page.reason if page.reason in _KEPT else ""
    if found.status is Status.OCR:
        return replace(found, number=page.number, reason=kept)
    if found.status is Status.EMPTY and not page.text.strip():
        return Page(page.number, "", Status.EMPTY, kept)
    return replace(page, reason=kept or NO_WORDS)

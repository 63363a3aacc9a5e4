"""Checks a reader's reply field by field and makes it into values; whatever does not fit is a lie.

Knows the wire's shape, and no process.
"""

from __future__ import annotations

from typing import Any, NoReturn

from app import frames
from app.documents.loader import KINDS
from app.documents.source import Why, damaged, is_storable, unsupported
from app.errors import CarrelError, EmptyFile, LockedFile, TooLargeFile
from app.types import Box, Document, Heading, Page, PagePicture, Status

_PAGES = 200_000
_HEADINGS = 100_000
_MARKS = 10_000
_SIDE = 20_000  # pixels
_STATUSES = {str(status): status for status in Status}


def document(untrusted_reply: frames.Frame, characters: int, memory: int) -> Document:
    """Return the document in a reply; raises the error that it names, or DamagedFile for a lie.

    `characters` and `memory` (bytes) are the limits that the reader was given.
    """
    _raise_error(untrusted_reply.header, characters, memory)
    untrusted_document = untrusted_reply.header.get("document")
    if not isinstance(untrusted_document, dict):
        _lie()
    kind = untrusted_document.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        _lie()
    title = _text(untrusted_document.get("title"), 1000)
    untrusted_pages = _list(untrusted_document.get("pages"), _PAGES)
    pages = tuple(_page(untrusted_page) for untrusted_page in untrusted_pages)
    numbers = [page.number for page in pages]
    if not numbers or (numbers != [None] and numbers != list(range(1, len(pages) + 1))):
        _lie()
    if sum(len(page.text) for page in pages) > characters:
        _lie()
    return Document(kind, title, pages)


def picture(untrusted_reply: frames.Frame, characters: int, memory: int) -> PagePicture:
    """Return the picture in a reply; raises the error that it names, or DamagedFile for a lie."""
    _raise_error(untrusted_reply.header, characters, memory)
    untrusted_width, untrusted_height = _fields(untrusted_reply.header.get("picture"), 2)
    width = _whole(untrusted_width, 1, _SIDE)
    height = _whole(untrusted_height, 1, _SIDE)
    if len(untrusted_reply.body) != width * height * 3:
        _lie()
    untrusted_marks = _list(untrusted_reply.header.get("marks"), _MARKS)
    marks = tuple(_box(untrusted_mark, width, height) for untrusted_mark in untrusted_marks)
    return PagePicture(width, height, untrusted_reply.body, marks)


def _raise_error(untrusted_header: dict[str, Any], characters: int, memory: int) -> None:
    if "error" not in untrusted_header:
        return
    code = _whole(untrusted_header["error"], 1, 5)
    number = _whole(untrusted_header.get("why"), 0, max(Why))
    text = f"{characters:,} characters"
    space = f"{memory / (1 << 30):.1f} GB of memory".replace(".0", "")
    limit = text if number == Why.TOO_MUCH_TEXT else space
    errors: dict[int, CarrelError] = {
        1: EmptyFile(),
        2: LockedFile(),
        3: unsupported(Why(number)),
        4: damaged(Why(number)),
        5: TooLargeFile(size=f"over {limit} when opened", limit=limit),
    }
    raise errors[code]


def _page(untrusted_page: object) -> Page:
    untrusted_number, untrusted_text, untrusted_status, untrusted_reason, untrusted_headings = _fields(
        untrusted_page, 5
    )
    number = None if untrusted_number is None else _whole(untrusted_number, 1, _PAGES)
    text = _text(untrusted_text, None)
    if not isinstance(untrusted_status, str) or untrusted_status not in _STATUSES:
        _lie()
    headings = []
    before = 0
    for untrusted_heading in _list(untrusted_headings, _HEADINGS):
        untrusted_start, untrusted_level, untrusted_title = _fields(untrusted_heading, 3)
        before = _whole(untrusted_start, before, len(text))
        headings.append(Heading(before, _whole(untrusted_level, 1, 99), _text(untrusted_title, 1000)))
    return Page(number, text, _STATUSES[untrusted_status], _text(untrusted_reason, 500), tuple(headings))


def _box(untrusted_box: object, width: int, height: int) -> Box:
    left, top, right, bottom = (
        _number(untrusted_side, most)
        for untrusted_side, most in zip(_fields(untrusted_box, 4), (width, height, width, height), strict=True)
    )
    if left >= right or top >= bottom:
        _lie()
    return Box(left, top, right, bottom)


def _lie() -> NoReturn:
    raise damaged(Why.READER_LIED)


def _list(value: object, most: int) -> list[object]:
    if not isinstance(value, list) or len(value) > most:
        _lie()
    return value


def _fields(value: object, count: int) -> list[object]:
    found = _list(value, count)
    if len(found) != count:
        _lie()
    return found


def _whole(value: object, least: int, most: int) -> int:
    if type(value) is not int or not least <= value <= most:  # True is an int, too
        _lie()
    return value


def _number(value: object, most: int) -> float:
    if type(value) not in (int, float) or not 0 <= value <= most:  # type: ignore[operator]
        _lie()
    return float(value)  # type: ignore[arg-type]


def _text(value: object, most: int | None) -> str:
    if not isinstance(value, str) or not is_storable(value) or (most is not None and len(value) > most):
        _lie()
    return value

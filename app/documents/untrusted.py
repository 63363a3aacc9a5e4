"""Checks the reply of a reader, or of what reads pictures, field by field; whatever does not fit is a lie.

Knows the wire's shape, and no process.
"""

from __future__ import annotations

from typing import Any, NoReturn

from app import frames
from app.documents import imprint, parts
from app.documents.loader import KINDS
from app.documents.source import Why, damaged, is_storable, unsupported
from app.errors import CarrelError, EmptyFile, LockedFile, TooLargeFile
from app.types import Box, Document, Heading, Line, Page, PageCount, PagePicture, Part, Status

_PAGES = 200_000
_HEADINGS = 100_000
_FURNITURE = 10_000  # of a page
_LINES = 10_000  # of a page
_NAME = 500  # characters of a part's name
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
    found = _parts(untrusted_document.get("parts"), untrusted_reply.body)
    date = _date(untrusted_document.get("date"))
    return Document(kind, title, pages, found, date, _people(untrusted_document.get("people")))


def count(untrusted_reply: frames.Frame, characters: int, memory: int) -> PageCount:
    """Return how much there is to read; raises the error that the reply names, or DamagedFile for a lie."""
    _raise_error(untrusted_reply.header, characters, memory)
    untrusted_pages, untrusted_pictures = _fields(untrusted_reply.header.get("count"), 2)
    pages = _whole(untrusted_pages, 1, _PAGES)
    return PageCount(pages, _whole(untrusted_pictures, 0, pages))


def part(untrusted_reply: frames.Frame, characters: int, memory: int) -> bytes:
    """Return the bytes of a file inside a file; raises the error that the reply names, or DamagedFile for a lie."""
    _raise_error(untrusted_reply.header, characters, memory)
    if _whole(untrusted_reply.header.get("part"), 0, 1 << 62) != len(untrusted_reply.body):
        _lie()
    return untrusted_reply.body


def recognised(untrusted_reply: frames.Frame, characters: int, memory: int) -> Page:
    """Return the page without a number that was read from a picture; raises DamagedFile for a lie."""
    _raise_error(untrusted_reply.header, characters, memory)
    page = _page(untrusted_reply.header.get("page"))
    plain = page.number is None and not page.headings and not page.furniture and not page.reason
    if page.status is Status.OCR:
        honest = plain and page.confidence is not None and bool(page.text.strip()) and bool(page.lines)
    else:
        honest = plain and page.status in (Status.EMPTY, Status.PICTURE) and not page.text and not page.lines
    if not honest or len(page.text) > characters:
        _lie()
    return page


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


def _parts(untrusted_parts: object, untrusted_body: bytes) -> tuple[Part, ...]:
    """Cut the body into the parts that a list of [name, length] tells of; it must be used up."""
    found: list[Part] = []
    names: set[str] = set()
    place = 0
    for untrusted_part in _list(untrusted_parts, parts.MOST):
        untrusted_name, untrusted_length = _fields(untrusted_part, 2)
        name = _text(untrusted_name, _NAME)
        length = _whole(untrusted_length, 0, len(untrusted_body) - place)
        if not name.strip() or name in names:
            _lie()
        names.add(name)
        found.append(Part(name, untrusted_body[place : place + length]))
        place += length
    if place != len(untrusted_body):
        _lie()
    return tuple(found)


def _date(untrusted_date: object) -> str:
    date = _text(untrusted_date, 10)
    if date and (not imprint.DAY.fullmatch(date) or imprint.day(date) != date):
        _lie()
    return date


def _people(untrusted_people: object) -> tuple[str, ...]:
    people = [_text(untrusted_name, imprint.LONGEST) for untrusted_name in _list(untrusted_people, imprint.PEOPLE)]
    if any(name != " ".join(name.split()) or not name for name in people):
        _lie()
    return tuple(people)


def _page(untrusted_page: object) -> Page:
    (untrusted_number, untrusted_text, untrusted_status, untrusted_reason, untrusted_headings, untrusted_furniture,
     untrusted_confidence, untrusted_lines) = _fields(untrusted_page, 8)  # fmt: skip
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
    furniture = []
    before = 0
    for untrusted_stretch in _list(untrusted_furniture, _FURNITURE):
        untrusted_start, untrusted_end = _fields(untrusted_stretch, 2)
        start = _whole(untrusted_start, before, len(text))
        before = _whole(untrusted_end, start, len(text))
        furniture.append((start, before))
    confidence = None if untrusted_confidence is None else _number(untrusted_confidence, 1)
    lines = []
    before = 0
    for untrusted_line in _list(untrusted_lines, _LINES):
        untrusted_start, untrusted_end, *untrusted_sides = _fields(untrusted_line, 6)
        start = _whole(untrusted_start, before, len(text))
        before = _whole(untrusted_end, start + 1, len(text))
        lines.append(Line(start, before, _box(untrusted_sides, 1, 1)))
    return Page(number, text, _STATUSES[untrusted_status], _text(untrusted_reason, 500), tuple(headings),
                tuple(furniture), confidence, tuple(lines))  # fmt: skip


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

"""The desk's side of reading: asks readers, and the process that reads pictures, and checks all that they say.

They take apart what a stranger wrote, so what comes from them is named untrusted_* until each field was
looked at.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app import frames
from app.documents import parts, pool, untrusted
from app.errors import EmptyFile, TooLargeFile
from app.types import Box, Document, Line, Page, PageCount, PagePicture

_MEGABYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may cost."""

    file: int = 256 * _MEGABYTE  # bytes
    parts: int = parts.BYTES  # bytes of all files inside a file
    memory: int = 1 << 30  # bytes of address space of a reader
    cpu: int = 1200  # seconds of processor time of a reader, over all its files
    seconds: float = 60.0  # by the clock, for a small file
    seconds_per_megabyte: float = 2.0
    start: float = 60.0  # seconds until a new reader must be ready
    characters: int = 32_000_000  # of text in one file, some 10,000 pages
    picture: int = 128 * _MEGABYTE  # bytes of a page's pixels

    def allowed(self, size: int) -> float:
        """Seconds for a file of `size` bytes."""
        return self.seconds + self.seconds_per_megabyte * size / _MEGABYTE


# For one page each. The models and a page of 16 million pixels take 1.2 GiB of address space, 0.6 of memory; a page
# takes seconds, but many times that on a computer that is busy.
OCR_LIMITS = Limits(memory=2 << 30, cpu=7200, seconds=240.0, characters=1_000_000)


class ReaderPool(pool.Pool):
    """Reads files in `size` reader processes; may be used from any number of threads at once.

    `command` starts a reader; only tests name another. All that it is asked raises EmptyFile, LockedFile,
    UnsupportedFile, DamagedFile, TooLargeFile or TimedOutFile. `data` is a file's bytes, `suffix` is of its name,
    like ".pdf", and `passwords` are tried in their order where it is locked.
    """

    def __init__(self, size: int = 2, limits: Limits = Limits(), *, command: Sequence[str] | None = None) -> None:
        self._limits = limits
        numbers = {"CARREL_READER_MEMORY": str(limits.memory), "CARREL_READER_CPU": str(limits.cpu)}
        super().__init__(size, pool.command("reader") if command is None else command, numbers, limits.start)

    def read(self, data: bytes, suffix: str, passwords: Sequence[str] = ()) -> Document:
        """Return the document in a file with the files inside it."""
        most = self._limits.characters
        # A character takes up to six bytes on the wire; titles, headings and reasons come on top.
        room = 6 * most + 16 * _MEGABYTE
        reply = self._file("read", data, suffix, passwords, room, self._limits.parts, characters=most)
        return untrusted.document(reply, most, self._limits.memory)

    def count(self, data: bytes, suffix: str, passwords: Sequence[str] = ()) -> PageCount:
        """Return how many pages a file has and how many of them seem to be pictures; quick, and an estimate."""
        reply = self._file("count", data, suffix, passwords, _MEGABYTE, 0)
        return untrusted.count(reply, self._limits.characters, self._limits.memory)

    def part(self, data: bytes, suffix: str, path: Sequence[str], passwords: Sequence[str] = ()) -> bytes:
        """Return the bytes of a file inside a file, named from outside inwards; DamagedFile where there is none."""
        reply = self._file("part", data, suffix, passwords, _MEGABYTE, self._limits.parts, path=list(path))
        return untrusted.part(reply, self._limits.characters, self._limits.memory)

    def render(
        self, data: bytes, suffix: str, page: int, *, width: int, start: int = 0, end: int = 0,
        passwords: Sequence[str] = (), lines: Sequence[Line] = (),
    ) -> PagePicture:  # fmt: skip
        """Return the 1-based page of a PDF or image, `width` pixels wide, with boxes of page.text[start:end] in them.

        `lines` are the page's where OCR read it; the boxes are then of these.
        """
        asked = (0, 0) if lines else (start, end)
        found = self._picture(data, suffix, passwords, page, width=width, start=asked[0], end=asked[1])
        return PagePicture(found.width, found.height, found.rgb, _marks(found, lines, start, end)) if lines else found

    def scan(self, data: bytes, suffix: str, page: int, passwords: Sequence[str] = ()) -> PagePicture:
        """Return the 1-based page of a PDF or image as large as OCR wants it."""
        return self._picture(data, suffix, passwords, page, width=0, start=0, end=0)

    def _picture(
        self, data: bytes, suffix: str, passwords: Sequence[str], page: int, **asked: int
    ) -> PagePicture:
        room = self._limits.picture
        reply = self._file("render", data, suffix, passwords, 4 * _MEGABYTE, room, page=page, **asked)
        return untrusted.picture(reply, self._limits.characters, self._limits.memory)

    def _file(
        self, do: str, data: bytes, suffix: str, passwords: Sequence[str], most_header: int, most_body: int,
        **asked: Any,
    ) -> frames.Frame:  # fmt: skip
        if not data:
            raise EmptyFile
        if len(data) > self._limits.file:
            raise TooLargeFile(size=megabytes(len(data)), limit=megabytes(self._limits.file))
        seconds = self._limits.allowed(len(data))
        # The reader hands over what it has a little before it would be ended.
        header = {"do": do, "suffix": suffix.lower(), "passwords": list(passwords), "seconds": seconds * 0.8, **asked}
        return self._ask(header, data, seconds, most_header, most_body)


class Recogniser(pool.Pool):
    """Reads pictures of pages in a process of its own, one at a time; may be used from any number of threads.

    `command` starts the process; only tests name another.
    """

    def __init__(
        self, size: int = 1, limits: Limits = OCR_LIMITS, *, command: Sequence[str] | None = None
    ) -> None:
        self._limits = limits
        numbers = {"CARREL_READER_MEMORY": str(limits.memory), "CARREL_READER_CPU": str(limits.cpu)}
        super().__init__(size, pool.command("ocr") if command is None else command, numbers, limits.start)

    def read(self, picture: PagePicture) -> Page:
        """Return the page on a picture, without a number: OCR with its text and lines, EMPTY, or PICTURE.

        Raises DamagedFile, TooLargeFile or TimedOutFile where it could not be looked at.
        """
        header = {"width": picture.width, "height": picture.height}
        reply = self._ask(header, picture.rgb, self._limits.seconds, 16 * _MEGABYTE, 0)
        return untrusted.recognised(reply, self._limits.characters, self._limits.memory)


def _marks(picture: PagePicture, lines: Sequence[Line], start: int, end: int) -> tuple[Box, ...]:
    """Return the boxes of the stretches of lines that lie within start and end, in the picture's pixels."""
    way = _way(lines, picture.width / picture.height)
    found = []
    for line in lines:
        first, last, length = max(line.start, start), min(line.end, end), line.end - line.start
        if first >= last:
            continue
        box = _stretch(line.box, (first - line.start) / length, (last - line.start) / length, way)
        found.append(Box(box.left * picture.width, box.top * picture.height,
                         box.right * picture.width, box.bottom * picture.height))  # fmt: skip
    return tuple(found)


def _way(lines: Sequence[Line], shape: float) -> str:
    """Return where the text of a page runs to, by its lines and their order: a scan may lie any way up.

    `shape` is the page's width by its height. Upside down are only pages of several lines.
    """
    length = sum(line.end - line.start for line in lines)
    boxes = [(line.end - line.start, line.box) for line in lines]
    tall = sum(letters for letters, box in boxes if box.bottom - box.top > (box.right - box.left) * shape)
    steps = [(later.box, line.box) for line, later in itertools.pairwise(lines)]
    if tall > length / 2:
        return "down" if sum(later.left < box.left for later, box in steps) > len(steps) / 2 else "up"
    return "left" if sum(later.bottom < box.bottom for later, box in steps) > len(steps) * 0.7 else "right"


def _stretch(box: Box, start: float, end: float, way: str) -> Box:
    """Cut a line's box down to a share of its characters; their widths differ, so it is a little wider."""
    if (start, end) == (0.0, 1.0):
        return box
    start, end = max(start - 0.01, 0.0), min(end + 0.01, 1.0)
    if way in ("left", "up"):
        start, end = 1 - end, 1 - start
    width, height = box.right - box.left, box.bottom - box.top
    if way in ("left", "right"):
        return Box(box.left + start * width, box.top, box.left + end * width, box.bottom)
    return Box(box.left, box.top + start * height, box.right, box.top + end * height)


def megabytes(size: int) -> str:
    """Return a size in bytes as people write it."""
    return f"{max(size / _MEGABYTE, 0.1):,.1f} MB".replace(".0 MB", " MB")

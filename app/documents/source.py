"""What a loader is given and what it promises; knows no format.

Loaders run in reader processes, where no file can be opened: everything is in `Source.data`.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol

from app.errors import DamagedFile, UnsupportedFile
from app.types import Document, Heading, Page, Status


@dataclass(frozen=True, slots=True)
class Source:
    """One file's bytes, how to open them, and until when (`deadline` in time.monotonic() seconds)."""

    data: bytes
    suffix: str  # lower case with its dot
    passwords: tuple[str, ...] = ()  # to be tried where it is locked, in this order
    deadline: float = float("inf")

    @property
    def late(self) -> bool:
        """Whether a loader must stop and hand over what it has."""
        return time.monotonic() > self.deadline


class Loader(Protocol):
    """Reads one format."""

    @property
    def kind(self) -> str: ...

    @property
    def suffixes(self) -> frozenset[str]: ...

    @property
    def paged(self) -> bool:
        """Whether pages are numbered and a citation names one."""
        ...

    def samples(self) -> list[bytes]:
        """Return small files of this format that make `load` import and open all that it ever needs.

        After they were read the cage is shut, and what was not loaded then cannot be any more.
        """
        ...

    def claims(self, data: bytes) -> bool:
        """Whether the bytes are surely of this format, whatever the file's name says; must be quick."""
        ...

    def load(self, source: Source) -> Document:
        """Return the whole document; raises EmptyFile, LockedFile, UnsupportedFile, DamagedFile or MemoryError."""
        ...


class Why(IntEnum):
    """Why a file was not read: only the number crosses from the reader, the sentence is the parent's own."""

    UNSPECIFIED = 0
    NOT_OF_ITS_KIND = 1
    CUT_SHORT = 2
    NO_PAGES = 3
    PARSER_FAILED = 4
    READER_DIED = 5
    READER_LIED = 6
    NESTED_TOO_DEEP = 7
    ENCRYPTION = 8
    OLD_OFFICE = 9
    UNKNOWN_FORMAT = 10
    NOT_TEXT = 11
    TOO_MUCH_MEMORY = 12
    TOO_MUCH_TEXT = 13
    NO_SUCH_PART = 14
    NO_PICTURES = 15
    OLD_WORD = 16
    OLD_SLIDES = 17
    OTHER_LOCK = 18
    OTHER_ARCHIVE = 19
    OUTLOOK_STORE = 20
    APPLE = 21
    NOTEBOOK = 22
    OLD_WRITING = 23
    PRINTED = 24
    SOUND = 25
    PROGRAM = 26


REASONS = {
    Why.UNSPECIFIED: "it could not be opened",
    Why.NOT_OF_ITS_KIND: "its content is not what its name says",
    Why.CUT_SHORT: "it is cut short or parts of it are broken",
    Why.NO_PAGES: "it has no pages",
    Why.PARSER_FAILED: "its content breaks the rules of its format",
    Why.READER_DIED: "reading it crashed the reader",
    Why.READER_LIED: "reading it gave nonsense",
    Why.NESTED_TOO_DEEP: "it is nested too deep",
    Why.ENCRYPTION: "a PDF with an unknown encryption",
    Why.OLD_OFFICE: "an Office file from before 2007",
    Why.UNKNOWN_FORMAT: "an unknown format",
    Why.NOT_TEXT: "not text",
    Why.TOO_MUCH_MEMORY: "it takes too much memory to open",
    Why.TOO_MUCH_TEXT: "it holds too much text",
    Why.NO_SUCH_PART: "the file that was looked for inside it is not there",
    Why.NO_PICTURES: "a format whose pages cannot be shown",
    Why.OLD_WORD: "a Word file from before 2007; open it in Word or LibreOffice and save it as DOCX or PDF",
    Why.OLD_SLIDES: "a PowerPoint file from before 2007; open it there or in LibreOffice and save it as PPTX or PDF",
    Why.OTHER_LOCK: "locked in a way that Carrel cannot undo; open it in its own program and save it unlocked",
    Why.OTHER_ARCHIVE: "an archive that is no ZIP; unpack it and add the folder",
    Why.OUTLOOK_STORE: "an Outlook data file; open it in Outlook and save its mails as MSG files",
    Why.APPLE: "a Pages, Numbers or Keynote file; open it there and export it as PDF",
    Why.NOTEBOOK: "a OneNote notebook; open it there and export it as PDF",
    Why.OLD_WRITING: "a WordPerfect or Works file; open it in LibreOffice and save it as DOCX or PDF",
    Why.PRINTED: "an XPS or PostScript file; open it and save it as PDF",
    Why.SOUND: "sound or film",
    Why.PROGRAM: "a program",
}


def damaged(why: Why) -> DamagedFile:
    """The error for a file that is broken."""
    return DamagedFile(reason=REASONS[why])


def unsupported(why: Why) -> UnsupportedFile:
    """The error for a file that no loader reads."""
    return UnsupportedFile(kind=REASONS[why])


# What a text must not hold: it could not be stored or would not survive the way to the window.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def storable(text: str) -> str:
    """Return `text` of the same length with U+FFFD for each NUL and lone surrogate."""
    return _UNSTORABLE.sub("\ufffd", text)


def is_storable(text: str) -> bool:
    """Whether storable() would leave `text` as it is."""
    return _UNSTORABLE.search(text) is None


def unpaged(
    kind: str, title: str, text: str, headings: tuple[Heading, ...] = (), reason: str = "",
    imprint: tuple[str, tuple[str, ...]] = ("", ()),
) -> Document:  # fmt: skip
    """A document of a format without pages: one page without a number, EMPTY when it holds no character to read.

    `imprint` is its date and its people.
    """
    status = Status.READ if text.strip() else Status.EMPTY
    date, people = imprint
    return Document(kind, title, (Page(None, text, status, reason, headings),), date=date, people=people)


class TextWriter:
    """Collects lines of text and the headings among them, with the character where each begins."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._headings: list[Heading] = []

    def line(self, text: str) -> None:
        """Add `text` as a line; blank lines stay, so that they can part paragraphs."""
        self._parts.append(storable(text) + "\n")
        self._length += len(self._parts[-1])

    def gap(self) -> None:
        """Add one blank line, but never two, nor one at the start."""
        if self._parts and self._parts[-1] != "\n":
            self.line("")

    def heading(self, text: str, level: int) -> None:
        """Add `text` as a heading on a line of its own."""
        text = " ".join(storable(text).split())
        if text:
            self._headings.append(Heading(self._length, min(max(level, 1), 9), text[:500]))
            self.line(text)

    @property
    def text(self) -> str:
        return "".join(self._parts).rstrip("\n")

    @property
    def headings(self) -> tuple[Heading, ...]:
        end = len(self.text)
        return tuple(heading for heading in self._headings if heading.start < end)

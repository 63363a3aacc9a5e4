"""Scripted stand-ins for the models, given by constructor; each keeps the contract of its role."""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from app import errors
from app.documents.source import Why, damaged
from app.models.roles import Vectors
from app.types import Box, Document, Line, Page, PageCount, PagePicture, Part, Prompt, Status, Written


@dataclass
class FakeEmbedder:
    """Hashes words into a vector, so texts that share words are near; deterministic."""

    dimension: int = 384
    limit: int = 256
    fingerprint: str = "fake-embedder"
    calls: list[int] = field(default_factory=list)

    def embed(self, texts: Sequence[str], *, urgent: bool = False) -> Vectors:
        self.calls.append(len(texts))
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in re.findall(r"\w+", text.lower()) or ["empty"]:
                digest = hashlib.blake2b(word.encode(), digest_size=4).digest()
                vectors[row, int.from_bytes(digest, "big") % self.dimension] += 1.0
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors / norms


class FakeTokenizer:
    """One token a word or sign."""

    def starts(self, text: str) -> Sequence[int]:
        return [match.start() for match in re.finditer(r"\w+|[^\w\s]", text)]


@dataclass
class FakeGenerator:
    """Says what it is told to, in pieces; counts words; remembers its prompts and whether it was stopped."""

    reply: str = "The rent is 2,450 a month [1]."
    context: int = 2048
    finish: str = "end"
    prompts: list[Prompt] = field(default_factory=list)
    closed_early: bool = False

    def loading(self) -> Iterator[None]:
        return iter(())

    def count(self, prompt: Prompt) -> int:
        return sum(len(turn.text.split()) + 4 for turn in prompt.turns)

    def generate(self, prompt: Prompt) -> Generator[str, None, Written]:
        self.prompts.append(prompt)
        self.closed_early = True
        yield from re.findall(r"\s*\S+", self.reply)
        self.closed_early = False
        return Written(self.finish, self.count(prompt), 0, len(self.reply.split()), 0.0, 0.0)


PICTURE = "(picture)"


def box(*pages: str, **inside: bytes | str) -> bytes:
    """Return a file of FakeReaders' own format, with pages and with files inside it, "__" in a name being its dot."""
    parts = {name.replace("__", "."): part if isinstance(part, str) else part.decode() for name, part in inside.items()}
    return json.dumps({"pages": pages, "parts": parts}).encode()


@dataclass
class FakeReaders:
    """Reads boxes (".box") and text; other suffixes name what goes wrong. Knows how often it read what."""

    reads: list[bytes] = field(default_factory=list)
    hold: threading.Event | None = None  # reading waits for it

    def read(self, data: bytes, suffix: str, passwords: Sequence[str] = ()) -> Document:
        self.reads.append(data)
        if self.hold is not None:
            self.hold.wait(20)
        if suffix == ".crash":
            raise damaged(Why.READER_DIED)
        if suffix == ".hang":
            raise errors.TimedOutFile(seconds=60)
        if suffix == ".lie":
            raise damaged(Why.READER_LIED)
        if suffix == ".locked" and "open sesame" not in passwords:
            raise errors.LockedFile
        if suffix != ".box":
            return Document("text", "", (Page(None, data.decode()),))
        found = json.loads(data)
        pages = tuple(
            Page(number, "", Status.PICTURE) if text == PICTURE else Page(number, text)
            for number, text in enumerate(found["pages"], 1)
        )
        return Document("box", "", pages, tuple(Part(name, text.encode()) for name, text in found["parts"].items()))

    def count(self, data: bytes, suffix: str, passwords: Sequence[str] = ()) -> PageCount:
        document = self.read(data, suffix, passwords)
        return PageCount(len(document.pages), sum(page.status is Status.PICTURE for page in document.pages))

    def scan(self, data: bytes, suffix: str, page: int, passwords: Sequence[str] = ()) -> PagePicture:
        return PagePicture(1, 1, bytes((page, 0, 0)), ())


@dataclass
class FakeRecogniser:
    """Reads "seen" from every picture."""

    text: str = "seen by the recogniser"
    reads: int = 0
    hold: threading.Event | None = None  # reading waits for it

    def read(self, picture: PagePicture) -> Page:
        self.reads += 1
        if self.hold is not None:
            self.hold.wait(20)
        line = Line(0, len(self.text), Box(0, 0, 1, 1))
        return Page(None, self.text, Status.OCR, confidence=0.9, lines=(line,))

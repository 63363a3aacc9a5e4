"""Exchanges out of the program: to a Word document with footnotes, a PDF, Markdown, or text for the clipboard.

Every sentence keeps its verdict, what is not supported stays and is marked, and every citation becomes a note with
file, page, the words, the SHA-256 of the file and how the page was read. An exported file is not encrypted: whoever
calls says so to the user.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from app import paths
from app.errors import UnwritableFile
from app.export import markdown, plain
from app.export.origins import Origin, Origins, Shelf
from app.export.paper import Paper, compose
from app.places import file_name
from app.types import Answered, Evidence, Exchange

__all__ = ["FORMATS", "check", "exchange", "text", "write"]


def _word(paper: Paper) -> bytes:
    from app.export import word  # a library of a third of a second

    return word.to_bytes(paper)


def _pdf(paper: Paper) -> bytes:
    from app.export import pdf  # Qt, which the command line does without elsewhere

    return pdf.to_bytes(paper)


FORMATS: dict[str, tuple[str, Callable[[Paper], bytes]]] = {
    ".docx": ("Word document", _word),
    ".pdf": ("PDF", _pdf),
    ".md": ("Markdown", markdown.to_bytes),
}


def check(path: Path) -> None:
    """Raise UnwritableFile where a file of this name cannot be an export."""
    *some, last = FORMATS
    if path.suffix.lower() not in FORMATS:
        raise UnwritableFile(reason=f"its name must end in {', '.join(some)} or {last}")
    paths.check_target(path)


def write(path: Path, exchanges: Sequence[Exchange], *, title: str = "", shelves: Iterable[Shelf] = ()) -> None:
    """Write exchanges to `path`, in the format that its ending names, whole or not at all; not encrypted.

    `shelves` are the open stores, from which is told whether a file is still the one that was read; each cited file
    is read once. Takes seconds where these are large. What is at `path` is replaced. Raises UnwritableFile, DiskFull.
    """
    check(path)
    paper = compose(exchanges, Origins(shelves).of, time.time(), title=title)
    paths.save(path, FORMATS[path.suffix.lower()][1](paper))


def exchange(evidence: Evidence, answered: Answered, *, asked: float, model: str) -> Exchange:
    """Return an answer that no conversation keeps as an exchange; `model` is who writes where one is given anything."""
    return Exchange(
        secrets.token_hex(16), None, asked, evidence.question, evidence.question, evidence, answered.answer,
        answered.given, model if answered.given else "",
    )


def text(exchanges: Sequence[Exchange], *, inside: Mapping[str, str] | None = None) -> str:
    """Return exchanges as text for the clipboard, at once: no file is read, and no SHA-256 given.

    `inside` are the files that documents came in, by the ids of the documents.
    """
    within = inside or {}
    return plain.to_text(compose(
        exchanges, lambda passage: Origin(file_name(within.get(passage.document, ""))), time.time(),
    ))

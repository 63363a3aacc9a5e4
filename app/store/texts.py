"""The texts of pages, in blocks, and how names and texts lie in columns.

Texts and names are kept as bytes, UTF-8 with surrogates let through: a page may hold a NUL or half a
surrogate pair and a path may hold any bytes, and all of them must come back as they were. A page's
text is kept once, in blocks, so that a passage is cut out of at most two of them even where the
"page" is a whole book. Must not know what a passage is found by.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from app.types import Box, Document, Line

BLOCK = 16_384  # characters
_LINE = struct.Struct("<IIdddd")  # start, end, left, top, right, bottom; exact, and half as long as JSON

Cut = dict[tuple[int, int, int], str]  # blocks that were read already, by document, page and block


def to_bytes(text: str) -> bytes:
    """Return a text as it is kept."""
    return text.encode("utf-8", "surrogatepass")


def to_text(data: bytes) -> str:
    """Return a kept text."""
    return data.decode("utf-8", "surrogatepass")


def blocks(document: Document) -> Iterator[tuple[int, int, bytes]]:
    """Yield the texts of a document as (page, block, text)."""
    for page in document.pages:
        for i, start in enumerate(range(0, len(page.text), BLOCK)):
            yield page.number or 0, i, to_bytes(page.text[start : start + BLOCK])


def whole(db: Any, document: int, page: int) -> str:
    """Return all of a page's text."""
    found = db.execute("SELECT text FROM v.blocks WHERE document = ? AND page = ? ORDER BY block", (document, page))
    return "".join(to_text(block) for (block,) in found.fetchall())


def cut(db: Any, known: Cut, document: int, page: int, start: int, end: int) -> str:
    """Return a stretch of a page's text; `known` keeps the blocks that were read for it."""
    if end <= start:
        return ""
    first, last = start // BLOCK, (end - 1) // BLOCK
    for block in range(first, last + 1):
        if (document, page, block) not in known:
            found = db.execute(
                "SELECT text FROM v.blocks WHERE document = ? AND page = ? AND block = ?", (document, page, block)
            ).fetchone()
            known[document, page, block] = to_text(found[0]) if found else ""
    text = "".join(known[document, page, block] for block in range(first, last + 1))
    return text[start - first * BLOCK : end - first * BLOCK]


def fetch(db: Any, known: Cut, stretches: Iterable[tuple[int, int, int, int]]) -> None:
    """Read the blocks of many (document, page, start, end) at once into `known`, for `cut`."""
    wanted = {
        (document, page, block)
        for document, page, start, end in stretches
        for block in range(start // BLOCK, max(end - 1, start) // BLOCK + 1)
    } - known.keys()
    # In JSON, as a statement takes only so many values.
    for document, page, block, text in db.execute(
        "SELECT b.document, b.page, b.block, b.text FROM json_each(?) j CROSS JOIN v.blocks b"
        " ON b.document = j.value ->> 0 AND b.page = j.value ->> 1 AND b.block = j.value ->> 2",
        (json.dumps(sorted(wanted)),),
    ):
        known[document, page, block] = to_text(text)


def pack(lines: Sequence[Line]) -> bytes:
    """Return the lines of a page as they are kept."""
    return b"".join(
        _LINE.pack(line.start, line.end, line.box.left, line.box.top, line.box.right, line.box.bottom)
        for line in lines
    )


def unpack(data: bytes) -> tuple[Line, ...]:
    """Return the lines that `pack` was given."""
    return tuple(Line(start, end, Box(*sides)) for start, end, *sides in _LINE.iter_unpack(data))

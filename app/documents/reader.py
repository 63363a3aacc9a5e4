"""The reader process: parses untrusted files and answers on its standard output; has no key and no network.

One request, one reply, as long as standard input is open. Everything that a parser could want to
import or open has been before the cage is shut, by reading a small document of each format.
"""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Any

from app.documents import loader, render, serving
from app.documents.source import REASONS, Source, Why, damaged
from app.errors import FileError, TooLargeFile
from app.types import Document, PagePicture


def main() -> int:
    """Serve requests until standard input ends; returns the exit code."""
    memory = serving.number("CARREL_READER_MEMORY", 1 << 30)
    cpu = serving.number("CARREL_READER_CPU", 1200)
    wire_in, wire_out = serving.take_wire()
    warm_up()
    return serving.run(answer, wire_in, wire_out, memory, cpu)


def answer(header: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
    """Do what a request asks for and return the header and body of the reply; an error is one, too."""
    try:
        source = Source(data, header["suffix"], tuple(header["passwords"]), time.monotonic() + header["seconds"])
        return _DO[header["do"]](source, header)
    except MemoryError:
        return serving.TOO_MUCH_MEMORY, b""
    except FileError as error:
        reason = error.fields.get("reason", error.fields.get("kind"))
        why = next((number for number, sentence in REASONS.items() if sentence == reason), Why.UNSPECIFIED)
        return {"error": serving.CODES[type(error)], "why": int(why)}, b""


def _read(source: Source, header: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    document = loader.load(source)
    if sum(len(page.text) for page in document.pages) > header["characters"]:
        return {"error": serving.CODES[TooLargeFile], "why": int(Why.TOO_MUCH_TEXT)}, b""
    return {"document": pack(document)}, b"".join(part.data for part in document.parts)


def _count(source: Source, _: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    found = render.count(source)
    return {"count": [found.pages, found.pictures]}, b""


def _part(source: Source, header: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """Follow the names from outside inwards."""
    for name in header["path"]:
        found = next((part for part in loader.load(source).parts if part.name == name), None)
        if found is None:
            raise damaged(Why.NO_SUCH_PART)
        source = Source(found.data, PurePosixPath(name).suffix.lower(), source.passwords, source.deadline)
    return {"part": len(source.data)}, source.data


def _render(source: Source, header: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    found = render.drawn(source, header["page"], header["width"], header["start"], header["end"])
    return _pack_picture(found), found.rgb


_DO: dict[str, Callable[[Source, dict[str, Any]], tuple[dict[str, Any], bytes]]] = {
    "read": _read, "count": _count, "part": _part, "render": _render,
}


def warm_up() -> None:
    """Read a small document of each format, and draw one, so that all code and data is loaded.

    Raises where a format cannot be read here at all: better now than file by file.
    """
    # openpyxl would import numpy, which starts threads and takes address space, and makes no use of it here.
    sys.modules.setdefault("numpy", None)  # type: ignore[arg-type]
    import encodings.aliases
    import importlib

    for name in set(encodings.aliases.aliases.values()):
        try:
            importlib.import_module(f"encodings.{name}")
        except ImportError:  # those of other systems
            continue
    for each in loader.LOADERS:
        for data in each.samples():
            source = Source(data, min(each.suffixes))
            each.load(source)
            render.count(source)
            if each.kind in render.DRAWN:
                render.drawn(source, 1, 64, 0, 5)
    gc.collect()
    gc.freeze()  # what stays for good need not be looked at after each file


def pack(document: Document) -> dict[str, Any]:
    """Return a document for the wire, but for the bytes of its parts."""
    return {
        "kind": document.kind,
        "title": document.title,
        "pages": [serving.pack_page(page) for page in document.pages],
        "date": document.date,
        "people": list(document.people),
        "parts": [[part.name, len(part.data)] for part in document.parts],
    }


def _pack_picture(picture: PagePicture) -> dict[str, Any]:
    marks = [[box.left, box.top, box.right, box.bottom] for box in picture.marks]
    return {"picture": [picture.width, picture.height], "marks": marks}

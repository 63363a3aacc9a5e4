"""The reader process: parses untrusted files and answers on its standard output; has no key and no network.

One request, one reply, as long as standard input is open. Everything that a parser could want to
import or open has been before the cage is shut, by reading a small document of each format.
"""

from __future__ import annotations

import gc
import os
import re
import signal
import sys
import time
from collections.abc import Callable
from typing import Any, BinaryIO

from app import frames, seal
from app.documents import loader, render
from app.documents.source import REASONS, Source, Why
from app.errors import DamagedFile, EmptyFile, FileError, LockedFile, TooLargeFile, UnsupportedFile
from app.types import Document, PagePicture

# Error codes on the wire; sandbox.py turns them back. Never renumber.
CODES: dict[type[FileError], int] = {EmptyFile: 1, LockedFile: 2, UnsupportedFile: 3, DamagedFile: 4, TooLargeFile: 5}
_TOO_MUCH_MEMORY = {"error": CODES[TooLargeFile], "why": int(Why.TOO_MUCH_MEMORY)}
_TIRED = 0.5  # of a limit; a reader that has used so much says that it will take no more


def main() -> int:
    """Serve requests until standard input ends; returns the exit code."""
    memory = _number("CARREL_READER_MEMORY", 1 << 30)
    cpu = _number("CARREL_READER_CPU", 1200)
    wire_in, wire_out = _take_wire()
    warm_up()
    most_memory = _memory_gauge()
    seal.cage_reader(memory, cpu)
    frames.write(wire_out, {"ready": 1})
    return serve(wire_in, wire_out, memory, cpu, most_memory)


def serve(wire_in: BinaryIO, wire_out: BinaryIO, memory: int, cpu: int, most_memory: Callable[[], int]) -> int:
    """Answer each request; the last reply before limits come near says so."""
    last = False
    while not last:
        request = frames.read(wire_in)
        if request is None:
            return 0
        header, body = answer(request.header, request.body)
        del request
        gc.collect()  # cheap, since what was there before the first file is frozen
        last = time.process_time() > cpu * _TIRED or most_memory() > memory * _TIRED
        try:
            frames.write(wire_out, {**header, "last": int(last)}, body)
        except MemoryError:
            frames.write(wire_out, {**_TOO_MUCH_MEMORY, "last": 1})
            return 0
    return 0


def answer(header: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
    """Do what a request asks for and return the header and body of the reply; an error is one, too."""
    try:
        if header["do"] == "render":
            found = render.picture(
                data, header["password"], header["page"], header["width"], header["start"], header["end"]
            )
            return _pack_picture(found), found.rgb
        source = Source(data, header["suffix"], header["password"], time.monotonic() + header["seconds"])
        document = loader.load(source)
        if sum(len(page.text) for page in document.pages) > header["characters"]:
            return {"error": CODES[TooLargeFile], "why": int(Why.TOO_MUCH_TEXT)}, b""
        return {"document": _pack(document)}, b""
    except MemoryError:
        return _TOO_MUCH_MEMORY, b""
    except FileError as error:
        reason = error.fields.get("reason", error.fields.get("kind"))
        why = next((number for number, sentence in REASONS.items() if sentence == reason), Why.UNSPECIFIED)
        return {"error": CODES[type(error)], "why": int(why)}, b""


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
            each.load(Source(data, min(each.suffixes)))
            if each.kind == "pdf":
                render.picture(data, None, 1, 64, 0, 5)
    gc.collect()
    gc.freeze()  # what stays for good need not be looked at after each file


def _pack(document: Document) -> dict[str, Any]:
    return {
        "kind": document.kind,
        "title": document.title,
        "pages": [
            [page.number, page.text, str(page.status), page.reason,
             [[heading.start, heading.level, heading.text] for heading in page.headings]]
            for page in document.pages
        ],
    }  # fmt: skip


def _pack_picture(picture: PagePicture) -> dict[str, Any]:
    marks = [[box.left, box.top, box.right, box.bottom] for box in picture.marks]
    return {"picture": [picture.width, picture.height], "marks": marks}


def _take_wire() -> tuple[BinaryIO, BinaryIO]:
    """Keep the pipes for frames alone: what a library prints could hold text of a file."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the desk, which ends its readers itself
    return frames.take_streams()


def _memory_gauge() -> Callable[[], int]:
    """Return what tells the bytes of memory that this process held at its highest; 0 where the system does not say.

    To be called before the cage is shut. Linux counts in getrusage what the desk held when it started this process:
    readers of a desk of more than half their limit would all be replaced after one file.
    """
    if sys.platform == "linux":
        status = os.open("/proc/self/status", os.O_RDONLY | os.O_CLOEXEC)

        def highest() -> int:
            os.lseek(status, 0, os.SEEK_SET)
            found = re.search(rb"VmHWM:\s+(\d+) kB", os.read(status, 8192))
            return int(found[1]) * 1024 if found else 0

        return highest
    elif sys.platform == "darwin":
        import resource

        return lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # bytes there
    else:
        return lambda: 0


def _number(name: str, default: int) -> int:
    value = os.environ.get(name, "")
    return int(value) if value.isdigit() else default

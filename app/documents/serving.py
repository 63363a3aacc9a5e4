"""What readers and the process that reads pictures have in common: serving the wire, and its codes."""

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
from app.documents.source import Why
from app.errors import DamagedFile, EmptyFile, FileError, LockedFile, TooLargeFile, UnsupportedFile
from app.types import Page

Answer = Callable[[dict[str, Any], bytes], tuple[dict[str, Any], bytes]]

# Error codes on the wire; untrusted.py turns them back. Never renumber.
CODES: dict[type[FileError], int] = {EmptyFile: 1, LockedFile: 2, UnsupportedFile: 3, DamagedFile: 4, TooLargeFile: 5}
TOO_MUCH_MEMORY = {"error": CODES[TooLargeFile], "why": int(Why.TOO_MUCH_MEMORY)}
_TIRED = 0.5  # of a limit; a process that has used so much says that it will take no more


def run(answer: Answer, wire_in: BinaryIO, wire_out: BinaryIO, memory: int, cpu: int) -> int:
    """Shut the cage, say so, and answer each request until standard input ends; the exit code.

    `memory` is in bytes, `cpu` in seconds. The last reply before these limits come near says so.
    """
    most_memory = _memory_gauge()
    seal.cage_reader(memory, cpu)
    frames.write(wire_out, {"ready": 1})
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
            frames.write(wire_out, {**TOO_MUCH_MEMORY, "last": 1})
            return 0
    return 0


def pack_page(page: Page) -> list[Any]:
    """Return a page for the wire."""
    return [
        page.number, page.text, str(page.status), page.reason,
        [[heading.start, heading.level, heading.text] for heading in page.headings],
        [list(stretch) for stretch in page.furniture], page.confidence,
        [[line.start, line.end, line.box.left, line.box.top, line.box.right, line.box.bottom] for line in page.lines],
    ]  # fmt: skip


def take_wire() -> tuple[BinaryIO, BinaryIO]:
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


def number(name: str, default: int) -> int:
    """Return a whole number from the environment."""
    value = os.environ.get(name, "")
    return int(value) if value.isdigit() else default

"""The parent's side of reading: a pool of reader processes, and the checking of all that they say.

A reader has parsed what a stranger wrote, so what comes from it is named untrusted_* until each
field was looked at. Crash, hang or lie costs that reader its life and the file its reading; the
next file gets a new reader.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Self, cast

from app import frames
from app.documents import untrusted
from app.documents.source import Why, damaged
from app.errors import EmptyFile, TimedOutFile, TooLargeFile
from app.types import Document, PagePicture

_ROOT = Path(__file__).resolve().parent.parent.parent
_KEPT = ("SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")  # without these some systems start no program
_MEGABYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may cost."""

    file: int = 256 * _MEGABYTE  # bytes
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


class _GoneError(Exception):
    """The reader ended, was ended, or spoke no frames."""


class _Reader:
    """One reader process and the pipes to it; used by one thread at a time."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self._timed_out = False
        self._ready = False
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            close_fds=True,
            start_new_session=True,  # Ctrl+C in the terminal is for the desk alone
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._to = cast("BinaryIO", self._process.stdin)
        self._from = cast("BinaryIO", self._process.stdout)

    @property
    def sound(self) -> bool:
        """Whether it can be given another file."""
        return not self._timed_out and self._process.poll() is None

    def become_ready(self, seconds: float) -> None:
        """Wait until the reader has shut its cage; raises _GoneError where it has not in time."""
        if not self._ready:
            untrusted_hello = self._timed(seconds, lambda: self._receive(4096, 0))
            if untrusted_hello.header != {"ready": 1}:
                raise _GoneError("not a reader")
            self._ready = True

    def ask(
        self, header: dict[str, Any], data: bytes, seconds: float, most_header: int, most_body: int
    ) -> frames.Frame:
        """Send one request and return the untrusted reply; raises _GoneError, or TimedOutFile."""

        def exchange() -> frames.Frame:
            frames.write(self._to, header, data)
            return self._receive(most_header, most_body)

        try:
            return self._timed(seconds, exchange)
        except _GoneError as error:
            if self._timed_out:
                raise TimedOutFile(seconds=max(round(seconds), 1)) from error
            raise

    def end(self, *, gently: bool = False) -> None:
        """End the process, wait for it and close the pipes; a reader that is idle ends by itself when gently asked."""
        with contextlib.suppress(OSError):  # what was left in the buffer of a broken pipe
            self._to.close()
        if gently:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(0.5)
        self._process.kill()
        self._process.wait()
        self._from.close()

    def stop(self) -> None:
        """Stop the process at once, from any thread; the one that uses it then sees it gone and ends it."""
        self._process.kill()

    def _receive(self, most_header: int, most_body: int) -> frames.Frame:
        frame = frames.read(self._from, header_limit=most_header, body_limit=most_body)
        if frame is None:
            raise _GoneError("ended")
        return frame

    def _timed(self, seconds: float, work: Callable[[], frames.Frame]) -> frames.Frame:
        """Do `work` and end the process if that takes too long, which ends the work, on every system alike."""
        clock = threading.Timer(seconds, self._time_out)
        clock.daemon = True
        clock.start()
        try:
            return work()
        except (OSError, ValueError, frames.FrameError, MemoryError) as error:
            raise _GoneError(str(error)) from error
        finally:
            clock.cancel()
            clock.join()

    def _time_out(self) -> None:
        self._timed_out = True
        self._process.kill()


class ReaderPool:
    """Reads files in `size` reader processes; may be used from any number of threads at once.

    `command` starts a reader; only tests name another.
    """

    def __init__(self, size: int = 2, limits: Limits = Limits(), *, command: Sequence[str] | None = None) -> None:
        self._limits = limits
        self._command = list(command) if command is not None else _command()
        self._free = threading.BoundedSemaphore(max(size, 1))
        self._lock = threading.Lock()
        self._idle: list[_Reader] = []
        self._busy: set[_Reader] = set()
        self._closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def read(self, data: bytes, suffix: str, passwords: Sequence[str] = ()) -> Document:
        """Return the document in a file's bytes; `suffix` is of its name, like ".pdf".

        Raises EmptyFile, LockedFile, UnsupportedFile, DamagedFile, TooLargeFile or TimedOutFile.
        """
        seconds = self._limits.allowed(len(data))
        # The reader hands over what it has a little before it would be ended.
        most = self._limits.characters
        header = {"do": "read", "suffix": suffix.lower(), "passwords": list(passwords), "seconds": seconds * 0.8,
                  "characters": most}  # fmt: skip
        # A character takes up to six bytes on the wire; titles, headings and reasons come on top.
        reply = self._ask(header, data, seconds, 6 * most + 16 * _MEGABYTE, 0)
        return untrusted.document(reply, most, self._limits.memory)

    def render(
        self, data: bytes, suffix: str, page: int, *, width: int, start: int = 0, end: int = 0,
        passwords: Sequence[str] = (),
    ) -> PagePicture:  # fmt: skip
        """Return the 1-based page of a PDF, `width` pixels wide, with boxes of page.text[start:end] in its pixels.

        Raises as read() does.
        """
        header = {"do": "render", "suffix": suffix.lower(), "passwords": list(passwords), "page": page, "width": width,
                  "start": start, "end": end}  # fmt: skip
        reply = self._ask(header, data, self._limits.allowed(len(data)), 4 * _MEGABYTE, self._limits.picture)
        return untrusted.picture(reply, self._limits.characters, self._limits.memory)

    def warm(self) -> None:
        """Start one reader ahead of the first file; returns at once."""
        with self._lock:
            if not self._closed and not self._idle and not self._busy:
                self._idle.append(self._start())

    def close(self) -> None:
        """End all readers, also those at work, whose callers then get DamagedFile; can be called twice."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
            busy = list(self._busy)
        for reader in busy:
            reader.stop()
        for reader in idle:
            reader.end(gently=True)

    def _ask(
        self, header: dict[str, Any], data: bytes, seconds: float, most_header: int, most_body: int
    ) -> frames.Frame:
        if self._closed:
            raise RuntimeError("the pool of readers is closed")
        if not data:
            raise EmptyFile
        if len(data) > self._limits.file:
            raise TooLargeFile(size=megabytes(len(data)), limit=megabytes(self._limits.file))
        with self._free:
            try:
                return self._exchange(header, data, seconds, most_header, most_body)
            except _GoneError:
                # Perhaps the fault of what the reader read before, so once more with a new one.
                with self._lock:
                    idle, self._idle = self._idle, []
                for reader in idle:
                    reader.end(gently=True)
            try:
                return self._exchange(header, data, seconds, most_header, most_body)
            except _GoneError as error:
                raise damaged(Why.READER_DIED) from error

    def _exchange(
        self, header: dict[str, Any], data: bytes, seconds: float, most_header: int, most_body: int
    ) -> frames.Frame:
        reader = self._take()
        keep = False
        try:
            reader.become_ready(self._limits.start)
            reply = reader.ask(header, data, seconds, most_header, most_body)
            untrusted_last = reply.header.get("last")
            keep = type(untrusted_last) is int and untrusted_last == 0
            return reply
        finally:
            self._give_back(reader, keep=keep)

    def _take(self) -> _Reader:
        with self._lock:
            if self._closed:
                raise _GoneError("the pool was closed")
            while self._idle and not self._idle[-1].sound:
                self._idle.pop().end()
            reader = self._idle.pop() if self._idle else self._start()
            self._busy.add(reader)
            return reader

    def _start(self) -> _Reader:
        kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
        numbers = {"CARREL_READER_MEMORY": str(self._limits.memory), "CARREL_READER_CPU": str(self._limits.cpu)}
        return _Reader(self._command, {**kept, **numbers, "PYTHONPATH": str(_ROOT), "PYTHONUTF8": "1"})

    def _give_back(self, reader: _Reader, *, keep: bool) -> None:
        with self._lock:
            self._busy.discard(reader)
            keep = keep and reader.sound and not self._closed
            if keep:
                self._idle.append(reader)
        if not keep:
            reader.end()


def _command() -> list[str]:
    if getattr(sys, "frozen", False):
        return [sys.executable, "reader"]
    # -P and -s: nothing is imported from the current folder or the user's own packages.
    return [sys.executable, "-P", "-s", "-B", "-m", "app", "reader"]


def megabytes(size: int) -> str:
    """Return a size in bytes as people write it."""
    return f"{max(size / _MEGABYTE, 0.1):,.1f} MB".replace(".0 MB", " MB")

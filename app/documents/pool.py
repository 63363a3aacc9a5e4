"""Processes that take apart what a stranger wrote, kept in a pool, each asked one thing at a time.

What comes from one is untrusted; whoever asks looks at each field. Crash, hang or lie costs that process its
life and the file its reading; the next file gets a new process. Knows the wire, and nothing of what is asked.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Self, cast

from app import frames
from app.documents.source import Why, damaged
from app.errors import TimedOutFile

_ROOT = Path(__file__).resolve().parent.parent.parent
_KEPT = ("SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")  # without these some systems start no program


class _GoneError(Exception):
    """The process ended, was ended, or spoke no frames."""


class _Child:
    """One process and the pipes to it; used by one thread at a time."""

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
        """Wait until the process has shut its cage; raises _GoneError where it has not in time."""
        if not self._ready:
            untrusted_hello = self._timed(seconds, lambda: self._receive(4096, 0))
            if untrusted_hello.header != {"ready": 1}:
                raise _GoneError("not of its kind")
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


class Pool:
    """Up to `size` processes started by `command`; may be used from any number of threads at once.

    `settings` are environment variables for them, which get nothing else of this process's own; `start` is the
    seconds until a new one must be ready.
    """

    def __init__(self, size: int, command: Sequence[str], settings: Mapping[str, str], start: float) -> None:
        self._command = list(command)
        self._settings = dict(settings)
        self._start_seconds = start
        self._free = threading.BoundedSemaphore(max(size, 1))
        self._lock = threading.Lock()
        self._idle: list[_Child] = []
        self._busy: set[_Child] = set()
        self._closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def warm(self) -> None:
        """Start one process ahead of the first file; returns at once."""
        with self._lock:
            if not self._closed and not self._idle and not self._busy:
                self._idle.append(self._start())

    def close(self) -> None:
        """End all processes, also those at work, whose callers then get DamagedFile; can be called twice."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
            busy = list(self._busy)
        for child in busy:
            child.stop()
        for child in idle:
            child.end(gently=True)

    def _ask(
        self, header: dict[str, Any], data: bytes, seconds: float, most_header: int, most_body: int
    ) -> frames.Frame:
        """Ask a process that is free and return its untrusted reply; raises DamagedFile or TimedOutFile."""
        if self._closed:
            raise RuntimeError("the pool is closed")
        with self._free:
            try:
                return self._exchange(header, data, seconds, most_header, most_body)
            except _GoneError:
                # Perhaps the fault of what the process read before, so once more with a new one.
                with self._lock:
                    idle, self._idle = self._idle, []
                for child in idle:
                    child.end(gently=True)
            try:
                return self._exchange(header, data, seconds, most_header, most_body)
            except _GoneError as error:
                raise damaged(Why.READER_DIED) from error

    def _exchange(
        self, header: dict[str, Any], data: bytes, seconds: float, most_header: int, most_body: int
    ) -> frames.Frame:
        child = self._take()
        keep = False
        try:
            child.become_ready(self._start_seconds)
            reply = child.ask(header, data, seconds, most_header, most_body)
            untrusted_last = reply.header.get("last")
            keep = type(untrusted_last) is int and untrusted_last == 0
            return reply
        finally:
            self._give_back(child, keep=keep)

    def _take(self) -> _Child:
        with self._lock:
            if self._closed:
                raise _GoneError("the pool was closed")
            while self._idle and not self._idle[-1].sound:
                self._idle.pop().end()
            child = self._idle.pop() if self._idle else self._start()
            self._busy.add(child)
            return child

    def _start(self) -> _Child:
        kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
        return _Child(self._command, {**kept, **self._settings, "PYTHONPATH": str(_ROOT), "PYTHONUTF8": "1"})

    def _give_back(self, child: _Child, *, keep: bool) -> None:
        with self._lock:
            self._busy.discard(child)
            keep = keep and child.sound and not self._closed
            if keep:
                self._idle.append(child)
        if not keep:
            child.end()


def command(kind: str) -> list[str]:
    """Return how a process of a kind is started."""
    if getattr(sys, "frozen", False):
        return [sys.executable, kind]
    # -P and -s: nothing is imported from the current folder or the user's own packages.
    return [sys.executable, "-P", "-s", "-B", "-m", "app", kind]

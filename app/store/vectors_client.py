"""The desk's side of the process that Chroma runs in; the same face as Chroma's, and no import of it.

Must not know what the ids stand for. Whatever that process does, crash, hang or lie, a caller gets
IndexLost, and answers go on without the index.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np
import numpy.typing as npt

from app import frames

_ROOT = Path(__file__).resolve().parents[2]
_KEPT = ("SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")  # without these some systems start no program
_REPLY_LIMIT = 16 * 1024 * 1024
_PATIENCE = 300.0  # seconds for one request; thousands of vectors on a slow disk take some
_LEAVING = 30.0  # seconds to end after the files are closed


class IndexLost(Exception):
    """The process of the index ended, hung, or reported a fault; the index is to be made anew."""


class VectorsProcess:
    """Chroma in a process of its own; calls may come from any thread and are answered one after the other."""

    def __init__(self, *, command: Sequence[str] | None = None) -> None:
        """Start the process, which has yet to `open` an index; raises IndexLost.

        `command` starts the process; only tests name another.
        """
        self._lock = threading.Lock()
        self._late = False
        try:
            self._process = subprocess.Popen(
                list(command) if command is not None else _command(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=_environment(),
                cwd=_ROOT,
                start_new_session=True,  # Ctrl+C in the terminal is for the desk alone
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except OSError as error:
            raise IndexLost("it could not be started") from error
        self._to = cast("BinaryIO", self._process.stdin)
        self._from = cast("BinaryIO", self._process.stdout)

    @property
    def number(self) -> int:
        """The number of the process."""
        return self._process.pid

    def open(self, folder: Path, *, new: bool) -> None:
        """Open the index that is in `folder`, or make one; raises IndexLost, and the process has ended then."""
        try:
            # In the request and not on the command line, which other accounts can read.
            self._ask({"do": "open", "folder": str(folder), "new": new})
        except BaseException:
            self._end()
            raise

    def upsert(self, ids: Sequence[str], vectors: npt.NDArray[np.float32]) -> None:
        """Put vectors, float32[n, d], under ids; n at most 5,000."""
        self._ask({"do": "upsert", "ids": list(ids)}, np.ascontiguousarray(vectors, np.float32).tobytes())

    def delete(self, ids: Sequence[str]) -> None:
        """Take ids out of what is found; their vectors stay in the files until these are made anew."""
        self._ask({"do": "delete", "ids": list(ids)})

    def nearest(self, vector: npt.NDArray[np.float32], k: int) -> list[tuple[str, float]]:
        """Return up to `k` (id, cosine similarity), best first, for a float32[d]."""
        found = self._ask({"do": "nearest", "k": k}, vector.astype(np.float32).tobytes())["found"]
        return [(key, float(score)) for key, score in found]

    def holds(self, ids: Sequence[str]) -> bool:
        """Say whether all of `ids` are in the index."""
        return bool(self._ask({"do": "holds", "ids": list(ids)})["holds"])

    def count(self) -> int:
        """Return the number of ids in the index."""
        return int(self._ask({"do": "count"})["count"])

    def close(self) -> None:
        """Close the files and end the process, after which the folder can be packed or removed; raises IndexLost.

        Where it raises, the process has ended all the same, and the folder is not to be trusted.
        """
        try:
            self._ask({"do": "close"})
            try:
                code = self._process.wait(_LEAVING)
            except subprocess.TimeoutExpired:
                raise IndexLost("it did not end") from None
            if code != 0:
                raise IndexLost(f"it ended with {code}")
        finally:
            self._end()

    def end(self) -> None:
        """End the process at once; the folder is not to be trusted after that."""
        self._process.kill()  # whoever waits for an answer is told
        with self._lock:
            self._end()

    def _end(self) -> None:
        self._process.kill()
        self._process.wait()
        for stream in (self._to, self._from):
            with contextlib.suppress(OSError):  # what was left in the buffer of a broken pipe
                stream.close()

    def _ask(self, header: dict[str, Any], body: bytes = b"") -> dict[str, Any]:
        with self._lock:
            clock = threading.Timer(_PATIENCE, self._time_out)
            clock.daemon = True
            clock.start()
            try:
                frames.write(self._to, header, body)
                reply = frames.read(self._from, header_limit=_REPLY_LIMIT, body_limit=0)
            except (OSError, ValueError, frames.FrameError) as error:
                raise IndexLost(self._reason()) from error
            finally:
                clock.cancel()
                clock.join()
        if reply is None:
            raise IndexLost(self._reason())
        if "error" in reply.header:
            raise IndexLost(f"it reported {reply.header['error']}")
        return reply.header

    def _time_out(self) -> None:
        self._late = True
        self._process.kill()

    def _reason(self) -> str:
        return "it took too long" if self._late else "it ended"


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return {**kept, "PYTHONPATH": str(_ROOT), "PYTHONUTF8": "1", "ANONYMIZED_TELEMETRY": "False"}


def _command() -> list[str]:
    if getattr(sys, "frozen", False):
        return [sys.executable, "vectors"]
    return [sys.executable, "-P", "-s", "-B", "-m", "app", "vectors"]  # as the readers are started

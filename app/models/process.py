"""The desk's side of one engine process: its start, its wire, its end.

Knows frames and requests, and nothing of what models do. Whatever the engine does, crash, lie or
hang, a caller gets a ModelError with a sentence, and the next call starts a fresh engine.
"""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO, cast

from app import frames
from app.errors import EngineDied, ModelCutShort, ModelError, ModelTooLarge, NoModel, NotAModel, PromptTooLong

# What an engine may report; anything else it says is taken for a fault.
_REPORTED: dict[str, type[ModelError]] = {
    kind.__name__: kind for kind in (EngineDied, ModelCutShort, ModelTooLarge, NoModel, NotAModel, PromptTooLong)
}

_SLICE = 0.5  # seconds

_HEADER_LIMIT = 1024 * 1024
_BODY_LIMIT = 16 * 1024 * 1024

# Seconds without a word after which an engine is taken to hang. Loading reads gigabytes from a slow
# disk at worst; a large model on a busy laptop may read a prompt for minutes.
PATIENCE = 600.0

# Seconds that an engine has to leave a request that nobody wants any more.
STOP_SECONDS = 5.0

# Of the user's environment an engine gets only what a process needs to run at all.
_KEPT = "LD_LIBRARY_PATH DYLD_LIBRARY_PATH LLAMA_CPP_LIB_PATH SYSTEMROOT TEMP TMP TMPDIR LANG LC_ALL".split()
if sys.platform == "win32":
    _KEPT.append("PATH")  # libraries are found by it there; elsewhere it only tells the user's folders
_SET = {
    "GOMP_SPINCOUNT": "1000",  # OpenMP threads that spin at each barrier are ruinous on a busy laptop
    "TOKENIZERS_PARALLELISM": "false",
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "ORT_DISABLE_TELEMETRY": "1",
    "ANONYMIZED_TELEMETRY": "False",
    "PYTHONNOUSERSITE": "1",
    "PYTHONUTF8": "1",
}


def command(role: str) -> list[str]:
    """Return the command that starts an engine for `role`."""
    if getattr(sys, "frozen", False):
        return [sys.executable, "engine", role]
    return [sys.executable, "-m", "app", "engine", role]


Waiting = queue.SimpleQueue[frames.Frame | ModelError]  # where the frames of one reply gather


class _Fault(Exception):
    """The engine said what it may not say."""


class Engine:
    """One engine process at a time, started when first needed and again after it died; thread-safe."""

    def __init__(
        self, role: str, load: Callable[[], dict[str, Any]], *, start: Sequence[str] = (), patience: float = PATIENCE
    ) -> None:
        """`load` gives the header of the load request; it may raise ModelError instead."""
        self._command = list(start) or command(role)
        self._load = load
        self._patience = patience
        self._lock = threading.Lock()
        self._connection: Connection | None = None
        self._closed = False

    def start(self) -> None:
        """Begin loading without waiting for it; what goes wrong is raised by the first use."""
        with contextlib.suppress(ModelError):
            self._current()

    def ready(self) -> Connection:
        """Return the connection when the model is loaded; raises ModelError."""
        connection = self._current()
        connection.wait_until_loaded()
        return connection

    def loading(self, beat: float) -> Iterator[None]:
        """Start it, and yield every `beat` seconds until the model is loaded; raises ModelError."""
        connection = self._current()
        while not connection.settled:
            time.sleep(beat)
            yield
        connection.wait_until_loaded()

    def loaded(self) -> Connection | None:
        """Return the connection where the model is loaded by now, without waiting or starting; else None.

        Raises ModelError where it could not be loaded or the process has ended.
        """
        with self._lock:
            connection = self._connection
        if connection is None:
            return None
        if connection.dead:
            raise connection.dead
        if not connection.settled:
            return None
        connection.wait_until_loaded()
        return connection

    def rest(self) -> None:
        """End the process until it is needed again; nobody may be waiting for it."""
        with self._lock:
            connection, self._connection = self._connection, None
        if connection:
            connection.end("it was not needed any more")

    def close(self) -> None:
        """End the process; whoever still waits for it gets EngineDied."""
        with self._lock:
            self._closed = True
            connection = self._connection
        if connection:
            connection.end("it was closed")

    def _current(self) -> Connection:
        with self._lock:
            if self._closed:
                raise EngineDied(reason="it was closed")
            if self._connection is None or self._connection.dead:
                if self._connection:
                    self._connection.end("it ended")  # joins what is left of the old one
                self._connection = Connection(self._command, self._load(), self._patience)
            return self._connection


class Connection:
    """One process from its start to its end; replies are sorted by the number of their request."""

    def __init__(self, start: Sequence[str], load: dict[str, Any], patience: float) -> None:
        self.patience = patience
        self._write = threading.Lock()
        self._state = threading.Lock()
        self._replies: dict[int, Waiting] = {}
        self._number = 0
        self._reason = ""  # why this side ended it
        self._loaded = threading.Lock()
        self._about: dict[str, Any] | None = None
        self.dead: ModelError | None = None
        self._process = _spawn(start)
        self._requests = cast("BinaryIO", self._process.stdin)
        self._answers = cast("BinaryIO", self._process.stdout)
        self._listener = threading.Thread(target=self._listen, name="engine listener", daemon=True)
        self._listener.start()
        self._loading = self.ask("load", **load)

    @property
    def settled(self) -> bool:
        """Whether loading is over, well or not."""
        return self._about is not None or self.dead is not None or self._loading.waits

    def wait_until_loaded(self) -> dict[str, Any]:
        """Return what the engine says of its model; raises ModelError and ends the engine if it cannot load."""
        with self._loaded:
            if self._about is None:
                try:
                    header = self._loading.result().header
                    self._about = {name: value for name, value in header.items() if name not in ("id", "last")}
                except ModelError as error:
                    self.dead = self.dead or error
                    self.end("the model could not be loaded")
                    raise
            return self._about

    def ask(self, do: str, **header: object) -> Reply:
        """Send a request and return its reply to wait for; raises EngineDied."""
        with self._state:
            if self.dead:
                raise self.dead
            number = self._number
            self._number += 1
            waiting = self._replies[number] = queue.SimpleQueue()
        self.send({"id": number, "do": do, **header})
        return Reply(self, number, waiting)

    def send(self, header: dict[str, Any]) -> None:
        """Send a frame; an engine that is gone shows in the replies, not here."""
        with self._write, contextlib.suppress(OSError, ValueError):
            frames.write(self._requests, header)

    def take(self, waiting: Waiting, seconds: float | None = None) -> frames.Frame:
        """Return the next frame of a reply; raises EngineDied after too long a silence."""
        seconds = seconds or self.patience
        until = time.monotonic() + seconds
        # In slices, since Windows hears Ctrl+C only between them.
        while (found := self.heard(waiting, min(_SLICE, until - time.monotonic()))) is None:
            if time.monotonic() >= until:
                self.end(f"it said nothing for {seconds:.0f} seconds")
        return found

    def heard(self, waiting: Waiting, seconds: float) -> frames.Frame | None:
        """Return the next frame of a reply, None where none comes in so many seconds; raises ModelError."""
        try:
            found = waiting.get(timeout=max(0.001, seconds))
        except queue.Empty:
            return None
        if isinstance(found, ModelError):
            raise found
        return found

    def end(self, reason: str) -> None:
        """End the process at once and wait until nothing is left of it."""
        with self._state:
            self._reason = self._reason or reason
        self._process.kill()  # it holds nothing that could be lost
        if self._listener is not threading.current_thread():
            self._listener.join()

    def _listen(self) -> None:
        try:
            while frame := frames.read(self._answers, header_limit=_HEADER_LIMIT, body_limit=_BODY_LIMIT):
                self._deliver(frame)
        except (frames.FrameError, _Fault) as error:
            fault = str(error) if isinstance(error, _Fault) else ""
            self._reason = self._reason or fault  # a cut-off frame is explained by how the process ended
        finally:
            self._bury()

    def _deliver(self, frame: frames.Frame) -> None:
        number = frame.header.get("id")
        if not isinstance(number, int):
            raise _Fault("it sent something that is not an answer")
        last = frame.header.get("last") is True
        with self._state:
            waiting = self._replies.pop(number, None) if last else self._replies.get(number)
        if waiting is None:
            raise _Fault("it sent an answer that nobody asked for")
        if "error" not in frame.header:
            waiting.put(frame)
            return
        error = _reported(frame.header)
        if isinstance(error, EngineDied):  # nobody may use it again while it goes
            with self._state:
                self.dead = error
        waiting.put(error)

    def _bury(self) -> None:
        # Its streams have ended, so it is going by itself; the moment lets a crash keep its own signal.
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(0.0 if self._reason else 0.5)
        if self._process.returncode is None:
            self._reason = self._reason or "it sent something that is not an answer"
            self._process.kill()
            self._process.wait()
        with self._state:
            error = EngineDied(reason=self._reason or _cause(self._process.returncode))
            self.dead = self.dead or error
            waiting, self._replies = self._replies, {}
        for replies in waiting.values():
            replies.put(error)
        for stream in (self._requests, self._answers):
            with contextlib.suppress(OSError):
                stream.close()


class Reply:
    """What comes back for one request."""

    def __init__(self, connection: Connection, number: int, waiting: Waiting) -> None:
        self._connection = connection
        self._number = number
        self._waiting = waiting

    @property
    def waits(self) -> bool:
        """Whether something has come that nobody has taken yet."""
        return not self._waiting.empty()

    def pieces(self) -> Iterator[frames.Frame]:
        """Yield the frames of the reply as they come; raises ModelError."""
        last = False
        while not last:
            frame = self._connection.take(self._waiting)
            last = frame.header.get("last") is True
            yield frame

    def beats(self, beat: float) -> Iterator[frames.Frame | None]:
        """As `pieces`, with None for every `beat` seconds of silence, so that whoever waits can leave."""
        heard = time.monotonic()
        last = False
        while not last:
            frame = self._connection.heard(self._waiting, beat)
            if frame is None:
                if time.monotonic() - heard < self._connection.patience:
                    yield None
                    continue
                frame = self._connection.take(self._waiting, beat)  # which ends what says nothing
            heard = time.monotonic()
            last = frame.header.get("last") is True
            yield frame

    def result(self) -> frames.Frame:
        """Return the final frame; raises ModelError."""
        frame = None
        for frame in self.pieces():  # noqa: B007  (the last one is wanted)
            pass
        assert frame
        return frame

    def stop(self) -> None:
        """Have the engine leave this request and wait until it did; one that does not is ended."""
        self._connection.send({"do": "stop", "id": self._number})
        until = time.monotonic() + STOP_SECONDS
        with contextlib.suppress(ModelError):  # nobody wants the rest, so nobody is told
            while True:
                frame = self._connection.take(self._waiting, max(0.001, until - time.monotonic()))
                if frame.header.get("last") is True:
                    return


def _spawn(start: Sequence[str]) -> subprocess.Popen[bytes]:
    environment = {name: os.environ[name] for name in _KEPT if name in os.environ} | _SET
    flags: dict[str, Any] = {"start_new_session": True}
    if sys.platform == "win32":
        flags = {"creationflags": subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP}
    try:
        return subprocess.Popen(
            start,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            cwd=Path(__file__).resolve().parents[2],  # where `-m app` finds the program
            **flags,
        )
    except OSError as error:
        raise EngineDied(reason=f"it could not be started: {error.strerror}") from error


def _reported(header: dict[str, Any]) -> ModelError:
    kind = _REPORTED.get(str(header["error"]))
    fields = header.get("fields")
    if kind and isinstance(fields, dict):
        with contextlib.suppress(TypeError):
            return kind(**fields)
    return EngineDied(reason="it reported a fault that makes no sense")


def _cause(code: int) -> str:
    """Say in words why a process ended, from its return code."""
    if code == 7:
        return "it could not shut itself off from the network"
    if code >= 0:
        return "it ended by itself" if code == 0 else f"it ended with error {code}"
    if -code == getattr(signal, "SIGKILL", 9):
        return "the system ended it, most likely for lack of memory"
    try:
        return f"it crashed: {signal.Signals(-code).name}"
    except ValueError:
        return f"it crashed: signal {-code}"

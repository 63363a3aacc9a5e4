"""The engine process: holds one loaded model and answers requests on its standard streams.

It owns the wire, the order of requests, and its own end. The first request is always "load". A
request is a frame with an "id" and a "do"; its replies carry the same "id", and the final one has
"last". "stop" with an id is looked at while that request is still being worked on. When the desk
goes, also by a kill, standard input ends and so does this process, at once.

It must not know the library, and opens no file but the model that it is told to load: before the model is
touched the process is confined to it, where the system has a way.
"""

from __future__ import annotations

import itertools
import os
import queue
import signal
import threading
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from app import frames, seal
from app.errors import ModelError, SealError

LIBRARIES = {
    "embedder": "app.models.sentence",
    "generator": "app.models.llama",
    "reranker": "app.models.cross",
    "onnx": "app.models.onnx",
}

# What a request may weigh; the desk sends batches of 32 texts or one prompt.
_REQUEST_LIMIT = 64 * 1024 * 1024

Reply = Callable[..., None]  # reply(body=b"", **header)


class Model(Protocol):
    """A loaded model, as this process drives it."""

    def about(self) -> dict[str, Any]:
        """Return what the desk is told when loading is done."""
        ...

    def answer(self, request: frames.Frame, reply: Reply, stopped: Callable[[], bool]) -> None:
        """Work one request off and reply; the last reply carries last=True."""
        ...


class _Wire:
    """Both directions; incoming requests wait here, urgent ones first, the rest in their order."""

    def __init__(self, incoming: BinaryIO, outgoing: BinaryIO) -> None:
        self._incoming = incoming
        self._outgoing = outgoing
        self._order = itertools.count()
        self._waiting: queue.PriorityQueue[tuple[bool, int, frames.Frame]] = queue.PriorityQueue()
        self._stopped: set[int] = set()

    def first(self) -> frames.Frame:
        """Return the request to load, which nothing comes before; ends the process where the desk goes."""
        frame = frames.read(self._incoming, header_limit=_REQUEST_LIMIT, body_limit=0)
        if frame is None:
            os._exit(0)
        return frame

    def listen(self) -> None:
        """Take requests in until the desk goes, then end the process, whatever it is doing."""
        try:
            while frame := frames.read(self._incoming, header_limit=_REQUEST_LIMIT, body_limit=0):
                if frame.header.get("do") == "stop":
                    self._stopped.add(frame.header["id"])
                else:
                    self._waiting.put((not frame.header.get("urgent", False), next(self._order), frame))
        finally:
            os._exit(0)

    def next(self) -> frames.Frame:
        return self._waiting.get()[2]

    def stopped(self, request: int) -> bool:
        return request in self._stopped

    def done(self, request: int) -> None:
        self._stopped.discard(request)

    def reply(self, request: int, body: bytes | memoryview = b"", **header: object) -> None:
        try:
            frames.write(self._outgoing, {"id": request, **header}, body)
        except OSError:  # the desk is gone
            os._exit(0)


def main(role: str) -> int:
    """Serve one model until the desk goes; `role` is one of LIBRARIES."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C reaches the whole group; the desk decides
    if role not in LIBRARIES:
        return 2
    wire = _Wire(*frames.take_streams())
    request = wire.first()
    try:
        seal.confine(readable=[Path(request.header["path"])])  # before there is a second thread
    except SealError as error:
        return error.exit_code
    threading.Thread(target=wire.listen, name="wire", daemon=True).start()
    model: Model | None = None
    while True:
        number = request.header["id"]
        try:
            if model is None:
                model = import_module(LIBRARIES[role]).load(request.header)
                wire.reply(number, last=True, **model.about())
            else:
                _work(model, wire, request)
        except ModelError as error:
            wire.reply(number, last=True, error=type(error).__name__, fields=_plain(error.fields))
        except Exception as error:
            # A fault of ours or of a library: its state is not to be trusted, so this process ends.
            wire.reply(number, last=True, error="EngineDied", fields={"reason": f"{type(error).__name__}: {error}"})
            raise
        wire.done(number)
        request = wire.next()


def _work(model: Model, wire: _Wire, request: frames.Frame) -> None:
    number = request.header["id"]

    def reply(body: bytes | memoryview = b"", **header: object) -> None:
        wire.reply(number, body, **header)

    model.answer(request, reply, lambda: wire.stopped(number))


def _plain(fields: dict[str, object]) -> dict[str, str | int]:
    return {name: value if isinstance(value, int) else str(value) for name, value in fields.items()}

"""An engine that plays one part, for the tests of the client; run as a program with the part's name.

Parts: see PARTS. It speaks the wire of app.models.engine and holds no model. What it was asked goes
into the file named by the second argument, one line a request.
"""

from __future__ import annotations

import os
import queue
import signal
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np

from app import frames
from app.models.probe import TEXTS

INCOMING, OUTGOING = sys.stdin.buffer, sys.stdout.buffer
DIMENSION = 4
waiting: queue.PriorityQueue = queue.PriorityQueue()
stopped: set[int] = set()


def listen() -> None:
    order = 0
    while frame := frames.read(INCOMING):
        if frame.header["do"] == "stop":
            stopped.add(frame.header["id"])
        else:
            waiting.put((not frame.header.get("urgent", False), order, frame.header))
            order += 1
    os._exit(0)


def reply(header: dict, body: bytes = b"", **more: object) -> None:
    frames.write(OUTGOING, {"id": header["id"], **more}, body)


def vectors(texts: list[str], dimension: int = DIMENSION) -> bytes:
    """The vector of a whole number starts with it, that of any other text with 1."""
    found = np.zeros((len(texts), dimension), dtype="<f4")
    found[:, 0] = [float(text) if text.strip().isdigit() else 1 for text in texts]
    return found.tobytes()


def good(header: dict) -> None:
    if header["do"] == "embed":
        reply(header, vectors(header["texts"]), last=True)
    elif header["do"] == "reference":
        reply(header, vectors(list(TEXTS)), last=True)
    elif header["do"] == "score":
        reply(header, vectors(header["texts"], 1), last=True)
    elif header["do"] == "count":
        reply(header, last=True, tokens=7)
    else:
        for piece in ("The ", "rent ", "is 2,450."):
            reply(header, text=piece)
        finish(header, "end", 3)


def finish(header: dict, how: str, tokens: int) -> None:
    times = {"first_seconds": 0.1, "seconds": 0.2}
    reply(header, last=True, finish=how, prompt_tokens=7, reused_tokens=0, tokens=tokens, **times)


def slow(header: dict) -> None:
    time.sleep(0.1)
    good(header)


def differs(header: dict) -> None:
    """Is quick, and gives other vectors than everybody else."""
    if header["do"] == "embed":
        reply(header, np.roll(np.frombuffer(vectors(header["texts"]), dtype="<f4"), 1).tobytes(), last=True)
    else:
        good(header)


def no_bytes(header: dict) -> None:
    """Cannot compute in 8 bits, slow at anything else."""
    if header.get("format") == "int8":
        reply(header, last=True, error="NotAModel", fields={"file": "model", "reason": "its export is damaged"})
    else:
        slow(header)


def slow_but_in_bytes(header: dict) -> None:
    good(header) if header.get("format") == "int8" else slow(header)


def crash(header: dict) -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def leave(header: dict) -> None:
    os._exit(3)


def killed(header: dict) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def garbage(header: dict) -> None:
    OUTGOING.write(b"llama: warning: something\n" * 3)
    OUTGOING.flush()
    time.sleep(60)


def huge(header: dict) -> None:
    OUTGOING.write((1 << 31).to_bytes(4, "big") + (1 << 62).to_bytes(8, "big"))
    OUTGOING.flush()
    time.sleep(60)


def cut(header: dict) -> None:
    OUTGOING.write((100).to_bytes(4, "big") + (0).to_bytes(8, "big") + b'{"id"')
    OUTGOING.flush()
    os._exit(0)


def wrong_shape(header: dict) -> None:
    reply(header, vectors(header["texts"], DIMENSION + 1), last=True)


def not_numbers(header: dict) -> None:
    reply(header, np.full((len(header["texts"]), DIMENSION), np.nan, dtype="<f4").tobytes(), last=True)


def unasked(header: dict) -> None:
    reply({"id": 999}, last=True)
    time.sleep(60)


def nameless(header: dict) -> None:
    frames.write(OUTGOING, {"last": True})
    time.sleep(60)


def strange_error(header: dict) -> None:
    reply(header, last=True, error="SystemExit", fields={"code": 0})


def strange_fields(header: dict) -> None:
    reply(header, last=True, error="NotAModel", fields={"nothing": 1})


def hang(header: dict) -> None:
    time.sleep(600)


def refuse(header: dict) -> None:
    reply(header, last=True, error="PromptTooLong", fields={"tokens": 5000, "context": 2048})


def babble(header: dict) -> None:
    """Writes until it is stopped."""
    tokens = 0
    while header["id"] not in stopped:
        reply(header, text="on and ")
        tokens += 1
        time.sleep(0.005)
    finish(header, "stopped", tokens)


def deaf(header: dict) -> None:
    """Writes and hears no stop."""
    while True:
        reply(header, text="on and ")
        time.sleep(0.005)


def halfway(header: dict) -> None:
    reply(header, text="The ")
    os._exit(1)


PARTS = {
    part.__name__: part
    for part in (good, slow, differs, no_bytes, slow_but_in_bytes, crash, leave, killed, garbage, huge, cut,
                 wrong_shape, not_numbers, unasked, nameless, strange_error, strange_fields, hang, refuse, babble, deaf,
                 halfway)
}


def main(part: str, log: str) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=listen, daemon=True).start()
    if part == "cannot_start":
        os._exit(7)
    load = waiting.get()[2]
    if part == "cannot_load":
        reply(load, last=True, error="NotAModel", fields={"file": "model.gguf", "reason": "it is a poem"})
        return
    reply(load, last=True, format=load.get("format") or "float32", formats=["float32", "int8"])
    while True:
        header = waiting.get()[2]
        with Path(log).open("a") as stream:
            stream.write(f"{os.getpid()} {header['do']} {len(header.get('texts', ()))} {header.get('urgent', False)}\n")
        if part.startswith("once_"):
            # Plays its part in the first process only; the next one, started after it died, is good.
            first = Path(log).read_text().split()[0] == str(os.getpid())
            PARTS[part.removeprefix("once_") if first else "good"](header)
        else:
            PARTS[part](header)


main(sys.argv[1], sys.argv[2])

"""A reader that misbehaves, for tests of the pool: `python fake_reader.py BEHAVIOUR ROOT`.

Speaks frames as the true one does up to the point where it does not.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any


def page(**changes: Any) -> list[Any]:
    fields: dict[str, Any] = {"number": None, "text": "hello", "status": "read", "reason": "", "headings": [],
                              "furniture": [], "confidence": None, "lines": []}  # fmt: skip
    fields.update(changes)
    return list(fields.values())


def document(**changes: Any) -> dict[str, Any]:
    return {"kind": "text", "title": "", "pages": [page()], "parts": [], "date": "", "people": [], **changes}


def die() -> None:
    os.kill(os.getpid(), 9)


def say(data: bytes, *, end: bool = False, wait: float = 0) -> None:
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()
    time.sleep(wait)
    if end:
        sys.exit()


def main() -> None:
    behaviour, root = sys.argv[1:3]
    sys.path.insert(0, root)
    from app import frames

    def reply(header: dict[str, Any], size: int = 0, *, end: bool = False) -> None:
        frames.write(sys.stdout.buffer, header, bytes(size))
        if end:
            sys.exit()

    if behaviour == "never ready":
        time.sleep(60)
    if behaviour == "greets wrong":
        reply({"ready": True, "more": 1})
        time.sleep(60)
    if behaviour == "ends at once":
        return
    reply({"ready": 1})
    own = document(title=str(os.getpid()))
    answers: dict[str, Callable[[bytes], object]] = {
        "dies": lambda data: die(),
        "dies on the second": lambda data: die() if data == b"second" else reply({"document": own, "last": 0}),
        "hangs": lambda data: time.sleep(60),
        "says nothing and ends": lambda data: sys.exit(),
        "no frame": lambda data: say(b"this is not a frame at all" * 100),
        "half a frame": lambda data: say((100).to_bytes(4, "big") + bytes(8) + b"{", end=True),
        "too much": lambda data: say((2**32 - 1).to_bytes(4, "big") + (2**62).to_bytes(8, "big"), wait=60),
        "tired": lambda data: reply({"document": own, "last": 1}),
        "ends when idle": lambda data: reply({"document": document(), "last": 0}, end=True),
    }
    # Else the reply itself is given, as JSON, with the length of its body.
    given = {} if behaviour in answers else json.loads(behaviour)
    size = given.pop("body", 0)
    while (request := frames.read(sys.stdin.buffer)) is not None:
        if behaviour in answers:
            answers[behaviour](request.body)
        else:
            reply(given, size)


if __name__ == "__main__":
    main()

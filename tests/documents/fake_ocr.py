"""A process for pictures that misbehaves, for tests of the recogniser: `python fake_ocr.py BEHAVIOUR ROOT`."""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Any


def page(**changes: Any) -> list[Any]:
    fields: dict[str, Any] = {"number": None, "text": "hello", "status": "ocr", "reason": "", "headings": [],
                              "furniture": [], "confidence": 0.9, "lines": [[0, 5, 0.1, 0.1, 0.5, 0.2]]}  # fmt: skip
    fields.update(changes)
    return list(fields.values())


def main() -> None:
    behaviour, root = sys.argv[1:3]
    sys.path.insert(0, root)
    from app import frames

    frames.write(sys.stdout.buffer, {"ready": 1})
    while (request := frames.read(sys.stdin.buffer)) is not None:
        # A black picture is what this process cannot bear.
        if behaviour == "dies on black" and not any(request.body[:300]):
            os.kill(os.getpid(), 9)
        elif behaviour == "hangs on black" and not any(request.body[:300]):
            time.sleep(60)
        elif behaviour.startswith("{"):
            frames.write(sys.stdout.buffer, json.loads(behaviour))
        else:
            frames.write(sys.stdout.buffer, {"page": page(), "last": 0})


if __name__ == "__main__":
    main()

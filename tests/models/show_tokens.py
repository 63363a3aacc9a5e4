"""An engine for tests that shows the tokens of a conversation, and those of a text taken as a whole."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from app import frames
from app.models import llama


def main() -> None:
    incoming, outgoing = sys.stdin.buffer, sys.stdout.buffer
    model = None
    while frame := frames.read(incoming):
        header = frame.header
        if model is None:
            model = llama.load(header)
            found: list[int] = []
        elif header["do"] == "conversation":
            found = model.tokens([(role, text) for role, text in header["turns"]])
        else:
            found = model._model.tokenize(header["text"].encode(), add_bos=False, special=True)
        frames.write(outgoing, {"id": header["id"], "last": True, "tokens": found})


main()

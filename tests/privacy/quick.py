"""The program with scripted models in its engines, for tests that start it often; the rest of it is the real thing.

`python -m tests.privacy.quick` takes the program's own arguments. The embedder hashes words, so that texts that
share words are near. The generator quotes what it was shown, as badly as a model can: it repeats each address
and path in it as a picture and as a link, in Markdown and in HTML, and coins words of its own.
"""

from __future__ import annotations

import re
import sys

MODELS = "models"
COINED = 3  # of the longest words in the prompt, each spelled backwards


def answer(prompt: str) -> str:
    """Return what the scripted model says to a prompt."""
    sentences = re.split(r"(?<=[.!?])\s+|\n+", prompt)
    longest = sorted(set(re.findall(r"[a-z]{9,}", prompt.lower())), key=lambda word: (-len(word), word))[:COINED]
    quoted = [one for one in sentences if any(word in one.lower() for word in longest)][:2]
    addresses = list(dict.fromkeys(re.findall(r"(?:https?|file|smb|javascript|data):[^\s\"'<>)\]]+|\\\\[^\s\"'<>)]+",
                                              prompt)))
    words = [f"{' '.join(quoted)} [1]", f"It is also called {' and '.join(word[::-1] for word in longest)} [1]."]
    for address in addresses[:40]:
        words.append(f'![seen]({address}) <img src="{address}"> [open]({address}) <a href="{address}">here</a> [1].')
    return "\n".join(words)


def use() -> None:
    """Have the program start these engines instead of its own."""
    from app.models import process

    process.command = lambda role: [sys.executable, "-m", "tests.privacy.quick", MODELS, role]


def serve() -> None:
    """Be an engine, on its wire and under its seal."""
    import hashlib
    import os
    import signal

    from app import frames, seal

    seal.shut("engine")
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    import numpy as np

    def reply(body: bytes = b"", **header: object) -> None:
        frames.write(sys.stdout.buffer, {"id": number, **header}, body)

    def vectors(texts: list[str]) -> bytes:
        found = np.zeros((len(texts), 384), dtype="<f4")
        for row, text in enumerate(texts):
            for word in re.findall(r"\w+", text.lower()) or ["nothing"]:
                digest = hashlib.blake2b(word.encode(), digest_size=4).digest()
                found[row, int.from_bytes(digest, "big") % 384] += 1.0
        found /= np.linalg.norm(found, axis=1, keepdims=True)
        found[:, 0] += 1.0  # all are near enough for the model to be asked
        return (found / np.linalg.norm(found, axis=1, keepdims=True)).astype("<f4").tobytes()

    while frame := frames.read(sys.stdin.buffer, header_limit=1 << 26, body_limit=0):
        do, number = frame.header["do"], frame.header.get("id")
        if do == "load":
            reply(last=True)
        elif do == "embed":
            reply(vectors(frame.header["texts"]), last=True)
        elif do == "count":
            reply(last=True, tokens=sum(len(text.split()) for _, text in frame.header["turns"]))
        elif do == "generate":
            text = answer(frame.header["turns"][-1][1])
            for piece in re.findall(r"\s*\S+", text):
                reply(text=piece)
            reply(last=True, finish="end", prompt_tokens=7, reused_tokens=0, tokens=7, first_seconds=0.1, seconds=0.2)
    os._exit(0)


def main(arguments: list[str]) -> int:
    """Be an engine or the program."""
    if arguments[:1] == [MODELS]:
        serve()
    from app import __main__ as program

    if not arguments or arguments[0] not in program.CHILDREN:
        use()
    return program.main(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

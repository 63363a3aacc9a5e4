"""The process that Chroma runs in: ids and vectors, and never a word of a document or a key.

Chroma fills the unused room of its files with what lies in the memory of its process, so it gets a process in
which nothing lies that may not be read. Owns the wire to the desk and its own end: when the desk goes, also by
a kill, standard input ends and so does this process.
"""

from __future__ import annotations

import signal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app import frames, seal
from app.errors import SealError

if TYPE_CHECKING:
    from app.store.vectors import Chroma

HEADER_LIMIT = 16 * 1024 * 1024
BODY_LIMIT = 256 * 1024 * 1024


def main() -> int:
    """Serve one index until the desk goes or closes it; the first request opens it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C reaches the whole group; the desk decides
    incoming, outgoing = frames.take_streams()
    chroma: Chroma | None = None
    while request := frames.read(incoming, header_limit=HEADER_LIMIT, body_limit=BODY_LIMIT):
        header = request.header
        try:
            if chroma is None:
                folder = Path(header["folder"])
                seal.confine(writable=[folder])
                # Only now, as numpy and Chroma start threads, which a confinement would not hold.
                from app.store.vectors import Chroma

                chroma = Chroma(folder, new=header["new"])
                reply: dict[str, Any] = {}
            else:
                reply = _answer(chroma, header, request.body)
        except SealError as error:
            return error.exit_code
        except Exception as error:  # noqa: BLE001 - Chroma has no tree of errors; the desk decides what it means
            reply = {"error": type(error).__name__}
        try:
            frames.write(outgoing, reply)
        except OSError:  # the desk is gone
            break
        if header.get("do") == "close":
            break
    return 0


def _answer(chroma: Chroma, header: dict[str, Any], body: bytes) -> dict[str, Any]:
    import numpy as np

    do = header["do"]
    if do == "nearest":
        return {"found": chroma.nearest(np.frombuffer(body, np.float32), header["k"])}
    if do == "upsert":
        chroma.upsert(header["ids"], np.frombuffer(body, np.float32).reshape(len(header["ids"]), -1))
    elif do == "delete":
        chroma.delete(header["ids"])
    elif do == "holds":
        return {"holds": chroma.holds(header["ids"])}
    elif do == "count":
        return {"count": chroma.count()}
    elif do == "close":
        chroma.close()
    else:
        raise ValueError(do)
    return {}

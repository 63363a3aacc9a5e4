"""Another embedder for a library that is full: its passages get new vectors, while the old ones keep answering.

Owns what is embedded together and in which order. Must not know how vectors are kept, nor which embedder was chosen.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Generator, Sequence
from itertools import pairwise

import numpy as np

from app.models.roles import Embedder, Tokenizer, Vectors
from app.passages import embedded_text
from app.store.renewal import Due, Maker
from app.store.store import Store
from app.types import Passage, RenewalEvent, Renewed, Renewing

# What a kill loses at most, and how often there is something to tell.
BATCH = 128
_LATELY = 30.0  # seconds over which the pace is taken


def renew(
    store: Store, embedder: Embedder, tokenizer: Tokenizer, maker: Maker
) -> Generator[RenewalEvent, None, None]:
    """Give every passage a vector by `embedder`, which `maker` describes; then put them in the old ones' place.

    Yields how far it is, and `Renewed` at the end; yields nothing where the vectors are that embedder's already.
    Until then the old ones answer. Closing it early, or a kill, loses a batch at most, and the next call goes on.
    Raises EngineDied, DiskFull, LibraryDamaged, OtherEmbedder where yet another one was chosen meanwhile.
    """
    renewal = store.renewal
    if renewal.maker.fingerprint == maker.fingerprint:
        renewal.drop()
        return
    renewal.begin(maker)
    began = time.monotonic()
    done, of = renewal.progress()
    recent: deque[tuple[float, int]] = deque([(began, done)])
    while True:
        recent.append((time.monotonic(), done))
        while len(recent) > 2 and recent[0][0] < recent[-1][0] - _LATELY:
            recent.popleft()
        yield Renewing(store.label, done, of, _left(recent, of))
        due = renewal.due(BATCH)
        if due:
            renewal.put(maker, [one.seq for one in due], _vectors(due, embedder, tokenizer, maker))
            done += len(due)
            of = max(of, done)  # of what is added meanwhile it is not known how much is still to come
        elif renewal.switch():
            break
    store.checkpoint()
    yield Renewed(store.label, of, time.monotonic() - began)


def _left(recent: Sequence[tuple[float, int]], of: int) -> float | None:
    (before, at_first), (now, by_now) = recent[0], recent[-1]
    return (of - by_now) * (now - before) / (by_now - at_first) if by_now > at_first else None


def _vectors(due: Sequence[Due], embedder: Embedder, tokenizer: Tokenizer, maker: Maker) -> Vectors:
    """Return float32[len(due), d]; what is known is taken over, and the same text is embedded once."""
    room = embedder.limit - 2
    parts: dict[int, list[str]] = {}
    for row, one in enumerate(due):
        if one.vector is None:
            passage = Passage(None, 0, len(one.text), one.text, one.context)
            parts[row] = _cut(embedded_text(passage, tokenizer.starts), tokenizer, room)
    texts = list(dict.fromkeys(text for some in parts.values() for text in some))
    made = dict(zip(texts, embedder.embed(texts), strict=True))
    found = np.empty((len(due), maker.dimension), dtype=np.float32)
    for row, one in enumerate(due):
        vector = np.mean([made[text] for text in parts[row]], axis=0) if one.vector is None else one.vector
        found[row] = vector / max(float(np.linalg.norm(vector)), 1e-12)
    return found


def _cut(text: str, tokenizer: Tokenizer, room: int) -> list[str]:
    """Cut what is longer than this embedder reads: the passage was made for another one's window.

    The mean of the parts' vectors then stands for the whole, where its end would be left out otherwise.
    """
    starts = tokenizer.starts(text)
    if len(starts) <= room:
        return [text]
    count = -(-len(starts) // room)
    edges = [0, *(starts[len(starts) * part // count] for part in range(1, count)), len(text)]
    return [text[start:end] for start, end in pairwise(edges)]

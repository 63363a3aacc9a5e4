"""Texts of passages into vectors, on a thread between reading and storing, so that none of the three waits for another.

Owns what is embedded together and what need not be embedded. Looks things up in the store and changes nothing there.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence

import numpy as np

from app.ingest.ahead import Ahead, Gate
from app.ingest.course import Course
from app.ingest.items import Begun, Embedded, Item, Outcome, Read, Ready
from app.models.roles import Embedder, Vectors
from app.store.store import Store

# Small files share a call to the embedder, large ones report progress between calls.
BATCH = 128
TICK = 0.2  # seconds to wait for what is being worked on before a stage looks around
_WAITING = 4 * BATCH  # files without passages that may wait with those that have some
_RECENT = 4096  # texts whose vectors may not be in the store yet


class Embedding:
    """Gives what was read its vectors, in its order."""

    def __init__(self, store: Store, embedder: Embedder, gate: Gate, course: Course) -> None:
        self._store = store
        self._embedder = embedder
        self._gate = gate
        self._course = course
        self._waiting: list[Outcome] = []
        self._passages = 0  # of those that wait
        self._recent: dict[str, Vectors] = {}

    def items(self, read: Ahead[Item]) -> Iterator[Begun | Embedded | Ready]:
        """Yield all that was read, ready to be stored."""
        while True:
            item = read.take(TICK)
            if item is None:
                # The embedder has nothing to do, so what waits need not wait for more.
                yield from self._embed_waiting()
                if read.over:
                    return
                self._gate.wait()
            elif isinstance(item, Begun):
                yield item
            elif isinstance(item, Read) or self._waiting:  # all in their order
                self._waiting.append(item)
                self._passages += len(item.passages) if isinstance(item, Read) else 0
                if self._passages >= BATCH or len(self._waiting) >= _WAITING:
                    yield from self._embed_waiting()
            else:
                yield Ready(item)

    def _embed_waiting(self) -> Iterator[Embedded | Ready]:
        if not self._waiting:
            return
        waiting, self._waiting, self._passages = self._waiting, [], 0
        vectors = yield from self._embed([item for item in waiting if isinstance(item, Read)])
        for item in waiting:
            if isinstance(item, Read):
                found = [vectors[text] for text in item.texts]
                yield Ready(item, np.stack(found) if found else self._embedder.embed([]))
            else:
                yield Ready(item)

    def _embed(self, reads: Sequence[Read]) -> Generator[Embedded, None, dict[str, Vectors]]:
        """Return a vector for each text; texts that were embedded before, and those that come twice, cost nothing."""
        texts = list(dict.fromkeys(text for read in reads for text in read.texts))
        found = {text: self._recent[text] for text in texts if text in self._recent}
        unknown = [text for text in texts if text not in found]
        stored = self._store.vectors_of(unknown)
        found.update((text, vector) for text, vector in zip(unknown, stored, strict=True) if vector is not None)
        missing = [text for text in texts if text not in found]
        for start in range(0, len(missing), BATCH):
            self._gate.wait()
            some = missing[start : start + BATCH]
            self._remember(fresh := dict(zip(some, self._embedder.embed(some), strict=True)))
            found.update(fresh)
            done = start + len(some)
            for read in reads:
                self._course.embedded(read.place.file, len(read.document.pages) * done / len(missing))
            yield Embedded(reads[-1].place.file, done, len(missing))
        return found

    def _remember(self, vectors: dict[str, Vectors]) -> None:
        self._recent |= vectors
        for text in list(self._recent)[: max(len(self._recent) - _RECENT, 0)]:
            del self._recent[text]

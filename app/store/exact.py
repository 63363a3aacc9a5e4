"""Exact search over stored vectors, for the passages that the vector index does not hold yet.

Owns the copy of those vectors in memory. Must not know of the index itself.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from app.store.series import Series, Stretch

_BLOCK = 5_000  # passages read from the database at a time


@dataclass(slots=True)
class _Block:
    seqs: npt.NDArray[np.int64]
    ids: list[str]
    vectors: npt.NDArray[np.float32]  # unit length


class Exact:
    """All passages above a given `seq`, read when first asked for; usable from any thread."""

    def __init__(self, series: Series) -> None:
        self._series = series
        self._lock = threading.Lock()
        self._blocks: list[_Block] = []
        self._after = 0  # the blocks hold every passage with `seq` above this
        self._up_to = 0  # and at most this

    def search(self, vector: npt.NDArray[np.float32], k: int, after: int) -> list[tuple[str, float]]:
        """Return the `k` passages with `seq` above `after` most like `vector` (unit length), by cosine."""
        with self._lock:
            self._cover(after)
            blocks = list(self._blocks)
        found: list[tuple[str, float]] = []
        for block in blocks:
            if block.vectors.shape[1] != len(vector):  # replaced while it was on its way, see Index.replacing
                return []
            scores = block.vectors @ vector
            scores[block.seqs <= after] = -np.inf
            best = np.argpartition(-scores, min(k, len(scores)) - 1)[:k]
            found += [(block.ids[i], float(scores[i])) for i in best if scores[i] > -np.inf]
        found.sort(key=lambda hit: -hit[1])
        return found[:k]

    def forget(self, ids: AbstractSet[str]) -> None:
        """Leave out passages that were removed from the database."""
        with self._lock:
            kept = []
            for block in self._blocks:
                here = [i for i, key in enumerate(block.ids) if key not in ids]
                if len(here) == len(block.ids):
                    kept.append(block)
                elif here:
                    remaining = [block.ids[i] for i in here]
                    kept.append(_Block(block.seqs[here], remaining, block.vectors[here]))
            self._blocks = kept

    @contextlib.contextmanager
    def emptied(self) -> Iterator[None]:
        """Forget all vectors, and let nobody search until the end of the block."""
        with self._lock:
            self._blocks, self._after, self._up_to = [], 0, 0
            yield

    def clear(self) -> None:
        """Give the memory back."""
        with self._lock:
            self._blocks, self._after, self._up_to = [], 0, 0

    def _cover(self, after: int) -> None:
        if after < self._after or after > self._up_to:
            self._blocks, self._up_to = [], after
        self._blocks = [block for block in self._blocks if block.seqs[-1] > after]
        self._after = after
        while True:
            stretch = self._series.stretch(self._up_to, _BLOCK)
            if not stretch.ids:
                return
            self._up_to = int(stretch.seqs[-1])
            self._append(stretch)

    def _append(self, stretch: Stretch) -> None:
        lengths = np.linalg.norm(stretch.vectors, axis=1, keepdims=True)
        block = _Block(stretch.seqs, stretch.ids, stretch.vectors / np.maximum(lengths, 1e-12))
        if self._blocks and len(self._blocks[-1].ids) + len(block.ids) <= _BLOCK:
            last = self._blocks.pop()
            block = _Block(
                np.concatenate((last.seqs, block.seqs)), last.ids + block.ids,
                np.concatenate((last.vectors, block.vectors)),
            )
        self._blocks.append(block)

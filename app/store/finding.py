"""The searches of one library: by words, by meaning, by what documents are called; of all of it or of a part.

Owns how a search keeps to a part. Must not know how a part is described. Nothing is found first and then thrown away
until nothing is left: of a small part every stored vector is compared, and of a large one the index is asked for so
much more that enough of it lies inside; where that does not suffice, every vector of the part is compared after all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from app.store import names, words
from app.store.database import batches, marks
from app.store.index import Index
from app.store.records import Records
from app.store.scopes import Catalog
from app.store.words import Vocabulary
from app.types import Demand, Searched

_SMALL = 3_000  # passages; a part of so many is compared vector by vector
_DEEPEST = 4_000  # passages that the index is asked for
_MARGIN = 2.0  # how much deeper than the part's share asks for

Ranked = list[tuple[str, float]]


@dataclass(frozen=True, slots=True)
class Frequencies:
    """How common words are."""

    passages: int  # in all
    counts: Mapping[str, int]  # passages that hold a word, by the word as it was asked for


class Finding:
    """The searches of one open library; usable from any thread."""

    def __init__(self, records: Records, index: Index) -> None:
        self._records = records
        self._index = index
        self.catalog = Catalog(records.database)
        self._vocabulary = Vocabulary()
        self._searched: tuple[int, Searched] | None = None  # as the library was after so many changes

    def words(self, text: str, k: int, demand: Demand | None, documents: frozenset[str] | None) -> Ranked:
        """Return up to `k` (passage id, BM25 score), best first."""
        with self._records.database.reading() as db:
            contents = None if documents is None else list(self.catalog.contents(documents))
            return words.search(db, text, k, demand=demand, documents=contents, vocabulary=self._common())

    def words_inside(self, text: str, k: int, document: str) -> Ranked:
        """Return up to `k` (passage id, score) of one document, best first."""
        content = next(iter(self.catalog.contents(frozenset((document,)))), None)
        if content is None:
            return []
        with self._records.database.reading() as db:
            return words.inside(db, text, k, content, self._common())

    def _common(self) -> Vocabulary:
        return self._vocabulary.at(self._records.database.changes)

    def nearest(self, vector: npt.NDArray[np.float32], k: int, documents: frozenset[str] | None) -> Ranked:
        """Return up to `k` (passage id, cosine similarity), best first."""
        if documents is None:
            return self._index.nearest(vector, k)
        length = float(np.linalg.norm(vector))
        if not length or not np.isfinite(length):
            return []
        contents = self.catalog.contents(documents)
        inside, of = self.catalog.passages(contents), self.catalog.all_passages()
        if k < 1 or not inside:
            return []
        if inside > _SMALL:
            depth = int(k * of / inside * _MARGIN) + k
            while depth <= _DEEPEST:
                found = self._index.nearest(vector, depth)
                with self._records.database.reading() as db:
                    numbers = _numbers(db, [key for key, _ in found])
                kept = [hit for hit in found if numbers.get(hit[0]) in contents]
                if len(kept) >= k:
                    return kept[:k]
                depth *= 4
        return self._exactly(vector, k, list(contents))

    def _exactly(self, vector: npt.NDArray[np.float32], k: int, contents: Sequence[int]) -> Ranked:
        found: Ranked = []
        with self._records.database.reading() as db:
            for some in batches(contents):
                rows = db.execute(
                    "SELECT p.id, x.vector FROM v.passages p JOIN v.vectors x ON x.seq = p.seq"  # noqa: S608
                    f" WHERE p.document IN ({marks(some)})", some,
                ).fetchall()
                found += _compared(vector, rows)
                found.sort(key=lambda hit: -hit[1])
                del found[k:]
        return found

    def similarity(self, vectors: npt.NDArray[np.float32], ids: Sequence[str]) -> dict[str, npt.NDArray[np.float32]]:
        """Return the cosines of `vectors` with each of these passages; one that is gone is left out."""
        found: dict[str, npt.NDArray[np.float32]] = {}
        if not np.isfinite(vectors).all():
            return found
        with self._records.database.reading() as db:
            for some in batches(list(dict.fromkeys(ids))):
                rows = db.execute(
                    "SELECT p.id, x.vector FROM v.passages p JOIN v.vectors x ON x.seq = p.seq"  # noqa: S608
                    f" WHERE p.id IN ({marks(some)})", some,
                ).fetchall()
                found.update(zip((key for key, _ in rows), _cosines(vectors, rows), strict=False))
        return found

    def routes(self, text: str, k: int, documents: frozenset[str] | None) -> Ranked:
        """Return up to `k` (document id, score) whose names have the words of `text`, best first."""
        shown = None if documents is None else self.catalog.contents(documents)
        best: dict[str, float] = {}
        with self._records.database.reading() as db:
            for content, key, score in names.search(db, text):
                if len(best) >= k:
                    break
                if shown is None:
                    best.setdefault(key, score)
                elif content in shown:
                    best.setdefault(shown[content], score)
        return list(best.items())

    def frequencies(self, terms: Sequence[str]) -> Frequencies:
        """Return how many passages there are, and how many hold each of these words."""
        with self._records.database.reading() as db:
            return Frequencies(*words.frequencies(db, terms, self._common()))

    def searched(self, documents: frozenset[str] | None) -> Searched:
        """Return what is searched: files that gave a document, their pages, those without text."""
        if documents is not None:
            return self.catalog.searched(documents)
        changes = self._records.database.changes  # before reading: what changes meanwhile is counted again next time
        if self._searched is None or self._searched[0] != changes:
            self._searched = changes, self._records.searched()
        return self._searched[1]


def _compared(vector: npt.NDArray[np.float32], rows: Sequence[tuple[str, bytes]]) -> Ranked:
    cosines = _cosines(vector[None], rows)
    return [(key, float(cosine)) for (key, _), (cosine,) in zip(rows, cosines, strict=False)]


def _cosines(vectors: npt.NDArray[np.float32], rows: Sequence[tuple[str, bytes]]) -> npt.NDArray[np.float32]:
    """Return float32[len(rows), len(vectors)]; nothing at all where the stored ones have another dimension."""
    stored = np.frombuffer(b"".join(half for _, half in rows), dtype="<f2").astype(np.float32)
    if not rows or len(stored) != len(rows) * vectors.shape[1]:  # replaced while it was on its way, see Index.replacing
        return np.zeros((0, len(vectors)), np.float32)
    stored = stored.reshape(len(rows), -1)
    lengths = np.linalg.norm(stored, axis=1)[:, None] * np.linalg.norm(vectors, axis=1)
    return np.asarray((stored @ vectors.T) / np.maximum(lengths, 1e-12), dtype=np.float32)


def _numbers(db: Any, ids: Sequence[str]) -> dict[str, int]:
    """Return the number of the content that each of these passages is of."""
    found: dict[str, int] = {}
    for some in batches(ids):
        found.update(db.execute(f"SELECT id, document FROM v.passages WHERE id IN ({marks(some)})", some))  # noqa: S608
    return found

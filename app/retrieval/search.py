"""A question into evidence: both arms of the search, their fusion, the passages themselves.

Knows the store and the embedder by their faces; knows no model that writes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from app.errors import EmptyLibrary, NoQuestion
from app.models.roles import Embedder
from app.store.several import Several
from app.store.store import Store
from app.types import Evidence, Hit

# How deep each arm looks; enough that a passage that both find is found.
DEPTH = 60
# Reciprocal rank fusion (Cormack, Clarke and Büttcher 2009): how fast a rank loses weight.
SMOOTHING = 20


class Retrieval:
    """Finds passages by words and by meaning."""

    def __init__(
        self, store: Store | Several, embedder: Embedder, *, asked: Callable[[Evidence], None] = lambda _: None
    ) -> None:
        """`asked` is told of every question and what was found for it."""
        self._store = store
        self._embedder = embedder
        self._asked = asked

    def search(self, question: str, k: int = 10) -> Evidence:
        """Return the best `k` passages for `question`.

        Raises NoQuestion, EmptyLibrary, EngineDied.
        """
        question = question.strip()
        if not question:
            raise NoQuestion
        searched = self._store.searched()
        if not searched.files:
            raise EmptyLibrary
        by_words = self._store.words(question, DEPTH)
        vector = self._embedder.embed([question], urgent=True)[0]
        by_meaning = self._store.nearest(vector, DEPTH)
        if not by_words and not by_meaning:
            raise EmptyLibrary
        ranked = fuse([[key for key, _ in by_words], [key for key, _ in by_meaning]])[:k]
        passages = self._store.passages([key for key, _ in ranked])
        scores = dict(ranked)
        hits = tuple(
            Hit(rank, scores[passage.id], passage) for rank, passage in enumerate(passages, start=1)
        )
        nearest = max((score for _, score in by_meaning), default=0.0)
        evidence = Evidence(question, hits, searched, nearest)
        self._asked(evidence)
        return evidence


def fuse(arms: Sequence[Sequence[str]]) -> list[tuple[str, float]]:
    """Return ids by descending fused score; the earlier arm wins a tie."""
    scores: dict[str, float] = {}
    for arm in arms:
        for rank, key in enumerate(arm, start=1):
            scores[key] = scores.get(key, 0.0) + 1.0 / (SMOOTHING + rank)
    return sorted(scores.items(), key=lambda item: -item[1])

"""Candidates in the order of what speaks for them: a weighted sum, whose weights depend on the question.

Owns how features and weights come together, and a reranker with them. Knows no store.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from app.models.roles import Reranker
from app.retrieval.features import NAMES, Looked
from app.retrieval.weights import WEIGHTS
from app.types import StoredPassage

RERANKED = 24  # of the best, as a reranker takes its time
_RERANKER = 1.5  # what the logarithm of its odds is worth beside the weighted sum


def scores(looked: Looked, weights: Mapping[str, tuple[float, float]] = WEIGHTS) -> npt.NDArray[np.float32]:
    """Return float32[candidates], higher is better; differences are logarithms of odds."""
    table = np.array([weights.get(name, (0.0, 0.0)) for name in NAMES], np.float32)
    found: npt.NDArray[np.float32] = looked.matrix @ (table @ np.array([1.0, looked.named], np.float32))
    return found


def reranked(
    reranker: Reranker, question: str, passages: Sequence[StoredPassage], scored: npt.NDArray[np.float32],
) -> npt.NDArray[np.float32]:
    """Return `scored` with the reranker's word on the best of them. Raises EngineDied."""
    best = np.argsort(-scored, kind="stable")[:RERANKED]
    found = np.clip(reranker.score(question, [passages[row].text for row in best]), 1e-6, 1 - 1e-6)
    odds = np.log(found / (1 - found)).astype(np.float32)
    mixed = scored.copy()
    # What it was not shown stays behind what it was.
    mixed[best] = scored[best] + _RERANKER * (odds - odds.min())
    return mixed

"""How probable it is that what was found holds an answer, from what the ranking has seen already.

Owns the signals, what they are worth and the threshold below which a question is taken to have no answer here; the
figures come from benchmarks/abstention.py, which prints them. Knows no store and no model.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from app.retrieval.features import NAMES as FEATURES
from app.retrieval.features import Candidates, Looked, Readings, document_name
from app.retrieval.stems import STEMS, folded, words
from app.terms import STOP_WORDS

NAMES = ("meaning", "best_meaning", "best_runs", "document", "names", "unknown", "score", "margin", "named")
# Learned from 1,200 questions on four collections (an encyclopaedia, scientific papers, patient information, contracts
# as PDF), each asked of all four and of half of its own. Also tried, and worth nothing beside these: how much of the
# question one sentence, one passage or three passages hold, and the cosine without the document's name.
WEIGHTS: dict[str, float] = {
    "constant": -7.903, "meaning": 2.643, "best_meaning": 2.219, "best_runs": 2.260, "document": 1.920, "names": 1.840,
    "unknown": -0.368, "score": 0.064, "margin": 0.123, "named": 0.670,
}  # fmt: skip
# Refuses 3 of 100 questions that can be answered, of collections that the weights were not learned from, and 1 of those
# that they were; and 92 of 100 whose documents are not there.
LEAST = 0.21
_BEST = 3  # passages
_NAME = re.compile(r"(?<=[\s(\"“'])[A-Z][^\W_]*|\w*\d\w*")  # not the word that the question begins with
Signals = npt.NDArray[np.float64]


def probability(signals: Signals, weights: Mapping[str, float] = WEIGHTS) -> float:
    """Return how probable an answer is, 0 to 1."""
    odds = weights["constant"] + sum(
        weights.get(name, 0.0) * value for name, value in zip(NAMES, signals.tolist(), strict=True)
    )
    return 1 / (1 + math.exp(-max(-60.0, min(60.0, odds))))


def signals(
    readings: Readings, candidates: Candidates, looked: Looked, scored: npt.NDArray[np.float32],
    telling: dict[str, float], known: frozenset[str],
) -> Signals:  # fmt: skip
    """Return float64[len(NAMES)] for a question with at least one candidate.

    `telling` is what features.weights returned, `known` the terms that stand anywhere in the library.
    """
    terms = readings.wording.terms
    idf = np.array([telling[term] for term in terms])
    total = float(idf.sum()) or 1.0
    order = np.argsort(-scored, kind="stable")
    best = int(order[0])
    held = [frozenset(read.places) | read.heading for read in readings.all]
    document = candidates.passages[best].document
    of_it = [row for row, passage in enumerate(candidates.passages) if passage.document == document]
    title = {STEMS[word] for word in words(document_name(candidates.passages[row] for row in of_it))}
    called = frozenset(number for number, term in enumerate(terms) if term in title)

    def share(numbers: frozenset[int]) -> float:
        return float(sum(idf[number] for number in numbers)) / total

    all_of_it = called.union(*(held[row] for row in of_it))
    strange = _names(readings.wording.text, terms)
    weight = sum(idf[number] for number in strange)
    runs = looked.matrix[:, FEATURES.index("runs")]
    return np.array([
        float(candidates.meaning.max()),
        float(candidates.meaning[order[:_BEST]].max()),
        float(runs[order[:_BEST]].max()),
        share(all_of_it),
        float(sum(idf[number] for number in strange & all_of_it) / weight) if weight else 1.0,
        share(frozenset(number for number, term in enumerate(terms) if term not in known)),
        float(scored[best]),
        float(scored[best] - np.median(scored)),
        looked.named,
    ])  # fmt: skip


def _names(text: str, terms: tuple[str, ...]) -> frozenset[int]:
    """Return the terms that are written as names, or hold a digit."""
    said = {STEMS[folded(word)] for word in _NAME.findall(text) if folded(word) not in STOP_WORDS}
    return frozenset(number for number, term in enumerate(terms) if term in said)

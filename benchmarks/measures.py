"""What finding is measured by: whether a hit is right, and the figures over a ranking.

Owns the definitions. Must not know how anything was found.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import fmean

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Found:
    """Where a passage stands: its file under all the names that it has in the set, page or None, characters."""

    files: frozenset[str]
    page: int | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Gold:
    """Where the answer stands. With `pages` a hit must be on one of them, with `spans` overlap one; else the file."""

    files: frozenset[str]
    pages: frozenset[int] = frozenset()
    spans: tuple[Span, ...] = ()  # merged, ascending

    def right_file(self, found: Found) -> bool:
        return not self.files.isdisjoint(found.files)

    def right(self, found: Found) -> bool:
        if not self.right_file(found):
            return False
        if self.pages:
            return found.page in self.pages
        return not self.spans or any(found.start < end and start < found.end for start, end in self.spans)


@dataclass(slots=True)
class Ranking:
    """One question's hits under one way of finding, and all that could have been right."""

    gold: Gold
    found: Sequence[Found]
    relevant: int  # how many passages of the library are right
    seconds: float = 0.0

    def first(self, *, file: bool = False) -> int | None:
        """Return the rank of the first right hit, from 1, or None."""
        right = self.gold.right_file if file else self.gold.right
        return next((rank for rank, found in enumerate(self.found, start=1) if right(found)), None)

    def ndcg(self, k: int) -> float:
        """Normalised discounted cumulative gain, a right passage gaining 1 (Järvelin and Kekäläinen 2002).

        The ideal ranking has all right passages of the library first, as far as they fit among `k`.
        """
        gained = sum(1 / math.log2(rank + 1) for rank, found in enumerate(self.found[:k], start=1)
                     if self.gold.right(found))  # fmt: skip
        ideal = sum(1 / math.log2(rank + 1) for rank in range(1, min(self.relevant, k) + 1))
        return min(1.0, gained / ideal) if ideal else 0.0

    def characters(self, k: int) -> tuple[float, float]:
        """Precision and recall of the first `k`, in characters (LegalBench-RAG, Pipitone and Alami 2024).

        Of what was found the share that is gold, and of the gold the share that was found. What two hits have in
        common counts once.
        """
        kept: dict[tuple[frozenset[str], int | None], list[Span]] = {}
        for found in self.found[:k]:
            kept.setdefault((found.files, found.page), []).append((found.start, found.end))
        merged = {place: merge(spans) for place, spans in kept.items()}
        retrieved = sum(length(spans) for spans in merged.values())
        both = sum(common(spans, self.gold.spans) for (files, _), spans in merged.items()
                   if not self.gold.files.isdisjoint(files))  # fmt: skip
        wanted = length(self.gold.spans)
        return (both / retrieved if retrieved else 0.0), (both / wanted if wanted else 0.0)


@dataclass(slots=True)
class Figures:
    """The means over the questions of a set."""

    file: dict[int, float] = field(default_factory=dict)  # by k
    hit: dict[int, float] = field(default_factory=dict)
    precision: dict[int, float] = field(default_factory=dict)  # only where the gold has characters
    recall: dict[int, float] = field(default_factory=dict)
    mrr: float = 0.0
    ndcg: float = 0.0
    p50: float = 0.0  # seconds
    p95: float = 0.0


DEPTHS = (1, 5, 10)


def figures(rankings: Sequence[Ranking]) -> Figures:
    """Return the figures of a way of finding over a set's questions; MRR and nDCG at 10."""
    deepest = DEPTHS[-1]
    files = [ranking.first(file=True) for ranking in rankings]
    hits = [ranking.first() for ranking in rankings]
    told = Figures(
        file={k: share(files, k) for k in DEPTHS},
        hit={k: share(hits, k) for k in DEPTHS},
        mrr=fmean(1 / rank if rank and rank <= deepest else 0.0 for rank in hits),
        ndcg=fmean(ranking.ndcg(deepest) for ranking in rankings),
        p50=percentile([ranking.seconds for ranking in rankings], 0.5),
        p95=percentile([ranking.seconds for ranking in rankings], 0.95),
    )
    if all(ranking.gold.spans for ranking in rankings):
        for k in DEPTHS:
            both = [ranking.characters(k) for ranking in rankings]
            told.precision[k] = fmean(precision for precision, _ in both)
            told.recall[k] = fmean(recall for _, recall in both)
    return told


def share(ranks: Sequence[int | None], k: int) -> float:
    """Return for what share a right one is among the first `k`."""
    return sum(rank is not None and rank <= k for rank in ranks) / len(ranks)


def percentile(values: Sequence[float], part: float) -> float:
    """Return the value that `part` of them do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(part * len(ordered)) - 1)]


def merge(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Return the same characters in stretches that do not touch, ascending."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(merged[-1][1], end)
        elif start < end:
            merged.append((start, end))
    return tuple(merged)


def length(spans: Iterable[Span]) -> int:
    return sum(end - start for start, end in spans)


def common(some: Sequence[Span], others: Sequence[Span]) -> int:
    """Return how many characters two merged lists of stretches share."""
    return sum(
        max(0, min(end, other_end) - max(start, other_start))
        for start, end in some for other_start, other_end in others
    )  # fmt: skip


def fuse(arms: Sequence[Sequence[str]], smoothing: int = 60) -> list[str]:
    """Plain reciprocal rank fusion (Cormack, Clarke and Büttcher 2009), the floor that ranking is compared with."""
    scores: dict[str, float] = {}
    for arm in arms:
        for rank, key in enumerate(arm, start=1):
            scores[key] = scores.get(key, 0.0) + 1 / (smoothing + rank)
    return sorted(scores, key=lambda key: -scores[key])

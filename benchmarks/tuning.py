"""How the weights of the ranking were learned, and whether they hold for a collection that they never saw.

    python benchmarks/tuning.py ../shared/data --library ../shared/libraries [--questions 400] [--sets NAME ...]

Each set is a library of its own, made once by the program's own stages as benchmarks/retrieval.py makes it. For each
question the program gathers its candidates and looks at their features; the weights are those under which the first
passage that holds the answer is most probable (the logarithm of a softmax over the candidates, summed over those that
hold it), every set counting the same, with a little pull towards nothing. What can only speak for a passage gets no
weight below zero. Prints each arm, plain fusion, the weights learned without a set and with all, and the table that
stands in app/retrieval/weights.py. Asserts nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from app.retrieval import features, ranking  # noqa: E402
from app.retrieval.candidates import Asked, Candidates, gather  # noqa: E402
from app.retrieval.wording import wording  # noqa: E402
from app.session import Session  # noqa: E402
from app.store.finding import Frequencies  # noqa: E402
from app.types import StoredPassage  # noqa: E402
from benchmarks import retrieval as sets  # noqa: E402
from benchmarks.measures import Found  # noqa: E402

Matrix = npt.NDArray[np.float64]
PULL = 3e-3  # towards nothing, of weights in units of their feature's deviation
# What may speak against a passage too.
BOTH_WAYS = frozenset(("prose", "short", "first", "heading", "heading_words", "document_focus", "person"))
LEAST = 0.01  # of a deviation; what moves less is left out
SMOOTHING = 20  # of plain rank fusion
DEPTHS = (1, 5, 10)


@dataclass(frozen=True)
class Seen:
    """What the program sees of a question before it puts its candidates in order."""

    candidates: Candidates
    read: features.Readings
    counted: Frequencies
    telling: Mapping[str, float]
    looked: features.Looked


@dataclass(frozen=True)
class Example:
    """One question: what was seen of its candidates, and which of them hold the answer."""

    looked: features.Looked
    right: npt.NDArray[np.bool_]

    @property
    def inputs(self) -> Matrix:
        """The features, and once more each times how much of the question names a document."""
        plain = self.looked.matrix.astype(np.float64)
        return np.concatenate([plain, plain * self.looked.named], axis=1)


def examples(session: Session, questions: Sequence[sets.Question]) -> list[Example]:
    """Return what the program sees of each question."""
    found = []
    for question in questions:
        seen = see(session, question.text)
        right = [holds(question, one) for one in seen.candidates.passages]
        found.append(Example(seen.looked, np.array(right, bool)))
    return found


def see(session: Session, question: str) -> Seen:
    """Look at a question as the program does."""
    candidates = gather(session.reading, session.embedder, Asked(question)).candidates
    read = features.Readings(wording(question), candidates.passages)
    counted = session.reading.frequencies([word for some in read.forms.values() for word in some])
    telling = features.weights(read.forms, counted.passages, counted.counts)
    return Seen(candidates, read, counted, telling, features.look(read, candidates, telling))


def holds(question: sets.Question, passage: StoredPassage) -> bool:
    """Say whether a passage is of the page, or overlaps a span, that answers the question."""
    place = Found(frozenset((Path(passage.file).name,)), passage.page, passage.start, passage.end)
    return question.gold.right(place)


def learned(groups: Sequence[Sequence[Example]]) -> Matrix:
    """Return weights for `Example.inputs`; each group counts the same."""
    used = [[one for one in group if one.right.any() and not one.right.all()] for group in groups]
    inputs = np.concatenate([one.inputs for group in used for one in group])
    deviation = inputs.std(axis=0) + 1e-6
    inputs /= deviation
    right = np.concatenate([one.right for group in used for one in group])
    sizes = [len(one.right) for group in used for one in group]
    starts = np.cumsum([0, *sizes[:-1]])
    owner = np.repeat(np.arange(len(sizes)), sizes)
    share = np.concatenate([np.full(len(group), 1 / len(group) / len(used)) for group in used if group])

    def loss(weights: Matrix) -> tuple[float, Matrix]:
        scored = inputs @ weights
        powers = np.exp(scored - np.maximum.reduceat(scored, starts)[owner])
        total, hit = np.add.reduceat(powers, starts), np.add.reduceat(powers * right, starts) + 1e-12
        slope = (powers / total[owner] - powers * right / hit[owner]) * share[owner]
        value = float((share * (np.log(total) - np.log(hit))).sum() + PULL * weights @ weights)
        return value, inputs.T @ slope + 2 * PULL * weights

    names = features.NAMES
    bounds = [(None if name in BOTH_WAYS else 0.0, None) for name in names] + [(None, None)] * len(names)
    result = minimize(loss, np.zeros(2 * len(names)), jac=True, method="L-BFGS-B", bounds=bounds)
    found: Matrix = result.x / deviation
    return found


def shares(group: Sequence[Example], scored: Sequence[npt.NDArray[Any]]) -> str:
    """Return in how many of the questions one of the first 1, 5, 10 candidates is right."""
    ranks = [np.flatnonzero(one.right[np.argsort(-s, kind="stable")]) for one, s in zip(group, scored, strict=True)]
    return "".join(f"{sum(len(r) and r[0] < depth for r in ranks) / len(ranks):>7.3f}" for depth in DEPTHS)


def fused(one: Example) -> npt.NDArray[Any]:
    """Plain reciprocal rank fusion of the candidates by words and by meaning."""
    columns = [one.looked.matrix[:, features.NAMES.index(name)] for name in ("exact", "meaning")]
    return sum(1 / (SMOOTHING + 1 + np.argsort(np.argsort(-column, kind="stable"))) for column in columns)


def column(name: str) -> Any:
    index = features.NAMES.index(name)
    return lambda one: one.looked.matrix[:, index]


def main() -> None:
    options = sets.asking(__doc__, 400).parse_args()
    seen: dict[str, list[Example]] = {}
    for of, session in sets.each(options):
        seen[of.name] = found = examples(session, of.questions)
        print(f"{of.name}: {len(found)} questions, {np.mean([one.right.any() for one in found]):.1%} with the answer "
              "among the candidates")
    print_table(seen)
    print_weights(learned(list(seen.values())), seen)


def print_table(seen: dict[str, list[Example]]) -> None:
    everything = learned(list(seen.values()))
    print(f"\n{'right in the first':<34}" + "".join(f"{depth:>7}" for depth in DEPTHS))
    for name, group in seen.items():
        others = [seen[other] for other in seen if other != name]
        rows = [
            ("words", column("exact")), ("meaning", column("meaning")), ("plain fusion", fused),
            ("weights as they are", lambda one: ranking.scores(one.looked)),
            *([("learned without it", _by(learned(others)))] if others else []),
            ("learned with it", _by(everything)),
        ]  # fmt: skip
        for label, score in rows:
            print(f"{name:<14}{label:<20}{shares(group, [score(one) for one in group])}")


def _by(weights: Matrix) -> Any:
    return lambda one: one.inputs @ weights


def print_weights(weights: Matrix, seen: dict[str, list[Example]]) -> None:
    deviation = np.concatenate([one.looked.matrix for group in seen.values() for one in group]).std(axis=0)
    print("\nWEIGHTS: dict[str, tuple[float, float]] = {")
    for index, name in enumerate(features.NAMES):
        always, named = weights[index], weights[len(features.NAMES) + index]
        if max(abs(always), abs(named)) * deviation[index] >= LEAST:
            print(f'    "{name}": ({always:.3f}, {named:.3f}),')
    print("}")


if __name__ == "__main__":
    main()

"""Whether a question that the library cannot answer is told from one that it can.

    python benchmarks/abstention.py ../shared/data --library ../shared/libraries [--questions 100] [--sets NAME ...] \
        [--libraries NAME ...] [--keep DIR]

Each set is a library of its own, made once by the program's own stages as benchmarks/retrieval.py makes it, and copied,
as half of its documents are taken out of it in the end. It is asked
  answerable   the questions of its own documents, from all of it and from the half that is left
  other sets   the questions of the other sets, whose documents it does not hold
  left out     the questions of its own documents that were taken out, while others of the same kind are there
  absent       what the set itself says cannot be answered from documents that are there (SQuAD, CUAD)
and app/retrieval/answerable.py gives a score, a logistic regression over its signals. Printed is the area under the
ROC curve: with the weights that stand there, with weights learned without the set, and with all; then what a threshold
would refuse, and the table of weights learned with all, every set and both answers counting the same. What is absent is
never learned from. Asserts nothing.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.stats import rankdata

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from app import seal  # noqa: E402
from app.retrieval import answerable, ranking  # noqa: E402
from app.session import Session  # noqa: E402
from benchmarks import retrieval as sets  # noqa: E402
from benchmarks import tuning  # noqa: E402
from benchmarks.measures import percentile  # noqa: E402

Matrix = npt.NDArray[np.float64]
ANSWERABLE, OTHER, LEFT_OUT, ABSENT = "answerable", "other sets", "left out", "absent"
PULL = 1e-2  # towards nothing, of weights in units of their signal's deviation
# What may speak against an answer; all else has no weight below zero.
AGAINST: dict[str, tuple[float | None, float | None]] = {"unknown": (None, 0.0), "named": (None, None)}
REFUSED = 0.03  # of answerable questions, at most


@dataclass(frozen=True)
class Seen:
    """What was seen of one question in one library."""

    library: str
    kind: str
    signals: Matrix


def see(session: Session, question: str) -> Matrix:
    """Return the signals as the program has them."""
    seen = tuning.see(session, question)
    known = frozenset(term for term, some in seen.read.forms.items() if any(map(seen.counted.counts.get, some)))
    return answerable.signals(
        seen.read, seen.candidates, seen.looked, ranking.scores(seen.looked), seen.telling, known
    )


def stays(file: str) -> bool:
    """Whether a document is of the half that is left; no order of files or names decides it."""
    return zlib.crc32(Path(file).name.encode()) % 2 == 1


def collect(name: str, options: argparse.Namespace) -> list[Seen]:
    """Ask one library everything."""
    asked = {other: sets.Set.load(options.data / other, options.questions) for other in options.sets}
    own = asked[name]
    found: list[Seen] = []

    def ask(kind: str, questions: Sequence[str]) -> None:
        found.extend(Seen(name, kind, see(session, question)) for question in questions)

    with tempfile.TemporaryDirectory() as folder:
        if (options.library / name).exists():
            shutil.copytree(options.library / name, Path(folder) / name)
            shutil.copy(options.library / f"{name}.secret", folder)
        with sets.opened(Path(folder), own, again=False) as session:
            while not session.store.search_ready:
                time.sleep(0.1)
            ask(ANSWERABLE, [one.text for one in own.questions])
            for other in options.sets:
                if other != name:
                    ask(OTHER, [one.text for one in asked[other].questions])
            ask(ABSENT, sets.absent(options.data / name, options.questions))
            for row in session.store.documents():
                if not stays(row.file):
                    session.store.remove(row.file)
            for one in own.questions:
                ask(ANSWERABLE if all(map(stays, one.gold.files)) else LEFT_OUT, [one.text])
    return found


# --- learning and measuring ----------------------------------------------------------------------------


def learned(seen: Sequence[Seen]) -> dict[str, float]:
    """Return the weights; every library, and in it what can and what cannot be answered, count the same."""
    used = [one for one in seen if one.kind != ABSENT]
    signals = np.array([one.signals for one in used])
    middle, deviation = signals.mean(axis=0), signals.std(axis=0) + 1e-6
    inputs = np.concatenate([(signals - middle) / deviation, np.ones((len(used), 1))], axis=1)
    right = np.array([one.kind == ANSWERABLE for one in used])
    groups = [(one.library, one.kind) for one in used]
    # Of what cannot be answered, what is harder to tell counts as much as the rest.
    share = np.array([(2 if group[1] == ANSWERABLE else 1) / groups.count(group) for group in groups])
    share /= share.sum()

    def loss(weights: Matrix) -> tuple[float, Matrix]:
        odds = np.where(right, 1.0, -1.0) * (inputs @ weights)
        slope = -np.where(right, 1.0, -1.0) * share / (1 + np.exp(odds))
        pulled = np.append(weights[:-1], 0.0)
        return float(share @ np.logaddexp(0, -odds) + PULL * pulled @ pulled), inputs.T @ slope + 2 * PULL * pulled

    bounds = [AGAINST.get(name, (0.0, None)) for name in answerable.NAMES] + [(None, None)]
    result = minimize(loss, np.zeros(inputs.shape[1]), jac=True, method="L-BFGS-B", bounds=bounds).x
    weights = result[:-1] / deviation
    constant = float(result[-1] - weights @ middle)
    return {"constant": constant, **dict(zip(answerable.NAMES, map(float, weights), strict=True))}


def scores(seen: Sequence[Seen], weights: dict[str, float]) -> npt.NDArray[np.float64]:
    """Return the probabilities under `weights`."""
    return np.array([answerable.probability(one.signals, weights) for one in seen])


def area(yes: npt.NDArray[Any], no: npt.NDArray[Any]) -> float:
    """Return the area under the ROC curve: how often one of `yes` is above one of `no`."""
    if not len(yes) or not len(no):
        return float("nan")
    ranks = rankdata(np.concatenate([yes, no]))[: len(yes)]
    return float((ranks.sum() - len(yes) * (len(yes) + 1) / 2) / (len(yes) * len(no)))


def print_areas(label: str, seen: Sequence[Seen], scored: npt.NDArray[Any], libraries: Sequence[str]) -> None:
    print(f"\n{label:<28}" + "".join(f"{kind:>14}" for kind in (OTHER, LEFT_OUT, "both", ABSENT)))
    kinds = np.array([one.kind for one in seen])
    of = np.array([one.library for one in seen])
    for name in (*libraries, "mixed"):
        inside = np.ones(len(seen), bool) if name == "mixed" else of == name
        yes = scored[inside & (kinds == ANSWERABLE)]
        row = [area(yes, scored[inside & np.isin(kinds, some)])
               for some in ([OTHER], [LEFT_OUT], [OTHER, LEFT_OUT], [ABSENT])]  # fmt: skip
        print(f"{name:<28}" + "".join(f"{value:>14.3f}" for value in row), flush=True)


def print_threshold(seen: Sequence[Seen], scored: npt.NDArray[Any], libraries: Sequence[str]) -> None:
    """Print the threshold that refuses REFUSED of the answerable, and what it and the present one refuse."""
    kinds = np.array([one.kind for one in seen])
    of = np.array([one.library for one in seen])
    chosen = percentile([float(value) for value in scored[kinds == ANSWERABLE]], REFUSED)
    for least in (chosen, answerable.LEAST):
        print(f"\nrefused below {least:.3f}" + " " * 9 +
              "".join(f"{kind:>14}" for kind in (ANSWERABLE, OTHER, LEFT_OUT, ABSENT)))
        for name in (*libraries, "mixed"):
            inside = np.ones(len(seen), bool) if name == "mixed" else of == name
            shares = [(scored[inside & (kinds == kind)] < least).mean() if (inside & (kinds == kind)).any()
                      else float("nan") for kind in (ANSWERABLE, OTHER, LEFT_OUT, ABSENT)]  # fmt: skip
            print(f"{name:<22}" + "".join(f"{value:>14.1%}" for value in shares), flush=True)


def main() -> None:
    parser = sets.asking(__doc__, 100)
    parser.add_argument("--libraries", nargs="+", metavar="NAME", help="that are asked; all of the sets otherwise")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep what was seen, and use it where it is there")
    options = parser.parse_args()
    seal.shut("desk")
    seen: list[Seen] = []
    for name in options.libraries or options.sets:
        kept = options.keep / f"{name}.npz" if options.keep else None
        if kept is None or not kept.exists():
            found = collect(name, options)
            sets.tell(f"{name} was asked")
            if kept is not None:
                kept.parent.mkdir(parents=True, exist_ok=True)
                np.savez(kept, kinds=[one.kind for one in found], signals=[one.signals for one in found])
        else:
            there = np.load(kept)
            found = [Seen(name, str(kind), row) for kind, row in zip(there["kinds"], there["signals"], strict=True)]
        seen += found
    report(seen)


def report(seen: Sequence[Seen]) -> None:
    libraries = list(dict.fromkeys(one.library for one in seen))
    for kind in (ANSWERABLE, OTHER, LEFT_OUT, ABSENT):
        print(f"{kind}: {sum(one.kind == kind for one in seen)} questions")
    print_areas("weights as they are", seen, scores(seen, answerable.WEIGHTS), libraries)
    crossed = np.zeros(len(seen))
    of = np.array([one.library for one in seen])
    for name in libraries:
        if len(libraries) > 1:
            weights = learned([one for one in seen if one.library != name])
            crossed[of == name] = scores([one for one in seen if one.library == name], weights)
    print_areas("learned without the set", seen, crossed, libraries)
    everything = learned(seen)
    print_areas("learned with all", seen, scores(seen, everything), libraries)
    print_threshold(seen, crossed, libraries)
    print_threshold(seen, scores(seen, everything), libraries)
    print("\nWEIGHTS: dict[str, float] = {")
    for name, value in everything.items():
        print(f'    "{name}": {value:.3f},')
    print("}")


if __name__ == "__main__":
    main()

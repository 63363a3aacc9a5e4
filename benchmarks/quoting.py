"""Whether the answer stands in the sentences that are quoted, and how their weights were learned.

    python benchmarks/quoting.py ../shared/data --library ../shared/libraries [--questions 200] [--sets NAME ...]

Each set is a library of its own as benchmarks/retrieval.py makes it. A question counts where one of its gold answers
stands in a quote, word for word but for case and signs, or the quote in the answer where that is longer. "most words"
is the sentence that shares most words with the question, one of each of the first hits; the rest are the program's
quotes with the weights that stand in app/retrieval/quotes.py, with weights learned from the other sets alone, and from
all. "any" is any sentence that could have been quoted. Learned is as in benchmarks/tuning.py: the sentences that
overlap the gold are made as probable among the candidates as can be. Asserts nothing.
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from app.retrieval import quotes  # noqa: E402
from app.retrieval.stems import STEMS, words  # noqa: E402
from app.retrieval.wording import wording  # noqa: E402
from app.session import Session  # noqa: E402
from app.types import Evidence  # noqa: E402
from benchmarks import retrieval as sets  # noqa: E402
from benchmarks.measures import Found, percentile  # noqa: E402

Matrix = npt.NDArray[np.float64]
PULL = 3e-3
AGAINST = frozenset(("short", "asks", "open"))  # what can only speak against a sentence; the rest only for it
HITS = 10
SETS = ("squad_v2_dev", "covid_qa", "medquad")  # whose answers stand in a sentence


@dataclass(frozen=True)
class Example:
    """One question with its evidence and the sentences that may be quoted."""

    evidence: Evidence
    answers: tuple[str, ...]
    found: list[quotes.Quote]
    inputs: Matrix
    right: npt.NDArray[np.bool_]
    seconds: float  # that quoting took


def examples(session: Session, of: sets.Set, answers: Mapping[str, Sequence[str]]) -> list[Example]:
    """Ask all questions of a set."""
    made = []
    for question in of.questions:
        evidence = session.retrieval.search(question.text, HITS)
        began = time.perf_counter()
        quotes.best(evidence)
        seconds = time.perf_counter() - began
        found = quotes.candidates(evidence.hits)
        right = [question.gold.right(_place(one)) for one in found]
        made.append(Example(evidence, tuple(answers[question.id]), found, quotes.features(question.text, found),
                            np.array(right, bool), seconds))  # fmt: skip
    return made


def _place(quote: quotes.Quote) -> Found:
    passage = quote.hit.passage
    return Found(frozenset((Path(passage.file).name,)), passage.page, passage.start + quote.start,
                 passage.start + quote.end)  # fmt: skip


def learned(groups: Sequence[Sequence[Example]]) -> dict[str, float]:
    """Return weights under which the sentences that overlap the gold are likeliest; each group counts the same."""
    used = [[one for one in group if one.right.any() and not one.right.all()] for group in groups]
    deviation = np.concatenate([one.inputs for group in used for one in group]).std(axis=0) + 1e-6
    cases = [(one.inputs / deviation, one.right, 1 / len(group) / len(used)) for group in used for one in group]

    def loss(weights: Matrix) -> tuple[float, Matrix]:
        value, slope = float(PULL * weights @ weights), 2 * PULL * weights
        for inputs, right, share in cases:
            scored = inputs @ weights
            powers = np.exp(scored - scored.max())
            total, hit = powers.sum(), (powers * right).sum() + 1e-12
            value += share * float(np.log(total) - np.log(hit))
            slope += share * inputs.T @ (powers / total - powers * right / hit)
        return value, slope

    bounds = [(None, 0.0) if name in AGAINST else (0.0, None) for name in quotes.NAMES]
    found = minimize(loss, np.zeros(len(quotes.NAMES)), jac=True, method="L-BFGS-B", bounds=bounds).x / deviation
    return dict(zip(quotes.NAMES, map(float, found), strict=True))


# --- measuring -----------------------------------------------------------------------------------------


def plain(text: str) -> str:
    """Return the words of a text, each between single spaces."""
    said = re.findall(r"[^\W_]+", text.casefold())
    return f" {' '.join(said)} "


def holds(texts: Sequence[str], answers: Sequence[str]) -> bool:
    """Whether a gold answer stands in one of `texts`, or one of them in an answer that is longer."""
    golds = [plain(answer) for answer in answers if plain(answer).strip()]
    return any(gold in plain(text) or plain(text) in gold for text in texts if plain(text).strip() for gold in golds)


def shares(group: Sequence[Example], quoted: Callable[[Example], Sequence[str]]) -> str:
    """Return in how many the answer stands in the first quote, the first three, all; and how long all are."""
    texts = [quoted(one) for one in group]
    row = [np.mean([holds(some[:most], one.answers) for one, some in zip(group, texts, strict=True)])
           for most in (1, 3, 99)]  # fmt: skip
    length = np.mean([sum(map(len, some)) for some in texts])
    number = np.mean([len(some) for some in texts])
    return "".join(f"{value:>9.3f}" for value in row) + f"{number:>9.1f}{length:>9.0f}"


def most_words(one: Example) -> list[str]:
    """The sentence of each of the first three hits that shares most words with the question."""
    wanted = set(wording(one.evidence.question).terms)
    by_hit: dict[int, list[str]] = {}
    for quote in one.found:
        by_hit.setdefault(quote.hit.rank, []).append(_text(quote))
    return [max(by_hit[rank], key=lambda text: len(wanted & {STEMS[word] for word in words(text)}))
            for rank in sorted(by_hit)[:3]]  # fmt: skip


def by(weights: Mapping[str, float]) -> Callable[[Example], list[str]]:
    """Quote with other weights."""
    return lambda one: [_text(quote) for quote in quotes.best(one.evidence, weights)]


def _text(quote: quotes.Quote) -> str:
    return quote.hit.passage.text[quote.start : quote.end]


def print_table(seen: Mapping[str, Sequence[Example]]) -> None:
    everything = learned(list(seen.values()))
    print(f"\n{'the answer stands in':<38}{'first':>9}{'three':>9}{'all':>9}{'quotes':>9}{'letters':>9}")
    for name, group in seen.items():
        others = [seen[other] for other in seen if other != name]
        rows: list[tuple[str, Any]] = [
            ("most words", most_words), ("weights as they are", by(quotes.WEIGHTS)),
            *([("learned without it", by(learned(others)))] if others else []), ("learned with it", by(everything)),
            ("any", lambda one: ["\n".join(map(_text, one.found)), *map(_text, one.found)]),
        ]  # fmt: skip
        for label, quoted in rows:
            print(f"{name:<16}{label:<22}{shares(group, quoted)}", flush=True)
        times = [one.seconds for one in group]
        print(f"{name:<16}quoting took {percentile(times, 0.5) * 1000:.1f} ms, {percentile(times, 0.95) * 1000:.1f} ms "
              "in one of twenty; the evidence is not in it")
    print("\nWEIGHTS: dict[str, float] = {")
    for weight, value in everything.items():
        print(f'    "{weight}": {value:.3f},')
    print("}")


def main() -> None:
    options = sets.asking(__doc__, 200, SETS).parse_args()
    seen: dict[str, list[Example]] = {}
    for of, session in sets.each(options):
        lines = (options.data / of.name / "questions.jsonl").read_text(encoding="utf-8").splitlines()
        answers = {str(item["id"]): item["answers"] for item in map(json.loads, filter(None, lines))}
        seen[of.name] = examples(session, of, answers)
    print_table(seen)


if __name__ == "__main__":
    main()

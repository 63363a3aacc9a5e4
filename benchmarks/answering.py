"""How answers are checked: which true statements are accepted, and which wrong ones are flagged.

    python benchmarks/answering.py verification ../shared/data/{squad_v2_dev,covid_qa,medquad,cuad} \
        [--half 1] [--wanted 200] [--kept-back] [--keep DIR] [--show KIND]

    python benchmarks/answering.py speed ../shared/data/squad_v2_dev --library ../shared/libraries [--questions 20]

Statements are made from the gold answers by rules with fixed seeds (benchmarks/statements.py, true;
benchmarks/corruptions.py, wrong); each cites the program's own passage that holds it. Accepted is what has the verdict
"supported", flagged is all else. Of what was written by hand in words of its own (benchmarks/own_words.jsonl) it is
told, too, how much that is true is not called unsupported. The first half of a set's documents is there to tune by, the
second to report. Prints tables, asserts nothing.
"""

from __future__ import annotations

import argparse
import contextlib
import math
import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from app import answering, paths, seal, verification  # noqa: E402
from app.session import Session  # noqa: E402
from app.types import Answered, EvidenceFound, Finding, TextWritten, Verdict  # noqa: E402
from benchmarks import retrieval as sets  # noqa: E402
from benchmarks.answers import chosen, hit  # noqa: E402
from benchmarks.corruptions import KEPT_BACK, RECIPES, all_wrong, other_answers  # noqa: E402
from benchmarks.measures import percentile  # noqa: E402
from benchmarks.statements import Corpus, Statement, by_kind, own_words, true_statements  # noqa: E402

SEED, OTHER_SEED = 6, 1906
SENTENCES, GIVEN = 6, 6  # of an answer that is timed
QUESTION = "What do the documents say of this, and since when does it hold?"


def verify(options: argparse.Namespace) -> None:
    """Print accepted and flagged shares by set and kind, and the time that checking an answer takes."""
    seed, recipes = (OTHER_SEED, KEPT_BACK) if options.kept_back else (SEED, RECIPES)
    half = {0: "first half", 1: "second half"}[options.half]
    print(f"Verification, {half} of each set, seed {seed}: share accepted of the true, flagged of the wrong")
    rows: dict[str, dict[str, list[bool]]] = {}
    left_out: dict[str, int] = {}
    seconds: list[float] = []
    for folder in options.sets:
        corpus = Corpus.load(folder, paths.bundled_models() / "all-MiniLM-L6-v2", options.keep)
        true = [one for one in true_statements(folder, corpus, options.wanted, seed) if one.half == options.half]
        sound = [one for one in true if one.kind != "statement"]
        made, without = all_wrong(sound, recipes, corpus, options.wanted, seed)
        made += other_answers([one for one in true if one.kind == "statement"], folder, seed)
        own, false = own_words(folder, corpus, options.half)
        for kind, count in without.items():
            left_out[kind] = left_out.get(kind, 0) + count
        for wanted, some in ((True, [*true, *own]), (False, [*made, *false])):
            for kind, statements in by_kind(some):
                findings = [verification.check(one.text, (one.passage,)) for one in statements]
                good = [(finding.verdict is Verdict.SUPPORTED) is wanted for finding in findings]
                rows.setdefault(kind, {})[folder.name] = good
                show(options.show, kind, statements, findings, good)
                if some and statements[0] in own:
                    red = [finding.verdict is not Verdict.NOT_SUPPORTED for finding in findings]
                    rows.setdefault("  not called false", {})[folder.name] = red
        seconds += timed(sound, corpus)
    print_rows(rows, [folder.name for folder in options.sets], left_out)
    print(f"An answer of {SENTENCES} sentences with {GIVEN} passages: p50 {percentile(seconds, 0.5) * 1000:.1f} ms, "
          f"p95 {percentile(seconds, 0.95) * 1000:.1f} ms (wanted: under 50 ms)")  # fmt: skip


def timed(statements: Sequence[Statement], corpus: Corpus, answers: int = 20) -> list[float]:
    """Return the seconds of checking answers, a third of whose sentences cite nothing."""
    dice = random.Random(SEED)
    found = []
    for _ in range(answers if len(statements) >= SENTENCES else 0):
        some = dice.sample(list(statements), SENTENCES)
        hits = [hit(rank, 1.0, one.document, one.passage) for rank, one in enumerate(some[:GIVEN], 1)]
        text = " ".join(one.text if rank % 3 == 0 else f"{one.text} [{rank}]" for rank, one in enumerate(some, 1))
        began = time.process_time()
        answering.check(text, hits, QUESTION)
        found.append(time.process_time() - began)
    return found


def measure(options: argparse.Namespace) -> None:
    """Print how soon an answer shows its evidence, begins and ends, and how soon it can be stopped."""
    seal.shut("desk")
    of = sets.Set.load(options.set, 1)
    spent: dict[str, list[float]] = {}
    with sets.opened(options.library, of, again=False) as session:
        session.answer_by("written")
        asked = [one.text for one in chosen(options.set, 4 * options.questions)][: 2 * options.questions]
        for question in asked[: options.questions]:
            timings = timed_answer(session, question)
            for stage, seconds in timings.items():
                spent.setdefault(stage, []).append(seconds)
        reading = median(spent["first text after the evidence"])
        rng = random.Random(SEED)
        for question in asked[options.questions :]:
            took = stopped_after(session, question, rng.uniform(0.05, 0.9) * reading)
            if took is not None:
                spent.setdefault("stopped while the prompt is read", []).append(took)
    for stage, found in spent.items():
        print(f"{stage:<34}{len(found):>4} times   p50 {percentile(found, 0.5) * 1000:>7.1f} ms   "
              f"p95 {percentile(found, 0.95) * 1000:>7.1f} ms")
    print("wanted: evidence and stopping under 300 ms, checking under 50 ms")


def timed_answer(session: Session, question: str) -> dict[str, float]:
    """Return the seconds to the evidence, from there to the first text, of checking and of all."""
    began = time.monotonic()
    seen = found = 0.0
    with contextlib.closing(session.answering.ask(question)) as events:
        for event in events:
            if isinstance(event, EvidenceFound):
                found = time.monotonic()
            elif isinstance(event, TextWritten) and not seen:
                seen = time.monotonic()
            elif isinstance(event, Answered):
                last = event
    result = {"evidence": found - began}
    if seen:
        result["first text after the evidence"] = seen - found
        result["checking"] = dict(last.timings)["checking"]
    return result | {"all": time.monotonic() - began}


def stopped_after(session: Session, question: str, seconds: float) -> float | None:
    """Return how long it takes to stop an answer so long after its evidence; None where text was there by then."""
    with contextlib.closing(session.answering.ask(question)) as events:
        until = math.inf
        for event in events:
            if isinstance(event, EvidenceFound):
                until = time.monotonic() + seconds
            if isinstance(event, TextWritten | Answered):
                return None
            if time.monotonic() >= until:
                break
        events.close()
        return time.monotonic() - until


def print_rows(rows: dict[str, dict[str, list[bool]]], sets: Sequence[str], left_out: dict[str, int]) -> None:
    print(f"{'':<18}" + "".join(f"{name:>20}" for name in (*sets, "all")) + f"{'left out':>10}")
    for kind, told in rows.items():
        cells = [told.get(name, []) for name in sets]
        cells.append([good for cell in cells for good in cell])
        line = "".join(f"{sum(cell) / len(cell):>13.1%} {len(cell):>6}" if cell else f"{'-':>20}" for cell in cells)
        print(f"{kind:<18}{line}{left_out.get(kind, 0):>10}")


def show(
    wanted: str, kind: str, statements: Sequence[Statement], findings: Sequence[Finding], good: Sequence[bool]
) -> None:
    """Print what was judged otherwise than wanted, of one kind."""
    for one, finding, right in zip(statements, findings, good, strict=True):
        if wanted == kind and not right:
            print(f"\n--- {one.id} {finding.verdict}\n{one.text}\n  > {' '.join(one.passage.split())}")
            for reason in finding.reasons:
                print(f"  * {reason.concern}: {reason.text}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parts = parser.add_subparsers(required=True)
    part = parts.add_parser("verification", help="which statements are accepted and flagged")
    part.add_argument("sets", type=Path, nargs="+", metavar="SET")
    part.add_argument("--half", type=int, choices=(0, 1), default=1, help="0 to tune by, 1 to report (1)")
    part.add_argument("--wanted", type=int, default=200, help="statements of each kind and set (200)")
    part.add_argument("--kept-back", action="store_true", help="other wrong statements, from other questions")
    part.add_argument("--keep", type=Path, metavar="DIR", help="keep the passages of the sets here")
    part.add_argument("--show", default="", metavar="KIND", help="print what of this kind was judged wrongly")
    part.set_defaults(run=verify)
    part = parts.add_parser("speed", help="how soon an answer is there, and how soon it is stopped")
    part.add_argument("set", type=Path, metavar="SET")
    part.add_argument("--library", type=Path, required=True, metavar="DIR", help="where the library is kept")
    part.add_argument("--questions", type=int, default=20, metavar="N")
    part.set_defaults(run=measure)
    options = parser.parse_args()
    options.run(options)


if __name__ == "__main__":
    main()

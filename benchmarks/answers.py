"""How often an answer is right, refused, or wrong, and whether what is wrong is marked.

    python benchmarks/answers.py ../shared/data/squad_v2_dev --library ../shared/libraries [--questions 200] \
        [--kept-back] [--mode written quotes] [--out ANSWERS.jsonl]
    python benchmarks/answers.py --recheck ANSWERS.jsonl

Half of the questions can be answered from the set's documents, the other half are those that the set itself says cannot
(SQuAD 2.0's own: their document is there and speaks of the matter, but does not say what is asked). The session answers
as it does for the user, with the model that comes with the program. Every question ends in one line:

  right             a sentence that is marked as supported holds a gold answer, word for word but for case and signs
  abstained         no answer was given, or every sentence of it is marked as no claim
  wrong, unmarked   there is a sentence that is marked as supported, and none such holds a gold answer
  wrong, marked     there are claims, and none is marked as supported, or the whole answer as perhaps missing the
                    question
Of a question that cannot be answered nothing is right: whatever is marked as supported counts as wrong and unmarked. A
sentence that truly stands in the files but answers something else is wrong here, too. Where a gold answer stands only
in sentences that are marked ("partly", "not supported") the answer is wrong and marked. Quotes are supported by being
quotes, so that all of a quoted answer is either right, or wrong and unmarked as an answer, though what is quoted is
never false. How many of the wrong and unmarked say only what stands in the evidence word for word is told beside them.
With --recheck the texts of an earlier run are checked anew, by a verification that has changed, and no model is asked.
Prints tables, asserts nothing.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TextIO

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from app import answering, seal  # noqa: E402
from app.session import Session  # noqa: E402
from app.settings import ANSWERS  # noqa: E402
from app.types import (  # noqa: E402
    Answer,
    Answered,
    AnswerStatus,
    Evidence,
    EvidenceFound,
    Hit,
    Searched,
    StoredPassage,
    Verdict,
)
from benchmarks import retrieval as sets  # noqa: E402
from benchmarks.quoting import plain  # noqa: E402

RIGHT, ABSTAINED, UNMARKED, MARKED = OUTCOMES = ("right", "abstained", "wrong, unmarked", "wrong, marked")


@dataclass(frozen=True)
class Asked:
    """A question with its gold; one without cannot be answered."""

    id: str
    text: str
    gold: tuple[str, ...]


def chosen(folder: Path, wanted: int, *, kept_back: bool = False) -> list[Asked]:
    """Return `wanted` questions spread over the set, half of them such as cannot be answered.

    Those `kept_back` are others, in the middle between the first: nothing was made better by looking at them.
    """
    lines = (folder / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    items = [json.loads(line) for line in lines if line]
    found: list[Asked] = []
    for answerable in (True, False):
        of = [item for item in items if item["answerable"] is answerable]
        number = min(len(of), wanted // 2)
        picked = [of[(2 * index + kept_back) * len(of) // (2 * number)] for index in range(number)]
        found += [Asked(str(item["id"]), item["question"], tuple(item["answers"]) if answerable else ())
                  for item in picked]  # fmt: skip
    return found


def outcome(answer: Answer, gold: Sequence[str]) -> str:
    """Return what became of a question, as the module says."""
    claims = [one for one in answer.sentences if one.verdict is not Verdict.NO_CLAIM]
    if answer.status is AnswerStatus.NOT_FOUND or not claims:
        return ABSTAINED
    doubted = answer.astray or answer.unmentioned
    supported = [one.text for one in claims if one.verdict is Verdict.SUPPORTED and not doubted]
    if any(contains(text, gold) for text in supported):
        return RIGHT
    return UNMARKED if supported else MARKED


def verbatim(answer: Answer, evidence: str) -> bool:
    """Whether all that is marked as supported stands in the evidence word for word."""
    said = [one.text for one in answer.sentences if one.verdict is Verdict.SUPPORTED]
    return bool(said) and all(plain(text) in plain(evidence) for text in said)


def contains(text: str, gold: Sequence[str]) -> bool:
    """Whether a gold answer stands in a text."""
    return any(plain(answer) in plain(text) for answer in gold if plain(answer).strip())


def answered(session: Session, question: str) -> tuple[EvidenceFound, Answered]:
    """Ask one question."""
    with contextlib.closing(session.answering.ask(question)) as events:
        kept = [event for event in events if isinstance(event, EvidenceFound | Answered)]
    assert isinstance(kept[0], EvidenceFound)
    assert isinstance(kept[-1], Answered)
    return kept[0], kept[-1]


def judged(line: dict[str, Any], answer: Answer) -> dict[str, Any]:
    """Return the line of a question with what its answer came to."""
    evidence = " | ".join(hit["text"] for hit in line["hits"])
    return line | {
        "outcome": outcome(answer, line["gold"]), "verbatim": verbatim(answer, evidence),
        "held": contains(evidence, line["gold"]),
        "sentences": [[str(one.verdict), one.text] for one in answer.sentences],
    }  # fmt: skip


def hit(rank: int, score: float, file: str, text: str) -> Hit:
    """Return a hit of which no more is known."""
    return Hit(rank, score, StoredPassage("", "", file, "", "text", None, 0, 0, text, ""))


def rechecked(line: dict[str, Any]) -> dict[str, Any]:
    """Return a line of an earlier run, its text checked anew; where none was written it stays as it was."""
    if line["mode"] != "written" or not line["given"]:
        return line
    hits = [hit(one["rank"], one["score"], one["file"], one["text"]) for one in line["hits"]]
    evidence = Evidence(line["question"], tuple(hits), Searched(0, 0, 0))
    answer = answering.check(line["text"], [one for one in hits if one.rank in line["given"]], line["question"])
    unmentioned = tuple(line["unmentioned"])
    return judged(line, replace(answering.pointed(answer, evidence, unmentioned), unmentioned=unmentioned))


def ask(session: Session, mode: str, questions: Sequence[Asked], out: TextIO | None) -> list[dict[str, Any]]:
    """Answer all questions in one mode and return a line for each, written to `out` as it comes."""
    session.settings = replace(session.settings, answers=mode)
    session.choose([session.matter.id])
    lines: list[dict[str, Any]] = []
    told = time.monotonic()
    for question in questions:
        found, last = answered(session, question.text)
        answer = last.answer
        lines.append(judged({
            "mode": mode, "id": question.id, "question": question.text, "gold": list(question.gold),
            "answerable": round(found.evidence.answerable, 4), "text": answer.text, "given": list(last.given),
            "unmentioned": list(answer.unmentioned),
            "hits": [{"rank": hit.rank, "score": hit.score, "file": Path(hit.passage.file).name,
                      "text": hit.passage.text} for hit in found.evidence.hits], "seconds": dict(last.timings),
        }, answer))  # fmt: skip
        if out:
            print(json.dumps(lines[-1]), file=out, flush=True)
        if time.monotonic() - told > 20:
            told = time.monotonic()
            sets.tell(f"  {mode}: {len(lines)} of {len(questions)} questions")
    return lines


def print_table(lines: Sequence[dict[str, Any]]) -> None:
    print(f"\n{'':<34}{'questions':>10}" + "".join(f"{name:>17}" for name in OUTCOMES))
    for mode in dict.fromkeys(line["mode"] for line in lines):
        of_mode = [line for line in lines if line["mode"] == mode]
        groups = {
            "all": of_mode,
            "that can be answered": [line for line in of_mode if line["gold"]],
            "that cannot": [line for line in of_mode if not line["gold"]],
        }
        for name, group in groups.items():
            counts = Counter(line["outcome"] for line in group)
            shares = "".join(f"{counts[one] / max(1, len(group)):>17.1%}" for one in OUTCOMES)
            print(f"{mode + ', ' + name:<34}{len(group):>10}{shares}")
        wrong = [line for line in of_mode if line["outcome"] == UNMARKED]
        repeated = sum(line["verbatim"] for line in wrong)
        print(f"    of {len(wrong)} wrong and unmarked {repeated} say only what stands in the evidence, word for word")
        if there := groups["that can be answered"]:
            print(f"    the evidence holds the answer of {sum(line['held'] for line in there) / len(there):.1%}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("set", type=Path, nargs="?", metavar="SET")
    parser.add_argument("--library", type=Path, metavar="DIR", help="where the library is kept")
    parser.add_argument("--questions", type=int, default=200, metavar="N", help="half of them cannot be answered")
    parser.add_argument("--kept-back", action="store_true", help="other questions, which nothing was tuned by")
    parser.add_argument("--mode", nargs="+", choices=ANSWERS, default=ANSWERS)
    parser.add_argument("--out", type=Path, metavar="FILE.jsonl", help="write every answer to FILE")
    parser.add_argument("--recheck", type=Path, metavar="FILE.jsonl", help="an earlier run's answers")
    options = parser.parse_args()
    if options.recheck:
        print_table([rechecked(json.loads(line)) for line in options.recheck.read_text("utf-8").splitlines()])
        return
    if not options.set or not options.library:
        parser.error("SET and --library are needed, or --recheck")
    seal.shut("desk")
    lines: list[dict[str, Any]] = []
    with contextlib.ExitStack() as stack:
        out = stack.enter_context(options.out.open("w", encoding="utf-8")) if options.out else None
        of = sets.Set.load(options.set, 1)
        session = stack.enter_context(sets.opened(options.library, of, again=False))
        for mode in options.mode:
            lines += ask(session, mode, chosen(options.set, options.questions, kept_back=options.kept_back), out)
    print_table(lines)


if __name__ == "__main__":
    main()

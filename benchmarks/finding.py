"""How often the right file and page are among the first five, through the command line, on a fresh library.

    python benchmarks/finding.py ../shared/data/cuad [--questions 100] [--ask 10] [--library DIR]

The folder holds `docs/` and `questions.jsonl` (id, question, doc, page, pages, spans, answerable). Where the
questions know no page, a hit must overlap a span of characters instead. Prints a table, asserts nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


def carrel(library: Path, *arguments: str | Path) -> list[dict[str, Any]]:
    """Run the program and return the JSON lines of its standard output."""
    secret = library.with_suffix(".secret")
    if not secret.exists():
        secret.write_text("benchmark\n", encoding="utf-8")
    command = [sys.executable, "-m", "app", "--library", library, "--passphrase-file", secret, *arguments]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, encoding="utf-8", check=False,
                          env=os.environ | {"PYTHONPATH": str(ROOT)})  # fmt: skip
    if done.returncode not in (0, 3):  # 3: some files could not be read, which the table shows
        raise SystemExit(f"carrel {arguments[0]} ended with {done.returncode}")
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def chosen(data: Path, wanted: int) -> list[dict[str, Any]]:
    """Return answerable questions, spread over the file; all of them where `wanted` is 0."""
    lines = (data / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    found = [item for item in map(json.loads, lines) if item["answerable"] and (item["page"] or item["spans"])]
    return found[:: max(1, len(found) // wanted)][:wanted] if wanted else found


def right_file(hit: dict[str, Any], item: dict[str, Any]) -> bool:
    return Path(hit["file"]).name == Path(item["doc"]).name


def right_place(hit: dict[str, Any], item: dict[str, Any]) -> bool:
    if not right_file(hit, item):
        return False
    if item["page"]:
        return hit["page"] in (item.get("pages") or [item["page"]])
    return any(hit["start"] < end and start < hit["end"] for start, end in item["spans"])


def share(questions: list[dict[str, Any]], hits: dict[str, list[dict[str, Any]]], right: Any, first: int) -> float:
    """Of the questions, the share for which one of the `first` hits is right."""
    return sum(any(right(hit, item) for hit in hits[item["id"]][:first]) for item in questions) / len(questions)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--questions", type=int, default=100, metavar="N", help="0 for all (default: 100)")
    parser.add_argument("--ask", type=int, default=0, metavar="N", help="of these also answer N with the model")
    parser.add_argument("--library", type=Path, help="keep the library here and use it again")
    options = parser.parse_args()
    questions = chosen(options.data, options.questions)
    with tempfile.TemporaryDirectory() as folder:
        library = options.library or Path(folder) / "library"
        added = carrel(library, "add", options.data / "docs", "--json")[-1]
        print(f"added {added['added']}, unchanged {added['unchanged']}, failed {added['failed']}; "
              f"{added['pages']} pages in {added['seconds']:.0f} s")
        asked = Path(folder) / "questions.jsonl"
        asked.write_text("".join(json.dumps(item) + "\n" for item in questions), encoding="utf-8")
        began = time.monotonic()
        hits = {found["id"]: found["hits"] for found in carrel(library, "search", "--queries", asked)}
        seconds = time.monotonic() - began
        place = "file and page" if questions[0]["page"] else "file and span"
        print(f"{len(questions)} questions in {seconds:.1f} s, start and end included")
        print(f"{'right in the first':<20}{1:>8}{5:>8}{10:>8}")
        for name, right in (("file", right_file), (place, right_place)):
            print(f"{name:<20}" + "".join(f"{share(questions, hits, right, first):>8.1%}" for first in (1, 5, 10)))
        if options.ask:
            print_answers(library, questions[:: max(1, len(questions) // options.ask)][: options.ask], asked)
    print("Shares do not depend on how busy the computer is; times do.")


def print_answers(library: Path, questions: list[dict[str, Any]], asked: Path) -> None:
    asked.write_text("".join(json.dumps(item) + "\n" for item in questions), encoding="utf-8")
    answers = {answer["id"]: answer for answer in carrel(library, "ask", "--questions", asked)}
    for item in questions:
        answer = answers[item["id"]]
        found = "right place" if any(right_place(hit, item) for hit in answer["evidence"][:5]) else "MISSED"
        cited = sum(bool(sentence["citations"]) for sentence in answer["answer"]["sentences"])
        times = ", ".join(f"{stage} {seconds:.2f} s" for stage, seconds in answer["timings"].items())
        print(f"\n{item['question']}\n  {found}; {answer['status']}, {len(answer['answer']['sentences'])} sentences, "
              f"{cited} with citations; {times}\n  {' '.join(answer['answer']['text'].split())[:300]}")


if __name__ == "__main__":
    main()

"""How fast the main job is, as ratios to the libraries' own loops measured in the same run.

    python benchmarks/main_job.py --texts ../shared/data/medquad/docs --docs ../shared/data/cuad/docs \
        --questions ../shared/data/cuad/questions.jsonl [--library DIR] [--parts embed,write,evidence,window]

Prints figures and asserts nothing. The two sides of a ratio take turns, each in a process of its own
that stays warm; the median of the rounds is told. Times alone mean little on a busy computer.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks import embedding, evidence, window, writing  # noqa: E402

PARTS: dict[str, Callable[[argparse.Namespace], None]] = {
    "embed": embedding.run,
    "write": writing.run,
    "evidence": evidence.run,
    "window": window.run,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=Path, required=True, help="folder of TXT files to embed and to prompt")
    parser.add_argument("--docs", type=Path, required=True, help="folder of documents for the library")
    parser.add_argument("--questions", type=Path, required=True, help="JSON lines with `question` for that library")
    parser.add_argument("--library", type=Path, help="keep the library of --docs here and use it again")
    parser.add_argument("--passages", type=int, default=512, help="how many to embed in a round (default: 512)")
    parser.add_argument("--prompts", type=int, default=4, help="how many to write on in a round (default: 4)")
    parser.add_argument("--rounds", type=int, default=5, help="of each side (default: 5)")
    parser.add_argument("--parts", default=",".join(PARTS), help="which to run (default: all)")
    options = parser.parse_args()
    print(f"{os.cpu_count()} processors, load before the start: {load()}")
    for name in options.parts.split(","):
        print(f"\n{name}", flush=True)
        PARTS[name](options)
    print(f"\nload at the end: {load()}. Where it is above the number of processors, only ratios mean anything.")


def load() -> str:
    return " ".join(f"{value:.1f}" for value in os.getloadavg()) if hasattr(os, "getloadavg") else "unknown"


if __name__ == "__main__":
    main()

"""The demonstration: the samples into a library of their own, three questions, in the terminal.

Its passphrase is public, as the documents are fictional and come with the program.
"""

from __future__ import annotations

import contextlib
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app import paths
from app.narrator import print_event

PASSPHRASE = b"demo"


def questions() -> list[str]:
    """Return the questions that go with the samples, those for the demonstration first."""
    listed = tomllib.loads((paths.resources() / "questions.toml").read_text(encoding="utf-8"))["question"]
    ordered = sorted(listed, key=lambda item: not item.get("demo", False))
    return [item["question"] for item in ordered]


def run(library: Path, pull_answer: Callable[..., Any]) -> int:
    """Index the samples and answer three questions; prints evidence, answer and citations."""
    from app.session import Session

    print(f"The demo library lies in {library}\nand is made of the fictional documents in {paths.samples()}\n"
          f"Its passphrase is public: {PASSPHRASE.decode()}. Put nothing of your own into it.\n")
    with Session.open(library, bytearray(PASSPHRASE), create=True) as session:
        session.recovery_key = ""  # nothing in it could be lost
        with contextlib.closing(session.ingest.add([paths.samples()])) as events:
            for event in events:
                print_event(event, sys.stdout)
        for question in questions()[:3]:
            print(f"\n{'─' * 100}\nQuestion: {question}\n")
            pull_answer(session, question, quiet=False)
    print(
        "\nThe answers are quotes: the starter model is too small to write them well. A larger one writes.\n"
        "Add your own files with:  carrel add FOLDER     and open the window with:  carrel"
    )
    return 0

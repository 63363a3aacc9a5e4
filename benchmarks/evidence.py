"""How long a question waits for its evidence: the first after opening, and fifty more."""

from __future__ import annotations

import argparse
import contextlib
import json
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from app import seal
from app.session import Session
from app.types import Added
from app.vault import vault

QUESTIONS = 50
SECRET = b"benchmark"


@contextlib.contextmanager
def library(options: argparse.Namespace) -> Iterator[Path]:
    """Give a library of the documents, kept where --library says, made where there is none yet."""
    with contextlib.ExitStack() as stack:
        folder = options.library or Path(stack.enter_context(tempfile.TemporaryDirectory())) / "library"
        if not vault.exists(folder):
            with (
                Session.open(folder, secret(folder), create=True) as session,
                contextlib.closing(session.ingest.add([options.docs])) as events,
            ):
                for event in events:
                    if isinstance(event, Added):
                        print(f"  library made: {event.added} documents, {event.pages} pages in {event.seconds:.0f} s")
        yield folder


def secret(folder: Path) -> bytearray:
    """Return the passphrase of a library that retrieval.py made, or the one that is used here."""
    file = folder.with_suffix(".secret")
    return bytearray(file.read_bytes().splitlines()[0] if file.exists() else SECRET)


def spread(file: Path, wanted: int) -> list[str]:
    """Return `wanted` questions spread over a file of JSON lines."""
    lines = file.read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["question"] for line in lines[:: max(1, len(lines) // wanted)]][:wanted]


def run(options: argparse.Namespace) -> None:
    seal.shut("desk")  # as the program does; no vault is opened otherwise
    questions = spread(options.questions, QUESTIONS + 1)
    with library(options) as folder:
        began = time.perf_counter()
        with Session.open(folder, secret(folder)) as session:
            opened = time.perf_counter() - began
            seconds = []
            for question in questions:
                began = time.perf_counter()
                session.retrieval.search(question)
                seconds.append(time.perf_counter() - began)
            size = session.store.searched()
    first, rest = seconds[0], seconds[1:]
    print(f"  {size.files} documents, {size.pages} pages; opened in {opened:.2f} s, "
          f"first evidence {first:.2f} s after that")
    print(f"  {len(rest)} more questions: median {median(rest) * 1000:.0f} ms, slowest {max(rest) * 1000:.0f} ms "
          "(wanted: under 300 ms)")

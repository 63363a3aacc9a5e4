"""What adding costs beside embedding alone, and whether memory grows with the number of documents.

    python benchmarks/ingest.py --docs ../shared/data/kgrag_sec10q/docs [--rounds 3] [--files 0] [--parts ratio,memory]

Prints figures and asserts nothing. `ratio`: reading, splitting, embedding and storing (all encrypted, Chroma fed in the
background) with the real model, against embedding the same passages alone, each once, with the same process; the two
take turns. `memory`: text files, 1,000, then 5,000, then 10,000 of them, with a scripted embedder; what the main
process holds (Linux).
"""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from app import seal  # noqa: E402
from app.documents.sandbox import ReaderPool, Recogniser  # noqa: E402
from app.ingest import BATCH, Ingest  # noqa: E402
from app.models.client import EmbedderClient  # noqa: E402
from app.models.roles import Vectors  # noqa: E402
from app.models.tokens import WordPieceTokenizer  # noqa: E402
from app.store.store import Store  # noqa: E402
from app.types import Added  # noqa: E402
from benchmarks.embedding import MODEL  # noqa: E402
from tests.fakes import FakeEmbedder, FakeTokenizer  # noqa: E402


class Listening:
    """The real embedder, and what it was given."""

    def __init__(self, embedder: EmbedderClient) -> None:
        self._embedder = embedder
        self.dimension, self.limit, self.fingerprint = embedder.dimension, embedder.limit, embedder.fingerprint
        self.texts: list[str] = []

    def embed(self, texts: Sequence[str], *, urgent: bool = False) -> Vectors:
        self.texts += texts
        return self._embedder.embed(texts, urgent=urgent)


def added(folder: str, embedder: Listening, readers: ReaderPool, recogniser: Recogniser, files: list[Path]) -> Added:
    """Add the files to a new library and return what was told at the end."""
    with Store.open(Path(folder), bytearray(range(32)), fingerprint=embedder.fingerprint) as store:
        ingest = Ingest(store, readers, embedder, WordPieceTokenizer(MODEL), recogniser=recogniser)
        *_, last = ingest.add(files)
    assert isinstance(last, Added)
    return last


def ratio(options: argparse.Namespace) -> None:
    files = sorted(file for file in options.docs.rglob("*") if file.is_file())[: options.files or None]
    size = sum(file.stat().st_size for file in files)
    whole: list[float] = []
    alone: list[float] = []
    with ReaderPool() as readers, Recogniser() as recogniser, contextlib.closing(EmbedderClient(MODEL)) as real:
        real.embed(["warm"])
        real.calibrate()
        readers.read(b"warm", ".txt")
        for _ in range(options.rounds):
            listening = Listening(real)
            with tempfile.TemporaryDirectory() as folder:
                last = added(folder, listening, readers, recogniser, files)
            whole.append(last.seconds)
            began = time.perf_counter()
            for start in range(0, len(listening.texts), BATCH):
                real.embed(listening.texts[start : start + BATCH])
            alone.append(time.perf_counter() - began)
    print(f"  {len(files)} files, {last.pages} pages, {size / 1e6:.1f} MB, {len(listening.texts)} passages embedded: "
          f"added in {median(whole):.1f} s ({last.pages / median(whole):.1f} pages/s, "
          f"{size / 1e6 / median(whole):.2f} MB/s), embedded alone in {median(alone):.1f} s")
    ratios = [own / other for own, other in zip(alone, whole, strict=True)]
    print(f"  ratio {median(ratios):.2f} (wanted: 0.85 or more; rounds {min(ratios):.2f} to {max(ratios):.2f})")


def held() -> float:
    """Megabytes of memory that this process holds now."""
    found = re.search(r"VmRSS:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"))
    assert found
    return int(found[1]) / 1024


def memory(options: argparse.Namespace) -> None:
    clause = "Clause {} of agreement {}: the tenant pays the rent on the third day of each month. "
    with tempfile.TemporaryDirectory() as folder, ReaderPool() as readers, Recogniser() as recogniser:
        docs = Path(folder, "docs")
        docs.mkdir()
        with Store.open(Path(folder, "library"), bytearray(range(32)), fingerprint="fake-embedder") as store:
            ingest = Ingest(store, readers, FakeEmbedder(), FakeTokenizer(), recogniser=recogniser)
            before = 0
            for count in (1000, 5000, 10_000):
                for number in range(before, count):
                    text = "".join(clause.format(i, number) for i in range(60))
                    (docs / f"{number:05}.txt").write_text(text, encoding="utf-8")
                *_, last = ingest.add([docs])
                assert isinstance(last, Added)
                while not store.search_ready:
                    time.sleep(0.1)
                print(f"  {count:,} documents: {held():.0f} MB held by the main process "
                      f"({last.added} added in {last.seconds:.0f} s)", flush=True)
                before = count


PARTS = {"ratio": ratio, "memory": memory}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--docs", type=Path, required=True, help="folder of documents to add")
    parser.add_argument("--files", type=int, default=0, help="how many of them (default: all)")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--parts", default=",".join(PARTS), help="which to run (default: all)")
    options = parser.parse_args()
    seal.shut("desk")
    print(f"{os.cpu_count()} processors, load before the start: {os.getloadavg()[0]:.1f}")
    for name in options.parts.split(","):
        print(f"\n{name}", flush=True)
        PARTS[name](options)


if __name__ == "__main__":
    main()

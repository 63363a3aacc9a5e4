"""What sealing costs: the same work on the same documents, encrypted as always and for once not.

    python benchmarks/sealing.py --docs ../shared/data/medquad/docs [--passages 100000] [--parts unlock,store,large]

Prints figures and asserts nothing. "Unsealed" exists in this file alone: the database without a key, and the
index copied where it would be sealed. The two sides take turns; the median of the rounds is told.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from app import paths  # noqa: E402
from app.models.catalog import Catalog  # noqa: E402
from app.models.client import EmbedderClient  # noqa: E402
from app.precedence import Precedence  # noqa: E402
from app.retrieval import Retrieval  # noqa: E402
from app.store import database, index  # noqa: E402
from app.store.store import Store  # noqa: E402
from app.types import Document, Page, Passage  # noqa: E402
from app.vault.keys import random_key, wipe  # noqa: E402
from app.vault.vault import Vault  # noqa: E402

SLICE = 900  # characters
PER_DOCUMENT = 500  # passages
DISTINCT = 1_000  # passages that are really embedded; the rest lie near them
QUESTIONS = 50


class Texts:
    """Passages of real documents with vectors that lie as real ones do."""

    def __init__(self, docs: Path, embedder: EmbedderClient) -> None:
        whole = " ".join(file.read_text(encoding="utf-8", errors="replace") for file in sorted(docs.glob("*.txt")))
        self.slices = [whole[i : i + SLICE] for i in range(0, len(whole) - SLICE, SLICE)]
        distinct = self.slices[:: max(1, len(self.slices) // DISTINCT)][:DISTINCT]
        self.questions = [" ".join(text.split()[:12]) for text in distinct[::20]][:QUESTIONS]
        self.vectors = np.concatenate([embedder.embed(distinct[i : i + 32]) for i in range(0, len(distinct), 32)])
        self._random = np.random.default_rng(1)

    def batches(self, passages: int) -> Iterator[tuple[str, Document, list[Passage], Any]]:
        """Yield documents of PER_DOCUMENT passages until there are `passages`."""
        for number in range(passages // PER_DOCUMENT):
            first = number * PER_DOCUMENT
            slices = [self.slices[(first + i) % len(self.slices)] for i in range(PER_DOCUMENT)]
            text = "".join(slices)
            split = [Passage(None, i * SLICE, (i + 1) * SLICE, part) for i, part in enumerate(slices)]
            near = self.vectors[self._random.integers(0, len(self.vectors), PER_DOCUMENT)]
            vectors = near + self._random.normal(0, 0.02, near.shape)
            vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
            yield f"/docs/{number}.txt", Document("text", "", (Page(None, text),)), split, vectors.astype(np.float32)


@contextlib.contextmanager
def unsealed() -> Iterator[None]:
    """Do without encryption inside the block."""
    connect, seal = database.Database._connect, index.seal

    def plain(self: database.Database) -> Any:
        connection = database.dbapi2.connect(":memory:", cached_statements=0, check_same_thread=False,
                                             isolation_level=None)
        connection.execute("ATTACH ? AS v KEY ''", (str(self._path),))
        connection.execute("PRAGMA v.cache_size=-32768")
        self._all.append(connection)
        return connection

    def copied(folder: Path, target: Path, key: bytearray, notes: dict[str, Any]) -> None:
        shutil.copytree(folder, target.with_suffix(".plain"), dirs_exist_ok=True)

    database.Database._connect = plain  # type: ignore[method-assign]
    index.seal = copied  # type: ignore[assignment]
    try:
        yield
    finally:
        database.Database._connect = connect  # type: ignore[method-assign]
        index.seal = seal


def both(rounds: int, work: Callable[[Path], dict[str, float]]) -> dict[str, tuple[float, float]]:
    """Return (sealed, unsealed) medians of each figure of `work`, which gets an empty folder."""
    found: dict[bool, dict[str, list[float]]] = {True: {}, False: {}}
    for _ in range(rounds):
        for sealed in (True, False):
            with tempfile.TemporaryDirectory() as folder, contextlib.nullcontext() if sealed else unsealed():
                for name, value in work(Path(folder)).items():
                    found[sealed].setdefault(name, []).append(value)
    return {name: (median(values), median(found[False][name])) for name, values in found[True].items()}


def unlock(options: argparse.Namespace, texts: Texts) -> None:
    """The vault alone: what a passphrase costs."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        vault, _ = Vault.create(Path(folder), bytearray(b"benchmark"))
        print(f"  made in {time.perf_counter() - began:.2f} s, measuring the cost of a guess included")
        vault.close()
        seconds = []
        for _ in range(options.rounds):
            began = time.perf_counter()
            Vault.open(Path(folder), bytearray(b"benchmark")).close()
            seconds.append(time.perf_counter() - began)
        print(f"  opened in {median(seconds):.2f} s ({min(seconds):.2f} to {max(seconds):.2f})")


def store(options: argparse.Namespace, texts: Texts) -> None:
    """Adding, searching and closing a library of 10,000 passages, embedding left out."""
    batches = list(texts.batches(10_000))

    def work(folder: Path) -> dict[str, float]:
        key = random_key()
        library = Store.open(folder / "m", key, fingerprint="f")
        began = time.perf_counter()
        for file, document, passages, vectors in batches:
            library.add(file, document, passages, vectors, size=1, modified=1.0, digest=b"x" * 32)
        added = time.perf_counter() - began
        wait_until_ready(library)
        indexed = time.perf_counter() - began
        seconds = []
        for question, vector in zip(texts.questions, texts.vectors[::20], strict=False):
            began = time.perf_counter()
            words = library.words(question, 60)
            near = library.nearest(vector, 60)
            library.passages([key for key, _ in (*words[:10], *near[:10])])
            seconds.append(time.perf_counter() - began)
        began = time.perf_counter()
        library.close()
        wipe(key)
        return {"add (s)": added, "add and index (s)": indexed, "search (ms)": 1000 * median(seconds),
                "close (s)": time.perf_counter() - began}

    for name, (sealed, plain) in both(options.rounds, work).items():
        print(f"  {name:<20} sealed {sealed:8.2f}   unsealed {plain:8.2f}   ratio {sealed / plain:.2f}")


def large(options: argparse.Namespace, texts: Texts) -> None:
    """Locking and unlocking a large library."""
    key = random_key()
    with tempfile.TemporaryDirectory() as folder:
        library = Store.open(Path(folder, "m"), key, fingerprint="f")
        began = time.perf_counter()
        for file, document, passages, vectors in texts.batches(options.passages):
            library.add(file, document, passages, vectors, size=1, modified=1.0, digest=b"x" * 32)
        print(f"  {options.passages:,} passages added in {time.perf_counter() - began:.0f} s", flush=True)
        wait_until_ready(library)
        print(f"  and indexed after {time.perf_counter() - began:.0f} s", flush=True)
        began = time.perf_counter()
        library.close()
        print(f"  locked in {time.perf_counter() - began:.2f} s")
        for _ in range(options.rounds):
            began = time.perf_counter()
            library = Store.open(Path(folder, "m"), key, fingerprint="f")
            opened = time.perf_counter() - began
            library.prepare()
            library.nearest(texts.vectors[0], 60)
            answered = time.perf_counter() - began
            wait_until_ready(library)
            ready = time.perf_counter() - began
            seconds = []
            for vector in texts.vectors[::20][:QUESTIONS]:
                searching = time.perf_counter()
                library.nearest(vector, 60)
                seconds.append(time.perf_counter() - searching)
            began = time.perf_counter()
            library.close()
            locked = time.perf_counter() - began
            print(f"  opened in {opened:.2f} s, a search answered {answered:.2f} s, index ready {ready:.2f} s after "
                  f"the start; nearest {1000 * median(seconds):.1f} ms; locked in {locked:.2f} s")
        sizes = {path.name: path.stat().st_size for path in Path(folder, "m").iterdir()}
        print("  on disk: " + ", ".join(f"{name} {size / 1e6:.0f} MB" for name, size in sorted(sizes.items()) if size))


def evidence(options: argparse.Namespace, texts: Texts) -> None:
    """A question to its evidence, the embedding of the question included."""
    batches = list(texts.batches(10_000))
    embedder = EmbedderClient(catalog().embedder(), precedence=Precedence())

    def work(folder: Path) -> dict[str, float]:
        key = random_key()
        with contextlib.closing(Store.open(folder / "m", key, fingerprint="f")) as library:
            for file, document, passages, vectors in batches:
                library.add(file, document, passages, vectors, size=1, modified=1.0, digest=b"x" * 32)
            wait_until_ready(library)
            retrieval = Retrieval(library, embedder)
            seconds = []
            for question in texts.questions:
                began = time.perf_counter()
                retrieval.search(question)
                seconds.append(time.perf_counter() - began)
        return {"evidence (ms)": 1000 * median(seconds)}

    with contextlib.closing(embedder):
        for name, (sealed, plain) in both(options.rounds, work).items():
            print(f"  {name:<20} sealed {sealed:8.2f}   unsealed {plain:8.2f}   ratio {sealed / plain:.2f}")


def wait_until_ready(library: Store) -> None:
    while not library.search_ready:
        assert library.index_failure is None, library.index_failure
        time.sleep(0.02)


def catalog() -> Catalog:
    return Catalog(paths.bundled_models(), paths.own_models(), "")


PARTS: dict[str, Callable[[argparse.Namespace, Texts], None]] = {
    "unlock": unlock, "store": store, "evidence": evidence, "large": large,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--docs", type=Path, required=True, help="folder of TXT files")
    parser.add_argument("--passages", type=int, default=100_000, help="of the large library (default: 100,000)")
    parser.add_argument("--rounds", type=int, default=3, help="of each side (default: 3)")
    parser.add_argument("--parts", default=",".join(PARTS), help="which to run (default: all)")
    options = parser.parse_args()
    print(f"{os.cpu_count()} processors, load before the start: {os.getloadavg()[0]:.1f}")
    with contextlib.closing(EmbedderClient(catalog().embedder(), precedence=Precedence())) as embedder:
        texts = Texts(options.docs, embedder)
    for name in options.parts.split(","):
        print(f"\n{name}", flush=True)
        PARTS[name](options, texts)


if __name__ == "__main__":
    main()

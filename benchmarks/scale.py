"""How evidence, memory and the vector index behave as a library grows.

    python benchmarks/scale.py ../shared/data/medquad [--sizes 1000,10000,100000] [--index 1000000] [--library DIR]

The set's texts (`docs/*.txt`) are split and embedded once; what the libraries are filled with is resampled from them:
each passage is made of the halves of two real ones, its vector of the vectors of both with some noise, so that words,
lengths and neighbours are like those of real documents. They go through the program's own store, 40 to a document,
and the set's own questions are asked through its own retrieval with the real embedder. `--index` grows the vector
index alone, beyond what is comfortable to store. Prints figures, asserts nothing; run it on an idle computer, niced.
With --library what was made is kept and only grows the next time.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import os
import random
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from app import seal  # noqa: E402
from app.__main__ import OFFLINE  # noqa: E402
from app.models.client import EmbedderClient  # noqa: E402
from app.models.tokens import WordPieceTokenizer  # noqa: E402
from app.passages import beginning, embedded_text, split  # noqa: E402
from app.retrieval import Retrieval  # noqa: E402
from app.store.several import Several  # noqa: E402
from app.store.store import Store  # noqa: E402
from app.store.vectors_client import VectorsProcess  # noqa: E402
from app.types import Document, Page, Passage, Scope  # noqa: E402
from benchmarks.embedding import MODEL  # noqa: E402
from benchmarks.measures import percentile  # noqa: E402

Vectors = npt.NDArray[np.float32]
KEY = bytearray(range(32))
PER_PAGE, PAGES = 10, 4  # passages, pages of a document
PER_DOCUMENT = PER_PAGE * PAGES
FOLDERS = 50  # a filter by one of them leaves a fiftieth of the library
KINDS = ("pdf", "mail")  # a filter by one of them leaves half
NOISE = 0.3  # length of what is added to a vector of length 1
NEAREST = 10
DEPTH = 40
CHUNK = 5_000  # vectors given to the index at a time


@dataclass(frozen=True, slots=True)
class Material:
    """Real passages and questions with their vectors."""

    texts: list[str]
    vectors: Vectors
    questions: list[str]
    asked: Vectors

    def passage(self, dice: random.Random) -> str:
        first, second = (self.texts[dice.randrange(len(self.texts))] for _ in range(2))
        return first[: _middle(first)] + second[_middle(second) :]

    def mixed(self, number: int, count: int) -> Vectors:
        """Return `count` vectors of unit length; the same for the same number."""
        dice = np.random.default_rng(number)
        some, others = dice.integers(len(self.vectors), size=(2, count))
        share = dice.uniform(0.3, 0.7, (count, 1))
        noise = dice.normal(size=(count, self.vectors.shape[1]))
        noise *= NOISE / np.linalg.norm(noise, axis=1, keepdims=True)
        mixed = share * self.vectors[some] + (1 - share) * self.vectors[others] + noise
        return (mixed / np.linalg.norm(mixed, axis=1, keepdims=True)).astype(np.float32)


def _middle(text: str) -> int:
    space = text.find(" ", len(text) // 2)
    return space if space >= 0 else len(text) // 2


def material(options: argparse.Namespace, embedder: EmbedderClient, kept: Path) -> Material:
    """Split and embed the texts of the set, or take what was embedded the last time."""
    starts = WordPieceTokenizer(MODEL).starts
    texts, embedded = [], []
    for file in sorted((options.set / "docs").rglob("*.txt")):
        document = Document("text", "", (Page(None, file.read_bytes().decode("utf-8", "replace")),))
        for passage in split(document, file.name, starts, embedder.limit):
            texts.append(passage.text)
            embedded.append(embedded_text(passage, starts))
    if not texts:
        raise SystemExit(f"{options.set / 'docs'} holds no TXT files")
    step = max(1, len(texts) // options.material)
    texts, embedded = texts[::step], embedded[::step]
    lines = (options.set / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    questions = [json.loads(line)["question"] for line in lines[:: max(1, len(lines) // options.questions)]]
    questions = questions[: options.questions]
    name = hashlib.sha256("\n".join([embedder.fingerprint, *embedded, *questions]).encode()).hexdigest()[:16]
    file = kept / f"material-{name}.npz"
    if file.exists():
        with np.load(file) as found:
            return Material(texts, found["vectors"], questions, found["asked"])
    print(f"embedding {len(texts):,} real passages and {len(questions):,} questions", flush=True)
    made = Material(texts, embedder.embed(embedded), questions, embedder.embed(questions))
    np.savez(file, vectors=made.vectors, asked=made.asked)
    return made


# --- a library that grows ----------------------------------------------------------------------------


def document(real: Material, number: int) -> tuple[str, Document, list[Passage]]:
    """Return the file, the document and the passages of a number, always the same."""
    dice = random.Random(number)
    kind = KINDS[number % len(KINDS)]
    file = f"/resampled/folder {number % FOLDERS:02}/record {number:06}.{kind}"
    title = " ".join(re.findall(r"[A-Za-z]{4,}", real.texts[dice.randrange(len(real.texts))])[:6])
    pages, passages = [], []
    for page in range(1, PAGES + 1):
        text = ""
        for _ in range(PER_PAGE):
            piece = real.passage(dice)
            passages.append(Passage(page, len(text), len(text) + len(piece), piece, beginning(title, file)))
            text += piece + "\n\n"
        pages.append(Page(page, text))
    day = f"{2000 + number % 25}-{1 + number % 12:02}-{1 + number % 28:02}"
    return file, Document(kind, title, tuple(pages), date=day, people=(f"Person {number % 997}",)), passages


def grow(store: Store, real: Material, size: int) -> float:
    """Add documents until there are `size` passages; return the seconds it took."""
    began = time.monotonic()
    for number in range(len(store.documents()), size // PER_DOCUMENT):
        file, made, passages = document(real, number)
        store.add(file, made, passages, real.mixed(number, len(passages)), size=1, modified=1.0,
                  digest=store.content_key(file.encode()))  # fmt: skip
    store.checkpoint()
    return time.monotonic() - began


@dataclass(slots=True)
class Row:
    """What was measured at one size."""

    size: int
    parts: dict[str, list[float]] = field(default_factory=dict)  # seconds by what was done
    memory: dict[str, float] = field(default_factory=dict)  # megabytes by process
    recall: float = 0.0


def measured(store: Store, embedder: EmbedderClient, real: Material, size: int) -> Row:
    """Ask all questions, and take the steps of a search by themselves."""
    reading = Several([store])
    retrieval = Retrieval(reading, embedder)
    row = Row(size)

    def timed(part: str, work: Callable[[], object]) -> None:
        began = time.perf_counter()
        work()
        row.parts.setdefault(part, []).append(time.perf_counter() - began)

    folder = Scope(folders=("folder 07",))
    kind = Scope(kinds=("mail",))
    for scope in (None, folder, kind):  # what is only done once after a change
        retrieval.search(real.questions[0], scope=scope)
    for question, vector in zip(real.questions, real.asked, strict=True):
        used = time.process_time()
        # Before its parts are taken by themselves: they leave warm what it reads.
        timed("evidence", lambda: retrieval.search(question))  # noqa: B023 - called at once
        row.parts.setdefault("its desk's processor", []).append(time.process_time() - used)
        ids = [key for key, _ in (*reading.words(question, 75), *reading.nearest(vector, 75))]
        timed("embedding", lambda: embedder.embed([question], urgent=True))  # noqa: B023
        timed("words", lambda: reading.words(question, DEPTH))  # noqa: B023
        timed("nearest", lambda: reading.nearest(vector, DEPTH))  # noqa: B023
        timed("similarity of 150", lambda: reading.similarity(np.stack([vector, vector]), ids))  # noqa: B023
        timed("names", lambda: reading.routes(question, 10))  # noqa: B023
        timed("passages of 150", lambda: reading.passages(ids))  # noqa: B023
        timed("in a folder", lambda: retrieval.search(question, scope=folder))  # noqa: B023
        timed("of a kind", lambda: retrieval.search(question, scope=kind))  # noqa: B023
    row.memory = memory()
    found = [[key for key, _ in store.nearest(vector, NEAREST)] for vector in real.asked]
    row.recall = recall(found, exact(store, real.asked))
    return row


def exact(store: Store, asked: Vectors) -> list[list[str]]:
    """Return the ids that are truly nearest to each question, from all stored vectors."""
    best = Best(len(asked))
    with store._records.database.reading() as db:
        rows = db.execute("SELECT p.id, x.vector FROM v.passages p JOIN v.vectors x ON x.seq = p.seq")
        while some := rows.fetchmany(CHUNK):
            vectors = np.frombuffer(b"".join(vector for _, vector in some), "<f2").reshape(len(some), -1)
            best.take([key for key, _ in some], vectors.astype(np.float32), asked)
    return best.ids()


class Best:
    """The nearest of all vectors that passed by, without keeping these."""

    def __init__(self, questions: int) -> None:
        self._scores = np.full((questions, NEAREST), -np.inf, dtype=np.float32)
        self._ids = np.full((questions, NEAREST), "", dtype=object)

    def take(self, ids: Sequence[str], vectors: Vectors, asked: Vectors) -> None:
        lengths = np.maximum(np.linalg.norm(vectors, axis=1), 1e-9)
        scores = np.concatenate([self._scores, asked @ vectors.T / lengths], axis=1)
        new = np.broadcast_to(np.array(ids, dtype=object), (len(asked), len(ids)))
        every = np.concatenate([self._ids, new], axis=1)
        best = np.argsort(-scores, axis=1)[:, :NEAREST]
        self._scores = np.take_along_axis(scores, best, axis=1)
        self._ids = np.take_along_axis(every, best, axis=1)

    def ids(self) -> list[list[str]]:
        return [list(row) for row in self._ids]


def recall(found: Sequence[Sequence[str]], true: Sequence[Sequence[str]]) -> float:
    """Return the share of the truly nearest that the index found."""
    return sum(len({*ours} & {*theirs}) for ours, theirs in zip(found, true, strict=True)) / sum(map(len, true))


# --- the index alone ---------------------------------------------------------------------------------


def index_rows(real: Material, sizes: Sequence[int], folder: Path) -> Iterator[Row]:
    """Grow a vector index alone and measure it at each size."""
    best = Best(len(real.asked))
    folder.mkdir(mode=0o700)
    process = VectorsProcess()
    try:
        process.open(folder, new=True)
        done = 0
        began = time.monotonic()
        for size in sizes:
            while done < size:
                vectors = real.mixed(done, min(CHUNK, size - done))
                ids = [f"{number:032x}" for number in range(done, done + len(vectors))]
                process.upsert(ids, vectors)
                best.take(ids, vectors, real.asked)
                done += len(vectors)
                if done % 50_000 == 0:
                    print(f"  {done:,} vectors after {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
            row = Row(size)
            found = []
            for vector in real.asked:
                start = time.perf_counter()
                near = process.nearest(vector, DEPTH)
                row.parts.setdefault("nearest", []).append(time.perf_counter() - start)
                found.append([key for key, _ in near[:NEAREST]])
            row.recall = recall(found, best.ids())
            row.memory = {"index": held(process.number)}
            row.parts["made in"] = [time.monotonic() - began]
            yield row
    finally:
        process.end()


# --- memory ------------------------------------------------------------------------------------------


def memory() -> dict[str, float]:
    """Return the megabytes that this process and its children hold, by what they are (Linux; empty elsewhere)."""
    if not Path("/proc/self/status").exists():
        return {}
    found = {"desk": held(os.getpid())}
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, IndexError):  # it may have ended
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            words = (entry / "cmdline").read_bytes().decode(errors="replace").split("\0")
            if parent == os.getpid():
                kind = next((word for word in words if word in ("vectors", "engine", "reader", "ocr")), "other")
                found[kind] = found.get(kind, 0.0) + held(int(entry.name))
    return found


def held(process: int) -> float:
    """Megabytes of a process, what it shares with others counted in part."""
    with contextlib.suppress(OSError):
        text = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii")
        if match := re.search(r"^Pss:\s+(\d+) kB", text, re.MULTILINE):
            return int(match[1]) / 1024
    return 0.0


# --- telling -----------------------------------------------------------------------------------------


def print_rows(rows: Sequence[Row]) -> None:
    """Print a table with a column for each size, and the growth of the slow twentieth as a curve."""
    print(f"\n{'p50 / p95 in ms':<22}" + "".join(f"{row.size:>18,}" for row in rows))
    for part in rows[0].parts:
        if part == "made in":
            print(f"{'made in s':<22}" + "".join(f"{row.parts[part][0]:>18.0f}" for row in rows))
            continue
        cells = [f"{percentile(row.parts[part], 0.5) * 1000:.1f} / {percentile(row.parts[part], 0.95) * 1000:.1f}"
                 for row in rows]  # fmt: skip
        print(f"{part:<22}" + "".join(f"{cell:>18}" for cell in cells))
    for process in rows[0].memory:
        print(f"{f'{process}, MB':<22}" + "".join(f"{row.memory.get(process, 0):>18.0f}" for row in rows))
    print(f"{f'recall@{NEAREST}':<22}" + "".join(f"{row.recall:>18.4f}" for row in rows))
    part = "evidence" if "evidence" in rows[0].parts else "nearest"
    slow = [percentile(row.parts[part], 0.95) * 1000 for row in rows]
    print(f"\n{part}, p95")
    for row, value in zip(rows, slow, strict=True):
        print(f"{row.size:>12,} {'█' * max(1, round(50 * value / max(slow)))} {value:.0f} ms")
    sys.stdout.flush()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("set", type=Path, metavar="SET", help="folder with docs/*.txt and questions.jsonl")
    parser.add_argument("--sizes", default="1000,10000,100000", help="passages of the library; empty for none")
    parser.add_argument("--index", type=int, default=0, metavar="N", help="also grow the index alone up to N vectors")
    parser.add_argument("--questions", type=int, default=200, metavar="N")
    parser.add_argument("--material", type=int, default=3000, metavar="N", help="real passages to resample (3000)")
    parser.add_argument("--library", type=Path, metavar="DIR", help="keep what is made here")
    options = parser.parse_args()
    os.environ.update(OFFLINE)
    seal.shut("desk")
    sizes = sorted(int(size) for size in options.sizes.split(",") if size)
    print(f"{os.cpu_count()} processors, load before the start: {os.getloadavg()[0]:.1f}")
    with contextlib.ExitStack() as stack:
        kept = options.library or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        kept.mkdir(parents=True, exist_ok=True)
        embedder = stack.enter_context(contextlib.closing(EmbedderClient(MODEL)))
        real = material(options, embedder, kept)
        if sizes:
            print_rows(library_rows(real, embedder, sizes, kept / "resampled"))
        if options.index:
            steps = [step for step in (10_000, 100_000, 300_000) if step < options.index]
            folder = stack.enter_context(tempfile.TemporaryDirectory(dir=options.library))
            print("\nthe vector index alone")
            print_rows(list(index_rows(real, [*steps, options.index], Path(folder) / "index")))
    print(f"\nload at the end: {os.getloadavg()[0]:.1f}")


def library_rows(real: Material, embedder: EmbedderClient, sizes: Sequence[int], folder: Path) -> list[Row]:
    rows = []
    with Store.open(folder, KEY, fingerprint="resampled", naming=beginning) as store:
        for size in sizes:
            if len(store.documents()) * PER_DOCUMENT > size:
                print(f"the library in {folder} is larger than {size:,} passages already; passed over")
                continue
            seconds = grow(store, real, size)
            store.prepare()
            began = time.monotonic()
            while not store.search_ready and store.index_failure is None:
                time.sleep(0.2)
            later = time.monotonic() - began
            print(f"{size:,} passages: stored in {seconds:.0f} s, the index ready {later:.0f} s later", flush=True)
            rows.append(measured(store, embedder, real, size))
    disk = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    print(f"on the disk, closed: {disk / 1e6:.0f} MB")
    return rows


if __name__ == "__main__":
    main()

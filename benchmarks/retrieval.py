"""How well the right passage is found: each arm of the search, their plain fusion and the product, side by side.

    python benchmarks/retrieval.py ../shared/data/squad_v2_dev ../shared/data/cuad ../shared/data/cuad/docs_txt \
        --library ../shared/libraries [--questions 1000] [--again] [--out RANKS.jsonl] [--against RANKS.jsonl] [--ask 5]

A set is a folder with `docs/` and `questions.jsonl` (id, question, doc, page, pages, spans, answerable). Questions
that know a page are judged by it, others by their span of characters, others by their document. Where a folder of
texts is named in the place of a set ("cuad/docs_txt"), the texts are searched and the spans judge. Each set is a
library of its own, indexed through the program's own stages and kept under --library, so that it is done once; its
passphrase lies beside it. Prints tables, asserts nothing.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from app import seal  # noqa: E402
from app.__main__ import OFFLINE  # noqa: E402
from app.session import Session  # noqa: E402
from app.settings import Settings  # noqa: E402
from app.types import Added, Answered, AnswerEvent, EvidenceFound, FileFailed, StoredPassage  # noqa: E402
from app.vault import vault  # noqa: E402
from benchmarks.measures import DEPTHS, Figures, Found, Gold, Ranking, figures, fuse, merge  # noqa: E402

SECRET = "benchmark"  # of libraries that hold published documents
SETS = ("squad_v2_dev", "covid_qa", "medquad", "cuad")
DEPTH = 60  # how deep the arms are fused
DEEPEST = DEPTHS[-1]
T = TypeVar("T")
ARMS = ("words", "vectors", "fusion", "product")
ALIKE = "with alike"  # the product, where a passage that is only listed as alike counts in the place of its hit


@dataclass(frozen=True, slots=True)
class Question:
    id: str
    text: str
    gold: Gold


@dataclass(slots=True)
class Set:
    """A set of documents with questions, and what was found for them."""

    name: str
    docs: Path
    questions: list[Question]
    place: str  # what a hit must share with the gold: "page", "span" or "file"
    rankings: dict[str, list[Ranking]] = field(default_factory=dict)  # by arm, in the order of the questions

    @classmethod
    def load(cls, path: Path, wanted: int) -> Set:
        """Read a set's answerable questions, `wanted` of them spread over the file, all where that is 0."""
        path = Path(os.path.abspath(path))
        inside = not (path / "questions.jsonl").exists()
        folder, docs = (path.parent, path) if inside else (path, path / "docs")
        texts = docs.name == "docs_txt"
        lines = (folder / "questions.jsonl").read_text(encoding="utf-8").splitlines()
        items = [item for item in map(json.loads, filter(None, lines)) if item["answerable"]]
        paged = not texts and any(item.get("page") for item in items)
        spanned = not paged and any(item.get("spans") for item in items)
        made = [made for item in items if (made := _question(item, texts=texts, paged=paged, spanned=spanned))]
        if not made:
            raise SystemExit(f"{folder} holds no question that can be judged")
        if 0 < wanted < len(made):
            made = [made[number * len(made) // wanted] for number in range(wanted)]
        name = f"{folder.name}-{docs.name}" if inside else folder.name
        return cls(name, docs, made, "page" if paged else "span" if spanned else "file")


def absent(folder: Path, wanted: int) -> list[str]:
    """Return questions that a set says cannot be answered from its documents, at most `wanted` of them."""
    items = map(json.loads, filter(None, (folder / "questions.jsonl").read_text(encoding="utf-8").splitlines()))
    texts = [item["question"] for item in items if not item["answerable"]]
    return [texts[number * len(texts) // wanted] for number in range(wanted)] if len(texts) > wanted else texts


def _question(item: dict[str, Any], *, texts: bool, paged: bool, spanned: bool) -> Question | None:
    pages = frozenset(item.get("pages") or [item["page"]]) if paged and item.get("page") else frozenset()
    spans = merge((start, end) for start, end in item["spans"]) if spanned and item.get("spans") else ()
    if paged > bool(pages) or spanned > bool(spans):
        return None
    files = [item["doc_txt" if texts else "doc"]] if paged or spanned else item.get("gold_docs") or [item["doc"]]
    return Question(str(item["id"]), item["question"], Gold(frozenset(files), pages, spans))


# --- the library -------------------------------------------------------------------------------------


def tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


@contextlib.contextmanager
def opened(libraries: Path, of: Set, *, again: bool) -> Iterator[Session]:
    """Open the library of a set, made where there is none, its documents read where they were not or `again`."""
    folder = libraries / of.name
    secret = folder.with_suffix(".secret")
    if not secret.exists():
        secret.write_text(f"{SECRET}\n", encoding="utf-8")
    line = bytearray(secret.read_bytes().splitlines()[0])
    with Session.open(folder, line, create=not vault.exists(folder), settings=Settings()) as session:
        with contextlib.closing(session.ingest.add([of.docs], again=again)) as events:
            for event in events:
                if isinstance(event, FileFailed):
                    tell(f"  NOT READ {event.file}: {event.reason}")
                if isinstance(event, Added) and event.added:
                    tell(f"  {of.name}: {event.added} documents, {event.pages} pages read and indexed in "
                         f"{event.seconds:.0f} s")
        yield session


def asking(about: str | None, questions: int, names: Sequence[str] = SETS) -> argparse.ArgumentParser:
    """Return the arguments of a benchmark that asks several sets so many questions each; see `each`."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="the folder of the sets")
    parser.add_argument("--library", type=Path, required=True, help="where the libraries are kept and used again")
    parser.add_argument("--questions", type=int, default=questions, metavar="N", help="of each set")
    parser.add_argument("--sets", nargs="+", default=names, metavar="NAME")
    return parser


def each(options: argparse.Namespace) -> Iterator[tuple[Set, Session]]:
    """Open the library of each set that was named, one after the other."""
    seal.shut("desk")  # as the program does; no vault is opened otherwise
    for name in options.sets:
        of = Set.load(options.data / name, options.questions)
        with opened(options.library, of, again=False) as session:
            yield of, session
        tell(f"{name} was asked")


class Places:
    """Where the passages of a library stand, under the names that the set has for its files."""

    def __init__(self, session: Session, docs: Path) -> None:
        self._docs = docs
        with session.store._records.database.reading() as db:
            # A copy shares the passages of another document, and a hit may be named after either.
            files = db.execute("SELECT id, file, coalesce(shares, number) FROM v.documents").fetchall()
            rows = db.execute(
                "SELECT d.id, p.page, p.start, p.end FROM v.passages p JOIN v.documents d ON d.number = p.document"
            ).fetchall()
        names: dict[int, set[str]] = {}
        for _, file, content in files:
            names.setdefault(content, set()).add(self._name(os.fsdecode(file)))
        self._names = {key: frozenset(names[content]) for key, _, content in files}
        self._by_file: dict[str, list[Found]] = {}
        self.passages = len(rows)
        for owner, page, start, end in rows:
            found = Found(self._names[owner], page or None, start, end)
            for file in found.files:
                self._by_file.setdefault(file, []).append(found)

    def _name(self, file: str) -> str:
        path = Path(file)
        return path.relative_to(self._docs).as_posix() if path.is_relative_to(self._docs) else path.name

    def of(self, passage: StoredPassage) -> Found:
        return Found(self._names.get(passage.document, frozenset()), passage.page, passage.start, passage.end)

    def relevant(self, gold: Gold) -> int:
        """Return how many passages are right."""
        return len({found for file in gold.files for found in self._by_file.get(file, ()) if gold.right(found)})


# --- measuring ---------------------------------------------------------------------------------------


def measure(session: Session, of: Set) -> Places:
    """Ask all questions of a set in every way."""
    places = Places(session, of.docs)
    reading = session.reading
    vectors = session.embedder.embed([question.text for question in of.questions])
    for _ in range(600):  # the index opens in the background, and until then exact search answers for it
        if session.store.search_ready:
            break
        time.sleep(0.1)
    of.rankings = {arm: [] for arm in (*ARMS, ALIKE)}
    told = time.monotonic()
    for number, (question, vector) in enumerate(zip(of.questions, vectors, strict=True)):
        relevant = places.relevant(question.gold)

        def keep(arm: str, found: Sequence[StoredPassage], seconds: float) -> None:
            hits = [places.of(passage) for passage in found]
            of.rankings[arm].append(Ranking(question.gold, hits, relevant, seconds))  # noqa: B023 - called at once

        def right(passage: StoredPassage) -> bool:
            return question.gold.right(places.of(passage))  # noqa: B023

        words, in_words = timed(lambda: reading.words(question.text, DEPTH))  # noqa: B023
        near, in_vectors = timed(lambda: reading.nearest(vector, DEPTH))  # noqa: B023
        arms = [[key for key, _ in arm] for arm in (words, near)]
        keep("words", reading.passages(arms[0][:DEEPEST]), in_words)
        keep("vectors", reading.passages(arms[1][:DEEPEST]), in_vectors)
        keep("fusion", reading.passages(fuse(arms)[:DEEPEST]), in_words + in_vectors)
        evidence, in_all = timed(lambda: session.retrieval.search(question.text, DEEPEST))  # noqa: B023
        keep("product", [hit.passage for hit in evidence.hits], in_all)
        keep(ALIKE, [next(filter(right, (hit.passage, *hit.alike)), hit.passage) for hit in evidence.hits], in_all)
        if time.monotonic() - told > 20:
            told = time.monotonic()
            tell(f"  {of.name}: {number + 1} of {len(of.questions)} questions")
    return places


def timed(work: Callable[[], T]) -> tuple[T, float]:
    began = time.perf_counter()
    return work(), time.perf_counter() - began


def print_table(of: Set, places: Places, session: Session) -> None:
    size = session.store.searched()
    print(f"\n{of.name}: {size.files} documents, {size.pages:,} pages, {places.passages:,} passages; "
          f"{len(of.questions):,} questions, judged by {of.place}")
    lost = sum(not ranking.relevant for ranking in of.rankings[ARMS[0]])
    if lost:
        print(f"  of {lost} the gold stands in no passage, and no way of finding can be right")
    told = {arm: figures(rankings) for arm, rankings in of.rankings.items()}
    spans = bool(told[ARMS[0]].precision)
    ks = [str(k) for k in DEPTHS]
    heads = ["file@" + k for k in ks] + ["hit@" + k for k in ks] + ["MRR@10", "nDCG@10"]
    heads += ["P@" + k for k in ks] + ["R@" + k for k in ks] if spans else []
    print(f"{'':<10}" + "".join(f"{head:>8}" for head in [*heads, "p50 ms", "p95 ms"]))
    for arm in ARMS if told[ALIKE].hit == told["product"].hit else (*ARMS, ALIKE):
        row = values(told[arm], spans=spans)
        times = [f"{told[arm].p50 * 1000:.0f}", f"{told[arm].p95 * 1000:.0f}"]
        print(f"{arm:<10}" + "".join(f"{value:>8.3f}" for value in row) + "".join(f"{time:>8}" for time in times))
    arms = [values(told[arm], spans=spans) for arm in ("words", "vectors")]
    differences = [ours - max(one, other)
                   for ours, one, other in zip(values(told["product"], spans=spans), *arms, strict=True)]  # fmt: skip
    print(f"{'to better':<10}" + "".join(f"{value:>+8.3f}" for value in differences), flush=True)


def values(told: Figures, *, spans: bool) -> list[float]:
    row = [*told.file.values(), *told.hit.values(), told.mrr, told.ndcg]
    return [*row, *told.precision.values(), *told.recall.values()] if spans else row


# --- one run against another -------------------------------------------------------------------------


def ranks(of: Set) -> Iterator[dict[str, Any]]:
    """Yield a line for each question: the rank of the first right hit and of the right file, by arm."""
    for number, question in enumerate(of.questions):
        rankings = {arm: of.rankings[arm][number] for arm in ARMS}
        yield {
            "set": of.name, "id": question.id, "question": question.text,
            "relevant": rankings[ARMS[0]].relevant,
            "rank": {arm: ranking.first() for arm, ranking in rankings.items()},
            "file": {arm: ranking.first(file=True) for arm, ranking in rankings.items()},
        }  # fmt: skip


def print_against(lines: Sequence[dict[str, Any]], earlier: Path) -> None:
    """Print how many questions the product answers better and worse than in an earlier run."""
    before = {(line["set"], line["id"]): line for line in map(json.loads, earlier.read_text("utf-8").splitlines())}
    print(f"\nProduct against {earlier.name}: questions won and lost")
    for name in dict.fromkeys(line["set"] for line in lines):
        pairs = [(line["rank"]["product"] or 99, before[key]["rank"]["product"] or 99)
                 for line in lines if line["set"] == name and (key := (name, line["id"])) in before]  # fmt: skip
        told = []
        for k in DEPTHS:
            won, lost = (sum(a <= k < b for a, b in pairs), sum(b <= k < a for a, b in pairs))
            told.append(f"hit@{k} +{won} -{lost}")
        print(f"  {name:<24}{len(pairs):>6} in both:  {',  '.join(told)}")


def print_answers(session: Session, of: Set, wanted: int) -> None:
    """Answer a few questions with the model that writes."""
    for question in of.questions[:: max(1, len(of.questions) // wanted)][:wanted]:
        with contextlib.closing(session.answering.ask(question.text)) as events:
            kept: list[AnswerEvent] = [event for event in events if isinstance(event, EvidenceFound | Answered)]
        answered = kept[-1]
        assert isinstance(answered, Answered)
        cited = sum(bool(sentence.citations) for sentence in answered.answer.sentences)
        times = ", ".join(f"{stage} {seconds:.2f} s" for stage, seconds in answered.timings)
        print(f"\n{question.text}\n  {answered.answer.status}, {len(answered.answer.sentences)} sentences, "
              f"{cited} with citations; {times}\n  {' '.join(answered.answer.text.split())[:300]}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", type=Path, nargs="+", metavar="SET")
    parser.add_argument("--questions", type=int, default=1000, metavar="N", help="of each set; 0 for all (1000)")
    parser.add_argument("--library", type=Path, metavar="DIR", help="keep the libraries here and use them again")
    parser.add_argument("--again", action="store_true", help="read the documents anew, as by changed readers")
    parser.add_argument("--out", type=Path, metavar="FILE.jsonl", help="write each question's ranks to FILE")
    parser.add_argument("--against", type=Path, metavar="FILE.jsonl", help="compare with an earlier run's ranks")
    parser.add_argument("--ask", type=int, default=0, metavar="N", help="also answer N of each set with the model")
    options = parser.parse_args()
    os.environ.update(OFFLINE)
    seal.shut("desk")  # as the program does; no vault is opened otherwise
    sets = [Set.load(path, options.questions) for path in options.sets]
    lines: list[dict[str, Any]] = []
    with contextlib.ExitStack() as stack:
        libraries = options.library or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        libraries.mkdir(parents=True, exist_ok=True)
        for one in sets:
            with opened(libraries, one, again=options.again) as session:
                places = measure(session, one)
                print_table(one, places, session)
                lines += ranks(one)
                if options.ask:
                    print_answers(session, one, options.ask)
    if options.against:
        print_against(lines, options.against)
    if options.out:
        options.out.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    print("\nShares do not depend on how busy the computer is; times do.")


if __name__ == "__main__":
    main()

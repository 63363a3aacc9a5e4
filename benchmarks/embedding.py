"""Passages a second of the program's embedder, its wire included, beside sentence-transformers' own encode."""

from __future__ import annotations

import argparse
import contextlib
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from app import passages, paths
from app.ingest import BATCH
from app.models.client import EmbedderClient
from app.models.tokens import WordPieceTokenizer
from app.types import Document, Page, Passage
from benchmarks.reference import Reference

MODEL = paths.bundled_models() / "all-MiniLM-L6-v2"


def real_passages(folder: Path) -> Iterator[Passage]:
    """Yield the passages of the text files in `folder` as adding them would make them."""
    tokenizer = WordPieceTokenizer(MODEL)
    with contextlib.closing(EmbedderClient(MODEL)) as embedder:
        limit = embedder.limit
    for file in sorted(folder.rglob("*.txt")):
        document = Document("text", "", (Page(None, file.read_text(encoding="utf-8")),))
        yield from passages.split(document, file.name, tokenizer.starts, limit)


def some(folder: Path, wanted: int) -> list[Passage]:
    """Return `wanted` passages spread over the files."""
    found = list(real_passages(folder))
    return found[:: max(1, len(found) // wanted)][:wanted]


def run(options: argparse.Namespace) -> None:
    tokenizer = WordPieceTokenizer(MODEL)
    texts = [passages.embedded_text(passage, tokenizer.starts) for passage in some(options.texts, options.passages)]
    ours: list[float] = []
    theirs: list[float] = []
    with contextlib.closing(EmbedderClient(MODEL)) as embedder, Reference("embed", MODEL) as reference:
        embedder.calibrate()  # as the first long adding does
        embedder.embed(texts[:BATCH])  # both sides warm
        reference.ask(texts[:BATCH])
        about = embedder.about()
        print(f"  questions by {about['questions']}, passages by {about['passages']}")
        for name, speed in about.get("speeds", {}).items():
            print(f"    {name:<22}{speed:7.1f} passages/s, cosine with the reference {about['agreements'][name]:.4f}")
        for _ in range(options.rounds):
            began = time.perf_counter()
            for start in range(0, len(texts), BATCH):  # as adding files does
                embedder.embed(texts[start : start + BATCH])
            ours.append(time.perf_counter() - began)
            theirs.append(float(reference.ask(texts)))
    ratios = [other / own for own, other in zip(ours, theirs, strict=True)]
    print(f"  {len(texts)} passages: Carrel {len(texts) / median(ours):.1f} passages/s, "
          f"sentence-transformers in bfloat16 {len(texts) / median(theirs):.1f}")
    print(f"  ratio {median(ratios):.2f} (wanted: 0.90 or more; rounds {min(ratios):.2f} to {max(ratios):.2f})")

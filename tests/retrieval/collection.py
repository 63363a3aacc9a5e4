"""A small library of real kinds of text for the tests of retrieval, with the stand-in for the embedder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from app.passages import context_name
from app.store.store import Store
from app.types import Document, Page, Passage, StoredPassage
from tests.fakes import FakeEmbedder

KEY = bytes(range(32))
EMBEDDER = FakeEmbedder()


def opened(folder: Path) -> Store:
    return Store.open(folder, bytearray(KEY), fingerprint=EMBEDDER.fingerprint)


def put(store: Store, file: str, *paragraphs: str, title: str = "", kind: str = "text", date: str = "") -> None:
    """Add a document of one page, one passage a paragraph."""
    text = "\n".join(paragraphs)
    context = context_name(title, Path(file).name)
    passages, start = [], 0
    for paragraph in paragraphs:
        passages.append(Passage(None, start, start + len(paragraph), paragraph, context))
        start += len(paragraph) + 1
    texts = [f"{passage.context}\n{passage.text}" for passage in passages]
    store.add(
        file, Document(kind, title, (Page(None, text),), date=date), passages, EMBEDDER.embed(texts),
        size=len(text), modified=1.0, digest=store.content_key(file.encode()),
    )  # fmt: skip


def passage(
    text: str, *, key: str = "", document: str = "d", title: str = "", file: str = "/a/paper.txt",
    page: int | None = None, start: int = 0, context: str = "",
) -> StoredPassage:  # fmt: skip
    key = key or f"{document}-{page}-{start}"
    return StoredPassage(key, document, file, title, "text", page, start, start + len(text), text, context)


def texts(passages: Sequence[StoredPassage]) -> list[str]:
    return [one.text for one in passages]

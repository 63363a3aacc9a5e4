"""Exchanges for the tests of conversations, of a question about a document that the library holds."""

from __future__ import annotations

import secrets

from app.store.store import Store
from app.types import Answer, AnswerStatus, Citation, Evidence, Exchange, Hit, Sentence, StoredPassage, Verdict


def exchange(
    store: Store, question: str, *files: str, before: Exchange | None = None, said: str = "It is three months.",
    asked: float = 1.0,
) -> Exchange:
    """An exchange with a passage of each of these files as its evidence."""
    hits = tuple(Hit(rank, 1.0 / rank, _passage(store, file)) for rank, file in enumerate(files, start=1))
    answer = Answer(
        AnswerStatus.ANSWERED, f"{said} [1]", (Sentence(said, (Citation("1", 1),), Verdict.SUPPORTED),)
    )
    return Exchange(
        secrets.token_hex(16), None if before is None else before.id, asked, question, question,
        Evidence(question, hits, store.searched()), answer, tuple(hit.rank for hit in hits), "model.gguf",
    )


def _passage(store: Store, file: str) -> StoredPassage:
    row = store.document(file)
    assert row is not None
    page = 1 if row.kind == "pdf" else None
    text = store.page_text(row.id, page).split("\n")[0]
    return StoredPassage(f"p-{row.id}", row.id, file, row.title, row.kind, page, 0, len(text), text, "")

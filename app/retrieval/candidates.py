"""The passages that may answer a question, gathered by words, by meaning and from the documents that it names.

Knows the store and the embedder by their faces. Decides nothing about their order.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from app.models.roles import Embedder
from app.retrieval.features import OPENING, Candidates, document_name
from app.retrieval.stems import stem, words
from app.retrieval.wording import Focus
from app.retrieval.wording import focus as find_focus
from app.store.several import Several
from app.store.store import Store
from app.types import Demand, StoredPassage

# How deep each arm looks; enough that what both find is found.
DEPTH = 60
# Of each document that the question names, as many more: its passages may say other words than the rest of it.
NAMED_DEPTH = 40
NAMED = 3
_ROUTES = 8


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked for: `text` ranks, the rest limits."""

    text: str
    demand: Demand | None = None
    documents: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Gathered:
    """The candidates and how near the nearest passage of all is to the question (cosine); 1 where that is not known."""

    candidates: Candidates
    nearest: float


def gather(store: Store | Several, embedder: Embedder, asked: Asked) -> Gathered:
    """Return the candidates for what is asked, none where nothing fits. Raises EngineDied."""
    text, demand, documents = asked.text, asked.demand, asked.documents
    by_words = [key for key, _ in store.words(text, DEPTH, demand=demand, documents=documents)] if demand else []
    if demand is not None and not by_words:  # known without waiting for the embedder
        return Gathered(Candidates([], np.zeros(0, np.float32), np.zeros(0, np.float32), {}), 0.0)
    # The embedder is a process of its own: what it takes is not added to what the words take.
    with ThreadPoolExecutor(1, "question") as beside:
        embedding = beside.submit(embedder.embed, [text], urgent=True)
        if demand is None:
            by_words = [key for key, _ in store.words(text, DEPTH, documents=documents)]
        routes = store.routes(text, _ROUTES, documents=documents)
        named = [document for document, _ in routes[:NAMED]]
        inside = {
            document: [
                key for key, _ in store.words(text, NAMED_DEPTH, demand=demand, documents=frozenset((document,)))
            ]
            for document in named
        }
        ids = list(dict.fromkeys([*by_words, *(key for some in inside.values() for key in some)]))
        known = {passage.id: passage for passage in store.passages(ids, documents=documents)}
        focus = _focus(text, [known[key] for key in inside[named[0]] if key in known]) if named else Focus(text)
        question = embedding.result()[0]
    focused = question if focus.text == text else embedder.embed([focus.text], urgent=True)[0]
    nearest = 0.0
    if demand is None:  # else words alone decide what may come, and meaning only in which order
        near = store.nearest(question, DEPTH, documents=documents)
        nearest = max((score for _, score in near), default=0.0)
        ids += [key for key, _ in near]
        for document in named:
            ids += [key for key, _ in store.nearest(focused, NAMED_DEPTH // 2, documents=frozenset((document,)))]
    ids = list(dict.fromkeys(ids))
    missing = [key for key in ids if key not in known]
    known |= {passage.id: passage for passage in store.passages(missing, documents=documents)}
    meaning = store.similarity(question, ids)
    about = meaning if focus.text == text else store.similarity(focused, ids)
    passages = [known[key] for key in ids if key in known]
    best = routes[0][1] if routes else 1.0
    candidates = Candidates(
        passages,
        np.array([meaning.get(passage.id, 0.0) for passage in passages], np.float32),
        np.array([about.get(passage.id, 0.0) for passage in passages], np.float32),
        {document: score / best for document, score in routes} if best > 0 else {},
        focus.naming,
    )
    # A library of another embedder is searched by words alone: nothing says that they are far off.
    return Gathered(candidates, max([nearest, *map(float, candidates.meaning)]) if meaning or not ids else 1.0)


def _focus(text: str, passages: Sequence[StoredPassage]) -> Focus:
    """Return what `text` asks of the document of `passages`."""
    if not passages:
        return Focus(text)
    named = {stem(word) for word in words(document_name(passages))}
    opening = {
        stem(word)
        for passage in passages
        if passage.page in (None, 1) and passage.start < OPENING
        for word in words(passage.text)
    }
    return find_focus(text, named, opening)

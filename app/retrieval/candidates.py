"""The passages that may answer a question, gathered by words, by meaning and from the documents that it names.

Knows the store and the embedder by their faces. Decides nothing about their order.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from app.models.roles import Embedder
from app.retrieval.features import OPENING, Candidates, document_name
from app.retrieval.stems import stem, words
from app.retrieval.wording import Focus
from app.retrieval.wording import focus as find_focus
from app.store.several import Several
from app.store.store import Store
from app.types import Demand, StoredPassage

Vector = npt.NDArray[np.float32]

# How deep each arm looks; half as deep finds as much on the four sets that it was measured with, twice no more.
DEPTH = 36
# Of each document that the question names, as many more: its passages may say other words than the rest of it.
NAMED_DEPTH = 20
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
    known: dict[str, StoredPassage] = {}

    def read(ids: Iterable[str]) -> None:
        missing = [key for key in dict.fromkeys(ids) if key not in known]
        known.update((passage.id, passage) for passage in store.passages(missing, documents=documents))

    def meant() -> tuple[Vector, list[tuple[str, float]]]:
        question: Vector = embedder.embed([text], urgent=True)[0]
        # With a demand words alone decide what may come, and meaning only in which order.
        return question, store.nearest(question, DEPTH, documents=documents) if demand is None else []

    # Embedder and index are processes of their own: what they take is not added to what the words take.
    with ThreadPoolExecutor(2, "question") as beside:
        meaning = beside.submit(meant)
        if demand is None:
            by_words = [key for key, _ in store.words(text, DEPTH, documents=documents)]
        routes = store.routes(text, _ROUTES, documents=documents)
        named = [document for document, _ in routes[:NAMED]]
        inside = {document: _inside(store, asked, document) for document in named}
        read(key for some in inside.values() for key in some)
        focus = _focus(text, [known[key] for key in inside[named[0]] if key in known]) if named else Focus(text)
        focusing = beside.submit(embedder.embed, [focus.text], urgent=True) if focus.text != text else None
        read(by_words)
        question, near = meaning.result()
        read(key for key, _ in near)
        focused = question if focusing is None else focusing.result()[0]
    ids = [*by_words, *(key for some in inside.values() for key in some), *(key for key, _ in near)]
    if demand is None:
        for document in named:
            ids += [key for key, _ in store.nearest(focused, NAMED_DEPTH // 2, documents=frozenset((document,)))]
        read(ids)
    cosines = store.similarity(np.stack([question, focused]), list(dict.fromkeys(ids)))
    passages = [known[key] for key in dict.fromkeys(ids) if key in known]
    both = np.array([cosines.get(passage.id, (0.0, 0.0)) for passage in passages], np.float32).reshape(-1, 2)
    best = routes[0][1] if routes else 1.0
    candidates = Candidates(
        passages, both[:, 0], both[:, 1],
        {document: score / best for document, score in routes} if best > 0 else {},
        focus.naming,
    )  # fmt: skip
    # A library of another embedder is searched by words alone: nothing says that they are far off.
    nearest = max([0.0, *(score for _, score in near), *map(float, both[:, 0])])
    return Gathered(candidates, nearest if cosines or not ids else 1.0)


def _inside(store: Store | Several, asked: Asked, document: str) -> list[str]:
    """Return the passages of a document that the question names which hold most of its words."""
    if asked.demand is None:
        return [key for key, _ in store.words_inside(asked.text, NAMED_DEPTH, document)]
    found = store.words(asked.text, NAMED_DEPTH, demand=asked.demand, documents=frozenset((document,)))
    return [key for key, _ in found]


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

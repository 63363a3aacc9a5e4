"""Several open stores read as one; what is written goes to one of them directly.

Owns how their rankings are merged. Must not know what a matter is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import numpy.typing as npt

from app.errors import UnknownDocument
from app.store.finding import Frequencies
from app.store.store import Store
from app.types import Demand, DocumentRow, LedgerLine, Page, Scope, Searched, Status, StoredPassage

Ranked = list[tuple[str, float]]


class Several:
    """The reading face of one store over several; with one it gives just what that gives."""

    def __init__(self, stores: Sequence[Store]) -> None:
        self._stores = tuple(stores)

    def scope(self, scope: Scope) -> frozenset[str] | None:
        """Return the ids of all files inside, of all stores together; None where nothing is limited."""
        found = [store.scope(scope) for store in self._stores]
        given = [ids for ids in found if ids is not None]
        return frozenset().union(*given) if given else None

    def words(
        self, text: str, k: int, *, demand: Demand | None = None, documents: frozenset[str] | None = None,
    ) -> Ranked:
        """Return up to `k` (passage id, BM25 score) of all, best first.

        BM25 weighs a word by how rare it is in its own store, so scores of different stores compare roughly.
        """
        return self._best(k, lambda store: store.words(text, k, demand=demand, documents=documents))

    def nearest(self, vector: npt.NDArray[np.float32], k: int, *, documents: frozenset[str] | None = None) -> Ranked:
        """Return up to `k` (passage id, cosine similarity) of all, best first."""
        return self._best(k, lambda store: store.nearest(vector, k, documents=documents))

    def words_inside(self, text: str, k: int, document: str) -> Ranked:
        """Return up to `k` (passage id, score) of one document id, whichever has it, best first."""
        return next(filter(None, (store.words_inside(text, k, document) for store in self._stores)), [])

    def similarity(self, vectors: npt.NDArray[np.float32], ids: Sequence[str]) -> dict[str, npt.NDArray[np.float32]]:
        """Return the cosines of float32[n, d] with each of these passages, float32[n]; of those that are there."""
        return {key: cosines for store in self._stores for key, cosines in store.similarity(vectors, ids).items()}

    def routes(self, text: str, k: int, *, documents: frozenset[str] | None = None) -> Ranked:
        """Return up to `k` (document id, BM25 score) of all that `text` names, best first."""
        return self._best(k, lambda store: store.routes(text, k, documents=documents))

    def frequencies(self, terms: Sequence[str]) -> Frequencies:
        """Return how many passages all have together and how many hold each of these words."""
        found = [store.frequencies(terms) for store in self._stores]
        counts = {term: sum(one.counts.get(term, 0) for one in found) for term in terms}
        return Frequencies(sum(one.passages for one in found), counts)

    def passages(self, ids: Sequence[str], *, documents: frozenset[str] | None = None) -> list[StoredPassage]:
        """Return passages in the order given; those removed since they were found are left out."""
        found = {
            passage.id: passage for store in self._stores for passage in store.passages(ids, documents=documents)
        }
        return [found[key] for key in ids if key in found]

    def page(self, document: str, page: int | None) -> Page:
        """Return a page of a document id, with its text; raises UnknownDocument where none of them has it."""
        for store in self._stores:
            try:
                return store.page(document, page)
            except UnknownDocument:
                continue
        raise UnknownDocument(file=document)

    def page_text(self, document: str, page: int | None) -> str:
        """Return the text of a page of a document id; raises UnknownDocument where none of them has it."""
        return self.page(document, page).text

    def documents(self) -> list[DocumentRow]:
        """Return all documents and failed files, store by store."""
        return [row for store in self._stores for row in store.documents()]

    def searched(self, documents: frozenset[str] | None = None) -> Searched:
        """Return what a search over all looks through."""
        found = [store.searched(documents) for store in self._stores]
        return Searched(
            sum(one.files for one in found), sum(one.pages for one in found), sum(one.unread_pages for one in found),
        )

    def page_counts(self) -> dict[Status, int]:
        """Return how many pages of all have each status, most first; a file that gave no page counts as one."""
        counts: Counter[Status] = Counter()
        for store in self._stores:
            counts.update(store.page_counts())
        return dict(sorted(counts.items(), key=lambda count: (-count[1], count[0])))

    def ledger(self, file: str | None = None) -> Iterator[LedgerLine]:
        """Yield what became of each page of a file or of all, store by store."""
        for store in self._stores:
            yield from store.ledger(file)

    def _best(self, k: int, search: Callable[[Store], Ranked]) -> Ranked:
        found = [hit for store in self._stores for hit in search(store)]
        return found if len(self._stores) == 1 else sorted(found, key=lambda hit: -hit[1])[:k]

"""Several open stores read as one; what is written goes to one of them directly.

Owns how their rankings are merged. Must not know what a matter is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import numpy.typing as npt

from app.errors import UnknownDocument
from app.store.store import Store
from app.types import DocumentRow, LedgerLine, Page, Searched, Status, StoredPassage

Ranked = list[tuple[str, float]]


class Several:
    """The reading face of one store over several; with one it gives just what that gives."""

    def __init__(self, stores: Sequence[Store]) -> None:
        self._stores = tuple(stores)

    def words(self, query: str, k: int) -> Ranked:
        """Return up to `k` (passage id, BM25 score) of all, best first.

        BM25 weighs a word by how rare it is in its own store, so scores of different stores compare roughly.
        """
        return self._best(k, lambda store: store.words(query, k))

    def nearest(self, vector: npt.NDArray[np.float32], k: int) -> Ranked:
        """Return up to `k` (passage id, cosine similarity) of all, best first."""
        return self._best(k, lambda store: store.nearest(vector, k))

    def passages(self, ids: Sequence[str]) -> list[StoredPassage]:
        """Return passages in the order given; those removed since they were found are left out."""
        found = {passage.id: passage for store in self._stores for passage in store.passages(ids)}
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

    def searched(self) -> Searched:
        """Return the scope of a search over all."""
        scopes = [store.searched() for store in self._stores]
        return Searched(
            sum(scope.files for scope in scopes), sum(scope.pages for scope in scopes),
            sum(scope.unread_pages for scope in scopes),
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

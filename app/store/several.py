"""Several open stores read as one; what is written goes to one of them directly.

Owns how their rankings are merged. Must not know what a matter is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from app.errors import UnknownDocument
from app.store.store import Store
from app.types import DocumentRow, Searched, StoredPassage

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

    def page_text(self, document: str, page: int | None) -> str:
        """Return the text of a page of a document id; raises UnknownDocument where none of them has it."""
        for store in self._stores:
            try:
                return store.page_text(document, page)
            except UnknownDocument:
                continue
        raise UnknownDocument(file=document)

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

    def _best(self, k: int, search: Callable[[Store], Ranked]) -> Ranked:
        found = [hit for store in self._stores for hit in search(store)]
        return found if len(self._stores) == 1 else sorted(found, key=lambda hit: -hit[1])[:k]

"""Chroma on disk: nearest vectors, of opaque ids and nothing else. The only module that imports chromadb.

Runs in a process of its own alone, see vectors_child. Owns what is asked of Chroma. Must not know of texts, keys
or sealing. Chroma is never given a document, a name or metadata, and never an embedding function (its default one
downloads). Its settings ignore the environment and `.env`, which could otherwise turn it into a remote client.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

_COLLECTION = "passages"
_SHAPE = {
    "space": "cosine", "max_neighbors": 32, "ef_construction": 200, "ef_search": 400,
    # Below 1000 a kill during its flush was seen to break the index.
    "sync_threshold": 1000,
}


class Chroma:
    """The index in one folder; calls may come from any thread, `upsert` and `delete` from one at a time."""

    def __init__(self, folder: Path, *, new: bool) -> None:
        """Open the index that is in `folder`, or make one; takes half a second, mostly the import."""
        self._client = _client(folder)
        if new:
            self._collection = self._client.create_collection(
                _COLLECTION, embedding_function=None, configuration={"hnsw": _SHAPE}
            )
        else:
            self._collection = self._client.get_collection(_COLLECTION, embedding_function=None)

    def upsert(self, ids: Sequence[str], vectors: npt.NDArray[np.float32]) -> None:
        """Put vectors, float32[n, d], under ids; n at most 5,000."""
        self._collection.upsert(ids=list(ids), embeddings=vectors)

    def delete(self, ids: Sequence[str]) -> None:
        """Take ids out of what is found; their vectors stay in the files until these are made anew."""
        for begin in range(0, len(ids), 5_000):
            self._collection.delete(ids=list(ids[begin : begin + 5_000]))

    def nearest(self, vector: npt.NDArray[np.float32], k: int) -> list[tuple[str, float]]:
        """Return up to `k` (id, cosine similarity), best first, for a float32[d]."""
        found = self._collection.query(query_embeddings=vector[None], n_results=k, include=["distances"])
        distances = found["distances"] or [[]]
        return [(key, 1.0 - float(d)) for key, d in zip(found["ids"][0], distances[0], strict=True)]

    def holds(self, ids: Sequence[str]) -> bool:
        """Say whether all of `ids` are in the index."""
        return len(self._collection.get(ids=list(ids), include=[])["ids"]) == len(ids)

    def count(self) -> int:
        """Return the number of ids in the index."""
        return int(self._collection.count())

    def close(self) -> None:
        """Close the files, as far as Chroma does that at once; the end of the process does the rest."""
        self._client.close()


def _deafened() -> tuple[Any, Any]:
    """Import Chroma so that its settings hear their caller alone.

    It reads the environment and `.env` for every setting that is not given, and once while it is
    imported, where a line meant for another program makes the import fail.
    """
    import pydantic_settings

    plain: Any = pydantic_settings.BaseSettings

    class Deaf(plain):  # type: ignore[misc]
        def __init__(self, **given: Any) -> None:
            super().__init__(**{**given, "_env_file": None})  # a file that is named is read, even if not heard

        @classmethod
        def settings_customise_sources(cls, _: Any, init_settings: Any, **__: Any) -> tuple[Any, ...]:
            return (init_settings,)

    setattr(pydantic_settings, "BaseSettings", Deaf)  # noqa: B010 - a class of that name cannot be assigned
    try:
        import chromadb
        from chromadb.config import Settings
    finally:
        setattr(pydantic_settings, "BaseSettings", plain)  # noqa: B010
    return chromadb, Settings


def _client(folder: Path) -> Any:
    chromadb, settings = _deafened()
    return chromadb.PersistentClient(
        path=str(folder),
        settings=settings(
            _env_file=None,
            chroma_api_impl="chromadb.api.rust.RustBindingsAPI",
            anonymized_telemetry=False,
            chroma_otel_granularity=None,
            chroma_server_host=None,
        ),
    )

"""The embedders that a session may need: the chosen one, and those that matters are indexed by.

Owns which of them embeds the questions, and what is said where a matter is another one's. Must not know how vectors
are kept or made.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path

from app.errors import UnknownModel
from app.models.catalog import Catalog
from app.models.client import EmbedderClient
from app.precedence import Precedence
from app.store.renewal import Maker
from app.store.store import Store
from app.types import Matter


class Embedders:
    """One client a model folder, made when it is first needed; to be closed."""

    def __init__(self, catalog: Catalog, precedence: Precedence) -> None:
        """Raises NoModel."""
        self._precedence = precedence
        self._clients: dict[Path, EmbedderClient] = {}
        self._catalog = catalog
        self.chosen = self._client(catalog.embedder())

    def choose(self, catalog: Catalog, name: str) -> None:
        """Make the embedder of a name the chosen one; raises UnknownModel."""
        folder = catalog.embedder()
        if catalog.name_of(folder) != name:
            raise UnknownModel(name=name)
        self._catalog = catalog
        self.chosen = self._client(folder)

    def close(self) -> None:
        """End all of them."""
        for client in self._clients.values():
            client.close()

    def _client(self, folder: Path) -> EmbedderClient:
        if folder not in self._clients:
            self._clients[folder] = EmbedderClient(folder, precedence=self._precedence)
        return self._clients[folder]

    def own(self, store: Store) -> EmbedderClient | None:
        """Return the one whose vectors a store holds, where it is on this computer."""
        wanted = store.renewal.maker.fingerprint
        clients = map(self._client, self._catalog.embedders())
        return next((client for client in clients if client.fingerprint == wanted), None)

    def maker(self) -> Maker:
        """Describe the chosen one as a store remembers it."""
        chosen, prompts = self.chosen, self.chosen.prompts
        name = self._catalog.name_of(chosen.folder)
        return Maker(chosen.fingerprint, chosen.dimension, name, prompts.question, prompts.passage)

    def serve(self, matters: Sequence[Matter], stores: Mapping[str, Store]) -> tuple[EmbedderClient, list[str]]:
        """Return the embedder for questions in these matters, the first one's own if it is there.

        Matters of another embedder are searched by words alone; a sentence says so for each.
        """
        using = self.own(stores[matters[0].id]) or self.chosen
        told = []
        for matter in matters:
            store = stores[matter.id]
            store.renewal.asking = using.fingerprint
            if not store.renewal.comparable:
                told.append(self._sentence(matter, store))
        return using, told

    def _sentence(self, matter: Matter, store: Store) -> str:
        name = store.renewal.maker.name or "another embedding model"
        why = "is not on this computer" if self.own(store) is None else "is not the one in use"
        command = f"carrel models use {shlex.quote(self._catalog.name_of(self.chosen.folder))}"
        return (
            f"{matter.name} was searched by words alone: it was indexed by {name}, which {why}. "
            f"To have it indexed anew: {command}"
        )

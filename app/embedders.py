"""The embedders that a session may need: the chosen one, and those that matters are indexed by.

Owns which of them embeds the questions, what is said where a matter is another one's, and what it takes to have it
follow. Must not know how vectors are kept or made.
"""

from __future__ import annotations

import contextlib
import shlex
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from app.errors import UnknownModel
from app.models.catalog import Catalog
from app.models.client import EmbedderClient
from app.models.probe import TEXTS
from app.precedence import Precedence
from app.store.renewal import Maker
from app.store.store import Store
from app.types import Behind, EmbedderSurvey, Matter


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

    def survey(self, name: str, stores: Iterable[Store]) -> EmbedderSurvey:
        """Try the embedder of a name, and say what it takes to have `stores` follow it.

        Takes as long as loading it and embedding a few passages. Raises UnknownModel, NotAModel, ModelError.
        """
        folder = next((one for one in self._catalog.embedders() if self._catalog.name_of(one) == name), None)
        if folder is None:
            raise UnknownModel(name=name)
        with contextlib.ExitStack() as stack:
            client = self._clients.get(folder)
            if client is None:
                client = stack.enter_context(contextlib.closing(EmbedderClient(folder, precedence=self._precedence)))
            passages = lost = 0
            for store in stores:
                made, of = store.renewal.progress()
                kept = 0 if (following := store.renewal.following) is None else made
                if store.renewal.maker.fingerprint != client.fingerprint:
                    if following is not None and following.fingerprint == client.fingerprint:
                        of, kept = of - made, 0
                    passages += of
                lost += kept
            return EmbedderSurvey(passages, passages * _seconds(client) if passages else 0.0, lost)

    def behind(self, stores: Iterable[Store]) -> Behind:
        """Say which of `stores` are not found by the chosen embedder yet."""
        late, passages, begun = [], 0, False
        for store in stores:
            renewal = store.renewal
            following = renewal.following
            begun = begun or (following is not None and not renewal.halted)
            if renewal.maker.fingerprint != self.chosen.fingerprint:
                made, of = renewal.progress()
                late.append(store.label)
                passages += of if following is None or following.fingerprint != self.chosen.fingerprint else of - made
        return Behind(tuple(late), passages, self._catalog.name_of(self.chosen.folder), begun)

    def halt(self, stores: Iterable[Store]) -> None:
        """Note that the user stopped what `behind` tells of."""
        for store in stores:
            if store.renewal.maker.fingerprint != self.chosen.fingerprint:
                store.renewal.halt()

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


def _seconds(client: EmbedderClient) -> float:
    """Measure what a passage takes here."""
    client.embed(TEXTS[:1])  # loads it
    began = time.monotonic()
    client.embed(TEXTS)
    return (time.monotonic() - began) / len(TEXTS)

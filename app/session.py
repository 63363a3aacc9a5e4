"""The unlocked library: builds the stages, holds them as attributes, and closes them.

No forwarding methods: whoever has the session uses the stage. The one thing done here is what needs
two of them, the picture of a cited page.
"""

from __future__ import annotations

import contextlib
from pathlib import Path
from types import TracebackType
from typing import Self

from app import errors, paths, vault
from app import settings as stored_settings
from app.answering import Answering
from app.documents.sandbox import ReaderPool
from app.ingest import Ingest, read_whole
from app.models.catalog import Catalog
from app.models.client import EmbedderClient, GeneratorClient, Priority
from app.models.roles import Embedder, Generator, Tokenizer
from app.models.tokens import WordPieceTokenizer
from app.retrieval import Retrieval
from app.settings import Settings
from app.store.store import Store
from app.types import PagePicture, StoredPassage


class Session:
    """An open library with everything that works on it."""

    def __init__(
        self,
        store: Store,
        readers: ReaderPool,
        catalog: Catalog,
        embedder: Embedder,
        tokenizer: Tokenizer,
        generator: Generator | None,
        settings: Settings,
    ) -> None:
        self.store = store
        self.readers = readers
        self.catalog = catalog
        self.settings = settings
        self.retrieval = Retrieval(store, embedder)
        self.ingest = Ingest(store, readers, embedder, tokenizer)
        self.answering = Answering(self.retrieval, generator, settings)
        self._closing = contextlib.ExitStack()

    @classmethod
    def open(
        cls,
        library: Path,
        secret: bytearray,
        *,
        create: bool = False,
        warm: bool = True,
        settings: Settings | None = None,
    ) -> Self:
        """Unlock the library in the folder `library`, making it first where `create` and there is none.

        `secret` is the passphrase in UTF-8. `warm` begins to load what searching needs, in the background, so that
        the first question finds it there. Raises NoLibrary, WrongPassphrase, LibraryBusy, LibraryDamaged,
        LibraryTooNew, NoModel.
        """
        settings = settings or stored_settings.load()
        catalog = Catalog(paths.bundled_models(), paths.own_models(), settings.generator)
        model = catalog.embedder()
        with contextlib.ExitStack() as stack:
            if vault.exists(library):
                key = vault.unlock(library, secret)
            elif create:
                key = vault.create(library, secret)
            else:
                raise errors.NoLibrary(path=library)
            priority = Priority()
            embedder = stack.enter_context(contextlib.closing(EmbedderClient(model, priority=priority)))
            if warm:
                embedder.start()
            try:
                store = stack.enter_context(Store.open(library, key, fingerprint=embedder.fingerprint))
            finally:
                vault.wipe(key)
            if warm:
                store.prepare()
            readers = stack.enter_context(ReaderPool())
            generator = cls._generator(catalog, settings, priority)
            if generator is not None:
                stack.enter_context(contextlib.closing(generator))
            session = cls(store, readers, catalog, embedder, WordPieceTokenizer(model), generator, settings)
            session._closing = stack.pop_all()
            return session

    @staticmethod
    def _generator(catalog: Catalog, settings: Settings, priority: Priority) -> GeneratorClient | None:
        try:
            return GeneratorClient(catalog.generator(), priority=priority, threads=settings.threads)
        except errors.NoModel:
            return None  # answers are then quotes

    def picture(self, passage: StoredPassage, width: int) -> PagePicture:
        """Return the page of a passage, `width` pixels wide, with the passage's characters marked.

        Reads the original file. Raises MissingPath where it is gone, StaleFile where it is another one by now,
        UnsupportedFile where the format has no pages, and other FileErrors.
        """
        if passage.page is None:
            raise errors.UnsupportedFile(kind=passage.kind)
        path = Path(passage.file)
        data = read_whole(path)
        if not self.store.same_content(passage.file, self.store.content_key(data)):
            raise errors.StaleFile
        return self.readers.render(
            data, path.suffix.lower(), passage.page, width=width, start=passage.start, end=passage.end
        )

    def close(self) -> None:
        """End the engines and readers, then seal and close the store; safe to call twice."""
        self._closing.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

"""The unlocked library: builds the stages, holds them as attributes, and closes them.

No forwarding methods: whoever has the session uses the stage. What is done here is what needs several
of them: which matters are open, what goes into the audit log, the picture of a cited page.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from app import audit as audit_log
from app import errors, export, passages, paths, seal
from app import settings as stored_settings
from app.answering import Answering
from app.audit import Audit
from app.consistency import Consistency
from app.conversing import Conversing
from app.documents.sandbox import ReaderPool, Recogniser
from app.embedders import Embedders
from app.erasure import Erasure
from app.folders import Watcher, reconcile
from app.ingest import Ingest
from app.models.catalog import Catalog
from app.models.client import EmbedderClient, GeneratorClient
from app.models.reranker import RerankerClient
from app.models.tokens import WordPieceTokenizer
from app.places import containers
from app.precedence import Precedence
from app.renewal import renew
from app.retrieval import Retrieval
from app.settings import Settings
from app.showing import picture
from app.steps import finished
from app.store.conversations import Conversations
from app.store.several import Several
from app.store.store import Store
from app.types import (
    BroughtUp,
    Destroyed,
    DocumentRow,
    Evidence,
    Exchange,
    Folder,
    IngestEvent,
    LedgerLine,
    Matter,
    PagePicture,
    RenewalEvent,
    Renewed,
    Status,
    StoredPassage,
)
from app.vault import vault as vaults
from app.vault.keys import wipe
from app.vault.vault import Vault

T = TypeVar("T")
Opening = Generator[BroughtUp, None, T]


class Session:
    """An open vault with the matters that were chosen in it and everything that works on them.

    `choose` builds `store`, `reading`, `retrieval`, `ingest`, `answering` and what is below them anew: hold the
    session, not these.
    """

    matter: Matter  # the one that files are added to
    searching: tuple[Matter, ...]  # what a question searches; `matter` is the first of them
    store: Store  # of `matter`
    reading: Several  # over all that are searched
    retrieval: Retrieval
    ingest: Ingest
    answering: Answering
    conversations: Conversations  # of `matter`
    conversing: Conversing  # asks in these, where only `matter` is searched

    def __init__(self, vault: Vault, audit: Audit, settings: Settings, *, warm: bool, closing: contextlib.ExitStack):
        """For the class methods alone."""
        self.vault = vault
        self.audit = audit
        self.settings = settings
        self.recovery_key = ""  # in print, where a new one was just made: to be shown once and cleared
        self._consistency = Consistency(vault, audit)
        self.catalog = _catalog(settings)
        self.precedence = Precedence()
        self._warm = warm
        self._open: dict[str, Store] = {}
        self._unaudited = 0  # questions that a full disk kept out of the log
        self._closing = closing
        self.readers = closing.enter_context(ReaderPool())
        self.recogniser = closing.enter_context(Recogniser())  # its process starts when a picture is to be read
        self.embedders = closing.enter_context(contextlib.closing(Embedders(self.catalog, self.precedence)))
        if warm:
            self.embedder.start()
        self._reranker: RerankerClient | None = None
        if (ranking := self.catalog.reranker()) is not None:
            self._reranker = closing.enter_context(contextlib.closing(RerankerClient(ranking)))
            if warm:
                self._reranker.start()
        self._generator: GeneratorClient | None = None
        self._starter = False  # the generator is the one that came with the program
        with contextlib.suppress(errors.NoModel):  # answers are then quotes
            model = self.catalog.generator()
            self._starter = model.parent == paths.bundled_models()
            self._generator = closing.enter_context(contextlib.closing(
                GeneratorClient(model, precedence=self.precedence, threads=settings.threads)
            ))
        self.erasure = Erasure(vault, audit)

    @classmethod
    def open(
        cls, library: Path, secret: bytearray, *, create: bool = False, warm: bool = True,
        settings: Settings | None = None, matters: Sequence[str] = (),
    ) -> Self:
        """As `opening`, for those who do not watch it."""
        return finished(cls.opening(library, secret, create=create, warm=warm, settings=settings, matters=matters))

    @classmethod
    def opening(
        cls, library: Path, secret: bytearray, *, create: bool = False, warm: bool = True,
        settings: Settings | None = None, matters: Sequence[str] = (),
    ) -> Opening[Self]:
        """Unlock the library in the folder `library`, making it first where `create` and there is none.

        `secret` is the passphrase in UTF-8. `matters` are names or ids, those of the last time where there are
        none. `warm` begins to load what searching needs, in the background, so that the first question finds it
        there. Yields how far it is where a matter is of an earlier version and has to be brought up to date, see
        Store.opening; closed early, all is left as it was. Raises SealError, NoLibrary, WrongPassphrase,
        TooManyTries, LibraryBusy, LibraryDamaged, LibraryTooNew, LibraryTooOld, UnknownMatter, NoModel.
        """
        printed = ""
        seal.require()
        if create and not vaults.exists(library):
            vault, printed = Vault.create(library, secret)
        else:
            vault = Vault.open(library, secret)
        try:
            session = yield from cls._of(vault, "created" if printed else "unlocked", settings, matters, warm=warm)
        except BaseException:
            if printed:
                _unmake(library)
            raise
        session.recovery_key = printed
        return session

    @classmethod
    def recovering(
        cls, library: Path, recovery_key: str, new_secret: bytearray, *, warm: bool = True,
        settings: Settings | None = None, matters: Sequence[str] = (),
    ) -> Opening[Self]:
        """Unlock by the recovery key and make `new_secret` the passphrase; as `opening`, with WrongRecoveryKey."""
        seal.require()
        session = yield from cls._of(Vault.recover(library, recovery_key), "recovered", settings, matters, warm=warm)
        try:
            # Not before the vault was compared with the log: a change would make an older one look as new as it.
            session.vault.change_passphrase(new_secret)
            session.audit.record("passphrase changed", generation=session.vault.generation)
        except BaseException:
            session.close()
            raise
        return session

    @classmethod
    def opening_with_key_store(
        cls, library: Path, *, warm: bool = True, settings: Settings | None = None, matters: Sequence[str] = (),
    ) -> Opening[Self]:
        """Unlock by the system's key store; as `opening`, with NoKeyStore."""
        seal.require()
        return (yield from cls._of(Vault.open_with_key_store(library), "unlocked", settings, matters, warm=warm))

    @classmethod
    def _of(
        cls, vault: Vault, event: str, settings: Settings | None, matters: Sequence[str], *, warm: bool
    ) -> Opening[Self]:
        with contextlib.ExitStack() as stack:
            stack.callback(vault.close)
            key = vault.key("audit")
            try:
                audit = stack.enter_context(contextlib.closing(Audit.open(vault.folder, key)))
            finally:
                wipe(key)
            session = cls(vault, audit, settings or stored_settings.load(), warm=warm, closing=stack)
            stack.callback(session._close_matters)
            session._consistency.begin(event)
            named = [vault.matter(name).id for name in matters]
            yield from session.choosing(named or vault.last or [vault.matters()[0].id])
            session._closing = stack.pop_all()
            return session

    @property
    def embedder(self) -> EmbedderClient:
        """The chosen embedder; a matter may still be indexed by another."""
        return self.embedders.chosen

    @property
    def stores(self) -> Mapping[str, Store]:
        """The matters that are open, by id."""
        return self._open

    @property
    def writes(self) -> bool:
        """Whether a model writes the answers, else they are quotes; the starter model writes only if told to."""
        if self._generator is None:
            return False
        return self.settings.answers == "written" or (self.settings.answers != "quotes" and not self._starter)

    @property
    def findings(self) -> tuple[str, ...]:
        """What was found wrong with the audit log and the vault when they were opened, in sentences."""
        return (*self.audit.findings, *self._consistency.findings)

    def choose(self, ids: Sequence[str]) -> None:
        """As `choosing`, for those who do not watch it."""
        finished(self.choosing(ids))

    def choosing(self, ids: Sequence[str]) -> Opening[None]:
        """Open these matters and close the others; the first is the one that files are added to.

        Takes a second, and yields how far it is with one of an earlier version. What fails, or is closed early, leaves
        everything as it was. Raises UnknownMatter, LibraryDamaged, DiskFull.
        """
        chosen = tuple(self.vault.matter(key) for key in dict.fromkeys(ids))
        if not chosen:
            raise ValueError("no matter was chosen")
        fresh: dict[str, Store] = {}
        with contextlib.ExitStack() as stack:
            for matter in chosen:
                if matter.id not in self._open:
                    fresh[matter.id] = stack.enter_context((yield from self._opened(matter)))
            stack.pop_all()
        old, wanted = self._open, {matter.id for matter in chosen}
        self._open = {**{key: store for key, store in old.items() if key in wanted}, **fresh}
        self.searching, self.matter = chosen, chosen[0]
        self._build()
        for key, store in old.items():
            if key not in wanted:
                self._close_store(store)
        self.vault.remember(tuple(matter.id for matter in chosen))

    def _opened(self, matter: Matter) -> Opening[Store]:
        key = self.vault.matter_key(matter.id)
        try:
            store = yield from _told(matter, Store.opening(
                self.vault.matter_folder(matter.id), key, dimension=self.embedder.dimension,
                fingerprint=self.embedder.fingerprint, label=matter.name, naming=passages.beginning,
            ))
        finally:
            wipe(key)
        store.renewal.note(self.embedders.maker())
        self._consistency.compare(store, matter)
        if self._warm:
            store.prepare()
        return store

    def _build(self) -> None:
        for matter in self.searching:
            self._open[matter.id].label = matter.name
        self.store = self._open[self.matter.id]
        self.reading = Several([self._open[matter.id] for matter in self.searching])
        using, hints = self.embedders.serve(self.searching, self._open)
        self.retrieval = Retrieval(
            self.reading, using, reranker=self._reranker, asked=self._asked, hints=hints,
        )
        self.ingest = Ingest(
            self.store, self.readers, using, WordPieceTokenizer(using.folder), recogniser=self.recogniser,
            precedence=self.precedence, added=self._added,
        )  # fmt: skip
        self.answering = Answering(
            self.retrieval, self._generator if self.writes else None, self.settings, self.precedence
        )
        self.conversations = self.store.conversations
        self.conversing = Conversing(
            self.conversations, self.answering, model=self.writer, several=len(self.searching) > 1,
        )

    # The embedder

    def use_embedder(self, name: str) -> None:
        """Choose the embedder by which passages are found, for this session; `renew` has the matters follow.

        Until it has, each keeps answering by its own. Raises UnknownModel, NotAModel.
        """
        settings = replace(self.settings, embedder=name)
        catalog = _catalog(settings)
        self.embedders.choose(catalog, name)
        self.settings, self.catalog = settings, catalog
        self._build()

    def answer_by(self, answers: str) -> None:
        """Have questions answered as Settings.answers says, from the next one on."""
        self.settings = replace(self.settings, answers=answers)
        self._build()

    def renew(self, *, closed: bool = True) -> Generator[RenewalEvent, None, None]:
        """Index all matters anew that are not the chosen embedder's, and yield what happens; see renewal.renew.

        The old vectors of each answer until its new ones are complete. Those that are not open are opened for it where
        `closed` ones are meant too.
        Closing it, or a kill, keeps what was made, and the next call goes on; to choose the old embedder again
        throws it away. Raises EngineDied, DiskFull, LibraryDamaged.
        """
        maker, embedder = self.embedders.maker(), self.embedder
        tokenizer = WordPieceTokenizer(embedder.folder)
        for matter in self.vault.matters():
            with contextlib.ExitStack() as stack:
                store = self._open.get(matter.id)
                if store is None:
                    if not closed:
                        continue
                    store = yield from self._opened(matter)
                    stack.callback(self._close_store, store)
                for event in renew(store, embedder, tokenizer, maker):
                    if isinstance(event, Renewed):
                        self.audit.record("indexed anew", matter=matter.id)
                        if matter.id in self._open:
                            self._build()
                    yield event

    # Matters

    def create_matter(self, name: str) -> Matter:
        """Make an empty matter, closed as yet; raises MatterExists, BadName, DiskFull."""
        matter = self.vault.create_matter(name)
        self.audit.record("matter created", matter=matter.id)
        return matter

    def rename_matter(self, matter: str, name: str) -> Matter:
        """Give a matter another name; raises UnknownMatter, MatterExists, BadName, DiskFull."""
        renamed = self.vault.rename_matter(matter, name)
        self.audit.record("matter renamed", matter=renamed.id)
        self.searching = tuple(renamed if kept.id == renamed.id else kept for kept in self.searching)
        self.matter = self.searching[0]
        self._build()
        return renamed

    def delete_matter(self, matter: str, *, delete_backups: bool = False) -> Destroyed:
        """Destroy a matter's key and files; where it was the only one open another is opened, or an empty one made.

        Raises UnknownMatter, DiskFull.
        """
        doomed = self.vault.matter(matter)
        documents = len(self._open[doomed.id].documents()) if doomed.id in self._open else 0
        if doomed.id in self._open:
            left = [kept.id for kept in self.searching if kept.id != doomed.id]
            left = left or [kept.id for kept in self.vault.matters() if kept.id != doomed.id][:1]
            self.choose(left or [self._replacement(doomed).id])
        return self.erasure.delete_matter(doomed.id, documents=documents, delete_backups=delete_backups)

    def _replacement(self, doomed: Matter) -> Matter:
        """A new empty matter for the last one, which may still hold the name that the first one gets."""
        name = vaults.FIRST_MATTER
        return self.create_matter(name if name.casefold() != doomed.name.casefold() else f"{name} 2")

    # What was read, and what is followed

    def ledger(self, file: str | None = None) -> Iterator[LedgerLine]:
        """Yield what became of each page of a file, or of all in the matters that are searched."""
        return self.reading.ledger(file)

    def give_password(self, password: str) -> Generator[IngestEvent, None, None]:
        """Remember a password in the current matter, and yield what happens as its locked files are read again."""
        store = self.store
        store.add_password(password)
        locked = {containers(store, line.file)[-1] for line in store.ledger() if line.status is Status.LOCKED}
        yield from self.ingest.add([Path(file) for file in sorted(locked)], again=True)

    def follow(self, folder: Folder) -> None:
        """Follow a folder in the current matter, in place of one of the same path; reads nothing yet."""
        self.store.add_folder(replace(folder, path=os.path.abspath(folder.path)))

    def unfollow(self, path: str) -> None:
        """Follow a folder no more; what was read in it stays."""
        self.store.remove_folder(os.path.abspath(path))

    def reconcile(self, path: str | None = None, *, remove_missing: bool = False) -> Generator[IngestEvent, None, None]:
        """Bring the current matter up to date with the folders that it follows, or one of them, and yield what happens.

        See folders.reconcile.
        """
        store, matter = self.store, self.matter.id
        chosen = [folder for folder in store.folders() if path is None or folder.path == os.path.abspath(path)]
        return reconcile(
            store, self.ingest, chosen, remove_missing=remove_missing,
            remove=lambda file: self.erasure.remove(store, file, matter=matter),
        )

    def watcher(self) -> Watcher:
        """Return a watch over the folders that the current matter follows now; to be closed."""
        return Watcher(self.store.folders())

    def picture(self, passage: StoredPassage, width: int) -> PagePicture:
        """Return the page of a passage, `width` pixels wide, with the passage's characters marked.

        See showing.picture.
        """
        store = next((store for store in self._open.values() if store.holds(passage.document)), self.store)
        return picture(store, self.readers, passage, width)

    # What leaves by the user's wish

    @property
    def writer(self) -> str:
        """The file name of the model that writes answers; empty where there is none."""
        return self._generator.file.name if self._generator is not None else ""

    def export(self, path: Path, exchanges: Sequence[Exchange], *, title: str = "") -> None:
        """Write exchanges to a file that is not encrypted, and into the log that this was done; see export.write."""
        export.write(path, exchanges, title=title, shelves=self._open.values())
        for matter in self.searching:
            documents = _cited((exchange.evidence for exchange in exchanges), matter)
            self.audit.record("exported", matter=matter.id, documents=documents, what="answers")

    # The audit log

    def _added(self, rows: Sequence[DocumentRow]) -> None:
        self.audit.record("added", matter=self.matter.id, documents=[row.id for row in rows])

    def _asked(self, evidence: Evidence) -> None:
        details: dict[str, str | int] = {"question": evidence.question} if self.settings.audit_questions else {}
        if self._unaudited:
            details["not written before, as the disk was full"] = self._unaudited
        for matter in self.searching:
            try:
                self.audit.record("asked", matter=matter.id, documents=_cited([evidence], matter), **details)
                self._unaudited = 0
            except errors.DiskFull:  # to find what is there must not depend on free space
                self._unaudited += 1

    # The end

    def close(self) -> None:
        """End the engines and readers, seal and close the matters, then the vault; safe to call twice."""
        self._closing.close()

    def _close_matters(self) -> None:
        with contextlib.suppress(errors.DiskFull):
            if self.vault.wrong_checks:
                self.audit.record("wrong passphrases", count=self.vault.wrong_checks)
            self.audit.record("locked", generation=self.vault.generation)
        with contextlib.ExitStack() as stack:  # each is closed, whatever becomes of the others
            for store in self._open.values():
                stack.callback(self._close_store, store)
            self._open = {}

    def _close_store(self, store: Store) -> None:
        with contextlib.suppress(errors.DiskFull), contextlib.closing(store):
            store.audit_head = self.audit.head

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _cited(evidence: Iterable[Evidence], matter: Matter) -> list[str]:
    """Return the ids of the documents of a matter that passages were found in."""
    return list(dict.fromkeys(
        hit.passage.document for found in evidence for hit in found.hits if hit.passage.matter == matter.name
    ))


def _catalog(settings: Settings) -> Catalog:
    return Catalog(
        paths.bundled_models(), paths.own_models(), settings.generator,
        embedder=settings.embedder, reranker=settings.reranker,
    )


def _told(matter: Matter, opening: Generator[tuple[int, int], None, Store]) -> Opening[Store]:
    """Open a store and tell how far it is with bringing it up to date."""
    began = time.monotonic()
    with contextlib.closing(opening):
        while True:
            try:
                done, of = next(opening)
            except StopIteration as end:
                store: Store = end.value
                return store
            yield BroughtUp(matter.name, done, of, (of - done) * (time.monotonic() - began) / done if done else None)


def _unmake(library: Path) -> None:
    """Take back a library that was just made: nothing is in it, and nobody was shown its recovery key."""
    shutil.rmtree(library / vaults.MATTERS, ignore_errors=True)
    for name in (audit_log.LOG, audit_log.HEAD, vaults.NAME):
        (library / name).unlink(missing_ok=True)

"""A scripted vault, audit log and erasure for the fake session; nothing on disk, each call noted with its thread."""

from __future__ import annotations

import csv
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from app.errors import CarrelError, MatterExists, NoKeyStore, UnknownMatter
from app.types import AuditEntry, BackupCopy, Destroyed, Matter

if TYPE_CHECKING:
    from tests.ui.fake_session import FakeSession

GENERAL = Matter("0" * 32, "General", 1_700_000_000.0)
NEW_KEY = "NEWK-EYNE-WKEY-NEWK-EYNE-WKEY-NEWK-EYNE-K7QA"


class FakeVault:
    """Matters, ways in and backups."""

    def __init__(self, session: FakeSession, passphrase: bytes, *, wrong_tries: int = 0) -> None:
        self._session = session
        self.folder = Path("/nowhere")
        self.passphrase = passphrase
        self.wrong_tries = wrong_tries
        self.generation = 7
        self.uses_key_store = False
        self.has_key_store = True
        self.kept: list[Matter] = [GENERAL]
        self.copies: list[BackupCopy] = []
        self.error: CarrelError | None = None  # the next change fails with it

    def _note(self, name: str) -> None:
        self._session._note(name)
        error, self.error = self.error, None
        if error is not None:
            raise error

    def matters(self) -> tuple[Matter, ...]:
        return tuple(self.kept)

    def matter(self, name: str) -> Matter:
        for matter in self.kept:
            if name in (matter.id, matter.name):
                return matter
        raise UnknownMatter(name=name)

    def matter_folder(self, matter: str) -> Path:
        return self.folder / matter

    def check(self, secret: bytearray) -> bool:
        self._note("check")
        return bytes(secret) == self.passphrase

    def change_passphrase(self, secret: bytearray) -> None:
        self._note("change_passphrase")
        self.passphrase = bytes(secret)

    def new_recovery_key(self) -> str:
        self._note("new_recovery_key")
        return NEW_KEY

    def use_key_store(self) -> None:
        self._note("use_key_store")
        if not self.has_key_store:
            raise NoKeyStore(reason="this computer has none")
        self.uses_key_store = True

    def leave_key_store(self) -> None:
        self._note("leave_key_store")
        self.uses_key_store = False

    def backups(self) -> tuple[BackupCopy, ...]:
        self._session._note("backups")
        return tuple(self.copies)

    def named(self, name: str, *, but: str = "") -> str:
        if any(kept.name.casefold() == name.casefold() and kept.id != but for kept in self.kept):
            raise MatterExists(name=name)
        return name


class FakeAudit:
    """A log in memory."""

    def __init__(self, session: FakeSession, findings: tuple[str, ...] = ()) -> None:
        self._session = session
        self.findings = findings
        self.kept: list[AuditEntry] = []

    def record(self, event: str, *, matter: str = "", documents: tuple[str, ...] = (), **details: str | int) -> None:
        self._session._note("record")
        said = tuple((name, str(value)) for name, value in details.items())
        self.kept.append(AuditEntry(len(self.kept) + 1, time.time(), "miriam", event, matter, tuple(documents), said))

    def entries(self) -> Iterator[AuditEntry]:
        self._session._note("entries")
        yield from self.kept

    def export_csv(self, stream: TextIO) -> None:
        self._session._note("export_csv")
        writer = csv.writer(stream)
        writer.writerow(("number", "event"))
        writer.writerows((entry.number, entry.event) for entry in self.kept)


class FakeErasure:
    """Removes documents and matters."""

    def __init__(self, session: FakeSession) -> None:
        self._session = session
        self.removed: list[tuple[str, str, bool]] = []

    def copies_with(self, matter: str) -> tuple[BackupCopy, ...]:
        self._session._note("copies_with")
        return tuple(copy for copy in self._session.vault.copies if matter in copy.matters)

    def remove(self, store: object, file: str, *, matter: str, delete_backups: bool) -> None:
        self._session._note("remove")
        assert store is self._session.store
        self.removed.append((file, matter, delete_backups))
        self._session.talk.forget(self._session.store.family(file))
        self._session.rows = [row for row in self._session.rows if row.file != file]
        if delete_backups:
            self.drop_copies(matter)

    def delete_conversation(self, store: object, conversation: str, *, matter: str, exchange: str | None = None,
                            delete_backups: bool = False) -> None:
        self._session._note("delete_conversation")
        assert store is self._session.store
        if exchange is None:
            self._session.talk.delete(conversation)
        else:
            self._session.talk.delete_exchanges({exchange})
        if delete_backups:
            self.drop_copies(matter)

    def drop_copies(self, matter: str) -> None:
        vault = self._session.vault
        vault.copies = [copy for copy in vault.copies if matter not in copy.matters]

    def destroyed(self, matter: Matter) -> Destroyed:
        return Destroyed(matter, 9, (("library.db", 81_920_000), ("index.sealed", 4_096)))

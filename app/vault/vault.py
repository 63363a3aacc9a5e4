"""The vault: what opens a library, and the keys of the matters in it.

Owns who may open `vault.json`, and what its parts say. A random master key is wrapped once for each way in: by the
passphrase, by the recovery key, and, where the user wants that, by a secret in the system's key store. The master key
wraps the keys and names of the matters. Parameters are authenticated with what they protect, and a MAC under the master
key covers the whole file, so nothing in it can be lowered, swapped or dropped unseen. An older copy of the whole file
put back in its place is not seen here; the audit log knows its generation.

Must not know what a matter's key is used for.
"""

from __future__ import annotations

import contextlib
import copy
import json
import secrets
import threading
import time
import unicodedata
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from app.errors import (
    BadName,
    LibraryDamaged,
    LibraryExists,
    LibraryTooNew,
    LibraryTooOld,
    MatterExists,
    NoKeyStore,
    NoLibrary,
    UnknownMatter,
    UnusableFolder,
    WrongPassphrase,
    WrongRecoveryKey,
)
from app.lock import Lock
from app.paths import sync_folder, telling
from app.types import BackupCopy, Matter
from app.vault import keystore, openers, recovery, tries, vaultfile
from app.vault.keys import Cost, NotThisKey, calibrated, random_key, subkey, unwrap, wipe, wrap
from app.vault.vaultfile import FORMAT, MATTERS, NAME, exists

__all__ = ["FIRST_MATTER", "LONGEST_NAME", "MATTERS", "NAME", "Vault", "exists", "opens_with_key_store"]

FIRST_MATTER = "General"
LONGEST_NAME = 120


def opens_with_key_store(folder: Path) -> bool:
    """Say whether the vault in `folder` may be opened by the system's key store, as far as can be told without."""
    try:
        return openers.KEY_STORE in vaultfile.read(folder)["openers"]
    except (NoLibrary, LibraryDamaged, LibraryTooNew, LibraryTooOld, UnusableFolder):
        return False


class Vault:
    """An open vault, held by one process at a time; usable from any thread.

    Closed, it raises ValueError where a key is needed: what is still at work then must not write with a wiped one.
    """

    def __init__(self, folder: Path, lock: Lock, master: bytearray, content: dict[str, Any], wrong_tries: int) -> None:
        """For the class methods alone."""
        self.folder = folder
        self.wrong_tries = wrong_tries  # since the opening before this one
        self.wrong_checks = 0  # since this one, where the right passphrase came after them
        self._guard = threading.RLock()
        self._closed = False
        self._lock = lock
        self._master = master
        self._content = content
        self._matters = tuple(self._matter(entry) for entry in content["matters"])

    # Ways in

    @classmethod
    def create(
        cls, folder: Path, secret: bytearray, *, cost: Cost | None = None, first: str = FIRST_MATTER
    ) -> tuple[Self, str]:
        """Make a vault in `folder` with one empty matter; return it open, and its recovery key in print.

        `cost` is measured where none is given. Never replaces a vault: raises LibraryExists, LibraryBusy;
        LibraryDamaged where matters lie there whose vault is gone, ValueError for an empty secret, DiskFull,
        UnusableFolder, TooLittleMemory.
        """
        if not secret:
            raise ValueError("a vault needs a secret")
        with telling(UnusableFolder):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = Lock(folder)
        master = random_key()
        try:
            if exists(folder):
                raise LibraryExists(path=folder)
            identity = secrets.token_hex(16)
            content: dict[str, Any] = {
                "format": FORMAT, "id": identity, "generation": 0, "openers": {}, "matters": [], "last": [],
            }
            openers.put(content, openers.PASSPHRASE, secret, master, cost or calibrated())
            vault = cls(folder, lock, master, content, 0)
            printed = vault._new_recovery_key()
            vault._put_backups(())
            vault.create_matter(first)
            return vault, printed
        except BaseException:
            wipe(master)
            lock.release()
            raise

    @classmethod
    def open(cls, folder: Path, secret: bytearray) -> Self:
        """Open the vault in `folder` by its passphrase.

        Raises NoLibrary, TooManyTries, WrongPassphrase (also where the entry was tampered with: nobody can
        tell these apart without the key), LibraryBusy, LibraryDamaged, LibraryTooNew, LibraryTooOld, UnusableFolder,
        TooLittleMemory.
        """
        return cls._opened(folder, openers.PASSPHRASE, secret, WrongPassphrase())

    @classmethod
    def recover(cls, folder: Path, text: str) -> Self:
        """Open the vault in `folder` by its recovery key; as `open`, with WrongRecoveryKey."""
        vaultfile.read(folder)
        key = recovery.parsed(text)
        try:
            return cls._opened(folder, openers.RECOVERY, key, WrongRecoveryKey(reason=""))
        finally:
            wipe(key)

    @classmethod
    def open_with_key_store(cls, folder: Path, *, store: keystore.Store | None = None) -> Self:
        """Open the vault in `folder` by the system's key store, or by `store`; as `open`, with NoKeyStore."""
        secret = keystore.load(vaultfile.read(folder)["id"], store=store)
        try:
            return cls._opened(folder, openers.KEY_STORE, secret, keystore.foreign())
        finally:
            wipe(secret)

    @classmethod
    def _opened(cls, folder: Path, opener: str, secret: bytearray, wrong: Exception) -> Self:
        vaultfile.read(folder)  # what is wrong with the folder is said first
        with telling(UnusableFolder):
            lock = Lock(folder)
        guessed = opener != openers.KEY_STORE  # what the key store holds is no guess, and must not make the user wait
        try:
            if guessed:
                tries.check(folder)
            content = vaultfile.read(folder)
            try:
                master = openers.unlocked(content, opener, secret)
            except NotThisKey:
                if guessed:
                    tries.count(folder)
                raise wrong from None
            try:
                if not vaultfile.sound(content, master):
                    raise LibraryDamaged(reason=f"{NAME} was changed by something else; put it back from a backup")
                vaultfile.tidy(folder)
                return cls(folder, lock, master, content, tries.clear(folder))
            except BaseException:
                wipe(master)
                raise
        except BaseException:
            lock.release()
            raise

    # What opens it

    def check(self, secret: bytearray) -> bool:
        """Say whether `secret` is the passphrase; raises TooManyTries, as guesses here count like any."""
        tries.check(self.folder)
        try:
            wipe(openers.unlocked(self._content, openers.PASSPHRASE, secret))
        except NotThisKey:
            tries.count(self.folder)
            return False
        self.wrong_checks += tries.clear(self.folder)
        return True

    def change_passphrase(self, secret: bytearray) -> None:
        """Make `secret` the passphrase; the old one opens nothing from then on but old copies of the file."""
        if not secret:
            raise ValueError("a vault needs a secret")
        with self._changing():
            openers.put(self._content, openers.PASSPHRASE, secret, self._master)

    def new_recovery_key(self) -> str:
        """Make a new recovery key and return it in print; the old one opens nothing from then on."""
        with self._changing():
            return self._new_recovery_key()

    @property
    def uses_key_store(self) -> bool:
        """Whether the system's key store opens this vault."""
        return openers.KEY_STORE in self._content["openers"]

    def use_key_store(self, *, store: keystore.Store | None = None) -> None:
        """Let the system's key store, or `store`, open this vault; raises NoKeyStore, DiskFull."""
        secret = random_key()
        try:
            keystore.save(self.id, secret, store=store)
            with self._changing():
                openers.put(self._content, openers.KEY_STORE, secret, self._master)
        finally:
            wipe(secret)

    def leave_key_store(self, *, store: keystore.Store | None = None) -> None:
        """Let the key store open it no more.

        Where the store cannot be reached the secret stays in it, and opens nothing but old copies of the file.
        """
        with self._changing():
            self._content["openers"].pop(openers.KEY_STORE, None)
        with contextlib.suppress(NoKeyStore):
            keystore.remove(self.id, store=store)

    # Matters

    @property
    def id(self) -> str:
        """Opaque and random."""
        return str(self._content["id"])

    @property
    def generation(self) -> int:
        """How often `vault.json` was written."""
        return int(self._content["generation"])

    def matters(self) -> tuple[Matter, ...]:
        """Return all matters, the oldest first."""
        return self._matters

    def matter(self, name: str) -> Matter:
        """Return the matter with this id or name, small and capital letters being the same; raises UnknownMatter."""
        for matter in self._matters:
            if name == matter.id or _same(name, matter.name):
                return matter
        raise UnknownMatter(name=name)

    @property
    def last(self) -> tuple[str, ...]:
        """Ids of the matters that were open last, and still are there."""
        known = {matter.id for matter in self._matters}
        return tuple(key for key in self._content["last"] if key in known)

    def remember(self, ids: tuple[str, ...]) -> None:
        """Note which matters are open, for the next time."""
        if ids != self.last:
            with self._changing():
                self._content["last"] = list(ids)

    def create_matter(self, name: str) -> Matter:
        """Make an empty matter with a new random key; raises MatterExists, BadName."""
        name = self._free_name(name)
        matter = Matter(secrets.token_hex(16), name, time.time())
        key = random_key()
        try:
            with self._wrapping() as wrapping:
                entry = {"id": matter.id, "key": wrap(wrapping, key, self._about(matter.id, "key"))}
        finally:
            wipe(key)
        with self._changing():
            place = self.matter_folder(matter.id)
            place.parent.mkdir(mode=0o700, exist_ok=True)
            place.mkdir(mode=0o700)
            sync_folder(place.parent)
            self._content["matters"].append({**entry, "name": self._named(matter)})
        self._matters += (matter,)
        return matter

    def rename_matter(self, matter: str, name: str) -> Matter:
        """Give a matter another name; raises UnknownMatter, MatterExists, BadName."""
        old = self.matter(matter)
        new = Matter(old.id, self._free_name(name, but=old.id), old.created)
        with self._changing():
            self._entry(old.id)["name"] = self._named(new)
        self._matters = tuple(new if kept.id == new.id else kept for kept in self._matters)
        return new

    def matter_key(self, matter: str) -> bytearray:
        """Return a matter's key, 32 bytes, for the caller to wipe; raises UnknownMatter."""
        with self._wrapping() as wrapping:
            return self._unwrapped(wrapping, self._entry(matter)["key"], self._about(matter, "key"))

    def matter_folder(self, matter: str) -> Path:
        """Return where a matter's files lie."""
        return self.folder / MATTERS / matter

    def forget_matter(self, matter: str) -> None:
        """Take a matter's wrapped key out of the vault, after which nothing opens it; raises UnknownMatter."""
        with self._changing():
            self._content["matters"].remove(self._entry(matter))
        self._matters = tuple(kept for kept in self._matters if kept.id != matter)

    # Backups that the program made

    def backups(self) -> tuple[BackupCopy, ...]:
        """Return the backups made, the oldest first; whether they are still there is not known here."""
        with self._wrapping() as wrapping:
            kept = self._unwrapped(wrapping, self._content["backups"], self._about("", "backups"))
        return tuple(
            BackupCopy(item["path"], item["created"], tuple(item["matters"])) for item in json.loads(bytes(kept))
        )

    def note_backup(self, made: BackupCopy) -> None:
        """Remember that a backup was made."""
        with self._changing():
            self._put_backups((*(kept for kept in self.backups() if kept.path != made.path), made))

    def forget_backup(self, path: str) -> None:
        """Remember a backup no longer."""
        with self._changing():
            self._put_backups(tuple(kept for kept in self.backups() if kept.path != path))

    # The rest

    def key(self, purpose: str) -> bytearray:
        """Return the vault's own key for a purpose, such as its audit log, for the caller to wipe."""
        with self._guard:
            self._must_be_open()
            return subkey(self._master, purpose)

    def close(self) -> None:
        """Wipe the master key and let others in; a second call does nothing."""
        with self._guard:
            self._closed = True
            wipe(self._master)
            self._lock.release()

    def _must_be_open(self) -> None:
        if self._closed:
            raise ValueError("the vault is closed")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _new_recovery_key(self) -> str:
        key = recovery.generate()
        try:
            openers.put(self._content, openers.RECOVERY, key, self._master)
            return recovery.printed(key)
        finally:
            wipe(key)

    @contextlib.contextmanager
    def _wrapping(self) -> Iterator[bytearray]:
        key = self.key("matters")
        try:
            yield key
        finally:
            wipe(key)

    def _about(self, matter: str, what: str) -> dict[str, Any]:
        return {"format": FORMAT, "vault": self.id, "matter": matter, "what": what}

    def _named(self, matter: Matter) -> dict[str, str]:
        content = json.dumps({"name": matter.name, "created": matter.created}).encode()
        with self._wrapping() as wrapping:
            return wrap(wrapping, content, self._about(matter.id, "name"))

    def _matter(self, entry: dict[str, Any]) -> Matter:
        with self._wrapping() as wrapping:
            about = json.loads(bytes(self._unwrapped(wrapping, entry["name"], self._about(entry["id"], "name"))))
        return Matter(entry["id"], about["name"], about["created"])

    @staticmethod
    def _unwrapped(wrapping: bytearray, entry: dict[str, Any], about: dict[str, Any]) -> bytearray:
        try:
            return unwrap(wrapping, entry, about)
        except NotThisKey:  # the MAC of the file was right, so this is no accident on the disk
            raise LibraryDamaged(reason=f"a key in {NAME} does not belong where it stands") from None

    def _entry(self, matter: str) -> dict[str, Any]:
        for entry in self._content["matters"]:
            if entry["id"] == matter:
                assert isinstance(entry, dict)
                return entry
        raise UnknownMatter(name=matter)

    def _free_name(self, name: str, but: str = "") -> str:
        name = unicodedata.normalize("NFC", " ".join(name.split()))
        if not name or len(name) > LONGEST_NAME or not name.isprintable():
            raise BadName(most=LONGEST_NAME)
        if any(_same(name, matter.name) for matter in self._matters if matter.id != but):
            raise MatterExists(name=name)
        return name

    def _put_backups(self, backups: tuple[BackupCopy, ...]) -> None:
        content = json.dumps([asdict(kept) for kept in backups]).encode()
        with self._wrapping() as wrapping:
            self._content["backups"] = wrap(wrapping, content, self._about("", "backups"))

    @contextlib.contextmanager
    def _changing(self) -> Iterator[None]:
        """Write the file anew at the end of the block, or leave all as it was; raises DiskFull, UnusableFolder."""
        with self._guard, telling(UnusableFolder):
            self._must_be_open()
            before = copy.deepcopy(self._content)
            try:
                yield
                self._content["generation"] += 1
                vaultfile.write(self.folder, self._content, self._master)
            except BaseException:
                self._content = before
                raise


def _same(one: str, other: str) -> bool:
    return _plain(one) == _plain(other)


def _plain(name: str) -> str:
    """A name as it is compared: without the difference of case, and of letters that can be written in two ways."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", " ".join(name.split())).casefold())

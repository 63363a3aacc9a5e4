"""What is deleted for good: documents and matters, with the backups that hold them.

Owns the order: first what opens it, then what it is. Must not know how a library is searched.
"""

from __future__ import annotations

import contextlib
import re
import shutil
from collections.abc import Collection
from pathlib import Path

from app.audit import Audit
from app.store.store import Store
from app.types import BackupCopy, Destroyed
from app.vault.vault import MATTERS, Vault

BEGUN = "matter deletion begun"
DELETED, GONE, UNREACHABLE = "deleted", "backup not there any more", "backup not reachable"
_BACKUP = b"CARRELB1"  # how one begins
_NAME = re.compile(r"[0-9a-f]{32}")


class Erasure:
    """Deletes from an open vault, and writes down that it did."""

    def __init__(self, vault: Vault, audit: Audit) -> None:
        self._vault = vault
        self._audit = audit

    def copies_with(self, matter: str) -> tuple[BackupCopy, ...]:
        """Return the backups made by the program that hold a matter, but for those that it knows to be gone.

        Asked again after a deletion with `delete_backups`: those that could not be reached and remain.
        """
        return tuple(copy for copy in self._vault.backups() if matter in copy.matters)

    def remove(self, store: Store, file: str, *, matter: str, delete_backups: bool = False) -> None:
        """Remove a document and its attachments, and what of the conversations shows words of them.

        See Conversations.quoting for how much that is. Raises UnknownDocument, DiskFull.
        """
        family = store.family(file)
        quoting = store.conversations.quoting(family)
        store.remove(file)
        answers = {"answers": quoting.exchanges} if quoting.exchanges else {}
        self._audit.record("removed", matter=matter, documents=family, **answers)
        if delete_backups:
            self._delete_backups(matter)

    def delete_conversation(
        self, store: Store, conversation: str, *, matter: str, exchange: str | None = None, delete_backups: bool = False
    ) -> None:
        """Delete a conversation, or one exchange of it with what follows; raises UnknownConversation, DiskFull."""
        if exchange is None:
            store.conversations.delete(conversation)
        else:
            store.conversations.delete_exchange(exchange)
        self._audit.record("answers deleted" if exchange else "conversation deleted", matter=matter)
        if delete_backups:
            self._delete_backups(matter)

    def delete_matter(self, matter: str, *, documents: int, delete_backups: bool = False) -> Destroyed:
        """Destroy the key of a matter that is closed, then its files; raises UnknownMatter, DiskFull."""
        doomed = self._vault.matter(matter)
        if delete_backups:
            self._delete_backups(matter)
        self._audit.record(BEGUN, matter=matter)
        self._vault.forget_matter(matter)
        files = _remove(self._vault.matter_folder(matter))
        self._audit.record("matter deleted", matter=matter)
        return Destroyed(doomed, documents, files)

    def delete_backup(self, path: str, *, matter: str = "") -> bool:
        """Delete a backup that the program made, and forget it; one that cannot be reached is not forgotten.

        Returns whether it is gone. Raises DiskFull.
        """
        outcome = _delete_backup(Path(path))
        if outcome != UNREACHABLE:
            self._vault.forget_backup(path)
        self._audit.record("backup deleted" if outcome == DELETED else outcome, matter=matter)
        return outcome != UNREACHABLE

    def _delete_backups(self, matter: str) -> None:
        for copy in self.copies_with(matter):
            self.delete_backup(copy.path, matter=matter)


def sweep(vault: Vault, begun: Collection[str]) -> tuple[str, ...]:
    """Remove what is left of matters that have no key any more, as their deletion was cut short.

    `begun` are ids of matters whose deletion the audit log holds: any other folder without a key belongs to a matter
    that an older `vault.json` does not know, and is its owner's. Returns the names of such folders.
    """
    kept = {matter.id for matter in vault.matters()}
    folder = vault.folder / MATTERS
    if not folder.is_dir():
        return ()
    left = [path for path in folder.iterdir() if _NAME.fullmatch(path.name) and path.name not in kept]
    for path in left:
        if path.name in begun:
            _remove(path)
        else:
            with contextlib.suppress(OSError):  # empty, where the making of a matter was cut short
                path.rmdir()
    return tuple(sorted(path.name for path in left if path.exists()))


def _delete_backup(path: Path) -> str:
    """Delete a file if it is a backup still, and say what became of it."""
    try:
        with path.open("rb") as stream:
            if stream.read(len(_BACKUP)) != _BACKUP:
                return GONE  # another file by now, and not ours
        path.unlink()
    except FileNotFoundError:
        # Where its folder is missing too, it may lie on a disk that is not connected.
        return GONE if path.parent.is_dir() else UNREACHABLE
    except OSError:
        return UNREACHABLE
    return DELETED


def _remove(folder: Path) -> tuple[tuple[str, int], ...]:
    files = tuple(sorted(
        (path.relative_to(folder).as_posix(), path.stat().st_size) for path in folder.rglob("*") if path.is_file()
    ))
    if folder.exists():
        shutil.rmtree(folder)
    return files

"""What the library remembers besides documents: passwords, folders that are followed, notes of those who use it.

Owns how these lie in the tables. Must not know what they are used for.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from app.store import schema
from app.store.database import Database
from app.store.texts import to_bytes, to_text
from app.types import Folder

_UNFINISHED = "unfinished"
_AUDIT_HEAD = "audit head"
_PACE = "pace"


class Notes:
    """The notes of one library; usable from any thread."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, name: str) -> Any:
        """Return a note, or None."""
        with self._database.reading() as db:
            return schema.get(db, name)

    def put(self, name: str, value: Any) -> None:
        """Keep a note; None takes it away."""
        with self._database.writing() as db:
            schema.put(db, name, value)

    @property
    def unfinished(self) -> tuple[str, ...]:
        """Paths that were being added when the work was cut off, or still are."""
        return tuple(json.loads(self.get(_UNFINISHED) or "[]"))

    @unfinished.setter
    def unfinished(self, paths: Sequence[str]) -> None:
        self.put(_UNFINISHED, json.dumps(list(paths)) if paths else None)

    @property
    def audit_head(self) -> str:
        """How far the audit log had come when this library was last closed; empty before that."""
        return self.get(_AUDIT_HEAD) or ""

    @audit_head.setter
    def audit_head(self, head: str) -> None:
        self.put(_AUDIT_HEAD, head or None)

    @property
    def pace(self) -> tuple[float, float] | None:
        """Seconds that a page took lately, and that a page with OCR took; None before anything was read."""
        kept = self.get(_PACE)
        return None if kept is None else (float(json.loads(kept)[0]), float(json.loads(kept)[1]))

    @pace.setter
    def pace(self, seconds: tuple[float, float]) -> None:
        self.put(_PACE, json.dumps(seconds))

    @property
    def passwords(self) -> tuple[str, ...]:
        """Passwords that the user gave for locked files, the latest first."""
        with self._database.reading() as db:
            rows = db.execute("SELECT password FROM v.passwords ORDER BY number DESC").fetchall()
            return tuple(to_text(password) for (password,) in rows)

    def add_password(self, password: str) -> None:
        """Remember a password; one that is known becomes the latest."""
        with self._database.writing() as db:
            db.execute("DELETE FROM v.passwords WHERE password = ?", (to_bytes(password),))
            db.execute("INSERT INTO v.passwords(password) VALUES(?)", (to_bytes(password),))

    def forget_password(self, password: str) -> None:
        """Forget a password; one that is not known is none to forget."""
        with self._database.writing() as db:
            db.execute("DELETE FROM v.passwords WHERE password = ?", (to_bytes(password),))

    @property
    def folders(self) -> tuple[Folder, ...]:
        """The folders that are followed, by path."""
        with self._database.reading() as db:
            rows = db.execute("SELECT path, include, exclude FROM v.folders ORDER BY path").fetchall()
            return tuple(
                Folder(to_text(path), tuple(json.loads(include)), tuple(json.loads(exclude)))
                for path, include, exclude in rows
            )

    def add_folder(self, folder: Folder) -> None:
        """Follow a folder, with these patterns from now on."""
        with self._database.writing() as db:
            db.execute("DELETE FROM v.folders WHERE path = ?", (to_bytes(folder.path),))
            db.execute(
                "INSERT INTO v.folders VALUES(?, ?, ?)",
                (to_bytes(folder.path), json.dumps(folder.include), json.dumps(folder.exclude)),
            )

    def remove_folder(self, path: str) -> None:
        """Follow a folder no more; one that is not followed is none to remove."""
        with self._database.writing() as db:
            db.execute("DELETE FROM v.folders WHERE path = ?", (to_bytes(path),))

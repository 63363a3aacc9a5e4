"""The tables of a library, by the version that brought them; an older library is brought up to the newest.

Owns the statements and their order: what the tables hold is said here, how it is written and read elsewhere.
A new library is made by the same steps as an old one is brought up by, so the two cannot differ.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.errors import LibraryDamaged, LibraryTooNew
from app.store import names, words

_FIRST = (
    "CREATE TABLE v.meta(name TEXT PRIMARY KEY, value) WITHOUT ROWID",
    """CREATE TABLE v.documents(
        number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, file BLOB NOT NULL UNIQUE,
        title BLOB NOT NULL, kind TEXT NOT NULL, status TEXT NOT NULL, reason BLOB NOT NULL,
        pages INTEGER NOT NULL, unread INTEGER NOT NULL, parent BLOB,
        size INTEGER NOT NULL, modified REAL NOT NULL, digest BLOB NOT NULL)""",
    "CREATE INDEX v.children ON documents(parent) WHERE parent IS NOT NULL",
    # page: 1-based, 0 where the format knows no pages
    """CREATE TABLE v.pages(
        document INTEGER NOT NULL REFERENCES documents(number) DEFERRABLE INITIALLY DEFERRED,
        page INTEGER NOT NULL, status TEXT NOT NULL, reason BLOB NOT NULL,
        PRIMARY KEY(document, page)) WITHOUT ROWID""",
    "CREATE INDEX v.remarks ON pages(document, page) WHERE reason <> x''",
    """CREATE TABLE v.blocks(
        document INTEGER NOT NULL, page INTEGER NOT NULL, block INTEGER NOT NULL, text BLOB NOT NULL,
        UNIQUE(document, page, block),
        FOREIGN KEY(document, page) REFERENCES pages(document, page) DEFERRABLE INITIALLY DEFERRED)""",
    """CREATE TABLE v.passages(
        seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
        document INTEGER NOT NULL REFERENCES documents(number) DEFERRABLE INITIALLY DEFERRED,
        page INTEGER NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL, context BLOB NOT NULL)""",
    "CREATE INDEX v.of_document ON passages(document)",
    "CREATE TABLE v.vectors(seq INTEGER PRIMARY KEY, vector BLOB NOT NULL)",  # little-endian float16
    words.SCHEMA,
)

_SECOND = (
    # A copy has no pages and passages of its own: it shares those of the document of this number.
    "ALTER TABLE v.documents ADD COLUMN shares INTEGER REFERENCES documents(number) DEFERRABLE INITIALLY DEFERRED",
    "CREATE INDEX v.copies ON documents(shares) WHERE shares IS NOT NULL",
    "CREATE INDEX v.contents ON documents(digest) WHERE pages > 0",
    # of the readers that read it; 0 where that does not matter
    "ALTER TABLE v.documents ADD COLUMN readers INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE v.pages ADD COLUMN confidence REAL",  # of OCR, 0 to 1
    # Lines that OCR read; apart from the pages, whose rows stay short that way and are counted fast.
    """CREATE TABLE v.lines(
        document INTEGER NOT NULL, page INTEGER NOT NULL, lines BLOB NOT NULL,
        UNIQUE(document, page),
        FOREIGN KEY(document, page) REFERENCES pages(document, page) DEFERRABLE INITIALLY DEFERRED)""",
    # A keyed hash of what was embedded: what is the same is embedded once.
    "ALTER TABLE v.passages ADD COLUMN key BLOB",
    "CREATE INDEX v.keys ON passages(key) WHERE key IS NOT NULL",
    "CREATE TABLE v.passwords(number INTEGER PRIMARY KEY, password BLOB NOT NULL UNIQUE)",
    # include and exclude: JSON
    "CREATE TABLE v.folders(path BLOB PRIMARY KEY, include TEXT NOT NULL, exclude TEXT NOT NULL) WITHOUT ROWID",
)

_THIRD = (
    "ALTER TABLE v.documents ADD COLUMN date TEXT NOT NULL DEFAULT ''",  # as Document.date
    "ALTER TABLE v.documents ADD COLUMN people BLOB NOT NULL DEFAULT x''",  # JSON
    names.SCHEMA,
    # Vectors of another embedder that are being made; one goes with the one that it is to replace, when its passage
    # is removed.
    """CREATE TABLE v.renewed(
        seq INTEGER PRIMARY KEY REFERENCES vectors(seq) ON DELETE CASCADE, vector BLOB NOT NULL)""",
)

# Conversations; made anew by app/store/conversations.py where something was deleted.
TALK = (
    # words: the terms of the title, with a space before each, to be looked through; so those of exchanges
    """CREATE TABLE v.conversations(
        number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, title BLOB NOT NULL, words TEXT NOT NULL,
        created REAL NOT NULL, changed REAL NOT NULL)""",
    "CREATE INDEX v.latest ON conversations(changed, number)",
    # A later exchange has a higher number.
    """CREATE TABLE v.exchanges(
        number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,
        conversation INTEGER NOT NULL REFERENCES conversations(number) DEFERRABLE INITIALLY DEFERRED,
        before INTEGER REFERENCES exchanges(number) DEFERRABLE INITIALLY DEFERRED,
        asked REAL NOT NULL, question BLOB NOT NULL, words TEXT NOT NULL)""",
    "CREATE INDEX v.of_conversation ON exchanges(conversation)",
    "CREATE INDEX v.following ON exchanges(before) WHERE before IS NOT NULL",
    # The rest of an exchange, apart from what is looked through.
    """CREATE TABLE v.shown(
        exchange INTEGER PRIMARY KEY REFERENCES exchanges(number) DEFERRABLE INITIALLY DEFERRED,
        shown BLOB NOT NULL)""",
    # The documents whose words an exchange shows, by id.
    """CREATE TABLE v.quoted(
        document TEXT NOT NULL,
        exchange INTEGER NOT NULL REFERENCES exchanges(number) DEFERRABLE INITIALLY DEFERRED,
        PRIMARY KEY(document, exchange)) WITHOUT ROWID""",
    "CREATE INDEX v.quotes ON quoted(exchange)",
)

_STEPS = (_FIRST, _SECOND, _THIRD, TALK)
VERSION = len(_STEPS)


def bring_up(db: Any, *, new: bool) -> Iterator[tuple[int, int]]:
    """Make the tables (only where that may be: `new`) or bring those of an older library up to VERSION.

    Yields how many passages are indexed anew and how many there are, where that has to be done: half a minute for
    50,000. Inside a transaction of the caller's, to be pulled to its end there. Raises LibraryDamaged, LibraryTooNew.
    """
    there = db.execute("SELECT 1 FROM v.sqlite_master WHERE name = 'meta'").fetchone()
    if not there and not new:
        raise LibraryDamaged(reason="its tables are gone; put it back from a backup")
    version = get(db, "version") if there else 0
    if version > VERSION:
        raise LibraryTooNew
    for step in _STEPS[version:]:
        for statement in step:
            db.execute(statement)
    if 0 < version < 3:
        yield from words.rebuild(db)
        names.rebuild(db)
    if version != VERSION:
        put(db, "version", VERSION)


def get(db: Any, name: str) -> Any:
    """Return a note of the library about itself, or None."""
    found = db.execute("SELECT value FROM v.meta WHERE name = ?", (name,)).fetchone()
    return found[0] if found else None


def put(db: Any, name: str, value: Any) -> None:
    """Keep a note of the library about itself; None takes it away."""
    db.execute("DELETE FROM v.meta WHERE name = ?", (name,))
    if value is not None:
        db.execute("INSERT INTO v.meta VALUES(?, ?)", (name, value))

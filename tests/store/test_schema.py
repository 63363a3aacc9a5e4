"""A library of version 1, made by that version's own statements, is brought up to date whole or not at all."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.errors import DiskFull, LibraryTooNew
from app.lock import Lock
from app.store import schema
from app.store.closed import closed_copying
from app.store.closed import settle as settle_copy
from app.store.database import Database
from app.store.store import DATABASE
from app.types import Searched, Status
from app.vault.keys import subkey
from tests.store.library import DIMENSION, KEY, directions, document, finds, opened, put, settle

ROOT = Path(__file__).resolve().parents[2]

# As version 1 made its tables; not to be brought in line with anything.
VERSION_1 = (
    "CREATE TABLE v.meta(name TEXT PRIMARY KEY, value) WITHOUT ROWID",
    """CREATE TABLE v.documents(
        number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, file BLOB NOT NULL UNIQUE,
        title BLOB NOT NULL, kind TEXT NOT NULL, status TEXT NOT NULL, reason BLOB NOT NULL,
        pages INTEGER NOT NULL, unread INTEGER NOT NULL, parent BLOB,
        size INTEGER NOT NULL, modified REAL NOT NULL, digest BLOB NOT NULL)""",
    "CREATE INDEX v.children ON documents(parent) WHERE parent IS NOT NULL",
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
    "CREATE TABLE v.vectors(seq INTEGER PRIMARY KEY, vector BLOB NOT NULL)",
    ("CREATE VIRTUAL TABLE v.words USING fts5(text, context, content='', contentless_delete=1,"
    " tokenize=\"unicode61 remove_diacritics 2\")"),
    "INSERT INTO v.meta VALUES('version', 1)",
    f"INSERT INTO v.meta VALUES('dimension', {DIMENSION})",
    "INSERT INTO v.meta VALUES('unfinished', '[\"/papers\"]')",
    "INSERT INTO v.meta VALUES('audit head', '7:ab')",
)
DOCUMENTS, PASSAGES = 12, 5


@contextlib.contextmanager
def database(folder: Path) -> Iterator[Database]:
    key = subkey(bytearray(KEY), "records")
    with contextlib.closing(Database(folder / DATABASE, key)) as opening:
        yield opening


@pytest.fixture
def older(tmp_path: Path) -> Path:
    """A library as version 1 left it: documents as `put` makes them, and one file that failed."""
    folder = tmp_path / "older"
    folder.mkdir()
    lock = Lock(folder)
    lock.remember_made()
    lock.release()
    with database(folder) as opening, opening.writing() as db:
        for statement in VERSION_1:
            db.execute(statement)
        for number in range(DOCUMENTS):
            _put(db, number)
        db.execute(
            "INSERT INTO v.documents VALUES(99, 'failed', ?, x'', '', 'locked', ?, 0, 0, NULL, 9, 1.5, x'00')",
            (b"/papers/locked.pdf", b"The file is locked."),
        )
    return folder


def _put(db: Any, number: int) -> None:
    made, passages = document(*(f"clause {number} part {i}" for i in range(PASSAGES)), title=f"Paper {number}")
    db.execute(
        "INSERT INTO v.documents VALUES(?, ?, ?, ?, 'pdf', 'read', x'', 2, 1, NULL, ?, ?, x'01')",
        (number + 1, f"id{number}", b"/papers/%d.pdf" % number, made.title.encode(), number, float(number)),
    )
    db.execute("INSERT INTO v.pages VALUES(?, 1, 'read', x'')", (number + 1,))
    db.execute("INSERT INTO v.pages VALUES(?, 2, 'picture', ?)", (number + 1, b"Page 2 is a picture."))
    db.execute("INSERT INTO v.blocks VALUES(?, 1, 0, ?)", (number + 1, made.pages[0].text.encode()))
    vectors = directions(number, PASSAGES).astype("<f2")
    for i, passage in enumerate(passages):
        seq = number * PASSAGES + i + 1
        db.execute(
            "INSERT INTO v.passages VALUES(?, ?, ?, 1, ?, ?, ?)",
            (seq, f"passage{seq}", number + 1, passage.start, passage.end, passage.context.encode()),
        )
        db.execute("INSERT INTO v.vectors VALUES(?, ?)", (seq, vectors[i].tobytes()))
        db.execute(
            "INSERT INTO v.words(rowid, text, context) VALUES(?, ?, ?)", (seq, passage.text, passage.context)
        )


def tables(folder: Path) -> dict[str, tuple[list[Any], str]]:
    """What each table and index is: the columns of a table, the statement of an index."""
    with database(folder) as opening, opening.reading() as db:
        names = db.execute(
            "SELECT name, type, sql FROM v.sqlite_master WHERE name NOT LIKE 'sqlite_%' AND name NOT LIKE 'words_%'"
        ).fetchall()
        return {
            name: (sorted(db.execute(f"PRAGMA v.table_info({name})").fetchall(), key=lambda row: row[1]),
                   sql if kind == "index" else "")
            for name, kind, sql in names
        }


def version(folder: Path) -> int:
    with database(folder) as opening, opening.reading() as db:
        return int(db.execute("SELECT value FROM v.meta WHERE name = 'version'").fetchone()[0])


def test_everything_is_there_and_the_new_works(older: Path) -> None:
    with opened(older) as store:
        rows = store.documents()
        assert [row.file for row in rows] == sorted(
            [*(f"/papers/{number}.pdf" for number in range(DOCUMENTS)), "/papers/locked.pdf"]
        )
        assert {row.reasons for row in rows} == {("Page 2 is a picture.",), ("The file is locked.",)}
        assert store.searched() == Searched(DOCUMENTS, 2 * DOCUMENTS, DOCUMENTS)
        assert store.page_counts() == {Status.PICTURE: DOCUMENTS, Status.READ: DOCUMENTS, Status.LOCKED: 1}
        assert (store.unfinished(), store.audit_head) == (("/papers",), "7:ab")
        assert all(finds(store, number, passages=PASSAGES) for number in range(DOCUMENTS))
        assert len(store.words("clause", 1000)) == DOCUMENTS * PASSAGES
        assert (store.passwords(), store.folders(), store.pace) == ((), (), None)
        assert len(list(store.ledger())) == 2 * DOCUMENTS + 1
        assert not store.unchanged("/papers/locked.pdf", 9, 1.5, readers=1)  # nobody knows which readers failed
        assert store.vectors_of(["clause 1 part 1"]) == [None]
        store.add_copy("/copy.pdf", "/papers/3.pdf", size=3, modified=3.0, digest=b"\x01")
        store.remove("/papers/3.pdf")
        assert finds(store, 3, passages=PASSAGES)
        put(store, 50, passages=PASSAGES)
        settle(store)
    with opened(older) as store:
        settle(store)
        store.verify()
        assert store.index_failure is None
        assert all(finds(store, number, passages=PASSAGES) for number in (*range(DOCUMENTS), 50))


def test_it_has_the_tables_of_a_new_one(older: Path, tmp_path: Path) -> None:
    for folder in (older, tmp_path / "new"):
        opened(folder).close()
    assert version(older) == version(tmp_path / "new") == schema.VERSION
    assert tables(older) == tables(tmp_path / "new")


def test_a_backup_of_version_1_is_brought_back_and_one_of_a_closed_library_is_made(older: Path, tmp_path: Path) -> None:
    copied = tmp_path / "copied"
    copied.mkdir()
    shutil.copy(older / DATABASE, copied)
    settle_copy(copied, bytearray(KEY))
    with closed_copying(older, bytearray(KEY)) as files:
        assert files
    for folder in (copied, older):
        with opened(folder) as store:
            assert finds(store, 3, passages=PASSAGES)


def test_on_a_full_disk_it_stays_as_it_was(older: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    connect = Database._connect

    def small(self: Database) -> Any:
        connection = connect(self)
        pages = connection.execute("PRAGMA v.page_count").fetchone()[0]
        connection.execute(f"PRAGMA v.max_page_count={pages + 2}")
        return connection

    with monkeypatch.context() as patch:
        patch.setattr(Database, "_connect", small)
        with pytest.raises(DiskFull):
            opened(older)
    assert version(older) == 1
    with opened(older) as store:
        assert finds(store, 3, passages=PASSAGES)


KILLED = """
import os, signal, sys
from pathlib import Path
from app.store import schema
from tests.store.library import opened
step, statements = int(sys.argv[2]), schema._STEPS[1]
class Statements(tuple):
    def __iter__(self):
        for number, statement in enumerate(tuple.__iter__(self)):
            if number == step:
                os.kill(os.getpid(), signal.SIGKILL)
            yield statement
schema._STEPS = (schema._STEPS[0], Statements(statements))
opened(Path(sys.argv[1])).close()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
@pytest.mark.parametrize("step", [0, 1, 5, len(schema._STEPS[1]) - 1])
def test_killed_in_the_middle_it_stays_as_it_was(older: Path, step: int) -> None:
    ended = subprocess.run([sys.executable, "-c", KILLED, str(older), str(step)], cwd=ROOT, env=os.environ, check=False)
    assert ended.returncode == -signal.SIGKILL
    assert version(older) == 1
    with opened(older) as store:
        assert all(finds(store, number, passages=PASSAGES) for number in range(DOCUMENTS))
    assert version(older) == schema.VERSION


def test_a_newer_one_is_left_alone(older: Path) -> None:
    with database(older) as opening, opening.writing() as db:
        schema.put(db, "version", schema.VERSION + 1)
    content = (older / DATABASE).read_bytes()
    with pytest.raises(LibraryTooNew):
        opened(older)
    assert (older / DATABASE).read_bytes() == content

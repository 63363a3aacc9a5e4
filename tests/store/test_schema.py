"""A library of an earlier version, made by its own statements, is brought up to date whole or not at all."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from app.errors import DiskFull, LibraryTooNew
from app.lock import Lock
from app.steps import finished
from app.store import names, schema, words
from app.store.closed import closed_copying
from app.store.closed import settle as settle_copy
from app.store.database import Database
from app.store.store import DATABASE, Store
from app.types import Exact, Scope, Searched, Status
from app.vault.keys import subkey
from tests.store.library import DIMENSION, KEY, directions, document, finds, names_are_right, opened, put, settle
from tests.store.talk import exchange

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
# What version 2 added.
VERSION_2 = (
    "ALTER TABLE v.documents ADD COLUMN shares INTEGER REFERENCES documents(number) DEFERRABLE INITIALLY DEFERRED",
    "CREATE INDEX v.copies ON documents(shares) WHERE shares IS NOT NULL",
    "CREATE INDEX v.contents ON documents(digest) WHERE pages > 0",
    "ALTER TABLE v.documents ADD COLUMN readers INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE v.pages ADD COLUMN confidence REAL",
    """CREATE TABLE v.lines(
        document INTEGER NOT NULL, page INTEGER NOT NULL, lines BLOB NOT NULL,
        UNIQUE(document, page),
        FOREIGN KEY(document, page) REFERENCES pages(document, page) DEFERRABLE INITIALLY DEFERRED)""",
    "ALTER TABLE v.passages ADD COLUMN key BLOB",
    "CREATE INDEX v.keys ON passages(key) WHERE key IS NOT NULL",
    "CREATE TABLE v.passwords(number INTEGER PRIMARY KEY, password BLOB NOT NULL UNIQUE)",
    "CREATE TABLE v.folders(path BLOB PRIMARY KEY, include TEXT NOT NULL, exclude TEXT NOT NULL) WITHOUT ROWID",
    "UPDATE v.meta SET value = 2 WHERE name = 'version'",
    # Of what only a library of this version can hold: a copy, a password.
    """INSERT INTO v.documents SELECT 100, 'copy', CAST('/desk/copy.pdf' AS BLOB), title, kind, status, reason, pages,
        unread, NULL, 77, 1.0, digest, number, 0 FROM v.documents WHERE id = 'id5'""",
    "INSERT INTO v.passwords(password) VALUES(CAST('sesame' AS BLOB))",
)
# What version 3 added; its indexes of words and names are made in the way of today, as they did not change since.
VERSION_3 = (
    *VERSION_2,
    "ALTER TABLE v.documents ADD COLUMN date TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE v.documents ADD COLUMN people BLOB NOT NULL DEFAULT x''",
    ("CREATE VIRTUAL TABLE v.names USING fts5(title, file, folder, people, opening, content='', contentless_delete=1,"
     " tokenize=\"ascii tokenchars '.,%$'\")"),
    """CREATE TABLE v.renewed(
        seq INTEGER PRIMARY KEY REFERENCES vectors(seq) ON DELETE CASCADE, vector BLOB NOT NULL)""",
    "UPDATE v.meta SET value = 3 WHERE name = 'version'",
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
    return made(tmp_path / "older", ())


@pytest.fixture
def second(tmp_path: Path) -> Path:
    """A library as version 2 left it, with a copy in it."""
    return made(tmp_path / "second", VERSION_2)


@pytest.fixture
def third(tmp_path: Path) -> Path:
    """A library as version 3 left it, its words and names indexed."""
    folder = made(tmp_path / "third", VERSION_3)
    with database(folder) as opening, opening.writing() as db:
        finished(words.rebuild(db))
        names.rebuild(db)
    return folder


def made(folder: Path, after: Sequence[str]) -> Path:
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
        for statement in after:
            db.execute(statement)
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
    """What each table and index is: the columns of a table, the statement of an index or a virtual table."""
    with database(folder) as opening, opening.reading() as db:
        names = db.execute(
            "SELECT name, type, sql FROM v.sqlite_master WHERE name NOT LIKE 'sqlite_%' AND name NOT LIKE 'words_%'"
            " AND name NOT LIKE 'names_%'"
        ).fetchall()
        return {
            name: (sorted(db.execute(f"PRAGMA v.table_info({name})").fetchall(), key=lambda row: row[1]),
                   sql if kind == "index" or "VIRTUAL" in sql else "")
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


def test_one_of_version_2_is_searched_in_all_the_ways_of_a_new_one(second: Path) -> None:
    with opened(second) as store:
        assert store.searched() == Searched(DOCUMENTS + 1, 2 * DOCUMENTS + 2, DOCUMENTS + 1)
        assert store.passwords() == ("sesame",)
        assert len(store.words("clause", 1000)) == DOCUMENTS * PASSAGES
        # The index of words is as one that is made now, and so is that of names.
        assert len(store.words("", 1000, demand=Exact("clause 7 part"))) == PASSAGES
        assert store.frequencies(["clause", "part"]).counts == dict.fromkeys(("clause", "part"), DOCUMENTS * PASSAGES)
        files = {row.id: row.file for row in store.documents()}
        assert [files[key] for key, _ in store.routes("the copy on the desk", 5)] == ["/papers/5.pdf"]
        assert files[store.routes("Paper 3", 5)[0][0]] == "/papers/3.pdf"
        desk = store.scope(Scope(folders=("/desk",)))
        assert desk == {"copy"}
        hits = store.passages([key for key, _ in store.nearest(directions(5, 1)[0], 9, documents=desk)], documents=desk)
        assert {(hit.file, hit.date) for hit in hits} == {("/desk/copy.pdf", "")}
        assert len(hits) == PASSAGES
        assert len(store.scope(Scope(before="1970-01-03")) or ()) == DOCUMENTS + 1  # by the day of the file
        store.remove("/papers/5.pdf")
        assert [store.document("/desk/copy.pdf")] == [row for row in store.documents() if row.id == "copy"]
        assert finds(store, 5, passages=PASSAGES)
        put(store, 50, passages=PASSAGES)
        assert names_are_right(store)
        settle(store)
    with opened(second) as store:
        store.verify()
        assert finds(store, 50, passages=PASSAGES)


def test_it_tells_how_far_it_is(older: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "_AT_ONCE", 25)

    def watched() -> Iterator[tuple[int, int]]:
        store = yield from Store.opening(older, bytearray(KEY), dimension=DIMENSION)
        store.close()

    assert list(watched()) == [(0, 60), (25, 60), (50, 60), (60, 60)]


def test_closed_in_the_middle_it_stays_as_it_was(older: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "_AT_ONCE", 25)
    with contextlib.closing(Store.opening(older, bytearray(KEY), dimension=DIMENSION)) as opening:
        assert [next(opening), next(opening)] == [(0, 60), (25, 60)]
    assert version(older) == 1
    with opened(older) as store:
        assert finds(store, 3, passages=PASSAGES)
        assert len(store.words("clause", 1000)) == DOCUMENTS * PASSAGES


def test_one_of_version_3_keeps_conversations(third: Path) -> None:
    with opened(third) as store:
        assert store.searched() == Searched(DOCUMENTS + 1, 2 * DOCUMENTS + 2, DOCUMENTS + 1)
        assert store.conversations.latest() == []
        first = exchange(store, "What is clause 3?", "/papers/3.pdf")
        second = exchange(store, "And clause 4?", "/papers/4.pdf", before=first)
        key = store.conversations.keep(first).id
        store.conversations.keep(second, key)
    with opened(third) as store:
        assert store.conversations.exchanges(key) == (first, second)
        store.remove("/papers/4.pdf")
        assert store.conversations.exchanges(key) == (first,)
        assert names_are_right(store)
        assert len(store.words("clause", 1000)) == (DOCUMENTS - 1) * PASSAGES
        store.verify()


def test_it_has_the_tables_of_a_new_one(older: Path, second: Path, third: Path, tmp_path: Path) -> None:
    for folder in (older, second, third, tmp_path / "new"):
        opened(folder).close()
        assert version(folder) == schema.VERSION
    assert tables(older) == tables(second) == tables(third) == tables(tmp_path / "new")


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
from app.steps import finished
from app.store import names, schema, words
from tests.store.library import opened
place, number = sys.argv[2], int(sys.argv[3])
def killed(*_):
    os.kill(os.getpid(), signal.SIGKILL)
class Statements(tuple):
    def __iter__(self):
        for at, statement in enumerate(tuple.__iter__(self)):
            if at == number:
                killed()
            yield statement
if place == "words":
    words.insert = killed
elif place == "names":
    names.rebuild = killed
elif place == "version":
    schema.put = killed
else:
    steps = list(schema._STEPS)
    steps[int(place)] = Statements(steps[int(place)])
    schema._STEPS = tuple(steps)
opened(Path(sys.argv[1])).close()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
@pytest.mark.parametrize(("kind", "place", "number"), [
    ("older", "1", 0), ("older", "1", 5), ("older", "2", 0), ("second", "2", 0),
    ("second", "2", len(schema._STEPS[2]) - 1), ("second", "words", 0), ("second", "names", 0),
    ("second", "version", 0), ("third", "3", 0), ("third", "3", len(schema._STEPS[3]) - 1), ("third", "version", 0),
])
def test_killed_in_the_middle_it_stays_as_it_was(
    kind: str, place: str, number: int, request: pytest.FixtureRequest
) -> None:
    folder: Path = request.getfixturevalue(kind)
    before = version(folder)
    ended = subprocess.run(
        [sys.executable, "-c", KILLED, str(folder), place, str(number)], cwd=ROOT, env=os.environ, check=False
    )
    assert ended.returncode == -signal.SIGKILL
    assert version(folder) == before < schema.VERSION
    with opened(folder) as store:
        assert all(finds(store, number, passages=PASSAGES) for number in range(DOCUMENTS))
        assert len(store.words("clause", 1000)) == DOCUMENTS * PASSAGES
    assert version(folder) == schema.VERSION


def test_a_newer_one_is_left_alone(older: Path) -> None:
    with database(older) as opening, opening.writing() as db:
        schema.put(db, "version", schema.VERSION + 1)
    content = (older / DATABASE).read_bytes()
    with pytest.raises(LibraryTooNew):
        opened(older)
    assert (older / DATABASE).read_bytes() == content

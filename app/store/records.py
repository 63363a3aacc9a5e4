"""What the library keeps, in tables: documents, pages, passages, vectors; the only source of truth.

Owns the schema and the queries. Must not know of Chroma, models or files on disk other than by name.

Texts and names are kept as bytes, UTF-8 with surrogates let through: a page may hold a NUL or half a
surrogate pair and a path may hold any bytes, and all of them must come back as they were. A page's
text is kept once, in blocks, so that a passage is cut out of at most two of them even where the
"page" is a whole book. Passages are counted by `seq`, which only grows and is never used again: the
vector index says by one number how far it has come.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from app.errors import LibraryDamaged, LibraryTooNew, OtherEmbedder, UnknownDocument
from app.store import words
from app.store.database import Database
from app.types import Document, DocumentRow, Page, Passage, Searched, Status, StoredPassage

VERSION = 1
BLOCK = 16_384  # characters
_AT_ONCE = 500  # ids in one statement
_UNTIDY = "untidy"

_SCHEMA = (
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

_SENTENCES = {
    Status.PICTURE: "is a picture without text that can be read",
    Status.LOCKED: "is locked with a password",
    Status.UNSUPPORTED: "is of a kind that cannot be read yet",
    Status.DAMAGED: "is damaged and could not be read",
    Status.TOO_LARGE: "is too large to be read",
    Status.TIMED_OUT: "took too long to read",
}

_ROW = "SELECT number, id, file, title, kind, status, reason, pages, parent, size, modified FROM v.documents"


@dataclass(frozen=True, slots=True)
class Stretch:
    """Passages one after the other, as the vector index takes them in."""

    seqs: npt.NDArray[np.int64]
    ids: list[str]
    vectors: npt.NDArray[np.float32]  # [n, d]


class Records:
    """The tables of one library; usable from any thread."""

    def __init__(self, path: Path, key: bytearray, dimension: int, fingerprint: str, *, new: bool) -> None:
        """Open the database, or make it where that may be (`new`).

        Raises LibraryDamaged, LibraryTooNew, OtherEmbedder, DiskFull.
        """
        self.database = Database(path, key)
        self.dimension = dimension
        try:
            self._prepare(fingerprint, new=new)
        except BaseException:
            self.database.close()
            raise

    def _prepare(self, fingerprint: str, *, new: bool) -> None:
        with self.database.writing() as db:
            if not db.execute("SELECT 1 FROM v.sqlite_master WHERE name = 'meta'").fetchone():
                if not new:
                    raise LibraryDamaged(reason="its tables are gone; put it back from a backup")
                for statement in _SCHEMA:
                    db.execute(statement)
                _set(db, "version", VERSION)
            if _get(db, "version") > VERSION:
                raise LibraryTooNew
            empty = db.execute("SELECT 1 FROM v.passages LIMIT 1").fetchone() is None
            for name, value in (("dimension", self.dimension), ("fingerprint", fingerprint)):
                kept = _get(db, name)
                if not value or kept == value:
                    continue
                if kept and not empty:
                    raise OtherEmbedder
                _set(db, name, value)

    def setting(self, name: str) -> Any:
        """Return a note of the store about itself, or None."""
        with self.database.reading() as db:
            return _get(db, name)

    def note(self, name: str, value: Any) -> None:
        """Keep a note of the store about itself; None takes it away."""
        with self.database.writing() as db:
            _set(db, name, value)

    # Writing

    def put(
        self, row: DocumentRow, digest: bytes, document: Document, passages: Sequence[Passage],
        vectors: npt.NDArray[np.float32],
    ) -> list[str]:
        """Store a document in one transaction, in place of an earlier one; return the passages that went."""
        pages, blocks = _pages(document)
        halves = vectors.astype("<f2")
        ids = [secrets.token_hex(16) for _ in passages]
        with self.database.writing() as db:
            gone = _delete(db, _number(db, row.file))
            number = db.execute("SELECT coalesce(max(number), 0) + 1 FROM v.documents").fetchone()[0]
            first = _next_seq(db)
            db.executemany("INSERT INTO v.pages VALUES(?, ?, ?, ?)", ((number, *page) for page in pages))
            db.executemany("INSERT INTO v.blocks VALUES(?, ?, ?, ?)", ((number, *block) for block in blocks))
            db.executemany(
                "INSERT INTO v.passages VALUES(?, ?, ?, ?, ?, ?, ?)",
                ((first + i, ids[i], number, p.page or 0, p.start, p.end, _bytes(p.context))
                 for i, p in enumerate(passages)),
            )
            db.executemany(
                "INSERT INTO v.vectors VALUES(?, ?)",
                ((first + i, half.tobytes()) for i, half in enumerate(halves)),
            )
            words.insert(db, ((first + i, p.text, p.context) for i, p in enumerate(passages)))
            unread = sum(not page.status.readable for page in document.pages)
            _insert_row(db, number, row, "", unread, digest)
        return gone

    def put_failure(self, row: DocumentRow, digest: bytes, reason: str) -> None:
        """Store the row of a file that gave no document, unless the file has a document already."""
        with self.database.writing() as db:
            kept = db.execute("SELECT pages FROM v.documents WHERE file = ?", (_bytes(row.file),)).fetchone()
            if kept and kept[0]:
                return
            _delete(db, _number(db, row.file))
            number = db.execute("SELECT coalesce(max(number), 0) + 1 FROM v.documents").fetchone()[0]
            _insert_row(db, number, row, reason, 0, digest)

    def touch(self, file: str, size: int, modified: float) -> None:
        """Note a file's new size and time; raises UnknownDocument."""
        with self.database.writing() as db:
            changed = db.execute(
                "UPDATE v.documents SET size = ?, modified = ? WHERE file = ?", (size, modified, _bytes(file)),
            )
            if not changed.rowcount:
                raise UnknownDocument(file=file)

    def remove(self, file: str) -> list[str]:
        """Remove a document and what came out of it; return the passages that went.

        Raises UnknownDocument.
        """
        with self.database.writing() as db:
            family = db.execute(
                "WITH RECURSIVE family(number, file) AS ("
                " SELECT number, file FROM v.documents WHERE file = ?"
                " UNION SELECT d.number, d.file FROM v.documents d JOIN family f ON d.parent = f.file)"
                " SELECT number FROM family", (_bytes(file),),
            ).fetchall()
            if not family:
                raise UnknownDocument(file=file)
            _set(db, _UNTIDY, 1)
            return [passage for (number,) in family for passage in _delete(db, number)]

    def tidy(self) -> None:
        """Take the words of removed documents out of the files, which deleting alone does not."""
        if self.setting(_UNTIDY):
            with self.database.writing() as db:
                words.tidy(db)
                _set(db, _UNTIDY, None)

    # Reading

    def documents(self) -> list[DocumentRow]:
        """Return all documents, by file name."""
        with self.database.reading() as db:
            remarks: dict[int, list[str]] = {}
            for number, reason in db.execute(
                "SELECT document, reason FROM v.pages WHERE reason <> x'' ORDER BY document, page"
            ):
                remarks.setdefault(number, []).append(_text(reason))
            return [_row(found, remarks.get(found[0], [])) for found in db.execute(_ROW + " ORDER BY file")]

    def document(self, file: str) -> DocumentRow | None:
        """Return one document, or None."""
        with self.database.reading() as db:
            found = db.execute(_ROW + " WHERE file = ?", (_bytes(file),)).fetchone()
            if found is None:
                return None
            remarks = db.execute(
                "SELECT reason FROM v.pages WHERE document = ? AND reason <> x'' ORDER BY page", (found[0],)
            ).fetchall()
            return _row(found, [_text(reason) for (reason,) in remarks])

    def holds(self, document: str) -> bool:
        """Say whether there is a document of this id."""
        with self.database.reading() as db:
            return db.execute("SELECT 1 FROM v.documents WHERE id = ?", (document,)).fetchone() is not None

    def digest(self, file: str) -> bytes | None:
        """Return the digest of the content that a file's document was made of, or None for no document."""
        with self.database.reading() as db:
            query = "SELECT digest FROM v.documents WHERE file = ? AND pages > 0"
            found = db.execute(query, (_bytes(file),)).fetchone()
            return None if found is None else bytes(found[0])

    def passages(self, ids: Sequence[str]) -> list[StoredPassage]:
        """Return passages in the order given; one that has gone since it was found is left out."""
        found: dict[str, StoredPassage] = {}
        blocks: dict[tuple[int, int, int], str] = {}
        with self.database.reading() as db:
            for begin in range(0, len(ids), _AT_ONCE):
                some = ids[begin : begin + _AT_ONCE]
                marks = ", ".join("?" * len(some))
                rows = db.execute(
                    "SELECT p.id, d.id, d.file, d.title, d.kind, p.document, p.page, p.start, p.end, p.context"  # noqa: S608
                    " FROM v.passages p JOIN v.documents d ON d.number = p.document"
                    f" WHERE p.id IN ({marks})", list(some),
                ).fetchall()
                for key, document, file, title, kind, number, page, start, end, context in rows:
                    text = _cut(db, blocks, number, page, start, end)
                    found[key] = StoredPassage(
                        key, document, _text(file), _text(title), kind, page or None, start, end, text,
                        _text(context),
                    )
        return [found[key] for key in ids if key in found]

    def page_text(self, document: str, page: int | None) -> str:
        """Return a page's whole text; raises UnknownDocument, also for a page that is not there."""
        with self.database.reading() as db:
            number = db.execute(
                "SELECT p.document FROM v.documents d JOIN v.pages p ON p.document = d.number"
                " WHERE d.id = ? AND p.page = ?", (document, page or 0),
            ).fetchone()
            if number is None:
                raise UnknownDocument(file=document)
            blocks = db.execute(
                "SELECT text FROM v.blocks WHERE document = ? AND page = ? ORDER BY block", (*number, page or 0)
            ).fetchall()
            return "".join(_text(block) for (block,) in blocks)

    def searched(self) -> Searched:
        """Return the scope of a search: files that gave a document, their pages, those without text."""
        with self.database.reading() as db:
            return Searched(*db.execute(
                "SELECT count(*), coalesce(sum(pages), 0), coalesce(sum(unread), 0)"
                " FROM v.documents WHERE pages > 0"
            ).fetchone())

    def page_counts(self) -> dict[Status, int]:
        """Return how many pages have each status; a file that gave no page counts as one."""
        with self.database.reading() as db:
            return {
                Status(status): count
                for status, count in db.execute(
                    "SELECT status, count(*) FROM (SELECT status FROM v.pages"
                    " UNION ALL SELECT status FROM v.documents WHERE pages = 0) GROUP BY status ORDER BY 2 DESC, 1"
                )
            }

    def words(self, query: str, k: int) -> list[tuple[str, float]]:
        """Return up to `k` passages by BM25, best first."""
        with self.database.reading() as db:
            return words.search(db, query, k)

    # For the vector index

    def stretch(self, after: int, most: int) -> Stretch:
        """Return up to `most` passages with `seq` above `after`, ascending."""
        with self.database.reading() as db:
            rows = db.execute(
                "SELECT p.seq, p.id, x.vector FROM v.passages p JOIN v.vectors x ON x.seq = p.seq"
                " WHERE p.seq > ? ORDER BY p.seq LIMIT ?", (after, most),
            ).fetchall()
        halves = np.frombuffer(b"".join(vector for _, _, vector in rows), dtype="<f2")
        return Stretch(
            np.fromiter((seq for seq, _, _ in rows), np.int64, len(rows)), [key for _, key, _ in rows],
            halves.reshape(len(rows), self.dimension).astype(np.float32),
        )

    def last(self, up_to: int | None = None) -> int:
        """Return the highest `seq` there is, or the highest that is at most `up_to`; 0 for none."""
        with self.database.reading() as db:
            if up_to is None:
                return int(db.execute("SELECT coalesce(max(seq), 0) FROM v.passages").fetchone()[0])
            found = db.execute("SELECT coalesce(max(seq), 0) FROM v.passages WHERE seq <= ?", (up_to,))
            return int(found.fetchone()[0])

    def count(self, up_to: int | None = None) -> int:
        """Return the number of passages, or of those with `seq` at most `up_to`."""
        with self.database.reading() as db:
            if up_to is None:
                return int(db.execute("SELECT count(*) FROM v.passages").fetchone()[0])
            return int(db.execute("SELECT count(*) FROM v.passages WHERE seq <= ?", (up_to,)).fetchone()[0])


def _pages(document: Document) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    pages, blocks = [], []
    for page in document.pages:
        number = page.number or 0
        pages.append((number, page.status.value, _bytes(_remark(page))))
        for i, start in enumerate(range(0, len(page.text), BLOCK)):
            blocks.append((number, i, _bytes(page.text[start : start + BLOCK])))
    return pages, blocks


def _remark(page: Page) -> str:
    if page.reason or page.status.readable:
        return page.reason
    return f"{f'Page {page.number}' if page.number else 'The file'} {_SENTENCES.get(page.status, 'could not be read')}."


def _cut(
    db: Any, blocks: dict[tuple[int, int, int], str], document: int, page: int, start: int, end: int,
) -> str:
    if end <= start:
        return ""
    first, last = start // BLOCK, (end - 1) // BLOCK
    for block in range(first, last + 1):
        if (document, page, block) not in blocks:
            found = db.execute(
                "SELECT text FROM v.blocks WHERE document = ? AND page = ? AND block = ?", (document, page, block)
            ).fetchone()
            blocks[document, page, block] = _text(found[0]) if found else ""
    text = "".join(blocks[document, page, block] for block in range(first, last + 1))
    return text[start - first * BLOCK : end - first * BLOCK]


def _insert_row(db: Any, number: int, row: DocumentRow, reason: str, unread: int, digest: bytes) -> None:
    db.execute(
        "INSERT INTO v.documents VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (number, row.id, _bytes(row.file), _bytes(row.title), row.kind, row.status.value, _bytes(reason),
         row.pages, unread, None if row.parent is None else _bytes(row.parent), row.size, row.modified, digest),
    )


def _number(db: Any, file: str) -> int | None:
    found = db.execute("SELECT number FROM v.documents WHERE file = ?", (_bytes(file),)).fetchone()
    return None if found is None else int(found[0])


def _next_seq(db: Any) -> int:
    used = db.execute("SELECT seq FROM v.sqlite_sequence WHERE name = 'passages'").fetchone()
    return int(used[0]) + 1 if used else 1


def _delete(db: Any, number: int | None) -> list[str]:
    if number is None:
        return []
    db.execute("DELETE FROM v.documents WHERE number = ?", (number,))
    rows = db.execute("SELECT seq, id FROM v.passages WHERE document = ?", (number,)).fetchall()
    seqs = [(seq,) for seq, _ in rows]
    words.delete(db, seqs)
    db.executemany("DELETE FROM v.vectors WHERE seq = ?", seqs)
    db.execute("DELETE FROM v.passages WHERE document = ?", (number,))
    db.execute("DELETE FROM v.blocks WHERE document = ?", (number,))
    db.execute("DELETE FROM v.pages WHERE document = ?", (number,))
    return [key for _, key in rows]


def _row(found: Iterable[Any], remarks: list[str]) -> DocumentRow:
    _, key, file, title, kind, status, reason, pages, parent, size, modified = found
    reasons = ([_text(reason)] if reason else []) + remarks
    return DocumentRow(
        key, _text(file), _text(title), kind, Status(status), pages,
        None if parent is None else _text(parent), tuple(reasons), size, modified,
    )


def _get(db: Any, name: str) -> Any:
    found = db.execute("SELECT value FROM v.meta WHERE name = ?", (name,)).fetchone()
    return found[0] if found else None


def _set(db: Any, name: str, value: Any) -> None:
    db.execute("DELETE FROM v.meta WHERE name = ?", (name,))
    if value is not None:
        db.execute("INSERT INTO v.meta VALUES(?, ?)", (name, value))


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogatepass")

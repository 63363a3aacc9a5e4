"""What the library keeps, in tables: documents, pages, passages, vectors; the only source of truth.

Owns the queries. Must not know of Chroma, models or files on disk other than by name.
"""

from __future__ import annotations

import secrets
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from app.errors import OtherEmbedder, UnknownDocument
from app.store import conversations, families, ledger, names, schema, texts, words
from app.store.database import Database, batches, marks
from app.store.families import Naming, unnamed
from app.store.notes import Notes
from app.store.series import Series
from app.store.texts import to_bytes, to_text
from app.types import Document, DocumentRow, Page, Passage, Searched, Status, StoredPassage

_UNTIDY = "untidy"

_ROW = "SELECT d.number, d.id, d.file, d.title, d.kind, d.status, d.reason, d.pages, d.parent, d.size, d.modified,"
_ROW += " coalesce(d.shares, d.number) FROM v.documents d"
_FILE = "SELECT coalesce(shares, number), id, file, title, kind, date FROM v.documents WHERE"


class Records:
    """The tables of one library; usable from any thread."""

    def __init__(self, path: Path, key: bytearray, dimension: int, fingerprint: str, naming: Naming) -> None:
        """For `opening` alone."""
        self.database = Database(path, key)
        self.notes = Notes(self.database)
        self.series = Series(self.database, dimension, fingerprint)
        self._naming = naming

    @classmethod
    def opening(
        cls, path: Path, key: bytearray, dimension: int, fingerprint: str, *, new: bool, naming: Naming = unnamed,
    ) -> Generator[tuple[int, int], None, Self]:
        """Open the database, or make it where that may be (`new`); an older one is brought up to date, or stays.

        Yields as `schema.bring_up` does; closed early, it leaves an older one as it was. `naming` gives how the
        contexts of a document's passages begin, so that they follow its name.

        Raises LibraryDamaged, LibraryTooNew, DiskFull.
        """
        records = cls(path, key, dimension, fingerprint, naming)
        try:
            yield from records._prepare(fingerprint, new=new)
        except BaseException:
            records.database.close()
            raise
        return records

    def _prepare(self, fingerprint: str, *, new: bool) -> Iterator[tuple[int, int]]:
        """Bring the tables up, and take over whose vectors they hold; an empty library becomes this embedder's."""
        with self.database.writing() as db:
            yield from schema.bring_up(db, new=new)
            empty = db.execute("SELECT 1 FROM v.passages LIMIT 1").fetchone() is None
            for name, value in (("dimension", self.series.dimension), ("fingerprint", fingerprint)):
                if value and (empty or not schema.get(db, name)):
                    schema.put(db, name, value)
            self.series.dimension = schema.get(db, "dimension") or 0
            self.series.fingerprint = schema.get(db, "fingerprint") or ""

    # Writing

    def put(
        self, row: DocumentRow, digest: bytes, document: Document, passages: Sequence[Passage],
        vectors: npt.NDArray[np.float32], keys: Sequence[bytes] = (), readers: int = 0, embedder: str = "",
    ) -> list[str]:
        """Store a document in one transaction, in place of an earlier one; return the passages that went.

        Raises OtherEmbedder where the vectors are not of the `embedder` whose vectors there are by now.
        """
        halves = vectors.astype("<f2")
        ids = [secrets.token_hex(16) for _ in passages]
        unread = sum(not page.status.readable for page in document.pages)
        with self.database.writing() as db:
            if embedder and schema.get(db, "fingerprint") not in (None, "", embedder):
                raise OtherEmbedder
            gone = self._replace(db, row)
            number = _next_number(db)
            first = _next_seq(db)
            _insert_pages(db, number, document)
            db.executemany(
                "INSERT INTO v.passages VALUES(?, ?, ?, ?, ?, ?, ?, ?)",
                ((first + i, ids[i], number, p.page or 0, p.start, p.end, to_bytes(p.context),
                  keys[i] if keys else None) for i, p in enumerate(passages)),
            )
            db.executemany(
                "INSERT INTO v.vectors VALUES(?, ?)",
                ((first + i, half.tobytes()) for i, half in enumerate(halves)),
            )
            words.insert(db, ((first + i, p.text, p.context) for i, p in enumerate(passages)))
            _insert_row(db, number, row, "", unread, digest, readers)
            db.execute(
                "UPDATE v.documents SET date = ?, people = ? WHERE number = ?",
                (document.date, names.pack(document.people), number),
            )
            names.put(db, number)
        return gone

    def put_copy(self, row: DocumentRow, of: str, digest: bytes | None) -> list[str]:
        """Store a row that shares the content of another file, in place of an earlier one; return what went.

        Of `row`, what the other one says of the content is not looked at. Raises UnknownDocument, also where the
        other file's content is not that of `digest`, if there is one.
        """
        with self.database.writing() as db:
            gone = self._replace(db, row)
            number = _next_number(db)
            copied = db.execute(
                "INSERT INTO v.documents(number, id, file, title, kind, status, reason, pages, unread, parent, size,"
                " modified, digest, shares, readers, date, people) SELECT ?, ?, ?, title, kind, status, reason, pages,"
                " unread, ?, ?, ?, digest, coalesce(shares, number), readers, date, people FROM v.documents"
                " WHERE file = ? AND pages > 0 AND digest = coalesce(?, digest)",
                (number, row.id, to_bytes(row.file), _or_none(row.parent), row.size, row.modified,
                 to_bytes(of), digest),
            )
            if not copied.rowcount:
                raise UnknownDocument(file=of)
            names.put(db, number)
        return gone

    def _replace(self, db: Any, row: DocumentRow) -> list[str]:
        """Take the earlier version of a file out, whose place in conversations `row` takes; return what went."""
        before = db.execute("SELECT id FROM v.documents WHERE file = ?", (to_bytes(row.file),)).fetchone()
        if before is not None:
            conversations.succeed(db, before[0], row.id)
        return families.delete(db, families.number_of(db, row.file), self._naming)

    def put_failure(self, row: DocumentRow, digest: bytes, reason: str, readers: int = 0) -> None:
        """Store the row of a file that gave no document, unless the file has a document already."""
        with self.database.writing() as db:
            kept = db.execute("SELECT pages FROM v.documents WHERE file = ?", (to_bytes(row.file),)).fetchone()
            if kept and kept[0]:
                return
            families.delete(db, families.number_of(db, row.file), self._naming)
            _insert_row(db, _next_number(db), row, reason, 0, digest, readers)

    def rename(self, before: str, after: str, size: int, modified: float) -> list[str]:
        """Give a file and what came out of it another name; return the passages of what had that name.

        Raises UnknownDocument.
        """
        with self.database.writing() as db:
            return families.rename(db, before, after, size, modified, self._naming)

    def touch(self, file: str, size: int, modified: float) -> None:
        """Note a file's new size and time; raises UnknownDocument."""
        with self.database.writing() as db:
            changed = db.execute(
                "UPDATE v.documents SET size = ?, modified = ? WHERE file = ?", (size, modified, to_bytes(file)),
            )
            if not changed.rowcount:
                raise UnknownDocument(file=file)

    def remove(self, file: str) -> list[str]:
        """Remove a document, what came out of it and the exchanges that quote these; return the passages that went.

        Raises UnknownDocument.
        """
        with self.database.writing() as db:
            family = families.family(db, file)
            if not family:
                raise UnknownDocument(file=file)
            schema.put(db, _UNTIDY, 1)
            conversations.forget(db, [_id(db, number) for number in family])
            return [passage for number in family for passage in families.delete(db, number, self._naming)]

    def tidy(self) -> None:
        """Take words of removed documents and conversations out of the files, which deleting alone does not."""
        with self.database.writing() as db:
            conversations.tidy(db)
            if schema.get(db, _UNTIDY):
                words.tidy(db)
                names.tidy(db)
                schema.put(db, _UNTIDY, None)

    # Reading

    def documents(self) -> list[DocumentRow]:
        """Return all documents, by file name."""
        with self.database.reading() as db:
            remarks: dict[int, list[str]] = {}
            for number, reason in db.execute(
                "SELECT document, reason FROM v.pages WHERE reason <> x'' ORDER BY document, page"
            ):
                remarks.setdefault(number, []).append(to_text(reason))
            return [_row(found, remarks.get(found[11], [])) for found in db.execute(_ROW + " ORDER BY d.file")]

    def document(self, file: str) -> DocumentRow | None:
        """Return one document, or None."""
        return next(iter(self._some("d.file = ?", to_bytes(file))), None)

    def children(self, file: str) -> list[DocumentRow]:
        """Return what came out of a file itself, by file name."""
        return self._some("d.parent = ?", to_bytes(file))

    def below(self, prefix: str) -> list[DocumentRow]:
        """Return what came out of no other file and whose name starts so, by file name."""
        start = to_bytes(prefix)
        return self._some("d.file >= ? AND d.file < ? AND d.parent IS NULL", start, start[:-1] + bytes([start[-1] + 1]))

    def _some(self, condition: str, *values: Any) -> list[DocumentRow]:
        with self.database.reading() as db:
            rows = db.execute(f"{_ROW} WHERE {condition} ORDER BY d.file", values).fetchall()
            remarks: dict[int, list[str]] = {}
            for number, reason in db.execute(
                "SELECT d.number, p.reason FROM v.documents d"  # noqa: S608
                " CROSS JOIN v.pages p ON p.document = coalesce(d.shares, d.number)"
                f" WHERE p.reason <> x'' AND {condition} ORDER BY d.number, p.page", values,
            ):
                remarks.setdefault(number, []).append(to_text(reason))
            return [_row(found, remarks.get(found[0], [])) for found in rows]

    def family(self, file: str) -> list[str]:
        """Return the ids of a file and of all that came out of it; none where it is not known."""
        with self.database.reading() as db:
            return [_id(db, number) for number in families.family(db, file)]

    def stamp(self, file: str) -> tuple[int, float, int, int] | None:
        """Return size and time of a file when it was read, its pages and the version of the readers, or None."""
        with self.database.reading() as db:
            query = "SELECT size, modified, pages, readers FROM v.documents WHERE file = ?"
            found: tuple[int, float, int, int] | None = db.execute(query, (to_bytes(file),)).fetchone()
            return found

    def holds(self, document: str) -> bool:
        """Say whether there is a document of this id."""
        with self.database.reading() as db:
            return db.execute("SELECT 1 FROM v.documents WHERE id = ?", (document,)).fetchone() is not None

    def digest(self, file: str) -> bytes | None:
        """Return the digest of the content that a file's document was made of, or None for no document."""
        with self.database.reading() as db:
            query = "SELECT digest FROM v.documents WHERE file = ? AND pages > 0"
            found = db.execute(query, (to_bytes(file),)).fetchone()
            return None if found is None else bytes(found[0])

    def of_content(self, digest: bytes) -> list[str]:
        """Return the files whose document was made of the content of this digest, the first added first."""
        with self.database.reading() as db:
            rows = db.execute(
                "SELECT file FROM v.documents WHERE digest = ? AND pages > 0 ORDER BY number", (digest,)
            ).fetchall()
            return [to_text(file) for (file,) in rows]

    def passages(
        self, ids: Sequence[str], named: Mapping[int, str] | None = None, matter: str = "",
    ) -> list[StoredPassage]:
        """Return passages in the order given; one that has gone since it was found is left out.

        `named` gives, by the number of a content, the id of the file that it is to be named after; `matter` is put to
        each.
        """
        found: dict[str, StoredPassage] = {}
        known: texts.Cut = {}
        with self.database.reading() as db:
            rows: list[Any] = []
            for some in batches(ids):
                rows += db.execute(
                    "SELECT p.id, p.document, p.page, p.start, p.end, p.context, g.confidence FROM v.passages p"  # noqa: S608
                    " LEFT JOIN v.pages g ON g.document = p.document AND g.page = p.page"
                    f" WHERE p.id IN ({marks(some)})", some,
                ).fetchall()
            texts.fetch(db, known, ((number, page, start, end) for _, number, page, start, end, _, _ in rows))
            files = _files(db, {row[1] for row in rows}, named or {})
            for key, number, page, start, end, context, confidence in rows:
                document, file, title, kind, date = files[number]
                found[key] = StoredPassage(
                    key, document, file, title, kind, page or None, start, end,
                    texts.cut(db, known, number, page, start, end), to_text(context), matter, confidence, date,
                )
        return [found[key] for key in ids if key in found]

    def page(self, document: str, page: int | None) -> Page:
        """Return a page with its text; raises UnknownDocument, also for a page that is not there."""
        with self.database.reading() as db:
            found = db.execute(
                "SELECT p.document, p.status, p.reason, p.confidence, l.lines FROM v.documents d"
                " JOIN v.pages p ON p.document = coalesce(d.shares, d.number)"
                " LEFT JOIN v.lines l ON l.document = p.document AND l.page = p.page"
                " WHERE d.id = ? AND p.page = ?", (document, page or 0),
            ).fetchone()
            if found is None:
                raise UnknownDocument(file=document)
            number, status, reason, confidence, lines = found
            return Page(
                page or None, texts.whole(db, number, page or 0), Status(status), to_text(reason),
                confidence=confidence, lines=texts.unpack(lines or b""),
            )

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
                    " UNION ALL SELECT p.status FROM v.documents d JOIN v.pages p ON p.document = d.shares"
                    " WHERE d.shares IS NOT NULL"
                    " UNION ALL SELECT status FROM v.documents WHERE pages = 0) GROUP BY status ORDER BY 2 DESC, 1"
                )
            }


def _insert_pages(db: Any, number: int, document: Document) -> None:
    db.executemany("INSERT INTO v.pages VALUES(?, ?, ?, ?, ?)", (
        (number, page.number or 0, page.status.value, to_bytes(ledger.remark(page)), page.confidence)
        for page in document.pages
    ))
    db.executemany("INSERT INTO v.blocks VALUES(?, ?, ?, ?)", ((number, *block) for block in texts.blocks(document)))
    db.executemany("INSERT INTO v.lines VALUES(?, ?, ?)", (
        (number, page.number or 0, texts.pack(page.lines)) for page in document.pages if page.lines
    ))


def _insert_row(db: Any, number: int, row: DocumentRow, reason: str, unread: int, digest: bytes, readers: int) -> None:
    db.execute(
        "INSERT INTO v.documents(number, id, file, title, kind, status, reason, pages, unread, parent, size, modified,"
        " digest, readers) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (number, row.id, to_bytes(row.file), to_bytes(row.title), row.kind, row.status.value, to_bytes(reason),
         row.pages, unread, _or_none(row.parent), row.size, row.modified, digest, readers),
    )


def _files(db: Any, contents: Iterable[int], named: Mapping[int, str]) -> dict[int, tuple[str, str, str, str, str]]:
    """Return id, file, title, kind and date of the file that each content is named after."""
    found = {}
    numbers = list(contents)
    for column, values in (("number", numbers), ("id", [named[number] for number in numbers if number in named])):
        for some in batches(values):
            for number, key, file, title, kind, date in db.execute(f"{_FILE} {column} IN ({marks(some)})", some):
                found[number] = key, to_text(file), to_text(title), kind, date
    return found


def _id(db: Any, number: int) -> str:
    return str(db.execute("SELECT id FROM v.documents WHERE number = ?", (number,)).fetchone()[0])


def _next_number(db: Any) -> int:
    return int(db.execute("SELECT coalesce(max(number), 0) + 1 FROM v.documents").fetchone()[0])


def _next_seq(db: Any) -> int:
    used = db.execute("SELECT seq FROM v.sqlite_sequence WHERE name = 'passages'").fetchone()
    return int(used[0]) + 1 if used else 1


def _row(found: Sequence[Any], remarks: list[str]) -> DocumentRow:
    _, key, file, title, kind, status, reason, pages, parent, size, modified, *_ = found
    reasons = ([to_text(reason)] if reason else []) + remarks
    return DocumentRow(
        key, to_text(file), to_text(title), kind, Status(status), pages,
        None if parent is None else to_text(parent), tuple(reasons), size, modified,
    )


def _or_none(text: str | None) -> bytes | None:
    return None if text is None else to_bytes(text)

"""The coverage ledger: what became of every page, in sentences for the user.

Owns the words and the order. Must not know how a page is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.store.database import Database
from app.store.texts import to_bytes, to_text
from app.types import LedgerLine, Page, Status

_AT_ONCE = 1000  # lines; between these nothing is held open
_SENTENCES = {
    Status.EMPTY: "is empty: there is nothing to read",
    Status.PICTURE: "is a picture, a scan or a photograph, and no text could be read from it; it is not searched",
    Status.LOCKED: "is locked with a password and was not read; give the password to have it read",
    Status.UNSUPPORTED: "is of a kind that cannot be read yet",
    Status.DAMAGED: "is damaged and could not be read, or not all of it",
    Status.TOO_LARGE: "is too large and was not read, or not all of it",
    Status.TIMED_OUT: "took too long and was not read, or not all of it",
    Status.FAILED: "could not be opened and was not read",
}


def remark(page: Page) -> str:
    """Return what a document's row says of a page: nothing where its text was taken in and no reason is given."""
    if page.reason or page.status.readable:
        return page.reason
    return _sentence(page.number, page.status)


def told(page: int | None, status: Status, reason: str, confidence: float | None) -> str:
    """Return the ledger's sentence for a page; empty where it was plainly read."""
    if status is Status.OCR:
        return " ".join(filter(None, (_recognised(page, confidence), reason)))
    return reason or ("" if status is Status.READ else _sentence(page, status))


def _recognised(page: int | None, confidence: float | None) -> str:
    sentence = f"{_subject(page)} is a picture; its text was read from it by OCR"
    if confidence is None:
        return f"{sentence} and may hold mistakes."
    return f"{sentence}, {percent(confidence)} sure of the letters on average, and may hold mistakes."


def percent(confidence: float) -> str:
    """Return a confidence from 0 to 1 in percent; 100 only where there is no doubt at all."""
    return f"{min(round(100 * confidence), 99 if confidence < 1 else 100)} %"


def _sentence(page: int | None, status: Status) -> str:
    return f"{_subject(page)} {_SENTENCES.get(status, 'could not be read')}."


def _subject(page: int | None) -> str:
    return f"Page {page}" if page else "The file"


def lines(database: Database, file: str | None = None) -> Iterator[LedgerLine]:
    """Yield a line a page, and one for each file that gave none, by file and page; of one file, or of all.

    Read in stretches, each as it is then: what is added or removed meanwhile may be in or not.
    """
    after: tuple[bytes, int] | None = None
    while True:
        with database.reading() as db:
            rows = _stretch(db, None if file is None else to_bytes(file), after)
        for name, parent, own, excuse, number, status, reason, confidence in rows:
            page = number or None
            found = Status(own if status is None else status)
            why = to_text(excuse if reason is None else reason)
            yield LedgerLine(
                to_text(name), None if parent is None else to_text(parent), page, found,
                told(page, found, why, confidence), confidence,
            )
        if len(rows) < _AT_ONCE:
            return
        after = rows[-1][0], rows[-1][4] or 0


def _stretch(db: Any, file: bytes | None, after: tuple[bytes, int] | None) -> list[Any]:
    where = "1"
    values: tuple[Any, ...] = ()
    if after is not None:
        where, values = "d.file >= ? AND (d.file > ? OR p.page > ?)", (after[0], *after)
    if file is not None:
        where, values = f"{where} AND d.file = ?", (*values, file)
    found: list[Any] = db.execute(
        "SELECT d.file, d.parent, d.status, d.reason, p.page, p.status, p.reason, p.confidence"  # noqa: S608
        " FROM v.documents d LEFT JOIN v.pages p ON p.document = coalesce(d.shares, d.number)"
        f" WHERE {where} ORDER BY d.file, p.page LIMIT {_AT_ONCE}", values,
    ).fetchall()
    return found

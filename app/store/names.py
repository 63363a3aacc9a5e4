"""What documents are called: finding a document by its title, file, folder, people and first words.

Owns the index of names, a row a file that gave a document. Must not know of passages or vectors. A passage rarely
repeats what its document is called, and a question often says it: "the Hosting Agreement between A and B".

A copy has a row of its own under its own name. A row is made from what the tables hold, so that it can be made again
whenever a name changes; the index keeps no copy of the text (contentless). What is a word is said in app/terms.py.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from app import terms
from app.store.texts import to_text

SCHEMA = (
    "CREATE VIRTUAL TABLE v.names USING fts5(title, file, folder, people, opening, content='', contentless_delete=1,"
    " tokenize=\"ascii tokenchars '.,%$'\")"
)
_RANK = "bm25(4.0, 4.0, 1.5, 3.0, 1.0)"  # weights of the columns, in their order
_OPENING = 1_500  # characters of the first page that has text
_PAGES = 5  # looked at for it
_NAME = 1_000  # characters of a title or path
_TERMS = 32  # of a question, the rarest

_SEPARATORS = re.compile(r"[/\\]")
# Between the words of "HostingAgreement2019".
_JOINTS = re.compile(r"(?<=[a-zß-öø-ÿ])(?=[A-ZÀ-ÖØ-Þ])|(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])")


def put(db: Any, number: int) -> None:
    """Index a document by what it is called now, in place of what it was called."""
    delete(db, number)
    row = db.execute(
        "SELECT file, title, people, coalesce(shares, number) FROM v.documents WHERE number = ? AND pages > 0",
        (number,),
    ).fetchone()
    if row is None:
        return
    file, title, people, content = row
    *folders, name = _SEPARATORS.split(to_text(file))
    columns = (to_text(title)[:_NAME], _told(name), _told(" ".join(folders)), " ".join(unpack(people)))
    db.execute(
        "INSERT INTO v.names(rowid, title, file, folder, people, opening) VALUES(?, ?, ?, ?, ?, ?)",
        (number, *(terms.spelled(column) for column in (*columns, _opening(db, content)))),
    )


def delete(db: Any, number: int) -> None:
    """Take a document out of the index; one that is not in it is none to take out."""
    db.execute("DELETE FROM v.names WHERE rowid = ?", (number,))


def tidy(db: Any) -> None:
    """Write the index anew in one piece, without the words of documents that were taken out."""
    db.execute("INSERT INTO v.names(names) VALUES('optimize')")


def rebuild(db: Any) -> None:
    """Index all documents of a library that had no such index."""
    for (number,) in db.execute("SELECT number FROM v.documents WHERE pages > 0 ORDER BY number").fetchall():
        put(db, number)


def search(db: Any, text: str) -> Iterator[tuple[int, str, float]]:
    """Yield (number of the content, id of the document that it is kept under, score) by the words of `text`.

    Best first; a content as often as it has names that fit.
    """
    asked = _asked(db, text)
    if not asked:
        return
    found = db.execute(
        "SELECT o.number, o.id, n.score FROM"
        " (SELECT rowid AS number, rank AS score FROM v.names WHERE names MATCH ? AND rank MATCH ? ORDER BY rank) n"
        " CROSS JOIN v.documents d ON d.number = n.number"
        " CROSS JOIN v.documents o ON o.number = coalesce(d.shares, d.number) ORDER BY n.score, n.number",
        (" OR ".join(f'"{term}"' for term in asked), _RANK),
    )
    for number, key, score in found:
        yield number, key, -score


def pack(people: Sequence[str]) -> bytes:
    """Return names as they are kept."""
    return json.dumps(list(people)).encode() if people else b""


def unpack(data: bytes) -> tuple[str, ...]:
    """Return the names that `pack` was given."""
    return tuple(json.loads(data)) if data else ()


def _told(name: str) -> str:
    """Return a name with its words, also those that it writes as one."""
    parted = _JOINTS.sub(" ", name)
    return name if parted == name else f"{name} {parted}"


def _opening(db: Any, content: int) -> str:
    """Return the first words of a content."""
    for (block,) in db.execute(
        "SELECT text FROM v.blocks WHERE document = ? AND text <> x'' ORDER BY page, block LIMIT ?", (content, _PAGES)
    ):
        text = to_text(block).strip()
        if text:
            return text[:_OPENING]
    return ""


def _asked(db: Any, text: str) -> list[str]:
    """Return the words of a question that tell documents apart."""
    text = text[: terms.LONGEST]
    # Also "HostingAgreement" by its parts.
    parted = [term for term in terms.distinct(_JOINTS.sub(" ", text)) if len(term) > 1]
    asked = [term for term in dict.fromkeys([*terms.distinct(text), *parted]) if term not in terms.STOP_WORDS]
    db.execute("CREATE VIRTUAL TABLE IF NOT EXISTS temp.called USING fts5vocab(v, names, row)")
    half = db.execute("SELECT count(*) FROM v.documents WHERE pages > 0").fetchone()[0] / 2
    counts: dict[str, int] = {}
    for term in asked:
        count = db.execute("SELECT doc FROM temp.called WHERE term = ?", (term,)).fetchone()
        if count is not None or " " in term:  # a phrase is no word of the vocabulary
            counts[term] = count[0] if count else 0
    # A word that most documents hold tells nothing, and ranking by it takes the most time.
    telling = [term for term in counts if counts[term] <= half] or list(counts)
    return sorted(telling, key=lambda term: counts[term])[:_TERMS]

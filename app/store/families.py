"""Rows that belong together: what came out of a file, and files of the same content.

Owns how documents leave the tables and change their names. Must not know what is in a text.

A document's pages and passages carry its number. A copy has a row of its own and none of these: it
names the number whose content it shares. Where the document of that number goes, the oldest copy
takes over its number and with it all that carries it, so that nothing has to be written anew.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.errors import UnknownDocument
from app.store import conversations, names, texts, words
from app.store.texts import to_bytes, to_text

Naming = Callable[[str, str], str]  # title, file → how the contexts of its passages begin
_INSIDE = "/"  # between the name of a file and that of what is inside it, on every system
_AT_ONCE = 500  # passages whose texts are in memory together
_NEXT = " › "  # between the parts of a context


def unnamed(title: str, file: str) -> str:
    """For contexts that name nothing."""
    return ""


def number_of(db: Any, file: str) -> int | None:
    """Return the number of a file's row, or None."""
    found = db.execute("SELECT number FROM v.documents WHERE file = ?", (to_bytes(file),)).fetchone()
    return None if found is None else int(found[0])


def family(db: Any, file: str) -> list[int]:
    """Return the numbers of a file and of all that came out of it, copies first; none where it is not known.

    In this order deleting them one by one changes no number of those that are still to go.
    """
    found = db.execute(
        "WITH RECURSIVE family(number, file, shares) AS ("
        " SELECT number, file, shares FROM v.documents WHERE file = ?"
        " UNION SELECT d.number, d.file, d.shares FROM v.documents d JOIN family f ON d.parent = f.file)"
        " SELECT number FROM family ORDER BY shares IS NULL", (to_bytes(file),),
    ).fetchall()
    return [number for (number,) in found]


def delete(db: Any, number: int | None, naming: Naming) -> list[str]:
    """Take a row out, and its content where no copy shares it; return the passages that went."""
    if number is None:
        return []
    file, title, shares = db.execute(
        "SELECT file, title, shares FROM v.documents WHERE number = ?", (number,)
    ).fetchone()
    db.execute("DELETE FROM v.documents WHERE number = ?", (number,))
    names.delete(db, number)
    if shares is not None:
        return []
    heir = db.execute(
        "SELECT number, file FROM v.documents WHERE shares = ? ORDER BY number LIMIT 1", (number,)
    ).fetchone()
    if heir is not None:
        db.execute("UPDATE v.documents SET number = ?, shares = NULL WHERE number = ?", (number, heir[0]))
        names.delete(db, heir[0])
        names.put(db, number)
        _rename_contexts(db, number, to_text(title), to_text(file), to_text(heir[1]), naming)
        return []
    rows = db.execute("SELECT seq, id FROM v.passages WHERE document = ?", (number,)).fetchall()
    seqs = [(seq,) for seq, _ in rows]
    words.delete(db, seqs)
    db.executemany("DELETE FROM v.vectors WHERE seq = ?", seqs)
    for table in ("passages", "lines", "blocks", "pages"):
        db.execute(f"DELETE FROM v.{table} WHERE document = ?", (number,))  # noqa: S608
    return [key for _, key in rows]


def rename(db: Any, before: str, after: str, size: int, modified: float, naming: Naming) -> list[str]:
    """Give a file another name, and what came out of it; return the passages of what had that name.

    Raises UnknownDocument.
    """
    moves = {file: _moved(file, before, after) for file in _files(db, before)}
    if not moves:
        raise UnknownDocument(file=before)
    gone: list[str] = []
    if before != after:
        (heir,) = db.execute("SELECT id FROM v.documents WHERE file = ?", (to_bytes(before),)).fetchone()
        for file in moves.values():
            if file not in moves:
                gone += _moved_over(db, file, heir, naming)
        # Only now, as a copy takes over the number of what it is moved over.
        rows = [(number_of(db, file), file) for file in moves]
        if any(number is None for number, _ in rows):  # it was inside what it is moved over, and went with that
            raise UnknownDocument(file=before)
        if set(moves) & set(moves.values()):  # no two may have one name, not even for a moment
            db.executemany(
                "UPDATE v.documents SET file = ? WHERE number = ?",
                ((b"\0%d" % (number or 0), number) for number, _ in rows),
            )
        for number, file in rows:
            _rename_row(db, number, file, moves, naming)
    db.execute("UPDATE v.documents SET size = ?, modified = ? WHERE file = ?", (size, modified, to_bytes(after)))
    return gone


def _moved_over(db: Any, file: str, heir: str, naming: Naming) -> list[str]:
    """Take out what has a name that the document `heir` gets, which takes its place in conversations."""
    numbers = family(db, file)
    for number in numbers:
        (key,) = db.execute("SELECT id FROM v.documents WHERE number = ?", (number,)).fetchone()
        conversations.succeed(db, key, heir)
    return [key for number in numbers for key in delete(db, number, naming)]


def _files(db: Any, file: str) -> list[str]:
    return [
        to_text(*db.execute("SELECT file FROM v.documents WHERE number = ?", (number,)).fetchone())
        for number in family(db, file)
    ]


def _moved(file: str, before: str, after: str) -> str:
    return after + file[len(before) :] if file == before or file.startswith(before + _INSIDE) else file


def _rename_row(db: Any, number: int | None, file: str, moves: dict[str, str], naming: Naming) -> None:
    title, parent, shares = db.execute(
        "SELECT title, parent, shares FROM v.documents WHERE number = ?", (number,)
    ).fetchone()
    if parent is not None and to_text(parent) in moves:
        parent = to_bytes(moves[to_text(parent)])
    db.execute(
        "UPDATE v.documents SET file = ?, parent = ? WHERE number = ?", (to_bytes(moves[file]), parent, number)
    )
    if number is None:
        return
    names.put(db, number)
    if shares is None:
        _rename_contexts(db, number, to_text(title), file, moves[file], naming)


def _rename_contexts(db: Any, number: int, title: str, before: str, after: str, naming: Naming) -> None:
    """Let the passages of a content say the name that it is found by from now on."""
    old, new = naming(title, before), naming(title, after)
    if old == new:
        return
    rows = db.execute(
        "SELECT seq, page, start, end, context FROM v.passages WHERE document = ? ORDER BY seq", (number,)
    ).fetchall()
    for begin in range(0, len(rows), _AT_ONCE):
        known: texts.Cut = {}
        changed = [
            (seq, texts.cut(db, known, number, page, start, end), _beginning(to_text(context), old, new))
            for seq, page, start, end, context in rows[begin : begin + _AT_ONCE]
        ]
        words.delete(db, [(seq,) for seq, _, _ in changed])
        words.insert(db, changed)
        db.executemany(
            "UPDATE v.passages SET context = ? WHERE seq = ?",
            ((to_bytes(context), seq) for seq, _, context in changed),
        )


def _beginning(context: str, old: str, new: str) -> str:
    """Put `new` in the place of `old` at the beginning of a context, of which a long one was cut at its front."""
    for cut in range(len(old)):
        rest = context.removeprefix(old[cut:])
        if len(rest) < len(context) and (not rest or rest.startswith(_NEXT)):
            return new + rest
    return context

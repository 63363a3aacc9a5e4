"""Conversations: questions with what was found and answered, each after the one before it.

Owns the tables and what goes with a document that is taken out. Must not know how a question is answered. Two exchanges
that follow the same one are branches. A conversation begins with its first exchange and ends with its last, so there
is no empty one, whenever the program is killed.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Collection, Sequence
from typing import Any

from app import terms
from app.errors import BadTitle, LibraryDamaged, UnknownConversation, UnknownDocument
from app.store import schema, shown
from app.store.database import Database
from app.store.texts import to_bytes, to_text
from app.types import Conversation, Exchange, Mention, Quoting

TITLE = 80  # characters of the first question that a conversation is named by
_LONGEST_TITLE = 500
_UNTIDY = "untidy conversations"
_TABLES = ("conversations", "exchanges", "shown", "quoted")  # one that refers to another comes after it

_ROW = (
    "SELECT c.id, c.title, c.created, c.changed, (SELECT count(*) FROM v.exchanges e WHERE e.conversation = c.number)"
    " FROM v.conversations c"
)
_EXCHANGE = (
    "SELECT e.id, b.id, e.asked, s.shown FROM v.exchanges e JOIN v.shown s ON s.exchange = e.number"
    " LEFT JOIN v.exchanges b ON b.number = e.before"
)
# What follows the exchanges of `some`, and these.
_AFTER = "after(number) AS (SELECT number FROM some UNION SELECT e.number FROM v.exchanges e JOIN after a"
_AFTER += " ON e.before = a.number)"
_QUOTING = (
    "WITH RECURSIVE some(number) AS"  # noqa: S608
    f" (SELECT exchange FROM v.quoted WHERE document IN (SELECT value FROM json_each(?))), {_AFTER}"
)


class Conversations:
    """The conversations of one library; usable from any thread."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # Reading

    def latest(self) -> list[Conversation]:
        """Return the conversations, the one that was changed last first."""
        with self._database.reading() as db:
            rows = db.execute(f"{_ROW} ORDER BY c.changed DESC, c.number DESC").fetchall()
        return [_conversation(row) for row in rows]

    def get(self, conversation: str) -> Conversation:
        """Return one by its id; raises UnknownConversation."""
        with self._database.reading() as db:
            return _found(db, conversation)

    def tip(self, conversation: str) -> str:
        """Return the id of the exchange that was asked last; raises UnknownConversation."""
        with self._database.reading() as db:
            found = db.execute(
                "SELECT e.id FROM v.exchanges e JOIN v.conversations c ON c.number = e.conversation WHERE c.id = ?"
                " ORDER BY e.number DESC LIMIT 1", (conversation,),
            ).fetchone()
        if found is None:
            raise UnknownConversation
        return str(found[0])

    def path(self, tip: str) -> tuple[Exchange, ...]:
        """Return the exchanges that lead to this one, from the first, and it; raises UnknownConversation."""
        with self._database.reading() as db:
            rows = db.execute(
                "WITH RECURSIVE back(number, before) AS (SELECT number, before FROM v.exchanges WHERE id = ?"  # noqa: S608
                " UNION ALL SELECT e.number, e.before FROM v.exchanges e JOIN back b ON e.number = b.before)"
                f" {_EXCHANGE} WHERE e.number IN (SELECT number FROM back) ORDER BY e.number", (tip,),
            ).fetchall()
        if not rows:
            raise UnknownConversation
        return tuple(map(_exchange, rows))

    def exchanges(self, conversation: str) -> tuple[Exchange, ...]:
        """Return all of a conversation, every branch, in the order they were asked; raises UnknownConversation."""
        with self._database.reading() as db:
            rows = db.execute(
                f"{_EXCHANGE} JOIN v.conversations c ON c.number = e.conversation WHERE c.id = ? ORDER BY e.number",
                (conversation,),
            ).fetchall()
        if not rows:
            raise UnknownConversation
        return tuple(map(_exchange, rows))

    def ids(self, conversation: str) -> tuple[str, ...]:
        """Return the ids of all exchanges of a conversation in the order they were asked; none where it is gone."""
        with self._database.reading() as db:
            rows = db.execute(
                "SELECT e.id FROM v.exchanges e JOIN v.conversations c ON c.number = e.conversation WHERE c.id = ?"
                " ORDER BY e.number", (conversation,),
            ).fetchall()
        return tuple(key for key, in rows)

    def search(self, text: str, most: int = 50) -> list[Mention]:
        """Return the exchanges in whose question and answer, or in whose title, each word of `text` begins a word.

        The one that was asked last first; none for a text without words.
        """
        wanted = terms.spelled(text).split()
        if not wanted:
            return []
        # Passing over all of them takes 16 ms at 10,000, and leaves no index of words behind.
        has = " AND ".join(["(instr(e.words, ?) OR instr(c.words, ?))"] * len(wanted))
        with self._database.reading() as db:
            rows = db.execute(
                "SELECT c.id, c.title, e.id, e.question, e.asked FROM v.exchanges e"  # noqa: S608
                f" JOIN v.conversations c ON c.number = e.conversation WHERE {has} ORDER BY e.number DESC LIMIT ?",
                (*(f" {word}" for word in wanted for _ in "ec"), most),
            ).fetchall()
        return [Mention(key, to_text(title), exchange, to_text(asked), when)
                for key, title, exchange, asked, when in rows]

    def quoting(self, documents: Collection[str]) -> Quoting:
        """Return what goes when these documents go: exchanges that show words of them, and what follows those."""
        with self._database.reading() as db:
            exchanges, conversations = db.execute(
                f"{_QUOTING} SELECT count(*), count(DISTINCT conversation) FROM v.exchanges"  # noqa: S608
                " WHERE number IN (SELECT number FROM after)", (json.dumps(list(documents)),),
            ).fetchone()
        return Quoting(exchanges, conversations)

    # Writing

    def keep(self, exchange: Exchange, conversation: str | None = None) -> Conversation:
        """Keep an exchange, whole or not at all: in a conversation, or as the first of a new one where that is None.

        A new one is named by the question. Raises UnknownConversation, also where what it follows is not there, and
        UnknownDocument where it shows words of one that is no longer, or not, in this library.
        """
        words = terms.spelled(" ".join((exchange.question, *_said(exchange))))
        with self._database.writing() as db:
            number = _begin(db, exchange) if conversation is None else _number(db, conversation)
            before = None
            if exchange.before is not None:
                found = db.execute(
                    "SELECT number FROM v.exchanges WHERE id = ? AND conversation = ?", (exchange.before, number)
                ).fetchone()
                if found is None:
                    raise UnknownConversation
                before = found[0]
            key = db.execute(
                "INSERT INTO v.exchanges(id, conversation, before, asked, question, words) VALUES(?, ?, ?, ?, ?, ?)",
                (exchange.id, number, before, exchange.asked, to_bytes(exchange.question), f" {words}"),
            ).lastrowid
            packed = shown.pack(shown.Shown(
                exchange.question, exchange.looked_for, exchange.evidence, exchange.answer, exchange.given,
                exchange.model,
            ))
            db.execute("INSERT INTO v.shown VALUES(?, ?)", (key, packed))
            for document, file in _documents(exchange).items():
                # Of one that was removed meanwhile nothing may be kept; this is where it shows.
                if db.execute("SELECT 1 FROM v.documents WHERE id = ?", (document,)).fetchone() is None:
                    raise UnknownDocument(file=file)
                db.execute("INSERT INTO v.quoted VALUES(?, ?)", (document, key))
            db.execute("UPDATE v.conversations SET changed = ? WHERE number = ?", (exchange.asked, number))
            return _of(db, number)

    def rename(self, conversation: str, title: str) -> Conversation:
        """Give a conversation another title; raises UnknownConversation, BadTitle."""
        title = " ".join(title.split())
        if not title or len(title) > _LONGEST_TITLE:
            raise BadTitle(most=_LONGEST_TITLE)
        with self._database.writing() as db:
            number = _number(db, conversation)
            db.execute(
                "UPDATE v.conversations SET title = ?, words = ? WHERE number = ?",
                (to_bytes(title), _title_words(title), number),
            )
            schema.put(db, _UNTIDY, 1)
            return _of(db, number)

    def delete(self, conversation: str) -> None:
        """Delete a conversation for good; raises UnknownConversation."""
        with self._database.writing() as db:
            number = _number(db, conversation)
            _delete(db, "some(number) AS (SELECT number FROM v.exchanges WHERE conversation = ?)", number)

    def delete_exchange(self, exchange: str) -> None:
        """Delete an exchange and all that follows it, for good; raises UnknownConversation."""
        with self._database.writing() as db:
            if not _delete(db, "some(number) AS (SELECT number FROM v.exchanges WHERE id = ?)", exchange):
                raise UnknownConversation


def tidy(db: Any) -> None:
    """Write the tables anew where something was deleted, inside a transaction of the caller's.

    SQLite clears a row that is deleted, but not the copies that it leaves where it moves rows from page to page; a page
    that is given up it clears whole. Takes a second for 10,000 exchanges; the copies in between are in memory alone.
    """
    if not schema.get(db, _UNTIDY):
        return
    for table in _TABLES:
        db.execute(f"CREATE TABLE main.{table} AS SELECT * FROM v.{table}")  # noqa: S608
    for table in reversed(_TABLES):
        db.execute(f"DROP TABLE v.{table}")
    for statement in schema.TALK:
        db.execute(statement)
    for table in _TABLES:
        columns = ", ".join(name for _, name, *_ in db.execute(f"PRAGMA main.table_info({table})").fetchall())
        db.execute(f"INSERT INTO v.{table}({columns}) SELECT {columns} FROM main.{table} ORDER BY 1")  # noqa: S608
        db.execute(f"DROP TABLE main.{table}")
    schema.put(db, _UNTIDY, None)


# What happens to documents; inside a transaction of the caller's.


def forget(db: Any, documents: Sequence[str]) -> int:
    """Delete the exchanges that show words of these documents, with all that follows them; return how many."""
    return _delete(
        db, "some(number) AS (SELECT exchange FROM v.quoted WHERE document IN (SELECT value FROM json_each(?)))",
        json.dumps(list(documents)),
    )


def succeed(db: Any, before: str, after: str) -> None:
    """Let exchanges that show words of an earlier version of a document go with the one that took its place."""
    db.execute("INSERT OR IGNORE INTO v.quoted SELECT ?, exchange FROM v.quoted WHERE document = ?", (after, before))
    db.execute("DELETE FROM v.quoted WHERE document = ?", (before,))


def _delete(db: Any, some: str, value: Any) -> int:
    numbers = db.execute(
        f"WITH RECURSIVE {some}, {_AFTER} SELECT number FROM after", (value,)  # noqa: S608
    ).fetchall()
    if not numbers:
        return 0
    db.executemany("DELETE FROM v.quoted WHERE exchange = ?", numbers)
    db.executemany("DELETE FROM v.shown WHERE exchange = ?", numbers)
    db.executemany("DELETE FROM v.exchanges WHERE number = ?", numbers)
    db.execute("DELETE FROM v.conversations WHERE number NOT IN (SELECT conversation FROM v.exchanges)")
    schema.put(db, _UNTIDY, 1)
    return len(numbers)


def _begin(db: Any, exchange: Exchange) -> int:
    title = _title(exchange.question)
    return int(db.execute(
        "INSERT INTO v.conversations(id, title, words, created, changed) VALUES(?, ?, ?, ?, ?)",
        (secrets.token_hex(16), to_bytes(title), _title_words(title), time.time(), exchange.asked),
    ).lastrowid)


def _title(question: str) -> str:
    """Return the beginning of a question, cut between words where it is long."""
    whole = " ".join(question.split())
    if len(whole) <= TITLE:
        return whole
    return whole[:TITLE].rsplit(" ", 1)[0].rstrip(" ,;:.") + "…"


def _title_words(title: str) -> str:
    return f" {terms.spelled(title)}"


def _said(exchange: Exchange) -> list[str]:
    answer = exchange.answer
    return [answer.text, *(sentence.text for sentence in answer.quotes)]


def _documents(exchange: Exchange) -> dict[str, str]:
    return {passage.document: passage.file for hit in exchange.evidence.hits for passage in (hit.passage, *hit.alike)}


def _number(db: Any, conversation: str) -> int:
    found = db.execute("SELECT number FROM v.conversations WHERE id = ?", (conversation,)).fetchone()
    if found is None:
        raise UnknownConversation
    return int(found[0])


def _found(db: Any, conversation: str) -> Conversation:
    return _of(db, _number(db, conversation))


def _of(db: Any, number: int) -> Conversation:
    return _conversation(db.execute(f"{_ROW} WHERE c.number = ?", (number,)).fetchone())


def _conversation(row: Sequence[Any]) -> Conversation:
    key, title, created, changed, exchanges = row
    return Conversation(key, to_text(title), created, changed, exchanges)


def _exchange(row: Sequence[Any]) -> Exchange:
    key, before, asked, packed = row
    try:
        kept = shown.unpack(packed)
    except ValueError as error:
        raise LibraryDamaged(reason="a conversation in it cannot be read") from error
    return Exchange(
        key, before, asked, kept.question, kept.looked_for, kept.evidence, kept.answer, kept.given, kept.model
    )

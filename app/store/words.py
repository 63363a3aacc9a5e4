"""Full text: finding passages by the words in them, FTS5 inside the encrypted database.

Owns the word index and how a demand becomes a question to it. Must not know of vectors or files, nor
how a text falls into words (app/terms.py): what is indexed is the terms of a text with spaces between
them, and FTS5 only parts them again. The index keeps no copy of the text (contentless).

A column of its own holds the stems of those words that are not their own stem. A question's word is
looked for as it is and, all columns together, by its stem: of 600 questions each of SQuAD and covid_qa
the right passage came first for .84 and .53 so, for .79 and .49 without, and the index is a third
larger. What is demanded is looked for only as it is written.
"""

from __future__ import annotations

import json
import math
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from app import terms
from app.store import texts
from app.types import AllOf, AnyOf, Demand, Exact, Near, Without, Word

SCHEMA = (
    "CREATE VIRTUAL TABLE v.words USING fts5(text, context, stems, content='', contentless_delete=1,"
    " tokenize=\"ascii tokenchars '.,%$'\")"
)
_VOCABULARY = "CREATE VIRTUAL TABLE IF NOT EXISTS temp.vocabulary USING fts5vocab(v, words, row)"
_RANK = "bm25(1.0, 1.0, 1.0)"  # weights of the columns
_AS_WRITTEN = "{text context} :"
_AT_ONCE = 500  # passages whose texts are in memory together, or that are looked up together
# Passages that are scored for one question, nearly: what holds only the commonest of its words is not what is looked
# for. Of 100,000 passages the best 40 are the same to .87.
_SCORED = 4_000
# And how often its words stand in passages, all together: to rank, FTS5 counts each word in the whole library. Of
# 100,000 passages the best 40 are the same to .85, in two thirds of the time; in small libraries nothing changes.
_COUNTED = 100_000
_REMEMBERED = 20_000  # words
_PART = 4  # where more than one document in so many is searched, the others are passed over as they come

Ranked = list[tuple[str, float]]


def insert(db: Any, rows: Iterable[tuple[int, str, str]]) -> None:
    """Index passages: (seq, text, context)."""
    db.executemany(
        "INSERT INTO v.words(rowid, text, context, stems) VALUES(?, ?, ?, ?)",
        ((seq, *_columns(terms.spelled(text), terms.spelled(context))) for seq, text, context in rows),
    )


def _columns(text: str, context: str) -> tuple[str, str, str]:
    words = [*text.split(), *context.split()]
    stems = [stem for word, stem in zip(words, map(terms.stem, words), strict=True) if stem != word]
    return text, context, " ".join(stems)


def delete(db: Any, seqs: Iterable[tuple[int]]) -> None:
    """Take passages out of the index."""
    db.executemany("DELETE FROM v.words WHERE rowid = ?", seqs)


def tidy(db: Any) -> None:
    """Write the index anew in one piece, without the words of passages that were taken out."""
    db.execute("INSERT INTO v.words(words) VALUES('optimize')")


def rebuild(db: Any) -> Iterator[tuple[int, int]]:
    """Make the index anew from the passages and the texts, inside a transaction of the caller's.

    Yields how many passages are indexed, and of how many.
    """
    db.execute("DROP TABLE IF EXISTS v.words")
    db.execute(SCHEMA)
    of = db.execute("SELECT count(*) FROM v.passages").fetchone()[0]
    done = seq = 0
    while True:
        yield done, of
        rows = db.execute(
            "SELECT seq, document, page, start, end, context FROM v.passages WHERE seq > ? ORDER BY seq LIMIT ?",
            (seq, _AT_ONCE),
        ).fetchall()
        if not rows:
            return
        known: texts.Cut = {}
        insert(db, (
            (seq, texts.cut(db, known, document, page, start, end), texts.to_text(context))
            for seq, document, page, start, end, context in rows
        ))
        done, seq = done + len(rows), rows[-1][0]


class Vocabulary:
    """How common words are, remembered until the library changes: to count takes longer than to search."""

    def __init__(self) -> None:
        self._changes = 0
        self._held: dict[str, int] = {}
        self._rows: dict[str, int] = {}

    def at(self, changes: int) -> Vocabulary:
        """Return this, with nothing remembered from before the library had changed so many times."""
        if changes != self._changes or len(self._held) > _REMEMBERED:
            self._changes, self._held, self._rows = changes, {}, {}
        return self

    def held(self, db: Any, term: str) -> int:
        """Return how many passages hold a word; 0 for a phrase, which is none of the vocabulary."""
        found = self._held.get(term)
        if found is None:
            db.execute(_VOCABULARY)
            row = db.execute("SELECT doc FROM temp.vocabulary WHERE term = ?", (term,)).fetchone()
            found = self._held[term] = row[0] if row else 0
        return found

    def passages(self, db: Any) -> int:
        """Return how many passages there are."""
        return self._count(db, "passages")

    def documents(self, db: Any) -> int:
        """Return how many files there are."""
        return self._count(db, "documents")

    def _count(self, db: Any, table: str) -> int:
        if table not in self._rows:
            self._rows[table] = int(db.execute(f"SELECT count(*) FROM v.{table}").fetchone()[0])  # noqa: S608
        return self._rows[table]


def search(
    db: Any, text: str, k: int, *, demand: Demand | None = None, documents: Collection[int] | None = None,
    vocabulary: Vocabulary | None = None,
) -> Ranked:
    """Return up to `k` (passage id, BM25 score, higher is better); nothing for a text without words.

    With a demand: what fulfils it, by the words of both; what has none of them comes last with 0. `documents`: the
    numbers of those whose passages are looked at. BM25: Robertson and Zaragoza 2009, with the k1 = 1.2 and b = 0.75
    that FTS5 has built in.
    """
    wanted = None if demand is None else _asked(demand)
    ranking = terms.distinct(text)
    if k < 1 or (documents is not None and not documents) or (wanted is None and not ranking):
        return []
    vocabulary = vocabulary or Vocabulary()
    by = _ranked_by(db, ranking, vocabulary)
    small = documents is not None and len(documents) * _PART <= vocabulary.documents(db)
    if wanted is None:
        return _matching(db, by.all, k, documents, small, by.rarest)
    match = f"{_AS_WRITTEN} ({wanted.match})"
    if not wanted.negated:
        # Twice, so that all that fulfils it is found and the words that only rank count as well.
        return _matching(db, f"({match}) AND ({by.all} OR ({match}))" if by.all else match, k, documents, small)
    found = _matching(db, f"({by.all}) NOT ({match})", k, documents, small, by.rarest) if by.all else []
    return found + _others(db, match, {key for key, _ in found}, k - len(found), documents)


def inside(db: Any, text: str, k: int, document: int, vocabulary: Vocabulary) -> Ranked:
    """Return up to `k` (passage id, score, higher is better) of one content by the words of `text` that they hold.

    A word counts by how rare it is in the library, as in BM25, however often it stands in the passage: FTS5 would
    count all words in the whole library again, which takes longer than all else.
    """
    parts = _parts(db, terms.distinct(text), vocabulary)
    first, last = db.execute(
        "SELECT min(seq), max(seq) FROM v.passages WHERE document = ?", (document,)
    ).fetchone()
    if not parts or first is None:
        return []
    of = vocabulary.passages(db)
    asked = [(math.log(1 + (of - held + 0.5) / (held + 0.5)), part) for held, part in parts]
    rows = db.execute(
        "SELECT p.id, sum(j.value ->> 0) AS score FROM json_each(?) j CROSS JOIN v.words w CROSS JOIN v.passages p"
        " WHERE w.words MATCH (j.value ->> 1) AND w.rowid BETWEEN ? AND ? AND p.seq = w.rowid AND p.document = ?"
        " GROUP BY p.seq ORDER BY score DESC, p.seq LIMIT ?",
        (json.dumps(asked), first, last, document, k),
    )
    return [(key, score) for key, score in rows]


def frequencies(
    db: Any, wanted: Sequence[str], vocabulary: Vocabulary | None = None
) -> tuple[int, dict[str, int]]:
    """Return how many passages there are, and how many hold each of these words, as they are written."""
    vocabulary = vocabulary or Vocabulary()
    found: dict[str, int] = {}
    for word in wanted:
        spelled = terms.spelled(word)
        if " " in spelled:
            match = f"{_AS_WRITTEN} {_phrase(spelled)}"
            found[word] = db.execute("SELECT count(*) FROM v.words WHERE words MATCH ?", (match,)).fetchone()[0]
        else:
            found[word] = vocabulary.held(db, spelled)
    return vocabulary.passages(db), found


@dataclass(frozen=True, slots=True)
class _Ranking:
    """What FTS5 ranks by; `rarest`: the part of it that is enough to find what ranks high, "" where that is all."""

    all: str
    rarest: str


def _parts(db: Any, words: list[str], vocabulary: Vocabulary) -> list[tuple[int, str]]:
    """Return what FTS5 may look for, words as they are and their stems: (passages that hold it, match), rarest first.

    Those that more than half of the passages hold are left out, unless all are such: BM25 gives them no weight.
    """
    stems = list(dict.fromkeys(terms.stem(term) for term in words if " " not in term))
    parts = [(vocabulary.held(db, term), f"{_AS_WRITTEN} {_phrase(term)}") for term in words]
    parts += [(vocabulary.held(db, stem), _phrase(stem)) for stem in stems]
    half = vocabulary.passages(db) / 2
    return sorted([part for part in parts if part[0] <= half] or parts)


def _ranked_by(db: Any, words: list[str], vocabulary: Vocabulary) -> _Ranking:
    """Return what to rank by, and what of it is looked for."""
    parts = _rarest(_parts(db, words, vocabulary), _COUNTED)
    rarest = _rarest(parts, _SCORED)
    return _Ranking(" OR ".join(part for _, part in parts),
                    " OR ".join(part for _, part in rarest) if len(rarest) < len(parts) else "")  # fmt: skip


def _rarest(parts: list[tuple[int, str]], most: int) -> list[tuple[int, str]]:
    """Return the first of them that together are held by no more than `most`, and two at least."""
    held = list(accumulate(held for held, _ in parts))
    return parts[: max(2, bisect_right(held, most))]


def _matching(
    db: Any, match: str, k: int, documents: Collection[int] | None, small: bool, rarest: str = ""
) -> Ranked:
    """Return the best of what FTS5 finds; unless of a `small` part, of what has one of the `rarest`."""
    if rarest and not small:
        found = _matching(db, f"({rarest}) AND ({match})", k, documents, small)
        if len(found) == k:
            return found
    if documents is None:
        rows = db.execute(
            "SELECT p.id, w.score FROM (SELECT rowid AS seq, rank AS score FROM v.words"
            " WHERE words MATCH ? AND rank MATCH ? ORDER BY rank LIMIT ?) w"
            " JOIN v.passages p ON p.seq = w.seq ORDER BY w.score, w.seq",
            (match, _RANK, k),
        ).fetchall()
    elif small:  # `documents` are few
        # What is outside is not scored.
        rows = db.execute(
            "WITH inside(seq) AS MATERIALIZED"
            " (SELECT seq FROM v.passages WHERE document IN (SELECT value FROM json_each(?)))"
            " SELECT p.id, w.score FROM (SELECT rowid AS seq, bm25(words, 1.0, 1.0, 1.0) AS score FROM v.words"
            " WHERE words MATCH ? AND +rowid IN (SELECT seq FROM inside)"
            " AND rowid BETWEEN (SELECT min(seq) FROM inside) AND (SELECT max(seq) FROM inside)"
            " ORDER BY score LIMIT ?) w JOIN v.passages p ON p.seq = w.seq ORDER BY w.score, w.seq",
            (json.dumps(list(documents)), match, k),
        ).fetchall()
    else:
        rows = _inside(db, match, k, set(documents))
    return [(key, -score) for key, score in rows]


def _inside(db: Any, match: str, k: int, documents: set[int]) -> Ranked:
    """Return the best with their scores, passing over what is outside: where most is inside, few are looked up."""
    ranked = db.execute(
        "SELECT rowid, rank FROM v.words WHERE words MATCH ? AND rank MATCH ? ORDER BY rank", (match, _RANK)
    )
    found: Ranked = []
    while len(found) < k and (some := ranked.fetchmany(_AT_ONCE)):
        marks = ", ".join("?" * len(some))
        rows = db.execute(
            f"SELECT seq, id, document FROM v.passages WHERE seq IN ({marks})",  # noqa: S608
            [seq for seq, _ in some],
        )
        keys = {seq: key for seq, key, document in rows if document in documents}
        found += [(keys[seq], score) for seq, score in some if seq in keys]
    ranked.close()
    return found[:k]


def _others(db: Any, unwanted: str, found: set[str], k: int, documents: Collection[int] | None) -> Ranked:
    """Return passages that do not match and were not found already, in the order of the library."""
    if k < 1:
        return []
    inside = "" if documents is None else " AND document IN (SELECT value FROM json_each(?))"
    values = () if documents is None else (json.dumps(list(documents)),)
    rows = db.execute(
        "SELECT id FROM v.passages WHERE seq NOT IN (SELECT rowid FROM v.words WHERE words MATCH ?)"  # noqa: S608
        f"{inside} ORDER BY seq LIMIT ?", (unwanted, *values, k + len(found)),
    )
    return [(key, 0.0) for (key,) in rows if key not in found][:k]


# A demand as FTS5 asks.


@dataclass(frozen=True, slots=True)
class _Asked:
    """What passages match, or with `negated` do not."""

    match: str
    negated: bool = False


def _phrase(spelled: str) -> str:
    return f'"{spelled}"'  # no term holds a quotation mark


def _asked(demand: Demand) -> _Asked | None:
    """Return a demand as FTS5 asks for it; None for one without any term, which is no demand."""
    match demand:
        case Word() | Exact():
            one = _one(demand)
            return None if one is None else _Asked(one)
        case Near(parts, distance):
            near = [one for one in map(_one, parts) if one is not None]
            return _Asked(f"NEAR({' '.join(near)}, {max(distance, 0)})") if near else None
        case AllOf(parts):
            return _every([asked for asked in map(_asked, parts) if asked is not None])
        case AnyOf(parts):
            # What one or the other fulfils is what not both fail.
            return _opposite(_every([_opposite(asked) for asked in map(_asked, parts) if asked is not None]))
        case Without(part, unwanted):
            both = (None if part is None else _asked(part), _opposite(_asked(unwanted)))
            return _every([asked for asked in both if asked is not None])


def _one(part: Word | Exact) -> str | None:
    spelled = terms.spelled(part.text)
    if not spelled:
        return None
    return _phrase(spelled) + ("*" if isinstance(part, Word) and part.prefix else "")


def _opposite(asked: _Asked | None) -> _Asked | None:
    return None if asked is None else _Asked(asked.match, not asked.negated)


def _every(parts: Sequence[_Asked | None]) -> _Asked | None:
    """Return what fulfils all: FTS5 knows "this and not that", but no "not" alone."""
    wanted = [part.match for part in parts if part is not None and not part.negated]
    unwanted = [part.match for part in parts if part is not None and part.negated]
    if not wanted:
        return _Asked(_joined(unwanted, "OR"), negated=True) if unwanted else None
    match = _joined(wanted, "AND")
    return _Asked(f"({match} NOT {_joined(unwanted, 'OR')})" if unwanted else match)


def _joined(matches: Sequence[str], by: str) -> str:
    return matches[0] if len(matches) == 1 else f"({f' {by} '.join(matches)})"

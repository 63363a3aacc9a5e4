"""Full text: finding passages by the words in them, FTS5 inside the encrypted database.

Owns the word index and how a question becomes a query. Must not know of vectors or files.

The tokenizer splits at everything that is neither letter nor digit and folds case and accents, and
does not stem. "10b-5" and "§12" are therefore kept as their parts, and asked for as phrases: "§ 12",
"§12" and "Section 12" all hold the word 12, which a token "§12" would hide. The index keeps no copy
of the text (contentless).
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from typing import Any

SCHEMA = (
    "CREATE VIRTUAL TABLE v.words USING fts5(text, context, content='', contentless_delete=1,"
    " tokenize=\"unicode61 remove_diacritics 2\")"
)
_RANK = "bm25(1.0, 1.0)"  # weights of text and context
MOST_TERMS = 64
_LONGEST_QUERY = 50_000  # characters
_LONGEST_TERM = 200  # characters; longer "words" are encoded data

_CHUNK = re.compile(r"\w+(?:[^\w\s]+\w+)*")
_PART = re.compile(r"[^\W_]+")

STOP_WORDS = frozenset(
    # English
    "a about above after again against all also am an and any are as at be because been before being below "
    "between both but by can could did do does doing down during each few for from further had has have having "
    "he her here hers him his how i if in into is it its itself just me more most my no nor not now of off on "
    "once only or other our out over own same she should so some such than that the their them then there these "
    "they this those through to too under until up very was we were what when where which while who whom whose "
    "why will with would you your yours s t "
    # German
    "aber als am an auch auf aus bei bin bis bist da damit dann das dass dem den der des dessen die dies diese "
    "diesem diesen dieser dieses doch dort du durch ein eine einem einen einer eines er es euch euer für gegen "
    "hab habe haben hat hatte hier ich ihm ihn ihr ihre ihrem ihren ihrer im in ist ja jede jedem jeden jeder "
    "jedes kann kein keine man mein meine mich mir mit nach nicht noch nur ob oder ohne sein seine sich sie sind "
    "so über um und uns unser unter vom von vor war waren was wegen weil welche welchem welchen welcher welches "
    "wenn wer werden wie wieder wir wird wo wurde wurden zu zum zur zwischen".split()
)


def insert(db: Any, rows: Iterable[tuple[int, str, str]]) -> None:
    """Index passages: (seq, text, context)."""
    db.executemany(
        "INSERT INTO v.words(rowid, text, context) VALUES(?, ?, ?)",
        ((seq, _clean(text), _clean(context)) for seq, text, context in rows),
    )


def delete(db: Any, seqs: Iterable[tuple[int]]) -> None:
    """Take passages out of the index."""
    db.executemany("DELETE FROM v.words WHERE rowid = ?", seqs)


def tidy(db: Any) -> None:
    """Write the index anew in one piece, without the words of passages that were taken out."""
    db.execute("INSERT INTO v.words(words) VALUES('optimize')")


def search(db: Any, query: str, k: int) -> list[tuple[str, float]]:
    """Return up to `k` (passage id, BM25 score, higher is better); nothing for a query without words.

    BM25: Robertson and Zaragoza 2009, with the k1 = 1.2 and b = 0.75 that FTS5 has built in.
    """
    terms = distinct_terms(query)
    if not terms or k < 1:
        return []
    if len(terms) > 1:
        terms = _weighty(db, terms)
    rows = db.execute(
        "SELECT p.id, w.score FROM (SELECT rowid AS seq, rank AS score FROM v.words"
        " WHERE words MATCH ? AND rank MATCH ? ORDER BY rank LIMIT ?) w"
        " JOIN v.passages p ON p.seq = w.seq ORDER BY w.score, w.seq",
        (" OR ".join(f'"{term}"' for term in terms), _RANK, k),
    ).fetchall()
    return [(key, -score) for key, score in rows]


def _weighty(db: Any, terms: list[str]) -> list[str]:
    """Leave out words that more than half of the passages hold, unless all are such.

    BM25 gives them no weight, and ranking all those passages is nearly all of a search's time; to
    count them takes a tenth of it.
    """
    db.execute("CREATE VIRTUAL TABLE IF NOT EXISTS temp.vocabulary USING fts5vocab(v, words, row)")
    half = db.execute("SELECT count(*) FROM v.passages").fetchone()[0] / 2
    # As the tokenizer folds them; one that it folds otherwise is not found here, and kept.
    folded = [_plain(term) for term in terms]
    counts = [db.execute("SELECT doc FROM temp.vocabulary WHERE term = ?", (one,)).fetchone() for one in folded]
    kept = [term for term, count in zip(terms, counts, strict=True) if count is None or count[0] <= half]
    return kept or terms


def _plain(term: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", term) if not unicodedata.combining(c))


def distinct_terms(query: str) -> list[str]:
    """Return what to look for: the query's words in lower case, each once, stop words left out.

    A query of stop words alone keeps them. A chunk such as 10b-5 gives itself, to be matched as a
    phrase, and its parts. Of a long query the most telling MOST_TERMS are kept: with a digit, said
    often, long. No term holds a quotation mark.
    """
    counts: Counter[str] = Counter()
    # Composed, as an accent that stands alone would split its word here, though not in the index.
    composed = unicodedata.normalize("NFC", _clean(query[:_LONGEST_QUERY]))
    for chunk in _CHUNK.findall(composed.lower()):
        parts = [part for part in _PART.findall(chunk) if len(part) <= _LONGEST_TERM]
        if len(parts) > 1 and len(chunk) <= _LONGEST_TERM:
            counts[" ".join(parts)] += 1
        counts.update(part for part in parts if len(parts) == 1 or len(part) > 1 or part in STOP_WORDS)
    telling = [term for term in counts if not all(part in STOP_WORDS for part in term.split())]
    terms = telling or list(counts)
    if len(terms) > MOST_TERMS:
        order = {term: i for i, term in enumerate(terms)}
        terms.sort(key=lambda term: (any(c.isdigit() for c in term), counts[term], len(term)), reverse=True)
        terms = sorted(terms[:MOST_TERMS], key=order.__getitem__)
    return terms


def _clean(text: str) -> str:
    return text.replace("\0", " ").encode("utf-8", "replace").decode()

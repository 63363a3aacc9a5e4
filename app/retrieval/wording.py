"""What a question is made of: its telling words, which of them stand together, what kind of answer it wants.

Knows no passage and no store.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from app.retrieval.stems import folded, stem, words
from app.terms import STOP_WORDS

MOST_TERMS = 48  # of a long text, the first so many are weighed
_CLAUSE = re.compile(r"(?<=[;:.?!])\s+")
_NAME = re.compile(r"[^\W\d_]\w*")


class Form(StrEnum):
    """What kind of answer a question wants, as far as its words tell."""

    PLAIN = ""
    DATE = "date"
    NUMBER = "number"
    PERSON = "person"


_FORMS = (
    (Form.DATE, re.compile(r"\b(?:when|wann)\b|\b(?:what|which) (?:\w+ )?(?:year|date|day|month|decade|century)\b")),
    (Form.NUMBER, re.compile(
        r"\bhow (?:many|much|long|old|far|often|large|big|high|tall|fast|deep|wide)\b|\bwie (?:viele?|lange|oft|hoch)\b"
        r"|\b(?:what|which) (?:\w+ )?(?:percent|percentage|number|amount|proportion|fraction|price|sum)\b"
    )),
    (Form.PERSON, re.compile(r"\b(?:who|whom|whose|wer|wem|wen|wessen)\b")),
)


@dataclass(frozen=True, slots=True)
class Wording:
    """A question's words; a term is the stem of one that tells something."""

    text: str
    terms: tuple[str, ...]  # each once, in their order
    exact: frozenset[str]  # the words themselves, folded
    sequence: tuple[str, ...]  # stems of all words in their order, stop words too
    form: Form


def wording(text: str) -> Wording:
    """Return what `text` is made of; where it is stop words alone they are its terms."""
    said = words(text)
    telling = [word for word in said if word not in STOP_WORDS and (len(word) > 1 or not word.isascii())] or said
    lower = folded(text)
    form = next((form for form, pattern in _FORMS if pattern.search(lower)), Form.PLAIN)
    terms = tuple(dict.fromkeys(map(stem, telling)))[:MOST_TERMS]
    return Wording(text, terms, frozenset(telling), tuple(map(stem, said[: 2 * MOST_TERMS])), form)


@dataclass(frozen=True, slots=True)
class Focus:
    """What a question asks of a document that it names."""

    text: str  # the question without the words that only say in which document
    naming: frozenset[str] = frozenset()  # the stems of those


def focus(text: str, named: Collection[str], opening: Collection[str]) -> Focus:
    """Return what `text` asks for and what only names the document.

    `named` are the stems of the document's title and file name, `opening` those of its first lines, of which only
    names count. A clause of which hardly anything is left goes altogether, if another stays. Where nothing would be
    left, as in "What is Anaplasmosis?", the text stays whole.
    """
    clauses = [_clause(clause, named, opening) for clause in _CLAUSE.split(text)]
    telling = [clause for clause in clauses if clause.rest * 4 > clause.told]
    if len(telling) < len(clauses) and telling:
        gone = [clause for clause in clauses if clause.rest * 4 <= clause.told]
    else:
        telling, gone = clauses, []
    kept = {root for clause in telling for root in clause.asking}
    naming = {root for clause in telling for root in clause.naming} | {root for clause in gone for root in clause.all}
    left = " ".join(clause.text for clause in telling if clause.text)
    asks = left if any(clause.rest for clause in telling) and naming else text
    return Focus(asks, frozenset(naming - kept))


@dataclass(slots=True)
class _Clause:
    text: str
    naming: set[str]
    asking: set[str]

    @property
    def told(self) -> int:
        return len(self.all)

    @property
    def rest(self) -> int:
        return len(self.asking)

    @property
    def all(self) -> set[str]:
        return self.naming | self.asking


def _clause(clause: str, named: Collection[str], opening: Collection[str]) -> _Clause:
    read = _Clause("", set(), set())
    pieces: list[str] = []
    last = 0
    for index, match in enumerate(_NAME.finditer(clause)):
        word = folded(match.group())
        if word in STOP_WORDS:
            continue
        root = stem(word)
        if root in named or (root in opening and index and match.group()[0].isupper()):
            pieces.append(clause[last : match.start()])
            last = match.end()
            read.naming.add(root)
        else:
            read.asking.add(root)
    pieces.append(clause[last:])
    read.text = " ".join("".join(pieces).split())
    return read

"""What a question names that the documents which were found for it never mention.

A name that is spelled otherwise, or a thing that is not there at all: what was found then speaks of something else.
"""

from __future__ import annotations

import re

from app import query as queries
from app import verification
from app.places import file_name
from app.store.several import Several
from app.store.store import Store
from app.types import Demand, Evidence, Near, StoredPassage, Word
from app.verification import asked
from app.verification.reading import Token

_STEM = 4  # letters from which on a word may go on otherwise: Iran, Iranian
_NEAR = 2  # words at most between two names that belong together
_MOST = 3  # are told


def unmentioned(evidence: Evidence, store: Store | Several) -> tuple[str, ...]:
    """Return names and numbers of the question, as it writes them, that stand nowhere in the documents of the hits.

    None for what was demanded in the query language: of that each passage fulfils all.
    """
    query = queries.parse(evidence.question)
    if query.demand is not None or not evidence.hits:
        return ()
    question = verification.read(query.text)
    passages = [verification.read(_with_names(hit.passage)) for hit in evidence.hits]
    documents = frozenset(passage.document for hit in evidence.hits for passage in (hit.passage, *hit.alike))
    found = [
        query.text[some[0].start : some[-1].end] for some in asked.unheld(question, passages)
        if (demand := _demand(some)) is not None and not store.words("", 1, demand=demand, documents=documents)
    ]  # fmt: skip
    return tuple(dict.fromkeys(" ".join(_bare(words).split()) for words in found))[:_MOST]


def _with_names(passage: StoredPassage) -> str:
    """Return a passage below what its document is called: it may be what the question calls it by."""
    called = re.sub(r"[-_]+", " ", file_name(passage.file))
    return f"{passage.title}\n{called}\n{passage.context}\n{passage.text}"


def _demand(some: tuple[Token, ...]) -> Demand | None:
    """Return what a passage has to hold to mention it; None for what is too short to look for."""
    words = [Word(bare, prefix=token.value is None and len(bare) >= _STEM)
             for token in some if len(bare := _bare(token.shown)) > 1]
    if len(words) < len(some):
        return None
    return words[0] if len(words) == 1 else Near(tuple(words), _NEAR)


def _bare(shown: str) -> str:
    return re.sub(r"['’]s?$", "", shown)

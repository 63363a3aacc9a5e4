"""The informative part of a text that is too long to be a question.

Knows no store; is given how common words are.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from app import sentences
from app.retrieval.stems import words
from app.store.finding import Frequencies
from app.terms import STOP_WORDS

LONGEST = 1_000  # characters; an embedder reads about as many
_LOOKED_AT = 100_000  # characters
_MOST_WORDS = 3_000


def informative(text: str, frequencies: Callable[[Sequence[str]], Frequencies]) -> str:
    """Return `text`, or of a long one the sentences that ask and those with the rarest words, in their order.

    Words that no passage holds tell nothing here.
    """
    if len(text) <= LONGEST:
        return text
    text = text[:_LOOKED_AT]
    pieces = [text[a : min(b, a + LONGEST // 2)] for a, b in sentences.spans(text)]
    said = [set(words(piece)) - STOP_WORDS for piece in pieces]
    distinct = list(dict.fromkeys(word for some in said for word in some))[:_MOST_WORDS]
    found = frequencies(distinct)
    telling = {
        word: math.log(1 + found.passages / count) for word in distinct if (count := found.counts.get(word, 0)) > 0
    }
    worth = [
        (piece.rstrip().endswith("?"), sum(telling.get(word, 0.0) for word in some) / math.sqrt(len(some) + 4))
        for piece, some in zip(pieces, said, strict=True)
    ]
    kept: set[int] = set()
    room = LONGEST
    for index in sorted(range(len(pieces)), key=lambda index: worth[index], reverse=True):
        if len(pieces[index]) <= room:
            kept.add(index)
            room -= len(pieces[index]) + 1
    return " ".join(" ".join(pieces[index].split()) for index in sorted(kept)) or text[:LONGEST]

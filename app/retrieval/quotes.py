"""The sentences of the evidence that answer a question best, as stretches of its passages.

Owns what speaks for a sentence and what that is worth; the weights come from benchmarks/quoting.py, which prints them.
Knows no store and no model: the evidence was ranked by meaning already.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from app import sentences
from app.retrieval.features import OPENING, document_name, says
from app.retrieval.stems import STEMS, words
from app.retrieval.wording import focus, wording
from app.terms import STOP_WORDS
from app.types import Evidence, Hit

MOST = 5
_HITS = 8  # of the best, whose sentences are looked at
_LEAST = 0.05  # as probable as the best quote, or it is none
_NAMING = 0.15  # what a word that only names the document is still worth
_FARTHEST = -6.0  # logarithm of a hit's odds against the best, below which all count the same
_SAID = 0.9  # of what a sentence says anew; with half of it twice as many that say something else would pass
_ASKING = re.compile(
    r"\b(?:what|which|who|whom|whose|when|where|why|how|wer|wen|wem|wessen|wann|wo|warum|wie|welche[mnrs]?)\b",
    re.IGNORECASE,
)
NAMES = ("covered", "rest", "before", "passage", "form", "short", "asks", "open")
# Learned from an encyclopaedia, scientific papers and patient information. Which of the question's words stand next to
# each other, what follows a sentence, how much else it says and how much of it is prose told nothing more. That what
# asks is no answer was not learned but set: to overlap the right stretch it is good enough.
WEIGHTS: dict[str, float] = {
    "covered": 2.910, "rest": 1.708, "before": 0.769, "passage": 0.815, "form": 1.360, "short": -3.884, "asks": -2.0,
    "open": -0.954,
}  # fmt: skip
Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Quote:
    """hit.passage.text[start:end], a sentence or several that follow each other."""

    hit: Hit
    start: int
    end: int


def best(evidence: Evidence, weights: Mapping[str, float] = WEIGHTS) -> list[Quote]:
    """Return at most `MOST` quotes, the best first and after each what else its document says.

    Sentences that follow each other are one quote. There is at least one where there are hits. What holds no word of
    the question and follows no sentence that does is quoted only where nothing else is: it would stand in the place of
    a short sentence that does, such as "Do not prescribe penicillins."
    """
    found = candidates(evidence.hits)
    if not found:
        return []
    matrix = features(evidence.question, found)
    scored = matrix @ np.array([weights.get(name, 0.0) for name in NAMES])
    order = [row for row in np.argsort(-scored, kind="stable") if scored[row] >= scored.max() + math.log(_LEAST)]
    speaking = matrix[:, NAMES.index("covered")] + matrix[:, NAMES.index("before")] > 0
    chosen = [row for row in order if speaking[row]] or order
    return _by_document(_joined([found[row] for row in chosen[:MOST]]))


def candidates(hits: Sequence[Hit]) -> list[Quote]:
    """Return the sentences of the best hits, each text once, in their order."""
    seen: dict[str, Quote] = {}
    for hit in hits[:_HITS]:
        for start, end in sentences.spans(hit.passage.text):
            seen.setdefault(" ".join(hit.passage.text[start:end].split()), Quote(hit, start, end))
    return list(seen.values())


def _joined(chosen: Sequence[Quote]) -> list[Quote]:
    """Make one quote of those between which there is nothing but white space, in the place of the better."""
    kept: list[Quote] = []
    for quote in chosen:
        for index, other in enumerate(kept):
            text = quote.hit.passage.text
            first, second = (quote, other) if quote.start < other.start else (other, quote)
            if quote.hit is other.hit and not text[first.end : second.start].strip():
                kept[index] = Quote(quote.hit, first.start, second.end)
                break
        else:
            kept.append(quote)
    return kept


def _by_document(chosen: Sequence[Quote]) -> list[Quote]:
    documents = list(dict.fromkeys(quote.hit.passage.document for quote in chosen))
    return sorted(chosen, key=lambda quote: documents.index(quote.hit.passage.document))


def say(quoted: Sequence[str], question: str, sentence: str) -> bool:
    """Whether one of the sentences that answer a question best says what a written one answers.

    That is what it says beyond the question's own words; where it says nothing beyond them it answers what can be
    answered by yes or no, and nothing else.
    """
    new = _telling(sentence) - _telling(question)
    if not new:
        return _ASKING.search(question) is None
    return any(len(new & _telling(text)) >= _SAID * len(new) for text in quoted)


def _telling(text: str) -> set[str]:
    return {STEMS[word] for word in words(text) if word not in STOP_WORDS}


# What speaks for a sentence.


def features(question: str, found: Sequence[Quote]) -> Matrix:
    """Return float64[len(found), len(NAMES)]; `found` are sentences in the order of `candidates`."""
    asked = wording(question)
    numbers = {term: number for number, term in enumerate(asked.terms)}
    read = [_Sentence.of(quote, numbers) for quote in found]
    held = np.zeros((len(found), len(numbers)))
    for row, sentence in enumerate(read):
        held[row, list(sentence.terms)] = 1.0
    counts = held.sum(axis=0)
    telling = np.log(1 + (len(found) - counts + 0.5) / (counts + 0.5)) * (counts > 0)
    naming = _naming(question, found)
    rest = telling * [_NAMING if term in naming else 1.0 for term in asked.terms]
    total, total_rest = telling.sum() or 1.0, rest.sum() or 1.0
    matrix = np.zeros((len(found), len(NAMES)))
    column = {name: matrix[:, number] for number, name in enumerate(NAMES)}
    column["covered"][:] = held @ telling / total
    column["rest"][:] = held @ rest / total_rest
    for row, (one, two) in enumerate(pairwise(found)):
        if one.hit is two.hit:
            column["before"][row + 1] = (held[row] > held[row + 1]) @ rest / total_rest
    for row, (quote, sentence) in enumerate(zip(found, read, strict=True)):
        text = quote.hit.passage.text[quote.start : quote.end]
        column["passage"][row] = max(_FARTHEST, math.log(max(quote.hit.score, 1e-9)))
        column["form"][row] = says(asked.form, sentence.others, text)
        column["short"][row] = max(0.0, 1 - sentence.length / 8)
        column["asks"][row] = float(text.endswith("?"))
        column["open"][row] = float(re.search(r"[.!?。！？][\"'”’»)\]]*$", text) is None)
    return matrix


@dataclass(frozen=True, slots=True)
class _Sentence:
    length: int  # in words
    others: list[str]  # words that are none of the question's
    terms: frozenset[int]  # the question's that stand here

    @classmethod
    def of(cls, quote: Quote, numbers: dict[str, int]) -> _Sentence:
        said = words(quote.hit.passage.text[quote.start : quote.end])
        terms = frozenset(numbers[STEMS[word]] for word in said if STEMS[word] in numbers)
        return cls(len(said), [word for word in said if STEMS[word] not in numbers], terms)


def _naming(question: str, found: Sequence[Quote]) -> frozenset[str]:
    """Return the terms of the question that only name the document of the best hit."""
    document = found[0].hit.passage.document
    passages = {quote.hit.rank: quote.hit.passage for quote in found if quote.hit.passage.document == document}.values()
    named = {STEMS[word] for word in words(document_name(passages))}
    opening = {
        STEMS[word]
        for passage in passages
        if passage.page in (None, 1) and passage.start < OPENING
        for word in words(passage.text)
    }
    return focus(question, named, opening).naming

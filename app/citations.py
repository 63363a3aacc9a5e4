"""What a model wrote into sentences with their citations; knows no passage and judges nothing.

A citation key is a number in square brackets. A key that names no passage stays, marked as unknown:
a citation that was made up is something the reader must see.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from app import sentences
from app.types import Citation

_GROUP = re.compile(r"\s*\[\s*((?:passages?\s+)?\d{1,4}(?:\s*(?:[,;–-]|and)\s*\d{1,4})*)\s*\]", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"\s*\[\s*(?:\w{0,12}\s?[#?]|citation needed|source)\s*\]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class CitedSentence:
    """A sentence without its keys, and the keys in the order they were written."""

    text: str
    citations: tuple[Citation, ...]


def parse(text: str, given: Collection[int]) -> tuple[CitedSentence, ...]:
    """Return the sentences of a model's text; `given` are the ranks of the passages that it had."""
    found: list[CitedSentence] = []
    for start, end in _spans(text):
        piece = text[start:end]
        keys = [key for match in _GROUP.finditer(piece) for key in _keys(match.group(1))]
        keys += [match.group().strip(" []\n") for match in _PLACEHOLDER.finditer(piece)]
        citations = tuple(dict.fromkeys(_citation(key, given) for key in keys))
        plain = _PLACEHOLDER.sub("", _GROUP.sub("", piece)).strip()
        if plain:
            found.append(CitedSentence(plain, citations))
        elif citations and found:
            last = found[-1]
            merged = tuple(dict.fromkeys((*last.citations, *citations)))
            found[-1] = CitedSentence(last.text, merged)
        elif citations:
            found.append(CitedSentence("", citations))
    return tuple(found)


def _spans(text: str) -> list[tuple[int, int]]:
    """Sentences, with keys that stand after the full stop given to the sentence before them."""
    found: list[tuple[int, int]] = []
    for start, end in sentences.spans(text):
        opening = start
        leading = _leading_keys(text[start:end])
        if leading and found:
            opening = start + leading
            found[-1] = (found[-1][0], opening)
        if text[opening:end].strip():
            found.append((opening, end))
    return found


def _leading_keys(piece: str) -> int:
    position = 0
    while match := _GROUP.match(piece, position):
        position = match.end()
    return position


def _keys(group: str) -> list[str]:
    """"1, 3-5" is four keys; a range that runs backwards or far is kept as it was written."""
    keys: list[str] = []
    for part in map(str.strip, re.split(r"[,;]|and", re.sub(r"(?i)passages?\s+", "", group))):
        ends = re.fullmatch(r"(\d+)\s*[–-]\s*(\d+)", part)
        if ends and int(ends[1]) < int(ends[2]) <= int(ends[1]) + 20:
            keys += [str(key) for key in range(int(ends[1]), int(ends[2]) + 1)]
        elif part:
            keys.append(part)
    return keys


def _citation(key: str, given: Collection[int]) -> Citation:
    rank = int(key) if key.isdigit() else None
    return Citation(key, rank if rank in given else None)

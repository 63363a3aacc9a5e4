"""Where the words of a query stand in a text, for marking them."""

from __future__ import annotations

from collections.abc import Iterator

from app import terms
from app.types import AllOf, AnyOf, Demand, Exact, Near, Query, Without, Word


def marks(query: Query, text: str) -> tuple[tuple[int, int], ...]:
    """Return the stretches (start, end) of `text` that the query's words, phrases and prefixes stand in, ascending.

    Words also in their simple inflections; of unwanted words none, and stop words only inside a phrase.
    """
    words, prefixes, phrases = _wanted(query)
    found = list(terms.terms(text))
    spans = [
        (term.start, term.end) for term in found
        if term.text in words or terms.stem(term.text) in words or (prefixes and term.text.startswith(prefixes))
    ]
    spans += _phrased(found, phrases)
    return _merged(spans)


def _wanted(query: Query) -> tuple[set[str], tuple[str, ...], dict[str, list[tuple[tuple[str, ...], bool]]]]:
    """Return words with their stems, beginnings of words, and by its first term each phrase and whether it goes on."""
    words: set[str] = set()
    prefixes: list[str] = []
    phrases: dict[str, list[tuple[tuple[str, ...], bool]]] = {}
    for term in terms.distinct(query.text):
        parts = tuple(term.split())
        if len(parts) > 1:
            phrases.setdefault(parts[0], []).append((parts, False))
        elif term not in terms.STOP_WORDS:
            words |= {term, terms.stem(term)}
    for leaf in _leaves(query.demand):
        parts = tuple(term.text for term in terms.terms(leaf.text))
        goes_on = isinstance(leaf, Word) and leaf.prefix
        if len(parts) > 1:
            phrases.setdefault(parts[0], []).append((parts, goes_on))
        elif parts and goes_on:
            prefixes += parts
        else:
            words.update(parts)
    return words, tuple(prefixes), phrases


def _leaves(demand: Demand | None) -> Iterator[Word | Exact]:
    match demand:
        case Word() | Exact():
            yield demand
        case Near(parts) | AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from _leaves(part)
        case Without(part, _):
            yield from _leaves(part)
        case None:
            pass


def _phrased(
    found: list[terms.Term], phrases: dict[str, list[tuple[tuple[str, ...], bool]]]
) -> Iterator[tuple[int, int]]:
    for i, term in enumerate(found):
        for parts, goes_on in phrases.get(term.text, ()):
            there = [one.text for one in found[i : i + len(parts)]]
            last = there and (there[-1].startswith(parts[-1]) if goes_on else there[-1] == parts[-1])
            if last and len(there) == len(parts) and tuple(there[:-1]) == parts[:-1]:
                yield term.start, found[i + len(parts) - 1].end


def _merged(spans: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)

"""The language of queries: what somebody typed into words, demands and filters.

Owns its grammar and what of a passage a query marks. Must not know of a store or of ranking.

    "exact phrase"   word AND other   word OR other   word NOT other   -word   (groups)   prefix*
    NEAR(one other, 5)   one NEAR/5 other   one w/5 other
    file:name   folder:name   from:name   people:name   type:mail   after:2024-01-31   before:2024

A plain question demands nothing. A phrase in quotation marks, a prefix, an unwanted word and a NEAR are demanded, and
the plain words beside them only rank; between AND, OR and NOT the words are demanded too. Nothing is an error: what
cannot be understood is read as plain words, and a hint says so.
"""

from __future__ import annotations

from app import terms
from app.query.demands import Beyond, Parser
from app.query.items import Reading, as_said, items
from app.query.marking import marks
from app.types import Query

__all__ = ["marks", "parse"]


def parse(typed: str) -> Query:
    """Return a query as it is understood; never raises."""
    read = Reading()
    typed_whole, typed = typed, typed[: terms.LONGEST]
    if len(typed_whole) > len(typed):
        read.hint(f"Only the first {terms.LONGEST:,} characters of the question were read.")
    found = list(items(typed, read))
    filters = list(read.cuts)
    found = as_said(found, typed, read)
    demand = None
    if any(item.kind not in ("word", "open", "close") for item in found):
        try:
            demand = Parser(found, read).demand()
        except Beyond:
            read.cuts = filters
            read.hint("The query has more operators than can be followed; it was read as plain words.")
    if demand is None:
        read.cuts = [cut for cut in read.cuts if cut in filters]
    return Query(typed_whole, _without(typed, read.cuts), demand, read.scope(), tuple(read.hints))


def _without(typed: str, cuts: list[tuple[int, int]]) -> str:
    """Return what was typed without these stretches."""
    if not cuts:
        return typed.strip()
    kept, at = [], 0
    for start, end in sorted(cuts):
        kept.append(typed[at:start])
        at = max(at, end)
    return " ".join(" ".join([*kept, typed[at:]]).split())

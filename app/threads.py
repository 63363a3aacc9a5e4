"""The branches of a conversation: which of its exchanges are one after the other, and which beside each other.

Pure; the exchanges are all of one conversation, in the order they were asked.
"""

from __future__ import annotations

from collections.abc import Sequence

from app.types import Exchange


def way(exchanges: Sequence[Exchange], through: str | None = None) -> tuple[Exchange, ...]:
    """Return the exchanges one after the other that lead to the one asked last, or to the last that follows `through`.

    From the first on; empty where there are none, or none of this id.
    """
    found = exchanges[-1:] if through is None else following(exchanges, through)[-1:]
    if not found:
        return ()
    by_id = {exchange.id: exchange for exchange in exchanges}
    back = [found[0]]
    while (before := back[-1].before) is not None:
        back.append(by_id[before])
    return tuple(reversed(back))


def following(exchanges: Sequence[Exchange], root: str) -> tuple[Exchange, ...]:
    """Return the exchange with this id and all that follow it, on every branch."""
    wanted = {root}
    found = []
    for exchange in exchanges:  # what is followed was asked before
        if exchange.id == root or exchange.before in wanted:
            wanted.add(exchange.id)
            found.append(exchange)
    return tuple(found)


def beside(exchanges: Sequence[Exchange], exchange: str) -> tuple[Exchange, ...]:
    """Return the exchanges that follow the same one as this, and it: its versions."""
    found = next((each for each in exchanges if each.id == exchange), None)
    return () if found is None else tuple(each for each in exchanges if each.before == found.before)

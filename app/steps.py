"""A long operation that gives something in the end, for those who do not watch it on its way."""

from __future__ import annotations

from collections.abc import Generator
from typing import TypeVar

T = TypeVar("T")


def finished(steps: Generator[object, None, T]) -> T:
    """Pull a generator to its end and return what it returned."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            found: T = end.value
            return found

"""What makes a sentence at most partly supported: one of its tokens, with the reason."""

from __future__ import annotations

from collections.abc import Iterator

from app.types import Concern, Reason
from app.verification.reading import Text

Doubts = Iterator[tuple[int, Reason]]


def doubt(
    claim: Text, first: int, words: str, *, last: int | None = None, concern: Concern = Concern.CONTRARY
) -> tuple[int, Reason]:
    """Return a doubt about a token of a sentence, told of those up to `last`, which is counted in."""
    end = claim.tokens[first if last is None else last].end
    return first, Reason(concern, claim.tokens[first].start, end, words)

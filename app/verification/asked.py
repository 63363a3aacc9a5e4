"""What a question brings along: words of its own in an answer, and names and numbers that its passages do not have."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from app.verification import names
from app.verification.forms import forms, says
from app.verification.reading import Text, Token

_NEAR = 2  # tokens at most from one name to the next, where they stand together in a passage


def borrowed(claim: Text, question: Text, passages: Sequence[Text]) -> list[Token]:
    """Return the words of a sentence that are the question's, in any form, and not its passages'."""
    return [
        token for token in claim.tokens
        if not token.fact and token.key in question.keys and not any(says(token, passage) for passage in passages)
    ]  # fmt: skip


def unheld(question: Text, passages: Sequence[Text]) -> list[tuple[Token, ...]]:
    """Return the names and values of a question that no passage holds, and names that stand together in none."""
    facts = [token for token in question.tokens if token.value is not None] + (called := _names(question))
    alone = [token for token in facts if not any(_holds(token, passage) for passage in passages)]
    pairs = [
        (one, other) for one, other in pairwise(question.tokens)
        if one in called and other in called and not question.text[one.end : other.start].strip(" -")
        and one not in alone and other not in alone and not any(_together(one, other, passage) for passage in passages)
    ]  # fmt: skip
    return [*((token,) for token in alone), *pairs]


def _names(question: Text) -> list[Token]:
    """Return what is called by a name; of a question that is short and names much, also what looks like a heading."""
    words = [token for token in question.tokens if token.value is None]
    headed = all(token.name or token.capital for token in words)  # each word has a capital, which then says nothing
    return [token for token in words if token.name or (token.capital and not headed and token.start > 0)]


def _holds(token: Token, passage: Text) -> bool:
    return bool(forms(token, passage)) or (token.value is None and names.stands(token, passage))


def _together(one: Token, other: Token, passage: Text) -> bool:
    first, second = ({token.key} | names.forms(token, passage) for token in (one, other))
    places = [(at, found.key) for at, found in enumerate(passage.tokens)]
    return any(abs(a - b) <= _NEAR for a, key in places if key in first for b, beside in places if beside in second)

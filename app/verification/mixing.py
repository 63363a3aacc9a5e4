"""What a sentence puts together that its passage keeps apart: each word stands there, but not with this neighbour.

"Heart disease" where the passage says "lung disease", and what it says of one half of a contrast told of the other:
"severe cases die within weeks, while milder ones may recover".
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.types import Concern
from app.verification.doubts import Doubts, doubt
from app.verification.reading import Text, Token

_LISTED = re.compile(r"[,;]|\b(?:and|but|und|aber)\b", re.IGNORECASE)  # the sentence sets things beside each other, too
# Behind these stands somebody or something else, unlike behind "but".
_CONTRAST = re.compile(r"\b(?:while|whereas|während|wohingegen)\b", re.IGNORECASE)
_OF = re.compile(r"\s+(?:of|in|at|under|by|for|von|bei)\s+(?:the\s+|state\s+of\s+|commonwealth\s+of\s+)*(?:der\s+)?",
                 re.IGNORECASE)  # fmt: skip
_NEAR = 4  # tokens behind a word in which a name may belong to it
_HALF = 2  # words of the sentence that only one half of the contrast has


def mixed(claim: Text, passage: Text, span: tuple[int, int], same: Sequence[frozenset[str]]) -> Doubts:
    """Yield the tokens of a sentence that the passage's tokens [first, last) have with others, with the reason.

    `same` are the keys of the passage that say what each token of the sentence says.
    """
    yield from _otherwise(claim, passage, span, same)
    yield from _halves(claim, passage, span, same)
    yield from _elsewhere(claim, passage, span, same)


def _otherwise(claim: Text, passage: Text, span: tuple[int, int], same: Sequence[frozenset[str]]) -> Doubts:
    """Tell of a word that the passage does not hold, right before one that has another word before it there."""
    said = frozenset().union(*same)
    for index in range(len(claim.tokens) - 1):
        one = claim.tokens[index]
        if same[index] or one.fact or one.capital or not claim.adjoins(index):
            continue
        others: list[int] = []
        for at in range(*span):
            if passage.tokens[at].key not in same[index + 1]:
                continue
            if at == span[0] or not passage.adjoins(at - 1):
                others = []
                break  # it stands there by itself
            if passage.tokens[at - 1].key not in said:
                others.append(at)
        if others:
            ours, theirs = claim.shown(index, index + 2), passage.shown(others[0] - 1, others[0] + 1)
            words = f"The passage says “{theirs}” here, not “{ours}”."
            yield doubt(claim, index, words, last=index + 1, concern=Concern.WORDS)


def _halves(claim: Text, passage: Text, span: tuple[int, int], same: Sequence[frozenset[str]]) -> Doubts:
    first, last = span
    if first == last or _CONTRAST.search(claim.text) or _LISTED.search(claim.text):
        return
    for contrast in _CONTRAST.finditer(passage.text, passage.tokens[first].end, passage.tokens[last - 1].start):
        before = {token.key for token in passage.tokens[first:last] if token.start < contrast.start()}
        behind = {token.key for token in passage.tokens[first:last] if token.start > contrast.start()}
        here = [index for index, some in enumerate(same) if some & before and not some & behind]
        there = [index for index, some in enumerate(same) if some & behind and not some & before]
        fewer = min(here, there, key=len)
        if len(fewer) >= _HALF:
            shown = claim.tokens[fewer[0]].shown
            words = f"The passage says “{shown}” of something else: there is a “{contrast[0]}” between."
            yield doubt(claim, fewer[0], words, last=fewer[-1], concern=Concern.WORDS)


def _elsewhere(claim: Text, passage: Text, span: tuple[int, int], same: Sequence[frozenset[str]]) -> Doubts:
    """Tell of a name behind a word that has another name behind it there: the laws of Florida, and of New York."""
    for index in range(1, len(claim.tokens)):
        before, token = claim.tokens[index - 1 : index + 1]
        if not token.name or before.fact or not same[index] or not _of(claim, before, token):
            continue
        others: list[Token] = []
        for at in range(span[0], span[1] - 1):
            if passage.tokens[at].key not in same[index - 1]:
                continue
            behind = passage.tokens[at + 1 : min(at + 1 + _NEAR, span[1])]
            called = _name(passage, behind)
            if called and not _of(passage, passage.tokens[at], called[0]):
                called = []
            if not called or any(one.key in same[index] for one in called):
                others = []
                break
            others.append(called[-1])
        if others and not any(others[0].key in some for some in same):
            words = f"The passage says “{others[0].shown}” here, not “{token.shown}”."
            yield doubt(claim, index, words, concern=Concern.NAME)


def _name(text: Text, tokens: Sequence[Token]) -> list[Token]:
    """Return the first name among tokens, with that behind its "of": the State of Ohio."""
    named = [token for token in tokens if token.name]
    found = named[:1]
    for token in named[1:]:
        if not _of(text, found[-1], token):
            break
        found.append(token)
    return found


def _of(text: Text, one: Token, two: Token) -> bool:
    """Whether a token and a later one have nothing but words such as "of" between them."""
    return bool(_OF.fullmatch(text.text, one.end, two.start))

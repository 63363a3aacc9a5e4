"""Who does what to whom, and what goes from where to where: whether a sentence has it the other way round.

Two names that have the same verb between them in both texts, in the other order, are swapped: "Varga sued Brightwater"
and "Brightwater sued Varga". What is said with "by" in one of them has its names the other way round by right.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from app.types import Concern
from app.verification import cues
from app.verification.doubts import Doubts, doubt
from app.verification.reading import Text, Token
from app.verification.wording import kin, opposites

# Behind these a name says where or whose, or what something is, and may stand first or last.
_AROUND = re.compile(
    r"\b(?:in|at|on|near|of|under|within|with|between|is|are|was|were|bei|von|mit|ist|sind|war|(and|or|und|oder))\s+"
    r"(?:(?:the|this|that|such|each|an?|its|der|die|das)\s+)?$", re.IGNORECASE,
)  # fmt: skip
_INSIDE = re.compile(r"[\s-]*(?:\b(?:de|da|di|du|la|van|von|der|den|al|el|bin)\s+)*")  # a name
_OWNS = re.compile(r"['’]s?\b")
_TO = re.compile(r"\s*(?:to|-|–|bis|auf)\s*", re.IGNORECASE)
# Between who does something and what they do.
_DOES = re.compile(
    r"(?:\s|\b(?:shall|will|must|may|can|could|should|would|might|has|have|had|did|does|do|not|also|that|then)\b)*",
    re.IGNORECASE,
)
_FAR = 6  # tokens between two names at most
_RUN = 3  # tokens behind a name by which it is known what is said of it


class Party(NamedTuple):
    """A name: tokens [first, last)."""

    first: int
    last: int


def swapped(claim: Text, passage: Text, same: Sequence[frozenset[str]]) -> Doubts:
    """Yield the tokens of a sentence that stand there in the place of another of it, with the reason.

    `same` are the keys of the passage that say what each token of the sentence says.
    """
    yield from _values(claim, passage, same)
    called = claim.names | passage.names
    yield from _taken(claim, passage, called, same)
    for one, two in pairwise(_parties(claim, 0, len(claim.tokens), called)):
        first, second = _any(same, one), _any(same, two)
        if two.first - one.last > _FAR or not first or not second or first & second:
            continue
        said = [
            turned for span, held in zip(passage.spans, passage.held, strict=True) if held & first and held & second
            for turned in _turned(claim, one, two, passage, span, called, same)
        ]  # fmt: skip
        if said and all(said):
            names = " and ".join(f"“{claim.shown(*party)}”" for party in (one, two))
            yield doubt(claim, one.first, f"The passage has {names} the other way round.", last=two.last - 1)


def _turned(
    claim: Text, one: Party, two: Party, passage: Text, span: tuple[int, int], called: frozenset[str],
    same: Sequence[frozenset[str]],
) -> Iterator[bool]:  # fmt: skip
    """Yield for each place where a sentence of the passage speaks of both whether it has them the other way round."""
    keys = passage.row
    once = [index for index, some in enumerate(same) if same.count(some) == 1]  # no "kidney" of "left kidney, right …"
    between = [index for index in once if one.last <= index < two.first and claim.tokens[index].value is None]
    verbs = [same[index] for index in between if len(claim.tokens[index].key) > 2]  # no "de"
    ours = _by(claim, one), _by(claim, two)
    before = frozenset().union(*(same[index] for index in once if index < (one.first if ours[0] else two.first)))
    parties = _parties(passage, *span, called)
    firsts = [party for party in parties if _keys(keys, party) & _any(same, one)]
    seconds = [party for party in parties if _keys(keys, party) & _any(same, two)]
    for a in firsts:
        for b in seconds:
            low, high = (a, b) if a.first < b.first else (b, a)
            if a == b or high.first - low.last > _FAR:
                continue
            inverted = a.first > b.first
            sizes = _sizes(claim, two.first), _sizes(passage, high.first)
            if all(sizes):
                yield inverted != (sizes[0] != sizes[1])
                continue
            theirs = _by(passage, a), _by(passage, b)
            if any(ours) and any(theirs):
                other = (a if theirs[0] else b).first
                if other > span[0] and keys[other - 1] in before:
                    yield ours != theirs
            elif any(keys[at] in verb for verb in verbs for at in range(low.last, high.first)):
                yield inverted != (any(ours) or any(theirs))


def _sizes(text: Text, at: int) -> set[str]:
    """Return what a thing is told to be beside the one that a token names: more or less."""
    return {cue.value for cue in text.cues if cue.kind == cues.SIZE and cue.at == at}


def _taken(
    claim: Text, passage: Text, called: frozenset[str], same: Sequence[frozenset[str]]
) -> Doubts:
    """Tell of a name right before a verb before which the passage has another, with the same behind it."""
    said: frozenset[str] = frozenset().union(*same)
    for party in _parties(claim, 0, len(claim.tokens), called, passage.keys - claim.keys):
        run = same[party.last : party.last + _RUN]
        own = _any(same, party)
        if len(run) < 2 or not all(run) or not own or not _DOES.fullmatch(_behind(claim, party.last)):
            continue
        found = [one for span, held in zip(passage.spans, passage.held, strict=True) if not held.isdisjoint(run[0])
                 for one in _doing(passage, span, called, run, own, said)]  # fmt: skip
        others = [one.party for one in found if one.follows] or [one.party for one in found]
        if others and all(own.isdisjoint(_keys(passage.row, other)) for other in others):
            words = f"The passage says “{passage.shown(*others[0])}” here, not “{claim.shown(*party)}”."
            yield doubt(claim, party.first, words, last=party.last - 1)


class Doing(NamedTuple):
    """A name right before a verb; whether what follows is the same, too."""

    party: Party
    follows: bool


def _doing(
    passage: Text, span: tuple[int, int], called: frozenset[str], run: Sequence[frozenset[str]], own: frozenset[str],
    said: frozenset[str],
) -> Iterator[Doing]:  # fmt: skip
    """Yield who does in a sentence of the passage what `run` begins with: `own`, another to it, another all of it.

    `said` is all that the sentence says: of one whom it names too, who does what to whom is another question.
    """
    keys = passage.row[: span[1]]
    last = -1
    for party in _parties(passage, *span, called, own.union(*map(opposites, own))):
        at, listed, last = party.last, last == party.first, party.last
        names = keys[party.first : at]
        mine = not own.isdisjoint(names)
        if not mine and (listed or any(kin(key, other) for key in names for other in own)):
            continue  # one of several, or the same name in another form
        if at >= span[1] or keys[at] not in run[0] or not _DOES.fullmatch(_behind(passage, at)):
            continue
        follows = len(keys) - at >= len(run) and all(keys[at + n] in some for n, some in enumerate(run))
        if follows or mine or (said.isdisjoint(names) and not own.isdisjoint(keys[at:])):
            yield Doing(party, follows)


def _behind(text: Text, at: int) -> str:
    """Return what stands between a token and the one before it."""
    return text.text[text.tokens[at - 1].end : text.tokens[at].start]


def _parties(
    text: Text, first: int, last: int, called: frozenset[str], keys: frozenset[str] | None = None
) -> list[Party]:
    """Return names, also where they open a sentence, and what has its contrary among `keys`: the left and the right.

    Without `keys` that is beside it.
    """
    if keys is None:
        keys = frozenset(token.key for token in text.tokens[first:last])
    found: list[Party] = []
    for at in range(first, last):
        token = text.tokens[at]
        contrary = opposites(token.key) & keys
        named = token.name or (token.capital and token.key in called)
        if token.value is not None or not (named or contrary):
            continue
        if found and found[-1].last == at and not contrary and _INSIDE.fullmatch(_behind(text, at)):
            found[-1] = Party(found[-1].first, at + 1)
        else:
            found.append(Party(at, at + 1))
    return [party for party in found if not _aside(text, party)]


def _aside(text: Text, party: Party) -> bool:
    start, end = text.tokens[party.first].start, text.tokens[party.last - 1].end
    owns = _OWNS.match(text.text, end) or _OWNS.search(text.text[start:end][-2:])
    around = _AROUND.search(text.text, max(0, start - 14), start)
    return bool(owns or (around and not (around[1] and opposites(text.tokens[party.first].key))))


def _by(text: Text, party: Party) -> bool:
    return any(token.by for token in text.tokens[party.first : party.last])


def _any(same: Sequence[frozenset[str]], party: Party) -> frozenset[str]:
    return frozenset().union(*same[party.first : party.last])


def _keys(keys: Sequence[str], party: Party) -> frozenset[str]:
    return frozenset(keys[party.first : party.last])


def _values(claim: Text, passage: Text, same: Sequence[frozenset[str]]) -> Doubts:
    """Tell of two values with "to" between them, which the passage has the other way round."""
    ours = [(index, one, two) for index, (one, two) in enumerate(pairwise(claim.tokens)) if _goes(claim, one, two)]
    for index, one, two in ours:
        theirs = [(a.key, b.key) for a, b in pairwise(passage.tokens) if _goes(passage, a, b)]
        there = [(a in same[index], b in same[index + 1]) for a, b in theirs]
        back = any(a in same[index + 1] and b in same[index] for a, b in theirs)
        if back and not any(all(pair) for pair in there):
            words = f"The passage has “{one.shown}” and “{two.shown}” the other way round."
            yield doubt(claim, index, words, last=index + 1, concern=Concern.NUMBER)


def _goes(text: Text, one: Token, two: Token) -> bool:
    """Whether one value goes "to" another."""
    return one.value is not None and two.value is not None and bool(_TO.fullmatch(text.text, one.end, two.start))

"""Whether a sentence and a passage deny the same, and say may and must, before and after, at least and at most alike.

Each cue is held to the first word behind it that both texts have.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from app.types import Concern, Reason
from app.verification import cues
from app.verification.cues import Cue
from app.verification.numbers import Number
from app.verification.reading import Text

# What may stand between a denial and the further words that it denies: "no fever, cough or chills".
_LISTED = re.compile(r"\s*(?:,\s*(?:and|or|nor)?|and|or|nor|-)?\s*", re.IGNORECASE)
_ENDS = re.compile(r"[.;:!?]\s")
_STOPS = re.compile(r"[.;:,()]")
_MOST = re.compile(r"[\s-]+(?:(?:most|least)[\s-]+\w+|\w+est)", re.IGNORECASE)
_ALONE = re.compile(
    r"\b(?:only|solely?|exclusive(?:ly)?|alone|without|unless|except|limited|restricted|nothing|no\s+other|none"
    r"|ausschließlich|nur)\b", re.IGNORECASE,
)  # fmt: skip
_EXTENTS = {"more": "most", "less": "few"}  # degrees, beside an extent
_APART = 2  # tokens that the same denial may stand apart


def turned(
    claim: Text, passage: Text, paired: Mapping[int, int], places: Sequence[Sequence[int]]
) -> Iterator[Reason]:
    """Yield what the sentence says the contrary of.

    `paired` are its tokens with those of the passage, `places` for each token all in the passage that say it.
    """
    yield from _denials(claim, passage, paired, places)
    yield from _other_cues(claim, passage, paired)
    yield from _alone(claim, passage, paired)


def denied(text: Text, index: int) -> bool:
    """Whether a token stands in the reach of a denial."""
    return any(index in heads(text, cue) for cue in _of(text, cues.DENIAL))


def _denials(
    claim: Text, passage: Text, paired: Mapping[int, int], places: Sequence[Sequence[int]]
) -> Iterator[Reason]:
    back = {theirs: ours for ours, theirs in paired.items()}
    met: set[int] = set()  # words of the passage that both deny
    ours: list[tuple[Cue, int, int]] = []  # cue, its word in the sentence, its word in the passage
    for cue in _of(claim, cues.DENIAL):
        head = next((index for index in heads(claim, cue) if places[index]), None)
        if head is None:
            continue
        if head in paired:
            ours.append((cue, head, paired[head]))
        else:
            met.update(at for at in places[head] if denied(passage, at))
            if met.isdisjoint(places[head]):
                yield _reason(cue, f"The passage does not say {_said(claim, cue, head)}.")
    theirs = [(cue, at) for cue in _of(passage, cues.DENIAL)
              if (at := next((at for at in heads(passage, cue) if at in back), None)) is not None]  # fmt: skip
    for cue, head, place in list(ours):
        match = min(theirs, key=lambda one: abs(one[1] - place), default=None)
        if match is not None and abs(match[1] - place) <= _APART and _nearest(match[1], ours) == place:
            theirs.remove(match)
            ours.remove((cue, head, place))
    for cue, head, _ in ours:
        yield _reason(cue, f"The passage does not say {_said(claim, cue, head)}.")
    for cue, at in theirs:
        if not met.isdisjoint(heads(passage, cue)):
            continue
        token = claim.tokens[back[at]]
        words = f"The passage says {_said(passage, cue, at)}, and the sentence does not."
        yield Reason(Concern.CONTRARY, token.start, token.end, words)


def _nearest(at: int, ours: list[tuple[Cue, int, int]]) -> int:
    return min((place for _, _, place in ours), key=lambda place: abs(place - at))


def heads(text: Text, cue: Cue) -> list[int]:
    """Return the tokens that a denial reaches, the next first; the one before where none follows."""
    found: list[int] = []
    end = cue.end
    for index in range(cue.at, min(cue.at + cues.reach(text.text[cue.start : cue.end]), len(text.tokens))):
        between = text.text[end : text.tokens[index].start]
        if _STOPS.search(between) and not (_LISTED.fullmatch(between) and found):
            break
        found.append(index)
        end = text.tokens[index].end
    if found or not cue.at or _ENDS.search(text.text, text.tokens[cue.at - 1].end, cue.start):
        return found
    return [cue.at - 1]


def _other_cues(claim: Text, passage: Text, paired: Mapping[int, int]) -> Iterator[Reason]:
    for cue in claim.cues:
        if cue.kind == cues.DENIAL or cue.at not in paired:
            continue
        at = paired[cue.at]
        others = [other for other in passage.cues if other.at == at and _alike(cue.kind, other.kind)]
        ordered = cue.kind == cues.ORDER and claim.tokens[cue.at].value is not None
        if not others and ((cue.kind, cue.value) == (cues.DEGREE, "less") or ordered):
            yield _reason(cue, f"The passage does not say {_said(claim, cue, cue.at)}.")
        values = {_EXTENTS.get(other.value, other.value) for other in others}
        if not others or _EXTENTS.get(cue.value, cue.value) in values:
            continue
        if cue.kind == cues.MODAL and denied(claim, cue.at) and denied(passage, at):
            continue  # what one may not do one must not do
        theirs, ours = passage.text[others[0].start : others[0].end], claim.text[cue.start : cue.end]
        yield _reason(cue, f"The passage says “{theirs}” here, not “{ours}”.")


def _alike(one: str, other: str) -> bool:
    """Whether two kinds of cues stand in each other's place: all patients, and most of them."""
    return one == other or {one, other} == {cues.DEGREE, cues.EXTENT}


def _alone(claim: Text, passage: Text, paired: Mapping[int, int]) -> Iterator[Reason]:
    """Tell where the sentence says that it is this alone, and the passage says nothing of the kind."""
    for cue in _of(claim, cues.ALONE):
        counts = cue.at < len(claim.tokens) and claim.tokens[cue.at].value is not None  # "only two": said of a number
        if not counts and not any(_ALONE.search(said) for said in _sentences(passage, paired)):
            yield _reason(cue, f"The passage does not say “{claim.text[cue.start : cue.end]}”.")


def _sentences(passage: Text, paired: Mapping[int, int]) -> Iterator[str]:
    """Yield the sentences of the passage that have something of the sentence, with their small words."""
    tokens = passage.tokens
    for first, last in passage.spans:
        if any(first <= at < last for at in paired.values()):
            start = tokens[first - 1].end if first else 0
            yield passage.text[start : tokens[last].start if last < len(tokens) else len(passage.text)]


def outranked(claim: Text, passage: Text, paired: Mapping[int, int]) -> Iterator[Reason]:
    """Tell where the passage has the second or third of what the sentence says to be the first: the largest."""
    for index, at in paired.items():
        rank = passage.tokens[at - 1] if at else None
        if rank is None or not isinstance(rank.value, Number) or rank.value.form != "ordinal" or rank.value.value < 2:
            continue
        between = passage.text[rank.end : passage.tokens[at].start]
        if _MOST.fullmatch(between + passage.tokens[at].shown) and not any(rank.key == one.key for one in claim.tokens):
            token = claim.tokens[index]
            words = f"The passage says “{passage.shown(at - 1, at + 1)}” here."
            yield Reason(Concern.CONTRARY, token.start, token.end, words)


def _of(text: Text, kind: str) -> Iterator[Cue]:
    return (cue for cue in text.cues if cue.kind == kind)


def _said(text: Text, cue: Cue, index: int) -> str:
    return f"“{text.text[cue.start : cue.end]}” of “{text.tokens[index].shown}”"


def _reason(cue: Cue, words: str) -> Reason:
    return Reason(Concern.CONTRARY, cue.start, cue.end, words)

"""Limits that a passage sets to what it says, and that a sentence leaves out: it says more than its passage.

"At most 3 %", "some fixtures", "may cause", "only if the Landlord consents", "no food allergies". And whether things
are joined by "and" or by "or".
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence

from app.verification import cues, denials
from app.verification.doubts import Doubts, doubt
from app.verification.reading import Text

_CONDITION = re.compile(
    r"\b(?:only\s+(?:if|with|after|upon)|if|unless|except|provided\s+that|(?<!be )(?<!is )(?<!are )subject\s+to"
    r"|(?:so|as)\s+long\s+as|on\s+(?:the\s+)?condition|in\s+the\s+event|save\s+(?:that|for)|es\s+sei\s+denn|wenn|falls|sofern)\b",
    re.IGNORECASE,
)
_STOP = re.compile(r"[;:,]|[.!?](?=\s|$)")
_PART = re.compile(r"[;:]\s")
_JOINED = re.compile(r",?\s+(and|or|und|oder)\s", re.IGNORECASE)
_OR = frozenset(("or", "oder"))
_ENOUGH = 0.34  # of the words of a condition: then it is not left out
_BESIDE = 3  # tokens beside a condition, of which the sentence holds one
_LEFT_OUT = {cues.BOUND: ("least", "most"), cues.EXTENT: ("some", "few", "most"), cues.MODAL: ("may",)}
_ABLE = frozenset(("can", "kann", "können"))  # what one can do one mostly does
# They deny a thing; what stands before it says which: "no food allergies".
_NO = frozenset("no without denies denied kein keine keinen ohne".split())

Places = Sequence[Sequence[int]]  # of each token of a sentence those of the passage that say it


def left_out(claim: Text, passage: Text, paired: Mapping[int, int], places: Places) -> Doubts:
    """Yield the tokens of a sentence that the passage limits and the sentence does not, with the reason."""
    back = {theirs: ours for ours, theirs in paired.items()}
    yield from _cues(claim, passage, back)
    yield from _tried(claim, passage, back)
    yield from _conditions(claim, passage, back, places)
    yield from _denied(claim, passage, places)
    yield from _joined(claim, passage, paired)


def _cues(claim: Text, passage: Text, back: Mapping[int, int]) -> Doubts:
    for cue in passage.cues:
        words = passage.text[cue.start : cue.end]
        limits = cue.value in _LEFT_OUT.get(cue.kind, ()) or words == "Most"  # of them; "the most" says how much
        if cue.at not in back or not limits or words.lower() in _ABLE:
            continue
        apart = _STOP.search(passage.text, cue.end, passage.tokens[cue.at].start)
        if not apart and not any(ours.kind == cue.kind for ours in claim.cues):
            words = _words(passage, cue.start, cue.end)
            yield doubt(claim, back[cue.at], f"The passage says {words} here, and the sentence does not.")


def _tried(claim: Text, passage: Text, back: Mapping[int, int]) -> Doubts:
    """Tell where the passage says that something was tried or planned, and the sentence that it is so."""
    if any(cue.kind == cues.TRIED for cue in claim.cues):
        return
    for cue in passage.cues:
        reach = range(cue.at + 1, min(cue.at + 3, len(passage.tokens)))  # the cue is a word of its own
        at = next((at for at in reach if at in back), None)
        if cue.kind == cues.TRIED and at is not None:
            words = _words(passage, cue.start, cue.end)
            yield doubt(claim, back[at], f"The passage says {words} here, and the sentence does not.")


def _conditions(claim: Text, passage: Text, back: Mapping[int, int], places: Places) -> Doubts:
    if not back or _CONDITION.search(claim.text):
        return
    low, high = min(back), max(back)
    for first, last in passage.spans:
        if last <= low or first > high:
            continue
        start, end = passage.tokens[first].start, passage.tokens[last - 1].end
        for part, until in _parts(passage.text, start, end):
            inside = [at for at in range(first, last) if part <= passage.tokens[at].start < until]
            held = [at for at in inside if at in back]
            for condition in _CONDITION.finditer(passage.text, part, until):
                stop = _STOP.search(passage.text, condition.end(), until)
                ends = stop.start() if stop else until
                under = [at for at in inside if condition.end() <= passage.tokens[at].start < ends]
                if not under or len(held) < 2 or len(_said(places) & set(under)) > _ENOUGH * len(under):
                    continue
                # What it is a condition of: what stands before it, or behind it where it opens.
                opens = all(passage.tokens[at].value is not None for at in inside
                            if passage.tokens[at].start < condition.start())  # fmt: skip
                of = range(under[-1] + 1, under[-1] + _BESIDE) if opens else range(under[0] - _BESIDE, under[0])
                if not set(of).isdisjoint(held):
                    words = _words(passage, condition.start(), ends)
                    yield doubt(claim, back[held[0]], f"The passage says this with a condition: {words}.")


def _parts(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield [start, end) of what a sentence says one after the other, with semicolons between."""
    for match in _PART.finditer(text, start, end):
        yield start, match.start()
        start = match.end()
    yield start, end


def _denied(claim: Text, passage: Text, places: Places) -> Doubts:
    """Tell where the passage denies one kind of a thing and the sentence all of it."""
    for cue in claim.cues:
        if cue.kind != cues.DENIAL or cue.at >= len(claim.tokens):
            continue
        said = _said(places)
        found = [(other, at) for other in passage.cues if passage.text[other.start : other.end].lower() in _NO
                 for at in places[cue.at] if at in denials.heads(passage, other)]  # fmt: skip
        kinds = [(other, at) for other, at in found
                 if all(map(passage.adjoins, range(other.at, at)))
                 and any(passage.tokens[kind].start >= other.end and kind not in said for kind in range(other.at, at))]
        if kinds and len(kinds) == len(found):
            other, at = kinds[0]
            words = _words(passage, other.start, passage.tokens[at].end)
            yield doubt(claim, cue.at, f"The passage says {words}, which is less.")


def _said(places: Places) -> set[int]:
    """Return the tokens of the place that the sentence says in any order."""
    return {at for there in places for at in there}


def _joined(claim: Text, passage: Text, paired: Mapping[int, int]) -> Doubts:
    for index in range(len(claim.tokens) - 1):
        at = paired.get(index, -2)
        ours = _joint(claim, index)
        if not ours or paired.get(index + 1) != at + 1:
            continue
        theirs = _joint(passage, at)
        if not theirs or (ours in _OR) == (theirs in _OR):
            continue
        if denials.denied(claim, index) or denials.denied(passage, at):
            continue  # what is neither this nor that is not this and not that
        keys = passage.row
        if not any(keys[other : other + 2] == keys[at : at + 2] and _joint(passage, other) == ours
                   for other in range(len(keys) - 1)):  # fmt: skip
            yield doubt(claim, index + 1, f"The passage says “{theirs}” here, not “{ours}”.")


def _joint(text: Text, at: int) -> str:
    """Return what joins a token and the next, "and" or "or"; "" for anything else."""
    joint = _JOINED.match(text.text, text.tokens[at].end, text.tokens[at + 1].start)
    return joint[1].lower() if joint else ""


def _words(text: Text, start: int, end: int) -> str:
    return "“" + textwrap.shorten(text.text[start:end], 90, placeholder=" …") + "”"

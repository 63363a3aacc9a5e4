"""A sentence beside one passage: where the passage speaks of the same, and what the sentence says otherwise there.

Method: the place is the shortest row of sentences that holds most of the sentence's words of meaning. There the two
are aligned by their longest common stretches (Ratcliff and Obershelp, as difflib has it); what stands in one's place
in the other, between the same neighbours, is what the sentence changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from app.types import Concern, Reason, Verdict
from app.verification import cues, names
from app.verification.cues import Cue
from app.verification.dates import Date
from app.verification.numbers import Number
from app.verification.reading import Text, Token
from app.verification.wording import kin, opposed, opposites

WINDOW = 3  # sentences in a row that together may carry one
REACH = 3  # tokens that a denial reaches


@dataclass(slots=True)
class Compared:
    """What was found beside one passage."""

    covered: set[int] = field(default_factory=set)  # tokens of the sentence that the place holds
    faults: dict[int, Fault] = field(default_factory=dict)  # by the token of the sentence
    turned: list[Reason] = field(default_factory=list)  # what the sentence says the contrary of
    share: float = 0.0


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one token."""

    verdict: Verdict
    reason: Reason


class Comparison:
    """One sentence beside one passage."""

    def __init__(self, claim: Text, passage: Text) -> None:
        self._claim, self._passage = claim, passage
        self._same = [self._matches(token) for token in claim.tokens]  # keys of the passage that are the same
        self._first, self._last = self._place()
        self._paired: dict[int, int] = {}  # tokens of the sentence with those of the passage that they are
        self._instead: dict[int, int] = {}  # tokens that stand in the place of another, between the same neighbours
        self._align()

    def result(self) -> Compared:
        found = Compared()
        inside = frozenset(token.key for token in self._place_tokens())
        for index in range(len(self._claim.tokens)):
            if self._same[index] & inside:
                found.covered.add(index)
            fault = self._fault(index, held=index in found.covered)
            if fault:
                found.faults[index] = fault
                found.covered.discard(index)
        found.turned += self._denials()
        found.turned += self._other_cues()
        return found

    # Where the passage speaks of it.

    def _matches(self, token: Token) -> frozenset[str]:
        passage = self._passage
        if token.value is not None:
            return frozenset(
                other.key for other in passage.tokens if other.value is not None and _same(token.value, other.value)
            )
        found = {token.key} if token.key in passage.keys else set()
        if len(token.key) >= 4 and not token.name:
            found.update(key for key in passage.roots.get(token.key[:4], ()) if key != token.key and kin(token.key, key))
        if token.name and not found:
            found.update(names.forms(token, passage))
        return frozenset(found)

    def _place(self) -> tuple[int, int]:
        """Return the tokens [first, last) of the sentences of the passage that hold most of the claim."""
        spans = self._passage.spans
        best, place = (-1.0, 0), (0, 0)
        held = [frozenset(token.key for token in self._passage.tokens[first:last]) for first, last in spans]
        for length in range(1, min(WINDOW, len(spans)) + 1):
            for at in range(len(spans) - length + 1):
                together = frozenset().union(*held[at : at + length])
                weight = sum(
                    _weight(token) for token, same in zip(self._claim.tokens, self._same, strict=True) if same & together
                )
                if (weight - 0.001 * length, -length) > best:
                    best, place = (weight - 0.001 * length, -length), (spans[at][0], spans[at + length - 1][1])
        return place

    def _place_tokens(self) -> tuple[Token, ...]:
        return self._passage.tokens[self._first : self._last]

    # What is the same and what stands in its place.

    def _align(self) -> None:
        place = self._place_tokens()
        inside = {token.key for token in place}
        wanted = []
        for token, same in zip(self._claim.tokens, self._same, strict=True):
            held = same & inside
            wanted.append(token.key if token.key in held else min(held) if held else f"?{token.key}")
        matcher = SequenceMatcher(None, wanted, [token.key for token in place], autojunk=False)
        self._steps = matcher.get_opcodes()
        for kind, a, b, c, d in self._steps:
            if kind == "equal":
                self._paired.update(zip(range(a, b), range(self._first + c, self._first + d), strict=True))
        for kind, a, b, c, d in self._steps:
            if kind == "replace":
                self._instead.update(self._substitutes(a, b, self._first + c, self._first + d))

    def _substitutes(self, a: int, b: int, c: int, d: int) -> Iterator[tuple[int, int]]:
        """Yield tokens of a stretch that differs with those that stand in their place."""
        if b - a == d - c:
            yield from zip(range(a, b), range(c, d), strict=True)
            return
        for kind in (_is_value, _is_name):
            ours = [index for index in range(a, b) if kind(self._claim.tokens[index])]
            theirs = [index for index in range(c, d) if kind(self._passage.tokens[index])]
            if len(ours) == len(theirs):
                yield from zip(ours, theirs, strict=True)

    def _tight(self, index: int, other: int) -> bool:
        """Whether the neighbours of two tokens are the same on both sides, as far as they have any."""
        before = index == 0 or self._paired.get(index - 1) == other - 1 or self._instead.get(index - 1) == other - 1
        after = index + 1 == len(self._claim.tokens) or (
            self._paired.get(index + 1) == other + 1 or self._instead.get(index + 1) == other + 1
        )
        near = [i for i in (index - 2, index - 1, index + 1, index + 2) if i in self._paired]
        return before and after and bool(near)

    # What is wrong with a token.

    def _fault(self, index: int, *, held: bool) -> Fault | None:
        token = self._claim.tokens[index]
        if index in self._paired:
            return self._counts_otherwise(index)
        other = self._instead.get(index)
        instead = self._passage.tokens[other] if other is not None else None
        if token.value is not None:
            return self._value_fault(index, token, instead, held=held)
        opposite = self._opposite(index, instead)
        if opposite is not None:
            return _fault(token, Concern.CONTRARY, f"The passage says {_shown(opposite)}, not {_shown(token)}.")
        if token.name or (instead is not None and instead.name and self._tight(index, other or 0)):
            return self._name_fault(index, token, instead, held=held)
        return None

    def _value_fault(self, index: int, token: Token, instead: Token | None, *, held: bool) -> Fault | None:
        assert token.value is not None
        concern = Concern.DATE if isinstance(token.value, Date) else Concern.NUMBER
        doubtful = self._doubtful(token.value)
        if doubtful is not None and not self._same[index]:
            return _fault(token, Concern.DATE, f"{_shown(doubtful)} can be read as two days.", Verdict.PARTLY)
        other = self._instead.get(index)
        if instead is not None and other is not None and instead.value is not None and self._tight(index, other):
            return _fault(token, concern, f"The passage says {_shown(instead)} here, not {_shown(token)}.")
        if not self._same[index]:
            near = self._near_value(token.value)
            if near is not None:
                return _fault(token, concern, f"The passage says {_shown(near)}, not {_shown(token)}.")
            return _fault(token, concern, f"{_shown(token)} is not in the passage cited.")
        if held:
            return self._counts_otherwise(index)
        return _fault(
            token, concern, f"{_shown(token)} stands elsewhere in the passage cited, not with these words.", Verdict.PARTLY
        )

    def _near_value(self, value: Number | Date) -> Token | None:
        """Return what the passage has in the place of a number that it has with another unit."""
        if isinstance(value, Date):
            return None
        for token in self._passage.tokens:
            if isinstance(token.value, Number) and token.value.plain == value.plain and token.value.unit != value.unit:
                return token
        return None

    def _doubtful(self, value: Number | Date) -> Token | None:
        if not isinstance(value, Date):
            return None
        for token in self._passage.tokens:
            if isinstance(token.value, Date) and not value.same(token.value) and value.perhaps(token.value):
                return token
        return None

    def _counts_otherwise(self, index: int) -> Fault | None:
        """Tell where the passage counts the same thing with another number: 45 members, though it has 30 of them."""
        claim, passage = self._claim.tokens, self._passage.tokens
        token = claim[index]
        if not isinstance(token.value, Number) or token.value.unit or token.value.form or index + 1 >= len(claim):
            return None
        thing = claim[index + 1]
        if thing.value is not None or not _adjacent(self._claim, index):
            return None
        counted = None
        for at in range(len(passage) - 1):
            number = passage[at].value
            if not isinstance(number, Number) or number.form or number.unit or passage[at + 1].key not in self._same[index + 1]:
                continue
            if token.value.same(number):
                return None
            counted = counted or (passage[at] if _adjacent(self._passage, at) and self._first <= at < self._last else None)
        if counted is None or index in self._paired and self._paired.get(index + 1) == self._paired[index] + 1:
            return None
        return _fault(token, Concern.NUMBER, f"The passage says {_shown(counted)}, not {_shown(token)}.")

    def _opposite(self, index: int, instead: Token | None) -> Token | None:
        """Return the token of the place that says the contrary of one, where that is not in the place itself."""
        token = self._claim.tokens[index]
        if self._same[index] & {other.key for other in self._place_tokens()}:
            if instead is None or not opposed(token.key, instead.key):
                return None
        candidates = [instead] if instead is not None else []
        wanted = opposites(token.key)
        candidates += [other for at, other in enumerate(self._place_tokens(), self._first)
                       if (other.key in wanted or opposed(token.key, other.key)) and at not in self._paired.values()]  # fmt: skip
        for other in candidates:
            if other.value is None and opposed(token.key, other.key):
                at = self._passage.tokens.index(other)
                if self._denied(self._claim, index) == self._denied(self._passage, at):
                    return other
        return None

    def _name_fault(self, index: int, token: Token, instead: Token | None, *, held: bool) -> Fault | None:
        other = self._instead.get(index)
        if instead is not None and other is not None and instead.name and self._tight(index, other):
            if not self._passive(index, other) and not names.alike(token, instead):
                return _fault(token, Concern.NAME, f"The passage says {_shown(instead)} here, not {_shown(token)}.")
        if held or self._same[index] or names.stands(token, self._passage):
            return None
        return _fault(token, Concern.NAME, f"{_shown(token)} is not in the passage cited.")

    def _passive(self, index: int, other: int) -> bool:
        """Whether two names changed places because one text says it with "by"."""
        ours = sum(token.by for token in self._claim.tokens if token.name)
        theirs = sum(token.by for token in self._place_tokens() if token.name)
        return ours != theirs and bool(self._same[index])

    # What turns a statement round.

    def _denials(self) -> Iterator[Reason]:
        back = {theirs: ours for ours, theirs in self._paired.items()}
        for cue in _of(self._claim, cues.DENIAL):
            for index in _heads(self._claim, cue):
                places = self._counterparts(index)
                if places:
                    if not any(self._denied(self._passage, at) for at in places):
                        yield _turned(cue, f"The passage does not say {_cue(self._claim, cue, index)}.")
                    break
        for cue in _of(self._passage, cues.DENIAL):
            if not self._first <= cue.at <= self._last:
                continue
            for at in _heads(self._passage, cue):
                index = back.get(at)
                if index is not None:
                    if not self._denied(self._claim, index):
                        token = self._claim.tokens[index]
                        reason = f"The passage says {_cue(self._passage, cue, at)}, and the sentence does not."
                        yield Reason(Concern.CONTRARY, token.start, token.end, reason)
                    break

    def _counterparts(self, index: int) -> list[int]:
        if index in self._paired:
            return [self._paired[index]]
        return [at for at in range(self._first, self._last) if self._passage.tokens[at].key in self._same[index]]

    def _denied(self, text: Text, index: int) -> bool:
        return any(cue.at <= index < cue.at + REACH or cue.at == index + 1 == len(text.tokens)
                   for cue in _of(text, cues.DENIAL) if _one_clause(text, cue, index))  # fmt: skip

    def _other_cues(self) -> Iterator[Reason]:
        """Tell where both say how or when, and not the same: may and must, before and after, at least and at most."""
        for cue in self._claim.cues:
            if cue.kind == cues.DENIAL or cue.at >= len(self._claim.tokens):
                continue
            at = self._paired.get(cue.at)
            if at is None:
                continue
            others = [other for other in self._passage.cues if other.kind == cue.kind and other.at == at]
            if not others or any(other.value == cue.value for other in others):
                continue
            if cue.kind == cues.MODAL and self._denied(self._claim, cue.at) and self._denied(self._passage, at):
                continue  # what one may not do one must not do
            theirs = self._passage.text[others[0].start : others[0].end]
            ours = self._claim.text[cue.start : cue.end]
            yield _turned(cue, f"The passage says “{theirs}” here, not “{ours}”.")


def _same(one: Number | Date, other: Number | Date) -> bool:
    if isinstance(one, Number) and isinstance(other, Number):
        return one.same(other)
    if isinstance(one, Date):
        return isinstance(other, Date) and one.same(other)
    assert isinstance(other, Date)
    return not one.unit and not one.form and one.value == other.year != 0


def _weight(token: Token) -> float:
    return 1.0 if token.value is None else 0.5


def _is_value(token: Token) -> bool:
    return token.value is not None


def _is_name(token: Token) -> bool:
    return token.name or token.opening


def _adjacent(text: Text, index: int) -> bool:
    """Whether only white space parts a token from the next."""
    return not text.text[text.tokens[index].end : text.tokens[index + 1].start].strip(" -\n")


def _of(text: Text, kind: str) -> Iterator[Cue]:
    return (cue for cue in text.cues if cue.kind == kind)


def _heads(text: Text, cue: Cue) -> list[int]:
    """Return the tokens that a denial may belong to, the likeliest first."""
    ahead = [index for index in range(cue.at, min(cue.at + REACH, len(text.tokens))) if _one_clause(text, cue, index)]
    if ahead:
        return ahead
    return [cue.at - 1] if cue.at else []


def _one_clause(text: Text, cue: Cue, index: int) -> bool:
    """Whether no full stop, semicolon or colon parts a cue from a token."""
    low, high = sorted((cue.start, text.tokens[index].start))
    return not any(mark in text.text[low:high] for mark in ".;:") or text.tokens[index].clause == _clause(text, cue)


def _clause(text: Text, cue: Cue) -> int:
    return text.tokens[min(cue.at, len(text.tokens) - 1)].clause


def _cue(text: Text, cue: Cue, index: int) -> str:
    token = text.tokens[index]
    return f"“{text.text[cue.start : cue.end]}” of “{token.shown}”"


def _turned(cue: Cue, words: str) -> Reason:
    return Reason(Concern.CONTRARY, cue.start, cue.end, words)


def _shown(token: Token) -> str:
    return "“" + " ".join(token.shown.split()) + "”"


def _fault(token: Token, concern: Concern, words: str, verdict: Verdict = Verdict.NOT_SUPPORTED) -> Fault:
    return Fault(verdict, Reason(concern, token.start, token.end, words))



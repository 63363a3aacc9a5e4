"""A sentence beside one passage: where the passage speaks of the same, and what the sentence says otherwise there.

Method: the place is the shortest row of sentences that holds most of the sentence's words of meaning. There the two
are aligned; what stands in one's place in the other, between the same neighbours, is what the sentence changed. One
sentence of the passage must carry the claim: those beside it do so only with several words in a row, as single words
can be picked together from anywhere.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise

from app.types import Concern, Reason, Verdict
from app.verification import cues, denials, limits, mixing, names, roles
from app.verification.aligning import CLOSE, Alignment, align
from app.verification.dates import Date
from app.verification.doubts import Doubts
from app.verification.forms import same, says
from app.verification.numbers import Number
from app.verification.reading import Text, Token, Value
from app.verification.wording import opposed, stem

SURE = 0.8  # of a sentence's tokens aligned: what a cue says the contrary of is the contrary
MEANT = 3  # tokens that a pronoun stands for, and sentences before it in which they are looked for
WINDOW = 3  # sentences in a row that together may carry one
ROW = 3  # tokens in a row that a sentence beside the best one must hold, so that it says a part of the claim
NEAR = 4  # tokens that what vouches for a value or a name may be away from it
FAR = 8  # tokens that two neighbours of the sentence may be apart in the passage, until it no longer joins them
_PRONOUN = re.compile(
    r"\b(?:it|its|he|his|him|she|her|they|their|them|this|these|such|both|er|sie|ihr|diese[rs]?)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one token."""

    verdict: Verdict
    reason: Reason


@dataclass(slots=True)
class Compared:
    """What was found beside one passage."""

    covered: set[int]  # tokens of the sentence that the place holds
    faults: dict[int, Fault] = field(default_factory=dict)  # by the token of the sentence
    turned: list[Reason] = field(default_factory=list)  # what the sentence says the contrary of
    sure: bool = False  # what is `turned` is so: the sentence copies the place, or nothing is denied there
    together: float = 1.0  # how near each other the neighbours in the sentence are in the passage, 0 to 1
    elsewhere: frozenset[int] = frozenset()  # tokens that only other sentences hold: picked together, or a subject


class Comparison:
    """One sentence beside one passage."""

    def __init__(self, claim: Text, passage: Text) -> None:
        self._claim, self._passage = claim, passage
        known: dict[tuple[str, bool], frozenset[str]] = {}
        for token in claim.tokens:
            if (token.key, token.name) not in known:
                known[token.key, token.name] = says(token, passage)
        self._same = [known[token.key, token.name] for token in claim.tokens]  # keys of the passage that are the same
        self._said = frozenset().union(*self._same)
        self._first, self._last = self._place()
        self._best, self._most = self._best_sentence()
        self._inside = frozenset(token.key for token in passage.tokens[self._first : self._last])
        self._beside = self._aligned(self._first, self._last)
        self._places = [self._counterparts(index) for index in range(len(claim.tokens))]
        self._original = self._copied()

    def result(self) -> Compared:
        covered = self._covered()
        elsewhere = frozenset(index for index, same in enumerate(self._same) if same and index not in covered)
        sure = len(self._beside.paired) >= SURE * len(self._claim.tokens) or self._alone_denies()
        found = Compared(covered, sure=sure, together=self._together(), elsewhere=elsewhere)
        for index in range(len(self._claim.tokens)):
            fault = self._fault(index)
            if fault:
                found.faults[index] = fault
                found.covered.discard(index)
        found.turned += denials.turned(self._claim, self._passage, self._beside.paired, self._places)
        for index, reason in self._doubts():
            if index not in found.faults:
                found.faults[index] = Fault(Verdict.PARTLY, reason)
                found.covered.discard(index)
        if self._original:
            found.turned += denials.outranked(self._claim, self._passage, self._original.paired)
        return found

    def _alone_denies(self) -> bool:
        """Whether the sentence denies something, and that of the passage nothing."""
        first, last = self._best
        return (any(cue.kind == cues.DENIAL for cue in self._claim.cues)
                and not any(cue.kind == cues.DENIAL and first <= cue.at <= last for cue in self._passage.cues))

    def _doubts(self) -> Doubts:
        yield from limits.left_out(self._claim, self._passage, self._beside.paired, self._places)
        yield from roles.swapped(self._claim, self._passage, self._same)
        yield from mixing.mixed(self._claim, self._passage, self._best, self._same)

    def _covered(self) -> set[int]:
        """Return the tokens that one sentence of the passage holds, and those that the ones beside it say in a row.

        Single words out of other sentences say nothing of this one, and what is said twice must stand there twice.
        """
        first, last = self._best
        here = Counter(self._passage.row[first:last])
        beside = Counter(self._passage.row[self._first : self._last]) - here
        found: set[int] = set()
        row: list[int] = []
        meant = self._meant(here)
        for index, some in enumerate([*self._same, frozenset()]):
            key = self._claim.tokens[index].key if some else ""
            if _take(key, some, here) or index in meant:
                found.add(index)
            elif _take(key, some, beside):
                row.append(index)
                continue
            if len(row) >= ROW:
                found.update(row)
            row = []
        return found

    def _meant(self, here: Counter[str]) -> range:
        """Return the words that the best sentence has as "it" or "they": a few in a row, out of the sentence before."""
        first, last = self._best
        if not first or first == last:
            return range(0)
        text, tokens = self._passage.text, self._passage.tokens
        if not _PRONOUN.search(text, tokens[first - 1].end, tokens[last - 1].end):
            return range(0)
        at = next(at for at, (start, _) in enumerate(self._passage.spans) if start == first)
        before = frozenset().union(*self._passage.held[max(at - MEANT, 0) : at])
        away = [index for index, same in enumerate(self._same)
                if same & before and not any(here[key] for key in same)]  # fmt: skip
        if not 0 < len(away) <= MEANT or away[-1] - away[0] != len(away) - 1:
            return range(0)
        return range(away[0], away[-1] + 1)

    # Where the passage speaks of it.

    def _place(self) -> tuple[int, int]:
        """Return the tokens [first, last) of the sentences of the passage that hold most of the claim's words."""
        spans, held = self._passage.spans, self._passage.held
        words = [
            same for token, same in zip(self._claim.tokens, self._same, strict=True) if token.value is None and same
        ]
        values = [same for token, same in zip(self._claim.tokens, self._same, strict=True) if token.value and same]
        best, place = (-1, 0, -1), (0, 0)
        for length in range(1, min(WINDOW, len(spans)) + 1):
            for at in range(len(spans) - length + 1):
                together = held[at] if length == 1 else frozenset().union(*held[at : at + length])
                rank = (sum(not some.isdisjoint(together) for some in words), -length,
                        sum(not some.isdisjoint(together) for some in values))  # fmt: skip
                if rank > best:
                    best, place = rank, (spans[at][0], spans[at + length - 1][1])
        return place

    def _best_sentence(self) -> tuple[tuple[int, int], int]:
        """Return the sentence of the passage that holds most of the claim, and how many tokens of it."""
        known = [some for some in self._same if some]
        counts = [sum(not some.isdisjoint(held) for some in known) for held in self._passage.held]
        most = max(counts, default=0)
        return (self._passage.spans[counts.index(most)] if counts else (0, 0)), most

    def _counterparts(self, index: int) -> list[int]:
        if index in self._beside.paired:
            return [self._beside.paired[index]]
        wanted = self._same[index]
        return [at for at in range(self._first, self._last) if self._passage.row[at] in wanted]

    def _together(self) -> float:
        """Return how near each other the tokens stand in the place that follow one another in the sentence: 0 to 1.

        What stands farther apart than FAR speaks against it. What the passage does not hold is passed over: it counts
        once, as not covered.
        """
        found = [places for places in self._places if places]
        near = [max(1 - max(abs(x - y) - 1, 0) / FAR for x in a for y in b) for a, b in pairwise(found)]
        return max(sum(near) / len(near), 0.0) if near else 1.0

    # What is the same and what stands in its place.

    def _aligned(self, first: int, last: int) -> Alignment:
        return align(self._claim.row, self._same, self._passage.row[first:last], first)

    def _copied(self) -> Alignment | None:
        """Return the claim beside the best sentence of the passage; None where it copies none."""
        if self._most < CLOSE * len(self._same):
            return None
        alone = self._best == (self._first, self._last)
        copied = self._beside if alone else self._aligned(*self._best)
        return copied if copied.close else None

    def _theirs(self, index: int) -> list[Token]:
        """Return what the passage has in the place of a token and the sentence does not have."""
        if index not in self._beside.instead:
            return []
        first, last = self._beside.instead[index]
        tokens = self._passage.tokens[first:last]
        left = [token for token in tokens if token.key not in self._said]
        return left or (list(tokens) if index in self._beside.copied else [])

    # What is wrong with a token.

    def _fault(self, index: int) -> Fault | None:
        token = self._claim.tokens[index]
        if token.name and (fault := self._renamed(index, token)):
            return fault
        if index in self._beside.paired:
            return self._counts_otherwise(index)
        theirs = self._theirs(index)
        if token.value is not None:
            return self._value_fault(index, token, theirs)
        opposite = self._opposite(index, theirs)
        if opposite is not None:
            sure = self._beside.close or index in self._beside.instead
            return _fault(token, Concern.CONTRARY, f"The passage says {_shown(opposite)}, not {_shown(token)}.",
                          Verdict.NOT_SUPPORTED if sure else Verdict.PARTLY)
        if token.name or token.capital:
            fault = self._name_fault(index, token, theirs)
            if fault:
                return fault
        return self._moved(index, token, theirs)

    def _value_fault(self, index: int, token: Token, theirs: list[Token]) -> Fault | None:
        value = token.value
        assert value is not None
        concern = Concern.DATE if isinstance(value, Date) else Concern.NUMBER
        other = next((one for one in theirs if one.value is not None and _comparable(value, one.value)), None)
        if token.listed:  # a list of the generator's own, unless the passage has the clause under another number
            return _said_otherwise(token, concern, other) if other is not None and other.listed else None
        doubtful = self._doubtful(value)
        if doubtful is not None and not self._same[index]:
            return _fault(token, Concern.DATE, f"{_shown(doubtful)} can be read as two days.", Verdict.PARTLY)
        changed = index in self._beside.copied or not self._same[index]
        if other is not None and changed and not same(value, other.value):
            return _said_otherwise(token, concern, other)
        if not self._same[index]:
            near = self._with_another_unit(value)
            if near is not None:
                return _fault(token, concern, f"The passage says {_shown(near)}, not {_shown(token)}.")
            return _fault(token, concern, f"{_shown(token)} is not in the passage cited.")
        if self._same[index] & self._inside and self._belongs(index):
            return self._counts_otherwise(index)
        words = f"{_shown(token)} stands elsewhere in the passage cited, not with these words."
        return _fault(token, concern, words, Verdict.PARTLY)

    def _belongs(self, index: int) -> bool:
        """Whether a value that stands at another point of the place is there with one of its neighbours, or alone."""
        free = [at for at in self._places[index] if at not in self._beside.used]
        if not free:
            return False
        if index <= 1 or not self._beside.close:
            return True
        around = [self._same[i] for i in range(max(index - 2, 0), min(index + 3, len(self._same))) if i != index]
        keys = {key for some in around for key in some}
        return any(self._passage.tokens[i].key in keys
                   for at in free for i in range(max(at - NEAR, 0), min(at + NEAR + 1, len(self._passage.tokens)))
                   if i != at)  # fmt: skip

    def _with_another_unit(self, value: Value) -> Token | None:
        if isinstance(value, Date):
            return None
        for token in self._passage.values:
            if isinstance(token.value, Number) and token.value.plain == value.plain and token.value.unit != value.unit:
                return token
        return None

    def _doubtful(self, value: Value) -> Token | None:
        if not isinstance(value, Date):
            return None
        for token in self._passage.values:
            if isinstance(token.value, Date) and not value.same(token.value) and value.perhaps(token.value):
                return token
        return None

    def _counts_otherwise(self, index: int) -> Fault | None:
        """Tell where the passage counts the same thing with another number: 45 members, though it has 30 of them."""
        token = self._claim.tokens[index]
        paired = self._beside.paired
        if not _counts(self._claim, index) or paired.get(index + 1) == paired.get(index, -2) + 1:
            return None
        assert isinstance(token.value, Number)
        wanted = self._same[index + 1]
        counted = None
        for at in range(len(self._passage.tokens) - 1):
            if not _counts(self._passage, at) or self._passage.tokens[at + 1].key not in wanted:
                continue
            if same(token.value, self._passage.tokens[at].value):
                return None
            if self._first <= at < self._last:
                counted = counted or self._passage.tokens[at]
        return _said_otherwise(token, Concern.NUMBER, counted) if counted is not None else None

    def _opposite(self, index: int, theirs: list[Token]) -> Token | None:
        """Return the token of the place that says the contrary of one, in its place or anywhere in the place."""
        token = self._claim.tokens[index]
        root = _root(token)
        span = self._beside.instead.get(index, (0, 0))
        anywhere = not self._same[index] & self._inside
        for at in range(self._first, self._last):
            other = self._passage.tokens[at]
            here = span[0] <= at < span[1] and other in theirs
            if not (here or (anywhere and at not in self._beside.used)) or not opposed(root, _root(other)):
                continue
            if denials.denied(self._claim, index) == denials.denied(self._passage, at):
                return other
        return None

    def _name_fault(self, index: int, token: Token, theirs: list[Token]) -> Fault | None:
        other = next((one for one in theirs if one.name or one.capital), None)
        copied = index in self._beside.copied and not self._passive(index, theirs)
        differs = other is not None and (token.name or other.name or not self._same[index])
        spelled_out = names.is_acronym(token, self._passage)
        if copied and differs and other is not None and not names.alike(token, other) and not spelled_out:
            return _said_otherwise(token, Concern.NAME, other)
        if not token.name or self._same[index] or names.stands(token, self._passage):
            return None
        return _fault(token, Concern.NAME, f"{_shown(token)} is not in the passage cited.")

    def _renamed(self, index: int, token: Token) -> Fault | None:
        """Tell where the one sentence that is copied has another name at this point, though the passage holds both."""
        copy = self._original
        if copy is None or index not in copy.between:
            return None
        first, last = copy.instead[index]
        theirs = self._passage.tokens[first:last]
        other = next((one for one in theirs if one.name), None)
        if other is None or any(names.alike(token, one) for one in theirs) or names.is_acronym(token, self._passage):
            return None
        if self._passive(index, list(theirs)):
            return None
        there = any(one.key in self._same[index] for one in self._passage.tokens[slice(*self._best)])
        return _said_otherwise(token, Concern.NAME, other, Verdict.PARTLY if there else Verdict.NOT_SUPPORTED)

    def _moved(self, index: int, token: Token, theirs: list[Token]) -> Fault | None:
        """Tell where a sentence that copies a place has in it a word from elsewhere in the passage."""
        instead = self._beside.instead
        if not self._same[index]:
            return self._strange(index, token, theirs)
        if index not in self._beside.copied or not theirs or self._passive(index, theirs):
            return None
        if any(not self._same[i] for i in range(index - 1, index + 2) if instead.get(i) == instead[index]):
            return None  # said in other words
        free = set(range(self._first, self._last)) - self._beside.used
        if any(
            self._passage.tokens[at].key in self._same[index] and abs(at - instead[index][0]) <= NEAR
            for at in free
        ):
            return None  # the same words in another order
        missing = next((one for one in theirs if one.value is None and one.name == token.name), None)
        if missing is None:
            return None  # no word stands where another sort of word does: the sentence is turned round
        words = f"The passage says {_shown(missing)} here, not {_shown(token)}."
        return _fault(token, Concern.NAME if token.name else Concern.WORDS, words, Verdict.PARTLY)

    def _strange(self, index: int, token: Token, theirs: list[Token]) -> Fault | None:
        """Tell where a sentence that copies a place has one word of its own in it: fire and earthquakes, not storm.

        It may say the same in another word. Whoever reads both sees that at once, and no comparison of words does.
        """
        paired, last = self._beside.paired, len(self._same) - 1
        if not self._beside.close or token.listed or not theirs or names.stands(token, self._passage):
            return None
        if not (index in (0, last) or index - 1 in paired) or not (index == last or index + 1 in paired):
            return None  # said in other words
        other = theirs[-1] if index == 0 else theirs[0]
        if len(theirs) > 2 and index not in (0, last):
            return None
        return _said_otherwise(token, Concern.WORDS, other, Verdict.PARTLY)

    def _passive(self, index: int, theirs: list[Token]) -> bool:
        """Whether a name has another place because one text says it with "by"."""
        by = self._claim.tokens[index].by
        return by != any(one.by for one in theirs) and bool(self._same[index] & self._inside)


def _take(key: str, same: frozenset[str], left: Counter[str]) -> bool:
    """Take one of `same` out of what is left, if it can be the key itself, and tell whether there was one."""
    there = [one for one in same if left[one] > 0]
    if there:
        left[key if key in there else min(there)] -= 1
    return bool(there)


def _comparable(one: Value, other: Value) -> bool:
    """Whether one value may stand in the place of another."""
    if isinstance(one, Number) and isinstance(other, Number):
        return one.form == other.form or {one.form, other.form} == {"", "label"}
    return not (isinstance(one, Number) and one.unit) and not (isinstance(other, Number) and other.unit)


def _counts(text: Text, index: int) -> bool:
    """Whether a token is a bare number right before a word."""
    if index + 1 >= len(text.tokens):
        return False
    token, thing = text.tokens[index], text.tokens[index + 1]
    if not isinstance(token.value, Number) or token.value.unit or token.value.form or thing.value is not None:
        return False
    return text.adjoins(index)


def _root(token: Token) -> str:
    """Return the stem of a word, also of one that is an ordinal."""
    return token.key if token.value is None else stem(token.shown.lower())


def _shown(token: Token) -> str:
    return "“" + " ".join(token.shown.split()) + "”"


def _said_otherwise(
    token: Token, concern: Concern, other: Token, verdict: Verdict = Verdict.NOT_SUPPORTED
) -> Fault:
    return _fault(token, concern, f"The passage says {_shown(other)} here, not {_shown(token)}.", verdict)


def _fault(token: Token, concern: Concern, words: str, verdict: Verdict = Verdict.NOT_SUPPORTED) -> Fault:
    return Fault(verdict, Reason(concern, token.start, token.end, words))

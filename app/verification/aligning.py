"""Two rows of words side by side: which are the same, and which stand in another's place between the same neighbours.

By the longest common stretches (Ratcliff and Obershelp, as difflib has it); knows nothing of what the words mean.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

MOST_CHANGED = 6  # tokens of a stretch that stands in another's place
FLANKS = 4  # tokens around it that are the same in a row: there the sentence copies the passage
CLOSE = 0.6  # of a sentence's tokens aligned: it copies the passage, and what differs was changed

Step = tuple[str, int, int, int, int]  # as of SequenceMatcher.get_opcodes()


@dataclass(frozen=True, slots=True)
class Alignment:
    """A sentence's tokens beside those [first, last) of a passage; all are numbered in their texts."""

    paired: dict[int, int]  # tokens of the sentence with those of the passage that they are
    instead: dict[int, tuple[int, int]]  # tokens with the stretch of the passage in whose place they stand
    between: frozenset[int]  # of these, those whose neighbours are the same in a sentence that copies the passage
    copied: frozenset[int]  # of those, the ones with so many such neighbours that they were changed
    used: frozenset[int]  # tokens of the passage that are paired
    close: bool  # the sentence copies the passage here


def align(ours: Sequence[str], same: Sequence[frozenset[str]], theirs: Sequence[str], first: int) -> Alignment:
    """Return a sentence's keys `ours` beside the keys `theirs` of a passage from its token number `first` on.

    Of each token of the sentence `same` are the keys that say what it says.
    """
    held = frozenset(theirs)
    wanted = []
    for key, some in zip(ours, same, strict=True):
        there = some & held
        wanted.append(key if key in there else min(there) if there else f"?{key}")
    steps = _steps(wanted, theirs)
    paired: dict[int, int] = {}
    for kind, a, b, c, d in steps:
        if kind == "equal":
            paired.update(zip(range(a, b), range(first + c, first + d), strict=True))
    close = len(paired) >= CLOSE * len(wanted)
    instead: dict[int, tuple[int, int]] = {}
    between: set[int] = set()
    copied: set[int] = set()
    for number, (kind, a, b, c, d) in enumerate(steps):
        if kind != "replace" or b - a > MOST_CHANGED:
            continue
        most = b - a + 2  # at the edges of the sentence only what is next to it in the passage
        low = max(c, d - most) if a == 0 else c
        high = min(d, c + most) if a and b == len(wanted) else d
        if high - low > MOST_CHANGED:
            continue
        instead.update(dict.fromkeys(range(a, b), (first + low, first + high)))
        flanks = [step for step in steps[max(number - 1, 0) : number + 2] if step[0] == "equal"]
        if close and len(flanks) == 2 - (a == 0) - (b == len(wanted)):
            between.update(range(a, b))
            if sum(step[2] - step[1] for step in flanks) >= FLANKS:
                copied.update(range(a, b))
    return Alignment(paired, instead, frozenset(between), frozenset(copied), frozenset(paired.values()), close)


def _steps(ours: Sequence[str], theirs: Sequence[str]) -> list[Step]:
    """Return the steps from one row to the other; what they begin and end with in common is taken first."""
    most = min(len(ours), len(theirs))
    head = next((at for at in range(most) if ours[at] != theirs[at]), most)
    tail = next((at for at in range(most - head) if ours[-1 - at] != theirs[-1 - at]), most - head)
    inner = SequenceMatcher(None, ours[head : len(ours) - tail], theirs[head : len(theirs) - tail], autojunk=False)
    steps = [("equal", 0, head, 0, head)] if head else []
    for kind, a, b, c, d in inner.get_opcodes():
        step = (kind, head + a, head + b, head + c, head + d)
        steps.append(step)
    if tail:
        steps.append(("equal", len(ours) - tail, len(ours), len(theirs) - tail, len(theirs)))
    return _merged(steps)


def _merged(steps: Sequence[Step]) -> list[Step]:
    """Return steps of which no two in a row are equal stretches."""
    found: list[Step] = []
    for step in steps:
        if found and found[-1][0] == step[0] == "equal":
            found[-1] = ("equal", found[-1][1], step[2], found[-1][3], step[4])
        else:
            found.append(step)
    return found

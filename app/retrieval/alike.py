"""Passages that say nearly the same, such as the boilerplate of many contracts: the best stands for all.

Knows only passages. What differs in a number is never alike, however much of the rest is the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from app.types import StoredPassage

_RUN = 4  # words that count as one piece of a text
_SAME = 0.8  # share of the pieces of both that both have
_OVER = 0.6  # share of the shorter of two passages of a page that lies in the other


def together(
    passages: Sequence[StoredPassage], words: Iterable[list[str]], most: int
) -> list[list[StoredPassage]]:
    """Return up to `most` groups in the order of their first, which is the best; the others follow it.

    `passages` come best first, each with its `words`, folded. Those after the last group that is returned join a group
    only where they are alike.
    """
    groups: list[list[StoredPassage]] = []
    kept: list[tuple[frozenset[int], frozenset[str]]] = []
    for passage, said in zip(passages, words, strict=True):
        runs = zip(*(said[i:] for i in range(_RUN)), strict=False) if len(said) >= _RUN else [tuple(said)]
        print_ = frozenset(map(hash, runs))
        numbers = frozenset(word for word in said if not word.isalpha())
        for group, (theirs, digits) in zip(groups, kept, strict=True):
            if _overlap(group[0], passage) or (digits == numbers and _same(print_, theirs)):
                group.append(passage)
                break
        else:
            if len(groups) < most:
                groups.append([passage])
                kept.append((print_, numbers))
    return groups


def _same(one: frozenset[int], two: frozenset[int]) -> bool:
    if not _SAME <= len(one) / len(two) <= 1 / _SAME:
        return False
    both = len(one & two)
    return both >= _SAME * (len(one) + len(two) - both)


def _overlap(one: StoredPassage, two: StoredPassage) -> bool:
    if one.document != two.document or one.page != two.page:
        return False
    shared = min(one.end, two.end) - max(one.start, two.start)
    return shared > _OVER * min(one.end - one.start, two.end - two.start)

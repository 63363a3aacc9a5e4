"""Which part of a passage to show on a card, and which of its words the question asked for.

Pure text; knows no widget.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

_WORD = re.compile(r"\w+", re.UNICODE)
_SOLID = re.compile(r"\S+")
# Words that say nothing about what is looked for, English and German.
_EMPTY = frozenset(
    "a an and any are as at be been by can did do does for from had has have how in into is it its may must "
    "no not of on or our shall should that the their them then there these they this to under was were what "
    "when where which who whom whose why will with would you your about between "
    "der die das den dem des ein eine einer eines einem einen und oder ist sind war wie was wer wann wo "
    "welche welcher welches für mit von zu zum zur im in auf bei nach aus über unter nicht".split())


def stems(question: str) -> frozenset[str]:
    """Return the beginnings of the words of `question` that are worth marking."""
    return frozenset(_stem(word) for word in _words(question) if word not in _EMPTY)


def _words(text: str) -> list[str]:
    return [match.group().casefold() for match in _WORD.finditer(text)]


def _stem(word: str) -> str:
    """Cut the endings off that a word has in another number or tense ("terminated", "terminates")."""
    for ending in ("ations", "ation", "ings", "ing", "ies", "ied", "ed", "es", "en", "er", "s", "e", "y"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word


def matches(text: str, wanted: frozenset[str]) -> list[tuple[int, int]]:
    """Return start and end of each word of `text` that has one of the stems `wanted`."""
    return [match.span() for match in _WORD.finditer(text) if _stem(match.group().casefold()) in wanted]


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A part of a passage on one line, with where in it the words are that were looked for."""

    text: str
    marks: tuple[tuple[int, int], ...] = ()


def excerpt(text: str, spans: Sequence[tuple[int, int]], length: int) -> Excerpt:
    """Return about `length` characters of `text` on one line, where most of the words at `spans` are."""
    flat, places = _flattened(text, spans)
    if len(flat) <= length:
        return Excerpt(flat, tuple(places))
    words = [_stem(flat[begin:end].casefold()) for begin, end in places]

    def worth(begin: int) -> tuple[int, int]:
        """How many different words follow; the earlier place where it is the same."""
        return len({word for word, (a, b) in zip(words, places, strict=True)
                    if begin <= a and b <= begin + length}), -begin

    start = max([0, *(max(0, begin - length // 8) for begin, _ in places)], key=worth)
    start = min(start, len(flat) - length)
    end = start + length
    if start:
        start = flat.find(" ", start) + 1
    if end < len(flat):
        end = flat.rfind(" ", start, end) if " " in flat[start:end] else end
    before = "… " if start else ""
    shift = len(before) - start
    inside = tuple((begin + shift, min(stop, end) + shift) for begin, stop in places if start <= begin < end)
    return Excerpt(before + flat[start:end] + (" …" if end < len(flat) else ""), inside)


def _flattened(text: str, spans: Sequence[tuple[int, int]]) -> tuple[str, list[tuple[int, int]]]:
    """Return `text` on one line with single spaces, and where in it what was at `spans` stands."""
    words = [match.span() for match in _SOLID.finditer(text)]
    begins: list[int] = []
    at = 0
    for begin, end in words:
        begins.append(at)
        at += end - begin + 1
    firsts = [begin for begin, _ in words]

    def moved(position: int) -> int:
        number = bisect_right(firsts, position) - 1
        if number < 0:
            return 0
        begin, end = words[number]
        return begins[number] + min(position, end) - begin

    places = [(moved(begin), moved(end)) for begin, end in spans if 0 <= begin < end <= len(text)]
    return " ".join(text[begin:end] for begin, end in words), [(a, b) for a, b in places if a < b]

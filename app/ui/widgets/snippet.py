"""Which part of a passage to show on a card, and which of its words the question asked for.

Pure text; knows no widget.
"""

from __future__ import annotations

import re

_WORD = re.compile(r"\w+", re.UNICODE)
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


def shorten(text: str, wanted: frozenset[str], length: int) -> str:
    """Return about `length` characters of `text` on one line, where most of the wanted words are."""
    flat = " ".join(text.split())
    if len(flat) <= length:
        return flat
    places = matches(flat, wanted)

    def worth(begin: int) -> tuple[int, int]:
        """How many different wanted words follow; the earlier place where it is the same."""
        return len({_stem(flat[a:b].casefold()) for a, b in places if begin <= a and b <= begin + length}), -begin

    start = max([0, *(max(0, begin - length // 8) for begin, _ in places)], key=worth)
    start = min(start, len(flat) - length)
    end = start + length
    if start:
        start = flat.find(" ", start) + 1
    if end < len(flat):
        end = flat.rfind(" ", start, end) if " " in flat[start:end] else end
    return ("… " if start else "") + flat[start:end] + (" …" if end < len(flat) else "")

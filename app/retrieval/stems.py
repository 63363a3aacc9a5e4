"""The stem of a word, so that "assigned" meets "assignment".

Light and English: it joins inflections and the commonest derivations, and may join two words that are not related.
Only ranking uses it; what a passage must hold is never decided by a stem. Knows nothing but words.
"""

from __future__ import annotations

import re
import unicodedata

_WORD = re.compile(r"[^\W_]+")
_ACCENTS = re.compile(r"[\u0300-\u036f]+")  # as they stand alone after their letter
_VOWELS = frozenset("aeiouy")
_DOUBLED = frozenset("lsz")  # "roll", "miss" and "buzz" keep both letters
# The first that fits is cut off and replaced, where enough of the word is left.
_ENDINGS = (
    ("ational", ""), ("ization", "iz"), ("isation", "iz"), ("fulness", "ful"), ("ousness", "ous"), ("iveness", "ive"),
    ("ation", ""), ("ition", "it"), ("ement", ""), ("ment", ""), ("ness", ""), ("ence", ""), ("ance", ""),
    ("ent", ""), ("ant", ""), ("able", ""), ("ible", ""), ("ally", "al"), ("ly", ""), ("ive", ""), ("ion", ""),
    ("or", ""), ("er", ""), ("ity", ""), ("al", ""), ("ic", ""), ("ous", ""),
)
_SHORTEST = 4  # letters that an ending must leave
_KEPT = 100_000  # words


def folded(text: str) -> str:
    """Return `text` in lower case without accents."""
    text = text.lower()
    if text.isascii():
        return text
    return _ACCENTS.sub("", unicodedata.normalize("NFKD", text))


def words(text: str) -> list[str]:
    """Return the words of `text`, folded, in order."""
    return _WORD.findall(folded(text))


def stem(word: str) -> str:
    """Return the stem of a folded word; other scripts, numbers and short words are their own."""
    return STEMS[word]


class _Stems(dict[str, str]):
    """From a folded word to its stem, kept; a mapping, as ten thousands of words are looked up for a question."""

    def __missing__(self, word: str) -> str:
        if len(self) >= _KEPT:
            self.clear()
        root = self[word] = _stem(word)
        return root


STEMS = _Stems()


def _stem(word: str) -> str:
    if len(word) < 4 or not word.isascii() or not word.isalpha():
        return word
    word = _singular(word)
    for ending in ("ing", "ed"):
        rest = word.removesuffix(ending)
        if rest != word and len(rest) >= 3 and not _VOWELS.isdisjoint(rest):
            word = rest[:-1] if len(rest) > 3 and rest[-1] == rest[-2] and rest[-1] not in _DOUBLED else rest
            break
    for ending, instead in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST:
            word = word[: -len(ending)] + instead
            break
    if word.endswith("e") and len(word) > 4:
        word = word[:-1]
    if word.endswith("y") and len(word) > 3:
        word = word[:-1] + "i"
    return word[:-2] if word.endswith("at") and len(word) > 5 else word


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "ches", "shes", "xes", "zes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word

"""Proper names: whether a passage holds one, also as its acronym, its people's name or with a title."""

from __future__ import annotations

from app.verification.reading import Text, Token

# What a place's name gets for its people and their language: Iran and Iranian, German and Germany.
_PEOPLES = frozenset(("n", "an", "ian", "ean", "ese", "ish", "i", "y", "s", "er", "ic", "al", "'s"))
_LEAST = 4


def forms(token: Token, passage: Text) -> set[str]:
    """Return the keys of the passage that are another form of a name."""
    key = token.key
    return {
        other for other in passage.roots.get(key[:4], ())
        if other != key and (_people(key, other) or _people(other, key))
    }  # fmt: skip


def stands(token: Token, passage: Text) -> bool:
    """Whether the passage holds a name in any writing: in small letters, in a compound, spelled out."""
    plain = token.shown.lower().replace("-", "").removesuffix("'s").removesuffix("’s")
    if plain in passage.words or plain.rstrip("s") in passage.words or f"{plain}s" in passage.words:
        return True
    return is_acronym(token, passage)


def is_acronym(token: Token, passage: Text) -> bool:
    """Whether a name is the first letters of words in a row of the passage."""
    letters = "".join(letter for letter in token.shown if letter.isupper()).lower()
    acronym = 2 <= len(letters) <= 6 and token.shown.replace("s", "").isupper()
    return acronym and letters in passage.initials


def alike(one: Token, other: Token) -> bool:
    """Whether two names are the same person's or thing's, one of them shorter."""
    return one.key == other.key or _people(one.key, other.key) or _people(other.key, one.key)


def _people(short: str, long: str) -> bool:
    if len(short) < _LEAST or not long.startswith(short[:-1]):
        return False
    return long.removeprefix(short) in _PEOPLES or (
        long[: len(short) - 1] == short[:-1] and long[len(short) - 1 :] in _PEOPLES
    )

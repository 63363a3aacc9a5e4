"""What of a passage says what a word, value or name of a sentence says."""

from __future__ import annotations

from app.verification import names
from app.verification.dates import Date
from app.verification.numbers import Number
from app.verification.reading import Text, Token, Value
from app.verification.wording import alike, kin


def forms(token: Token, passage: Text) -> frozenset[str]:
    """Return the keys of a passage that say what a token says: the same value, a form of the word or of the name."""
    if token.value is not None:
        return frozenset(other.key for other in passage.values if other.value and same(token.value, other.value))
    found = {token.key} if token.key in passage.keys else set()
    if not token.name:
        found.update(key for key in passage.roots.get(token.key[:4], ()) if key != token.key and kin(token.key, key))
    elif not found:
        found = names.forms(token, passage)
    return frozenset(found)


def says(token: Token, passage: Text) -> frozenset[str]:
    """Return what forms() does, and the keys of other words that say the same wherever they stand."""
    found = forms(token, passage)
    return found if token.fact else found | (alike(token.key) & passage.keys)


def same(one: Value, other: Value | None) -> bool:
    """Whether a passage's value `other` says what the sentence's value `one` says."""
    if isinstance(one, Number) and isinstance(other, Number):
        return one.same(other)
    if isinstance(one, Date):
        return isinstance(other, Date) and one.same(other)
    return isinstance(other, Date) and not one.unit and not one.form and one.value == other.year != 0

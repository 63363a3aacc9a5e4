"""The recovery key: 160 random bits that a person can print, type and hear read out.

Base32 in groups of four, the last group a check of the others, so that a slip of the pen is told from a
wrong key without trying it.
"""

from __future__ import annotations

import base64
import hashlib
import secrets

from app.errors import WrongRecoveryKey
from app.vault.keys import hold, wipe

SIZE = 20  # bytes
_GROUP = 4
_CHECK = 4  # characters, 20 bits
_MISREAD = str.maketrans("018", "OIB")  # digits that base32 does not use, for the letters they look like


def generate() -> bytearray:
    """Return a new key, 20 random bytes."""
    key = bytearray(secrets.token_bytes(SIZE))
    hold(key)
    return key


def printed(key: bytearray) -> str:
    """Return the key as a person keeps it: nine groups of four letters and digits."""
    letters = base64.b32encode(key).decode() + _check(key)
    return "-".join(letters[i : i + _GROUP] for i in range(0, len(letters), _GROUP))


def parsed(text: str) -> bytearray:
    """Return the key that `text` is, however it was typed; raises WrongRecoveryKey."""
    letters = "".join(c for c in text.upper().translate(_MISREAD) if c.isalnum())
    whole = SIZE * 8 // 5 + _CHECK
    if len(letters) != whole:
        raise WrongRecoveryKey(reason=f": it has {whole} letters and digits, and {len(letters)} were given")
    try:
        key = bytearray(base64.b32decode(letters[:-_CHECK]))
    except ValueError:
        raise WrongRecoveryKey(reason=": there is a sign in it that no recovery key has") from None
    hold(key)
    if _check(key) != letters[-_CHECK:]:
        wipe(key)
        raise WrongRecoveryKey(reason=": a letter or digit of it is wrong or missing")
    return key


def _check(key: bytearray) -> str:
    return base64.b32encode(hashlib.sha256(b"carrel recovery key" + key).digest()).decode()[:_CHECK]

"""How hard a passphrase is to guess, said as the time that a thief would need.

Owns the estimate and its sentence. There are no rules about kinds of characters: people answer those with
"Password1!", which falls at once. Only what is too short to mean anything is refused; anything else that is weak
is said, and then it is the user's choice. Knows no vault and no window.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from app.counted import counted

SHORTEST = 8  # characters
GUESSES_A_SECOND = 1_000
_LONGEST = 72  # characters that are looked at; the estimate takes longer than linear time, and more is strong anyhow
_VOCABULARY = 10_000  # words that come to people's minds, in any language
_WORDS = ("Very easy to guess", "Easy to guess", "Fair", "Good", "Very good")
_LEVELS = (3_600.0, 30 * 86_400.0, 20 * 365.25 * 86_400.0, 1_000 * 365.25 * 86_400.0)  # seconds; below each: 0 to 3
_UNITS = (("second", 1.0), ("minute", 60.0), ("hour", 3_600.0), ("day", 86_400.0), ("month", 30.44 * 86_400.0),
          ("year", 365.25 * 86_400.0))
_OURS = ("carrel", "library", "passphrase", "matter", "practice")  # what somebody who looks at the window types


@dataclass(frozen=True, slots=True)
class Strength:
    """How hard a passphrase is to guess."""

    level: int  # 0 to 4; of those from WEAK downwards the user is asked whether it is meant
    sentence: str
    refused: bool = False  # too short to be one at all

    @property
    def weak(self) -> bool:
        """Whether a determined thief gets in within weeks."""
        return self.level < 2


def strength(passphrase: str, known: Sequence[str] = ()) -> Strength:
    """Return how hard `passphrase` is to guess; `known` are words that a thief tries first, such as names.

    The number of guesses is that of zxcvbn (Wheeler, 2016: what people really choose, in the order in which it is
    tried), but never more than for so many words out of _VOCABULARY: its word lists are English. A guess costs about
    a second of a computer and 256 MiB of its memory, so for a thief with some thousand computers GUESSES_A_SECOND is
    assumed. Takes a few milliseconds, 30 at most, and 50 more the first time.
    """
    if len(passphrase) < SHORTEST:
        return Strength(0, f"Too short: at least {SHORTEST} characters." if passphrase else "", refused=True)
    from zxcvbn import zxcvbn

    guesses = min(zxcvbn(passphrase[:_LONGEST], user_inputs=[*_OURS, *known])["guesses"], _as_words(passphrase))
    seconds = float(guesses) / GUESSES_A_SECOND
    level = sum(seconds >= least for least in _LEVELS)
    return Strength(level, f"{_WORDS[level]}: a thief with many computers would need {in_words(seconds)}.")


def _as_words(passphrase: str) -> int:
    """Return how many guesses a thief needs who thinks of words with blanks, dashes or dots between them."""
    parts = [part.casefold() for part in re.split(r"[\s\-_.,;]+", passphrase[:_LONGEST]) if part]
    if len(parts) < 2 or not all(part.isalpha() or part.isdigit() for part in parts):
        return 10**30  # one word, or letters that are none: zxcvbn knows better
    guesses = 10  # what stands between them, and how often one was repeated
    for part in set(parts):
        guesses *= 10 ** len(part) if part.isdigit() else min(_VOCABULARY, 26 ** len(part))
    return guesses


def in_words(seconds: float) -> str:
    """Return a length of time as people say it, such as "about 3 years"."""
    if seconds < 1:
        return "less than a second"
    name, size = next(unit for unit in reversed(_UNITS) if seconds >= unit[1])
    number = round(seconds / size)
    if name == "year" and number >= 1_000_000:
        return "more than a million years"
    if number >= 100:  # two figures say more than can be known
        number = round(number, 2 - len(str(number)))
    return f"about {counted(number, name)}"

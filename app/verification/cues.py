"""Small words that turn a statement round: denials, permission and duty, order in time, bounds, extent.

Owns which words these are. Each is a cue that belongs to the word of meaning that follows it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from app.verification.pieces import Piece

DENIAL, MODAL, ORDER, BOUND, EXTENT = "denial", "modal", "order", "bound", "extent"
PLACE, DEGREE, SIZE = "place", "degree", "size"
ALONE, TRIED = "alone", "tried"

REACH = 3


class Cue(NamedTuple):
    """A cue and where it stands: text[start:end], before the token number `at`."""

    kind: str
    value: str
    at: int
    start: int
    end: int


# The longest that fits counts. A value of "" says that these words are no cue.
_PHRASES: dict[tuple[str, ...], tuple[str, str]] = {
    tuple(words.split()): (kind, value)
    for kind, value, phrases in (
        (DENIAL, "", ("not only|not just|not merely|not limited to|whether or not|not to mention"
                     "|without limitation|without limiting|notwithstanding|no matter"
                      "|not withstanding|not necessarily limited to")),
        (DENIAL, "not", ("not|no|never|none|nor|neither|without|cannot|nobody|nothing|nowhere|unless|except|non|hardly"
                        "|denies|denied|deny|denying|lack|lacks|lacked|lacking|fails to|failed to|fail to|unable"
                        "|refuses|refused|absence of|absent|negative for|ruled out|free of|free from"
                         "|rather than|instead of|no longer|not any longer|prevented from|estopped from|barred from"
                         "|precluded from|prohibited from|refrain from|refrains from|prevent|prevents|preventing"
                         "|dont|doesnt|didnt|cant|wont|isnt|arent|wasnt|werent|hasnt|havent|couldnt|shouldnt|wouldnt"
                         "|nicht|kein|keine|keinen|keinem|keiner|nie|niemals|ohne|barely|scarcely|other than")),
        (MODAL, "may", ("may|might|can|could|be permitted to|is permitted to|are permitted to|be entitled to"
                       "|is entitled to|are entitled to|is allowed to|are allowed to|is free to|has the right to"
                       "|have the right to|darf|dürfen|kann|können")),
        (MODAL, "must", ("must|shall|is required to|are required to|be required to|has to|have to|is obliged to"
                        "|are obliged to|is obligated to|are obligated to|muss|müssen")),
        (ORDER, "before", "before|prior to|preceding|until|till|vor"),
        (ORDER, "after", "after|following|subsequent to|nach"),
        (PLACE, "below", "beneath|underneath"),
        (BOUND, "least", ("at least|not less than|no less than|no fewer than|not fewer than|a minimum of|minimum of"
                         "|at a minimum|more than|greater than|in excess of|over|exceeding|larger than|higher than"
                         "|exceeds|exceed|exceeded|longer than|older than|mindestens|mehr als|upwards of"
                         "|above|beyond|über")),
        (BOUND, "most", ("at most|not more than|no more than|not to exceed|not exceeding|not exceed|not greater than"
                        "|no greater than|no later than|not later than|a maximum of|maximum of|up to|within|less than"
                        "|fewer than|under|smaller than|lower than|below|shorter than|younger than|höchstens"
                        "|weniger als|unter|no longer than|not longer than")),
        (DEGREE, "more", "more|most"),
        (DEGREE, "less", "less|fewer|least"),
        (ALONE, "", "only a|only an|only about|only around|only slightly|only partly|only partially|only some"),
        (ALONE, "only", "only|solely|exclusively|alone|ausschließlich"),
        (TRIED, "tried", ("attempt to|attempts to|attempted to|attempting to|try to|tries to|tried to|trying to|seek to"
                         "|seeks to|sought to|seeking to|plan to|plans to|planned to|planning to|propose to"
                         "|proposes to|proposed to|intend to|intends to|intended to|aim to|aims to|aimed to"
                         "|threatens to|threatened to|hopes to|hoped to|wants to|wanted to|ordered to|orders to"
                         "|alleged to|alleges that|alleged that|claimed to|claims to")),
        (EXTENT, "all", "all|every|always|entirely|completely|alle|immer"),
        (EXTENT, "some", "some|sometimes|partly|partially|occasionally|manche|einige|manchmal"),
        (EXTENT, "few", "few|rarely|seldom|little or no|little if any|little|selten|wenige"),
        (EXTENT, "most", "usually|mostly|typically|generally|in general|commonly|normally|ordinarily|meist|meistens"),
    )
    for words in phrases.split("|")
}  # fmt: skip
_LONGEST = max(map(len, _PHRASES))
_FIRST = frozenset(words[0] for words in _PHRASES)
# A bound is one only right before a number; what else the words say there is not.
_ELSE = {
    "above": (PLACE, "above"), "über": (PLACE, "above"), "below": (PLACE, "below"), "unter": (PLACE, "below"),
    **dict.fromkeys(("greater", "larger", "higher", "longer", "older"), (SIZE, "more")),
    **dict.fromkeys(("smaller", "lower", "shorter", "younger"), (SIZE, "less")),
    "more": (DEGREE, "more"), "less": (DEGREE, "less"), "fewer": (DEGREE, "less"),
    "not": (DENIAL, "not"), "no": (DENIAL, "not"),
}  # fmt: skip
# Denials that belong to the very next word.
_NEXT_ONLY = frozenset(("non", "other", "rather", "instead", "except"))
# They carry meaning besides.
CONTENT = frozenset(
    "denies denied deny denying lack lacks lacked lacking absence absent exceeds exceed exceeded prevent prevents"
    " preventing prevented estopped barred precluded prohibited".split()
) | {words[0] for words, (kind, _) in _PHRASES.items() if kind == TRIED}


def read(pieces: Sequence[Piece], at: int) -> tuple[str, str, int] | None:
    """Return kind and value of the cue that begins with a piece, and how many pieces it has."""
    plain = pieces[at].plain
    if plain.endswith("n't") and len(plain) > 3:
        return DENIAL, "not", 1
    if plain not in _FIRST:
        return None
    words = tuple(piece.plain for piece in pieces[at : at + _LONGEST])
    for length in range(len(words), 0, -1):
        found = _PHRASES.get(words[:length])
        if found:
            return _here(found, pieces, at, length)
    return None


def _here(found: tuple[str, str], pieces: Sequence[Piece], at: int, length: int) -> tuple[str, str, int]:
    kind, value = found
    first = pieces[at]
    if kind == MODAL and first.plain in ("may", "can") and first.shown[0].isupper() and at:
        return "", "", length  # the month, or a name
    if kind == DENIAL and first.plain == "no" and at + 1 < len(pieces) and pieces[at + 1].plain == ".":
        return "", "", length  # No. 5
    return kind, value, length


def otherwise(words: str) -> tuple[str, str]:
    """Return what cue words are that were looked for as a bound and have no number behind them; ("", "") for none."""
    return _ELSE.get(words.lower().split()[0], ("", ""))


def reach(words: str) -> int:
    """Return how many tokens a denial may be away from what it denies."""
    return 1 if words.lower().split()[0] in _NEXT_ONLY else REACH

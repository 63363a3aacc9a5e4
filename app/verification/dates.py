"""Dates: 3 March 2016, March 3rd, 2016-03-03, 03/03/2016; knows which writings can be read as two days."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from app.verification.numbers import ordinal
from app.verification.pieces import NUMBER, WORD, Piece

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan januar", "february feb februar", "march mar märz", "april apr", "may mai", "june jun juni",
            "july jul juli", "august aug", "september sep sept", "october oct oktober okt", "november nov",
            "december dec dezember dez",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_SHORT = frozenset(name for name in _MONTHS if len(name) <= 4) - {"june", "july", "juni", "juli", "märz"}
_WORDS_TOO = frozenset(("may", "march", "august", "mar"))  # months only where they are written with a capital
_MODAL = "may"
_BEFORE_MONTH = frozenset(
    "in of since until till by from to early late mid between and last next during through".split()
)
_NUMERIC = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4}|\d{2})|(\d{4})\.(\d{1,2})\.(\d{1,2})")
NAMES = ("", "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
         "November", "December")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Date:
    """A day, or as much of one as is said; 0 for what is not. `other` is how the same writing may be read, too."""

    year: int
    month: int
    day: int
    other: tuple[int, int] = (0, 0)  # month, day

    def same(self, other: Date) -> bool:
        """Whether a passage's date `other` says all that this one of a sentence says, beyond doubt."""
        if self.year and self.year != other.year:
            return False
        if self.other != (0, 0) or other.other != (0, 0):
            return (self.month, self.day, self.other) == (other.month, other.day, other.other)
        return self.month == other.month and self.day in (0, other.day)

    def perhaps(self, other: Date) -> bool:
        """Whether they are the same in one way of reading them."""
        ways = {(one.month, one.day) for one in (self,)} | {self.other} - {(0, 0)}
        others = {(other.month, other.day), other.other} - {(0, 0)}
        return self.year in (0, other.year) and bool(ways & others)


def read(pieces: Sequence[Piece], at: int) -> tuple[Date, int] | None:
    """Return the date that begins with a piece, and the piece behind it; None where none does."""
    piece = pieces[at]
    if piece.kind == NUMBER:
        return _numeric(pieces, at) or _day_first(pieces, at)
    if piece.kind != WORD:
        return None
    if piece.plain in _MONTHS:
        return _month_first(pieces, at)
    return _day_first(pieces, at) if ordinal(pieces, at) else None


def _numeric(pieces: Sequence[Piece], at: int) -> tuple[Date, int] | None:
    dotted = _NUMERIC.fullmatch(pieces[at].shown)
    if dotted:
        if dotted[4]:
            return _made(int(dotted[4]), int(dotted[5]), int(dotted[6])), at + 1
        return _made(_year(dotted[3]), int(dotted[2]), int(dotted[1])), at + 1
    parts = pieces[at : at + 5]
    if len(parts) < 5 or [part.kind for part in parts[::2]] != [NUMBER] * 3 or not all(p.glued for p in parts[1:]):
        return None
    first, mark, second, again, third = (part.shown for part in parts)
    if mark != again or mark not in "/-" or not (first + second + third).isdigit():
        return None
    if len(first) == 4 and len(second) <= 2 and len(third) <= 2:
        return _made(int(first), int(second), int(third)), at + 5
    if len(third) not in (2, 4) or len(first) > 2 or len(second) > 2:
        return None
    one, two, year = int(first), int(second), _year(third)
    if one > 12 >= two:
        return _made(year, two, one), at + 5
    if two > 12 >= one or one == two:
        return _made(year, one, two), at + 5
    return (Date(year, one, two, (two, one)), at + 5) if 0 < one <= 12 and 0 < two <= 12 else None


def _made(year: int, month: int, day: int) -> Date:
    return Date(year, month, day)


def _day_first(pieces: Sequence[Piece], at: int) -> tuple[Date, int] | None:
    """3 March 2016; the third day of March, 2016; am 3. März."""
    spelled = ordinal(pieces, at)
    if spelled:
        day, end = int(spelled[0].value), spelled[1]
    elif pieces[at].shown.isdigit() and len(pieces[at].shown) <= 2:
        day, end = int(pieces[at].shown), at + 1
    else:
        return None
    end = _behind(pieces, end, ("st", "nd", "rd", "th"), ("",), (".",), ("day",), ("of",), ("-",))
    if not 0 < day <= 31 or end >= len(pieces) or not _is_month(pieces, end, numbered=True):
        return None
    month = _MONTHS[pieces[end].plain]
    year, behind = _following_year(pieces, _behind(pieces, end + 1, (".",)))
    return Date(year, month, day), behind if year else end + 1


def _behind(pieces: Sequence[Piece], at: int, *words: tuple[str, ...]) -> int:
    for some in words:
        if at < len(pieces) and pieces[at].plain in some:
            at += 1
    return at


def _month_first(pieces: Sequence[Piece], at: int) -> tuple[Date, int] | None:
    """March 3rd, 2016; March 2016; March."""
    end = _behind(pieces, at + 1, (".",)) if pieces[at].plain in _SHORT else at + 1
    month = _MONTHS[pieces[at].plain]
    if end < len(pieces) and pieces[end].kind == NUMBER and _is_month(pieces, at, numbered=True):
        shown = pieces[end].shown
        if shown.isdigit() and len(shown) <= 2 and 0 < int(shown) <= 31:
            behind = _behind(pieces, end + 1, ("st", "nd", "rd", "th"))
            year, behind_year = _following_year(pieces, behind)
            return Date(year, month, int(shown)), behind_year if year else behind
    year, behind = _following_year(pieces, _behind(pieces, end, ("of",)))
    if year and _is_month(pieces, at, numbered=True):
        return Date(year, month, 0), behind
    return (Date(0, month, 0), at + 1) if _is_month(pieces, at, numbered=False) else None


def _is_month(pieces: Sequence[Piece], at: int, *, numbered: bool) -> bool:
    """Whether a word is a month here: "may" and "march" must look like one."""
    piece = pieces[at]
    if piece.plain not in _MONTHS:
        return False
    if numbered:
        return piece.plain not in _WORDS_TOO or piece.shown[0].isupper()
    if piece.plain in _SHORT and piece.plain != _MODAL:
        return False
    before = pieces[at - 1] if at else None
    if piece.plain == _MODAL or piece.plain in _WORDS_TOO:
        return piece.shown.istitle() and before is not None and before.plain in _BEFORE_MONTH
    return piece.shown[0].isupper()


def _following_year(pieces: Sequence[Piece], at: int) -> tuple[int, int]:
    """Return a year and the piece behind it; 0 where none follows."""
    at = _behind(pieces, at, (",",))
    if at < len(pieces) and pieces[at].kind == NUMBER and re.fullmatch(r"1\d{3}|20\d{2}", pieces[at].shown):
        return int(pieces[at].shown), at + 1
    return 0, at


def _year(digits: str) -> int:
    return int(digits) if len(digits) == 4 else int(digits) + (2000 if int(digits) < 50 else 1900)

"""Dates as people type and read them.

Pure text; knows no widget. A day that could be two, as 3/4/2024, is none: a filter must not guess.
"""

from __future__ import annotations

import re
import time
from datetime import date, timedelta

_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December")
_NUMBER = {form: number for number, name in enumerate(_MONTHS, 1)
           for form in (name.casefold(), name[:3].casefold())} | {"sept": 9}
_YEARS = range(1000, 9999)
_ISO = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
_POINTS = re.compile(r"(\d{1,2})\s?([./])\s?(\d{1,2})\s?\2\s?(\d{4})")
_MONTH_FIRST = re.compile(r"([a-z]+)\.? (?:(\d{1,2})(?:st|nd|rd|th)?,? )?(\d{4})")
_DAY_FIRST = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?\.? ([a-z]+)\.? (\d{4})")


def span(typed: str) -> tuple[date, date] | None:
    """Return the first day that `typed` names, be it a day, a month or a year, and the one after its last day."""
    text = " ".join(typed.split()).casefold()
    year, month, day = _read(text)
    try:
        if year not in _YEARS:
            return None
        if day:
            first = date(year, month, day)
            return first, first + timedelta(days=1)
        if month:
            return date(year, month, 1), date(year + month // 12, month % 12 + 1, 1)
        return date(year, 1, 1), date(year + 1, 1, 1)
    except ValueError:
        return None


def _read(text: str) -> tuple[int, int, int]:
    """Year, month and day, 0 for what is not said; a year of 0 for what is no date."""
    if found := _ISO.fullmatch(text):
        year, month, day = (int(part) if part else 0 for part in found.groups())
        if (found[2] and not month) or (found[3] and not day):
            return 0, 0, 0
        return year, month, day
    if found := _POINTS.fullmatch(text):
        first, second, year = int(found[1]), int(found[3]), int(found[4])
        if found[2] == "." or first > 12 or first == second:  # points: the day comes first wherever they are used
            return year, second, first
        return (year, first, second) if second > 12 else (0, 0, 0)
    if found := _MONTH_FIRST.fullmatch(text):
        return int(found[3]) if found[1] in _NUMBER else 0, _NUMBER.get(found[1], 0), int(found[2] or 0)
    if found := _DAY_FIRST.fullmatch(text):
        return int(found[3]) if found[2] in _NUMBER else 0, _NUMBER.get(found[2], 0), int(found[1])
    return 0, 0, 0


def shown(iso: str) -> str:
    """Return "31 January 2024", "January 2024" or "2024" for a date of a document, "" for what is none."""
    found = _ISO.match(iso)
    if found is None or span(found[0]) is None:
        return ""
    year, month, day = found.groups()
    return " ".join(each for each in (str(int(day)) if day else "", _MONTHS[int(month) - 1] if month else "", year)
                    if each)


def moment(when: float) -> str:
    """Return when something was, in seconds since 1970, as the clock on the wall showed it."""
    then, now = time.localtime(when), time.localtime()
    return time.strftime("today at %H:%M" if then[:3] == now[:3] else "%Y-%m-%d at %H:%M", then)


def day_before(iso: str) -> str:
    """Return the day before one, both as "2024-01-31"; what is no day stays as it is."""
    found = span(iso)
    return (found[0] - timedelta(days=1)).isoformat() if found else iso

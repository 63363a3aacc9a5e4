"""When a document was written, and by whom, in the one form that a Document carries; knows no format."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from app.documents.source import storable

PEOPLE = 32  # of one document
LONGEST = 200  # characters of a name with its address
_READ = 20_000  # characters of a header that are looked at
DAY = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?")
_YEAR_FIRST = re.compile(r"\s*(?:D:\s*)?(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?|(\d\d)(\d\d)?)?(?!\d)")
_PACKED = re.compile(r"\s*(?:D:\s*)?(\d{4})(\d\d)(\d\d)\d{2,6}")
_DAY_FIRST = re.compile(r"(?<!\d)(\d{1,2})(?:st|nd|rd|th)?[.\s-]+([A-Za-z]{3})[A-Za-z]*[.,\s-]+(\d{4}|\d\d)(?!\d)")
_MONTH_FIRST = re.compile(r"\b([A-Za-z]{3})[A-Za-z]*\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(?:[\d:]{5,8}\s+)?(\d{4})\b")
_MONTHS = {name: number for number, name in enumerate(
    "jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}  # fmt: skip
_EARLIEST, _LATEST = 1400, 2200
# Days on which the clocks of programs and of file formats begin: nobody wrote anything there.
_NO_DAYS = frozenset("1601-01-01 1899-12-30 1899-12-31 1900-01-01 1904-01-01 1970-01-01 1980-01-01".split())
# What programs put in the place of a name.
_NOBODY = re.compile(
    r"(?i)(unknown|author|user|admin\w*|owner|office|microsoft( office)?( user)?|windows( user)?|root|default|none|null"
    r"|anonymous|unspecified|n/?a|python-(docx|pptx)|openpyxl|apache poi|libreoffice|calibre.*|[\W\d_]*)"
)
_LISTED = re.compile(r'"(?:[^"\\]|\\.)*"|[^",;]+|[",;]')


class Imprint(NamedTuple):
    """The last two fields of a Document."""

    date: str = ""
    people: tuple[str, ...] = ()


NONE = Imprint()


def day(text: str) -> str:
    """Return a date as files write it ("2024-01-31T10:00Z", "D:20240131…", a mail's) as "2024-01-31".

    Also "2024-01" or "2024" where no more is said; empty for what is no date.
    """
    text = text[:200]
    for pattern in (_PACKED, _YEAR_FIRST):
        if found := pattern.match(text):
            parts = [int(part) for part in found.groups() if part is not None]
            return _said(*parts)
    if found := _DAY_FIRST.search(text):
        date, month, year = found.groups()
        century = "" if len(year) == 4 else "20" if int(year) < 50 else "19"  # RFC 2822, 4.3
        return _named(century + year, month, date)
    if found := _MONTH_FIRST.search(text):
        month, date, year = found.groups()
        return _named(year, month, date)
    return ""


def _named(year: str, month: str, date: str) -> str:
    number = _MONTHS.get(month.lower())
    return _said(int(year), number, int(date)) if number else ""


def _said(year: int, month: int = 0, date: int = 0) -> str:
    """Return as much of a date as makes sense."""
    if not _EARLIEST <= year < _LATEST:
        return ""
    if not 1 <= month <= 12:
        return f"{year:04d}"
    if not date:
        return f"{year:04d}-{month:02d}"
    try:
        found = datetime.date(year, month, date).isoformat()
    except ValueError:
        return f"{year:04d}-{month:02d}"
    return "" if found in _NO_DAYS else found


def first_day(*texts: str) -> str:
    """Return the first of these that is a date."""
    return next(filter(None, map(day, texts)), "")


def people(names: Iterable[str]) -> tuple[str, ...]:
    """Return names in one line each and in their order, none twice, without those that programs make up."""
    found: dict[str, str] = {}
    for name in names:
        line = " ".join(storable(name[: 2 * LONGEST]).split()).strip(" ,;'\"")[:LONGEST].strip()
        if line and not _NOBODY.fullmatch(line):
            found.setdefault(line.casefold(), line)
            if len(found) == PEOPLE:
                break
    return tuple(found.values())


def listed(header: str) -> Iterator[str]:
    """Yield the people of a header such as "Smith, Ann <ann@example.org>, bob@example.org; Carl Jones"."""
    name = ""
    for match in _LISTED.finditer(header[:_READ]):
        piece = match[0]
        if piece == ";" or (piece == "," and "@" in name):
            yield _bare(name)
            name = ""
        else:
            name += piece
    yield _bare(name)


def _bare(name: str) -> str:
    name = " ".join(name.split())
    if name.endswith(":") or not name:  # "undisclosed-recipients:;"
        return ""
    quoted = re.fullmatch(r'"([^"]*)"\s*(<.*>)?', name)
    if quoted:
        return f"{quoted[1]} {quoted[2] or ''}".strip()
    return name[1:-1] if name.startswith("<") and name.endswith(">") else name


def of(dates: Iterable[str], names: Iterable[str]) -> Imprint:
    """Return the imprint of the first that is a date of `dates`, and of `names`, sender or author first."""
    return Imprint(first_day(*dates), people(names))


def of_mail(headers: Iterable[tuple[str, str]]) -> Imprint:
    """Return the imprint of a message from the names and values of its headers, in the order that is read out."""
    said = dict(headers)
    names = [name for field in ("From", "Sender", "To", "Cc", "Bcc") for name in listed(said.get(field, ""))]
    return of((said.get("Date", ""),), names)

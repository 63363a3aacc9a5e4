"""The values of filters: what a date and what a type of document is that somebody typed.

Must not know the language of queries, nor how a part of the library is found.
"""

from __future__ import annotations

import re
from datetime import date

_YEAR_FIRST = re.compile(r"(\d{4})(?:([-/.])(\d{1,2})(?:\2(\d{1,2}))?)?")
_YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})")

_MAIL = ("mail", "msg", "mbox", "tnef")
_KINDS = {
    "mail": _MAIL, "email": _MAIL, "e-mail": _MAIL, "mails": _MAIL, "emails": _MAIL, "message": _MAIL,
    "outlook": ("msg", "tnef"), "eml": ("mail",), "mailbox": ("mbox",),
    "word": ("docx", "odt"), "doc": ("docx",), "docx": ("docx",), "docm": ("docx",), "odt": ("odt",),
    "excel": ("sheet",), "xls": ("sheet",), "xlsx": ("sheet",), "xlsb": ("sheet",), "ods": ("sheet",),
    "sheet": ("sheet", "csv"), "spreadsheet": ("sheet", "csv"), "table": ("sheet", "csv"),
    "powerpoint": ("slides",), "ppt": ("slides",), "pptx": ("slides",), "odp": ("slides",),
    "presentation": ("slides",), "slides": ("slides",),
    "web": ("html", "mhtml"), "html": ("html", "mhtml"), "htm": ("html", "mhtml"),
    "image": ("image",), "picture": ("image",), "photo": ("image",), "jpg": ("image",), "jpeg": ("image",),
    "png": ("image",), "tiff": ("image",), "tif": ("image",), "heic": ("image",),
    "text": ("text", "markdown"), "txt": ("text",), "md": ("markdown",), "book": ("epub",), "zip": ("archive",),
}


def kinds(value: str) -> tuple[str, ...]:
    """Return the kinds of documents that a word means: "mail" also Outlook's; an unknown word is a kind itself."""
    word = value.strip().lower().removeprefix(".")
    return _KINDS.get(word, (word,) if word else ())


def day(value: str) -> str:
    """Return the day that a date means as "2024-01-31", "" for what is none or may be two.

    A month or a year means its first day. With full stops the day comes first, as nobody writes it otherwise; with
    other signs only where one of both can be no month.
    """
    value = value.strip()
    match = _YEAR_FIRST.fullmatch(value)
    if match:
        return _day(match[1], match[3] or "1", match[4] or "1")
    match = _YEAR_LAST.fullmatch(value)
    if not match:
        return ""
    first, sign, second, year = match.groups()
    if sign == "." or int(first) > 12 or first == second:
        return _day(year, second, first)
    return _day(year, first, second) if int(second) > 12 else ""


def _day(year: str, month: str, number: str) -> str:
    try:
        return date(int(year), int(month), int(number)).isoformat()
    except ValueError:
        return ""

"""What the formats of HL7 have in common: dates, words made of names in code, and files carried as base64.

Knows none of these formats itself.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable

from app.documents.parts import Parts, titled
from app.documents.source import TextWriter, storable
from app.types import Heading

_MOMENT = re.compile(r"\s*(\d{4})(\d\d)?(\d\d)?(?:(\d\d)(\d\d)?(\d\d)?(?:[.,]\d+)?)?\s*([+-]\d{4}|Z)?\s*$")
_ISO = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(?::(\d\d)(?:\.\d+)?)?(Z|[+-]\d\d:\d\d)?$")
_WORDS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
_ENDED = re.compile(r"\.\w{2,5}$")
_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+")
_ENDINGS = {
    "application/pdf": ".pdf", "text/plain": ".txt", "text/html": ".html", "application/xhtml+xml": ".xhtml",
    "text/rtf": ".rtf", "application/rtf": ".rtf", "text/xml": ".xml", "application/xml": ".xml",
    "application/hl7-v3+xml": ".xml", "application/hl7-cda+xml": ".xml", "application/fhir+xml": ".xml",
    "application/fhir+json": ".json", "application/json": ".json", "text/csv": ".csv", "text/markdown": ".md",
    "image/jpeg": ".jpg", "image/jpg": ".jpg", "image/png": ".png", "image/tiff": ".tif", "image/tif": ".tif",
    "image/gif": ".gif", "image/bmp": ".bmp", "image/heic": ".heic", "message/rfc822": ".eml",
    "application/msword": ".doc", "application/zip": ".zip", "application/dicom": ".dcm",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "x-application/hl7-v2+er7": ".hl7", "application/hl7-v2": ".hl7", "application/edi-hl7v2": ".hl7",
}  # fmt: skip
BAD_PART = "A file inside this one is damaged and was left out."
HEADINGS = 20_000  # in one file; what comes after is a line like any other


def moment(text: str) -> str:
    """Write a date of HL7 ("20230401", "202304011030+0100", or ISO's) as 2023-04-01 10:30; others as they are."""
    text = text.strip()
    iso = _ISO.match(text)
    if iso:
        day, time, seconds, zone = iso.groups()
        time += f":{seconds}" if seconds and seconds != "00" else ""
        return f"{day} {time}{_zone(zone)}"
    found = _MOMENT.match(text)
    if not found:
        return text
    year, month, date, hour, minute, second, zone = found.groups()
    day = "-".join(part for part in (year, month, date) if part)
    if hour is None:
        return day
    if hour + (minute or "") + (second or "") in ("0000", "000000"):
        return day  # a day that was put in where a time was asked for
    clock = ":".join((hour, minute or "00", *([second] if second and second != "00" else [])))
    return f"{day} {clock}{_zone(zone)}"


def _zone(zone: str | None) -> str:
    if not zone:
        return ""
    if zone == "Z" or zone.strip("+-0:") == "":
        return " UTC"
    return f" (UTC{zone[:3]}:{zone[-2:]})"


def words(name: str) -> str:
    """Make words of a name in code: "clinicalStatus" → "Clinical status"."""
    found = [word if len(word) > 1 and word.isupper() else word.lower() for word in _WORDS.findall(name)]
    text = " ".join(found)
    return text[:1].upper() + text[1:]


def squeezed(text: str) -> str:
    """The text on one line, each stretch of white space a blank."""
    return " ".join(storable(text).split())


def joined(parts: Iterable[str], between: str = ", ") -> str:
    """The parts that say something, each once, in their order."""
    return between.join(dict.fromkeys(part for part in parts if part))


def file_of(text: str) -> bytes:
    """The bytes in base64 `text`, none where it is none."""
    compact = re.sub(r"\s+", "", text)
    try:
        return base64.b64decode(compact + "=" * (-len(compact) % 4))
    except (binascii.Error, ValueError):
        return b""


class Report:
    """A TextWriter for files of many records: headings stay within what is kept of them."""

    def __init__(self) -> None:
        self.writer = TextWriter()
        self._headings = 0

    def heading(self, text: str, level: int) -> None:
        """Add a heading with a blank line above it."""
        self.writer.gap()
        self._headings += 1
        if self._headings <= HEADINGS:
            self.writer.heading(text, level)
        elif text := squeezed(text):
            self.writer.line(text)

    def fact(self, name: str, value: str, depth: int = 0) -> None:
        """Add "Name: value" where there is a value."""
        value = squeezed(value)
        if value:
            self.writer.line("  " * min(depth, 8) + (f"{name}: {value}" if name else value))

    def inner(self, text: str, headings: Iterable[Heading], deeper: int) -> None:
        """Add text that has headings of its own, `deeper` levels below."""
        at = {heading.start: heading for heading in headings}
        start = 0
        for line in text.split("\n"):
            if start in at:
                self.heading(at[start].text, at[start].level + deeper)
            elif line.strip():
                self.writer.line(line)
            else:
                self.writer.gap()
            start += len(line) + 1


def attach(report: Report, parts: Parts, name: str, media_type: str, text: str) -> list[str]:
    """Take a file carried in base64 into `parts` and say so in the report; return sentences where that failed.

    Its name gets the ending that its type asks for.
    """
    data = file_of(text)
    if not data:
        return [BAD_PART]
    found = _TYPE.match(media_type.strip().lower())
    ending = _ENDINGS.get(found[0], "") if found else ""
    shown = titled(name, "" if _ENDED.search(name) else ending, "attachment")
    if parts.add(shown, data):
        report.fact("Attached", parts.names[-1])
        return []
    return [parts.reason]

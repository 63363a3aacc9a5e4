"""HL7 version 2 messages → Document: each message a heading, its segments as lines with plain names.

The `hl7` library takes messages apart; segments.py knows what their fields are called. Knows of
files: several messages, batches, and the framing that they travel in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from app.documents import imprint
from app.documents.clinical import Report, attach, joined, moment, squeezed
from app.documents.parts import Parts
from app.documents.segments import CODES, EVENTS, FIELDS, SEGMENTS, Type
from app.documents.source import Source, Why, damaged, unpaged
from app.documents.text import decoded
from app.types import Document

_START = re.compile(rb"(?:\xef\xbb\xbf)?[\x0b\s]*(?:MSH|FHS|BHS)[^\w\s][^\w\s]{2,6}[^\w\s]")
_SEGMENT = re.compile(r"[A-Z][A-Z0-9]{2}(?=\W|$)")
_HEADS = ("MSH", "FHS", "BHS")
_FRAMES = {0x0B: None, 0x1C: None}
_ESCAPE = re.compile(r"[HNFRSTE]|X(?:[0-9A-Fa-f]{2})+|\.(?:br|sp|fi|nf|in|ti|sk|ce)[0-9]{0,2}")
_ESCAPES = {"H": "", "N": "", ".br": "\n", ".sp": "\n", ".ce": "\n", ".fi": "", ".nf": "", ".in": "", ".ti": "",
            ".sk": " "}  # fmt: skip
# MSH-18, where it names one of the encodings in use; others are found as of any text.
_CHARACTERS = {
    "UNICODE UTF-8": "utf-8", "UTF-8": "utf-8", "8859/1": "cp1252", "8859/2": "iso-8859-2", "8859/5": "iso-8859-5",
    "8859/7": "iso-8859-7", "8859/9": "cp1254", "8859/15": "iso-8859-15", "ISO IR87": "iso-2022-jp",
    "GB 18030-2000": "gb18030", "BIG-5": "big5", "KS X 1001": "euc-kr",
}  # fmt: skip
_PEOPLE = (("PID", 5, Type.NAME), ("PV1", 7, Type.STAFF), ("OBR", 16, Type.STAFF), ("ORC", 12, Type.STAFF),
           ("TXA", 9, Type.STAFF))  # fmt: skip
_TEXTS = frozenset({"TX", "FT", "ST"})
BROKEN = "A message in the file breaks the rules of HL7; it is here as it stands."
LATE = "Only a part of the file was read, because it took too long."
_SAMPLE = (
    "MSH|^~\\&|A|B|C|D|20240102103000||ORU^R01|1|P|2.5\rPID|1||1^^^H^MR||B^A||19700101|M|||S^^C\r"
    "OBR|1|||24323-8^Panel^LN|||20240102\rOBX|1|NM|2345-7^Glucose^LN||5.1|mmol/L|4-6|N|||F\rNTE|1||a\\T\\b\\X41\\\r"
    "OBX|2|ED|PDF^Report||^application^pdf^Base64^JVBERi0=||||||F\r"
)


class Hl7Loader:
    """Reads the messages that laboratories and wards send each other."""

    kind = "hl7"
    suffixes = frozenset({".hl7", ".er7"})
    paged = False

    def samples(self) -> list[bytes]:
        return [_SAMPLE.encode(), b"\x0b" + _SAMPLE.encode() + b"\x1c\r"]

    def claims(self, data: bytes) -> bool:
        return _START.match(data[:4096]) is not None

    def load(self, source: Source) -> Document:
        if not self.claims(source.data):
            raise damaged(Why.NOT_OF_ITS_KIND)
        reading = _Reading(source)
        reading.file(_decoded(source.data))
        page = unpaged(self.kind, reading.title[:300], reading.report.writer.text, reading.report.writer.headings,
                       " ".join(dict.fromkeys(reading.reasons))[:500])  # fmt: skip
        made = imprint.of(reading.dates, reading.people)
        return Document(page.kind, page.title, page.pages, reading.parts.all, *made)


def _decoded(data: bytes) -> str:
    """The text of a file, by what its first message declares where that holds."""
    first = re.search(rb"MSH([^\w\s])[^\r\n]*", data[:8192])
    fields = first[0].split(first[1]) if first else []
    declared = fields[17].split(b"~")[0].decode("ascii", "replace").strip() if len(fields) > 17 else ""
    if declared in _CHARACTERS:
        try:
            return data.decode(_CHARACTERS[declared])
        except UnicodeError:
            return decoded(data)
    return decoded(data)


def _messages(text: str) -> Iterator[str]:
    """The messages and heads of batches in a file; a line that begins no segment goes on the one before."""
    lines: list[str] = []
    for raw in text.translate(_FRAMES).replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        line = raw.rstrip() if lines else raw.strip("\ufeff \t")
        if not line:
            continue
        if line.startswith(_HEADS) and lines:
            yield "\r".join(lines)
            lines = [line]
        elif lines and not _SEGMENT.match(line):
            lines[-1] += "\\.br\\" + line
        else:
            lines.append(line)
    if lines:
        yield "\r".join(lines)


class _Reading:
    """One file being read."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._same = ""  # the name of a report of which each line is a segment of its own
        self.report = Report()
        self.parts = Parts()
        self.reasons: list[str] = []
        self.title = ""
        self.dates: list[str] = []  # of the messages
        self.people: list[str] = []  # patients, and who ordered or attended

    def file(self, text: str) -> None:
        import hl7

        for count, message in enumerate(_messages(text)):
            if count % 50 == 49 and self._source.late:
                self.reasons.append(LATE)
                return
            try:
                parsed = hl7.parse(message)
            except (hl7.HL7Exception, ValueError, IndexError, KeyError, AssertionError):
                self.reasons.append(BROKEN)
                self.report.writer.gap()
                for line in message.split("\r"):
                    self.report.writer.line(line)
                continue
            self._message(parsed)

    def _message(self, message: Any) -> None:
        first = _Segment(message[0])
        self._heading(message, first)
        for each in message:
            segment = _Segment(each)
            if segment.name == "OBX":
                self._result(segment)
            elif segment.name:
                self._same = ""
                self._segment(segment)

    def _heading(self, message: Any, first: _Segment) -> None:
        if first.name != "MSH":
            self.report.heading("Batch of messages", 1)
            return
        code, event = first.part(9, 1), first.part(9, 2)
        kind = EVENTS.get(f"{code}^{event}") or EVENTS.get(code, "Message")
        shown = f"{kind} ({joined([code, event], '^')})" if code else kind
        patient = next((segment for each in message if (segment := _Segment(each)).name == "PID"), None)
        who = patient.said(5, Type.NAME) if patient else ""
        heading = joined([f"{shown}: {who}" if who else shown, moment(first.part(7, 1))])
        self.title = self.title or heading
        self._imprint(first, [_Segment(each) for each in message])
        self.report.heading(heading, 1)

    def _imprint(self, first: _Segment, segments: list[_Segment]) -> None:
        """Take in when a message was sent, its patient, and the doctors that it names."""
        self.dates.append(first.part(7, 1))
        for name, field, kind in _PEOPLE:
            said = (segment.said(field, kind) for segment in segments if segment.name == name)
            self.people += [each for names in said for each in names.split("; ")]

    def _segment(self, segment: _Segment) -> None:
        """Write a segment in a line: its name, and what its fields say."""
        label = SEGMENTS.get(segment.name, segment.name)
        if segment.name == "NTE":
            self.report.fact(label, segment.said(3, Type.TEXT), 1)
            return
        names = FIELDS.get(segment.name, {})
        said = []
        for number, (name, kind) in names.items():
            text = segment.said(number, kind)
            said.append(f"{name} {text}" if name and text else text)
        if segment.name not in _HEADS:  # whose other fields say how the message travelled
            others = (segment.said(number, Type.ANY) for number in range(2, segment.count) if number not in names)
            said.extend(others)
        self.report.fact(label, joined(said))

    def _result(self, segment: _Segment) -> None:
        """Write an observation: what, value, unit, range, flag, state, when."""
        kind = segment.part(2, 1)
        what = segment.said(3, Type.CODE)
        if kind == "ED":
            self._same = ""
            self.reasons.extend(attach(self.report, self.parts, what or "document", *segment.file(5)))
            return
        value = segment.said(5, CODES.get(kind, Type.TEXT))
        details = [
            joined([value, segment.said(6, Type.UNIT)], " "),
            f"reference {reference}" if (reference := segment.said(7, Type.TEXT)) else "",
            segment.said(8, Type.FLAG), segment.said(11, Type.STATE), segment.said(14, Type.DATE),
            segment.said(17, Type.CODE), segment.said(16, Type.STAFF),
        ]  # fmt: skip
        if kind in _TEXTS and what == self._same and what:
            for line in segment.lines(5):
                self.report.fact("", line, 1)
            return
        lines = segment.lines(5) if kind in _TEXTS else []
        if len(lines) > 1:
            self.report.fact("", f"{what}:" if what else "")
            for line in lines:
                self.report.fact("", line, 1)
        else:
            self.report.fact(what, joined(details))
        self._same = what if kind in _TEXTS else ""


class _Segment:
    """A segment of a message; fields, repetitions, components and their parts are counted from 1."""

    def __init__(self, segment: Any) -> None:
        self._segment = segment
        self.name = str(segment[0])[:3] if len(segment) else ""
        self.count = len(segment)

    def part(self, field: int, component: int) -> str:
        """The first part of a component of the first repetition."""
        for repetition in self._repetitions(field):
            return self._plain(repetition, component)
        return ""

    def said(self, field: int, kind: Type) -> str:
        """A field in words, each of its repetitions."""
        whole = joined((kind.say([self._component(each) for each in repetition])
                        for repetition in self._repetitions(field)), "; ")  # fmt: skip
        return squeezed(whole)

    def lines(self, field: int) -> list[str]:
        """The lines of a text."""
        texts = ("^".join("&".join(self._component(each)) for each in repetition)
                 for repetition in self._repetitions(field))  # fmt: skip
        return [line for text in texts for line in text.splitlines() if line.strip()]

    def file(self, field: int) -> tuple[str, str]:
        """The type and the base64 of a file in a field."""
        repetition: Any = next(iter(self._repetitions(field)), [])
        plain = [self._plain(repetition, number) for number in range(1, len(repetition) + 1)]
        data = plain[4] if len(plain) > 4 else max(plain, key=len, default="")
        words = [word.lower() for word in plain if word != data]
        kind = next((word for word in words if "/" in word), "")
        if not kind:
            kinds = {"pdf": "application/pdf", "rtf": "text/rtf", "html": "text/html", "plain": "text/plain",
                     "jpeg": "image/jpeg", "jpg": "image/jpeg", "tiff": "image/tiff", "png": "image/png",
                     "xml": "text/xml", "x-hl7-cda-level-one": "text/xml", "text": "text/plain"}  # fmt: skip
            kind = next((kinds[word] for word in reversed(words) if word in kinds), "")
        return kind, data

    def _plain(self, repetition: Any, component: int) -> str:
        if component > len(repetition):
            return ""
        return next(iter(self._component(repetition[component - 1])), "")

    def _repetitions(self, field: int) -> Iterator[Any]:
        if field < self.count:
            for repetition in self._segment[field]:
                yield [repetition] if isinstance(repetition, str) else repetition

    def _component(self, component: Any) -> list[str]:
        return [self._unescaped(part) for part in ([component] if isinstance(component, str) else component)]

    def _unescaped(self, part: Any) -> str:
        import hl7.util

        text = str(part)
        if text == '""':  # says that there is none
            return ""
        mark = self._segment.esc
        if mark not in text or not all(map(_ESCAPE.fullmatch, text.split(mark)[1::2])):
            return text  # the library would leave out what it does not know
        return str(hl7.util.unescape(self._segment, text, _ESCAPES))

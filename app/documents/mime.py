"""MIME as mail programs really write it: parsed leniently, headers and bodies decoded; no layout of a page.

Knows nothing of which parts are shown. Python's own modern policy raises on headers that break the
rules, so the old one is used, which takes everything apart and interprets nothing.
"""

from __future__ import annotations

import binascii
import codecs
import email
import email.header
import email.parser
import re
from collections.abc import Iterator
from email.message import Message
from email.policy import Compat32
from typing import cast

from app.documents.parts import file_name, titled
from app.documents.source import storable
from app.documents.text import decoded
from app.errors import UnsupportedFile

HEAD = 64 * 1024  # bytes of a message within which its headers are expected
_FIELD = re.compile(rb"[!-9;-~]{1,80}:")
# Headers that a program writes and nobody by hand: text that begins with them is a message.
_PROGRAMS = frozenset(
    b"mime-version message-id received return-path delivered-to x-mozilla-status x-mailer content-transfer-encoding"
    .split()
)  # fmt: skip
_KNOWN = _PROGRAMS | frozenset(b"from to cc bcc date subject sender reply-to content-type newsgroups".split())
_WORDS = re.compile(r"=\?[^?\s]{1,60}\?[bBqQ]\?[^?]*\?=(?:\s*=\?[^?\s]{1,60}\?[bBqQ]\?[^?]*\?=){0,60}")
_DECLARED = re.compile(rb"""(?i)<meta[^>]{1,300}charset\s*=\s*["']?\s*([\w.:-]+)""")
_PIECE = 1 << 16  # bytes
_BEGIN = re.compile(rb"(?m)^begin [0-7]{3,4} ([^\r\n]{1,200})\r?\n")
_DONE = re.compile(rb"(?m)^end\s*$")
_FEW = 50  # of so many characters one may be wrong in the encoding that a message says it has
# What messages say, and what those who say it mean (the WHATWG's table, in short).
_MEANT = {
    "iso8859-1": "cp1252", "iso8859-9": "cp1254", "tis-620": "cp874", "iso8859-11": "cp874", "gb2312": "gb18030",
    "gbk": "gb18030", "shift_jis": "cp932", "euc_kr": "cp949", "big5": "cp950", "ascii": "utf-8",
}  # fmt: skip
_ALIASES = {
    "x-sjis": "cp932", "windows-31j": "cp932", "x-euc-jp": "euc_jp", "x-gbk": "gb18030", "iso-8859-8-i": "iso8859-8",
    "iso-8859-8-e": "iso8859-8", "unicode-1-1-utf-7": "utf-7", "unicode": "utf-16", "x-unicode-2-0-utf-7": "utf-7",
    "utf8mb4": "utf-8", "windows-874": "cp874", "ks_c_5601-1987": "cp949", "x-windows-949": "cp949",
    "x-mac-roman": "mac_roman", "big5-hkscs": "big5hkscs", "cp-850": "cp850",
}  # fmt: skip
_SUFFIXES = {
    "application/pdf": ".pdf", "application/rtf": ".rtf", "text/rtf": ".rtf", "application/msword": ".doc",
    "application/zip": ".zip", "application/json": ".json", "application/xml": ".xml", "text/xml": ".xml",
    "application/epub+zip": ".epub", "application/vnd.ms-outlook": ".msg", "application/vnd.ms-excel": ".xls",
    "application/vnd.ms-powerpoint": ".ppt", "application/ms-tnef": ".dat", "application/vnd.ms-tnef": ".dat",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
    "application/vnd.oasis.opendocument.text": ".odt", "application/vnd.oasis.opendocument.spreadsheet": ".ods",
    "application/vnd.oasis.opendocument.presentation": ".odp",
    "text/plain": ".txt", "text/html": ".html", "text/csv": ".csv", "text/markdown": ".md", "text/calendar": ".ics",
    "text/vcard": ".vcf", "text/x-vcard": ".vcf", "image/jpeg": ".jpg", "image/png": ".png", "image/gif": ".gif",
    "image/tiff": ".tif", "image/bmp": ".bmp", "image/heic": ".heic", "message/rfc822": ".eml",
}  # fmt: skip


class Entity(Message):
    """A message or part; messages inside it stay in one piece, with the very bytes that were sent."""

    @property
    def raw(self) -> str:
        """What was sent, each byte that is no ASCII as a lone surrogate; empty for what has parts.

        What Message itself gives back is decoded already, with losses.
        """
        payload = vars(self).get("_payload")
        return payload if isinstance(payload, str) else ""

    @property
    def entities(self) -> list[Entity]:
        """The parts of it that are in line; none for what has no parts."""
        inner = self.get_payload() if self.is_multipart() else []
        return [entity for entity in inner if isinstance(entity, Entity)]

    def get_content_type(self) -> str:
        kind = super().get_content_type()
        return kind.replace("message/", "whole-message/", 1) if kind.startswith("message/") else kind


class _Lenient(Compat32):
    """Gives headers as text that can be handled, whatever bytes they hold."""

    def header_fetch_parse(self, name: str, value: str) -> str:
        return _repaired(value)


_POLICY = _Lenient()


def parsed(data: bytes) -> Entity:
    """Take a message apart; whatever it is, that works, and breaks of the rules are in `defects`."""
    if data[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        data = decoded(data).encode("utf-8")
    return _taken(_begun(data))


def headers(data: bytes) -> Entity:
    """Take apart the headers alone, of a message that may be large."""
    data = _begun(data)
    end = re.search(rb"\r?\n\r?\n|\r\r", data[:HEAD])
    return _taken(data[: end.start() if end else HEAD] + b"\n\n")


def _taken(data: bytes) -> Entity:
    # Piece by piece: taken as a whole, each byte would for a while take four more.
    parser = email.parser.BytesFeedParser(Entity, policy=_POLICY)
    for at in range(0, len(data), _PIECE):
        parser.feed(data[at : at + _PIECE])
    return cast("Entity", parser.close())


def names(data: bytes) -> list[bytes]:
    """Return the names of the headers that bytes begin with, lower case; none where they do not begin so."""
    found: list[bytes] = []
    for number, line in enumerate(_begun(data[:HEAD]).splitlines()):
        if not line.strip():
            break
        if line[:1] in (b" ", b"\t") or (number == 0 and line.startswith(b"From ")):
            continue
        if not _FIELD.match(line):
            return []
        found.append(line.partition(b":")[0].lower())
    return found


def is_message(data: bytes) -> bool:
    """Whether bytes surely begin with the headers of a message, and not with text that looks a little like it."""
    start = data[:4096].lstrip()
    if not _FIELD.match(start) and not start.startswith((b"From ", codecs.BOM_UTF8)):
        return False
    found = set(names(data))
    return len(found & _KNOWN) > 1 and not found.isdisjoint(_PROGRAMS)


def content_type(part: Entity) -> str:
    """Return the type of a part, like "text/plain"."""
    return str(part.get_content_type()).replace("whole-message/", "message/", 1)


def header(message: Entity, name: str) -> str:
    """Return the values of a header in one line, decoded."""
    values = [str(value) for key, value in message.raw_items() if key.lower() == name.lower()]
    hint = _hint(message) if any(not value.isascii() for value in values) else ""
    decoded_values = [" ".join(_unworded(_repaired(value, hint)).split()) for value in values]
    return storable(", ".join(value for value in decoded_values if value))


def name_of(part: Entity, otherwise: str = "") -> str:
    """Return the file name of a part without folders; made from its type where it says none, or `otherwise`."""
    try:
        name = part.get_filename() or ""
    except (ValueError, LookupError, TypeError):  # of parameters that break the rules for long ones
        name = ""
    kind = content_type(part)
    suffix = _SUFFIXES.get(kind, "")
    name = file_name(" ".join(_unworded(str(name)).split()), "")
    if not name:
        description = header(part, "Content-Description")
        return titled(description, suffix, "attachment") if description and suffix else otherwise
    return name if "." in name else name + suffix


def suffix_of(part: Entity) -> str:
    """Return the suffix that files of the part's type have; ".bin" for an unknown type."""
    return _SUFFIXES.get(content_type(part), ".bin")


def data_of(part: Entity) -> bytes:
    """Return the bytes of a part that has no parts, decoded from what they were sent as."""
    sent = re.sub(r"[^a-z0-9]", "", str(part.get("Content-Transfer-Encoding", "")).lower())
    if sent.startswith("base64") and part.raw.isascii():
        return _letters(part.raw)
    raw = part.raw.encode("utf-8", "surrogateescape")
    if sent.startswith("base64"):
        return _letters(raw.decode("ascii", "ignore"))
    if sent.startswith("quotedprintable"):
        return binascii.a2b_qp(raw)
    if sent in ("xuuencode", "uuencode", "uue", "xuue"):
        found = next(iter(uuencoded(raw)), None)
        return found[1] if found else raw
    return raw


def _letters(text: str) -> bytes:
    """Decode Base64, also where it was put together of several pieces, or is cut short."""
    end = text.find("=")
    if 0 <= end < len(text) - 80:
        pieces = [piece for piece in re.split(r"=+\s*", text) if re.fullmatch(r"[A-Za-z0-9+/\r\n]*", piece)]
        return b"".join(_letters(piece) for piece in pieces)
    try:
        return binascii.a2b_base64(text)
    except binascii.Error:
        letters = re.sub(r"[^A-Za-z0-9+/]", "", text)
        return binascii.a2b_base64(letters[: len(letters) - (len(letters) % 4 == 1)] + "===")


def uuencoded(raw: bytes) -> Iterator[tuple[str, bytes, int, int]]:
    """Yield the files written into a text in the way from before MIME: name, bytes, and where they stand."""
    starts = list(_BEGIN.finditer(raw))
    for number, start in enumerate(starts):
        until = starts[number + 1].start() if number + 1 < len(starts) else len(raw)
        end = _DONE.search(raw, start.end(), until)
        if end is not None:
            lines = [_uu_line(line) for line in raw[start.end() : end.start()].splitlines()]
            yield start[1].decode("utf-8", "replace"), b"".join(lines), start.start(), end.end()


def _uu_line(line: bytes) -> bytes:
    try:
        return binascii.a2b_uu(line)
    except binascii.Error:  # padding that some programs write too much of, or none
        size = ((line[0] - 32) & 63) if line else 0
        most = (size + 2) // 3 * 4 + 1
    try:
        return binascii.a2b_uu(line[:most].ljust(most))
    except binascii.Error:
        return b""


def text_of(part: Entity) -> str:
    """Return the text of a part by the encoding that it names, where that holds, and else as any text."""
    data = data_of(part)
    charset = _charset(part)
    if not charset and content_type(part) in ("text/html", "application/xhtml+xml"):
        declared = _DECLARED.search(data[:4096])
        charset = declared[1].decode("ascii", "replace") if declared else ""
    text = to_text(data, charset)
    return _flowed(text, part) if "flowed" in str(part.get_param("format", "")).lower() else text


def to_text(data: bytes, charset: str) -> str:
    """Decode bytes by what they are said to be; by what they look like where that does not hold."""
    codec = _codec(charset)
    for name in filter(None, (codec, "utf-8")):
        try:
            return data.decode(name).removeprefix("\ufeff")
        except (UnicodeError, LookupError):
            continue
    if codec not in ("", "utf-8") or charset.lower() in ("utf-8", "utf8"):
        try:
            text = data.decode(codec, "replace")
        except (UnicodeError, LookupError):
            text = ""
        if text and text.count("\ufffd") * _FEW < len(text):
            return text
    try:
        return decoded(data)
    except UnsupportedFile:
        return data.decode("cp1252", "replace")


def _begun(data: bytes) -> bytes:
    """Return the data from where its headers begin."""
    data = data.removeprefix(codecs.BOM_UTF8)
    if data[:1] in b"\r\n \t":
        # Blank lines and a line of blanks before the headers: leftovers of how the message was kept.
        rest = data[:4096].lstrip()
        if _FIELD.match(rest):
            return data[min(len(data), 4096) - len(rest) :]
    return data


def _repaired(value: str, hint: str = "") -> str:
    """Return a header's raw value with bytes that are no ASCII decoded."""
    if value.isascii():
        return value
    raw = value.encode("utf-8", "surrogateescape")
    for name in ("utf-8", hint, "cp1252"):
        try:
            return raw.decode(name or "utf-8")
        except (UnicodeError, LookupError):
            continue
    return raw.decode("cp1252", "replace")


def _hint(message: Entity) -> str:
    """Return the encoding of the first text in a message, which its headers then are likely in, too."""
    for part in message.walk():
        if part.get_content_maintype() == "text" and _codec(_charset(part)):
            return _codec(_charset(part))
    return ""


def _unworded(value: str) -> str:
    """Decode the words of RFC 2047, also where they stand in quotes or names, in which they are not allowed."""
    return _WORDS.sub(_word, value) if "=?" in value else value


def _word(match: re.Match[str]) -> str:
    try:
        pieces = email.header.decode_header(match[0])
    except (email.errors.HeaderParseError, ValueError):
        return match[0]
    return "".join(
        to_text(piece, (charset or "").partition("*")[0]) if isinstance(piece, bytes) else str(piece)
        for piece, charset in pieces
    )


def _charset(part: Entity) -> str:
    try:
        found = part.get_param("charset", "")
    except (ValueError, TypeError, IndexError):
        return ""
    # A value in RFC 2231's long form is a tuple.
    return str(found[2] if isinstance(found, tuple) else found or "").strip(" '\"")


def _codec(charset: str) -> str:
    """Return Python's name for an encoding; empty for what is none."""
    try:
        name = codecs.lookup(_ALIASES.get(charset.strip().lower(), charset)).name
    except (LookupError, ValueError):
        return ""
    return _MEANT.get(name, name)


def _flowed(text: str, part: Entity) -> str:
    """Join the lines that RFC 3676 broke, at the same depth of quotation."""
    delete = str(part.get_param("delsp", "")).lower() == "yes"
    lines: list[str] = []
    pieces: list[str] = []  # of the line that goes on
    open_depth = -1  # of the line before, where it goes on in the next
    for whole in text.splitlines():
        quote = re.match(r">*", whole)
        depth = quote.end() if quote else 0
        line = whole[depth:].removeprefix(" ")
        flows = line.endswith(" ") and line != "-- "
        if pieces and (depth != open_depth or line == "-- "):
            lines.append("".join(pieces))
            pieces = []
        if not pieces:
            pieces.append(">" * depth + " " if depth else "")
        pieces.append(line[:-1] if flows and delete else line)
        open_depth = depth if flows else -1
        if not flows:
            lines.append("".join(pieces))
            pieces = []
    return "\n".join([*lines, *(["".join(pieces)] if pieces else [])])

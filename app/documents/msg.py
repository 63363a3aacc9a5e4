"""Outlook's messages (MSG) → Document: headers, then the body; attachments and attached messages are its parts.

Also contacts, appointments and tasks, which Outlook saves in the same way. Only the folders inside the
file are read by the library: its view of the properties fails as a whole where a single one breaks the rules.
"""

from __future__ import annotations

import codecs
import contextlib
import datetime
import email.utils
import io
import re
import struct
import zlib
from email.header import Header
from email.mime.application import MIMEApplication
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from typing import Any

from app.counted import counted
from app.documents import imprint, mime
from app.documents.html import written
from app.documents.mail import HEADERS, LOGO, LOGOS, write_blocks, write_headers
from app.documents.parts import Parts, file_name, titled
from app.documents.rtf import RtfLoader
from app.documents.source import Source, TextWriter, Why, damaged, storable
from app.errors import FileError
from app.types import Document, Page, Status

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
STREAM = "__properties_version1.0"
_MARK = STREAM.encode("utf-16-le")
TOP, INNER, BELOW = 32, 24, 8  # bytes before the first property: of a file, of a message inside one, of others
MESSAGE = "__substg1.0_3701000D"  # where an attached message or object is
_LONG = 8 << 20  # bytes of packed text; unpacking takes some seconds for each megabyte
_DEEP = 8  # messages in messages
_EPOCH = datetime.datetime(1601, 1, 1, tzinfo=datetime.UTC)
_RECIPIENTS = {1: "To", 2: "Cc", 3: "Bcc"}
_BY_VALUE, _EMBEDDED, _OBJECT = 1, 5, 6
# What else is told of contacts, appointments and tasks: by fixed properties and by Outlook's own, named ones.
_DETAILS = (
    ("Name", 0x3001), ("Company", 0x3A16), ("Department", 0x3A18), ("Job title", 0x3A17), ("Business phone", 0x3A08),
    ("Home phone", 0x3A09), ("Mobile phone", 0x3A1C), ("Fax", 0x3A24), ("Address", 0x3A15), ("Web page", 0x3A51),
)  # fmt: skip
_NAMED = (("E-mail", 0x8083), ("E-mail 2", 0x8093), ("E-mail 3", 0x80A3), ("Business address", 0x801B),
          ("Location", 0x8208))  # fmt: skip
_NAMED_TIMES = (("Start", 0x820D), ("End", 0x820E), ("Task start", 0x8104), ("Due", 0x8105))


# A message with a file and a message attached, packed with zlib: no library writes this format.
_SAMPLE = bytes.fromhex(
    "78daed56414ac340147d93b44d5b15eac6859b086ec48524baa80b111115dcea014ad5a26e8cd828baf32a1ec193e811f42036fe"
    "497fec589a66c6164a6bdef027fc819937f96f7833ef6f8b1f2fafcb9fe8c32e6c74a20a4aca98a0b093a406583cd689a2480e39"
    "14518ea90232e0a21e9f01eb27474de665ce4f311af611e0024f18152e9cbadc5795734b8838179cdb28feca1334b181108f147f"
    "4313e3810be1a9fb4ff65bcc98778d1b6a2ddc61bce8d73d0dc7c831cd90dead1339661327e4bf01b9df0a0ec94742f211332f5e"
    "4251246b098379cf6c2c0d6ab7c41a502f5d2c24476ba14da30f71dea63ca09df9e4d3de80753c727ac96df1db43977f0f3dfe36"
    "ee71467d884be6695078d8220f945f1f47a9ebac33bf6dc02f145f4de3f763664f9bbf60c06f29f7b7e46f127348fd39ae52eade"
    "c0aab29f6eeb620722e62f6bdc5583302efd4b06ff2fb5dacea87f577b7dfd1d03fe8272cf0fe7f7393633f975df73609dc488fa"
    "fb7dfa4b5426a87fd5a0fef2acac65d6dfe3daebe93f67c0ef18e92fdbc110fe5efde72758ff0583ff2f6bd4dfd47f4dce7f45e3"
    "5dfb5f2094376081bda1c4635ff9f368e6f10dcdd88a95"
)  # fmt: skip


class OutlookLoader:
    """Reads messages saved by Outlook."""

    kind = "msg"
    suffixes = frozenset({".msg"})
    paged = False

    def samples(self) -> list[bytes]:
        import compressed_rtf

        # What unpacks formatted text is loaded by using it once, too.
        _rich(_unpacked(compressed_rtf.compress(b"{\\rtf1\\ansi\\ansicpg1252 a\\'e4\\u228?b}")))
        return [zlib.decompress(_SAMPLE)]

    def claims(self, data: bytes) -> bool:
        if not data.startswith(_OLE) or _MARK not in data:
            return False
        from olefile import OleFileIO

        try:
            with OleFileIO(io.BytesIO(data)) as file:
                return bool(file.exists(STREAM))
        except (OSError, ValueError, IndexError, TypeError, struct.error):
            return False

    def load(self, source: Source) -> Document:
        from olefile import OleFileIO
        from oxmsg.storage import Storage

        if not source.data.startswith(_OLE):
            raise damaged(Why.NOT_OF_ITS_KIND)
        with OleFileIO(io.BytesIO(source.data)) as file:
            if not file.exists(STREAM):
                raise damaged(Why.NOT_OF_ITS_KIND)
            message = Message(Storage.from_ole(file), TOP)
        return document(self.kind, message)


def document(kind: str, message: Message, trouble: str = "") -> Document:
    """Return a message with its parts; `trouble` is a sentence for what of its file could not be read."""
    files = Files(message)
    writer = TextWriter()
    headers = message.headers
    write_headers(writer, headers, files.parts.names)
    text, broken = message.body
    write_blocks(writer, [message.details, text])
    trouble = " ".join(filter(None, [trouble, broken]))
    reason = " ".join(filter(None, [trouble, *files.troubles, files.parts.reason]))[:500]
    status = (
        Status.DAMAGED if trouble
        else Status.TOO_LARGE if files.parts.left_out
        else Status.READ if writer.text.strip()
        else Status.EMPTY
    )  # fmt: skip
    page = Page(None, writer.text, status, reason)
    return Document(kind, message.subject[:300], (page,), files.parts.all, *imprint.of_mail(headers))


class Properties:
    """The properties of one folder inside the file: a message, an attachment or a recipient."""

    def __init__(self, storage: Any, offset: int, codec: str = "") -> None:
        self.storage = storage
        self._streams = {str(stream.name): stream for stream in storage.streams}
        stream = self._streams.get(STREAM)
        rows = stream.bytes_[offset:] if stream is not None else b""
        self._fixed = {
            row[:4]: row[8:16] for row in (rows[at : at + 16] for at in range(0, len(rows), 16)) if len(row) == 16
        }
        self.codec = codec or self._codec()

    def number(self, identifier: int) -> int:
        """Return a whole number; 0 where there is none."""
        value = self._fixed.get(struct.pack("<HH", 0x0003, identifier)) or bytes(8)
        return int.from_bytes(value[:4], "little")

    def time(self, identifier: int) -> str:
        """Return a moment as mails write it, in UTC; empty where there is none or it lies beyond the calendar."""
        value = self._fixed.get(struct.pack("<HH", 0x0040, identifier)) or bytes(8)
        ticks = int.from_bytes(value, "little")
        if not ticks:
            return ""
        try:
            return email.utils.format_datetime(_EPOCH + datetime.timedelta(seconds=ticks // 10**7))
        except OverflowError:
            return ""

    def binary(self, identifier: int) -> bytes:
        """Return a value of bytes; empty where there is none."""
        return self._stream(identifier, 0x0102) or b""

    def said(self, identifier: int) -> str:
        """Return a text in one line; empty where there is none."""
        return " ".join(self.text(identifier).split())

    def text(self, identifier: int) -> str:
        """Return a text; empty where there is none."""
        wide = self._stream(identifier, 0x001F)
        if wide is not None:
            return storable(wide.decode("utf-16-le", "replace").rstrip("\x00"))
        narrow = self._stream(identifier, 0x001E)
        return storable(self.decoded(narrow.rstrip(b"\x00"))) if narrow else ""

    def decoded(self, data: bytes) -> str:
        """Decode bytes of text: as UTF-8 where they are, as that is never so by chance, else as the message says."""
        try:
            return data.decode("utf-8")
        except UnicodeError:
            return mime.to_text(data, self.codec)

    def _stream(self, identifier: int, kind: int) -> bytes | None:
        stream = self._streams.get(f"__substg1.0_{identifier:04X}{kind:04X}")
        return bytes(stream.bytes_) if stream is not None else None

    def _codec(self) -> str:
        pages = (self.number(0x3FFD), self.number(0x3FDE))
        return codec_of(next((page for page in pages if page and page not in (65001, 1200)), 1252))


class Message(Properties):
    """A message: of the whole file, or attached to another."""

    def folders(self, start: str) -> list[Any]:
        """Return the folders of attachments or recipients in their order."""
        found = [folder for folder in self.storage.storages if str(folder.name).startswith(start)]
        return sorted(found, key=lambda folder: str(folder.name))

    @property
    def subject(self) -> str:
        """The subject, without the mark that says how long its "Re:" is."""
        said = self.said(0x0037)
        return said[2:] if said.startswith("\x01") else said

    @property
    def headers(self) -> list[tuple[str, str]]:
        """Name and value of each header, as they were sent where the message still has that."""
        sent = mime.headers(self.text(0x007D).encode("utf-8"))
        people = self._people()
        author = _person(self.said(0x0042), self._address(0x5D02, 0x0065))
        sender = _person(self.said(0x0C1A), self._address(0x5D01, 0x0C1F))
        own = {
            "From": author or sender,
            "Sender": sender,
            "To": people["To"] or self.said(0x0E04),
            "Cc": people["Cc"] or self.said(0x0E03),
            "Bcc": people["Bcc"] or self.said(0x0E02),
            "Date": self.time(0x0039) or self.time(0x0E06),
            "Subject": self.subject,
        }
        first = ("From", "Sender", "Reply-To", "Date")  # elsewhere the message knows more than was sent
        found = [(name, (name in first and mime.header(sent, name)) or own.get(name, "")) for name in HEADERS]
        return [(name, value or mime.header(sent, name)) for name, value in found]

    @property
    def details(self) -> str:
        """What contacts, appointments and tasks hold beside their text, a line each; empty for mails."""
        kind = self.said(0x001A).upper()
        if not kind.startswith(("IPM.CONTACT", "IPM.APPOINTMENT", "IPM.TASK", "IPM.SCHEDULE")):
            return ""
        numbers = self._named()
        found = [(name, self.said(identifier)) for name, identifier in _DETAILS]
        found += [(name, self.said(numbers.get(identifier, 0))) for name, identifier in _NAMED]
        found += [(name, self.time(numbers.get(identifier, 0))) for name, identifier in _NAMED_TIMES]
        return "\n".join(f"{name}: {value}" for name, value in found if value)

    @property
    def body(self) -> tuple[str, str]:
        """The text, plain where it is there, and a sentence where it could not be read."""
        plain = self.text(0x1000)
        if plain.strip():
            return plain, ""
        trouble = ""
        page = self._stream(0x1013, 0x0102)
        markup = self.decoded(page) if page else self.text(0x1013)
        with contextlib.suppress(FileError):
            if text := written(markup)[1].text:
                return text, ""
        packed = self.binary(0x1009)
        if packed:
            try:
                return _rich(_unpacked(packed)), ""
            except (FileError, ValueError, LookupError):
                trouble = "The formatted text of the mail is broken and could not be read."
        return "", trouble or ("The formatted text of the mail could not be read." if markup.strip() else "")

    def _address(self, *identifiers: int) -> str:
        return next((said for said in map(self.said, identifiers) if "@" in said), "")

    def _people(self) -> dict[str, str]:
        found: dict[str, list[str]] = {"To": [], "Cc": [], "Bcc": []}
        for folder in self.folders("__recip_version1.0_#"):
            person = Properties(folder, BELOW, self.codec)
            address = next((said for said in map(person.said, (0x39FE, 0x3003)) if "@" in said), "")
            name = _person(person.said(0x3001), address)
            kind = _RECIPIENTS.get(person.number(0x0C15) & 0xF)
            if name and kind:
                found[kind].append(name)
        return {kind: "; ".join(names) for kind, names in found.items()}

    def _named(self) -> dict[int, int]:
        """Return the numbers in this file of the properties that Outlook knows by numbers of its own."""
        folder = next((each for each in self.storage.storages if each.name == "__nameid_version1.0"), None)
        streams = folder.streams if folder is not None else ()
        data = next((each.bytes_ for each in streams if each.name == "__substg1.0_00030102"), b"")
        rows = struct.iter_unpack("<IHH", data[: len(data) // 8 * 8])
        return {identifier: 0x8000 + number for identifier, kind, number in rows if not kind & 1}


class Files:
    """The attachments of a message."""

    def __init__(self, message: Message, depth: int = 0) -> None:
        self.parts = Parts()
        self._logos = self._objects = self._elsewhere = self._deep = 0
        self._depth = depth
        for folder in message.folders("__attach_version1.0_#"):
            self._take(folder, message.codec)

    @property
    def troubles(self) -> list[str]:
        """Sentences for what was not taken in."""
        causes = (
            (self._logos, *LOGOS),
            (self._objects, "object of another program was", "objects of other programs were"),
            (self._elsewhere, "attachment that is kept elsewhere was", "attachments that are kept elsewhere were"),
            (self._deep, "attached message that is nested too deep was",
             "attached messages that are nested too deep were"),
        )  # fmt: skip
        return [f"{counted(count, one, many)} left out." for count, one, many in causes if count]

    def _take(self, folder: Any, codec: str) -> None:
        attachment = Properties(folder, BELOW, codec)
        method = attachment.number(0x3705)
        inner = next((each for each in folder.storages if each.name == MESSAGE), None)
        data = attachment.binary(0x3701)
        name = file_name(attachment.said(0x3707) or attachment.said(0x3704) or attachment.said(0x3001), "attachment")
        suffix = attachment.said(0x3703)
        if "." not in name and re.fullmatch(r"\.\w{1,8}", suffix):
            name += suffix
        if inner is not None and any(stream.name == STREAM for stream in inner.streams):
            self._message(Message(inner, INNER))
        elif inner is not None:
            self._objects += 1
        elif method not in (0, _BY_VALUE, _EMBEDDED, _OBJECT) and not data:
            self._elsewhere += 1
        elif attachment.said(0x3712) and len(data) <= LOGO and _is_picture(name, attachment.said(0x370E)):
            self._logos += 1
        else:
            self.parts.add(name, data)

    def _message(self, message: Message) -> None:
        if self._depth >= _DEEP:
            self._deep += 1
        else:
            mail = _as_mail(message, self._depth + 1).as_bytes()
            self.parts.add(titled(message.subject, ".eml", "attached message"), mail)


def _as_mail(message: Message, depth: int) -> MIMEMultipart:
    """Return an attached message as an e-mail, since files in Outlook's own format cannot be made of a piece of one.

    The same bytes each time: a boundary by chance would make another file of it.
    """
    mail = MIMEMultipart(boundary=f"=_message_{depth}")
    for name, value in message.headers:
        if value:
            mail[name] = value if value.isascii() else Header(value, "utf-8", header_name=name).encode()
    mail.attach(MIMEText("\n\n".join(filter(None, (message.details, message.body[0]))), "plain", "utf-8"))
    files = Files(message, depth)
    for part in files.parts.all:
        entity: MIMEBase = MIMEApplication(part.data)
        entity.add_header("Content-Disposition", "attachment", filename=("utf-8", "", part.name))
        mail.attach(entity)
    return mail


def codec_of(page: int) -> str:
    """Return Python's name for a code page of Windows; that of Western Europe for an unknown one."""
    names = {932: "cp932", 936: "gb18030", 949: "cp949", 950: "cp950", 20866: "koi8_r", 21866: "koi8_u",
             50220: "iso2022_jp", 51932: "euc_jp", 51949: "euc_kr", 54936: "gb18030"}  # fmt: skip
    name = names.get(page) or (f"iso8859_{page - 28590}" if 28591 <= page <= 28605 else f"cp{page}")
    try:
        return codecs.lookup(name).name
    except LookupError:
        return "cp1252"


def _person(name: str, address: str) -> str:
    """Return a name and an address as mails write them, once where they are the same."""
    name = name.strip(" '\"")
    if not address or address.lower() == name.lower():
        return address or name
    return f"{name} <{address}>" if name else address


def _is_picture(name: str, kind: str) -> bool:
    return kind.startswith("image/") or name.lower().endswith((".png", ".gif", ".jpg", ".jpeg", ".bmp", ".emf", ".wmf"))


def _unpacked(packed: bytes) -> bytes:
    """Return the RTF that Outlook compressed; raises ValueError where that is broken."""
    import compressed_rtf

    if len(packed) > _LONG:
        raise ValueError("more than can be unpacked in time")
    try:
        return bytes(compressed_rtf.decompress(packed))
    except Exception as error:  # the library knows no class of its own
        raise ValueError("no compressed RTF") from error


def _rich(data: bytes) -> str:
    """Return the text of RTF; where it wraps HTML, its tags are marked as what other programs pass over."""
    return RtfLoader().load(Source(data, ".rtf")).pages[0].text

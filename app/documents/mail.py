"""E-mail (EML) → Document: headers, then the body; attachments and attached messages are its parts."""

from __future__ import annotations

import re
from email.errors import CloseBoundaryNotFoundDefect
from urllib.parse import unquote

from app.counted import counted
from app.documents import imprint, mime, signed
from app.documents.html import written
from app.documents.parts import Parts, titled
from app.documents.source import Source, TextWriter, Why, damaged
from app.errors import FileError
from app.types import Document, Page, Status

_PLAIN = b"From: A <a@example.org>\nSubject: =?utf-8?q?S?=\nDate: Mon, 1 Jan 2024 10:00:00 +0000\n\nBody\n"
_MIXED = (
    b'From: a@example.org\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="b"\n\n'
    b'--b\nContent-Type: text/html; charset="latin-1"\nContent-Transfer-Encoding: quoted-printable\n\n<p>caf=E9</p>\n'
    b"--b\nContent-Type: text/plain; charset=none; format=flowed\n\nso \xfcber\nall\n"
    b"--b\nContent-Type: application/pdf; name*=utf-8''a.pdf\nContent-Disposition: attachment; filename=\"a.pdf\"\n"
    b"Content-Transfer-Encoding: base64\n\nJVBERg==\n"
    b"--b\nContent-Type: message/rfc822\n\nSubject: =?latin-1?b?5A==?=\n\ninner\n--b--\n"
)
HEADERS = ("From", "Sender", "Reply-To", "To", "Cc", "Bcc", "Date", "Subject")
LOGO = 8 * 1024  # bytes of a picture inside the text up to which it is a logo, a line or a tracker
LOGOS = "small picture inside the text, as logos are, was", "small pictures inside the text, as logos are, were"
_FADED = 2  # a plain text that holds less than this share of the formatted one is only a note about it
_WRITTEN = frozenset("text/html text/plain text/enriched text/richtext text/rfc822-headers".split())
_PASSED = frozenset(  # signatures, styles and what is for programs alone
    "application/pgp-signature application/pkcs7-signature application/x-pkcs7-signature application/applefile"
    " application/pgp-encrypted text/css text/javascript application/javascript".split()
)
_SEALED = re.compile(r"-----BEGIN PGP MESSAGE-----.*?(?:-----END PGP MESSAGE-----|\Z)", re.DOTALL)
_STAMP = re.compile(r"-----BEGIN PGP SIGNATURE-----.*?(?:-----END PGP SIGNATURE-----|\Z)", re.DOTALL)
_SHOWN = re.compile(r"(?i)[\"'(=]\s*cid:([^\"'\s>)]+)")
_APPLE = re.compile(rb"(\d{1,12})\s*\r?\n")


class MailLoader:
    """Reads single messages as mail programs save them."""

    kind = "mail"
    suffixes = frozenset({".eml", ".emlx"})
    paged = False

    def samples(self) -> list[bytes]:
        return [_PLAIN, _MIXED]

    def claims(self, data: bytes) -> bool:
        return mime.is_message(data)

    def load(self, source: Source) -> Document:
        message = mime.parsed(_without_count(source.data))
        if not message.keys():
            raise damaged(Why.NOT_OF_ITS_KIND)
        body = Body(message)
        writer = TextWriter()
        headers = [(name, mime.header(message, name)) for name in HEADERS]
        write_headers(writer, headers, body.parts.names)
        write_blocks(writer, body.blocks)
        status, reason = body.status
        page = Page(None, writer.text, status if writer.text.strip() else Status.EMPTY, reason)
        subject = mime.header(message, "Subject")[:300]
        return Document(self.kind, subject, (page,), body.parts.all, *imprint.of_mail(headers))


def write_headers(writer: TextWriter, headers: list[tuple[str, str]], attachments: list[str]) -> None:
    """Write what stands above a message's text, a line each, without those that are empty."""
    written_already = set()
    for name, value in headers:
        if value and not (name in ("Sender", "Reply-To") and value in written_already):
            writer.line(f"{name}: {value}")
            written_already.add(value)
    if attachments:
        writer.line("Attachments: " + ", ".join(attachments))
    writer.gap()


def write_blocks(writer: TextWriter, blocks: list[str]) -> None:
    """Write the texts of a message with a blank line between them."""
    for block in blocks:
        if block.strip():
            writer.gap()
            for line in block.strip("\r\n").rstrip().splitlines():
                writer.line(line.rstrip())


class Body:
    """The texts of a message in their order, and its parts."""

    def __init__(self, message: mime.Entity) -> None:
        self.parts = Parts()
        self._logos = 0
        self._sealed = ""  # how it is encrypted
        self._cut = False
        self._shown: set[str] = set()  # what formatted texts show of the parts, by Content-ID
        self._troubles: list[str] = []
        self.blocks = self._texts(message, shown=True)

    @property
    def status(self) -> tuple[Status, str]:
        """What became of the text as a whole, with a sentence for what is not plain."""
        found = []
        read = any(text.strip() for text in self.blocks)
        if self._sealed and read:
            found.append(f"A part of the mail is encrypted ({self._sealed}) and was not read.")
        elif self._sealed:
            found.append(f"The mail is encrypted ({self._sealed}); only its headers were read.")
        found += dict.fromkeys(self._troubles)
        if self._cut:
            found.append("The mail ends without the line that closes it; perhaps its end is missing.")
        if self._logos:
            found.append(f"{counted(self._logos, *LOGOS)} left out.")
        status = (
            Status.LOCKED if self._sealed and not read
            else Status.DAMAGED if self._troubles or self._sealed
            else Status.TOO_LARGE if self.parts.left_out
            else Status.READ
        )  # fmt: skip
        return status, " ".join(filter(None, [*found, self.parts.reason]))[:500]

    def _texts(self, part: mime.Entity, *, shown: bool = False) -> list[str]:
        """Return the texts in a part and take the files in it in; `shown` as the body whatever its name."""
        kind = mime.content_type(part)
        entities = part.entities
        self._cut = self._cut or any(isinstance(each, CloseBoundaryNotFoundDefect) for each in part.defects)
        if not entities:
            return self._leaf(part, kind, body=shown)
        if kind == "multipart/alternative":
            return self._one_of(entities)
        if kind == "multipart/encrypted":
            self._sealed = "PGP" if "pgp" in str(part.get_param("protocol", "")).lower() else "S/MIME"
            return []
        if kind == "multipart/related":
            return self._related(part, entities)
        return [text for number, entity in enumerate(entities) for text in self._texts(entity, shown=number < 1)]

    def _one_of(self, entities: list[mime.Entity]) -> list[str]:
        """Return the text in the form that says most, plain where it says as much; files are taken in from each."""
        plain: list[str] = []
        rich: list[str] = []
        for entity in entities:
            kind = mime.content_type(entity)
            if kind == "text/calendar" or (kind.startswith("text/") and kind not in _WRITTEN):
                continue  # the same once more, for programs
            texts = self._texts(entity, shown=True)
            if kind == "text/plain":
                plain = plain or texts
            elif any(text.strip() for text in texts):
                rich = texts
        length, other = (sum(len(text.strip()) for text in texts) for texts in (plain, rich))
        return plain if length * _FADED >= other else rich

    def _related(self, part: mime.Entity, entities: list[mime.Entity]) -> list[str]:
        """Return the text of the root, which the other parts only illustrate."""
        start = str(part.get_param("start", "")).strip()
        root = next((entity for entity in entities if start and mime.header(entity, "Content-ID") == start), None)
        root = root or next(iter(entities), None)
        return [text for entity in entities for text in self._texts(entity, shown=entity is root)]

    def _leaf(self, part: mime.Entity, kind: str, *, body: bool) -> list[str]:
        """Return the text that a part is, or take it in as a file."""
        name = mime.name_of(part)
        attached = part.get_content_disposition() == "attachment"
        if kind in ("message/rfc822", "message/global", "message/news"):
            self._message(part, name)
        elif kind in _PASSED:
            return []
        elif kind.endswith(("/pkcs7-mime", "/x-pkcs7-mime")):
            return self._enveloped(part)
        elif kind.startswith(("message/", "multipart/")) or (kind in _WRITTEN and (body or not (name or attached))):
            return self._text(part, kind)
        else:
            shown = mime.header(part, "Content-ID").strip("<>") in self._shown
            self._file(part, kind, name, inline=shown or not attached)
        return []

    def _text(self, part: mime.Entity, kind: str) -> list[str]:
        text = mime.text_of(part)
        if kind in ("text/enriched", "text/richtext"):
            kind, text = "text/html", text.replace("<<", "&lt;").replace("\n\n", "<br>")
        if kind == "text/html":
            self._shown.update(unquote(found) for found in _SHOWN.findall(text))
            try:
                return [written(text)[1].text]
            except FileError:
                self._troubles.append("The formatted text of the mail is broken and could not be read.")
                return []
        if "-----BEGIN PGP " in text:
            unsealed = _SEALED.sub("", text)
            if unsealed != text:
                self._sealed = "PGP"
            text = _STAMP.sub("", unsealed)
        return [self._without_files(text) if "\nbegin " in text or text.startswith("begin ") else text]

    def _without_files(self, text: str) -> str:
        """Take in the files that are written out between the lines of a text, as before MIME, and return the rest."""
        raw = text.encode("utf-8", "surrogateescape")
        kept, after = [], 0
        for name, data, start, end in mime.uuencoded(raw):
            self.parts.add(titled(name, "", "attachment"), data)
            kept.append(raw[after:start])
            after = end
        return b"".join([*kept, raw[after:]]).decode("utf-8", "replace")

    def _message(self, part: mime.Entity, name: str) -> None:
        data = mime.data_of(part)
        if data.strip():
            subject = mime.header(mime.headers(data), "Subject")
            self.parts.add(titled(subject or name.removesuffix(".eml"), ".eml", "attached message"), data)

    def _enveloped(self, part: mime.Entity) -> list[str]:
        """Return the texts of a message that is inside its own signature."""
        data = signed.binary(mime.data_of(part))
        content = None if signed.is_sealed(data) else signed.content(data)
        if content:
            return self._texts(mime.parsed(content), shown=True)
        if content is None:
            self._sealed = "S/MIME"
        return []  # certificates alone

    def _file(self, part: mime.Entity, kind: str, name: str, *, inline: bool) -> None:
        data = mime.data_of(part)
        part.set_payload("")  # a large mail need not be there twice
        if inline and kind.startswith("image/") and len(data) <= LOGO:
            self._logos += 1
        elif data or name:
            self.parts.add(name or "attachment" + mime.suffix_of(part), data)


def _without_count(data: bytes) -> bytes:
    """Return the message alone where Apple Mail put its length before and its own notes behind it."""
    count = _APPLE.match(data)
    return data[count.end() : count.end() + int(count[1])] if count else data

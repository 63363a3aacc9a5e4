"""E-mail (EML) → Document with the standard library: headers, then the body; attachments are named."""

from __future__ import annotations

import email
import email.policy
from email.message import EmailMessage

from app.documents.html import written
from app.documents.source import Source, TextWriter, Why, damaged, storable, unpaged
from app.documents.text import decoded
from app.types import Document

_PLAIN = b"From: A <a@example.org>\nSubject: =?utf-8?q?S?=\nDate: Mon, 1 Jan 2024 10:00:00 +0000\n\nBody\n"
_MIXED = (
    b'From: a@example.org\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="b"\n\n'
    b'--b\nContent-Type: text/html; charset="latin-1"\nContent-Transfer-Encoding: quoted-printable\n\n<p>caf=E9</p>\n'
    b'--b\nContent-Type: application/pdf; name="a.pdf"\nContent-Disposition: attachment; filename="a.pdf"\n'
    b"Content-Transfer-Encoding: base64\n\nJVBERg==\n--b--\n"
)
_HEADERS = ("From", "To", "Cc", "Date", "Subject")


class MailLoader:
    """Reads single messages as mail programs save them."""

    kind = "mail"
    suffixes = frozenset({".eml"})
    paged = False

    def samples(self) -> list[bytes]:
        return [_PLAIN, _MIXED]

    def claims(self, data: bytes) -> bool:
        return False

    def load(self, source: Source) -> Document:
        message = email.message_from_bytes(source.data, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        if not message.keys():
            raise damaged(Why.NOT_OF_ITS_KIND)
        writer = TextWriter()
        for name in _HEADERS:
            value = _header(message, name)
            if value:
                writer.line(f"{name}: {value}")
        names = [storable(part.get_filename() or "without a name") for part in _attachments(message)]
        if names:
            writer.line("Attachments: " + ", ".join(" ".join(name.split()) for name in names))
        writer.gap()
        reason = _body(message, writer)
        if names:
            count = "1 attachment" if len(names) == 1 else f"{len(names)} attachments"
            reason = " ".join(filter(None, [reason, f"The mail has {count} that Carrel does not read yet."]))
        return unpaged(self.kind, _header(message, "Subject")[:300], writer.text, writer.headings, reason)


def _header(message: EmailMessage, name: str) -> str:
    """Return the values of a header in one line; one that breaks the rules as it stands."""
    try:
        values = [str(value) for value in message.get_all(name, [])]
    except (ValueError, IndexError, KeyError, AttributeError, TypeError):  # the parser's own slips on odd headers
        values = [str(value) for key, value in message.raw_items() if key.lower() == name.lower()]
    return " ".join(storable(", ".join(values)).split())


def _attachments(message: EmailMessage) -> list[EmailMessage]:
    return [
        part
        for part in message.walk()
        if not part.is_multipart() and (part.get_content_disposition() == "attachment" or _is_file(part))
    ]


def _is_file(part: EmailMessage) -> bool:
    return part.get_content_maintype() != "text" and part.get_filename() is not None


def _body(message: EmailMessage, writer: TextWriter) -> str:
    """Write the body, plain where there is plain text; return a sentence where it could not be read."""
    kind = message.get_content_type()
    if "encrypted" in kind or "pkcs7-mime" in kind:
        return "The mail is encrypted or sealed; its body was not read."
    body = message.get_body(preferencelist=("plain", "html"))
    if not isinstance(body, EmailMessage):
        # Delivery reports and the like have no body of their own, only parts.
        texts = [_content(part) for part in message.walk() if part.get_content_type() == "text/plain"]
        for line in "\n".join(texts).rstrip().splitlines():
            writer.line(line.rstrip())
        return ""
    text = _content(body)
    if body.get_content_subtype() == "html":
        text = written(text)[1].text
    for line in text.rstrip().splitlines():
        writer.line(line.rstrip())
    return ""


def _content(part: EmailMessage) -> str:
    try:
        content = part.get_content()
    except (LookupError, UnicodeError, ValueError, AssertionError):  # an encoding that is unknown or does not hold
        content = part.get_payload(decode=True)
    return decoded(content) if isinstance(content, bytes) else str(content)



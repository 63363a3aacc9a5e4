"""A mailbox of many messages (MBOX) → Document: a list of them; each message is a part."""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.counted import counted
from app.documents import mime
from app.documents.parts import Parts, titled
from app.documents.source import Source, TextWriter, Why, damaged
from app.types import Document, Page, Status

_SAMPLE = 2 * b"From a@example.org Mon Jan  1 10:00:00 2024\nFrom: a@example.org\nSubject: S\n\n>From here\n\n"
# A line before each message; a header is in the next.
_BETWEEN = re.compile(rb"From ([^\r\n]{1,300})\r?\n(?=[!-9;-~]{1,80}:|>From )")
# With such a time in it the line needs no blank one before it.
_TIMED = re.compile(rb"[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d")
# Behind a blank line it need only be no sentence: a time of any form, one word, or what Thunderbird writes.
_LOOSE = re.compile(rb"\d:\d\d|^\S+\s*$|^- ")
_QUOTED = re.compile(rb"(?m)^>(>*From )")
_LISTED = 100_000  # messages on the page


class MailboxLoader:
    """Reads mailboxes as mail programs and services export them."""

    kind = "mbox"
    suffixes = frozenset({".mbox", ".mbx"})
    paged = False

    def samples(self) -> list[bytes]:
        return [_SAMPLE]

    def claims(self, data: bytes) -> bool:
        if not data.startswith(b"From ") or _first(data) is None:
            return False
        messages = _messages(data)  # of one alone, a mail that was saved with the line before it, mail.py makes as much
        return next(messages, None) is not None and next(messages, None) is not None

    def load(self, source: Source) -> Document:
        data = source.data.lstrip(b"\r\n \t")
        if _first(data) is None:
            raise damaged(Why.NOT_OF_ITS_KIND)
        parts, writer = Parts(), TextWriter()
        count = deleted = 0
        late = False
        for start, end in _messages(data):
            if source.late:
                late = True
                break
            message = mime.headers(data[start : min(end, start + mime.HEAD)])
            if _is_deleted(message):
                deleted += 1
                continue
            count += 1
            subject = mime.header(message, "Subject")
            if count <= _LISTED:
                fields = (mime.header(message, name) for name in ("Date", "From"))
                writer.line(" | ".join(field for field in (*fields, subject or "(no subject)") if field))
            if parts.fits(end - start):
                parts.add(titled(subject, ".eml", "mail without a subject"), _unquoted(data[start:end]))
        reason = parts.reason
        if late:
            reason = f"The time for one file was over after {count:,} mails; the later ones were not read. {reason}"
        if deleted:
            reason = f"{_deleted(deleted)} left out. {reason}".strip()
        text = f"Mailbox with {counted(count, 'mail')}:\n{writer.text}"
        status = Status.TIMED_OUT if late else Status.TOO_LARGE if parts.left_out else Status.READ
        page = Page(None, text, status, reason)
        return Document(self.kind, "", (page,), parts.all)


def _is_deleted(message: mime.Entity) -> bool:
    """Whether Thunderbird has deleted the message, and only not yet taken it out of the file."""
    try:
        return bool(int(mime.header(message, "X-Mozilla-Status") or "0", 16) & 8)
    except ValueError:
        return False


def _deleted(count: int) -> str:
    if count == 1:
        return "1 mail that was deleted in the mail program, and only not yet taken out of the file, was"
    return f"{count:,} mails that were deleted in the mail program, and only not yet taken out of the file, were"


def _first(data: bytes) -> re.Match[bytes] | None:
    found = _BETWEEN.match(data[:4096])
    return found if found and _is_between(data, found) else None


def _messages(data: bytes) -> Iterator[tuple[int, int]]:
    """Yield where each message begins and ends, without the line before it and the blank one behind."""
    start = -1
    for found in _BETWEEN.finditer(data):
        if _is_between(data, found):
            if start >= 0:
                yield start, _without_blank(data, start, found.start())
            start = found.end()
    if start >= 0:
        yield start, len(data)


def _is_between(data: bytes, found: re.Match[bytes]) -> bool:
    """Whether a line that begins with "From " stands between messages, and not in one."""
    at = found.start()
    if at and not data.endswith((b"\n\n", b"\n\r\n"), 0, at):
        return data[at - 1] == 10 and _TIMED.search(found[1]) is not None
    return _LOOSE.search(found[1]) is not None


def _without_blank(data: bytes, start: int, end: int) -> int:
    for blank in (b"\r\n", b"\n"):
        if data.endswith(blank, start, end):
            return end - len(blank)
    return end


def _unquoted(message: bytes) -> bytes:
    """Return a message as it was sent: lines that begin like the start of the next one were marked."""
    return _QUOTED.sub(rb"\1", message) if b"\n>" in message and b"From " in message else message

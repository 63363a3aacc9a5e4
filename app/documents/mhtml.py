"""A web page saved with all that it shows (MHTML) → Document: the page's text; real attachments are parts."""

from __future__ import annotations

from app.documents import imprint, mime
from app.documents.html import read
from app.documents.parts import Parts
from app.documents.source import Source, Why, damaged, unpaged
from app.types import Document, Heading

_SAMPLE = (
    b'MIME-Version: 1.0\nContent-Type: multipart/related; boundary="b"; type="text/html"\n\n'
    b'--b\nContent-Type: text/html; charset="utf-8"\nContent-Transfer-Encoding: quoted-printable\n\n<p>caf=C3=A9</p>\n'
    b"--b\nContent-Type: image/gif\nContent-Transfer-Encoding: base64\nContent-Location: a.gif\n\nR0lG\n--b--\n"
)
_MAILED = frozenset((b"to", b"received", b"message-id", b"delivered-to", b"return-path"))
_SHOWN = ("image/", "font/", "audio/", "video/", "text/", "application/javascript", "application/x-javascript",
          "application/font", "application/x-font", "application/vnd.ms-fontobject", "application/x-shockwave-flash",
          "application/xml", "application/x-mso", "application/octet-stream")  # fmt: skip


class WebArchiveLoader:
    """Reads web pages as browsers and Word save them in one file."""

    kind = "mhtml"
    suffixes = frozenset({".mht", ".mhtml"})
    paged = False

    def samples(self) -> list[bytes]:
        return [_SAMPLE]

    def claims(self, data: bytes) -> bool:
        names = set(mime.names(data)) if mime.is_message(data) else set()
        if not names or not names.isdisjoint(_MAILED):
            return False
        return b"snapshot-content-location" in names or (
            mime.content_type(mime.headers(data)) == "multipart/related" and b"text/html" in data[:16_384].lower()
        )

    def load(self, source: Source) -> Document:
        message = mime.parsed(source.data)
        if not message.keys():
            raise damaged(Why.NOT_OF_ITS_KIND)
        pages: list[mime.Entity] = []
        parts = Parts()
        root = str(message.get_param("start", "")).strip()
        leaves = [part for part in message.walk() if not part.is_multipart()]
        for part in leaves:
            kind = mime.content_type(part)
            if kind in ("text/html", "application/xhtml+xml"):
                first = bool(root) and mime.header(part, "Content-ID") == root
                pages.insert(0 if first else len(pages), part)
            elif part.get_content_disposition() == "attachment" or not kind.startswith(_SHOWN):
                parts.add(mime.name_of(part, "attachment" + mime.suffix_of(part)), mime.data_of(part))
        if not pages:
            pages = [part for part in leaves if part.get_content_maintype() == "text"]
        return self._document(message, pages, parts)

    def _document(self, message: mime.Entity, pages: list[mime.Entity], parts: Parts) -> Document:
        """Put the page and the pages framed in it one after the other."""
        title, texts, headings, length = "", [], [], 0
        found = imprint.NONE
        for part in pages:
            own = read(mime.text_of(part))
            writer = own.writer
            title = title or own.title
            found = found if any(found) else own.imprint
            if writer.text.strip():
                headings += [Heading(length + each.start, each.level, each.text) for each in writer.headings]
                texts.append(writer.text)
                length += len(writer.text) + 2
        title = title or mime.header(message, "Subject")[:300]
        document = unpaged(self.kind, title, "\n\n".join(texts), tuple(headings), parts.reason)
        made = imprint.of((found.date, mime.header(message, "Date")), found.people)
        return Document(document.kind, document.title, document.pages, parts.all, *made)


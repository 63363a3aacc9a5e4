"""Plain text and Markdown → Document, every character as it was decoded."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

from app.documents import charsets
from app.documents.source import Source, Why, storable, unpaged, unsupported
from app.headings import title as title_of
from app.types import Document, Heading

# Longer marks first: the one of UTF-32 begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_PROSE = (".txt", ".text", "")  # suffixes of what people write, which may begin with a title
UNCERTAIN = "The file does not say how its letters are encoded; some may be wrong."
_HASHES = re.compile(r" {0,3}(#{1,6})[ \t]+(?=\S)")
_FENCE = re.compile(r" {0,3}(```|~~~)")
_UNDERLINE = re.compile(r" {0,3}(=+|-{3,})[ \t]*$")
_NOT_A_TITLE = re.compile(r"\s|[#>|*+-]|$")  # a line that begins so is not underlined to become a heading


class TextLoader:
    """Reads plain text in any encoding."""

    kind = "text"
    suffixes = frozenset(
        ".txt .text .log .json .jsonl .ndjson .yaml .yml .ini .srt .ics .vcf .tex .rst".split()
    )  # fmt: skip
    paged = False

    def samples(self) -> list[bytes]:
        german, japanese = "Übergröße, Maß für die Straße, übermorgen", "これは日本語の文章です。"
        return [german.encode("cp1252"), japanese.encode("shift-jis"), german.encode("utf-16-le")]

    def claims(self, data: bytes) -> bool:
        return False

    def load(self, source: Source) -> Document:
        text, certain = decoding(source.data)
        title = title_of(text) if source.suffix in _PROSE else ""
        return unpaged(self.kind, title, text, reason="" if certain else UNCERTAIN)


class MarkdownLoader:
    """Reads Markdown; the text stays as written, its headings are known."""

    kind = "markdown"
    suffixes = frozenset({".md", ".markdown"})
    paged = False

    def samples(self) -> list[bytes]:
        return [b"# Hello\n\nthere\n"]

    def claims(self, data: bytes) -> bool:
        return False

    def load(self, source: Source) -> Document:
        text = decoded(source.data)
        headings = list(_headings(text))
        title = next((heading.text for heading in headings if heading.level == 1), "")
        return unpaged(self.kind, title, text, tuple(headings))


def _headings(text: str) -> Iterator[Heading]:
    """Find headings of both kinds, line by line, outside of fenced blocks."""
    start, before, fence = 0, "", ""
    for whole in text.splitlines(keepends=True):
        line = whole.rstrip()
        fenced = _FENCE.match(line)
        if fenced and fence in ("", fenced[1]):
            fence = "" if fence else fenced[1]
        elif not fence:
            hashes = _HASHES.match(line)
            underline = _UNDERLINE.match(line)
            if hashes:
                name = line[hashes.end() :].rstrip("#").rstrip()
                if name:
                    yield Heading(start, len(hashes[1]), name[:500])
            elif underline and not _NOT_A_TITLE.match(before):
                yield Heading(start - len(before), 1 if underline[1][0] == "=" else 2, before.strip()[:500])
        start += len(whole)
        before = whole if not fence and not fenced else ""


def decoded(data: bytes) -> str:
    """Return the text of bytes in an unknown encoding: by its mark, as UTF-8, or by what fits best.

    Raises UnsupportedFile where the bytes are no text. The same length as decoded: what cannot be
    stored becomes U+FFFD.
    """
    return decoding(data)[0]


def decoding(data: bytes) -> tuple[str, bool]:
    """Return the text as decoded() does, and whether it reads like one in an encoding that is known."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return storable(data[len(mark) :].decode(encoding, "replace")), True
    wide = charsets.wide(data)
    if wide:
        return storable(data.decode(wide, "replace")), True
    if charsets.is_binary(data):
        raise unsupported(Why.NOT_TEXT)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        if charsets.mostly_utf8(data):
            return storable(data.decode("utf-8", "replace")), True
        encoding, certain = charsets.encoding_of(data)
        return storable(data.decode(encoding, "replace")), certain
    encoding = charsets.switching(data) if text.isascii() else ""
    return storable(data.decode(encoding) if encoding else text), True

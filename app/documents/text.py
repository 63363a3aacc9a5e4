"""Plain text and Markdown → Document, every character as it was decoded."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

from app.documents.source import Source, Why, storable, unpaged, unsupported
from app.types import Document, Heading

# Longer marks first: the one of UTF-32 begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SAMPLE = 512 * 1024  # bytes that are looked at to guess an encoding
_HASHES = re.compile(r" {0,3}(#{1,6})[ \t]+(?=\S)")
_FENCE = re.compile(r" {0,3}(```|~~~)")
_UNDERLINE = re.compile(r" {0,3}(=+|-{3,})[ \t]*$")
_NOT_A_TITLE = re.compile(r"\s|[#>|*+-]|$")  # a line that begins so is not underlined to become a heading


class TextLoader:
    """Reads plain text in any encoding."""

    kind = "text"
    suffixes = frozenset({".txt", ".text", ".log"})
    paged = False

    def samples(self) -> list[bytes]:
        german, japanese = "Übergröße, Maß für die Straße, übermorgen", "これは日本語の文章です。"
        return [german.encode("cp1252"), japanese.encode("shift-jis")]

    def claims(self, data: bytes) -> bool:
        return False

    def load(self, source: Source) -> Document:
        return unpaged(self.kind, "", decoded(source.data))


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
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return storable(data[len(mark) :].decode(encoding, "replace"))
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode(_guess(data), "replace")
    if text.count("\x00") > len(text) // 100:
        wide = _wide(data)
        if wide is None:
            raise unsupported(Why.NOT_TEXT)
        text = data.decode(wide, "replace")
    return storable(text)


def _guess(data: bytes) -> str:
    """Return the most likely encoding; cp1252 where nothing fits, which gives every byte some character."""
    from charset_normalizer import from_bytes

    best = from_bytes(data[:_SAMPLE]).best()
    if best is not None:
        return str(best.encoding)
    if sum(byte < 9 for byte in data[:_SAMPLE]) > len(data[:_SAMPLE]) // 50:
        raise unsupported(Why.NOT_TEXT)
    return "cp1252"


def _wide(data: bytes) -> str | None:
    """Tell UTF-16 without a mark by the side on which its NULs stand; None where it is none."""
    even, odd = data[:_SAMPLE:2].count(0), data[1:_SAMPLE:2].count(0)
    half = max(len(data[:_SAMPLE]) // 2, 1)
    if odd > half // 2 and even < half // 20:
        return "utf-16-le"
    if even > half // 2 and odd < half // 20:
        return "utf-16-be"
    return None

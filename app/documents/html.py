"""HTML → Document with lxml: what a reader of the page would see, as lines, with headings and table rows."""

from __future__ import annotations

import re
from typing import Any

from app.documents.source import Source, TextWriter, Why, damaged, storable, unpaged
from app.documents.text import decoded
from app.types import Document

_DROPPED = frozenset(
    "script style template noscript head iframe object embed svg math canvas audio video map datalist".split()
)
_BLOCKS = frozenset(
    "address article aside blockquote body center dd details dialog div dl dt fieldset figcaption figure footer form"
    " header hr html legend li main menu nav ol p pre section summary table tbody thead tfoot tr ul caption".split()
)
_APART = frozenset("p blockquote pre table ul ol dl section article".split())  # a blank line around
_HEADING = re.compile(r"^h([1-6])$")
_HIDDEN = re.compile(r"(?i)(display\s*:\s*none|visibility\s*:\s*hidden)")
_CHARSET = re.compile(rb"""(?i)<meta[^>]+charset\s*=\s*["']?\s*([\w.:-]+)""")
_DECLARED = re.compile(r"^\s*<\?xml[^>]*\?>")
_DEPTH = 400  # elements inside each other; real pages have a few dozen


class HtmlLoader:
    """Reads HTML and XHTML files; loads nothing that they point to."""

    kind = "html"
    suffixes = frozenset({".html", ".htm", ".xhtml"})
    paged = False

    def load(self, source: Source) -> Document:
        title, writer = written(_decoded(source.data))
        return unpaged(self.kind, title, writer.text, writer.headings)


def written(markup: str) -> tuple[str, TextWriter]:
    """Return the title and the text of HTML; raises DamagedFile where it is nested beyond sense."""
    from lxml import etree

    parser = etree.HTMLParser(no_network=True, remove_comments=True, remove_pis=True)
    writer = TextWriter()
    markup = _DECLARED.sub("", storable(markup).replace("\ufeff", ""), count=1)
    if not markup.strip():
        return "", writer
    root = etree.fromstring(markup, parser)
    if root is None:
        return "", writer
    found = root.find(".//title")
    title = " ".join(storable("".join(found.itertext())).split())[:300] if found is not None else ""
    _Walk(writer).element(root, 0)
    return title, writer


class _Walk:
    """Gathers the words of a line until a block begins or ends."""

    def __init__(self, writer: TextWriter) -> None:
        self._writer = writer
        self._line: list[str] = []

    def element(self, node: Any, depth: int) -> None:
        name = node.tag.lower() if isinstance(node.tag, str) else ""
        if depth > _DEPTH:
            raise damaged(Why.NESTED_TOO_DEEP)
        if not name or name in _DROPPED or _hidden(node):
            return
        heading = _HEADING.match(name)
        if name == "br":
            self.flush()
        elif heading:
            self.flush()
            self._writer.gap()
            self._writer.heading(_words(node), int(heading[1]))
        elif name == "tr":
            self._row(node)
        elif name == "pre":
            self.flush()
            for line in "".join(_texts(node)).strip("\n").splitlines():
                self._writer.line(line.rstrip())
            self._writer.gap()
        else:
            self._inside(node, name, depth)

    def _inside(self, node: Any, name: str, depth: int) -> None:
        if name in _BLOCKS:
            self.flush()
        if name in _APART:
            self._writer.gap()
        self._line.append(("- " if name == "li" else "") + (node.text or ""))
        for child in node:
            self.element(child, depth + 1)
            self._line.append(child.tail or "")
        if name in _BLOCKS:
            self.flush()
        if name in _APART:
            self._writer.gap()

    def _row(self, row: Any) -> None:
        """A row of a table is one line; tables that only lay a page out have one cell, which is read as a block."""
        self.flush()
        cells = [cell for cell in row if cell.tag in ("td", "th") and not _hidden(cell)]
        if any(next(cell.iter("table", "p", "div", "h1", "h2", "h3", "li"), None) is not None for cell in cells):
            for cell in cells:
                self._inside(cell, "div", 0)
            return
        line = " | ".join(_words(cell) for cell in cells)
        if line.strip(" |"):
            self._writer.line(line)

    def flush(self) -> None:
        """Write the line gathered so far, if it holds a word."""
        text = " ".join("".join(self._line).split())
        self._line.clear()
        if text and text != "-":
            self._writer.line(text)


def _hidden(node: Any) -> bool:
    return (
        node.get("hidden") is not None
        or node.get("aria-hidden") == "true"
        or _HIDDEN.search(node.get("style") or "") is not None
    )


def _texts(node: Any) -> list[str]:
    """The text inside a node, in its order, without what is dropped or hidden."""
    parts: list[str] = [node.text or ""]
    for child in node:
        name = child.tag if isinstance(child.tag, str) else ""
        if name == "br":
            parts.append("\n")
        elif name and name not in _DROPPED and not _hidden(child):
            parts += _texts(child)
        parts.append(child.tail or "")
    return parts


def _words(node: Any) -> str:
    return " ".join("".join(_texts(node)).split())


def _decoded(data: bytes) -> str:
    """Decode by what the page declares, where that holds, else as any text."""
    declared = _CHARSET.search(data[:4096])
    if declared and data[:2] not in (b"\xff\xfe", b"\xfe\xff") and data[:3] != b"\xef\xbb\xbf":
        name = declared[1].decode("ascii", "replace")
        # By the HTML standard, pages that say these mean its superset.
        name = "cp1252" if name.lower() in ("iso-8859-1", "latin1", "latin-1", "us-ascii", "ascii") else name
        try:
            return data.decode(name)
        except (LookupError, UnicodeError):
            return decoded(data)
    return decoded(data)

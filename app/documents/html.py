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
_LAID_OUT = ("table", "p", "div", "h1", "h2", "h3", "h4", "ul", "ol", "pre")


class HtmlLoader:
    """Reads HTML and XHTML files; loads nothing that they point to."""

    kind = "html"
    suffixes = frozenset({".html", ".htm", ".xhtml"})
    paged = False

    def samples(self) -> list[bytes]:
        page = "<title>T</title><h1>T</h1><p>ä<pre>p</pre><table><tr><td>c</td></tr></table>"
        return [page.encode("cp1252"), b'<meta charset="utf-8">' + page.encode()]

    def claims(self, data: bytes) -> bool:
        return False

    def load(self, source: Source) -> Document:
        title, writer = written(_decoded(source.data))
        return unpaged(self.kind, title, writer.text, writer.headings)


def written(markup: str) -> tuple[str, TextWriter]:
    """Return the title and the text of HTML; raises DamagedFile where it is nested beyond what the parser follows."""
    from lxml import etree

    parser = etree.HTMLParser(no_network=True, remove_comments=True, remove_pis=True, huge_tree=True)
    writer = TextWriter()
    markup = _DECLARED.sub("", storable(markup).replace("\ufeff", ""), count=1)
    if not markup.strip():
        return "", writer
    root = etree.fromstring(markup, parser)
    if any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log):
        raise damaged(Why.NESTED_TOO_DEEP)  # what lies behind that place would be missing without a word
    if root is None:
        return "", writer
    found = root.find(".//title")
    title = " ".join(storable("".join(found.itertext())).split())[:300] if found is not None else ""
    _Walk(writer).page(root)
    return title, writer


class _Walk:
    """Goes through a page in its order, without recursion, since pages can be nested without end."""

    def __init__(self, writer: TextWriter) -> None:
        self._writer = writer
        self._line: list[str] = []

    def page(self, root: Any) -> None:
        from lxml import etree

        steps = etree.iterwalk(root, events=("start", "end"))
        for event, node in steps:
            if event == "start":
                if self._whole(node):
                    steps.skip_subtree()
                else:
                    self._start(node)
            else:
                if not _unseen(node) and _name(node) in _BLOCKS:
                    self._part(_name(node))
                if node is not root:
                    self._line.append(node.tail or "")
        self._flush()

    def _whole(self, node: Any) -> bool:
        """Write what is not read piece by piece, and say whether that was the case."""
        name = _name(node)
        if _unseen(node):
            return True
        if _HEADING.match(name):
            self._flush()
            self._writer.gap()
            self._writer.heading(_words(node), int(name[1]))
        elif name == "pre":
            self._flush()
            for line in _text(node).strip("\n").splitlines():
                self._writer.line(line.rstrip())
            self._writer.gap()
        elif name == "tr" and (cells := _cells(node)):
            self._flush()
            line = " | ".join(_words(cell) for cell in cells)
            if line.strip(" |"):
                self._writer.line(line)
        else:
            return False
        return True

    def _start(self, node: Any) -> None:
        name = _name(node)
        if name == "br":
            self._flush()
        elif name in _BLOCKS:
            self._part(name)
        self._line.append(("- " if name == "li" else "") + (node.text or ""))

    def _part(self, name: str) -> None:
        self._flush()
        if name in _APART:
            self._writer.gap()

    def _flush(self) -> None:
        """Write the line gathered so far, if it holds a word."""
        text = " ".join("".join(self._line).split())
        self._line.clear()
        if text and text != "-":
            self._writer.line(text)


def _name(node: Any) -> str:
    return node.tag if isinstance(node.tag, str) else ""


def _unseen(node: Any) -> bool:
    return (
        _name(node) in _DROPPED
        or not _name(node)
        or node.get("hidden") is not None
        or node.get("aria-hidden") == "true"
        or _HIDDEN.search(node.get("style") or "") is not None
    )


def _cells(row: Any) -> list[Any]:
    """Return the cells of a row that holds data; none where the table only lays out blocks of a page."""
    cells = [cell for cell in row if _name(cell) in ("td", "th") and not _unseen(cell)]
    laid_out = any(next(cell.iter(*_LAID_OUT), None) is not None for cell in cells)
    return [] if laid_out else cells


def _text(node: Any) -> str:
    """Return the text inside a node, in its order, without what is dropped or hidden."""
    from lxml import etree

    parts: list[str] = []
    steps = etree.iterwalk(node, events=("start", "end"))
    for event, inner in steps:
        if event == "end":
            if inner is not node:
                parts.append(inner.tail or "")
        elif inner is not node and _unseen(inner):
            steps.skip_subtree()
        else:
            parts.append("\n" if _name(inner) == "br" else (inner.text or ""))
    return "".join(parts)


def _words(node: Any) -> str:
    return " ".join(_text(node).split())


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

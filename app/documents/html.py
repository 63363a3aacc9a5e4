"""HTML → Document with lxml: what a reader of the page would see, as lines, with headings and table rows."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from app.documents import charsets, imprint
from app.documents.imprint import NONE, Imprint
from app.documents.source import Source, TextWriter, Why, damaged, storable, unpaged
from app.documents.text import decoded
from app.types import Document, Page, Status

_DROPPED = frozenset(
    "script style template noscript head iframe object embed svg math canvas audio video map datalist".split()
)
_BLOCKS = frozenset(
    "address article aside blockquote body center dd details dialog div dl dt fieldset figcaption figure footer form"
    " header hr html legend li main menu nav ol option p pre section summary table tbody td thead tfoot th tr ul"
    " caption".split()
)
_APART = frozenset("p blockquote pre table ul ol dl section article".split())  # a blank line around
_HEADING = re.compile(r"^h([1-6])$")
_HIDDEN = re.compile(r"(?i)(display\s*:\s*none|visibility\s*:\s*hidden)")
_CHARSET = re.compile(rb"""(?i)<meta[^>]+charset\s*=\s*["']?\s*([\w.:-]+)""")
_DECLARED = re.compile(r"^\s*<\?xml[^>]*\?>")
# Marks where a word may be broken or text is hidden from no one; they would keep a word from being found.
_INVISIBLE = str.maketrans("", "", "\u00ad\u200b\u2060\ufeff")
_TYPED = frozenset({"", "text", "email", "tel", "url", "number", "date", "search", "datetime-local", "month", "time"})
_LATE = "Only a part of the page was read, because it took too long."
_LAID_OUT = ("table", "h1", "h2", "h3", "h4", "ul", "ol", "pre")
_SHORT = 200  # characters
# What pages say of themselves, the most telling first: names of <meta>, also those of scientific papers.
_DATES = (
    "article:published_time", "citation_publication_date", "citation_date", "dcterms.issued", "dcterms.created",
    "dc.date", "dcterms.date", "datepublished", "date", "created", "article:modified_time", "dcterms.modified",
    "last-modified", "changed",
)  # fmt: skip
_AUTHORS = ("author", "citation_author", "article:author", "dc.creator", "dcterms.creator")


class Written(NamedTuple):
    """What became of a page."""

    title: str
    writer: TextWriter
    whole: bool  # False where its time was over before
    imprint: Imprint


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
        title, writer, whole, made = read(_decoded(source.data), source)
        if whole:
            return unpaged(self.kind, title, writer.text, writer.headings, imprint=made)
        page = Page(None, writer.text, Status.TIMED_OUT, _LATE, writer.headings)
        return Document(self.kind, title, (page,), (), *made)


def written(markup: str) -> tuple[str, TextWriter]:
    """Return the title and the text of HTML; raises DamagedFile where it is nested beyond what the parser follows."""
    found = read(markup)
    return found.title, found.writer


def read(markup: str, source: Source | None = None) -> Written:
    """Return all that there is to know of a page, as far as the time of `source` goes; raises as written() does."""
    from lxml import etree

    parser = etree.HTMLParser(no_network=True, remove_comments=True, remove_pis=True, huge_tree=True)
    writer = TextWriter()
    markup = _DECLARED.sub("", storable(markup).translate(_INVISIBLE), count=1)
    if not markup.strip():
        return Written("", writer, whole=True, imprint=NONE)
    root = etree.fromstring(markup, parser)
    if any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log):
        raise damaged(Why.NESTED_TOO_DEEP)  # what lies behind that place would be missing without a word
    if root is None:
        return Written("", writer, whole=True, imprint=NONE)
    found = root.find(".//title")
    title = " ".join(storable("".join(found.itertext())).split())[:300] if found is not None else ""
    return Written(title, writer, _Walk(writer).page(root, source), _imprint(root))


def _imprint(root: Any) -> Imprint:
    """Return date and authors by what stands in the head of a page."""
    said: dict[str, list[str]] = {}
    for node in root.iter("meta"):
        named = filter(None, (node.get(key) for key in ("name", "property", "itemprop", "http-equiv")))
        name = next(named, "").lower()
        if node.get("content") and (name in _DATES or name in _AUTHORS):
            said.setdefault(name, []).append(node.get("content"))
    dates = (value for name in _DATES for value in said.get(name, ()))
    names = (name for field in _AUTHORS for value in said.get(field, ()) for name in value.split(";"))
    return imprint.of(dates, (name for name in names if "://" not in name))


class _Walk:
    """Goes through a page in its order, without recursion, since pages can be nested without end."""

    def __init__(self, writer: TextWriter) -> None:
        self._writer = writer
        self._line: list[str] = []
        self._heads: dict[Any, list[str]] = {}  # of each table that has a row of heads

    def page(self, root: Any, source: Source | None) -> bool:
        """Write the page; False where its time was over before."""
        from lxml import etree

        steps = etree.iterwalk(root, events=("start", "end"))
        for count, (event, node) in enumerate(steps):
            if source is not None and count % 5000 == 4999 and source.late:
                self._flush()
                return False
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
        return True

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
            line = self._row(node, cells)
            if line.strip(" |"):
                self._writer.line(line)
        else:
            return False
        return True

    def _start(self, node: Any) -> None:
        name = _name(node)
        if name == "br":
            self._flush()
        elif name == "input" and (node.get("type") or "").lower() in _TYPED:
            self._line.append(f" {node.get('value') or ''} ")
        elif name in _BLOCKS:
            self._part(name)
        self._line.append(("- " if name == "li" else "") + (node.text or ""))

    def _row(self, row: Any, cells: list[Any]) -> str:
        """The cells of a row; each with its column's head where the table has heads and the row as many cells."""
        words = [_words(cell) for cell in cells]
        table = next(row.iterancestors("table"), None)
        if len(cells) > 1 and all(_name(cell) == "th" for cell in cells):
            self._heads[table] = words
        elif len(heads := self._heads.get(table, [])) == len(cells):
            named = zip(heads, words, strict=True)
            return " | ".join(f"{head}: {word}" if head else word for head, word in named if word)
        return " | ".join(words)

    def _part(self, name: str) -> None:
        self._flush()
        if name in _APART:
            self._writer.gap()

    def _flush(self) -> None:
        """Write the line gathered so far, if it holds a word."""
        text = " ".join("".join(self._line).translate(_INVISIBLE).split())
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
    return [] if any(_is_laid_out(cell) for cell in cells) else cells


def _is_laid_out(cell: Any) -> bool:
    """Whether a cell holds blocks; one short paragraph is how Word and Outlook write any cell."""
    if len(cell) == 0:
        return False
    if next(cell.iter(*_LAID_OUT), None) is not None:
        return True
    blocks = cell.iter("p", "div")
    return next(blocks, None) is not None and (next(blocks, None) is not None or len(_words(cell)) > _SHORT)


def _text(node: Any) -> str:
    """Return the text inside a node, in its order, without what is dropped or hidden."""
    if len(node) == 0:
        return (node.text or "").translate(_INVISIBLE)
    from lxml import etree

    parts: list[str] = []
    steps = etree.iterwalk(node, events=("start", "end"))
    for event, inner in steps:
        if event == "end":
            if inner is not node:
                parts.append(("\n" if _name(inner) in _BLOCKS else "") + (inner.tail or ""))
        elif inner is not node and _unseen(inner):
            steps.skip_subtree()
        else:
            parts.append("\n" if _name(inner) == "br" or (_name(inner) in _BLOCKS and inner is not node) else "")
            parts.append("" if _name(inner) == "br" else inner.text or "")
    return "".join(parts).translate(_INVISIBLE)


def _words(node: Any) -> str:
    return " ".join(_text(node).split())


def _decoded(data: bytes) -> str:
    """Decode by what the page declares, where that holds, else as any text."""
    declared = _CHARSET.search(data[:4096])
    if declared and data[:2] not in (b"\xff\xfe", b"\xfe\xff") and data[:3] != b"\xef\xbb\xbf":
        try:
            return data.decode(charsets.declared(declared[1].decode("ascii", "replace")))
        except (LookupError, UnicodeError):
            return decoded(data)
    return decoded(data)

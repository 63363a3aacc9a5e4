"""XML → Document with lxml: what stands in its elements, line by line; parses it for the clinical formats, too.

Entities are not resolved, nothing that a file points to is loaded. Knows no meaning of elements.
"""

from __future__ import annotations

import codecs
import html as entities
import re
from typing import Any

from app.documents import charsets
from app.documents.clinical import file_of
from app.documents.html import written
from app.documents.parts import Parts, titled
from app.documents.source import Source, TextWriter, Why, damaged, storable, unpaged
from app.documents.text import decoded
from app.types import Document

BROKEN = "The file breaks the rules of XML; what could be made out of it is here."
LEFT_OUT = "Data that is no text was left out."
CUT = "The file holds more text than Carrel reads from one file; the end was left out."
_HEAD = 65536
LATE = "Only a part of the file was read, because it took too long."
_MOST = 24_000_000  # characters of text
_HEADINGS = 20_000
_BLOB = 4000  # characters without a blank are a picture or a key, and no text
_ENCODING = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]+)""")
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_NUMBER = re.compile(rb"&#(?:x([0-9A-Fa-f]{1,12})|([0-9]{1,12}));?")
_PLAIN = re.compile(rb"(?i)utf-?8|us-ascii|ascii|iso-?8859-\d+|latin-?\d|windows-125\d|cp125\d")
_TITLES = frozenset("title heading head header h1 h2 h3 subtitle caption".split())
# Elements of written text: those that begin a line, and those that stand in it and whose attributes are only looks.
_PROSE = frozenset(
    "p para simpara paragraph text line li item listitem entry td th abstract sec section div body note quote"
    " blockquote verse v seg s t".split()
)
_INLINE = frozenset(
    "a abbr b bold code em emphasis font i italic ref small span strong sub sup tt u ulink xref w".split()
)
_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")
_LONG = re.compile(rf"\S{{{_BLOB},}}")
_CARRIED = 100  # characters of base64, at the least
_MARKUP = re.compile(r"(?i)</(p|div|table|tr|span|b|i|a|ul|li|h[1-6]|body|font|strong|em)>|<br ?/?>")
_FILES = (
    (b"%PDF", ".pdf"), (b"\x89PNG", ".png"), (b"\xff\xd8\xff", ".jpg"), (b"II*\x00", ".tif"), (b"MM\x00*", ".tif"),
    (b"{\\rtf", ".rtf"), (b"PK\x03\x04", ".zip"), (b"GIF8", ".gif"), (b"<?xml", ".xml"),
)  # fmt: skip
_SAYS = re.compile(r"\w")
_NO_FACTS = frozenset("id class style space schemaLocation noNamespaceSchemaLocation lang version".split())


class XmlLoader:
    """Reads XML of any kind."""

    kind = "xml"
    suffixes = frozenset({".xml"})
    paged = False

    def samples(self) -> list[bytes]:
        declared = '<?xml version="1.0" encoding="windows-1252"?><a b="c"><title>Ü</title><p>d &amp; <i>e</i></p></a>'
        return [b"<a>b</a>", declared.encode("cp1252"), b"<a><b>broken</a>", '<a d="f">ä</a>'.encode("utf-16")]

    def claims(self, data: bytes) -> bool:
        return data[:5] == b"<?xml" and b"<html" not in data[:_HEAD].lower()

    def load(self, source: Source) -> Document:
        root, whole = parsed(source.data)
        if root is None:
            return unpaged(self.kind, "", decoded(source.data), reason=BROKEN)
        if name(root) == "html":
            title, writer = written(decoded(source.data))
            return unpaged(self.kind, title, writer.text, writer.headings)
        walk = _Walk()
        walk.document(root, source)
        if not whole and not walk.writer.text.strip():
            raise damaged(Why.PARSER_FAILED)
        reasons = [BROKEN] * (not whole) + sorted(walk.reasons)
        found = unpaged(self.kind, walk.title[:300], walk.writer.text, walk.writer.headings, " ".join(reasons)[:500])
        return Document(found.kind, found.title, found.pages, walk.parts.all)


def head(data: bytes) -> str:
    """The beginning of a file as characters, good enough to recognise what it is."""
    start = data[:_HEAD]
    for mark, encoding in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"),
                           (b"<\x00", "utf-16-le"), (b"\x00<", "utf-16-be")):  # fmt: skip
        if start.startswith(mark):
            return start.decode(encoding, "replace").lstrip("\ufeff").lstrip()
    return start.removeprefix(codecs.BOM_UTF8).decode("latin-1").lstrip()


def parsed(data: bytes) -> tuple[Any, bool]:
    """Return the root element, None where there is none, and whether the file keeps the rules of XML."""
    data = data.lstrip() if data[:1].isspace() else data  # nothing may stand before the declaration
    huge = _is_plain(data) and b"<!ENTITY" not in data
    root = _root(data, huge=huge, recover=False)
    if root is not None:
        return root, True
    text = _undeclared(data)
    if text is not None:  # what it says about its encoding does not hold
        root = _root(text, huge=huge, recover=False)
        if root is not None:
            return root, True
    # In recovering, the parser takes numbers of characters that there are not, and stumbles over them later.
    return _root(_NUMBER.sub(_sound, data if text is None else text), huge=huge, recover=True), False


def _sound(number: re.Match[bytes]) -> bytes:
    code = int(number[1], 16) if number[1] else int(number[2])
    return b"&#xFFFD;" if 0xD800 <= code <= 0xDFFF or code > 0x10FFFF or code < 9 else number[0]


def _root(data: bytes, *, huge: bool, recover: bool) -> Any:
    """The root element, or None. Entities in attributes are always resolved, and `huge` lifts the limit on that."""
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, attribute_defaults=False,
        remove_comments=True, remove_pis=True, huge_tree=huge, recover=recover,
    )  # fmt: skip
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError:
        return None


def _undeclared(data: bytes) -> bytes | None:
    """The same file in UTF-8 without its declaration; None where it is in the encoding that it declares."""
    found = _ENCODING.match(data.removeprefix(codecs.BOM_UTF8))
    try:
        data.decode(charsets.declared(found[1].decode("ascii", "replace")) if found else "utf-8")
    except (LookupError, UnicodeError):
        return _DECLARATION.sub("", decoded(data).lstrip("\ufeff"), count=1).encode()
    return None


def _is_plain(data: bytes) -> bool:
    """Whether the characters of ASCII stand in the bytes as themselves."""
    if data[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) or b"\x00" in data[:4]:
        return False
    declared = _ENCODING.match(data.removeprefix(codecs.BOM_UTF8))
    return data.removeprefix(codecs.BOM_UTF8)[:1] == b"<" and (not declared or bool(_PLAIN.fullmatch(declared[1])))


def name(element: Any) -> str:
    """The name of an element without its namespace; empty for what is no element."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def base64_of(text: str) -> bytes:
    """The bytes in text that is base64 and nothing else; none where it is another text."""
    start = "".join(text[:400].split())
    return file_of(text) if len(start) > 50 and _BASE64.fullmatch(start) else b""


def entity(node: Any) -> str:
    """What an entity that was not resolved stands for where HTML knows it, else as it was written."""
    return entities.unescape(node.text or "") if not isinstance(node.tag, str) else ""


def text_of(element: Any) -> str:
    """All characters inside an element, in their order."""
    from lxml import etree

    parts: list[str] = []
    for event, node in etree.iterwalk(element, events=("start", "end")):
        if event == "start":
            parts.append((node.text or "") if isinstance(node.tag, str) else entity(node))
        elif node is not element:
            parts.append(node.tail or "")
    return "".join(parts)


class _Walk:
    """Goes through a file in its order, without recursion; inline elements run on, others begin a line."""

    def __init__(self) -> None:
        self.writer = TextWriter()
        self.title = ""
        self.reasons: set[str] = set()
        self.parts = Parts()
        self._line: list[str] = []
        self._length = 0
        self._headings = 0

    def document(self, root: Any, source: Source) -> None:
        from lxml import etree

        for count, (event, node) in enumerate(etree.iterwalk(root, events=("start", "end"))):
            if event == "start":
                self._start(node)
            else:
                self._end(node)
                if node is not root:
                    self._add(node.tail or "")
            if self._length > _MOST or (count % 5000 == 4999 and source.late):
                self.reasons.add(CUT if self._length > _MOST else LATE)
                break
        self._flush()

    def _start(self, node: Any) -> None:
        if not isinstance(node.tag, str):
            self._add(entity(node))
            return
        tag = name(node)
        if _is_inline(node):
            self._add(node.text or "")
            return
        self._flush()
        facts = _facts(node)
        value = node.text or ""
        if len(value) > _CARRIED and (data := base64_of(value)):
            if self._take_out(node, data):
                return
            if "\n" in value.strip():  # a signature, a key
                self.reasons.add(LEFT_OUT)
                return
        if _MARKUP.search(value):
            self._page(tag, value)
            return
        if facts or (tag.lower() not in _PROSE | _TITLES | _INLINE and not any(map(name, node)) and value.strip()):
            self._add(tag + (f" ({facts})" if facts else "") + (": " if value.strip() else ""))
        self._add(value)

    def _take_out(self, node: Any, data: bytes) -> bool:
        """Make a part of a file that is carried in an element, as electronic invoices do; False where it is none."""
        ending = next((ending for start, ending in _FILES if data.startswith(start)), "")
        if not ending:
            return False
        called = next((value for key, value in node.attrib.items() if key.lower() in ("filename", "name")), "")
        called = called or name(node)
        if self.parts.add(titled(called.removesuffix(ending), ending, "attachment"), data):
            self._write(f"Attached: {self.parts.names[-1]}")
        else:
            self.reasons.add(self.parts.reason)
        return True

    def _page(self, tag: str, value: str) -> None:
        """Write a stretch of a web page that stands in an element as text, as news feeds and maps have it."""
        lines = [line for line in written(value)[1].text.splitlines() if line.strip()]
        if len(lines) == 1:
            self._write(f"{tag}: {lines[0]}")
        elif lines:
            self._write(f"{tag}:")
            for line in lines:
                self._write(line)

    def _end(self, node: Any) -> None:
        tag = name(node).lower()
        if tag in _TITLES and self._line:
            text = "".join(self._line)
            self._line.clear()
            self._heading(text)
        elif tag and not _is_inline(node):
            self._flush()

    def _heading(self, text: str) -> None:
        text = " ".join(storable(text).split())
        self._headings += 1
        if not self.title:
            self.title = text
        if len(text) > 300 or self._headings > _HEADINGS:
            self._write(text)
        elif text:
            self.writer.gap()
            self.writer.heading(text, 2)
            self._length += len(text)

    def _add(self, text: str) -> None:
        if len(text) > _BLOB and _LONG.search(text):
            text = _LONG.sub(" ", text)
            self.reasons.add(LEFT_OUT)
        self._line.append(text)

    def _flush(self) -> None:
        text = " ".join("".join(self._line).split())
        self._line.clear()
        if text:
            self._write(text)

    def _write(self, text: str) -> None:
        self.writer.line(text)
        self._length += len(text)


def _is_inline(node: Any) -> bool:
    """Whether an element stands in the middle of a text, as words in italics do."""
    parent = node.getparent()
    if parent is None or name(node).lower() not in _INLINE:
        return False
    before = node.getprevious()
    text = (parent.text if before is None else before.tail) or ""
    return bool(text.strip() or (node.tail or "").strip())


def _facts(node: Any) -> str:
    """The attributes of an element that say something to a person, as far as can be told."""
    found: list[str] = []
    if name(node).lower() in _INLINE | _TITLES:
        return ""
    for key, value in node.attrib.items():
        plain = key.rpartition("}")[2]
        if plain not in _NO_FACTS and "XMLSchema-instance" not in key and _SAYS.search(value) and len(value) < _BLOB:
            found.append(f"{plain}: {value}")
    return "; ".join(found)

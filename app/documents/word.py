"""DOCX → Document: paragraphs and tables in their order, headings by style, notes at the end.

python-docx opens the package; the text is taken from its XML, because content controls, inserted
text and text boxes are not among python-docx's paragraphs. Numbers that Word makes up itself
(lists, clauses) are not in the file's text and not here.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any

from app.documents.source import Source, TextWriter, Why, damaged, storable, unpaged
from app.types import Document

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_PARAGRAPH, _TABLE, _ROW, _CELL = _W + "p", _W + "tbl", _W + "tr", _W + "tc"
_BREAKS = {_W + "tab": "\t", _W + "br": "\n", _W + "cr": "\n", _W + "noBreakHyphen": "-"}
# What was deleted, is said a second time for old programs, or is no text.
_SKIPPED = frozenset(
    {_W + "del", _W + "moveFrom", _W + "pPr", _W + "rPr", _W + "sectPr", _W + "tblPr", _W + "instrText",
     "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"}
)  # fmt: skip


class WordLoader:
    """Reads Word files of 2007 and later; they know no pages until they are printed."""

    kind = "docx"
    suffixes = frozenset({".docx"})
    paged = False

    def samples(self) -> list[bytes]:
        import docx

        word = docx.Document()
        word.add_heading("Hello", 1)
        word.sections[0].header.paragraphs[0].text = "there"
        word.sections[0].footer.paragraphs[0].text = "again"
        word.add_table(1, 1).rows[0].cells[0].text = "cell"
        file = io.BytesIO()
        word.save(file)
        return [file.getvalue()]

    def claims(self, data: bytes) -> bool:
        return data.startswith(b"PK\x03\x04") and (b"word/" in data[:65536] or b"word/" in data[-65536:])

    def load(self, source: Source) -> Document:
        import docx
        from docx.opc.exceptions import PackageNotFoundError

        try:
            word = docx.Document(io.BytesIO(source.data))
        except (PackageNotFoundError, zipfile.BadZipFile) as error:
            raise damaged(Why.CUT_SHORT if source.data[:2] == b"PK" else Why.NOT_OF_ITS_KIND) from error
        writer = TextWriter()
        _margins(word, writer, "header")
        _blocks(word.element.body, writer, _levels(word))
        for name in ("footnotes", "endnotes"):
            _notes(word, writer, name)
        _margins(word, writer, "footer")
        title = " ".join(storable(word.core_properties.title or "").split())[:300]
        return unpaged(self.kind, title, writer.text, writer.headings)


def _blocks(parent: Any, writer: TextWriter, levels: dict[str, int]) -> None:
    for child in parent:
        if child.tag == _PARAGRAPH:
            text = _text(child).strip("\n")
            level = _level(child, levels)
            if level and text.strip():
                writer.gap()
                writer.heading(text, level)
            elif text.strip():
                writer.line(text)
            else:
                writer.gap()
        elif child.tag == _TABLE:
            writer.gap()
            for row in child.iter(_ROW):
                if next(row.iterancestors(_TABLE)) is child:  # rows of inner tables belong to their cell
                    writer.line(_row(row))
            writer.gap()
        elif child.tag not in _SKIPPED and isinstance(child.tag, str):
            _blocks(child, writer, levels)  # content controls, inserted stretches


def _row(row: Any) -> str:
    cells = [cell for cell in row.iter(_CELL) if next(cell.iterancestors(_ROW)) is row]
    return " | ".join(" ".join(_text(cell).split()) for cell in cells)


def _text(element: Any) -> str:
    return "".join(_pieces(element))


def _pieces(element: Any) -> Iterator[str]:
    for child in element:
        if child.tag == _W + "t":
            yield child.text or ""
        elif child.tag in _BREAKS:
            yield _BREAKS[child.tag]
        elif child.tag not in _SKIPPED and isinstance(child.tag, str):
            yield from _pieces(child)
            if child.tag == _PARAGRAPH:
                yield "\n"


def _levels(word: Any) -> dict[str, int]:
    """Return the heading level of each style that has one, by its id.

    Word keeps the outline level and the English name in the file whatever its language; a style
    made by a user inherits both from the one it is based on.
    """
    own: dict[str, int] = {}
    parents: dict[str, str] = {}
    # A file without styles has none; python-docx would fetch its own from disk.
    roots = [relation.target_part.element for relation in _relations(word, "styles")]
    for style in (style for root in roots for style in root.iterchildren(_W + "style")):
        key = style.get(_W + "styleId") or ""
        name = (_value(style, "name") or "").lower()
        outline = style.find(f"{_W}pPr/{_W}outlineLvl")
        parents[key] = _value(style, "basedOn") or ""
        if outline is not None:
            own[key] = _outline_level(outline)
        elif name == "title":
            own[key] = 1
        elif name.startswith("heading ") and name[8:].isdigit():
            own[key] = int(name[8:])
    found: dict[str, int] = {}
    for key in parents:
        seen, at = {key}, key
        while at not in own and parents.get(at) and parents[at] not in seen:
            at = parents[at]
            seen.add(at)
        if own.get(at):
            found[key] = own[at]
    return found


def _outline_level(outline: Any) -> int:
    """Return 1 to 9, or 0 for body text."""
    value = outline.get(_W + "val") or ""
    return int(value) + 1 if value.isdigit() and int(value) < 9 else 0


def _level(paragraph: Any, levels: dict[str, int]) -> int:
    outline = paragraph.find(f"{_W}pPr/{_W}outlineLvl")
    if outline is not None:
        return _outline_level(outline)
    style = paragraph.find(f"{_W}pPr/{_W}pStyle")
    return levels.get(style.get(_W + "val") or "", 0) if style is not None else 0


def _value(element: Any, name: str) -> str | None:
    found = element.find(_W + name)
    return None if found is None else found.get(_W + "val")


def _margins(word: Any, writer: TextWriter, name: str) -> None:
    """Write each different header or footer once; those of all sections are often the same."""
    seen: set[str] = set()
    for section in word.sections:
        for kind in ("first_page_", "", "even_page_"):
            margin = getattr(section, kind + name)
            if margin.is_linked_to_previous:
                continue
            lines = _lines(margin.part.element)
            text = "\n".join(lines)
            if text and text not in seen:
                seen.add(text)
                writer.gap()
                for line in lines:
                    writer.line(line)
                writer.gap()


def _lines(parent: Any) -> list[str]:
    return [line.strip() for line in _text(parent).splitlines() if line.strip()]


def _notes(word: Any, writer: TextWriter, name: str) -> None:
    from lxml import etree

    for relation in _relations(word, name):
        parser = etree.XMLParser(resolve_entities=False, no_network=True)
        root = etree.fromstring(relation.target_part.blob, parser)
        notes = [" ".join(_text(note).split()) for note in root if note.get(_W + "type") is None]
        if any(notes):
            writer.gap()
            for number, note in enumerate(notes, 1):
                writer.line(f"[{number}] {note}")


def _relations(word: Any, name: str) -> Iterable[Any]:
    return [
        relation
        for relation in word.part.rels.values()
        if relation.reltype.endswith("/" + name) and not relation.is_external
    ]

"""Presentations → Document: a slide is a page, its title a heading, its shapes from the top left on, notes last."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from app.documents import odf, odf_slides, ooxml, package, rows
from app.documents.numbering import formatted, whole
from app.documents.ooxml import A, Opened, R, reference
from app.documents.parts import Parts
from app.documents.source import Source, TextWriter, Why, damaged, unsupported
from app.types import Document, Page, Status

_P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_CHOICE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Choice"
_COMPATIBLE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}AlternateContent"
_SHAPES = frozenset({_P + "sp", _P + "graphicFrame", _P + "cxnSp", _P + "pic", _P + "contentPart"})
_TITLES = ("title", "ctrTitle")
_FURNITURE = ("sldNum", "dt", "ftr", "hdr")
_ROW = 300_000  # 914,400 to an inch: shapes whose tops are so near stand beside each other
_DEEP = 50  # groups in groups
_FORMS = {"arabic": "decimal", "alphaLc": "lowerLetter", "alphaUc": "upperLetter", "romanLc": "lowerRoman",
          "romanUc": "upperRoman"}  # fmt: skip
_PICTURES_ONLY = "There is no text on this slide; its pictures are read as files of their own."
BROKEN = "This slide is damaged and could not be read."
_OLD = (".ppt", ".pps", ".pot")


class SlidesLoader:
    """Reads presentations of PowerPoint (2007 and later) and OpenDocument."""

    kind = "slides"
    suffixes = frozenset(
        {".pptx", ".pptm", ".ppsx", ".ppsm", ".potx", ".potm", ".odp", ".otp", ".fodp", ".odg", ".fodg", ".sxi", *_OLD}
    )
    paged = True

    def samples(self) -> list[bytes]:
        return [_sample(), odf.sample("presentation"), odf.flat_sample("presentation")]

    def claims(self, data: bytes) -> bool:
        return package.family(data) in ("powerpoint", "odp") or odf.flat_kind(data) == "presentation"

    def load(self, source: Source) -> Document:
        parts = Parts()
        if odf.flat_kind(source.data) or package.family(source.data) == "odp":
            flat = odf.Opened(source.data)
            pages = list(odf_slides.pages(flat, source))
            flat.embedded(parts, any_picture=not any(page.text for page in pages))
            title, made = flat.title, flat.imprint
        else:
            if source.suffix in _OLD and not source.data.startswith(b"PK"):
                raise unsupported(Why.OLD_SLIDES)
            opened = Opened(source.data)
            deck = _Deck(opened, source)
            pages = list(deck.pages())
            opened.embedded(parts, deck.owners)
            opened.embedded(parts, deck.wordless, any_picture=True)
            title, made = opened.title, opened.imprint
        if not pages:
            raise damaged(Why.NO_PAGES)
        if parts.reason:
            last = pages[-1]
            reason = f"{last.reason} {parts.reason}".strip()[:500]
            pages[-1] = Page(last.number, last.text, last.status, reason, last.headings, last.furniture)
        return Document(self.kind, title, tuple(pages), parts.all, *made)


@dataclass(frozen=True, slots=True)
class _Shape:
    element: Any
    top: float
    left: float
    role: str  # of a placeholder: "title", "body", …; "" for other shapes


class _Deck:
    """One presentation of PowerPoint."""

    def __init__(self, opened: Opened, source: Source) -> None:
        self._opened, self._source = opened, source
        self.owners: list[str] = []
        self.wordless: list[str] = []  # slides without text, whose pictures are read whatever their size
        self._authors: dict[str, str] = {}

    def pages(self) -> Iterator[Page]:
        main = self._opened.main("ppt/presentation.xml")
        for name in self._opened.related(main, "commentAuthors") + self._opened.related(main, "authors"):
            root = self._opened.xml(name)
            for author in () if root is None else root:
                self._authors[author.get("id") or ""] = " ".join((author.get("name") or "").split())[:100]
        for number, slide in enumerate(self._slides(main), 1):
            if self._source.late:
                yield Page(number, "", Status.TIMED_OUT, ooxml.LATE)
                continue
            yield self._page(number, slide)

    def _slides(self, main: str) -> list[str]:
        """Return the slides' parts in their order; as they are numbered where the order is lost."""
        root = self._opened.xml(main)
        relations = self._opened.relations(main)
        found = [] if root is None else [relations[key].target for each in root.iter(_P + "sldId")
                                         if (key := each.get(R + "id") or "") in relations]  # fmt: skip
        if not found:
            numbered = {}
            for name in self._opened.package.names:
                match = re.fullmatch(r"(?i)ppt/slides/slide(\d{1,6})\.xml", name)
                if match:
                    numbered[int(match[1])] = name
            found = [name for _, name in sorted(numbered.items())]
        return found

    def _page(self, number: int, name: str) -> Page:
        root = self._opened.xml(name)
        tree = None if root is None else root.find(f"{_P}cSld/{_P}spTree")
        if tree is None:
            return Page(number, "", Status.DAMAGED, BROKEN)
        self.owners.append(name)
        writer = TextWriter()
        places = self._places(name)
        shapes = list(_shapes(tree, places, _plain, 0))
        for shape in shapes:
            if shape.role in _TITLES:
                writer.heading(" ".join(_lines(shape.element)), 1)
        for shape in _in_order([each for each in shapes if each.role not in (*_TITLES, *_FURNITURE)]):
            self._shape(writer, name, shape)
        self._beside(writer, name)
        is_wordless = not writer.text.strip()
        footers = list(dict.fromkeys(line for each in shapes if each.role in ("ftr", "hdr")
                                     for line in _lines(each.element)))  # fmt: skip
        start = len(writer.text)
        for line in footers:
            writer.line(line)
        text = writer.text
        furniture = ((start + 1 if start else 0, len(text)),) if footers and text else ()
        if is_wordless and self._opened.related(name, "image"):
            self.wordless.append(name)
        reason = _PICTURES_ONLY if is_wordless and self.wordless[-1:] == [name] else ""
        status = Status.READ if text.strip() else Status.EMPTY
        if name in self._opened.package.broken:
            status, reason = Status.DAMAGED, "This slide is partly damaged; what could still be read is here."
        return Page(number, text, status, reason, writer.headings, furniture)

    def _places(self, name: str) -> dict[str, tuple[float, float]]:
        """Return where the layout of a slide puts its placeholders, by their number and their role."""
        found: dict[str, tuple[float, float]] = {}
        for layout in self._opened.related(name, "slideLayout"):
            for part in (*self._opened.related(layout, "slideMaster"), layout):
                root = self._opened.xml(part)
                tree = None if root is None else root.find(f"{_P}cSld/{_P}spTree")
                for shape in () if tree is None else _shapes(tree, {}, _plain, 0):
                    holder = next(shape.element.iter(_P + "ph"), None)
                    if holder is not None and next(shape.element.iter(A + "off"), None) is not None:
                        found[f"#{holder.get('idx') or '0'}"] = shape.top, shape.left
                        found[holder.get("type") or "body"] = shape.top, shape.left
        return found

    def _shape(self, writer: TextWriter, name: str, shape: _Shape) -> None:
        table = next(shape.element.iter(A + "tbl"), None)
        if table is not None:
            writer.gap()
            for line in rows.lines(_rows(table)):
                writer.line(line)
            writer.gap()
            return
        for element in shape.element.iter(*ooxml.DIAGRAMS):
            for line in ooxml.drawn(self._opened, name, reference(element)):
                writer.line(line)
        lines = _lines(shape.element)
        for line in lines:
            writer.line(line)
        if len(lines) > 1:
            writer.gap()

    def _beside(self, writer: TextWriter, name: str) -> None:
        """Write the notes under a slide, and the comments on it."""
        for part in self._opened.related(name, "notesSlide"):
            root = self._opened.xml(part)
            tree = None if root is None else root.find(f"{_P}cSld/{_P}spTree")
            shapes = [] if tree is None else list(_shapes(tree, {}, _plain, 0))
            written = [each.element for each in shapes if each.role not in (*_FURNITURE, "sldImg")]
            lines = [line for each in written for line in _lines(each)]
            if lines:
                writer.gap()
                writer.line("Notes:")
                for line in lines:
                    writer.line(line)
        for part in self._opened.related(name, "comments"):
            root = self._opened.xml(part)
            for comment in () if root is None else root.iter():
                if isinstance(comment.tag, str) and comment.tag.rpartition("}")[2] in ("cm", "reply"):
                    self._comment(writer, comment)

    def _comment(self, writer: TextWriter, comment: Any) -> None:
        body = next((each for each in comment if str(each.tag).endswith("}txBody")), None)
        text = (comment.findtext(_P + "text") or "") if body is None else " ".join(_lines(comment, own=True))
        author = self._authors.get(comment.get("authorId") or "", "")
        if text.strip():
            writer.line(f"Comment{f' by {author}' if author else ''}: {' '.join(text.split())}")


def _plain(x: float, y: float) -> tuple[float, float]:
    return x, y


def _shapes(tree: Any, places: dict[str, tuple[float, float]], place: Any, depth: int) -> Iterator[_Shape]:
    """Yield the shapes of a tree with where they stand on the slide, those of groups, too."""
    for child in tree:
        if child.tag == _COMPATIBLE:
            choice = child.find(_CHOICE)
            if choice is not None:
                yield from _shapes(choice, places, place, depth)
        elif child.tag == _P + "grpSp":
            if depth >= _DEEP:
                raise RecursionError
            yield from _shapes(child, places, _moved(child, place), depth + 1)
        elif child.tag in _SHAPES:
            holder = next(child.iter(_P + "ph"), None)
            role = "" if holder is None else holder.get("type") or "body"
            offset = next(child.iter(A + "off"), None)
            if offset is not None:
                left, top = place(_number(offset.get("x")), _number(offset.get("y")))
            elif holder is not None:
                top, left = places.get(f"#{holder.get('idx') or '0'}", places.get(role, (0, 0)))
            else:
                top, left = 0, 0
            yield _Shape(child, top, left, role)


def _moved(group: Any, place: Any) -> Any:
    """Return how the coordinates inside a group become those of the slide."""
    frame = group.find(f"{_P}grpSpPr/{A}xfrm")
    if frame is None:
        return place
    values = []
    for name, first, second in (("off", "x", "y"), ("ext", "cx", "cy"), ("chOff", "x", "y"), ("chExt", "cx", "cy")):
        found = frame.find(A + name)
        values.append((0.0, 0.0) if found is None else (_number(found.get(first)), _number(found.get(second))))
    (left, top), (width, height), (inner_left, inner_top), (inner_width, inner_height) = values

    def moved(x: float, y: float) -> tuple[float, float]:
        return tuple(place(left + (x - inner_left) * (width / inner_width if inner_width else 1),
                           top + (y - inner_top) * (height / inner_height if inner_height else 1)))  # fmt: skip

    return moved


def _in_order(shapes: list[_Shape]) -> list[_Shape]:
    """Sort shapes from top to bottom, and those that begin at nearly the same height from left to right."""
    found: list[_Shape] = []
    row: list[_Shape] = []
    for shape in sorted(shapes, key=lambda each: each.top):
        if row and shape.top - row[0].top > _ROW:
            found += sorted(row, key=lambda each: each.left)
            row = []
        row.append(shape)
    return found + sorted(row, key=lambda each: each.left)


def _number(text: str | None) -> float:
    digits = (text or "").removeprefix("-")
    return float(text or 0) if digits.isdecimal() and len(digits) < 16 else 0.0


def _lines(shape: Any, *, own: bool = False) -> list[str]:
    """Return the paragraphs of a shape, with the numbers that PowerPoint makes up; `own`: not those of inner ones."""
    lines = []
    counts: dict[tuple[int, str], int] = {}
    bodies = [each for each in shape if str(each.tag).endswith("}txBody")] if own else [shape]
    for paragraph in (each for body in bodies for each in body.iter(A + "p")):
        text = "".join(_runs(paragraph)).strip()
        properties = paragraph.find(A + "pPr")
        numbered = None if properties is None else properties.find(A + "buAutoNum")
        level = 0 if properties is None else whole(properties.get("lvl"), 0)
        kind = None if numbered is None else numbered.get("type") or "arabicPeriod"
        # A list goes on as long as there are only deeper paragraphs between its own.
        counts = {key: count for key, count in counts.items() if key[0] < level or key == (level, kind)}
        if kind is not None and numbered is not None and text:
            count = counts.get((level, kind), whole(numbered.get("startAt"), 1) - 1) + 1
            counts[level, kind] = count
            text = f"{_label(count, kind)} {text}"
        lines += [" ".join(line.split()) for line in text.splitlines() if line.strip()]
    return lines


def _label(count: int, kind: str) -> str:
    form = next((own for name, own in _FORMS.items() if kind.startswith(name)), "decimal")
    text = formatted(count, form)
    return f"({text})" if kind.endswith("ParenBoth") else f"{text})" if kind.endswith("ParenR") else f"{text}."


def _runs(paragraph: Any) -> Iterator[str]:
    for node in paragraph.iter(A + "t", A + "br", A + "tab"):
        if node.tag == A + "t":
            if (node.getparent().get("type") or "") != "slidenum":
                yield node.text or ""
        else:
            yield "\n" if node.tag == A + "br" else "\t"


def _rows(table: Any) -> Iterator[list[str]]:
    for row in table.iterchildren(A + "tr"):
        yield [" ".join(_lines(cell)) for cell in row.iterchildren(A + "tc")]


def _sample() -> bytes:
    """A small file, made without a library that writes them."""
    names = f'xmlns:p="{_P[1:-1]}" xmlns:a="{A[1:-1]}" xmlns:r="{R[1:-1]}"'
    text = "<p:txBody><a:p><a:r><a:t>Hello</a:t></a:r></a:p></p:txBody>"
    relation = '<Relationships><Relationship Id="r1" Type="{}/{}" Target="{}"/></Relationships>'
    office = R[1:-1]
    kind = "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"
    shape = f'<p:sp><p:nvSpPr><p:nvPr><p:ph type="title"/></p:nvPr></p:nvSpPr>{text}</p:sp>'
    return package.rebuilt({
        "[Content_Types].xml": (
            f'<Types><Override PartName="/ppt/presentation.xml" ContentType="{kind}"/></Types>'.encode()
        ),
        "_rels/.rels": relation.format(office, "officeDocument", "ppt/presentation.xml").encode(),
        "ppt/presentation.xml": (
            f'<p:presentation {names}><p:sldIdLst><p:sldId r:id="r1"/></p:sldIdLst></p:presentation>'.encode()
        ),
        "ppt/_rels/presentation.xml.rels": relation.format(office, "slide", "slides/slide1.xml").encode(),
        "ppt/slides/slide1.xml": (
            f"<p:sld {names}><p:cSld><p:spTree>{shape}</p:spTree></p:cSld></p:sld>".encode()
        ),
    })  # fmt: skip

"""What Office files of 2007 and later have in common: relations, parts as XML, embedded files, diagrams, charts.

Strict files, which name all elements anew, become like the usual ones. The package is taken apart here
and not by python-docx or python-pptx: they refuse templates, slide shows, strict files and whatever is
broken anywhere in a package.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from app.documents import imprint, ole
from app.documents.imprint import Imprint
from app.documents.package import Package
from app.documents.parts import Parts, file_name
from app.documents.source import storable
from app.documents.xml import parsed

R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_DC, _TERMS = "{http://purl.org/dc/elements/1.1/}", "{http://purl.org/dc/terms/}"
_CORE = "{http://schemas.openxmlformats.org/package/2006/metadata/core-properties}"
_DIAGRAM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
_CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_CHART_EX = "{http://schemas.microsoft.com/office/drawing/2014/chartex}chart"
DIAGRAMS = frozenset({_DIAGRAM + "relIds", _CHART + "chart", _CHART_EX})
PARTLY = "The file is partly broken; what could still be read is here."
PART_BROKEN = "A file or picture inside it is broken and was left out."
PARTS_ONLY = "There is no text in the file itself; what is inside it is read as files of their own."
LATE = "Only a part of the file was read, because it took too long."
_STRICT = re.compile(rb"http://purl\.oclc\.org/ooxml/(\w+)/(\w+)")
_PICTURE = 40_000  # bytes from which on a picture may be a scan and not a logo
PICTURES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".heic", ".gif", ".webp")
_POINTS = 5000  # of a chart that are read


@dataclass(frozen=True, slots=True)
class Relation:
    """Where a part points to; `kind` is the last word of its type, `target` a part's name, "" outside the file."""

    kind: str
    target: str


class Opened:
    """An Office package with its parts as XML."""

    def __init__(self, data: bytes) -> None:
        self.package = Package(data)
        self._relations: dict[str, dict[str, Relation]] = {}

    def xml(self, name: str) -> Any:
        """Return the root element of a part, None where there is none to be had."""
        data = self.package.read(name) if name else None
        if not data:
            return None
        if b"purl.oclc.org/ooxml" in data[:65536]:
            data = _STRICT.sub(rb"http://schemas.openxmlformats.org/\1/2006/\2", data)
        root, whole = parsed(data)
        if not whole:
            self.package.broken.add(name)
        return root

    def relations(self, name: str) -> dict[str, Relation]:
        """Return where a part points to, by the ids that it uses."""
        if name not in self._relations:
            folder, _, own = name.rpartition("/")
            root = self.xml(f"{folder}/_rels/{own}.rels" if folder else f"_rels/{own}.rels")
            self._relations[name] = {
                each.get("Id") or "": _relation(each, folder) for each in (root if root is not None else ())
                if isinstance(each.tag, str)
            }  # fmt: skip
        return self._relations[name]

    def related(self, name: str, kind: str) -> list[str]:
        """Return the parts that a part points to by a kind of relation."""
        found = (each.target for each in self.relations(name).values() if each.kind == kind and each.target)
        return [target for target in dict.fromkeys(found) if target in self.package]

    def main(self, *otherwise: str) -> str:
        """Return the name of the part with the document itself; "" where there is none."""
        names = [*self.related("", "officeDocument"), *otherwise]
        return next((name for name in names if name in self.package), "")

    @property
    def title(self) -> str:
        """The title that the file gives itself."""
        return " ".join(storable(self._said(_DC + "title")).split())[:300]

    @property
    def imprint(self) -> Imprint:
        """When it was last saved, since an old file is often where a new one began; its author, and who saved it."""
        dates = (self._said(f"{_TERMS}{name}") for name in ("modified", "created"))
        names = (self._said(_DC + "creator"), self._said(_CORE + "lastModifiedBy"))
        return imprint.of(dates, (name for each in names for name in each.split(";")))

    def _said(self, element: str) -> str:
        """Return what one of the file's core properties says."""
        for name in (*self.related("", "core-properties"), "docProps/core.xml"):
            root = self.xml(name) if name in self.package else None
            found = root.find(element) if root is not None else None
            if found is not None:
                return found.text or ""
        return ""

    def damage(self) -> bool:
        """Whether anything that holds text is broken; a broken picture is not meant."""
        return any(not name or name.lower().endswith((".xml", ".rels")) for name in self.package.broken)

    def embedded(self, parts: Parts, owners: Iterable[str], *, any_picture: bool = False) -> None:
        """Gather the files inside the file that its parts `owners` point to, and pictures that may be scans."""
        seen: set[str] = set()
        for owner in owners:
            for relation in self.relations(owner).values():
                name = relation.target
                if name in seen or name not in self.package:
                    continue
                if relation.kind in ("package", "oleObject", "aFChunk", "attachedToolbars", "subDocument"):
                    seen.add(name)
                    self._file(parts, name)
                elif relation.kind == "image" and name.lower().endswith(PICTURES):
                    seen.add(name)
                    if any_picture or self.package.size(name) >= _PICTURE:
                        self._add(parts, name, file_name(name, "picture"))

    def _file(self, parts: Parts, name: str) -> None:
        if not parts.fits(self.package.size(name)):
            return
        data = self.package.read(name, parts.room) or b""
        if data.startswith(ole.SIGNATURE):
            for inner, content in ole.files(data, file_name(name, "object")):
                parts.add(inner, content)
        elif data:
            parts.add(file_name(name, "file"), data)

    def _add(self, parts: Parts, name: str, as_name: str) -> None:
        if parts.fits(self.package.size(name)) and (data := self.package.read(name, parts.room)):
            parts.add(as_name, data)


def _relation(element: Any, folder: str) -> Relation:
    kind = (element.get("Type") or "").rpartition("/")[2]
    target = (element.get("Target") or "").partition("#")[0]
    if element.get("TargetMode") == "External" or not target:
        return Relation(kind, "")
    path = unquote(target).replace("\\", "/")
    path = posixpath.normpath(path.lstrip("/") if path.startswith("/") else posixpath.join(folder, path))
    return Relation(kind, "" if path.startswith("..") else path)


def reference(element: Any) -> str:
    """The id by which a diagram or chart is pointed to from the text."""
    return element.get(R + "dm") or element.get(R + "id") or ""


def drawn(opened: Opened, owner: str, key: str) -> Iterator[str]:
    """Yield the lines of a diagram's or a chart's text."""
    relation = opened.relations(owner).get(key)
    root = opened.xml(relation.target) if relation and relation.target in opened.package else None
    if root is None:
        return
    if root.tag == _DIAGRAM + "dataModel":
        for point in root.iter(_DIAGRAM + "pt"):
            if point.get("type") in (None, "node", "asst"):
                yield from (line for line in map(line_of, point.iter(A + "p")) if line)
    else:
        yield from _chart(root)


def line_of(paragraph: Any) -> str:
    """The text of a drawing's paragraph in one line."""
    pieces = []
    for node in paragraph.iter(A + "t", A + "br", A + "tab"):
        pieces.append((node.text or "") if node.tag == A + "t" else " ")
    return " ".join("".join(pieces).split())


def _chart(root: Any) -> Iterator[str]:
    """Yield a chart's titles, and its figures as a table of a row a category."""
    for title in root.iter(_CHART + "title"):
        line = " ".join(filter(None, map(line_of, title.iter(A + "p"))))
        if line:
            yield f"Chart: {line}"
    series = [each for plot in root.iter(_CHART + "plotArea") for each in plot.iter(_CHART + "ser")]
    names, rows = [""], dict[str, list[str]]()
    for number, each in enumerate(series[:50], 1):
        names.append(" ".join(_points(each.find(_CHART + "tx")).values()) or f"Series {number}")
        labels = _points(each.find(_CHART + "cat"))
        for place, value in _points(each.find(_CHART + "val")).items():
            rows.setdefault(labels.get(place, str(place + 1)), [""] * (len(series) + 1))[number] = value
    if rows:
        for label, values in rows.items():
            pairs = (f"{name}: {value}" for name, value in zip(names[1:], values[1:], strict=False) if value)
            yield " | ".join([label, *pairs])


def _points(element: Any) -> dict[int, str]:
    found: dict[int, str] = {}
    if element is None:
        return found
    for number, point in enumerate(element.iter(_CHART + "pt")):
        if number >= _POINTS:
            break
        value = " ".join((point.findtext(_CHART + "v") or "").split())
        place = point.get("idx") or ""
        found[int(place) if place.isdigit() and len(place) < 9 else number] = value
    if not found:
        value = element.findtext(_CHART + "v")
        return {0: value} if value else {}
    return found

"""OpenDocument slides → pages: a slide's title first, its shapes from the top left on, its notes last."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from app.documents import ooxml, rows
from app.documents.odf import DRAW, OFFICE, PRESENTATION, TABLE, Opened
from app.documents.opendocument import Writing
from app.documents.source import Source, TextWriter
from app.types import Page, Status

_SVG = "{urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0}"
_LENGTH = re.compile(r"(-?\d{1,9}(?:\.\d{1,9})?)(cm|mm|in|pt|pc|px)?")
_CENTIMETRES = {"cm": 1.0, "mm": 0.1, "in": 2.54, "pt": 0.0353, "pc": 0.423, "px": 0.0265}
_ROW = 0.8  # centimetres: shapes whose tops are so near stand beside each other
_FURNITURE = ("page-number", "date-time", "footer", "header", "page")
_DEEP = 50


def pages(opened: Opened, source: Source) -> Iterator[Page]:
    """Yield each slide as a page."""
    for number, slide in enumerate(opened.body.iterchildren(DRAW + "page"), 1):
        if source.late:
            yield Page(number, "", Status.TIMED_OUT, ooxml.LATE)
            continue
        writer = _written(opened, source, slide)
        text = writer.text
        status = Status.READ if text.strip() else Status.EMPTY
        reason = ""
        if opened.is_broken and text.strip():
            status, reason = Status.DAMAGED, ooxml.PARTLY
        yield Page(number, text, status, reason, writer.headings)


def _written(opened: Opened, source: Source, slide: Any) -> TextWriter:
    writing = Writing(opened, source)
    shapes = sorted(_shapes(slide, 0), key=lambda each: each[0])
    for _, _, shape in shapes:
        if shape.get(PRESENTATION + "class") == "title":
            writing.writer.heading(writing.text(shape), 1)
    row: list[tuple[float, float, Any]] = []
    ordered: list[Any] = []
    for each in shapes:
        if row and each[0] - row[0][0] > _ROW:
            ordered += [shape for _, _, shape in sorted(row, key=lambda other: other[1])]
            row = []
        row.append(each)
    ordered += [shape for _, _, shape in sorted(row, key=lambda other: other[1])]
    for shape in ordered:
        role = shape.get(PRESENTATION + "class") or ""
        if role == "title" or role in _FURNITURE or shape.get(PRESENTATION + "placeholder") == "true":
            continue
        table = shape if shape.tag == TABLE + "table" else shape.find(TABLE + "table")
        if table is None:
            writing.blocks(shape)
            continue
        writing.writer.gap()
        for line in rows.lines(writing.rows(table)):
            writing.writer.line(line)
        writing.writer.gap()
    _notes(writing, slide)
    return writing.writer


def _notes(writing: Writing, slide: Any) -> None:
    for annotation in slide.iterchildren(OFFICE + "annotation"):
        writing.comment(annotation)
    for line in writing.take_aside():
        writing.writer.line(line)
    for notes in slide.iterchildren(PRESENTATION + "notes"):
        frames = [frame for frame in notes.iter(DRAW + "frame")
                  if (frame.get(PRESENTATION + "class") or "notes") not in _FURNITURE]  # fmt: skip
        if any(writing.text(frame) for frame in frames):
            writing.writer.gap()
            writing.writer.line("Notes:")
            for frame in frames:
                writing.blocks(frame)


def _shapes(parent: Any, depth: int) -> Iterator[tuple[float, float, Any]]:
    """Yield the top, the left and the element of each shape, those of groups, too."""
    if depth > _DEEP:
        raise RecursionError
    for child in parent:
        if child.tag in (DRAW + "g", DRAW + "a"):
            yield from _shapes(child, depth + 1)
        elif isinstance(child.tag, str) and (child.tag.startswith(DRAW) or child.tag == TABLE + "table"):
            yield _length(child.get(_SVG + "y")), _length(child.get(_SVG + "x")), child


def _length(text: str | None) -> float:
    match = _LENGTH.fullmatch(text or "")
    return float(match[1]) * _CENTIMETRES.get(match[2] or "cm", 1.0) if match else 0.0

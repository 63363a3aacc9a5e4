"""How the sample PDFs are set: styles, running heads, and a plain mark-up for legal texts.

Everything is fixed (dates, identifiers, compression), so that the same text gives the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from reportlab.lib import colors
from reportlab.lib.enums import TA_CENTER, TA_JUSTIFY
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Frame,
    KeepTogether,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
    TableStyle,
)

Styles = dict[str, ParagraphStyle]
Decoration = Callable[[Canvas, int], None]

_NUMBERED = re.compile(r"^(\d+\.\d+|\d+\.|\(\w\)) +(.*)$")


def styles(roman: str, bold: str, italic: str, *, size: float, leading: float) -> Styles:
    """Return the named paragraph styles for a document set in these fonts."""
    body = ParagraphStyle("body", fontName=roman, fontSize=size, leading=leading, alignment=TA_JUSTIFY,
                          spaceAfter=leading * 0.35, allowWidows=0, allowOrphans=0)
    left = ParagraphStyle("body_left", parent=body, alignment=0, spaceAfter=2)
    centre = ParagraphStyle("centre", parent=body, alignment=TA_CENTER, fontSize=size + 1.5,
                            leading=leading + 3)
    return {
        "body": body, "body_left": left, "centre": centre,
        "small": ParagraphStyle("small", parent=left, fontSize=size - 2, leading=leading - 2.5),
        "centre_small": ParagraphStyle("centre_small", parent=centre, fontName=italic, fontSize=size - 1.5,
                                       leading=leading - 1),
        "display": ParagraphStyle("display", parent=centre, fontName=bold, fontSize=26, leading=32),
        "title": ParagraphStyle("title", parent=left, fontName=bold, fontSize=size + 5, leading=leading + 7,
                                spaceAfter=leading * 0.5),
        "part": ParagraphStyle("part", parent=left, fontName=bold, fontSize=size + 1, leading=leading + 2,
                               spaceBefore=leading * 0.7, spaceAfter=leading * 0.35, keepWithNext=1),
        "clause": ParagraphStyle("clause", parent=left, fontName=bold, spaceBefore=leading * 0.45,
                                 spaceAfter=leading * 0.2, keepWithNext=1),
        "numbered": ParagraphStyle("numbered", parent=body, leftIndent=30, bulletIndent=0,
                                   bulletFontName=roman, bulletFontSize=size),
        "item": ParagraphStyle("item", parent=body, leftIndent=44, bulletIndent=30),
    }


def legal(text: str, styles: Styles) -> list[object]:
    """Turn `# part`, `## clause`, `1.1 text`, `- item` and `| table |` lines into flowables."""
    story: list[object] = []
    rows: list[list[str]] = []
    for line in [*text.splitlines(), ""]:
        if line.startswith("|"):
            rows.append([cell.strip() for cell in line.strip("|").split("|")])
            continue
        if rows:
            story += [KeepTogether(table(rows, styles)), Spacer(1, 8)]
            rows = []
        if line.strip():
            story.append(_line(line.strip(), styles))
    return story


def _line(line: str, styles: Styles) -> Paragraph:
    if line.startswith("## "):
        return Paragraph(inline(line[3:]), styles["clause"])
    if line.startswith("# "):
        return Paragraph(inline(line[2:]), styles["part"])
    if line.startswith("- "):
        return Paragraph(inline(line[2:]), styles["item"], bulletText="\N{BULLET}")
    numbered = _NUMBERED.match(line)
    if numbered:
        return Paragraph(inline(numbered[2]), styles["numbered"], bulletText=numbered[1])
    return Paragraph(inline(line), styles["body"])


def inline(text: str) -> str:
    """Escape `text` for reportlab and turn **words** bold."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", escaped)


def table(rows: list[list[str]], styles: Styles, widths: list[float] | None = None) -> Table:
    """Return a ruled table; the first row is its head."""
    head = ParagraphStyle("head", parent=styles["body_left"], fontName=styles["clause"].fontName)
    cells = [[Paragraph(inline(cell), head if number == 0 else styles["body_left"]) for cell in row]
             for number, row in enumerate(rows)]
    if widths is None:
        longest = [min(60, max(len(row[column]) for row in rows)) + 6 for column in range(len(rows[0]))]
        widths = [162 * mm * size / sum(longest) for size in longest]
    built = Table(cells, colWidths=widths, repeatRows=1)
    built.setStyle(TableStyle([
        ("GRID", (0, 0), (-1, -1), 0.4, colors.grey), ("BACKGROUND", (0, 0), (-1, 0), colors.whitesmoke),
        ("VALIGN", (0, 0), (-1, -1), "TOP"), ("TOPPADDING", (0, 0), (-1, -1), 2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
    ]))
    return built


def build(path: Path, story: list[object], *, title: str, author: str, header: Decoration,
          margins: tuple[float, float, float, float], first: Decoration | None = None) -> None:
    """Set `story` on A4 with margins (left, right, top, bottom); `first` decorates page one alone."""
    left, right, top, bottom = margins
    document = BaseDocTemplate(str(path), pagesize=A4, title=title, author=author, invariant=1,
                               pageCompression=1)
    width, height = A4

    def decorate(mark: Decoration) -> Callable[[Canvas, BaseDocTemplate], None]:
        def on_page(canvas: Canvas, _: BaseDocTemplate) -> None:
            canvas.saveState()
            mark(canvas, canvas.getPageNumber())
            canvas.restoreState()
        return on_page

    def frame() -> Frame:
        return Frame(left, bottom, width - left - right, height - top - bottom, 0, 0, 0, 0)

    templates = [PageTemplate("inner", frame(), onPage=decorate(header))]
    if first is not None:
        templates.insert(0, PageTemplate("first", frame(), onPage=decorate(first)))
    document.addPageTemplates(templates)
    document.build(story)

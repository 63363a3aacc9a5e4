"""A PDF, laid out and written by Qt: A4, with fonts for whatever writing the system has them for.

Owns Qt outside the window: nothing is shown, and where no application of Qt is there one without a display is made for
as long as it takes. Text is inserted as text and nothing is loaded. The PDF says nothing of who made it or where.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from PySide6.QtCore import QBuffer, QEventLoop, QIODevice, QMarginsF, QRectF, QSizeF, Qt, QUrl
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontDatabase,
    QGuiApplication,
    QImage,
    QPageLayout,
    QPageSize,
    QPainter,
    QPdfWriter,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextOption,
)

from app.export.paper import Chapter, Line, Note, Paper

# Everything is measured in pixels of a tenth of a point, fonts too: what Qt makes of points differs between screens.
_DPI = 720
_POINT = 10
_MM = _DPI / 25.4
_SIDE, _TOP, _BOTTOM, _EDGE = 24, 24, 22, 12  # mm; the last from the paper's edge to header and footer
_INK, _MUTED, _BAD, _WARN, _ACCENT = "#1f2933", "#5b6670", "#b01e1e", "#8a5a00", "#1d5c86"
_HEADING = 1  # of a block that must not stand alone at the end of a page
_SMALL = 8.5  # points


class _Document(QTextDocument):
    """A text that loads nothing."""

    def loadResource(self, kind: int, name: QUrl | str) -> Any:  # noqa: N802 (Qt's name)
        blank = QImage(1, 1, QImage.Format.Format_ARGB32)
        blank.fill(0)
        return blank


def to_bytes(paper: Paper) -> bytes:
    """Return the export as the bytes of a PDF; usable from any thread where an application of Qt runs."""
    with _application():
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        writer = QPdfWriter(buffer)
        writer.setResolution(_DPI)
        writer.setTitle(paper.title)
        writer.setCreator("Carrel")
        writer.setPageLayout(QPageLayout(
            QPageSize(QPageSize.PageSizeId.A4), QPageLayout.Orientation.Portrait, QMarginsF(0, 0, 0, 0),
            QPageLayout.Unit.Millimeter,
        ))
        document = _Text().of(paper)
        _paint(document, writer, paper.exported)
        buffer.close()
        return bytes(buffer.data().data())


@contextlib.contextmanager
def _application() -> Iterator[None]:
    """Have an application, without which Qt has no fonts."""
    if QGuiApplication.instance() is not None:
        loop = QEventLoop()  # a text has a timer, which a worker's thread could not take: it has no loop by itself
        yield
        del loop
        return
    made = QGuiApplication(["carrel", "-platform", "offscreen"])
    try:
        yield
    finally:
        made.shutdown()


class _Text:
    """Fills one document."""

    def __init__(self) -> None:
        self._document = document = _Document()
        document.setUndoRedoEnabled(False)
        document.setDocumentMargin(0)
        document.setDefaultFont(_font(10.5))
        document.setPageSize(QSizeF((210 - 2 * _SIDE) * _MM, (297 - _TOP - _BOTTOM) * _MM))
        self._cursor = QTextCursor(document)
        self._begun = False

    def of(self, paper: Paper) -> QTextDocument:
        """Return the document with all of `paper` in it."""
        self._cursor.beginEditBlock()  # laid out once, when all of it is there
        self._block(after=1)
        self._say(paper.title, size=19, bold=True)
        for chapter in paper.chapters:
            self._chapter(chapter)
        self._heading("About this export", size=10.5, before=8, colour=_MUTED)
        for sentence in paper.about:
            self._block(after=1)
            self._say(sentence, size=_SMALL, colour=_MUTED)
        self._cursor.endEditBlock()
        _keep_headings(self._document)
        return self._document

    def _chapter(self, chapter: Chapter) -> None:
        self._heading(chapter.question, size=14, before=9, colour=_INK)
        for name, told in chapter.facts:
            self._block(after=.6)
            self._say(f"{name}: ", size=_SMALL, colour=_MUTED, bold=True)
            self._say(told, size=_SMALL, colour=_MUTED)
        for remark in chapter.remarks:
            self._block(before=3, after=1)
            self._say(remark, bold=True)
        for part in chapter.parts:
            self._heading(part.caption, size=10.5, before=4, colour=_MUTED)
            for lines in part.paragraphs:
                self._block(after=2.2, height=140)
                for number, line in enumerate(lines):
                    self._line(line, " " if number else "")
        notes = list(chapter.notes)
        if notes:
            self._heading("Notes", size=10.5, before=4, colour=_MUTED)
        for note in notes:
            self._note(note)

    def _line(self, line: Line, gap: str) -> None:
        self._say(gap)
        self._say(line.text, dotted=line.doubtful)
        if line.notes:
            self._say(",".join(str(note.number) for note in line.notes), colour=_ACCENT, raised=True)
        if line.label:
            self._say(f" [{line.label}]".replace(" ", "\u00a0"), size=_SMALL, bold=line.doubtful or line.partly,
                      colour=_BAD if line.doubtful else _WARN if line.partly else _MUTED)

    def _note(self, note: Note) -> None:
        self._block(after=1.6, hanging=7)
        self._say(f"{note.number}\t", size=_SMALL, colour=_ACCENT, bold=True)
        if note.place:
            self._say(f"{note.place}. ", size=_SMALL, bold=True)
        if note.quote:
            self._say(f"“{note.quote}” ", size=_SMALL)
        self._say(" ".join(note.said), size=_SMALL, colour=_MUTED)

    def _heading(self, text: str, *, size: float, before: float, colour: str) -> None:
        self._block(before=before, after=1.5, heading=True)
        self._say(text, size=size, bold=True, colour=colour)

    def _block(self, *, before: float = 0, after: float = 0, height: int = 120, hanging: float = 0,
               heading: bool = False) -> None:
        """Begin a paragraph; lengths in mm, `height` of its lines in percent."""
        shape = QTextBlockFormat()
        shape.setTopMargin(before * _MM)
        shape.setBottomMargin(after * _MM)
        shape.setLineHeight(height, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        if hanging:
            shape.setLeftMargin(hanging * _MM)
            shape.setTextIndent(-hanging * _MM)
            shape.setTabPositions([QTextOption.Tab(hanging * _MM, QTextOption.TabType.LeftTab)])
        if heading:
            shape.setProperty(QTextBlockFormat.Property.UserProperty.value, _HEADING)
        if self._begun:
            self._cursor.insertBlock(shape)
        else:
            self._cursor.setBlockFormat(shape)
            self._begun = True

    def _say(self, text: str, *, size: float = 10.5, colour: str = _INK, bold: bool = False, raised: bool = False,
             dotted: bool = False) -> None:
        shape = QTextCharFormat()
        shape.setFont(_font(size, bold=bold))
        shape.setForeground(QColor(colour))
        if raised:
            shape.setVerticalAlignment(QTextCharFormat.VerticalAlignment.AlignSuperScript)
        if dotted:
            shape.setUnderlineStyle(QTextCharFormat.UnderlineStyle.DotLine)
            shape.setUnderlineColor(QColor(_BAD))
        self._cursor.insertText(text, shape)


def _font(size: float, *, bold: bool = False) -> QFont:
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    font.setPixelSize(round(size * _POINT))
    font.setBold(bold)
    return font


def _keep_headings(document: QTextDocument) -> None:
    """Move a heading that ends a page to the next, where what it stands over begins."""
    height, kind = document.pageSize().height(), QTextBlockFormat.Property.UserProperty.value
    block = document.begin()
    while (following := block.next()).isValid():
        if block.blockFormat().property(kind) == _HEADING and _top(block) // height < _top(following) // height:
            shape = block.blockFormat()
            shape.setPageBreakPolicy(QTextBlockFormat.PageBreakFlag.PageBreak_AlwaysBefore)
            QTextCursor(block).setBlockFormat(shape)
        block = following


def _top(block: QTextBlock) -> float:
    """Return where the first line of a paragraph is; its box may begin on the page before."""
    box = block.document().documentLayout().blockBoundingRect(block)  # which lays it out: without, there is no line
    lines = block.layout()
    return lines.position().y() + lines.lineAt(0).y() if lines.lineCount() else box.top()


def _paint(document: QTextDocument, writer: QPdfWriter, head: str) -> None:
    size, pages = document.pageSize(), document.pageCount()
    painter = QPainter(writer)
    try:
        for page in range(pages):
            if page:
                writer.newPage()
            painter.save()
            painter.translate(_SIDE * _MM, _TOP * _MM - page * size.height())
            document.drawContents(painter, QRectF(0, page * size.height(), size.width(), size.height()))
            painter.restore()
            painter.setFont(_font(7.5))
            painter.setPen(QColor(_MUTED))
            row = QRectF(_SIDE * _MM, _EDGE * _MM, size.width(), 6 * _MM)
            painter.drawText(row, Qt.AlignmentFlag.AlignLeft, head)
            row.moveTop((297 - _EDGE - 6) * _MM)
            painter.drawText(row, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom,
                             f"Page {page + 1} of {pages}")
    finally:
        painter.end()

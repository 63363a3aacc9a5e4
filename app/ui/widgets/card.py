"""An evidence card: rank, file, page and the words around the find; pressing it opens the source.

Paints plain text only. Knows no panel and no session.
"""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QEnterEvent,
    QFont,
    QFontMetricsF,
    QPainter,
    QPaintEvent,
    QPen,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import QAbstractButton, QSizePolicy

from app.coverage import by_ocr, percent
from app.types import Hit
from app.ui.widgets import icons, snippet
from app.ui.widgets.labels import file_name, page_word, tip
from app.ui.widgets.theme import Theme

_PAD = 11
_BADGE = 22
_LINES = 2
_MATTER = .38  # of the first line at most, for the name of the matter


class EvidenceCard(QAbstractButton):
    """One hit as a pressable card.

    `matter` is the name of the one it is from, where several were searched; `inside` the file that its file came in.
    """

    def __init__(self, theme: Theme, hit: Hit, question: str, matter: str = "", inside: str = "") -> None:
        super().__init__()
        self.hit = hit
        self._theme = theme
        self._stems = snippet.stems(question)
        self._name = file_name(hit.passage.file)
        self._where = f"{page_word(hit.passage.kind)} {hit.passage.page}" if hit.passage.page is not None else ""
        self._matter = " ".join(matter.split())
        self._inside = f"in: {file_name(inside)}" if inside else ""
        self.recognised = by_ocr(hit.passage.confidence) if hit.passage.confidence is not None else ""
        self._short = snippet.shorten(hit.passage.text, self._stems, 300)
        self.setCheckable(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        where = f", {self._where}" if self._where else ""
        origin = f" in {self._matter}" if self._matter else ""
        told = "".join(f", {each}" for each in (self._inside, self.recognised) if each)
        self.setAccessibleName(f"Passage {hit.rank}: {self._name}{where}{origin}{told}")
        self.setAccessibleDescription(self._short)
        named = f"{self._matter}\n" if self._matter else ""
        scanned = f"\n{_capital(self.recognised)}: compare it with the page" if self.recognised else ""
        self.setToolTip(tip(f"{named}{hit.passage.file}{where}{scanned}\nOpen beside the conversation"))
        theme.changed.connect(self.update)

    def nextCheckState(self) -> None:  # noqa: N802 (Qt's name)
        """Being shown in the source pane is set by the conversation, not by the press."""

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        head = QFontMetricsF(self._theme.font(bold=True)).height()
        text = QFontMetricsF(self._theme.font(.95)).lineSpacing()
        return QSize(320, round(2 * _PAD + max(head, _BADGE) + 4 + _LINES * text))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        return QSize(180, self.sizeHint().height())

    def enterEvent(self, event: QEnterEvent) -> None:  # noqa: N802 (Qt's name)
        super().enterEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 (Qt's name)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = self._theme.colours
        strong = self.isChecked() or self.hasFocus()
        edge = colours.accent if strong else colours.border_strong if self.underMouse() else colours.border
        width = 2.0 if strong else 1.0
        fill = colours.accent_soft if self.isChecked() else colours.hover if self.isDown() else colours.surface
        painter.setPen(QPen(QColor(edge), width))
        painter.setBrush(QColor(fill))
        inset = width / 2
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(inset, inset, -inset, -inset), 9, 9)
        self._paint_head(painter)
        self._paint_snippet(painter)
        painter.end()

    def _paint_head(self, painter: QPainter) -> None:
        colours = self._theme.colours
        badge = QRectF(_PAD, _PAD, _BADGE + 4, _BADGE)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.accent if self.isChecked() else colours.accent_soft))
        painter.drawRoundedRect(badge, 6, 6)
        painter.setFont(self._theme.font(.9, bold=True))
        painter.setPen(QColor(colours.on_accent if self.isChecked() else colours.accent))
        painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, str(self.hit.rank))
        x = badge.right() + 9
        painter.drawPixmap(QPointF(x, _PAD + (_BADGE - 16) / 2), icons.pixmap(
            icons.kind_icon(self.hit.passage.kind), colours.muted, 16, icons.density(self)))
        x += 16 + 6
        small = QFontMetricsF(self._theme.font(.9))
        room = small.horizontalAdvance(self._where) + 8 if self._where else 0
        right = float(self.width() - _PAD)
        if self.recognised:
            right = self._paint_recognised(painter, right)
        matter = small.elidedText(self._matter, Qt.TextElideMode.ElideRight, (right - x - room) * _MATTER)
        beside = small.horizontalAdvance(matter) + 14 if matter else 0
        name_font = self._theme.font(bold=True)
        painter.setFont(name_font)
        painter.setPen(QColor(colours.text))
        name_room = right - x - room - beside
        name = QFontMetricsF(name_font).elidedText(self._name, Qt.TextElideMode.ElideMiddle, name_room)
        painter.drawText(QRectF(x, _PAD, name_room, _BADGE), Qt.AlignmentFlag.AlignVCenter, name)
        painter.setFont(self._theme.font(.9))
        if self._inside:
            after = QFontMetricsF(name_font).horizontalAdvance(name) + 10
            painter.setPen(QColor(colours.muted))
            painter.drawText(QRectF(x + after, _PAD, name_room - after, _BADGE), Qt.AlignmentFlag.AlignVCenter,
                             small.elidedText(self._inside, Qt.TextElideMode.ElideMiddle, name_room - after))
        aside = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        painter.setPen(QColor(colours.accent))
        painter.drawText(QRectF(right - room - beside, _PAD, beside, _BADGE), aside, matter)
        painter.setPen(QColor(colours.muted))
        painter.drawText(QRectF(right - room, _PAD, room, _BADGE), aside, self._where)

    def _paint_recognised(self, painter: QPainter, right: float) -> float:
        """Say at the right that the words were read by OCR; returns where the rest of the line has to end."""
        font = self._theme.font(.85)
        confidence = self.hit.passage.confidence
        words = f"OCR {percent(confidence)}" if confidence is not None else "OCR"
        width = QFontMetricsF(font).horizontalAdvance(words) + 30
        place = QRectF(right - width, _PAD + 1, width, _BADGE - 2)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.colour("warn_soft"))
        painter.drawRoundedRect(place, 6, 6)
        colour = self._theme.colours.warn
        painter.drawPixmap(QPointF(place.left() + 6, place.top() + (place.height() - 14) / 2),
                           icons.pixmap("scan", colour, 14, icons.density(self)))
        painter.setFont(font)
        painter.setPen(QColor(colour))
        painter.drawText(place.adjusted(24, 0, -4, 0), Qt.AlignmentFlag.AlignVCenter, words)
        return place.left() - 9

    def _paint_snippet(self, painter: QPainter) -> None:
        font = self._theme.font(.95)
        metrics = QFontMetricsF(font)
        width = self.width() - 2 * _PAD
        text = self._fitting(metrics, width)
        layout = self._laid_out(text, font, width)
        if layout.lineCount() > _LINES:  # the last line that fits ends in dots
            at = layout.lineAt(_LINES - 1).textStart()
            head = text.encode("utf-16-le")[: 2 * at].decode("utf-16-le", "ignore")
            bold_room = width - metrics.averageCharWidth() * 2
            text = head + metrics.elidedText(text[len(head):], Qt.TextElideMode.ElideRight, bold_room)
            layout = self._laid_out(text, font, width)
        painter.setPen(self._theme.colour("muted"))
        place = QPointF(_PAD, _PAD + _BADGE + 6)
        for number in range(min(layout.lineCount(), _LINES)):
            layout.lineAt(number).draw(painter, place)

    def _laid_out(self, text: str, font: QFont, width: float) -> QTextLayout:
        layout = QTextLayout(text, font)
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        layout.setTextOption(option)
        layout.setFormats([self._bold(text, start, end) for start, end in snippet.matches(text, self._stems)])
        layout.beginLayout()
        for number in range(_LINES + 1):
            row = layout.createLine()
            if not row.isValid():
                break
            row.setLineWidth(width)
            row.setPosition(QPointF(0, number * QFontMetricsF(font).lineSpacing()))
        layout.endLayout()
        return layout

    def _fitting(self, metrics: QFontMetricsF, width: float) -> str:
        """The part of the passage that is worth the place of two lines, a little more than they hold."""
        room = width * _LINES
        if metrics.horizontalAdvance(self._short) <= room:
            return self._short
        letters = max(40, int(len(self._short) * room / metrics.horizontalAdvance(self._short)))
        return snippet.shorten(self.hit.passage.text, self._stems, letters)

    def _bold(self, text: str, start: int, end: int) -> QTextLayout.FormatRange:
        found = QTextLayout.FormatRange()
        found.start = utf16(text, start)
        found.length = utf16(text, end) - found.start
        found.format.setFontWeight(700)
        found.format.setForeground(self._theme.colour("text"))
        return found


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def utf16(text: str, position: int) -> int:
    """Return where Qt, which counts in UTF-16 units, has the character at `position`."""
    return len(text[:position].encode("utf-16-le", "surrogatepass")) // 2

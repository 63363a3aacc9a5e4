"""An evidence card: file, page and the words around the find, marked; pressing it opens the source.

Paints plain text only. Knows no panel and no session.
"""

from __future__ import annotations

import re
from pathlib import PurePath

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QEnterEvent,
    QFont,
    QFontMetricsF,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import QAbstractButton, QSizePolicy

from app.coverage import by_ocr, percent
from app.places import file_name, page_word
from app.types import Hit, StoredPassage
from app.ui.widgets import dates, icons, snippet
from app.ui.widgets.labels import tip
from app.ui.widgets.theme import Theme

_PAD = 11
_BADGE = 22
_LINES = 2
_LINES_FOUND = 3  # of a search, where there is no answer below that says more
_LETTERS = 450
_MATTER = .38  # of the first line at most, for the name of the matter


class EvidenceCard(QAbstractButton):
    """One hit as a pressable card.

    `matter` is the name of the one it is from, where several were searched; `inside` the file that its file came in.
    """

    def __init__(self, theme: Theme, hit: Hit, question: str, matter: str = "", inside: str = "", *,
                 numbered: bool = True) -> None:
        """`numbered` is a card that an answer cites; others say more of where the words stand."""
        super().__init__()
        self.hit = hit
        self._theme = theme
        self._numbered = numbered
        self._lines = _LINES if numbered else _LINES_FOUND
        self._spans = hit.marks
        if numbered and not hit.marks:
            self._spans = tuple(snippet.matches(hit.passage.text, snippet.stems(question)))
        self._aside = "" if numbered or hit.marks else "in other words"  # why it is there, where no mark says so
        self._fitted = (0, 0)  # width and height of what was laid out last
        self._path = "" if numbered else _path(hit.passage)
        self._date = "" if numbered else dates.shown(hit.passage.date)
        self._name = file_name(hit.passage.file)
        self._where = f"{page_word(hit.passage.kind)} {hit.passage.page}" if hit.passage.page is not None else ""
        self._matter = " ".join(matter.split())
        self._inside = f"in: {file_name(inside)}" if inside else ""
        self.recognised = by_ocr(hit.passage.confidence) if hit.passage.confidence is not None else ""
        self._whole = snippet.excerpt(hit.passage.text, self._spans, _LETTERS)
        self.setCheckable(True)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(not numbered)
        self.setSizePolicy(policy)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        where = "".join(f", {each}" for each in (self._where, self._date, self._aside) if each)
        origin = f" in {self._matter}" if self._matter else ""
        told = "".join(f", {each}" for each in (self._inside, self.recognised) if each)
        self.setAccessibleName(f"Passage {hit.rank}: {self._name}{where}{origin}{told}")
        self.setAccessibleDescription(self._whole.text)
        named = f"{self._matter}\n" if self._matter else ""
        scanned = f"\n{_capital(self.recognised)}: compare it with the page" if self.recognised else ""
        self.setToolTip(tip(f"{named}{hit.passage.file}{where}{scanned}\nOpen beside the conversation"))
        theme.changed.connect(self._redraw)

    def _redraw(self) -> None:
        self._fitted = (0, 0)
        self.updateGeometry()
        self.update()

    def nextCheckState(self) -> None:  # noqa: N802 (Qt's name)
        """Being shown in the source pane is set by the conversation, not by the press."""

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        return QSize(320, self._height(self._lines))

    def hasHeightForWidth(self) -> bool:  # noqa: N802 (Qt's name)
        return not self._numbered

    def heightForWidth(self, width: int) -> int:  # noqa: N802 (Qt's name)
        """A search's card is no higher than its words are long; an answer's are all alike."""
        if self._numbered:
            return -1
        if self._fitted[0] != width:  # layouts ask often
            font = self._theme.font(.95)
            room = width - 2 * _PAD
            lines = self._laid_out(self._fitting(QFontMetricsF(font), room), font, room).lineCount()
            self._fitted = width, self._height(max(1, min(lines, self._lines)))
        return self._fitted[1]

    def _height(self, lines: int) -> int:
        head = QFontMetricsF(self._theme.font(bold=True)).height()
        text = QFontMetricsF(self._theme.font(.95)).lineSpacing()
        path = QFontMetricsF(self._theme.font(.88)).lineSpacing() + 2 if self._path else 0
        return round(2 * _PAD + max(head, _BADGE) + 4 + path + lines * text)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        return QSize(180, self.sizeHint().height())

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 (Qt's name)
        """Enter opens it, as it does in a list."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

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
        x: float = _PAD
        if self._numbered:
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
        told = " · ".join(each for each in (self._aside, self._date, self._where) if each)
        room = small.horizontalAdvance(told) + 8 if told else 0
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
        painter.drawText(QRectF(right - room, _PAD, room, _BADGE), aside, told)

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
        place = QPointF(_PAD, _PAD + _BADGE + 6)
        if self._path:
            place.setY(place.y() + self._paint_path(painter, place, width))
        shown = self._fitting(metrics, width)
        layout = self._laid_out(shown, font, width)
        if layout.lineCount() > self._lines:  # the last line that fits ends in dots
            at = layout.lineAt(self._lines - 1).textStart()
            head = shown.text.encode("utf-16-le", "surrogatepass")[: 2 * at].decode("utf-16-le", "ignore")
            bold_room = width - metrics.averageCharWidth() * 2
            text = head + metrics.elidedText(shown.text[len(head):], Qt.TextElideMode.ElideRight, bold_room)
            layout = self._laid_out(snippet.Excerpt(text, tuple(
                (begin, min(end, len(text) - 1)) for begin, end in shown.marks if begin < len(text) - 1)), font, width)
        painter.setPen(self._theme.colour("muted"))
        for number in range(min(layout.lineCount(), self._lines)):
            layout.lineAt(number).draw(painter, place)

    def _paint_path(self, painter: QPainter, place: QPointF, width: float) -> float:
        """Say in one line under which headings the words stand; returns how high that is."""
        font = self._theme.font(.88)
        metrics = QFontMetricsF(font)
        painter.setFont(font)
        painter.setPen(QColor(self._theme.colours.accent))
        painter.drawText(QRectF(place.x(), place.y(), width, metrics.height()), Qt.TextFlag.TextSingleLine,
                         metrics.elidedText(self._path, Qt.TextElideMode.ElideMiddle, width))
        return metrics.lineSpacing() + 2

    def _laid_out(self, shown: snippet.Excerpt, font: QFont, width: float) -> QTextLayout:
        layout = QTextLayout(shown.text, font)
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        layout.setTextOption(option)
        layout.setFormats([self._marked(shown.text, start, end) for start, end in shown.marks])
        layout.beginLayout()
        for number in range(self._lines + 1):
            row = layout.createLine()
            if not row.isValid():
                break
            row.setLineWidth(width)
            row.setPosition(QPointF(0, number * QFontMetricsF(font).lineSpacing()))
        layout.endLayout()
        return layout

    def _fitting(self, metrics: QFontMetricsF, width: float) -> snippet.Excerpt:
        """The part of the passage that is worth the place of a few lines, a little more than they hold."""
        room = width * self._lines
        needed = metrics.horizontalAdvance(self._whole.text)
        if needed <= room:
            return self._whole
        letters = max(40, int(len(self._whole.text) * room / needed))
        return snippet.excerpt(self.hit.passage.text, self._spans, letters)

    def _marked(self, text: str, start: int, end: int) -> QTextLayout.FormatRange:
        found = QTextLayout.FormatRange()
        found.start = utf16(text, start)
        found.length = utf16(text, end) - found.start
        found.format.setFontWeight(700)
        found.format.setForeground(self._theme.colour("text"))
        found.format.setBackground(self._theme.colour("mark_soft"))
        return found


def _path(passage: StoredPassage) -> str:
    """Return the headings that a passage stands under, without what the card says already."""
    name = file_name(passage.file)
    said = {_plain(name), _plain(PurePath(name).stem)}
    parts = []
    for part in re.split(r"›|\n", passage.context):
        flat = " ".join(part.split())
        title = re.fullmatch(r"(.+) \((.+)\)", flat)  # the file's name follows a title in brackets
        parts.append(title[1] if title and _plain(title[2]) in said else flat)
    return " › ".join(part for part in parts if part and _plain(part) not in said)


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.replace("_", " "))).casefold()


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def utf16(text: str, position: int) -> int:
    """Return where Qt, which counts in UTF-16 units, has the character at `position`."""
    return len(text[:position].encode("utf-16-le", "surrogatepass")) // 2

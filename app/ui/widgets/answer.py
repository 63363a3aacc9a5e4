"""The text of an answer: as it is written, then sentence by sentence with chips and verdict marks.

Owns how citations and verdicts look and what they say. Knows no panel and no session. The text
comes from a model and is inserted as text; only the links that are made here can be pressed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt, QUrl, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QHelpEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip

from app.export.words import FOUND, MEANINGS, gaps, meaning
from app.export.words import unknown as unknown_key
from app.types import Answer, Citation, Sentence, Verdict
from app.ui.widgets.card import utf16
from app.ui.widgets.labels import tip
from app.ui.widgets.texts import SafeBrowser, same_length
from app.ui.widgets.theme import Theme

_KEYS = re.compile(r"\[\s*(\d{1,4}(?:\s*[,;]\s*\d{1,4})*)\s*\]")
_ANCHOR = re.compile(r"(\d+),(\d+),(\d+)")
_NBSP = "\u00a0"

# What a verdict looks like: symbol, colour, words. Never colour alone.
VERDICTS = {
    Verdict.SUPPORTED: ("✓", "good", MEANINGS[Verdict.SUPPORTED]),
    Verdict.PARTLY: ("½", "warn", MEANINGS[Verdict.PARTLY]),
    Verdict.NOT_SUPPORTED: ("×", "bad", MEANINGS[Verdict.NOT_SUPPORTED]),
}


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the shown text; `kind` is "text", "place" of quotes, "cite", "unknown" or a verdict's value."""

    text: str
    kind: str = "text"
    rank: int = 0
    tip: str = ""
    start: int = 0  # as Citation.start
    end: int = 0


def cited(rank: int, source: str, *, found: bool = False, start: int = 0, end: int = 0) -> Piece:
    """Return the chip of a known citation; `source` is file and page, `found` if the model did not write it.

    `start` and `end` are as Citation's: where they are given it is a quote that no model had a part in.
    """
    if end:
        return Piece(f"{_NBSP}{rank}{_NBSP}", "cite", rank, f"{source}\nOpen beside the conversation", start, end)
    words = f"\n{FOUND}" if found else ""
    return Piece(f"{_NBSP}{rank}{_NBSP}", "cite", rank, f"{source}{words}\nOpen beside the conversation")


def unknown(key: str) -> Piece:
    """Return the chip of a citation that names no passage."""
    shown = key.replace(" ", _NBSP)
    return Piece(f"{_NBSP}{shown}?{_NBSP}", "unknown", 0, unknown_key(key))


def pieces_of_stream(text: str, sources: dict[int, str]) -> list[Piece]:
    """Return unfinished text with the keys in it as chips."""
    found: list[Piece] = []
    at = 0
    for match in _KEYS.finditer(text):
        found.append(Piece(text[at:match.start()].rstrip(" ") + _NBSP))
        for key in re.split(r"\s*[,;]\s*", match.group(1)):
            found += [cited(int(key), sources[int(key)]) if int(key) in sources else unknown(key), Piece(_NBSP)]
        at = match.end()
        if text[at:at + 1] in (".", ",", ";", ":"):
            found.pop()
    return [*found, Piece(text[at:])]


def pieces_of_quotes(quotes: Sequence[Sentence], sources: dict[int, str]) -> list[Piece]:
    """Return quotes, one a line, under the place where they stand; being quotes they need no mark."""
    found: list[Piece] = []
    named = ""
    for sentence in quotes:
        place = next((sources[one.rank] for one in sentence.citations if one.rank in sources), "")
        if place != named:
            found.append(Piece(("\n" if found else "") + place, "place"))
            named = place
        found.append(Piece(("\n" if found else "") + f"“{' '.join(sentence.text.split())}”"))
        for citation in sentence.citations:
            found += [Piece(_NBSP), _chip(citation, sources)]
    return found


def pieces_of_answer(answer: Answer, sources: dict[int, str]) -> list[Piece]:
    """Return the checked sentences, each with its chips and its mark."""
    found: list[Piece] = []
    for sentence, gap in zip(answer.sentences, gaps(answer), strict=True):
        found.append(Piece(gap + sentence.text))
        chips: list[Piece] = []
        for citation in sentence.citations:
            chips.append(_chip(citation, sources))
        if sentence.verdict in VERDICTS:
            symbol = VERDICTS[sentence.verdict][0]
            chips.append(Piece(f"{_NBSP}{symbol}{_NBSP}", sentence.verdict.value, 0, meaning(sentence)))
        for chip in chips:
            found += [Piece(_NBSP), chip]
    return found


def _chip(citation: Citation, sources: dict[int, str]) -> Piece:
    if citation.rank is None or citation.rank not in sources:
        return unknown(citation.key)
    return cited(
        citation.rank, sources[citation.rank], found=citation.found, start=citation.start, end=citation.end
    )


def counts(sentences: tuple[Sentence, ...]) -> list[tuple[Verdict, int]]:
    """Return how many sentences have each verdict that has a mark, leaving out those with none."""
    tally = [(verdict, sum(s.verdict == verdict for s in sentences)) for verdict in VERDICTS]
    return [(verdict, number) for verdict, number in tally if number]


class AnswerText(SafeBrowser):
    """The text itself, as high as it needs to be."""

    cited = Signal(int, int, int)  # rank, start and end of a pressed chip, as Citation's

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._pieces: list[Piece] = []
        self._chips: list[tuple[int, int, Piece]] = []
        self.setAccessibleName("Answer")
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)
        self.document().setDocumentMargin(0)
        self.document().documentLayout().documentSizeChanged.connect(self._fit)
        self.anchorClicked.connect(self._pressed)
        theme.changed.connect(self._redraw)
        self._fit()

    def show_pieces(self, pieces: list[Piece]) -> None:
        """Show these instead of what was there."""
        if pieces == self._pieces:
            return
        self._pieces = pieces
        self._redraw()

    @property
    def shown(self) -> list[Piece]:
        """What is shown."""
        return list(self._pieces)

    def _redraw(self) -> None:
        self._chips = []
        self.clear()
        cursor = QTextCursor(self.document())
        block = QTextBlockFormat()
        block.setLineHeight(140, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        cursor.setBlockFormat(block)
        for piece in self._pieces:
            start = cursor.position()
            cursor.insertText(same_length(piece.text), self._format(piece))
            if piece.kind not in ("text", "place"):
                self._chips.append((start, start + utf16(piece.text, len(piece.text)), piece))
        self._fit()

    def _format(self, piece: Piece) -> QTextCharFormat:
        shape = QTextCharFormat()
        if piece.kind == "text":
            shape.setForeground(self._theme.colour("text"))
            shape.setFont(self._theme.font(1.05))
            return shape
        if piece.kind == "place":
            shape.setForeground(self._theme.colour("muted"))
            shape.setFont(self._theme.font(.9))
            return shape
        shape.setFont(self._theme.font(.9, bold=True))
        shape.setForeground(self._theme.colour(_colour(piece.kind)))
        if piece.kind == "cite":
            shape.setAnchor(True)
            shape.setAnchorHref(f"passage:{piece.rank},{piece.start},{piece.end}")
            shape.setFontUnderline(False)
        if piece.kind in (Verdict.NOT_SUPPORTED, Verdict.SUPPORTED, Verdict.PARTLY):
            shape.setFontWeight(QFont.Weight.Black)
        return shape

    def _pressed(self, url: QUrl) -> None:
        if url.scheme() == "passage" and (numbers := _ANCHOR.fullmatch(url.path())):
            self.cited.emit(*map(int, numbers.groups()))

    def _fit(self) -> None:
        height = round(self.document().size().height()) + 4
        if height != self.height():
            self.setFixedHeight(height)
            self.updateGeometry()

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        return QSize(300, self.height())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 (Qt's name)
        super().resizeEvent(event)
        self._fit()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 (Qt's name)
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for start, end, piece in self._chips:
            rect = self.chip_rect(start, end)
            colour = QColor(self._theme.colour(_colour(piece.kind)))
            if piece.kind == "unknown":
                painter.setPen(QPen(colour, 1, Qt.PenStyle.DashLine))
                painter.setBrush(Qt.BrushStyle.NoBrush)
            else:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(self._theme.colour(_colour(piece.kind) + "_soft"))
            painter.drawRoundedRect(rect, 5, 5)
        painter.end()
        super().paintEvent(event)

    def chip_rect(self, start: int, end: int) -> QRectF:
        """Return where the characters from `start` to `end`, all on one line, are painted."""
        block = self.document().findBlock(start)
        layout = block.layout()
        row = layout.lineForTextPosition(start - block.position())
        if not row.isValid():
            return QRectF()
        left, right = _x(row, start - block.position()), _x(row, end - block.position())
        top = layout.position().y() + row.y() + row.ascent() - self.fontMetrics().ascent() - 1
        return QRectF(left + layout.position().x(), top, right - left, self.fontMetrics().height() + 1)

    def viewportEvent(self, event: QEvent) -> bool:  # noqa: N802 (Qt's name)
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), tip(self.tip_at(event.pos())), self)
            return True
        return super().viewportEvent(event)

    def tip_at(self, place: QPoint) -> str:
        """Return what the chip at `place` says, "" where there is none."""
        return next((piece.tip for start, end, piece in self._chips
                     if self.chip_rect(start, end).contains(place.toPointF())), "")


def _x(row: object, position: int) -> float:
    found = row.cursorToX(position)  # type: ignore[attr-defined]
    return float(found[0] if isinstance(found, tuple) else found)


def _colour(kind: str) -> str:
    if kind == "cite":
        return "accent"
    if kind == "unknown":
        return "bad"
    return VERDICTS[Verdict(kind)][1]

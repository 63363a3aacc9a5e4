"""A passage that a search found: its card, and below it where nearly the same words stand. Knows no session."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.types import Hit
from app.ui.widgets.alike import Alike
from app.ui.widgets.card import EvidenceCard
from app.ui.widgets.theme import Theme


class Found(QWidget):
    """One hit of a search."""

    opened = Signal(object)  # a StoredPassage whose source is to be shown

    def __init__(self, theme: Theme, hit: Hit, text: str, inside: str = "", *, matters: bool = False) -> None:
        """`text` is what was looked for, `inside` the file that its file came in; `matters` says which it is from."""
        super().__init__()
        self.hit = hit
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        self.card = EvidenceCard(theme, hit, text, hit.passage.matter if matters else "", inside, numbered=False)
        self.card.clicked.connect(lambda: self.opened.emit(hit.passage))
        column.addWidget(self.card)
        self.alike: Alike | None = None
        if hit.alike:
            self.alike = Alike(theme, hit.alike, matters=matters)
            self.alike.opened.connect(self.opened)
            column.addWidget(self.alike)

    def come_after(self, before: QWidget) -> QWidget:
        """Be reached by the Tab key after `before`; returns what the next one comes after."""
        self.setTabOrder(before, self.card)
        if self.alike is None:
            return self.card
        self.setTabOrder(self.card, self.alike.button)
        return self.alike.button

    def mark_open(self, passage_id: str) -> None:
        """Show whether its source is open beside."""
        self.card.setChecked(self.hit.passage.id == passage_id)

    def holds_document(self, document: str) -> bool:
        """Whether words of the document with this id stand in it."""
        return any(passage.document == document for passage in (self.hit.passage, *self.hit.alike))

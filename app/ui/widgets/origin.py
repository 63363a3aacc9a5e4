"""Where the words of a source come from: the file that it came in, and whether OCR read them from a picture.

Shows what it is told. Knows no session.
"""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.coverage import by_ocr
from app.places import file_name
from app.ui.widgets.labels import Icon, Label, ShortLabel, tip
from app.ui.widgets.theme import Theme


class Origin(QWidget):
    """One line for each; hidden while there is neither."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 2)
        column.setSpacing(3)
        self.inside = ShortLabel("", "small")
        self.recognised = QWidget()
        row = QHBoxLayout(self.recognised)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(7)
        row.addWidget(Icon(theme, "scan", "warn", 15))
        self.words = Label("", "warn", wrap=True)
        row.addWidget(self.words, 1)
        column.addWidget(self.inside)
        column.addWidget(self.recognised)
        self.tell("", None)

    def tell(self, parent: str, confidence: float | None) -> None:
        """Show the file that it came in, and how sure OCR was of its page; None where no OCR was needed."""
        self.inside.set_whole(f"in: {file_name(parent)}" if parent else "", parent)
        self.inside.setVisible(bool(parent))
        words = by_ocr(confidence)
        self.words.setText(f"{words[:1].upper()}{words[1:]}. Compare it with the picture."
                           if confidence is not None else "")
        self.words.setToolTip(tip("This page is a picture. Its words were recognised by Carrel on this computer, and "
                                  "some of them may be wrong."))
        self.recognised.setVisible(confidence is not None)
        self.setVisible(bool(parent) or confidence is not None)

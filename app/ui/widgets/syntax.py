"""How a search can be written: a table of examples, on the empty page and in the popover of the help button."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.ui.widgets.labels import Label, PushButton
from app.ui.widgets.theme import Theme

_WIDTH = 590
SYNTAX = (
    ("notice period", "passages with these words come first; one that says it otherwise is found too"),
    ("“notice of termination”", "exactly these words in this order, in straight or typographic quotes"),
    ("lease AND deposit", "both; AND, OR and NOT in capitals, with ( ) to group"),
    ("rent OR fee", "one of them is enough"),
    ("deposit -bank", "without a word; the same as NOT bank"),
    ("terminat*", "every word that begins so"),
    ("NEAR(notice days, 5)", "with at most 5 words between them"),
    ("§ 1983   10b-5   0.5 mg", "section signs and numbers are found as they are written"),
    ("file:lease   folder:letters", "only in files or folders of that name"),
    ("from:okafor   type:mail", "only from, to or about a person; only one type of file"),
    ("after:2024-01   before:2025", "only documents of that time"),
)


class SyntaxTable(QWidget):
    """The examples, each beside what it finds."""

    def __init__(self, most: int = len(SYNTAX)) -> None:
        super().__init__()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(7)
        grid.setColumnStretch(1, 1)
        for row, (example, meaning) in enumerate(SYNTAX[:most]):
            code = Label(example, "code")
            told = Label(meaning, "small", wrap=True)
            code.setAccessibleDescription(meaning)
            grid.addWidget(code, row, 0, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
            grid.addWidget(told, row, 1)


class SyntaxPopover(QFrame):
    """Comes up below the help button."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("popover")
        self.setAccessibleName("How to search")
        self.setFixedWidth(_WIDTH)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 12)
        column.setSpacing(10)
        column.addWidget(Label("How to search", "strong"))
        column.addWidget(SyntaxTable())
        column.addWidget(Label("The same can be written into a question. What cannot be understood is read as plain "
                               "words, and a line below the box says so.", "small", wrap=True))
        row = QHBoxLayout()
        close = PushButton(theme, "Close")
        close.clicked.connect(self.hide)
        row.addStretch(1)
        row.addWidget(close)
        column.addLayout(row)
        self._close = close

    def come_up(self, anchor: QWidget) -> None:
        """Show it below `anchor`, its right side on that of `anchor`."""
        self.show()  # before it is measured: only what is shown has its fonts
        layout = self.layout()
        assert layout is not None
        layout.invalidate()
        self.setFixedHeight(layout.totalHeightForWidth(_WIDTH))
        corner = anchor.mapToGlobal(QPoint(anchor.width() - _WIDTH, anchor.height() + 3))
        screen = anchor.screen().availableGeometry()
        self.move(max(screen.left() + 8, corner.x()), min(corner.y(), screen.bottom() - self.height() - 8))
        self._close.setFocus(Qt.FocusReason.PopupFocusReason)

"""What lies over the window's contents: the invitation to drop files, and the page that hides everything."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QProgressBar, QVBoxLayout, QWidget

from app.ui.widgets.labels import Icon, Label
from app.ui.widgets.theme import Theme

_CENTRE = Qt.AlignmentFlag.AlignHCenter


class DropCover(QWidget):
    """Shown while files are held over the window."""

    def __init__(self, theme: Theme, formats: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("overlay")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        column = QVBoxLayout(self)
        column.addStretch(1)
        column.addWidget(Icon(theme, "drop", "accent", 48), 0, _CENTRE)
        self._words = Label("", "title")
        column.addWidget(self._words, 0, _CENTRE)
        column.addWidget(Label(f"{formats}. Folders with everything in them.", "muted"), 0, _CENTRE)
        column.addStretch(1)
        self.hide()

    def cover(self, name: str) -> None:
        """Invite to drop files into the matter called `name`."""
        self._words.setText(f"Drop to add to {name or 'your library'}")
        self.raise_()
        self.show()


class LockingPage(QWidget):
    """What is seen while the library is being locked: nothing of it."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("unlock")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(self)
        column.setSpacing(14)
        column.addStretch(2)
        column.addWidget(Icon(theme, "lock", "accent", 40), 0, _CENTRE)
        column.addWidget(Label("Locking…", "title"), 0, _CENTRE)
        bar = QProgressBar()
        bar.setRange(0, 0)
        bar.setTextVisible(False)
        bar.setFixedWidth(220)
        column.addWidget(bar, 0, _CENTRE)
        column.addStretch(3)

"""What lies over the window's contents: the invitation to drop files, and the page that hides everything."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QProgressBar, QVBoxLayout, QWidget

from app.ui.widgets.labels import Icon, Label
from app.ui.widgets.theme import Theme

_CENTRE = Qt.AlignmentFlag.AlignHCenter
_EDGE = 14  # pixels of the window that stay uncovered


class DropCover(QWidget):
    """Shown while files are held over the window, anywhere in it; takes them when they are dropped."""

    dropped = Signal(object)  # list[Path]

    def __init__(self, theme: Theme, formats: str, window: QWidget, matter: Callable[[], str | None]) -> None:
        """`matter` is asked for the name of what files would be added to; None while nothing can be."""
        super().__init__(window)
        self._matter = matter
        window.setAcceptDrops(True)
        window.installEventFilter(self)
        self.setObjectName("overlay")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        column = QVBoxLayout(self)
        column.setContentsMargins(40, 20, 40, 20)
        column.addStretch(1)
        column.addWidget(Icon(theme, "drop", "accent", 48), 0, _CENTRE)
        self._words = Label("", "title")
        column.addWidget(self._words, 0, _CENTRE)
        words = Label(f"{formats}. Folders with everything in them.", "muted", wrap=True)
        words.setAlignment(_CENTRE)
        column.addWidget(words)
        column.addStretch(1)
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 (Qt's name)
        if watched is not self.parent():
            return False
        if isinstance(event, QDragEnterEvent):
            self._entered(event)
        elif event.type() == QEvent.Type.DragLeave:
            self.hide()
        elif isinstance(event, QDropEvent) and event.type() == QEvent.Type.Drop:
            self.hide()
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self.dropped.emit([Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()])
        else:
            return False
        return True

    def _entered(self, event: QDragEnterEvent) -> None:
        name = self._matter()
        if name is None or not any(url.isLocalFile() for url in event.mimeData().urls()):
            event.ignore()
            return
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self._words.setText(f"Drop to add to {name or 'your library'}")
        self.setGeometry(self.window().rect().adjusted(_EDGE, _EDGE, -_EDGE, -_EDGE))
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

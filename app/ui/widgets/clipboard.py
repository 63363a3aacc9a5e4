"""The one way out of the window by copying, and how what was copied is taken back.

Owns what of the clipboard is ours. Clipboard histories and the clipboards that some systems carry to other devices
are asked, in the ways that each of them knows, to keep nothing of it.
"""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QMimeData, QObject, QStringListModel, QTimer
from PySide6.QtGui import QClipboard, QGuiApplication

# What a history looks for: KDE's, and three that Windows reads (each a 32-bit number).
_PRIVATE = {
    "x-kde-passwordManagerHint": b"secret",
    'application/x-qt-windows-mime;value="ExcludeClipboardContentFromMonitorProcessing"': bytes(4),
    'application/x-qt-windows-mime;value="CanIncludeInClipboardHistory"': bytes(4),
    'application/x-qt-windows-mime;value="CanUploadToCloudClipboard"': bytes(4),
}


class _Copies(QObject):
    """What was copied out of the window last, by a button or in a text."""

    def __init__(self, clipboard: QClipboard) -> None:
        super().__init__()
        self._clipboard = clipboard
        self.text = ""
        self.secret = ""  # what is to be taken back by itself
        clipboard.dataChanged.connect(self._changed)

    def _changed(self) -> None:
        """A text was copied with the keyboard: plain and private from now on, like all others."""
        if not self._clipboard.ownsClipboard():
            return
        self.text = self._clipboard.text()
        if self.text and not self._clipboard.mimeData().hasFormat(next(iter(_PRIVATE))):
            self._clipboard.setMimeData(private(self.text))

    def clear(self, text: str = "") -> None:
        """Empty the clipboard if it holds our text, or only if that is `text`."""
        clipboard, held = self._clipboard, self._clipboard.text()
        ours = bool(held) and (clipboard.ownsClipboard() or held == self.text)
        if ours and text in ("", held):
            clipboard.clear()
            self.text = ""
        if not text and clipboard.supportsSelection() and clipboard.ownsSelection():  # what is marked, on X11
            clipboard.clear(QClipboard.Mode.Selection)


def watch() -> None:
    """Begin to know what is copied; before that, only what `copy` copied is known."""
    _copies()


def copy(text: str, *, seconds: int = 0) -> None:
    """Put `text` on the clipboard; after `seconds`, where given, it is taken back if it is still there."""
    copies = _copies()
    copies.text = text
    QGuiApplication.clipboard().setMimeData(private(text))
    if seconds:
        copies.secret = text
        QTimer.singleShot(seconds * 1000, copies, lambda: copies.clear(text))


def clear(text: str = "") -> None:
    """Empty the clipboard if what it holds came from here, or only if it is `text`."""
    _copies().clear(text)


def clear_secret() -> None:
    """Take back now what would be taken back after some seconds: the program ends."""
    if _copies().secret:
        _copies().clear(_copies().secret)


def private(text: str) -> QMimeData:
    """Return `text` for the clipboard, marked as nothing for histories."""
    # Made by Qt and not by Python, which may be gone when the clipboard lets go of it at the program's end: a crash.
    model = QStringListModel([""])
    data = model.mimeData([model.index(0)])
    data.clear()
    data.setText(text)
    for name, value in _PRIVATE.items():
        data.setData(name, value)
    return data


@lru_cache(maxsize=1)
def _copies() -> _Copies:
    """Return the one there is; not a child of the clipboard, whose children lose what Python knows of them."""
    return _Copies(QGuiApplication.clipboard())

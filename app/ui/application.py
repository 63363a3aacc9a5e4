"""Starts the window program and ends it; the window is up before anything heavy is imported.

Owns the QApplication and what holds for all of Qt: no address is ever opened, Ctrl+C ends the program. After a lock
the whole process is replaced; what the next one is told stands in two variables of the environment, and is no more
than why it was locked and where the window was.
"""

from __future__ import annotations

import base64
import binascii
import os
import signal
import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from PySide6.QtCore import QByteArray, QObject, QTimer, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QIcon
from PySide6.QtWidgets import QApplication

from app import paths
from app.errors import NoDisplay
from app.types import BroughtUp
from app.ui.main_window import MainWindow
from app.ui.means import LibraryMeans
from app.ui.widgets import clipboard, files
from app.ui.widgets.theme import Theme

if TYPE_CHECKING:
    from app.session import Session

# Every kind of address that a document could name; each ends in `Refusal.refuse`.
_SCHEMES = ("http", "https", "file", "ftp", "mailto", "smb", "javascript", "data", "tel")
LOCKED = 75  # of `run`: the process has to be replaced by a new one
_REASON, _PLACE = "CARREL_LOCKED", "CARREL_WINDOW"
_SIGNAL_MS = 400  # Python looks at signals only while Python code runs


class Refusal(QObject):
    """Where addresses go that something in Qt would open: nowhere."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.refused = 0
        for scheme in _SCHEMES:
            # Any: PySide6 takes a str and says in its types that it wants bytes.
            QDesktopServices.setUrlHandler(scheme, self, cast(Any, "refuse"))

    @Slot(QUrl)
    def refuse(self, url: QUrl) -> None:
        """Open nothing."""
        self.refused += 1

    def end(self) -> None:
        """Let Qt open addresses again; the program is over."""
        for scheme in _SCHEMES:
            QDesktopServices.unsetUrlHandler(scheme)


class LibraryDoor:
    """Opens the library in a folder; see `main_window.Door`. Its imports take long: workers only."""

    def __init__(self, library: Path, *, samples: bool = False) -> None:
        self._library = library
        self._samples = samples
        self.means = LibraryMeans(library)

    def exists(self) -> bool:
        from app.vault import vault

        return vault.exists(self._library)

    def open(self, secret: bytearray, create: bool) -> Generator[BroughtUp, None, Session]:
        from app.session import Session

        with _cleared(secret):
            session = yield from Session.opening(self._library, secret, create=create)
        if self._samples:
            session.recovery_key = ""  # what opens fictional documents is no secret
        return session

    def recover(self, text: str, secret: bytearray) -> Generator[BroughtUp, None, Session]:
        from app.session import Session

        with _cleared(secret):
            return (yield from Session.recovering(self._library, text, secret))

    def key_store(self) -> bool:
        from app.vault import vault

        return vault.opens_with_key_store(self._library)

    def open_with_key_store(self) -> Generator[BroughtUp, None, Session]:
        from app.session import Session

        return (yield from Session.opening_with_key_store(self._library))

    def hint(self) -> str:
        if not self._samples:
            return ""
        from app import demo

        return f"This is the demonstration on fictional documents. Its passphrase is: {demo.PASSPHRASE.decode()}"

    def seal(self) -> tuple[bool, str]:
        from app import seal

        found = seal.report()
        network = found["network"]
        holds = not network.startswith("open")
        lines = ["Network: " + network, *(f"{name[:1].upper()}{name[1:]}: {words}" for name, words in found.items()
                                          if name != "network")]
        first = ("The operating system keeps this program off the network." if holds else
                 "This program uses no network, but the system does not enforce it here.")
        return holds, "\n".join([first, *lines])

    def samples(self) -> tuple[list[Path], list[str]]:
        if not self._samples:
            return [], []
        from app import demo

        return [paths.samples()], demo.questions()


@contextmanager
def _cleared(secret: bytearray) -> Iterator[None]:
    from app.vault.keys import wipe

    try:
        yield
    finally:
        wipe(secret)


def run(library: Path, *, secret: bytearray | None = None, samples: bool = False) -> int:
    """Show the window on the library in a folder until it is closed or locked, and return the exit code or LOCKED.

    `secret` is the passphrase in UTF-8 and is cleared; without it, and after a lock, the window asks. `samples`
    adds the documents that come with the program to a library that is empty. Raises NoDisplay.
    """
    if sys.platform == "linux" and not any(map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))):
        raise NoDisplay  # Qt would abort the program
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    app.setApplicationName("Carrel")
    app.setApplicationDisplayName("Carrel")
    app.setDesktopFileName("carrel")
    app.setWindowIcon(QIcon(str(paths.resources() / "icons" / "carrel.svg")))
    app.setQuitOnLastWindowClosed(False)  # work behind the window is waited for
    refusal = Refusal(app)
    clipboard.watch()
    files.no_traces()
    window = MainWindow(Theme(app), LibraryDoor(library, samples=samples))
    reason, place = os.environ.pop(_REASON, ""), os.environ.pop(_PLACE, "")
    if reason and secret is not None:  # what was locked is opened by somebody who is there
        from app.vault.keys import wipe

        wipe(secret)
        secret = None
    _put(window, place)
    window.closed.connect(app.quit)
    window.locked.connect(lambda why: _lock(app, window, why))
    before = signal.signal(signal.SIGINT, lambda *_: window.close())
    ticks = QTimer(app, interval=_SIGNAL_MS)
    ticks.timeout.connect(lambda: None)
    ticks.start()
    window.show()
    window.begin(secret, locked=reason)
    try:
        return app.exec()
    finally:
        ticks.stop()
        signal.signal(signal.SIGINT, before)
        refusal.end()


def _lock(app: QApplication, window: MainWindow, reason: str) -> None:
    os.environ[_REASON] = reason
    os.environ[_PLACE] = base64.b64encode(window.saveGeometry().data()).decode()
    app.exit(LOCKED)


def _put(window: MainWindow, place: str) -> None:
    """Put the window where it was before; a place that is none leaves it where it is."""
    try:
        window.restoreGeometry(QByteArray(base64.b64decode(place, validate=True)))
    except binascii.Error:
        return

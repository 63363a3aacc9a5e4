"""The window on a fake session, shown offscreen and closed after each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, SignalInstance
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from pytestqt.wait_signal import SignalBlocker

from app.ui.main_window import MainWindow
from app.ui.widgets.theme import Theme
from tests.ui.fake_session import DOCUMENTS, PASSPHRASE, FakeDoor, FakeSession

_PATIENCE = 60_000  # milliseconds


class PatientBot(QtBot):
    """Waits as long as a computer that others use as well may need; how long something takes is no test's matter."""

    def waitUntil(self, callback: Callable[[], bool | None], *, timeout: int = _PATIENCE) -> None:  # noqa: N802
        super().waitUntil(callback, timeout=timeout)

    def waitSignal(self, signal: SignalInstance, *, timeout: int = _PATIENCE, **options: Any) -> SignalBlocker:  # noqa: N802
        return super().waitSignal(signal, timeout=timeout, **options)


@pytest.fixture
def qtbot(qapp: QApplication, request: pytest.FixtureRequest) -> QtBot:
    return PatientBot(request)


@pytest.fixture(scope="session")
def theme(qapp: QApplication) -> Theme:
    return Theme(qapp, dark=False)


@pytest.fixture
def fake() -> FakeSession:
    return FakeSession(rows=list(DOCUMENTS))


@pytest.fixture
def make_window(qtbot: QtBot, theme: Theme) -> Iterator[Callable[[FakeDoor], MainWindow]]:
    made: list[MainWindow] = []

    def make(door: FakeDoor) -> MainWindow:
        window = MainWindow(theme, door)  # type: ignore[arg-type]
        window.show()
        made.append(window)
        return window

    yield make
    for window in made:
        close(qtbot, window)
        # A page that was asked for in the last moment is given up and says so; to a window that is gone it cannot.
        qtbot.waitUntil(lambda window=window: not window.jobs.busy)
        window.deleteLater()
        QCoreApplication.sendPostedEvents(window, QEvent.Type.DeferredDelete)


@pytest.fixture
def window(make_window: Callable[[FakeDoor], MainWindow], fake: FakeSession, qtbot: QtBot) -> MainWindow:
    """A window with the library open."""
    result = make_window(FakeDoor(fake))
    result.begin(bytearray(PASSPHRASE))
    qtbot.waitUntil(lambda: result.session is not None and not result.jobs.busy)
    return result


def close(qtbot: QtBot, window: MainWindow) -> None:
    if window._left:
        return
    with qtbot.waitSignal(window.closed):
        window.close()


@pytest.fixture
def ask(qtbot: QtBot) -> Callable[[MainWindow, str], None]:
    """Type a question and press Enter."""
    from PySide6.QtCore import Qt

    def type_and_send(window: MainWindow, question: str = "How much notice ends the lease?") -> None:
        window.conversation.box.setPlainText(question)
        qtbot.keyClick(window.conversation.box, Qt.Key.Key_Return)

    return type_and_send

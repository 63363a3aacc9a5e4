"""The main job in the real window with nobody at it; started by the tests as a process of its own.

`python -m tests.privacy.window_job [--quick] [FLAG] --library DIR --passphrase-file FILE FOLDER QUESTION`
prints one JSON object: the answer as the window's own button would copy it, and every title that a window of it
had. `--quick` uses scripted models, `--poke` hovers over, presses and copies all that the window shows of a
document or a model, `--lock` locks the window instead of closing it, `--stay` prints the answer and stays open.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app import __main__ as program
from app import seal
from tests.privacy import quick

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication, QWidget

    from app.ui.main_window import MainWindow

FLAGS = ("--quick", "--poke", "--lock", "--stay")
_STEP = 24  # pixels between two places that are pressed


def job(window: MainWindow, folder: Path, question: str, said: dict[str, Any], flags: set[str]) -> Iterator[
        Callable[[], bool]]:
    """Do what a user does, one step at a time; each yields what to wait for."""
    yield lambda: window.session is not None
    window.library.add([folder])
    yield lambda: not window.library.adding
    window.conversation.box.setPlainText(question)
    window.conversation.ask()
    yield lambda: not window.conversation.asking
    yield lambda: not window.jobs.busy  # the page beside the answer is being drawn
    said["answer"] = window.conversation.turns[-1].as_text()
    if "--poke" in flags:
        said["poked"] = poke(window)
        yield lambda: not window.jobs.busy
    if "--stay" in flags:
        print(json.dumps(said), flush=True)
        yield lambda: False
    if "--lock" in flags:
        print(json.dumps(said), flush=True)
        yield (folder.parent / "go").exists
        window.lock("asked")
        yield lambda: False
    window.close()


def poke(window: MainWindow) -> int:
    """Hover over, press and copy everything beside the panels' own buttons; return how many places."""
    from PySide6.QtWidgets import QAbstractScrollArea, QLabel

    from app.ui.widgets.card import EvidenceCard

    places = 0
    for row in window.session.store.documents() if window.session else []:
        window._show_document(row)  # each document in the source pane, as a press on its row does
        _let_work(window)
        for area in window.source.findChildren(QAbstractScrollArea):
            places += _press(area.viewport())
            _copy(area)
    for turn in window.conversation.turns:
        for card in turn.findChildren(EvidenceCard):
            places += _press(card)
            _let_work(window)
        for area in turn.findChildren(QAbstractScrollArea):
            places += _press(area.viewport())
            _copy(area)
        for label in turn.findChildren(QLabel):
            places += _press(label)
    return places


def _let_work(window: MainWindow) -> None:
    from PySide6.QtTest import QTest

    QTest.qWait(20)
    for _ in range(500):
        if not window.jobs.busy:
            return
        QTest.qWait(10)


def _press(widget: QWidget) -> int:
    """Move over a widget, ask for its tooltip and press it, all over."""
    from PySide6.QtCore import QEvent, QPoint, Qt
    from PySide6.QtGui import QHelpEvent
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QApplication

    if not widget.isVisible():
        return 0
    places = 0
    for y in range(4, max(5, min(widget.height(), 1200)), _STEP):
        for x in range(4, max(5, min(widget.width(), 900)), 3 * _STEP):
            place = QPoint(x, y)
            QTest.mouseMove(widget, place)
            QApplication.sendEvent(widget, QHelpEvent(QEvent.Type.ToolTip, place, widget.mapToGlobal(place)))
            QTest.mouseClick(widget, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
            QTest.mouseClick(widget, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier, place)
            places += 1
    return places


def _copy(area: QWidget) -> None:
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest

    for key in (Qt.Key.Key_A, Qt.Key.Key_C):
        QTest.keyClick(area, key, Qt.KeyboardModifier.ControlModifier)


def main(arguments: list[str]) -> int:
    """Run the program as its entry does, with a clock that moves the job on."""
    seal.shut("desk")  # as the program will again: here Qt is loaded before it
    flags = {word for word in arguments if word in FLAGS}
    if "--quick" in flags:
        quick.use()
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication

    from app.ui.main_window import MainWindow

    application = QApplication([])
    if "--passphrase-file" not in arguments:  # the window locked, and this is the program that took its place
        QTimer.singleShot(1500, lambda: print(json.dumps(_locked(application)), flush=True))
        return program.main(arguments)
    *given, folder, question = (word for word in arguments if word not in FLAGS)
    said: dict[str, Any] = {"answer": "", "titles": []}
    steps: list[Iterator[Callable[[], bool]]] = []
    waiting: list[Callable[[], bool]] = []

    def move_on() -> None:
        clock.stop()  # a step may run the event loop itself
        step()
        clock.start()

    def step() -> None:
        said["titles"] = sorted({*said["titles"], *_titles(application)})
        if not steps:
            found = [widget for widget in application.topLevelWidgets() if isinstance(widget, MainWindow)]
            if not found or not found[0].isVisible():
                return
            steps.append(job(found[0], Path(folder), question, said, flags))
        elif waiting and not waiting[0]():
            return
        waiting[:] = [next(steps[0], lambda: False)]

    clock = QTimer(application, interval=50)
    clock.timeout.connect(move_on)
    clock.start()
    code = program.main(given)
    application.clipboard().clear()  # the offscreen screen lives longer than Python, which made what is on it
    print(json.dumps(said), flush=True)
    return code


def _locked(application: QApplication) -> dict[str, Any]:
    from app.ui.main_window import MainWindow

    (window,) = (widget for widget in application.topLevelWidgets() if isinstance(widget, MainWindow))
    return {"session": window.session is not None, "asks": window.unlock.first.isVisible(),
            "titles": sorted(_titles(application)), "arguments": sys.argv[1:]}


def _titles(application: QApplication) -> Iterator[str]:
    for window in application.topLevelWindows():
        yield window.title()
        yield window.iconName() if hasattr(window, "iconName") else ""
    for widget in application.topLevelWidgets():
        yield widget.windowTitle()
        yield widget.windowFilePath()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""The main job in the real window with nobody at it; started by the tests as a process of its own.

`python -m tests.privacy.window_job --library DIR --passphrase-file FILE FOLDER QUESTION` prints the answer
as the window's own button would copy it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from app import __main__ as program
from app import seal

if TYPE_CHECKING:
    from app.ui.main_window import MainWindow


def job(window: MainWindow, folder: Path, question: str) -> Iterator[Callable[[], bool]]:
    """Do what a user does, one step at a time; each yields what to wait for."""
    yield lambda: window.session is not None
    window.library.add([folder])
    yield lambda: not window.library.adding
    window.conversation.box.setPlainText(question)
    window.conversation.ask()
    yield lambda: not window.conversation.asking
    yield lambda: not window.jobs.busy  # the page beside the answer is being drawn
    print(window.conversation.turns[-1].as_text(), flush=True)
    window.close()


def main(arguments: list[str]) -> int:
    """Run the program as its entry does, with a clock that moves the job on."""
    seal.shut("desk")  # as the program will again: here Qt is loaded before it
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication

    from app.ui.main_window import MainWindow

    *given, folder, question = arguments
    application = QApplication([])
    steps: list[Iterator[Callable[[], bool]]] = []
    waiting: list[Callable[[], bool]] = []

    def move_on() -> None:
        if not steps:
            found = [widget for widget in application.topLevelWidgets() if isinstance(widget, MainWindow)]
            if not found or not found[0].isVisible():
                return
            steps.append(job(found[0], Path(folder), question))
        elif waiting and not waiting[0]():
            return
        waiting[:] = [next(steps[0], lambda: False)]

    clock = QTimer(application, interval=50)
    clock.timeout.connect(move_on)
    clock.start()
    return program.main(given)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

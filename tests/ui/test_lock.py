"""Locking the window on a scripted session: nothing in sight at once, everything ended, work kept for later."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QDialog, QMenu
from pytestqt.qtbot import QtBot

from app.ui import sentry
from app.ui.main_window import MainWindow
from app.ui.widgets import clipboard, files
from tests.ui.fake_session import DOCUMENTS, PASSPHRASE, FakeDoor, FakeSession

Make = Callable[[FakeDoor], MainWindow]
Ask = Callable[..., None]


def test_ctrl_l_covers_everything_in_the_same_event(
        window: MainWindow, fake: FakeSession, qtbot: QtBot, ask: Ask) -> None:
    ask(window)
    qtbot.waitUntil(lambda: not window.jobs.busy)
    said: list[str] = []
    window.locked.connect(said.append)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.keyClick(window, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    assert window.stack.currentWidget() is window.covering
    assert not window.conversation.isVisible()
    assert not window.library.isVisible()
    assert not window.source.isVisible()
    qtbot.waitUntil(lambda: said == [sentry.ASKED])
    assert fake.closed == 1
    assert window.session is None
    assert not window.jobs.busy
    assert window.windowTitle() == "Carrel"


def test_the_button_locks_too(window: MainWindow, qtbot: QtBot) -> None:
    with qtbot.waitSignal(window.locked):
        qtbot.mouseClick(window.lock_button, Qt.MouseButton.LeftButton)


def test_what_was_typed_and_shown_is_not_in_the_picture(window: MainWindow, qtbot: QtBot, ask: Ask) -> None:
    ask(window)
    qtbot.waitUntil(lambda: not window.jobs.busy)
    before = window.grab().toImage()
    with qtbot.waitSignal(window.locked):
        window.lock()
        covered = window.grab().toImage()
    painted = [(x, y) for x in range(0, covered.width(), 3) for y in range(0, covered.height(), 3)
               if covered.pixelColor(x, y) != covered.pixelColor(2, 2)]
    middle = covered.rect().center()
    assert painted  # a lock, a word and a bar
    assert all(abs(x - middle.x()) < 150 and abs(y - middle.y()) < 150 for x, y in painted)
    assert any(before.pixelColor(x, y) != before.pixelColor(2, 2) and abs(x - middle.x()) > 300
               for x in range(0, before.width(), 3) for y in range(0, before.height(), 9))


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_other_windows_go_too(window: MainWindow, qtbot: QtBot) -> None:
    dialog, menu = QDialog(window), QMenu(window)
    menu.addAction("Show")
    dialog.show()
    menu.popup(window.pos())
    qtbot.waitUntil(lambda: dialog.isVisible() and menu.isVisible())
    with qtbot.waitSignal(window.locked):
        window.lock()
        assert not dialog.isVisible()
        assert not menu.isVisible()


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_a_question_for_files_ends_with_no_answer(window: MainWindow, fake: FakeSession, qtbot: QtBot) -> None:
    QTimer.singleShot(300, window, lambda: window.lock(sentry.IDLE))
    with qtbot.waitSignal(window.locked):
        assert files.choose(window, folder=False) == []
    assert not [widget for widget in QApplication.topLevelWidgets() if isinstance(widget, QDialog)
                and widget.isVisible()]
    assert fake.closed == 1


def test_our_text_leaves_the_clipboard(window: MainWindow, qtbot: QtBot) -> None:
    clipboard.copy("Either party may end the lease")
    with qtbot.waitSignal(window.locked):
        window.lock()
    assert QGuiApplication.clipboard().text() == ""


def test_work_is_stopped_and_what_waited_is_kept(
        make_window: Make, fake: FakeSession, qtbot: QtBot, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.ui.main_window._LOCK_PATIENCE_MS", 100)
    window = make_window(FakeDoor(fake))
    window.begin(bytearray(PASSPHRASE))
    qtbot.waitUntil(lambda: window.session is not None and not window.jobs.busy)
    fake.unfinished = ["/in/a.pdf"]  # as the adding itself notes it
    fake.hold.clear()
    window.library.add([Path("/in/a.pdf")])
    window.library.add([Path("/in/b.pdf")])
    ask(window)
    qtbot.waitUntil(lambda: window.conversation.turns[0].evidence is not None and bool(fake.added))
    with qtbot.waitSignal(window.locked):
        window.lock(sentry.SLEEP)
    assert fake.unfinished == ["/in/a.pdf", "/in/b.pdf"]
    assert fake.closed == 1
    assert sorted(fake.closed_generators) == ["add", "ask"]
    # A list that was to be fetched again after the last file: begun, told to stop before it did anything, and gone.
    qtbot.waitUntil(lambda: not any(thread.name.startswith("job") for thread in threading.enumerate()))
    names = [name for name, _ in fake.calls]
    assert set(names[names.index("close"):]) <= {"close", "add closed", "ask closed"}


def test_what_was_unfinished_goes_on_after_unlocking(make_window: Make, qtbot: QtBot) -> None:
    fake = FakeSession(rows=list(DOCUMENTS), unfinished=["/in/a.pdf", "/in/more"])
    fake.hold.clear()
    window = make_window(FakeDoor(fake, samples=[Path("/samples")]))
    window.begin(bytearray(PASSPHRASE))
    qtbot.waitUntil(lambda: window.library.strip.isVisible() and window.library.adding)
    assert fake.added == [[Path("/in/a.pdf"), Path("/in/more")]]
    fake.hold.set()
    qtbot.waitUntil(lambda: not window.library.adding)


def test_adding_that_the_user_cancels_is_not_gone_on_with(
        window: MainWindow, fake: FakeSession, qtbot: QtBot) -> None:
    fake.unfinished = ["/in/a.pdf"]
    fake.hold.clear()
    window.library.add([Path("/in/a.pdf"), Path("/in/c.pdf")])
    qtbot.waitUntil(window.library.strip.cancel.isVisible)
    qtbot.mouseClick(window.library.strip.cancel, Qt.MouseButton.LeftButton)
    fake.hold.set()
    qtbot.waitUntil(lambda: not window.jobs.busy)
    assert fake.unfinished == []


def test_locking_that_takes_long_shows_a_calm_page_and_no_frozen_one(
        window: MainWindow, fake: FakeSession, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    go = threading.Event()
    close = fake.close
    monkeypatch.setattr(fake, "close", lambda: (go.wait(), close()))
    said: list[str] = []
    window.locked.connect(said.append)
    window.lock()
    qtbot.wait(50)  # the window comes to look after itself: on its own thread close() would wait for ever
    assert said == []
    assert window.isVisible()
    assert window.stack.currentWidget() is window.covering
    window.lock()  # once is enough
    go.set()
    qtbot.waitUntil(lambda: said == [sentry.ASKED])
    assert fake.closed == 1


def test_what_never_ends_does_not_keep_the_keys_in_memory(
        window: MainWindow, fake: FakeSession, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    go = threading.Event()
    monkeypatch.setattr("app.ui.main_window._LOCK_LONGEST_MS", 200)
    monkeypatch.setattr(fake, "close", go.wait)
    with qtbot.waitSignal(window.locked):  # whoever hears it replaces the process
        window.lock()
    assert window.jobs.busy
    go.set()
    qtbot.waitUntil(lambda: not window.jobs.busy)


def test_a_lock_that_comes_while_the_library_is_being_opened(
        make_window: Make, fake: FakeSession, qtbot: QtBot) -> None:
    wait = threading.Event()
    window = make_window(FakeDoor(fake, wait=wait))
    window.begin(bytearray(PASSPHRASE))
    qtbot.waitUntil(lambda: window.sentry.watching)
    window.sentry.say(sentry.SLEEP)
    assert window.stack.currentWidget() is window.covering
    with qtbot.waitSignal(window.locked):
        wait.set()
    assert fake.closed == 1
    assert window.session is None


def test_closing_a_window_that_is_being_locked_ends_the_program(
        window: MainWindow, fake: FakeSession, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    go = threading.Event()
    close = fake.close
    monkeypatch.setattr(fake, "close", lambda: (go.wait(), close()))
    locked: list[str] = []
    window.locked.connect(locked.append)
    window.lock()
    qtbot.wait(20)
    window.close()
    assert not window.isVisible()
    with qtbot.waitSignal(window.closed):
        go.set()
    assert locked == []


def test_the_sentry_stands_while_the_library_is_open_and_asks_the_settings(
        make_window: Make, fake: FakeSession, qtbot: QtBot) -> None:
    window = make_window(FakeDoor(fake))
    window.begin()
    qtbot.waitUntil(window.unlock.first.isVisible)
    assert not window.sentry.watching
    qtbot.keyClicks(window.unlock.first, "wrong")
    qtbot.keyClick(window.unlock.first, Qt.Key.Key_Return)
    qtbot.waitUntil(window.unlock.problem.isVisible)
    assert not window.sentry.watching
    qtbot.keyClicks(window.unlock.first, PASSPHRASE.decode())
    qtbot.keyClick(window.unlock.first, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.session is not None)
    assert window.sentry.watching
    assert window._lock_minutes() == 15
    fake.settings = replace(fake.settings, lock_minutes=0)
    assert window._lock_minutes() == 0


def test_a_locked_window_takes_no_files(window: MainWindow, qtbot: QtBot) -> None:
    from PySide6.QtCore import QMimeData, QPoint, QUrl
    from PySide6.QtGui import QDragEnterEvent

    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile("/in/a.pdf")])
    with qtbot.waitSignal(window.locked):
        window.lock()
        entering = QDragEnterEvent(QPoint(50, 50), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton,
                                   Qt.KeyboardModifier.NoModifier)
        entering.ignore()
        QApplication.sendEvent(window, entering)
        assert not window._overlay.isVisible()

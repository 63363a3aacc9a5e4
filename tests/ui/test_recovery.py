"""The recovery key's page: shown once, checked, never forced, and nowhere left behind."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pypdfium2
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QPageSize, QPdfWriter
from pytestqt.qtbot import QtBot

from app.ui.main_window import MainWindow
from app.ui.panels.recovery import RecoveryPanel
from app.ui.widgets import sheet
from app.ui.widgets.labels import Label
from tests.ui.fake_session import PASSPHRASE, RECOVERY_KEY, FakeDoor, FakeSession

Make = Callable[[FakeDoor], MainWindow]


@pytest.fixture
def fake() -> FakeSession:
    return FakeSession(recovery_key=RECOVERY_KEY)


@pytest.fixture
def window(make_window: Make, fake: FakeSession, qtbot: QtBot) -> MainWindow:
    result = make_window(FakeDoor(fake, exists=False))
    result.begin(bytearray(PASSPHRASE))
    qtbot.waitUntil(lambda: result.stack.currentWidget() is result.recovery and not result.jobs.busy)
    return result


def shown(panel: RecoveryPanel) -> list[str]:
    return [label.text() for label in panel._grid_frame.findChildren(Label) if not label.isHidden()]


def test_the_key_is_shown_once_in_its_groups(window: MainWindow, fake: FakeSession, qtbot: QtBot) -> None:
    page = window.recovery
    assert shown(page) == RECOVERY_KEY.split("-")
    assert fake.recovery_key == ""  # not kept by the session
    assert not page.go.isEnabled()
    qtbot.keyClicks(page.typed, "k7q")
    assert page.verdict.text() == ""
    qtbot.keyClicks(page.typed, "x")
    assert page.verdict.text() == "That is not the last group."
    qtbot.keyClick(page.typed, Qt.Key.Key_Return)
    assert window.stack.currentWidget() is page
    qtbot.keyClick(page.typed, Qt.Key.Key_Backspace)
    qtbot.keyClicks(page.typed, "a")
    assert page.go.isEnabled()
    qtbot.mouseClick(page.go, Qt.MouseButton.LeftButton)
    assert window.stack.currentWidget() is window.work
    assert shown(page) == []
    assert not page.showing
    assert page.typed.text() == ""
    assert page._grid_frame.accessibleName() == ""


def test_it_can_be_left_for_later_after_a_warning(window: MainWindow, qtbot: QtBot) -> None:
    page = window.recovery
    qtbot.mouseClick(page.later, Qt.MouseButton.LeftButton)
    assert page.warning.isVisible()
    assert "everything in this library is lost" in page.warning.label.text()
    assert window.stack.currentWidget() is page
    qtbot.mouseClick(page.later, Qt.MouseButton.LeftButton)
    assert window.stack.currentWidget() is window.work


def test_a_copy_leaves_the_clipboard_with_the_lock(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.mouseClick(window.recovery.copy, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == RECOVERY_KEY
    assert "60 seconds" in window.recovery.copied.text()
    with qtbot.waitSignal(window.locked):
        window.lock()
    assert QGuiApplication.clipboard().text() == ""


def test_a_copy_is_taken_back_by_itself(
        window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.ui.panels.recovery._COPIED_S", 1)
    qtbot.mouseClick(window.recovery.copy, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == RECOVERY_KEY
    qtbot.waitUntil(lambda: QGuiApplication.clipboard().text() == "")


def test_a_new_key_is_shown_in_the_same_way(window: MainWindow, fake: FakeSession, qtbot: QtBot) -> None:
    window.recovery.later.click()
    window.recovery.later.click()
    window.turn_to(window.privacy)
    window.privacy.recovery_made.emit("NEWK-" * 8 + "AAAA")
    assert shown(window.recovery) == ["NEWK"] * 8 + ["AAAA"]
    assert window.recovery.warning.isHidden()
    assert window.recovery.later.text() == "Later"
    window.recovery.typed.setText("aaaa")
    window.recovery._check()
    window.recovery.go.click()
    assert window.stack.currentWidget() is window.privacy


def test_the_sheet_holds_the_key_and_nothing_of_the_computer(window: MainWindow, tmp_path: Path) -> None:
    file = tmp_path / "sheet.pdf"
    writer = QPdfWriter(str(file))
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    sheet.draw(writer, RECOVERY_KEY)
    del writer
    with pypdfium2.PdfDocument(file) as document:
        assert len(document) == 1
        page = document[0]
        reader = page.get_textpage()
        words = reader.get_text_range()
        told = document.get_metadata_dict()
        reader.close()
        page.close()
    assert all(group in words for group in RECOVERY_KEY.split("-"))
    assert "Use the recovery key" in " ".join(words.split())
    assert not any(name in words for name in (Path.home().name + "/", str(tmp_path), "passphrase:"))
    assert not told["Author"]
    assert not told["Title"]

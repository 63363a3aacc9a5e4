"""What is copied out of the window, and how it is taken back."""

from __future__ import annotations

import gc
import subprocess
import sys
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QMimeData
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app import paths
from app.ui.widgets import clipboard
from app.ui.widgets.texts import SafeBrowser, SafePlainText

HINT = "x-kde-passwordManagerHint"


def text() -> str:
    return QGuiApplication.clipboard().text()


@pytest.fixture(autouse=True)
def empty(qapp: QApplication) -> Iterator[None]:
    QGuiApplication.clipboard().clear()
    clipboard.watch()
    yield
    QGuiApplication.clipboard().clear()


def test_what_was_copied_is_cleared() -> None:
    clipboard.copy("the answer")
    assert text() == "the answer"
    gc.collect()  # nothing of it may hang on a wrapper that Python throws away
    clipboard.clear()
    assert text() == ""


def test_what_others_copied_stays() -> None:
    clipboard.copy("the answer")
    foreign = QMimeData()
    foreign.setText("a shopping list")
    QGuiApplication.clipboard().setMimeData(foreign)
    if QGuiApplication.clipboard().ownsClipboard():
        pytest.skip("on this system the test itself owns what it puts there")
    clipboard.clear()
    assert text() == "a shopping list"


def test_a_secret_goes_by_itself(qtbot: QtBot) -> None:
    clipboard.copy("ABCD-EFGH", seconds=1)
    qtbot.waitUntil(lambda: text() == "")


def test_a_secret_that_was_replaced_takes_nothing_with_it(qtbot: QtBot) -> None:
    clipboard.copy("ABCD-EFGH", seconds=1)
    clipboard.copy("the answer")
    qtbot.wait(1300)
    assert text() == "the answer"


def test_the_programs_end_takes_back_secrets_only() -> None:
    clipboard.copy("ABCD-EFGH", seconds=60)
    clipboard.clear_secret()
    assert text() == ""
    clipboard.copy("the answer")
    clipboard.clear_secret()
    assert text() == "the answer"


def test_histories_are_asked_to_keep_nothing(qtbot: QtBot) -> None:
    clipboard.copy("the answer")
    data = QGuiApplication.clipboard().mimeData()
    assert bytes(data.data(HINT).data()) == b"secret"
    assert any("CanUploadToCloudClipboard" in name for name in data.formats())
    assert any("ExcludeClipboardContentFromMonitorProcessing" in name for name in data.formats())


@pytest.mark.parametrize("kind", [SafeBrowser, SafePlainText])
def test_text_that_is_marked_and_copied_is_plain_and_private(
        qtbot: QtBot, kind: type[SafeBrowser | SafePlainText]) -> None:
    view = kind()
    qtbot.addWidget(view)
    view.setPlainText("either party may end the lease")
    view.selectAll()
    view.copy()
    data = QGuiApplication.clipboard().mimeData()
    assert text() == "either party may end the lease"
    assert data.hasFormat(HINT)
    assert not data.hasHtml()


def test_the_program_ends_in_peace_with_something_copied() -> None:
    code = ("from PySide6.QtWidgets import QApplication; from app.ui.widgets import clipboard\n"
            "app = QApplication([]); clipboard.watch(); clipboard.copy('the answer'); app.processEvents()")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60,
                          cwd=paths.resources().parent)
    assert done.returncode == 0, done.stderr

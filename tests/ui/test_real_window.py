"""The window with nothing faked: models, readers, store and page pictures, on two sample documents."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from app import paths
from app.types import AnswerStatus, Scope
from app.ui.application import LibraryDoor
from app.ui.main_window import MainWindow
from app.ui.widgets.theme import Theme
from tests.ui.conftest import close
from tests.ui.fake_session import PASSPHRASE, FakeDoor, FakeSession, document

LEASE = "Lease Unit 3 The Old Ropewalk.pdf"
LONG = 180_000  # milliseconds; computers that run tests are busy


@pytest.mark.real
def test_from_a_passphrase_to_a_cited_page(
        qtbot: QtBot, theme: Theme, tmp_path: Path, ask: Callable[..., None]) -> None:
    main_job(qtbot, theme, tmp_path, ask)


@pytest.mark.real
@pytest.mark.xcb
def test_the_same_on_a_real_window_system(
        qtbot: QtBot, qapp: QApplication, theme: Theme, tmp_path: Path, ask: Callable[..., None]) -> None:
    assert qapp.platformName() == os.environ["QT_QPA_PLATFORM"] == "xcb"
    main_job(qtbot, theme, tmp_path, ask)


def main_job(qtbot: QtBot, theme: Theme, tmp_path: Path, ask: Callable[..., None]) -> None:
    window = MainWindow(theme, LibraryDoor(tmp_path / "library"))
    qtbot.addWidget(window)
    window.show()
    try:
        window.begin()
        qtbot.waitUntil(window.unlock.second.isVisible, timeout=LONG)
        for field in (window.unlock.first, window.unlock.second):
            qtbot.keyClicks(field, "four plain unrelated words")
        qtbot.keyClick(window.unlock.second, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: window.session is not None and not window.jobs.busy, timeout=LONG)
        assert window.stack.currentWidget() is window.recovery
        last = window.recovery._grid.itemAt(window.recovery._grid.count() - 1).widget()
        assert isinstance(last, QLabel)
        qtbot.keyClicks(window.recovery.typed, last.text().lower())
        qtbot.keyClick(window.recovery.typed, Qt.Key.Key_Return)
        assert window.stack.currentWidget() is window.work
        window.library.add([paths.samples() / LEASE, paths.samples() / "Meeting notes 2026-01-12.txt",
                            tmp_path / "missing.pdf"])
        qtbot.waitUntil(lambda: not window.library.adding and not window.jobs.busy, timeout=LONG)
        assert {row.title for row in window.library.rows.rows} >= {LEASE, "Meeting notes 2026-01-12.txt"}
        assert [row.title for row in window.library.strip.failures.rows] == ["missing.pdf"]
        ask(window, "How much is the deposit that the tenant has paid under the lease?")
        qtbot.waitUntil(lambda: not window.jobs.busy, timeout=LONG)
        turn = window.conversation.turns[0]
        assert turn.answer is not None
        assert turn.answer.status in AnswerStatus
        first = turn.cards[0].hit.passage
        assert first.file.endswith(LEASE)
        assert "7,350" in first.text
        assert window.source.name.whole == LEASE
        assert not window.source.page.empty
        marks = window.source.page.marks
        assert window.source.page.rect().contains(marks.toRect())
        assert marks.height() > 10
        talk(qtbot, window, ask)
        search(qtbot, window)
    finally:
        close(qtbot, window)


def talk(qtbot: QtBot, window: MainWindow, ask: Callable[..., None]) -> None:
    """Ask on, begin anew, and find and open what was kept."""
    def idle() -> None:
        qtbot.waitUntil(lambda: not window.jobs.busy and all(turn.built for turn in window.conversation.turns),
                        timeout=LONG)

    panel, history = window.conversation, window.history
    first = panel.turns[0]
    assert first.kept
    question, answer = first.question, first.text.toPlainText()
    ask(window, "And when is it returned?")
    idle()
    evidence = panel.turns[1].evidence
    assert evidence is not None
    assert "deposit" in evidence.question  # the question leans on the one before
    assert panel.turns[1]._hints.isVisibleTo(panel.turns[1])
    window.conversation.begin()
    idle()
    assert panel.turns == []
    assert [(row.title, row.detail.split(" · ")[1]) for row in history.rows.rows] == [(question, "2 answers")]
    history.field.setText("returned")
    qtbot.waitUntil(lambda: [row.title for row in history.rows.rows] == ["And when is it returned?"], timeout=LONG)
    history.view.clicked.emit(history.rows.index(0))
    idle()
    assert [turn.question for turn in panel.turns] == [question, "And when is it returned?"]
    assert panel.turns[0].text.toPlainText() == answer
    panel.turns[1].heading.drop.click()
    qtbot.waitUntil(panel.conversing.strip.isVisible, timeout=LONG)
    panel.conversing.strip.go.click()
    idle()
    assert [turn.question for turn in panel.turns] == [question]


def search(qtbot: QtBot, window: MainWindow) -> None:
    """Find without asking: by words, in one type of file, and by words that stand nowhere."""
    panel = window.conversation
    panel.head.turn(searching=True)

    def look(typed: str) -> None:
        panel.box.setPlainText(typed)
        qtbot.waitUntil(lambda: panel.finding._shown is not None and panel.finding._shown.text == typed, timeout=LONG)

    look("deposit tenant paid")
    first = panel.finding.results[0].hit
    assert first.passage.file.endswith(LEASE)
    assert "deposit" in {first.passage.text[a:b].casefold() for a, b in first.marks}
    look('"working hands of zebras"')
    assert panel.finding.results == []
    assert panel.finding.notice.isVisible()
    look("file:lease NOT")
    assert panel.finding.hints.isVisible()
    panel.head.filters._take(Scope(kinds=("text",)))
    look("deposit")
    assert {result.hit.passage.kind for result in panel.finding.results} == {"text"}


@pytest.mark.xcb
def test_what_is_painted_reaches_the_screen(
        qtbot: QtBot, theme: Theme, qapp: QApplication, ask: Callable[..., None]) -> None:
    assert qapp.platformName() == os.environ["QT_QPA_PLATFORM"] == "xcb"
    window = MainWindow(theme, FakeDoor(FakeSession(rows=[document("/in/a.pdf", pages=12)])))  # type: ignore[arg-type]
    window.show()
    qtbot.waitExposed(window)
    try:
        window.begin(bytearray(PASSPHRASE))
        qtbot.waitUntil(lambda: window.session is not None and not window.jobs.busy)
        ask(window)
        qtbot.waitUntil(lambda: not window.jobs.busy and window.conversation.turns[0].answer is not None)
        screen = window.screen().grabWindow(int(window.winId())).toImage()
        colours = {screen.pixelColor(x, y).name() for x in range(0, screen.width(), 7)
                   for y in range(0, screen.height(), 7)}
        assert theme.colours.side in colours
        assert theme.colours.accent_soft in colours
    finally:
        close(qtbot, window)

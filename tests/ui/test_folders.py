"""The page about followed folders: adding, patterns, checking, ending, and the question before anything is removed."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.types import Folder, FolderAway, Quoting, Survey
from app.ui.main_window import MainWindow
from app.ui.panels.folders import FoldersPanel
from app.ui.widgets import files
from app.ui.widgets.following import patterns
from tests.ui.fake_session import FakeSession


@pytest.fixture
def panel(window: MainWindow, fake: FakeSession, qtbot: QtBot) -> FoldersPanel:
    """The page with one folder."""
    fake.followed = [Folder("/cases/harbour lane", ("*.pdf",), ("drafts/**",))]
    window.turn_to(window.folders)
    idle(qtbot, window)
    return window.folders


def idle(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.waitUntil(lambda: not window.library.adding and not window.jobs.busy)


def test_without_folders_the_page_says_what_they_are_for(window: MainWindow, qtbot: QtBot) -> None:
    window.turn_to(window.folders)
    idle(qtbot, window)
    assert window.folders.empty.isVisible()
    assert window.folders.check_all.isHidden()
    qtbot.mouseClick(window.folders.back, Qt.MouseButton.LeftButton)
    assert window.stack.currentWidget() is window.work


def test_a_folder_is_chosen_counted_followed_and_read(
        window: MainWindow, fake: FakeSession, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "choose", lambda *_, folder: [tmp_path])
    window.turn_to(window.folders)
    qtbot.mouseClick(window.folders.add, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(fake.added))
    idle(qtbot, window)
    assert fake.followed == [Folder(str(tmp_path))]
    assert fake.added == [[tmp_path]]
    assert list(window.folders.cards) == [str(tmp_path)]


def test_a_large_folder_is_followed_only_when_that_is_agreed_to(
        window: MainWindow, fake: FakeSession, qtbot: QtBot, tmp_path: Path) -> None:
    fake.survey = Survey(900, 0, 9000, 0, 1, 3000)
    window.library.runs.follow(tmp_path)
    question = window.library.runs.question
    qtbot.waitUntil(question.isVisible)
    assert question.title.text() == f"Follow “{tmp_path.name}”?"
    assert question.tick.isHidden()
    qtbot.mouseClick(question.keep, Qt.MouseButton.LeftButton)
    idle(qtbot, window)
    assert (fake.followed, fake.added) == ([], [])


def test_a_card_says_which_files_are_meant_and_changes_that(
        window: MainWindow, panel: FoldersPanel, fake: FakeSession, qtbot: QtBot) -> None:
    card = panel.cards["/cases/harbour lane"]
    assert card.words.text() == "Only *.pdf, without drafts/**"
    qtbot.mouseClick(card.edit, Qt.MouseButton.LeftButton)
    assert card.include.text() == "*.pdf"
    card.include.setText("*.pdf; letters/**, *.pdf")
    card.exclude.clear()
    qtbot.keyClick(card.exclude, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(fake.reconciled))
    idle(qtbot, window)
    assert fake.followed == [Folder("/cases/harbour lane", ("*.pdf", "letters/**"))]
    assert fake.reconciled == [("/cases/harbour lane", False)]
    assert panel.cards["/cases/harbour lane"].words.text() == "Only *.pdf, letters/**"
    assert panel.cards["/cases/harbour lane"].state.text().startswith("Checked today at")


def test_a_folder_is_followed_no_more_after_a_question(
        window: MainWindow, panel: FoldersPanel, fake: FakeSession, qtbot: QtBot) -> None:
    qtbot.mouseClick(panel.cards["/cases/harbour lane"].end, Qt.MouseButton.LeftButton)
    assert "stays in the library" in panel.question.words.text()
    assert fake.followed
    qtbot.mouseClick(panel.question.go, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not fake.followed)
    idle(qtbot, window)
    assert panel.empty.isVisible()


def test_nothing_of_a_folder_that_is_mostly_gone_is_removed_without_an_answer(
        window: MainWindow, panel: FoldersPanel, fake: FakeSession, qtbot: QtBot, tmp_path: Path) -> None:
    path = str(tmp_path)
    fake.followed = [Folder(path)]
    fake.found_in_folders = [FolderAway(path, tuple(f"{path}/{number}.pdf" for number in range(12)))]
    panel.refresh()
    idle(qtbot, window)
    qtbot.mouseClick(panel.check_all, Qt.MouseButton.LeftButton)
    card = panel.cards[path]
    qtbot.waitUntil(card.answers.isVisible)
    idle(qtbot, window)
    assert card.notice.label.text().startswith("12 documents of the library were in this folder and are no longer "
                                               "there (0.pdf, 1.pdf, 2.pdf, …).")
    assert fake.reconciled == [(None, False)]
    assert window.library.away.accessibleName() == "1 followed folder needs an answer"
    qtbot.mouseClick(card.remove, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: fake.reconciled == [(None, False), (path, True)])
    idle(qtbot, window)
    assert card.answers.isHidden()
    assert window.library.away.isHidden()


def test_what_is_gone_can_be_kept(
        window: MainWindow, panel: FoldersPanel, fake: FakeSession, qtbot: QtBot, tmp_path: Path) -> None:
    path = str(tmp_path)
    fake.followed = [Folder(path)]
    panel.refresh()
    idle(qtbot, window)
    panel.show_away(FolderAway(path, (f"{path}/a.pdf",)))
    card = panel.cards[path]
    qtbot.waitUntil(card.answers.isVisible)
    qtbot.mouseClick(card.keep, Qt.MouseButton.LeftButton)
    assert "1 document from" in panel.said.label.text()
    assert "stays in the library" in panel.said.label.text()
    assert (card.answers.isHidden(), fake.reconciled) == (True, [])


def test_where_the_folder_cannot_be_reached_it_is_asked_twice(
        window: MainWindow, panel: FoldersPanel, fake: FakeSession, qtbot: QtBot) -> None:
    panel.show_away(FolderAway("/cases/harbour lane", ("/cases/harbour lane/a.pdf",)))
    card = panel.cards["/cases/harbour lane"]
    qtbot.waitUntil(card.answers.isVisible)
    assert card.state.text() == "Away"
    assert "cannot be reached" in card.notice.label.text()
    qtbot.mouseClick(card.remove, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(panel.question.isVisible)
    assert panel.question.warning.isHidden()
    assert fake.reconciled == []
    qtbot.mouseClick(panel.question.go, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: fake.reconciled == [("/cases/harbour lane", True)])
    idle(qtbot, window)


def test_it_is_asked_before_kept_answers_go_with_what_is_gone(
        window: MainWindow, panel: FoldersPanel, fake: FakeSession, qtbot: QtBot, tmp_path: Path) -> None:
    path = str(tmp_path)
    fake.followed, fake.talk.quoted = [Folder(path)], Quoting(3, 1)
    panel.refresh()
    idle(qtbot, window)
    panel.show_away(FolderAway(path, (f"{path}/a.pdf", f"{path}/b.pdf")))
    qtbot.waitUntil(panel.cards[path].answers.isVisible)
    qtbot.mouseClick(panel.cards[path].remove, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(panel.question.isVisible)
    assert panel.question.title.text() == "Take 2 documents out of the library?"
    assert panel.question.warning.text() == (
        "1 kept conversation loses 3 answers that quote them or follow one that does.")
    assert fake.reconciled == []
    qtbot.mouseClick(panel.question.go, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: fake.reconciled == [(path, True)])
    idle(qtbot, window)


@pytest.mark.parametrize(("text", "found"), [
    ("", ()), ("*.pdf", ("*.pdf",)), (" *.pdf ,, letters/** ; *.pdf", ("*.pdf", "letters/**")),
])
def test_patterns_are_taken_apart(text: str, found: tuple[str, ...]) -> None:
    assert patterns(text) == found

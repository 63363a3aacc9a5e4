"""Adding in the window: counted first, asked where it is much, told of by pages, paused, cancelled."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.types import FileAdded, FileFailed, Folder, FolderAway, Progress, Status, Survey
from app.ui import sentry
from app.ui.main_window import MainWindow
from tests.ui.fake_session import DOCUMENTS, PASSPHRASE, FakeDoor, FakeSession

Make = Callable[[FakeDoor], MainWindow]
LARGE = Survey(214, 12, 3120, 96, 10**9, 25 * 60)


def idle(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.waitUntil(lambda: not window.library.adding and not window.jobs.busy)


def test_a_large_adding_is_asked_before_in_one_sentence(window: MainWindow, fake: FakeSession, qtbot: QtBot) -> None:
    fake.survey = LARGE
    window.library.add([Path("/in/a.pdf")])
    question = window.library.runs.question
    qtbot.waitUntil(question.isVisible)
    assert question.words.text() == ("214 files, 3,120 pages, 96 of them scans: about 25 minutes. "
                                     "12 more files are in the library already.")
    assert question.tick.isHidden()  # it is no folder
    assert fake.added == []
    qtbot.mouseClick(question.go, Qt.MouseButton.LeftButton)
    idle(qtbot, window)
    assert fake.added == [[Path("/in/a.pdf")]]


def test_what_is_refused_is_not_added_and_what_waited_is_counted_then(
        window: MainWindow, fake: FakeSession, qtbot: QtBot) -> None:
    fake.survey = LARGE
    window.library.add([Path("/in/a.pdf")])
    question = window.library.runs.question
    qtbot.waitUntil(question.isVisible)
    window.library.add([Path("/in/b.pdf")])
    qtbot.wait(30)
    assert [name for name, _ in fake.calls].count("survey") == 1  # one question after the other
    fake.survey = None
    qtbot.mouseClick(question.keep, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(fake.added))
    idle(qtbot, window)
    assert fake.added == [[Path("/in/b.pdf")]]


def test_little_work_is_not_asked_about(window: MainWindow, fake: FakeSession, qtbot: QtBot) -> None:
    fake.survey = Survey(3, 0, 40, 0, 1000, 59)
    window.library.add([Path("/in/a.pdf")])
    qtbot.waitUntil(lambda: bool(fake.added))
    idle(qtbot, window)
    assert window.library.runs.question.isHidden()


def test_counting_can_be_cancelled(window: MainWindow, fake: FakeSession, qtbot: QtBot) -> None:
    fake.counting.clear()
    window.library.add([Path("/in/a.pdf"), Path("/in/b.pdf")])
    strip = window.library.strip
    qtbot.waitUntil(lambda: strip.count.text() == "0 of 2 files")
    assert strip.pause.isHidden()
    qtbot.mouseClick(strip.cancel, Qt.MouseButton.LeftButton)
    fake.counting.set()
    idle(qtbot, window)
    assert strip.title.whole == "Stopped"
    assert (fake.added, window.library.runs.question.isVisible()) == ([], False)


@pytest.mark.parametrize("keep", [True, False])
def test_a_folder_is_followed_where_that_is_ticked(
        window: MainWindow, fake: FakeSession, qtbot: QtBot, tmp_path: Path, keep: bool) -> None:
    fake.survey = LARGE
    window.library.add([tmp_path])
    question = window.library.runs.question
    qtbot.waitUntil(question.isVisible)
    assert question.tick.text() == "Keep following this folder"
    if keep:
        qtbot.mouseClick(question.tick, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(question.go, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(fake.added))
    idle(qtbot, window)
    assert fake.followed == ([Folder(str(tmp_path))] if keep else [])


def test_progress_is_told_by_pages_with_the_time_left(window: MainWindow, fake: FakeSession, qtbot: QtBot) -> None:
    fake.hold.clear()
    window.library.add([Path("/in/a.pdf"), Path("/in/b.pdf")])
    strip = window.library.strip
    qtbot.waitUntil(lambda: strip.count.text() == "1 of 2")
    strip.show_event(Progress("/in/<b>Deposition.pdf", 1204, 3120, 0, 2, 2.4, 12 * 60))
    assert strip.title.whole == "<b>Deposition.pdf"
    assert strip.count.text() == "1,204 of 3,120 pages · 144 pages a minute · file 1 of 2"
    assert strip.left.text() == "About 12 minutes left"
    assert strip.bar.value() == round(1000 * 1204 / 3120)
    strip.show_event(Progress("/in/b.pdf", 1205, 3120, 0, 2, 2.4, None))
    assert strip.left.isHidden()
    fake.hold.set()
    idle(qtbot, window)


def test_a_run_is_paused_and_resumed(window: MainWindow, fake: FakeSession, qtbot: QtBot) -> None:
    fake.pause = .01
    window.library.add([Path(f"/in/{number}.pdf") for number in range(100)])
    strip = window.library.strip
    qtbot.waitUntil(lambda: len(fake.rows) > len(DOCUMENTS) + 2)
    qtbot.mouseClick(strip.pause, Qt.MouseButton.LeftButton)
    assert strip.title.whole == "Pausing after this page…"
    qtbot.waitUntil(lambda: strip.title.whole == "Paused")
    rows = len(fake.rows)
    qtbot.wait(80)
    assert len(fake.rows) == rows
    assert (strip.pause.text(), window.library.adding) == ("Resume", True)
    fake.pause = 0
    qtbot.mouseClick(strip.pause, Qt.MouseButton.LeftButton)
    idle(qtbot, window)
    assert len(fake.rows) == len(DOCUMENTS) + 100
    assert strip.title.whole == "100 files added"


def test_a_paused_run_can_be_cancelled(window: MainWindow, fake: FakeSession, qtbot: QtBot) -> None:
    fake.pause = .01
    window.library.add([Path(f"/in/{number}.pdf") for number in range(100)])
    strip = window.library.strip
    qtbot.waitUntil(lambda: len(fake.rows) > len(DOCUMENTS) + 2)
    qtbot.mouseClick(strip.pause, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: strip.title.whole == "Paused")
    qtbot.mouseClick(strip.cancel, Qt.MouseButton.LeftButton)
    idle(qtbot, window)
    assert strip.title.whole == "Stopped"
    assert fake.closed_generators == ["add"]


def test_a_paused_run_does_not_hold_up_locking(
        window: MainWindow, fake: FakeSession, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("_LOCK_PATIENCE_MS", "_LOCK_LONGEST_MS"):  # it stops by itself, not when patience ends
        monkeypatch.setattr(f"app.ui.main_window.{name}", 10**8)
    fake.pause = .01
    fake.unfinished = ["/in"]
    window.library.add([Path(f"/in/{number}.pdf") for number in range(100)])
    strip = window.library.strip
    qtbot.waitUntil(lambda: len(fake.rows) > len(DOCUMENTS) + 2)
    qtbot.mouseClick(strip.pause, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: strip.title.whole == "Paused")
    with qtbot.waitSignal(window.locked):
        window.lock(sentry.IDLE)
    assert fake.closed == 1
    assert fake.closed_generators == ["add"]
    assert fake.unfinished == ["/in"]  # it goes on after unlocking


def test_what_is_asked_about_is_kept_when_the_window_is_locked(
        window: MainWindow, fake: FakeSession, qtbot: QtBot) -> None:
    fake.survey = LARGE
    window.library.add([Path("/in/a.pdf")])
    qtbot.waitUntil(window.library.runs.question.isVisible)
    with qtbot.waitSignal(window.locked):
        window.lock(sentry.IDLE)
    assert fake.unfinished == ["/in/a.pdf"]


def test_followed_folders_are_gone_through_quietly_at_the_start(make_window: Make, qtbot: QtBot) -> None:
    fake = FakeSession(rows=list(DOCUMENTS), followed=[Folder("/cases")])
    window = make_window(FakeDoor(fake))
    window.begin(bytearray(PASSPHRASE))
    qtbot.waitUntil(lambda: bool(fake.reconciled))
    idle(qtbot, window)
    assert fake.reconciled == [(None, False)]
    assert window.library.strip.isHidden()  # nothing was new, and nobody asked


def test_what_a_followed_folder_brings_is_told(make_window: Make, qtbot: QtBot) -> None:
    fake = FakeSession(rows=list(DOCUMENTS), followed=[Folder("/cases")])
    fake.found_in_folders = [FileAdded("/cases/new.pdf", 2, 4, Status.READ, (), 0, 2),
                             FileFailed("/cases/torn.pdf", "The file is damaged.", 1, 2)]
    window = make_window(FakeDoor(fake))
    window.begin(bytearray(PASSPHRASE))
    qtbot.waitUntil(lambda: bool(fake.reconciled))
    idle(qtbot, window)
    assert [row.title for row in window.library.strip.failures.rows] == ["torn.pdf"]
    assert window.library.strip.isVisible()


def test_a_folder_that_is_away_is_said_in_the_library(make_window: Make, qtbot: QtBot) -> None:
    fake = FakeSession(rows=list(DOCUMENTS), followed=[Folder("/nowhere")])
    fake.found_in_folders = [FolderAway("/nowhere", ("/nowhere/a.pdf",))]
    window = make_window(FakeDoor(fake))
    window.begin(bytearray(PASSPHRASE))
    qtbot.waitUntil(window.library.away.isVisible)
    assert window.library.away.accessibleName() == "1 followed folder needs an answer"
    qtbot.mouseClick(window.library.away, Qt.MouseButton.LeftButton)
    assert window.stack.currentWidget() is window.folders
    idle(qtbot, window)


def test_changes_in_a_followed_folder_are_taken_up_while_the_program_runs(make_window: Make, qtbot: QtBot) -> None:
    fake = FakeSession(rows=list(DOCUMENTS), followed=[Folder("/cases")])
    window = make_window(FakeDoor(fake))
    window.begin(bytearray(PASSPHRASE))
    qtbot.waitUntil(lambda: fake.reconciled == [(None, False)])
    idle(qtbot, window)
    fake.changes_on_disk = ["/cases"]
    qtbot.waitUntil(lambda: fake.reconciled == [(None, False), ("/cases", False)])
    idle(qtbot, window)
    assert window.library.strip.isHidden()
    window.folders._end("/cases")  # what is no longer followed is no longer watched
    qtbot.waitUntil(lambda: "watcher closed" in [name for name, _ in fake.calls])


def test_the_watch_ends_before_the_session(make_window: Make, qtbot: QtBot) -> None:
    fake = FakeSession(rows=list(DOCUMENTS), followed=[Folder("/cases")])
    window = make_window(FakeDoor(fake))
    window.begin(bytearray(PASSPHRASE))
    qtbot.waitUntil(lambda: "watcher" in [name for name, _ in fake.calls])
    with qtbot.waitSignal(window.locked):
        window.lock(sentry.IDLE)
    names = [name for name, _ in fake.calls]
    assert names.index("watcher closed") < names.index("close")

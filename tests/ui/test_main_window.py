"""The whole window on a scripted session: unlocking, adding, asking, opening sources, closing."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.documents import loader
from app.ui.main_window import FORMATS, MainWindow
from app.ui.panels import library
from app.ui.widgets.rows import RowPainter
from tests.ui.conftest import close
from tests.ui.fake_session import DOCUMENTS, PASSPHRASE, FakeDoor, FakeSession, document

Make = Callable[[FakeDoor], MainWindow]
Ask = Callable[..., None]


# Unlocking.


def test_the_first_start_asks_twice_and_makes_a_library(make_window: Make, fake: FakeSession, qtbot: QtBot) -> None:
    door = FakeDoor(fake, exists=False)
    window = make_window(door)
    window.begin()
    unlock = window.unlock
    qtbot.waitUntil(unlock.second.isVisible)
    qtbot.keyClicks(unlock.first, "correct horse battery")
    qtbot.keyClicks(unlock.second, "correct horse batter")
    qtbot.mouseClick(unlock.go, Qt.MouseButton.LeftButton)
    assert "not the same" in unlock.problem.label.text()
    assert not door.opened
    qtbot.keyClicks(unlock.second, "y")
    assert unlock.problem.isHidden()
    qtbot.keyClick(unlock.second, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.session is not None)
    assert door.opened == [(PASSPHRASE, True)]
    assert unlock.first.text() == unlock.second.text() == ""
    assert window.stack.currentWidget() is window.work


def test_tab_goes_from_one_passphrase_to_the_other(make_window: Make, qtbot: QtBot) -> None:
    window = make_window(FakeDoor(FakeSession(rows=[]), exists=False))
    window.begin()
    qtbot.waitUntil(window.unlock.second.isVisible)
    assert window.unlock.first.nextInFocusChain() is window.unlock.second
    assert window.unlock.second.nextInFocusChain() is window.unlock.go


def test_a_wrong_passphrase_is_said_in_place_and_can_be_tried_again(
        make_window: Make, fake: FakeSession, qtbot: QtBot) -> None:
    door = FakeDoor(fake)
    window = make_window(door)
    window.begin()
    unlock = window.unlock
    qtbot.waitUntil(unlock.first.isVisible)
    assert unlock.second.isHidden() or not unlock.second.isVisible()
    qtbot.keyClicks(unlock.first, "wrong")
    qtbot.keyClick(unlock.first, Qt.Key.Key_Return)
    qtbot.waitUntil(unlock.problem.isVisible)
    assert unlock.problem.label.text() == "That passphrase does not open this library."
    assert window.stack.currentWidget() is unlock
    assert unlock.first.text() == ""
    qtbot.keyClicks(unlock.first, PASSPHRASE.decode())
    qtbot.keyClick(unlock.first, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.session is not None)
    assert [create for _, create in door.opened] == [False, False]


def test_opening_is_no_work_of_the_window(make_window: Make, fake: FakeSession, qtbot: QtBot) -> None:
    wait = threading.Event()
    door = FakeDoor(fake, wait=wait)
    window = make_window(door)
    window.begin(bytearray(PASSPHRASE))
    qtbot.waitUntil(lambda: bool(door.threads))
    qtbot.wait(50)  # while the door waits, the window comes to look after itself: here it would wait for ever
    assert window.session is None
    wait.set()
    qtbot.waitUntil(lambda: window.session is not None)
    assert threading.get_ident() not in door.threads


def test_closing_while_the_library_is_being_opened_closes_it(
        make_window: Make, fake: FakeSession, qtbot: QtBot) -> None:
    wait = threading.Event()
    window = make_window(FakeDoor(fake, wait=wait))
    window.begin(bytearray(PASSPHRASE))
    qtbot.wait(30)
    window.close()
    qtbot.wait(30)
    with qtbot.waitSignal(window.closed):
        wait.set()
    assert fake.closed == 1


def test_samples_go_into_an_empty_library_and_their_questions_are_offered(make_window: Make, qtbot: QtBot) -> None:
    fake = FakeSession()
    window = make_window(FakeDoor(fake, samples=[Path("/samples")], questions=["Who pays?", "When?"]))
    window.begin(bytearray(PASSPHRASE))
    qtbot.waitUntil(lambda: fake.added == [[Path("/samples")]] and not window.jobs.busy)
    assert window.conversation.welcome.suggestions.count() == 2


# The library.


def test_the_list_shows_kind_pages_and_trouble(window: MainWindow) -> None:
    rows = {row.title: row for row in window.library.rows.rows}
    assert len(rows) == len(DOCUMENTS)
    assert rows["Lease Harbour Lane 4.pdf"].detail == "PDF · 12 pages · read"
    assert rows["Lease Harbour Lane 4.pdf"].trouble == ""
    assert rows["Deposition Lindqvist.pdf"].detail == "PDF · 48 pages · partly read"
    assert rows["Deposition Lindqvist.pdf"].trouble == "Page 17 is damaged and could not be read."
    assert "locked" in rows["Bank statement Q2.pdf"].detail
    assert window.library.filter.isVisible()


def test_the_filter_hides_other_names(window: MainWindow) -> None:
    window.library.filter.setText("LEASE")
    model = window.library.view.model()
    assert [model.index(row, 0).data() for row in range(model.rowCount())] == ["Lease Harbour Lane 4.pdf"]


def test_the_seal_is_always_in_sight(window: MainWindow) -> None:
    assert window.library.seal.isVisible()
    assert window.library.seal.text() == "Nothing leaves this computer"
    assert "refused by the system" in window.library.seal.toolTip()


def test_where_the_system_does_not_enforce_it_the_window_claims_less(window: MainWindow) -> None:
    window.library.show_seal(False, "Network: open")
    assert window.library.seal.text() == "Carrel uses no network"
    assert "Network: open" in window.library.seal.toolTip()


def test_good_news_goes_by_itself_and_failures_stay(
        window: MainWindow, fake: FakeSession, qtbot: QtBot) -> None:
    strip = window.library.strip
    strip._gone.setInterval(50)
    window.library.add([Path("/in/a.pdf")])
    qtbot.waitUntil(lambda: strip.title.whole == "1 file added")
    qtbot.waitUntil(strip.isHidden)
    fake.failing = {"b.pdf": "The file is empty (0 bytes)."}
    window.library.add([Path("/in/b.pdf")])
    qtbot.waitUntil(lambda: strip.title.whole == "1 file not added")
    qtbot.wait(150)
    assert strip.isVisible()


def drop(window: MainWindow, *paths: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    entering = QDragEnterEvent(QPoint(50, 50), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton,
                               Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(window, entering)
    assert entering.isAccepted()
    assert window._overlay.isVisible()
    QApplication.sendEvent(window, QDropEvent(QPointF(50, 50), Qt.DropAction.CopyAction, data,
                                              Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier))
    assert not window._overlay.isVisible()


def test_dropped_files_are_added_with_progress_and_failures_in_place(
        window: MainWindow, fake: FakeSession, qtbot: QtBot) -> None:
    fake.failing = {"torn.pdf": "The file is damaged and could not be read: it ends in the middle."}
    fake.hold.clear()
    drop(window, Path("/in/a & b.pdf"), Path("/in/torn.pdf"), Path("/in/c.pdf"))
    strip = window.library.strip
    qtbot.waitUntil(lambda: strip.count.text() == "1 of 3")
    assert strip.title.whole == "a & b.pdf"
    assert strip.cancel.isVisible()
    fake.hold.set()
    qtbot.waitUntil(lambda: not window.library.adding and not window.jobs.busy)
    assert strip.title.whole == "1 file not added"
    assert [(row.title, row.trouble) for row in strip.failures.rows] == [
        ("torn.pdf", "The file is damaged and could not be read: it ends in the middle.")]
    assert strip.failure_list.isVisible()
    names = [row.title for row in window.library.rows.rows]
    assert "a & b.pdf" in names
    assert "c.pdf" in names
    qtbot.mouseClick(strip.dismiss, Qt.MouseButton.LeftButton)
    assert strip.isHidden()
    assert strip.failures.rows == []


def test_files_dropped_while_others_are_added_come_after_them(
        window: MainWindow, fake: FakeSession, qtbot: QtBot) -> None:
    fake.hold.clear()
    window.library.add([Path("/in/a.pdf")])
    window.library.add([Path("/in/b.pdf")])
    window.library.add([Path("/in/c.pdf")])
    fake.hold.set()
    qtbot.waitUntil(lambda: len(fake.added) == 2 and not window.library.adding)
    assert fake.added == [[Path("/in/a.pdf")], [Path("/in/b.pdf"), Path("/in/c.pdf")]]


def test_cancelling_keeps_what_was_added(window: MainWindow, fake: FakeSession, qtbot: QtBot) -> None:
    fake.pause = .02
    window.library.add([Path(f"/in/{number}.pdf") for number in range(200)])
    strip = window.library.strip
    qtbot.waitUntil(lambda: strip.count.text().startswith("3 of"))
    qtbot.mouseClick(strip.cancel, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not window.library.adding and not window.jobs.busy)
    assert strip.title.whole == "Stopped"
    assert fake.closed_generators == ["add"]
    added = len(fake.rows) - len(DOCUMENTS)
    assert 2 <= added < 100
    assert len(window.library.rows.rows) == len(DOCUMENTS) + added


def test_removing_asks_first(window: MainWindow, fake: FakeSession, qtbot: QtBot) -> None:
    library = window.library
    library.view.setFocus()
    library.view.setCurrentIndex(library.view.model().index(0, 0))
    qtbot.keyClick(library.view, Qt.Key.Key_Delete)
    qtbot.waitUntil(library.removal.isVisible)
    assert len(fake.rows) == len(DOCUMENTS)
    assert library.removal.title.text() == "Remove Bank statement Q2.pdf?"
    qtbot.mouseClick(library.removal.go, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(library.rows.rows) == len(DOCUMENTS) - 1)
    assert "Bank statement Q2.pdf" not in [row.title for row in library.rows.rows]


def test_an_empty_library_invites(make_window: Make, qtbot: QtBot) -> None:
    window = make_window(FakeDoor(FakeSession()))
    window.begin(bytearray(PASSPHRASE))
    qtbot.waitUntil(lambda: window.session is not None and not window.jobs.busy)
    assert window.conversation.welcome.invite.isVisible()
    assert window.library._stack.currentIndex() == 0


def test_the_formats_named_are_those_that_are_read() -> None:
    words = {".pdf": "PDF", ".docx": "Word", ".xlsx": "Excel", ".eml": "e-mail", ".txt": "plain text",
             ".md": "Markdown", ".html": "HTML"}
    for suffix, word in words.items():
        assert suffix in loader.SUFFIXES
        assert word in FORMATS


# Matters, and the page about privacy.


def test_the_page_about_privacy_opens_by_key_and_closes_again(window: MainWindow, qtbot: QtBot) -> None:
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.keyClick(window, Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
    assert window.stack.currentWidget() is window.privacy
    qtbot.waitUntil(lambda: not window.jobs.busy)
    qtbot.mouseClick(window.privacy.back, Qt.MouseButton.LeftButton)
    assert window.stack.currentWidget() is window.work


def test_the_page_about_privacy_locks(window: MainWindow, qtbot: QtBot) -> None:
    window.turn_to(window.privacy)
    with qtbot.waitSignal(window.locked):
        qtbot.mouseClick(window.privacy.lock, Qt.MouseButton.LeftButton)
        assert window.stack.currentWidget() is window.covering


def test_there_is_no_such_page_before_the_library_is_open(
        make_window: Make, fake: FakeSession, qtbot: QtBot) -> None:
    window = make_window(FakeDoor(fake))
    window.begin()
    qtbot.waitUntil(window.unlock.first.isVisible)
    qtbot.keyClick(window, Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
    assert window.stack.currentWidget() is window.unlock


def test_what_a_matter_was_left_in_the_middle_of_goes_on_when_it_is_chosen(
        window: MainWindow, fake: FakeSession, qtbot: QtBot) -> None:
    other = fake.with_matter("Okafor")
    fake.unfinished = ["/in/a.pdf"]
    window.matters.choose((other.id,))
    qtbot.waitUntil(lambda: fake.added == [[Path("/in/a.pdf")]] and not window.jobs.busy)
    assert window.library.matter_name == "Okafor"


# Nothing of the session on the window's thread, and no stall (benchmarks/window.py says how long).


def test_adding_and_answering_leave_the_window_free(
        window: MainWindow, fake: FakeSession, qtbot: QtBot, ask: Ask) -> None:
    fake.pause = .02
    window.library.add([Path(f"/in/{number}.pdf") for number in range(20)])
    ask(window)
    qtbot.waitUntil(lambda: not window.jobs.busy)
    here = threading.get_ident()
    assert {name for name, _ in fake.calls} >= {"add", "ask", "documents", "models", "picture", "add closed",
                                                "ask closed"}
    assert [name for name, thread in fake.calls if thread == here] == []


def test_thousands_of_documents_do_not_stall_the_window(
        make_window: Make, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    made: set[int] = set()
    asked: list[int] = []
    plain, size = library.document_row, RowPainter.sizeHint
    monkeypatch.setattr(library, "document_row", lambda row: (made.add(threading.get_ident()), plain(row))[1])
    monkeypatch.setattr(RowPainter, "sizeHint", lambda self, option, index: (
        asked.append(index.row()), size(self, option, index))[1])
    rows = [document(f"/in/{number:05}.pdf", reasons=("Page 3 is a scan; its text was not read.",) * (number % 2))
            for number in range(6000)]
    window = make_window(FakeDoor(FakeSession(rows=rows)))
    window.begin(bytearray(PASSPHRASE))
    qtbot.waitUntil(lambda: len(window.library.rows.rows) == 6000)
    assert threading.get_ident() not in made
    assert 0 < len(asked) < 1000  # a part; the others in later turns
    qtbot.waitUntil(lambda: set(asked) == set(range(6000)))


# Closing.


def test_closing_in_the_middle_ends_everything(
        make_window: Make, fake: FakeSession, qtbot: QtBot, ask: Ask) -> None:
    window = make_window(FakeDoor(fake))
    window.begin(bytearray(PASSPHRASE))
    qtbot.waitUntil(lambda: window.session is not None and not window.jobs.busy)
    fake.pause = .1  # so that the answer is not there before the window is closed
    window.library.add([Path(f"/in/{number}.pdf") for number in range(500)])
    ask(window)
    qtbot.waitUntil(lambda: window.conversation.turns[0].evidence is not None and bool(fake.added))
    close(qtbot, window)
    assert not window.isVisible()
    assert not window.jobs.busy
    assert fake.closed == 1
    assert sorted(fake.closed_generators) == ["add", "ask"]
    assert fake.calls[-1][0] == "close"
    assert not any(thread.name.startswith("job") for thread in threading.enumerate())


def test_work_that_does_not_stop_by_itself_is_ended_by_closing_the_session(
        make_window: Make, fake: FakeSession, qtbot: QtBot, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.ui.main_window._PATIENCE_MS", 100)
    window = make_window(FakeDoor(fake))
    window.begin(bytearray(PASSPHRASE))
    qtbot.waitUntil(lambda: window.session is not None and not window.jobs.busy)
    fake.hold.clear()  # the engine is in the middle of something; only `close` lets it go
    ask(window)
    qtbot.waitUntil(lambda: window.conversation.turns[0].evidence is not None)
    close(qtbot, window)
    assert fake.closed == 1


def test_the_title_names_no_file(window: MainWindow, ask: Ask, qtbot: QtBot) -> None:
    ask(window)
    qtbot.waitUntil(lambda: not window.jobs.busy)
    assert window.windowTitle() == "Carrel"


def test_a_narrow_window_leaves_the_library_out_while_a_page_is_open(window: MainWindow, qtbot: QtBot) -> None:
    window.resize(800, 600)
    assert window.side.isVisible()
    window._show_document(DOCUMENTS[0])
    assert not window.side.isVisible()
    assert sum(window.panes.sizes()) <= window.width()
    window.resize(1200, 700)
    assert window.side.isVisible()
    window.resize(800, 600)
    window._hide_source()
    assert window.side.isVisible()

"""Matters in the window: one or several are searched, switching mixes nothing, deleting says what is lost."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.errors import DiskFull
from app.types import BackupCopy, BroughtUp, Destroyed
from app.ui.panels import matters as matters_panel
from app.ui.widgets import clipboard, files, outside
from app.ui.widgets.theme import Theme
from tests.ui.fake_session import DOCUMENTS, FakeSession, document
from tests.ui.fake_vault import GENERAL
from tests.ui.panes import Panes

HOSTILE = '<img src="/etc/passwd"><b>R & D</b>'
OTHER = (document("/smith/Complaint.pdf", pages=30), document("/smith/Letter.txt", "text"))


@pytest.fixture
def panes(qtbot: QtBot, theme: Theme, fake: FakeSession) -> Iterator[Panes]:
    """The panes on General, with Smith v. Jones beside it."""
    fake.with_matter("Smith v. Jones", OTHER)
    made = Panes(theme, fake)
    made.show()
    qtbot.waitUntil(lambda: not made.jobs.busy)
    yield made
    fake.opening.set()
    fake.hold.set()
    made.jobs.shut()
    qtbot.waitUntil(lambda: not made.jobs.busy)
    made.close()
    made.deleteLater()


def idle(qtbot: QtBot, panes: Panes) -> None:
    qtbot.waitUntil(lambda: not panes.jobs.busy and not panes.matters.switching)


def smith(panes: Panes) -> str:
    return panes.session.vault.kept[1].id


def ask(qtbot: QtBot, panes: Panes, question: str = "How much notice ends the lease?") -> None:
    panes.conversation.box.setPlainText(question)
    qtbot.keyClick(panes.conversation.box, Qt.Key.Key_Return)


def press(qtbot: QtBot, panes: Panes, row: int, *, box: bool = False) -> None:
    """Press a row of the popover, on its name or on its box."""
    view = panes.matters.popover.list
    place = view.visualRect(view.model().index(row, 0))
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(14 if box else 90, place.center().y()))


def names(panes: Panes) -> list[str]:
    return [row.title for row in panes.library.rows.rows]


@pytest.mark.qt_log_ignore("does not support")  # popups on the offscreen platform
def test_pressing_a_name_opens_that_matter_alone(panes: Panes, qtbot: QtBot) -> None:
    assert panes.conversation.box.placeholderText() == "Ask in General"
    qtbot.mouseClick(panes.matters.button, Qt.MouseButton.LeftButton)
    popover = panes.matters.popover
    assert [item.name for item in popover.list.items.items] == ["General", "Smith v. Jones"]
    assert not popover.filter.isVisible()
    press(qtbot, panes, 1)
    assert not popover.isVisible()
    idle(qtbot, panes)
    assert [matter.name for matter in panes.session.searching] == ["Smith v. Jones"]
    assert names(panes) == ["Complaint.pdf", "Letter.txt"]
    assert panes.matters.button.accessibleName() == "Matter: Smith v. Jones"
    assert panes.conversation.box.placeholderText() == "Ask in Smith v. Jones"
    assert panes.library.matter_name == "Smith v. Jones"
    assert not panes.matters.also.isVisible()


@pytest.mark.qt_log_ignore("does not support")
def test_only_what_is_ticked_and_confirmed_is_searched(panes: Panes, qtbot: QtBot) -> None:
    matters = panes.matters
    matters.show_popover()
    press(qtbot, panes, 0, box=True)  # the current one stays ticked
    assert matters.popover.draft == (GENERAL.id,)
    assert not matters.popover.apply.isVisible()
    press(qtbot, panes, 1, box=True)
    assert matters.popover.apply.text() == "Search these 2 matters"
    matters.popover.hide()  # not confirmed: nothing changes, and the tick is not remembered
    matters.show_popover()
    assert matters.popover.draft == (GENERAL.id,)
    qtbot.keyClick(matters.popover.list, Qt.Key.Key_Down)
    qtbot.keyClick(matters.popover.list, Qt.Key.Key_Space)
    assert [name for name, _ in panes.session.calls if name == "choose"] == []
    qtbot.mouseClick(matters.popover.apply, Qt.MouseButton.LeftButton)
    idle(qtbot, panes)
    assert [matter.name for matter in panes.session.searching] == ["General", "Smith v. Jones"]
    assert matters.also.whole == "Also searched: Smith v. Jones"
    assert names(panes)[0] == "Bank statement Q2.pdf"  # the list is of the current one
    assert panes.conversation.box.accessibleName() == "Question, searched in General and Smith v. Jones"


def test_evidence_of_several_matters_says_where_each_passage_is_from(panes: Panes, qtbot: QtBot) -> None:
    panes.matters.choose((GENERAL.id, smith(panes)))
    idle(qtbot, panes)
    ask(qtbot, panes)
    idle(qtbot, panes)
    turn = panes.conversation.turns[0]
    assert [card.accessibleName().rpartition(" in ")[2] for card in turn.cards] == [
        "General", "General", "Smith v. Jones", "General", "General"]
    assert "searched 9 files in 2 matters" in turn._found.text()
    assert "Mail Okafor 2024-05-14.txt (Smith v. Jones)" in turn.as_text()
    assert turn.grab().toImage().width() > 0  # the names are painted
    turn.opened.emit(turn.cards[2].hit)  # of the other matter
    idle(qtbot, panes)
    assert panes.source.text.isVisible()
    assert panes.source.text.extraSelections()[0].cursor.selectedText() == turn.cards[2].hit.passage.text


def test_pages_of_documents_of_other_matters_are_counted(panes: Panes, qtbot: QtBot) -> None:
    panes.matters.choose((GENERAL.id, smith(panes)))
    idle(qtbot, panes)
    ask(qtbot, panes)
    idle(qtbot, panes)
    hit = panes.conversation.turns[0].cards[0].hit
    panes.conversation.opened.emit(replace(hit.passage, document=OTHER[0].id, file=OTHER[0].file, page=4))
    idle(qtbot, panes)
    assert panes.source._where.text() == "Page 4 of 30"


def test_with_one_matter_nothing_is_said_of_matters(qtbot: QtBot, theme: Theme, fake: FakeSession) -> None:
    alone = Panes(theme, fake)
    qtbot.addWidget(alone)
    alone.show()
    idle(qtbot, alone)
    assert alone.conversation.box.placeholderText() == "Ask about your documents"
    ask(qtbot, alone)
    idle(qtbot, alone)
    assert "searched" not in alone.conversation.turns[0]._found.text()


def test_while_a_matter_opens_nothing_of_the_old_one_is_shown(panes: Panes, qtbot: QtBot) -> None:
    ask(qtbot, panes)
    idle(qtbot, panes)
    panes.session.opening.clear()
    panes.matters.choose((smith(panes),))
    assert not panes.matters.strip.isVisible()  # nothing is lost: the answer is kept
    assert panes.matters.switching
    assert panes.conversation.turns == []
    assert names(panes) == []
    assert panes.source.page.empty
    assert panes.source.name.whole == "Source"
    assert not panes.conversation.box.isEnabled()
    assert not panes.library.add_button.isEnabled()
    shown = {label.text() for label in panes.findChildren(QLabel) if label.isVisible()}
    assert not [text for text in shown if "Lease" in text or "7.2" in text]
    assert "Opening Smith v. Jones…" in shown
    qtbot.wait(50)
    assert panes.session.matter == GENERAL
    panes.session.opening.set()
    idle(qtbot, panes)
    assert names(panes) == ["Complaint.pdf", "Letter.txt"]
    assert panes.conversation.box.isEnabled()


def test_staying_keeps_what_is_stored_nowhere(panes: Panes, qtbot: QtBot) -> None:
    panes.matters.choose((GENERAL.id, smith(panes)))
    idle(qtbot, panes)
    ask(qtbot, panes)
    idle(qtbot, panes)
    panes.matters.choose((smith(panes),))
    assert panes.matters.strip.isVisible()  # the answer would be lost, so it is asked
    assert "1 answer of it is not kept" in panes.matters.strip.words.text()
    qtbot.mouseClick(panes.matters.strip.keep, Qt.MouseButton.LeftButton)
    idle(qtbot, panes)
    assert panes.conversation.unkept == len(panes.conversation.turns) == 1
    assert panes.session.matter == GENERAL
    assert len(names(panes)) == len(DOCUMENTS)


def test_searching_one_more_keeps_the_conversation_and_one_less_ends_it(panes: Panes, qtbot: QtBot) -> None:
    ask(qtbot, panes)
    idle(qtbot, panes)
    panes.matters.choose((GENERAL.id, smith(panes)))
    assert not panes.matters.strip.isVisible()
    idle(qtbot, panes)
    assert (len(panes.conversation.turns), panes.conversation.unkept) == (1, 0)
    ask(qtbot, panes, "And who says so?")
    idle(qtbot, panes)
    assert (len(panes.conversation.turns), panes.conversation.unkept) == (2, 1)
    panes.matters.choose((GENERAL.id,))
    assert panes.matters.strip.isVisible()
    qtbot.mouseClick(panes.matters.strip.go, Qt.MouseButton.LeftButton)
    idle(qtbot, panes)
    assert panes.conversation.turns == []
    assert panes.conversation.welcome.hello.isVisible()


def test_adding_and_writing_stop_before_the_matters_are_changed(
        panes: Panes, fake: FakeSession, qtbot: QtBot) -> None:
    fake.pause = .02
    panes.library.add([Path(f"/in/{number}.pdf") for number in range(100)])
    ask(qtbot, panes)
    qtbot.waitUntil(lambda: panes.conversation.turns[0].evidence is not None and bool(fake.added))
    panes.library.add([Path("/in/later.pdf")])  # waits; it is of this matter, so it may not go into the next
    panes.matters.choose((smith(panes),))
    assert "Adding files to General is stopped" in panes.matters.strip.words.text()
    assert "being written is stopped" in panes.matters.strip.words.text()
    qtbot.mouseClick(panes.matters.strip.go, Qt.MouseButton.LeftButton)
    idle(qtbot, panes)
    order = [name for name, _ in fake.calls]
    assert order.index("choose") > order.index("add closed")
    assert order.index("choose") > order.index("ask closed")
    assert len(fake.added) == 1
    assert names(panes) == ["Complaint.pdf", "Letter.txt"]
    assert panes.library.strip.isHidden()
    assert panes.conversation.turns == []


def test_what_fails_leaves_the_matter_open_and_is_said(panes: Panes, fake: FakeSession, qtbot: QtBot) -> None:
    fake.choose_error = DiskFull()
    panes.matters.choose((smith(panes),))
    idle(qtbot, panes)
    assert panes.matters.notice.isVisible()
    assert "disk is full" in panes.matters.notice.label.text()
    assert fake.matter == GENERAL
    assert len(names(panes)) == len(DOCUMENTS)
    assert panes.conversation.box.isEnabled()
    assert panes.matters.button.accessibleName() == "Matter: General"


def test_nothing_is_changed_while_a_backup_is_made(panes: Panes, qtbot: QtBot) -> None:
    panes.privacy.begin()
    idle(qtbot, panes)
    panes.means.pause = .05
    panes.privacy.backup.back_up(Path("/safe/b.carrel"))
    for act in (lambda: panes.matters.choose((smith(panes),)), panes.matters.ask_new, panes.matters.ask_delete):
        panes.matters.notice.hide()
        act()
        assert "backup is being made" in panes.matters.notice.label.text()
        assert panes.matters.notice.isVisible()
        assert not panes.matters.strip.isVisible()
    idle(qtbot, panes)
    assert panes.session.matter == GENERAL


# Making and renaming.


def fill(qtbot: QtBot, panes: Panes, text: str) -> None:
    strip = panes.matters.strip
    strip.field.clear()
    qtbot.keyClicks(strip.field, text)
    qtbot.keyClick(strip.field, Qt.Key.Key_Return)


def test_a_new_matter_is_made_and_opened(panes: Panes, fake: FakeSession, qtbot: QtBot) -> None:
    panes.matters.ask_new()
    assert not panes.matters.strip.go.isEnabled()
    fill(qtbot, panes, "general")
    qtbot.waitUntil(panes.matters.strip.problem.isVisible)
    assert panes.matters.strip.problem.text() == "There is already a matter named general."
    assert panes.matters.strip.field.text() == "general"
    fill(qtbot, panes, f"  {HOSTILE} ")
    idle(qtbot, panes)
    assert fake.matter.name == HOSTILE
    assert names(panes) == []
    assert panes.library._stack.currentIndex() == 0  # it invites
    assert panes.matters.button.accessibleName() == f"Matter: {HOSTILE}"


def test_renaming_keeps_the_conversation(panes: Panes, fake: FakeSession, qtbot: QtBot) -> None:
    ask(qtbot, panes)
    idle(qtbot, panes)
    panes.matters.ask_rename()
    assert panes.matters.strip.field.text() == "General"
    fill(qtbot, panes, "Harbour Lane")
    idle(qtbot, panes)
    assert fake.matter.name == "Harbour Lane"
    assert len(panes.conversation.turns) == 1
    qtbot.waitUntil(lambda: panes.conversation.box.placeholderText().endswith("in Harbour Lane"))


def test_markup_in_names_is_text_everywhere(panes: Panes, fake: FakeSession, qtbot: QtBot) -> None:
    hostile = fake.with_matter(HOSTILE, [document(f"/in/{HOSTILE}.pdf")])
    panes.matters.choose((GENERAL.id, hostile.id))
    idle(qtbot, panes)
    ask(qtbot, panes)
    idle(qtbot, panes)
    panes.matters.choose((hostile.id,))
    assert HOSTILE in panes.matters.strip.title.text()
    panes.matters.ask_delete()
    idle(qtbot, panes)
    panes.matters.report.show_report(*report(Destroyed(hostile, 1, ())))
    widgets = [panes.matters.button, panes.matters.also, *panes.conversation.turns[0].cards]
    for tip in [widget.toolTip() for widget in widgets]:
        assert "<img" not in tip
    for label in panes.findChildren(QLabel):
        assert label.textFormat() == Qt.TextFormat.PlainText or not label.text()
    assert panes.grab().toImage().pixelColor(1, 1).isValid()


def report(destroyed: Destroyed) -> tuple[str, str]:
    return "x", matters_panel.report_of(destroyed, (), 0.0)


# Deleting.


def delete(qtbot: QtBot, panes: Panes, name: str) -> None:
    panes.matters.ask_delete()
    qtbot.waitUntil(panes.matters.strip.isVisible)
    qtbot.keyClicks(panes.matters.strip.field, name)


def test_deleting_asks_for_the_name_and_says_what_is_lost(panes: Panes, fake: FakeSession, qtbot: QtBot) -> None:
    ask(qtbot, panes)
    idle(qtbot, panes)
    delete(qtbot, panes, "Gener")
    strip = panes.matters.strip
    assert "9 documents" in strip.words.text()
    assert "1 kept conversation" in strip.words.text()
    assert "Your own files on disk stay" in strip.words.text()
    assert not strip.tick.isVisible()
    qtbot.wait(20)
    assert strip.words.height() >= strip.words.heightForWidth(strip.words.width())  # no line of it is cut
    assert not strip.go.isEnabled()
    qtbot.keyClick(strip.field, Qt.Key.Key_Return)
    assert GENERAL in fake.vault.kept
    qtbot.keyClicks(strip.field, "AL")
    qtbot.mouseClick(strip.go, Qt.MouseButton.LeftButton)
    idle(qtbot, panes)
    assert [matter.name for matter in fake.vault.kept] == ["Smith v. Jones"]
    assert names(panes) == ["Complaint.pdf", "Letter.txt"]
    assert panes.conversation.turns == []
    assert panes.matters.report.isVisible()
    text = panes.matters.report.text
    assert text.startswith("Deleted from Carrel: the matter General, on 20")
    assert "library.db, 81.9 MB" in text
    assert "9 documents" in text


def test_what_was_destroyed_can_be_copied_and_filed(
        panes: Panes, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copied: list[str] = []
    monkeypatch.setattr(clipboard, "copy", copied.append)
    monkeypatch.setattr(files, "save_as", lambda *_: tmp_path / "report.txt")
    destroyed = Destroyed(GENERAL, 9, (("library.db", 1000),))
    panes.matters._report(destroyed, None)
    for button in panes.matters.report.findChildren(type(panes.matters.report.save)):
        if button.text() == "Copy":
            qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(panes.matters.report.save, Qt.MouseButton.LeftButton)
    idle(qtbot, panes)
    assert copied == [(tmp_path / "report.txt").read_text(encoding="utf-8")]
    assert "library.db, 1 kB" in copied[0].replace("1.0", "1")


@pytest.mark.parametrize("ticked", [True, False])
def test_backups_that_hold_the_matter_are_named_and_deleted_if_ticked(
        panes: Panes, fake: FakeSession, qtbot: QtBot, ticked: bool) -> None:
    fake.vault.copies = [BackupCopy("/safe/a.carrel", 1.0, (GENERAL.id, smith(panes))),
                         BackupCopy("/safe/b.carrel", 2.0, (smith(panes),))]
    delete(qtbot, panes, "General")
    strip = panes.matters.strip
    assert strip.tick.text() == "Delete the backup too"
    assert "a.carrel" in strip.tick_words.text()
    assert "b.carrel" not in strip.tick_words.text()
    assert "with the other matters in it" in strip.tick_words.text()
    assert not strip.tick.isChecked()
    if ticked:
        qtbot.mouseClick(strip.tick, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(strip.go, Qt.MouseButton.LeftButton)
    idle(qtbot, panes)
    assert [copy.path for copy in fake.vault.copies] == (["/safe/b.carrel"] if ticked else
                                                         ["/safe/a.carrel", "/safe/b.carrel"])
    assert ("Backup /safe/a.carrel" in panes.matters.report.text) == ticked


def test_nothing_of_the_session_is_called_on_the_window_s_thread(
        panes: Panes, fake: FakeSession, qtbot: QtBot) -> None:
    panes.matters.choose((GENERAL.id, smith(panes)))
    idle(qtbot, panes)
    panes.matters.ask_new()
    fill(qtbot, panes, "New")
    idle(qtbot, panes)
    delete(qtbot, panes, "New")
    qtbot.mouseClick(panes.matters.strip.go, Qt.MouseButton.LeftButton)
    idle(qtbot, panes)
    here = threading.get_ident()
    assert [name for name, thread in fake.calls if thread == here] == []
    assert {name for name, _ in fake.calls} >= {"choose", "create_matter", "delete_matter", "copies_with"}


def test_a_question_goes_with_its_page_and_with_escape(panes: Panes, qtbot: QtBot) -> None:
    strip = panes.matters.strip
    panes.matters.ask_new()
    assert strip.isVisible()
    assert panes.rect().contains(strip.geometry())
    panes.resize(800, 500)
    assert panes.rect().contains(strip.geometry())
    qtbot.keyClick(strip.field, Qt.Key.Key_Escape)
    assert strip.isHidden()
    panes.matters.ask_new()
    panes.show_privacy()
    qtbot.waitUntil(strip.isHidden)
    idle(qtbot, panes)


# Removing a document.


def remove(qtbot: QtBot, panes: Panes, row: int = 0) -> None:
    panes.library.ask_removal(DOCUMENTS[row])
    qtbot.waitUntil(panes.library.removal.isVisible)


def test_removing_says_which_answers_go_and_takes_them(panes: Panes, fake: FakeSession, qtbot: QtBot) -> None:
    ask(qtbot, panes, "First?")
    idle(qtbot, panes)
    script = fake.script
    fake.script = []  # a question that finds nothing
    ask(qtbot, panes, "Second?")
    idle(qtbot, panes)
    fake.script = script
    ask(qtbot, panes, "Third?")
    idle(qtbot, panes)
    remove(qtbot, panes)
    strip = panes.library.removal
    assert strip.warning.text() == ("1 kept conversation loses 2 answers that quote it or follow one that does.")
    assert not strip.tick.isVisible()
    qtbot.mouseClick(strip.go, Qt.MouseButton.LeftButton)
    idle(qtbot, panes)
    assert [turn.question for turn in panes.conversation.turns] == ["Second?"]
    assert fake.talk.kept == []
    assert fake.erasure.removed == [(DOCUMENTS[0].file, GENERAL.id, False)]
    assert panes.source.page.empty
    remove(qtbot, panes, 3)
    assert not strip.warning.isVisible()


def test_removing_what_is_being_answered_from_stops_the_answer(
        panes: Panes, fake: FakeSession, qtbot: QtBot) -> None:
    fake.pause = .02
    ask(qtbot, panes)
    qtbot.waitUntil(lambda: "Either" in panes.conversation.turns[0].text.toPlainText())
    remove(qtbot, panes)
    qtbot.mouseClick(panes.library.removal.go, Qt.MouseButton.LeftButton)
    idle(qtbot, panes)
    assert panes.conversation.turns == []
    assert fake.closed_generators == ["ask"]
    assert panes.conversation.welcome.hello.isVisible()


@pytest.mark.parametrize("ticked", [True, False])
def test_removing_asks_about_backups(panes: Panes, fake: FakeSession, qtbot: QtBot, ticked: bool) -> None:
    fake.vault.copies = [BackupCopy("/safe/a.carrel", 1.0, (GENERAL.id,)), BackupCopy("/safe/b.carrel", 2.0, ("x",))]
    remove(qtbot, panes)
    strip = panes.library.removal
    assert strip.tick.text() == "Delete the backup too"
    assert "a.carrel" in strip.tick_words.text()
    assert "b.carrel" not in strip.tick_words.text()
    assert not strip.tick.isChecked()
    if ticked:
        qtbot.mouseClick(strip.tick, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(strip.go, Qt.MouseButton.LeftButton)
    idle(qtbot, panes)
    assert fake.erasure.removed == [(DOCUMENTS[0].file, GENERAL.id, ticked)]
    assert len(fake.vault.copies) == (1 if ticked else 2)


# Files outside.


@pytest.mark.parametrize(("words", "act"), [
    ("Open the file", "open_outside"), ("Show in its folder", "show_in_folder")])
def test_the_file_of_the_source_is_opened_outside(
        panes: Panes, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, words: str, act: str) -> None:
    given = given_to(monkeypatch, act)
    panes.source.show_document(DOCUMENTS[0])
    idle(qtbot, panes)
    action = next(one for one in panes.source.outside.menu().actions() if one.text() == words)
    action.trigger()
    idle(qtbot, panes)
    assert given == [(DOCUMENTS[0].file, True)]


def test_what_is_not_opened_is_said_where_it_was_asked(panes: Panes, qtbot: QtBot) -> None:
    panes.source.show_document(DOCUMENTS[7])
    idle(qtbot, panes)
    panes.source.outside.menu().actions()[0].trigger()
    idle(qtbot, panes)
    assert "There is no file" in panes.source.notice.label.text()
    panes.library._outside(outside.open_outside, DOCUMENTS[1])
    idle(qtbot, panes)
    assert "There is no file" in panes.library.strip._words.text()


def test_of_an_attachment_the_mail_is_opened(
        panes: Panes, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    given = given_to(monkeypatch, "open_outside")
    panes.library._outside(outside.open_outside, replace(DOCUMENTS[0], parent="/in/mail.eml"))
    idle(qtbot, panes)
    assert given == [("/in/mail.eml", True)]


def given_to(monkeypatch: pytest.MonkeyPatch, act: str) -> list[tuple[str, bool]]:
    """Record what is handed to the system, and whether on a worker."""
    given: list[tuple[str, bool]] = []
    here = threading.get_ident()

    def record(file: str) -> None:
        given.append((file, threading.get_ident() != here))

    monkeypatch.setattr(outside, act, record)
    return given


def test_how_far_a_matter_of_an_earlier_version_is_is_shown_in_its_place(
        panes: Panes, fake: FakeSession, qtbot: QtBot) -> None:
    other = fake.with_matter("Okafor")
    fake.brought_up = (BroughtUp("Okafor", 500, 2_000, 90.0),)
    fake.opening.clear()
    panes.matters.choose((other.id,))
    qtbot.waitUntil(lambda: panes.matters.also.whole == "500 of 2,000 passages · about 2 minutes left")
    assert panes.matters._busy.value() == 500
    fake.opening.set()
    idle(qtbot, panes)
    assert panes.matters.also.isHidden()

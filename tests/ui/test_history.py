"""Conversations in the window, on a scripted session: kept, opened, searched, edited, branched, deleted, exported."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.errors import DiskFull, EngineDied
from app.types import Answer, Answered, AnswerStatus, BackupCopy, EvidenceFound
from app.ui.main_window import MainWindow
from app.ui.widgets import files
from tests.ui.fake_session import DOCUMENTS, FakeSession, lease_evidence

Ask = Callable[..., None]
FIRST, SECOND, THIRD = "How much notice ends the lease?", "And for the landlord?", "And by post?"


@pytest.fixture
def said(window: MainWindow, qtbot: QtBot, ask: Ask) -> Callable[..., MainWindow]:
    """Ask questions one after the other and wait for the answers."""

    def say(*questions: str) -> MainWindow:
        for question in questions:
            ask(window, question)
            idle(qtbot, window)
        return window

    return say


def idle(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.waitUntil(lambda: not window.jobs.busy and not window.conversation.asking
                    and all(turn.built for turn in window.conversation.turns))


def click(qtbot: QtBot, button: object) -> None:
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)  # type: ignore[call-overload]


def questions(window: MainWindow) -> list[str]:
    return [turn.question for turn in window.conversation.turns]


def listed(window: MainWindow) -> list[str]:
    return [row.title for row in window.history.rows.rows]


def choose(window: MainWindow, qtbot: QtBot, row: int) -> None:
    """Press a row of the list."""
    window.library.show_beside()
    view = window.history.view
    click_at = view.visualRect(window.history.rows.index(row)).center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=click_at)
    idle(qtbot, window)


# Keeping.


def test_what_is_asked_is_kept_and_follows_what_was_asked(
        said: Callable[..., MainWindow], fake: FakeSession) -> None:
    window = said(FIRST, SECOND)
    assert listed(window) == [FIRST]
    (kept,) = fake.talk.kept
    first, second = fake.talk.exchanges(kept.id)
    assert (first.before, second.before) == (None, first.id)
    assert window.conversation.unkept == 0
    assert window.conversation.box.placeholderText() == "Ask a follow-up, or anything else"
    assert window.history.view.currentIndex().row() == 0
    assert "2 answers" in window.history.rows.rows[0].detail


def test_a_new_conversation_leaves_the_old_one_in_the_list(
        said: Callable[..., MainWindow], fake: FakeSession, qtbot: QtBot) -> None:
    window = said(FIRST)
    click(qtbot, window.conversation.head.fresh)
    assert questions(window) == []
    assert window.conversation.welcome.isVisible()
    assert not window.conversation.head.fresh.isVisible()
    said(SECOND)
    assert listed(window) == [SECOND, FIRST]
    assert [len(each) for each in fake.talk.stored.values()] == [1, 1]


def test_a_kept_conversation_opens_as_it_was_and_goes_on(
        said: Callable[..., MainWindow], fake: FakeSession, qtbot: QtBot) -> None:
    window = said(FIRST, SECOND)
    before = [turn.text.toPlainText() for turn in window.conversation.turns]
    window.conversation.begin()
    choose(window, qtbot, 0)
    assert questions(window) == [FIRST, SECOND]
    assert [turn.text.toPlainText() for turn in window.conversation.turns] == before
    assert [len(turn.cards) for turn in window.conversation.turns] == [5, 5]
    said(THIRD)
    (stored,) = fake.talk.stored.values()
    assert [each.question for each in stored] == [FIRST, SECOND, THIRD]
    assert stored[2].before == stored[1].id


def test_a_search_finds_the_exchange_and_opens_it(
        said: Callable[..., MainWindow], qtbot: QtBot) -> None:
    window = said(FIRST, SECOND)
    window.conversation.begin()
    said("What is the deposit?")
    qtbot.keyClicks(window.history.field, "landlord?")
    qtbot.waitUntil(lambda: listed(window) == [SECOND])
    assert f"in: {FIRST}" in window.history.rows.rows[0].detail
    choose(window, qtbot, 0)
    assert questions(window) == [FIRST, SECOND]
    window.history.field.setText("nothing of this kind")
    qtbot.waitUntil(lambda: listed(window) == [])
    assert window.history.empty.text() == "No question, answer or title holds these words."


def test_where_several_matters_are_searched_nothing_is_kept(
        window: MainWindow, fake: FakeSession, qtbot: QtBot, ask: Ask) -> None:
    other = fake.with_matter("Smith v. Jones")
    window.matters.choose((fake.matter.id, other.id))
    idle(qtbot, window)
    assert "is not kept" in window.history.notice.label.text()
    ask(window, FIRST)
    idle(qtbot, window)
    ask(window, SECOND)
    idle(qtbot, window)
    assert fake.talk.kept == []
    assert fake.earlier == [(), (FIRST,)]  # a follow-up all the same
    assert window.conversation.unkept == 2
    assert not window.conversation.turns[0].heading.edit.isVisible()
    window.conversation.begin()
    strip = window.conversation.conversing.strip
    assert "2 answers that you see here are not kept" in strip.words.text()
    click(qtbot, strip.keep)
    assert questions(window) == [FIRST, SECOND]
    window.conversation.begin()
    click(qtbot, strip.go)
    assert questions(window) == []


def test_an_answer_that_cannot_be_kept_stays_and_says_so(
        said: Callable[..., MainWindow], fake: FakeSession) -> None:
    fake.talk.error = DiskFull()
    window = said(FIRST)
    assert window.conversation.turns[0].answer is not None
    assert window.conversation.note.label.text().startswith("This answer is not kept: ")
    assert window.conversation.unkept == 1
    assert not window.conversation.turns[0].notice.isVisible()


def test_no_other_conversation_while_an_answer_is_written(
        window: MainWindow, fake: FakeSession, qtbot: QtBot, ask: Ask) -> None:
    fake.hold.clear()
    ask(window, FIRST)
    qtbot.waitUntil(lambda: bool(window.conversation.turns[0].cards))
    assert not window.conversation.head.fresh.isEnabled()
    assert not window.history.view.isEnabled()
    window.conversation.begin()
    assert questions(window) == [FIRST]
    fake.hold.set()
    idle(qtbot, window)
    assert window.history.view.isEnabled()


# Long ones: the window never stands still while they are opened.


@pytest.fixture
def long(said: Callable[..., MainWindow], fake: FakeSession) -> MainWindow:
    """A window with a conversation of nine answers in its list."""
    window = said(FIRST)
    (stored,) = fake.talk.stored.values()
    for number in range(8):
        stored.append(replace(stored[0], id=f"{number:032d}", before=stored[-1].id, question=f"Question {number}?"))
    window.conversation.begin()
    return window


def show(window: MainWindow, fake: FakeSession, exchange: str = "") -> None:
    window.conversation.show_conversation(fake.talk.kept[0].id, exchange)


def built(window: MainWindow) -> list[int]:
    return [number for number, turn in enumerate(window.conversation.turns) if turn.built]


def top(window: MainWindow, number: int) -> int:
    """How far below the upper edge of the view a turn begins."""
    return window.conversation.turns[number].y() - window.conversation.conversing.view.verticalScrollBar().value()


def settled(qtbot: QtBot, window: MainWindow) -> None:
    """Wait until all is built and has its place."""
    idle(qtbot, window)
    qtbot.waitUntil(lambda: all(turn.isVisible() for turn in window.conversation.turns))
    qtbot.wait(50)


def test_a_long_conversation_is_built_one_answer_at_a_time_from_the_last(
        long: MainWindow, fake: FakeSession, qtbot: QtBot) -> None:
    window = long
    show(window, fake)
    seen: list[list[int]] = [[]]
    while len(seen[-1]) < 9:
        QApplication.processEvents()
        if built(window) != seen[-1]:
            seen.append(built(window))
    assert seen == [list(range(first, 9)) for first in range(9, -1, -1)]
    settled(qtbot, window)
    view = window.conversation.conversing.view
    assert view.verticalScrollBar().value() > 0
    last = window.conversation.turns[-1]
    assert last.y() + last.height() <= view.verticalScrollBar().value() + view.viewport().height()
    assert view.widget().height() - last.geometry().bottom() <= 50  # no blank below the last


def test_what_a_search_led_to_stays_in_its_place_while_the_rest_is_built(
        long: MainWindow, fake: FakeSession, qtbot: QtBot) -> None:
    window = long
    show(window, fake, f"{3:032d}")
    qtbot.waitUntil(lambda: bool(built(window)))
    assert built(window)[0] == 4  # the first question is before those that have a number
    settled(qtbot, window)
    assert top(window, 4) == 4
    show(window, fake, f"{1:032d}")
    settled(qtbot, window)
    assert top(window, 2) == 4


def test_where_the_reader_scrolled_to_stays_while_the_rest_is_built(
        long: MainWindow, fake: FakeSession, qtbot: QtBot) -> None:
    window = long
    bar = window.conversation.conversing.view.verticalScrollBar()
    show(window, fake)
    while bar.value() <= 400:
        QApplication.processEvents()
    assert built(window)[0] > 0  # not all yet
    bar.setValue(bar.value() - 300)
    held = window.conversation.conversing.view._held
    assert held is not None
    number = window.conversation.turns.index(held[0])
    assert top(window, number) == held[1] < 4  # what is seen at the upper edge
    settled(qtbot, window)
    assert top(window, number) == held[1]


def test_what_is_asked_before_all_is_built_follows_it(
        long: MainWindow, fake: FakeSession, qtbot: QtBot, ask: Ask) -> None:
    window = long
    show(window, fake)
    qtbot.waitUntil(lambda: bool(built(window)))
    ask(window, SECOND)
    settled(qtbot, window)
    (stored,) = fake.talk.stored.values()
    assert (stored[9].question, stored[9].before) == (SECOND, stored[8].id)
    assert all(turn.heading.edit.isEnabled() for turn in window.conversation.turns)
    click(qtbot, window.conversation.turns[2].cards[1])  # built, and as alive as any
    qtbot.waitUntil(window.conversation.turns[2].cards[1].isChecked)


# Versions.


def test_an_edited_question_is_a_version_beside_the_first(
        said: Callable[..., MainWindow], fake: FakeSession, qtbot: QtBot) -> None:
    window = said(FIRST, SECOND, THIRD)
    click(qtbot, window.conversation.turns[1].heading.edit)
    assert window.conversation.composer.edit.isVisible()
    assert window.conversation.box.toPlainText() == SECOND
    said("And for the tenant?")
    assert not window.conversation.composer.edit.isVisible()
    assert questions(window) == [FIRST, "And for the tenant?"]
    heading = window.conversation.turns[1].heading
    assert heading.number.text() == "2 of 2"
    assert not heading.after.isEnabled()
    (stored,) = fake.talk.stored.values()
    assert stored[3].before == stored[0].id
    click(qtbot, heading.before)
    assert questions(window) == [FIRST, SECOND, THIRD]
    idle(qtbot, window)
    assert window.conversation.turns[1].heading.number.text() == "1 of 2"
    said("And then?")
    assert fake.talk.exchanges(fake.talk.kept[0].id)[4].before == stored[2].id


def test_an_edit_that_is_given_up_changes_nothing(said: Callable[..., MainWindow], qtbot: QtBot) -> None:
    window = said(FIRST)
    click(qtbot, window.conversation.turns[0].heading.edit)
    qtbot.keyClick(window.conversation.box, Qt.Key.Key_Escape)
    assert not window.conversation.composer.edit.isVisible()
    assert window.conversation.box.toPlainText() == ""
    said(SECOND)
    assert questions(window) == [FIRST, SECOND]


@pytest.mark.parametrize("stopped", [True, False])
def test_what_stood_there_is_back_where_an_edit_fails(
        said: Callable[..., MainWindow], fake: FakeSession, qtbot: QtBot, ask: Ask, stopped: bool) -> None:
    window = said(FIRST, SECOND)
    click(qtbot, window.conversation.turns[0].heading.edit)
    if stopped:
        fake.hold.clear()
    else:
        fake.script = [EvidenceFound(lease_evidence("?"), .1), EngineDied(reason="it ended")]
    ask(window, "How much notice then?")
    if stopped:
        qtbot.waitUntil(lambda: bool(window.conversation.turns[0].cards) and questions(window) != [FIRST, SECOND])
        window.conversation.stop()
        fake.hold.set()
    idle(qtbot, window)
    assert questions(window) == [FIRST, SECOND]
    assert all(turn.isVisibleTo(window) for turn in window.conversation.turns)
    assert window.conversation.box.toPlainText() == "How much notice then?"  # not lost either
    assert window.conversation.composer.edit.isVisible()
    assert window.conversation.note.isVisible()
    assert len(fake.talk.exchanges(fake.talk.kept[0].id)) == 2


def test_an_answer_anyway_is_a_version_of_the_one_that_was_not_found(
        said: Callable[..., MainWindow], fake: FakeSession, qtbot: QtBot) -> None:
    found = lease_evidence(FIRST)
    fake.script = [EvidenceFound(found, .1), Answered(Answer(AnswerStatus.NOT_FOUND, "", ()), (), ())]
    window = said(FIRST)
    fake.script = None
    click(qtbot, window.conversation.turns[0].anyway)
    idle(qtbot, window)
    (stored,) = fake.talk.stored.values()
    assert [each.before for each in stored] == [None, None]
    assert window.conversation.turns[0].heading.number.text() == "2 of 2"


def test_what_followed_stays_with_the_answer_that_was_not_found(
        said: Callable[..., MainWindow], fake: FakeSession, qtbot: QtBot) -> None:
    fake.script = [EvidenceFound(lease_evidence(FIRST), .1), Answered(Answer(AnswerStatus.NOT_FOUND, "", ()), (), ())]
    window = said(FIRST)
    fake.script = None
    said(SECOND)
    fake.script = [EvidenceFound(lease_evidence(FIRST), .1), EngineDied(reason="it ended")]
    click(qtbot, window.conversation.turns[0].anyway)
    idle(qtbot, window)
    assert questions(window) == [FIRST, SECOND]
    assert all(turn.isVisibleTo(window) for turn in window.conversation.turns)
    assert "it ended" in window.conversation.turns[0].notice.label.text()
    window.conversation.begin()
    choose(window, qtbot, 0)
    fake.script = None
    click(qtbot, window.conversation.turns[0].anyway)
    idle(qtbot, window)
    assert questions(window) == [FIRST]
    click(qtbot, window.conversation.turns[0].heading.before)
    assert questions(window) == [FIRST, SECOND]


def test_a_conversation_stays_that_is_kept_in_a_matter_which_is_not_the_first_any_more(
        said: Callable[..., MainWindow], fake: FakeSession, qtbot: QtBot, tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch) -> None:
    here, other = fake.matter.id, fake.with_matter("Smith v. Jones")
    window = said(FIRST)
    window.matters.choose((other.id, here))
    idle(qtbot, window)
    assert questions(window) == [FIRST]
    assert not window.conversation.turns[0].heading.edit.isEnabled()
    window.conversation.conversing.refresh()
    idle(qtbot, window)
    assert questions(window) == [FIRST]
    monkeypatch.setattr(files, "save_as", lambda *_: tmp_path / "talk.docx")
    click(qtbot, window.conversation.head.export)
    idle(qtbot, window)
    assert len(fake.exported) == 1


# What goes.


def test_deleting_an_answer_takes_what_follows_and_says_so(
        said: Callable[..., MainWindow], fake: FakeSession, qtbot: QtBot) -> None:
    window = said(FIRST, SECOND, THIRD)
    fake.vault.copies = [BackupCopy("/away/old.carrel", 1_750_000_000.0, (fake.matter.id,))]
    click(qtbot, window.conversation.turns[1].heading.drop)
    strip = window.conversation.conversing.strip
    qtbot.waitUntil(strip.isVisible)
    assert strip.words.text() == f"“{SECOND}”. The answer that follows it goes too."
    assert "old.carrel" in strip.tick_words.text()
    click(qtbot, strip.go)
    idle(qtbot, window)
    assert questions(window) == [FIRST]
    assert [each.question for each in fake.talk.exchanges(fake.talk.kept[0].id)] == [FIRST]
    assert fake.vault.copies  # only where the box is ticked
    idle(qtbot, window)
    assert "1 answer" in window.history.rows.rows[0].detail


def test_deleting_a_version_shows_the_other(said: Callable[..., MainWindow], qtbot: QtBot) -> None:
    window = said(FIRST, SECOND)
    click(qtbot, window.conversation.turns[1].heading.edit)
    said("And for the tenant?")
    click(qtbot, window.conversation.turns[1].heading.drop)
    strip = window.conversation.conversing.strip
    qtbot.waitUntil(strip.isVisible)
    click(qtbot, strip.go)
    idle(qtbot, window)
    assert questions(window) == [FIRST, SECOND]
    assert not window.conversation.turns[1].heading.number.isVisible()


def test_deleting_the_conversation_that_is_shown_empties_the_window(
        said: Callable[..., MainWindow], fake: FakeSession, qtbot: QtBot) -> None:
    window = said(FIRST, SECOND)
    window.library.show_beside()
    click(qtbot, window.history.buttons["trash"])
    qtbot.waitUntil(window.history.strip.isVisible)
    assert f"“{FIRST}” with 2 answers" in window.history.strip.words.text()
    click(qtbot, window.history.strip.go)
    idle(qtbot, window)
    assert (questions(window), listed(window), fake.talk.kept) == ([], [], [])
    assert window.history.empty.text().startswith("Nothing was asked yet.")
    said(THIRD)  # begins anew
    assert listed(window) == [THIRD]


def test_removing_a_document_takes_the_answers_that_quote_it(
        said: Callable[..., MainWindow], fake: FakeSession, qtbot: QtBot) -> None:
    window = said(FIRST, SECOND)
    window.library.ask_removal(DOCUMENTS[0])
    qtbot.waitUntil(window.library.removal.isVisible)
    assert window.library.removal.warning.text() == (
        "1 kept conversation loses 2 answers that quote it or follow one that does.")
    click(qtbot, window.library.removal.go)
    idle(qtbot, window)
    qtbot.waitUntil(lambda: listed(window) == [])
    assert questions(window) == []
    said(THIRD)  # begins anew
    assert listed(window) == [THIRD]


def test_after_an_adding_only_what_is_left_of_the_conversation_is_asked_for(
        said: Callable[..., MainWindow], fake: FakeSession, qtbot: QtBot) -> None:
    window = said(FIRST, SECOND)
    before, fetched = window.conversation.turns, fake.talk.fetched
    window.library.add([Path("/cases/new.pdf")], agreed=True)
    qtbot.waitUntil(lambda: bool(fake.added) and not window.library.adding)
    idle(qtbot, window)
    assert window.conversation.turns == before
    window.library.ask_removal(DOCUMENTS[0])
    qtbot.waitUntil(window.library.removal.isVisible)
    click(qtbot, window.library.removal.go)
    idle(qtbot, window)
    assert questions(window) == []
    assert fake.talk.fetched == fetched  # what is left of them the window knows


def test_a_question_that_goes_while_it_is_edited_is_edited_no_more(
        said: Callable[..., MainWindow], fake: FakeSession, qtbot: QtBot) -> None:
    window = said(FIRST)
    click(qtbot, window.conversation.turns[0].heading.edit)
    window.library.ask_removal(DOCUMENTS[0])
    qtbot.waitUntil(window.library.removal.isVisible)
    click(qtbot, window.library.removal.go)
    idle(qtbot, window)
    assert not window.conversation.composer.edit.isVisible()
    said(THIRD)
    assert questions(window) == [THIRD]


# The list.


def test_a_conversation_gets_another_title(said: Callable[..., MainWindow], qtbot: QtBot) -> None:
    window = said(FIRST)
    window.library.show_beside()
    click(qtbot, window.history.buttons["edit"])
    strip = window.history.strip
    assert strip.field.text() == FIRST
    strip.field.setText("Notice")
    click(qtbot, strip.go)
    idle(qtbot, window)
    assert listed(window) == ["Notice"]


def test_a_conversation_is_exported_from_the_list_and_from_above_it(
        said: Callable[..., MainWindow], fake: FakeSession, qtbot: QtBot, tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "save_as", lambda *_: tmp_path / "talk.docx")
    window = said(FIRST, SECOND)
    window.library.show_beside()
    click(qtbot, window.history.buttons["export"])
    idle(qtbot, window)
    assert "not encrypted" in window.history.notice.label.text()
    click(qtbot, window.conversation.head.export)
    idle(qtbot, window)
    assert [[each.question for each in some] for _, some in fake.exported] == [[FIRST, SECOND]] * 2


def test_what_cannot_be_done_is_not_offered(window: MainWindow, qtbot: QtBot) -> None:
    window.library.show_beside()
    assert not any(button.isEnabled() for button in window.history.buttons.values())
    assert not window.conversation.head.export.isVisible()
    window.history.ask_deletion()
    window.history.ask_name()
    window.history.export()
    assert not window.history.strip.isVisible()


def test_another_matter_has_conversations_of_its_own(
        said: Callable[..., MainWindow], fake: FakeSession, qtbot: QtBot) -> None:
    other = fake.with_matter("Smith v. Jones")
    window = said(FIRST)
    here = fake.matter.id
    window.matters.choose((other.id,))
    idle(qtbot, window)
    assert (questions(window), listed(window)) == ([], [])
    window.matters.choose((here,))
    idle(qtbot, window)
    assert listed(window) == [FIRST]


def test_the_keyboard_reaches_the_list(said: Callable[..., MainWindow], qtbot: QtBot) -> None:
    window = said(FIRST)
    window.activateWindow()
    qtbot.keyClick(window, Qt.Key.Key_H, Qt.KeyboardModifier.ControlModifier)
    assert window.library.switch.at == 1
    qtbot.waitUntil(window.history.field.hasFocus)
    qtbot.keyClick(window, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    assert questions(window) == []

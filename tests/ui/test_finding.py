"""Searching in the window: as one types, from the keyboard, filtered, and with texts that mean harm."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.errors import EmptyLibrary, EngineDied, NoQuestion
from app.types import Evidence, Scope, StoredPassage
from app.ui.main_window import MainWindow
from app.ui.panels.conversation import ConversationPanel
from app.ui.sections.finding import FindingSection
from app.ui.widgets.found import Found
from app.ui.widgets.labels import Label
from tests.ui.conftest import close
from tests.ui.fake_session import DOCUMENTS, FakeSession, lease_evidence

pytestmark = pytest.mark.qt_log_ignore("does not support")  # popups on the offscreen platform


@pytest.fixture
def panel(window: MainWindow) -> ConversationPanel:
    window.conversation.head.turn(searching=True)
    return window.conversation


def settle(qtbot: QtBot, finding: FindingSection) -> None:
    qtbot.waitUntil(lambda: finding._job is None and finding._wanted is None and not finding._typing.isActive())


def type_in(qtbot: QtBot, panel: ConversationPanel, text: str) -> None:
    panel.box.setPlainText(text)
    settle(qtbot, panel.finding)


def alike(evidence: Evidence, number: int) -> Evidence:
    """Let the first hit stand for others."""
    first = evidence.hits[0]
    others = tuple(replace(first.passage, id=f"other-{n}", document=f"other {n}", file=f"/in/Lease {n} <b>&x.pdf")
                   for n in range(number))
    return replace(evidence, hits=(replace(first, alike=others), *evidence.hits[1:]))


# Typing.


def test_passages_appear_while_one_types_and_no_model_is_asked(
        panel: ConversationPanel, fake: FakeSession, qtbot: QtBot) -> None:
    assert panel.finding._help.isVisible()
    qtbot.keyClicks(panel.box, "notice")
    settle(qtbot, panel.finding)
    assert fake.searches[-1] == ("notice", 20, None)
    assert len(fake.searches) < 6  # not for every letter
    assert [result.hit.rank for result in panel.finding.results] == [1, 2, 3, 4, 5]
    assert "5 passages from 2 files" in panel.finding.found.text()
    assert not panel.finding._help.isVisible()
    assert not panel.turns
    assert "ask" not in {name for name, _ in fake.calls}


def test_the_log_is_told_of_what_is_meant_and_not_of_what_is_typed_on_the_way(
        panel: ConversationPanel, fake: FakeSession, qtbot: QtBot) -> None:
    type_in(qtbot, panel, "not")
    type_in(qtbot, panel, "notice")
    assert fake.told == []
    panel.finding.results[1].card.click()  # used
    assert [evidence.question for evidence in fake.told] == ["notice"]
    panel.finding.results[0].card.click()
    assert len(fake.told) == 1
    type_in(qtbot, panel, "notice period")
    panel.finding._meant.setInterval(1)
    panel.finding._meant.start()  # it stays
    qtbot.waitUntil(lambda: [evidence.question for evidence in fake.told] == ["notice", "notice period"])
    panel.finding._meant.setInterval(60_000)
    type_in(qtbot, panel, "gone")
    panel.box.setPlainText("")
    settle(qtbot, panel.finding)
    assert not panel.finding._meant.isActive()
    assert len(fake.told) == 2


def test_a_window_that_closes_tells_nothing_more(
        window: MainWindow, panel: ConversationPanel, fake: FakeSession, qtbot: QtBot) -> None:
    """Its session is closed by then, and so is the log."""
    type_in(qtbot, panel, "notice")
    assert panel.finding._meant.isActive()
    close(qtbot, window)
    assert not panel.finding._meant.isActive()
    panel.finding._tell()
    assert fake.told == []


def test_only_the_last_of_what_was_typed_is_shown(panel: ConversationPanel, fake: FakeSession, qtbot: QtBot) -> None:
    fake.looking.clear()
    fake.finds = lambda text: replace(lease_evidence(text), hits=lease_evidence(text).hits[:len(text)])
    panel.box.setPlainText("a")
    qtbot.waitUntil(lambda: len(fake.searches) == 1)
    for text in ("ab", "abc"):
        panel.box.setPlainText(text)
    qtbot.wait(400)
    assert len(fake.searches) == 1  # one at a time
    fake.looking.set()
    settle(qtbot, panel.finding)
    assert [text for text, _, _ in fake.searches] == ["a", "abc"]
    assert len(panel.finding.results) == 3


def test_an_emptied_box_shows_nothing_even_if_a_search_comes_back_late(
        panel: ConversationPanel, fake: FakeSession, qtbot: QtBot) -> None:
    fake.looking.clear()
    panel.box.setPlainText("notice")
    qtbot.waitUntil(lambda: bool(fake.searches))
    qtbot.waitUntil(lambda: panel.finding.found.isVisible() or not panel.finding._patience.isActive())
    qtbot.keyClick(panel.box, Qt.Key.Key_Escape)
    panel.box.clear()
    fake.looking.set()
    settle(qtbot, panel.finding)
    assert panel.finding.results == []
    assert panel.finding._help.isVisible()


def test_what_takes_longer_says_that_it_is_under_way(
        panel: ConversationPanel, fake: FakeSession, qtbot: QtBot) -> None:
    fake.looking.clear()
    panel.box.setPlainText("notice")
    qtbot.waitUntil(lambda: "Looking" in panel.finding.found.text() and panel.finding.found.isVisible())
    fake.looking.set()
    settle(qtbot, panel.finding)
    assert "Looking" not in panel.finding.found.text()


def test_hints_stand_in_a_line_of_their_own(panel: ConversationPanel, fake: FakeSession, qtbot: QtBot) -> None:
    fake.finds = lambda text: replace(lease_evidence(text), hints=("The <b>bracket</b> was not closed.",))
    type_in(qtbot, panel, "(notice")
    assert panel.finding.hints.isVisible()
    assert panel.finding.hints.text() == "The <b>bracket</b> was not closed."
    fake.finds = None
    type_in(qtbot, panel, "notice")
    assert not panel.finding.hints.isVisible()


@pytest.mark.parametrize(("error", "words"), [(EmptyLibrary(), str(EmptyLibrary())),
                                              (EngineDied(reason="killed"), "The engine"),
                                              (ValueError("secret"), "ValueError")])
def test_what_goes_wrong_is_a_sentence(
        panel: ConversationPanel, fake: FakeSession, qtbot: QtBot, error: Exception, words: str) -> None:
    fake.finds = lambda text: error
    type_in(qtbot, panel, "notice")
    assert words in panel.finding.notice.label.text()
    assert "secret" not in panel.finding.notice.label.text()
    fake.finds = None
    type_in(qtbot, panel, "notice period")
    assert not panel.finding.notice.isVisible()
    assert panel.finding.results


def test_what_was_found_by_its_meaning_only_says_so(
        panel: ConversationPanel, fake: FakeSession, qtbot: QtBot) -> None:
    type_in(qtbot, panel, "how do I get out of it")
    assert "nearest in meaning" in panel.finding.notice.label.text()
    assert panel.finding.notice.isVisible()

    def one_by_words(text: str) -> Evidence:
        first, *others = lease_evidence(text).hits
        return replace(lease_evidence(text), hits=(replace(first, marks=((0, 3),)), *others))

    fake.finds = one_by_words
    type_in(qtbot, panel, "7.2")
    assert not panel.finding.notice.isVisible()
    names = [result.card.accessibleName() for result in panel.finding.results]
    assert ["in other words" in name for name in names] == [False, True, True, True, True]


def test_signs_alone_are_no_search_as_yet(panel: ConversationPanel, fake: FakeSession, qtbot: QtBot) -> None:
    fake.finds = lambda text: NoQuestion()
    type_in(qtbot, panel, "“")
    assert panel.finding._help.isVisible()
    assert not panel.finding.notice.isVisible()


def test_nothing_found_says_so_and_offers_to_widen(panel: ConversationPanel, fake: FakeSession, qtbot: QtBot) -> None:
    fake.finds = lambda text: replace(lease_evidence(text), hits=())
    type_in(qtbot, panel, "zebra")
    assert panel.finding.notice.isVisible()
    assert not panel.finding.widen.isVisible()
    panel.head.filters.open()
    panel.head.filters.popover.type_buttons["PDF"].click()
    panel.head.filters.popover.hide()
    settle(qtbot, panel.finding)
    assert fake.searches[-1] == ("zebra", 20, Scope(kinds=("pdf",)))
    panel.finding.widen.click()
    settle(qtbot, panel.finding)
    assert fake.searches[-1] == ("zebra", 20, None)


def test_more_is_shown_where_there_is_more(panel: ConversationPanel, fake: FakeSession, qtbot: QtBot) -> None:
    def many(text: str) -> Evidence:
        one = lease_evidence(text).hits[0]
        hits = [replace(one, rank=rank, passage=replace(one.passage, id=f"p{rank}")) for rank in range(1, 46)]
        return replace(lease_evidence(text), hits=tuple(hits))

    fake.finds = many
    type_in(qtbot, panel, "notice")
    assert len(panel.finding.results) == 20
    assert panel.finding.found.text().startswith("The first 20 passages")
    panel.finding.more.click()
    settle(qtbot, panel.finding)
    assert len(panel.finding.results) == 45
    assert not panel.finding.more.isVisible()


# Alike.


def test_what_is_alike_is_counted_and_opens_as_a_list(
        panel: ConversationPanel, fake: FakeSession, qtbot: QtBot) -> None:
    fake.finds = lambda text: alike(lease_evidence(text), 14)
    type_in(qtbot, panel, "notice")
    below = panel.finding.results[0].alike
    assert below is not None
    assert below.button.text().endswith("and 14 others alike")
    assert below.rows == []
    qtbot.keyClick(below.button, Qt.Key.Key_Space)
    assert len(below.rows) == 14
    qtbot.waitUntil(below.rows[3].isVisible)
    assert below.rows[3].accessibleName() == "Lease 3 <b>&x.pdf · page 4"
    opened: list[StoredPassage] = []
    panel.opened.connect(opened.append)
    below.rows[3].click()
    assert [passage.id for passage in opened] == ["other-3"]
    qtbot.keyClick(below.button, Qt.Key.Key_Space)
    assert not below.rows[3].isVisible()


def test_a_great_many_alike_are_not_all_listed(panel: ConversationPanel, fake: FakeSession, qtbot: QtBot) -> None:
    fake.finds = lambda text: alike(lease_evidence(text), 1200)
    type_in(qtbot, panel, "notice")
    below = panel.finding.results[0].alike
    assert below is not None
    below.button.click()
    assert len(below.rows) == 60
    assert "and 1,140 more" in {label.text() for label in below.findChildren(Label)}


def test_alike_stands_under_the_cards_of_an_answer_too(
        window: MainWindow, fake: FakeSession, qtbot: QtBot, ask: Callable[..., None]) -> None:
    from app.types import Answered, EvidenceFound
    from tests.ui.fake_session import LEASE_ANSWER

    fake.script = [EvidenceFound(alike(lease_evidence("x"), 2), .1), Answered(LEASE_ANSWER, (1,), ())]
    ask(window)
    qtbot.waitUntil(lambda: not window.jobs.busy)
    turn = window.conversation.turns[0]
    assert len(turn.alike) == 1
    turn.alike[0].button.click()
    turn.alike[0].rows[1].click()
    assert window.source.name.whole == "Lease 1 <b>&x.pdf"
    assert turn.quotes_document("other 1")


# From the keyboard.


def test_enter_opens_the_first_as_soon_as_it_is_found(
        window: MainWindow, panel: ConversationPanel, fake: FakeSession, qtbot: QtBot) -> None:
    fake.looking.clear()
    panel.box.setPlainText("notice")
    qtbot.keyClick(panel.box, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(fake.searches))
    assert not window.source.isVisible()
    fake.looking.set()
    settle(qtbot, panel.finding)
    qtbot.waitUntil(window.source.isVisible)
    qtbot.waitUntil(panel.finding.results[0].card.isChecked)
    assert fake.closed_generators == []  # nothing was asked


def test_the_arrows_go_to_the_passages_and_back(panel: ConversationPanel, qtbot: QtBot) -> None:
    type_in(qtbot, panel, "notice")
    panel.window().activateWindow()
    panel.box.setFocus()
    qtbot.keyClick(panel.box, Qt.Key.Key_Down)
    first, second = (result.card for result in panel.finding.results[:2])
    assert first.hasFocus()
    qtbot.keyClick(first, Qt.Key.Key_Down)
    assert second.hasFocus()
    qtbot.keyClick(second, Qt.Key.Key_Up)
    qtbot.keyClick(first, Qt.Key.Key_Up)
    assert panel.box.hasFocus()


def test_the_arrow_down_stays_in_a_box_of_several_lines(panel: ConversationPanel, qtbot: QtBot) -> None:
    left: list[bool] = []
    panel.box.left_below.connect(lambda: left.append(True))
    panel.box.setPlainText("one\ntwo")
    qtbot.keyClick(panel.box, Qt.Key.Key_Down)
    assert left == []
    qtbot.keyClick(panel.box, Qt.Key.Key_Down)
    assert left == [True]


def test_the_tab_key_goes_from_the_box_through_the_passages_in_their_order(
        panel: ConversationPanel, fake: FakeSession, qtbot: QtBot) -> None:
    fake.finds = lambda text: alike(lease_evidence(text), 3)
    type_in(qtbot, panel, "notice")
    results = panel.finding.results
    first = results[0].alike
    assert first is not None
    first.button.click()
    qtbot.waitUntil(lambda: all(each.isVisible() for each in [*first.rows, *(result.card for result in results)]))
    order: list[QWidget] = []
    here: QWidget = panel.box
    for _ in range(400):
        here = here.nextInFocusChain()
        if here is panel.box:
            break
        if here.focusPolicy() & Qt.FocusPolicy.TabFocus and here.isVisible() and here.isEnabled():
            order.append(here)
    wanted = [panel.composer.wipe, results[0].card, first.button, *first.rows, *(each.card for each in results[1:])]
    assert order[:len(wanted)] == wanted


def test_escape_empties_the_box(panel: ConversationPanel, qtbot: QtBot) -> None:
    type_in(qtbot, panel, "notice")
    panel.window().activateWindow()
    qtbot.keyClick(panel.box, Qt.Key.Key_Escape)
    assert panel.box.toPlainText() == ""
    assert panel.finding.results == []


def test_every_button_has_a_name(panel: ConversationPanel, fake: FakeSession, qtbot: QtBot) -> None:
    fake.finds = lambda text: alike(lease_evidence(text), 3)
    type_in(qtbot, panel, "notice")
    assert all(button.accessibleName() for button in panel.findChildren(QPushButton))
    assert panel.box.accessibleName() == "Search"
    assert "Lease Harbour Lane 4.pdf" in panel.finding.results[0].card.accessibleName()
    assert "ninety (90) days" in panel.finding.results[0].card.accessibleDescription()


# Asking and searching.


def test_what_is_typed_stays_when_one_turns_from_searching_to_asking(
        panel: ConversationPanel, fake: FakeSession, qtbot: QtBot) -> None:
    type_in(qtbot, panel, "How much notice?")
    qtbot.keyClick(panel.window(), Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    assert not panel.searching
    assert panel.box.toPlainText() == "How much notice?"
    assert panel.send.isVisible()
    qtbot.keyClick(panel.box, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not panel.asking and len(panel.turns) == 1)
    qtbot.keyClick(panel.window(), Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    assert panel.searching
    assert not panel.send.isVisible()
    assert panel.finding.isVisible()


def test_an_answer_is_written_on_while_one_searches(
        window: MainWindow, fake: FakeSession, qtbot: QtBot, ask: Callable[..., None]) -> None:
    panel = window.conversation
    fake.hold.clear()
    ask(window)
    qtbot.waitUntil(lambda: bool(panel.turns and panel.turns[0].cards))
    panel.head.turn(searching=True)
    type_in(qtbot, panel, "deposit")
    assert panel.finding.results
    assert panel.asking
    qtbot.keyClick(panel.box, Qt.Key.Key_Escape)  # empties the box and leaves the answer alone
    fake.hold.set()
    qtbot.waitUntil(lambda: not panel.asking)
    assert panel.turns[0].answer is not None


# What leaves the library leaves the window.


def test_a_removed_document_is_no_longer_shown(
        window: MainWindow, panel: ConversationPanel, fake: FakeSession, qtbot: QtBot) -> None:
    type_in(qtbot, panel, "notice")
    mail = DOCUMENTS[2].id
    assert panel.finding.holds_document(mail)
    fake.finds = lambda text: replace(lease_evidence(text), hits=tuple(
        hit for hit in lease_evidence(text).hits if hit.passage.document != mail))
    window.library.removed.emit(mail)
    assert panel.finding.results == []
    settle(qtbot, panel.finding)
    assert len(panel.finding.results) == 4
    assert not panel.finding.holds_document(mail)


def test_nothing_is_shown_of_a_matter_that_was_left(
        panel: ConversationPanel, fake: FakeSession, qtbot: QtBot) -> None:
    type_in(qtbot, panel, "notice")
    fake.looking.clear()
    panel.box.setPlainText("notice period")
    qtbot.waitUntil(lambda: len(fake.searches) == 2)
    panel.leave("Opening another matter…", keep=True)
    assert panel.finding.results == []
    fake.looking.set()
    qtbot.waitUntil(lambda: panel.finding._job is None)
    assert panel.finding.results == []
    panel.set_session(fake)  # type: ignore[arg-type]
    settle(qtbot, panel.finding)
    assert panel.finding.results  # what still stands in the box is looked for in the other one


def test_text_of_files_is_never_markup(panel: ConversationPanel, fake: FakeSession, qtbot: QtBot) -> None:
    def harm(text: str) -> Evidence:
        evidence = alike(lease_evidence(text), 2)
        bad = "<img src='file:///etc/hostname'> \u202e notice \u2028 \ufffc \ud800".encode("utf-8", "replace").decode()
        hits = [replace(hit, passage=replace(hit.passage, text=bad, context="<h1>x</h1> › <b>y</b>"),
                        marks=((0, 3), (2, 900), (-4, 2), (5, 5))) for hit in evidence.hits]
        return replace(evidence, hits=tuple(hits), hints=("<b>not bold</b>",))

    fake.finds = harm
    type_in(qtbot, panel, "<b>notice</b>")
    assert all(label.textFormat() == Qt.TextFormat.PlainText
               for label in panel.finding.findChildren(QLabel) if label.text())
    assert all("<img" not in found.card.toolTip() for found in panel.finding.findChildren(Found))
    assert panel.grab().width() > 0


def test_the_help_says_how_to_search(window: MainWindow, qtbot: QtBot) -> None:
    window.conversation.head.help.click()
    shown = window.conversation.head._syntax
    assert shown.isVisible()
    words = " ".join(label.text() for label in shown.findChildren(Label))
    for sign in ("“", "AND", "OR", "NOT", "*", "NEAR(", "file:", "from:", "after:", "type:"):
        assert sign in words
    window.lock("asked")
    assert QApplication.activePopupWidget() is None

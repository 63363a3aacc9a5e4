"""The page about what was read: totals, the list by document and page, passwords, trying again, the table."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from pytestqt.qtbot import QtBot

from app.types import Answered, EvidenceFound, LedgerLine, Searched, Status
from app.ui.main_window import MainWindow
from app.ui.widgets import files
from app.ui.widgets.ledger import ROW, Ledger, Show, covered
from tests.ui.fake_session import DOCUMENTS, LEASE_ANSWER, FakeSession, document, lease_evidence, ledger_of

BANK = DOCUMENTS[8].file
PICTURES = "Pictures, scans or photographs, and no text could be read from them; they are not searched."
LEASE = DOCUMENTS[0].file


def shown(window: MainWindow, qtbot: QtBot, show: Show = Show.UNREAD) -> list[str]:
    """Open the page and return its rows as a screen reader says them."""
    if window.stack.currentWidget() is not window.coverage:
        window.turn_to(window.coverage)
    qtbot.waitUntil(lambda: not window.jobs.busy)
    qtbot.mouseClick(window.coverage.shows[show], Qt.MouseButton.LeftButton)
    rows = window.coverage.view.rows
    return [rows.index(number).data(Qt.ItemDataRole.AccessibleTextRole) for number in range(rows.rowCount())]


def choose(window: MainWindow, file: str) -> None:
    rows = window.coverage.view.rows
    window.coverage.view.setCurrentIndex(rows.index(rows.find(file, None)))


def test_the_library_says_how_much_could_not_be_read_and_leads_there(window: MainWindow, qtbot: QtBot) -> None:
    assert window.library.unread.accessibleName() == "3 pages could not be read"
    qtbot.mouseClick(window.library.unread, Qt.MouseButton.LeftButton)
    assert window.stack.currentWidget() is window.coverage
    qtbot.waitUntil(lambda: not window.jobs.busy)
    totals = window.coverage.totals
    assert totals.title.text() == "9 files, 69 pages"
    assert [key.label.text() for key in totals.keys if key.isVisible()] == ["66 read", "3 not read"]
    assert totals.words.text() == (
        "Not read: 2 pictures without readable text and 1 damaged. 1 file gave no page at all (1 locked with a "
        "password); how many pages it has is not known.")
    qtbot.keyClick(window.coverage, Qt.Key.Key_Escape)
    qtbot.mouseClick(window.coverage.back, Qt.MouseButton.LeftButton)
    assert window.stack.currentWidget() is window.work


def test_the_sentence_under_an_answer_leads_there_too(
        window: MainWindow, fake: FakeSession, qtbot: QtBot, ask: object) -> None:
    ask(window)  # type: ignore[operator]
    qtbot.waitUntil(lambda: not window.jobs.busy)
    link = window.conversation.turns[0].unread
    assert link.accessibleName() == "3 pages could not be read. Show which"
    qtbot.mouseClick(link, Qt.MouseButton.LeftButton)
    assert window.stack.currentWidget() is window.coverage
    qtbot.waitUntil(lambda: not window.jobs.busy)


def test_where_everything_was_read_there_is_no_such_sentence(
        window: MainWindow, fake: FakeSession, qtbot: QtBot, ask: object) -> None:
    fake.script = [EvidenceFound(replace(lease_evidence("?"), searched=Searched(9, 73, 0)), .1),
                   Answered(LEASE_ANSWER, (1, 2, 3), ())]
    ask(window)  # type: ignore[operator]
    qtbot.waitUntil(lambda: not window.jobs.busy)
    assert window.conversation.turns[0].unread.isHidden()


def test_the_list_is_by_document_with_pages_and_a_sentence_each(window: MainWindow, qtbot: QtBot) -> None:
    assert shown(window, qtbot) == [
        f"{BANK}, not read", "The file of Bank statement Q2.pdf, The file is locked with a password.",
        f"{DOCUMENTS[4].file}, 1 of 48 pages not read",
        "Page 17 of Deposition Lindqvist.pdf, Page 17 is damaged and could not be read.",
        f"{DOCUMENTS[1].file}, 2 of 2 pages not read",
        f"Pages 1 to 2 of Notice letter (scan).pdf, {PICTURES}",
    ]


def test_the_list_is_narrowed_to_everything_or_to_ocr_or_by_name(
        window: MainWindow, fake: FakeSession, qtbot: QtBot) -> None:
    fake.lines = [*ledger_of(fake.rows), LedgerLine("/x/scan.pdf", None, 1, Status.OCR, "…", .93)]
    everything = shown(window, qtbot, Show.ALL)
    assert sum(LEASE in row for row in everything) == 1
    assert shown(window, qtbot, Show.OCR) == ["/x/scan.pdf, 1 page read by OCR, 93 % sure", "Page 1 of scan.pdf, …"]
    assert window.coverage.shows[Show.OCR].text() == "Read by OCR (1)"
    qtbot.mouseClick(window.coverage.shows[Show.ALL], Qt.MouseButton.LeftButton)
    qtbot.keyClicks(window.coverage.filter, "LEASE")
    qtbot.waitUntil(lambda: window.coverage.view.rows.rowCount() == 2)
    window.coverage.filter.setText("nothing like it")
    qtbot.waitUntil(window.coverage.none.isVisible)
    assert window.coverage.none.text() == "No name fits the filter."


def test_a_page_is_opened_by_key(window: MainWindow, qtbot: QtBot) -> None:
    shown(window, qtbot)
    choose(window, DOCUMENTS[4].file)
    window.coverage.view.setFocus()
    qtbot.keyClick(window.coverage.view, Qt.Key.Key_Return)
    assert window.stack.currentWidget() is window.work
    qtbot.waitUntil(lambda: not window.jobs.busy)
    assert window.source.name.whole == "Deposition Lindqvist.pdf"
    assert window.source._where.text() == "Page 17 of 48"


def test_a_password_is_given_and_the_file_read(window: MainWindow, fake: FakeSession, qtbot: QtBot) -> None:
    fake.right_password = "open sesame"
    give(window, fake, qtbot, "open sesame")
    assert fake.again == [[Path(BANK)]]
    assert fake.passwords == ["open sesame"]
    assert window.coverage.said.label.text() == "Bank statement Q2.pdf was opened with its password and read."
    assert not any("Bank statement" in row for row in shown(window, qtbot))


def test_a_wrong_password_is_said_and_not_kept(window: MainWindow, fake: FakeSession, qtbot: QtBot) -> None:
    fake.right_password = "open sesame"
    give(window, fake, qtbot, "open says me")
    qtbot.waitUntil(lambda: fake.passwords == [])
    assert "That password does not open Bank statement Q2.pdf." in window.coverage.said.label.text()
    assert "It was not kept" in window.coverage.said.label.text()
    assert any("Bank statement" in row for row in shown(window, qtbot))


def give(window: MainWindow, fake: FakeSession, qtbot: QtBot, password: str) -> None:
    shown(window, qtbot)
    choose(window, BANK)
    coverage = window.coverage
    assert coverage.password.isVisible()
    qtbot.mouseClick(coverage.password, Qt.MouseButton.LeftButton)
    question = coverage.question
    assert "remembered only inside this vault" in question.words.text()
    assert question.field.echoMode() is question.field.EchoMode.Password
    qtbot.keyClicks(question.field, password)
    qtbot.keyClick(question.field, Qt.Key.Key_Return)
    assert question.field.text() == ""
    qtbot.waitUntil(lambda: bool(fake.again))
    qtbot.waitUntil(lambda: not window.jobs.busy and not window.library.adding)


def test_only_locked_files_ask_for_a_password_and_only_unread_ones_are_tried_again(
        window: MainWindow, fake: FakeSession, qtbot: QtBot) -> None:
    shown(window, qtbot, Show.ALL)
    coverage = window.coverage
    choose(window, LEASE)
    assert (coverage.password.isVisible(), coverage.retry.isVisible()) == (False, False)
    choose(window, DOCUMENTS[4].file)
    assert (coverage.password.isVisible(), coverage.retry.isVisible()) == (False, True)
    qtbot.mouseClick(coverage.retry, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: fake.again == [[Path(DOCUMENTS[4].file)]])
    qtbot.waitUntil(lambda: not window.jobs.busy)


def test_an_attachment_is_read_again_with_what_it_came_in(
        window: MainWindow, fake: FakeSession, qtbot: QtBot) -> None:
    mail = "/x/a.eml"
    fake.lines = [LedgerLine(mail, None, None, Status.READ, "", None),
                  LedgerLine(f"{mail}/inner.zip", mail, None, Status.READ, "", None),
                  LedgerLine(f"{mail}/inner.zip/b.pdf", f"{mail}/inner.zip", 1, Status.DAMAGED, "Torn.", None)]
    assert any("in: inner.zip" in row for row in shown(window, qtbot))
    choose(window, f"{mail}/inner.zip/b.pdf")
    assert window.coverage._name.text() == "b.pdf, page 1 (in: inner.zip)"
    assert window.coverage.outside.text() == "Open the file it came in"
    qtbot.mouseClick(window.coverage.retry, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: fake.again == [[Path(mail)]])
    qtbot.waitUntil(lambda: not window.jobs.busy)


def test_the_table_is_written(window: MainWindow, fake: FakeSession, qtbot: QtBot, tmp_path: Path,
                              monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "coverage.csv"
    monkeypatch.setattr(files, "save_as", lambda *_: target)
    shown(window, qtbot)
    qtbot.mouseClick(window.coverage.export, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not window.jobs.busy)
    rows = target.read_text(encoding="utf-8").splitlines()
    assert len(rows) == len(ledger_of(fake.rows)) + 1
    assert "not encrypted" in window.coverage.said.label.text()
    assert ("coverage",) in [tuple(value for _, value in entry.details) for entry in fake.audit.entries()]


def test_names_and_sentences_are_plain_text(window: MainWindow, fake: FakeSession, qtbot: QtBot) -> None:
    fake.lines = [LedgerLine("/x/<b>a</b>.pdf", None, 1, Status.DAMAGED, "<img src='file:///etc/passwd'>", None)]
    shown(window, qtbot)
    choose(window, "/x/<b>a</b>.pdf")
    assert window.coverage.sentence.textFormat() is Qt.TextFormat.PlainText
    assert window.coverage.sentence.text() == "<img src='file:///etc/passwd'>"
    rows = window.coverage.view.rows
    assert "&lt;img" in rows.index(1).data(Qt.ItemDataRole.ToolTipRole)


def test_a_screen_reader_is_told_what_the_list_is(window: MainWindow, qtbot: QtBot) -> None:
    shown(window, qtbot)
    found = QAccessible.queryAccessibleInterface(window.coverage.view)
    assert found.text(QAccessible.Text.Name) == "What was read, by document and page"
    assert window.coverage.totals.accessibleName().startswith("69 pages: 66 read")


def test_a_hundred_thousand_lines_are_listed(qtbot: QtBot) -> None:
    lines = [LedgerLine(f"/x/{number // 10:05}.pdf", None, number % 10 + 1, Status.DAMAGED if number % 2 else
                        Status.READ, "Torn." if number % 2 else "", None) for number in range(100_000)]
    model = Ledger()
    model.documents = covered(lines, {})
    model.narrow(Show.ALL)
    assert model.rowCount() == 110_000
    assert model.index(109_999).data(ROW).stretch.first == 10
    model.narrow(Show.UNREAD, "0999")
    assert model.rowCount() == 10 * 6 + 6 * (model.rowCount() // 6 - 10)


def test_another_matter_shows_its_own(window: MainWindow, fake: FakeSession, qtbot: QtBot) -> None:
    other = fake.with_matter("Okafor", [document("/o/torn.pdf", status=Status.DAMAGED, reasons=("Page 1 is torn.",))])
    window.matters.choose((other.id,))
    qtbot.waitUntil(lambda: window.library.matter_name == "Okafor" and not window.jobs.busy)
    assert shown(window, qtbot) == ["/o/torn.pdf, 1 of 1 page not read", "Page 1 of torn.pdf, Page 1 is torn."]


def test_of_several_matters_each_document_says_which_and_only_the_current_one_is_worked_on(
        window: MainWindow, fake: FakeSession, qtbot: QtBot) -> None:
    other = fake.with_matter("Okafor", [document("/o/torn.pdf", status=Status.DAMAGED, reasons=("Page 1 is torn.",))])
    window.matters.choose((fake.matter.id, other.id))
    qtbot.waitUntil(lambda: len(fake.searching) == 2 and not window.jobs.busy)
    assert "/o/torn.pdf, Okafor, 1 of 1 page not read" in shown(window, qtbot)
    choose(window, "/o/torn.pdf")
    assert not window.coverage.retry.isVisible()
    choose(window, BANK)
    assert window.coverage.retry.isVisible()

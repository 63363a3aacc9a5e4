"""The conversation and the source beside it: evidence, streaming, chips, marks, and texts that mean harm."""

from __future__ import annotations

import builtins
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QGuiApplication, QImage, QTextDocument
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from app.errors import EmptyLibrary, EngineDied, MissingPath, StaleFile, UnwritableFile
from app.export.words import UNANSWERED
from app.types import (
    Answer,
    Answered,
    AnswerStatus,
    Citation,
    Evidence,
    EvidenceFound,
    Hit,
    Quoting,
    Searched,
    Sentence,
    TextWritten,
    Verdict,
)
from app.ui.main_window import MainWindow
from app.ui.widgets import clipboard, files
from app.ui.widgets.texts import SafeBrowser
from app.ui.widgets.turn import Turn
from tests.ui.fake_session import DOCUMENTS, LEASE, LEASE_ANSWER, LETTER, FakeSession, lease_evidence

Ask = Callable[..., None]


def finished(qtbot: QtBot, window: MainWindow) -> Turn:
    qtbot.waitUntil(lambda: not window.jobs.busy and not window.conversation.asking)
    return window.conversation.turns[-1]


# Asking.


def test_cards_come_before_the_first_word_and_the_best_is_opened(
        window: MainWindow, fake: FakeSession, qtbot: QtBot, ask: Ask) -> None:
    fake.hold.clear()
    ask(window)
    turn = window.conversation.turns[0]
    qtbot.waitUntil(lambda: len(turn.cards) == 5)
    assert turn.answer is None
    assert [card.hit.rank for card in turn.cards] == [1, 2, 3, 4, 5]
    assert turn.cards[0].isChecked()
    assert not turn.cards[1].isChecked()
    assert "Lease Harbour Lane 4.pdf, page 4" in turn.cards[0].accessibleName()
    assert window.source.isVisible()
    assert window.source.name.whole == "Lease Harbour Lane 4.pdf"
    assert window.conversation.halt.isVisible()
    assert not window.conversation.send.isVisible()
    fake.hold.set()
    finished(qtbot, window)


def test_text_streams_with_its_chips(window: MainWindow, fake: FakeSession, qtbot: QtBot, ask: Ask) -> None:
    fake.pause = .01
    seen: list[str] = []
    ask(window)
    turn = window.conversation.turns[0]
    turn.grew.connect(lambda: seen.append(turn.text.toPlainText()))
    finished(qtbot, window)
    growing = [text for text in seen if text]
    assert len({len(text) for text in growing}) > 3
    assert any("quarter  1 ." in text and "unpaid" not in text for text in growing)


def test_the_answer_shows_chips_marks_and_the_unknown_key(window: MainWindow, qtbot: QtBot, ask: Ask) -> None:
    ask(window)
    turn = finished(qtbot, window)
    assert not turn.quotes.isVisible()
    kinds = [(piece.kind, piece.rank) for piece in turn.text.shown if piece.kind != "text"]
    assert kinds == [("cite", 1), ("supported", 0), ("cite", 2), ("partly", 0), ("cite", 3), ("not supported", 0),
                     ("unknown", 0), ("not supported", 0)]
    shown = turn.text.toPlainText().replace("\u00a0", " ")
    assert " 9? " in shown
    assert "✓" in shown
    assert "½" in shown
    assert "×" in shown
    tips = {piece.kind: piece.tip for piece in turn.text.shown}
    assert "names none of the passages" in tips["unknown"]
    assert "Do not rely on it" in tips["not supported"]
    words = {label.text() for label in turn._foot.findChildren(QLabel)}
    assert {"✓ 1 supported", "½ 1 partly", "× 2 not supported"} <= words


def test_a_turn_is_never_wider_than_its_place(
        window: MainWindow, fake: FakeSession, qtbot: QtBot, ask: Ask) -> None:
    found = lease_evidence("How long is the notice that ends the lease, as far as it was asked before?")
    quotes = tuple(Sentence(hit.passage.text, (Citation(str(hit.rank), hit.rank),), Verdict.SUPPORTED)
                   for hit in found.hits)
    fake.script = [EvidenceFound(found, .1), Answered(
        Answer(AnswerStatus.QUOTES, "", quotes, unmentioned=("Kowledge",)), (), (("total", .25),))]
    window.resize(window.minimumSize())
    ask(window, "And then?")
    finished(qtbot, window)
    fake.script = None
    ask(window)
    finished(qtbot, window)
    view = window.conversation.conversing.view
    qtbot.waitUntil(lambda: view.widget().width() <= view.viewport().width())
    assert "stands nowhere" in window.conversation.turns[0].notice.label.text()


def test_pressing_a_chip_opens_its_source(window: MainWindow, fake: FakeSession, qtbot: QtBot, ask: Ask) -> None:
    ask(window)
    turn = finished(qtbot, window)
    start, end, piece = next(chip for chip in turn.text._chips if chip[2].rank == 3)
    place = turn.text.chip_rect(start, end).center().toPoint()
    assert turn.text.tip_at(place) == piece.tip
    qtbot.mouseClick(turn.text.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.waitUntil(window.source.text.isVisible)
    assert window.source.name.whole == "Mail Okafor 2024-05-14.txt"
    selections = window.source.text.extraSelections()
    quote = lease_evidence("").hits[2].passage.text
    assert [one.cursor.selectedText() for one in selections] == [quote]
    assert turn.cards[2].isChecked()
    assert not turn.cards[0].isChecked()


def test_pressing_a_card_opens_its_page_with_marks(window: MainWindow, qtbot: QtBot, ask: Ask) -> None:
    ask(window)
    turn = finished(qtbot, window)
    qtbot.keyClick(turn.cards[1], Qt.Key.Key_Space)
    finished(qtbot, window)
    assert turn.cards[1].isChecked()
    assert not window.source.page.marks.isNull()
    qtbot.waitUntil(lambda: "Page 4 of 12" in [label.text() for label in window.source.findChildren(QLabel)])


def test_shift_enter_makes_a_line_and_enter_sends(window: MainWindow, qtbot: QtBot) -> None:
    box = window.conversation.box
    qtbot.keyClicks(box, "one")
    qtbot.keyClick(box, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClicks(box, "two")
    assert window.conversation.turns == []
    qtbot.keyClick(box, Qt.Key.Key_Return)
    assert window.conversation.turns[0].question == "one\ntwo"
    assert box.toPlainText() == ""
    finished(qtbot, window)


def test_nothing_is_sent_without_a_question(window: MainWindow, qtbot: QtBot) -> None:
    window.conversation.box.setPlainText("  \n ")
    qtbot.keyClick(window.conversation.box, Qt.Key.Key_Return)
    assert window.conversation.turns == []
    assert not window.conversation.send.isEnabled()


def test_stopping_keeps_the_text_and_says_it_is_unchecked(
        window: MainWindow, fake: FakeSession, qtbot: QtBot, ask: Ask) -> None:
    fake.pause = .03
    ask(window)
    turn = window.conversation.turns[0]
    qtbot.waitUntil(lambda: "Either party may" in turn.text.toPlainText())
    qtbot.mouseClick(window.conversation.halt, Qt.MouseButton.LeftButton)
    finished(qtbot, window)
    assert turn.answer is None
    assert fake.closed_generators == ["ask"]
    assert turn.notice.isVisible()
    assert "not checked" in turn.notice.label.text()
    assert turn.text.toPlainText().startswith("Either party may")
    assert "court" not in turn.text.toPlainText()
    assert window.conversation.send.isVisible()


def test_not_found_is_said_with_what_was_searched(
        window: MainWindow, fake: FakeSession, qtbot: QtBot, ask: Ask) -> None:
    fake.script = [EvidenceFound(Evidence("?", (), Searched(9, 73, 3)), .1), TextWritten("The passages do not"),
                   Answered(Answer(AnswerStatus.NOT_FOUND, "The passages do not answer this.", ()), (), ())]
    ask(window)
    turn = finished(qtbot, window)
    assert turn.notice.isVisible()
    assert turn.notice.label.text() == (
        "Not found in the 9 files searched (3 pages could not be read).")
    assert not turn.text.isVisible()
    assert not turn.anyway.isVisible()


def test_an_answer_can_be_had_anyway_and_is_then_marked(
        window: MainWindow, fake: FakeSession, qtbot: QtBot, ask: Ask) -> None:
    evidence = replace(lease_evidence("Who won the cup?"), answerable=.01)
    fake.script = [EvidenceFound(evidence, .1), Answered(Answer(AnswerStatus.NOT_FOUND, "", ()), (), ())]
    ask(window, "Who won the cup?")
    turn = finished(qtbot, window)
    assert turn.notice.label.text() == (
        "Not found in the 9 files searched (3 pages could not be read). The closest passages are above.")
    assert turn.anyway.isVisible()
    cards = len(turn.cards)
    fake.script = [EvidenceFound(evidence, .1), TextWritten(LEASE_ANSWER.text),
                   Answered(replace(LEASE_ANSWER, anyway=True), (1, 2, 3), (("total", 1.),))]
    qtbot.mouseClick(turn.anyway, Qt.MouseButton.LeftButton)
    assert finished(qtbot, window) is turn
    assert [name for name, _ in fake.calls if name.startswith("ask") and "closed" not in name] == ["ask", "ask anyway"]
    assert len(window.conversation.turns) == 1
    assert len(turn.cards) == cards
    assert not turn.anyway.isVisible()
    assert "seem to hold no answer" in turn.notice.label.text()
    assert turn.text.toPlainText().startswith("Either party may")


def test_a_quote_opens_its_own_characters(window: MainWindow, fake: FakeSession, qtbot: QtBot, ask: Ask) -> None:
    evidence = lease_evidence("?")
    text = evidence.hits[0].passage.text
    start = text.index("ninety")
    quotes = tuple(Sentence(text[a:b], (Citation("1", 1, found=True, start=a, end=b),), Verdict.SUPPORTED)
                   for a, b in ((0, 20), (start, start + 16)))
    fake.script = [EvidenceFound(evidence, .1), Answered(Answer(AnswerStatus.QUOTES, "", quotes), (), ())]
    ask(window)
    turn = finished(qtbot, window)
    assert [piece.text for piece in turn.text.shown if piece.kind == "place"] == [turn._sources[1]]
    opened: list[Hit] = []
    turn.opened.connect(opened.append)
    first, end, _ = turn.text._chips[1]
    qtbot.mouseClick(turn.text.viewport(), Qt.MouseButton.LeftButton,
                     pos=turn.text.chip_rect(first, end).center().toPoint())
    (hit,) = opened
    whole = evidence.hits[0].passage
    assert (hit.passage.text, hit.passage.id) == (text[start:start + 16], whole.id)
    assert (hit.passage.start, hit.passage.end) == (whole.start + start, whole.start + start + 16)


def test_without_a_model_the_quotes_are_the_answer(
        window: MainWindow, fake: FakeSession, qtbot: QtBot, ask: Ask) -> None:
    evidence = lease_evidence("?")
    quotes = tuple(Sentence(hit.passage.text, (Citation(str(hit.rank), hit.rank, found=True),), Verdict.SUPPORTED)
                   for hit in evidence.hits[:2])
    fake.script = [EvidenceFound(evidence, .1), Answered(Answer(AnswerStatus.QUOTES, "", quotes), (), ())]
    ask(window)
    turn = finished(qtbot, window)
    assert [piece.rank for piece in turn.text.shown if piece.kind == "cite"] == [1, 2]
    assert "ninety (90) days" in turn.text.toPlainText()


def test_quotes_stand_below_a_text_that_nothing_carries(
        window: MainWindow, fake: FakeSession, qtbot: QtBot, ask: Ask) -> None:
    evidence = lease_evidence("?")
    wrong = Sentence("The moon is made of cheese.", (), Verdict.NOT_SUPPORTED)
    quotes = (Sentence(evidence.hits[1].passage.text, (Citation("2", 2, found=True),), Verdict.SUPPORTED),)
    answer = Answer(AnswerStatus.ANSWERED, wrong.text, (wrong,), quotes=quotes)
    fake.script = [EvidenceFound(evidence, .1), TextWritten(wrong.text), Answered(answer, (1, 2), ())]
    ask(window)
    turn = finished(qtbot, window)
    assert turn.quotes.isVisible()
    assert [piece.rank for piece in turn.quotes.shown if piece.kind == "cite"] == [2]
    assert "In the words of the files:\n\n“7.3 The Landlord" in turn.as_text()
    start, end, _ = turn.quotes._chips[0]
    qtbot.mouseClick(turn.quotes.viewport(), Qt.MouseButton.LeftButton,
                     pos=turn.quotes.chip_rect(start, end).center().toPoint())
    qtbot.waitUntil(turn.cards[1].isChecked)


def test_quotes_stand_beside_that_the_model_found_nothing(
        window: MainWindow, fake: FakeSession, qtbot: QtBot, ask: Ask) -> None:
    evidence = lease_evidence("?")
    quotes = (Sentence(evidence.hits[1].passage.text, (Citation("2", 2, found=True),), Verdict.SUPPORTED),)
    answer = Answer(AnswerStatus.NOT_FOUND, "The passages do not answer this.", (), quotes=quotes)
    fake.script = [EvidenceFound(evidence, .1), TextWritten(answer.text), Answered(answer, (1, 2), (("total", 1.),))]
    ask(window)
    turn = finished(qtbot, window)
    assert turn.notice.label.text() == UNANSWERED
    assert turn.quotes.isVisible()
    assert [piece.rank for piece in turn.quotes.shown if piece.kind == "cite"] == [2]
    assert not turn.text.isVisible()
    assert not turn.anyway.isVisible()
    assert "“7.3 The Landlord" in turn.as_text()
    assert {"Copy", "Export…"} <= {button.accessibleName() for button in turn.findChildren(QPushButton)}


@pytest.mark.parametrize(("error", "words"), [
    (EmptyLibrary(), "The library holds no text yet; add files first."),
    (EngineDied(reason="it was ended"), "The engine that runs the model ended (it was ended). Nothing is lost"),
    (ZeroDivisionError("secret text"), "Something went wrong inside Carrel (ZeroDivisionError)."),
])
def test_errors_are_said_in_their_turn(window: MainWindow, fake: FakeSession, qtbot: QtBot, ask: Ask,
                                       error: Exception, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    fake.script = [EvidenceFound(lease_evidence("?"), .1), TextWritten("Half a "), error]
    ask(window)
    turn = finished(qtbot, window)
    assert turn.notice.label.text().startswith(words)
    assert "secret text" not in turn.notice.label.text()
    assert turn.text.toPlainText() == "Half a "
    assert "secret text" not in capsys.readouterr().err
    fake.script = None
    ask(window, "And now?")
    assert finished(qtbot, window).answer is LEASE_ANSWER


def test_the_answer_is_copied_with_its_sources(window: MainWindow, qtbot: QtBot, ask: Ask) -> None:
    ask(window, "How much notice?")
    turn = finished(qtbot, window)
    turn.copied.emit(turn.as_text())
    copied = QGuiApplication.clipboard().text()
    assert copied.startswith("How much notice?\n\nEither party may end")
    assert "quarter. [1]" in copied
    assert "A copy must be filed with the court. [4] (not supported)" in copied
    assert "[1] Lease Harbour Lane 4.pdf, page 4: “7.2 Either party" in copied
    assert "[4] The model cited “9”, which names none of the passages" in copied
    QGuiApplication.clipboard().clear()


def pressed(turn: Turn, words: str, qtbot: QtBot) -> None:
    button = next(one for one in turn.findChildren(QPushButton) if one.accessibleName() == words)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_an_answer_is_exported_where_the_user_wants_it(
        window: MainWindow, fake: FakeSession, qtbot: QtBot, ask: Ask, tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[object, ...]] = []
    targets = iter([None, tmp_path / "out.pdf", tmp_path / "again.pdf"])
    monkeypatch.setattr(files, "save_as", lambda *given: asked.append(given[1:]) or next(targets))
    ask(window, "How much notice?")
    turn = finished(qtbot, window)
    pressed(turn, "Export…", qtbot)  # and the user thinks better of it
    assert fake.exported == []
    pressed(turn, "Export…", qtbot)
    qtbot.waitUntil(lambda: "out.pdf" in window.conversation.note.label.text())
    assert "not encrypted" in window.conversation.note.label.text()
    title, name, kinds = asked[0]
    assert "not be encrypted" in str(title)
    assert str(name).endswith(".docx")
    assert kinds == ["Word document (*.docx)", "PDF (*.pdf)", "Markdown (*.md)"]
    ((path, (exchange,)),) = fake.exported
    assert path == tmp_path / "out.pdf"
    assert (exchange.question, exchange.answer, exchange.model) == ("How much notice?", LEASE_ANSWER, fake.writer)
    assert threading.get_ident() not in [thread for name, thread in fake.calls if name == "export"]
    fake.export_error = UnwritableFile(reason="Read-only file system")
    pressed(turn, "Export…", qtbot)
    qtbot.waitUntil(lambda: "Read-only file system" in window.conversation.note.label.text())


def test_the_button_copies_with_citations(window: MainWindow, qtbot: QtBot, ask: Ask) -> None:
    ask(window, "How much notice?")
    turn = finished(qtbot, window)
    pressed(turn, "Copy", qtbot)
    assert QGuiApplication.clipboard().text() == turn.as_text()
    clipboard.clear()
    assert QGuiApplication.clipboard().text() == ""


def test_the_note_on_the_starter_model_comes_once_and_goes(window: MainWindow, qtbot: QtBot, ask: Ask) -> None:
    assert not window.conversation.note.isVisible()
    ask(window)
    assert "copied from your files" in window.conversation.note.label.text()
    assert window.conversation.note.isVisible()
    window.conversation.note._dismiss()
    finished(qtbot, window)
    ask(window, "Another?")
    finished(qtbot, window)
    assert not window.conversation.note.isVisible()


# The source.


def test_pages_are_turned_and_the_quote_is_found_again(window: MainWindow, fake: FakeSession, qtbot: QtBot,
                                                       ask: Ask) -> None:
    ask(window)
    finished(qtbot, window)
    source = window.source
    qtbot.mouseClick(source.next, Qt.MouseButton.LeftButton)
    finished(qtbot, window)
    assert source._where.text() == "Page 5 of 12"
    assert source.page.marks.isNull()
    assert source.back.isVisible()
    qtbot.mouseClick(source.back, Qt.MouseButton.LeftButton)
    finished(qtbot, window)
    assert source._where.text() == "Page 4 of 12"
    assert not source.page.marks.isNull()


def test_zoom_asks_for_a_larger_picture(window: MainWindow, fake: FakeSession, qtbot: QtBot, ask: Ask) -> None:
    ask(window)
    finished(qtbot, window)
    before = fake.widths[-1]
    qtbot.mouseClick(window.source.larger, Qt.MouseButton.LeftButton)
    finished(qtbot, window)
    assert fake.widths[-1] == pytest.approx(before * 1.25, rel=.02)
    qtbot.mouseClick(window.source.fit, Qt.MouseButton.LeftButton)
    finished(qtbot, window)
    assert fake.widths[-1] == pytest.approx(before, rel=.02)


@pytest.mark.parametrize(("error", "words"), [(MissingPath(path="/x"), "no longer where it was"),
                                              (StaleFile(), "has changed since it was added")])
def test_where_the_page_cannot_be_had_the_stored_text_is_shown(
        window: MainWindow, fake: FakeSession, qtbot: QtBot, ask: Ask, error: Exception, words: str) -> None:
    fake.picture_error = error
    ask(window)
    finished(qtbot, window)
    source = window.source
    assert source.notice.isVisible()
    assert words in source.notice.label.text()
    assert source.text.isVisible()
    assert source.text.extraSelections()[0].cursor.selectedText() == lease_evidence("").hits[0].passage.text
    assert LEASE[:15] in source.text.toPlainText()


def test_a_document_of_the_list_opens_at_its_beginning(window: MainWindow, fake: FakeSession, qtbot: QtBot) -> None:
    library = window.library
    library.opened.emit(DOCUMENTS[0])
    finished_source(qtbot, window)
    assert window.source._where.text() == "Page 1 of 12"
    assert window.source.page.marks.isNull()
    assert not window.source.back.isVisible()
    library.opened.emit(DOCUMENTS[2])
    finished_source(qtbot, window)
    assert window.source.text.toPlainText() == LETTER
    assert window.source.text.extraSelections() == []


def finished_source(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.waitUntil(lambda: not window.jobs.busy)


def test_marks_sit_right_after_characters_that_qt_counts_differently(
        window: MainWindow, fake: FakeSession, qtbot: QtBot) -> None:
    text = "Zeile 😀\r\neins\r\nnull\x00 zwei \u2029 hier steht es. Ende"
    quote = "hier steht es."
    fake.texts["id-odd"] = text
    start = text.index(quote)
    hit = replace(lease_evidence("").hits[2].passage, document="id-odd", start=start, end=start + len(quote))
    window.conversation.opened.emit(hit)
    finished_source(qtbot, window)
    assert window.source.text.extraSelections()[0].cursor.selectedText() == quote


def test_a_long_text_is_shown_around_the_passage(window: MainWindow, fake: FakeSession, qtbot: QtBot) -> None:
    text = "Anfang. " * 50_000 + "Der gesuchte Satz." + " Schluss." * 50_000
    start = text.index("Der gesuchte")
    fake.texts["id-long"] = text
    hit = replace(lease_evidence("").hits[2].passage, document="id-long", start=start, end=start + 18)
    window.conversation.opened.emit(hit)
    finished_source(qtbot, window)
    assert len(window.source.text.toPlainText()) < 130_000
    assert window.source.text.extraSelections()[0].cursor.selectedText() == "Der gesuchte Satz."
    assert "Part of a long text" in window.source.notice.label.text()


def test_removing_the_shown_document_closes_it(window: MainWindow, fake: FakeSession, qtbot: QtBot) -> None:
    window.library.opened.emit(DOCUMENTS[0])
    finished_source(qtbot, window)
    window.library.ask_removal(DOCUMENTS[0])
    qtbot.waitUntil(window.library.removal.isVisible)
    qtbot.mouseClick(window.library.removal.go, Qt.MouseButton.LeftButton)
    finished_source(qtbot, window)
    qtbot.waitUntil(lambda: not window.source.isVisible())
    assert window.source.page.empty


def test_the_question_says_what_kept_conversations_lose(window: MainWindow, fake: FakeSession, qtbot: QtBot) -> None:
    fake.talk.quoted = Quoting(5, 2)
    window.library.ask_removal(DOCUMENTS[0])
    qtbot.waitUntil(window.library.removal.isVisible)
    assert "2 kept conversations lose 5 answers" in window.library.removal.warning.text()


def test_sheets_are_turned_like_pages_and_called_sheets(
        window: MainWindow, fake: FakeSession, qtbot: QtBot) -> None:
    window.library.opened.emit(DOCUMENTS[6])
    finished_source(qtbot, window)
    assert window.source._where.text() == "Sheet 1 of 3"
    assert window.source.text.isVisible()
    qtbot.mouseClick(window.source.next, Qt.MouseButton.LeftButton)
    finished_source(qtbot, window)
    assert window.source._where.text() == "Sheet 2 of 3"
    assert not window.source.larger.isVisible()


# Texts that mean harm.


def test_markup_of_documents_models_and_file_names_is_text_and_opens_no_file(
        window: MainWindow, fake: FakeSession, qtbot: QtBot, ask: Ask, tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch) -> None:
    picture = tmp_path / "trap.png"
    image = QImage(40, 40, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.red)
    assert image.save(str(picture))
    trap = f'<img src="{picture}"><b>bold</b> ![x]({picture}) <a href="https://example.org">here</a>'
    hit = replace(lease_evidence("").hits[2].passage, text=trap, start=0, end=len(trap), file=f"/in/{trap[:40]}.txt")
    fake.texts[hit.document] = trap
    fake.rows = [replace(DOCUMENTS[0], file="/in/<b>x</b><img src=a>.pdf", reasons=(trap,))]
    answer = Answer(AnswerStatus.ANSWERED, trap, (Sentence(trap, (Citation("1", 1), Citation("<b>9</b>", None)),
                                                           Verdict.SUPPORTED),))
    fake.script = [EvidenceFound(Evidence("?", (Hit(1, 1.0, hit),), Searched(1, 1, 0)), .1), TextWritten(trap),
                   Answered(answer, (1,), ())]
    opened: list[str] = []
    real = builtins.open
    monkeypatch.setattr(builtins, "open", lambda file, *rest, **named: opened.append(str(file)) or real(
        file, *rest, **named))
    ask(window, trap)
    turn = finished(qtbot, window)
    window.library.refresh()
    finished(qtbot, window)
    shown = turn.text.toPlainText()
    assert "<b>bold</b>" in shown
    assert "￼" not in shown  # where a picture would stand
    assert window.source.text.toPlainText() == trap
    for label in window.findChildren(QLabel):
        assert label.textFormat() == Qt.TextFormat.PlainText or not label.text()
    tips = [turn.cards[0].toolTip(), window.library.view.model().index(0, 0).data(Qt.ItemDataRole.ToolTipRole)]
    for tip in tips:
        assert "<img" not in tip
        assert "&lt;img" in tip
    assert window.grab().toImage().pixelColor(1, 1).isValid()  # all of it is painted once
    assert not [file for file in opened if "trap" in file]


def test_a_text_view_loads_no_picture_even_where_it_is_made_to_hold_one(qtbot: QtBot, tmp_path: Path) -> None:
    picture = tmp_path / "trap.png"
    image = QImage(40, 40, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.red)
    assert image.save(str(picture))
    view = SafeBrowser()
    qtbot.addWidget(view)
    view.resize(200, 200)
    view.setHtml(f'<img src="{picture}"><img src="{picture.as_uri()}">')  # the program itself never does this
    view.show()
    colours = {view.grab().toImage().pixelColor(x, y).name() for x in range(0, 200, 5) for y in range(0, 200, 5)}
    assert "#ff0000" not in colours
    loaded = view.document().resource(QTextDocument.ResourceType.ImageResource.value, QUrl(str(picture)))
    assert loaded.size().width() == 1


def test_a_link_that_is_no_chip_goes_nowhere(window: MainWindow, qtbot: QtBot, ask: Ask) -> None:
    ask(window)
    turn = finished(qtbot, window)
    pressed: list[int] = []
    turn.text.cited.connect(lambda rank, start, end: pressed.append(rank))
    for address in ("https://example.org", "file:///etc/passwd", "passage:x", "passage:", "passage:1", "passage:1,2"):
        turn.text.anchorClicked.emit(QUrl(address))
    assert pressed == []

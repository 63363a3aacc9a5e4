"""The pieces: snippets, stream parsing, file dialogs that leave no history, lists."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from PySide6.QtCore import QPointF, QSettings, Qt, QTimer
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from app.places import file_name
from app.types import Answer, AnswerStatus, Box, Hit, PagePicture, Sentence, Status, StoredPassage, Verdict
from app.ui.widgets import answer, files, icons, snippet
from app.ui.widgets.card import EvidenceCard
from app.ui.widgets.flow import Flow
from app.ui.widgets.labels import ShortButton, ShortLabel, tip
from app.ui.widgets.page import PageView, as_image
from app.ui.widgets.rows import Row, Rows, document_row
from app.ui.widgets.theme import Theme
from tests.ui.fake_session import document


def test_the_words_of_the_question_are_marked_in_other_endings_too() -> None:
    stems = snippet.stems("What are the notice periods for terminating the lease?")
    text = "Notice periods: a Lease is terminated with a period of ninety days; notices go by post."
    assert [text[a:b] for a, b in snippet.matches(text, stems)] == [
        "Notice", "periods", "Lease", "terminated", "period", "notices"]


def asked(text: str, question: str, length: int) -> snippet.Excerpt:
    return snippet.excerpt(text, snippet.matches(text, snippet.stems(question)), length)


def test_a_snippet_is_cut_to_where_the_words_are() -> None:
    text = "filler words here " * 40 + "the deposit is\n   returned after sixty days " + "more filler text " * 40
    short = asked(text, "When is the deposit returned?", 120)
    assert "deposit is returned" in short.text
    assert len(short.text) <= 124
    assert short.text.startswith("… ")
    assert short.text.endswith(" …")
    assert [short.text[a:b] for a, b in short.marks] == ["deposit", "returned"]
    assert snippet.excerpt("short\n text", (), 100) == snippet.Excerpt("short text")


@pytest.mark.parametrize("text", ["", "x" * 1000, "wort " * 300, "?" * 500])
def test_a_snippet_of_anything(text: str) -> None:
    assert len(asked(text, text, 80).text) <= 84


@pytest.mark.parametrize("seed", range(40))
def test_marks_stay_on_their_words(seed: int) -> None:
    chance = Random(seed)
    text = "".join(chance.choice("ab \n\tß😀") for _ in range(chance.randrange(300)))
    spans = [(chance.randrange(-3, 310), chance.randrange(-3, 310)) for _ in range(20)]
    short = snippet.excerpt(text, spans, chance.randrange(10, 200))
    marked = {" ".join(text[a:b].split()) for a, b in spans if 0 <= a < b <= len(text)}
    for a, b in short.marks:
        assert 0 <= a < b <= len(short.text)
        assert any(short.text[a:b].strip(" …") in each for each in marked)


def test_a_card_says_the_headings_that_its_file_name_does_not(qtbot: QtBot, theme: Theme) -> None:
    passage = StoredPassage("p", "d", "/in/Lease_Unit 3.pdf", "Lease", "pdf", 2, 0, 6, "Notice",
                            "Lease of 2024 (Lease Unit 3) › Lease Unit 3 › 7. Term › 7.2 <b>Notice</b>", date="2024-05")
    card = EvidenceCard(theme, Hit(1, 1.0, passage, marks=((0, 6), (4, 900))), "", numbered=False)
    qtbot.addWidget(card)
    assert card._path == "Lease of 2024 › 7. Term › 7.2 <b>Notice</b>"
    assert card.accessibleName() == "Passage 1: Lease_Unit 3.pdf, page 2, May 2024"
    card.resize(300, card.heightForWidth(300))
    card.show()
    opened = []
    card.clicked.connect(lambda: opened.append(True))
    qtbot.keyClick(card, Qt.Key.Key_Return)
    assert opened
    assert card.grab().width() == 300
    mark = theme.colours.mark_soft
    picture = card.grab().toImage()
    assert any(picture.pixelColor(x, y).name() == mark for x in range(12, 60) for y in range(40, picture.height() - 8))


def test_a_search_card_is_as_high_as_its_words(qtbot: QtBot, theme: Theme) -> None:
    def height(text: str, *, numbered: bool) -> int:
        passage = StoredPassage("p", "d", "/in/a.pdf", "", "pdf", 2, 0, len(text), text, "")
        card = EvidenceCard(theme, Hit(1, 1.0, passage), "", numbered=numbered)
        qtbot.addWidget(card)
        return card.heightForWidth(400) if card.hasHeightForWidth() else card.sizeHint().height()

    assert height("short", numbered=False) < height("long words " * 60, numbered=False)
    assert height("short", numbered=True) == height("long words " * 60, numbered=True)


def test_lines_of_widgets_break_where_the_place_ends(qtbot: QtBot) -> None:
    box = QWidget()
    qtbot.addWidget(box)
    flow = Flow(box, gap=5)
    for _ in range(4):
        part = QWidget()
        part.setFixedSize(50, 20)
        flow.addWidget(part)
    assert flow.heightForWidth(1000) == 20
    assert flow.heightForWidth(110) == 45
    assert flow.heightForWidth(10) == 95
    flow.clear()
    assert flow.count() == 0
    assert flow.heightForWidth(100) == 0


def test_a_button_cuts_its_words_and_not_its_sign(qtbot: QtBot, theme: Theme) -> None:
    button = ShortButton(theme, "Folder: Brightwater & Sons versus Harbour Lane Limited", "chip", sign="✕", widest=900)
    qtbot.addWidget(button)
    button.resize(button.sizeHint())
    button.show()
    assert button.text() == "Folder: Brightwater && Sons versus Harbour Lane Limited\u2002✕"
    button.resize(160, 24)
    assert "…" in button.text()
    assert button.text().endswith("✕")
    assert button.fontMetrics().horizontalAdvance(button.text()) < 160
    button.resize(button.sizeHint())
    assert "…" not in button.text()


def test_keys_in_unfinished_text_become_chips() -> None:
    pieces = answer.pieces_of_stream("One [1, 7]. Two [2", {1: "a.pdf, page 1", 2: "b.txt"})
    assert [(piece.kind, piece.rank) for piece in pieces if piece.kind != "text"] == [("cite", 1), ("unknown", 0)]
    assert pieces[-1].text == ". Two [2"


def test_line_breaks_of_the_model_stay_between_sentences() -> None:
    text = "First [1].\n\n- Second [1].\n- Third [2]. Fourth."
    sentences = tuple(Sentence(words, (), Verdict.NO_CLAIM) for words in ("First.", "- Second.", "- Third.", "Fourth."))
    found = answer.pieces_of_answer(Answer(AnswerStatus.ANSWERED, text, sentences), {})
    assert [piece.text for piece in found] == ["First.", "\n- Second.", "\n- Third.", " Fourth."]


def test_tooltips_show_markup_as_text() -> None:
    assert tip("<img src=x>\nb") == "<qt>&lt;img src=x&gt;<br>b</qt>"
    assert tip("") == ""


def test_names_of_files() -> None:
    assert file_name("C:\\Cases\\a b.pdf") == "a b.pdf"
    assert file_name("/cases/a.pdf") == "a.pdf"


def test_a_long_name_is_cut_in_its_middle_and_whole_in_its_tooltip(qtbot: QtBot, theme: Theme) -> None:
    label = ShortLabel()
    qtbot.addWidget(label)
    label.resize(90, 20)
    label.set_whole("A very long name of a deposition, final version.pdf")
    label.show()
    assert "…" in label.text()
    assert label.whole in label.toolTip()


@pytest.mark.parametrize("status", list(Status))
def test_every_status_has_words_and_what_is_not_read_has_a_reason(status: Status) -> None:
    row = document_row(document("/x/a.pdf", status=status))
    assert row.detail
    assert bool(row.trouble) == (status not in (Status.READ, Status.OCR))


def test_rows_are_replaced_in_place(qtbot: QtBot) -> None:
    rows = Rows()
    first = [Row("a", "", key="a"), Row("b", "", key="b")]
    rows.replace(first)
    with qtbot.assertNotEmitted(rows.modelReset), qtbot.waitSignals([rows.dataChanged, rows.rowsInserted]):
        rows.replace([first[0], Row("b", "new", key="b"), Row("c", "", key="c")])
    assert [row.title for row in rows.rows] == ["a", "b", "c"]
    with qtbot.waitSignal(rows.modelReset):
        rows.replace([Row("c", "", key="c")])
    assert rows.rowCount() == 1


def test_a_page_is_shown_at_the_density_of_the_screen(qtbot: QtBot, theme: Theme) -> None:
    view = PageView(theme)
    qtbot.addWidget(view)
    picture = PagePicture(200, 300, b"\xff\x80\x00" * (200 * 300), (Box(20, 40, 60, 60),))
    image = as_image(picture)
    assert image.pixelColor(199, 299).name() == "#ff8000"
    view.show_picture(image, picture.marks, 2.0)
    assert (view.sheet_size().width(), view.sheet_size().height()) == (100, 150)
    assert view.marks.contains(QPointF(14 + 20, 14 + 25))
    assert not view.marks.contains(QPointF(14 + 50, 14 + 25))


def test_every_icon_that_is_named_is_there(qapp: QApplication) -> None:
    for kind in ("pdf", "docx", "text", "markdown", "html", "mail", "sheet", "csv", "unheard of"):
        picture = icons.pixmap(icons.kind_icon(kind), "#ff0000", 24)
        assert any(picture.toImage().pixelColor(x, y).red() > 100 for x in range(24) for y in range(24))


def test_both_themes_load_and_differ(qapp: QApplication) -> None:
    dark, light = Theme(qapp, dark=True), Theme(qapp, dark=False)
    assert dark.colours.window != light.colours.window
    assert dark.dark
    assert not light.dark


@pytest.fixture
def settings_of_qt(tmp_path: Path) -> Iterator[Path]:
    """Where Qt writes its own settings, as on a system where that cannot be turned off."""
    folder = tmp_path / "settings"
    for form in (QSettings.Format.NativeFormat, QSettings.Format.IniFormat):
        QSettings.setPath(form, QSettings.Scope.UserScope, str(folder))
    yield folder
    files.no_traces()


def choose_in_dialog(parent: QWidget, clients: Path, name: str, kind: str = "") -> None:
    """Go to a folder in the dialog that comes up, type a name or choose a kind, and accept."""

    def press() -> None:
        dialog = next(one for one in QApplication.topLevelWidgets() if isinstance(one, QFileDialog))
        dialog.setDirectory(str(clients))
        edit = dialog.findChild(QLineEdit, "fileNameEdit")
        assert isinstance(edit, QLineEdit)
        if kind:
            dialog.selectNameFilter(kind)
            dialog.filterSelected.emit(kind)  # as the box does when a user takes it
        else:
            edit.setText(name)
        dialog.accept()

    QTimer.singleShot(200, parent, press)


@pytest.mark.skipif("sys.platform != 'linux'")
@pytest.mark.qt_log_ignore("propagateSizeHints")  # Qt's offscreen platform on any dialog
def test_choosing_files_writes_nothing_anywhere(qtbot: QtBot, settings_of_qt: Path, tmp_path: Path) -> None:
    clients = tmp_path / "Client Nightingale"
    clients.mkdir()
    (clients / "a.pdf").write_bytes(b"x")
    parent = QWidget()
    qtbot.addWidget(parent)
    before = set(tmp_path.rglob("*"))
    choose_in_dialog(parent, clients, "a.pdf")
    assert files.choose(parent, folder=False) == [clients / "a.pdf"]
    choose_in_dialog(parent, clients, "new")
    assert files.save_as(parent, "Make a backup", "Carrel.csv") == clients / "new.csv"
    choose_in_dialog(parent, clients, "new")
    kinds = ["Word (*.docx)", "PDF (*.pdf)"]
    assert files.save_as(parent, "Export", "answer.docx", kinds) == clients / "new.docx"
    choose_in_dialog(parent, clients, "", kind="PDF (*.pdf)")
    assert files.save_as(parent, "Export", "answer.docx", kinds) == clients / "answer.pdf"
    QSettings(QSettings.Scope.UserScope, "QtProject").sync()
    assert set(tmp_path.rglob("*")) == before
    assert not Path(QSettings(QSettings.Scope.UserScope, "QtProject").fileName()).exists()


def test_where_qt_must_write_its_history_it_is_put_back(settings_of_qt: Path, tmp_path: Path) -> None:
    store = QSettings(QSettings.Scope.UserScope, "QtProject")
    store.setValue("FileDialog/history", ["file:///other/program"])
    store.sync()
    with files.no_history():
        store.setValue("FileDialog/history", ["file:///other/program", "file:///Client Nightingale"])
        store.setValue("FileDialog/lastVisited", "file:///Client Nightingale")
        store.sync()
    store = QSettings(QSettings.Scope.UserScope, "QtProject")
    assert store.value("FileDialog/history") in (["file:///other/program"], "file:///other/program")
    assert b"Nightingale" not in Path(store.fileName()).read_bytes()

"""Filters: dates as they are typed, types and folders to choose from, chips, the popover."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.types import DocumentRow, Scope
from app.ui.main_window import MainWindow
from app.ui.widgets import dates, narrowing
from app.ui.widgets.filters import Filters
from app.ui.widgets.theme import Theme
from tests.ui.fake_session import DOCUMENTS, FakeSession, document

pytestmark = pytest.mark.qt_log_ignore("does not support")  # popups on the offscreen platform

# Dates.


@pytest.mark.parametrize(("typed", "first", "after"), [
    ("2024", (2024, 1, 1), (2025, 1, 1)),
    ("2024-02", (2024, 2, 1), (2024, 3, 1)),
    ("2024-12", (2024, 12, 1), (2025, 1, 1)),
    (" 2024-02-29 ", (2024, 2, 29), (2024, 3, 1)),
    ("31.1.2024", (2024, 1, 31), (2024, 2, 1)),
    ("3.4.2024", (2024, 4, 3), (2024, 4, 4)),
    ("31/1/2024", (2024, 1, 31), (2024, 2, 1)),
    ("1/31/2024", (2024, 1, 31), (2024, 2, 1)),
    ("4/4/2024", (2024, 4, 4), (2024, 4, 5)),
    ("March 2024", (2024, 3, 1), (2024, 4, 1)),
    ("Sept. 2023", (2023, 9, 1), (2023, 10, 1)),
    ("31 January 2024", (2024, 1, 31), (2024, 2, 1)),
    ("January 31st, 2024", (2024, 1, 31), (2024, 2, 1)),
])
def test_a_date_is_read_as_it_is_typed(typed: str, first: tuple[int, int, int], after: tuple[int, int, int]) -> None:
    assert dates.span(typed) == (date(*first), date(*after))


@pytest.mark.parametrize("typed", ["", "soon", "3/4/2024", "2023-02-29", "2024-13", "0", "0000", "9999", "99999",
                                   "2024-00", "2024-1-0", "32 January 2024", "Foo 2024", "1.1.24", "٢٠٢٤ x"])
def test_what_could_be_two_days_or_none_is_no_date(typed: str) -> None:
    assert dates.span(typed) is None


def test_a_date_of_a_document_is_said_as_exactly_as_it_is_known() -> None:
    assert [dates.shown(iso) for iso in ("2024-01-31", "2024-01", "2024", "", "unknown", "2024-13")] == [
        "31 January 2024", "January 2024", "2024", "", "", ""]
    assert dates.day_before("2024-03-01") == "2024-02-29"


# What there is to choose from.


def test_types_are_what_a_user_would_call_them() -> None:
    rows = [document("/a.eml", "mail"), document("/b.msg", "msg"), document("/c.pdf", "pdf"), document("/d.x", "odd")]
    found = {each.word: each for each in narrowing.types(rows)}
    assert next(iter(found)) == "E-mail"
    assert {"mail", "msg"} <= set(found["E-mail"].kinds)
    assert found["E-mail"].documents == 2
    assert found["File"].kinds == ("odd",)


def names(*files: str) -> list[tuple[str, int]]:
    return [(each.name, each.documents) for each in narrowing.places([document(file) for file in files])]


def test_folders_are_named_without_what_all_have_in_common() -> None:
    assert names("/in/cases/one/a.pdf", "/in/cases/one/letters/b.pdf", "/in/cases/two/c.pdf") == [
        ("one", 2), ("one › letters", 1), ("two", 1)]
    assert names("C:\\in\\one\\a.pdf", "C:\\in\\two\\b.pdf") == [("one", 1), ("two", 1)]
    assert names("/in/x/deep/er/a.pdf", "/in/y/b.pdf") == [("x › deep › er", 1), ("y", 1)]
    assert names("/in/one/a.pdf", "/in/one/b.pdf") == []  # where all lie limits nothing
    assert names("/in/a.pdf", "/in/sub/b.pdf") == [("sub", 1)]
    assert names("a.pdf") == []
    assert narrowing.places([]) == ()


def test_a_file_inside_a_file_lies_in_no_folder_of_its_own() -> None:
    inside = replace(document("/in/one/mail.eml/invoice.pdf"), parent="/in/one/mail.eml")
    found = narrowing.places([document("/in/one/mail.eml", "mail"), inside, document("/in/two/b.pdf")])
    assert [each.path for each in found] == ["/in/one", "/in/two"]


def test_each_chip_takes_away_what_it_says() -> None:
    scope = Scope(files=("lease", "*.pdf"), folders=("/in/one",), kinds=("mail", "msg"), people=("okafor",),
                  after="2024-01-01", before="2025-01-01")
    made = narrowing.chips(scope)
    assert [chip.words for chip in made] == [
        "Type: E-mail", "Folder: one", "From 1 January 2024", "Until 31 December 2024", "Name: lease or *.pdf",
        "Person: okafor"]
    rest = scope
    for chip in made:
        rest = next(each for each in narrowing.chips(rest) if each.words == chip.words).without
    assert rest == Scope()
    assert narrowing.in_words(Scope()) == ""
    assert narrowing.several(" lease ; *.pdf,, lease ") == ("lease", "*.pdf")


# The popover and the chips.

ROWS = (*DOCUMENTS, document("/cases/quayside/letters/Reminder.eml", "mail"),
        document("/cases/quayside/Hosting <b>Agreement</b>.pdf"))


@pytest.fixture
def filters(qtbot: QtBot, theme: Theme) -> Iterator[Filters]:
    made = Filters(theme)
    place = QWidget()
    column = QVBoxLayout(place)
    column.addWidget(made.button)
    column.addWidget(made)
    qtbot.addWidget(place)
    place.resize(700, 200)
    place.show()
    made.choose_from(lambda: ROWS)
    made.open()
    yield made
    made.popover.hide()


def test_a_choice_holds_at_once_and_is_a_chip(filters: Filters, qtbot: QtBot) -> None:
    told: list[Scope | None] = []
    filters.changed.connect(lambda: told.append(filters.scope))
    popover = filters.popover
    qtbot.keyClick(popover.type_buttons["E-mail"], Qt.Key.Key_Space)
    assert filters.scope is not None
    assert "mail" in filters.scope.kinds
    popover.folders.setCurrentIndex(popover.folders.items.index(1))
    qtbot.keyClick(popover.folders, Qt.Key.Key_Return)
    assert filters.scope.folders == ("/cases/quayside",)
    qtbot.keyClicks(popover.after, "2024")
    qtbot.keyClicks(popover.before, "March 2024")
    qtbot.keyClicks(popover.people, "okafor")
    assert filters.scope.after == "2024-01-01"
    assert filters.scope.before == "2024-04-01"
    assert [chip.accessibleName() for chip in filters.chips] == [
        "Type: E-mail. Remove this filter", "Folder: quayside. Remove this filter",
        "From 1 January 2024. Remove this filter", "Until 31 March 2024. Remove this filter",
        "Person: okafor. Remove this filter"]
    assert filters.words.startswith("Type: E-mail · Folder: quayside")
    qtbot.keyClick(popover.people, Qt.Key.Key_Return)
    assert not popover.isVisible()
    qtbot.mouseClick(filters.chips[1], Qt.MouseButton.LeftButton)
    assert filters.scope.folders == ()
    assert told[-1] == filters.scope
    filters.clear()
    assert filters.scope is None
    assert filters.chips == []


def test_the_popover_shows_again_what_was_chosen(filters: Filters) -> None:
    popover = filters.popover
    popover.type_buttons["PDF"].click()
    popover.before.setText("2024-03")
    popover.name.setText("lease, *.pdf")
    chosen = filters.scope
    popover.hide()
    filters.open()
    assert popover.type_buttons["PDF"].isChecked()
    assert popover.before.text() == "2024-03-31"
    assert popover.name.text() == "lease, *.pdf"
    assert filters.scope == popover.scope == chosen
    popover.none.click()
    assert filters.scope is None
    assert popover.name.text() == ""


def test_a_date_that_cannot_be_read_limits_nothing_and_says_so(filters: Filters) -> None:
    popover = filters.popover
    assert not popover.problem.isVisible()
    popover.after.setText("3/4/2024")
    assert popover.problem.isVisible()
    assert filters.scope is None
    assert popover.none.isEnabled()
    popover.after.setText("2024-04-03")
    assert not popover.problem.isVisible()
    assert filters.scope == Scope(after="2024-04-03")


def test_escape_leaves_the_popover(filters: Filters, qtbot: QtBot) -> None:
    qtbot.keyClick(filters.popover.name, Qt.Key.Key_Escape)
    assert not filters.popover.isVisible()


def test_many_folders_are_narrowed_by_what_is_typed(qtbot: QtBot, theme: Theme) -> None:
    made = Filters(theme)
    qtbot.addWidget(made)
    made.choose_from(lambda: [document(f"/in/case {number}/a.pdf") for number in range(40)])
    made.open()
    popover = made.popover
    assert popover.narrower.isVisible()
    qtbot.keyClicks(popover.narrower, "case 17")
    shown = [item.name for number, item in enumerate(popover.folders.items.items)
             if not popover.folders.isRowHidden(number)]
    assert shown == ["case 17  (1)"]


def test_everything_in_the_popover_has_a_name_and_is_reached_by_the_keyboard(filters: Filters) -> None:
    popover = filters.popover
    seen = set()
    here = QApplication.focusWidget() or next(iter(popover.type_buttons.values()))
    for _ in range(40):
        seen.add(here)
        here = here.nextInFocusChain()
    wanted = {*popover.type_buttons.values(), popover.folders, popover.after, popover.before, popover.name,
              popover.people, popover.none}
    assert wanted <= seen
    assert all(widget.accessibleName() for widget in wanted)


def test_names_of_files_and_folders_are_never_markup(filters: Filters) -> None:
    filters.popover.name.setText("<img src=x>")
    chip = filters.chips[0]
    chip.resize(chip.sizeHint())
    assert "<img src=x>" in chip.text()
    assert "&lt;img" in chip.toolTip()
    assert all(label.textFormat() == Qt.TextFormat.PlainText for label in filters.popover.findChildren(QLabel))


def test_the_question_is_asked_in_what_was_chosen(
        window: MainWindow, fake: FakeSession, qtbot: QtBot, ask: Callable[..., None]) -> None:
    filters = window.conversation.head.filters
    filters.open()
    filters.popover.type_buttons["PDF"].click()
    filters.popover.hide()
    ask(window)
    qtbot.waitUntil(lambda: not window.jobs.busy)
    assert fake.scopes == [Scope(kinds=("pdf",))]
    assert "only Type: PDF" in window.conversation.turns[0]._found.text()
    filters.clear()
    ask(window, "And now?")
    qtbot.waitUntil(lambda: not window.jobs.busy)
    assert fake.scopes[-1] is None


def test_filters_are_of_one_matter(window: MainWindow) -> None:
    conversation = window.conversation
    conversation.head.filters.open()
    conversation.head.filters.popover.type_buttons["PDF"].click()
    conversation.leave("Opening another matter…", keep=True)
    assert conversation.head.filters.scope is not None
    conversation.leave("Opening another matter…", keep=False)
    assert conversation.head.filters.scope is None


def test_ten_thousand_documents_are_summed_up(theme: Theme) -> None:
    rows: list[DocumentRow] = [document(f"/in/client {number % 300}/{number}.pdf") for number in range(10_000)]
    assert len(narrowing.places(rows)) == 300
    assert narrowing.types(rows)[0].documents == 10_000

"""The filters of a question or search: the button, what is chosen as chips, and the popover in which it is chosen.

Owns the Scope that the user sees. Shows what it is told; knows no session.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.types import DocumentRow, Scope
from app.ui.widgets import dates
from app.ui.widgets.flow import Flow
from app.ui.widgets.labels import Label, PushButton, ShortButton, line, tip
from app.ui.widgets.narrowing import EVERYTHING, Place, Type, chips, in_words, places, several, types
from app.ui.widgets.theme import Theme
from app.ui.widgets.ticks import Item, TickList

_WIDTH = 400
_ROWS = 5  # folders without scrolling; above it there is a filter too
_LONGEST = 200  # characters of a field
_NO_DATE = "Write a day as 2024-01-31 or 31 January 2024, or a month or a year."


class FilterPopover(QFrame):
    """Comes up below the button; each choice holds at once."""

    changed = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("popover")
        self.setFixedWidth(_WIDTH)
        self.setAccessibleName("Filters")
        self._theme = theme
        self._types: tuple[Type, ...] = ()
        self._filling = False
        self.type_buttons: dict[str, PushButton] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 14, 12)
        column.setSpacing(5)
        self._type_box = QWidget()
        self._type_flow = Flow(self._type_box)
        self._caption(column, "Type")
        column.addWidget(self._type_box)
        self._build_folders(column)
        column.addSpacing(4)
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(4)
        grid.setRowMinimumHeight(2, 2)  # between what belongs to two fields
        self.after = self._field("From", "e.g. 2024-01-31", grid, 0)
        self.before = self._field("Until", "e.g. March 2024", grid, 1)
        self.name = self._field("File name or title", "e.g. lease or *.pdf", grid, 0, 3)
        self.people = self._field("Sender, author or patient", "e.g. Okafor", grid, 1, 3)
        column.addLayout(grid)
        self.problem = Label(_NO_DATE, "bad", wrap=True)
        self.problem.hide()
        column.addWidget(self.problem)
        column.addSpacing(2)
        column.addWidget(line())
        self._build_foot(column)

    def _caption(self, column: QVBoxLayout, words: str) -> None:
        column.addWidget(Label(words, "caption"))

    def _build_folders(self, column: QVBoxLayout) -> None:
        self.folder_box = QWidget()
        inner = QVBoxLayout(self.folder_box)
        inner.setContentsMargins(0, 4, 0, 0)
        inner.setSpacing(5)
        self._caption(inner, "Folder")
        self.narrower = QLineEdit()
        self.narrower.setPlaceholderText("Find a folder")
        self.narrower.setAccessibleName("Find a folder")
        self.narrower.textChanged.connect(self._narrow)
        inner.addWidget(self.narrower)
        self.folders = TickList(self._theme, "Folders")
        self.folders.setTabKeyNavigation(False)
        self.folders.chosen.connect(self._tick)
        self.folders.ticked.connect(self._edited)
        inner.addWidget(self.folders)
        column.addWidget(self.folder_box)

    def _field(self, words: str, example: str, grid: QGridLayout, column: int, row: int = 0) -> QLineEdit:
        field = QLineEdit()
        field.setMaxLength(_LONGEST)
        field.setPlaceholderText(example)
        field.setAccessibleName(words)
        field.setClearButtonEnabled(True)
        field.textChanged.connect(self._edited)
        field.returnPressed.connect(self.hide)
        label = Label(words, "caption")
        label.setBuddy(field)
        grid.addWidget(label, row, column)
        grid.addWidget(field, row + 1, column)
        return field

    def _build_foot(self, column: QVBoxLayout) -> None:
        row = QHBoxLayout()
        self.none = PushButton(self._theme, "Clear all", "quiet")
        self.none.clicked.connect(lambda: self.show_scope(EVERYTHING, tell=True))
        done = PushButton(self._theme, "Done", "primary")
        done.clicked.connect(self.hide)
        row.addWidget(self.none)
        row.addStretch(1)
        row.addWidget(done)
        column.addLayout(row)

    def offer(self, kinds: Sequence[Type], folders: Sequence[Place]) -> None:
        """Fill what can be chosen; nothing is chosen afterwards."""
        self._types = tuple(kinds)
        self._type_flow.clear()
        self.type_buttons = {}
        for each in kinds:
            button = PushButton(self._theme, f"{each.word} {each.documents:,}", "pill")
            button.setAccessibleName(f"{each.word}, {each.documents:,}")
            button.setCheckable(True)
            button.toggled.connect(self._edited)
            self.type_buttons[each.word] = button
            self._type_flow.addWidget(button)
        self.folders.items.replace([Item(each.path, f"{each.name}  ({each.documents:,})") for each in folders])
        self.folder_box.setVisible(bool(folders))
        self.narrower.clear()
        self.narrower.setVisible(len(folders) > _ROWS)
        if folders:
            self.folders.setCurrentIndex(self.folders.items.index(0))
            self.folders.setFixedHeight(self.folders.sizeHintForRow(0) * min(len(folders), _ROWS) + 4)

    def show_scope(self, scope: Scope, *, tell: bool = False) -> None:
        """Show what is chosen."""
        self._filling = True
        for each in self._types:
            self.type_buttons[each.word].setChecked(bool(scope.kinds) and set(each.kinds) <= set(scope.kinds))
        self.folders.items.replace([replace(item, ticked=item.key in scope.folders)
                                    for item in self.folders.items.items])
        self.after.setText(scope.after)
        self.before.setText(dates.day_before(scope.before) if scope.before else "")
        self.name.setText(", ".join(scope.files))
        self.people.setText(", ".join(scope.people))
        self._filling = False
        self._check()
        if tell:
            self.changed.emit()

    def come_up(self, anchor: QWidget) -> None:
        """Show it below `anchor`, on the screen."""
        self.show()  # before it is measured: only what is shown has its fonts
        self._fit()
        corner = anchor.mapToGlobal(QPoint(anchor.width() - _WIDTH, anchor.height() + 3))
        screen = anchor.screen().availableGeometry()
        self.move(max(screen.left() + 8, corner.x()), max(screen.top(), min(
            corner.y(), screen.bottom() - self.height() - 8)))

    @property
    def scope(self) -> Scope:
        """What is chosen; a date that cannot be read limits nothing."""
        after, before = dates.span(self.after.text()), dates.span(self.before.text())
        return Scope(
            files=several(self.name.text()),
            folders=tuple(item.key for item in self.folders.items.items if item.ticked),
            kinds=tuple(kind for each in self._types if self.type_buttons[each.word].isChecked()
                        for kind in each.kinds),
            people=several(self.people.text()),
            after=after[0].isoformat() if after else "",
            before=before[1].isoformat() if before else "")

    def _edited(self, *_: object) -> None:
        if not self._filling:
            self._check()
            self.changed.emit()

    def _check(self) -> None:
        typed = [field.text().strip() for field in (self.after, self.before)]
        self.problem.setVisible(any(text and dates.span(text) is None for text in typed))
        self.none.setEnabled(self.scope != EVERYTHING or any(typed))
        self._fit()

    def _fit(self) -> None:
        layout = self.layout()
        assert layout is not None
        layout.invalidate()
        self.setFixedHeight(layout.totalHeightForWidth(_WIDTH))

    def _tick(self, key: str) -> None:
        number = next(number for number, item in enumerate(self.folders.items.items) if item.key == key)
        self.folders.toggle(number)

    def _narrow(self, text: str) -> None:
        for number, item in enumerate(self.folders.items.items):
            self.folders.setRowHidden(number, text.casefold() not in item.name.casefold())

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 (Qt's name)
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
        else:
            super().keyPressEvent(event)


class Filters(QWidget):
    """The button that opens the popover, and below it the chips of what limits the search."""

    changed = Signal()  # of `scope`

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._scope = EVERYTHING
        self._documents: Callable[[], Sequence[DocumentRow]] = tuple
        self._types: tuple[Type, ...] = ()
        self.button = PushButton(theme, "Filter", "tool", "filter", "accent")
        self.button.setToolTip(tip("Search only a part: by type, folder, date, name or sender (Ctrl+Shift+F)"))
        self.button.clicked.connect(self.open)
        self.popover = FilterPopover(theme, self)
        self.popover.changed.connect(lambda: self._take(self.popover.scope))
        flow = Flow(self)
        self._flow = flow
        self.chips: list[ShortButton] = []
        self.hide()

    @property
    def scope(self) -> Scope | None:
        """What is searched, None for everything."""
        return None if self._scope == EVERYTHING else self._scope

    @property
    def words(self) -> str:
        """The scope in one line, "" for everything."""
        return in_words(self._scope, self._types)

    def choose_from(self, documents: Callable[[], Sequence[DocumentRow]]) -> None:
        """Offer types and folders of these, looked at whenever the popover comes up."""
        self._documents = documents

    def open(self) -> None:
        """Show the popover."""
        documents = self._documents()
        self._types = types(documents)
        self.popover.offer(self._types, places(documents))
        self.popover.show_scope(self._scope)
        self.popover.come_up(self.button)
        first = next(iter(self.popover.type_buttons.values()), self.popover.after)
        first.setFocus(Qt.FocusReason.PopupFocusReason)

    def clear(self) -> None:
        """Search everything."""
        self._take(EVERYTHING)

    def _take(self, scope: Scope) -> None:
        if scope == self._scope:
            return
        self._scope = scope
        self._show()
        self.changed.emit()

    def _show(self) -> None:
        self._flow.clear()
        self.chips = []
        made = chips(self._scope, self._types)
        for chip in made:
            button = ShortButton(self._theme, chip.words, "chip", sign="✕")
            button.setAccessibleName(f"{chip.words}. Remove this filter")
            button.setToolTip(tip(f"{chip.words}\nPress to remove this filter"))
            button.clicked.connect(lambda _=False, scope=chip.without: self._drop(scope))
            self._flow.addWidget(button)
            self.setTabOrder(self.chips[-1] if self.chips else self.button, button)
            self.chips.append(button)
        if len(made) > 1:
            everything = PushButton(self._theme, "Clear all", "link")
            everything.setAccessibleName("Remove all filters")
            everything.clicked.connect(self.clear)
            self._flow.addWidget(everything)
            self.setTabOrder(self.chips[-1], everything)
        self.setVisible(bool(made))
        self.updateGeometry()

    def _drop(self, scope: Scope) -> None:
        self._take(scope)
        (self.chips[0] if self.chips else self.button).setFocus()

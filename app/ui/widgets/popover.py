"""The popover of matters: which one is worked in, which are searched, and what can be done with them.

Shows what it is told; opens nothing. Knows no session.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.types import Matter
from app.ui.widgets.labels import Label, PushButton, line
from app.ui.widgets.theme import Theme
from app.ui.widgets.ticks import Item, TickList

_WIDTH = 380
_MOST = 9  # rows without scrolling; above it there is a filter too


class MatterPopover(QFrame):
    """Comes up below the name of the current matter."""

    wanted = Signal(tuple)  # ids of the matters to open, the current one first
    new_wanted = Signal()
    name_wanted = Signal()
    deletion_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("popover")
        self.setFixedWidth(_WIDTH)
        self._open: tuple[str, ...] = ()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 10, 8, 8)
        layout.setSpacing(6)
        head = QVBoxLayout()
        head.setContentsMargins(6, 0, 6, 2)
        head.setSpacing(6)
        hint = Label("Press a name to work in that matter. Tick others to search them together with it.", "small",
                     wrap=True)
        hint.setFixedHeight(hint.heightForWidth(_WIDTH - 30))  # a popup would leave room for a narrower one
        head.addWidget(hint)
        self.filter = QLineEdit()
        self.filter.setPlaceholderText("Filter by name")
        self.filter.setAccessibleName("Filter the matters by name")
        self.filter.textChanged.connect(self._narrow)
        head.addWidget(self.filter)
        layout.addLayout(head)
        self.list = TickList(theme, "Matters")
        self.list.chosen.connect(self._choose)
        self.list.ticked.connect(self._update)
        layout.addWidget(self.list)
        self.apply = PushButton(theme, "", "primary")
        self.apply.clicked.connect(self._apply)
        apply = QHBoxLayout()
        apply.setContentsMargins(6, 2, 6, 4)
        apply.addWidget(self.apply)
        layout.addLayout(apply)
        layout.addWidget(line())
        row = QHBoxLayout()
        row.setSpacing(2)
        for words, signal in (("New matter…", self.new_wanted), ("Rename…", self.name_wanted),
                              ("Delete…", self.deletion_wanted)):
            button = PushButton(theme, words, "quiet")
            button.clicked.connect(self.hide)
            button.clicked.connect(signal)
            row.addWidget(button)
        row.addStretch(1)
        layout.addLayout(row)

    def show_matters(self, matters: Sequence[Matter], searching: Sequence[Matter]) -> None:
        """Fill the list; the first of `searching` is the current one."""
        self._open = tuple(matter.id for matter in searching)
        current = searching[0].id
        ordered = sorted(matters, key=lambda matter: (matter.id != current, matter.name.casefold()))
        self.list.items.replace([
            Item(matter.id, matter.name, matter.id in self._open, matter.id == current) for matter in ordered])
        self.list.setCurrentIndex(self.list.items.index(0))
        self.filter.clear()
        self.filter.setVisible(len(ordered) > _MOST)
        self.list.setFixedHeight(self.list.sizeHintForRow(0) * min(len(ordered), _MOST) + 4)
        self._update()
        self.list.setFocus()

    @property
    def draft(self) -> tuple[str, ...]:
        """Ids of what is ticked, the current matter first and the others in the order in which they are open."""
        ticked = [item.key for item in self.list.items.items if item.ticked]
        return tuple(sorted(ticked, key=lambda key: (
            self._open.index(key) if key in self._open else len(self._open) + ticked.index(key))))

    def _update(self) -> None:
        draft = self.draft
        alone = len(draft) == 1
        self.apply.setText("Search only the current matter" if alone else f"Search these {len(draft)} matters")
        self.apply.setVisible(set(draft) != set(self._open))
        self.adjustSize()

    def _narrow(self, text: str) -> None:
        for number, item in enumerate(self.list.items.items):
            self.list.setRowHidden(number, text.casefold() not in item.name.casefold())

    def _choose(self, key: str) -> None:
        self.hide()
        self.wanted.emit((key,))

    def _apply(self) -> None:
        self.hide()
        self.wanted.emit(self.draft)

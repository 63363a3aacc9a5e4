"""A switch between a few: buttons in one frame, of which one is down. Knows no session."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QFrame, QHBoxLayout

from app.ui.widgets.labels import PushButton, tip
from app.ui.widgets.theme import Theme


@dataclass(frozen=True, slots=True)
class Option:
    """What one of the buttons says."""

    words: str
    told: str  # when the mouse rests on it
    icon: str = ""
    description: str = ""  # for a screen reader, where it is not what is told


class Switch(QFrame):
    """The first is down until another one is."""

    turned = Signal()  # another one is down

    def __init__(self, theme: Theme, name: str, *choices: Option) -> None:
        """`name` is what a screen reader says of the whole."""
        super().__init__()
        self.setObjectName("modes")
        self.setAccessibleName(name)
        row = QHBoxLayout(self)
        row.setContentsMargins(2, 2, 2, 2)
        row.setSpacing(2)
        self._group = QButtonGroup(self)
        self.buttons: list[PushButton] = []
        for number, choice in enumerate(choices):
            button = PushButton(theme, choice.words, "mode", choice.icon, "accent")
            button.setCheckable(True)
            button.setToolTip(tip(choice.told))
            button.setAccessibleDescription(choice.description or choice.told)
            self._group.addButton(button, number)
            self.buttons.append(button)
            row.addWidget(button)
        self.buttons[0].setChecked(True)
        self._group.buttonToggled.connect(self._toggled)

    @property
    def at(self) -> int:
        """Which is down, from 0."""
        return self._group.checkedId()

    def turn(self, at: int) -> None:
        """Press one."""
        self.buttons[at].setChecked(True)

    def _toggled(self, _: QAbstractButton, checked: bool) -> None:
        if checked:
            self.turned.emit()

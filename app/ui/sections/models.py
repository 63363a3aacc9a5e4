"""A section of the page about models: those of one kind, and which of them is used.

Shows what it is told. Knows no session.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QLocale, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from app.types import ModelInfo
from app.ui.widgets.asking import AskStrip
from app.ui.widgets.labels import Icon, Label, PushButton, ShortLabel, line
from app.ui.widgets.section import Section, bar
from app.ui.widgets.theme import Theme

_USE, _KEEP = "Use", "Keep"


class ModelsSection(Section):
    """The models of one kind."""

    wanted = Signal(object)  # a ModelInfo that is to be used

    def __init__(self, theme: Theme, icon: str, title: str, words: str, none: str) -> None:
        """`none` is said where there is no model of the kind."""
        super().__init__(theme, icon, title, words)
        self._theme = theme
        self._none = none
        self._rows = QVBoxLayout()
        self._rows.setSpacing(6)
        self.buttons: dict[str, PushButton] = {}
        self.marks: dict[str, Label] = {}
        self._bars: dict[str, QProgressBar] = {}
        self.question = AskStrip(theme)
        self.body.addLayout(self._rows)
        self.body.addWidget(self.question)

    def show_models(self, models: Sequence[ModelInfo], later: str = "", *, coming: bool = False) -> None:
        """Show these; the one of the name `later` is used from the next opening on.

        The one that is chosen is still `coming` where the library does not follow it yet.
        """
        while (item := self._rows.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self.buttons.clear()
        self.marks.clear()
        self._bars.clear()
        if not models:
            self._rows.addWidget(Label(self._none, "small", wrap=True))
        for number, model in enumerate(models):
            if number:
                self._rows.addWidget(line())
            self._rows.addWidget(self._row(model, later, coming=coming))

    def try_out(self, name: str | None) -> None:
        """Show that a model is being tried, and let none be chosen meanwhile; None where none is any more."""
        for each, button in self.buttons.items():
            button.setEnabled(name is None)
            button.setText("Trying it…" if each == name else _USE)
        for each, progress in self._bars.items():
            progress.setVisible(each == name)

    def _row(self, model: ModelInfo, later: str, *, coming: bool) -> QWidget:
        row = QWidget()
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 4, 0, 4)
        layout.setSpacing(12)
        soon = model.name == later and not model.chosen
        mark = Icon(self._theme, "check" if model.chosen else "minus", "good" if model.chosen else "muted", 18)
        mark.setAccessibleName("In use" if model.chosen else "Not in use")
        layout.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
        text = QVBoxLayout()
        text.setSpacing(1)
        name = ShortLabel("", "strong")
        name.set_whole(model.name, model.file)
        text.addWidget(name)
        origin = "comes with Carrel" if model.bundled else "added by you"
        text.addWidget(Label(f"{model.description} · {_size(model.size)} · {origin}", "small", wrap=True))
        text.addSpacing(4)
        self._bars[model.name] = progress = bar()
        progress.setRange(0, 0)
        text.addWidget(progress)
        layout.addLayout(text, 1)
        leaving = model.chosen and later not in ("", model.name)
        if model.chosen or soon:
            self.marks[model.name] = words = Label(
                "From the next opening on" if soon else "In use until then" if leaving else
                "Once all is indexed" if coming else "In use", "good" if model.chosen and not coming else "small")
            layout.addWidget(words, 0, Qt.AlignmentFlag.AlignVCenter)
        if leaving or not (model.chosen or soon):
            self.buttons[model.name] = button = PushButton(self._theme, _KEEP if leaving else _USE)
            button.setAccessibleName(f"{button.text()} {model.name}")
            button.clicked.connect(lambda: self.wanted.emit(model))
            layout.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
        return row


def _size(size: int) -> str:
    digits = 1 if size >= 1e9 else 0
    return QLocale(QLocale.Language.English).formattedDataSize(size, digits, QLocale.DataSizeFormat.DataSizeSIFormat)

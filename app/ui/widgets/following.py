"""A followed folder as a card: where it is, which of its files are meant, how it stands, and what can be done.

Shows what it is told and says what is wanted; does nothing itself. Knows no session.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.counted import counted
from app.places import file_name
from app.types import Folder
from app.ui.widgets import dates
from app.ui.widgets.labels import Icon, Label, Notice, PushButton, ShortLabel, tip
from app.ui.widgets.theme import Theme

_NAMED = 3  # missing files by name; the rest by dots


@dataclass(frozen=True, slots=True)
class State:
    """How a followed folder stands."""

    checked: float = 0.0  # seconds since 1970; 0 where it was not gone through yet
    checking: bool = False
    away: bool = False  # it cannot be reached, or much of it is gone
    reachable: bool = True
    missing: tuple[str, ...] = ()  # files that the library holds and the folder does not


def patterns(text: str) -> tuple[str, ...]:
    """Return the patterns that were typed, separated by commas, semicolons or line breaks."""
    parts = text.replace(";", ",").replace("\n", ",").split(",")
    return tuple(dict.fromkeys(part.strip() for part in parts if part.strip()))


def described(folder: Folder) -> str:
    """Return which files of a folder are meant, in words."""
    only = f"Only {', '.join(folder.include)}" if folder.include else "All files in it"
    return only + (f", without {', '.join(folder.exclude)}" if folder.exclude else "")


class FolderCard(QFrame):
    """One folder."""

    patterns_wanted = Signal(object)  # a Folder with other patterns
    check_wanted = Signal(str)
    removal_wanted = Signal(str)  # what is gone from it is to be taken out of the library
    kept = Signal(str)  # what is gone from it stays in the library
    end_wanted = Signal(str)

    def __init__(self, theme: Theme, folder: Folder) -> None:
        super().__init__()
        self.setObjectName("card")
        self.folder = folder
        self.setAccessibleName(f"Followed folder {file_name(folder.path)}")
        outer = QHBoxLayout(self)
        outer.setContentsMargins(18, 15, 16, 13)
        outer.setSpacing(14)
        self._icon = Icon(theme, "follow", "accent", 24)
        outer.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.setSpacing(5)
        self.name = ShortLabel("", "title")
        self.name.set_whole(file_name(folder.path), folder.path)
        self.path = ShortLabel("", "small")
        self.path.set_whole(folder.path)
        self.words = Label("", "small", wrap=True)
        self.state = Label("", "small", wrap=True)
        for widget in (self.name, self.path, self.words, self.state):
            column.addWidget(widget)
        self.notice = Notice(theme, "", "warn")
        self.notice.hide()
        column.addWidget(self.notice)
        column.addWidget(self._build_answers(theme))
        column.addWidget(self._build_form(theme))
        column.addLayout(self._build_buttons(theme))
        outer.addLayout(column, 1)
        self.show_folder(folder)

    def _build_answers(self, theme: Theme) -> QWidget:
        self.answers = QWidget()
        row = QHBoxLayout(self.answers)
        row.setContentsMargins(0, 2, 0, 4)
        row.setSpacing(8)
        self.remove = PushButton(theme, "Take them out of the library", "danger")
        self.keep = PushButton(theme, "Keep them")
        row.addWidget(self.keep)
        row.addWidget(self.remove)
        row.addStretch(1)
        self.remove.clicked.connect(lambda: self.removal_wanted.emit(self.folder.path))
        self.keep.clicked.connect(lambda: self.kept.emit(self.folder.path))
        self.answers.hide()
        return self.answers

    def _build_form(self, theme: Theme) -> QWidget:
        self.form = QWidget()
        grid = QGridLayout(self.form)
        grid.setContentsMargins(0, 6, 0, 4)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(7)
        self.include, self.exclude = QLineEdit(), QLineEdit()
        for number, (words, field, example) in enumerate((
                ("Only files like", self.include, "all files; or for example *.pdf, letters/**"),
                ("But not files like", self.exclude, "none; or for example *.tmp, drafts/**"))):
            label = Label(words, "muted")
            label.setBuddy(field)
            field.setPlaceholderText(example)
            field.setAccessibleName(words)
            field.returnPressed.connect(self._save)
            grid.addWidget(label, number, 0)
            grid.addWidget(field, number, 1)
        hint = Label("Separate patterns with commas. * stands for any letters, ** for any folders in between.", "small",
                     wrap=True)
        grid.addWidget(hint, 2, 1)
        row = QHBoxLayout()
        row.setSpacing(8)
        self.cancel = PushButton(theme, "Cancel")
        self.save = PushButton(theme, "Save", "primary")
        row.addWidget(self.cancel)
        row.addWidget(self.save)
        row.addStretch(1)
        grid.addLayout(row, 3, 1)
        self.save.clicked.connect(self._save)
        self.cancel.clicked.connect(self.form.hide)
        self.form.hide()
        return self.form

    def _build_buttons(self, theme: Theme) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self.check = PushButton(theme, "Check now", "quiet")
        self.edit = PushButton(theme, "Which files…", "quiet")
        self.end = PushButton(theme, "Stop following…", "quiet")
        for button in (self.check, self.edit, self.end):
            button.setAccessibleName(f"{button.text()} {file_name(self.folder.path)}")
            row.addWidget(button)
        row.addStretch(1)
        row.setContentsMargins(0, 0, 0, 0)
        self.check.clicked.connect(lambda: self.check_wanted.emit(self.folder.path))
        self.edit.clicked.connect(self._ask)
        self.end.clicked.connect(lambda: self.end_wanted.emit(self.folder.path))
        return row

    def show_folder(self, folder: Folder) -> None:
        """Show its patterns."""
        self.folder = folder
        self.words.setText(described(folder))

    def show_state(self, state: State) -> None:
        """Show how it stands."""
        self._icon.set("warning" if state.away else "follow", "warn" if state.away else "accent")
        if state.checking:
            said = "Is being checked…"
        elif state.away:
            said = "Away" if not state.reachable else "Waits for your answer"
        elif state.checked:
            said = f"Checked {dates.moment(state.checked)}"
        else:
            said = "Not checked yet"
        self.state.setText(said)
        self.check.setEnabled(not state.checking)
        self.notice.tell(_question(state) if state.away else "", "warn")
        self.notice.setToolTip(tip("\n".join(state.missing[:30])))
        self.answers.setVisible(state.away and bool(state.missing))

    def _ask(self) -> None:
        self.include.setText(", ".join(self.folder.include))
        self.exclude.setText(", ".join(self.folder.exclude))
        self.form.show()
        self.include.setFocus()

    def _save(self) -> None:
        self.form.hide()
        wanted = replace(self.folder, include=patterns(self.include.text()), exclude=patterns(self.exclude.text()))
        if wanted != self.folder:
            self.patterns_wanted.emit(wanted)


def _question(state: State) -> str:
    files = counted(len(state.missing), "document")
    if not state.reachable:
        stays = f" The {files} from it stay in the library." if state.missing else ""
        return ("The folder cannot be reached: a disk is not connected, or it was moved or renamed."
                f"{stays} It is followed again as soon as it is back.")
    names = ", ".join(file_name(file) for file in state.missing[:_NAMED]) + (
        ", …" if len(state.missing) > _NAMED else "")
    was = "was" if len(state.missing) == 1 else "were"
    return (f"{files[:1].upper()}{files[1:]} of the library {was} in this folder and {'is' if was == 'was' else 'are'} "
            f"no longer there ({names}). As that is much of it, or kept answers quote it, nothing was taken out. Is it "
            "gone for good?")

"""Asking for files and folders, and leaving no trace of what was chosen.

Qt writes the folders that its dialog visited into a file of its own, shared by all Qt programs, and desktops
keep lists of recent files: folder names are client names. So on Linux Qt's own dialog is used, which tells no
desktop, and Qt's file of settings is looked for where nothing can be written. On the other systems, whose own
dialogs are used, what Qt wrote is put back as it was.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import QSettings, QSize
from PySide6.QtWidgets import QFileDialog, QTreeView, QWidget

from app.paths import save

_SIZE = QSize(920, 580)
_NAME_WIDTH = 400
_Mode = QFileDialog.FileMode


def no_traces() -> None:
    """Let Qt write its own settings nowhere; once, before any dialog (on Linux; others take no such word)."""
    for form in (QSettings.Format.NativeFormat, QSettings.Format.IniFormat):
        QSettings.setPath(form, QSettings.Scope.UserScope, os.devnull)  # no folder can be made below it


def choose(parent: QWidget, *, folder: bool) -> list[Path]:
    """Return the files, or the one folder, that the user chose; empty when they chose none."""
    return _asked(parent, "Add a folder" if folder else "Add files", "Add",
                  _Mode.Directory if folder else _Mode.ExistingFiles)


def save_as(parent: QWidget, title: str, name: str, kinds: Sequence[str] = ()) -> Path | None:
    """Return where the user wants a new file, `name` being offered; Qt asks before one is replaced.

    `kinds` are filters such as "PDF (*.pdf)" where there is a choice; the one that is chosen gives the file its ending.
    """
    return next(iter(_asked(parent, title, "Save", _Mode.AnyFile, name=name, kinds=kinds)), None)


def write(target: Path, text: str) -> None:
    """Write a text file whole or not at all, on a worker; raises DiskFull, UnwritableFile."""
    save(target, text.encode("utf-8", "backslashreplace"))


def _asked(parent: QWidget, title: str, action: str, mode: QFileDialog.FileMode, *, name: str = "",
           kinds: Sequence[str] = ()) -> list[Path]:
    no_traces()
    with no_history():
        dialog = QFileDialog(parent)
        dialog.setWindowTitle(title)
        dialog.setLabelText(QFileDialog.DialogLabel.Accept, action)
        dialog.setFileMode(mode)
        dialog.setOption(QFileDialog.Option.DontUseNativeDialog, sys.platform.startswith("linux"))
        dialog.setOption(QFileDialog.Option.DontUseCustomDirectoryIcons, True)
        if mode is _Mode.AnyFile:
            dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
            dialog.setDefaultSuffix(Path(name).suffix.removeprefix("."))
        else:
            dialog.setOption(QFileDialog.Option.ReadOnly, True)
        if kinds:
            dialog.setNameFilters(kinds)
        dialog.setDirectory(str(Path.home()))
        if name:
            dialog.selectFile(name)
            dialog.filterSelected.connect(lambda kind: _end_as(dialog, kind))
        dialog.resize(_SIZE)
        listing = dialog.findChild(QTreeView)
        if isinstance(listing, QTreeView):  # only Qt's own dialog has one
            listing.setColumnWidth(0, _NAME_WIDTH)
        chosen = [Path(file) for file in dialog.selectedFiles()] if dialog.exec() else []
        dialog.setDirectory(str(Path.home()))
        dialog.deleteLater()
        _delete_now(dialog)
    return chosen


def _end_as(dialog: QFileDialog, kind: str) -> None:
    """Give the name in the dialog the ending of the filter that was chosen."""
    ending = kind.rpartition("(*")[2].removesuffix(")")
    dialog.setDefaultSuffix(ending.removeprefix("."))
    named = [Path(file) for file in dialog.selectedFiles() if not Path(file).is_dir()]  # the folder where none is named
    if named:
        dialog.selectFile(named[0].with_suffix(ending).name)


def _delete_now(dialog: QFileDialog) -> None:
    """Qt writes the history when the dialog goes, so it must be gone before the history is cleared."""
    import shiboken6

    if shiboken6.isValid(dialog):
        shiboken6.delete(dialog)


@contextmanager
def no_history() -> Iterator[None]:
    """Put Qt's record of visited folders back as it was before; where it is written nowhere, that is nothing."""
    group = "FileDialog"
    store = QSettings(QSettings.Scope.UserScope, "QtProject")
    store.beginGroup(group)
    before = {key: store.value(key) for key in store.allKeys()}
    store.endGroup()
    try:
        yield
    finally:
        store = QSettings(QSettings.Scope.UserScope, "QtProject")
        store.sync()
        store.remove(group)
        store.beginGroup(group)
        for key, value in before.items():
            store.setValue(key, value)
        store.endGroup()
        store.sync()

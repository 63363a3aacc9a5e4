"""Asking for files and folders, and leaving no trace of what was chosen.

Qt writes the folders that its dialog visited into a file of its own, shared by all Qt programs, and
desktops keep lists of recent files: folder names are client names. So on Linux Qt's own dialog is
used, which tells no desktop, and what Qt wrote is put back as it was.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import QSettings, QSize
from PySide6.QtWidgets import QFileDialog, QTreeView, QWidget

_SIZE = QSize(920, 580)
_NAME_WIDTH = 400


def choose(parent: QWidget, *, folder: bool) -> list[Path]:
    """Return the files, or the one folder, that the user chose; empty when they chose none."""
    with _no_history():
        dialog = QFileDialog(parent)
        dialog.setWindowTitle("Add a folder" if folder else "Add files")
        dialog.setLabelText(QFileDialog.DialogLabel.Accept, "Add")
        dialog.setFileMode(QFileDialog.FileMode.Directory if folder else QFileDialog.FileMode.ExistingFiles)
        dialog.setOption(QFileDialog.Option.DontUseNativeDialog, sys.platform.startswith("linux"))
        dialog.setOption(QFileDialog.Option.ReadOnly, True)
        dialog.setDirectory(str(Path.home()))
        dialog.resize(_SIZE)
        listing = dialog.findChild(QTreeView)
        if isinstance(listing, QTreeView):  # only Qt's own dialog has one
            listing.setColumnWidth(0, _NAME_WIDTH)
        chosen = [Path(name) for name in dialog.selectedFiles()] if dialog.exec() else []
        dialog.setDirectory(str(Path.home()))
        dialog.deleteLater()
        _delete_now(dialog)
    return chosen


def _delete_now(dialog: QFileDialog) -> None:
    """Qt writes the history when the dialog goes, so it must be gone before the history is cleared."""
    import shiboken6

    if shiboken6.isValid(dialog):
        shiboken6.delete(dialog)


@contextmanager
def _no_history() -> Iterator[None]:
    """Put Qt's record of visited folders back as it was before."""
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

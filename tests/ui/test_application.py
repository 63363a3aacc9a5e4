"""The program around the window: addresses are refused, the door opens on workers only, it starts light."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication

from app import paths
from app.ui.application import LibraryDoor, Refusal


@pytest.mark.parametrize("address", ["https://example.org/", "file:///etc/passwd", "mailto:a@example.org",
                                     "smb://host/share"])
def test_no_address_is_opened(qapp: QApplication, address: str) -> None:
    refusal = Refusal(qapp)
    try:
        QDesktopServices.openUrl(QUrl(address))
        assert refusal.refused == 1
    finally:
        refusal.end()


def test_the_door_clears_the_passphrase_whatever_happens(tmp_path: Path) -> None:
    (tmp_path / "vault.json").write_text("{}")
    door = LibraryDoor(tmp_path)
    secret = bytearray(b"correct horse")
    with pytest.raises(Exception):  # noqa: B017, PT011 (which error is the vault's business)
        door.open(secret, False)
    assert secret == bytes(13)


def test_a_folder_without_a_library_is_new(tmp_path: Path) -> None:
    assert not LibraryDoor(tmp_path / "none").exists()


def test_the_seal_is_told_in_words(tmp_path: Path) -> None:
    holds, words = LibraryDoor(tmp_path).seal()
    assert isinstance(holds, bool)
    assert "Network:" in words


def test_samples_only_where_they_were_asked_for(tmp_path: Path) -> None:
    assert LibraryDoor(tmp_path).samples() == ([], [])
    files, questions = LibraryDoor(tmp_path, samples=True).samples()
    assert files == [paths.samples()]
    assert len(questions) >= 3


def test_the_window_loads_nothing_heavy() -> None:
    code = ("import app.ui.application, sys; "
            "print([m for m in ('torch', 'chromadb', 'llama_cpp', 'pypdfium2', 'numpy', 'lxml', 'app.session', "
            "'sqlcipher3', 'app.documents', 'app.store') if m in sys.modules])")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60,
                          cwd=paths.resources().parent)
    assert done.stdout.strip() == "[]", done.stderr


def test_qt_does_not_wear_python_out() -> None:
    code = ("import app.ui\nfrom PySide6.QtCore import QObject\no = QObject()\n"
            "for _ in range(300_000): o.setObjectName('x')\nprint('alive')")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60,
                          cwd=paths.resources().parent)
    assert done.stdout.strip() == "alive", done.stderr
    assert done.returncode == 0

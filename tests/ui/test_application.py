"""The program around the window: addresses are refused, the door opens on workers only, it starts light."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest
from PySide6.QtCore import QRect, QTimer, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app import __main__ as program
from app import paths
from app.errors import CarrelError
from app.steps import finished
from app.ui import application
from app.ui.application import LOCKED, LibraryDoor, Refusal
from app.ui.main_window import MainWindow
from app.ui.widgets.theme import Theme
from tests.ui.conftest import close
from tests.ui.fake_session import PASSPHRASE, FakeDoor, FakeSession


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
        finished(door.open(secret, False))
    assert secret == bytes(13)


def test_the_door_clears_the_new_passphrase_of_a_recovery(tmp_path: Path) -> None:
    (tmp_path / "vault.json").write_text("{}")
    secret = bytearray(b"correct horse")
    with pytest.raises(CarrelError):
        finished(LibraryDoor(tmp_path).recover("ABCD", secret))
    assert secret == bytes(13)


def test_without_a_library_no_key_store_is_asked(tmp_path: Path) -> None:
    assert not LibraryDoor(tmp_path / "none").key_store()


def test_only_the_demonstration_tells_its_passphrase(tmp_path: Path) -> None:
    assert LibraryDoor(tmp_path).hint() == ""
    assert LibraryDoor(tmp_path, samples=True).hint().endswith(": demo")


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


# From one process to the next.


def run_and(monkeypatch: pytest.MonkeyPatch, fake: FakeSession, act: Callable[[MainWindow], None],
            secret: bytearray | None) -> tuple[int, list[MainWindow]]:
    """Run the program on the scripted session and let `act` be called until it ends it."""
    made: list[MainWindow] = []

    class Window(MainWindow):
        def show(self) -> None:
            super().show()
            made.append(self)
            self.timer = QTimer(self, interval=20)
            self.timer.timeout.connect(lambda: act(self))
            self.timer.start()

    monkeypatch.setattr(application, "MainWindow", Window)
    monkeypatch.setattr(application, "LibraryDoor", lambda *_, **__: FakeDoor(fake))
    monkeypatch.setattr(application, "Theme", lambda app: Theme(app, dark=False))
    code = application.run(Path("/nowhere"), secret=secret)
    for window in made:
        window.timer.stop()
    return code, made


def test_a_lock_leaves_word_of_the_reason_and_the_place_only(
        qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, fake: FakeSession) -> None:
    before = set(os.environ)
    place = QRect(11, 77, 770, 490)

    def act(window: MainWindow) -> None:
        if window.session is not None and not window.sentry.watching:
            return
        if window.session is not None:
            window.setGeometry(place)
            window.sentry.say("idle")

    code, made = run_and(monkeypatch, fake, act, bytearray(PASSPHRASE))
    assert code == LOCKED
    assert fake.closed == 1
    assert set(os.environ) - before == {"CARREL_LOCKED", "CARREL_WINDOW"}
    assert os.environ["CARREL_LOCKED"] == "idle"

    # The next process: it asks, whatever passphrase it was started with, and stands where the first one stood.
    secret = bytearray(PASSPHRASE)
    seen: list[object] = []

    def look(window: MainWindow) -> None:
        if window.unlock.first.isVisible() and not seen:
            seen.extend([window.geometry(), window.unlock._intro.text(), window.session])
            window.close()

    made[0].deleteLater()
    code, made = run_and(monkeypatch, fake, look, secret)
    assert code == 0
    words = "Carrel locked your library because nobody used it for a while. Enter its passphrase to go on."
    assert seen == [place, words, None]
    assert secret == bytes(len(PASSPHRASE))
    assert set(os.environ) == before
    made[0].deleteLater()


def test_a_place_that_is_none_is_passed_over(qtbot: QtBot, theme: Theme, fake: FakeSession) -> None:
    window = MainWindow(theme, FakeDoor(fake))  # type: ignore[arg-type]
    for place in ("", "no base64!", "AAAA"):
        application._put(window, place)
    assert window.width() >= window.minimumWidth()
    window.show()
    close(qtbot, window)
    window.deleteLater()


def test_the_next_process_is_started_as_this_one_was(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[list[str]] = []

    def execv(file: str, arguments: list[str]) -> NoReturn:
        begun.append([file, *arguments])
        raise SystemExit  # it does not come back

    def lock(library: str, *, samples: bool = False) -> None:
        with contextlib.suppress(SystemExit):
            program._open_window(Path(library), None, samples=samples)

    monkeypatch.setattr(os, "execv", execv)
    monkeypatch.setattr(subprocess, "Popen", lambda arguments: begun.append([arguments[0], *arguments]))
    monkeypatch.setattr(application, "run", lambda *_, **__: LOCKED)
    given = ["--library", "/in/a b", "--passphrase-file", "/in/secret"]
    for before, after in ((["-X", "dev", "-m", "app"], ["-X", "dev", "-m", "app"]), (["/bin/carrel"], ["/bin/carrel"])):
        monkeypatch.setattr(sys, "argv", ["program", *given])
        monkeypatch.setattr(sys, "orig_argv", ["python", *before, *given])
        lock("/in/a b")
        assert begun.pop(0) == [sys.executable, sys.executable, *after, "--library", "/in/a b"]
    monkeypatch.setattr(sys, "argv", ["program", "demo", "--window"])
    monkeypatch.setattr(sys, "orig_argv", ["python", "-m", "app", "demo", "--window"])
    lock("/in/demo", samples=True)
    assert begun.pop(0)[2:] == ["-m", "app", "--library", "/in/demo", "demo", "--window"]
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    lock("/in/a b")
    assert begun.pop(0)[1:] == [sys.executable, "--library", "/in/a b"]
    assert begun == []

"""An older library in the real window with the real engines: brought up to date, and then found by another model."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app import paths, settings
from app.session import Session
from app.settings import Settings
from app.ui.application import LibraryDoor
from app.ui.main_window import MainWindow
from app.ui.widgets.theme import Theme
from app.vault import vault
from app.vault.keys import Cost
from tests.store.library import make_older
from tests.ui.conftest import close
from tests.ui.fake_session import PASSPHRASE

pytestmark = pytest.mark.real
NEW = "MiniLM with prompts"
LONG = 180_000  # milliseconds; computers that run tests are busy


@pytest.fixture
def library(tmp_path: Path, empty_home: Path, bundled_models: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A library as version 2 left it; beside it an embedder that was added."""
    monkeypatch.setattr(vault, "calibrated", lambda: Cost(memory=1024, passes=1, lanes=1))
    own = paths.own_models() / NEW
    shutil.copytree(bundled_models / "all-MiniLM-L6-v2", own)
    said = json.loads((own / "config_sentence_transformers.json").read_text())
    said |= {"prompts": {"query": "question: ", "document": "passage: "}}
    (own / "config_sentence_transformers.json").write_text(json.dumps(said))
    folder = tmp_path / "library"
    with Session.open(folder, bytearray(PASSPHRASE), create=True, warm=False, settings=Settings()) as session:
        list(session.ingest.add([paths.samples() / "Lease Unit 3 The Old Ropewalk.pdf"]))
        with session.store._records.database.writing() as db:
            make_older(db)
    return folder


def test_an_older_library_is_opened_and_found_by_another_model(
        qtbot: QtBot, theme: Theme, library: Path) -> None:
    window = MainWindow(theme, LibraryDoor(library))
    qtbot.addWidget(window)
    window.show()
    try:
        window.begin(bytearray(PASSPHRASE))
        qtbot.waitUntil(lambda: window.session is not None and not window.jobs.busy, timeout=LONG)
        session = window.session
        assert session is not None
        passages = session.store.renewal.progress()[1]
        done, of = window.unlock.progress.text().split(" · ")[0].split(" of ")
        assert f"{done} passages" == of == f"{passages} passages"
        window.turn_to(window.models)
        models = window.models
        qtbot.waitUntil(lambda: NEW in models.embedders.buttons, timeout=LONG)
        qtbot.mouseClick(models.embedders.buttons[NEW], Qt.MouseButton.LeftButton)
        qtbot.waitUntil(models.embedders.question.isVisible, timeout=LONG)
        assert f"{passages} passages of General" in models.embedders.question.words.text()
        qtbot.mouseClick(models.embedders.question.go, Qt.MouseButton.LeftButton)
        strip = window.library.runs.renewing.strip
        qtbot.waitUntil(lambda: strip.title.whole == "Indexed anew", timeout=LONG)
        qtbot.waitUntil(lambda: not window.jobs.busy, timeout=LONG)
        assert session.store.renewal.maker.name == NEW
        assert session.embedders.behind(session.stores.values()).matters == ()
        assert settings.load().embedder == NEW
        assert models.embedders.marks[NEW].text() == "In use"
        found = session.retrieval.search("What deposit has the tenant paid?")
        assert found.similarity > 0.2
        assert any("7,350" in hit.passage.text for hit in found.hits[:3])
    finally:
        close(qtbot, window)

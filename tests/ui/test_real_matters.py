"""Matters and the page about privacy with nothing faked but the self-test: vault, stores, models, audit log."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app import paths
from app.session import Session
from app.settings import Settings
from app.types import Refusal
from app.ui.means import LibraryMeans
from app.ui.widgets.theme import Theme
from tests.ui.panes import Panes

LONG = 180_000  # milliseconds; computers that run tests are busy
LEASE = "Lease Unit 3 The Old Ropewalk.pdf"
NOTES = "Meeting notes 2026-01-12.txt"


def ask(qtbot: QtBot, panes: Panes, question: str) -> None:
    panes.conversation.box.setPlainText(question)
    panes.conversation.ask()
    idle(qtbot, panes)


def idle(qtbot: QtBot, panes: Panes) -> None:
    qtbot.waitUntil(lambda: not panes.jobs.busy and not panes.matters.switching and not panes.library.adding,
                    timeout=LONG)


@pytest.mark.real
def test_two_matters_from_making_to_deleting(qtbot: QtBot, theme: Theme, tmp_path: Path) -> None:
    folder = tmp_path / "library"
    session = Session.open(folder, bytearray(b"four plain words here"), create=True, settings=Settings())
    with contextlib.closing(session):
        panes = Panes(theme, session, _Means(folder))  # type: ignore[arg-type]
        qtbot.addWidget(panes)
        panes.show()
        idle(qtbot, panes)
        try:
            both(qtbot, panes, session)
        finally:
            panes.jobs.shut()
            qtbot.waitUntil(lambda: not panes.jobs.busy, timeout=LONG)


def both(qtbot: QtBot, panes: Panes, session: Session) -> None:
    general = session.matter
    panes.library.add([paths.samples() / NOTES])
    idle(qtbot, panes)
    panes.matters.ask_new()
    panes.matters.strip.field.setText("Ropewalk")
    qtbot.keyClick(panes.matters.strip.field, Qt.Key.Key_Return)
    idle(qtbot, panes)
    ropewalk = session.matter
    assert ropewalk.name == "Ropewalk"
    assert panes.library.rows.rows == []
    panes.library.add([paths.samples() / LEASE])
    idle(qtbot, panes)
    panes.matters.choose((general.id,))
    idle(qtbot, panes)
    ask(qtbot, panes, "How much is the deposit under the lease?")
    assert {card.hit.passage.matter for card in panes.conversation.turns[0].cards} == {"General"}
    panes.matters.choose((general.id, ropewalk.id))
    idle(qtbot, panes)
    ask(qtbot, panes, "Are the roof lights to be repaired or renewed under clause 17.4?")
    turn = panes.conversation.turns[1]
    assert {card.hit.passage.matter for card in turn.cards} == {"General", "Ropewalk"}
    assert "2 files in 2 matters" in turn._found.text()
    lease = next(card.hit for card in turn.cards if card.hit.passage.matter == "Ropewalk")
    panes.conversation.opened.emit(lease.passage)  # a page of the matter that is not the current one
    idle(qtbot, panes)
    assert panes.source.notice.isHidden()
    assert panes.source.stack.currentIndex() == 1
    assert not panes.source.page.marks.isNull()
    privacy(qtbot, panes, session)
    panes.matters.choose((ropewalk.id,))
    qtbot.mouseClick(panes.matters.strip.go, Qt.MouseButton.LeftButton)
    idle(qtbot, panes)
    panes.matters.ask_delete()
    qtbot.waitUntil(panes.matters.strip.isVisible)
    assert "1 document" in panes.matters.strip.words.text()
    assert panes.matters.strip.tick.text() == "Delete the backup too"
    qtbot.mouseClick(panes.matters.strip.tick, Qt.MouseButton.LeftButton)
    panes.matters.strip.field.setText("ropewalk")
    qtbot.keyClick(panes.matters.strip.field, Qt.Key.Key_Return)
    idle(qtbot, panes)
    assert [matter.name for matter in session.vault.matters()] == ["General"]
    assert not session.vault.matter_folder(ropewalk.id).exists()
    assert session.vault.backups() == ()
    assert not (session.vault.folder.parent / "copy.carrel").exists()
    assert "library.db" in panes.matters.report.text
    assert [row.title for row in panes.library.rows.rows] == [NOTES]
    panes.library.ask_removal(panes.library.rows.rows[0].value)  # type: ignore[arg-type]
    qtbot.waitUntil(panes.library.removal.isVisible)
    qtbot.mouseClick(panes.library.removal.go, Qt.MouseButton.LeftButton)
    idle(qtbot, panes)
    assert session.store.documents() == []
    events = [entry.event for entry in session.audit.entries()]
    assert events.count("matter created") == 1
    assert {"asked", "removed", "matter deleted", "passphrase changed"} <= set(events)


def privacy(qtbot: QtBot, panes: Panes, session: Session) -> None:
    """Read the log, change the passphrase, make a backup."""
    panes.show_privacy()
    idle(qtbot, panes)
    rows = panes.privacy.audit.log.rows.rows
    assert rows[-1].cells[2] == "Created"
    assert {"General", "Ropewalk"} <= {row.cells[3] for row in rows}
    form = panes.privacy.keys.form
    qtbot.mouseClick(panes.privacy.keys.change, Qt.MouseButton.LeftButton)
    form.now.setText("four plain words here")
    for field in (form.new, form.again):
        field.clear()
        qtbot.keyClicks(field, "lamp seven river quarry")
    form.go.click()
    idle(qtbot, panes)
    assert panes.privacy.keys.said.label.text() == "The passphrase was changed."
    target = session.vault.folder.parent / "copy.carrel"
    panes.privacy.backup.back_up(target)
    idle(qtbot, panes)
    assert "found whole" in panes.privacy.backup.said.label.text()
    assert [copy.path for copy in session.vault.backups()] == [str(target)]
    panes.privacy._close()


class _Means(LibraryMeans):
    """All but the self-test, which belongs into a program that is shut off from the network."""

    def selftest(self) -> list[Refusal]:
        return []

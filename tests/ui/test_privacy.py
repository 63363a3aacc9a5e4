"""The page about privacy: the self-test, what opens the library, the audit log and backups."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from app import settings
from app.errors import DiskFull, TooManyTries, UnwritableFile
from app.settings import Settings
from app.types import AuditEntry, BackupCopy, Refusal
from app.ui.widgets import files
from app.ui.widgets.theme import Theme
from tests.ui.fake_session import PASSPHRASE, FakeSession
from tests.ui.fake_vault import GENERAL, NEW_KEY
from tests.ui.panes import Panes

HOSTILE = '<img src="/etc/passwd"><b>x</b>'
NEW = "lamp seven river quarry"


@pytest.fixture
def fake() -> FakeSession:
    session = FakeSession()
    session.audit.kept = [
        AuditEntry(1, 1_763_000_000.0, "miriam", "unlocked", "", (), (("generation", "3"),)),
        AuditEntry(2, 1_763_000_060.0, "miriam", "asked", GENERAL.id, ("a", "b"), (("question", HOSTILE),)),
        AuditEntry(3, 1_763_000_000.0, HOSTILE, "removed", "f" * 32, ("a",), (), "The clock was set back by a minute."),
    ]
    session.vault.copies = [BackupCopy("/safe/old.carrel", 1.0, (GENERAL.id,)),
                            BackupCopy(f"/safe/{HOSTILE}.carrel", 2.0, (GENERAL.id, "x"))]
    return session


@pytest.fixture
def panes(qtbot: QtBot, theme: Theme, fake: FakeSession) -> Iterator[Panes]:
    made = Panes(theme, fake)
    made.show()
    made.show_privacy()
    idle(qtbot, made)
    yield made
    made.jobs.shut()
    qtbot.waitUntil(lambda: not made.jobs.busy)
    made.close()
    made.deleteLater()


def idle(qtbot: QtBot, panes: Panes) -> None:
    qtbot.waitUntil(lambda: not panes.jobs.busy)


def again(qtbot: QtBot, panes: Panes) -> None:
    panes.privacy.begin()
    idle(qtbot, panes)


def texts(panes: Panes) -> list[str]:
    tables = (panes.privacy.offline.table, panes.privacy.offline.rest)
    return [label.text() for table in tables for label in table.findChildren(QLabel)
            if label.text() and label.isVisible()]


def saved(monkeypatch: pytest.MonkeyPatch, target: Path | None) -> None:
    monkeypatch.setattr(files, "save_as", lambda *_: target)


# Offline.


def test_the_page_shows_the_self_test_when_it_is_opened(panes: Panes, qtbot: QtBot) -> None:
    assert texts(panes) == []  # all is well; what was tried is a press away
    assert panes.privacy.offline.more.text() == "Show the 2 lines that hold"
    qtbot.mouseClick(panes.privacy.offline.more, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: texts(panes)[:3] == ["Tried", "Outcome", "By"])
    assert texts(panes)[3:6] == ["A connection by IPv4", "Operation not permitted", "the operating system"]
    assert panes.privacy.offline.verdict.label.text() == "Everything holds that this system can enforce: 2 of 2."
    assert panes.privacy.offline.verdict.property("tone") == "good"


def test_what_is_only_told_is_amber_and_what_got_through_is_named_in_red(panes: Panes, qtbot: QtBot) -> None:
    panes.means.refusals.append(Refusal("A child process", "this system has no way to refuse it", "", None))
    again(qtbot, panes)
    verdict = panes.privacy.offline.verdict
    assert verdict.property("tone") == "good"
    assert "1 line below is for you to know" in verdict.label.text()
    qtbot.waitUntil(lambda: "A child process" in texts(panes))
    panes.means.refusals.append(Refusal(HOSTILE, "answered", "", False))
    qtbot.mouseClick(panes.privacy.offline.again, Qt.MouseButton.LeftButton)
    idle(qtbot, panes)
    assert verdict.property("tone") == "bad"
    assert HOSTILE in verdict.label.text()
    qtbot.waitUntil(lambda: [
        label.accessibleName() for label in panes.privacy.offline.table.findChildren(QLabel)
        if label.accessibleName() and not label.isHidden()
    ] == ["Told; nothing is enforced here", "Not as it should be"])
    panes.means.refusals = panes.means.refusals[2:3]
    again(qtbot, panes)
    assert verdict.property("tone") == "warn"
    assert not panes.privacy.offline.more.isVisible()


def test_a_self_test_that_fails_is_said(panes: Panes, qtbot: QtBot) -> None:
    panes.means.error = DiskFull()
    again(qtbot, panes)
    assert panes.privacy.offline.verdict.label.text().startswith("The disk is full.")
    assert panes.privacy.offline.again.isEnabled()


def test_the_self_test_is_saved_as_a_page(
        panes: Panes, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    saved(monkeypatch, tmp_path / "page.html")
    qtbot.mouseClick(panes.privacy.offline.save_page, Qt.MouseButton.LeftButton)
    idle(qtbot, panes)
    assert (tmp_path / "page.html").read_text(encoding="utf-8").startswith("<html>A connection by IPv4")
    saved(monkeypatch, tmp_path / "page.html" / "not a folder.html")
    qtbot.mouseClick(panes.privacy.offline.save_page, Qt.MouseButton.LeftButton)
    idle(qtbot, panes)
    assert panes.privacy.offline.verdict.label.text().startswith("The file could not be written")
    saved(monkeypatch, None)
    qtbot.mouseClick(panes.privacy.offline.save_page, Qt.MouseButton.LeftButton)
    assert not panes.jobs.busy


# What opens the library.


def change(qtbot: QtBot, panes: Panes, now: str, new: str, twice: str) -> None:
    qtbot.mouseClick(panes.privacy.keys.change, Qt.MouseButton.LeftButton)
    form = panes.privacy.keys.form
    for field, text in ((form.now, now), (form.new, new), (form.again, twice)):
        qtbot.keyClicks(field, text)
    qtbot.waitUntil(lambda: form.go.height() > 20)
    qtbot.mouseClick(form.go, Qt.MouseButton.LeftButton)


def test_the_passphrase_is_changed_by_whoever_knows_it(panes: Panes, fake: FakeSession, qtbot: QtBot) -> None:
    change(qtbot, panes, PASSPHRASE.decode(), NEW, NEW)
    assert not panes.privacy.keys.change.isEnabled()
    idle(qtbot, panes)
    assert fake.vault.passphrase == NEW.encode()
    assert panes.privacy.keys.said.label.text() == "The passphrase was changed."
    assert fake.audit.kept[-1].event == "passphrase changed"
    assert fake.audit.kept[-1].details == (("generation", "7"),)
    assert panes.privacy.audit.log.rows.rows[0].cells[2] == "Passphrase changed"
    assert panes.privacy.keys.form.isHidden()
    assert no_secret_left(panes)


def no_secret_left(panes: Panes) -> bool:
    return not any(field.text() for field in panes.privacy.keys.findChildren(QLineEdit))


@pytest.mark.parametrize(("now", "new", "twice", "words"), [
    ("", NEW, NEW, "Type the current passphrase first."),
    ("x", "short", "short", "Too short"),
    ("x", NEW, NEW + "x", "not the same"),
    ("x", NEW, "", "a second time"),
    ("x", "password1", "password1", "easy to guess"),
])
def test_what_cannot_be_a_new_passphrase_is_said_before_anything_is_tried(
        panes: Panes, fake: FakeSession, qtbot: QtBot, now: str, new: str, twice: str, words: str) -> None:
    change(qtbot, panes, now, new, twice)
    assert panes.privacy.keys.form.problem.isVisible()
    assert words in panes.privacy.keys.form.problem.text()
    assert "check" not in [name for name, _ in fake.calls]
    assert fake.vault.passphrase == PASSPHRASE


def test_a_weak_passphrase_is_taken_when_it_is_meant(panes: Panes, fake: FakeSession, qtbot: QtBot) -> None:
    change(qtbot, panes, PASSPHRASE.decode(), "password1", "password1")
    form = panes.privacy.keys.form
    qtbot.waitUntil(lambda: form.go.height() > 20)  # laid out with the sentence above it
    qtbot.mouseClick(form.go, Qt.MouseButton.LeftButton)
    idle(qtbot, panes)
    assert fake.vault.passphrase == b"password1"


def test_a_wrong_passphrase_changes_nothing_and_is_said(panes: Panes, fake: FakeSession, qtbot: QtBot) -> None:
    change(qtbot, panes, "wrong", NEW, NEW)
    idle(qtbot, panes)
    assert fake.vault.passphrase == PASSPHRASE
    assert "does not open" in panes.privacy.keys.form.problem.text()
    assert panes.privacy.keys.form.isVisible()
    assert no_secret_left(panes)
    fake.vault.error = TooManyTries(tries=4, seconds=8)
    change(qtbot, panes, "wrong", NEW, NEW)
    idle(qtbot, panes)
    assert "wait 8 s" in panes.privacy.keys.form.problem.text()


def prove(qtbot: QtBot, panes: Panes, passphrase: str) -> None:
    question = panes.privacy.keys.question
    assert question.field.echoMode() is QLineEdit.EchoMode.Password
    qtbot.keyClicks(question.field, passphrase)
    qtbot.keyClick(question.field, Qt.Key.Key_Return)
    assert question.field.text() == ""
    idle(qtbot, panes)


def test_a_new_recovery_key_is_made_after_a_question_and_handed_out_once(
        panes: Panes, fake: FakeSession, qtbot: QtBot) -> None:
    made: list[str] = []
    panes.privacy.recovery_made.connect(made.append)
    qtbot.mouseClick(panes.privacy.keys.new_key, Qt.MouseButton.LeftButton)
    assert "opens nothing from then on" in panes.privacy.keys.question.words.text()
    prove(qtbot, panes, "wrong")
    assert made == []
    assert "does not open" in panes.privacy.keys.question.problem.text()
    prove(qtbot, panes, PASSPHRASE.decode())
    assert made == [NEW_KEY]
    assert fake.audit.kept[-1].event == "recovery key changed"
    assert not [label for label in panes.findChildren(QLabel) if NEW_KEY[:9] in label.text()]


def test_the_key_store_is_turned_on_with_the_passphrase_and_off_without(
        panes: Panes, fake: FakeSession, qtbot: QtBot) -> None:
    tick = panes.privacy.keys.key_store
    qtbot.mouseClick(tick, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(panes.privacy.keys.question.keep, Qt.MouseButton.LeftButton)
    assert not tick.isChecked()
    qtbot.mouseClick(tick, Qt.MouseButton.LeftButton)
    prove(qtbot, panes, PASSPHRASE.decode())
    assert tick.isChecked()
    assert fake.vault.uses_key_store
    qtbot.mouseClick(tick, Qt.MouseButton.LeftButton)
    idle(qtbot, panes)
    assert not fake.vault.uses_key_store
    assert not tick.isChecked()
    assert [entry.event for entry in fake.audit.kept[-2:]] == ["key store on", "key store off"]


def test_without_a_key_store_it_is_said(panes: Panes, fake: FakeSession, qtbot: QtBot) -> None:
    fake.vault.has_key_store = False
    qtbot.mouseClick(panes.privacy.keys.key_store, Qt.MouseButton.LeftButton)
    prove(qtbot, panes, PASSPHRASE.decode())
    assert "this computer has none" in panes.privacy.keys.question.problem.text()
    assert not panes.privacy.keys.key_store.isChecked()


def test_leaving_the_page_forgets_what_was_typed(panes: Panes, qtbot: QtBot) -> None:
    qtbot.mouseClick(panes.privacy.keys.change, Qt.MouseButton.LeftButton)
    qtbot.keyClicks(panes.privacy.keys.form.now, "secret")
    with qtbot.waitSignal(panes.privacy.closed):
        qtbot.mouseClick(panes.privacy.back, Qt.MouseButton.LeftButton)
    assert no_secret_left(panes)
    assert panes.privacy.isHidden()


def test_settings_hold_at_once_are_saved_and_written_down(panes: Panes, fake: FakeSession, qtbot: QtBot) -> None:
    told: list[Settings] = []
    panes.privacy.settings_changed.connect(told.append)
    minutes = panes.privacy.keys.minutes
    assert minutes.currentText() == "After 15 minutes"
    for choice in ("After 5 minutes", "Never"):
        minutes.setCurrentIndex(minutes.findText(choice))
        minutes.activated.emit(minutes.currentIndex())
        idle(qtbot, panes)
    qtbot.mouseClick(panes.privacy.audit.words_too, Qt.MouseButton.LeftButton)
    idle(qtbot, panes)
    wanted = Settings(lock_minutes=0, audit_questions=True)
    assert told == [Settings(lock_minutes=5), Settings(lock_minutes=0), wanted]
    assert fake.settings == wanted
    assert settings.load() == wanted
    assert [entry.details for entry in fake.audit.kept[-3:]] == [
        (("setting", "lock_minutes"), ("value", "5")), (("setting", "lock_minutes"), ("value", "0")),
        (("setting", "audit_questions"), ("value", "True"))]
    settings.save(Settings())


def test_settings_that_cannot_be_saved_do_not_hold(
        panes: Panes, fake: FakeSession, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: Settings) -> None:
        raise OSError(13, "Permission denied")

    monkeypatch.setattr(settings, "save", fail)
    qtbot.mouseClick(panes.privacy.audit.words_too, Qt.MouseButton.LeftButton)
    idle(qtbot, panes)
    assert "could not be written" in panes.privacy.said.label.text()
    assert not fake.settings.audit_questions
    assert not panes.privacy.audit.words_too.isChecked()


# The audit log.


def test_the_log_is_shown_newest_first_with_names_of_matters(panes: Panes) -> None:
    rows = panes.privacy.audit.log.rows.rows
    assert [row.cells[2] for row in rows] == ["Removed", "Asked", "Unlocked"]
    assert rows[0].cells[3] == "deleted since"
    assert rows[0].odd
    assert rows[0].cells[4] == "The clock was set back by a minute. · 1 document"
    assert rows[1].cells[3:] == ("General", f"2 documents · question: {HOSTILE}")
    assert rows[2].cells[4] == ""
    assert panes.privacy.audit.findings.isHidden()
    assert panes.privacy.audit.count.text() == "3 entries"


def test_findings_stand_above_the_log(panes: Panes, fake: FakeSession, qtbot: QtBot) -> None:
    fake.findings = ("Entry 2 of the audit log was changed.", "Entry 2 of the audit log was changed.", "More.")
    again(qtbot, panes)
    assert panes.privacy.audit.findings.isVisible()
    assert panes.privacy.audit.findings.label.text() == "Entry 2 of the audit log was changed. More."
    assert panes.privacy.audit.findings.property("tone") == "bad"


def test_the_log_is_exported_and_that_is_written_down(
        panes: Panes, fake: FakeSession, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    saved(monkeypatch, tmp_path / "log.csv")
    panes.privacy.audit._export()
    idle(qtbot, panes)
    assert (tmp_path / "log.csv").read_bytes().splitlines()[:2] == [b"number,event", b"1,unlocked"]
    assert "not encrypted" in panes.privacy.audit.said.label.text()
    assert fake.audit.kept[-1].event == "exported"
    assert panes.privacy.audit.log.rows.rows[0].cells[2] == "Exported"


def test_a_long_log_does_not_stall_the_window(panes: Panes, fake: FakeSession, qtbot: QtBot) -> None:
    fake.audit.kept = [AuditEntry(number, 1.0, "m", "asked", GENERAL.id, ("a",), ()) for number in range(1, 50_001)]
    again(qtbot, panes)
    assert panes.privacy.audit.count.text() == "50,000 entries"
    assert panes.grab().width() > 0


# Backup.


def test_a_backup_is_made_with_progress_and_said_to_be_whole(panes: Panes, qtbot: QtBot) -> None:
    seen: list[int] = []
    panes.privacy.backup.progress.valueChanged.connect(seen.append)
    panes.privacy.backup.back_up(Path("/safe/new.carrel"))
    assert panes.privacy.backup.cancel.isVisible()
    assert not panes.privacy.backup.make.isEnabled()
    assert panes.privacy.hindrance
    idle(qtbot, panes)
    assert len(set(seen)) > 3
    assert panes.means.written == [Path("/safe/new.carrel")]
    assert "found whole" in panes.privacy.backup.said.label.text()
    assert not panes.privacy.hindrance
    assert panes.privacy.backup.progress.isHidden()


def test_a_backup_can_be_cancelled_from_another_page_and_back(panes: Panes, qtbot: QtBot) -> None:
    panes.means.pause = .05
    panes.privacy.backup.back_up(Path("/safe/new.carrel"))
    panes.privacy._close()
    panes.privacy.begin()
    assert panes.privacy.backup.progress.isVisibleTo(panes.privacy)
    panes.show_privacy()
    qtbot.mouseClick(panes.privacy.backup.cancel, Qt.MouseButton.LeftButton)
    idle(qtbot, panes)
    assert panes.means.cancelled == 1
    assert panes.means.written == []
    assert panes.privacy.backup.said.label.text() == "Cancelled; no backup was made."


def test_a_backup_that_fails_is_said(panes: Panes, qtbot: QtBot) -> None:
    panes.means.error = UnwritableFile(reason="Read-only file system")
    panes.privacy.backup.back_up(Path("/safe/new.carrel"))
    idle(qtbot, panes)
    assert "Read-only file system" in panes.privacy.backup.said.label.text()
    assert panes.privacy.backup.make.isEnabled()


def test_backups_are_listed_and_deleted_after_a_question(panes: Panes, fake: FakeSession, qtbot: QtBot) -> None:
    shown = [label.text() for label in panes.privacy.backup.findChildren(QLabel) if label.isVisible()]
    assert "old.carrel" in shown
    assert "2 matters" in shown
    panes.privacy.backup._ask_deletion(fake.vault.copies[0])
    question = panes.privacy.backup.copy_question
    assert "/safe/old.carrel" in question.words.text()
    qtbot.mouseClick(question.keep, Qt.MouseButton.LeftButton)
    assert len(fake.vault.copies) == 2
    panes.privacy.backup._ask_deletion(fake.vault.copies[0])
    qtbot.mouseClick(question.go, Qt.MouseButton.LeftButton)
    idle(qtbot, panes)
    assert len(fake.vault.copies) == 1
    assert "old.carrel" not in [label.text() for label in panes.privacy.backup.findChildren(QLabel)
                                if label.isVisible()]


# The whole page.


def test_all_work_is_on_workers_and_markup_is_text(panes: Panes, fake: FakeSession, qtbot: QtBot) -> None:
    here = threading.get_ident()
    assert [name for name, thread in fake.calls if thread == here] == []
    assert {name for name, _ in fake.calls} >= {"selftest", "entries", "backups"}
    for label in panes.findChildren(QLabel):
        assert label.textFormat() == Qt.TextFormat.PlainText or not label.text()
        assert "<img" not in label.toolTip()
    model = panes.privacy.audit.log.rows
    assert model.index(0, 1).data() == HOSTILE
    assert "<img" not in model.index(0, 1).data(Qt.ItemDataRole.ToolTipRole)
    assert panes.grab().width() > 0


def test_the_page_is_no_higher_than_what_is_on_it(panes: Panes, qtbot: QtBot) -> None:
    page = panes.privacy.view.widget()
    last = panes.privacy.backup
    assert page.height() - (last.y() + last.height()) < 60 or page.height() <= panes.privacy.view.height()
    for width in (760, 1600):
        panes.resize(width, 600)
        qtbot.wait(50)
        assert last.width() <= width
        assert page.height() - (last.y() + last.height()) < 60
        assert panes.privacy.view.horizontalScrollBar().maximum() == 0


def test_the_way_there_and_the_lock(panes: Panes, qtbot: QtBot) -> None:
    panes.privacy._close()
    with qtbot.waitSignal(panes.privacy.locked):
        qtbot.mouseClick(panes.privacy.lock, Qt.MouseButton.LeftButton)
    panes.library.privacy.emit()
    idle(qtbot, panes)
    assert panes.privacy.isVisible()

"""The ways into the library, on a scripted door: strength said, recovery key, key store, waiting after wrong tries."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.errors import LibraryBusy, NoKeyStore, TooManyTries, WrongPassphrase
from app.types import BroughtUp
from app.ui import sentry
from app.ui.main_window import MainWindow
from app.ui.panels.unlock import UnlockPanel
from tests.ui.fake_session import PASSPHRASE, RECOVERY_KEY, FakeDoor, FakeSession

Make = Callable[[FakeDoor], MainWindow]
STRONG = "copper zebra lawn quarrel"


def asked(make_window: Make, door: FakeDoor, qtbot: QtBot, *, locked: str = "") -> tuple[MainWindow, UnlockPanel]:
    window = make_window(door)
    window.begin(locked=locked)
    qtbot.waitUntil(window.unlock.first.isVisible)
    return window, window.unlock


def enter(qtbot: QtBot, unlock: UnlockPanel, *texts: str) -> None:
    for field, text in zip((unlock.first, unlock.second), texts, strict=False):
        field.clear()
        qtbot.keyClicks(field, text)
    qtbot.keyClick(unlock.first, Qt.Key.Key_Return)


# A new passphrase.


def test_the_strength_is_said_while_typing(make_window: Make, fake: FakeSession, qtbot: QtBot) -> None:
    _, unlock = asked(make_window, FakeDoor(fake, exists=False), qtbot)
    assert unlock.meter.level is None
    qtbot.keyClicks(unlock.first, "Passw")
    assert unlock.hint.text() == "Too short: at least 8 characters."
    qtbot.keyClicks(unlock.first, "ord1")
    assert unlock.meter.level == 0
    assert unlock.hint.text().startswith("Very easy to guess: a thief")
    unlock.first.clear()
    qtbot.keyClicks(unlock.first, STRONG)
    assert unlock.meter.level == 4
    assert unlock.hint.text().startswith("Very good: a thief")
    unlock.first.selectAll()
    qtbot.keyClick(unlock.first, Qt.Key.Key_Delete)
    assert unlock.meter.level is None


def test_a_short_one_is_refused_and_a_weak_one_is_taken_after_a_word(
        make_window: Make, fake: FakeSession, qtbot: QtBot) -> None:
    door = FakeDoor(fake, exists=False)
    _, unlock = asked(make_window, door, qtbot)
    enter(qtbot, unlock, "short", "short")
    assert unlock.problem.label.text() == "Too short: at least 8 characters."
    enter(qtbot, unlock, "Berlin2024", "Berlin2024")
    assert "easy to guess" in unlock.problem.label.text()
    assert unlock.go.text() == "Use it anyway"
    qtbot.keyClicks(unlock.second, "x")
    qtbot.keyClick(unlock.second, Qt.Key.Key_Backspace)  # what was said was said of another text
    assert unlock.go.text() == "Make my library"
    qtbot.keyClick(unlock.first, Qt.Key.Key_Return)
    assert door.opened == []
    qtbot.mouseClick(unlock.go, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: door.opened == [(b"Berlin2024", True)])


def test_an_existing_librarys_passphrase_is_not_judged(make_window: Make, fake: FakeSession, qtbot: QtBot) -> None:
    _, unlock = asked(make_window, FakeDoor(fake), qtbot)
    qtbot.keyClicks(unlock.first, "abc")
    assert not unlock.meter.isVisible()
    assert not unlock.hint.isVisible()


def test_no_sentence_is_cut_off_in_the_smallest_window(make_window: Make, fake: FakeSession, qtbot: QtBot) -> None:
    window, unlock = asked(make_window, FakeDoor(fake, exists=False), qtbot)
    window.resize(window.minimumSize())
    enter(qtbot, unlock, "Berlin2024", "Berlin2024")
    labels = (unlock.hint, unlock.problem.label, unlock._promise.label, unlock._intro)
    qtbot.waitUntil(lambda: all(label.height() >= label.heightForWidth(label.width()) for label in labels))
    qtbot.waitUntil(lambda: unlock.go.visibleRegion().boundingRect().height() == unlock.go.height())  # scrolled there


# Wrong tries.


def test_too_many_wrong_tries_are_waited_for(make_window: Make, fake: FakeSession, qtbot: QtBot) -> None:
    door = FakeDoor(fake, errors=[TooManyTries(tries=5, seconds=2)], key_store=True)
    window, unlock = asked(make_window, door, qtbot)
    enter(qtbot, unlock, "wrong")
    qtbot.waitUntil(unlock.problem.isVisible)
    assert unlock.problem.label.text() == "5 passphrases in a row were wrong; wait 2 s before the next."
    assert unlock.go.text() == "Try again in 2 s"
    assert not unlock.go.isEnabled()
    assert not unlock.key_store.isEnabled()
    enter(qtbot, unlock, PASSPHRASE.decode())  # Enter is no way round it
    assert len(door.opened) == 1
    qtbot.waitUntil(lambda: unlock.go.text() != "Try again in 2 s")
    qtbot.waitUntil(unlock.go.isEnabled)
    assert unlock.go.text() == "Open"
    assert unlock.first.text() == PASSPHRASE.decode()  # what was typed meanwhile stays
    qtbot.keyClick(unlock.first, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.session is not None)


def test_the_countdown_holds_for_the_recovery_key_too(make_window: Make, fake: FakeSession, qtbot: QtBot) -> None:
    door = FakeDoor(fake, errors=[TooManyTries(tries=5, seconds=75)])
    _, unlock = asked(make_window, door, qtbot)
    enter(qtbot, unlock, "wrong")
    qtbot.waitUntil(lambda: unlock.go.text() == "Try again in 1:15 min")
    qtbot.mouseClick(unlock.other, Qt.MouseButton.LeftButton)
    qtbot.keyClicks(unlock.key, RECOVERY_KEY)
    enter(qtbot, unlock, STRONG, STRONG)
    assert not unlock.go.isEnabled()
    assert door.recovered == []


def test_wrong_tries_by_others_are_told_after_opening(make_window: Make, qtbot: QtBot) -> None:
    window = make_window(FakeDoor(FakeSession(wrong_tries=3, findings=("The audit log was cut short.",))))
    window.begin(bytearray(PASSPHRASE))
    qtbot.waitUntil(window.news.isVisible)
    assert window.news.label.text() == ("Since the library was last opened, 3 wrong passphrases were tried on it.\n"
                                        "The audit log was cut short.")


def test_no_news_is_no_notice(window: MainWindow) -> None:
    assert window.news.isHidden()


# The recovery key.


def test_the_recovery_key_opens_and_sets_a_new_passphrase(make_window: Make, fake: FakeSession, qtbot: QtBot) -> None:
    door = FakeDoor(fake)
    window, unlock = asked(make_window, door, qtbot)
    qtbot.mouseClick(unlock.other, Qt.MouseButton.LeftButton)
    assert unlock.recovering
    assert unlock.key.hasFocus()
    qtbot.keyClick(unlock.key, Qt.Key.Key_Return)
    assert unlock.problem.label.text() == "Type the recovery key first."
    typed = RECOVERY_KEY.lower().replace("-", " ")
    qtbot.keyClicks(unlock.key, typed)
    enter(qtbot, unlock, STRONG, "another one altogether")
    assert "not the same" in unlock.problem.label.text()
    enter(qtbot, unlock, STRONG, STRONG)
    qtbot.waitUntil(lambda: window.session is not None)
    assert door.recovered == [(typed, STRONG.encode())]
    assert unlock.key.text() == unlock.first.text() == unlock.second.text() == ""


def test_a_wrong_recovery_key_is_said_and_stays_to_be_corrected(
        make_window: Make, fake: FakeSession, qtbot: QtBot) -> None:
    window, unlock = asked(make_window, FakeDoor(fake), qtbot)
    qtbot.mouseClick(unlock.other, Qt.MouseButton.LeftButton)
    qtbot.keyClicks(unlock.key, RECOVERY_KEY.replace("EFGH", "EFGX"))
    enter(qtbot, unlock, STRONG, STRONG)
    qtbot.waitUntil(unlock.problem.isVisible)
    assert unlock.problem.label.text().startswith("That recovery key does not open this library: ")
    assert unlock.key.text() == RECOVERY_KEY.replace("EFGH", "EFGX")
    assert unlock.recovering
    assert window.session is None
    qtbot.mouseClick(unlock.other, Qt.MouseButton.LeftButton)
    assert not unlock.key.isVisible()
    assert unlock.key.text() == ""


def test_a_new_library_has_nothing_to_recover(make_window: Make, fake: FakeSession, qtbot: QtBot) -> None:
    _, unlock = asked(make_window, FakeDoor(fake, exists=False), qtbot)
    assert not unlock.other.isVisible()
    assert "recovery key" in unlock._promise.label.text()


# The system's key store.


def test_the_key_store_is_offered_only_where_it_was_switched_on(
        make_window: Make, fake: FakeSession, qtbot: QtBot) -> None:
    _, unlock = asked(make_window, FakeDoor(fake), qtbot)
    assert not unlock.key_store.isVisible()
    door = FakeDoor(FakeSession(), key_store=True)
    window, unlock = asked(make_window, door, qtbot)
    qtbot.mouseClick(unlock.key_store, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.session is not None)
    assert door.by_key_store == 1


def test_a_key_store_that_fails_leaves_the_passphrase(make_window: Make, fake: FakeSession, qtbot: QtBot) -> None:
    door = FakeDoor(fake, key_store=True, errors=[NoKeyStore(reason="it is locked")])
    window, unlock = asked(make_window, door, qtbot)
    qtbot.mouseClick(unlock.key_store, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(unlock.problem.isVisible)
    assert unlock.problem.label.text() == "The key store of this computer cannot open the library: it is locked."
    enter(qtbot, unlock, PASSPHRASE.decode())
    qtbot.waitUntil(lambda: window.session is not None)


# What it says.


@pytest.mark.parametrize(("reason", "words"), [
    (sentry.IDLE, "nobody used it"), (sentry.SLEEP, "went to sleep"), (sentry.SCREEN, "together with the screen"),
    (sentry.ASKED, "Your library is locked."), ("no such reason", "Your library is locked."),
])
def test_why_it_is_locked(make_window: Make, fake: FakeSession, qtbot: QtBot, reason: str, words: str) -> None:
    _, unlock = asked(make_window, FakeDoor(fake, errors=[WrongPassphrase(), LibraryBusy()]), qtbot, locked=reason)
    assert words in unlock._intro.text()
    enter(qtbot, unlock, "wrong")
    qtbot.waitUntil(unlock.problem.isVisible)
    assert words in unlock._intro.text()


def test_the_demonstration_tells_its_passphrase(make_window: Make, fake: FakeSession, qtbot: QtBot) -> None:
    _, unlock = asked(make_window, FakeDoor(fake, hint="Its passphrase is: demo"), qtbot)
    assert unlock.note.isVisible()
    assert unlock.note.label.text() == "Its passphrase is: demo"


def test_ctrl_l_where_nothing_is_open_clears_what_was_typed(
        make_window: Make, fake: FakeSession, qtbot: QtBot) -> None:
    window, unlock = asked(make_window, FakeDoor(fake), qtbot)
    qtbot.keyClicks(unlock.first, "half of it")
    window.lock()
    assert unlock.first.text() == ""
    assert window.stack.currentWidget() is unlock


# A library of an earlier version.


HALF = (BroughtUp("General", 0, 2_000, None), BroughtUp("General", 1_000, 2_000, 90.0))


def test_how_far_a_library_of_an_earlier_version_is_is_shown(
        make_window: Make, fake: FakeSession, qtbot: QtBot) -> None:
    wait = threading.Event()
    window, unlock = asked(make_window, FakeDoor(fake, brought_up=HALF, wait=wait), qtbot)
    enter(qtbot, unlock, PASSPHRASE.decode())
    assert unlock.progress.isHidden()
    qtbot.waitUntil(lambda: unlock.progress.text() == "1,000 of 2,000 passages · about 2 minutes left")
    assert unlock.progress.isVisible()
    assert "nothing is lost" in unlock._once.text()
    assert unlock._intro.text() == "Bringing General up to date…"
    assert (unlock._busy.value(), unlock._busy.maximum()) == (1_000, 2_000)
    wait.set()
    qtbot.waitUntil(lambda: window.session is not None and not window.jobs.busy)
    unlock.wait("Opening your library…")
    assert unlock.progress.isHidden()
    assert unlock._busy.maximum() == 0


def test_closing_the_window_meanwhile_ends_it(make_window: Make, fake: FakeSession, qtbot: QtBot) -> None:
    def slowly() -> Iterator[BroughtUp]:
        for done in range(1_000_000):
            time.sleep(.01)
            yield BroughtUp("General", done, 1_000_000, None)

    door = FakeDoor(fake, brought_up=slowly())
    window, unlock = asked(make_window, door, qtbot)
    enter(qtbot, unlock, PASSPHRASE.decode())
    qtbot.waitUntil(unlock.progress.isVisible)
    with qtbot.waitSignal(window.closed):
        window.close()
    assert door.closed_early == 1
    assert fake.closed == 0  # it was never open

"""What makes the window lock itself: clocks, input, and what each system tells."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from ctypes import wintypes

import pytest
from PySide6.QtCore import QByteArray, QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app import paths
from app.ui import sentry
from app.ui.sentry import IDLE, SCREEN, SLEEP, Sentry


class FakeClocks:
    """Clocks that go when they are told to."""

    def __init__(self) -> None:
        self.awake, self.through, self.wall = 100.0, 5_000.0, 1_800_000_000.0

    def __call__(self) -> tuple[float, float, float]:
        return self.awake, self.through, self.wall

    def go(self, seconds: float, *, asleep: float = 0.0, set_by: float = 0.0) -> None:
        self.awake += seconds
        self.through += seconds + asleep
        self.wall += seconds + asleep + set_by


@pytest.fixture
def clocks() -> FakeClocks:
    return FakeClocks()


@pytest.fixture
def make(qapp: QApplication, clocks: FakeClocks, monkeypatch: pytest.MonkeyPatch
         ) -> Iterator[Callable[[int], tuple[Sentry, list[str]]]]:
    monkeypatch.setattr(sentry, "_watch_system", lambda _: None)
    made: list[Sentry] = []

    def begin(minutes: int) -> tuple[Sentry, list[str]]:
        watch = Sentry(lambda: minutes, clocks=clocks)
        said: list[str] = []
        watch.lock.connect(said.append)
        watch.start()
        made.append(watch)
        return watch, said

    yield begin
    for watch in made:
        watch.stop()
        watch.deleteLater()


Make = Callable[[int], tuple[Sentry, list[str]]]


def seconds(watch: Sentry, clocks: FakeClocks, number: int) -> None:
    for _ in range(number):
        clocks.go(1)
        watch.look()


def test_nobody_at_the_window_for_the_minutes_that_are_set(make: Make, clocks: FakeClocks) -> None:
    watch, said = make(2)
    seconds(watch, clocks, 119)
    assert said == []
    seconds(watch, clocks, 2)
    assert said == [IDLE]
    seconds(watch, clocks, 300)
    assert said == [IDLE]  # once
    assert not watch.watching


def test_never_where_that_was_chosen(make: Make, clocks: FakeClocks) -> None:
    watch, said = make(0)
    seconds(watch, clocks, 4000)
    assert said == []


def mouse(x: int, kind: QEvent.Type = QEvent.Type.MouseMove) -> QMouseEvent:
    return QMouseEvent(kind, QPointF(x, 5), QPointF(x, 5), Qt.MouseButton.NoButton, Qt.MouseButton.NoButton,
                       Qt.KeyboardModifier.NoModifier)


@pytest.mark.parametrize("event", [
    lambda: QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_A, Qt.KeyboardModifier.NoModifier, "a"),
    lambda: mouse(17),
    lambda: mouse(17, QEvent.Type.MouseButtonPress),
    lambda: QWheelEvent(QPointF(1, 1), QPointF(1, 1), QPoint(0, 8), QPoint(0, 8), Qt.MouseButton.NoButton,
                        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False),
])
def test_input_counts(make: Make, clocks: FakeClocks, qtbot: QtBot, event: Callable[[], QEvent]) -> None:
    watch, said = make(1)
    widget = QWidget()
    qtbot.addWidget(widget)
    seconds(watch, clocks, 50)
    QApplication.sendEvent(widget, event())
    seconds(watch, clocks, 50)
    assert said == []
    seconds(watch, clocks, 12)
    assert said == [IDLE]


def test_a_pointer_that_rests_and_what_the_window_does_itself_are_no_input(
        make: Make, clocks: FakeClocks, qtbot: QtBot) -> None:
    watch, said = make(1)
    widget = QWidget()
    qtbot.addWidget(widget)
    QApplication.sendEvent(widget, mouse(17))
    seconds(watch, clocks, 50)
    QApplication.sendEvent(widget, mouse(17))  # the system tells of the pointer because the window changed below it
    QApplication.sendEvent(widget, QEvent(QEvent.Type.UpdateRequest))
    QApplication.sendEvent(widget, QEvent(QEvent.Type.Timer))
    seconds(watch, clocks, 12)
    assert said == [IDLE]


def test_waking_up_is_noticed_by_the_clock_that_goes_on(make: Make, clocks: FakeClocks) -> None:
    watch, said = make(0)
    clocks.go(1, asleep=3600)
    watch.look()
    assert said == [SLEEP]


def test_a_date_that_jumps_ahead_is_taken_for_sleep(make: Make, clocks: FakeClocks) -> None:
    watch, said = make(0)
    clocks.go(1, set_by=3600)
    watch.look()
    assert said == [SLEEP]


def test_a_date_set_back_hides_no_sleep_and_no_idleness(make: Make, clocks: FakeClocks) -> None:
    watch, said = make(1)
    clocks.go(1, set_by=-86_400)
    watch.look()
    assert said == []
    seconds(watch, clocks, 61)
    assert said == [IDLE]
    watch, said = make(1)
    clocks.go(1, asleep=3600, set_by=-7200)
    watch.look()
    assert said == [SLEEP]


def test_a_busy_computer_is_not_asleep(make: Make, clocks: FakeClocks) -> None:
    watch, said = make(0)
    clocks.go(120)
    watch.look()
    assert said == []


def test_the_real_clocks_go_on() -> None:
    first, second = sentry.system_clocks(), sentry.system_clocks()
    assert all(isinstance(value, float) for value in first)
    assert all(later >= earlier for earlier, later in zip(first[:2], second[:2], strict=True))


@pytest.mark.parametrize(("message", "word", "reason"), [
    (0x0218, 4, [SLEEP]), (0x02B1, 7, [SCREEN]), (0x02B1, 8, []), (0x0218, 7, []), (0x0100, 4, []),
])
def test_what_windows_tells(make: Make, message: int, word: int, reason: list[str]) -> None:
    watch, said = make(0)
    heard = sentry._MessageFilter(watch)
    told = wintypes.MSG()
    told.message, told.wParam = message, word
    assert heard.nativeEventFilter(QByteArray(b"windows_generic_MSG"), ctypes.addressof(told)) == (False, 0)
    assert said == reason
    assert heard.nativeEventFilter(QByteArray(b"xcb_generic_event_t"), 1) == (False, 0)  # looks at no address


def test_where_logind_keeps_a_session(monkeypatch: pytest.MonkeyPatch) -> None:
    for number, path in (("2", "/org/freedesktop/login1/session/_32"), ("c1", "/org/freedesktop/login1/session/c1"),
                         ("", "")):
        monkeypatch.setenv("XDG_SESSION_ID", number)
        assert sentry._session_path() == path


# D-Bus, on a bus of the test's own.

BUS = """
import os, sys
from PySide6.QtCore import QTimer
from PySide6.QtDBus import QDBusConnection, QDBusMessage, QDBusUnixFileDescriptor, QDBusVirtualObject
from PySide6.QtWidgets import QApplication
from app.ui.sentry import Sentry
LOGIND, PATH = "org.freedesktop.login1", "/org/freedesktop/login1"
class Logind(QDBusVirtualObject):
    def introspect(self, path): return ""
    def handleMessage(self, message, bus):
        if message.member() != "Inhibit": return False
        self.reading, writing = os.pipe()
        bus.send(message.createReply([QDBusUnixFileDescriptor(writing)]))
        os.close(writing)
        print("inhibit", *message.arguments(), flush=True)
        return True
app = QApplication([])
world = QDBusConnection.connectToBus(os.environ["BUS"], "world")
logind = Logind()
logind.reading = -1
assert world.registerService(LOGIND) and world.registerVirtualObject(PATH, logind)
sentry = Sentry(lambda: 0)
sentry.lock.connect(lambda why: print("lock", why, flush=True))
sentry.start()
def tell(path, interface, name, *arguments):
    signal = QDBusMessage.createSignal(path, interface, name)
    signal.setArguments(list(arguments))
    assert world.send(signal)
what = sys.argv[1]
tell_it = {
    "sleep": lambda: tell(PATH, LOGIND + ".Manager", "PrepareForSleep", True),
    "session": lambda: tell(PATH + "/session/_32", LOGIND + ".Session", "Lock"),
    "other session": lambda: tell(PATH + "/session/_39", LOGIND + ".Session", "Lock"),
    "gnome": lambda: tell("/org/gnome/ScreenSaver", "org.gnome.ScreenSaver", "ActiveChanged", True),
    "gnome off": lambda: tell("/org/gnome/ScreenSaver", "org.gnome.ScreenSaver", "ActiveChanged", False),
    "kde": lambda: tell("/ScreenSaver", "org.freedesktop.ScreenSaver", "ActiveChanged", True),
    "nothing": lambda: None,
}[what]
QTimer.singleShot(400, tell_it)
QTimer.singleShot(1200, app.quit)
app.exec()
pipes = [int(n) for n in os.listdir("/proc/self/fd") if os.path.islink(f"/proc/self/fd/{n}") and int(n) > 2
         and "pipe" in os.readlink(f"/proc/self/fd/{n}")]
print("held", sum(number != logind.reading and not os.get_inheritable(number) for number in pipes), flush=True)
"""


@pytest.fixture(scope="module")
def bus() -> Iterator[str]:
    """The address of a message bus that nobody else is on."""
    daemon = shutil.which("dbus-daemon")
    if daemon is None:
        pytest.skip("there is no dbus-daemon on this computer")
    with subprocess.Popen([daemon, "--session", "--nofork", "--print-address"], stdout=subprocess.PIPE, text=True,
                          stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.terminate()


def told(bus: str, what: str, **environment: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", BUS, what], capture_output=True, text=True, timeout=60,
        env={**os.environ, "BUS": bus, "DBUS_SYSTEM_BUS_ADDRESS": bus, "DBUS_SESSION_BUS_ADDRESS": bus,
             "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(paths.resources().parent), "XDG_SESSION_ID": "2",
             **environment})
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="D-Bus is Linux's")
@pytest.mark.parametrize(("what", "said"), [
    ("sleep", ["lock sleep"]), ("session", ["lock screen"]), ("gnome", ["lock screen"]), ("kde", ["lock screen"]),
    ("gnome off", []), ("other session", []), ("nothing", []),
])
def test_what_linux_tells_on_its_buses(bus: str, what: str, said: list[str]) -> None:
    lines = told(bus, what)
    assert [line for line in lines if line.startswith("lock")] == said
    assert lines[0] == "inhibit sleep Carrel Locks the library before the computer sleeps delay"
    assert lines[-1] == "held 1"  # logind's promise to wait, which ends with the process and not before


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="D-Bus is Linux's")
def test_a_bus_across_the_network_is_not_spoken_to(bus: str) -> None:
    lines = told(bus, "sleep", DBUS_SYSTEM_BUS_ADDRESS="tcp:host=127.0.0.1,port=9",
                 DBUS_SESSION_BUS_ADDRESS="tcp:host=127.0.0.1,port=9")
    assert not any(line.startswith(("lock", "inhibit")) for line in lines)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="D-Bus is Linux's")
def test_without_a_bus_there_are_the_clocks_left(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nowhere")
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
    watch = Sentry(lambda: 0)
    watch.start()
    assert watch.watching
    watch.stop()

"""Watches for what should lock the library: nobody at the window, a computer that sleeps, a locked screen.

Owns the clocks, the count of input, and each system's way to tell of sleep and lock. Knows no session and no panel;
all that it says is one signal. Where a system has no such way, or none that answers, the clocks are what is left:
a computer that slept is noticed when it wakes.
"""

from __future__ import annotations

import ctypes
import os
import sys
import time
from collections.abc import Callable
from ctypes import wintypes
from pathlib import Path
from typing import Any, cast

from PySide6.QtCore import SLOT, QAbstractNativeEventFilter, QByteArray, QEvent, QObject, QTimer, Signal, Slot
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

ASKED = "asked"  # the reasons: by key or button
IDLE = "idle"
SLEEP = "sleep"
SCREEN = "screen"

_TICK_MS = 1000
_SLEPT = 10.0  # seconds by which the clocks part until it was sleep and not a busy computer
_INPUT = frozenset({
    QEvent.Type.KeyPress, QEvent.Type.InputMethod, QEvent.Type.MouseMove, QEvent.Type.MouseButtonPress,
    QEvent.Type.Wheel, QEvent.Type.TouchBegin, QEvent.Type.TouchUpdate, QEvent.Type.TabletMove,
    QEvent.Type.TabletPress, QEvent.Type.NativeGesture, QEvent.Type.DragMove, QEvent.Type.Drop,
})

Clocks = Callable[[], tuple[float, float, float]]


class Sentry(QObject):
    """Says once, between `start` and `stop`, that the library should be locked, and why."""

    lock = Signal(str)

    def __init__(self, minutes: Callable[[], int], parent: QObject | None = None, clocks: Clocks | None = None) -> None:
        """`minutes` is asked each second how long nobody may use the window, 0 for as long as they like."""
        super().__init__(parent)
        self._minutes = minutes
        self._clocks = clocks or system_clocks
        self._last = self._clocks()
        self._used = self._last[1]
        self._place: tuple[float, float] | None = None
        self._watch: QObject | None = None
        self._timer = QTimer(self, interval=_TICK_MS)
        self._timer.timeout.connect(self.look)

    def start(self) -> None:
        """Begin to watch."""
        self._last = self._clocks()
        self._used = self._last[1]
        self._timer.start()
        application = QApplication.instance()
        assert application is not None
        application.installEventFilter(self)
        if self._watch is None:
            self._watch = _watch_system(self)

    def stop(self) -> None:
        """Watch no more; safe to call twice."""
        self._timer.stop()
        application = QApplication.instance()
        if application is not None:
            application.removeEventFilter(self)

    @property
    def watching(self) -> bool:
        """Whether it was started."""
        return self._timer.isActive()

    def say(self, reason: str) -> None:
        """Ask for the library to be locked, if that was not asked for yet."""
        if self.watching:
            self.stop()
            self.lock.emit(reason)

    def look(self) -> None:
        """Compare the clocks: whether the computer slept, and how long nobody used the window."""
        awake, through, wall = self._clocks()
        before, self._last = self._last, (awake, through, wall)
        passed = awake - before[0]
        if max(through - before[1], wall - before[2]) - passed > _SLEPT:
            self.say(SLEEP)
        elif 0 < self._minutes() * 60 <= through - self._used:
            self.say(IDLE)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 (Qt's name)
        kind = event.type()
        if kind in _INPUT and not (kind == QEvent.Type.MouseMove and self._rests(cast(QMouseEvent, event))):
            self._used = self._last[1]  # to the second, which is enough and costs nothing
        return False

    def _rests(self, event: QMouseEvent) -> bool:
        """Some systems tell of a movement whenever what lies under the pointer changes."""
        point = event.globalPosition()
        before, self._place = self._place, (point.x(), point.y())
        return before == self._place


def system_clocks() -> tuple[float, float, float]:
    """Return seconds: of a clock that stands still while the computer sleeps, of one that does not, and the date's."""
    wall = time.time()
    if sys.platform == "win32":
        unbiased = ctypes.c_ulonglong()
        ctypes.windll.kernel32.QueryUnbiasedInterruptTime(ctypes.byref(unbiased))
        return unbiased.value / 1e7, time.monotonic(), wall
    if sys.platform == "darwin":
        return time.clock_gettime(time.CLOCK_UPTIME_RAW), time.clock_gettime(time.CLOCK_MONOTONIC), wall
    return time.clock_gettime(time.CLOCK_MONOTONIC), time.clock_gettime(time.CLOCK_BOOTTIME), wall


def _watch_system(sentry: Sentry) -> QObject | None:
    if sys.platform == "win32":
        return WindowsMessages(sentry)
    if sys.platform == "darwin":
        return MacNotes(sentry)
    return Buses(sentry)


# Linux and the like: logind tells on the system's bus, screen savers on the session's.

_LOGIND = "org.freedesktop.login1"
_LOGIND_PATH = "/org/freedesktop/login1"
_SAVERS = ("org.freedesktop", "org.gnome", "org.kde", "org.cinnamon", "org.mate", "org.xfce")
_ANSWER_MS = 2000


class Buses(QObject):
    """Listens on D-Bus; quietly deaf where there is none."""

    def __init__(self, sentry: Sentry) -> None:
        super().__init__(sentry)
        self._sentry = sentry
        self._pause: object = None  # while it lives, the system waits a few seconds before it sleeps
        try:
            from PySide6 import QtDBus
        except ImportError:  # a Qt that was built without it
            return
        if _local(os.environ.get("DBUS_SYSTEM_BUS_ADDRESS", "unix:")):
            self._listen_to_system(QtDBus.QDBusConnection.systemBus(), QtDBus.QDBusMessage)
        session = os.environ.get("DBUS_SESSION_BUS_ADDRESS", "")
        # Without an address Qt would look for a bus by starting a program; the usual place needs none.
        if _local(session) or (not session and Path(os.environ.get("XDG_RUNTIME_DIR", "/none"), "bus").exists()):
            self._listen_to_session(QtDBus.QDBusConnection.sessionBus())

    def _listen_to_system(self, bus: Any, message: Any) -> None:  # Any: their types want bytes where a str is right
        if not bus.isConnected():
            return
        manager = f"{_LOGIND}.Manager"
        bus.connect(_LOGIND, _LOGIND_PATH, manager, "PrepareForSleep", self, SLOT("sleeps(bool)"))
        bus.connect(_LOGIND, _session_path(), f"{_LOGIND}.Session", "Lock", self, SLOT("locked()"))
        inhibit = message.createMethodCall(_LOGIND, _LOGIND_PATH, manager, "Inhibit")
        inhibit.setArguments(["sleep", "Carrel", "Locks the library before the computer sleeps", "delay"])
        bus.callWithCallback(inhibit, self, SLOT("paused(QDBusMessage)"), _ANSWER_MS)

    def _listen_to_session(self, bus: Any) -> None:
        if not bus.isConnected():
            return
        for desktop in _SAVERS:
            bus.connect("", "", f"{desktop}.ScreenSaver", "ActiveChanged", self, SLOT("covered(bool)"))

    @Slot(bool)
    def sleeps(self, begins: bool) -> None:
        """The computer goes to sleep, or woke."""
        self._sentry.say(SLEEP)

    @Slot()
    def locked(self) -> None:
        """The user's session is locked."""
        self._sentry.say(SCREEN)

    @Slot(bool)
    def covered(self, on: bool) -> None:
        """The screen saver began or ended."""
        if on:
            self._sentry.say(SCREEN)

    @Slot("QDBusMessage")
    def paused(self, answer: object) -> None:
        """Keep the system's promise to wait; it ends with this process, which is when the library is locked."""
        self._pause = answer


def _local(address: str) -> bool:
    return address.startswith("unix:")


def _session_path() -> str:
    """Return where logind keeps this session, "" for any where that is not known."""
    number = os.environ.get("XDG_SESSION_ID", "")
    if not number or not number.isascii():
        return ""
    plain = [letter if letter.isalnum() and not (place == 0 and letter.isdigit()) else f"_{ord(letter):02x}"
             for place, letter in enumerate(number)]
    return f"{_LOGIND_PATH}/session/{''.join(plain)}"


# Windows: messages that each window gets.

_WM_POWERBROADCAST, _PBT_APMSUSPEND = 0x0218, 0x0004
_WM_WTSSESSION_CHANGE, _WTS_SESSION_LOCK = 0x02B1, 0x7


class WindowsMessages(QObject):
    """Reads what Windows tells the program's windows of sleep and lock."""

    def __init__(self, sentry: Sentry) -> None:
        super().__init__(sentry)
        self._filter = _MessageFilter(sentry)
        application = QApplication.instance()
        assert application is not None
        application.installNativeEventFilter(self._filter)
        windows = [widget for widget in QApplication.topLevelWidgets() if widget.isVisible()]
        if sys.platform == "win32" and windows:
            ctypes.windll.wtsapi32.WTSRegisterSessionNotification(wintypes.HWND(int(windows[0].winId())), 0)


class _MessageFilter(QAbstractNativeEventFilter):
    def __init__(self, sentry: Sentry) -> None:
        super().__init__()
        self._sentry = sentry

    def nativeEventFilter(  # noqa: N802 (Qt's name)
        self, kind: QByteArray | bytes | bytearray | memoryview, message: int
    ) -> tuple[bool, int]:
        if bytes(cast(bytes, kind)).startswith(b"windows_"):
            told = wintypes.MSG.from_address(int(message))
            if told.message == _WM_POWERBROADCAST and told.wParam == _PBT_APMSUSPEND:
                self._sentry.say(SLEEP)
            elif told.message == _WM_WTSSESSION_CHANGE and told.wParam == _WTS_SESSION_LOCK:
                self._sentry.say(SCREEN)
        return False, 0


# macOS: notes that go round the session; sleep is left to the clocks.

_MAC_NOTES = (b"com.apple.screenIsLocked", b"com.apple.screensaver.didstart")


class MacNotes(QObject):
    """Listens to what macOS tells all programs of the screen; Qt's event loop delivers it."""

    def __init__(self, sentry: Sentry) -> None:
        super().__init__(sentry)
        kind = ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * 5)
        self._heard = kind(lambda *_: sentry.say(SCREEN))  # kept: the system calls it later
        try:
            core = ctypes.CDLL("/System/Library/Frameworks/CoreFoundation.framework/CoreFoundation")
            core.CFNotificationCenterGetDistributedCenter.restype = ctypes.c_void_p
            core.CFStringCreateWithCString.restype = ctypes.c_void_p
            core.CFStringCreateWithCString.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_uint32]
            core.CFNotificationCenterAddObserver.argtypes = [
                ctypes.c_void_p, ctypes.c_void_p, kind, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_long]
            core.CFNotificationCenterAddObserver.restype = None
        except (OSError, AttributeError):
            return  # the clocks are left
        center = core.CFNotificationCenterGetDistributedCenter()
        utf8, at_once = 0x08000100, 4
        for name in _MAC_NOTES:
            core.CFNotificationCenterAddObserver(
                center, None, self._heard, core.CFStringCreateWithCString(None, name, utf8), None, at_once)

"""The program with its window worked by a script, in a process of its own: adds, locks, and goes on after it.

Run by tests/ui/test_locking.py as `python locked_job.py --library DIR [--passphrase-file FILE]`; the folder beside
DIR named `in` is added, and each line printed is one JSON object. After the lock the program runs this again.
"""

from __future__ import annotations

import ctypes
import json
import os
import re
import sys
import time
from pathlib import Path

from PySide6.QtCore import QRect, QTimer

from app import __main__ as program
from app.ui import application
from app.ui.main_window import MainWindow

PLACE = QRect(12, 70, 770, 500)
# A word of the documents, which may not stand whole in this file: what is looked for would be found here.
BEGINNING, REST = b"Zwiebelt", [byte ^ 90 for byte in b"urmuhr"]


def say(**values: object) -> None:
    print(json.dumps({"pid": os.getpid(), "at": time.monotonic(), **values}), flush=True)


class _Part(ctypes.Structure):
    _fields_ = (("base", ctypes.c_void_p), ("length", ctypes.c_size_t))


def in_memory() -> int:
    """Count where the word stands in the memory of this process."""
    libc = ctypes.CDLL(None, use_errno=True)
    found = 0
    for line in Path("/proc/self/maps").read_text(encoding="ascii", errors="replace").splitlines():
        place = re.match(r"([0-9a-f]+)-([0-9a-f]+) rw", line)
        if not place or line.endswith(("[vvar]", "[vsyscall]")):
            continue
        start, end = (int(number, 16) for number in place.groups())
        for at in range(start, end, 1 << 24):
            size = min(1 << 24, end - at)
            held = ctypes.create_string_buffer(size)
            here, there = _Part(ctypes.addressof(held), size), _Part(at, size)
            read = libc.process_vm_readv(os.getpid(), ctypes.byref(here), ctypes.c_ulong(1), ctypes.byref(there),
                                         ctypes.c_ulong(1), ctypes.c_ulong(0))
            if read <= 0:
                continue
            text = held.raw[:read]
            for match in re.finditer(BEGINNING, text):
                following = text[match.end():match.end() + len(REST)]
                found += [byte ^ 90 for byte in following] == REST
            ctypes.memset(held, 0, size)
            del text
    return found


class Worked(MainWindow):
    """A window whose user is this script."""

    step = 0

    def show(self) -> None:
        super().show()
        self._after_lock = "CARREL_LOCKED" in os.environ or "--passphrase-file" not in sys.argv
        if not self._after_lock:
            self.setGeometry(PLACE)
        self._ticks = QTimer(self, interval=50)
        self._ticks.timeout.connect(self._second if self._after_lock else self._first)
        self._ticks.start()

    def _first(self) -> None:
        if self.recovery.showing:
            self.recovery.later.click()
            self.recovery.later.click()
        if self.step == 0 and self.session is not None and self.stack.currentWidget() is self.work:
            self.step = 1
            self.library.add([self._folder()])
        elif self.step == 1 and self.library.adding and self.library.rows.rows:
            self.step = 2
            say(when="before", documents=len(self.library.rows.rows), adding=self.library.adding,
                title=self.windowTitle(), memory=in_memory())
            self.lock_button.click()
            say(when="covered", page=self.stack.currentWidget() is self.covering)

    def _second(self) -> None:
        unlock = self.unlock
        if self.step == 0 and unlock.first.isVisible():
            self.step = 1
            place = self.geometry()
            say(when="locked", session=self.session is not None, memory=in_memory(), arguments=sys.argv[1:],
                place=[place.x(), place.y(), place.width(), place.height()], title=self.windowTitle(),
                told=unlock._intro.text(), variables=sorted(name for name in os.environ if name.startswith("CARREL")))
            unlock.first.setText((self._folder().parent / "passphrase").read_text(encoding="utf-8").strip())
            unlock.submit()
        elif self.step == 1 and self.session is not None and self.library.adding:
            self.step = 2
            say(when="resumed", strip=self.library.strip.isVisible())
        elif self.step == 2 and not self.library.adding and not self.jobs.busy:
            self.step = 3
            say(when="done", documents=len(self.library.rows.rows), unfinished=len(self.session.store.unfinished()))
            self.close()

    @staticmethod
    def _folder() -> Path:
        return Path(sys.argv[sys.argv.index("--library") + 1]).parent / "in"


if __name__ == "__main__":
    application.MainWindow = Worked  # type: ignore[misc]
    sys.exit(program.main())

"""What is waited for at the window, without a screen (Qt's offscreen platform).

From the start of the process to the window on the screen; and the longest time in which the window does not come to
look after itself while a library of thousands of documents is listed, beside one of sixty (scripted session).
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent

# The program's own entry, with a clock that tells when the window was first painted and then closes it.
WATCH = """
import sys, time
from app import __main__ as program, seal
seal.shut("desk")
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QMainWindow

class Watch(QObject):
    def eventFilter(self, target, event):
        if event.type() == QEvent.Type.Paint and isinstance(target, QMainWindow):
            print(time.time(), flush=True)
            application.removeEventFilter(self)
            target.close()
        return False

application = QApplication([])
watch = Watch()
application.installEventFilter(watch)
sys.exit(program.main(sys.argv[1:]))
"""

# One library listed by the real window; a timer of 1 ms tells when the window did not come to look after itself.
LISTED = """
import sys, time
from app import seal
seal.shut("desk")
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from app.ui.main_window import MainWindow
from app.ui.widgets.theme import Theme
from tests.ui.fake_session import PASSPHRASE, FakeDoor, FakeSession, document

application = QApplication([])
many = int(sys.argv[1])
rows = [document(f"/in/{number:05}.pdf", reasons=("Page 3 is a scan.",) * (number % 2)) for number in range(many)]
window = MainWindow(Theme(application, dark=False), FakeDoor(FakeSession(rows=rows)))
window.show()
window.begin(bytearray(PASSPHRASE))
while len(window.library.rows.rows) < many or window.jobs.busy:
    application.processEvents()
longest, last = 0.0, time.perf_counter()

def tick():
    global longest, last
    now = time.perf_counter()
    longest, last = max(longest, now - last), now

timer = QTimer(interval=1)
timer.timeout.connect(tick)
timer.start()
window.library.refresh()
QTimer.singleShot(1500, application.quit)
application.exec()
print(longest, flush=True)
window.closed.connect(application.quit)
window.close()
application.exec()
"""


def start_once(library: Path) -> float:
    """Return the seconds from the start of a process to its window."""
    began = time.time()
    return _told(WATCH, "--library", str(library)) - began


def stands_still(documents: int) -> float:
    """Return the longest turn of the window, in seconds, while so many documents are listed anew."""
    return _told(LISTED, str(documents))


def _told(script: str, *arguments: str) -> float:
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments], stdout=subprocess.PIPE, check=True, text=True, cwd=ROOT,
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    return float(done.stdout.split()[0])


def run(options: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory() as folder:
        start_once(Path(folder) / "library")  # reads everything from disk once
        seconds = [start_once(Path(folder) / "library") for _ in range(options.rounds)]
    print(f"  window painted {median(seconds):.2f} s after the start, slowest {max(seconds):.2f} s (wanted: under 2 s)")
    few, many = (median(stands_still(documents) for _ in range(options.rounds)) for documents in (60, 6_000))
    print(f"  stands still {1000 * many:.0f} ms while 6,000 documents are listed, {many / few:.1f} times as long as"
          " for 60")

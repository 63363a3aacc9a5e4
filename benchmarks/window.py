"""From the start of the process to the window on the screen, without a screen (Qt's offscreen platform)."""

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


def start_once(library: Path) -> float:
    """Return the seconds from the start of a process to its window."""
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT)}
    began = time.time()
    done = subprocess.run(
        [sys.executable, "-c", WATCH, "--library", str(library)],
        env=environment, stdout=subprocess.PIPE, check=True, text=True,
    )  # fmt: skip
    return float(done.stdout.split()[0]) - began


def run(options: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory() as folder:
        start_once(Path(folder) / "library")  # reads everything from disk once
        seconds = [start_once(Path(folder) / "library") for _ in range(options.rounds)]
    print(f"  window painted {median(seconds):.2f} s after the start, slowest {max(seconds):.2f} s (wanted: under 2 s)")

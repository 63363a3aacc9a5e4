"""Locking for real: the process is replaced, its memory is gone, and the work that was under way goes on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from app import paths
from tests.ui import locked_job

FILES = 24
PARAGRAPHS = 40
PASSPHRASE = "copper zebra lawn quarrel"


pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into memory by Linux's own means"),
]


def test_after_a_lock_nothing_of_the_old_process_is_left_and_work_goes_on(empty_home: Path, tmp_path: Path) -> None:
    locked(tmp_path, "offscreen")


@pytest.mark.xcb
def test_the_same_on_a_real_window_system(empty_home: Path, tmp_path: Path) -> None:
    locked(tmp_path, "xcb")


def locked(tmp_path: Path, platform: str) -> None:
    library = tmp_path / "library"
    word = (locked_job.BEGINNING + bytes(byte ^ 90 for byte in locked_job.REST)).decode()
    (tmp_path / "in").mkdir()
    for number in range(FILES):
        lines = [f"Entry {number}.{line}: the clock called {word} was mended for EUR {number * line},50, and house "
                 f"number {line} of street {number} was visited about its roof, its garden and its cellar in winter."
                 for line in range(PARAGRAPHS)]
        (tmp_path / "in" / f"notes {number}.txt").write_text("\n\n".join(lines), encoding="utf-8")
    (tmp_path / "passphrase").write_text(PASSPHRASE, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, locked_job.__file__, "--library", str(library),
         "--passphrase-file", str(tmp_path / "passphrase")],
        capture_output=True, text=True, timeout=280, cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(paths.resources().parent), "QT_QPA_PLATFORM": platform},
    )
    told: dict[str, dict[str, Any]] = {}
    for line in done.stdout.splitlines():
        told[json.loads(line)["when"]] = json.loads(line)
    assert list(told) == ["before", "covered", "locked", "resumed", "done"], done.stderr
    assert done.returncode == 0, done.stderr
    assert len({step["pid"] for step in told.values()}) == 1  # it became itself anew
    before, after = told["before"], told["locked"]
    assert before["adding"]
    assert before["memory"] > 0  # the search can find it
    assert told["covered"]["page"]
    assert after["memory"] == 0
    assert not after["session"]
    assert after["arguments"] == ["--library", str(library)]
    assert after["place"] == list(locked_job.PLACE.getRect())  # type: ignore[call-overload]
    assert after["told"] == "Your library is locked. Enter its passphrase to go on."
    assert before["title"] == after["title"] == "Carrel"
    assert after["at"] - told["covered"]["at"] < 30  # two seconds here; a computer that goes to sleep waits five
    assert told["resumed"]["strip"]
    assert before["documents"] < told["done"]["documents"] == FILES
    assert told["done"]["unfinished"] == 0
    assert "Traceback" not in done.stderr

"""Locking the real window, seen from outside: no process of it, no working folder, no word anywhere."""

from __future__ import annotations

import json
import secrets
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.privacy.canary import Canary, held
from tests.privacy.finder import Finder, shared_memory
from tests.privacy.program import QUICK, QUICK_WINDOW, Program, descendants, living

pytestmark = [
    pytest.mark.real,
    pytest.mark.timeout(300),
    pytest.mark.skipif(sys.platform != "linux", reason="looks at processes by Linux's own means"),
]


def said(process: subprocess.Popen[str]) -> dict[str, Any]:
    assert process.stdout
    line = process.stdout.readline()
    assert line, process.communicate()[1]
    found: dict[str, Any] = json.loads(line)
    return found


def test_a_lock_leaves_nothing(tmp_path: Path) -> None:
    _lock({}, tmp_path)


@pytest.mark.xcb
def test_a_lock_leaves_nothing_on_a_real_window_system(tmp_path: Path) -> None:
    _lock({"QT_QPA_PLATFORM": "xcb"}, tmp_path)


def _lock(environment: dict[str, str], folder: Path) -> None:
    seed = secrets.randbits(32)
    print(f"canary of seed {seed}")
    canary = Canary(seed)
    finder = Finder(canary.words)
    program = Program(folder / "run", environment, entry=(*QUICK_WINDOW, "--lock"))
    program.make_vault()
    program.settle(audit_questions=True, answers="written")
    before = shared_memory()
    process = program.start(canary.plant(folder), canary.question)
    try:
        assert canary.inside[0] in said(process)["answer"], "the program did not do its job, so this proves nothing"
        children = descendants(process.pid)
        assert len(living(children)) >= 2
        until = time.monotonic() + 20
        while not (working := held([process.pid, *children])) and time.monotonic() < until:
            time.sleep(0.05)
            children = descendants(process.pid)  # the index is opened in the background
        assert working, "there was no working copy of the index, so this proves little"
        (folder / "given" / "go").touch()
        began = time.monotonic()
        locked = said(process)
        print(f"locked and at the unlock screen after {time.monotonic() - began:.1f} s, of which 1.5 are waited")
        assert locked == {**locked, "session": False, "asks": True}
        assert canary.matter not in json.dumps(locked)
        assert living(children) == {}
        assert descendants(process.pid) == {}
        assert working & shared_memory() == set()
        assert held([process.pid]) == set()
        sealed = list(program.library.rglob("index.sealed"))
        assert len(sealed) == 1
        assert not list(program.library.rglob("carrel-*"))
        assert finder.look([*program.places, *(shared_memory() - before)]) == set()
        told = b"".join(Path(f"/proc/{process.pid}/{name}").read_bytes() for name in ("cmdline", "environ"))
        assert finder.inside(told) == set()
        process.send_signal(signal.SIGINT)
        _, complaints = process.communicate(timeout=60)
        assert process.returncode == 0, complaints
    finally:
        process.kill()
        process.communicate()
    assert finder.look([*program.places, *(shared_memory() - before)]) == set()
    # What was locked is whole.
    program.entry = QUICK
    assert canary.inside[0] in program.run("search", canary.question, "--json")

"""A second program on the same library, and a clock that was set: nothing is harmed, and both are told."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path

import pytest

from tests.privacy.program import QUICK, QUICK_WINDOW, ROOT, SAMPLES, Program

pytestmark = [pytest.mark.real, pytest.mark.timeout(300)]

NOTES = SAMPLES / "Meeting notes 2026-01-12.txt"


def test_a_second_program(tmp_path: Path) -> None:
    program = Program(tmp_path / "run", entry=(*QUICK_WINDOW, "--stay"))
    program.make_vault()
    second = Program(tmp_path / "second", entry=QUICK, elsewhere=program.library)
    backup = tmp_path / "copy.carrel"
    with program.start(SAMPLES, "What of a temporary repair when water enters?") as first:
        assert first.stdout
        assert "forty-eight" in first.stdout.readline()
        refused = [second.tried(*arguments) for arguments in (
            ("status",), ("search", "water"), ("add", NOTES), ("matters", "new", "Mine"), ("backup", backup),
            ("remove", NOTES), ("audit",),
        )]  # fmt: skip
        assert first.poll() is None
        first.send_signal(signal.SIGINT)
        _, complaints = first.communicate(timeout=60)
    assert first.returncode == 0, complaints
    for done in refused:
        assert done.code == 4, done
        assert "another Carrel" in done.sentence, done
        assert not done.output
    assert not backup.exists()
    listed = [one for one in second.ask_json("status")["documents"] if one["parent"] is None]
    assert len(listed) == len([path for path in SAMPLES.iterdir() if path.is_file()])
    assert "forty-eight hours" in " ".join(second.run("search", "temporary repair when water enters").split())


def test_two_that_start_at_the_same_moment(tmp_path: Path) -> None:
    """One is first, or they come one after the other; whatever was acknowledged by either is there."""
    programs = [Program(tmp_path / "one", entry=QUICK)]
    programs[0].make_vault()
    programs.append(Program(tmp_path / "two", entry=QUICK, elsewhere=programs[0].library))
    files = []
    for number in range(2):
        files.append(tmp_path / f"{number}.txt")
        files[number].write_text(f"Only number {number} says zembalor{number}.", encoding="utf-8")
    for turn in range(3):
        running = [program.start("add", file) for program, file in zip(programs, files, strict=True)]
        ended = [(process.communicate()[1], process.returncode) for process in running]
        assert all(code in (0, 4) for _, code in ended), ended
        assert any(code == 0 for _, code in ended), ended
        assert not any("Traceback" in complaints for complaints, _ in ended), ended
        for number, (_, code) in enumerate(ended):
            if code == 0:
                assert f"zembalor{number}" in programs[0].run("search", f"zembalor{number}"), turn


# The clock

SHIFT = """
import os, time
_real, _shift = time.time, float(os.environ.get("CLOCK_SHIFT", "0"))
time.time = lambda: _real() + _shift
time.time_ns = lambda: int((_real() + _shift) * 1e9)
"""
YEAR = 365.25 * 86400


@pytest.fixture
def shifted(tmp_path: Path) -> Program:
    """A program whose clock can be set; it is made known to every Python below it."""
    program = Program(tmp_path / "run", entry=QUICK)
    program.make_vault()
    place = tmp_path / "clock"
    place.mkdir()
    (place / "sitecustomize.py").write_text(SHIFT, encoding="utf-8")
    program.environment["PYTHONPATH"] = os.pathsep.join([str(place), str(ROOT)])
    return program


@pytest.mark.parametrize("years", [-1.0, 1.0])
def test_a_clock_that_was_set(years: float, shifted: Program, tmp_path: Path) -> None:
    paper = tmp_path / "paper.txt"
    paper.write_text("The first version says hubrelant.", encoding="utf-8")
    assert shifted.tried("add", paper).code == 0
    shifted.environment["CLOCK_SHIFT"] = str(years * YEAR)
    paper.write_text("The other version says korvindal.", encoding="utf-8")  # as long as the first
    os.utime(paper, (time.time() + years * YEAR,) * 2)
    assert "hubrelant" in shifted.run("search", "hubrelant")
    assert shifted.tried("add", paper).code == 0
    assert "korvindal" in shifted.run("search", "korvindal")
    assert "hubrelant" not in shifted.run("search", "hubrelant")
    answer = json.loads(shifted.run("ask", "Which says korvindal?", "--json").splitlines()[-1])
    assert answer["evidence"]
    entries = json.loads(shifted.run("audit", "--json").splitlines()[-1])["entries"]
    told = [entry for entry in entries if "clock was set back" in entry["remark"]]
    assert bool(told) == (years < 0)
    del shifted.environment["CLOCK_SHIFT"]  # it is set right again
    assert "korvindal" in shifted.run("search", "korvindal")


def test_a_clock_set_back_locks_nobody_out(shifted: Program, tmp_path: Path) -> None:
    """A wait that began in what is now the future is waited once, not until then."""
    right, wrong = shifted.passphrase.read_text(encoding="utf-8"), "not this one at all\n"
    shifted.passphrase.write_text(wrong, encoding="utf-8")
    for _ in range(4):
        done = shifted.tried("status")
        assert done.code == 4
    assert "wait" in done.sentence or "wait" in shifted.tried("status").sentence
    shifted.passphrase.write_text(right, encoding="utf-8")
    shifted.environment["CLOCK_SHIFT"] = str(-YEAR)
    until = time.monotonic() + 60
    while (done := shifted.tried("status")).code == 4:
        assert done.told, done
        assert "wait" in done.sentence, done
        assert time.monotonic() < until, "locked out by a clock that was set back"
        time.sleep(0.5)
    assert done.code == 0

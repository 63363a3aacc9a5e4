"""Memory that leaves the program: cores, and other programs of the same account that look into it.

Whoever may do everything (root) can look into any process, and no program can prevent it.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.privacy.canary import Canary
from tests.privacy.finder import Finder
from tests.privacy.program import QUICK_WINDOW, Program, descendants, wait_until_gone

pytestmark = [
    pytest.mark.real,
    pytest.mark.timeout(300),
    pytest.mark.skipif(sys.platform != "linux", reason="looks at processes by Linux's own means"),
]

# An account that may do everything gives that up first; it stays the owner of its files and processes.
ORDINARY = ("setpriv", "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs") if os.geteuid() == 0 else ()
CORES = ("sh", "-c", 'ulimit -c unlimited && exec "$@"', "sh")  # as a careless system would allow them

LOOK = """
import sys
found = 0
for line in open(f"/proc/{sys.argv[1]}/maps"):
    place, mode = line.split()[:2]
    begin, end = (int(part, 16) for part in place.split("-"))
    if "r" in mode and end - begin < 1 << 28:
        with open(f"/proc/{sys.argv[1]}/mem", "rb", 0) as memory:
            memory.seek(begin)
            try: found += sys.argv[2].encode() in memory.read(end - begin)
            except OSError: pass
print(found)
"""

HOLDER = """
import sys, time
word = sys.argv[1][::-1]
kept = [word[::-1] + str(number) for number in range(3)]
print("ready", flush=True)
time.sleep(60)
"""


@contextlib.contextmanager
def unlocked(folder: Path, canary: Canary) -> Iterator[tuple[Program, subprocess.Popen[str], dict[int, str]]]:
    """The window with an answer about the canary in it, waiting; with the processes that it started."""
    program = Program(folder / "run", entry=(*QUICK_WINDOW, "--stay"), before=(*ORDINARY, *CORES))
    program.make_vault()
    process = program.start(canary.plant(folder), canary.question)
    assert process.stdout
    assert canary.inside[0] in process.stdout.readline(), "the program did not do its job, so this proves nothing"
    children = descendants(process.pid)
    try:
        yield program, process, children
    finally:
        process.kill()
        process.communicate()
        wait_until_gone(children)


@pytest.fixture
def canary() -> Canary:
    seed = secrets.randbits(32)
    print(f"canary of seed {seed}")
    return Canary(seed)


def looked(process: int, word: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*ORDINARY, sys.executable, "-c", LOOK, str(process), word], capture_output=True, text=True)


def test_memory_can_be_looked_at_where_nothing_prevents_it(canary: Canary) -> None:
    """The test below could not fail otherwise."""
    command = [*ORDINARY, sys.executable, "-c", HOLDER, canary.name]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        process.stdout.readline()
        seen = looked(process.pid, canary.name)
        process.kill()
    assert seen.returncode == 0, seen.stderr
    assert int(seen.stdout) > 0


def test_another_program_of_the_account_sees_nothing(canary: Canary, tmp_path: Path) -> None:
    with unlocked(tmp_path, canary) as (_, desk, children):
        assert len(children) >= 2  # engines, the index
        for number in (desk.pid, *children):
            seen = looked(number, canary.inside[0])
            assert seen.returncode != 0, f"process {number} of {len(children)} lets itself be read"
            assert "PermissionError" in seen.stderr
        if gcore := shutil.which("gcore"):
            core = tmp_path / "core"
            made = subprocess.run([*ORDINARY, gcore, "-o", str(core), str(desk.pid)], capture_output=True, text=True)
            assert list(tmp_path.glob("core*")) == [], made.stderr
        if ORDINARY:  # no claim: what root can do is said, not prevented
            seen = subprocess.run([sys.executable, "-c", LOOK, str(desk.pid), canary.inside[0]], capture_output=True,
                                  text=True)
            print(f"\nroot looks into the unlocked desk and finds the word in {seen.stdout.strip()} of its areas")


@pytest.mark.parametrize("how", [signal.SIGSEGV, signal.SIGABRT])
def test_a_crash_leaves_no_core(how: signal.Signals, canary: Canary, tmp_path: Path) -> None:
    """Though the system allows cores: the program itself does not, for none of its processes."""
    if not a_core_is_made(how, tmp_path):
        pytest.skip("this system makes no cores that can be looked for")
    finder = Finder(canary.words)
    with unlocked(tmp_path, canary) as (program, desk, children):
        for child in children:
            os.kill(child, how)
        time.sleep(0.5)
        os.kill(desk.pid, how)
        _, status = os.waitpid(desk.pid, 0)
        desk.returncode = -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
        assert not (os.WIFSIGNALED(status) and os.WCOREDUMP(status))
        wait_until_gone(children)
        assert finder.look([*program.places, tmp_path / "run"]) == set()
        assert not [path for path in program.folder.rglob("core*") if path.is_file()]


def a_core_is_made(how: signal.Signals, folder: Path) -> bool:
    """Whether the same signal makes a core of a program that does nothing against it."""
    place = folder / "control"
    place.mkdir(exist_ok=True)
    process = subprocess.Popen([*ORDINARY, *CORES, "sleep", "60"], cwd=place)
    time.sleep(0.2)
    os.kill(process.pid, how)
    _, status = os.waitpid(process.pid, 0)
    process.returncode = -how
    shutil.rmtree(place)
    return os.WIFSIGNALED(status) and os.WCOREDUMP(status)

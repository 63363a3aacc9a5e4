"""No process of the program makes, or tries to make, a socket of the internet: seen by strace from outside.

strace stops a system call before the seal's filter sees it, so that also what was refused is written down.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.privacy.program import HOSTILE, ROOT, SAMPLES, Program

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="strace is a tool of Linux"),
    pytest.mark.timeout(900),
]

# A socket call with its family, and the calls that name an address of another family.
_FAMILY = re.compile(r"\bsocket(?:pair)?\((\w+)")
_ADDRESS = re.compile(r"\b(?:connect|bind|sendto|sendmsg|sendmmsg)\(.*?sa_family=(\w+)")

OWN_TRY = re.compile(r"socket\(AF_INET, SOCK_STREAM\|SOCK_CLOEXEC, IPPROTO_IP\) += -1 EPERM ")


def traced(folder: Path, environment: dict[str, str] | None = None) -> tuple[Program, Path]:
    strace = shutil.which("strace")
    assert strace, "strace is needed: apt-get install strace"
    trace = folder / "trace"
    before = (strace, "-f", "-qq", "-A", "-e", "trace=%network", "-e", "signal=none", "-o", str(trace))
    return Program(folder / "run", environment or {}, before), trace


def foreign(trace: Path) -> list[str]:
    """Return the lines of a trace that reach, or try to reach, beyond this computer's own processes."""
    found = []
    for line in trace.read_text(encoding="utf-8", errors="replace").splitlines():
        families = _FAMILY.findall(line) + _ADDRESS.findall(line)
        if any(family not in ("AF_UNIX", "AF_LOCAL") for family in families):
            found.append(line)
    return found


def main_job(program: Program) -> None:
    added = program.ask_json("add", SAMPLES)
    assert added["added"] >= 6
    hits = program.ask_json("search", "temporary repair when water enters")["hits"]
    assert any("forty-eight hours" in " ".join(hit["text"].split()) for hit in hits[:5])
    answer = program.ask_json("ask", "What dose of apixaban was Teresa Amaral discharged on?")
    assert answer["evidence"]


@pytest.mark.real
def test_the_main_job(tmp_path: Path) -> None:
    program, trace = traced(tmp_path)
    main_job(program)
    assert foreign(trace) == []


@pytest.mark.real
def test_the_main_job_in_a_hostile_place(tmp_path: Path) -> None:
    program, trace = traced(tmp_path, HOSTILE)
    settings = "".join(f"{name.lower()}={value}\n" for name, value in HOSTILE.items())
    (program.working / ".env").write_text(settings, encoding="utf-8")
    main_job(program)
    assert foreign(trace) == []


@pytest.mark.real
def test_the_window(tmp_path: Path) -> None:
    program, trace = traced(tmp_path, HOSTILE)
    question = "What dose of apixaban was Teresa Amaral discharged on?"
    process = program.start(SAMPLES, question, entry=("-m", "tests.privacy.window_job"))
    output, complaints = process.communicate()
    assert process.returncode == 0, complaints
    assert output.startswith(question)
    assert "Discharge summary" in output
    # Once the window tries the lock of its own door, to show the user that it holds.
    tries = [line for line in foreign(trace) if not OWN_TRY.search(line)]
    assert tries == []
    assert len(foreign(trace)) <= 1


@pytest.mark.parametrize("sealed", [False, True])
def test_a_try_is_seen_even_when_the_seal_refuses_it(sealed: bool, tmp_path: Path) -> None:
    """The tests above could not fail otherwise."""
    code = "import socket\n"
    if sealed:
        code += "from app import seal; seal.shut('desk')\n"
    code += "try: socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\nexcept PermissionError: print('refused')"
    program, trace = traced(tmp_path)
    done = subprocess.run(
        [*program.before, sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert done.stdout.strip() == ("refused" if sealed else "")
    assert any("AF_INET" in line for line in foreign(trace))

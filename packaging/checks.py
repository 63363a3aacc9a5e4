"""What `dev.py test` runs after the set-up, one after the other, all of them also when one fails.

Standard library only.
"""

from __future__ import annotations

import contextlib
import os
import platform
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

import environment
from steps import ROOT, SetupError, say

NO_TESTS = 5  # pytest's exit code where it found none
SCREEN_SECONDS = 30.0  # for Xvfb to answer


@dataclass(frozen=True)
class Outcome:
    """How one check ended."""

    name: str
    passed: bool
    seconds: float


def run_all(arguments: list[str]) -> int:
    """Run every check, `arguments` going to pytest; return 0 only when all passed."""
    outcomes = [
        _check("ruff", ["ruff", "check", "."]),
        _check("mypy", ["mypy", "app", "packaging/dev.py", "packaging/make_export.py"]),
        _check("layers", ["lint-imports"]),
        # A run of chosen tests may well hold none for one of the two.
        _check("tests", ["pytest", "-m", "not xcb", *arguments], {"QT_QPA_PLATFORM": "offscreen"},
               none_is_fine=bool(arguments)),
    ]
    if platform.system() == "Linux":
        with screen() as display:
            outcomes.append(_check("tests on a screen", ["pytest", "-m", "xcb", *arguments],
                                   {"QT_QPA_PLATFORM": "xcb", "DISPLAY": display}, none_is_fine=bool(arguments)))
    say("")
    for outcome in outcomes:
        say(f"{'✓' if outcome.passed else '✗'} {outcome.name} ({outcome.seconds:.0f} s)")
    return 0 if all(outcome.passed for outcome in outcomes) else 1


def _check(name: str, words: list[str], variables: dict[str, str] | None = None, *,
           none_is_fine: bool = False) -> Outcome:
    say(f"\n── {name}: {' '.join(words)}")
    began = time.monotonic()
    done = subprocess.run(
        [environment.program(words[0]), *words[1:]],
        cwd=ROOT, env={**os.environ, **environment.OFFLINE, **(variables or {})}, stdin=subprocess.DEVNULL, check=False)
    passed = done.returncode == 0 or (none_is_fine and done.returncode == NO_TESTS)
    return Outcome(name, passed, time.monotonic() - began)


@contextlib.contextmanager
def screen() -> Iterator[str]:
    """A screen that nobody sees, for the tests of the real window system; yields its DISPLAY."""
    reading, writing = os.pipe()
    with tempfile.TemporaryFile() as said:
        try:
            server = subprocess.Popen(
                ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1400x1000x24", "-nolisten", "tcp", "-noreset"],
                pass_fds=[writing], stdin=subprocess.DEVNULL, stdout=said, stderr=said)
        except OSError as error:
            os.close(reading)
            raise SetupError(f"Xvfb could not be started: {error.strerror}.") from error
        finally:
            os.close(writing)
        # A server that hangs is ended, which ends the reading below too.
        impatience = threading.Timer(SCREEN_SECONDS, server.kill)
        impatience.start()
        with os.fdopen(reading, "rb") as pipe:
            number = pipe.readline().strip().decode()
        impatience.cancel()
        try:
            if not number:
                server.wait()
                said.seek(0)
                raise SetupError("Xvfb did not start: " + said.read().decode(errors="replace").strip())
            yield f":{number}"
        finally:
            server.terminate()
            server.wait()

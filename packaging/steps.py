"""Running one step of the set-up: its line on the screen, its log, and what is remembered of it.

Knows nothing of what the steps do. Standard library only.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache"
LOGS = CACHE / "logs"
VENV = ROOT / ".venv"
STARTED = "started"  # what a step is remembered as until it is over
HEARTBEAT = 60.0  # seconds between signs of life where nobody watches a terminal


class SetupError(Exception):
    """A sentence that says what is wrong and what to do about it."""


class StepFailed(Exception):
    """A command of a step ended with an error; `log` is its whole output."""

    def __init__(self, title: str, code: int, log: Path) -> None:
        super().__init__(f"{title}: exit code {code}")
        self.title = title
        self.code = code
        self.log = log

    def output(self) -> str:
        """All that the command wrote."""
        return self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""

    def tail(self, lines: int = 25) -> str:
        """The last `lines` lines that the command wrote."""
        return "\n".join(self.output().splitlines()[-lines:])


class Memory:
    """What each step of the set-up last finished with, kept in a file beside what it installed."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def get(self, step: str) -> str:
        """Return the key that `step` finished with, STARTED for one that was cut off, else ''."""
        return self._all().get(step, "")

    def set(self, step: str, key: str) -> None:
        """Remember `key` for `step`; the file holds either the old or the new, never a part."""
        entries = self._all()
        entries[step] = key
        self.file.parent.mkdir(parents=True, exist_ok=True)
        partial = self.file.with_suffix(".partial")
        partial.write_text(json.dumps(entries, indent=1, sort_keys=True), encoding="utf-8")
        partial.replace(self.file)

    def _all(self) -> dict[str, str]:
        try:
            entries = json.loads(self.file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}  # none yet, or damaged: every step looks again
        if not isinstance(entries, dict):
            return {}
        return {str(step): str(key) for step, key in entries.items()}


def say(text: str) -> None:
    """Print one line at once, also into a pipe."""
    print(text, flush=True)


@contextlib.contextmanager
def shown(title: str) -> Iterator[None]:
    """Show `title` with a clock that moves while the body runs, and the time it took at the end."""
    began = time.monotonic()
    over = threading.Event()
    moving = sys.stdout.isatty()

    def beat() -> None:
        while not over.wait(1.0 if moving else HEARTBEAT):
            seconds = int(time.monotonic() - began)
            if moving:
                print(f"\r  … {title} ({seconds} s)", end="", flush=True)
            else:
                say(f"  … {title} ({seconds} s)")

    if not moving:
        say(f"  … {title}")
    clock = threading.Thread(target=beat, name="clock", daemon=True)
    clock.start()
    word = "stopped"
    try:
        yield
        word = "done"
    finally:
        over.set()
        clock.join()
        sign = "✓" if word == "done" else "✗"
        seconds = time.monotonic() - began
        say(f"{chr(13) if moving else ''}  {sign} {title} ({seconds:.0f} s)")


def command(title: str, arguments: Sequence[str | Path], environment: Mapping[str, str] | None = None,
            *, log: str) -> str:
    """Run one command with its output in `.cache/logs/<log>.log` and return that output.

    Raises StepFailed when it ends with an error. A stop from the keyboard ends the command too.
    """
    LOGS.mkdir(parents=True, exist_ok=True)
    scratch = CACHE / "tmp"  # not the system's, which on some computers is small and in memory
    scratch.mkdir(parents=True, exist_ok=True)
    place = {name: str(scratch) for name in ("TMPDIR", "TEMP", "TMP")}
    path = LOGS / f"{log}.log"
    with path.open("wb") as output:
        process = subprocess.Popen(
            [str(argument) for argument in arguments],
            cwd=ROOT,
            env={**os.environ, **place, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            code = process.wait()
        except BaseException:
            process.terminate()
            process.wait()
            raise
    if code:
        raise StepFailed(title, code, path)
    return path.read_text(encoding="utf-8", errors="replace")

"""What `dev.py` does for each of its commands, and the sentence for each way in which that can fail.

Standard library only.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import time

import environment
import machine
from steps import ROOT, STARTED, SetupError, StepFailed, say

PACKAGES_DISK = int(4.0 * machine.GIB)  # .venv and the installer's cache
COMPILE_DISK = int(1.5 * machine.GIB)
MODELS_DISK = int(0.6 * machine.GIB)


def main(arguments: list[str] | None = None) -> int:
    """Do what the command line asks; return its exit code."""
    words = sys.argv[1:] if arguments is None else arguments
    own, passed_on = _split(words)
    asked = _parser().parse_args(own)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal that lacks a sign shows another
    try:
        machine.check_computer()
        if asked.command == "lock":
            import lock

            lock.write((["--upgrade"] if asked.upgrade else []) + passed_on)
            return 0
        if asked.command == "setup":
            set_up(tests=asked.tests)
            return 0
        if asked.command == "test":
            return _test(passed_on)
        return _run(window=not asked.terminal and machine.has_display(platform.system(), dict(os.environ)))
    except SetupError as error:
        say(f"\n{error}")
    except StepFailed as failed:
        say(f"\n{environment.sentence(failed)}")
    except OSError as error:
        say(f"\nThe set-up could not read or write {error.filename or 'a file'}: {error.strerror or error}. "
            "Look at its permissions and at the free disk space, and run this again.")
    except KeyboardInterrupt:
        say("\nStopped. Run it again to go on where it stopped.")
        return 130
    return 1


def _split(words: list[str]) -> tuple[list[str], list[str]]:
    """Part the words before a `--` from those after it, which are another program's."""
    if "--" not in words:
        return words, []
    where = words.index("--")
    return words[:where], words[where + 1:]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="dev.py", description="Sets Carrel up in its own folder, runs it, tests it.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    run = commands.add_parser("run", help="set up and open Carrel on a small library of fictional samples")
    run.add_argument("--terminal", action="store_true", help="in the terminal, also where there is a display")
    commands.add_parser("test", help="set up and run every check and test; what follows -- goes to pytest")
    setup = commands.add_parser("setup", help="only set up")
    setup.add_argument("--tests", action="store_true", help="with all that the tests need")
    lock = commands.add_parser("lock", help="write packaging/requirements anew; what follows -- goes to uv")
    lock.add_argument("--upgrade", action="store_true", help="let the versions of indirect packages move")
    return parser


def set_up(*, tests: bool) -> None:
    """Bring everything in place that is not yet; takes seconds where nothing changed."""
    import export
    import llama
    import modelfiles

    began = time.monotonic()
    _check_room()
    where = environment.make()
    # Asked before the long downloads, and again only where it must be compiled.
    if not llama.installed(where) and llama.wheel(where) is None:
        machine.check_compiler(platform.system())
    environment.install(where, ["test"] if tests else ["runtime", "test"])
    llama.install(where)
    modelfiles.place()
    environment.install_project(where)
    export.place()
    say(f"Carrel is set up ({time.monotonic() - began:.0f} s).")


def _check_room() -> None:
    """Check the disk for what is still to be put on it."""
    import modelfiles

    needed = 0
    if environment.MEMORY.get("packages") in ("", STARTED):
        needed += PACKAGES_DISK
    if environment.MEMORY.get("llama") in ("", STARTED):
        needed += COMPILE_DISK
    if any(modelfiles.lacking(model) for model in modelfiles.listed()):
        needed += MODELS_DISK
    if needed:
        machine.check_disk(ROOT, needed)


def _run(*, window: bool) -> int:
    if window:
        machine.check_system_packages(platform.system(), tests=False)
    set_up(tests=False)
    if window:
        say("Opening Carrel on a small library of fictional samples. The first time it reads and indexes them; "
            "close the window to end it.")
    else:
        say("There is no display, or the terminal was asked for: Carrel indexes its fictional samples here, asks "
            "three questions and shows evidence, answer and citations.")
    words = [str(environment.program("python")), "-m", "app", "demo", *(["--window"] if window else [])]
    return _watch(words, environment.OFFLINE)


def _watch(words: list[str], variables: dict[str, str]) -> int:
    """Run a program with the terminal in its hands; a stop from the keyboard is its to answer."""
    process = subprocess.Popen(words, cwd=ROOT, env={**os.environ, **variables})
    while True:
        try:
            code = process.wait()
            return code if code >= 0 else 128 - code
        except KeyboardInterrupt:
            continue


def _test(arguments: list[str]) -> int:
    machine.check_system_packages(platform.system(), tests=True)
    set_up(tests=True)
    import checks

    return checks.run_all(arguments)


"""How the command line speaks: sentences and questions on standard error, one JSON object on standard output."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Generator, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from app import export, paths
from app.types import BackupCopy

# What JSON may hold as it is, and a terminal takes for a command or a program for the end of the line; and halves of
# characters, which the name of a file may hold and UTF-8 does not.
_UNSAFE = re.compile("[\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def say(text: str) -> None:
    """Tell the user something that is not the result."""
    print(text, file=sys.stderr, flush=True)


def print_json(value: dict[str, Any]) -> None:
    """Print the result for a program, in one line."""
    line = json.dumps(value, ensure_ascii=False)
    print(_UNSAFE.sub(lambda match: f"\\u{ord(match.group()):04x}", line), flush=True)


def confirmed(question: str, *, yes: bool) -> bool:
    """Ask a yes-or-no question unless `yes`; raises SystemExit(2) where there is nobody to ask."""
    return yes or typed(f"{question} [y/N] ").strip().lower() in ("y", "yes")


def typed(question: str) -> str:
    """Return what is typed at the terminal; raises SystemExit(2) where there is nobody to ask."""
    if not sys.stdin.isatty():
        say("This has to be confirmed; say --yes where nobody can be asked.")
        raise SystemExit(2)
    print(question, end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().rstrip("\n")


def show_progress(shares: Iterator[float], words: str) -> None:
    """Pull a long operation to its end, with how far it is where somebody looks."""
    shown = sys.stderr.isatty()
    try:
        for share in shares:
            if shown:
                print(f"\r{words} {share:4.0%}", end="", file=sys.stderr, flush=True)
    finally:
        if isinstance(shares, Generator):  # what was begun is cleared away also where it was stopped
            shares.close()
        if shown:
            say("")


def write_text(path: Path, text: str) -> None:
    """Write a file whole or not at all; raises DiskFull, UnwritableFile."""
    paths.save(Path(os.path.abspath(path)), text.encode("utf-8", "backslashreplace"))


def export_target(path: Path, *, yes: bool) -> Path | None:
    """Return where to export to; None where a file is there and is to stay. Raises UnwritableFile."""
    target = Path(os.path.abspath(path))
    export.check(target)
    if target.exists() and not confirmed(f"{path} is there already. Write over it?", yes=yes):
        say("Nothing was written, and the file stays as it is.")
        return None
    return target


def say_exported(path: Path) -> None:
    """Say where to, and what the user has to know of such a file."""
    say(f"Written to {path}. That file is not encrypted.")


def local_time(moment: float) -> str:
    """Return a time as the clock on the wall showed it."""
    return datetime.fromtimestamp(moment).astimezone().strftime("%Y-%m-%d %H:%M:%S")


def iso_time(moment: float) -> str:
    """Return a time for programs, with its distance from UTC."""
    return datetime.fromtimestamp(moment).astimezone().isoformat(timespec="seconds")


def say_backups(before: Sequence[BackupCopy], after: Sequence[BackupCopy], *, asked: bool) -> None:
    """Say which backups were deleted, and which are left that hold what was removed."""
    left = {copy.path for copy in after}
    for copy in before:
        made = f"{copy.path}, of {local_time(copy.created)}"
        if copy.path not in left:
            say(f"Backup deleted: {made}")
        elif asked:
            say(f"This backup could not be deleted and may still hold it: {made}")
        else:
            say(f"This backup may still hold it: {made}")
    if left and not asked:
        say("Backups that Carrel made are deleted with --delete-backups; other copies it does not know.")

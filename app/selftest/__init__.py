"""The self-test: tries for real to reach what must not be reached, and writes down what became of it.

Every line is something that was tried here and now, or that was looked up of this computer and is only told.
The addresses are those reserved for examples (RFC 5737, RFC 6761), so nothing that is sent could arrive
anywhere. Knows the seal and where things lie; must not know a library, a key or Qt, whose tries it is given.
"""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from app import paths
from app.selftest import computer, processes, tries
from app.selftest.page import html, page, verdict
from app.selftest.processes import child
from app.types import Refusal

__all__ = ["EXIT_CODE", "child", "exit_code", "holds", "html", "objects", "page", "run", "verdict"]

EXIT_CODE = 7  # as of SealError: something that should hold does not


def run(qt_probe: Callable[[], list[Refusal]] | None = None, *, data: Path | None = None) -> list[Refusal]:
    """Try everything and return the lines, in the order of a page; takes a second or two, at most five.

    `qt_probe` makes the tries through Qt (app.ui.probe.tries); `data` is the folder whose disk is looked at.
    It is this process, shut as its kind is, that is tested; nothing changes for it.
    """
    with tempfile.TemporaryDirectory(prefix="carrel-selftest-", ignore_cleanup_errors=True) as name:
        # They work while this process makes its own tries.
        started = processes.start_programs() + processes.start_children(Path(name))
        try:
            lines = [*tries.sockets(), *tries.ways_around(), *tries.python()]
            lines += qt_probe() if qt_probe else []
            for each in started:
                lines += each.lines()
        finally:
            for each in started:
                each.end()
    return [*lines, *computer.traces(), *computer.told(data or paths.data_folder())]


def holds(refusals: Sequence[Refusal]) -> bool:
    """Whether everything holds that should."""
    return all(line.holds is not False for line in refusals)


def exit_code(refusals: Sequence[Refusal]) -> int:
    """Return 0, or EXIT_CODE where something that should hold does not."""
    return 0 if holds(refusals) else EXIT_CODE


def objects(refusals: Sequence[Refusal]) -> list[dict[str, str | bool | None]]:
    """Return the lines for JSON: {"what", "outcome", "by", "holds"}."""
    return [dataclasses.asdict(line) for line in refusals]

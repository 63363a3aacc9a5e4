"""The disk is full at some write of an ingest: a sentence, and all that was there or acknowledged still is.

Two ways: a small disk with ever less room, where this account may mount one, and strace, which makes a system
call fail as on a full disk from a chosen one on.
"""

from __future__ import annotations

import random
import re
import shutil
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.privacy.finder import coined
from tests.privacy.program import QUICK, Done, Program

pytestmark = [
    pytest.mark.real,
    pytest.mark.timeout(600),
    pytest.mark.skipif(sys.platform != "linux", reason="fills disks by Linux's own means"),
]

STEPS = 8
CALLS = 5  # of the many writes, those from which on the disk is full
PAGE = 4096
BASE, NEW = 3, 6  # documents before, and in the ingest that is cut short


class Papers:
    """Documents with a word each."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder
        self.chance = random.Random(seed)
        self.words: dict[str, str] = {}  # by file
        folder.mkdir()

    def write(self, folder: str, number: int, paragraphs: int = 120) -> Path:
        place = self.folder / folder
        place.mkdir()
        for _ in range(number):
            word = coined(self.chance)
            filler = "\n\n".join(" ".join(f"x{self.chance.randrange(10**6)}" for _ in range(40))
                                 for _ in range(paragraphs))
            file = place / f"{coined(self.chance)}.txt"
            file.write_text(f"{filler}\n\nThe word of this one is {word}.\n\n{filler}\n", encoding="utf-8")
            self.words[str(file)] = word
        return place

    def named(self, done: Done) -> set[str]:
        return {file for file in self.words if Path(file).name in done.acknowledged}

    def are_there(self, program: Program, files: set[str]) -> None:
        found = program.found_by({file: self.words[file] for file in sorted(files)})
        for file in files:
            assert f"is {self.words[file]}." in " ".join(found[file].split()), f"lost: {file}"


def fill(disk: Path, room: int) -> None:
    """Leave `room` bytes."""
    with (disk / "ballast").open("wb", buffering=0) as stream:
        left = shutil.disk_usage(disk).free - room
        while left > 0:
            left -= stream.write(b"x" * min(left, 1 << 20))


def test_ever_less_room(small_disk: Path, tmp_path: Path) -> None:
    base = Program(tmp_path / "base", entry=QUICK)
    base.make_vault()
    papers = Papers(tmp_path / "papers", 3)
    assert base.tried("add", papers.write("first", BASE, 20)).code == 0
    safe = set(papers.words)
    given = papers.write("second", NEW, 60)
    program = Program(tmp_path / "run", entry=QUICK, elsewhere=small_disk / "library")
    outcomes: Counter[str] = Counter()
    for step in range(STEPS):
        shutil.copytree(base.library, program.library)
        room = round(shutil.disk_usage(small_disk).free * (1 - (step + 1) / STEPS) ** 2) // PAGE * PAGE
        fill(small_disk, room)
        done = program.tried("add", given)
        assert done.told, done
        assert done.code in (0, 4), done
        if done.code:
            assert "disk is full" in done.complaints.casefold(), done
        (small_disk / "ballast").unlink()
        acknowledged = papers.named(done)
        papers.are_there(program, safe | acknowledged)
        outcomes["went on" if not done.code else f"said so after {len(acknowledged)} of {NEW} files"] += 1
        shutil.rmtree(program.library)
    print(f"\na disk with ever less room, {STEPS} times: {dict(outcomes)}")
    assert sum(number for outcome, number in outcomes.items() if outcome != "went on") >= STEPS // 3


WRITES = "write,pwrite64,pwritev,ftruncate,fallocate"


def injected(folder: Path, library: Path, when: str) -> tuple[str, ...]:
    """Return a command that runs another and has its writes to the library fail from the `when`th on."""
    strace = shutil.which("strace")
    assert strace, "strace is needed: apt-get install strace"
    (matter,) = (library / "matters").iterdir()
    files = [library / name for name in ("audit.log", "audit.head")]
    files += [matter / name for name in ("library.db", "library.db-wal", "library.db-journal", "index.sealed.new")]
    paths = [word for file in files for word in ("-P", str(file))]
    fault = ("-e", f"inject={WRITES}:error=ENOSPC:when={when}") if when else ()
    return (strace, "-f", "-qq", "-e", f"trace={WRITES}", *fault, *paths, "-e", "signal=none", "-o",
            str(folder / "trace"))


def test_full_from_any_write_on(tmp_path: Path) -> None:
    base = Program(tmp_path / "base", entry=QUICK)
    base.make_vault()
    papers = Papers(tmp_path / "papers", 4)
    assert base.tried("add", papers.write("first", BASE, 20)).code == 0
    safe = set(papers.words)
    given = papers.write("second", NEW, 10)
    outcomes: Counter[str] = Counter()

    def run(turn: str, when: str) -> int:
        program = Program(tmp_path / turn, entry=QUICK)
        shutil.copytree(base.library, program.library)
        program.before = injected(program.folder, program.library, when)
        done = program.tried("add", given)
        assert done.told, done
        assert done.code in (0, 4), done
        lines = (program.folder / "trace").read_text().splitlines()
        failed = sum("INJECTED" in line for line in lines)
        assert bool(failed) == bool(when), "no write was made to fail"
        if done.code:
            assert "disk is full" in done.complaints.casefold(), done
        program.before = ()
        acknowledged = papers.named(done)
        papers.are_there(program, safe | acknowledged)
        outcomes["went on" if not done.code else f"said so after {len(acknowledged)} of {NEW} files"] += 1
        shutil.rmtree(program.folder)
        by_thread = Counter(re.split(r"\s+", line)[0] for line in lines)
        return max(by_thread.values())

    writes = run("whole", "")
    assert writes > CALLS
    outcomes.clear()
    for step in range(CALLS):
        when = 1 + step * writes // CALLS
        run(f"at{when}", f"{when}+")
    run("once", f"{writes // 2}")  # full for a moment only
    print(f"\nfull from one of {writes} writes on, {CALLS} times, and once for a moment: {dict(outcomes)}")
    assert sum(number for outcome, number in outcomes.items() if outcome != "went on") >= CALLS // 2


def test_a_loss_is_seen(tmp_path: Path) -> None:
    """The tests above could not fail otherwise."""
    program = Program(tmp_path / "run", entry=QUICK)
    program.make_vault()
    papers = Papers(tmp_path / "papers", 5)
    assert program.tried("add", papers.write("first", 2, 2)).code == 0
    papers.are_there(program, set(papers.words))
    lost = papers.write("second", 1, 2) / "x"
    assert not lost.exists()
    with pytest.raises(AssertionError, match="lost"):
        papers.are_there(program, set(papers.words))

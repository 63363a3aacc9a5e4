"""SIGKILL at any moment: what was acknowledged is there, searchable, and no doubt is left."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.store.library import finds, opened, settle

ROOT = Path(__file__).resolve().parent.parent.parent
PASSAGES = 40
SHARED_MEMORY = Path("/dev/shm")

WRITER = f"""
import sys
from pathlib import Path
from tests.store.library import opened, put
store = opened(Path(sys.argv[1]))
for number in range(int(sys.argv[2]), int(sys.argv[3])):
    put(store, number, passages={PASSAGES})
    print(number, flush=True)
print("closing", flush=True)
store.close()
print("closed", flush=True)
"""

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")


def working_folders() -> set[Path]:
    return set(SHARED_MEMORY.glob("carrel-*")) if SHARED_MEMORY.is_dir() else set()


def killed(folder: Path, first: int, last: int, word: str, delay: float) -> list[str]:
    """Write documents in another process and kill it `delay` seconds after it says `word`; what it said."""
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(folder), str(first), str(last)],
        stdout=subprocess.PIPE, text=True, cwd=ROOT,
    )
    assert process.stdout
    said = []
    with process:
        for line in process.stdout:
            said.append(line.strip())
            if line.strip() == word:
                time.sleep(delay)
                break
        os.kill(process.pid, signal.SIGKILL)
        said += process.stdout.read().split()
    return said


def test_killed_while_adding(tmp_path: Path) -> None:
    chance = random.Random(20)
    before = working_folders()
    acknowledged: set[int] = set()
    first = 0
    for _ in range(6):
        # From the very first document, when Chroma is still being imported, to well after.
        said = killed(tmp_path, first, first + 100_000, str(first + chance.randrange(20)), chance.random() * 0.4)
        acknowledged |= {int(word) for word in said}
        first = max(acknowledged) + 1
        with opened(tmp_path) as store:
            store.verify()
            there = {int(Path(row.file).stem): row for row in store.documents()}
            assert acknowledged <= there.keys()
            assert len(there) - len(acknowledged) <= 6  # one may be committed and not yet said, each time
            some = [*chance.sample(sorted(acknowledged), 5), max(acknowledged)]
            assert all(finds(store, number, passages=PASSAGES) for number in some)
        # Whatever was committed but not said is written again under the same name, or stays.
        first = max(there) + 1
        acknowledged = set(there)
    with opened(tmp_path) as store:
        settle(store)
        assert store.index_failure is None
        some = chance.sample(sorted(acknowledged), min(20, len(acknowledged)))
        assert all(finds(store, number, passages=PASSAGES) for number in some)
        hits = store.words("clause", 10**6)
        assert len(hits) == len(acknowledged) * PASSAGES
    assert working_folders() <= before
    assert {path.name for path in tmp_path.iterdir()} == {"lock", "library.db", "index.sealed"}


def test_killed_while_closing(tmp_path: Path) -> None:
    chance = random.Random(21)
    before = working_folders()
    for turn in range(6):
        killed(tmp_path, turn * 20, turn * 20 + 20, "closing", chance.random() * 0.1)
        with opened(tmp_path) as store:
            assert len(store.documents()) == turn * 20 + 20
            assert finds(store, turn * 20 + 19, passages=PASSAGES)
            settle(store)
            assert all(finds(store, turn * 20 + i, passages=PASSAGES) for i in (0, 10, 19))
            assert store.index_failure is None
    assert working_folders() <= before


def test_another_process_is_refused_and_the_lock_dies_with_its_holder(tmp_path: Path) -> None:
    with opened(tmp_path):
        second = subprocess.run(
            [sys.executable, "-c", WRITER, str(tmp_path), "0", "1"],
            cwd=ROOT, capture_output=True, text=True, check=False,
        )
        assert second.returncode != 0
        assert "LibraryBusy" in second.stderr
        assert not second.stdout
    said = killed(tmp_path, 0, 5, "3", 0.0)
    with opened(tmp_path) as store:
        assert len(store.documents()) >= len([word for word in said if word.isdigit()])

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

from app.store import working
from tests.store.library import finds, opened, settle

ROOT = Path(__file__).resolve().parent.parent.parent
PASSAGES = 40

WRITER = f"""
import sys
from pathlib import Path
from app.store import working
from tests.store.library import opened, put
working._SHARED_MEMORY = Path(sys.argv[1] + ".memory")
store = opened(Path(sys.argv[1]))
for number in range(int(sys.argv[2]), int(sys.argv[3])):
    put(store, number, passages={PASSAGES})
    print(number, flush=True)
print("closing", flush=True)
store.close()
print("closed", flush=True)
"""

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A library's folder, with a shared memory of its own beside it: others use the real one meanwhile."""
    folder = tmp_path / "library"
    memory_of(folder).mkdir()
    monkeypatch.setattr(working, "_SHARED_MEMORY", memory_of(folder))
    return folder


def memory_of(library: Path) -> Path:
    return library.with_name(f"{library.name}.memory")


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


def test_killed_while_adding(library: Path) -> None:
    chance = random.Random(20)
    acknowledged: set[int] = set()
    first = 0
    for _ in range(6):
        # From the very first document, when Chroma is still being imported, to well after.
        said = killed(library, first, first + 100_000, str(first + chance.randrange(20)), chance.random() * 0.4)
        acknowledged |= {int(word) for word in said}
        first = max(acknowledged) + 1
        with opened(library) as store:
            assert not list(memory_of(library).iterdir())  # before anything is searched
            store.verify()
            there = {int(Path(row.file).stem): row for row in store.documents()}
            assert acknowledged <= there.keys()
            assert len(there) - len(acknowledged) <= 6  # one may be committed and not yet said, each time
            some = [*chance.sample(sorted(acknowledged), 5), max(acknowledged)]
            assert all(finds(store, number, passages=PASSAGES) for number in some)
        # Whatever was committed but not said is written again under the same name, or stays.
        first = max(there) + 1
        acknowledged = set(there)
    with opened(library) as store:
        settle(store)
        assert store.index_failure is None
        some = chance.sample(sorted(acknowledged), min(20, len(acknowledged)))
        assert all(finds(store, number, passages=PASSAGES) for number in some)
        hits = store.words("clause", 10**6)
        assert len(hits) == len(acknowledged) * PASSAGES
    assert not list(memory_of(library).iterdir())
    assert {path.name for path in library.iterdir()} == {"lock", "library.db", "index.sealed"}


def test_killed_while_closing(library: Path) -> None:
    chance = random.Random(21)
    for turn in range(6):
        killed(library, turn * 20, turn * 20 + 20, "closing", chance.random() * 0.1)
        with opened(library) as store:
            assert len(store.documents()) == turn * 20 + 20
            assert finds(store, turn * 20 + 19, passages=PASSAGES)
            settle(store)
            assert all(finds(store, turn * 20 + i, passages=PASSAGES) for i in (0, 10, 19))
            assert store.index_failure is None
    assert not list(memory_of(library).iterdir())


def test_another_process_is_refused_and_the_lock_dies_with_its_holder(library: Path) -> None:
    with opened(library):
        second = subprocess.run(
            [sys.executable, "-c", WRITER, str(library), "0", "1"],
            cwd=ROOT, capture_output=True, text=True, check=False,
        )
        assert second.returncode != 0
        assert "LibraryBusy" in second.stderr
        assert not second.stdout
    said = killed(library, 0, 5, "3", 0.0)
    with opened(library) as store:
        assert len(store.documents()) >= len([word for word in said if word.isdigit()])

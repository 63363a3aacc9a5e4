"""The process that Chroma runs in: what it holds, how it ends, and what happens without it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from app.store.vectors_client import IndexLost, VectorsProcess
from tests.store.library import DIMENSION, directions, document, finds, opened, put, settle
from tests.store.test_secret import CANARY, NAME, forms

ROOT = Path(__file__).resolve().parents[2]


def memory(process: int) -> bytes:
    """Return what a process has in memory; skips where the system does not let us look."""
    found = []
    try:
        folder = Path(f"/proc/{process}")
        with (folder / "maps").open(encoding="utf-8") as maps, (folder / "mem").open("rb") as mem:
            for line in maps:
                place, rights, *_ = line.split()
                if not rights.startswith("rw") or line.rstrip().endswith(("[vvar]", "[vsyscall]")):
                    continue
                first, last = (int(part, 16) for part in place.split("-"))
                mem.seek(first)
                try:
                    found.append(mem.read(last - first))
                except OSError:
                    continue  # a part that is reserved and not there
    except OSError as error:
        pytest.skip(f"this account may not look into the memory of another process: {error}")
    return b"".join(found)


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
def test_it_never_holds_text(tmp_path: Path) -> None:
    wanted = [form for word in (CANARY, NAME) for form in forms(word)]
    with opened(tmp_path) as store:
        file = f"/clients/{NAME}/{NAME}.pdf"
        text = [f"{CANARY} paragraph {i} on {CANARY}s" for i in range(300)]
        store.add(file, *document(*text, title=f"{NAME} {CANARY}"), directions(1, 300), size=1, modified=1.0,
                  digest=b"x" * 32)  # fmt: skip
        settle(store)
        store.nearest(directions(1, 1)[0], 5)
        process = store._index._process
        assert process
        held = memory(process.number)
        (some,) = store._records.series.stretch(0, 1).ids
        assert some.encode() in held, "its memory was not read, so this proves nothing"
        assert not [form for form in wanted if form in held]
        assert any(form in memory(os.getpid()) for form in wanted)
        told = Path(f"/proc/{process.number}/environ").read_bytes() + Path(
            f"/proc/{process.number}/cmdline").read_bytes()
        assert str(tmp_path).encode() not in told


def test_a_killed_one_costs_nothing_but_the_index(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        for number in range(5):
            put(store, number)
        settle(store)
        process = store._index._process
        assert process
        os.kill(process.number, signal.SIGKILL)
        assert all(finds(store, number) for number in range(5))
        assert isinstance(store.index_failure, IndexLost)
        put(store, 5)
        assert all(finds(store, number) for number in range(6))
    with opened(tmp_path) as store:
        settle(store)
        assert all(finds(store, number) for number in range(6))


def test_a_killed_desk_leaves_none(tmp_path: Path) -> None:
    code = """
import sys, time
from pathlib import Path
from tests.store.library import opened, put, settle
store = opened(Path(sys.argv[1]))
put(store, 1)
settle(store)
print(store._index._process.number, flush=True)
time.sleep(60)
"""
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True, cwd=ROOT,
    ) as desk:
        assert desk.stdout
        process = int(desk.stdout.readline())
        desk.kill()
    until = time.monotonic() + 20
    while Path(f"/proc/{process}/cmdline").exists() and Path(f"/proc/{process}/cmdline").read_bytes():
        assert time.monotonic() < until, "the process outlived its desk"
        time.sleep(0.05)


@pytest.mark.parametrize(
    "line", ["import sys; sys.exit(3)", "print('nonsense' * 9, flush=True); import time; time.sleep(60)"]
)
def test_what_is_no_index_is_told_and_ended(tmp_path: Path, line: str) -> None:
    with pytest.raises(IndexLost):
        VectorsProcess(command=[sys.executable, "-c", line]).open(tmp_path, new=True)


def test_the_same_as_asked_directly(tmp_path: Path) -> None:
    vectors = directions(1, 50)
    ids = [f"{i:032x}" for i in range(50)]
    process = VectorsProcess()
    process.open(tmp_path, new=True)
    process.upsert(ids, vectors)
    found = process.nearest(vectors[7], 3)
    exact = np.sort(vectors @ vectors[7])[::-1][:3]
    assert found[0][0] == ids[7]
    np.testing.assert_allclose([score for _, score in found], exact, atol=1e-5)
    process.delete([ids[7]])
    assert process.count() == 49
    assert not process.holds([ids[7]])
    process.close()
    again = VectorsProcess()
    again.open(tmp_path, new=False)
    assert again.count() == 49
    assert again.nearest(vectors[8], 1)[0][0] == ids[8]
    with pytest.raises(IndexLost):
        again.upsert(["z"], np.ones((1, DIMENSION + 1), np.float32))
    again.close()
    with pytest.raises(IndexLost):
        again.count()


def test_a_removed_vector_is_in_no_file_while_the_library_stays_open(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        kept = [put(store, number) for number in range(5)]
        gone = put(store, 9)
        settle(store)
        working = store._index._working.path
        needles = [vector.astype(np.float16).astype(np.float32).tobytes() for vector in directions(9, 3)]

        def found() -> int:
            lying = b"".join(path.read_bytes() for path in working.rglob("*") if path.is_file())
            return sum(needle in lying for needle in needles)

        process = store._index._process
        assert process
        before = found()
        store.remove(gone)
        until = time.monotonic() + 60
        while store._index._process is process or not store.search_ready:
            assert time.monotonic() < until, "the index was not made anew"
            assert all(finds(store, number) for number in range(5))
            time.sleep(0.05)
        assert found() == 0
        assert before == 3 or before == 0  # where Chroma had not written them yet, there is nothing to find
        assert all(finds(store, number) for number in range(5))
        assert len(kept) == 5
    assert (tmp_path / "index.sealed").exists()

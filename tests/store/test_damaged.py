"""Flipped, cut and missing files: damage is told in a sentence, or repaired where it can be."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from app.errors import LibraryDamaged, LibraryTooNew
from app.store.sealed import SealBroken, unseal
from app.store.store import Store
from app.vault.keys import subkey
from tests.store.library import KEY, directions, finds, opened, put, settle

ROOT = Path(__file__).resolve().parents[2]
FLIPS = 30


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole")
    with opened(folder) as store:
        for number in range(40):
            put(store, number, passages=20)
        settle(store)
    assert {path.name for path in folder.iterdir()} == {"lock", "library.db", "index.sealed"}
    return folder


@pytest.fixture
def copy(library: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(library, tmp_path / "copy"))


def flip(path: Path, place: int) -> None:
    with path.open("r+b") as stream:
        stream.seek(place)
        byte = stream.read(1)[0]
        stream.seek(place)
        stream.write(bytes([byte ^ 1 << place % 8]))


def read_all(store: Store) -> None:
    ids = [key for key, _ in store.words("clause", 10**6)]
    ids += [key for key, _ in store.nearest(directions(1, 1)[0], 10**4)]
    assert len(ids) == 1600
    for passage in store.passages(ids):
        assert passage.text.startswith("clause")
        assert passage.text in store.page_text(passage.document, passage.page)
    assert len(store.documents()) == 40


def test_a_flipped_bit_in_the_database_is_told(library: Path, tmp_path: Path) -> None:
    """Anywhere in the file, and found by reading, too, or without effect; never another text."""
    size = (library / "library.db").stat().st_size
    chance = random.Random(4)
    told: Counter[str] = Counter()
    for turn, place in enumerate([0, 15, 16, 4095, size - 1, *(chance.randrange(size) for _ in range(FLIPS - 5))]):
        folder = Path(shutil.copytree(library, tmp_path / str(turn)))
        flip(folder / "library.db", place)
        try:
            with opened(folder) as store:
                with pytest.raises(LibraryDamaged):
                    store.verify()
                read_all(store)
                told["told when all is checked; what was read was right"] += 1
        except LibraryDamaged:
            told["told at opening or reading"] += 1
        shutil.rmtree(folder)
    print(f"\nlibrary.db, {FLIPS} flips: {dict(told)}")
    assert told.total() == FLIPS
    assert told["told at opening or reading"] > FLIPS - 10  # the others hit what is not read


WRITER = """
import os, signal, sys
from pathlib import Path
from tests.store.library import opened, put
store = opened(Path(sys.argv[1]))
store.checkpoint()
for number in range(12):
    put(store, number, passages=5)
if sys.argv[2] == "moved":
    store.checkpoint()
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
@pytest.mark.parametrize("state", ["waiting", "moved"])
def test_a_flipped_bit_in_the_log_of_a_killed_program_is_told(tmp_path: Path, state: str) -> None:
    """Whether what the log holds is in the database already or not: where something is missing, it is said."""
    library = tmp_path / "library"
    subprocess.run([sys.executable, "-c", WRITER, str(library), state], cwd=ROOT, check=False)
    size = (library / "library.db-wal").stat().st_size
    assert size > 20 * 4120
    chance = random.Random(6)
    # The header, the header of the first frame, of the last, the last byte, and anywhere.
    known = [*range(0, 32, 4), *range(32, 48, 4), size - 4120 + 9, size - 4120 + 12, size - 1]
    outcomes: Counter[str] = Counter()
    for turn, place in enumerate([*known, *(chance.randrange(size) for _ in range(FLIPS)), None]):
        folder = Path(shutil.copytree(library, tmp_path / str(turn)))
        if place is not None:
            flip(folder / "library.db-wal", place)
        try:
            with opened(folder) as store:
                files = {row.file for row in store.documents()}
                hits = [key for key, _ in store.words("clause", 10**6)]
                assert len(hits) == 5 * len(files)
                for passage in store.passages(hits):
                    number = Path(passage.file).stem
                    assert passage.text.startswith(f"clause {number} part ")
                    assert passage.text in store.page_text(passage.document, passage.page)
                whole = files == {f"/papers/{number}.pdf" for number in range(12)}
                assert whole or store.findings, f"lost at {place} and not told"
                outcomes["nothing lost" if whole else "told, the end is missing"] += 1
                outcomes["told"] += bool(store.findings)
            if place is None:
                assert whole
                assert not store.findings
            with opened(folder) as store:
                assert not store.findings  # said once; the log is gone
                assert {row.file for row in store.documents()} == files
        except LibraryDamaged:
            outcomes["refused"] += 1
        shutil.rmtree(folder)
    print(f"\nlibrary.db-wal ({state}), {len(known) + FLIPS} flips and one whole: {dict(outcomes)}")
    assert outcomes["told"] or outcomes["refused"]


def test_a_flipped_bit_in_the_lock_costs_nothing(library: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(library, tmp_path / "copy"))
    size = (folder / "lock").stat().st_size
    for turn in range(FLIPS):
        flip(folder / "lock", turn % size)
        with opened(folder) as store:
            assert len(store.documents()) == 40
    assert (folder / "lock").read_bytes() == (library / "lock").read_bytes()
    print(f"\nlock, {FLIPS} flips: nothing lost, written anew")


def test_an_older_database_put_back_whole_is_not_noticed_here(library: Path, copy: Path) -> None:
    """It is as it was then, and only who knows how far the audit log had come can tell; text is never mixed."""
    with opened(copy) as store:
        store.audit_head = "later"
        put(store, 40, passages=20)
    shutil.copy(library / "library.db", copy / "library.db")
    with opened(copy) as store:
        store.verify()
        read_all(store)
        assert store.findings == ()
        assert store.audit_head == ""


def test_an_older_page_put_back_in_the_database(library: Path, copy: Path) -> None:
    """Its code is right, so that it is noticed only where it does not fit to the others: a stated limit."""
    with opened(copy) as store:
        for number in range(6):
            put(store, number, passages=20, word="later")
    old, new = (folder.joinpath("library.db").read_bytes() for folder in (library, copy))
    differ = [at for at in range(0, len(old), 4096) if old[at : at + 4096] != new[at : at + 4096]]
    outcomes: Counter[str] = Counter()
    for at in random.Random(7).sample(differ, min(FLIPS, len(differ))):
        path = copy / "library.db"
        path.write_bytes(new[:at] + old[at : at + 4096] + new[at + 4096 :])
        try:
            with opened(copy) as store:
                store.verify()
                sound = store._records.database._writer.execute("PRAGMA v.integrity_check(1)").fetchall()
                outcomes["would be noticed by a check of the structure" if sound != [("ok",)] else "unnoticed"] += 1
        except LibraryDamaged:
            outcomes["noticed at opening"] += 1
        for left in copy.glob("library.db-*"):
            left.unlink()
    print(f"\nlibrary.db, an older page put back: {dict(outcomes)}")
    assert outcomes.total() == min(FLIPS, len(differ)) > 3


@pytest.mark.parametrize("left", [40_960, -4096, -1])
def test_a_cut_database_is_told(copy: Path, left: int) -> None:
    path = copy / "library.db"
    path.write_bytes(path.read_bytes()[:left])

    def use() -> None:
        with opened(copy) as store:
            store.verify()
            read_all(store)

    with pytest.raises(LibraryDamaged):
        use()


@pytest.mark.parametrize("left", [0, 1, 4095, 4096])
def test_a_stump_of_a_database_is_refused_and_not_made_worse(copy: Path, left: int) -> None:
    path = copy / "library.db"
    content = path.read_bytes()
    path.write_bytes(content[:left])
    for _ in range(2):
        with pytest.raises(LibraryDamaged):
            opened(copy)
    assert path.read_bytes() == content[:left]


def test_a_missing_database_is_told_and_not_made_anew(copy: Path) -> None:
    (copy / "library.db").unlink()
    for _ in range(2):
        with pytest.raises(LibraryDamaged):
            opened(copy)
    assert not (copy / "library.db").exists()


def test_a_newer_library_is_left_alone(copy: Path) -> None:
    with opened(copy) as store:
        store._records.notes.put("version", 99)
    with pytest.raises(LibraryTooNew):
        opened(copy)


def test_any_damage_to_the_sealed_index_is_repaired(library: Path, tmp_path: Path) -> None:
    size = (library / "index.sealed").stat().st_size
    chance = random.Random(5)
    places = [0, 8, 39, 40, size - 1, *(chance.randrange(size) for _ in range(FLIPS - 5))]
    key = subkey(bytearray(KEY), "index")
    for turn, place in enumerate(places):
        flipped = Path(shutil.copy(library / "index.sealed", tmp_path / "flipped"))
        flip(flipped, place)
        (tmp_path / f"out{turn}").mkdir()
        with pytest.raises(SealBroken):
            unseal(flipped, tmp_path / f"out{turn}", key)
    print(f"\nindex.sealed, {FLIPS} flips: all refused, and the index made anew (8 of them to the end)")
    for turn, place in enumerate(places[:8]):
        folder = Path(shutil.copytree(library, tmp_path / str(turn)))
        flip(folder / "index.sealed", place)
        with opened(folder) as store:
            assert finds(store, turn, passages=20)
            settle(store)
            read_all(store)
            assert all(finds(store, number, passages=20) for number in range(0, 40, 8))
        with opened(folder) as store:
            settle(store)
            assert store._index._sealed_state == (800, 0)  # sealed again, and used
        shutil.rmtree(folder)


@pytest.mark.parametrize("content", [None, b"", b"CARRELX1", b"x" * 100_000])
def test_a_missing_or_foreign_sealed_index_is_made_anew(copy: Path, content: bytes | None) -> None:
    (copy / "index.sealed").unlink()
    if content is not None:
        (copy / "index.sealed").write_bytes(content)
    with opened(copy) as store:
        settle(store)
        read_all(store)
    assert (copy / "index.sealed").stat().st_size > 800 * 32 * 4


def test_an_older_sealed_index_is_caught_up(library: Path, copy: Path) -> None:
    with opened(copy) as store:
        put(store, 40, passages=20)
        settle(store)
    shutil.copy(library / "index.sealed", copy / "index.sealed")
    with opened(copy) as store:
        settle(store)
        assert store._index._sealed_state == (800, 0)
        assert finds(store, 40, passages=20)
        assert len(store.nearest(directions(1, 1)[0], 10**4)) == 820


def test_an_older_database_does_not_meet_a_newer_index(library: Path, copy: Path) -> None:
    """The copy goes on for as many passages as the original, which then differ under the same numbers."""
    newer = copy.parent / "newer"
    shutil.copytree(copy, newer)
    with opened(newer) as store:
        put(store, 50, passages=20)
        settle(store)
    with opened(copy) as store:
        put(store, 60, passages=20)
        settle(store)
    shutil.copy(newer / "index.sealed", copy / "index.sealed")
    with opened(copy) as store:
        settle(store)
        assert store._index._sealed_state is None
        assert finds(store, 60, passages=20)
        assert len(store.nearest(directions(50, 1)[0], 10**4)) == 820


def test_an_index_sealed_for_another_library_is_not_used(library: Path, copy: Path, tmp_path: Path) -> None:
    with Store.open(tmp_path / "other", bytearray(b"o" * 32), dimension=32) as store:
        put(store, 1)
        settle(store)
    shutil.copy(tmp_path / "other" / "index.sealed", copy / "index.sealed")
    with opened(copy) as store:
        settle(store)
        read_all(store)

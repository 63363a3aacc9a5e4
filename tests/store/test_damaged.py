"""Flipped, cut and missing files: damage is told in a sentence, or repaired where it can be."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from app.errors import LibraryDamaged, LibraryTooNew
from app.store.store import Store
from tests.store.library import directions, finds, opened, put, settle


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
    read = 0
    for turn, place in enumerate([0, 15, 16, 4095, size - 1, *(chance.randrange(size) for _ in range(25))]):
        folder = Path(shutil.copytree(library, tmp_path / str(turn)))
        flip(folder / "library.db", place)
        try:
            with opened(folder) as store:
                with pytest.raises(LibraryDamaged):
                    store.verify()
                read_all(store)
                read += 1
        except LibraryDamaged:
            pass
        shutil.rmtree(folder)
    assert read < 10  # those that hit what is not read


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
        store._records.note("version", 99)
    with pytest.raises(LibraryTooNew):
        opened(copy)


def test_any_damage_to_the_sealed_index_is_repaired(library: Path, tmp_path: Path) -> None:
    size = (library / "index.sealed").stat().st_size
    chance = random.Random(5)
    places = [0, 8, 39, 40, size - 1, *(chance.randrange(size) for _ in range(3))]
    for turn, place in enumerate(places):
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

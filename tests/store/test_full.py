"""A full disk: said in a sentence, everything earlier still there, and going on once there is room."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from app.errors import DiskFull
from tests.store.library import finds, opened, put, settle

BIG = 200  # passages


def test_a_disk_that_fills_up(small_disk: Path) -> None:
    library = small_disk / "library"
    (small_disk / "ballast").write_bytes(b"x" * (1 << 20))
    added = 0
    with opened(library) as store:
        try:
            while True:
                put(store, added, passages=BIG)
                added += 1
        except DiskFull:
            assert added > 2
        for _ in range(3):
            with pytest.raises(DiskFull):
                put(store, added, passages=2000)
            assert len(store.documents()) == added
            assert finds(store, added - 1, passages=BIG)
            assert len(store.words("clause", 10**6)) == added * BIG
        (small_disk / "ballast").unlink()
        put(store, added)
        assert finds(store, added)
    (small_disk / "ballast").write_bytes(b"")
    with opened(library) as store:
        store.verify()
        assert len(store.documents()) == added + 1
        assert finds(store, 0, passages=BIG)
        assert finds(store, added)


def test_opening_and_closing_on_a_full_disk(small_disk: Path) -> None:
    library = small_disk / "library"
    with opened(library) as store:
        put(store, 1)
        settle(store)
    ballast = small_disk / "ballast"
    with ballast.open("wb", buffering=0) as stream:
        while stream.write(b"x" * 4096):
            if not shutil.disk_usage(small_disk).free:
                break
    with pytest.raises(DiskFull), opened(library) as store:
        store.documents()
    ballast.unlink()
    with opened(library) as store:
        assert finds(store, 1)


def test_a_database_that_may_not_grow(tmp_path: Path) -> None:
    """The same by SQLite's own limit, which works for every account and system."""
    with opened(tmp_path) as store:
        for number in range(3):
            put(store, number, passages=BIG)
        settle(store)
        writer = store._records.database._writer
        pages = writer.execute("PRAGMA v.page_count").fetchone()[0]
        writer.execute(f"PRAGMA v.max_page_count={pages + 4}")
        for _ in range(3):
            with pytest.raises(DiskFull, match="already added is safe"):
                put(store, 3, passages=BIG)
            with pytest.raises(DiskFull):
                put(store, 1, passages=BIG * 4)  # would replace: the earlier one stays
        assert len(store.documents()) == 3
        assert finds(store, 1, passages=BIG)
        writer.execute("PRAGMA v.max_page_count=1000000")
        put(store, 3, passages=BIG)
    with opened(tmp_path) as store:
        assert len(store.documents()) == 4
        assert finds(store, 3, passages=BIG)


def test_no_room_for_the_index_costs_nothing_but_the_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from app.store import index
    from app.store.vectors_client import VectorsProcess

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with opened(tmp_path) as store:
        put(store, 1)
        settle(store)
        monkeypatch.setattr(index, "seal", full)
    assert not (tmp_path / "index.sealed").exists()
    monkeypatch.undo()
    with opened(tmp_path) as store:
        settle(store)
        monkeypatch.setattr(VectorsProcess, "upsert", full)
        put(store, 2)
        assert finds(store, 1)
        assert finds(store, 2)
        while store.index_failure is None:
            pass
        assert not store.search_ready
        assert finds(store, 1)
        assert finds(store, 2)
    monkeypatch.undo()
    with opened(tmp_path) as store:
        settle(store)
        assert finds(store, 1)
        assert finds(store, 2)

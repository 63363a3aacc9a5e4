"""The working folder: where it lies, and that nothing else is wiped in its place."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from app.store import working
from tests.store.library import opened, put, settle


@pytest.mark.parametrize("elsewhere", [False, True])
def test_where_the_working_folder_lies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, elsewhere: bool) -> None:
    if elsewhere:
        monkeypatch.setattr(working, "_SHARED_MEMORY", tmp_path / "nowhere")
    elif sys.platform != "linux" or not working._has_room(working._SHARED_MEMORY, 0):
        pytest.skip("there is no shared memory to speak of")
    with opened(tmp_path / "library") as store:
        put(store, 1)
        settle(store)
        folder = store._index._working.path
        assert folder.parent == (tmp_path / "library" if elsewhere else working._SHARED_MEMORY)
        assert folder.is_dir()
    assert not folder.exists()
    assert {path.name for path in (tmp_path / "library").iterdir()} == {"lock", "library.db", "index.sealed"}


def test_only_our_own_folders_are_wiped(tmp_path: Path) -> None:
    mine = tmp_path / f"carrel-{'0a' * 16}"
    others = [tmp_path / "carrel-x", tmp_path / "letters", tmp_path / "sub" / mine.name]
    for folder in (mine, *others):
        folder.mkdir(parents=True)
        (folder / "file").write_text("x")
        working._wipe(folder, tmp_path)
    assert not mine.exists()
    assert all((folder / "file").exists() for folder in others)

"""The sealed folder: comes back as it was, or not at all."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from app.store import sealed
from app.store.sealed import SealBroken, seal, unseal

KEY = bytearray(range(32))
CHUNK = 1000


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealed, "CHUNK", CHUNK)


def folder_of(parent: Path, files: dict[str, bytes]) -> Path:
    folder = parent / "folder"
    folder.mkdir()
    for name, content in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def content_of(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def opened(source: Path, parent: Path, key: bytearray = KEY) -> tuple[dict[str, bytes], dict[str, object]]:
    folder = parent / f"out{random.random()}"
    folder.mkdir()
    notes = unseal(source, folder, key)
    return content_of(folder), notes


@pytest.mark.parametrize("files", [
    {}, {"empty": b""}, {"a": b"1", "deep/b": b"2" * 5 * CHUNK, "deep/c": b""},
    *({"a": os.urandom(CHUNK * n + more)} for n in (0, 1, 2) for more in range(-90, 10, 9) if n or more > 0),
])
def test_it_comes_back_as_it_was(tmp_path: Path, files: dict[str, bytes]) -> None:
    folder = folder_of(tmp_path, files)
    seal(folder, tmp_path / "s", KEY, {"high": 7})
    assert opened(tmp_path / "s", tmp_path) == (files, {"high": 7})
    assert content_of(folder) == files
    assert sorted(path.name for path in tmp_path.iterdir() if not path.name.startswith("out")) == ["folder", "s"]


def test_any_change_is_told(tmp_path: Path) -> None:
    seal(folder_of(tmp_path, {"a": os.urandom(CHUNK * 3 + 50)}), tmp_path / "s", KEY, {})
    whole = (tmp_path / "s").read_bytes()
    box = CHUNK + 16
    head, chunks = whole[:40], [whole[i : i + box] for i in range(40, len(whole), box)]
    assert len(chunks) == 4
    changed = [
        *(whole[:place] + bytes([whole[place] ^ 4]) + whole[place + 1 :] for place in range(0, len(whole), 97)),
        *(whole[:size] for size in (0, 8, 39, 40, 41, 56, 40 + box, 40 + 2 * box, len(whole) - 1)),
        whole + b"\0", whole + chunks[-1],
        head + b"".join([chunks[1], chunks[0], *chunks[2:]]),
        head + b"".join([chunks[0], *chunks[2:]]),
        head + b"".join([chunks[0], *chunks]),
    ]
    for content in changed:
        (tmp_path / "s").write_bytes(content)
        with pytest.raises(SealBroken):
            opened(tmp_path / "s", tmp_path)


def test_chunks_of_two_sealings_do_not_mix(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, {"a": b"the same" * 1000})
    seal(folder, tmp_path / "s", KEY, {})
    seal(folder, tmp_path / "t", KEY, {})
    one, two = (tmp_path / "s").read_bytes(), (tmp_path / "t").read_bytes()
    assert one[40:] != two[40:]
    (tmp_path / "s").write_bytes(one[: 40 + CHUNK + 16] + two[40 + CHUNK + 16 :])
    with pytest.raises(SealBroken):
        opened(tmp_path / "s", tmp_path)


def test_another_key_does_not_open_it(tmp_path: Path) -> None:
    seal(folder_of(tmp_path, {"a": b"1"}), tmp_path / "s", KEY, {})
    with pytest.raises(SealBroken):
        opened(tmp_path / "s", tmp_path, bytearray(32))


def test_a_failed_sealing_leaves_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = folder_of(tmp_path, {"a": b"1" * 5000})
    seal(folder, tmp_path / "s", KEY, {"turn": 1})

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        seal(folder, tmp_path / "s", KEY, {"turn": 2})
    monkeypatch.undo()
    assert not (tmp_path / "s.new").exists()
    monkeypatch.setattr(sealed, "CHUNK", CHUNK)
    assert opened(tmp_path / "s", tmp_path)[1] == {"turn": 1}

"""Writing a file: the format by its ending, whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from app import export
from app.errors import DiskFull, UnwritableFile
from tests.export.exchanges import exchange


@pytest.mark.parametrize("ending", [".md", ".DOCX"])
def test_the_ending_names_the_format(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"answer{ending}"
    path.write_bytes(b"old")
    export.write(path, [exchange()], title="Harbour Lane")
    assert path.read_bytes()[:2] == (b"# " if ending == ".md" else b"PK")
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("name", ["answer.txt", "answer", ".md"])
def test_another_ending_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UnwritableFile, match=r"its name must end in \.docx, \.pdf or \.md"):
        export.write(tmp_path / name, [exchange()])
    assert list(tmp_path.iterdir()) == []


def test_a_folder_of_that_name_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.md").mkdir()
    with pytest.raises(UnwritableFile, match="there is a folder of this name"):
        export.check(tmp_path / "a.md")


def test_a_disk_that_takes_nothing_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.md"
    path.write_bytes(b"old")
    for number, expected in ((28, DiskFull), (30, UnwritableFile)):
        def fail(_: int, number: int = number) -> None:
            raise OSError(number, "no")
        monkeypatch.setattr("app.paths.os.fsync", fail)
        with pytest.raises(expected):
            export.write(path, [exchange()])
    assert path.read_bytes() == b"old"
    assert len(list(tmp_path.iterdir())) == 1

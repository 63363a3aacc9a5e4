"""Writing: the new content whole, or the old one."""

from __future__ import annotations

import errno
import stat
from pathlib import Path

import pytest

from app import paths
from app.errors import CarrelError, DiskFull, UnwritableFile


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "file"
    paths.write_atomically(file, b"old")
    paths.write_atomically(file, b"new")
    assert file.read_bytes() == b"new"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(file.parent.iterdir()) == [file]


def test_after_a_failure_the_old_file_is_there(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.mkdir()
    (file / "inside").write_bytes(b"old")
    with pytest.raises(OSError, match=r"directory|empty|denied|refused"):
        paths.write_atomically(file, b"new")
    assert (file / "inside").read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize(("number", "unusable", "told"), [
    (errno.ENOSPC, None, DiskFull), (errno.ENOSPC, UnwritableFile, DiskFull),
    (errno.EACCES, UnwritableFile, UnwritableFile), (errno.EACCES, None, PermissionError),
])
def test_what_the_system_says_of_a_disk_becomes_a_sentence(
    number: int, unusable: type[CarrelError] | None, told: type[Exception]
) -> None:
    with pytest.raises(told) as found, paths.telling(unusable):
        raise OSError(number, "says the system")
    assert ("says the system" in str(found.value)) == (told is not DiskFull)
def test_what_the_user_asks_for_makes_no_folder(tmp_path: Path) -> None:
    for file, why in (
        (tmp_path / "drive" / "a.csv", "there is no folder"), (tmp_path, "there is a folder of this name"),
        (tmp_path / ("n" * 300), "long"),
    ):  # fmt: skip
        with pytest.raises(UnwritableFile, match=why):
            paths.save(file, b"x")
    paths.save(tmp_path / "a.csv", b"x")
    assert list(tmp_path.iterdir()) == [tmp_path / "a.csv"]


def test_resources_are_where_they_are_said_to_be() -> None:
    assert (paths.bundled_models().parent / "models.toml").is_file()
    assert paths.samples().is_dir()

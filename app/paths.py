"""Where things lie on disk, and how a file is written whole or not at all.

Knows no content. Folder names come from the system's own conventions.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import platformdirs

from app.errors import CarrelError, DiskFull, UnwritableFile

NO_SPACE = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))  # what a full disk says


def resources() -> Path:
    """The folder of files that come with the program."""
    bundle = getattr(sys, "_MEIPASS", None)  # set by PyInstaller
    return Path(bundle or Path(__file__).resolve().parent.parent) / "resources"


def samples() -> Path:
    """The folder of fictional documents that come with the program."""
    return resources() / "samples"


def bundled_models() -> Path:
    """The folder of models that come with the program."""
    return resources() / "models"


def data_folder() -> Path:
    """The folder of everything that the user's work makes; may not exist yet."""
    return platformdirs.user_data_path("carrel", appauthor=False)


def own_models() -> Path:
    """The folder of models that the user added; may not exist yet."""
    return data_folder() / "models"


def default_library() -> Path:
    """The library that is opened when none is named; may not exist yet."""
    return data_folder() / "library"


def demo_library() -> Path:
    """The library made of the samples; may not exist yet."""
    return data_folder() / "demo"


def settings_file() -> Path:
    """The file of settings; may not exist yet."""
    return platformdirs.user_config_path("carrel", appauthor=False) / "settings.json"


def write_atomically(path: Path, data: bytes) -> None:
    """Write `data` to `path` so that after a crash it holds either the old or the new, never a part.

    Makes missing folders. Raises OSError and leaves the old file where that happens.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, name = tempfile.mkstemp(prefix=".", suffix=".part", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    sync_folder(path.parent)  # the rename itself is on disk only when the folder is


def check_target(path: Path) -> None:
    """Raise UnwritableFile where a file that the user asked for cannot be written to `path`, as far as that shows.

    No folder is made for it: where a drive is not there, its folder would be one of this computer's own disk.
    """
    try:
        missing, folder = not stat.S_ISDIR(path.parent.stat().st_mode), path.is_dir()
    except (FileNotFoundError, NotADirectoryError):
        missing, folder = True, False
    except (OSError, ValueError) as error:
        raise UnwritableFile(reason=_reason(error)) from error
    if missing:
        raise UnwritableFile(reason=f"there is no folder {path.parent}")
    if folder:
        raise UnwritableFile(reason="there is a folder of this name")


def _reason(error: OSError | ValueError) -> str:
    said = error.strerror if isinstance(error, OSError) else ""
    return said or type(error).__name__


def save(path: Path, data: bytes) -> None:
    """Write a file that the user asked for whole or not at all; raises DiskFull, UnwritableFile."""
    check_target(path)
    with telling(UnwritableFile):
        write_atomically(path, data)


@contextlib.contextmanager
def telling(unusable: type[CarrelError] | None = None) -> Iterator[None]:
    """Turn what the system says of a disk inside the block into a sentence: DiskFull, else `unusable` with its reason.

    Without `unusable` other OSErrors stay what they are.
    """
    try:
        yield
    except OSError as error:
        if error.errno in NO_SPACE:
            raise DiskFull from error
        if unusable is None:
            raise
        raise unusable(reason=_reason(error)) from error


def read_bounded(path: Path, limit: int) -> bytes:
    """Return what a file holds, at most `limit` bytes of it, without waiting on what is no file.

    Raises FileNotFoundError, and OSError also where a folder, a pipe or a device has that name.
    """
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with os.fdopen(descriptor, "rb") as stream:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "it is no file", str(path))
        return stream.read(limit)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder survive a power cut, where the system has a way to ask for that."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # what network file systems say to this
            raise
    finally:
        os.close(descriptor)

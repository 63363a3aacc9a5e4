"""Which files are meant by paths and patterns, and a file's bytes as they were at one moment.

Knows the disk, and nothing of what is in a file or what becomes of it.

Patterns are those of .gitignore, in their simple forms; upper and lower case are the same in them:

- `*.pdf`, `draft?`, `[0-9]*` without a slash is the name of a file or folder anywhere below: `*` is any number of
  characters, `?` is one, `[…]` one of these.
- `letters/2024/*.eml`, `/draft*` with a slash at its beginning or inside is the path from the chosen folder on; `*`
  and `?` do not reach over a slash, `**` does.
- `archive/` with a slash at its end is a folder only.

What names a folder means all that is in it. Exclusion goes before inclusion; a file that was itself chosen is always
taken.
"""

from __future__ import annotations

import fnmatch
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from app import errors
from app.documents.sandbox import Limits, megabytes

FILE_LIMIT = Limits().file  # the readers take no more, so no more is read from the disk
_LITTER = frozenset({"thumbs.db", "desktop.ini", ".ds_store"})
_LIBRARY = "vault.json"  # what a folder holds that is a library of ours, beside `matters`


class Patterns:
    """Which of a folder's files are meant, by patterns to include (none means all) and to exclude."""

    def __init__(self, include: Sequence[str] = (), exclude: Sequence[str] = ()) -> None:
        self._include = [_compiled(pattern) for pattern in include if pattern.strip()]
        self._exclude = [_compiled(pattern) for pattern in exclude if pattern.strip()]

    def enter(self, folder: str) -> bool:
        """Whether anything in a folder can be meant; `folder` is its path from the chosen one on, with "/"."""
        return not _matches(self._exclude, folder + "/")

    def takes(self, file: str) -> bool:
        """Whether a file is meant; `file` is its path from the chosen folder on, with "/"."""
        if _matches(self._exclude, file):
            return False
        return not self._include or _matches(self._include, file)


def _matches(patterns: Sequence[re.Pattern[str]], path: str) -> bool:
    return any(pattern.match(path) for pattern in patterns)


def _compiled(pattern: str) -> re.Pattern[str]:
    """Return what matches a path from the chosen folder on; a folder's own path ends with a slash."""
    pattern = pattern.strip().replace("\\", "/").removeprefix("./")
    folder = pattern.endswith("/")
    pattern = pattern.rstrip("/")
    anchored = "/" in pattern
    pieces = [piece for piece in pattern.split("/") if piece]
    found = "" if anchored else "(?:.*/)?"
    for index, piece in enumerate(pieces):
        last = index == len(pieces) - 1
        if piece == "**":
            found += ".*" if last else "(?:.*/)?"
        else:
            found += _segment(piece) + ("" if last else "/")
    return re.compile(found + ("/.*" if folder else "(?:/.*)?") + r"\Z", re.IGNORECASE | re.DOTALL)


def _segment(piece: str) -> str:
    """Return a name's pattern; no part of it reaches over a slash."""
    found = ""
    for part in re.split(r"(\[!?\]?[^\]]*\]|\*+|\?)", piece):
        if part.startswith("*"):
            found += "[^/]*"
        elif part == "?":
            found += "[^/]"
        elif part.startswith("[") and part.endswith("]") and len(part) > 2:
            found += "(?!/)" + fnmatch.translate(part).removeprefix("(?s:").removesuffix(r")\Z")
        else:
            found += re.escape(part)
    return found


def is_text(file: str) -> bool:
    """Whether a name can be listed and cited."""
    return not any("\ud800" <= letter <= "\udfff" for letter in file)


def walk(paths: Sequence[Path], include: Sequence[str] = (), exclude: Sequence[str] = ()) -> Iterator[Path]:
    """Yield the files to look at, absolute, each once, folders in the order of their names.

    What was named is yielded also where it does not exist, so that it is reported. Hidden files,
    system litter, the lock files of office programs and libraries of this program are passed over; links
    to folders are not followed, as they can lead in circles.
    """
    patterns = Patterns(include, exclude)
    seen: set[str] = set()
    for path in paths:
        absolute = Path(os.path.abspath(path))
        found = _inside(absolute, patterns) if absolute.is_dir() else iter([absolute])
        for file in found:
            if str(file) not in seen:
                seen.add(str(file))
                yield file


def _inside(folder: Path, patterns: Patterns) -> Iterator[Path]:
    for parent, folders, files in os.walk(folder):
        if _LIBRARY in files and "matters" in folders:
            folders.clear()
            continue
        below = Path(parent).relative_to(folder).as_posix()
        start = "" if below == "." else below + "/"
        folders[:] = sorted(name for name in folders if not name.startswith(".") and patterns.enter(start + name))
        for name in sorted(files):
            if is_litter(name) or not patterns.takes(start + name):
                continue
            file = Path(parent, name)
            if file.is_file() or file.is_symlink():
                yield file


def is_litter(name: str) -> bool:
    """Whether a file of this name is never meant: hidden, or left by a system or an office program."""
    return name.startswith((".", "~$")) or name.lower() in _LITTER


def is_meant(file: str, folder: str, patterns: Patterns) -> bool:
    """Whether `walk` would yield a file of this name in a folder, or go into a folder of this name."""
    try:
        below = Path(file).relative_to(folder)
    except ValueError:
        return False
    if is_litter(below.name) or any(piece.startswith(".") for piece in below.parts):
        return False
    parents = list(below.parents)[:-1]
    if not all(patterns.enter(parent.as_posix()) for parent in parents):
        return False
    if any(Path(folder, parent, _LIBRARY).exists() for parent in below.parents):
        return False
    return patterns.takes(below.as_posix())


def read_whole(path: Path) -> bytes:
    """Return the bytes of a file as they were at one moment.

    Raises MissingPath, UnreadableFile, EmptyFile, TooLargeFile, and ChangedFile where it was written to
    meanwhile.
    """
    before = stat(path)
    if before.st_size > FILE_LIMIT:
        raise errors.TooLargeFile(size=megabytes(before.st_size), limit=megabytes(FILE_LIMIT))
    try:
        with path.open("rb") as stream:
            data = stream.read(FILE_LIMIT + 1)
            after = os.fstat(stream.fileno())
    except FileNotFoundError:
        raise errors.MissingPath(path=path) from None
    except OSError as error:
        raise errors.UnreadableFile(reason=error.strerror or "it cannot be read") from error
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or len(data) != after.st_size:
        raise errors.ChangedFile
    if not data:
        raise errors.EmptyFile
    return data


def stat(path: Path) -> os.stat_result:
    """Return what the disk says of a file; raises MissingPath, UnreadableFile."""
    try:
        found = path.stat()
    except FileNotFoundError:
        raise errors.MissingPath(path=path) from None
    except OSError as error:
        raise errors.UnreadableFile(reason=error.strerror or "it cannot be read") from error
    if not path.is_file():
        raise errors.UnreadableFile(reason="it is not an ordinary file")
    return found

"""Gathers the files inside a file, within bounds and under names that no two of them share; knows no format."""

from __future__ import annotations

import re

from app.counted import counted
from app.documents.source import storable
from app.types import Part

MOST = 10_000  # parts of one file
BYTES = 256 << 20  # of all parts of one file together
_NAME = 500  # characters of a part's name with its folders
_PIECE = 200  # characters of one folder or file name
_SUFFIX = re.compile(r"\.\w{1,8}$")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]+")  # also what turns names around
_DRIVE = re.compile(r"^[A-Za-z]:")


class Parts:
    """The parts of one file in their order; what is over the bounds is counted and left out."""

    def __init__(self, most: int = MOST, size: int = BYTES) -> None:
        self._most = most
        self._found: list[Part] = []
        self._names: dict[str, int] = {}  # how often a name was wanted
        self.room = size  # bytes that may still come
        self.left_out = 0

    def __len__(self) -> int:
        return len(self._found)

    def add(self, name: str, data: bytes) -> bool:
        """Take a part in, under `name` or a like one; False where it had to be left out."""
        if not self.fits(len(data)):
            return False
        self._found.append(Part(self._own(name), data))
        self.room -= len(data)
        return True

    def fits(self, size: int) -> bool:
        """Whether a part of `size` bytes may come; counts it as left out where not."""
        if len(self._found) < self._most and size <= self.room:
            return True
        self.left_out += 1
        return False

    @property
    def all(self) -> tuple[Part, ...]:
        return tuple(self._found)

    @property
    def names(self) -> list[str]:
        return [part.name for part in self._found]

    @property
    def reason(self) -> str:
        """A sentence for what was left out; empty where nothing was."""
        if not self.left_out:
            return ""
        what = counted(self.left_out, "file in it was", "files in it were")
        return f"{what} left out: Carrel takes {MOST:,} files and {BYTES >> 20} MB out of one."

    def _own(self, name: str) -> str:
        """Return the name, with a number before its suffix where another part has it already."""
        while name in self._names:
            self._names[name] += 1
            suffix = _SUFFIX.search(name)
            end = suffix.start() if suffix else len(name)
            name = f"{name[:end]} ({self._names[name]}){name[end:]}"
        self._names[name] = 1
        return name


def path_name(name: str, otherwise: str) -> str:
    """Return a name with folders, none of which leads out of its container: no root, drive or "..", all printable."""
    pieces = [_CONTROL.sub(" ", piece).strip() for piece in storable(name).replace("\\", "/").split("/")]
    if pieces and _DRIVE.match(pieces[0]):
        pieces[0] = pieces[0][2:].strip()
    kept = [_cut(piece, _PIECE) for piece in pieces if piece not in ("", ".", "..")]
    while len(kept) > 1 and sum(len(piece) + 1 for piece in kept) > _NAME - 20:  # room for a number
        del kept[0]
    return "/".join(kept) or otherwise


def file_name(name: str, otherwise: str) -> str:
    """Return a name without folders: the last piece of a path."""
    return path_name(name, otherwise).rpartition("/")[2]


def titled(title: str, suffix: str, otherwise: str) -> str:
    """Return a file name made of a title, such as a mail's subject."""
    title = " ".join(_CONTROL.sub(" ", storable(title)).replace("/", "-").replace("\\", "-").split())
    return _cut(title.strip(".") or otherwise, _PIECE - len(suffix)) + suffix


def _cut(name: str, most: int) -> str:
    if len(name) <= most:
        return name
    suffix = _SUFFIX.search(name)
    end = suffix[0] if suffix else ""
    return name[: most - len(end)].rstrip() + end

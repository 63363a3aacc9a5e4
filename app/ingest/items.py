"""What one stage of adding hands to the next: a file that was read, or why it was not. Only values."""

from __future__ import annotations

from dataclasses import dataclass

from app.models.roles import Vectors
from app.types import Document, Passage, Status


@dataclass(frozen=True, slots=True)
class Place:
    """Where a file stands: in a folder, or inside another file."""

    file: str
    index: int  # of the file in a folder that it is or is inside of
    size: int = 0  # bytes
    modified: float = 0.0
    parent: str | None = None  # the file that it is inside of


@dataclass(frozen=True, slots=True)
class Begun:
    """A file in a folder is being looked at."""

    place: Place


@dataclass(frozen=True, slots=True)
class Read:
    """A file that was read and split, on its way into the store."""

    place: Place
    digest: bytes
    document: Document  # its parts are items of their own, before it
    passages: tuple[Passage, ...]
    texts: tuple[str, ...]  # to be embedded, one a passage
    inside: frozenset[str]  # the files directly inside it


@dataclass(frozen=True, slots=True)
class Same:
    """A file that is in the store already, from this very content."""

    place: Place
    touched: bool = False  # its size or time is another now


@dataclass(frozen=True, slots=True)
class Copy:
    """A file of the same content as another, which is in the store or on its way there."""

    place: Place
    digest: bytes
    of: str


@dataclass(frozen=True, slots=True)
class Failed:
    """A file that could not be read."""

    place: Place
    status: Status
    reason: str
    digest: bytes = b""
    lasting: bool = True  # reading it once more would end the same way
    listed: bool = True  # False where there is nothing that the ledger could name


Outcome = Read | Same | Copy | Failed
Item = Begun | Outcome


@dataclass(frozen=True, slots=True)
class Embedded:
    """So many of the passages that are embedded together have their vectors."""

    file: str  # the last of them
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Ready:
    """What became of a file, to be stored."""

    outcome: Outcome
    vectors: Vectors | None = None  # of the passages, where it was read


def weight(item: Item | Embedded | Ready) -> int:
    """Return roughly how much memory and work an item is, in passages."""
    if isinstance(item, Ready):
        return weight(item.outcome)
    return 1 + len(item.passages) + len(item.document.pages) if isinstance(item, Read) else 1

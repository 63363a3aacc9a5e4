"""How places in files are named to people, the same in the window and in what is exported; what a file is inside of."""

from __future__ import annotations

from pathlib import PurePath
from typing import Protocol

from app.types import DocumentRow


class Listing(Protocol):
    """What knows the documents by their files."""

    def document(self, file: str) -> DocumentRow | None:
        """Return the row of one file, or None."""


def containers(listing: Listing, file: str) -> list[str]:
    """Return a file, the one that it is inside of, and so on; the last is one in a folder."""
    found = [file]
    while (row := listing.document(found[-1])) is not None and row.parent is not None:
        found.append(row.parent)
    return found


def file_name(file: str) -> str:
    """Return the last part of a path that was written on this or on another system."""
    return PurePath(file.replace("\\", "/")).name or file


def page_word(kind: str) -> str:
    """Return what a page of a document of `kind` is called."""
    return {"sheet": "sheet", "slides": "slide"}.get(kind, "page")

"""The page that a passage is on, as a picture, taken from the original file.

Owns the way from a stored passage back into a file, and into the files inside it. Must not know how pages are drawn.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from app import errors
from app.documents.sandbox import ReaderPool
from app.places import containers
from app.store.store import Store
from app.types import PagePicture, StoredPassage
from app.walking import read_whole


def picture(store: Store, readers: ReaderPool, passage: StoredPassage, width: int) -> PagePicture:
    """Return the page of a passage, `width` pixels wide, with the passage's characters marked.

    Reads the original file, and takes out of it the one inside that the passage is of. Raises MissingPath where it is
    gone, StaleFile where it is another one by now, UnsupportedFile where the format has no pages, and other
    FileErrors.
    """
    if passage.page is None:
        raise errors.UnsupportedFile(kind=passage.kind)
    files = containers(store, passage.file)
    outermost = Path(files[-1])
    data, suffix = read_whole(outermost), outermost.suffix.lower()
    if not store.same_content(files[-1], store.content_key(data)):
        raise errors.StaleFile
    passwords = store.passwords()
    if len(files) > 1:
        names = [file[len(within) + 1 :] for file, within in pairwise(files)][::-1]
        data, suffix = readers.part(data, suffix, names, passwords), Path(passage.file).suffix.lower()
    return readers.render(
        data, suffix, passage.page, width=width, start=passage.start, end=passage.end, passwords=passwords,
        lines=store.page(passage.document, passage.page).lines,
    )  # fmt: skip

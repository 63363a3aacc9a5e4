"""Small documents with vectors for the tests of the store, and a library that is quick to open."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from app.store import names
from app.store.database import PAGE
from app.store.store import Store
from app.types import Document, Page, Passage
from app.vault.keys import subkey

KEY = bytes(range(32))
DIMENSION = 32


def opened(folder: Path, *, fingerprint: str = "", dimension: int = DIMENSION) -> Store:
    return Store.open(folder, bytearray(KEY), dimension=dimension, fingerprint=fingerprint)


def document(*paragraphs: str, title: str = "", kind: str = "pdf") -> tuple[Document, list[Passage]]:
    """One page, one passage a paragraph."""
    text = "\n".join(paragraphs)
    passages, start = [], 0
    for paragraph in paragraphs:
        passages.append(Passage(1, start, start + len(paragraph), paragraph, title))
        start += len(paragraph) + 1
    return Document(kind, title, (Page(1, text),)), passages


def directions(seed: int, n: int) -> npt.NDArray[np.float32]:
    """`n` vectors of unit length; of different seeds, far from one another."""
    vectors = np.random.default_rng(seed).standard_normal((n, DIMENSION)).astype(np.float32)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


def put(store: Store, number: int, *, passages: int = 3, word: str = "clause") -> str:
    """Add the document of a number; its passages' vectors are `directions(number, passages)`."""
    file = f"/papers/{number}.pdf"
    made = document(*(f"{word} {number} part {i}" for i in range(passages)), title=f"Paper {number}")
    store.add(
        file, *made, directions(number, passages), size=number, modified=float(number),
        digest=store.content_key(file.encode()),
    )
    return file


def make_older(db: Any) -> None:
    """Turn the tables of a library into those of version 2."""
    for statement in (
        "DROP TABLE v.quoted", "DROP TABLE v.shown", "DROP TABLE v.exchanges", "DROP TABLE v.conversations",
        "DROP TABLE v.names", "DROP TABLE v.renewed", "ALTER TABLE v.documents DROP COLUMN date",
        "ALTER TABLE v.documents DROP COLUMN people", "UPDATE v.meta SET value = 2 WHERE name = 'version'",
    ):
        db.execute(statement)


def decrypted(folder: Path) -> bytes:
    """All pages of a closed library's database as they are behind the encryption, with what lies unused in them.

    As zetetic.net/sqlcipher/design says: each page ends in an initial vector of 16 bytes and a code of 64.
    """
    data = (folder / "library.db").read_bytes()
    key, pages = bytes(subkey(bytearray(KEY), "records")), []
    for at in range(0, len(data), PAGE):
        sealed, vector = data[at : at + PAGE - 80], data[at + PAGE - 80 : at + PAGE - 64]
        if at == 0:
            sealed = sealed[16:]  # the salt
        opener = Cipher(algorithms.AES256(key), modes.CBC(vector)).decryptor()
        pages.append(opener.update(sealed) + opener.finalize())
    return b"".join(pages)


def settle(store: Store) -> None:
    """Wait until Chroma holds everything."""
    store.prepare()
    until = time.monotonic() + 60
    while not store.search_ready:
        assert store.index_failure is None, store.index_failure
        assert time.monotonic() < until, "the index was not ready in a minute"
        time.sleep(0.01)


def finds(store: Store, number: int, *, passages: int = 3) -> bool:
    """Whether each passage of a document is nearest to its own vector."""
    for i, vector in enumerate(directions(number, passages)):
        hits = store.nearest(vector, 1)
        if not hits or hits[0][1] < 0.99:
            return False
        if store.passages([hits[0][0]])[0].text.split()[1:] != [str(number), "part", str(i)]:
            return False
    return True


class _Undone(Exception):
    pass


def names_are_right(store: Store) -> bool:
    """Whether the index of names is just as one that is made now of what the tables hold."""
    seen = []
    with contextlib.suppress(_Undone), store._records.database.writing() as db:
        db.execute("CREATE VIRTUAL TABLE temp.seen USING fts5vocab(v, names, instance)")
        for _ in range(2):
            seen.append(db.execute("SELECT * FROM temp.seen ORDER BY 1, 2, 3, 4").fetchall())
            db.execute("DELETE FROM v.names")
            names.rebuild(db)
        raise _Undone
    return seen[0] == seen[1]

"""The vectors that the library keeps, one after the other as their passages came.

Owns the queries over them and whose they are. Must not know of the index that is made of them. Passages are counted by
`seq`, which only grows and is never used again: the vector index says by one number how far it has come.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from app.store.database import Database, batches


@dataclass(frozen=True, slots=True)
class Stretch:
    """Passages one after the other, as the vector index takes them in."""

    seqs: npt.NDArray[np.int64]
    ids: list[str]
    vectors: npt.NDArray[np.float32]  # [n, d]


class Series:
    """The stored vectors of one library; usable from any thread."""

    def __init__(self, database: Database, dimension: int, fingerprint: str) -> None:
        self._database = database
        self.dimension, self.fingerprint = dimension, fingerprint  # once it is open those of whose vectors it holds

    def stretch(self, after: int, most: int) -> Stretch:
        """Return up to `most` passages with `seq` above `after`, ascending."""
        with self._database.reading() as db:
            rows = db.execute(
                "SELECT p.seq, p.id, x.vector FROM v.passages p JOIN v.vectors x ON x.seq = p.seq"
                " WHERE p.seq > ? ORDER BY p.seq LIMIT ?", (after, most),
            ).fetchall()
        halves = np.frombuffer(b"".join(vector for _, _, vector in rows), dtype="<f2")
        return Stretch(
            np.fromiter((seq for seq, _, _ in rows), np.int64, len(rows)), [key for _, key, _ in rows],
            halves.reshape(len(rows), self.dimension).astype(np.float32),
        )

    def last(self, up_to: int | None = None) -> int:
        """Return the highest `seq` there is, or the highest that is at most `up_to`; 0 for none."""
        with self._database.reading() as db:
            if up_to is None:
                return int(db.execute("SELECT coalesce(max(seq), 0) FROM v.passages").fetchone()[0])
            found = db.execute("SELECT coalesce(max(seq), 0) FROM v.passages WHERE seq <= ?", (up_to,))
            return int(found.fetchone()[0])

    def count(self, up_to: int | None = None) -> int:
        """Return the number of passages, or of those with `seq` at most `up_to`."""
        with self._database.reading() as db:
            if up_to is None:
                return int(db.execute("SELECT count(*) FROM v.passages").fetchone()[0])
            return int(db.execute("SELECT count(*) FROM v.passages WHERE seq <= ?", (up_to,)).fetchone()[0])

    def of_keys(self, keys: Sequence[bytes]) -> dict[bytes, npt.NDArray[np.float32]]:
        """Return a vector of a passage for each of these keys that one was stored with."""
        found: dict[bytes, npt.NDArray[np.float32]] = {}
        with self._database.reading() as db:
            for some in batches(list(dict.fromkeys(keys))):
                # One passage a key: of a letterhead there may be thousands.
                for key, vector in db.execute(
                    f"WITH asked(key) AS (VALUES {', '.join(['(?)'] * len(some))})"  # noqa: S608
                    " SELECT a.key, x.vector FROM asked a JOIN v.vectors x"
                    " ON x.seq = (SELECT p.seq FROM v.passages p WHERE p.key = a.key LIMIT 1)", some,
                ):
                    found[key] = np.frombuffer(vector, dtype="<f2").astype(np.float32)
        return found

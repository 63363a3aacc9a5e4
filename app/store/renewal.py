"""Whose vectors the library holds, and how they are replaced by those of another embedder.

Owns the table of vectors that are being made and the moment at which they take the place of those that answer. Must
not know how vectors are made. New vectors gather beside the old ones, which keep answering, passage by passage in
the order of `seq`, so that a kill loses a batch at most; then one transaction puts all of them in place. Vectors of
two embedders are never compared: whoever searches says by `asking` which one embeds the questions.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from app.errors import OtherEmbedder
from app.store import schema, texts
from app.store.index import Index
from app.store.records import Records
from app.store.texts import to_text

_MAKER, _NEXT, _HALTED = "embedder", "next embedder", "renewal halted"  # notes in the records


@dataclass(frozen=True, slots=True)
class Maker:
    """An embedder as the library remembers it."""

    fingerprint: str
    dimension: int
    name: str = ""  # for the user
    questions: str = ""  # what it puts before a question
    passages: str = ""  # and before a passage


@dataclass(frozen=True, slots=True)
class Due:
    """A passage that lacks its new vector."""

    seq: int
    text: str
    context: str
    vector: npt.NDArray[np.float32] | None  # of a passage with the same embedded text, where there is one already


class Renewal:
    """Whose vectors there are and will be; usable from any thread, renewed by one at a time."""

    def __init__(self, records: Records, index: Index, asking: str) -> None:
        """`asking` is the fingerprint of whoever embeds the questions; empty where that is not compared."""
        self._records = records
        self._index = index
        self.asking = asking

    @property
    def comparable(self) -> bool:
        """Whether questions may be compared with what is stored; if not, it is found by words alone."""
        return not self.asking or self._records.series.fingerprint in ("", self.asking)

    @property
    def maker(self) -> Maker:
        """Whose vectors these are."""
        kept = _maker(self._records.notes.get(_MAKER))
        if kept is not None and kept.fingerprint == self._records.series.fingerprint:
            return kept
        return Maker(self._records.series.fingerprint, self._records.series.dimension)

    def note(self, maker: Maker) -> None:
        """Keep the name and the prompts of the embedder whose vectors these are; of another one nothing is kept."""
        if maker.fingerprint == self._records.series.fingerprint and maker != self.maker:
            self._records.notes.put(_MAKER, _packed(maker))

    @property
    def following(self) -> Maker | None:
        """Whose vectors are being made, perhaps since an earlier day; None for nobody's."""
        return _maker(self._records.notes.get(_NEXT))

    def begin(self, maker: Maker) -> None:
        """Begin to make vectors of another embedder, or go on where its were made already."""
        with self._records.database.writing() as db:
            schema.put(db, _HALTED, None)
            if _maker(schema.get(db, _NEXT)) != maker:
                db.execute("DELETE FROM v.renewed")
                schema.put(db, _NEXT, _packed(maker))

    @property
    def halted(self) -> bool:
        """Whether the user stopped it, so that nobody goes on with it unasked; `begin` ends that."""
        return bool(self._records.notes.get(_HALTED))

    def halt(self) -> None:
        """Let it rest until somebody asks for it; what was made is kept."""
        self._records.notes.put(_HALTED, 1)

    def drop(self) -> None:
        """Throw away what was made for another embedder; the one whose vectors answer stays."""
        if self.following is None:
            return
        with self._records.database.writing() as db:
            db.execute("DELETE FROM v.renewed")
            schema.put(db, _NEXT, None)
            schema.put(db, _HALTED, None)

    def progress(self) -> tuple[int, int]:
        """Return how many passages have their new vector, and how many there are."""
        with self._records.database.reading() as db:
            done = db.execute("SELECT count(*) FROM v.renewed").fetchone()[0]
            return int(done), int(db.execute("SELECT count(*) FROM v.passages").fetchone()[0])

    def due(self, most: int) -> list[Due]:
        """Return up to `most` passages that lack their new vector, in their order."""
        found: list[Due] = []
        known: texts.Cut = {}
        with self._records.database.reading() as db:
            rows = db.execute(
                "SELECT p.seq, p.document, p.page, p.start, p.end, p.context,"
                " (SELECT r.vector FROM v.passages q JOIN v.renewed r ON r.seq = q.seq WHERE q.key = p.key"
                "  ORDER BY q.seq LIMIT 1)"
                " FROM v.passages p WHERE p.seq > (SELECT coalesce(max(seq), 0) FROM v.renewed)"
                " ORDER BY p.seq LIMIT ?", (most,),
            ).fetchall()
            for seq, document, page, start, end, context, vector in rows:
                text = texts.cut(db, known, document, page, start, end)
                alike = None if vector is None else np.frombuffer(vector, dtype="<f2").astype(np.float32)
                found.append(Due(seq, text, to_text(context), alike))
        return found

    def put(self, maker: Maker, seqs: Sequence[int], vectors: npt.NDArray[np.float32]) -> None:
        """Keep new vectors, float32[len(seqs), dimension], of passages that are still there.

        Raises OtherEmbedder where those of another embedder are being made by now; ValueError for vectors that do
        not fit it; DiskFull.
        """
        if vectors.shape != (len(seqs), maker.dimension) or not np.isfinite(vectors).all():
            raise ValueError(f"vectors of shape {vectors.shape} for {len(seqs)} passages of {maker.dimension}")
        halves = vectors.astype("<f2")
        with self._records.database.writing() as db:
            if _maker(schema.get(db, _NEXT)) != maker:
                raise OtherEmbedder
            db.executemany(
                "INSERT OR REPLACE INTO v.renewed SELECT seq, ? FROM v.vectors WHERE seq = ?",
                ((half.tobytes(), seq) for seq, half in zip(seqs, halves, strict=True)),
            )

    def switch(self) -> bool:
        """Put all new vectors in the place of the old ones in one transaction; False where some are still due.

        From then on questions embedded by the old embedder find nothing by meaning, see `asking`. The index is made
        anew in the background, and exact search answers until it is.
        """
        if self.due(1):
            return False
        with self._index.replacing():
            with self._records.database.writing() as db:
                maker = _maker(schema.get(db, _NEXT))
                if maker is None or db.execute(
                    "SELECT 1 FROM v.passages p LEFT JOIN v.renewed r ON r.seq = p.seq WHERE r.seq IS NULL LIMIT 1"
                ).fetchone():
                    return False
                db.execute("UPDATE v.vectors SET vector = (SELECT r.vector FROM v.renewed r WHERE r.seq = vectors.seq)")
                db.execute("DELETE FROM v.renewed")
                schema.put(db, "dimension", maker.dimension)
                schema.put(db, "fingerprint", maker.fingerprint)
                schema.put(db, _MAKER, _packed(maker))
                schema.put(db, _NEXT, None)
            series = self._records.series
            series.dimension, series.fingerprint = maker.dimension, maker.fingerprint
        return True


def _packed(maker: Maker) -> str:
    return json.dumps(asdict(maker))


def _maker(kept: Any) -> Maker | None:
    return None if kept is None else Maker(**json.loads(kept))

"""The vector index's life: unsealed when needed, kept up with the records, sealed at the end.

Owns `index.sealed`, what lies in the working folder and the thread that brings the index up to date. Must not know
of texts. The records are the truth and the index may be thrown away at any time; what it does not
hold yet is searched exactly, so an answer is complete at every moment.

How soundness is known. One number says what the index holds: every passage whose `seq` is at most
`high`. Passages are added in that order and `seq` is never used again, so the set can only shrink,
and the number of such passages in the records tells whether it has. An index is used only if it is
new, or comes out of a seal that is authentic, was written after an orderly close, and whose count and
a few known vectors agree. Any other index (the last run was killed, the seal is broken or missing,
a count differs) is never opened but made anew in an empty folder. So no damaged file reaches Chroma, which
runs in a process of its own: there it can neither write scraps of text into its files nor take this one along.

Removed vectors stay in Chroma's files, so where the user removed them the index is made anew soon after.
"""

from __future__ import annotations

import contextlib
import logging
import math
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from app.store.exact import Exact
from app.store.records import Records
from app.store.sealed import SealBroken, seal, unseal
from app.store.vectors_client import IndexLost, VectorsProcess
from app.store.working import Working

_log = logging.getLogger(__name__)

SEALED = "index.sealed"
# Passages at a time: a search waits for them, about 60 ms.
_BATCH = 200
_SETTLE = 2.0  # seconds that closing lets the index catch up; the rest is done after the next opening
_STALE = 0.1  # share of replaced passages in the index's files above which it is made anew
_QUIET = 2.0  # seconds without another removal before the index is made anew
_PROBES = 5
_ALIKE = 0.999  # cosine of a stored vector to itself, after float16


class Index:
    """Nearest passages of one library; usable from any thread.

    The thread starts with the first search or addition (`prepare`), as importing Chroma takes a
    second and some commands need neither.
    """

    def __init__(self, folder: Path, key: bytearray, records: Records) -> None:
        """Take an unlocked library's folder; `key` (32 bytes) stays the caller's and must outlive this."""
        self._sealed = folder / SEALED
        self._key = key
        self._series = records.series
        self._exact = Exact(records.series)
        self._thread: threading.Thread | None = None
        self._working = Working(folder, records.notes)
        self._process: VectorsProcess | None = None  # the last that was started
        self._stale = 0  # removed vectors that remain in the index's files
        self._sealed_state: tuple[int, int] | None = None  # (high, stale) of what lies sealed
        self._turn = threading.Lock()  # held while records are read into the index, or their vectors replaced
        # The rest is shared between threads and guarded by this.
        self._condition = threading.Condition()
        self._chroma: VectorsProcess | None = None  # set while it may be asked
        self._asking = 0  # searches that are under way
        self._high = 0  # the index holds every passage up to this `seq`
        self._gone: set[str] = set()  # removed from the records, perhaps still in the index
        self._news = 0  # counts what the thread has been told
        self._whole = False  # what lies sealed holds all that the records held when it was unsealed
        self._erase: float | None = None  # when the user last removed something that the files still hold
        self._deadline: float | None = None  # set at closing: when to stop catching up
        self.failure: Exception | None = None  # why exact search has to answer everything
        # Plain vectors that a killed run left behind go now, even if nothing is searched this time. The
        # note of it stays for `_open`, which will not trust the index of that run.
        with contextlib.suppress(OSError):
            self._working.wipe_left_over()

    @property
    def ready(self) -> bool:
        """Whether the index holds every passage, so that nothing needs to be searched exactly."""
        last = self._series.last()
        with self._condition:
            return self._chroma is not None and self._high >= last

    def prepare(self) -> None:
        """Begin to open the index in the background; a second call does nothing."""
        with self._condition:
            if self._thread is None and self._deadline is None:
                self._thread = threading.Thread(target=self._run, name="index", daemon=True)
                self._thread.start()

    def added(self) -> None:
        """Say that the records have new passages."""
        self.prepare()
        with self._condition:
            self._news += 1
            self._condition.notify_all()

    def removed(self, ids: Sequence[str], *, erase: bool) -> None:
        """Say that passages went from the records; `erase` where the user wants their vectors gone.

        The sealed copy, which holds their vectors, is then deleted at once, and the index is made anew: soon, or
        at the next opening where the library is closed before that.
        """
        with self._condition:
            self._gone.update(ids)
            self._news += 1
            if erase and ids:
                self._erase = time.monotonic()
                self._sealed.unlink(missing_ok=True)
            self._condition.notify_all()
        self._exact.forget(set(ids))

    @contextlib.contextmanager
    def replacing(self) -> Iterator[None]:
        """Hold the index off during the block, in which every vector of the records may be replaced.

        What it holds and what lies sealed is thrown away; it is made anew in the background.
        """
        with self._turn, self._exact.emptied():
            with self._condition:
                self._chroma, self._high = None, 0
            self._sealed.unlink(missing_ok=True)
            try:
                yield
            finally:
                with self._condition:
                    self._erase = time.monotonic() - _QUIET
                    self._news += 1
                    self._condition.notify_all()

    def nearest(self, vector: npt.NDArray[np.float32], k: int) -> list[tuple[str, float]]:
        """Return up to `k` (passage id, cosine similarity), best first; nothing for a vector of zeros."""
        length = float(np.linalg.norm(vector))
        if k < 1 or not length or not np.isfinite(length):
            return []
        vector = (vector / length).astype(np.float32)
        self.prepare()
        with self._condition:
            chroma, high, gone = self._chroma, self._high, set(self._gone)
            self._asking += 1
        found: dict[str, float] = {}
        try:
            if chroma is not None and high:
                found.update(chroma.nearest(vector, k + len(gone)))
        except IndexLost as error:
            self._fail(error)
            high = 0
        finally:
            with self._condition:
                self._asking -= 1
                self._condition.notify_all()
        found.update(self._exact.search(vector, k, high))
        best = sorted((hit for hit in found.items() if hit[0] not in gone), key=lambda hit: -hit[1])
        return best[:k]

    def close(self) -> None:
        """Seal what changed and remove the working folder; a full disk costs the index, not the close.

        An index that is still being opened and would only be laid back as it was is not waited for.
        """
        with self._condition:
            self._deadline = time.monotonic() + _SETTLE
            self._condition.notify_all()
            process = self._process if self._needless() else None
        if process is not None:
            process.end()
        if self._thread is not None:
            self._thread.join()
        self._exact.clear()

    # The thread

    def _run(self) -> None:
        # What can go wrong is a full disk, a folder that has gone, or Chroma itself. In every case
        # the records are whole and exact search goes on, so the error is kept and told, not raised.
        chroma: VectorsProcess | None = None
        try:
            with self._turn:
                chroma = self._open()
            while chroma is not None and self._keep_up(chroma):
                chroma = self._made_anew(chroma)
        except Exception as error:  # noqa: BLE001
            self._fail(error)
        try:
            self._shut(chroma)
        except Exception as error:  # noqa: BLE001
            self._fail(error)
        finally:
            if self._process is not None:
                self._process.end()

    def _fail(self, error: Exception) -> None:
        with self._condition:
            self.failure = self.failure or error
            self._chroma = None
            self._high = 0
            self._condition.notify_all()
        _log.warning("the vector index is set aside (%s)", type(error).__name__)

    def _needless(self) -> bool:
        """Whether the opening that is under way can be given up; only asked while `_condition` is held."""
        return self._deadline is not None and self._whole and not self._news and self._chroma is None

    def _open(self) -> VectorsProcess | None:
        """Return the index that lies sealed, or a new one; nothing where the library was closed meanwhile."""
        if self._working.wipe_left_over():
            self._sealed.unlink(missing_ok=True)
        sealed = self._sealed.stat().st_size if self._sealed.exists() else 0
        # A vector takes about 1.3 times its floats in Chroma's files, and as much again while these grow.
        self._working.make(2 * max(sealed, int(self._series.count() * self._series.dimension * 4 * 1.3)))
        chroma, high = self._unsealed(), 0
        if chroma is not None and self._sealed_state is not None:
            high, self._stale = self._sealed_state
        with self._condition:
            given_up, self._whole = self._needless(), False
            if not given_up:
                self._chroma, self._high = chroma, high
        if given_up:
            return None
        if chroma is None:
            chroma = self._start(new=True)
            with self._condition:
                self._chroma = chroma
        return chroma

    def _start(self, *, new: bool) -> VectorsProcess:
        """Open what is in the working folder, or empty that and make an index in it."""
        if new:
            self._working.empty()
        process = VectorsProcess()
        with self._condition:
            self._process = process
            if not new and self._needless():
                process.end()
        process.open(self._working.path, new=new)
        return process

    def _unsealed(self) -> VectorsProcess | None:
        """Open the sealed index if there is a sound one."""
        if not self._sealed.exists():
            return None
        try:
            notes = unseal(self._sealed, self._working.path, self._key)
            high, count = notes["high"], notes["count"]
            if notes["dimension"] != self._series.dimension or self._series.count(high) != count:
                return None
        except SealBroken:
            return None
        last = self._series.last()
        with self._condition:
            self._whole = high >= last
        try:
            chroma = self._start(new=False)
            sound = chroma.count() == count and self._knows(chroma, high)
        except IndexLost:
            return None
        if not sound:
            chroma.end()
            return None
        self._sealed_state = high, notes["stale"]
        return chroma

    def _knows(self, chroma: VectorsProcess, high: int) -> bool:
        """Whether a few passages, the first and the last among them, are found by their own vectors."""
        for after in {int(step) for step in np.linspace(0, self._series.last(high) - 1, _PROBES)}:
            probe = self._series.stretch(after, 1)
            if not probe.ids or probe.seqs[0] > high or not probe.vectors.any():
                continue
            found = chroma.nearest(probe.vectors[0], 1)
            if not chroma.holds(probe.ids) or not found or found[0][1] < _ALIKE:
                return False
        return True

    def _made_anew(self, chroma: VectorsProcess) -> VectorsProcess:
        """Put an empty index in the place of one that holds removed vectors; exact search answers meanwhile."""
        with self._condition:
            self._erase = None
            self._chroma, self._high = None, 0
            self._condition.wait_for(lambda: not self._asking)
        chroma.end()
        fresh = self._start(new=True)
        self._stale, self._sealed_state = 0, None
        with self._condition:
            self._chroma = fresh
        return fresh

    def _keep_up(self, chroma: VectorsProcess) -> bool:
        """Bring the index to the state of the records, again and again, until the store closes.

        Returns whether it has to be made anew instead.
        """
        while True:
            with self._condition:
                news = self._news
                if self.failure is not None:
                    return False
                if self._due() <= 0:
                    return True
                if self._chroma is not chroma and self._deadline is not None:  # every vector was replaced
                    return False
            with self._turn:
                with self._condition:
                    if self._chroma is not chroma:  # every vector was replaced meanwhile
                        continue
                self._take_out(chroma)
                stretch = self._series.stretch(self._high, _BATCH)
                if stretch.ids and not self._late():
                    chroma.upsert(stretch.ids, stretch.vectors)
                    with self._condition:
                        if self._chroma is chroma:
                            self._high = int(stretch.seqs[-1])
                    continue
            with self._condition:
                if self._deadline is not None:
                    return False
                self._condition.wait_for(
                    lambda: self._news != news or self._deadline is not None or self.failure is not None,  # noqa: B023
                    self._due() if self._erase is not None else None,
                )

    def _due(self) -> float:
        """Seconds until the index is to be made anew; only asked while `_condition` is held."""
        if self._erase is None or self._deadline is not None:
            return math.inf
        return self._erase + _QUIET - time.monotonic()

    def _late(self) -> bool:
        with self._condition:
            return self._deadline is not None and time.monotonic() > self._deadline

    def _take_out(self, chroma: VectorsProcess) -> None:
        with self._condition:
            gone = set(self._gone)
        if gone:
            before = chroma.count()
            chroma.delete(list(gone))
            self._stale += before - chroma.count()
            with self._condition:
                self._gone -= gone

    def _shut(self, chroma: VectorsProcess | None) -> None:
        with self._condition:
            high = self._high
            self._chroma = None
            self._high = 0
            self._condition.wait_for(lambda: not self._asking)
        try:
            if chroma is not None:
                count = -1
                if self.failure is None:
                    self._take_out(chroma)
                    count = chroma.count()
                chroma.close()
                self._keep(high, count)
        finally:
            self._working.wipe()
        self._working.forget()

    def _keep(self, high: int, count: int) -> None:
        """Seal the index if it is sound and changed; without a seal it is made anew next time."""
        sound = count == self._series.count(high) and self._stale <= _STALE * count
        if self._erase is not None or not sound:
            self._sealed.unlink(missing_ok=True)
        elif (high, self._stale) != self._sealed_state:
            notes = {
                "high": high, "count": count, "stale": self._stale, "dimension": self._series.dimension,
            }
            try:
                seal(self._working.path, self._sealed, self._key, notes)
            except OSError as error:  # what lay sealed before is still true, only behind
                _log.warning("the vector index was not sealed (%s)", error.errno)

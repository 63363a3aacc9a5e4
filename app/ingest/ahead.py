"""Work on a thread of its own, ahead of whoever takes its results, and what holds it back.

Owns the thread and the room between the two. Must not know what the work is.
"""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from app.precedence import Precedence

_LOOK_AGAIN = 0.2  # seconds after which who waits for an answer looks whether the work is still wanted

Item = TypeVar("Item")


class Unwanted(Exception):
    """Nobody takes the results any more."""


class Gate:
    """Where the work waits between two pages: as long as nobody pulls, and while an answer is being written."""

    def __init__(self, precedence: Precedence) -> None:
        self._precedence = precedence
        self._changed = threading.Condition()
        self._shut = self._stopped = False

    @contextlib.contextmanager
    def shut(self) -> Iterator[None]:
        """Hold the work back while the block runs."""
        self._set(shut=True)
        try:
            yield
        finally:
            self._set(shut=False)

    def _set(self, *, shut: bool) -> None:
        with self._changed:
            self._shut = shut
            self._changed.notify_all()

    def stop(self) -> None:
        """Let whoever waits go, with Unwanted."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    @property
    def stopped(self) -> bool:
        return self._stopped

    def wait(self) -> None:
        """Return when the work may go on; raises Unwanted."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._stopped or not self._shut)
                if self._stopped:
                    raise Unwanted
            if self._precedence.wait(_LOOK_AGAIN):
                return


class Ahead(Generic[Item]):
    """Pulls `items` on a thread of its own, as long as what was not taken yet weighs less than `room`."""

    def __init__(self, items: Iterator[Item], gate: Gate, *, weigh: Callable[[Item], int], room: int) -> None:
        self._items = items
        self._gate = gate
        self._weigh = weigh
        self._room = room
        self._changed = threading.Condition()
        self._waiting: deque[Item] = deque()
        self._weight = 0
        self._error: BaseException | None = None
        self._over = False
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="ingest")
        self._thread.start()

    def take(self, seconds: float) -> Item | None:
        """Return the next result, or None where there is none after `seconds`, or none any more.

        Raises what the work raised, after all that it gave before.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._over, seconds)
            if self._waiting:
                item = self._waiting.popleft()
                self._weight -= self._weigh(item)
                self._changed.notify_all()
                return item
            if self._error is not None:
                raise self._error
            return None

    @property
    def over(self) -> bool:
        """Whether everything was taken."""
        with self._changed:
            return self._over and not self._waiting

    def close(self) -> None:
        """Let the work end at its next page; does not wait for that."""
        self._gate.stop()
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _run(self) -> None:
        try:
            for item in self._items:
                self._put(item)
        except Unwanted:
            pass
        except BaseException as error:  # noqa: BLE001 (it is raised where the results are taken)
            self._error = error
        finally:
            with self._changed:
                self._over = True
                self._changed.notify_all()

    def _put(self, item: Item) -> None:
        weight = self._weigh(item)
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._weight < self._room)
            if self._closed:
                raise Unwanted
            self._waiting.append(item)
            self._weight += weight
            self._changed.notify_all()

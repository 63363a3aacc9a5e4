"""Answering goes before reading: whoever reads or embeds waits here while an answer is being written.

Knows neither of them; any number of either may use it, from any thread.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator


class Precedence:
    """Lets answers go first; shared by all who use the processor."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._answers = 0

    @contextlib.contextmanager
    def answering(self) -> Iterator[None]:
        """Hold everybody else back while the block runs; blocks may lie inside each other and beside each other."""
        with self._changed:
            self._answers += 1
        try:
            yield
        finally:
            with self._changed:
                self._answers -= 1
                self._changed.notify_all()

    @property
    def held(self) -> bool:
        """Whether an answer is being written."""
        return self._answers > 0

    def wait(self, seconds: float | None = None) -> bool:
        """Return whether no answer is being written, as soon as that is so or after `seconds`."""
        with self._changed:
            return self._changed.wait_for(lambda: self._answers == 0, seconds)

"""The reranker as the desk uses it: the role Reranker, served by an engine process of its own.

Owns how texts are cut into batches. Imports no model library.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from app.errors import EngineDied, NoModel
from app.models.process import PATIENCE, Engine, Reply
from app.models.roles import Scores
from app.models.tokens import encodable

# Texts of like length share a batch; small, so that little of it is padding and a new question waits for little.
BATCH = 16
_AHEAD = 2


class RerankerClient:
    """The CrossEncoder in `folder` (role Reranker); its process starts at the first use or by start()."""

    def __init__(self, folder: Path, *, command: Sequence[str] = (), patience: float = PATIENCE) -> None:
        self._folder = folder
        self._engine = Engine("reranker", self._load, start=command, patience=patience)

    def start(self) -> None:
        """Begin loading in the background; errors come with the first score()."""
        self._engine.start()

    def about(self) -> dict[str, Any]:
        """Return what loading found (number format, speed-up, limit); waits for it. Raises ModelError."""
        return self._engine.ready().wait_until_loaded()

    def score(self, question: str, texts: Sequence[str]) -> Scores:
        """Return float32[len(texts)], 0 to 1: the higher, the better a text answers `question`. Raises ModelError."""
        scores = np.zeros(len(texts), dtype=np.float32)
        if not texts:
            return scores
        connection = self._engine.ready()
        asked = encodable(question)
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]), reverse=True)
        sent: deque[tuple[list[int], Reply]] = deque()

        def receive() -> None:
            rows, reply = sent.popleft()
            found = np.frombuffer(reply.result().body, dtype=np.uint8)
            if len(found) != 4 * len(rows) or not np.isfinite(numbers := found.view("<f4")).all():
                connection.end("it sent something that are no scores")
                raise EngineDied(reason="it sent something that are no scores")
            scores[rows] = numbers

        for first in range(0, len(order), BATCH):
            rows = order[first : first + BATCH]
            if len(sent) == _AHEAD:
                receive()
            some = [encodable(texts[i]) for i in rows]
            sent.append((rows, connection.ask("score", question=asked, texts=some, urgent=True)))
        while sent:
            receive()
        return scores

    def close(self) -> None:
        """End the engine; whoever waits for it gets EngineDied."""
        self._engine.close()

    def _load(self) -> dict[str, Any]:
        if not (self._folder / "config.json").is_file():
            raise NoModel(role="ranking", path=self._folder)
        return {"path": str(self._folder.resolve())}

"""The roles that models play for the rest of the program, one method each.

Each has a scripted fake in tests/fakes.py, given by constructor.
"""

from __future__ import annotations

from collections.abc import Generator as Pieces
from collections.abc import Iterator, Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from app.types import Prompt, Written

Vectors = npt.NDArray[np.float32]  # [n, d]
Scores = npt.NDArray[np.float32]  # [n]


class Embedder(Protocol):
    """Turns texts into vectors."""

    @property
    def fingerprint(self) -> str:
        """Names the model files' content and what it puts before texts; vectors of two fingerprints never mix."""
        ...

    @property
    def limit(self) -> int:
        """Tokens of a text that the model reads, special tokens included; what is beyond is ignored."""
        ...

    def embed(self, texts: Sequence[str], *, urgent: bool = False) -> Vectors:
        """Return float32[len(texts), d] of unit length.

        `urgent` is for a question: it goes before passages that wait, and with what the model wants put before
        questions, where that differs. Raises EngineDied.
        """
        ...


class Reranker(Protocol):
    """Looks at a question and a text together, which is slower than to compare vectors and sees more."""

    def score(self, question: str, texts: Sequence[str]) -> Scores:
        """Return float32[len(texts)], 0 to 1: the higher, the better a text answers `question`. Raises EngineDied."""
        ...


class Tokenizer(Protocol):
    """The embedder's own tokenizer, for splitting inside its limit."""

    def starts(self, text: str) -> Sequence[int]:
        """Return the character where each token of `text` starts, ascending, no special tokens."""
        ...


class Generator(Protocol):
    """Writes text."""

    @property
    def context(self) -> int:
        """Tokens that fit into prompt and answer together."""
        ...

    def count(self, prompt: Prompt) -> int:
        """Return the tokens of `prompt` after the model's own chat template. Raises EngineDied."""
        ...

    def loading(self) -> Iterator[None]:
        """Begin to load the model and yield now and then until it is there. Raises EngineDied."""
        ...

    def generate(self, prompt: Prompt) -> Pieces[str, None, Written]:
        """Yield the text piece by piece and return how it ended; closing stops the model. Raises EngineDied.

        While it reads the prompt empty pieces come, so that it can be stopped then, too.
        """
        ...

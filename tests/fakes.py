"""Scripted stand-ins for the models, given by constructor; each keeps the contract of its role."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field

import numpy as np

from app.models.roles import Vectors
from app.types import Prompt, Written


@dataclass
class FakeEmbedder:
    """Hashes words into a vector, so texts that share words are near; deterministic."""

    dimension: int = 384
    limit: int = 256
    fingerprint: str = "fake-embedder"
    calls: list[int] = field(default_factory=list)

    def embed(self, texts: Sequence[str], *, urgent: bool = False) -> Vectors:
        self.calls.append(len(texts))
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in re.findall(r"\w+", text.lower()) or ["empty"]:
                digest = hashlib.blake2b(word.encode(), digest_size=4).digest()
                vectors[row, int.from_bytes(digest, "big") % self.dimension] += 1.0
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors / norms


class FakeTokenizer:
    """One token a word or sign."""

    def starts(self, text: str) -> Sequence[int]:
        return [match.start() for match in re.finditer(r"\w+|[^\w\s]", text)]


@dataclass
class FakeGenerator:
    """Says what it is told to, in pieces; counts words; remembers its prompts and whether it was stopped."""

    reply: str = "The rent is 2,450 a month [1]."
    context: int = 2048
    finish: str = "end"
    prompts: list[Prompt] = field(default_factory=list)
    closed_early: bool = False

    def count(self, prompt: Prompt) -> int:
        return sum(len(turn.text.split()) + 4 for turn in prompt.turns)

    def generate(self, prompt: Prompt) -> Generator[str, None, Written]:
        self.prompts.append(prompt)
        self.closed_early = True
        yield from re.findall(r"\s*\S+", self.reply)
        self.closed_early = False
        return Written(self.finish, self.count(prompt), 0, len(self.reply.split()), 0.0, 0.0)

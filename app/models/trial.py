"""Loads a model once, in an engine process like any other, to see whether it can be used."""

from __future__ import annotations

import contextlib
from pathlib import Path

from app.errors import NotAModel
from app.models import folder as folders
from app.models.client import EmbedderClient
from app.models.reranker import RerankerClient
from app.models.tokens import WordPieceTokenizer

_TEXT = "The rent is 2,450 a month."


def trial(role: str, folder: Path) -> None:
    """Use the model in `folder` as an embedder or a reranker; takes as long as to load it.

    Raises NotAModel and what its engine raises.
    """
    WordPieceTokenizer(folder).starts(_TEXT)
    if role == folders.RERANKER:
        with contextlib.closing(RerankerClient(folder)) as reranker:
            reranker.score("What is the rent?", [_TEXT])
        return
    with contextlib.closing(EmbedderClient(folder)) as embedder:
        if (found := embedder.embed([_TEXT]).shape) != (1, said := folders.dimension(folder)):
            raise NotAModel(file=folder.name, reason=f"its vectors have {found[1]} numbers where it says {said}")

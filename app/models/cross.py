"""Reranking with a CrossEncoder of sentence-transformers, in the engine process; imported there only.

Knows sentence-transformers and torch, as `sentence` does for embedding.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import sentence_transformers
import torch

from app import frames
from app.errors import NotAModel
from app.models import folder as folders
from app.models import hardware
from app.models.engine import Reply
from app.models.probe import TEXTS
from app.models.roles import Scores

# More of a passage than this would cost time and change little; a passage and its question fit.
_MOST_TOKENS = 512
# Scores of half precision may be this far, on their scale of 0 to 1, from the reference.
AGREEMENT = 0.02

_QUESTION = "What is the notice period of the lease?"
_PROBE = [*TEXTS[:3], "Notice is given in writing."]


def load(header: dict[str, Any]) -> CrossModel:
    """Load the model folder header["path"] and choose its number format; raises NotAModel."""
    folder = Path(header["path"])
    torch.set_num_threads(hardware.physical_cores())
    try:
        model = sentence_transformers.CrossEncoder(str(folder), **folders.LOADED)
        model.max_seq_length = min(model.max_seq_length or _MOST_TOKENS, _MOST_TOKENS)
        folders.check_whole(folder, [name for name, _ in model.named_parameters()])
        return CrossModel(model.eval())
    except (OSError, ValueError, KeyError, ImportError, IndexError, RuntimeError) as error:
        raise NotAModel(file=folder.name, reason=str(error)[:300]) from error


class CrossModel:
    """One loaded reranker, in the number format that was faster here and agrees."""

    def __init__(self, model: sentence_transformers.CrossEncoder) -> None:
        self._model, self._format, self._speedup, self._difference = _choose(model)

    def about(self) -> dict[str, Any]:
        """Return the number format and what it was chosen from."""
        return {
            "format": self._format, "speedup": round(self._speedup, 3), "difference": round(self._difference, 6),
            "limit": self._model.max_seq_length,
        }

    def answer(self, request: frames.Frame, reply: Reply, stopped: Callable[[], bool]) -> None:
        """Work "score" off: header["question"] and ["texts"] → float32[n] little-endian in the body."""
        scores = _score(self._model, request.header["question"], request.header["texts"])
        reply(scores.astype("<f4").tobytes(), last=True)


def _score(model: sentence_transformers.CrossEncoder, question: str, texts: Sequence[str]) -> Scores:
    with torch.inference_mode():
        found = model.predict(
            [(question, text) for text in texts], batch_size=len(texts), show_progress_bar=False,
            activation_fn=torch.nn.Identity(), convert_to_tensor=True,
        ).float()
        if found.shape != (len(texts),):
            raise ValueError(f"it gives {list(found.shape)} numbers for {len(texts)} texts")
        scores: Scores = torch.sigmoid(found).numpy()
    return scores


def _choose(
    model: sentence_transformers.CrossEncoder,
) -> tuple[sentence_transformers.CrossEncoder, str, float, float]:
    """Return the faster of float32 and bfloat16, its name, bfloat16's speed-up and how far it is off at most."""
    half = copy.deepcopy(model).bfloat16()
    seconds: dict[str, float] = {}
    scores: dict[str, Scores] = {}
    for name, candidate in (("float32", model), ("bfloat16", half)):
        scores[name] = _score(candidate, _QUESTION, _PROBE)  # the first run also prepares kernels
        started = time.perf_counter()
        _score(candidate, _QUESTION, _PROBE)
        seconds[name] = time.perf_counter() - started
    difference = float(np.abs(scores["float32"] - scores["bfloat16"]).max())
    speedup = seconds["float32"] / seconds["bfloat16"]
    if speedup > 1 and difference <= AGREEMENT:
        return half, "bfloat16", speedup, difference
    return model, "float32", speedup, difference

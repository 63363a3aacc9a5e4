"""Embedding with sentence-transformers; the only module that knows it and torch.

Lives in the engine process and is imported there only.
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
from app.models import hardware
from app.models.engine import Reply
from app.models.roles import Vectors

# Half precision must give the same neighbours as the reference; below this it is not used.
AGREEMENT = 0.99

# Of the length of real passages, so that what is fast here is fast there.
_PROBE = [
    "The landlord may end this lease by giving three months' notice in writing to the tenant. " * 7,
    "On examination the patient was alert, afebrile and in no distress; blood pressure 128 over 76. " * 6,
    "Either party may assign this agreement to an affiliate with the consent of the other party. " * 5,
    "Q. Where were you on the evening of the fourth of March? A. I was at home with my brother. " * 6,
    "Invoice 2291 is due within thirty days; interest of four per cent is charged after that. " * 4,
    "What is the notice period?",
]


def load(header: dict[str, Any]) -> SentenceModel:
    """Load the model folder header["path"] and choose its number format; raises NotAModel."""
    folder = Path(header["path"])
    torch.set_num_threads(int(header.get("threads") or 0) or hardware.physical_cores())
    try:
        model = sentence_transformers.SentenceTransformer(
            str(folder),
            device="cpu",
            local_files_only=True,
            trust_remote_code=False,
            model_kwargs={"use_safetensors": True},  # never a pickle
        )
    except (OSError, ValueError, KeyError, ImportError) as error:
        raise NotAModel(file=folder.name, reason=str(error)[:300]) from error
    return SentenceModel(model.eval())


class SentenceModel:
    """One loaded embedding model, in the number format that was faster here and agrees."""

    def __init__(self, model: sentence_transformers.SentenceTransformer) -> None:
        started = time.perf_counter()
        self._model, self._format, self._speedup, self._agreement = _choose(model)
        self._choosing = time.perf_counter() - started

    def about(self) -> dict[str, Any]:
        """Return dimension, number format and what the choice was made from."""
        return {
            "dimension": self._model.get_embedding_dimension(),
            "format": self._format,
            "speedup": round(self._speedup, 3),
            "agreement": round(self._agreement, 6),
            "choosing_seconds": round(self._choosing, 3),
        }

    def answer(self, request: frames.Frame, reply: Reply, stopped: Callable[[], bool]) -> None:
        """Work "embed" off: header["texts"] → float32[n, d] little-endian in the body."""
        vectors = _embed(self._model, request.header["texts"])
        reply(vectors.astype("<f4").tobytes(), last=True, shape=list(vectors.shape))


def _embed(model: sentence_transformers.SentenceTransformer, texts: Sequence[str]) -> Vectors:
    with torch.inference_mode():
        found = model.encode(
            list(texts), batch_size=len(texts), convert_to_tensor=True, show_progress_bar=False
        ).float()
        vectors: Vectors = torch.nn.functional.normalize(found, dim=1).numpy()
    return vectors


def _choose(
    model: sentence_transformers.SentenceTransformer,
) -> tuple[sentence_transformers.SentenceTransformer, str, float, float]:
    """Return the faster of float32 and bfloat16, its name, bfloat16's speed-up and agreement."""
    half = copy.deepcopy(model).bfloat16()
    seconds: dict[str, float] = {}
    vectors: dict[str, Vectors] = {}
    for name, candidate in (("float32", model), ("bfloat16", half)):
        vectors[name] = _embed(candidate, _PROBE)  # the first run also prepares kernels
        started = time.perf_counter()
        _embed(candidate, _PROBE)
        seconds[name] = time.perf_counter() - started
    agreement = float(np.sum(vectors["float32"] * vectors["bfloat16"], axis=1).min())
    speedup = seconds["float32"] / seconds["bfloat16"]
    if speedup > 1 and agreement >= AGREEMENT:
        return half, "bfloat16", speedup, agreement
    return model, "float32", speedup, agreement

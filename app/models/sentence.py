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
from app.models import folder as folders
from app.models import hardware
from app.models.engine import Reply
from app.models.probe import AGREEMENT, TEXTS
from app.models.roles import Vectors


def load(header: dict[str, Any]) -> SentenceModel:
    """Load the model folder header["path"]; raises NotAModel.

    header["format"], "float32" or "bfloat16", spares it the choosing, where that was done before.
    """
    folder = Path(header["path"])
    torch.set_num_threads(hardware.physical_cores())
    try:
        model = sentence_transformers.SentenceTransformer(str(folder), **folders.LOADED)
        folders.check_whole(folder, [name for name, _ in model.named_parameters()])
    except (OSError, ValueError, KeyError, ImportError, RuntimeError) as error:
        raise NotAModel(file=folder.name, reason=str(error)[:300]) from error
    model.default_prompt_name = None  # the desk puts before a text what belongs there
    return SentenceModel(model.eval(), str(header.get("format") or ""))


class SentenceModel:
    """One loaded embedding model, in the number format that was faster here and agrees."""

    def __init__(self, model: sentence_transformers.SentenceTransformer, form: str = "") -> None:
        started = time.perf_counter()
        self._reference = _embed(model, TEXTS)  # in float32; also prepares its kernels
        self._about: dict[str, Any] = {"dimension": self._reference.shape[1], "backend": "torch"}
        if form in ("float32", "bfloat16"):
            self._model = model.bfloat16() if form == "bfloat16" else model
            self._about |= {"format": form}
        else:
            self._model, found = _choose(model, self._reference)
            self._about |= found
        self._about["choosing_seconds"] = round(time.perf_counter() - started, 3)

    def about(self) -> dict[str, Any]:
        """Return dimension, number format and what the choice was made from."""
        return self._about

    def answer(self, request: frames.Frame, reply: Reply, stopped: Callable[[], bool]) -> None:
        """Work "embed" off: header["texts"] → float32[n, d] little-endian in the body.

        "reference" gives the vectors of probe.TEXTS in float32, which all others are compared with.
        """
        if request.header["do"] == "reference":
            vectors = self._reference
        else:
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
    model: sentence_transformers.SentenceTransformer, reference: Vectors
) -> tuple[sentence_transformers.SentenceTransformer, dict[str, Any]]:
    """Return the faster of float32 and bfloat16, its name, bfloat16's speed-up and agreement."""
    half = copy.deepcopy(model).bfloat16()
    agreement = float(np.sum(reference * _embed(half, TEXTS), axis=1).min())
    seconds: dict[str, float] = {}
    for name, candidate in (("float32", model), ("bfloat16", half)):
        started = time.perf_counter()
        _embed(candidate, TEXTS)
        seconds[name] = time.perf_counter() - started
    speedup = seconds["float32"] / seconds["bfloat16"]
    chosen = "bfloat16" if speedup > 1 and agreement >= AGREEMENT else "float32"
    found = {"format": chosen, "speedup": round(speedup, 3), "agreement": round(agreement, 6)}
    return (half if chosen == "bfloat16" else model), found

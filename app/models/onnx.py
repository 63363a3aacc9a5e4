"""Embedding with onnxruntime: runs the export that set-up put beside a model's weights, ready in a moment.

Lives in the engine process and is imported there only. What an export is and whether it may be trusted is told by
the `onnx/export.json` beside it: how its numbers become a vector, and a few texts with the vectors that the model
itself gave them, which are computed again here before anything else is answered.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import json
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import tokenizers

from app import frames
from app.errors import NotAModel
from app.models import folder as folders
from app.models import hardware
from app.models.engine import Reply
from app.models.probe import AGREEMENT
from app.models.roles import Vectors

FLOAT32 = "float32"

# Texts that are computed together: what lies between the layers then stays in the processor's cache. Of 1, 4, 8, 16
# and 32 texts of 230 tokens 8 were fastest, 1.8 times as fast as 32.
_TOGETHER = 8


def load(header: dict[str, Any]) -> OnnxModel:
    """Load the export in the model folder header["path"]; raises NotAModel where it cannot be trusted."""
    folder = Path(header["path"])
    with _refusing(folder):
        return OnnxModel(folder)


@contextlib.contextmanager
def _refusing(folder: Path) -> Iterator[None]:
    """Raise NotAModel for whatever is wrong with an export; onnxruntime and tokenizers raise nothing more precise."""
    try:
        yield
    except NotAModel:
        raise
    except Exception as error:
        raise NotAModel(file=folder.name, reason=f"its export could not be used ({str(error)[:300]})") from error


class OnnxModel:
    """One export, in float32 from the beginning and in its other number formats when they are first asked for."""

    def __init__(self, folder: Path) -> None:
        started = time.perf_counter()
        self._folder = folder
        described = json.loads((folder / "onnx" / "export.json").read_bytes())
        self._files: dict[str, str] = described["files"]
        self._pooling: str = described["pooling"]
        self._known = _vectors(described["known"])
        self._tokenizer = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(folders.limit(folder))
        self._tokenizer.enable_padding()
        self._sessions: dict[str, onnxruntime.InferenceSession] = {}
        self._session(FLOAT32)
        self._seconds = time.perf_counter() - started

    def about(self) -> dict[str, Any]:
        """Return dimension, number format and the formats that there are."""
        return {
            "dimension": next(iter(self._known.values())).shape[0],
            "backend": "onnxruntime",
            "format": FLOAT32,
            "formats": sorted(self._files),
            "loading_seconds": round(self._seconds, 3),
        }

    def answer(self, request: frames.Frame, reply: Reply, stopped: Callable[[], bool]) -> None:
        """Work "embed" off: header["texts"], in header["format"] → float32[n, d] little-endian in the body."""
        with _refusing(self._folder):
            session = self._session(str(request.header.get("format") or FLOAT32))
        vectors = self._embed(session, request.header["texts"])
        reply(vectors.astype("<f4").tobytes(), last=True, shape=list(vectors.shape))

    def _session(self, form: str) -> onnxruntime.InferenceSession:
        """Return what computes in a number format, loaded and seen to agree; raises NotAModel."""
        if form not in self._sessions:
            if form not in self._files or "/" in (name := self._files[form]) or "\\" in name:
                raise NotAModel(file=self._folder.name, reason=f"it has no export in {form[:40]}")
            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = hardware.physical_cores()
            options.inter_op_num_threads = 1
            # Threads that spin while they wait would take the processor from whoever reads files meanwhile.
            options.add_session_config_entry("session.intra_op.allow_spinning", "0")
            options.log_severity_level = 4
            file = self._folder / "onnx" / self._files[form]
            session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
            found = self._embed(session, list(self._known))
            agreement = float((found * np.stack(list(self._known.values()))).sum(axis=1).min())
            if not agreement >= AGREEMENT:  # also where it is not a number
                raise NotAModel(file=self._folder.name, reason=f"its export in {form} gives other vectors than it")
            self._sessions[form] = session
        return self._sessions[form]

    def _embed(self, session: onnxruntime.InferenceSession, texts: Sequence[str]) -> Vectors:
        """Return a vector of unit length for each text; neighbours of like length cost least."""
        wanted = {given.name for given in session.get_inputs()}
        parts = []
        for first in range(0, len(texts), _TOGETHER):
            encoded = self._tokenizer.encode_batch(list(texts[first : first + _TOGETHER]))
            given = {
                "input_ids": np.array([each.ids for each in encoded], dtype=np.int64),
                "attention_mask": np.array([each.attention_mask for each in encoded], dtype=np.int64),
                "token_type_ids": np.array([each.type_ids for each in encoded], dtype=np.int64),
            }
            mask = given["attention_mask"].astype(np.float32)
            (tokens,) = session.run(None, {name: given[name] for name in wanted})
            if self._pooling == "cls":
                parts.append(tokens[:, 0])
            elif self._pooling == "mean":
                parts.append((tokens * mask[..., None]).sum(axis=1) / np.maximum(mask.sum(axis=1, keepdims=True), 1))
            else:
                raise NotAModel(file=self._folder.name, reason="its export does not say how its vectors are made")
        pooled = np.concatenate(parts)
        unit: Vectors = pooled / np.maximum(np.linalg.norm(pooled, axis=1, keepdims=True), 1e-12)
        return unit


def _vectors(known: dict[str, str]) -> dict[str, Vectors]:
    """Return the vector that is known for each text; raises ValueError."""
    try:
        found = {text: np.frombuffer(base64.b64decode(said), dtype="<f4") for text, said in known.items()}
    except binascii.Error as error:
        raise ValueError("what is known of it is damaged") from error
    if not found or len({len(vector) for vector in found.values()}) != 1:
        raise ValueError("what is known of it is damaged")
    return found

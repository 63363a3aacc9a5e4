"""Which backend embeds passages on this computer: measured once, and kept in the data folder.

Owns the file of what was measured. Starts no engine, and knows of one only what it answers to "embed".
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from app import paths
from app.errors import ModelError
from app.models import hardware
from app.models.probe import AGREEMENT, TEXTS
from app.models.roles import Vectors

TORCH, ONNX = "torch", "onnxruntime"

# Half of what a backend can do shows in the first run, which also prepares it; the quickest of three tells.
_ROUNDS = 3
# Among those that are nearly as fast as the fastest the most exact is taken.
_NEARLY = 0.87
_KEPT = 20  # measurements: models, computers that share a home folder, versions
_LIMIT = 1 << 20

Embed = Callable[[Sequence[str]], Vectors]


@dataclass(frozen=True, slots=True)
class Choice:
    """The backend that embeds passages, "torch" or "onnxruntime", its number format, and what was measured."""

    backend: str
    format: str
    speeds: Mapping[str, float]  # passages a second, by "backend format"
    agreements: Mapping[str, float]  # the least cosine with the reference


def measure(candidates: Mapping[tuple[str, str], Embed], reference: Vectors) -> Choice:
    """Return the fastest candidate whose vectors of probe.TEXTS agree with `reference`; takes a few seconds.

    One that is nearly as fast and more exact goes before it. Candidates are (backend, format); one that fails is
    none. Raises ValueError where none is left.
    """
    speeds: dict[tuple[str, str], float] = {}
    agreements: dict[tuple[str, str], float] = {}
    left = dict(candidates)
    for _ in range(_ROUNDS):  # in turn, so that what else the computer does meanwhile befalls all of them
        for name, embed in list(left.items()):
            try:
                started = time.perf_counter()
                vectors = embed(TEXTS)
                seconds = time.perf_counter() - started
            except (ModelError, ValueError):
                del left[name]
                continue
            agreement = float(np.nan_to_num((vectors * reference).sum(axis=1), nan=-1.0).min())
            agreements[name] = min(agreements.get(name, 1.0), agreement)
            speeds[name] = max(speeds.get(name, 0.0), len(TEXTS) / seconds)
    agreeing = [name for name in left if agreements[name] >= AGREEMENT]
    if not agreeing:
        raise ValueError("no backend agrees with the reference")
    most = max(speeds[name] for name in agreeing)
    backend, form = max(
        (name for name in agreeing if speeds[name] >= most * _NEARLY), key=lambda name: (agreements[name], speeds[name])
    )
    return Choice(
        backend, form,
        {" ".join(name): round(speeds[name], 1) for name in speeds},
        {" ".join(name): round(agreements[name], 5) for name in agreements},
    )  # fmt: skip


def key(fingerprint: str, folder: Path) -> str:
    """Name all that a measurement holds for: model, export, computer, and the versions of what computes."""
    try:
        export = hashlib.sha256((folder / "onnx" / "export.json").read_bytes()).hexdigest()
    except OSError:
        export = ""
    versions = []
    for library in ("torch", "sentence-transformers", "onnxruntime"):
        with contextlib.suppress(metadata.PackageNotFoundError):
            versions.append(f"{library} {metadata.version(library)}")
    computer = [hardware.processor(), hardware.physical_cores()]
    told = json.dumps([fingerprint, export, computer, versions, TEXTS])
    return hashlib.sha256(told.encode()).hexdigest()[:32]


def recall(key: str) -> Choice | None:
    """Return what was measured before, None where nothing was or it cannot be read."""
    try:
        found = _records()[key]
        choice = Choice(**{name: found[name] for name in Choice.__slots__})
    except (KeyError, TypeError):
        return None
    told = choice.backend in (TORCH, ONNX) and isinstance(choice.format, str)
    return choice if told and isinstance(choice.speeds, dict) and isinstance(choice.agreements, dict) else None


def record(key: str, choice: Choice) -> None:
    """Keep what was measured; where the disk is full it is measured again next time."""
    records = {name: found for name, found in _records().items() if name != key}
    for name in list(records)[: max(len(records) - _KEPT + 1, 0)]:
        del records[name]
    records[key] = asdict(choice)
    with contextlib.suppress(OSError):
        paths.write_atomically(_file(), json.dumps(records, indent=1).encode())


def _records() -> dict[str, Any]:
    try:
        found = json.loads(paths.read_bounded(_file(), _LIMIT))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _file() -> Path:
    return paths.data_folder() / "embedding.json"


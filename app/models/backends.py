"""What computes an embedder's vectors: torch, or the export for onnxruntime, each in an engine process of its own.

A question goes to the one that is ready first. Passages go there too, as long as they are few; when they become
many, torch is loaded beside it, what each can do here is measured once, and the fastest that agrees gets the rest.
Nobody waits for torch meanwhile. Knows the engines and not what is embedded.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from app.errors import ModelError, NoModel
from app.models import calibration
from app.models.calibration import ONNX, TORCH, Choice
from app.models.probe import TEXTS
from app.models.process import Connection, Engine, Reply
from app.models.roles import Vectors

# Passages of one sitting from which on torch is worth its loading, which takes the computer about ten seconds.
MANY = 1000

FLOAT32 = "float32"


class Backends:
    """The engines of the embedder in `folder`; a model without an export has only torch."""

    def __init__(
        self,
        folder: Path,
        fingerprint: Callable[[], str],
        *,
        command: Sequence[str],
        quick: Sequence[str],
        patience: float,
    ) -> None:
        """`command` and `quick` start the two engines in place of the program's own."""
        self._folder = folder
        self._fingerprint = fingerprint
        self._torch = Engine("embedder", self._load_torch, start=command, patience=patience)
        exported = (folder / "onnx" / "export.json").is_file()
        self._onnx = Engine("onnx", self._load, start=quick, patience=patience) if exported else None
        self._no_onnx: ModelError | None = None  # why the export is not used
        self._no_torch: ModelError | None = None
        self._choosing = threading.Lock()
        self._key = ""
        self._choice: Choice | None = None
        self._passages = 0
        self._proven: Connection | None = None  # which was seen to compute in the format that is chosen

    def start(self) -> None:
        """Begin to load what a question needs."""
        (self._onnx or self._torch).start()

    def for_question(self) -> Connection:
        """Return what is ready first, loaded; an export that cannot be used means torch. Raises ModelError."""
        if self._onnx and not self._no_onnx:
            try:
                return self._onnx.ready()
            except ModelError as error:
                self._no_onnx = error
        return self._torch.ready()

    def for_passages(self, count: int) -> tuple[Connection, str]:
        """Return what embeds the next `count` passages, loaded, and in which number format. Raises ModelError."""
        with self._choosing:
            self._passages += count
            quick = self.for_question()
            if not self._onnx or self._no_onnx:
                return quick, ""
            choice = self._chosen()
            if self._passages >= MANY and (choice is None or choice.backend == TORCH):
                torch = self._torch_if_loaded()
                if torch or self._no_torch:
                    choice = choice or self._measure(quick, torch)
                if torch and choice and choice.backend == TORCH:
                    return torch, ""
            if choice and choice.backend == ONNX and self._sound(quick, choice.format):
                return quick, choice.format
            return quick, FLOAT32

    def calibrate(self) -> None:
        """Measure now, where that was not done before, and have ready what is best; waits for it. Raises ModelError."""
        with self._choosing:
            self._passages = max(self._passages, MANY)
            if not self._onnx or self._no_onnx:
                return
            if (choice := self._chosen()) is None or choice.backend == TORCH:
                with contextlib.suppress(ModelError):
                    self._torch.ready()
        self.for_passages(0)

    def about(self) -> dict[str, Any]:
        """Return what loading found of what answers questions, and what was measured for passages."""
        quick = self.for_question()
        about = dict(quick.wait_until_loaded())
        if self._no_onnx:
            about["export"] = str(self._no_onnx)
        with self._choosing:
            choice = self._chosen() if self._onnx and not self._no_onnx else None
        about["questions"] = about["passages"] = f"{about.get('backend', '')} {about.get('format', '')}".strip()
        if choice:
            about["passages"] = f"{choice.backend} {choice.format}"
            about["speeds"], about["agreements"] = dict(choice.speeds), dict(choice.agreements)
        return about

    def close(self) -> None:
        """End both engines; whoever waits for one gets EngineDied."""
        self._torch.close()
        if self._onnx:
            self._onnx.close()

    def _chosen(self) -> Choice | None:
        if not self._key:
            self._key = calibration.key(self._fingerprint(), self._folder)
            self._choice = calibration.recall(self._key)
        return self._choice

    def _torch_if_loaded(self) -> Connection | None:
        """Return torch's connection when it is there; begins to load it where it was not."""
        if self._no_torch:
            return None
        try:
            found = self._torch.loaded()
        except ModelError as error:
            self._no_torch = error
            return None
        if found is None:
            self._torch.start()
        return found

    def _sound(self, quick: Connection, form: str) -> bool:
        """Whether the export can still be used in a number format that was once measured: its file may be damaged."""
        if form != FLOAT32 and self._proven is not quick:
            try:
                quick.ask("embed", texts=[TEXTS[-1]], format=form).result()
            except ModelError:
                self._choice = Choice(ONNX, FLOAT32, {}, {})
                return False
            self._proven = quick
        return True

    def _measure(self, quick: Connection, torch: Connection | None) -> Choice:
        """Measure all that there is, keep what was found, and let torch go where it is not wanted."""
        formats = quick.wait_until_loaded().get("formats")
        named = [form for form in formats if isinstance(form, str)] if isinstance(formats, list) else []
        candidates = {(ONNX, form): _asked(quick, form) for form in named}
        if torch:
            candidates[TORCH, str(torch.wait_until_loaded().get("format", ""))] = _asked(torch, "")
        try:
            reference = _vectors(torch.ask("reference") if torch else quick.ask("embed", texts=list(TEXTS)))
            choice = self._choice = calibration.measure(candidates, reference)
        except (ModelError, ValueError):  # one of them is going; what answers questions goes on
            self._choice = Choice(ONNX, FLOAT32, {}, {})
            return self._choice
        if torch or find_spec("torch") is None:  # where it failed to load it may not the next time
            calibration.record(self._key, choice)
        if torch and choice.backend != TORCH:
            self._torch.rest()
        return choice

    def _load(self) -> dict[str, Any]:
        if not (self._folder / "modules.json").is_file():
            raise NoModel(role="embedding", path=self._folder)
        return {"path": str(self._folder.resolve())}

    def _load_torch(self) -> dict[str, Any]:
        choice = self._choice
        return {**self._load(), "format": choice.format if choice and choice.backend == TORCH else ""}


def _asked(connection: Connection, form: str) -> calibration.Embed:
    return lambda texts: _vectors(connection.ask("embed", texts=list(texts), format=form))


def _vectors(reply: Reply) -> Vectors:
    """Return what an engine answered for probe.TEXTS; raises ModelError, ValueError."""
    found = np.frombuffer(reply.result().body, dtype="<f4").reshape(len(TEXTS), -1)
    if not np.isfinite(found).all():
        raise ValueError("it sent vectors that are not numbers")
    return found

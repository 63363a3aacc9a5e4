from __future__ import annotations

import json
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from app import paths
from app.errors import EngineDied
from app.models import calibration, hardware
from app.models.calibration import ONNX, TORCH, Choice, Embed
from app.models.probe import TEXTS
from app.models.roles import Vectors

REFERENCE = np.tile(np.array([[1, 0]], dtype=np.float32), (len(TEXTS), 1))
CHOICE = Choice(TORCH, "bfloat16", {"torch bfloat16": 116.0}, {"torch bfloat16": 0.9999})


def backend(seconds: float, agreement: float = 1.0) -> Embed:
    """One that takes so long and is so far from the reference."""
    vector = np.array([agreement, np.sqrt(1 - agreement**2)], dtype=np.float32)

    def embed(texts: Sequence[str]) -> Vectors:
        time.sleep(seconds)
        return np.tile(vector, (len(texts), 1))

    return embed


def dead(texts: Sequence[str]) -> Vectors:
    raise EngineDied(reason="it was killed")


@pytest.fixture(autouse=True)
def _apart(empty_home: Path) -> None:
    """Each test has a data folder of its own."""


class TestMeasure:
    def test_takes_the_fastest(self) -> None:
        found = calibration.measure({(TORCH, "float32"): backend(0.1), (ONNX, "int8"): backend(0.01, 0.993)}, REFERENCE)
        assert (found.backend, found.format) == (ONNX, "int8")
        assert found.speeds["onnxruntime int8"] > found.speeds["torch float32"]
        assert found.agreements == {"torch float32": 1.0, "onnxruntime int8": 0.993}

    def test_never_one_that_does_not_agree(self) -> None:
        found = calibration.measure({(TORCH, "float32"): backend(0.1), (ONNX, "int8"): backend(0.01, 0.98)}, REFERENCE)
        assert found.backend == TORCH
        assert found.agreements["onnxruntime int8"] == 0.98

    def test_one_text_that_differs_is_enough(self) -> None:
        def differs(texts: Sequence[str]) -> Vectors:
            vectors = REFERENCE.copy()
            vectors[3] = [0.5, 0.8]
            return vectors

        found = calibration.measure({(TORCH, "float32"): backend(0.05), (ONNX, "float32"): differs}, REFERENCE)
        assert found.backend == TORCH

    def test_of_equals_the_exact_one(self) -> None:
        found = calibration.measure(
            {(ONNX, "int8"): backend(0.2, 0.993), (ONNX, "float32"): backend(0.2), (TORCH, "float32"): backend(0.6)},
            REFERENCE,
        )
        assert (found.backend, found.format) == (ONNX, "float32")

    def test_one_that_fails_is_none(self) -> None:
        assert calibration.measure({(ONNX, "int8"): dead, (TORCH, "x"): backend(0.01)}, REFERENCE).backend == TORCH
        with pytest.raises(ValueError, match="no backend"):
            calibration.measure({(ONNX, "int8"): dead}, REFERENCE)

    def test_what_is_no_number_agrees_with_nothing(self) -> None:
        with pytest.raises(ValueError, match="no backend"):
            calibration.measure({(ONNX, "int8"): lambda texts: REFERENCE * np.nan}, REFERENCE)


class TestRecord:
    def test_is_recalled(self) -> None:
        assert calibration.recall("a") is None
        calibration.record("a", CHOICE)
        assert calibration.recall("a") == CHOICE
        assert calibration.recall("b") is None

    def test_the_oldest_make_room(self) -> None:
        for number in range(30):
            calibration.record(str(number), CHOICE)
        assert calibration.recall("29") == CHOICE
        assert calibration.recall("0") is None
        assert len(json.loads((paths.data_folder() / "embedding.json").read_bytes())) == 20

    @pytest.mark.parametrize("content", [
        b"", b"[]", b"{", b'{"a": 1}', b'{"a": {"backend": "torch"}}', b"\xff" * 100, b"[" * 100_000,
        b'{"a": {"backend": "cloud", "format": "x", "speeds": {}, "agreements": {}}}',
        b'{"a": {"backend": "torch", "format": 3, "speeds": {}, "agreements": {}}}',
        b'{"a": {"backend": "torch", "format": "x", "speeds": 1, "agreements": {}}}',
    ])
    def test_a_damaged_one_is_none(self, content: bytes) -> None:
        paths.write_atomically(paths.data_folder() / "embedding.json", content)
        assert calibration.recall("a") is None
        calibration.record("a", CHOICE)
        assert calibration.recall("a") == CHOICE

    def test_a_folder_that_cannot_be_written_is_no_error(self) -> None:
        paths.data_folder().parent.mkdir(parents=True, exist_ok=True)
        paths.data_folder().write_bytes(b"a file")
        calibration.record("a", CHOICE)
        assert calibration.recall("a") is None


def test_the_key_follows_all_that_a_measurement_holds_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = [calibration.key("model", tmp_path), calibration.key("other", tmp_path)]
    (tmp_path / "onnx").mkdir()
    (tmp_path / "onnx" / "export.json").write_text("{}")
    keys.append(calibration.key("model", tmp_path))
    monkeypatch.setattr(hardware, "physical_cores", lambda: 99)
    keys.append(calibration.key("model", tmp_path))
    monkeypatch.setattr(hardware, "processor", lambda: "another")
    keys.append(calibration.key("model", tmp_path))
    monkeypatch.setattr(calibration.metadata, "version", lambda library: "99")
    keys.append(calibration.key("model", tmp_path))
    assert len(set(keys)) == len(keys)
    assert calibration.key("model", tmp_path) == keys[-1]

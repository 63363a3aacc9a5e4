"""The export of the default model, run in this process and in an engine: right, damaged, forged."""

from __future__ import annotations

import base64
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.errors import NotAModel
from app.frames import Frame
from app.models import onnx, process
from app.models.process import Connection

pytestmark = pytest.mark.real

FOLDER = Path(__file__).resolve().parents[2] / "resources" / "models" / "all-MiniLM-L6-v2"
TEXTS = ["The rent is 2,450 a month.", "Blood pressure 128 over 76. " * 30, "", "日本語"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy whose export can be changed."""
    for name in ("tokenizer.json", "sentence_bert_config.json", "modules.json", "config.json"):
        shutil.copy(FOLDER / name, tmp_path)
    shutil.copytree(FOLDER / "onnx", tmp_path / "onnx")
    return tmp_path


def describe(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    file = folder / "onnx" / "export.json"
    described = json.loads(file.read_bytes())
    change(described)
    file.write_text(json.dumps(described))


def embed(model: onnx.OnnxModel, texts: list[str], **header: str) -> np.ndarray:
    found: list[bytes] = []
    request = Frame({"do": "embed", "texts": texts, **header})
    model.answer(request, lambda body=b"", **_: found.append(body), lambda: False)
    return np.frombuffer(found[0], dtype="<f4").reshape(len(texts), -1)


def test_computes_in_each_format() -> None:
    model = onnx.load({"path": str(FOLDER)})
    about = model.about()
    assert (about["dimension"], about["backend"], about["format"]) == (384, "onnxruntime", "float32")
    exact = embed(model, TEXTS)
    assert np.linalg.norm(exact, axis=1) == pytest.approx(1, abs=1e-5)
    for form in about["formats"]:
        assert (embed(model, TEXTS, format=form) * exact).sum(axis=1).min() >= 0.98


def test_more_texts_than_are_computed_together_keep_their_order() -> None:
    model = onnx.load({"path": str(FOLDER)})
    texts = [f"Clause {number}. {'The tenant pays. ' * (number % 5)}" for number in range(21)]
    together = embed(model, texts)
    for row in (0, 7, 8, 20):
        assert together[row] @ embed(model, [texts[row]])[0] == pytest.approx(1, abs=1e-4)


def test_reads_no_more_than_the_model_does() -> None:
    model = onnx.load({"path": str(FOLDER)})
    one, other = embed(model, ["rent " * 400, "rent " * 300 + "blood pressure"])
    assert one @ other == pytest.approx(1, abs=1e-4)


def test_another_way_to_make_vectors_is_noticed(folder: Path) -> None:
    describe(folder, lambda said: said.update(pooling="cls"))
    with pytest.raises(NotAModel, match="other vectors"):  # this model pools by the mean
        onnx.load({"path": str(folder)})


@pytest.mark.parametrize("length", [0, 1000, 40_000_000])
def test_an_export_cut_short(folder: Path, length: int) -> None:
    file = folder / "onnx" / "model.onnx"
    file.write_bytes(file.read_bytes()[:length])
    with pytest.raises(NotAModel):
        onnx.load({"path": str(folder)})


def test_weights_that_were_changed_are_noticed(folder: Path) -> None:
    """They load and compute, and would give other neighbours."""
    file = folder / "onnx" / "model.onnx"
    content = bytearray(file.read_bytes())
    middle = len(content) - 20_000_000
    content[middle : middle + 4_000_000] = np.zeros(1_000_000, dtype="<f4").tobytes()
    file.write_bytes(content)
    with pytest.raises(NotAModel):
        onnx.load({"path": str(folder)})


def test_a_damaged_format_leaves_the_other(folder: Path) -> None:
    (folder / "onnx" / "model_qint8.onnx").write_bytes(b"no export")
    model = onnx.load({"path": str(folder)})
    with pytest.raises(NotAModel):
        embed(model, TEXTS, format="int8")
    with pytest.raises(NotAModel, match="no export in poem"):
        embed(model, TEXTS, format="poem")
    assert embed(model, TEXTS).shape == (4, 384)


def _nothing_known(said: dict[str, Any]) -> None:
    said["known"] = {}


def _no_base64(said: dict[str, Any]) -> None:
    said["known"] = dict.fromkeys(said["known"], "!")


def _vectors_of_another(said: dict[str, Any]) -> None:
    other = np.eye(384, dtype="<f4")[0]
    said["known"] = dict.fromkeys(said["known"], base64.b64encode(other.tobytes()).decode())


def _not_numbers(said: dict[str, Any]) -> None:
    said["known"] = dict.fromkeys(said["known"], base64.b64encode(np.full(384, np.nan, "<f4").tobytes()).decode())


def _elsewhere(said: dict[str, Any]) -> None:
    said["files"]["float32"] = "../../other/model.onnx"


def _no_pooling(said: dict[str, Any]) -> None:
    del said["pooling"]


@pytest.mark.parametrize(
    "change", [_nothing_known, _no_base64, _vectors_of_another, _not_numbers, _elsewhere, _no_pooling]
)
def test_a_description_that_is_wrong(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    describe(folder, change)
    with pytest.raises(NotAModel):
        onnx.load({"path": str(folder)})


def test_an_engine_tells_a_damaged_export_and_lives_to_tell(folder: Path) -> None:
    (folder / "onnx" / "model.onnx").write_bytes(b"\x08" * 1000)
    connection = Connection(process.command("onnx"), {"path": str(folder)}, 60)
    with pytest.raises(NotAModel):
        connection.wait_until_loaded()

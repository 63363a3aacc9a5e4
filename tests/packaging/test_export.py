from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

import environment
import export
import modelfiles
from steps import StepFailed

WEIGHTS = b"weights"
GRAPH = b"graph"
MODEL = modelfiles.Model(
    name="Tiny", role="embedder", file="tiny", package="tiny-package", version="1", wheel_sha256="0",
    inside="tiny_package", files={"tiny/model.safetensors": hashlib.sha256(WEIGHTS).hexdigest()})


@pytest.fixture
def models(place: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(export, "CACHE", place / ".cache")
    monkeypatch.setattr(environment, "uv_settings", dict)
    monkeypatch.setattr(modelfiles, "listed", lambda: [MODEL])
    (place / "models" / "tiny").mkdir(parents=True)
    return place / "models"


def _write(models: Path, **changed: object) -> None:
    exported = models / "tiny" / "onnx"
    exported.mkdir(exist_ok=True)
    (exported / "model.onnx").write_bytes(GRAPH)
    described = {"made_by": export.made_by(), "weights": hashlib.sha256(WEIGHTS).hexdigest(),
                 "sha256": {"model.onnx": hashlib.sha256(GRAPH).hexdigest()}, **changed}
    (exported / "export.json").write_text(json.dumps(described))


def test_a_whole_export_is_left_as_it_is(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert export.lacking(MODEL, models)
    _write(models)
    assert not export.lacking(MODEL, models)
    monkeypatch.setattr(export, "command", None)  # nothing may be run
    export.place(models)


@pytest.mark.parametrize("changed", [
    {"made_by": "an earlier script"}, {"weights": "of another model"}, {"sha256": {"model.onnx": "0"}}, {"sha256": 3},
    {"sha256": {"model.onnx": hashlib.sha256(GRAPH).hexdigest(), "missing.onnx": "0"}},
])
def test_one_that_was_made_of_or_by_something_else_is_made_again(models: Path, changed: dict[str, object]) -> None:
    _write(models, **changed)
    assert export.lacking(MODEL, models)


@pytest.mark.parametrize("content", ["", "[]", "{}", "{", "null"])
def test_a_damaged_description(models: Path, content: str) -> None:
    _write(models)
    (models / "tiny" / "onnx" / "export.json").write_text(content)
    assert export.lacking(MODEL, models)


def test_is_made_with_tools_that_are_removed_again(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commands: list[list[str]] = []
    tools = export.CACHE / "export-tools"

    def run(title: str, arguments: list[object], variables: dict[str, str] | None = None, *, log: str) -> str:
        commands.append([str(argument) for argument in arguments])
        if log == "export-tools":
            tools.mkdir(parents=True)
        else:
            assert variables
            assert variables["PYTHONPATH"].startswith(str(tools))
            assert variables["HF_HUB_OFFLINE"] == "1"
            _write(models)
        return ""

    monkeypatch.setattr(export, "command", run)
    export.place(models)
    assert not export.lacking(MODEL, models)
    assert {"--require-hashes", "--no-deps"} <= set(commands[0])
    assert commands[1][1:] == [str(export.SCRIPT), str(models / "tiny"), export.made_by()]
    assert not tools.exists()


def test_one_that_cannot_be_made_is_told_and_done_without(
    models: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(title: str, arguments: object, variables: object = None, *, log: str) -> str:
        if log == "export-tools":
            (export.CACHE / "export-tools").mkdir(parents=True)
            return ""
        path = models / "log"
        path.write_text("Traceback\nThe export gives other vectors than the model.")
        raise StepFailed(title, 1, path)

    monkeypatch.setattr(export, "command", run)
    export.place(models)
    assert "other vectors than the model" in capsys.readouterr().out
    assert export.lacking(MODEL, models)
    assert not (export.CACHE / "export-tools").exists()


@pytest.mark.real
def test_the_export_in_place_is_the_one_that_this_makes() -> None:
    assert not [model.name for model in modelfiles.listed() if model.role == "embedder" and export.lacking(model)]


def test_a_model_of_parts_that_have_no_export_is_refused(tmp_path: Path) -> None:
    program = "import make_export, types; make_export._pooling([types.SimpleNamespace()])"
    done = subprocess.run([sys.executable, "-B", "-c", program], cwd=export.ROOT / "packaging", capture_output=True,
                          text=True, check=False)
    assert done.returncode == 1
    assert "have no export" in done.stderr

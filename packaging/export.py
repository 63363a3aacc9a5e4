"""The embedders' exports for onnxruntime: made on this computer from the checked weights, once.

What makes them is packaging/make_export.py, run in the environment with one more package, which lies in a folder of
its own and is removed afterwards. A model that cannot be exported is used through torch. Standard library only.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from pathlib import Path

import environment
import modelfiles
from steps import CACHE, ROOT, StepFailed, command, say, shown

TOOLS = environment.REQUIREMENTS / "export.txt"
SCRIPT = ROOT / "packaging" / "make_export.py"


def made_by() -> str:
    """Return the key of what makes an export: another key, another export."""
    return environment.key_of([TOOLS, SCRIPT, environment.TORCH])


def lacking(model: modelfiles.Model, folder: Path = modelfiles.MODELS) -> bool:
    """Whether the model's export is missing, damaged, or made from or by something else."""
    exported = folder / model.file / "onnx"
    try:
        described = json.loads((exported / "export.json").read_bytes())
        if described["made_by"] != made_by() or described["weights"] != _pinned(model):
            return True
        return any(_sha256(exported / name) != digest for name, digest in described["sha256"].items())
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return True


def place(folder: Path = modelfiles.MODELS) -> None:
    """Make the export of every embedder that has none; one that cannot be made is told and done without."""
    wanted = [model for model in modelfiles.listed() if model.role == "embedder" and lacking(model, folder)]
    if not wanted:
        return
    tools = CACHE / "export-tools"
    shutil.rmtree(tools, ignore_errors=True)
    with shown("What exports models"):
        command("What exports models",
                [*environment.uv("install"), "--no-deps", "--require-hashes", "--target", tools, "-r", TOOLS],
                environment.uv_settings(), log="export-tools")
    for model in wanted:
        with shown(f"The export of {model.name}, which answers a question at once"):
            try:
                _make(folder / model.file, tools)
            except StepFailed as failed:
                say(f"    It could not be made, so torch is used alone, which takes longer to be ready: "
                    f"{failed.tail(1)} See {failed.log}.")
    shutil.rmtree(tools)


def _make(folder: Path, tools: Path) -> None:
    search = os.pathsep.join([str(tools), str(ROOT)])
    command("The export", [environment.program("python"), SCRIPT, folder, made_by()],
            {**environment.OFFLINE, "PYTHONPATH": search, "PYTHONDONTWRITEBYTECODE": "1"}, log=f"export-{folder.name}")


def _pinned(model: modelfiles.Model) -> str:
    return model.files[f"{model.file}/model.safetensors"]


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()

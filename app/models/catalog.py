"""The models on this computer: those that came with the program and those that the user added.

Owns the folder of added models: what comes in is checked first and appears there whole or not at
all. Loads no model.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from app.errors import (
    BundledModel,
    CarrelError,
    ChangedFile,
    DiskFull,
    ModelExists,
    NoModel,
    NotAModel,
    UnknownModel,
    UnreadableFile,
)
from app.models import folder as folders
from app.models import gguf
from app.paths import sync_folder, telling
from app.types import ModelInfo

Trial = Callable[[str, Path], None]  # loads a model of a role from its place and raises ModelError where it cannot

_CHUNK = 8 * 1024 * 1024

# A copy that was cut off by a crash is cleared away when it has lain still for this long.
_LEFTOVER_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    role: str
    path: Path
    description: str
    bundled: bool


class Catalog:
    """Lists, adds and removes models; `chosen`, `embedder` and `reranker` name those to use.

    Empty, they stand for the ones that came with the program, and for whatever reranker was added.
    """

    def __init__(
        self, bundled: Path, own: Path, chosen: str = "", *, embedder: str = "", reranker: str = ""
    ) -> None:
        """`bundled` holds what the models.toml beside it lists; `own` holds added files and folders, may be missing."""
        self._bundled = bundled
        self._own = own
        self._chosen = {"generator": chosen, folders.EMBEDDER: embedder, folders.RERANKER: reranker}

    def models(self) -> list[ModelInfo]:
        """Return all models that are there, the bundled ones first."""
        entries = self._entries()
        chosen = [self._chosen_entry(entries, role) for role in self._chosen]
        return [
            ModelInfo(
                name=entry.name,
                file=str(entry.path),
                role=entry.role,
                size=_size(entry.path),
                description=entry.description or _described(entry.path),
                bundled=entry.bundled,
                chosen=entry in chosen,
            )
            for entry in entries
        ]

    def generator(self) -> Path:
        """Return the file of the chosen generator, or the bundled one where that is gone; raises NoModel."""
        return self._path_of("generator", "writing")

    def embedder(self) -> Path:
        """Return the folder of the chosen embedder, or the bundled one where that is gone; raises NoModel."""
        return self._path_of(folders.EMBEDDER, "embedding")

    def embedders(self) -> list[Path]:
        """Return the folders of all embedders, the chosen one first."""
        entries = self._entries()
        chosen = self._chosen_entry(entries, folders.EMBEDDER)
        found = [entry for entry in entries if entry.role == folders.EMBEDDER]
        return [entry.path for entry in sorted(found, key=lambda entry: entry != chosen)]

    def reranker(self) -> Path | None:
        """Return the folder of the chosen reranker, or the first that was added; None where there is none."""
        entry = self._chosen_entry(self._entries(), folders.RERANKER)
        return None if entry is None else entry.path

    def name_of(self, path: Path) -> str:
        """Return what the model at `path` is called."""
        return next((entry.name for entry in self._entries() if entry.path == path), path.name)

    def import_path(self, path: Path, *, trial: Trial | None = None) -> Iterator[float]:
        """Copy a GGUF file or a model folder among the added models and yield the share that is done, up to 1.

        It keeps its own name, see `name_for`. Of a folder comes along what `folder.check` takes in. With `trial` a
        folder is loaded once before it counts as added. Closing the iterator leaves nothing behind. A model that is
        there already with the same content is left as it is. Raises MissingPath, UnreadableFile, NotAModel,
        ModelCutShort, ModelExists, ChangedFile, DiskFull, and what the trial raises.
        """
        path = Path(os.path.abspath(path))
        name = name_for(path)
        described = folders.check(path) if path.is_dir() else gguf.check(path)
        target = self._own / (name if path.is_dir() else f"{name}.gguf")
        if any(entry.name == name and entry.path != target for entry in self._entries()):
            raise ModelExists(name=name)
        with telling(UnreadableFile):
            self._own.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._clear_leftovers()
            if isinstance(described, gguf.Header):
                yield from self._import_file(path, described)
            else:
                yield from self._import_folder(path, described, trial)

    def _import_file(self, path: Path, header: gguf.Header) -> Iterator[float]:
        target = self._own / f"{path.stem}.gguf"
        if target.exists():
            yield from _same([(path, target)], path.stem)
        else:
            yield from self._copy(path, target, header)

    def _import_folder(self, path: Path, described: folders.Description, trial: Trial | None) -> Iterator[float]:
        target = self._own / name_for(path)
        if target.exists():
            if not target.is_dir() or folders.check(target).files != described.files:
                raise ModelExists(name=target.name)
            yield from _same([(path / name, target / name) for name, _ in described.files], target.name)
            return
        total = sum(size for _, size in described.files)
        if shutil.disk_usage(self._own).free < total:
            raise DiskFull
        hidden = Path(tempfile.mkdtemp(prefix=".", suffix=".part", dir=self._own))
        part = hidden / target.name  # what is told of it names it
        try:
            part.mkdir(mode=0o700)
            before = 0
            for name, size in described.files:
                (part / name).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                with (path / name).open("rb") as source, (part / name).open("xb") as copy:
                    for done in _pump(source, copy):
                        yield min((before + done) / max(total, 1), 0.999)
                    copy.flush()
                    os.fsync(copy.fileno())
                before += size
            if folders.check(part) != described:
                raise ChangedFile
            if trial is not None:
                trial(described.role, part)
            if target.exists():
                raise ModelExists(name=target.name)
            part.rename(target)
            sync_folder(self._own)
        finally:
            shutil.rmtree(hidden, ignore_errors=True)
        yield 1.0

    def remove(self, name: str) -> None:
        """Delete an added model; raises BundledModel, UnknownModel, UnreadableFile."""
        for entry in self._entries():
            if entry.name != name:
                continue
            if entry.bundled:
                raise BundledModel(name=name)
            try:
                if entry.path.is_dir():
                    # Out of sight first, so that what is left of it, should that be cut off, is no half model.
                    doomed = Path(tempfile.mkdtemp(prefix=".", suffix=".part", dir=self._own)) / entry.path.name
                    entry.path.rename(doomed)
                    shutil.rmtree(doomed.parent)
                else:
                    entry.path.unlink()
            except OSError as error:
                raise UnreadableFile(reason=error.strerror or "it is in use") from error
            return
        raise UnknownModel(name=name)

    def _entries(self) -> list[_Entry]:
        found = []
        for table in self._listed():
            path = self._bundled / table["file"]
            if path.exists():
                found.append(_Entry(table["name"], table["role"], path, table["description"], bundled=True))
        if self._own.is_dir():
            files = sorted(file for file in self._own.glob("*.gguf") if file.is_file())
            found += [_Entry(file.stem, "generator", file, "", bundled=False) for file in files]
            own = sorted(path for path in self._own.iterdir() if path.is_dir() and not path.name.startswith("."))
            found += [_Entry(path.name, _role(path), path, "", bundled=False) for path in own]
        return found

    def _listed(self) -> list[dict[str, str]]:
        try:
            with (self._bundled.parent / "models.toml").open("rb") as stream:
                tables: list[dict[str, str]] = tomllib.load(stream)["model"]
        except FileNotFoundError:
            return []
        return tables

    def _chosen_entry(self, entries: list[_Entry], role: str) -> _Entry | None:
        fitting = [entry for entry in entries if entry.role == role]
        for entry in fitting:
            if entry.name == self._chosen[role]:
                return entry
        return next((entry for entry in fitting if entry.bundled or role == folders.RERANKER), None)

    def _path_of(self, role: str, words: str) -> Path:
        entry = self._chosen_entry(self._entries(), role)
        if entry is None:
            raise NoModel(role=words, path=self._bundled)
        return entry.path

    def _copy(self, path: Path, target: Path, header: gguf.Header) -> Iterator[float]:
        with path.open("rb") as source:
            size = os.fstat(source.fileno()).st_size
            if shutil.disk_usage(self._own).free < size:
                raise DiskFull
            handle, name = tempfile.mkstemp(prefix=".", suffix=".part", dir=self._own)
            part = Path(name)
            try:
                with os.fdopen(handle, "wb") as copy:
                    for done in _pump(source, copy):
                        yield min(done / size, 0.999)
                    copy.flush()
                    os.fsync(copy.fileno())
                if part.stat().st_size != size or gguf.read_header(part).parameters != header.parameters:
                    raise ChangedFile
                if target.exists():
                    raise ModelExists(name=target.stem)
                part.replace(target)
            finally:
                with contextlib.suppress(FileNotFoundError):
                    part.unlink()
        yield 1.0

    def _clear_leftovers(self) -> None:
        for part in self._own.glob(".*.part"):
            with contextlib.suppress(FileNotFoundError):
                if time.time() - part.stat().st_mtime <= _LEFTOVER_SECONDS:
                    continue
                if part.is_dir():
                    shutil.rmtree(part)
                else:
                    part.unlink()


def _pump(source: BinaryIO, copy: BinaryIO) -> Iterator[int]:
    """Copy and yield the bytes done."""
    done = 0
    while chunk := source.read(_CHUNK):
        copy.write(chunk)
        done += len(chunk)
        yield done


def _same(pairs: list[tuple[Path, Path]], name: str) -> Iterator[float]:
    """Compare files with files and yield the share that is done; raises ModelExists where they differ."""
    size = sum(target.stat().st_size for _, target in pairs)
    done = 0
    for path, target in pairs:
        with path.open("rb") as first, target.open("rb") as second:
            while True:
                one, other = first.read(_CHUNK), second.read(_CHUNK)
                if one != other:
                    raise ModelExists(name=name)
                if not one:
                    break
                done += len(one)
                yield min(done / size, 0.999)
    yield 1.0


def name_for(path: Path) -> str:
    """Return the name that a model gets when it is imported.

    In a cache of downloaded models a folder is named by a hash, and the model by the one two above.
    """
    path = Path(os.path.abspath(path))
    if not path.is_dir():
        return path.stem
    if re.fullmatch(r"[0-9a-f]{40}", path.name) and path.parent.name == "snapshots":
        return path.parent.parent.name.rpartition("--")[2] or path.name
    return path.name.lstrip(".") or "model"


def _role(path: Path) -> str:
    try:
        return folders.role(path)
    except NotAModel:
        return "unusable"


def _size(path: Path) -> int:
    if path.is_file():
        return path.stat().st_size
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())


def _described(path: Path) -> str:
    """Say what a model is: "8.0B parameters, Q4_K_M, 32,768 tokens of context"; or why it cannot be used."""
    try:
        if path.is_dir():
            found = folders.check(path)
            parts = [f"{_counted(found.parameters)} parameters", f"reads {found.limit:,} tokens"]
            if found.role == folders.EMBEDDER:
                parts.insert(1, f"{found.dimension:,} dimensions")
        else:
            header = gguf.check(path)
            parts = [f"{_counted(header.parameters)} parameters", header.quantisation]
            parts.append(f"{header.context:,} tokens of context")
    except CarrelError as error:
        return str(error)
    return ", ".join(part for part in parts if part)


def _counted(parameters: int) -> str:
    millions = parameters / 1e6
    return f"{millions / 1000:.1f}B" if millions >= 1000 else f"{millions:.0f}M"

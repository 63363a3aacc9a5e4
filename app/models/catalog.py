"""The models on this computer: those that came with the program and those that the user added.

Owns the folder of added models: what comes in is checked first and appears there whole or not at
all. Loads no model.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import tempfile
import time
import tomllib
from collections.abc import Iterator
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
    UnknownModel,
    UnreadableFile,
)
from app.models import gguf
from app.types import ModelInfo

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
    """Lists, adds and removes models; `chosen` names the generator to use, empty for the bundled one."""

    def __init__(self, bundled: Path, own: Path, chosen: str = "") -> None:
        """`bundled` holds what the models.toml beside it lists; `own` holds added *.gguf, may be missing."""
        self._bundled = bundled
        self._own = own
        self._chosen = chosen

    def models(self) -> list[ModelInfo]:
        """Return all models that are there, the bundled ones first."""
        entries = self._entries()
        generator = self._chosen_entry(entries)
        embedder = next((entry for entry in entries if entry.role == "embedder"), None)
        return [
            ModelInfo(
                name=entry.name,
                file=str(entry.path),
                role=entry.role,
                size=_size(entry.path),
                description=entry.description or _described(entry.path),
                bundled=entry.bundled,
                chosen=entry in (generator, embedder),
            )
            for entry in entries
        ]

    def generator(self) -> Path:
        """Return the file of the chosen generator, or the bundled one where that is gone; raises NoModel."""
        entry = self._chosen_entry(self._entries())
        if entry is None:
            raise NoModel(role="writing", path=self._bundled)
        return entry.path

    def embedder(self) -> Path:
        """Return the folder of the embedder; raises NoModel."""
        for entry in self._entries():
            if entry.role == "embedder":
                return entry.path
        raise NoModel(role="embedding", path=self._bundled)

    def import_file(self, path: Path) -> Iterator[float]:
        """Copy a GGUF among the added models under its own name and yield the share that is done, up to 1.

        Closing the iterator leaves nothing behind. A model that is there already with the same content
        is left as it is. Raises MissingPath, UnreadableFile, NotAModel, ModelCutShort, ModelExists,
        ChangedFile, DiskFull.
        """
        header = gguf.check(path)
        target = self._own / f"{path.stem}.gguf"
        for entry in self._entries():
            if entry.name == path.stem and entry.bundled:
                raise ModelExists(name=path.stem)
        try:
            self._own.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._clear_leftovers()
            if target.exists():
                yield from _same(path, target)
            else:
                yield from self._copy(path, target, header)
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise DiskFull from error
            raise UnreadableFile(reason=error.strerror or "input or output failed") from error

    def remove(self, name: str) -> None:
        """Delete an added model; raises BundledModel, UnknownModel, UnreadableFile."""
        for entry in self._entries():
            if entry.name != name:
                continue
            if entry.bundled:
                raise BundledModel(name=name)
            try:
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
        return found

    def _listed(self) -> list[dict[str, str]]:
        try:
            with (self._bundled.parent / "models.toml").open("rb") as stream:
                tables: list[dict[str, str]] = tomllib.load(stream)["model"]
        except FileNotFoundError:
            return []
        return tables

    def _chosen_entry(self, entries: list[_Entry]) -> _Entry | None:
        generators = [entry for entry in entries if entry.role == "generator"]
        for entry in generators:
            if entry.name == self._chosen:
                return entry
        return next((entry for entry in generators if entry.bundled), None)

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
                if time.time() - part.stat().st_mtime > _LEFTOVER_SECONDS:
                    part.unlink()


def _pump(source: BinaryIO, copy: BinaryIO) -> Iterator[int]:
    """Copy and yield the bytes done."""
    done = 0
    while chunk := source.read(_CHUNK):
        copy.write(chunk)
        done += len(chunk)
        yield done


def _same(path: Path, target: Path) -> Iterator[float]:
    """Compare two files and yield the share that is done; raises ModelExists where they differ."""
    size = target.stat().st_size
    done = 0
    with path.open("rb") as first, target.open("rb") as second:
        while True:
            one, other = first.read(_CHUNK), second.read(_CHUNK)
            if one != other:
                raise ModelExists(name=target.stem)
            if not one:
                break
            done += len(one)
            yield min(done / size, 0.999)
    yield 1.0


def _size(path: Path) -> int:
    if path.is_file():
        return path.stat().st_size
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())


def _described(file: Path) -> str:
    """Say what a GGUF is: "8.0B parameters, Q4_K_M, 32,768 tokens of context"; or why it cannot be used."""
    try:
        header = gguf.check(file)
    except CarrelError as error:
        return str(error)
    millions = header.parameters / 1e6
    parameters = f"{millions / 1000:.1f}B" if millions >= 1000 else f"{millions:.0f}M"
    parts = [f"{parameters} parameters", header.quantisation, f"{header.context:,} tokens of context"]
    return ", ".join(part for part in parts if part)

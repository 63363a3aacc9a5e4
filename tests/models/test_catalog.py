"""The catalogue: listing, choosing, importing whole or not at all, removing."""

from __future__ import annotations

import errno
import os
import shutil
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from app.errors import (
    BundledModel,
    ChangedFile,
    DiskFull,
    MissingPath,
    ModelCutShort,
    ModelExists,
    NoModel,
    NotAModel,
    UnknownModel,
    UnreadableFile,
)
from app.models import catalog as catalog_module
from app.models.catalog import Catalog
from tests.models.modelfiles import (
    cross_folder,
    described,
    embedder_folder,
    gguf_bytes,
    gguf_file,
    safetensors_bytes,
    sentence_folder,
)

LIST = """
[[model]]
name = "Finder"
role = "embedder"
file = "finder"
description = "Finds passages"
[model.files]
"finder/model.safetensors" = "00"

[[model]]
name = "Starter"
role = "generator"
file = "starter.gguf"
description = "Writes answers"
"""


@pytest.fixture
def bundled(tmp_path: Path) -> Path:
    folder = tmp_path / "resources" / "models"
    folder.mkdir(parents=True)
    (folder.parent / "models.toml").write_text(LIST)
    embedder_folder(folder / "finder")
    gguf_file(folder, "starter.gguf")
    return folder


@pytest.fixture
def own(tmp_path: Path) -> Path:
    return tmp_path / "own" / "models"


@pytest.fixture
def better(tmp_path: Path) -> Path:
    return gguf_file(tmp_path, "better.gguf", changes={"general.name": "Better"})


def names(catalog: Catalog) -> list[tuple[str, bool, bool]]:
    return [(model.name, model.bundled, model.chosen) for model in catalog.models()]


def left_in(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def test_bundled_models_are_listed_and_used(bundled: Path, own: Path) -> None:
    catalog = Catalog(bundled, own)
    assert names(catalog) == [("Finder", True, True), ("Starter", True, True)]
    assert catalog.generator() == bundled / "starter.gguf"
    assert catalog.embedder() == bundled / "finder"
    assert [model.size for model in catalog.models()][1] == len(gguf_bytes())


def test_imported_model_is_listed_described_and_chosen(bundled: Path, own: Path, better: Path) -> None:
    progress = list(Catalog(bundled, own).import_path(better))
    assert progress == sorted(progress)
    assert progress[-1] == 1
    catalog = Catalog(bundled, own, "better")
    assert names(catalog) == [("Finder", True, True), ("Starter", True, False), ("better", False, True)]
    assert catalog.models()[2].description == "0M parameters, Q4_1, 2,048 tokens of context"
    assert catalog.generator().read_bytes() == better.read_bytes()
    assert left_in(own) == ["better.gguf"]


def test_chosen_model_that_is_gone(bundled: Path, own: Path) -> None:
    assert Catalog(bundled, own, "gone").generator() == bundled / "starter.gguf"


def test_no_models(tmp_path: Path) -> None:
    catalog = Catalog(tmp_path / "models", tmp_path / "own")
    assert catalog.models() == []
    with pytest.raises(NoModel, match="writing"):
        catalog.generator()
    with pytest.raises(NoModel, match="embedding"):
        catalog.embedder()


def test_damaged_own_model_is_listed_with_the_reason(bundled: Path, own: Path) -> None:
    own.mkdir(parents=True)
    (own / "cut.gguf").write_bytes(gguf_bytes()[:300])
    assert "cut short" in Catalog(bundled, own).models()[2].description


@pytest.mark.parametrize(
    ("content", "error"), [(b"Dear Sir", NotAModel), (gguf_bytes()[:-100], ModelCutShort), (None, MissingPath)]
)
def test_what_cannot_be_imported(
    bundled: Path, own: Path, tmp_path: Path, content: bytes | None, error: type[Exception]
) -> None:
    file = tmp_path / "bad.gguf"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(error):
        list(Catalog(bundled, own).import_path(file))
    assert not own.exists() or left_in(own) == []


def test_importing_again_changes_nothing(bundled: Path, own: Path, better: Path) -> None:
    list(Catalog(bundled, own).import_path(better))
    before = (own / "better.gguf").stat().st_mtime_ns
    assert list(Catalog(bundled, own).import_path(better))[-1] == 1
    assert list(Catalog(bundled, own).import_path(own / "better.gguf"))[-1] == 1
    assert (own / "better.gguf").stat().st_mtime_ns == before


def test_another_model_of_the_same_name_is_kept(bundled: Path, own: Path, better: Path) -> None:
    list(Catalog(bundled, own).import_path(better))
    kept = better.read_bytes()
    better.write_bytes(gguf_bytes({"general.name": "Other!"}))
    with pytest.raises(ModelExists):
        list(Catalog(bundled, own).import_path(better))
    assert (own / "better.gguf").read_bytes() == kept


def test_the_name_of_a_bundled_model_is_taken(bundled: Path, own: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelExists):
        list(Catalog(bundled, own).import_path(gguf_file(tmp_path, "Starter.gguf")))


def test_cancelled_import_leaves_nothing(
    bundled: Path, own: Path, better: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalog_module, "_CHUNK", 100)
    with closing(Catalog(bundled, own).import_path(better)) as progress:  # type: ignore[type-var]
        assert 0 < next(progress) < 1
        assert len(left_in(own)) == 1
    assert left_in(own) == []


def test_disk_full_before_and_during(bundled: Path, own: Path, better: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    catalog = Catalog(bundled, own)
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(100, 90, 10))  # type: ignore[attr-defined]
        with pytest.raises(DiskFull):
            list(catalog.import_path(better))

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(DiskFull):
            list(catalog.import_path(better))
    assert left_in(own) == []


def test_a_file_that_shrinks_while_copied(
    bundled: Path, own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    large = gguf_file(tmp_path, "large.gguf", tensors=[("w", (64, 3000), 0)])
    monkeypatch.setattr(catalog_module, "_CHUNK", 10_000)
    progress = Catalog(bundled, own).import_path(large)
    next(progress)
    os.truncate(large, 50_000)
    with pytest.raises(ChangedFile):
        list(progress)
    assert left_in(own) == []


def test_leftovers_of_a_crash_are_cleared(bundled: Path, own: Path, better: Path) -> None:
    own.mkdir(parents=True)
    old, new = own / ".abc.part", own / ".def.part"
    old.write_bytes(b"x")
    new.write_bytes(b"x")
    os.utime(old, (time.time() - 10_000,) * 2)
    list(Catalog(bundled, own).import_path(better))
    assert left_in(own) == [".def.part", "better.gguf"]


def test_removing(bundled: Path, own: Path, better: Path) -> None:
    catalog = Catalog(bundled, own)
    list(catalog.import_path(better))
    catalog.remove("better")
    assert left_in(own) == []
    with pytest.raises(BundledModel, match="Starter"):
        catalog.remove("Starter")
    for name in ("better", "../own/models/better", ""):
        with pytest.raises(UnknownModel):
            catalog.remove(name)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="permissions hold nobody back here")
def test_own_folder_that_cannot_be_written(bundled: Path, own: Path, better: Path) -> None:
    own.parent.mkdir()
    own.parent.chmod(0o500)
    with pytest.raises(UnreadableFile):
        list(Catalog(bundled, own).import_path(better))


# Folders


def test_an_imported_embedder_is_chosen_by_its_name_only(bundled: Path, own: Path, tmp_path: Path) -> None:
    progress = list(Catalog(bundled, own).import_path(sentence_folder(tmp_path / "better")))
    assert progress == sorted(progress)
    assert progress[-1] == 1
    assert Catalog(bundled, own).embedder() == bundled / "finder"
    catalog = Catalog(bundled, own, embedder="better")
    assert catalog.embedder() == own / "better"
    assert catalog.embedders() == [own / "better", bundled / "finder"]
    assert names(catalog) == [("Finder", True, False), ("Starter", True, True), ("better", False, True)]
    assert catalog.models()[2].description == "0M parameters, 4 dimensions, reads 256 tokens"
    assert (own / "better" / "1_Pooling" / "config.json").is_file()
    assert Catalog(bundled, own, embedder="gone").embedder() == bundled / "finder"


def test_an_imported_reranker_is_used(bundled: Path, own: Path, tmp_path: Path) -> None:
    assert Catalog(bundled, own).reranker() is None
    for name in ("first", "second"):
        list(Catalog(bundled, own).import_path(cross_folder(tmp_path / name)))
    assert Catalog(bundled, own).reranker() == own / "first"
    assert Catalog(bundled, own, reranker="second").reranker() == own / "second"
    assert [model.role for model in Catalog(bundled, own).models()[2:]] == ["reranker", "reranker"]


def test_a_folder_of_a_cache_gets_the_name_of_its_model(bundled: Path, own: Path, tmp_path: Path) -> None:
    cached = tmp_path / "models--org--small-finder" / "snapshots" / ("0123456789" * 4)
    list(Catalog(bundled, own).import_path(sentence_folder(cached)))
    assert left_in(own) == ["small-finder"]


def test_a_folder_that_is_no_model(bundled: Path, own: Path, tmp_path: Path) -> None:
    with pytest.raises(NotAModel, match=r"letters.*config\.json"):
        list(Catalog(bundled, own).import_path(described(tmp_path / "letters", {"a.txt": b"Dear Sir"})))
    assert not own.exists()


def test_importing_a_folder_again(bundled: Path, own: Path, tmp_path: Path) -> None:
    better = sentence_folder(tmp_path / "better")
    list(Catalog(bundled, own).import_path(better))
    before = (own / "better").stat().st_mtime_ns
    assert list(Catalog(bundled, own).import_path(better))[-1] == 1
    (better / "model.safetensors").write_bytes(safetensors_bytes()[:-1] + b"1")
    with pytest.raises(ModelExists):
        list(Catalog(bundled, own).import_path(better))
    assert (own / "better").stat().st_mtime_ns == before
    (better / "vocab.txt").write_text("[PAD]")
    with pytest.raises(ModelExists):
        list(Catalog(bundled, own).import_path(better))


def test_a_name_that_another_kind_has(bundled: Path, own: Path, better: Path, tmp_path: Path) -> None:
    list(Catalog(bundled, own).import_path(better))
    with pytest.raises(ModelExists):
        list(Catalog(bundled, own).import_path(sentence_folder(tmp_path / "folders" / "better")))
    with pytest.raises(ModelExists):
        list(Catalog(bundled, own).import_path(sentence_folder(tmp_path / "Finder")))


def test_a_cancelled_folder_leaves_nothing(
    bundled: Path, own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalog_module, "_CHUNK", 10)
    with closing(Catalog(bundled, own).import_path(sentence_folder(tmp_path / "f"))) as progress:  # type: ignore[type-var]
        assert 0 < next(progress) < 1
        assert next(progress) < 1
        assert len(left_in(own)) == 1
    assert left_in(own) == []


def test_a_folder_whose_trial_fails_leaves_nothing(bundled: Path, own: Path, tmp_path: Path) -> None:
    tried: list[tuple[str, bool]] = []

    def trial(role: str, folder: Path) -> None:
        tried.append((role, (folder / "model.safetensors").is_file()))
        raise NotAModel(file=folder.name, reason="it does not load")

    with pytest.raises(NotAModel, match="does not load"):
        list(Catalog(bundled, own).import_path(cross_folder(tmp_path / "ranker"), trial=trial))
    assert tried == [("reranker", True)]
    assert left_in(own) == []


def test_a_folder_that_changes_while_copied(
    bundled: Path, own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    better = sentence_folder(tmp_path / "better")
    monkeypatch.setattr(catalog_module, "_CHUNK", 10)
    progress = Catalog(bundled, own).import_path(better)
    next(progress)
    (better / "sentence_bert_config.json").write_text('{"max_seq_length": 128}')
    with pytest.raises(ChangedFile):
        list(progress)
    assert left_in(own) == []


def test_a_full_disk_takes_no_folder(
    bundled: Path, own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(100, 90, 10))  # type: ignore[attr-defined]
    with pytest.raises(DiskFull):
        list(Catalog(bundled, own).import_path(sentence_folder(tmp_path / "better")))
    assert left_in(own) == []


def test_removing_a_folder(bundled: Path, own: Path, tmp_path: Path) -> None:
    catalog = Catalog(bundled, own)
    list(catalog.import_path(sentence_folder(tmp_path / "better")))
    catalog.remove("better")
    assert left_in(own) == []


def test_a_damaged_folder_is_listed_with_the_reason(bundled: Path, own: Path, tmp_path: Path) -> None:
    list(Catalog(bundled, own).import_path(cross_folder(tmp_path / "ranker")))
    (own / "ranker" / "config.json").write_text("{")
    listed = Catalog(bundled, own).models()[2]
    assert (listed.role, listed.chosen) == ("unusable", False)
    assert "config.json could not be read" in listed.description
    assert Catalog(bundled, own).reranker() is None


@pytest.mark.real
def test_the_models_that_come_with_the_program(bundled_models: Path, own: Path) -> None:
    listed: list[Any] = [(model.role, model.bundled, model.chosen) for model in Catalog(bundled_models, own).models()]
    assert listed == [("embedder", True, True), ("generator", True, True)]

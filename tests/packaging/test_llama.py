from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

import environment
import llama
from steps import SetupError, StepFailed

WHERE = "cp311-linux-x86_64"


@pytest.fixture
def wheels(place: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(llama, "WHEELS", place / ".cache" / "wheels")
    monkeypatch.setattr(llama, "CACHE", place / ".cache")
    monkeypatch.setattr(environment, "uv_settings", dict)
    return place / ".cache" / "wheels"


def _write_wheel(folder: Path, content: bytes = b"library" * 1000) -> Path:
    folder.mkdir(parents=True)
    path = folder / "llama_cpp_python-0.3.36-py3-none-linux_x86_64.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("llama_cpp/lib/libllama.so", content)
    return path


@pytest.mark.parametrize("computer", [
    ("Linux", "x86_64"), ("Windows", "AMD64"), ("Linux", "aarch64"), ("Darwin", "arm64"),
])
def test_never_built_for_one_processor_alone(computer: tuple[str, str]) -> None:
    assert "-DGGML_NATIVE=OFF" in llama.flags(*computer).split()


def test_flags_by_architecture() -> None:
    assert "-DGGML_AVX2=ON" in llama.flags("Windows", "AMD64")
    assert "AVX" not in llama.flags("Linux", "aarch64")
    assert llama.flags("Darwin", "arm64").split() == ["-DGGML_NATIVE=OFF", "-DGGML_METAL_EMBED_LIBRARY=ON"]


def test_a_wheel_is_kept_apart_by_all_that_makes_it(wheels: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folders = {llama.folder(WHERE), llama.folder("cp312-linux-x86_64")}
    monkeypatch.setattr(llama, "flags", lambda system, architecture: "-DGGML_NATIVE=OFF")
    folders.add(llama.folder(WHERE))
    other = wheels.parent / "other.txt"
    other.parent.mkdir(parents=True, exist_ok=True)
    other.write_text("llama-cpp-python==0.3.37 \\\n    --hash=sha256:00\n")
    monkeypatch.setattr(llama, "SOURCE", other)
    folders.add(llama.folder(WHERE))
    assert len(folders) == 4
    assert all(folder.parent == wheels for folder in folders)


def test_a_wheel_that_was_built_is_used(wheels: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    built = _write_wheel(llama.folder(WHERE))
    monkeypatch.setattr(llama, "command", None)  # nothing may be run
    assert llama.build(WHERE) == built


def test_a_damaged_wheel_is_none(wheels: Path) -> None:
    built = _write_wheel(llama.folder(WHERE))
    whole = built.read_bytes()
    built.write_bytes(whole[: len(whole) // 2])
    assert llama.wheel(WHERE) is None
    damaged = bytearray(whole)
    damaged[len(whole) // 2] ^= 0xFF
    built.write_bytes(damaged)
    assert llama.wheel(WHERE) is None


def test_a_wheel_appears_only_when_it_is_whole(wheels: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commands: list[list[str]] = []

    def compile_it(title: str, arguments: list[object], variables: dict[str, str], *, log: str) -> str:
        commands.append([str(argument) for argument in arguments])
        if log == "llama":
            assert variables["CMAKE_ARGS"] == llama.flags(llama.platform.system(), llama.platform.machine())
            assert not llama.folder(WHERE).exists()
            _write_wheel(wheels / "partial")
            if len(commands) <= 3:
                raise StepFailed(title, 1, wheels / "none.log")
        else:
            (wheels.parent / "build-tools").mkdir(parents=True, exist_ok=True)
        return ""

    monkeypatch.setattr(llama, "command", compile_it)
    with pytest.raises(StepFailed):
        llama.build(WHERE)
    assert llama.wheel(WHERE) is None
    built = llama.build(WHERE)  # what the first try left is in nobody's way
    assert built == llama.wheel(WHERE)
    assert built.parent == llama.folder(WHERE)
    compiling = commands[-1]
    assert {"--no-cache-dir", "--require-hashes", "--no-build-isolation"} <= set(compiling)
    assert not (wheels.parent / "build-tools").exists()


def test_a_library_that_does_not_load_is_told_and_tried_again(wheels: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _write_wheel(llama.folder(WHERE))
    log = wheels.parent / "load.log"
    log.write_text("Illegal instruction")

    def refuse(title: str, arguments: object, variables: object = None, *, log: str) -> str:
        raise StepFailed(title, -4, wheels.parent / "load.log")

    monkeypatch.setattr(environment, "command", lambda *given, **named: "")
    monkeypatch.setattr(llama, "command", refuse)
    with pytest.raises(SetupError, match=r"AVX2[\s\S]*Illegal instruction"):
        llama.install(WHERE)
    assert not llama.installed(WHERE)
    monkeypatch.setattr(llama, "command", lambda *given, **named: "")
    llama.install(WHERE)
    assert llama.installed(WHERE)

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

import environment
import lock

LOCKS = sorted(environment.REQUIREMENTS.glob("*.txt"))
PROJECT = tomllib.loads(lock.PROJECT.read_text(encoding="utf-8"))["project"]


def test_cuda_and_what_is_installed_apart_leave_a_lock() -> None:
    written = ("# a comment\ncuda-toolkit==13 ; sys_platform == 'linux' \\\n    --hash=sha256:01\n"
               "numpy==2.4.6 \\\n    --hash=sha256:02 \\\n    --hash=sha256:03\n"
               "torch==2.13.0 \\\n    --hash=sha256:04\n"
               "torchlike==1 \\\n    --hash=sha256:05\nllama-cpp-python==0.3.36 \\\n    --hash=sha256:06\n"
               "nvidia-nccl-cu13==2 \\\n    --hash=sha256:07\ntriton==3 \\\n    --hash=sha256:08\n")
    assert lock.without_cuda(written) == (
        "numpy==2.4.6 \\\n    --hash=sha256:02 \\\n    --hash=sha256:03\ntorchlike==1 \\\n    --hash=sha256:05\n")


@pytest.mark.parametrize("file", LOCKS, ids=lambda file: file.stem)
def test_every_line_is_a_pin_or_a_hash_and_names_no_address(file: Path) -> None:
    pinned = hashed = 0
    for line in file.read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        if line.startswith("    "):
            assert re.fullmatch(r"    --hash=sha256:[0-9a-f]{64}( \\)?", line)
            hashed += 1
        else:
            assert re.fullmatch(r"[a-z0-9-]+==[0-9][^ @/]*( ; [^\\]+)? \\", line)
            pinned += 1
    assert hashed >= pinned >= 1


def test_the_tests_run_with_the_versions_that_users_get() -> None:
    runtime, tests = (lock.pins(environment.REQUIREMENTS / f"{name}.txt") for name in ("runtime", "test"))
    assert runtime.items() <= tests.items()


@pytest.mark.parametrize(("name", "extras"), [
    ("runtime", ["setup"]), ("test", ["setup", "test"]), ("build", None), ("export", None),
])
def test_the_locks_hold_what_pyproject_asks_for(name: str, extras: list[str] | None) -> None:
    wanted = PROJECT["optional-dependencies"][name] if extras is None else [
        *PROJECT["dependencies"], *(line for extra in extras for line in PROJECT["optional-dependencies"][extra])]
    apart = {"torch", "llama-cpp-python"}
    found = lock.pins(environment.REQUIREMENTS / f"{name}.txt")
    for line in wanted:
        package, version = line.lower().split("==")
        if package not in apart:
            assert found[package] == {version}, "run `python3 packaging/dev.py lock`"


def test_the_export_is_made_with_the_versions_that_run_it() -> None:
    tools, tests = (lock.pins(environment.REQUIREMENTS / f"{name}.txt") for name in ("export", "test"))
    assert {name: versions for name, versions in tools.items() if name in tests}.items() <= tests.items()
    assert tools.keys() - tests.keys() == {"onnx", "ml-dtypes"}


def test_no_package_brings_cuda() -> None:
    for file in LOCKS:
        assert not [name for name in lock.pins(file) if name.startswith(("nvidia", "cuda", "triton", "torch"))]


def test_torch_and_llama_are_named_once() -> None:
    assert f"torch=={environment.TORCH}" in PROJECT["dependencies"]
    (version,) = lock.pins(environment.REQUIREMENTS / "llama.txt")["llama-cpp-python"]
    assert f"llama-cpp-python=={version}" in PROJECT["dependencies"]
    assert lock.pins(environment.REQUIREMENTS / "uv.txt") == {"uv": {lock.UV.partition("==")[2]}}

"""Writes packaging/requirements: every package, for all systems, by version and sha256.

`python3 packaging/dev.py lock` needs the registry and takes seconds. Versions stay as they are unless
pyproject.toml asks for others; `lock --upgrade` lets them move. Standard library only.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import environment
from environment import REQUIREMENTS, TORCH
from steps import CACHE, ROOT, VENV, SetupError, command, shown

PROJECT = ROOT / "pyproject.toml"
UV = "uv==0.13.8"
# dev.py sees to these itself: torch in its CPU build, which needs none of the CUDA packages, and llama.cpp.
_LEFT_OUT = re.compile(r"^(torch|llama-cpp-python|triton|(nvidia|cuda)-[a-z0-9-]+)(\[[a-z0-9,-]+\])?==")
_HEADER = "# Written by `python3 packaging/dev.py lock`; change pyproject.toml, not this file.\n"


def write(arguments: list[str]) -> None:
    """Write all the locks; `arguments` are passed on to `uv pip compile`."""
    if not environment.tag() or not environment.program("uv").exists():
        raise SetupError(f"There is no complete {VENV.name} yet. Run `python3 packaging/dev.py test` first.")
    project = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]
    if f"torch=={TORCH}" not in project["dependencies"]:
        raise SetupError("pyproject.toml and packaging/environment.py name different versions of torch.")
    llama = next(line for line in project["dependencies"] if line.startswith("llama-cpp-python=="))
    with shown("Locks in packaging/requirements"):
        extras = ["--extra", "setup"]
        _compile("test", [str(PROJECT), *extras, "--extra", "test"], arguments)
        # The same versions in both: what is tested is what runs.
        _compile("runtime", [str(PROJECT), *extras, "--constraints", str(REQUIREMENTS / "test.txt")], arguments)
        _compile("build", [_input("build", project["optional-dependencies"]["build"])], arguments)
        # Beside the packages of the environment, whose versions these must be.
        _compile("export", [_input("export", project["optional-dependencies"]["export"]),
                            "--constraints", str(REQUIREMENTS / "test.txt")], arguments)
        _compile("uv", [_input("uv", [UV])], arguments)
        _compile("llama", [_input("llama", [llama]), "--no-deps"], arguments, everything=True)


def _input(name: str, lines: list[str]) -> str:
    file = CACHE / f"{name}.in"
    file.parent.mkdir(exist_ok=True)
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(file)


def _compile(name: str, inputs: list[str], arguments: list[str], *, everything: bool = False) -> None:
    target = REQUIREMENTS / f"{name}.txt"
    command(f"uv pip compile for {name}",
            [environment.program("uv"), "pip", "compile", "--universal", "--generate-hashes", "--no-header",
             "--no-annotate", "--python-version", "3.11", "--output-file", target, *inputs, *arguments],
            environment.uv_settings(), log=f"lock-{name}")
    written = target.read_text(encoding="utf-8")
    target.write_text(_HEADER + (written if everything else without_cuda(written)), encoding="utf-8")


def without_cuda(lock: str) -> str:
    """Return a lock without the packages that dev.py installs itself or that only CUDA needs."""
    kept: list[str] = []
    leaving = False
    for line in lock.splitlines():
        if line and not line.startswith((" ", "#")):
            leaving = bool(_LEFT_OUT.match(line))
        if not leaving and not line.startswith("#"):
            kept.append(line)
    return "\n".join(kept) + "\n"


def pins(lock: Path) -> dict[str, set[str]]:
    """Return the versions that a lock names for each package."""
    found: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([a-z0-9-]+)==(\S+)", lock.read_text(encoding="utf-8"), re.MULTILINE):
        found.setdefault(name, set()).add(version)
    return found

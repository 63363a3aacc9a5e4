"""llama-cpp-python: compiled from source with portable flags, once, into the project's own wheel folder.

Compiled with its default flags it uses AMX where the processor has it and crashes there at the first
prompt, and a native build runs only on processors like the builder's; so pip's cache, which may hold
such a build, is never used. Standard library only.
"""

from __future__ import annotations

import os
import platform
import shutil
import sys
import zipfile
from pathlib import Path

import environment
from steps import CACHE, SetupError, StepFailed, command, shown

WHEELS = CACHE / "wheels"
SOURCE = environment.REQUIREMENTS / "llama.txt"
BUILD_TOOLS = environment.REQUIREMENTS / "build.txt"
X86 = "-DGGML_NATIVE=OFF -DGGML_AVX2=ON -DGGML_FMA=ON -DGGML_F16C=ON -DGGML_BMI2=ON"


def flags(system: str, architecture: str) -> str:
    """Return the CMAKE_ARGS for a computer."""
    words = X86 if architecture.lower() in ("x86_64", "amd64") else "-DGGML_NATIVE=OFF"
    if system == "Darwin":
        words += " -DGGML_METAL_EMBED_LIBRARY=ON"
    return words


def folder(where: str) -> Path:
    """Return the folder of the wheel for `where` (see environment.tag), named after all that makes it."""
    pinned = SOURCE.read_text(encoding="utf-8")
    version = pinned.partition("==")[2].split()[0]
    key = environment.key_of([pinned, flags(platform.system(), platform.machine())])
    return WHEELS / f"llama_cpp_python-{version}-{where}-{key[:12]}"


def wheel(where: str) -> Path | None:
    """Return the wheel that was built before, None where there is none or it is damaged."""
    for found in sorted(folder(where).glob("llama_cpp_python-*.whl")):
        try:
            with zipfile.ZipFile(found) as archive:
                if archive.testzip() is None:
                    return found
        except (OSError, zipfile.BadZipFile):
            continue
    return None


def build(where: str) -> Path:
    """Compile the wheel unless it is there already; return its path."""
    found = wheel(where)
    if found:
        return found
    tools = CACHE / "build-tools"
    partial = WHEELS / "partial"
    for leftover in (tools, partial):
        shutil.rmtree(leftover, ignore_errors=True)
    python = tools / ("Scripts" if os.name == "nt" else "bin") / environment.program("python").name
    own_flags = flags(platform.system(), platform.machine())
    with shown("llama.cpp, compiled from source: 4 to 20 minutes, once"):
        settings = environment.uv_settings()
        command("Build tools", [environment.program("uv"), "venv", "--python", environment.program("python"), tools],
                settings, log="build-venv")
        command("Build tools",
                [environment.program("uv"), "pip", "install", "--no-progress", "--python", python, "--no-deps",
                 "--require-hashes", "-r", BUILD_TOOLS], settings, log="build-tools")
        command("Compiling llama.cpp",
                [environment.program("python"), "-m", "pip", "--disable-pip-version-check", "--no-input",
                 "--python", python, "wheel", "--verbose", "--no-cache-dir", "--no-deps", "--no-build-isolation",
                 "--no-binary", "llama-cpp-python", "--require-hashes", "-r", SOURCE, "--wheel-dir", partial],
                {"CMAKE_ARGS": own_flags, "PATH": f"{python.parent}{os.pathsep}{os.environ.get('PATH', '')}"},
                log="llama")
    made = list(partial.glob("llama_cpp_python-*.whl"))
    if len(made) != 1:
        raise SetupError(f"Compiling llama.cpp left {len(made)} wheels in {partial} where one was expected. "
                         "Remove that folder and run this again.")
    target = folder(where)
    shutil.rmtree(target, ignore_errors=True)
    partial.rename(target)
    shutil.rmtree(tools)
    return target / made[0].name


def installed(where: str) -> bool:
    """Whether the build that is wanted is in the environment already."""
    return environment.MEMORY.get("llama") == _key(where)


def install(where: str) -> None:
    """Install the compiled wheel, and see that the library in it loads on this computer."""
    if installed(where):
        return
    built = build(where)
    # Always over what is there: another build of the same version looks the same to the installer.
    environment.do("llama", "llama.cpp into the environment", _key(where),
                   [*environment.uv("install"), "--no-deps", "--offline", "--reinstall", built], again=[],
                   environment=environment.uv_settings())
    try:
        command("Loading llama.cpp", [environment.program("python"), "-c", "import llama_cpp"], log="llama-load")
    except StepFailed as failed:
        environment.MEMORY.set("llama", "does not load")
        raise SetupError(
            f"llama.cpp was compiled but does not load on this computer ({sys.platform}, {platform.machine()}). On "
            "Intel and AMD it needs a processor with AVX2 (2013 or later). What it said:\n" + failed.tail(6)
        ) from failed


def _key(where: str) -> str:
    return environment.key_of([where, folder(where).name])

"""The virtual environment: made, filled from the hash-pinned lock, and found complete or half-built.

Each step is remembered with a key of all that went into it, so that it is done again only when that
changed. Standard library only.
"""

from __future__ import annotations

import ast
import hashlib
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

import machine
from steps import LOGS, ROOT, STARTED, VENV, Memory, SetupError, StepFailed, command, shown

REQUIREMENTS = ROOT / "packaging" / "requirements"
TORCH = "2.13.0"
MEMORY = Memory(VENV / "carrel-setup.json")

# What the programs that are started from here must not do; app/__main__.py sets the same for itself.
OFFLINE = {
    "ORT_DISABLE_TELEMETRY": "1",
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "ANONYMIZED_TELEMETRY": "False",
}

_NO_ANSWER = re.compile(
    r"NewConnectionError|ConnectionError|Max retries|Temporary failure in name resolution|ReadTimeout|timed out"
    r"|Failed to establish|Could not resolve|dns error|tcp connect error|error sending request|ProxyError"
    r"|SSLError|CERTIFICATE_VERIFY|Network is unreachable|Could not fetch URL", re.IGNORECASE)
_NOT_FOUND = re.compile(r"No matching distribution|Could not find a version|No solution found|not found in the"
                        r" package registry", re.IGNORECASE)
_NO_SPACE = re.compile(r"No space left on device|not enough space|os error 28|Errno 28", re.IGNORECASE)
_WRONG_HASH = re.compile(r"DO NOT MATCH THE HASHES|Hash mismatch|hashes do not match", re.IGNORECASE)


def program(name: str) -> Path:
    """The path of a program inside the environment."""
    return VENV / "Scripts" / f"{name}.exe" if os.name == "nt" else VENV / "bin" / name


def key_of(parts: Iterable[str | Path]) -> str:
    """Return a key that changes when one of the texts, or the content of one of the files, does."""
    digest = hashlib.sha256()
    for part in parts:
        content = part.read_bytes() if isinstance(part, Path) else part.encode()
        digest.update(len(content).to_bytes(8, "big"))
        digest.update(content)
    return digest.hexdigest()


def tag() -> str:
    """Return the Python and the computer that the environment is for, like `cp311-linux-x86_64`.

    Empty where there is no environment or its Python no longer works.
    """
    script = "import sys, sysconfig, pip; print(*sys.version_info[:2], sysconfig.get_platform())"
    try:
        asked = subprocess.run([program("python"), "-c", script], capture_output=True, text=True, check=False)
    except OSError:
        return ""
    words = asked.stdout.split()
    if asked.returncode or len(words) != 3:
        return ""
    major, minor, place = words
    if not machine.OLDEST <= (int(major), int(minor)) <= machine.NEWEST:
        return ""
    return f"cp{major}{minor}-{place}"


def make() -> str:
    """Make the environment where there is no working one; return its `tag()`."""
    found = tag()
    if found and MEMORY.get("environment") != STARTED:
        return found
    with shown("Python environment in .venv"):
        if VENV.is_symlink() or VENV.is_file():
            raise SetupError(f"{VENV} is not a folder. Move it away and run this again.")
        if VENV.exists():
            shutil.rmtree(VENV)  # half-built, or its Python is gone
        MEMORY.set("environment", STARTED)
        try:
            command("python -m venv", [sys.executable, "-m", "venv", VENV], log="venv")
        except StepFailed as failed:
            if "ensurepip" in failed.output():
                raise SetupError("This Python cannot make virtual environments. On Debian and Ubuntu install the "
                                 f"missing part: sudo apt-get install -y python{sys.version_info[0]}."
                                 f"{sys.version_info[1]}-venv, and run this again.") from failed
            raise
        found = tag()
        if not found:
            raise SetupError(f"The environment in {VENV} was made but its Python does not start. "
                             f"See {LOGS / 'venv.log'}.")
        MEMORY.set("environment", found)
    return found


def do(step: str, title: str, key: str, arguments: list[str | Path], *, again: list[str],
       environment: Mapping[str, str] | None = None) -> None:
    """Run the command of an installing step unless it finished with the same key before.

    A step that was cut off in the middle is run with the arguments `again`, which install over what is there.
    """
    before = MEMORY.get(step)
    if before == key:
        return
    MEMORY.set(step, STARTED)
    with shown(title):
        command(title, [*arguments, *(again if before == STARTED else [])], environment, log=step)
    MEMORY.set(step, key)


def install(where: str, locks: list[str]) -> None:
    """Install everything but llama.cpp; `locks` are the names of locks that will do, the first is installed."""
    lock = REQUIREMENTS / f"{locks[0]}.txt"
    do("uv", "The installer, uv", key_of([where, REQUIREMENTS / "uv.txt"]),
       [*pip("install"), "--require-hashes", "--no-deps", "--only-binary", ":all:", "--retries", "2",
        "-r", REQUIREMENTS / "uv.txt"], again=["--force-reinstall"])
    _install_torch(where)
    accepted = {name: key_of([where, REQUIREMENTS / f"{name}.txt"]) for name in locks}
    if MEMORY.get("packages") not in accepted.values():
        do("packages", "Packages, each checked against its hash", accepted[locks[0]],
           [*uv("install"), "--compile-bytecode", "--no-deps", "--require-hashes", "-r", lock],
           again=["--reinstall"], environment=uv_settings())


def _install_torch(where: str) -> None:
    """Install torch before all else, so that no package asks for a build with CUDA."""
    key = key_of([where, TORCH])
    title = "torch, the CPU build (about 200 MB)"
    if platform.system() != "Linux":
        do("torch", title, key, [*pip("install"), "--no-deps", "--only-binary", ":all:", f"torch=={TORCH}"],
           again=["--force-reinstall"])
        return
    try:
        do("torch", title, key,
           [*pip("install"), "--no-deps", "--only-binary", ":all:", f"torch=={TORCH}+cpu"],
           again=["--force-reinstall"])
    except StepFailed as failed:
        if not _NOT_FOUND.search(failed.output()):
            raise
        # pip's own sources do not hold it; uv knows where the project keeps its CPU builds.
        try:
            do("torch", "torch, the CPU build, by uv", key,
               [*uv("install"), "--no-deps", f"torch=={TORCH}", "--torch-backend=cpu"],
               again=["--reinstall"], environment=uv_settings())
        except StepFailed as second:
            raise SetupError(
                f"The CPU build of torch {TORCH} for this Python ({where}) was found neither by pip nor by uv. Look at "
                "the network connection; where there is none, put the wheel into a folder, name that folder in the "
                f"environment variable PIP_FIND_LINKS, and run this again. What uv said:\n{second.tail(8)}"
            ) from second


def install_project(where: str) -> None:
    """Install Carrel itself, as a link to the source, with the build tool that the lock brought."""
    do("project", "Carrel itself", key_of([where, str(ROOT), ROOT / "pyproject.toml"]),
       [*uv("install"), "--no-deps", "--no-build-isolation", "--offline", "--editable", ROOT],
       again=["--reinstall"], environment=uv_settings())


def pip(verb: str) -> list[str | Path]:
    """The beginning of a pip command in the environment."""
    return [program("python"), "-m", "pip", verb, "--disable-pip-version-check", "--no-input"]


def uv(verb: str) -> list[str | Path]:
    """The beginning of a `uv pip` command on the environment."""
    return [program("uv"), "pip", verb, "--no-progress", "--python", program("python")]


def uv_settings() -> dict[str, str]:
    """What this computer's pip is told of its registry, in uv's words: uv does not read pip's settings."""
    listed = subprocess.run([program("python"), "-m", "pip", "config", "list"],
                            capture_output=True, text=True, check=False)
    return uv_words(listed.stdout, os.environ)


def uv_words(pip_config: str, environment: Mapping[str, str]) -> dict[str, str]:
    """Translate the output of `pip config list`; what `environment` says in uv's own words stays."""
    settings: dict[str, str] = {}
    for line in pip_config.splitlines():  # pip prints the environment first: it must win
        name, _, value = line.partition("=")
        with_quotes = value.strip()
        try:
            text = str(ast.literal_eval(with_quotes))
        except (ValueError, SyntaxError):
            continue
        settings.setdefault(name.rpartition(".")[2], text)
    words: dict[str, str] = {}
    index = _addresses(settings.get("index-url", ""))
    extra = _addresses(settings.get("extra-index-url", ""))
    if index:
        words["UV_DEFAULT_INDEX"] = index[0]
    if extra:
        words["UV_INDEX"] = " ".join(extra)
        words["UV_INDEX_STRATEGY"] = "unsafe-best-match"  # as pip does; the hashes decide
    if settings.get("cert"):
        words["SSL_CERT_FILE"] = settings["cert"]
    return {name: value for name, value in words.items() if name not in environment}


def _addresses(value: str) -> list[str]:
    return [word for word in value.split() if word.startswith(("https://", "http://"))]


def sentence(failed: StepFailed) -> str:
    """Say what a failed step means and what to do, with the last lines of its output."""
    output = failed.output()
    if _NO_SPACE.search(output):
        advice = "The disk is full. Free some space and run this again."
    elif _WRONG_HASH.search(output):
        advice = ("A download is not what was pinned: its sha256 differs. Nothing of it was installed. Run this again; "
                  "if it happens twice, do not trust the source of the packages on this network.")
    elif _NO_ANSWER.search(output):
        advice = ("The package registry did not answer. Set-up needs the network once (Carrel itself never does): look "
                  "at the connection, the proxy and pip's settings, and run this again.")
    elif _NOT_FOUND.search(output):
        advice = ("The package registry does not hold a package that is needed. Look at pip's settings "
                  "(python3 -m pip config list) and run this again.")
    else:
        advice = "Run this again; what was finished is kept."
    return (f"{failed.title} did not work (exit code {failed.code}). {advice}\n"
            f"Its last lines, the whole is in {failed.log}:\n{failed.tail()}")

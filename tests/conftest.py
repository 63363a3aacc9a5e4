"""What holds for every test: a sealed environment, and no thread or process left behind.

A fixture of module or session scope that holds a process or a thread starts it itself, so that it is
there before the first test that is checked.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
MODELS = ROOT / "resources" / "models"
GRACE = 5.0  # seconds for a thread or process that was told to end
# Threads that libraries keep for the life of the process once they were used, by the start of their names.
LASTING_THREADS = ("pytest_timeout", "tqdm_monitor", "asyncio_", "Dummy-", "QThread")
# Python's own accountant of shared memory and semaphores, started once by torch or joblib.
LASTING_PROCESSES = ("multiprocessing.resource_tracker",)

# Before anything is imported that reads them.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.update(
    ORT_DISABLE_TELEMETRY="1", HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1", ANONYMIZED_TELEMETRY="False",
)


def pytest_configure(config: pytest.Config) -> None:
    """Keep every test away from the data and settings of the person who runs them."""
    away = tempfile.mkdtemp(prefix="carrel-tests-")
    config.stash[_AWAY] = away
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "APPDATA", "LOCALAPPDATA"):
        os.environ[name] = str(Path(away, name))


def pytest_unconfigure(config: pytest.Config) -> None:
    shutil.rmtree(config.stash[_AWAY], ignore_errors=True)


_AWAY = pytest.StashKey[str]()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what this computer cannot do; but the models are placed by set-up, so their lack is a failure."""
    if item.get_closest_marker("xcb") and os.environ["QT_QPA_PLATFORM"] != "xcb":
        pytest.skip("needs a window system: packaging/dev.py test runs it under Xvfb")
    if item.get_closest_marker("shared") and not SHARED.is_dir():
        pytest.skip(f"there are no shared documents in {SHARED}")
    if item.get_closest_marker("real"):
        _require_models()


def _require_models() -> None:
    models = tomllib.loads((ROOT / "resources" / "models.toml").read_text(encoding="utf-8"))["model"]
    missing = [path for model in models for path in model["files"] if not (MODELS / path).is_file()]
    if missing:
        pytest.fail(f"model files are missing, run `python3 packaging/dev.py test` once: {', '.join(missing)}",
                    pytrace=False)


@pytest.fixture
def bundled_models() -> Path:
    """The folder of the default models; fails where they are missing."""
    _require_models()
    return MODELS


@pytest.fixture
def shared() -> Path:
    """The folder of shared documents beside the project; skips where there is none."""
    if not SHARED.is_dir():
        pytest.skip(f"there are no shared documents in {SHARED}")
    return SHARED


@pytest.fixture
def empty_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder of its own, empty, with the system's usual places inside it; processes inherit it."""
    home = tmp_path / "home"
    places = {
        "HOME": home,
        "USERPROFILE": home,
        "XDG_DATA_HOME": home / ".local" / "share",
        "XDG_CONFIG_HOME": home / ".config",
        "XDG_CACHE_HOME": home / ".cache",
        "XDG_STATE_HOME": home / ".local" / "state",
        "APPDATA": home / "AppData" / "Roaming",
        "LOCALAPPDATA": home / "AppData" / "Local",
    }
    home.mkdir()
    for name, place in places.items():
        monkeypatch.setenv(name, str(place))
    return home


@pytest.fixture(autouse=True)
def unsealed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a test open a vault in its own process, which is not shut off: strace and others could not be started.

    That no vault opens in a process that is not shut is shown with processes of their own, by tests/seal.
    """
    monkeypatch.setattr("app.seal.require", lambda: None)


@pytest.fixture(autouse=True)
def nothing_left_running() -> Iterator[None]:
    """Fail a test that leaves a thread or a child process which was not there before it."""
    threads, processes = set(threading.enumerate()), set(children())
    yield
    left = _after_grace(lambda: [
        *(f"thread {thread.name}" for thread in threading.enumerate()
          if thread not in threads and not thread.name.startswith(LASTING_THREADS)),
        *(f"process {number} ({line})" for number, line in children().items()
          if number not in processes and not any(word in line for word in LASTING_PROCESSES)),
    ])
    if left:
        pytest.fail("left running: " + "; ".join(left), pytrace=False)


def _after_grace(look: Callable[[], list[str]]) -> list[str]:
    until = time.monotonic() + GRACE
    while (found := look()) and time.monotonic() < until:
        time.sleep(0.02)
    return found


def children() -> dict[int, str]:
    """Return the living child processes of this one with their command lines; Linux only, elsewhere none."""
    if not sys.platform.startswith("linux"):
        return {}
    found: dict[int, str] = {}
    own = str(os.getpid())
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            state, parent = (folder / "stat").read_text(errors="replace").rpartition(")")[2].split()[:2]
            if parent == own and state != "Z":
                line = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
                found[int(folder.name)] = line
        except OSError:
            continue  # it ended while we looked
    return found


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system of 7 MiB, where this account may mount one."""
    if not sys.platform.startswith("linux"):
        pytest.skip("mounts a small disk by Linux's own means")
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=7m", "tmpfs", str(folder)], capture_output=True, check=False,
    )
    if mounted.returncode:
        pytest.skip("this account may not mount a small disk")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)

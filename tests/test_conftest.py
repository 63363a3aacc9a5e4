"""The check for threads and processes that stay: it must see them, and must not cry without cause."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import conftest

LEAKS = {
    "thread": "import threading\ndef test_it():\n"
              "    threading.Thread(target=threading.Event().wait, args=(30,), name='stray', daemon=True).start()\n",
    "process": "import subprocess, sys\ndef test_it():\n"
               "    global kept\n    kept = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(3)'])\n",
}


def _run(folder: Path, source: str) -> subprocess.CompletedProcess[str]:
    conf = Path(conftest.__file__).read_text(encoding="utf-8").replace("GRACE = 5.0", "GRACE = 0.3")
    (folder / "tests").mkdir()
    (folder / "tests" / "conftest.py").write_text(conf, encoding="utf-8")
    (folder / "tests" / "test_sample.py").write_text(source, encoding="utf-8")
    return subprocess.run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests"], cwd=folder,
                          capture_output=True, text=True, timeout=60, check=False, env={**os.environ, "PYTHONPATH": ""})


@pytest.mark.parametrize("kind", [
    "thread",
    pytest.param("process", marks=pytest.mark.skipif(sys.platform != "linux", reason="seen on Linux only")),
])
def test_a_leak_fails_its_test(tmp_path: Path, kind: str) -> None:
    done = _run(tmp_path, LEAKS[kind])
    assert done.returncode == 1
    assert f"left running: {kind} " in done.stdout


def test_what_was_ended_is_no_leak(tmp_path: Path) -> None:
    done = _run(tmp_path, "import threading, subprocess, sys\ndef test_it():\n"
                          "    thread = threading.Thread(target=print)\n    thread.start()\n    thread.join()\n"
                          "    subprocess.run([sys.executable, '-c', ''], check=True)\n")
    assert done.returncode == 0, done.stdout


def test_missing_models_fail_and_do_not_skip(tmp_path: Path) -> None:
    (tmp_path / "resources").mkdir()
    (tmp_path / "resources" / "models.toml").write_text('[[model]]\n[model.files]\n"a.gguf" = "0"\n')
    done = _run(tmp_path, "import pytest\n@pytest.mark.real\ndef test_it():\n    pass\n")
    assert done.returncode == 1
    assert "model files are missing" in done.stdout
    assert "a.gguf" in done.stdout


def test_an_empty_home_is_what_processes_see(empty_home: Path) -> None:
    done = subprocess.run([sys.executable, "-c", "from app import paths; print(paths.data_folder())"],
                          capture_output=True, text=True, check=True)
    assert Path(done.stdout.strip()).is_relative_to(empty_home)
    assert not list(empty_home.iterdir())

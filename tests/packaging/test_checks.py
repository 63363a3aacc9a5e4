from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import checks
import environment
from steps import SetupError


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of scripts that stand for the tools; each writes down how it was called."""
    if sys.platform == "win32":
        pytest.skip("the stand-ins are shell scripts")
    for name in ("ruff", "mypy", "lint-imports", "pytest"):
        _script(tmp_path / name, 0)
    monkeypatch.setattr(environment, "program", lambda name: tmp_path / name)
    monkeypatch.setattr(checks.platform, "system", lambda: "Darwin")
    return tmp_path


def _script(path: Path, code: int) -> None:
    path.write_text(f'#!/bin/sh\necho "$QT_QPA_PLATFORM $HF_HUB_OFFLINE $@" >> {path}.called\nexit {code}\n')
    path.chmod(0o755)


def test_all_pass(programs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert checks.run_all(["-x"]) == 0
    assert (programs / "pytest.called").read_text().split() == ["offscreen", "1", "-m", "not", "xcb", "-x"]
    assert capsys.readouterr().out.count("✓") == 4


@pytest.mark.parametrize("tool", ["ruff", "mypy", "lint-imports", "pytest"])
def test_one_failure_fails_all_and_stops_none(programs: Path, tool: str, capsys: pytest.CaptureFixture[str]) -> None:
    _script(programs / tool, 1)
    assert checks.run_all([]) == 1
    assert len(list(programs.glob("*.called"))) == 4
    assert capsys.readouterr().out.count("✗") == 1


def test_no_tests_at_all_is_a_failure_unless_some_were_chosen(programs: Path) -> None:
    _script(programs / "pytest", checks.NO_TESTS)
    assert checks.run_all([]) == 1
    assert checks.run_all(["-k", "nothing"]) == 0


@pytest.mark.skipif(not shutil.which("Xvfb"), reason="there is no Xvfb")
def test_a_screen_comes_and_goes() -> None:
    with checks.screen() as display:
        socket = Path(f"/tmp/.X11-unix/X{display.removeprefix(':')}")
        assert socket.exists()
    assert not socket.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a shell script")
def test_a_screen_that_does_not_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SetupError, match="could not be started"), checks.screen():
        pass
    broken = tmp_path / "Xvfb"
    broken.write_text("#!/bin/sh\necho cannot open a display >&2\nexit 1\n")
    broken.chmod(0o755)
    with pytest.raises(SetupError, match="cannot open a display"), checks.screen():
        pass


@pytest.mark.skipif(sys.platform == "win32", reason="a shell script")
def test_ci_runs_what_a_developer_runs() -> None:
    run = Path(__file__).parents[2] / ".ci" / "run"
    assert subprocess.run(["bash", "-n", run], check=False).returncode == 0
    assert "exec python3 packaging/dev.py test" in run.read_text()

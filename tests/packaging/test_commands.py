from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

import commands
import environment
import machine
import modelfiles
from steps import SetupError, StepFailed


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What a command would have set up and started, in order."""
    happened: list[object] = []
    monkeypatch.setattr(commands, "set_up", lambda *, tests: happened.append(("set up", tests)))
    monkeypatch.setattr(machine, "check_system_packages",
                        lambda system, *, tests: happened.append(("system packages", tests)))
    monkeypatch.setattr(commands, "_watch", lambda words, variables: happened.append((words[1:], variables)) or 0)
    return happened


@pytest.mark.parametrize(("words", "display", "window"), [
    (["run"], True, True), (["run"], False, False), (["run", "--terminal"], True, False),
])
def test_run_takes_the_window_where_there_is_one(
    done: list[object], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    words: list[str], display: bool, window: bool,
) -> None:
    monkeypatch.setattr(machine, "has_display", lambda system, variables: display)
    assert commands.main(words) == 0
    end = ["--window"] if window else []
    assert done[-2:] == [("set up", False), (["-m", "app", "demo", *end], environment.OFFLINE)]
    assert (("system packages", False) in done) is window
    assert ("window" if window else "three questions") in capsys.readouterr().out


def test_test_passes_on_what_follows(done: list[object], monkeypatch: pytest.MonkeyPatch) -> None:
    import checks

    given: list[list[str]] = []
    monkeypatch.setattr(checks, "run_all", lambda arguments: given.append(arguments) or 1)
    assert commands.main(["test", "--", "-k", "pdf"]) == 1
    assert given == [["-k", "pdf"]]
    assert done == [("system packages", True), ("set up", True)]


def test_each_failure_is_a_sentence_and_an_exit_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path,
) -> None:
    log = tmp_path / "uv.log"
    log.write_text("dns error")
    for error, code, words in (
        (SetupError("There is no compiler."), 1, "There is no compiler."),
        (StepFailed("The installer, uv", 2, log), 1, "registry did not answer"),
        (PermissionError(13, "Permission denied", "/somewhere"), 1, "could not read or write /somewhere"),
        (KeyboardInterrupt(), 130, "Stopped. Run it again"),
    ):
        def fail(error: BaseException = error, *, tests: bool) -> None:
            raise error

        monkeypatch.setattr(commands, "set_up", fail)
        assert commands.main(["setup"]) == code
        assert words in capsys.readouterr().out


def test_no_command_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        commands.main([])
    assert ended.value.code == 2
    assert "COMMAND" in capsys.readouterr().err


def test_the_disk_is_asked_only_for_what_is_missing(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    monkeypatch.setattr(machine, "check_disk", lambda folder, needed: asked.append(needed))
    monkeypatch.setattr(modelfiles, "lacking", lambda model: [])
    commands._check_room()
    environment.MEMORY.set("packages", "key")
    commands._check_room()
    environment.MEMORY.set("llama", "key")
    commands._check_room()
    monkeypatch.setattr(modelfiles, "lacking", lambda model: ["model.bin"])
    commands._check_room()
    assert asked == [commands.PACKAGES_DISK + commands.COMPILE_DISK, commands.COMPILE_DISK, commands.MODELS_DISK]


@pytest.mark.skipif(os.name == "nt", reason="no signals")
def test_a_program_ended_by_a_signal_has_the_code_of_a_shell() -> None:
    assert commands._watch([sys.executable, "-c", "import os; os.kill(os.getpid(), 15)"], {}) == 143
    script = "import os, sys; sys.exit(int(os.environ['CODE']))"
    assert commands._watch([sys.executable, "-c", script], {"CODE": "4"}) == 4

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import steps


def test_memory_keeps_each_step(tmp_path: Path) -> None:
    memory = steps.Memory(tmp_path / "venv" / "memory.json")
    assert memory.get("torch") == ""
    memory.set("torch", "a")
    memory.set("uv", "b")
    memory.set("torch", "c")
    again = steps.Memory(memory.file)
    assert (again.get("torch"), again.get("uv")) == ("c", "b")
    assert [file.name for file in memory.file.parent.iterdir()] == ["memory.json"]


@pytest.mark.parametrize("damage", ["", "{\"torch\": ", "[1, 2]", "\x00\x00"])
def test_a_damaged_memory_is_an_empty_one(tmp_path: Path, damage: str) -> None:
    memory = steps.Memory(tmp_path / "memory.json")
    memory.file.write_text(damage)
    assert memory.get("torch") == ""
    memory.set("torch", "a")
    assert memory.get("torch") == "a"


def test_a_command_leaves_its_output_in_a_log(place: Path) -> None:
    assert steps.command("Greeting", [sys.executable, "-c", "print('hello')"], log="greeting") == "hello\n"
    assert (place / ".cache" / "logs" / "greeting.log").read_text() == "hello\n"


def test_a_failed_command_tells_its_last_lines(place: Path) -> None:
    script = "import sys; [print(n) for n in range(100)]; sys.exit(3)"
    with pytest.raises(steps.StepFailed) as failed:
        steps.command("Counting", [sys.executable, "-c", script], log="counting")
    assert failed.value.code == 3
    assert failed.value.tail(2) == "98\n99"


def test_a_command_gets_its_environment_and_a_scratch_folder_in_the_project(place: Path) -> None:
    script = "import os, tempfile; print(os.environ['COLOUR'], tempfile.gettempdir())"
    said = steps.command("Asking", [sys.executable, "-c", script], {"COLOUR": "red"}, log="asking")
    assert said.split() == ["red", str(place / ".cache" / "tmp")]


def test_a_step_shows_how_it_ended(capsys: pytest.CaptureFixture[str]) -> None:
    with steps.shown("Packages"):
        pass
    with pytest.raises(KeyError), steps.shown("Models"):
        raise KeyError
    lines = capsys.readouterr().out.splitlines()
    assert lines == ["  … Packages", "  ✓ Packages (0 s)", "  … Models", "  ✗ Models (0 s)"]


def test_a_long_step_gives_signs_of_life(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    import threading

    monkeypatch.setattr(steps, "HEARTBEAT", 0.01)
    with steps.shown("Compiling"):
        threading.Event().wait(0.2)
    assert capsys.readouterr().out.count("  … Compiling (0 s)") >= 2

"""A project folder of its own for each test of the set-up; nothing here uses a network."""

from __future__ import annotations

from pathlib import Path

import pytest

import environment
import steps


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project: the set-up's folders point into it."""
    cache = tmp_path / ".cache"
    monkeypatch.setattr(steps, "CACHE", cache)
    monkeypatch.setattr(steps, "LOGS", cache / "logs")
    monkeypatch.setattr(steps, "ROOT", tmp_path)
    monkeypatch.setattr(environment, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(environment, "MEMORY", steps.Memory(tmp_path / ".venv" / "carrel-setup.json"))
    return tmp_path

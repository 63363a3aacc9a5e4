"""The settings: one frozen dataclass, each field with its label and help in its metadata.

Stored as JSON; a field that the file has wrong keeps its default, so a bad file stops nothing.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from app import paths

ANSWERS = ("written", "quotes")  # by a model, or from the files alone


def _setting(default: Any, label: str, text: str, low: int = 0, high: int = 0) -> Any:
    return field(default=default, metadata={"label": label, "help": text, "low": low, "high": high})


@dataclass(frozen=True, slots=True)
class Settings:
    """What the user can choose."""

    generator: str = _setting("", "Writing model", "The model that writes answers; empty for the starter model.")
    embedder: str = _setting("", "Finding model", "The model that passages are found by; empty for the one included.")
    reranker: str = _setting(
        "", "Ranking model", "The model that puts found passages in order; empty for any that was imported."
    )
    answers: str = _setting(
        "", "Answers",
        "“written” by the writing model, or “quotes” from the files alone; empty for quotes as long as only the "
        "starter model is there to write.",
    )
    hits: int = _setting(10, "Passages shown", "How many passages a question brings up.", 1, 100)
    evidence_tokens: int = _setting(
        600, "Evidence for the model", "How many tokens of passages the model reads for an answer.", 100, 32_000
    )
    answer_tokens: int = _setting(256, "Longest answer", "How many tokens an answer may have.", 16, 8_192)
    threads: int = _setting(0, "Processor threads", "How many the writing model uses; 0 lets Carrel choose.", 0, 256)
    lock_minutes: int = _setting(
        15, "Lock after", "Minutes without use until Carrel locks itself; 0 for never.", 0, 480
    )
    audit_questions: bool = _setting(
        default=False, label="Words of questions",
        text="Write the words of questions into the audit log, not only that one was asked.", high=1,
    )


def load(path: Path | None = None) -> Settings:
    """Return the stored settings, defaults for whatever is missing or wrong."""
    path = path or paths.settings_file()
    try:
        stored = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return Settings()
    if not isinstance(stored, dict):
        return Settings()
    return Settings(**{f.name: stored[f.name] for f in fields(Settings) if _fits(f, stored.get(f.name))})


def save(settings: Settings, path: Path | None = None) -> None:
    """Store the settings. Raises OSError."""
    text = json.dumps(asdict(settings), indent=2, ensure_ascii=False)
    paths.write_atomically(path or paths.settings_file(), text.encode())


def _fits(field: Any, value: object) -> bool:
    if type(value) is not type(field.default):
        return False
    return not isinstance(value, int) or field.metadata["low"] <= value <= field.metadata["high"]

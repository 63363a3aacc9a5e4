"""Settings: stored, read back, and a bad file stops nothing."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from app.settings import Settings, load, save


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    chosen = Settings(generator="Big model", hits=5, evidence_tokens=900)
    save(chosen, tmp_path / "new" / "settings.json")
    assert load(tmp_path / "new" / "settings.json") == chosen


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"\xff\xfe", b"null"])
def test_a_bad_file_gives_the_defaults(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "settings.json").write_bytes(content)
    assert load(tmp_path / "settings.json") == Settings()


@pytest.mark.parametrize("stored", ['{"hits": 0}', '{"hits": "5"}', '{"hits": true}', '{"hits": 101}', '{"other": 1}'])
def test_a_wrong_field_keeps_its_default(tmp_path: Path, stored: str) -> None:
    (tmp_path / "settings.json").write_text(stored, encoding="utf-8")
    assert load(tmp_path / "settings.json") == Settings()


def test_every_field_says_what_it_is() -> None:
    for field in fields(Settings):
        assert field.metadata["label"]
        assert field.metadata["help"].endswith(".")

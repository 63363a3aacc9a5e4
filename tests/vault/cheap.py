"""Vaults for tests, made and opened at a cost of milliseconds."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.vault.keys import Cost
from app.vault.vault import NAME, Vault

CHEAP = Cost(memory=64, passes=1, lanes=1)
SECRET = b"correct horse battery staple"


def make(folder: Path, secret: bytes = SECRET) -> str:
    """Make a vault, close it, return its recovery key."""
    vault, printed = Vault.create(folder, bytearray(secret), cost=CHEAP)
    vault.close()
    return printed


def opened(folder: Path, secret: bytes = SECRET) -> Vault:
    return Vault.open(folder, bytearray(secret))


def content(folder: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((folder / NAME).read_bytes())
    return read


def alter(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change what `vault.json` says, as somebody without any key can."""
    kept = content(folder)
    change(kept)
    (folder / NAME).write_text(json.dumps(kept))

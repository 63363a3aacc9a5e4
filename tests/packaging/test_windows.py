"""The firewall script for Windows, as far as it can be looked at elsewhere."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "packaging" / "windows" / "block-network.ps1"


def test_it_is_read_alike_by_every_powershell() -> None:
    """Windows PowerShell 5 reads a file without a mark of its encoding as that of the country."""
    assert SCRIPT.read_bytes().isascii()


def test_it_parses() -> None:
    shell = shutil.which("pwsh") or shutil.which("powershell")
    if not shell:
        pytest.skip("there is no PowerShell on this computer")
    look = (
        "$errors = $null; [void][Management.Automation.Language.Parser]::ParseFile("
        f"'{SCRIPT}', [ref]$null, [ref]$errors); $errors; exit $errors.Count"
    )
    done = subprocess.run([shell, "-NoProfile", "-Command", look], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout

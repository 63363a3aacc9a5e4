"""`vault.json` as it lies on the disk: where, what it must hold, and that nothing else changed it.

Owns its form and the MAC over the whole of it, under the master key. Must not know what a key in it opens.
"""

from __future__ import annotations

import contextlib
import hmac
import json
from pathlib import Path
from typing import Any

from app.errors import LibraryDamaged, LibraryTooNew, LibraryTooOld, NoLibrary, UnusableFolder
from app.paths import read_bounded, telling, write_atomically
from app.vault.keys import canonical, subkey, wipe

FORMAT = 2
NAME = "vault.json"
MATTERS = "matters"
_SIZE_LIMIT = 8 * 1024 * 1024  # bytes; a matter needs some 600


def exists(folder: Path) -> bool:
    """Say whether `folder` holds a vault, or something in its place.

    Raises UnusableFolder; LibraryDamaged where matters lie there whose vault is gone.
    """
    with telling(UnusableFolder):
        try:
            (folder / NAME).lstat()
        except (FileNotFoundError, NotADirectoryError):
            if any((folder / MATTERS).glob("*/*")):
                raise LibraryDamaged(reason=f"its {NAME} is missing; put it back from a backup") from None
            return False
        return True


def read(folder: Path) -> dict[str, Any]:
    """Return what `vault.json` holds, looked at as far as that goes without the key."""
    try:
        raw = read_bounded(folder / NAME, _SIZE_LIMIT + 1)
    except (FileNotFoundError, NotADirectoryError):
        exists(folder)  # says it where only the vault is missing
        raise NoLibrary(path=folder) from None
    except OSError as error:
        raise UnusableFolder(reason=f"{NAME}: {error.strerror}") from error
    if len(raw) > _SIZE_LIMIT:
        raise not_understood()
    try:
        content = json.loads(raw)
        if content["format"] > FORMAT:
            raise LibraryTooNew
        if content["format"] < FORMAT:
            raise LibraryTooOld
        kinds = {"id": str, "generation": int, "openers": dict, "matters": list, "last": list, "backups": dict}
        if any(not isinstance(content[name], kind) for name, kind in kinds.items()):
            raise not_understood()
    except (ValueError, KeyError, TypeError, RecursionError):
        raise not_understood() from None
    assert isinstance(content, dict)
    return content


def write(folder: Path, content: dict[str, Any], master: bytearray) -> None:
    """Write `content` in the place of what `vault.json` held, with its MAC; raises OSError."""
    content["mac"] = _mac(content, master)
    write_atomically(folder / NAME, json.dumps(content, indent=1).encode())


def sound(content: dict[str, Any], master: bytearray) -> bool:
    """Say whether nothing but the program changed it; raises LibraryDamaged where it cannot be understood."""
    try:
        return hmac.compare_digest(str(content.get("mac")).encode("utf-8", "replace"), _mac(content, master).encode())
    except RecursionError:
        raise not_understood() from None


def tidy(folder: Path) -> None:
    """Remove what a killed program left of its writing: drafts, which may hold keys of matters deleted since."""
    for draft in folder.glob(".*.part"):
        with contextlib.suppress(OSError):
            draft.unlink()


def not_understood() -> LibraryDamaged:
    """Return the error for a file that is something else, or was changed."""
    return LibraryDamaged(reason=f"{NAME} cannot be understood; put it back from a backup")


def _mac(content: dict[str, Any], master: bytearray) -> str:
    key = subkey(master, "vault file")
    try:
        covered = {name: value for name, value in content.items() if name != "mac"}
        return hmac.new(key, canonical(covered), "sha256").hexdigest()
    finally:
        wipe(key)

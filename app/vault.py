"""The vault: a passphrase opens the library's key, and nothing else on disk does.

Owns `vault.json`: Argon2id parameters and the library key wrapped with AES-256-GCM under what
Argon2id makes of the passphrase. The parameters are authenticated with the key, so lowering them
breaks the wrapping. Must not know what the key is used for.

Secrets are bytearrays and zeroed where they are ours; that is best effort, copies inside the
libraries below are out of reach and only the end of the process is sure to take them.
"""

from __future__ import annotations

import base64
import contextlib
import errno
import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.errors import LibraryDamaged, LibraryTooNew, NoLibrary, WrongPassphrase

FORMAT = 1
NAME = "vault.json"
DATABASE = "library.db"  # the store's file beside the vault: where it exists, no new vault may be made
KEY_SIZE = 32
_TAG = 16
_SIZE_LIMIT = 64 * 1024
# What a vault file may ask of this computer; more would be an attack by memory, not a setting.
_MEMORY_LIMIT = 4 * 1024 * 1024
_PASSES_LIMIT = 64
_LANES_LIMIT = 64


@dataclass(frozen=True, slots=True)
class Cost:
    """What one guess at the passphrase costs: Argon2id memory in KiB, passes over it, lanes."""

    memory: int = 256 * 1024
    passes: int = 3
    lanes: int = 4


def exists(folder: Path) -> bool:
    """Say whether `folder` holds a vault."""
    return (folder / NAME).is_file()


def create(folder: Path, secret: bytearray, *, cost: Cost | None = None) -> bytearray:
    """Make a vault in `folder` around a new random key and return the key, 32 bytes.

    Never replaces a vault: raises FileExistsError. Raises LibraryDamaged where a database is there
    whose vault is gone, ValueError for an empty secret, OSError where the folder cannot be written.
    """
    if not secret:
        raise ValueError("a vault needs a secret")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if exists(folder):
        raise FileExistsError(folder / NAME)
    if (folder / DATABASE).exists():
        raise LibraryDamaged(reason=f"its {NAME} is missing; put it back from a backup")
    cost = cost or Cost()
    header: dict[str, Any] = {
        "format": FORMAT,
        "kdf": {"name": "argon2id", **asdict(cost), "salt": _coded(secrets.token_bytes(16))},
    }
    nonce = secrets.token_bytes(12)
    key = bytearray(secrets.token_bytes(KEY_SIZE))
    wrapping = _derive(secret, header["kdf"])
    try:
        wrapped = AESGCM(wrapping).encrypt(nonce, key, _associated(header))
    finally:
        wipe(wrapping)
    entry = {"cipher": "aes-256-gcm", "nonce": _coded(nonce), "wrapped": _coded(wrapped)}
    _write_new(folder / NAME, json.dumps({**header, "key": entry}, indent=1).encode())
    return key


def unlock(folder: Path, secret: bytearray) -> bytearray:
    """Return the key of the vault in `folder`, 32 bytes.

    Raises NoLibrary, WrongPassphrase (also where the file was tampered with: nobody can tell these
    apart without the key), LibraryDamaged where it is no vault file, LibraryTooNew.
    """
    header, nonce, wrapped = _read(folder)
    wrapping = _derive(secret, header["kdf"])
    key = bytearray(KEY_SIZE)
    try:
        AESGCM(wrapping).decrypt_into(nonce, wrapped, _associated(header), key)
    except InvalidTag:
        raise WrongPassphrase from None
    finally:
        wipe(wrapping)
    return key


def subkey(key: bytearray, purpose: str, *, salt: bytes | None = None) -> bytearray:
    """Return the 32-byte key for one purpose, HKDF-SHA256 of the library key (RFC 5869)."""
    derived = bytearray(KEY_SIZE)
    info = b"carrel/1/" + purpose.encode()
    HKDF(algorithm=hashes.SHA256(), length=KEY_SIZE, salt=salt, info=info).derive_into(key, derived)
    return derived


def wipe(secret: bytearray) -> None:
    """Overwrite a secret with zeros."""
    secret[:] = bytes(len(secret))


def _derive(secret: bytearray, kdf: dict[str, Any]) -> bytearray:
    wrapping = bytearray(KEY_SIZE)
    Argon2id(
        salt=_decoded(kdf["salt"]), length=KEY_SIZE,
        iterations=kdf["passes"], lanes=kdf["lanes"], memory_cost=kdf["memory"],
    ).derive_into(secret, wrapping)  # type: ignore[arg-type]  # any buffer is taken
    return wrapping


def _associated(header: dict[str, Any]) -> bytes:
    return json.dumps(header, sort_keys=True, separators=(",", ":")).encode()


def _read(folder: Path) -> tuple[dict[str, Any], bytes, bytes]:
    path = folder / NAME
    try:
        with path.open("rb") as stream:
            raw = stream.read(_SIZE_LIMIT)
    except FileNotFoundError:
        raise NoLibrary(path=folder) from None
    damaged = LibraryDamaged(reason=f"{NAME} cannot be understood; put it back from a backup")
    try:
        parsed = json.loads(raw)
        if parsed["format"] > FORMAT:
            raise LibraryTooNew
        header = {"format": parsed["format"], "kdf": parsed["kdf"]}
        _check(header["kdf"])
        nonce, wrapped = _decoded(parsed["key"]["nonce"]), _decoded(parsed["key"]["wrapped"])
        if parsed["key"]["cipher"] != "aes-256-gcm" or len(nonce) != 12 or len(wrapped) != KEY_SIZE + _TAG:
            raise damaged
    except (ValueError, KeyError, TypeError, RecursionError):
        raise damaged from None
    return header, nonce, wrapped


def _check(kdf: dict[str, Any]) -> None:
    for name, least, most in (
        ("lanes", 1, _LANES_LIMIT), ("passes", 1, _PASSES_LIMIT), ("memory", 8 * kdf["lanes"], _MEMORY_LIMIT),
    ):
        if type(kdf[name]) is not int or not least <= kdf[name] <= most:
            raise ValueError(name)
    if kdf["name"] != "argon2id" or len(_decoded(kdf["salt"])) < 16:
        raise ValueError("kdf")


def _coded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _decoded(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


def _write_new(path: Path, data: bytes) -> None:
    """Write a file whole or not at all, and never over another: two programs may be first at once."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with open(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        if os.name == "nt":
            draft.rename(path)  # refuses to replace there
        else:
            try:
                path.hardlink_to(draft)
            except FileExistsError:
                raise
            except OSError:  # a file system without links, such as a memory stick's
                if path.exists():
                    raise FileExistsError(path) from None
                draft.rename(path)
            sync_folder(path.parent)
    finally:
        with contextlib.suppress(FileNotFoundError):
            draft.unlink()


def sync_folder(folder: Path) -> None:
    """Make the names in a folder survive a power cut, where the system has a way to ask for that."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # what network file systems say to this
            raise
    finally:
        os.close(descriptor)

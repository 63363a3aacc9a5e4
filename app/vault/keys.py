"""Keys in memory: derived, wrapped, kept out of dumps, wiped.

Owns the few cryptographic steps that everything else is built of. Must not know where keys lie on disk.

Secrets are bytearrays and zeroed where they are ours; that is best effort, copies inside the libraries
below are out of reach and only the end of the process is sure to take them.
"""

from __future__ import annotations

import base64
import ctypes
import json
import mmap
import secrets
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_SIZE = 32
_SALT = 16
_NONCE = 12
_TAG = 16
_WANTED_SECONDS = 1.0  # what one guess shall cost on the computer where the library is made
_MADV_DONTDUMP = 16

# What a vault file may ask of this computer; more would be an attack by memory, not a setting.
_MEMORY_LIMIT = 1024 * 1024
_PASSES_LIMIT = 64
_LANES_LIMIT = 64


class NotThisKey(Exception):
    """What was wrapped was not wrapped with this key, or not with what it is said to be."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one guess at a secret costs: Argon2id memory in KiB, passes over it, lanes; these are the least."""

    memory: int = 256 * 1024
    passes: int = 3
    lanes: int = 4


def calibrated(measure: Callable[[Cost], float] | None = None) -> Cost:
    """Return the cost that takes about a second on this computer, never less than the least.

    `measure` says how many seconds a cost takes; without it that is tried.
    """
    least = Cost()
    measure = measure or _seconds
    seconds = min(measure(least) for _ in range(3))  # the others were slowed down by other programs
    passes = min(_PASSES_LIMIT, int(least.passes * _WANTED_SECONDS / max(seconds, 1e-3)))
    return Cost(least.memory, max(least.passes, passes), least.lanes)


def _seconds(cost: Cost) -> float:
    began = time.perf_counter()
    wipe(_argon2(bytearray(b"how fast is it"), bytes(_SALT), cost))
    return time.perf_counter() - began


def random_key() -> bytearray:
    """Return a new random key, 32 bytes, held."""
    key = bytearray(secrets.token_bytes(KEY_SIZE))
    hold(key)
    return key


def subkey(key: bytearray, purpose: str, *, salt: bytes | None = None) -> bytearray:
    """Return the 32-byte key for one purpose, HKDF-SHA256 of `key` (RFC 5869)."""
    derived = bytearray(KEY_SIZE)
    hold(derived)
    info = b"carrel/1/" + purpose.encode()
    HKDF(algorithm=hashes.SHA256(), length=KEY_SIZE, salt=salt, info=info).derive_into(key, derived)
    return derived


def wipe(secret: bytearray) -> None:
    """Overwrite a secret with zeros."""
    secret[:] = bytes(len(secret))


def hold(secret: bytearray) -> None:
    """Ask the system to keep a secret out of swap and dumps; where it refuses, nothing is lost but that.

    Pages stay locked until the process ends: keys are few, and others may lie on the same page.
    """
    if sys.platform == "win32" or not secret:
        return
    libc = ctypes.CDLL(None, use_errno=True)
    place = ctypes.addressof((ctypes.c_char * len(secret)).from_buffer(secret))
    libc.mlock(ctypes.c_void_p(place), ctypes.c_size_t(len(secret)))
    if sys.platform == "linux":
        first = place - place % mmap.PAGESIZE
        length = place + len(secret) - first
        libc.madvise(ctypes.c_void_p(first), ctypes.c_size_t(length), ctypes.c_int(_MADV_DONTDUMP))


def lock_up(secret: bytearray, key: bytearray, cost: Cost, associated: dict[str, Any]) -> dict[str, Any]:
    """Return `key` wrapped under what Argon2id makes of `secret`, with all that `unlock` needs.

    The parameters and `associated` are authenticated: what is lowered or moved elsewhere no longer opens.
    """
    kdf: dict[str, Any] = {
        "name": "argon2id", "memory": cost.memory, "passes": cost.passes, "lanes": cost.lanes,
        "salt": coded(secrets.token_bytes(_SALT)),
    }
    wrapping = _argon2(secret, decoded(kdf["salt"]), cost)
    try:
        return {"kdf": kdf, **wrap(wrapping, key, {**associated, "kdf": kdf})}
    finally:
        wipe(wrapping)


def unlock(secret: bytearray, entry: dict[str, Any], associated: dict[str, Any]) -> bytearray:
    """Return the key that `lock_up` wrapped.

    Raises NotThisKey, MemoryError, and ValueError, KeyError or TypeError for what is no such entry.
    """
    kdf = entry["kdf"]
    cost = _checked(kdf)
    wrapping = _argon2(secret, decoded(kdf["salt"]), cost)
    try:
        return unwrap(wrapping, entry, {**associated, "kdf": kdf})
    finally:
        wipe(wrapping)


def wrap(key: bytearray, content: bytes | bytearray, associated: dict[str, Any]) -> dict[str, str]:
    """Return `content` under AES-256-GCM with a random nonce, bound to `associated`."""
    nonce = secrets.token_bytes(_NONCE)
    return {
        "nonce": coded(nonce),
        "wrapped": coded(AESGCM(key).encrypt(nonce, content, canonical(associated))),
    }


def unwrap(key: bytearray, entry: dict[str, Any], associated: dict[str, Any]) -> bytearray:
    """Return what `wrap` was given; raises NotThisKey, and ValueError for what is no such entry."""
    nonce, wrapped = decoded(entry["nonce"]), decoded(entry["wrapped"])
    if len(nonce) != _NONCE or len(wrapped) < _TAG:
        raise ValueError("wrapped")
    content = bytearray(len(wrapped) - _TAG)
    hold(content)
    try:
        AESGCM(key).decrypt_into(nonce, wrapped, canonical(associated), content)
    except InvalidTag:
        raise NotThisKey from None
    return content


def canonical(value: dict[str, Any]) -> bytes:
    """Return the one way in which these values are written where they are authenticated."""
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def coded(data: bytes | bytearray) -> str:
    """Return bytes as base64."""
    return base64.b64encode(data).decode()


def decoded(text: str) -> bytes:
    """Return the bytes of `coded`; raises ValueError."""
    return base64.b64decode(text, validate=True)


def _argon2(secret: bytearray, salt: bytes, cost: Cost) -> bytearray:
    wrapping = bytearray(KEY_SIZE)
    hold(wrapping)
    Argon2id(
        salt=salt, length=KEY_SIZE, iterations=cost.passes, lanes=cost.lanes, memory_cost=cost.memory,
    ).derive_into(secret, wrapping)  # type: ignore[arg-type]  # any buffer is taken
    return wrapping


def _checked(kdf: dict[str, Any]) -> Cost:
    for name, least, most in (
        ("lanes", 1, _LANES_LIMIT), ("passes", 1, _PASSES_LIMIT), ("memory", 8 * kdf["lanes"], _MEMORY_LIMIT),
    ):
        if type(kdf[name]) is not int or not least <= kdf[name] <= most:
            raise ValueError(name)
    if kdf["name"] != "argon2id" or len(decoded(kdf["salt"])) < _SALT:
        raise ValueError("kdf")
    return Cost(kdf["memory"], kdf["passes"], kdf["lanes"])

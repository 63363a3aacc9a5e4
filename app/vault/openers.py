"""What opens a vault: its master key, wrapped once for each way in.

Owns how that lies in `vault.json`: under a key that is stretched from the passphrase or the recovery key, or under the
secret that the system's key store keeps, which is random and needs no stretching. Its parameters are authenticated with
it. Must not know who asks, nor how often.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from app.errors import TooLittleMemory
from app.vault.keys import KEY_SIZE, Cost, NotThisKey, lock_up, subkey, unlock, unwrap, wipe, wrap
from app.vault.vaultfile import FORMAT, not_understood

PASSPHRASE, RECOVERY, KEY_STORE = "passphrase", "recovery", "key store"


def put(
    content: dict[str, Any], opener: str, secret: bytearray, master: bytearray, cost: Cost | None = None
) -> None:
    """Let `secret` open the vault that holds `content`, instead of what that opener was.

    Without a `cost` it is what the passphrase has, measured when the vault was made. Raises TooLittleMemory.
    """
    associated = _about(content["id"], opener)
    if opener == KEY_STORE:
        wrapping = subkey(secret, KEY_STORE)
        try:
            entry: dict[str, Any] = wrap(wrapping, master, associated)
        finally:
            wipe(wrapping)
    else:
        if cost is None:
            kdf = content["openers"][PASSPHRASE]["kdf"]
            cost = Cost(kdf["memory"], kdf["passes"], kdf["lanes"])
        with _enough_memory(asdict(cost)):
            entry = lock_up(secret, master, cost, associated)
    content["openers"][opener] = entry


def unlocked(content: dict[str, Any], opener: str, secret: bytearray) -> bytearray:
    """Return the master key, for the caller to wipe; raises NotThisKey, LibraryDamaged, TooLittleMemory."""
    associated = _about(content["id"], opener)
    try:
        entry = content["openers"].get(opener)
        if entry is None:
            raise NotThisKey
        if opener == KEY_STORE:
            wrapping = subkey(secret, KEY_STORE)
            try:
                master = unwrap(wrapping, entry, associated)
            finally:
                wipe(wrapping)
        else:
            with _enough_memory(entry["kdf"]):
                master = unlock(secret, entry, associated)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise not_understood() from None
    if len(master) != KEY_SIZE:
        raise not_understood()
    return master


def _about(identity: str, opener: str) -> dict[str, Any]:
    return {"format": FORMAT, "vault": identity, "opener": opener}


@contextlib.contextmanager
def _enough_memory(kdf: dict[str, Any]) -> Iterator[None]:
    try:
        yield
    except MemoryError:
        raise TooLittleMemory(needed=f"{kdf['memory'] // 1024} MB") from None

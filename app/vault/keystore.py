"""The system's key store, for those who want this computer to open the library by itself.

Owns one secret per vault there. The store is named by its class: the `keyring` library would otherwise ask a
configuration file in the home folder which code to load, and hand the secret to that.
"""

from __future__ import annotations

import sys
from typing import Any

from app.errors import NoKeyStore
from app.vault.keys import KEY_SIZE, coded, decoded, hold

_SERVICE = "Carrel"


def save(vault: str, secret: bytearray) -> None:
    """Keep a vault's secret; raises NoKeyStore."""
    store = _store()
    try:
        store.set_password(_SERVICE, vault, coded(secret))
    except Exception as error:
        raise _unusable(error) from error


def load(vault: str) -> bytearray:
    """Return a vault's secret, 32 bytes; raises NoKeyStore."""
    store = _store()
    try:
        kept = store.get_password(_SERVICE, vault)
    except Exception as error:
        raise _unusable(error) from error
    if kept is None:
        raise NoKeyStore(reason="it holds nothing for this library")
    try:
        secret = bytearray(decoded(kept))
    except ValueError:
        raise foreign() from None
    hold(secret)
    if len(secret) != KEY_SIZE:
        raise foreign()
    return secret


def remove(vault: str) -> None:
    """Take a vault's secret out, where it is there; raises NoKeyStore."""
    store = _store()
    try:
        if store.get_password(_SERVICE, vault) is not None:
            store.delete_password(_SERVICE, vault)
    except Exception as error:
        raise _unusable(error) from error


def foreign() -> NoKeyStore:
    """What is said where the store's secret is not the one that this library was given."""
    return NoKeyStore(reason="what it holds is not this library's")


def _store() -> Any:
    try:
        if sys.platform == "win32":
            from keyring.backends.Windows import WinVaultKeyring as Store
        elif sys.platform == "darwin":
            from keyring.backends.macOS import Keyring as Store
        else:
            from keyring.backends.SecretService import Keyring as Store
        if not Store.viable:
            raise NoKeyStore(reason="there is none")
        return Store()
    except (ImportError, RuntimeError) as error:
        raise NoKeyStore(reason="there is none") from error


def _unusable(error: Exception) -> NoKeyStore:
    return NoKeyStore(reason=f"it answered with an error ({type(error).__name__})")

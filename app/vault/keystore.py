"""The system's key store, for those who want this computer to open the library by itself.

Owns one secret per vault there. The store is named by its class: the `keyring` library would otherwise ask a
configuration file in the home folder which code to load, and hand the secret to that. Nor may environment
variables (`KEYRING_PROPERTY_…`) set its properties, such as the collection that the secret is put into.
"""

from __future__ import annotations

import sys
from typing import Any, Protocol

from app.errors import NoKeyStore
from app.vault.keys import KEY_SIZE, coded, decoded, hold

_SERVICE = "Carrel"


class Store(Protocol):
    """What is used of a class of the `keyring` library."""

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep it, in place of what is there."""

    def get_password(self, service: str, username: str) -> str | None:
        """Return it, None where there is none."""

    def delete_password(self, service: str, username: str) -> None:
        """Take it out."""


def save(vault: str, secret: bytearray, *, store: Store | None = None) -> None:
    """Keep a vault's secret; raises NoKeyStore."""
    store = store or system()
    try:
        store.set_password(_SERVICE, vault, coded(secret))
    except Exception as error:
        raise _unusable(error) from error


def load(vault: str, *, store: Store | None = None) -> bytearray:
    """Return a vault's secret, 32 bytes; raises NoKeyStore."""
    store = store or system()
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


def remove(vault: str, *, store: Store | None = None) -> None:
    """Take a vault's secret out, where it is there; raises NoKeyStore."""
    store = store or system()
    try:
        if store.get_password(_SERVICE, vault) is not None:
            store.delete_password(_SERVICE, vault)
    except Exception as error:
        raise _unusable(error) from error


def foreign() -> NoKeyStore:
    """What is said where the store's secret is not the one that this library was given."""
    return NoKeyStore(reason="what it holds is not this library's")


def system() -> Store:
    """Return the key store of this system; raises NoKeyStore where there is none."""
    try:
        kind = _kind()
        viable = kind.viable
    except Exception as error:  # whatever the libraries below it find missing
        raise NoKeyStore(reason="there is none") from error
    if not viable:
        raise NoKeyStore(reason="there is none")
    try:
        return pinned(kind)
    except Exception as error:
        raise _unusable(error) from error


def pinned(kind: Any) -> Store:
    """Return a store of this class of the `keyring` library, in which environment variables set nothing."""
    store: Store = type("Pinned", (kind,), {"set_properties_from_env": lambda self: None})()
    return store


def _kind() -> Any:
    if sys.platform == "win32":
        from keyring.backends.Windows import WinVaultKeyring as Kind
    elif sys.platform == "darwin":
        from keyring.backends.macOS import Keyring as Kind
    else:
        from keyring.backends.SecretService import Keyring as Kind
    return Kind


def _unusable(error: Exception) -> NoKeyStore:
    return NoKeyStore(reason=f"it answered with an error ({type(error).__name__})")

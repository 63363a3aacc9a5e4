"""What the window needs of the world to come to a session; `application.py` has the real one."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from app.types import BroughtUp

if TYPE_CHECKING:
    from app.session import Session
    from app.ui.panels.privacy import Means


class Door(Protocol):
    """How the window comes to a session; every method is called on a worker.

    What opens the library yields how far it is, where one of an earlier version has to be brought up to date.
    """

    @property
    def means(self) -> Means:
        """What the page about privacy has others do."""
        ...

    def exists(self) -> bool:
        """Whether there is a library already."""
        ...

    def open(self, secret: bytearray, create: bool) -> Generator[BroughtUp, None, Session]:
        """Open or make the library and clear `secret`. Raises LibraryError."""
        ...

    def recover(self, text: str, secret: bytearray) -> Generator[BroughtUp, None, Session]:
        """Open the library with its recovery key, make `secret` its passphrase and clear it. Raises LibraryError."""
        ...

    def key_store(self) -> bool:
        """Whether the system's key store may open the library."""
        ...

    def open_with_key_store(self) -> Generator[BroughtUp, None, Session]:
        """Open the library with what the system's key store holds. Raises LibraryError."""
        ...

    def hint(self) -> str:
        """What to say where the passphrase is asked for; usually nothing."""
        ...

    def seal(self) -> tuple[bool, str]:
        """Whether the system keeps this program off the network, and in words what it does."""
        ...

    def samples(self) -> tuple[list[Path], list[str]]:
        """What to add to a library that is empty, and questions to suggest; usually neither."""
        ...

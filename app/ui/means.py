"""What the page about privacy has others do, for an open library; every method is called on a worker.

Its imports take long, so they are made where they are used.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from app.errors import UnwritableFile
from app.types import Refusal

if TYPE_CHECKING:
    from app.session import Session


class LibraryMeans:
    """See `panels.privacy.Means`."""

    def __init__(self, library: Path) -> None:
        self._library = library

    def selftest(self) -> list[Refusal]:
        from app import selftest
        from app.ui import probe

        return selftest.run(probe.tries, data=self._library)

    def selftest_page(self, refusals: Sequence[Refusal]) -> str:
        from app import selftest

        return selftest.html(refusals)

    def backup(self, session: Session, target: Path) -> Iterator[float]:
        from app import backup

        # The window has asked already whether a file that is there may be replaced.
        return backup.make(session.vault, session.audit, session.stores, target, replace=True)

    def delete_backup(self, session: Session, path: str) -> None:
        if not session.erasure.delete_backup(path):
            raise UnwritableFile(reason="it cannot be reached and was not deleted; connect the disk that it is on")

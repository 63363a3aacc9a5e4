"""The head of an audit log: how far it had come, in a file of its own.

Owns the form of `audit.head`: number and tag of the last entry under an HMAC, always of the same length. It may lag
behind after a power cut; what that means for the log is said in `log`.
"""

from __future__ import annotations

import hmac
import re
from pathlib import Path

from app.audit.chain import Chain
from app.vault.keys import wipe

HEAD = "audit.head"
_HEAD_LINE = re.compile(rb"carrel-audit-head 1 (\d{15}) ([0-9a-f]{32}) ([0-9a-f]{64})\n")


class Head:
    """Writes and reads heads under one key."""

    def __init__(self, key: bytearray) -> None:
        """Take a key of 32 bytes over."""
        self._key = key

    def read(self, folder: Path) -> tuple[int, bytes] | None:
        """Return number and tag of the last entry as `audit.head` knows it, None where it says nothing authentic."""
        try:
            with (folder / HEAD).open("rb") as stream:
                line = stream.read(1024)
        except FileNotFoundError:
            return None
        found = _HEAD_LINE.fullmatch(line)
        if not found or not hmac.compare_digest(self._mac(found[1], found[2]), found[3]):
            return None
        return int(found[1]), bytes.fromhex(found[2].decode())

    def line(self, chain: Chain) -> bytes:
        """Return the head of a log."""
        number, tag = b"%015d" % chain.last, chain.tag(chain.last).hex().encode()
        return b"carrel-audit-head 1 %s %s %s\n" % (number, tag, self._mac(number, tag))

    def wipe(self) -> None:
        """Forget the key."""
        wipe(self._key)

    def _mac(self, number: bytes, tag: bytes) -> bytes:
        return hmac.digest(self._key, b"carrel-audit-head 1 " + number + b" " + tag, "sha256").hex().encode()


def compared(chain: Chain, known: tuple[int, bytes] | None, there: bool) -> str:
    """The sentence for a head that does not go with the log; empty where it does, or lags."""
    if known is None:
        if there:
            return f"The file that says how long the audit log was ({HEAD}) was changed."
        if len(chain.tags):
            return f"The file that says how long the audit log was ({HEAD}) is missing; its last entries may be, too."
        return ""
    number, tag = known
    if chain.fault:
        return ""  # that there is less than the head says is then no news
    if number > chain.last:
        gone = number - chain.last
        return f"The last {gone} entries of the audit log are missing." if gone > 1 else (
            f"The last entry of the audit log, number {number}, is missing.")
    if number < chain.first - 1 or chain.tag(number) != tag:
        return f"The audit log and the file that says how long it was ({HEAD}) do not belong together."
    return ""


def notes(chain: Chain, known: tuple[int, bytes] | None) -> list[str]:
    """What a crash left in a log that is sound; nothing that calls for a warning."""
    found = []
    if chain.torn:
        found.append("The last line was cut off, as when the computer stops while writing it; it was removed.")
    if known is not None and chain.last > known[0] + 1:
        found.append(f"{HEAD} was {chain.last - known[0]} entries behind the log, as after a power cut.")
    return found

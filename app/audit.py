"""The audit log: who did what and when, encrypted, and so chained that a change to it is found.

Owns `audit.log`, `audit.head` and the set-aside `audit-<n>.broken` in the vault's folder. Must not know what
the events mean, nor hold a name or a word of a document unless its caller hands one over.

`audit.log` is a first line with the number of its first entry and 16 random bytes, then a line an entry: the
number, and in base64 a nonce, the entry under AES-256-GCM and its tag. Authenticated with each entry are its number
and the tag of the one before (the random bytes, for the first), so an entry that is changed, taken out, put in,
moved or brought from another log does not fit, and its number is known. Entries are padded: a line's length says
little about what is in it.

`audit.head` holds the number and tag of the last entry under an HMAC: that tells when entries are missing at the
end. It is one short write in place after the entry is on the disk. That write is not waited for, except at closing.
A killed program therefore loses nothing of it, but after a power cut the head may lag behind by what was recorded in
the last seconds. So entries beyond the head are taken where they are authentic, and somebody who has the disk after
a power cut, or who kept a copy of an older head, can cut the log back that far unnoticed by the log itself. So can
whoever puts back an older log together with its head. What finds these out is `knows`: the callers keep `head` in the
encrypted database of each matter. Nobody can write an entry, or change one, without the key; whoever has the
key can write a new log.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import csv
import datetime
import errno
import getpass
import hmac
import json
import os
import re
import secrets
import struct
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TextIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.errors import DiskFull
from app.paths import write_atomically
from app.types import AuditEntry
from app.vault.keys import subkey, wipe

LOG = "audit.log"
HEAD = "audit.head"
DAMAGED = "log damaged"
REPAIRED = "log repaired"
_NO_SPACE = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))
_TAG = 16
_NONCE = 12
_PADDING = 256  # bytes
_LINE = 64 * 1024 * 1024  # bytes; no entry is longer, and no more of a foreign file is read at once
_PLACE = struct.Struct(">8sQ16s")  # what is authenticated with an entry
_FIRST_LINE = re.compile(rb"carrel-audit 1 (\d{1,15}) ([0-9a-f]{32})\n")
_ENTRY_LINE = re.compile(rb"(\d{1,15}) ([A-Za-z0-9+/=]+)\n")
_HEAD_LINE = re.compile(rb"carrel-audit-head 1 (\d{15}) ([0-9a-f]{32}) ([0-9a-f]{64})\n")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_STEADY = 1.0  # seconds that a clock may go back by being set right


@dataclass(slots=True)
class _Chain:
    """The sound entries of a log, from its first line on."""

    first: int = 1
    start: bytes = b""
    tags: bytearray = field(default_factory=bytearray)
    size: int = 0  # bytes of the file up to the end of the last sound entry
    fault: str = ""  # what stands after them, where it is not the end
    torn: bool = False  # the last line has no end

    @property
    def last(self) -> int:
        """The number of the last entry; one below the first where there is none."""
        return self.first + len(self.tags) // _TAG - 1

    def tag(self, number: int) -> bytes:
        """The tag of an entry, or for the one before the first the random bytes."""
        place = (number - self.first) * _TAG
        return self.start if place < 0 else bytes(self.tags[place : place + _TAG])

    @property
    def head(self) -> str:
        return f"{self.last}:{self.tag(self.last).hex()}"


class Audit:
    """An open log; usable from any thread. One process at a time: the vault's lock sees to that."""

    def __init__(self, folder: Path, cipher: AESGCM, head_key: bytearray) -> None:
        """For `open` alone."""
        self._folder = folder
        self._cipher = cipher
        self._head_key = head_key
        self._lock = threading.Lock()
        self._chain = _Chain()
        self._who = _account()
        self._log = self._head = -1
        self._findings: list[str] = []
        self._unclean = False  # a failed write may have left bytes behind the last entry

    @classmethod
    def open(cls, folder: Path, key: bytearray) -> Audit:
        """Open the log in `folder`, or begin one, and verify it whole; `key` is 32 bytes and stays the caller's.

        Damage never blocks: `findings` says what was found, the log is set aside and a new one begins. Raises DiskFull
        where a log must be begun and cannot; OSError where the folder cannot be used.
        """
        entry_key = subkey(key, "audit entries")
        audit = cls(folder, AESGCM(entry_key), subkey(key, "audit head"))
        wipe(entry_key)
        try:
            with _told():
                audit._begin()
        except BaseException:
            audit.close()
            raise
        return audit

    # Opening

    def _begin(self) -> None:
        log, head = self._folder / LOG, self._folder / HEAD
        known = self._read_head()
        chain = _Chain()
        if log.exists():
            chain = self._scan(log)
        elif known is not None:
            said = f"it held {known[0]} entries" if known[0] else "it held no entry yet"
            chain.fault = f"The audit log ({LOG}) is missing; {said}."
        self._findings = [finding for finding in (chain.fault, _compared(chain, known, head.exists())) if finding]
        notes: list[str] = []
        if self._findings:
            self._start_anew(chain, known[0] if known else 0)
        elif not chain.start:
            self._make(_Chain(start=secrets.token_bytes(_TAG)), [])
        else:
            notes = _notes(chain, known)
            self._chain = chain
        flags = os.O_RDWR | getattr(os, "O_BINARY", 0)
        self._log = os.open(log, flags)
        if chain.torn and not self._findings:
            os.ftruncate(self._log, chain.size)
        self._head = os.open(head, flags | os.O_CREAT, 0o600)
        self._write_head()
        for note in notes:
            self.record(REPAIRED, finding=note)

    def _scan(self, path: Path) -> _Chain:
        """Follow the chain of a log as far as it is sound."""
        chain = _Chain()
        with path.open("rb") as stream:
            line = stream.readline(_LINE)
            begun = _FIRST_LINE.fullmatch(line)
            if not begun:
                chain.fault = f"The audit log ({path.name}) does not begin as one: it was exchanged or damaged."
                return chain
            chain.first, chain.start = int(begun[1]), bytes.fromhex(begun[2].decode())
            chain.size = len(line)
            while line := stream.readline(_LINE):
                if not line.endswith(b"\n") and len(line) < _LINE:
                    chain.torn = True
                    break
                number = chain.last + 1
                sealed = _sealed(line)
                authentic = sealed and self._opened(sealed[1], number, chain.tag(number - 1)) is not None
                if sealed is None or not authentic or sealed[0] != number:  # no key seals the number in the line
                    chain.fault = _misfit(number, sealed[0] if sealed and not authentic else None)
                    break
                chain.tags += sealed[1][-_TAG:]
                chain.size += len(line)
        return chain

    def _opened(self, sealed: bytes, number: int, before: bytes) -> bytes | None:
        """Return what is in an entry, or None where it is not authentic in this place."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], _PLACE.pack(b"carrel-1", number, before))
        except InvalidTag:
            return None

    def _start_anew(self, broken: _Chain, known: int) -> None:
        """Set the broken log aside and begin another, whose first entry says so."""
        aside = ""
        if (self._folder / LOG).exists():
            numbers = (number for number in range(1, sys.maxsize) if not self._aside(number).exists())
            aside = self._aside(next(numbers)).name
        chain = _Chain(first=max(known, broken.last) + 1, start=secrets.token_bytes(_TAG))
        details = {"finding": " ".join(self._findings)}
        if aside:
            details["aside"] = aside
        if broken.tags:
            details["sound"] = broken.head
        entry = self._entry(DAMAGED, "", (), details)
        # The new one is made first: on a full disk the broken one stays where it is and is found again.
        self._make(chain, [entry], aside=aside)

    def _aside(self, number: int) -> Path:
        return self._folder / f"audit-{number}.broken"

    def _make(self, chain: _Chain, entries: list[dict[str, Any]], *, aside: str = "") -> None:
        lines = [b"carrel-audit 1 %d %s\n" % (chain.first, chain.start.hex().encode())]
        for entry in entries:
            line, tag = self._line(entry, chain)
            lines.append(line)
            chain.tags += tag
        data = b"".join(lines)
        chain.size = len(data)
        draft = self._folder / f"{LOG}.new"
        write_atomically(draft, data)
        if aside:
            (self._folder / LOG).rename(self._folder / aside)
        draft.replace(self._folder / LOG)
        self._chain = chain
        write_atomically(self._folder / HEAD, self._head_line())

    # The head

    def _read_head(self) -> tuple[int, bytes] | None:
        """Return number and tag of the last entry as `audit.head` knows it, None where it says nothing authentic."""
        try:
            with (self._folder / HEAD).open("rb") as stream:
                line = stream.read(1024)
        except FileNotFoundError:
            return None
        found = _HEAD_LINE.fullmatch(line)
        if not found or not hmac.compare_digest(self._mac(found[1], found[2]), found[3]):
            return None
        return int(found[1]), bytes.fromhex(found[2].decode())

    def _mac(self, number: bytes, tag: bytes) -> bytes:
        return hmac.digest(self._head_key, b"carrel-audit-head 1 " + number + b" " + tag, "sha256").hex().encode()

    def _head_line(self) -> bytes:
        number, tag = b"%015d" % self._chain.last, self._chain.tag(self._chain.last).hex().encode()
        return b"carrel-audit-head 1 %s %s %s\n" % (number, tag, self._mac(number, tag))

    def _write_head(self) -> None:
        # Always the same length, shorter than a sector and in place: it needs no room on a full disk, and there is
        # no moment at which half of it is written.
        os.lseek(self._head, 0, os.SEEK_SET)
        os.write(self._head, self._head_line())

    # Writing

    def record(self, event: str, *, matter: str = "", documents: Sequence[str] = (), **details: str | int) -> None:
        """Add an entry; it is on the disk when this returns. `matter` and `documents` are ids, never names.

        Raises DiskFull, and the log is then as it was before.
        """
        with self._lock, _told():
            if self._log < 0:
                raise RuntimeError("the audit log is closed")
            if self._unclean:
                os.ftruncate(self._log, self._chain.size)
                self._unclean = False
            told = {name: str(value) for name, value in details.items()}
            line, tag = self._line(self._entry(event, matter, documents, told), self._chain)
            try:
                self._append(line)
            except BaseException:
                self._unclean = True
                with contextlib.suppress(OSError):  # else the next entry tries again, or the next opening does it
                    os.ftruncate(self._log, self._chain.size)
                raise
            self._chain.tags += tag
            self._chain.size += len(line)
            self._write_head()

    def _entry(self, event: str, matter: str, documents: Sequence[str], details: dict[str, str]) -> dict[str, Any]:
        return {
            "time": round(time.time(), 3), "who": self._who, "event": event, "matter": matter,
            "documents": list(documents), "details": details,
        }

    def _line(self, entry: dict[str, Any], chain: _Chain) -> tuple[bytes, bytes]:
        data = json.dumps(entry, separators=(",", ":")).encode()
        data += b" " * (-len(data) % _PADDING)
        number, nonce = chain.last + 1, secrets.token_bytes(_NONCE)
        sealed = nonce + self._cipher.encrypt(nonce, data, _PLACE.pack(b"carrel-1", number, chain.tag(number - 1)))
        line = b"%d %s\n" % (number, base64.b64encode(sealed))
        if len(line) >= _LINE:
            raise ValueError("an entry that is too long")
        return line, sealed[-_TAG:]

    def _append(self, line: bytes) -> None:
        os.lseek(self._log, self._chain.size, os.SEEK_SET)
        left = memoryview(line)
        while left:
            left = left[os.write(self._log, left) :]
        _sync(self._log)

    # Reading

    @property
    def findings(self) -> tuple[str, ...]:
        """What was found wrong with the log, in sentences; empty where it is sound."""
        return tuple(self._findings)

    @property
    def head(self) -> str:
        """What `knows` can be asked for later: that the log holds everything up to here."""
        with self._lock:
            return self._chain.head

    def knows(self, head: str) -> bool:
        """Say whether everything up to this earlier `head` is in the log, or the log itself says that it lost it."""
        number, _, tag = head.partition(":")
        if not number.isdecimal():
            return not head
        with self._lock:
            if int(number) < self._chain.first:
                # An entry 1 of its own is the only beginning that owes nothing to a log before.
                return self._chain.first > 1 or int(number) == 0
            return int(number) <= self._chain.last and self._chain.tag(int(number)).hex() == tag

    def confirm(self, head: str, matter: str) -> bool:
        """Say whether the log `knows` the head that a matter keeps; where not, that becomes a finding and an entry."""
        if self.knows(head):
            return True
        finding = (
            "The audit log is not the one that was last in use: it was replaced by an older or another one, "
            f"and entries up to number {head.partition(':')[0]} are missing from it."
        )
        self._findings.append(finding)
        self.record(DAMAGED, matter=matter, finding=finding)
        return False

    def entries(self) -> Iterator[AuditEntry]:
        """Yield all entries, oldest first, those of set-aside logs as far as they are sound before the log's own.

        Where a log was changed since it was opened, the last entry yielded is not from the log and says so.
        """
        with self._lock:
            last, tag = self._chain.last, self._chain.tag(self._chain.last)
        before = 0.0
        for entry in self._entries(LOG, last, tag):
            behind = before - entry.time
            if entry.remark:  # not from the log, and its time is now
                yield entry
                continue
            if behind > _STEADY:
                remark = f"The computer's clock was set back by {_span(behind)} before this."
                yield replace(entry, remark=remark)
            else:
                yield entry
            before = entry.time

    def _entries(self, name: str, last: int, tag: bytes) -> Iterator[AuditEntry]:
        number, before = 0, b""
        with contextlib.suppress(FileNotFoundError), (self._folder / name).open("rb") as stream:
            begun = _FIRST_LINE.fullmatch(stream.readline(_LINE))
            if begun:
                number, before = int(begun[1]), bytes.fromhex(begun[2].decode())
            while begun and number <= last:
                sealed = _sealed(stream.readline(_LINE))
                data = self._opened(sealed[1], number, before) if sealed and sealed[0] == number else None
                if sealed is None or data is None:
                    break
                before = sealed[1][-_TAG:]
                entry = _read(number, data)
                number += 1
                yield from self._earlier(entry)
                yield entry
        if number != last + 1 or before != tag:
            number = max(number, 1)
            remark = f"The entries {number} to {last} in {name} are gone or were changed since they were verified."
            yield AuditEntry(number, time.time(), self._who, DAMAGED, "", (), (), remark)

    def _earlier(self, entry: AuditEntry) -> Iterator[AuditEntry]:
        """Yield what is sound of the log that was set aside when `entry` was written."""
        details = dict(entry.details)
        if entry.event == DAMAGED and "aside" in details and "sound" in details:
            last, _, tag = details["sound"].partition(":")
            yield from self._entries(details["aside"], int(last), bytes.fromhex(tag))

    def snapshot(self) -> tuple[int, bytes]:
        """Return how many bytes of `audit.log` are entries now, and what `audit.head` says of them."""
        with self._lock:
            return self._chain.size, self._head_line()

    def export_csv(self, stream: TextIO) -> None:
        """Write all entries with a header; times are UTC. No cell is a formula to a spreadsheet."""
        writer = csv.writer(stream)
        writer.writerow(("number", "time", "account", "event", "matter", "documents", "details", "remark"))
        for entry in self.entries():
            moment = datetime.datetime.fromtimestamp(entry.time, datetime.UTC).isoformat(timespec="seconds")
            details = "; ".join(f"{name}: {value}" for name, value in entry.details)
            writer.writerow([entry.number, *map(_cell, (
                moment, entry.who, entry.event, entry.matter, " ".join(entry.documents), details, entry.remark,
            ))])

    def close(self) -> None:
        """Put the head on the disk and forget the keys; a second call does nothing."""
        with self._lock:
            if self._head >= 0:
                with contextlib.suppress(OSError):  # it may lag; what is recorded is on the disk
                    os.fsync(self._head)
            for descriptor in (self._log, self._head):
                if descriptor >= 0:
                    os.close(descriptor)
            self._log = self._head = -1
            wipe(self._head_key)


def _sealed(line: bytes) -> tuple[int, bytes] | None:
    """Return the number and the sealed bytes of a line, None where it is no entry's."""
    found = _ENTRY_LINE.fullmatch(line)
    if not found:
        return None
    try:
        sealed = base64.b64decode(found[2], validate=True)
    except binascii.Error:
        return None
    # Base64 lets the last bits of a group be anything; only the line that was written is taken.
    if base64.b64encode(sealed) != found[2] or len(sealed) < _NONCE + _TAG or found[1].startswith(b"0"):
        return None
    return int(found[1]), sealed


def _read(number: int, data: bytes) -> AuditEntry:
    entry = json.loads(data)
    return AuditEntry(
        number, entry["time"], entry["who"], entry["event"], entry["matter"], tuple(entry["documents"]),
        tuple(entry["details"].items()),
    )


def _misfit(number: int, found: int | None) -> str:
    """The sentence for a line that is not the entry expected there."""
    rest = "What follows it cannot be vouched for."
    if found is None or found == number:
        return f"Entry {number} of the audit log was changed. {rest}"
    if found > number:
        missing = f"Entry {number} is" if found == number + 1 else f"The entries {number} to {found - 1} are"
        return f"{missing} missing from the middle of the audit log. {rest}"
    return f"Where entry {number} of the audit log should be, entry {found} was put. {rest}"


def _compared(chain: _Chain, known: tuple[int, bytes] | None, there: bool) -> str:
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


def _notes(chain: _Chain, known: tuple[int, bytes] | None) -> list[str]:
    """What a crash left in a log that is sound; nothing that calls for a warning."""
    notes = []
    if chain.torn:
        notes.append("The last line was cut off, as when the computer stops while writing it; it was removed.")
    if known is not None and chain.last > known[0] + 1:
        notes.append(f"{HEAD} was {chain.last - known[0]} entries behind the log, as after a power cut.")
    return notes


def _cell(text: str) -> str:
    text = text.encode("utf-8", "backslashreplace").decode()
    return "'" + text if text.lstrip(" ").startswith(_FORMULA) else text


def _span(seconds: float) -> str:
    for size, name in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            count = round(seconds / size)
            return f"{count} {name}{'' if count == 1 else 's'}"
    return f"{round(seconds)} seconds"


def _account() -> str:
    """The account's name by its number, as the environment's word for it can be set to anything."""
    try:
        if sys.platform == "win32":
            return os.getlogin()
        import pwd

        return pwd.getpwuid(os.getuid()).pw_name
    except (KeyError, OSError):
        with contextlib.suppress(OSError, KeyError):
            return getpass.getuser()
        return f"account {os.getuid()}" if hasattr(os, "getuid") else "unknown"


def _sync(descriptor: int) -> None:
    if hasattr(os, "fdatasync"):
        os.fdatasync(descriptor)
    else:
        os.fsync(descriptor)


@contextlib.contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in _NO_SPACE:
            raise DiskFull from error
        raise

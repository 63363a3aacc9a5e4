"""The log itself: opened, verified, written, read and handed over.

Owns the files in the vault's folder: `audit.log`, `audit.head` and the set-aside `audit-<n>.broken`, and the order in
which they are written. `audit.head` tells when entries are missing at the end. It is one short write in place after the
entry is on the disk. That write is not waited for, except at closing. A killed program therefore loses nothing of it,
but after a power cut the head may lag behind by what was recorded in the last seconds. So entries beyond the head are
taken where they are authentic, and somebody who has the disk after a power cut, or who kept a copy of an older head,
can cut the log back that far unnoticed by the log itself. So can whoever puts back an older log together with its head.
What finds these out is `knows`: the callers keep `head` in the encrypted database of each matter. Nobody can write an
entry, or change one, without the key; whoever has the key can write a new log.
"""

from __future__ import annotations

import contextlib
import datetime
import getpass
import json
import os
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TextIO

from app import table
from app.audit.chain import Chain, Cipher, begun, first_of
from app.audit.head import HEAD, Head, compared, notes
from app.counted import counted
from app.paths import telling, write_atomically
from app.types import AuditEntry
from app.vault.keys import subkey, wipe

LOG = "audit.log"
DAMAGED = "log damaged"
REPAIRED = "log repaired"
_STEADY = 1.0  # seconds that a clock may go back by being set right


class Audit:
    """An open log; usable from any thread. One process at a time: the vault's lock sees to that."""

    def __init__(self, folder: Path, cipher: Cipher, heads: Head) -> None:
        """For `open` alone."""
        self._folder = folder
        self._cipher = cipher
        self._heads = heads
        self._lock = threading.Lock()
        self._chain = Chain()
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
        audit = cls(folder, Cipher(entry_key), Head(subkey(key, "audit head")))
        wipe(entry_key)
        try:
            with telling():
                audit._begin()
        except BaseException:
            audit.close()
            raise
        return audit

    # Opening

    def _begin(self) -> None:
        log, head = self._folder / LOG, self._folder / HEAD
        known = self._heads.read(self._folder)
        chain = Chain()
        if log.exists():
            chain = self._cipher.follow(log)
        elif known is not None:
            said = f"it held {known[0]} entries" if known[0] else "it held no entry yet"
            chain.fault = f"The audit log ({LOG}) is missing; {said}."
        self._findings = [finding for finding in (chain.fault, compared(chain, known, head.exists())) if finding]
        remarks: list[str] = []
        if self._findings:
            self._start_anew(chain, known[0] if known else 0)
        elif not chain.start:
            self._make(begun(), [])
        else:
            remarks = notes(chain, known)
            self._chain = chain
        flags = os.O_RDWR | getattr(os, "O_BINARY", 0)
        self._log = os.open(log, flags)
        if chain.torn and not self._findings:
            os.ftruncate(self._log, chain.size)
        self._head = os.open(head, flags | os.O_CREAT, 0o600)
        self._write_head()
        for remark in remarks:
            self.record(REPAIRED, finding=remark)

    def _start_anew(self, broken: Chain, known: int) -> None:
        """Set the broken log aside and begin another, whose first entry says so."""
        aside = ""
        if (self._folder / LOG).exists():
            numbers = (number for number in range(1, sys.maxsize) if not self._aside(number).exists())
            aside = self._aside(next(numbers)).name
        chain = begun(max(known, broken.last) + 1)
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

    def _make(self, chain: Chain, entries: list[bytes], *, aside: str = "") -> None:
        lines = [chain.first_line]
        for entry in entries:
            line, tag = self._cipher.line(entry, chain)
            lines.append(line)
            chain.add(line, tag)
        draft = self._folder / f"{LOG}.new"
        write_atomically(draft, b"".join(lines))
        if aside:
            (self._folder / LOG).rename(self._folder / aside)
        draft.replace(self._folder / LOG)
        self._chain = chain
        write_atomically(self._folder / HEAD, self._heads.line(self._chain))

    # The head

    def _write_head(self) -> None:
        # Always the same length, shorter than a sector and in place: it needs no room on a full disk, and there is
        # no moment at which half of it is written.
        os.lseek(self._head, 0, os.SEEK_SET)
        os.write(self._head, self._heads.line(self._chain))

    # Writing

    def record(self, event: str, *, matter: str = "", documents: Sequence[str] = (), **details: str | int) -> None:
        """Add an entry; it is on the disk when this returns. `matter` and `documents` are ids, never names.

        Raises DiskFull, and the log is then as it was before.
        """
        with self._lock, telling():
            if self._log < 0:
                raise RuntimeError("the audit log is closed")
            if self._unclean:
                os.ftruncate(self._log, self._chain.size)
                self._unclean = False
            told = {name: str(value) for name, value in details.items()}
            line, tag = self._cipher.line(self._entry(event, matter, documents, told), self._chain)
            try:
                self._append(line)
            except BaseException:
                self._unclean = True
                with contextlib.suppress(OSError):  # else the next entry tries again, or the next opening does it
                    os.ftruncate(self._log, self._chain.size)
                raise
            self._chain.add(line, tag)
            self._write_head()

    def _entry(self, event: str, matter: str, documents: Sequence[str], details: dict[str, str]) -> bytes:
        entry = {
            "time": round(time.time(), 3), "who": self._who, "event": event, "matter": matter,
            "documents": list(documents), "details": details,
        }
        return json.dumps(entry, separators=(",", ":")).encode()

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
            first = first_of(stream)
            number, before = first or (number, before)
            while first and number <= last and (found := self._cipher.next(stream, number, before)):
                data, before = found
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
            return self._chain.size, self._heads.line(self._chain)

    def export_csv(self, stream: TextIO) -> None:
        """Write all entries with a header; times are UTC. No cell is a formula to a spreadsheet."""
        table.write(stream, ("number", "time", "account", "event", "matter", "documents", "details", "remark"), (
            (entry.number, datetime.datetime.fromtimestamp(entry.time, datetime.UTC).isoformat(timespec="seconds"),
             entry.who, entry.event, entry.matter, " ".join(entry.documents),
             "; ".join(f"{name}: {value}" for name, value in entry.details), entry.remark)
            for entry in self.entries()
        ))

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
            self._heads.wipe()


def _read(number: int, data: bytes) -> AuditEntry:
    entry = json.loads(data)
    return AuditEntry(
        number, entry["time"], entry["who"], entry["event"], entry["matter"], tuple(entry["documents"]),
        tuple(entry["details"].items()),
    )


def _span(seconds: float) -> str:
    for size, name in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            return counted(round(seconds / size), name)
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

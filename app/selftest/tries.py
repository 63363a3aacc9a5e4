"""What the process that asks tries by itself: sockets, ways around them, and Python's own network."""

from __future__ import annotations

import ctypes
import errno
import http.client
import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path

from app.seal import linux, namespace, others
from app.types import Refusal

ADDRESS, NAME = "198.51.100.1", "carrel.invalid"
SYSTEM, TRIPWIRE = "the operating system", "this program (a tripwire in Python)"

_NAMED = {
    2: "internet (AF_INET)", 10: "internet, version 6 (AF_INET6)", 16: "to the kernel (AF_NETLINK)",
    17: "raw packets (AF_PACKET)", 29: "vehicles (AF_CAN)", 30: "clusters (AF_TIPC)", 31: "Bluetooth (AF_BLUETOOTH)",
    38: "the kernel's cryptography (AF_ALG)", 40: "virtual machines (AF_VSOCK)", 44: "fast packets (AF_XDP)",
}  # fmt: skip
_TYPES = (1, 2, 3, 5)  # stream, datagram, raw, packets in sequence
_ANSWERED = (-2, -5)  # EAI_NONAME, EAI_NODATA: somebody looked, and there is no such name
_HELPERS = {
    "/run/systemd/resolve/io.systemd.Resolve": "systemd-resolved", "/run/nscd/socket": "nscd",
    "/run/avahi-daemon/socket": "Avahi",
}  # fmt: skip


def line(what: str, outcome: str, by: str, *, refused: bool, enforced: bool = sys.platform != "win32") -> Refusal:
    """Return the line for one try; where nothing could refuse it, that it was not refused is only told."""
    return Refusal(what, outcome, by if refused else "", True if refused else False if enforced else None)


def sockets() -> list[Refusal]:
    """Sockets of every family, made by the C library, past the tripwire."""
    if sys.platform == "darwin":
        is_open = others.connect_is_open()
        return [line("Use of an internet socket", "open" if is_open else "refused", SYSTEM, refused=not is_open)]
    if sys.platform != "linux":
        return [Refusal("Sockets past Python", "not refused: this system offers a program no way to", "", None)]
    machine = linux.machine()
    results = {family: _socket(machine, family) for family in linux.FAMILIES if family != linux.AF_UNIX}
    lines = [
        line(f"Socket: {name}", results[family], SYSTEM, refused=results[family] == "refused")
        for family, name in _NAMED.items()
    ]
    rest = {family: outcome for family, outcome in results.items() if family not in _NAMED}
    loose = sum(outcome != "refused" for outcome in rest.values())
    opened = sum(outcome == "open" for outcome in rest.values())
    what = f"Sockets: the other {len(rest)} families there are or may come"
    lines.append(line(what, f"{loose} not refused, {opened} open" if loose else "refused", SYSTEM, refused=not loose))
    local = "refused" if linux.refused(machine, linux.AF_UNIX) else "allowed: the window is shown through one"
    lines.append(Refusal("Socket: to other programs on this computer (AF_UNIX)", local, "", None))
    return lines


def _socket(machine: linux.Machine, family: int) -> str:
    """Try to make sockets of a family and close at once what came of it."""
    for kind in _TYPES:
        made = linux.libc().socket(family, kind, 0)
        if made >= 0:
            os.close(made)
            return "open"
    return "refused" if linux.refused(machine, family) else "not refused; this computer has none"


def ways_around() -> list[Refusal]:
    """What could do without a socket of one's own."""
    if sys.platform != "linux":
        return []
    machine = linux.machine()
    # With arguments that come to nothing where they are not refused.
    calls = [
        ("io_uring, which makes sockets without the call for it", linux.IO_URING[0], (1, 0), errno.ENOSYS),
        ("Taking a descriptor from another process", linux.PIDFD_GETFD, (-1, -1, 0), errno.EPERM),
        ("Controlling another process (ptrace)", machine.ptrace, (16, -1, 0, 0), errno.EPERM),
        ("Writing to another process's memory", machine.process_vm_writev, (os.getpid(), 0, 0, 0, 0, 0), errno.EPERM),
    ]
    lines = []
    for what, number, arguments, expected in calls:
        refused = linux.call(number, *arguments) == expected
        lines.append(line(what, "refused" if refused else "open", SYSTEM, refused=refused))
    whole = linux.in_force(linux.network_filter(machine))
    outcome = f"in force; filters on this process: {linux.status('Seccomp_filters')}" if whole else "not in force"
    lines.append(line("The filter of system calls is this program's own, whole", outcome, SYSTEM, refused=whole))
    what = "A network of its own with nothing in it"
    if namespace.isolated():
        return [*lines, Refusal(what, "yes", SYSTEM, holds=True)]
    return [*lines, Refusal(what, "no; start with --isolate to have one", "", None)]


def python() -> list[Refusal]:
    """Python's own network, and the C library's look-up of names, which libraries use."""

    def request() -> None:
        connection = http.client.HTTPConnection(ADDRESS, 80, timeout=1)
        try:
            connection.request("GET", "/")
        finally:
            connection.close()

    def datagram() -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sending:
            sending.sendto(b"carrel", (ADDRESS, 9))

    lines = [
        _attempt("HTTP by Python", request),
        _attempt("A datagram (UDP) by Python", datagram),
        _attempt("Name look-up by Python", lambda: socket.getaddrinfo(NAME, 80)) if _tripwire() else
        line("Name look-up by Python", "open: a question could be sent", "", refused=False),
    ]  # fmt: skip
    if sys.platform == "linux":
        lines.append(_lookup_by_libc())
    return lines


def _attempt(what: str, act: Callable[[], object]) -> Refusal:
    # The tripwire is there on every system, so this is judged on every system.
    try:
        act()
    except PermissionError as error:
        by = TRIPWIRE if "Carrel" in str(error) else SYSTEM
        return line(what, "refused", by, refused=True)
    except OSError as error:
        return line(what, f"not refused: {error.strerror or error}", "", refused=False, enforced=True)
    return line(what, "open", "", refused=False, enforced=True)


def _tripwire() -> bool:
    """Whether Python refuses to look names up; a name that is looked up in earnest can take very long."""
    try:
        socket.getnameinfo(("127.0.0.1", 0), socket.NI_NUMERICHOST | socket.NI_NUMERICSERV)
    except PermissionError:
        return True
    return False


def _lookup_by_libc() -> Refusal:
    what = "Name look-up by the C library"
    if not linux.refused(linux.machine(), socket.AF_INET):
        return line(what, "open: a question could be sent", "", refused=False)
    answer = ctypes.c_void_p()
    code = linux.libc().getaddrinfo(NAME.encode(), b"80", None, ctypes.byref(answer))
    helpers = ", ".join(name for path, name in _HELPERS.items() if Path(path).exists())
    if code == 0 or (code in _ANSWERED and helpers):
        # The service that looks names up for all programs here is asked over a local socket.
        return Refusal(what, f"answered, which only a helper on this computer can have done ({helpers})", "", None)
    return line(what, "refused: it gets no socket to ask with", SYSTEM, refused=True)

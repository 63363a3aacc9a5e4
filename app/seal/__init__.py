"""Shuts a process off from the network by the operating system, and confines what it can reach besides.

The first act of every process, so this imports the standard library and app.errors only. It knows
nothing of what the process will do. Each kind of process gives up more:

    desk      sockets that are not local, io_uring, looking into other processes; others may not look into it
    engine    as well: local sockets and other programs; once it knows its model, every file but that (Landlock)
    vectors   as an engine, with its working folder in place of the model
    reader    as well: everything but to compute and to answer
    ocr       as a reader

What it does not stop: descriptors opened before, helpers that the desk reaches over a local socket (D-Bus,
name services), and malware that runs as the same user outside of it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from app.errors import SealError
from app.seal import landlock, linux, namespace, others, tripwire

KINDS = ("desk", "reader", "ocr", "engine", "vectors")
_ALONE = ("reader", "ocr", "engine", "vectors")  # talk to the desk over their pipes and to nobody else


def shut(kind: str) -> None:
    """Shut this process and all that it starts off from the network; cannot be undone.

    `kind` is one of KINDS. What is in force already, from before an exec, is not put on again. Raises
    SealError where the system has a way and it could not be set.
    """
    if kind not in KINDS:
        raise ValueError(f"no such kind of process: {kind}")
    os.umask(0o077)
    _no_core_dumps()
    if sys.platform == "linux":
        machine = linux.machine()
        linux.not_dumpable()
        linux.no_new_privileges()
        linux.put_on(machine, linux.network_filter(machine))
        if kind in _ALONE:
            linux.put_on(machine, linux.alone_filter(machine))
    elif sys.platform == "darwin":
        others.no_network_on_macos()
        others.no_debugger_on_macos()
    elif sys.platform == "win32":
        # There is no network that a process could refuse itself; report() says so.
        others.no_error_reports_on_windows()
    tripwire.set_up()


def isolate() -> None:
    """Before `shut`: move into a network with nothing in it; see app.seal.namespace. Raises SealError."""
    namespace.isolate()


def confine(*, readable: Sequence[Path] = (), writable: Sequence[Path] = ()) -> bool:
    """Let this process open nothing but the program's own files and these from now on; cannot be undone.

    For engines and vectors, when they know their paths and before they start a thread or open anything
    there. Folders are meant with all that is in them; `writable` ones can be read, too, and the first is
    where temporary files go. Returns whether the system enforces it: Linux from 5.13 on does, where Landlock
    is not switched off, and nothing else has a way. Raises SealError where it has one and it failed.
    """
    if sys.platform != "linux" or not landlock.version():
        return False
    import tempfile  # no other kind of process needs it to begin with

    landlock.confine(readable, writable)
    # Libraries ask for a place for temporary files when they are imported, and write one to try it. Where nothing
    # can be written they are shown a folder that is there and get their refusal when they try to use it.
    place = str(writable[0] if writable else Path(__file__).parent)
    tempfile.tempdir = place
    os.environ.update(TMPDIR=place, SQLITE_TMPDIR=place, TORCHINDUCTOR_CACHE_DIR=place)
    return True


def cage_reader(memory: int = 1 << 30, cpu: int = 1200) -> None:
    """Leave this process nothing but to compute, to read and write open pipes, and to end; cannot be undone.

    `memory` is the address space in bytes, `cpu` the seconds of processor time until it is killed.
    Whatever is to be imported or opened must have been before. Raises SealError on Linux where it
    could not be set. Elsewhere resource limits are all there is, and none on Windows, where the
    parent's clock is the only bound.
    """
    _limit_resources(memory, cpu)
    if sys.platform == "linux":
        machine = linux.machine()
        linux.put_on(machine, linux.reading_filter(machine))


def require() -> None:
    """Raise SealError where this process is not shut off as its system can do it; found out by trying, in no time.

    Linux: the filter is in force, and the system refuses sockets of every family but the local one; the tries make
    no socket even where they are not refused. macOS: an internet socket cannot be used. Windows: has nothing to ask.
    """
    if sys.platform == "linux":
        machine = linux.machine()
        if not linux.in_force(linux.network_filter(machine)):
            raise SealError(reason="its filter of system calls is not in force")
        if families := linux.open_families(machine):
            raise SealError(reason=f"the system does not refuse sockets of the kinds {families}")
    elif sys.platform == "darwin" and others.connect_is_open():
        raise SealError(reason="macOS does not refuse it the network")


def report() -> dict[str, str]:
    """Return what is enforced here, found out by trying: "network", "system calls", "core dumps" in plain words."""
    found = {"network": _network(), "system calls": "not filtered", "core dumps": "unknown"}
    if sys.platform == "linux" and linux.status("Seccomp") == "2":
        found["system calls"] = "filtered"
    if sys.platform != "win32":
        import resource

        found["core dumps"] = "off" if resource.getrlimit(resource.RLIMIT_CORE)[0] == 0 else "on"
    return found


def _network() -> str:
    words = "open: this system offers a program no way to refuse it to itself"
    if sys.platform == "linux":
        families = linux.open_families(linux.machine())
        words = f"open for {len(families)} kinds of sockets" if families else "refused by the system"
    elif sys.platform == "darwin":
        words = "open" if others.connect_is_open() else "refused by the system"
    return words


def _no_core_dumps() -> None:
    if sys.platform == "win32":
        return
    import resource

    try:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (OSError, ValueError) as error:
        raise SealError(reason=f"core dumps could not be switched off: {error}") from error


def _limit_resources(memory: int, cpu: int) -> None:
    if sys.platform == "win32":
        return
    import resource

    limits = [
        (resource.RLIMIT_CPU, cpu),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, 0),  # open ones stay open
        (resource.RLIMIT_AS, memory),
    ]
    if sys.platform != "linux":  # counts threads there, and the filter refuses processes
        limits.append((resource.RLIMIT_NPROC, 0))
    for what, most in limits:
        _, hard = resource.getrlimit(what)
        allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
        try:
            resource.setrlimit(what, (allowed, allowed))
        except (OSError, ValueError) as error:
            if sys.platform == "linux":
                raise SealError(reason=f"a resource limit was refused: {error}") from error
            # macOS knows RLIMIT_AS by name only.

"""Linux: an own network with nothing in it, for who asks for that on top: `carrel --isolate`.

In such a network there is no interface, not even to this computer itself, so also a socket that the filter
should have refused would lead nowhere. Needs the right to make user namespaces, which some systems forbid.
Local sockets by path, so the window system and D-Bus, are reached as before; those without one are not.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
import sys
from pathlib import Path

from app.errors import SealError

_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
_CAPSET = {"x86_64": 126, "aarch64": 91}
_CAPABILITY_VERSION = 0x20080522


def isolated() -> bool:
    """Whether this process is in a network without any interface that could carry something."""
    if sys.platform != "linux":
        return False
    lines = Path("/proc/self/net/dev").read_text(encoding="ascii").splitlines()[2:]
    interfaces = {line.partition(":")[0].strip() for line in lines}
    # The interface to oneself is there, but has no address as long as it is down.
    return interfaces <= {"lo"} and "host LOCAL" not in Path("/proc/self/net/fib_trie").read_text(encoding="ascii")


def isolate() -> None:
    """Move this process, and all that it starts, into an own network with nothing in it; the account stays itself.

    To be called before there is a second thread. Where it is already so, nothing happens. Raises SealError.
    """
    if sys.platform != "linux":
        raise SealError(reason="only Linux can give a program a network of its own, as --isolate asks")
    if isolated():
        return
    account, group = os.geteuid(), os.getegid()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_CLONE_NEWNET) != 0:  # what the system's administrator may do without more
        if libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) != 0:
            raise SealError(reason=_why(ctypes.get_errno()))
        try:
            # The kernel wants this first from who has no rights outside.
            Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
            Path("/proc/self/gid_map").write_text(f"{group} {group} 1", encoding="ascii")
            Path("/proc/self/uid_map").write_text(f"{account} {account} 1", encoding="ascii")
        except OSError as error:
            raise SealError(reason=_why(error.errno or 0)) from error
        _give_up_rights(libc)
    if not isolated():
        raise SealError(reason="the network of its own that --isolate asks for is not empty")


def _give_up_rights(libc: ctypes.CDLL) -> None:
    """Whoever makes a user namespace is its administrator; nothing here needs to be."""
    number = _CAPSET.get(os.uname().machine)
    header, nothing = struct.pack("<Ii", _CAPABILITY_VERSION, 0), bytes(24)
    if number is None or libc.syscall(ctypes.c_long(number), header, nothing) != 0:
        raise SealError(reason="the rights over the network of its own could not be given up")


def _why(error: int) -> str:
    if error in (errno.EPERM, errno.EACCES, errno.ENOSPC, errno.ENOSYS):
        return ("this system does not let a program have a network of its own, as --isolate asks; "
                "without --isolate Carrel starts and is shut off by its filter")
    return f"the system refused a network of its own: {os.strerror(error)}"

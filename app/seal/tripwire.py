"""A tripwire: Python code that asks for the network gets a plain refusal, on every system.

It is no wall. Python tells a hook only of what is done through Python: the C library by ctypes, Qt, a
library's own native code and other programs go past it unseen. Where the system refuses (Linux, macOS) it
only says earlier and better what would be refused anyway; on Windows it is what this program can do itself.
"""

from __future__ import annotations

import errno
import sys
from types import CodeType

_LOCAL = 1  # AF_UNIX, the same number everywhere
_UNNAMED = -1  # a socket made of a descriptor that there is already
_LOOKUPS = ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo")
_ADDRESSED = ("socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg")
_LOOPBACK = ("127.0.0.1", "::1")
_DEPTH = 4  # frames between a call in socketpair and the hook

_state = {"set": False}


def set_up() -> None:
    """Set the tripwire for the rest of this process's life; more than once is once."""
    if not _state["set"]:
        _state["set"] = True
        sys.addaudithook(_watch)


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    if not event.startswith("socket."):  # the hook is told of every import and every file, too
        return
    if event == "socket.__new__":
        refused = arguments[1] not in (_LOCAL, _UNNAMED) and not _pairing()
    elif event in _ADDRESSED:
        address = arguments[1]
        refused = not (address is None or isinstance(address, str | bytes | bytearray))
        if refused and isinstance(address, tuple) and address[:1] and address[0] in _LOOPBACK:
            refused = not _pairing()
    else:
        refused = event in _LOOKUPS
    if refused:
        raise PermissionError(errno.EPERM, "Carrel is shut off from the network, and something in it asked for it")


def _pairing() -> bool:
    """Whether this is socket.socketpair, which Windows lacks and Python makes of a connection to itself."""
    socket = sys.modules.get("socket")
    if socket is None:
        return False
    home = socket.socket.__init__.__code__.co_filename
    frame = sys._getframe(2)  # noqa: SLF001 (the documented way to ask who called)
    for _ in range(_DEPTH):
        code: CodeType = frame.f_code
        if code.co_name in ("socketpair", "_fallback_socketpair") and code.co_filename == home:
            return True
        if frame.f_back is None:
            return False
        frame = frame.f_back
    return False

"""What strace saw of a run: addresses, name lookups, files opened, programs started.

strace stops a system call before the seal's filter sees it, so that also what was refused is written down.
"""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

from tests.privacy.program import Program

# A socket call with its family, and the calls that name an address of another family.
_FAMILY = re.compile(r"\bsocket(?:pair)?\((\w+)")
_ADDRESS = re.compile(r"\b(?:connect|bind|sendto|sendmsg|sendmmsg)\(.*?sa_family=(\w+)")
_OPENED = re.compile(r'\b(?:open|openat|openat2|creat)\((?:\w+(?:<[^>]*>)?, )?"((?:[^"\\]|\\.)*)"')
_STARTED = re.compile(r'\b(?:execve|execveat)\((?:\w+, )?"((?:[^"\\]|\\.)*)"')
_LOCAL = re.compile(r'\bconnect\(.*?sun_path=(@?"[^"]*")')
_NUMBER = re.compile(r"^(\d+) +")
_CUT = " <unfinished ...>"
_RESUMED = re.compile(r"^<\.\.\. \w+ resumed>")

# How the program tries its own lock before it opens a library: with a type that no socket has, so that
# none would come of it even if nothing refused it.
OWN_TRY = re.compile(r"socket\(.*?, 0x10 /\* SOCK_\?\?\? \*/, .*\) += -1 EPERM ")

# What is read to find the address of a name. Not nsswitch.conf, which is read for the account's name as well.
_OF_LOOKUPS = ("/etc/resolv.conf", "/etc/hosts", "/etc/host.conf", "/etc/gai.conf", "/run/systemd/resolve")
# Local sockets to which a connection may be tried: the account's name, the screen, the session's own bus.
_LOCAL_FINE = re.compile(r'@?"/?(?:var/)?(?:run/nscd/socket|tmp/\.X11-unix/X\d+|run/dbus/system_bus_socket)"')


class Trace:
    """One run's system calls, a line each."""

    def __init__(self, path: Path) -> None:
        self.lines = _whole(path.read_text(encoding="utf-8", errors="replace").splitlines())

    def foreign(self) -> list[str]:
        """Return the calls that reach, or try to reach, beyond this computer's own processes.

        The program's tries of its own lock are not among them.
        """
        found = []
        for line in self.lines:
            families = _FAMILY.findall(line) + _ADDRESS.findall(line)
            if any(family not in ("AF_UNIX", "AF_LOCAL") for family in families) and not OWN_TRY.search(line):
                found.append(line)
        return found

    def own_tries(self) -> list[str]:
        """Return the program's tries of its own lock."""
        return [line for line in self.lines if OWN_TRY.search(line)]

    def lookups(self) -> list[str]:
        """Return the calls that look a name up: files that say where to ask, and helpers that would."""
        opened = [path for path in self.opened() if path.startswith(_OF_LOOKUPS)]
        return opened + [path for path in self.local() if not _LOCAL_FINE.fullmatch(path)]

    def local(self) -> list[str]:
        """Return the local sockets that were connected to, or tried."""
        return [path for line in self.lines for path in _LOCAL.findall(line)]

    def opened(self) -> list[str]:
        """Return every path that was opened, or tried."""
        return [path for line in self.lines for path in _OPENED.findall(line)]

    def started(self) -> set[str]:
        """Return every program that was started, or tried."""
        return {path for line in self.lines for path in _STARTED.findall(line)}


def traced(folder: Path, environment: dict[str, str] | None = None, **more: tuple[str, ...]) -> tuple[Program, Path]:
    """Return a program that runs under strace, and the file with what strace saw of its last run."""
    strace = shutil.which("strace")
    assert strace, "strace is needed: apt-get install strace"
    trace = folder / "trace"
    calls = "trace=%network,?open,openat,?openat2,?creat,execve,execveat"
    before = (strace, "-f", "-qq", "-A", "-s", "400", "-e", calls, "-e", "signal=none", "-o", str(trace))
    return Program(folder / "run", environment or {}, before, **more), trace


def own_programs() -> set[str]:
    """Return what the program may start: itself."""
    return {sys.executable, str(Path(sys.executable).resolve())}


def _whole(lines: list[str]) -> list[str]:
    """Put together the calls that another thread's call came in between."""
    found: list[str] = []
    begun: dict[str, str] = {}
    for line in lines:
        number = _NUMBER.match(line)
        who, rest = (number[1], line[number.end() :]) if number else ("", line)
        if rest.endswith(_CUT):
            begun[who] = rest.removesuffix(_CUT)
        elif resumed := _RESUMED.match(rest):
            found.append(begun.pop(who, "") + rest[resumed.end() :])
        else:
            found.append(rest)
    return found + list(begun.values())

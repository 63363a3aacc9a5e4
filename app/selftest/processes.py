"""What programs that this one starts can reach, and what each other kind of its processes can."""

from __future__ import annotations

import errno
import json
import mmap
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from app import seal
from app.seal import landlock, linux
from app.selftest.tries import ADDRESS, SYSTEM, line
from app.types import Refusal

_SECONDS = 3.0  # for any process that is started; they run side by side
_ROOT = Path(__file__).resolve().parents[2]
_KEPT = ("SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
_MEMORY = 1 << 30  # of a reader
_CAGED = ("reader", "ocr")
_KINDS = {
    "reader": "A reader", "ocr": "The process that reads pictures", "engine": "An engine",
    "vectors": "The index's process",
}  # fmt: skip

_CODE = f"""
import errno, socket
def attempt(act):
    try: act()
    except OSError as error: return errno.errorcode.get(error.errno or 0, "no answer")
    return "open"
def reach():
    with socket.create_connection(("{ADDRESS}", 80), 1): pass
print(attempt(lambda: socket.socket().close()), attempt(reach), sep=",")
"""


@dataclass(frozen=True, slots=True)
class Started:
    """A process at work, and how its end is turned into lines."""

    process: subprocess.Popen[str]
    read: Callable[[int | None, str], list[Refusal]]  # exit code, None where it had to be ended; output

    def lines(self) -> list[Refusal]:
        """Wait for it, but not for long, and return what it found."""
        try:
            output, _ = self.process.communicate(timeout=_SECONDS)
        except subprocess.TimeoutExpired:
            self.end()
            return self.read(None, "")
        return self.read(self.process.returncode, output)

    def end(self) -> None:
        """End it and leave nothing of it."""
        self.process.kill()
        self.process.communicate()


def start_programs() -> list[Started]:
    """Start what can speak HTTP and is there: a Python that knows nothing of this program, curl, wget."""
    found = []
    if not getattr(sys, "frozen", False):  # a packed program has no Python to start
        found.append(Started(_start([sys.executable, "-I", "-S", "-c", _CODE]), _of_python))
    seconds, url = "1", f"http://{ADDRESS}/"
    if curl := shutil.which("curl"):
        command = [curl, "-q", "--silent", "--max-time", seconds, "--noproxy", "*", "--output", os.devnull, url]
        found.append(Started(_start(command), lambda code, _: _of_program("curl, started by it", code)))
    if wget := shutil.which("wget"):
        command = [wget, "--no-config", "--quiet", "--no-proxy", "--timeout", seconds, "--tries", "1",
                   "-O", os.devnull, url]  # fmt: skip
        found.append(Started(_start(command), lambda code, _: _of_program("wget, started by it", code)))
    return found


def start_children(folder: Path) -> list[Started]:
    """Start one process of each other kind, which shuts itself as ever and then tries; `folder` is for their files."""
    (folder / "inside").mkdir()
    (folder / "outside").mkdir()
    (folder / "outside" / "letter.txt").write_text("a file of the user's", encoding="utf-8")
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    environment = {**kept, "PYTHONPATH": str(_ROOT), "PYTHONUTF8": "1"}
    packed = getattr(sys, "frozen", False)
    start = [sys.executable] if packed else [sys.executable, "-P", "-s", "-B", "-m", "app"]
    return [
        Started(
            _start([*start, kind, "selftest", str(folder)], environment),
            lambda code, output, name=name: _of_child(name, code, output),  # type: ignore[misc]
        )
        for kind, name in _KINDS.items()
    ]


def child(kind: str, folder: Path) -> int:
    """Be a process of a kind that has just shut itself: give up the rest as the kind does, try, and print.

    `folder` holds "inside", which stands for a model or a working folder, and "outside" for what is the user's.
    """
    inside, outside = folder / "inside", folder / "outside"
    home, letter = Path.home(), outside / "letter.txt"
    letter.read_bytes()  # so far it can
    if kind in _CAGED:
        seal.cage_reader(memory=_MEMORY)
        files = sys.platform == "linux"
    elif kind == "engine":
        files = seal.confine(readable=[inside])
    else:
        files = seal.confine(writable=[inside])
    system = sys.platform == "linux"
    found = [
        ("reads a file of the user's", _tried(lambda: os.close(os.open(letter, os.O_RDONLY))), files),
        ("lists the home folder", _tried(lambda: list(home.iterdir())), files),
        ("writes a file", _tried(lambda: os.close(os.open(outside / kind, os.O_WRONLY | os.O_CREAT))), files),
        ("starts a program", _tried(_become_another), system),
        ("makes a socket, be it a local one", _tried(_local_socket), system),
    ]
    if kind in _CAGED:
        found += [
            ("takes more than 1 GB of memory", _tried(lambda: mmap.mmap(-1, _MEMORY)), system),
            ("starts a process", _tried(_fork), system),
            ("reads a file of the program's own", _tried(lambda: os.close(os.open(__file__, os.O_RDONLY))), system),
        ]
    os.write(1, json.dumps(found).encode())
    return 0


def _tried(act: Callable[[], object]) -> str:
    try:
        act()
    except OSError as error:
        if error.errno in (errno.EPERM, errno.EACCES, errno.ENOMEM):
            return "refused"
        return f"not refused ({errno.errorcode.get(error.errno or 0, 'unknown')})"
    return "open"


def _local_socket() -> None:
    if sys.platform == "linux" and linux.refused(linux.machine(), linux.AF_UNIX):
        raise PermissionError(errno.EPERM, "refused")
    socket.socketpair()[0].close()


def _become_another() -> None:
    os.execv("/carrel/none", ["none"])  # noqa: S606 (there is no such program, so that none takes our place)


def _fork() -> None:
    if hasattr(os, "fork") and os.fork() == 0:
        os._exit(0)


def _of_child(name: str, code: int | None, output: str) -> list[Refusal]:
    try:
        found = [(str(what), str(outcome), bool(enforced)) for what, outcome, enforced in json.loads(output)]
    except ValueError:
        return [Refusal(f"{name} tells of itself", f"it ended with {code} and told nothing", "", holds=False)]
    return [
        line(f"{name} {what}", outcome if outcome == "refused" or enforced else f"{outcome}; {_unable()}", SYSTEM,
             refused=outcome == "refused", enforced=enforced)
        for what, outcome, enforced in found
    ]  # fmt: skip


def _unable() -> str:
    if sys.platform == "linux" and not landlock.version():
        return "this kernel has no Landlock"
    return "this system has no way to refuse it here"


def _start(command: list[str], environment: dict[str, str] | None = None) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment,
        text=True, encoding="utf-8", errors="replace", creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )  # fmt: skip


def _of_python(code: int | None, output: str) -> list[Refusal]:
    what = "HTTP by a Python that it starts"
    words = output.strip().split(",")
    if len(words) != 2:
        return [line(what, f"not told: it ended with {code}", "", refused=False)]
    # MacOS lets a socket be made and refuses its use.
    refused = all(word in ("EPERM", "EACCES") for word in words[1 if sys.platform == "darwin" else 0 :])
    return [line(what, "refused" if refused else f"not refused ({', '.join(words)})", SYSTEM, refused=refused)]


def _of_program(what: str, code: int | None) -> list[Refusal]:
    if code in (0, None):
        return [line(what, "open" if code == 0 else "open: it went on waiting for an answer", "", refused=False)]
    # Its code says that nothing was reached, and not why: where it got no socket, that is why.
    if sys.platform == "linux" and linux.refused(linux.machine(), socket.AF_INET):
        return [line(what, f"reached nothing: it got no socket (it ended with {code})", SYSTEM, refused=True)]
    return [line(what, f"not refused; it reached nothing (it ended with {code})", "", refused=False)]

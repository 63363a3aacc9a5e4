"""Runs code in a process of its own, because the seal cannot be taken off again."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
linux = pytest.mark.skipif(sys.platform != "linux", reason="this is how Linux is sealed")

TRY = """
import ctypes, errno, json, mmap, os, resource, signal, socket, subprocess, sys, threading
from pathlib import Path
from app import seal
found = {}
def attempt(name, act):
    try:
        found[name] = f"ok {act()}"
    except BaseException as error:
        code = getattr(error, "errno", None)
        found[name] = errno.errorcode.get(code, type(error).__name__) if code else type(error).__name__
libc = ctypes.CDLL(None, use_errno=True)
def call(number, *arguments):
    if libc.syscall(number, *arguments) == -1:
        raise OSError(ctypes.get_errno(), "refused")
def plain_socket(family, kind=socket.SOCK_DGRAM):
    # By the C library: Python's own sockets would be refused by the tripwire before the system is asked.
    done = libc.socket(family, kind, 0)
    if done == -1:
        raise OSError(ctypes.get_errno(), "refused")
    os.close(done)
"""


def script(code: str) -> str:
    """Return a program that runs `code` and prints what it put into `found`."""
    return TRY + textwrap.dedent(code) + "\nsys.stdout.write(json.dumps(found)); sys.stdout.flush()"


def tried(code: str, **how: Any) -> dict[str, str]:
    """Run `code` in a fresh process and return what it put into `found`; `how` is for subprocess."""
    done = subprocess.run(
        [sys.executable, "-c", script(code)], capture_output=True, text=True, timeout=60, **{"cwd": ROOT, **how}
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert isinstance(found, dict)
    return found

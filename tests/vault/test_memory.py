"""Where keys are in memory while a vault is open, and what is left of them when it is closed.

Seen from inside by reading every page of the process. Each runs in a process of its own, which holds the key that
is looked for only in a masked form, so as not to find itself.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.vault.cheap import make

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads memory by Linux's own means")

LOOK = """
import ctypes, gc, json, os, re, resource, sys
from pathlib import Path

MASK = 0x5A

def masked(secret):
    return bytearray(byte ^ MASK for byte in secret)

def copies(hidden):
    '''Where the bytes that `hidden` masks lie, by the first eight of them and then the rest.'''
    found = []
    window = ctypes.create_string_buffer(1 << 20)
    own = ctypes.addressof(window)
    needle = ctypes.create_string_buffer(len(hidden))
    here = ctypes.addressof(needle)
    with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", buffering=0) as memory:
        for line in maps.read().splitlines():
            span, rights = line.split()[:2]
            first, last = (int(end, 16) for end in span.split("-"))
            if "rw" not in rights or "[vvar" in line:
                continue
            for start in range(first, last, (1 << 20) - 64):
                size = min(1 << 20, last - start)
                try:
                    memory.seek(start)
                    got = memory.readinto(memoryview(window)[:size])
                except (OSError, ValueError):
                    break
                for i in range(len(hidden)):
                    needle[i] = hidden[i] ^ MASK
                at = LIBC.memmem(window, got, needle, len(hidden))
                base = ctypes.addressof(window)
                while at:
                    place = start + at - base
                    if not (here <= place < here + len(hidden) or own <= place < own + (1 << 20)):
                        found.append(place)
                    at = LIBC.memmem(at + 1, base + got - at - 1, needle, len(hidden))
                ctypes.memset(needle, 0, len(hidden))
                ctypes.memset(window, 0, size)
    return sorted(set(found))

LIBC = ctypes.CDLL(None)
LIBC.memmem.restype = ctypes.c_void_p
LIBC.memmem.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_void_p, ctypes.c_size_t]

def flags(place):
    inside, found = False, None
    for line in Path("/proc/self/smaps").read_text().splitlines():
        span = re.match(r"([0-9a-f]+)-([0-9a-f]+) ", line)
        if span:
            inside = int(span[1], 16) <= place < int(span[2], 16)
        elif inside and line.startswith("VmFlags:"):
            found = line.split()[1:]
    return found

from app.vault.vault import Vault
from app.vault import keys
folder = Path(sys.argv[1])
"""


def run(folder: Path, script: str) -> dict[str, Any]:
    done = subprocess.run([sys.executable, "-c", LOOK + script, str(folder)], cwd=ROOT, capture_output=True, text=True,
                          check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def test_the_search_finds_a_key_that_was_not_wiped(tmp_path: Path) -> None:
    told = run(tmp_path, """
kept = bytes(os.urandom(32))
hidden = masked(kept)
before = len(copies(hidden))
wiped = bytearray(kept)
del kept
both = len(copies(hidden))
keys.wipe(wiped)
print(json.dumps({"before": before, "wiped": len(copies(hidden)), "both": both}))
""")
    assert told["before"] == 1
    assert told["both"] >= 1
    assert told["wiped"] <= told["both"] - 1 or told["both"] == 1


def test_the_master_key_is_once_in_memory_while_the_vault_is_open_and_not_after(tmp_path: Path) -> None:
    make(tmp_path)
    told = run(tmp_path, """
from tests.vault.cheap import SECRET
with Vault.open(folder, bytearray(SECRET)) as vault:
    hidden = masked(vault._master)
    opened = len(copies(hidden))
    vault.create_matter("A")
    vault.change_passphrase(bytearray(b"new"))
    vault.new_recovery_key()
    keys.wipe(vault.key("audit"))
    used = len(copies(hidden))
gc.collect()
print(json.dumps({"opened": opened, "used": used, "closed": len(copies(hidden))}))
""")
    assert told == {"opened": 1, "used": 1, "closed": 0}


def test_what_is_left_of_a_matter_key(tmp_path: Path) -> None:
    """A key that was given to AES-GCM leaves a copy in the library below, until its memory is used again."""
    make(tmp_path)
    told = run(tmp_path, """
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from tests.vault.cheap import SECRET
with Vault.open(folder, bytearray(SECRET)) as vault:
    key = vault.matter_key(vault.matters()[0].id)
    hidden = masked(key)
    held = len(copies(hidden))
    keys.wipe(key)
    wiped = len(copies(hidden))
    key = keys.random_key()
    hidden = masked(key)
    AESGCM(key).encrypt(bytes(12), b"", b"")
    keys.wipe(key)
    gc.collect()
    left = len(copies(hidden))
print(json.dumps({"held": held, "wiped": wiped, "left": left}))
""")
    assert told["held"] == 1
    assert told["wiped"] == 0
    assert told["left"] <= 1


def test_the_pages_of_keys_are_locked_and_kept_out_of_dumps(tmp_path: Path) -> None:
    make(tmp_path)
    told = run(tmp_path, """
from tests.vault.cheap import SECRET
limit = resource.getrlimit(resource.RLIMIT_MEMLOCK)[0]
with Vault.open(folder, bytearray(SECRET)) as vault:
    place = ctypes.addressof((ctypes.c_char * 32).from_buffer(vault._master))
    print(json.dumps({"flags": flags(place), "limit": limit, "uid": os.getuid()}))
""")
    if told["limit"] == 0 and told["uid"]:
        pytest.skip("this account may lock no memory")
    assert "lo" in told["flags"]
    assert "dd" in told["flags"]

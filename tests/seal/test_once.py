"""The seal over the life of a program that becomes itself anew: put on once, told whole, and required."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from app import seal
from app.seal import linux as system
from tests.seal.tried import ROOT, linux, script, tried

AGAIN = """
import os, sys
sys.path.insert(0, sys.argv[1])
from app import seal
from app.seal import linux
kind, left = sys.argv[2], int(sys.argv[3])
seal.shut(kind)
if kind == "desk":
    seal.require()
counted = sys.argv[4] + linux.status("Seccomp_filters") + " "
if left:
    code = sys.argv[5]
    os.execv(sys.executable, [sys.executable, "-S", "-c", code, sys.argv[1], kind, str(left - 1), counted, code])
print(counted)
"""


@linux
def test_a_desk_that_becomes_itself_sixty_times_has_one_filter() -> None:
    start = [sys.executable, "-S", "-c", AGAIN, str(ROOT), "desk", "60", "", AGAIN]
    done = subprocess.run(start, capture_output=True, text=True, timeout=120, check=True)
    counts = [int(count) for count in done.stdout.split()]
    before = int(system.status("Seccomp_filters"))
    assert counts == [before + 1] * 61


@linux
def test_without_looking_they_would_add_up() -> None:
    """The test above could not fail otherwise."""
    blind = AGAIN.replace("    seal.require()", "    pass")
    blind = blind.replace("kind, left =", "linux.in_force = lambda _: False\nkind, left =")
    start = [sys.executable, "-S", "-c", blind, str(ROOT), "desk", "5", "", blind]
    done = subprocess.run(start, capture_output=True, text=True, timeout=60, check=True)
    counts = [int(count) for count in done.stdout.split()]
    assert counts == list(range(counts[0], counts[0] + 6))


@linux
def test_a_child_of_the_desk_adds_only_what_is_its_own() -> None:
    found = tried("""
        from app.seal import linux
        before = int(linux.status("Seccomp_filters"))
        for kind in ("desk", "desk", "engine", "engine", "vectors", "desk"):
            seal.shut(kind)
            found[kind] = str(int(linux.status("Seccomp_filters")) - before)
    """)
    assert found == {"desk": "2", "engine": "2", "vectors": "2"}


@linux
def test_another_filter_is_not_taken_for_its_own() -> None:
    """Containers put every process under one, so that "Seccomp: 2" says nothing."""
    found = tried("""
        from app.seal import linux
        machine = linux.machine()
        other = linux._filter(machine, linux._rule(machine.ptrace, [linux._return(linux._ERRNO | 1)]), linux._ALLOW)
        linux.put_on(machine, other)
        found["seccomp"] = linux.status("Seccomp")
        attempt("required", seal.require)
        attempt("open", lambda: plain_socket(socket.AF_INET))
        seal.shut("desk")
        attempt("required then", seal.require)
        attempt("then", lambda: plain_socket(socket.AF_INET))
    """)
    assert found == {"seccomp": "2", "required": "SealError", "open": "ok None", "required then": "ok None",
                     "then": "EPERM"}  # fmt: skip


@linux
def test_nothing_is_opened_where_the_seal_does_not_hold() -> None:
    found = tried("""
        from app.seal import linux
        attempt("not shut", seal.require)
        # One family less refused, and the sign of the whole filter: the tries are what tells.
        machine = linux.machine()
        sign = linux.network_filter(machine).sign
        loose = linux._filter(machine, [], linux._ALLOW)
        code = loose.code.replace(loose.sign.to_bytes(4, "little"), sign.to_bytes(4, "little"))
        linux.put_on(machine, linux.Filter(code, loose.sign))
        attempt("in force", lambda: linux.in_force(linux.network_filter(machine)))
        attempt("a sign and nothing behind it", seal.require)
    """)
    assert found == {"not shut": "SealError", "in force": "ok True", "a sign and nothing behind it": "SealError"}


@linux
def test_to_require_it_is_refused_before_and_makes_no_socket() -> None:
    found = tried("""
        attempt("descriptor", lambda: os.close(os.open(os.devnull, os.O_RDONLY)))
        try: seal.require()
        except seal.SealError as error: found["says"] = str(error)
        seal.shut("desk")
        before = os.listdir("/proc/self/fd")
        seal.require()
        found["descriptors"] = str(os.listdir("/proc/self/fd") == before)
    """)
    assert "not in force" in found["says"]
    assert found["descriptors"] == "True"


@linux
def test_a_vault_is_not_opened_by_a_process_that_is_not_shut(tmp_path: Path) -> None:
    code = script(f"""
        from app.session import Session
        from app.errors import SealError, NoLibrary
        for name, shut in (("open", False), ("shut", True)):
            if shut: seal.shut("desk")
            try: Session.open(Path({str(tmp_path)!r}), bytearray(b"a passphrase"))
            except (SealError, NoLibrary) as error: found[name] = type(error).__name__
    """)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, cwd=ROOT)
    assert done.stdout == '{"open": "SealError", "shut": "NoLibrary"}', done.stderr


# What others see of it


@linux
@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="becomes two other accounts")
@pytest.mark.parametrize(("prying", "dumpable"), [(4242, False), (4243, False), (4242, True)])
def test_memory_is_hidden_from_every_account_but_the_administrator(prying: int, dumpable: bool) -> None:
    """The last case is a process that is not shut: it shows that the same account could look in."""
    held = tried_as(4242, f"""
        from app.seal import linux
        if {not dumpable}: seal.shut("desk")
        else: linux.libc()
    """)
    try:
        become = f"import os; os.setgroups([]); os.setgid({prying}); os.setuid({prying})"
        look = f"{become}; open('/proc/{held.pid}/mem', 'rb').close()"
        done = subprocess.run([sys.executable, "-S", "-c", look], capture_output=True, text=True)
        assert ("PermissionError" in done.stderr) is not dumpable, done.stderr
        with open(f"/proc/{held.pid}/mem", "rb"):  # nothing hides from the administrator, and nothing says it does
            pass
    finally:
        held.communicate()


def tried_as(account: int, code: str) -> subprocess.Popen[str]:
    """Start a process that becomes another account after its imports, runs `code` and waits for its input's end."""
    become = f"os.setgroups([]); os.setgid({account}); os.setuid({account}); libc.prctl(4, 1, 0, 0, 0)\n"
    whole = script(f"exec({become!r})\n" + textwrap.dedent(code)).replace(
        "sys.stdout.write(json.dumps(found))", "print('ready', flush=True); sys.stdin.read()"
    )
    held = subprocess.Popen(
        [sys.executable, "-c", whole], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        cwd=ROOT,
    )  # fmt: skip
    assert held.stdout
    assert held.stdout.readline() == "ready\n", held.communicate()[1]
    return held


@linux
@pytest.mark.parametrize("kind", [*seal.KINDS, ""])
def test_an_abort_leaves_no_core(kind: str, tmp_path: Path) -> None:
    """The process that is not shut, with cores switched on, is to show that there would be one here."""
    pattern = Path("/proc/sys/kernel/core_pattern").read_text().strip()
    if pattern.startswith(("|", "/")):
        pytest.skip(f"cores of this computer go elsewhere: {pattern}")
    code = script(f"""
        resource.setrlimit(resource.RLIMIT_CORE, (resource.getrlimit(resource.RLIMIT_CORE)[1],) * 2)
        most = resource.getrlimit(resource.RLIMIT_CORE)[1]
        if {kind!r}: seal.shut({kind!r})
        os.chdir({str(tmp_path)!r})
        os.write(1, str(most).encode())
        os.abort()
    """)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, timeout=60)
    assert done.returncode == -6
    cores = list(tmp_path.glob("core*"))
    if kind:
        assert cores == []
    elif done.stdout != "0":
        assert cores

"""The seal is tried in processes of its own, because it cannot be taken off again."""

from __future__ import annotations

import struct
import subprocess
import sys
from pathlib import Path

import pytest

from app import seal
from app.seal import linux as system
from tests.seal.tried import ROOT, linux, tried

REFUSED = ("AF_INET", "AF_INET6", "AF_NETLINK", "AF_PACKET", "AF_VSOCK", "AF_ALG", "AF_CAN", "AF_TIPC")


@linux
def test_sockets_other_than_local_ones_are_refused() -> None:
    found = tried(f"""
        seal.shut("desk")
        for family in {REFUSED}:
            attempt(family, lambda: plain_socket(getattr(socket, family)))
        made = lambda family: libc.socket(family, 1, 0) != -1 or ctypes.get_errno() != errno.EPERM
        attempt("all others", lambda: [family for family in range(2, 64) if made(family)])
        attempt("AF_UNIX", lambda: socket.socket(socket.AF_UNIX).close())
        attempt("pair", lambda: [end.close() for end in socket.socketpair()] and None)
    """)
    refused = dict.fromkeys(REFUSED, "EPERM")
    assert found == {**refused, "all others": "ok []", "AF_UNIX": "ok None", "pair": "ok None"}


@linux
@pytest.mark.parametrize("kind", ["reader", "ocr", "engine", "vectors"])
def test_who_only_talks_to_the_desk_gets_no_socket_and_no_program_at_all(kind: str) -> None:
    found = tried(f"""
        seal.shut({kind!r})
        attempt("AF_INET", lambda: plain_socket(socket.AF_INET))
        attempt("AF_UNIX", lambda: plain_socket(socket.AF_UNIX))
        attempt("pair", lambda: [end.close() for end in socket.socketpair()] and None)
        attempt("program", lambda: subprocess.run(["/bin/true"]))
        attempt("exec", lambda: os.execv("/bin/true", ["true"]))
    """)
    assert found == {"AF_INET": "EPERM", "AF_UNIX": "EPERM", "pair": "ok None", "program": "EPERM", "exec": "EPERM"}


@linux
def test_threads_and_children_are_under_the_seal_too() -> None:
    found = tried("""
        begin, over = threading.Event(), threading.Event()
        def wait():
            begin.wait()
            attempt("thread", lambda: plain_socket(socket.AF_INET))
            over.set()
        threading.Thread(target=wait).start()
        seal.shut("desk")
        begin.set(); over.wait()
        child = "import socket\\ntry: socket.socket(); print('open')\\nexcept PermissionError: print('refused')"
        found["child"] = subprocess.run([sys.executable, "-c", child], capture_output=True, text=True).stdout.strip()
    """)
    assert found == {"thread": "EPERM", "child": "refused"}


@linux
@pytest.mark.skipif(sys.platform != "linux" or system.machine().architecture != 0xC000003E, reason="its numbers")
def test_ways_around_are_refused() -> None:
    found = tried("""
        seal.shut("desk")
        attempt("io_uring", lambda: call(425, 1, 0))
        attempt("ptrace", lambda: call(101, 0, 0, 0, 0))
        attempt("process_vm_writev", lambda: call(311, os.getpid(), 0, 0, 0, 0, 0))
        attempt("pidfd_getfd", lambda: call(438, 0, 0, 0))
        attempt("x32 socket", lambda: call(0x40000000 + 41, 2, 1, 0))
    """)
    assert found == {"io_uring": "ENOSYS", "ptrace": "EPERM", "process_vm_writev": "EPERM", "pidfd_getfd": "EPERM",
                     "x32 socket": "ENOSYS"}  # fmt: skip


@linux
def test_the_process_leaves_no_traces_for_others() -> None:
    found = tried("""
        seal.shut("desk")
        mask = os.umask(0)
        found["umask"] = oct(mask)
        found["core"] = str(resource.getrlimit(resource.RLIMIT_CORE))
        found["dumpable"] = str(libc.prctl(3, 0, 0, 0, 0))
        found["no new privileges"] = str(libc.prctl(39, 0, 0, 0, 0))
    """)
    assert found == {"umask": "0o77", "core": "(0, 0)", "dumpable": "0", "no new privileges": "1"}


@linux
def test_the_report_says_what_is_so() -> None:
    found = tried("""
        found["network before"] = seal.report()["network"]
        seal.shut("desk")
        found.update(seal.report())
    """)
    before = found.pop("network before")
    assert found == {"network": "refused by the system", "system calls": "filtered", "core dumps": "off"}
    # This test itself may run under a seal.
    assert before == "refused by the system" or before.startswith("open for ")


@linux
def test_nothing_goes_on_where_the_filter_is_refused() -> None:
    found = tried("""
        from app.seal import linux
        machine = linux.machine()
        rule = linux._rule(machine.seccomp, [linux._return(linux._ERRNO | errno.EPERM)])
        linux.put_on(machine, linux._filter(machine, rule, linux._ALLOW))
        attempt("shut", lambda: seal.shut("desk"))
        attempt("cage", lambda: seal.cage_reader())
    """)
    assert found == {"shut": "SealError", "cage": "SealError"}


def test_an_unknown_kind_of_process_is_a_bug() -> None:
    with pytest.raises(ValueError, match="no such kind"):
        seal.shut("bridge")


def test_the_filters_of_both_processors_hold_together() -> None:
    """Every jump lands inside the program and its end answers; the kernel checks that for this processor only."""
    signs = set()
    for machine in system.MACHINES.values():
        for this in (system.network_filter(machine), system.alone_filter(machine), system.reading_filter(machine)):
            signs.add(this.sign)
            steps = [struct.unpack_from("<HBBI", this.code, at) for at in range(0, len(this.code), 8)]
            assert steps[-1][0] == system._RETURN
            for at, (kind, if_true, if_false, _) in enumerate(steps):
                if kind in (system._EQUAL, system._AT_LEAST, system._ANY_BIT):
                    assert at + 1 + max(if_true, if_false) < len(steps)
        assert machine.socket not in machine.reading
        assert machine.seccomp not in machine.reading
    assert len(signs) == 6


@linux
def test_a_caged_reader_can_only_compute(tmp_path: Path) -> None:
    victim = tmp_path / "file"
    victim.write_text("secret")
    found = tried(f"""
        seal.shut("reader")
        pipe = os.pipe()
        from app.seal import linux
        libc, number = linux.libc(), linux.machine().clone
        def clone(flags):
            if libc.syscall(ctypes.c_long(number), ctypes.c_ulong(flags), 0, 0, 0, 0) < 0:
                raise OSError(ctypes.get_errno(), "refused")
        seal.cage_reader()
        attempt("read a file", lambda: open({str(victim)!r}).read())
        attempt("write a file", lambda: open({str(victim)!r}, "w"))
        attempt("look at a file", lambda: os.stat({str(victim)!r}))
        attempt("remove a file", lambda: os.unlink({str(victim)!r}))
        attempt("list a folder", lambda: os.listdir("/"))
        attempt("local socket", lambda: socket.socket(socket.AF_UNIX))
        attempt("internet socket", lambda: socket.socket())
        attempt("fork", os.fork)
        attempt("a child that shares its memory", lambda: clone(0x100))
        attempt("a thread in a new network", lambda: clone(0x10000 | 0x40000000))
        attempt("thread", threading.Thread(target=int).start)
        attempt("exec", lambda: os.execv("/bin/true", ["true"]))
        attempt("kill", lambda: os.kill(os.getppid(), 0))
        attempt("executable memory", lambda: mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_EXEC))
        attempt("more memory", lambda: resource.setrlimit(resource.RLIMIT_AS, (1 << 40, 1 << 40)))
        attempt("import", lambda: __import__("wave"))
        attempt("plain memory", lambda: len(bytearray(50_000_000)))
        attempt("pipe", lambda: os.write(pipe[1], b"abc") and os.read(pipe[0], 3))
    """)
    assert {name: what for name, what in found.items() if what.startswith("ok")} == {
        "plain memory": "ok 50000000",
        "pipe": "ok b'abc'",
        "thread": "ok None",
    }
    assert found.pop("import") in ("ModuleNotFoundError", "EPERM")
    assert {what for what in found.values() if not what.startswith("ok")} <= {"EPERM", "PermissionError", "ValueError"}
    assert victim.read_text() == "secret"


@linux
def test_a_caged_reader_has_its_memory_bounded() -> None:
    found = tried("""
        seal.cage_reader(memory=300 << 20)
        attempt("a little", lambda: len(bytearray(10_000_000)))
        attempt("a lot", lambda: len(bytearray(400_000_000)))
    """)
    assert found == {"a little": "ok 10000000", "a lot": "MemoryError"}


@linux
def test_a_caged_reader_has_its_time_bounded() -> None:
    script = "from app import seal; seal.cage_reader(cpu=1)\nwhile True: pass"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, timeout=120)
    assert done.returncode < 0

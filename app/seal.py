"""Shuts a process off from the network by the operating system, and cages the readers.

The first act of every process, so this imports the standard library and app.errors only. It knows
nothing of what the process will do, and it sets nothing in the environment.

What it does not stop: descriptors opened before, helpers reached over a local socket (D-Bus), and
malware that runs as the same user outside of it.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import platform
import struct
import sys
from dataclasses import dataclass

from app.errors import SealError

KINDS = ("desk", "reader", "engine")

_PR_SET_DUMPABLE = 4
_PR_SET_NO_NEW_PRIVS = 38
_SECCOMP_SET_MODE_FILTER = 1
_SECCOMP_FILTER_FLAG_TSYNC = 1

_ALLOW = 0x7FFF0000
_ERRNO = 0x00050000
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06  # of the BPF machine
_NUMBER, _ARCHITECTURE = 0, 4  # where they lie in struct seccomp_data


def _argument(index: int) -> int:
    return 16 + 8 * index  # the low half, which is all the kernel looks at for an int


@dataclass(frozen=True, slots=True)
class _Machine:
    architecture: int
    seccomp: int
    socket: int
    mmap: int
    mprotect: int
    refused: tuple[int, ...]  # ptrace, process_vm_writev, pidfd_getfd
    x32: bool
    reading: tuple[int, ...]  # what a caged reader may still call, with any arguments


_MACHINES = {
    "x86_64": _Machine(
        architecture=0xC000003E, seccomp=317, socket=41, mmap=9, mprotect=10, refused=(101, 311, 438), x32=True,
        # read write close fstat lseek munmap brk rt_sigaction rt_sigprocmask rt_sigreturn readv writev sched_yield
        # mremap madvise nanosleep getpid exit gettimeofday getrusage sigaltstack gettid futex sched_getaffinity
        # restart_syscall clock_gettime clock_getres clock_nanosleep exit_group getrandom
        reading=(0, 1, 3, 5, 8, 11, 12, 13, 14, 15, 19, 20, 24, 25, 28, 35, 39, 60, 96, 98, 131, 186, 202, 204,
                 219, 228, 229, 230, 231, 318),
    ),
    "aarch64": _Machine(
        architecture=0xC00000B7, seccomp=277, socket=198, mmap=222, mprotect=226, refused=(117, 271, 438), x32=False,
        reading=(63, 64, 57, 80, 62, 215, 214, 134, 135, 139, 65, 66, 124, 216, 233, 101, 172, 93, 169, 165, 132,
                 178, 98, 123, 128, 113, 114, 115, 94, 278),
    ),
}  # fmt: skip
_IO_URING = (425, 426, 427)  # setup, enter, register: the same numbers everywhere
_CLONE3 = 435
_PROT_EXEC = 4


def shut(kind: str) -> None:
    """Shut this process and all that it starts off from the network; cannot be undone.

    `kind` is one of KINDS. Raises SealError where the system has a way and it could not be set.
    """
    if kind not in KINDS:
        raise ValueError(f"no such kind of process: {kind}")
    os.umask(0o077)
    _no_core_dumps()
    if sys.platform == "linux":
        machine = _machine()
        _prctl(_PR_SET_DUMPABLE, 0)
        _prctl(_PR_SET_NO_NEW_PRIVS, 1)
        _install(machine, _network_filter(machine))
    elif sys.platform == "darwin":
        _no_network_on_macos()
    # Windows has nothing that a process can do to itself; report() says so.


def cage_reader(memory: int = 1 << 30, cpu: int = 1200) -> None:
    """Leave this process nothing but to compute, to read and write open pipes, and to end; cannot be undone.

    `memory` is the address space in bytes, `cpu` the seconds of processor time until it is killed.
    Whatever is to be imported or opened must have been before. Raises SealError on Linux where it
    could not be set. Elsewhere resource limits are all there is, and none on Windows, where the
    parent's clock is the only bound.
    """
    _limit_resources(memory, cpu)
    if sys.platform == "linux":
        machine = _machine()
        _prctl(_PR_SET_NO_NEW_PRIVS, 1)
        _install(machine, _reading_filter(machine))


def report() -> dict[str, str]:
    """Return what is enforced here, found out by trying: "network", "system calls", "core dumps" in plain words."""
    import socket

    try:
        socket.socket(socket.AF_INET, socket.SOCK_STREAM).close()
        network = "open"
    except PermissionError:
        network = "refused by the system"
    except OSError as error:  # no such protocol on this computer: shut, but not by us
        network = f"not available ({errno.errorcode.get(error.errno or 0, 'unknown')})"
    if sys.platform == "darwin":
        network = "refused by the system" if _connect_is_refused() else "open"
    elif sys.platform == "win32":
        network = "open: Windows offers a program no way to refuse it to itself"
    found = {"network": network, "system calls": _seccomp_mode(), "core dumps": "unknown"}
    if sys.platform != "win32":
        import resource

        found["core dumps"] = "off" if resource.getrlimit(resource.RLIMIT_CORE)[0] == 0 else "on"
    return found


def _machine() -> _Machine:
    machine = _MACHINES.get({"arm64": "aarch64"}.get(platform.machine(), platform.machine()))
    if machine is None or struct.calcsize("P") != 8 or sys.byteorder != "little":
        raise SealError(reason=f"it does not know the processor {platform.machine() or 'of this computer'}")
    return machine


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
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_NOFILE, 0),  # open ones stay open
        (resource.RLIMIT_AS, memory),
    ]
    for what, most in limits:
        _, hard = resource.getrlimit(what)
        allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
        try:
            resource.setrlimit(what, (allowed, allowed))
        except (OSError, ValueError) as error:
            if sys.platform == "linux":
                raise SealError(reason=f"a resource limit was refused: {error}") from error
            # macOS knows RLIMIT_AS by name only.


# Linux


def _network_filter(machine: _Machine) -> bytes:
    """Everything is allowed but sockets that are not local, io_uring, and reaching into other processes."""
    code = _prologue(machine)
    code += _rule(machine.socket, [_jump(_EQUAL, 1, 0, 1), _return(_ALLOW), _return(_ERRNO | errno.EPERM)], argument=0)
    for number in _IO_URING:
        code += _rule(number, [_return(_ERRNO | errno.ENOSYS)])
    for number in machine.refused:
        code += _rule(number, [_return(_ERRNO | errno.EPERM)])
    return b"".join([*code, _return(_ALLOW)])


def _reading_filter(machine: _Machine) -> bytes:
    """Nothing is allowed but the calls named for reading, and memory that is not to be executed."""
    code = _prologue(machine)
    for number in machine.reading:
        code += _rule(number, [_return(_ALLOW)])
    for number in (machine.mmap, machine.mprotect):
        body = [_jump(_ANY_BIT, _PROT_EXEC, 0, 1), _return(_ERRNO | errno.EPERM), _return(_ALLOW)]
        code += _rule(number, body, argument=2)
    code += _rule(_CLONE3, [_return(_ERRNO | errno.ENOSYS)])
    return b"".join([*code, _return(_ERRNO | errno.EPERM)])


def _prologue(machine: _Machine) -> list[bytes]:
    code = [
        _load(_ARCHITECTURE),
        _jump(_EQUAL, machine.architecture, 1, 0),
        _return(_ERRNO | errno.EPERM),  # a 32-bit call, whose numbers mean other things
        _load(_NUMBER),
    ]
    if machine.x32:
        code += [_jump(_AT_LEAST, 0x40000000, 0, 1), _return(_ERRNO | errno.ENOSYS)]
    return code


def _rule(number: int, body: list[bytes], *, argument: int | None = None) -> list[bytes]:
    """`body` for one system call; every path through it returns, so the number stays loaded for the next rule."""
    if argument is not None:
        body = [_load(_argument(argument)), *body]
    return [_jump(_EQUAL, number, 0, len(body)), *body]


def _load(offset: int) -> bytes:
    return struct.pack("<HBBI", _LOAD, 0, 0, offset)


def _jump(test: int, value: int, if_true: int, if_false: int) -> bytes:
    return struct.pack("<HBBI", test, if_true, if_false, value)


def _return(action: int) -> bytes:
    return struct.pack("<HBBI", _RETURN, 0, 0, action)


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("code", ctypes.c_void_p))


def _install(machine: _Machine, code: bytes) -> None:
    buffer = ctypes.create_string_buffer(code, len(code))
    program = _Program(len(code) // 8, ctypes.cast(buffer, ctypes.c_void_p))
    libc = ctypes.CDLL(None, use_errno=True)
    done = libc.syscall(
        ctypes.c_long(machine.seccomp), ctypes.c_ulong(_SECCOMP_SET_MODE_FILTER),
        ctypes.c_ulong(_SECCOMP_FILTER_FLAG_TSYNC), ctypes.byref(program),
    )  # fmt: skip
    if done != 0:  # a positive number is a thread that could not be brought under the filter
        raise SealError(reason=f"the system refused the filter: {os.strerror(ctypes.get_errno())}")


def _prctl(option: int, value: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(option, ctypes.c_ulong(value), ctypes.c_ulong(0), ctypes.c_ulong(0), ctypes.c_ulong(0)) != 0:
        raise SealError(reason=f"the system refused prctl {option}: {os.strerror(ctypes.get_errno())}")


def _seccomp_mode() -> str:
    if sys.platform != "linux":
        return "not filtered"
    with open("/proc/self/status", encoding="ascii", errors="replace") as status:
        mode = next((line.split()[1] for line in status if line.startswith("Seccomp:")), "")
    return "filtered" if mode == "2" else "not filtered"


# macOS


def _no_network_on_macos() -> None:
    """Deprecated by Apple but kept; the supported way is the entitlements of the signed program."""
    try:
        library = ctypes.CDLL("/usr/lib/libSystem.dylib", use_errno=True)
        message = ctypes.c_char_p()
        done = library.sandbox_init(b"no-network", ctypes.c_uint64(1), ctypes.byref(message))
    except (OSError, AttributeError) as error:
        raise SealError(reason=f"the sandbox of macOS was not found: {error}") from error
    if done != 0:
        raise SealError(reason=f"macOS refused the sandbox: {(message.value or b'').decode('utf-8', 'replace')}")


def _connect_is_refused() -> bool:
    """MacOS lets a socket be made and refuses its use; the address is this computer's own discard port."""
    import socket

    with contextlib.closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as probe:
        try:
            probe.connect(("127.0.0.1", 9))
        except PermissionError:
            return True
        except OSError:
            return False
    return False


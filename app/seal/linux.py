"""Linux: the system calls that a process gives up for good, by seccomp filters; by ctypes, with no library.

Knows the kernel's numbers and nothing of the program. A filter carries a sign: an option of prctl that
only a process under this very filter has, so that it can be found out by trying and is never put on twice.
"""

from __future__ import annotations

import ctypes
import errno
import functools
import os
import struct
import sys
import zlib
from dataclasses import dataclass

from app.errors import SealError

AF_UNIX = 1
FAMILIES = range(64)  # the kernel knows 46 so far; what it will know is refused as well

_PR_GET_DUMPABLE, _PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS = 3, 4, 38
_SECCOMP_SET_MODE_FILTER = 1
_SECCOMP_FILTER_FLAG_TSYNC = 1

_ALLOW = 0x7FFF0000
_ERRNO = 0x00050000
_SIGNED = 3237  # an error that no kernel returns; the most that a filter can is 4095
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06  # of the BPF machine
_NUMBER, _ARCHITECTURE = 0, 4  # where they lie in struct seccomp_data


def _argument(index: int) -> int:
    return 16 + 8 * index  # the low half, which is all the kernel looks at for an int


@dataclass(frozen=True, slots=True)
class Machine:
    """The numbers of one kind of processor."""

    architecture: int
    seccomp: int
    socket: int
    prctl: int
    mmap: int
    mprotect: int
    ptrace: int
    process_vm_writev: int
    clone: int
    executing: tuple[int, ...]  # execve, execveat
    x32: bool
    reading: tuple[int, ...]  # what a caged reader may still call, with any arguments


MACHINES = {
    "x86_64": Machine(
        architecture=0xC000003E, seccomp=317, socket=41, prctl=157, mmap=9, mprotect=10, ptrace=101,
        process_vm_writev=311, clone=56, executing=(59, 322), x32=True,
        # read write close fstat lseek munmap brk rt_sigaction rt_sigprocmask rt_sigreturn readv writev sched_yield
        # mremap madvise nanosleep getpid exit gettimeofday getrusage sigaltstack gettid futex sched_getaffinity
        # restart_syscall clock_gettime clock_getres clock_nanosleep exit_group getrandom set_robust_list rseq
        reading=(0, 1, 3, 5, 8, 11, 12, 13, 14, 15, 19, 20, 24, 25, 28, 35, 39, 60, 96, 98, 131, 186, 202, 204,
                 219, 228, 229, 230, 231, 318, 273, 334),
    ),
    "aarch64": Machine(
        architecture=0xC00000B7, seccomp=277, socket=198, prctl=167, mmap=222, mprotect=226, ptrace=117,
        process_vm_writev=271, clone=220, executing=(221, 281), x32=False,
        reading=(63, 64, 57, 80, 62, 215, 214, 134, 135, 139, 65, 66, 124, 216, 233, 101, 172, 93, 169, 165, 132,
                 178, 98, 123, 128, 113, 114, 115, 94, 278, 99, 293),
    ),
}  # fmt: skip
# The same numbers everywhere.
IO_URING = (425, 426, 427)  # setup, enter, register
PIDFD_GETFD = 438
_CLONE3 = 435
_PROT_EXEC = 4
_A_THREAD = 0x00010000  # CLONE_THREAD: of this very process, in its memory and under its filters
_NAMESPACES = 0x7E020000  # CLONE_NEW*
# No socket has this type. The kernel looks at it before anything else and says EINVAL, where a filter, which
# comes before the kernel, says EPERM: so the filter can be tried and no socket is made even where there is none.
_NO_TYPE = 0x10


def machine() -> Machine:
    """Return the numbers of this computer; raises SealError where they are not known."""
    found = MACHINES.get(os.uname().machine)
    if found is None or struct.calcsize("P") != 8 or sys.byteorder != "little":
        raise SealError(reason=f"it does not know the processor {os.uname().machine}")
    return found


# Filters


@dataclass(frozen=True, slots=True)
class Filter:
    """A program for the kernel, and the option of prctl that answers under it and nowhere else."""

    code: bytes
    sign: int


@functools.cache
def network_filter(of: Machine) -> Filter:
    """Everything is allowed but sockets that are not local, io_uring, and reaching into other processes."""
    rules = _rule(of.socket, [_jump(_EQUAL, AF_UNIX, 0, 1), _return(_ALLOW), _return(_ERRNO | errno.EPERM)], argument=0)
    for number in IO_URING:
        rules += _rule(number, [_return(_ERRNO | errno.ENOSYS)])
    for number in (of.ptrace, of.process_vm_writev, PIDFD_GETFD):
        rules += _rule(number, [_return(_ERRNO | errno.EPERM)])
    return _filter(of, rules, _ALLOW)


@functools.cache
def alone_filter(of: Machine) -> Filter:
    """Everything is allowed but sockets of any kind, local ones too, and becoming another program."""
    rules: list[bytes] = []
    for number in (of.socket, *of.executing):
        rules += _rule(number, [_return(_ERRNO | errno.EPERM)])
    return _filter(of, rules, _ALLOW)


@functools.cache
def reading_filter(of: Machine) -> Filter:
    """Nothing is allowed but the calls named for reading, threads, and memory that is not to be executed."""
    rules: list[bytes] = []
    for number in of.reading:
        rules += _rule(number, [_return(_ALLOW)])
    for number in (of.mmap, of.mprotect):
        body = [_jump(_ANY_BIT, _PROT_EXEC, 0, 1), _return(_ERRNO | errno.EPERM), _return(_ALLOW)]
        rules += _rule(number, body, argument=2)
    # The decoder of HEIC pictures works in a thread of its own and crashes where it gets none.
    rules += _rule(of.clone, [
        _jump(_ANY_BIT, _NAMESPACES, 0, 1), _return(_ERRNO | errno.EPERM),
        _jump(_ANY_BIT, _A_THREAD, 0, 1), _return(_ALLOW), _return(_ERRNO | errno.EPERM),
    ], argument=0)  # fmt: skip
    rules += _rule(_CLONE3, [_return(_ERRNO | errno.ENOSYS)])  # its flags lie in memory, where no filter looks
    return _filter(of, rules, _ERRNO | errno.EPERM)


def _filter(of: Machine, rules: list[bytes], otherwise: int) -> Filter:
    start = [
        _load(_ARCHITECTURE),
        _jump(_EQUAL, of.architecture, 1, 0),
        _return(_ERRNO | errno.EPERM),  # a 32-bit call, whose numbers mean other things
        _load(_NUMBER),
    ]
    if of.x32:
        start += [_jump(_AT_LEAST, 0x40000000, 0, 1), _return(_ERRNO | errno.ENOSYS)]
    sign = zlib.crc32(b"".join([*start, *rules, _return(otherwise)])) | 0x80000000  # far from any option there is
    own = _rule(of.prctl, [_jump(_EQUAL, sign, 0, 1), _return(_ERRNO | _SIGNED), _return(otherwise)], argument=0)
    return Filter(b"".join([*start, *own, *rules, _return(otherwise)]), sign)


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


def put_on(of: Machine, this: Filter) -> None:
    """Put this process with all its threads under a filter, unless it is already; raises SealError.

    Filters outlive exec and add up until the kernel takes no more, and a desk becomes itself anew at each lock.
    """
    if in_force(this):
        return
    no_new_privileges()
    buffer = ctypes.create_string_buffer(this.code, len(this.code))
    program = _Program(len(this.code) // 8, ctypes.cast(buffer, ctypes.c_void_p))
    done = libc().syscall(
        ctypes.c_long(of.seccomp), ctypes.c_ulong(_SECCOMP_SET_MODE_FILTER),
        ctypes.c_ulong(_SECCOMP_FILTER_FLAG_TSYNC), ctypes.byref(program),
    )  # fmt: skip
    if done != 0:  # a positive number is a thread that could not be brought under the filter
        raise SealError(reason=f"the system refused the filter: {os.strerror(ctypes.get_errno())}")


# Tries


@functools.cache
def libc() -> ctypes.CDLL:
    """The C library, by its own names."""
    return ctypes.CDLL(None, use_errno=True)


def call(number: int, *arguments: int) -> int:
    """Make a system call that has no effect worth keeping; returns its error, 0 where it had none."""
    ctypes.set_errno(0)
    done = libc().syscall(ctypes.c_long(number), *(ctypes.c_long(each) for each in arguments))
    return ctypes.get_errno() if done == -1 else 0


def in_force(this: Filter) -> bool:
    """Whether this thread is under this very filter, and not just under any; found out by asking for its sign."""
    ctypes.set_errno(0)
    nothing = ctypes.c_ulong(0)
    libc().prctl(ctypes.c_int(this.sign - (1 << 32)), nothing, nothing, nothing, nothing)
    return ctypes.get_errno() == _SIGNED


def refused(of: Machine, family: int) -> bool:
    """Whether a filter refuses sockets of a family; makes none, whatever the answer."""
    return call(of.socket, family, _NO_TYPE, 0) == errno.EPERM


def open_families(of: Machine) -> list[int]:
    """Return the families, but for the local one, of which sockets are not refused."""
    return [family for family in FAMILIES if family != AF_UNIX and not refused(of, family)]


def status(name: str) -> str:
    """Return what the kernel says of this process under a name in /proc/self/status; empty where it does not."""
    with open("/proc/self/status", encoding="ascii", errors="replace") as lines:
        return next((line.partition(":")[2].strip() for line in lines if line.startswith(name + ":")), "")


# What others may see


def not_dumpable() -> None:
    """Keep other processes of this account, and core files, from this one's memory; raises SealError."""
    _prctl(_PR_SET_DUMPABLE, 0)


def dumpable() -> bool:
    """Whether others of this account may look into this process."""
    return bool(libc().prctl(_PR_GET_DUMPABLE, 0, 0, 0, 0))


def no_new_privileges() -> None:
    """No program started from here gets more rights than this one; raises SealError."""
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)


def _prctl(option: int, value: int) -> None:
    nothing = ctypes.c_ulong(0)
    if libc().prctl(option, ctypes.c_ulong(value), nothing, nothing, nothing) != 0:
        raise SealError(reason=f"the system refused prctl {option}: {os.strerror(ctypes.get_errno())}")

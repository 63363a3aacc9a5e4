"""Linux: which files a process may open, by Landlock; by ctypes, with no library. Kernel 5.13 and later.

What it leaves open: to ask whether a file exists, how large and how old it is, and what was opened before.
It holds for one thread and those that it starts, so it is called before there are others.
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys
from collections.abc import Iterable
from pathlib import Path

from app.errors import SealError
from app.seal import linux

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # the same numbers everywhere
_VERSION = 1
_PATH_BENEATH = 1

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_FIRST = (1 << 13) - 1  # what the first version could refuse
_REFER, _TRUNCATE, _IOCTL = 1 << 13, 1 << 14, 1 << 15  # since versions 2, 3 and 5
_OF_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL
_TCP = 3  # to bind and to connect, since version 4
_SCOPES = 3  # abstract local sockets, and signals to processes outside, since version 6

# What the C library, Python and the libraries for computing look at in a computer; none of it is the user's.
_SYSTEM = (
    "/usr", "/lib", "/lib64", "/nix/store", "/gnu/store", "/etc/ld.so.cache", "/etc/ld.so.preload", "/etc/localtime",
    "/etc/ssl/openssl.cnf", "/proc", "/sys/devices/system", "/sys/fs/cgroup", "/sys/kernel/mm", "/dev/zero",
    "/dev/random", "/dev/urandom",
)  # fmt: skip
_NOTHING = "/dev/null"
_LIBRARY_VARIABLES = ("LD_LIBRARY_PATH", "LLAMA_CPP_LIB_PATH")


def version() -> int:
    """Return the version of Landlock that this kernel has; 0 where it has none or it is switched off."""
    found = linux.libc().syscall(
        ctypes.c_long(_CREATE_RULESET), ctypes.c_void_p(None), ctypes.c_size_t(0), ctypes.c_uint(_VERSION)
    )
    return max(int(found), 0)


def confine(readable: Iterable[Path], writable: Iterable[Path]) -> None:
    """Let this process open only what the program itself needs, and these files and folders; for good.

    `writable` ones can be read, too. Raises SealError where the kernel has no Landlock or refuses.
    """
    known = version()
    if not known:
        raise SealError(reason="this kernel has no Landlock")
    if len(os.listdir("/proc/self/task")) > 1:  # noqa: PTH208 (a name is not wanted)
        raise SealError(reason="it was too late to confine a process that has several threads")
    handled = _FIRST | (_REFER if known >= 2 else 0) | (_TRUNCATE if known >= 3 else 0) | (_IOCTL if known >= 5 else 0)
    attributes = struct.pack("<QQQ", handled, _TCP, _SCOPES)[: 24 if known >= 6 else 16 if known >= 4 else 8]
    rules = linux.libc().syscall(
        ctypes.c_long(_CREATE_RULESET), attributes, ctypes.c_size_t(len(attributes)), ctypes.c_uint(0)
    )
    if rules < 0:
        raise SealError(reason=f"the system refused to make rules for files: {os.strerror(ctypes.get_errno())}")
    try:
        for path in (*own_files(), *readable):
            _allow(rules, path, _READ_FILE | _READ_DIR)
        everything = handled & ~_EXECUTE
        for path in (Path(_NOTHING), *writable):
            _allow(rules, path, everything)
        linux.no_new_privileges()
        _checked(linux.call(_RESTRICT_SELF, rules, 0))
    finally:
        os.close(rules)


def own_files() -> list[Path]:
    """Return what every process of the program may read: its code and resources, Python, the system's libraries."""
    root = Path(__file__).resolve().parents[2]
    found = [*map(Path, _SYSTEM), root / "app", root / "resources"]
    bundle = getattr(sys, "_MEIPASS", None)  # set by PyInstaller
    if bundle:
        found += [Path(bundle), Path(sys.executable).resolve().parent]
    else:
        import sysconfig

        # The folders of its libraries and not its prefix, which can be a user's whole .local or a drive.
        found += [Path(sysconfig.get_path(name)) for name in ("stdlib", "platstdlib", "purelib", "platlib")]
        library = sysconfig.get_config_var("LIBDIR")
        found += [Path(library)] if library else []
    for name in _LIBRARY_VARIABLES:
        found += [Path(each) for each in os.environ.get(name, "").split(":") if each.startswith("/")]
    home = Path.home()
    return [path for path in found if not home.is_relative_to(path)]  # whatever a variable or a set-up says


def _allow(rules: int, path: Path, access: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return  # what is not there, or not for this account, needs no permission
    try:
        if not path.is_dir():
            access &= _OF_FILES
        rule = ctypes.create_string_buffer(struct.pack("<Qi", access, place), 12)
        _checked(linux.call(_ADD_RULE, rules, _PATH_BENEATH, ctypes.addressof(rule), 0))
    finally:
        os.close(place)


def _checked(error: int) -> None:
    if error:
        raise SealError(reason=f"the system refused a rule for files: {os.strerror(error)}")

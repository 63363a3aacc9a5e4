"""What the computer has for models: processor cores and free memory.

Asks the system directly, once for each question; knows nothing of models.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import platform
import sys
from pathlib import Path


def physical_cores() -> int:
    """Return the processor cores this process may use, counting a hyperthreaded core once; at least 1."""
    if sys.platform == "linux":
        allowed = os.sched_getaffinity(0)
        shared = set()
        for cpu in allowed:
            siblings = Path(f"/sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list")
            try:
                shared.add(siblings.read_text())
            except OSError:
                return max(1, len(allowed))
        return max(1, len(shared))
    elif sys.platform == "darwin":
        # Efficiency cores hold the fast ones up at every barrier, so only the fast ones are counted.
        return _sysctl("hw.perflevel0.physicalcpu") or _sysctl("hw.physicalcpu") or os.cpu_count() or 1
    else:  # Windows reports logical processors; two a core is usual there
        return max(1, (os.cpu_count() or 2) // 2)


def processor() -> str:
    """Return what the computer calls its processor; tells computers apart that measure differently."""
    name = ""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            lines = Path("/proc/cpuinfo").read_text(errors="replace").splitlines()
            name = next((line for line in lines if line.startswith(("model name", "CPU part", "cpu model"))), "")
    elif sys.platform == "darwin":
        name = _sysctl_text("machdep.cpu.brand_string")
    else:
        name = os.environ.get("PROCESSOR_IDENTIFIER", "")
    return f"{platform.machine()} {name.rpartition(':')[2].strip()}"


def free_memory() -> int:
    """Return the bytes of memory that a new process could use without swapping."""
    if sys.platform == "linux":
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
        return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    elif sys.platform == "darwin":
        # Free pages alone are few on macOS, where most memory is cache; three quarters can be had.
        return _sysctl("hw.memsize") * 3 // 4
    else:
        return _windows_memory()


def _sysctl(name: str) -> int:
    value = ctypes.c_uint64(0)
    size = ctypes.c_size_t(ctypes.sizeof(value))
    library = ctypes.CDLL(None)
    failed = library.sysctlbyname(name.encode(), ctypes.byref(value), ctypes.byref(size), None, ctypes.c_size_t(0))
    return 0 if failed else int(value.value)


def _sysctl_text(name: str) -> str:
    text = ctypes.create_string_buffer(256)
    size = ctypes.c_size_t(len(text) - 1)
    failed = ctypes.CDLL(None).sysctlbyname(name.encode(), text, ctypes.byref(size), None, ctypes.c_size_t(0))
    return "" if failed else text.value.decode(errors="replace")


class _MemoryStatus(ctypes.Structure):
    """MEMORYSTATUSEX of the Windows API."""

    _fields_ = (
        ("length", ctypes.c_uint32),
        ("load", ctypes.c_uint32),
        ("total", ctypes.c_uint64),
        ("available", ctypes.c_uint64),
        ("total_page_file", ctypes.c_uint64),
        ("available_page_file", ctypes.c_uint64),
        ("total_virtual", ctypes.c_uint64),
        ("available_virtual", ctypes.c_uint64),
        ("available_extended", ctypes.c_uint64),
    )


def _windows_memory() -> int:
    status = _MemoryStatus(length=ctypes.sizeof(_MemoryStatus))
    kernel = ctypes.CDLL("kernel32")
    if not kernel.GlobalMemoryStatusEx(ctypes.byref(status)):
        raise OSError("the system does not say how much memory is free")
    return int(status.available)

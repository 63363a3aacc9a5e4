"""MacOS and Windows: the little that a process can do to itself there. Not run by the tests of this project.

macOS: the sandbox without network, deprecated by Apple but kept (the supported way is the entitlements of the
signed program), and no debugger. Windows: no way to refuse oneself the network; error reports without memory.
"""

from __future__ import annotations

import contextlib
import ctypes
import sys
from pathlib import Path

from app.errors import SealError

_PT_DENY_ATTACH = 31
_SEM_FAILCRITICALERRORS, _SEM_NOGPFAULTERRORBOX = 0x0001, 0x0002
_WER_FAULT_REPORTING_FLAG_NOHEAP = 1


def no_network_on_macos() -> None:
    """Shut this process and all that it starts off from the network; raises SealError."""
    try:
        library = ctypes.CDLL("/usr/lib/libSystem.dylib", use_errno=True)
        message = ctypes.c_char_p()
        done = library.sandbox_init(b"no-network", ctypes.c_uint64(1), ctypes.byref(message))
    except (OSError, AttributeError) as error:
        raise SealError(reason=f"the sandbox of macOS was not found: {error}") from error
    if done != 0 and connect_is_open():  # a process that became itself anew is in its sandbox already
        raise SealError(reason=f"macOS refused the sandbox: {(message.value or b'').decode('utf-8', 'replace')}")


def no_debugger_on_macos() -> None:
    """Let no debugger look in, as far as the system goes along; one that already does ends the process."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL("/usr/lib/libSystem.dylib", use_errno=True).ptrace(_PT_DENY_ATTACH, 0, None, 0)


def connect_is_open() -> bool:
    """Whether an internet socket can be used, as macOS lets it be made; tried on this computer's own discard port.

    By the C library, since Python's own sockets are refused by the tripwire before the system is asked.
    """
    library = ctypes.CDLL("/usr/lib/libSystem.dylib", use_errno=True)
    probe = library.socket(2, 2, 0)
    if probe < 0:
        return False
    # struct sockaddr_in of BSD: length, family, port, address.
    address = bytes([16, 2, 0, 9, 127, 0, 0, 1]) + bytes(8)
    done = library.connect(probe, address, len(address))
    library.close(probe)
    return bool(done == 0)


def no_error_reports_on_windows() -> None:
    """Have Windows write no memory of this process into error reports, as far as it goes along."""
    with contextlib.suppress(OSError, AttributeError):
        kernel = ctypes.CDLL("kernel32")
        kernel.SetErrorMode(_SEM_FAILCRITICALERRORS | _SEM_NOGPFAULTERRORBOX)
        kernel.WerSetFlags(_WER_FAULT_REPORTING_FLAG_NOHEAP)
    if getattr(sys, "frozen", False):  # by the file's name, for this account: not for every Python there is
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL("wer").WerAddExcludedApplication(ctypes.c_wchar_p(Path(sys.executable).name), 0)

"""What the computer must have before anything is set up, each lack as one sentence that says what to do.

Looks, and where it may installs the system packages that Qt needs; builds nothing. Standard library only.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from steps import SetupError, command, shown

OLDEST, NEWEST = (3, 11), (3, 13)
GIB = 1024**3

# What a window needs on Linux: the library that is looked for, and Debian's name for its package.
WINDOW_LIBRARIES = {
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libfontconfig.so.1": "libfontconfig1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
}
# What the tests need besides: a screen that is not there, and a look at the system calls.
TEST_PROGRAMS = {"Xvfb": "xvfb", "strace": "strace", "dbus-daemon": "dbus-daemon"}


def check_python(version: tuple[int, int], bits: int) -> None:
    """Raise SetupError unless this Python can run Carrel; `version` is (major, minor)."""
    found = f"{version[0]}.{version[1]}"
    if not OLDEST <= version <= NEWEST:
        raise SetupError(
            f"Carrel needs Python 3.11, 3.12 or 3.13 and this is Python {found}. Install one of them and run "
            "this again with it, for example: python3.11 packaging/dev.py run"
        )
    if bits < 64:
        raise SetupError(f"Carrel needs a 64-bit Python and this one ({found}) is {bits}-bit. "
                         "Install the 64-bit Python and run this again with it.")


def check_platform(system: str, architecture: str, libc: str) -> None:
    """Raise SetupError on a computer for which a needed library is not made."""
    architecture = architecture.lower()
    if system == "Darwin" and architecture == "x86_64":
        raise SetupError("Carrel runs on Macs with an Apple processor; torch is no longer made for Intel Macs.")
    if system == "Windows" and architecture not in ("amd64", "x86_64"):
        raise SetupError("Carrel runs on Windows with an Intel or AMD processor; torch and Chroma are not made "
                         "for others. An x64 Python under Windows' own emulation can be tried.")
    if system == "Linux" and libc != "glibc":
        raise SetupError("Carrel needs a Linux with glibc (Debian, Ubuntu, Fedora and most others); "
                         "Qt and torch are not made for this one.")


def check_disk(folder: Path, needed: int) -> None:
    """Raise SetupError unless `needed` bytes are free where `folder` lies."""
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise SetupError(
            f"The set-up still needs about {needed / GIB:.1f} GB of disk and {free / GIB:.1f} GB are free in "
            f"{folder}. Free some space, or move the project to a larger disk, and run this again."
        )


def check_compiler(system: str) -> None:
    """Raise SetupError unless a C++ program can be compiled; llama.cpp is built from source."""
    if system == "Windows":
        if not _visual_studio():
            raise SetupError(
                "There is no C++ compiler, and llama.cpp is built from source. Install the free \"Build Tools for "
                "Visual Studio\" with the part \"Desktop development with C++\" and run this again."
            )
        return
    reason = _try_compiler(os.environ.get("CXX", "c++"))
    if reason:
        raise SetupError(f"No C++ program can be compiled ({reason}), and llama.cpp is built from source. "
                         f"{_compiler_advice(system)} Then run this again.")


def _compiler_advice(system: str) -> str:
    if system == "Darwin":
        return "Install Apple's command line tools: xcode-select --install"
    if shutil.which("apt-get"):
        return "Install a compiler: sudo apt-get install -y build-essential"
    if shutil.which("dnf"):
        return "Install a compiler: sudo dnf install -y gcc-c++ make"
    return "Install the package that holds the C++ compiler g++."


def _try_compiler(compiler: str) -> str:
    """Compile and link three lines; return '' or why it did not work, in a few words."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "try.cpp")
        source.write_text("#include <string>\nint main() { return std::string(1, 'a').size() == 1 ? 0 : 1; }\n",
                          encoding="utf-8")
        try:
            tried = subprocess.run([*compiler.split(), "-std=c++17", source, "-o", Path(folder, "try")],
                                   capture_output=True, text=True, errors="replace", check=False)
        except OSError:
            return f"there is no {compiler}"
    lines = tried.stderr.strip().splitlines()
    return "" if tried.returncode == 0 else f"{compiler} said: {lines[-1] if lines else tried.returncode}"


def _visual_studio() -> bool:
    if shutil.which("cl"):
        return True
    finder = Path(os.environ.get("PROGRAMFILES(X86)", r"C:\Program Files (x86)"),
                  "Microsoft Visual Studio", "Installer", "vswhere.exe")
    if not finder.exists():
        return False
    found = subprocess.run(
        [finder, "-latest", "-products", "*", "-requires", "Microsoft.VisualStudio.Component.VC.Tools.x86.x64",
         "-property", "installationPath"],
        capture_output=True, text=True, check=False)
    return bool(found.stdout.strip())


def has_display(system: str, environment: dict[str, str]) -> bool:
    """Whether a window can be shown to somebody."""
    if system in ("Windows", "Darwin"):
        return True
    return bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))


def check_system_packages(system: str, *, tests: bool) -> None:
    """See to the libraries and programs that Qt and the tests need on Linux.

    Installs what is missing where it may (root on a Debian-like system), else raises SetupError with the
    one line to run.
    """
    if system != "Linux":
        return
    lacking = missing_packages(tests=tests)
    if not lacking:
        return
    line = "apt-get install -y --no-install-recommends " + " ".join(lacking.values())
    if not shutil.which("apt-get"):
        raise SetupError("These are missing on this system: " + ", ".join(lacking)
                         + ". Install the packages that hold them and run this again.")
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        raise SetupError("Some system packages are missing. Install them with this line and run this again:\n"
                         f"  sudo {line}")
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    with shown("System packages for the window and the tests: " + " ".join(lacking.values())):
        command("apt-get update", ["apt-get", "update"], quiet, log="apt-update")
        command("apt-get install", line.split(), quiet, log="apt-install")
    left = missing_packages(tests=tests)
    if left:
        raise SetupError("After installing, these are still missing: " + ", ".join(left)
                         + ". See .cache/logs/apt-install.log.")


def missing_packages(*, tests: bool) -> dict[str, str]:
    """Return what is not there, each with Debian's name for its package."""
    lacking = {name: WINDOW_LIBRARIES[name] for name in _not_loadable(tuple(WINDOW_LIBRARIES))}
    if tests:
        lacking |= {name: package for name, package in TEST_PROGRAMS.items() if not shutil.which(name)}
    return lacking


def _not_loadable(names: Sequence[str]) -> list[str]:
    """Load each library in a process of its own, so that none of them stays in this one."""
    script = (
        "import ctypes, sys\n"
        "for name in sys.argv[1:]:\n"
        "    try:\n"
        "        ctypes.CDLL(name)\n"
        "    except OSError:\n"
        "        print(name)\n"
    )
    looked = subprocess.run([sys.executable, "-c", script, *names], capture_output=True, text=True, check=False)
    if looked.returncode:
        raise SetupError("Looking for the system's libraries failed: " + looked.stderr.strip())
    return looked.stdout.split()


def check_computer() -> None:
    """Everything that does not depend on what is still to be done."""
    check_python(sys.version_info[:2], 64 if sys.maxsize > 2**32 else 32)
    check_platform(platform.system(), platform.machine(), platform.libc_ver()[0])


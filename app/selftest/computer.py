"""What is so in this computer: traces that a process leaves, and what the program stands on but cannot change."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from app.seal import linux
from app.selftest.tries import SYSTEM, line
from app.types import Refusal


def traces() -> list[Refusal]:
    """What this process would leave of its memory and to whom."""
    if sys.platform == "win32":
        return [Refusal("Memory in error reports", "switched off as far as Windows goes along; not verified", "", None)]
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
    off = (soft, hard) == (0, 0)
    lines = [line("Core dumps", "off" if off else "on", SYSTEM, refused=off)]
    if sys.platform != "linux":
        return lines
    visible = linux.dumpable()
    lines.append(line("Memory is open to other processes of this account", "yes" if visible else "refused", SYSTEM,
                      refused=not visible))  # fmt: skip
    mask = linux.status("Umask")
    private = mask.endswith("77")
    lines.append(line("New files can be read by others", "refused" if private else f"yes (mask {mask})", SYSTEM,
                      refused=private))  # fmt: skip
    most = resource.getrlimit(resource.RLIMIT_MEMLOCK)[0]
    words = "without limit" if most == resource.RLIM_INFINITY else f"up to {most // 1024} KiB"
    if os.geteuid() == 0:
        lines.append(Refusal("Account", "the administrator's, from whom no system hides memory or files", "", None))
    lines.append(Refusal("Memory can be kept out of swap", words, "", None))
    return lines


def told(data: Path) -> list[Refusal]:
    """What matters and is for the owner of the computer to judge; `data` is the folder of the libraries."""
    if sys.platform != "linux":
        words = "not looked up on this system: see its settings (FileVault, BitLocker)"
        return [Refusal("The disk of the libraries is encrypted", words, "", None)]
    return [
        Refusal("The disk of the libraries is encrypted", _encryption(data), "", None),
        Refusal("Swap", _swap(), "", None),
        Refusal("Hibernation, which writes all memory to disk", _hibernation(), "", None),
        Refusal("D-Bus of this session, through which other programs can be started", _session_bus(), "", None),
    ]


def _encryption(folder: Path) -> str:
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    device = folder.stat().st_dev
    if os.major(device) == 0:  # a file system over several devices or none, such as btrfs, overlay, tmpfs
        source = _source(folder)
        if not source.startswith("/dev/") or not Path(source).exists():
            return f"unknown (it lies on {source or 'something that is no disk of its own'})"
        device = Path(source).stat().st_rdev
    place = Path(f"/sys/dev/block/{os.major(device)}:{os.minor(device)}").resolve()
    return _of_device(place)


def _of_device(place: Path) -> str:
    if not place.is_dir():
        return "unknown"
    if _dm_crypt(place):
        return f"yes, by dm-crypt ({place.name})"
    return f"not by Linux ({place.name}); perhaps by the disk itself"


def _dm_crypt(device: Path) -> bool:
    """Whether a block device in /sys, or all that it is made of, is dm-crypt."""
    identity = device / "dm" / "uuid"
    if identity.is_file() and identity.read_text(encoding="ascii", errors="replace").startswith("CRYPT-"):
        return True
    below = list((device / "slaves").iterdir()) if (device / "slaves").is_dir() else []
    return bool(below) and all(_dm_crypt(each.resolve()) for each in below)


def _source(folder: Path) -> str:
    """Return what the file system that holds a folder was mounted from."""
    found, longest = "", -1
    for entry in Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="replace").splitlines():
        before, _, after = entry.partition(" - ")
        point = before.split()[4].replace("\\040", " ")
        if folder.resolve().is_relative_to(point) and len(point) >= longest:
            found, longest = after.split()[1], len(point)
    return found


def _swap() -> str:
    lines = Path("/proc/swaps").read_text(encoding="utf-8", errors="replace").splitlines()[1:]
    if not lines:
        return "none"
    found = []
    for name in (entry.split()[0] for entry in lines):
        if Path(name).name.startswith("zram"):
            found.append(f"{name}, in memory")
        elif Path(name).is_block_device():
            device = Path(name).stat().st_rdev
            place = Path(f"/sys/dev/block/{os.major(device)}:{os.minor(device)}").resolve()
            found.append(f"{name}, encrypted: {_of_device(place)}")
        else:
            found.append(f"{name}, encrypted as the disk it lies on: {_encryption(Path(name))}")
    return "; ".join(found)


def _hibernation() -> str:
    state, resume = Path("/sys/power/state"), Path("/sys/power/resume")
    able = state.is_file() and "disk" in state.read_text(encoding="ascii").split()
    chosen = resume.is_file() and resume.read_text(encoding="ascii").strip() != "0:0"
    return "set up" if able and chosen else "possible, but no place for it is set up" if able else "not possible"


def _session_bus() -> str:
    address = os.environ.get("DBUS_SESSION_BUS_ADDRESS", "")
    if address or Path(f"/run/user/{os.getuid()}/bus").exists():
        return "there: a program started by it would not be under this one's filter"
    return "none"

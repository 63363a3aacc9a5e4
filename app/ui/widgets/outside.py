"""The one door through which an original file leaves the window: to the system's own program for it.

Owns what may be opened so. Every address that Qt itself would open goes nowhere (see application.py); this
starts the system's opener directly, with a whole path and an environment that holds only what a desktop
needs. The check comes before the start: who can write into the user's folders can exchange the file between
the two, and who can do that needs no help from Carrel.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from app.errors import MissingPath, UnreadableFile

# The kinds that Carrel reads, less those that can run something or load something from elsewhere when they are
# opened: web pages do both, and many office files can hold programs. Everything that is not named here is refused.
_PDF, _OFFICE, _IMAGE, _TEXT = "pdf", "office", "image", "text"
KINDS = {
    ".pdf": _PDF,
    **dict.fromkeys((".docx", ".xlsx", ".pptx"), _OFFICE),
    **dict.fromkeys((".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".gif", ".bmp", ".dib", ".tif", ".tiff", ".webp",
                     ".heic", ".heif"), _IMAGE),
    **dict.fromkeys((".eml", ".emlx", ".mbox", ".mbx", ".txt", ".text", ".md", ".markdown", ".csv", ".tsv", ".tab",
                     ".log", ".rst", ".tex", ".srt", ".ini", ".yaml", ".yml", ".json", ".jsonl", ".ndjson", ".fhir",
                     ".hl7", ".er7"), _TEXT),
}
REFUSED = {
    **dict.fromkeys((".htm", ".html", ".xhtml", ".mht", ".mhtml", ".epub"),
                    "a web page can run programs and load things from the Internet"),
    **dict.fromkeys((".xml", ".cda", ".ccda", ".ccd"),
                    "an XML file is shown by a web browser, which can load things from the Internet"),
    **dict.fromkeys((".xlsm", ".xltm", ".xlsb", ".xls", ".xlt"), "it is a workbook that can hold programs"),
    **dict.fromkeys((".doc", ".dot", ".docm", ".dotm", ".rtf", ".odt", ".ott", ".odm", ".fodt", ".ods", ".ots", ".fods",
                     ".odp", ".otp", ".fodp", ".odg", ".fodg", ".sxw", ".stw", ".sxi", ".pptm", ".potm", ".ppsm",
                     ".ppt", ".pot", ".pps"), "it is a document that can hold programs"),
    **dict.fromkeys((".dotx", ".xltx", ".potx", ".ppsx"), "it is a template, which opens as another document"),
    **dict.fromkeys((".msg", ".tnef", ".p7m"), "it is a message that can load things from the Internet"),
    ".zip": "it is an archive, which can hold anything",
    ".ics": "it would be put into a calendar",
    ".vcf": "it would be put into an address book",
}
_PICTURES = (b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_HEAD = 1024  # bytes that are looked at
_PROGRAMS = (b"\x7fELF", b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe",
             b"\xca\xfe\xba\xbe", b"\xca\xfe\xba\xbf", b"\xbe\xba\xfe\xca", b"L\x00\x00\x00\x01\x14\x02\x00")
_SCRIPTS = (b"#!", b"[Desktop Entry]", b"[InternetShortcut]", b"<?php", b"@echo")
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")  # one letter before the colon is a drive
# To look there at all makes the system connect to another computer.
_AUTOMATIC = re.compile(r"/(net|afs|misc|smb|cifs|Network)(/|$)|/run/user/[^/]+/gvfs(/|$)|.*/\.gvfs(/|$)")
# What a desktop's opener and the program behind it need; nothing else of this program's environment is theirs.
_NEEDED = re.compile(
    r"PATH|HOME|USER|LOGNAME|SHELL|TZ|LANG|LANGUAGE|LC_\w+|DISPLAY|WAYLAND_DISPLAY|XAUTHORITY|XDG_\w+"
    r"|DBUS_SESSION_BUS_ADDRESS|DESKTOP_SESSION|SESSION_MANAGER|KDE_\w+|GNOME_\w+|GTK_IM_MODULE|XMODIFIERS"
)
_started: list[subprocess.Popen[bytes]] = []  # openers that may still run; looked after at the next one


def open_outside(path: str | Path) -> None:
    """Open a file in the system's program for its kind; takes a moment, so on a worker.

    Raises MissingPath, UnreadableFile with the reason why it was not opened.
    """
    _hand_over(checked(path), reveal=False)


def outermost(file: str, parents: Mapping[str, str | None]) -> str:
    """Return the file on the disk that `file` is or came out of; `parents` has what files came in, by their paths."""
    seen = {file}
    while (parent := parents.get(file)) is not None and parent not in seen:
        seen.add(parent)
        file = parent
    return file


def show_in_folder(path: str | Path) -> None:
    """Show the folder of a file in the system's file manager, on a worker; raises as `open_outside`."""
    _hand_over(_there(path), reveal=True)


def checked(path: str | Path) -> Path:
    """Return the real path of a file that may be opened; raises MissingPath, UnreadableFile."""
    real = _there(path)
    ending = real.suffix.lower()
    if not real.is_file():
        raise _refused("it is not a file")
    if ending in REFUSED:
        raise _refused(f"{REFUSED[ending]}; it can be opened from its folder")
    if ending not in KINDS:
        raise _refused("Carrel opens only the kinds of documents that it reads")
    try:
        with real.open("rb") as stream:
            head = stream.read(_HEAD)
        runs = os.name == "posix" and bool(real.stat().st_mode & 0o111)
    except OSError as error:
        raise _refused(error.strerror or "the system would not read it") from error
    kind = KINDS[ending]
    # Whole file systems mark all files as programs, so for a kind that shows by its content what it is, the
    # content decides, and the mark only for text.
    if _is_program(head) or (kind is _TEXT and runs):
        raise _refused("it is a program, or marked as one, although its name is that of a document")
    if not _is_what_it_says(kind, head):
        raise _refused("its content is not what its name says")
    return real


def _is_what_it_says(kind: str, head: bytes) -> bool:
    if kind is _PDF:
        return b"%PDF-" in head
    if kind is _OFFICE:
        return head.startswith(b"PK\x03\x04")
    if kind is _IMAGE:
        return (head.startswith(_PICTURES) or (head.startswith(b"RIFF") and head[8:12] == b"WEBP")
                or head[4:8] == b"ftyp")
    return True


def _there(path: str | Path) -> Path:
    """Return the real path of what is there and on this computer, without asking another one."""
    name = str(path)
    if _is_elsewhere(name):
        raise _refused("it lies on another computer, which opening it would call; connect to that as a drive first")
    if not Path(name).is_absolute() or "\0" in name:
        raise _refused("its name is not a whole path")
    try:
        real = Path(os.path.realpath(name, strict=True))
    except (OSError, ValueError) as error:
        raise MissingPath(path=name) from error
    if _is_elsewhere(str(real)):  # a link led there
        raise _refused("it is a link to another computer")
    return real


def _is_elsewhere(name: str) -> bool:
    flat = name.replace("\\", "/") if sys.platform == "win32" or name.startswith("\\") else name
    if sys.platform == "win32" and flat.upper().startswith("//?/") and not flat.upper().startswith("//?/UNC/"):
        flat = flat[4:]  # the long form of a local path
    return flat.startswith("//") or bool(_ADDRESS.match(name)) or bool(_AUTOMATIC.match(flat))


def _is_program(head: bytes) -> bool:
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    # "MZ" begins words too; a program has zeros soon after it.
    return (head.startswith(_PROGRAMS) or (head.startswith(b"MZ") and b"\0" in head[:64])
            or start.lower().startswith(tuple(script.lower() for script in _SCRIPTS)))


def _refused(reason: str) -> UnreadableFile:
    return UnreadableFile(reason=reason)


def _hand_over(path: Path, *, reveal: bool) -> None:
    if sys.platform == "win32":
        if reveal:
            explorer = Path(os.environ.get("SYSTEMROOT", r"C:\Windows"), "explorer.exe")
            _start([str(explorer), f"/select,{path}"])
        else:
            os.startfile(path, "open")  # noqa: S606 (what was checked, by its whole path)
    elif sys.platform == "darwin":
        _start(["/usr/bin/open", *(["-R"] if reveal else []), str(path)])
    else:
        opener = shutil.which("xdg-open")
        if opener is None:
            raise _refused("this system has no program (xdg-open) that opens files")
        _start([opener, str(path.parent if reveal else path)])


def _start(command: Sequence[str]) -> None:
    """Start a program that outlives this one and shares nothing with it."""
    _started[:] = [process for process in _started if process.poll() is None]
    kept = {name: value for name, value in os.environ.items() if _NEEDED.fullmatch(name)}
    try:
        _started.append(subprocess.Popen(
            command, env=kept if os.name == "posix" else None, cwd=Path(command[0]).anchor, start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
    except OSError as error:
        raise _refused(error.strerror or "the system's opener did not start") from error

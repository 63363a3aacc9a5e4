"""What a hostile model would do in the engine's place: look around. Loaded by an engine in test_landlock.py."""

from __future__ import annotations

import errno
import os
import shutil
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any


class Prying:
    def __init__(self, header: dict[str, Any]) -> None:
        outside, inside = Path(header["outside"]), Path(header["path"])
        tries: dict[str, Callable[[], object]] = {
            "read outside": (outside / "letter.txt").read_text,
            "read by a link": (inside / "link").read_text,
            "read through proc": lambda: Path(f"/proc/self/root{outside}/letter.txt").read_text(),
            "list outside": lambda: list(outside.iterdir()),
            "list the home": lambda: list(Path.home().iterdir()),
            "write outside": lambda: (outside / "new").write_text("x"),
            "write to the temporary folder": lambda: Path("/tmp/carrel-prying").write_text("x"),
            "write to shared memory": lambda: Path("/dev/shm/carrel-prying").write_text("x"),
            "write beside the model": lambda: (inside / "new").write_text("x"),
            "change the program": lambda: Path(__file__).parents[2].joinpath("app/new.py").write_text("x"),
            "remove outside": (outside / "letter.txt").unlink,
            "move outside": lambda: shutil.move(outside / "letter.txt", outside / "moved.txt"),
            "look into the desk": lambda: Path(f"/proc/{os.getppid()}/environ").read_bytes(),
            "signal to the desk": lambda: os.kill(os.getppid(), 0),
            "local socket": lambda: socket.socket(socket.AF_UNIX),
            "another program": lambda: os.execv("/bin/true", ["true"]),
            "read the model": (inside / "model.txt").read_text,
            "read the program": lambda: bool(Path(__file__).parents[2].joinpath("app/errors.py").read_text()),
            "throw away": lambda: Path("/dev/null").write_text("x"),
        }
        self.found = {}
        for name, act in tries.items():
            try:
                self.found[name] = f"ok {act()}"
            except OSError as error:
                self.found[name] = errno.errorcode[error.errno or 0]

    def about(self) -> dict[str, Any]:
        return self.found


load = Prying

"""The real program as its own processes, in a home of its own, so that all it leaves behind can be looked at."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "resources" / "samples"

# What a hostile or merely careless computer may hold: each of these made some library call out.
# 192.0.2.0/24 is reserved for documentation and reaches nobody.
HOSTILE = {
    "CHROMA_API_IMPL": "chromadb.api.fastapi.FastAPI",
    "CHROMA_SERVER_HOST": "192.0.2.1",
    "CHROMA_SERVER_HTTP_PORT": "8000",
    "CHROMA_OTEL_COLLECTION_ENDPOINT": "http://192.0.2.1:4317",
    "CHROMA_OTEL_GRANULARITY": "all",
    "ANONYMIZED_TELEMETRY": "True",
    "HTTP_PROXY": "http://192.0.2.1:3128",
    "HTTPS_PROXY": "http://192.0.2.1:3128",
    "ALL_PROXY": "socks5://192.0.2.1:1080",
    "HF_ENDPOINT": "http://192.0.2.1",
    "HF_HUB_OFFLINE": "0",
    "TRANSFORMERS_OFFLINE": "0",
}


@dataclass
class Program:
    """Where the program runs and what it is given; nothing of the tester's own home is seen by it."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)
    before: tuple[str, ...] = ()  # a command that runs it, such as strace

    def __post_init__(self) -> None:
        for place in (self.home, self.temporary, self.working):
            place.mkdir(parents=True)
        self.passphrase.write_text("marble otter seven lanterns\n", encoding="utf-8")

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def temporary(self) -> Path:
        return self.folder / "tmp"

    @property
    def working(self) -> Path:
        return self.folder / "cwd"

    @property
    def library(self) -> Path:
        return self.folder / "library"

    @property
    def passphrase(self) -> Path:
        return self.folder / "passphrase.txt"

    def start(self, *arguments: str | Path, entry: tuple[str, ...] = ("-m", "app")) -> subprocess.Popen[str]:
        """Start the program on its library; `entry` is what Python is told to run."""
        environment = {name: os.environ[name] for name in ("PATH", "LANG", "SYSTEMROOT") if name in os.environ}
        environment |= {
            "PYTHONPATH": str(ROOT), "HOME": str(self.home), "TMPDIR": str(self.temporary),
            "XDG_RUNTIME_DIR": str(self.temporary), "QT_QPA_PLATFORM": "offscreen",
            "PYTHONDONTWRITEBYTECODE": "1",
        }  # fmt: skip
        command = [*self.before, sys.executable, *entry]
        command += ["--library", str(self.library), "--passphrase-file", str(self.passphrase)]
        return subprocess.Popen(
            [*command, *map(str, arguments)], env=environment | self.environment, cwd=self.working, text=True,
            encoding="utf-8", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def run(self, *arguments: str | Path) -> str:
        """Run the program to its end and return its standard output; fails where it failed."""
        output, complaints = (process := self.start(*arguments)).communicate()
        assert process.returncode in (0, 3), complaints  # 3: one file could not be read
        return output

    def ask_json(self, *arguments: str | Path) -> dict[str, Any]:
        """Run the program with --json and return the object of its last line."""
        found: dict[str, Any] = json.loads(self.run(*arguments, "--json").splitlines()[-1])
        return found

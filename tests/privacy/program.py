"""The real program as its own processes, in a home of its own, so that all it leaves behind can be looked at."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.vault.keys import Cost
from app.vault.vault import Vault

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "resources" / "samples"
PASSPHRASE = "marble otter seven lanterns"
CHEAP = Cost(memory=1024, passes=1, lanes=1)  # a guess at the passphrase is not what these tests are about

# What Python is told to run.
COMMANDS = ("-m", "app")
QUICK = ("-m", "tests.privacy.quick")  # the same with scripted models
WINDOW = ("-m", "tests.privacy.window_job")
QUICK_WINDOW = (*WINDOW, "--quick")

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
    "PYTHON_KEYRING_BACKEND": "foreign_keyring.Foreign",
}

# A key store of somebody else's making, for which the user's own configuration asks.
FOREIGN_KEYRING = """
from pathlib import Path
Path(__file__).with_name("foreign-keyring-was-loaded").touch()
from keyring.backend import KeyringBackend
class Foreign(KeyringBackend):
    priority = 99
    def get_password(self, service, name): return None
    def set_password(self, service, name, secret): Path(__file__).with_name("stolen").write_text(secret)
"""


# A file that was put into the library, as the program says it; it is safe from then on.
ACKNOWLEDGED = re.compile(r"\[ *\d+/\d+\] (.+): \d+ pages?, ")


@dataclass(frozen=True)
class Done:
    """How a run ended."""

    code: int
    output: str
    complaints: str

    @property
    def sentence(self) -> str:
        """The last line that the program said, where it says what went wrong."""
        lines = self.complaints.strip().splitlines()
        return lines[-1] if lines else ""

    @property
    def acknowledged(self) -> set[str]:
        """The names of the files that it said were added."""
        return {found[1] for line in self.complaints.splitlines() if (found := ACKNOWLEDGED.match(line))}

    @property
    def told(self) -> bool:
        """Whether it ended well, or with one of its own exit codes and a sentence; never a traceback."""
        if "Traceback" in self.complaints or self.code < 0 or self.code == 1:
            return False
        return self.code == 0 or self.sentence.endswith((".", ":", ")")) or self.code == 3


@dataclass
class Program:
    """Where the program runs and what it is given; nothing of the tester's own home is seen by it."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)
    before: tuple[str, ...] = ()  # a command that runs it, such as strace
    entry: tuple[str, ...] = COMMANDS
    elsewhere: Path | None = None  # where the library lies, if not beside the rest

    def __post_init__(self) -> None:
        for place in (self.home, self.temporary, self.working):
            place.mkdir(parents=True)
        self.passphrase.write_text(f"{PASSPHRASE}\n", encoding="utf-8")

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
        return self.elsewhere or self.folder / "library"

    @property
    def passphrase(self) -> Path:
        return self.folder / "passphrase.txt"

    @property
    def places(self) -> list[Path]:
        """Every folder that the program may write to."""
        return [self.library, self.home, self.temporary, self.working]

    def make_vault(self, *more: str) -> str:
        """Make the library with a matter "General" and `more`, quick to open; return its recovery key."""
        vault, printed = Vault.create(self.library, bytearray(PASSPHRASE.encode()), cost=CHEAP)
        with vault:
            for name in more:
                vault.create_matter(name)
        return printed

    def vault(self) -> Vault:
        """Open the vault here, while the program does not run."""
        return Vault.open(self.library, bytearray(PASSPHRASE.encode()))

    def settle(self, **settings: object) -> None:
        """Write the user's settings."""
        file = self.home / ".config" / "carrel" / "settings.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(settings), encoding="utf-8")

    def make_hostile(self) -> None:
        """Set every trap that a careless computer may hold: environment, `.env`, a foreign key store."""
        self.environment |= HOSTILE
        lines = "".join(f"{name.lower()}={value}\n" for name, value in HOSTILE.items())
        (self.working / ".env").write_text(lines, encoding="utf-8")
        (self.home / ".env").write_text(lines, encoding="utf-8")
        (self.working / "foreign_keyring.py").write_text(FOREIGN_KEYRING, encoding="utf-8")
        for folder in (".config/python_keyring", ".local/share/python_keyring"):
            place = self.home / folder
            place.mkdir(parents=True)
            (place / "keyringrc.cfg").write_text(
                f"[backend]\ndefault-keyring=foreign_keyring.Foreign\nkeyring-path={self.working}\n", encoding="utf-8"
            )

    def start(self, *arguments: str | Path, entry: tuple[str, ...] = ()) -> subprocess.Popen[str]:
        """Start the program on its library; `entry` is what Python is told to run, else the program's own."""
        environment = {name: os.environ[name] for name in ("PATH", "LANG", "SYSTEMROOT", "DISPLAY")
                       if name in os.environ}
        environment |= {
            "PYTHONPATH": str(ROOT), "HOME": str(self.home), "TMPDIR": str(self.temporary),
            "XDG_RUNTIME_DIR": str(self.temporary), "QT_QPA_PLATFORM": "offscreen",
            "PYTHONDONTWRITEBYTECODE": "1",
        }  # fmt: skip
        command = [*self.before, sys.executable, *(entry or self.entry)]
        command += ["--library", str(self.library), "--passphrase-file", str(self.passphrase)]
        return subprocess.Popen(
            [*command, *map(str, arguments)], env=environment | self.environment, cwd=self.working, text=True,
            encoding="utf-8", errors="replace", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )  # fmt: skip

    def tried(self, *arguments: str | Path, entry: tuple[str, ...] = ()) -> Done:
        """Run the program to its end, however that is."""
        output, complaints = (process := self.start(*arguments, entry=entry)).communicate()
        return Done(process.returncode, output, complaints)

    def run(self, *arguments: str | Path) -> str:
        """Run the program to its end and return its standard output; fails where it failed."""
        done = self.tried(*arguments)
        assert done.code in (0, 3), done.complaints  # 3: one file could not be read
        return done.output

    def ask_json(self, *arguments: str | Path) -> dict[str, Any]:
        """Run the program with --json and return the object of its last line."""
        found: dict[str, Any] = json.loads(self.run(*arguments, "--json").splitlines()[-1])
        return found

    def found_by(self, questions: dict[str, str], *options: str) -> dict[str, str]:
        """Return the texts of what is found for each question, under the question's name; one opening for all."""
        file = self.folder / "questions.jsonl"
        file.write_text(
            "".join(json.dumps({"id": key, "question": words}) + "\n" for key, words in questions.items()),
            encoding="utf-8",
        )
        lines = map(json.loads, self.run("search", *options, "--queries", file).splitlines())
        return {line["id"]: "\n".join(hit["text"] for hit in line["hits"]) for line in lines}


def descendants(process: int) -> dict[int, str]:
    """Return the living processes that `process` started, and theirs, with the moment each began; Linux only."""
    parents: dict[int, tuple[int, str]] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError, ValueError):
                parts = (folder / "stat").read_text(errors="replace").rpartition(")")[2].split()
                if parts[0] != "Z":
                    parents[int(folder.name)] = (int(parts[1]), parts[19])
    found: dict[int, str] = {}
    wanted = [process]
    while wanted:
        above = wanted.pop()
        children = [number for number, (parent, _) in parents.items() if parent == above and number not in found]
        found |= {number: parents[number][1] for number in children}
        wanted += children
    return found


def living(processes: dict[int, str]) -> dict[int, str]:
    """Return those of `descendants` that still run."""
    left = {}
    for number, began in processes.items():
        with contextlib.suppress(OSError):
            parts = Path(f"/proc/{number}/stat").read_text(errors="replace").rpartition(")")[2].split()
            if parts[0] != "Z" and parts[19] == began:
                left[number] = began
    return left


def wait_until_gone(processes: dict[int, str], seconds: float = 20.0) -> None:
    """Wait until none of them runs; fails and ends them where they do not go by themselves."""
    until = time.monotonic() + seconds
    while left := living(processes):
        if time.monotonic() > until:
            for number in left:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(number, signal.SIGKILL)
            raise AssertionError(f"still running after the desk ended: {sorted(left)}")
        time.sleep(0.05)


def told_of(processes: Iterable[int]) -> Iterator[tuple[int, bytes]]:
    """Yield the command line and the environment of each process, as far as the system lets us look.

    For the moment between its start and its own program a process has its parent's command line; it is passed over.
    """
    for number in processes:
        with contextlib.suppress(OSError):
            told = [Path(f"/proc/{number}/{name}").read_bytes() for name in ("environ", "cmdline")]
            stat = Path(f"/proc/{number}/stat").read_text(errors="replace").rpartition(")")[2].split()
            if told[1] != Path(f"/proc/{stat[1]}/cmdline").read_bytes():
                yield from ((number, each) for each in told)

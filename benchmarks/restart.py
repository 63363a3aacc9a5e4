"""What a kill costs: adding a folder, killed at random moments and begun again, beside adding it undisturbed.

    python benchmarks/restart.py --docs ../shared/data/kgrag_sec10q/docs [--kills 20] [--seed 1] [--real]

Prints figures. The program is killed (SIGKILL) at a random moment of the time that the undisturbed run took, and
begun again until it ends by itself; then with a new library, until there were enough kills. After each kill the
library is opened and looked through: every byte of the database against its codes, every document against the ledger
and against what the program had said to be added. At each end the result is compared with the undisturbed one:
documents, statuses, reasons, pages with their texts, passages with their contexts and vectors. The models are scripted
(tests/privacy/quick.py) unless `--real`; readers, OCR, store and index are the real ones. Linux only.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from app import passages, seal  # noqa: E402
from app.store.store import Store  # noqa: E402
from app.vault.keys import wipe  # noqa: E402
from tests.privacy.program import ACKNOWLEDGED, COMMANDS, QUICK, Program, descendants, wait_until_gone  # noqa: E402


@dataclass
class Found:
    """What a library holds, without what is random in it."""

    documents: dict[str, Any] = field(default_factory=dict)
    pages: dict[tuple[str, int | None], Any] = field(default_factory=dict)
    passages: dict[tuple[str, int | None, int], Any] = field(default_factory=dict)
    unfinished: tuple[str, ...] = ()
    faults: list[str] = field(default_factory=list)

    def differs(self, other: Found) -> list[str]:
        """Say where two of them differ."""
        return [
            f"{name}: {sorted(map(str, ours.keys() ^ theirs.keys()))[:3]} "
            f"{[key for key in ours.keys() & theirs.keys() if ours[key] != theirs[key]][:3]}"
            for name, ours, theirs in (
                ("documents", self.documents, other.documents), ("pages", self.pages, other.pages),
                ("passages", self.passages, other.passages),
            ) if ours != theirs
        ]  # fmt: skip


def look(program: Program) -> Found:
    """Open the library of a program that does not run, check it, and return what it holds."""
    found = Found()
    with program.vault() as vault:
        (matter,) = vault.matters()
        key = vault.matter_key(matter.id)
        try:
            store = Store.open(vault.matter_folder(matter.id), key, naming=passages.beginning)
        finally:
            wipe(key)
        with store:
            store.verify()
            found.faults += store.findings
            found.unfinished = store.unfinished()
            _documents(store, found)
            _passages(store, found)
    return found


def _documents(store: Store, found: Found) -> None:
    lines: dict[str, list[Any]] = {}
    for line in store.ledger():
        lines.setdefault(line.file, []).append(line)
        if not line.status.readable and not line.reason:
            found.faults.append(f"{line.file}, page {line.page}: {line.status} without a reason")
    rows = {row.file: row for row in store.documents()}
    if rows.keys() != lines.keys():
        found.faults.append("the ledger and the documents are not of the same files")
    for file, row in rows.items():
        if len(lines.get(file, ())) != max(row.pages, 1):
            found.faults.append(f"{file}: {row.pages} pages and {len(lines.get(file, ()))} lines in the ledger")
        found.documents[file] = (row.kind, row.title, row.status, row.pages, row.parent, row.reasons, row.size)
        for line in lines.get(file, ()) if row.pages else ():
            page = store.page(row.id, line.page)
            digest = hashlib.sha256(page.text.encode()).hexdigest()
            found.pages[file, line.page] = (page.status, page.reason, page.confidence, page.lines, digest)


def _passages(store: Store, found: Found) -> None:
    stretch = store._records.stretch(0, 1 << 30)
    stored = store.passages(stretch.ids)
    if len(stored) != len(stretch.ids):
        found.faults.append("there are vectors without a passage")
    for passage, vector in zip(stored, stretch.vectors, strict=True):
        key = passage.file, passage.page, passage.start
        if key in found.passages:
            found.faults.append(f"twice in the library: {key}")
        found.passages[key] = passage.end, passage.text, passage.context, vector.tobytes()
        if (passage.file, passage.page) not in found.pages:
            found.faults.append(f"a passage without its page: {key}")


def add(program: Program, docs: Path, seconds: float | None = None) -> tuple[bool, float, set[str]]:
    """Add the folder, killed after so many seconds; return whether it was, how long it ran, and what it said is in."""
    began = time.monotonic()
    process = program.start("add", docs)
    killed = False
    try:
        _, said = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        others = descendants(process.pid)
        process.send_signal(signal.SIGKILL)
        _, said = process.communicate()
        wait_until_gone(others)
        killed = True
    if not killed and process.returncode not in (0, 3):
        raise SystemExit(f"it ended by itself with {process.returncode}:\n{said[-2000:]}")
    told = {match[1] for line in said.splitlines() if (match := ACKNOWLEDGED.match(line))}
    return killed, time.monotonic() - began, told


def made(folder: Path, *, real: bool) -> Program:
    program = Program(folder, entry=COMMANDS if real else QUICK)
    program.make_vault()
    return program


def live(program: Program, docs: Path, kills: list[float], files: int) -> tuple[int, Found, list[str]]:
    """Add a folder, killed after each of these times, to its end; return how many came true, the end, and faults."""
    done, before = 0, 0
    faults: list[str] = []
    while True:
        killed, ran, told = add(program, docs, kills[done] if done < len(kills) else None)
        found = look(program)
        lost = told - {Path(file).name for file in found.documents}
        faults += [*found.faults, *(f"said to be added and not there: {file}" for file in sorted(lost))]
        if not killed:
            return done, found, faults
        done += 1
        if not found.unfinished and 0 < len(found.documents) < files:
            faults.append(f"kill {done}: nothing says that there is more to do")
        more = len(found.documents) - before
        print(f"  killed after {ran:5.1f} s: {_counts(found)}; {more} files more", flush=True)
        before = len(found.documents)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--docs", type=Path, required=True, help="folder of documents to add")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--real", action="store_true", help="with the real models instead of scripted ones")
    options = parser.parse_args()
    seal.shut("desk")  # as the program does; no vault is opened otherwise
    chance, docs = random.Random(options.seed), options.docs.resolve()
    with tempfile.TemporaryDirectory() as folder:
        undisturbed = made(Path(folder, "undisturbed"), real=options.real)
        _, whole, _ = add(undisturbed, docs)
        wanted = look(undisturbed)
        models = "real" if options.real else "scripted"
        print(f"undisturbed, {models} models: {whole:.1f} s, {_counts(wanted)}", flush=True)
        faults = [f"undisturbed: {fault}" for fault in wanted.faults]
        kills = lives = 0
        while kills < options.kills:
            lives += 1
            times = [chance.uniform(0.1, 1.0) * whole for _ in range(options.kills - kills)]
            program = made(Path(folder, f"life{lives}"), real=options.real)
            done, found, wrong = live(program, docs, times, len(wanted.documents))
            kills += done
            whole *= 1.0 if done else 0.7  # the computer is less busy than it was then
            wrong += [f"differs: {difference}" for difference in found.differs(wanted)]
            wrong += ["unfinished at its end"] if found.unfinished else []
            print(f"life {lives}: {done} kills, then {_counts(found)}, {len(wrong)} faults", flush=True)
            faults += [f"life {lives}: {fault}" for fault in wrong]
    print(f"{kills} kills in {lives} lives, {len(faults)} faults")
    for fault in faults:
        print(fault)
    return 1 if faults else 0


def _counts(found: Found) -> str:
    return f"{len(found.documents)} documents, {len(found.pages)} pages, {len(found.passages)} passages"


if __name__ == "__main__":
    sys.exit(main())

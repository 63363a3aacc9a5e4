"""What becomes of files that are awkward, broken, locked, hostile or foreign, each through a real reader process.

    python benchmarks/hard_files.py ../shared/data/hard_files [--only SUBSTRING] [--ocr] [--text] [--parts]

Prints a line for each file (with --parts for each file inside it, too), then what has to hold: no crash, no hang, no
file missing, none called read without a text, and the locked ones of which the list knows the password open. Asserts
nothing. A file's password is given where the list has one; --ocr also reads pictures, --text shows a little of each.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from app.documents import reading, text  # noqa: E402
from app.documents.sandbox import Limits, ReaderPool, Recogniser  # noqa: E402
from app.errors import (  # noqa: E402
    DamagedFile,
    EmptyFile,
    FileError,
    LockedFile,
    TimedOutFile,
    TooLargeFile,
    UnsupportedFile,
)
from app.types import Document, Status  # noqa: E402

DEPTH = 5
WITHIN = 1.2  # of the time that a file may take; more is a hang
STATUSES: dict[type[FileError], Status] = {
    EmptyFile: Status.EMPTY, LockedFile: Status.LOCKED, UnsupportedFile: Status.UNSUPPORTED,
    DamagedFile: Status.DAMAGED, TooLargeFile: Status.TOO_LARGE, TimedOutFile: Status.TIMED_OUT,
}  # fmt: skip
# What a name in the list's "kind" lets one expect.
EXPECTED: dict[str, set[Status]] = {
    "needs-password": {Status.LOCKED}, "image-scan": {Status.PICTURE, Status.OCR},
    "opens-empty-pw": {Status.READ, Status.OCR, Status.PICTURE, Status.EMPTY},
}  # fmt: skip
Read = Callable[[bytes, str, tuple[str, ...]], Document]


@dataclass
class Row:
    """What became of one file, or of one inside it."""

    file: str
    status: Status
    seconds: float
    hung: bool = False
    crashed: str = ""
    kind: str = ""
    pages: int = 0
    characters: int = 0
    parts: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    reason: str = ""
    text: str = ""
    empty_read: bool = False
    depth: int = 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="holds manifest.csv and the files")
    parser.add_argument("--only", default="", help="files whose name has this in it")
    parser.add_argument("--ocr", action="store_true", help="pictures are read, too")
    parser.add_argument("--text", action="store_true", help="show the beginning of each text")
    parser.add_argument("--parts", action="store_true", help="a line for each file inside a file")
    options = parser.parse_args()
    entries = list(csv.DictReader((options.folder / "manifest.csv").open(encoding="utf-8", newline="")))
    entries = [entry for entry in entries if options.only.lower() in entry["file"].lower()]
    began = time.perf_counter()
    with contextlib.ExitStack() as open_until_then:
        rows = run(entries, options, reader(open_until_then, ocr=options.ocr))
    print(f"\n{time.perf_counter() - began:.0f} s for {len(entries)} files and {sum(row.depth > 0 for row in rows)} "
          "files inside them")
    conclude(entries, rows)
    compare(entries, rows, options.folder)


def reader(stack: contextlib.ExitStack, *, ocr: bool) -> Read:
    """Return what reads a file: a pool of readers alone, or with the recogniser behind it."""
    readers = stack.enter_context(ReaderPool(2))
    if not ocr:
        return readers.read
    recogniser = stack.enter_context(contextlib.closing(Recogniser()))
    return lambda data, suffix, passwords: reading.read(data, suffix, readers, recogniser, passwords=passwords)


def run(entries: list[dict[str, str]], options: argparse.Namespace, read: Read) -> list[Row]:
    rows: list[Row] = []
    print(f"{'status':12} {'kind':9} {'pages':>5} {'chars':>8} {'parts':>5} {'s':>6}  file: reason")
    for entry in entries:
        data = (options.folder / entry["file"]).read_bytes()
        passwords = (entry["password"],) if entry["password"] else ()
        for row in follow(entry["file"], data, passwords, read, 0):
            rows.append(row)
            if row.depth == 0 or options.parts:
                show(row, text=options.text)
    return rows


def follow(file: str, data: bytes, passwords: tuple[str, ...], read: Read, depth: int) -> list[Row]:
    """Read a file and the files inside it."""
    began = time.perf_counter()
    parts: tuple[tuple[str, bytes], ...] = ()
    row = Row(file, Status.FAILED, 0.0, depth=depth)
    try:
        document = read(data, Path(file).suffix, passwords)
        row.kind, row.status, row.pages = document.kind, document.status, len(document.pages)
        row.characters = sum(len(page.text.strip()) for page in document.pages)
        row.statuses = Counter(str(page.status) for page in document.pages)
        row.reason = next((page.reason for page in document.pages if page.reason), "")
        row.text = next((page.text.strip() for page in document.pages if page.text.strip()), "")
        row.empty_read = any(page.status in (Status.READ, Status.OCR) and not page.text.strip()
                             for page in document.pages)  # fmt: skip
        parts = tuple((part.name, part.data) for part in document.parts)
        row.parts = len(parts)
    except FileError as error:
        row.status, row.reason = STATUSES.get(type(error), Status.FAILED), str(error)
    except Exception as error:  # noqa: BLE001
        row.crashed = row.reason = f"{type(error).__name__}: {error}"
    row.seconds = time.perf_counter() - began
    row.hung = row.seconds > Limits().allowed(len(data)) * WITHIN + Limits().start
    rows = [row]
    for name, inner in parts if depth < DEPTH else ():
        rows += follow(f"{file}/{name}", inner, passwords, read, depth + 1)
    return rows


def show(row: Row, *, text: bool) -> None:
    mixed = " ".join(f"{count} {status}" for status, count in row.statuses.items()) if len(row.statuses) > 1 else ""
    name = "  " * row.depth + row.file
    status = "CRASH" if row.crashed else str(row.status)
    print(f"{status:12} {row.kind:9} {row.pages:5} {row.characters:8} {row.parts:5} "
          f"{row.seconds:6.1f}  {name}{f' [{mixed}]' if mixed else ''}{f': {row.reason}' if row.reason else ''}",
          flush=True)  # fmt: skip
    if text and row.text:
        print("      " + " ".join(row.text[:160].split()))


def conclude(entries: list[dict[str, str]], rows: list[Row]) -> None:
    """Print the conditions and the counts."""
    files = {row.file: row for row in rows if row.depth == 0}
    checked = [entry["file"] for entry in entries if entry["password_checked"].startswith("yes")]
    locked = [name for name in checked if files[name].status not in (Status.READ, Status.OCR, Status.PICTURE)]
    died = [row.file for row in rows if "crashed the reader" in row.reason]
    told = {
        "no crash of the program": [row.file for row in rows if row.crashed],
        "no hang of the program": [row.file for row in rows if row.hung],
        "no file is missing": [entry["file"] for entry in entries if entry["file"] not in files],
        "none called read without a text": [row.file for row in rows if row.empty_read],
        f"the {len(checked)} with a checked password open": locked,
    }
    print()
    for condition, against in told.items():
        print(f"  {'no ' if against else 'yes'}  {condition}{': ' + ', '.join(against) if against else ''}")
    print(f"  readers that died: {', '.join(died) or 'none'}")
    for depth, label in ((0, "files"), (1, "files inside files")):
        found = Counter(str(row.status) for row in rows if (row.depth > 0) == (depth > 0))
        print(f"  {label}: " + ", ".join(f"{count} {status}" for status, count in found.most_common()))


def compare(entries: list[dict[str, str]], rows: list[Row], folder: Path) -> None:
    """Print where the list lets one expect something else than what was found."""
    files = {row.file: row for row in rows if row.depth == 0}
    print("\nother than the list says:")
    for entry in entries:
        row = files[entry["file"]]
        for part, expected in EXPECTED.items():
            if part in entry["kind"] and not entry["password"] and row.status not in expected:
                print(f"  {row.file}: {entry['kind']}, and is {row.status}")
        if entry["pages"] and int(entry["pages"]) != row.pages:
            print(f"  {row.file}: {entry['pages']} pages, and has {row.pages}")
        if int(entry["text_chars_first3pages"] or 0) > 20 and not row.characters:
            print(f"  {row.file}: {entry['text_chars_first3pages']} characters on its first pages, and has none")
        if entry["source_says"].startswith("charset ") and entry["file"].endswith(".txt"):
            encoding(entry, (folder / entry["file"]).read_bytes(), row)


def encoding(entry: dict[str, str], data: bytes, row: Row) -> None:
    """Print whether a text in a known encoding was decoded to the same characters."""
    name = entry["source_says"].split()[1]
    try:
        true = data.decode(name, "replace")
    except LookupError:
        print(f"  {row.file}: Python does not know {name} to compare with")
        return
    found = text.decoded(data)
    same = sum(one == other for one, other in zip(true, found, strict=False)) / max(len(true), len(found), 1)
    print(f"  {row.file}: {same:.1%} of its characters are those of {name}")


if __name__ == "__main__":
    main()

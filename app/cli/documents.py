"""The commands for documents: add, status, search, ask, remove, and the demonstration."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app import demo, errors, paths
from app.cli.opening import library, read_secret, session
from app.cli.talk import confirmed, counted, local_time, print_json, say
from app.report import answer_json, evidence_json, print_answer, print_event, print_hits
from app.types import Added, Answered, BackupCopy, DocumentRow, EvidenceFound, FileFailed, TextWritten

if TYPE_CHECKING:
    from app.session import Session


def window(options: argparse.Namespace) -> int:
    """Open the window."""
    if options.recovery_key_file or options.key_store or options.matter:
        say("The window asks for these itself; start it without --recovery-key-file, --key-store and --matter.")
        return 2
    secret = read_secret(options, new=False) if options.passphrase_file else None
    return int(options.window(library(options), secret, samples=False))


def add(options: argparse.Namespace) -> int:
    """Add what was named, or go on with what was being added when the work was cut off."""
    if options.resume == bool(options.paths):
        say("Name what to add, or say --resume to go on with what was being added.")
        return 2
    with session(options, create=not options.resume) as opened:
        wanted = [Path(path) for path in opened.store.unfinished()] if options.resume else options.paths
        if options.resume and not wanted:
            say("Nothing was left unfinished.")
            if not options.json:
                return 0
        try:
            return _added(opened, wanted, as_json=options.json)
        except KeyboardInterrupt:
            opened.store.note_unfinished(())  # it is the user's wish, and nothing to go on with later
            raise


def _added(opened: Session, wanted: Sequence[Path], *, as_json: bool) -> int:
    failed = 0
    with contextlib.closing(opened.ingest.add(wanted)) as events:
        for event in events:
            print_event(event, sys.stderr)
            failed += isinstance(event, FileFailed)
            if isinstance(event, Added) and as_json:
                print_json({
                    "added": event.added,
                    "unchanged": event.unchanged,
                    "failed": event.failed,
                    "pages": event.pages,
                    "seconds": round(event.seconds, 3),
                })
    return errors.FileError.exit_code if failed else 0


def status(options: argparse.Namespace) -> int:
    """List the documents."""
    with session(options, warm=False) as opened:
        rows = opened.store.documents()
        counts = opened.store.page_counts()
        unfinished = opened.store.unfinished()
        matter = opened.matter.name
    if options.json:
        documents = [
            {
                "file": row.file,
                "status": str(row.status),
                "pages": row.pages,
                "parent": row.parent,
                "reasons": list(row.reasons),
            }
            for row in rows
        ]
        print_json({
            "documents": documents,
            "pages": {str(key): value for key, value in counts.items()},
            "matter": matter,
            "unfinished": list(unfinished),
        })
        return 0
    for row in rows:
        print(f"{row.status:<12} {row.pages:>5} {'page ' if row.pages == 1 else 'pages'}  {row.file}")
        for reason in row.reasons:
            print(f"{'':<26}{reason}")
    total = ", ".join(f"{value} {key}" for key, value in counts.items())
    print(f"{len(rows)} documents in {matter}; pages: {total or 'none'}")
    if unfinished:
        print(f"Adding was cut off in the middle of {', '.join(unfinished)}; go on with: carrel add --resume")
    return 0


def _questions(options: argparse.Namespace) -> Iterator[tuple[str | None, str]]:
    """Yield (id, question); the id is None for the one on the command line."""
    if options.many is None:
        yield None, options.question
        return
    try:
        lines = options.many.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        raise errors.UnreadableFile(reason=f"{options.many} is not a text file that can be read") from None
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            item = json.loads(line)
            yield str(item["id"]), str(item["question"])
        except (ValueError, KeyError, TypeError):
            say(f"Line {number} of {options.many} is not an object with id and question; passed over.")


def search(options: argparse.Namespace) -> int:
    """Print the passages for each question."""
    with session(options) as opened:
        for key, question in _questions(options):
            evidence = opened.retrieval.search(question, options.k or opened.settings.hits)
            if options.json or key is not None:
                found: dict[str, Any] = {} if key is None else {"id": key}
                print_json(found | {"hits": evidence_json(evidence)})
            else:
                print_hits(evidence, sys.stdout, matters=len(opened.searching) > 1)
    return 0


def ask(options: argparse.Namespace) -> int:
    """Print an answer to each question."""
    with session(options) as opened:
        for key, question in _questions(options):
            quiet = options.json or key is not None
            evidence, answered = pull_answer(opened, question, quiet=quiet)
            if quiet:
                found: dict[str, Any] = {} if key is None else {"id": key}
                print_json(found | answer_json(evidence, answered))
    return 0


def pull_answer(opened: Session, question: str, *, quiet: bool) -> tuple[EvidenceFound, Answered]:
    """Pull one answer out of the session, printing it as it comes unless `quiet`."""
    evidence: EvidenceFound | None = None
    several = len(opened.searching) > 1
    with contextlib.closing(opened.answering.ask(question)) as events:
        for event in events:
            if isinstance(event, EvidenceFound):
                evidence = event
                if not quiet:
                    print_hits(event.evidence, sys.stdout, seconds=event.seconds, matters=several)
            elif isinstance(event, TextWritten) and not quiet:
                print(event.text, end="", flush=True)
            elif isinstance(event, Answered):
                if not quiet:
                    print_answer(event, sys.stdout)
                assert evidence is not None
                return evidence, event
    raise AssertionError("answering ended without an answer")


def remove(options: argparse.Namespace) -> int:
    """Take documents, or all below a folder, out of the library, and say which backups still hold them."""
    with session(options, warm=False) as opened:
        matter = opened.matter
        rows = opened.store.documents()
        meant: dict[str, None] = {}
        for path in options.files:
            below = _meant(rows, os.path.abspath(path))
            question = f"Remove the {counted(len(below), 'document')} below {path} from the library?"
            if len(below) > 1 and not confirmed(question, yes=options.yes):
                say("Nothing was removed.")
                return 1
            meant |= dict.fromkeys(below)
        copies = opened.erasure.copies_with(matter.id)
        for file in meant:
            opened.erasure.remove(opened.store, file, matter=matter.id, delete_backups=options.delete_backups)
            say(f"Removed from the library: {file}")
        say_backups(copies, opened.erasure.copies_with(matter.id), asked=options.delete_backups)
    return 0


def _meant(rows: Sequence[DocumentRow], path: str) -> list[str]:
    """Return the document at `path`, or all below it but attachments, which go with their mail."""
    if any(row.file == path for row in rows):
        return [path]
    below = [row.file for row in rows if row.parent is None and Path(row.file).is_relative_to(path)]
    if not below:
        raise errors.UnknownDocument(file=path)
    return below


def say_backups(before: Sequence[BackupCopy], after: Sequence[BackupCopy], *, asked: bool) -> None:
    """Say which backups were deleted, and which are left that hold what was removed."""
    left = {copy.path for copy in after}
    for copy in before:
        made = f"{copy.path}, of {local_time(copy.created)}"
        if copy.path not in left:
            say(f"Backup deleted: {made}")
        elif asked:
            say(f"This backup could not be deleted and may still hold it: {made}")
        else:
            say(f"This backup may still hold it: {made}")
    if left and not asked:
        say("Backups that Carrel made are deleted with --delete-backups; other copies it does not know.")


def show_demo(options: argparse.Namespace) -> int:
    """Show what the program does, on documents that come with it."""
    folder = library(options) if options.library else paths.demo_library()
    if options.in_window:
        return int(options.window(folder, bytearray(demo.PASSPHRASE), samples=True))
    return demo.run(folder, pull_answer)

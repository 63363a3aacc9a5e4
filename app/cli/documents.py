"""The commands for documents: add, remove, and the demonstration."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app import demo, errors, paths
from app.cli.finding import pull_answer
from app.cli.opening import library, read_secret, session
from app.cli.talk import confirmed, print_json, say, say_backups
from app.counted import counted
from app.narrator import Narrator
from app.types import (
    Added,
    DocumentRow,
    FileFailed,
    FileGone,
    FileMoved,
    Folder,
    FolderAway,
    IngestEvent,
)

if TYPE_CHECKING:
    from app.session import Session

KEPT = (Added, FileFailed, FileMoved, FileGone, FolderAway)  # events that are asked about after a run


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
    folders = [Path(os.path.abspath(path)) for path in options.paths if path.is_dir()]
    if options.follow and not folders:
        say("Only a folder can be followed; name one with --follow.")
        return 2
    with session(options, create=not options.resume) as opened:
        wanted = [Path(path) for path in opened.store.unfinished()] if options.resume else options.paths
        if options.resume and not wanted:
            say("Nothing was left unfinished.")
            if not options.json:
                return 0
        patterns = {"include": tuple(options.include), "exclude": tuple(options.exclude)}
        for folder in folders if options.follow else ():
            opened.follow(Folder(str(folder), **patterns))
            say(f"Followed from now on: {folder}")
        narrator = Narrator(sys.stderr)
        try:
            pull(opened.ingest.survey(wanted, **patterns), narrator)
            return _added(opened.ingest.add(wanted, again=options.again, **patterns), narrator, as_json=options.json)
        except KeyboardInterrupt:
            narrator.clear()
            opened.store.note_unfinished(())  # it is the user's wish, and nothing to go on with later
            raise


def pull(events: Generator[IngestEvent, None, None], narrator: Narrator) -> list[IngestEvent]:
    """Pull a run to its end, telling what happens; returns what is more than progress."""
    kept: list[IngestEvent] = []
    with contextlib.closing(events):
        for event in events:
            narrator.tell(event)
            if isinstance(event, KEPT):
                kept.append(event)
    narrator.clear()
    return kept


def _added(events: Generator[IngestEvent, None, None], narrator: Narrator, *, as_json: bool) -> int:
    kept = pull(events, narrator)
    for event in kept:
        if isinstance(event, Added) and as_json:
            print_json(added_json(event))
    return errors.FileError.exit_code if any(isinstance(event, FileFailed) for event in kept) else 0


def added_json(event: Added) -> dict[str, Any]:
    """Return the end of a run in the stable shape of `add --json`."""
    return {
        "added": event.added,
        "unchanged": event.unchanged,
        "failed": event.failed,
        "pages": event.pages,
        "seconds": round(event.seconds, 3),
    }


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
        lost = answers_lost(opened, list(meant))
        if lost and not confirmed(f"{lost} Remove all the same?", yes=options.yes):
            say("Nothing was removed.")
            return 1
        copies = opened.erasure.copies_with(matter.id)
        for file in meant:
            opened.erasure.remove(opened.store, file, matter=matter.id, delete_backups=options.delete_backups)
            say(f"Removed from the library: {file}")
        say_backups(copies, opened.erasure.copies_with(matter.id), asked=options.delete_backups)
    return 0


def answers_lost(opened: Session, files: Sequence[str]) -> str:
    """Say which answers in conversations would go with these files; nothing where none would."""
    quoting = opened.conversations.quoting([key for file in files for key in opened.store.family(file)])
    if not quoting.exchanges:
        return ""
    quote, follow = ("quotes", "follows") if quoting.exchanges == 1 else ("quote", "follow")
    return (f"In {counted(quoting.conversations, 'conversation')} {counted(quoting.exchanges, 'answer')} {quote} "
            f"{'it' if len(files) == 1 else 'them'}, or {follow} one that does, and would go, too.")


def _meant(rows: Sequence[DocumentRow], path: str) -> list[str]:
    """Return the document at `path`, or all below it but attachments, which go with their mail."""
    if any(row.file == path for row in rows):
        return [path]
    below = [row.file for row in rows if row.parent is None and Path(row.file).is_relative_to(path)]
    if not below:
        raise errors.UnknownDocument(file=path)
    return below


def show_demo(options: argparse.Namespace) -> int:
    """Show what the program does, on documents that come with it."""
    folder = library(options) if options.library else paths.demo_library()
    if options.in_window:
        return int(options.window(folder, bytearray(demo.PASSPHRASE), samples=True))
    return demo.run(folder, pull_answer)

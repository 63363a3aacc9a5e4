"""The commands for what was read and for followed folders: status, password, folders, sync."""

from __future__ import annotations

import argparse
import getpass
import io
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from app import errors
from app.cli.documents import added_json, answers_lost, pull
from app.cli.opening import first_line, session
from app.cli.talk import confirmed, print_json, say, write_text
from app.counted import counted
from app.coverage import total_words, totals, write_csv
from app.narrator import Narrator
from app.report import ledger_json, one_line, plain, print_ledger
from app.types import Added, FileFailed, FileGone, FileMoved, Folder, FolderAway, IngestEvent, Status

if TYPE_CHECKING:
    from app.session import Session


# --- what was read -----------------------------------------------------------------------------------


def status(options: argparse.Namespace) -> int:
    """List the documents, or with --pages what became of each page; --csv writes that to a file."""
    with session(options, warm=False) as opened:
        store = opened.store
        rows, counts, unfinished, folders = store.documents(), store.page_counts(), store.unfinished(), store.folders()
        lines = list(store.ledger())
        matter = opened.matter.name
        if options.csv:
            stream = io.StringIO(newline="")
            number = write_csv(lines, stream)
            write_text(options.csv, stream.getvalue())
            opened.audit.record("exported", what="coverage")
            say(f"{counted(number, 'line')} were written to {options.csv}. That file is not encrypted.")
    if options.json:
        print_json({
            "documents": [
                {
                    "file": row.file,
                    "status": str(row.status),
                    "pages": row.pages,
                    "parent": row.parent,
                    "reasons": list(row.reasons),
                }
                for row in rows
            ],
            "pages": {str(key): value for key, value in counts.items()},
            "matter": matter,
            "unfinished": list(unfinished),
            "folders": [_folder_json(folder) for folder in folders],
        } | ({"ledger": ledger_json(lines)} if options.pages else {}))
        return 0
    if options.pages:
        print_ledger(lines, sys.stdout)
    elif not options.csv:
        for row in rows:
            print(f"{row.status:<12} {row.pages:>5} {'page ' if row.pages == 1 else 'pages'}  {one_line(row.file)}")
            for reason in row.reasons:
                print(f"{'':<26}{plain(reason)}")
        print(f"{counted(len(rows), 'document')} in {matter}. {total_words(totals(lines))}")
    if unfinished:
        print(f"Adding was cut off in the middle of {', '.join(unfinished)}; go on with: carrel add --resume")
    return 0


def password(options: argparse.Namespace) -> int:
    """Read locked files with a password, which is then remembered inside the vault; one that opens none is not."""
    if options.password_file is None and not sys.stdin.isatty():
        say("A password is needed; give a file that holds it with --password-file.")
        return 2
    with session(options) as opened:
        files = [os.path.abspath(file) for file in options.files]
        wanted = list(dict.fromkeys(_outermost(opened, file) for file in files))
        secret = bytes(first_line(options.password_file, "password")).decode(errors="surrogateescape") \
            if options.password_file else getpass.getpass("Password of the file: ")
        known = secret in opened.store.passwords()
        opened.store.add_password(secret)
        pull(opened.ingest.add([Path(file) for file in wanted], again=True), Narrator(sys.stderr))
        shut = [file for file in files if any(line.status is Status.LOCKED for line in opened.store.ledger(file))]
        if len(shut) == len(files) and not known:
            opened.store.forget_password(secret)
    for file in files:
        say(f"That password does not open {file}." if file in shut else f"Read with its password: {file}")
    return errors.FileError.exit_code if shut else 0


def _outermost(opened: Session, file: str) -> str:
    """Return the file on the disk that `file` is, or came out of; raises UnknownDocument."""
    row = opened.store.document(file)
    if row is None:
        raise errors.UnknownDocument(file=file)
    return file if row.parent is None else _outermost(opened, row.parent)


# --- followed folders --------------------------------------------------------------------------------


def folders(options: argparse.Namespace) -> int:
    """Run the action that was named."""
    return int(options.folders_run(options))


def list_folders(options: argparse.Namespace) -> int:
    """List the folders that are followed."""
    with session(options, warm=False) as opened:
        found, matter = opened.store.folders(), opened.matter.name
    if options.json:
        print_json({"folders": [_folder_json(folder) for folder in found]})
        return 0
    for folder in found:
        print(folder.path)
        for words, patterns in (("only", folder.include), ("without", folder.exclude)):
            if patterns:
                print(f"  {words} {', '.join(patterns)}")
    if not found:
        print(f"No folder is followed in {matter}. Follow one with: carrel folders add DIR")
    return 0


def follow(options: argparse.Namespace) -> int:
    """Follow a folder, and read what is in it."""
    folder = Path(os.path.abspath(options.folder))
    if not folder.is_dir():
        raise errors.MissingPath(path=folder)
    with session(options) as opened:
        opened.follow(Folder(str(folder), tuple(options.include), tuple(options.exclude)))
        say(f"Followed from now on: {folder}")
        kept = pull(opened.reconcile(str(folder)), Narrator(sys.stderr))
    return _ended(kept)


def unfollow(options: argparse.Namespace) -> int:
    """Follow a folder no more; what was read from it stays."""
    folder = os.path.abspath(options.folder)
    with session(options, warm=False) as opened:
        if folder not in {each.path for each in opened.store.folders()}:
            say(f"{folder} is not followed.")
            return errors.FileError.exit_code
        opened.unfollow(folder)
    say(f"No longer followed: {folder}. What was read from it stays in the library.")
    return 0


def sync(options: argparse.Namespace) -> int:
    """Go through all followed folders; what is gone is taken out, after a question where it is much."""
    with session(options) as opened:
        if not opened.store.folders():
            say("No folder is followed. Follow one with: carrel folders add DIR")
        narrator = Narrator(sys.stderr)
        kept = pull(opened.reconcile(), narrator)
        away = [event for event in kept if isinstance(event, FolderAway)]
        for event in tuple(away):
            if event.missing and _may_go(opened, event, options):
                kept += pull(opened.reconcile(event.path, remove_missing=True), narrator)
                away.remove(event)
    if options.json:
        ends = [event for event in kept if isinstance(event, Added)]
        total = {key: sum(added_json(end)[key] for end in ends) for key in added_json(Added(0, 0, 0, 0, 0.0))}
        print_json(total | {
            "moved": [{"file": event.file, "before": event.before} for event in kept if isinstance(event, FileMoved)],
            "gone": [event.file for event in kept if isinstance(event, FileGone)],
            "away": [event.path for event in away],
        })
    return _ended(kept)


def _may_go(opened: Session, event: FolderAway, options: argparse.Namespace) -> bool:
    """Ask whether what is no longer in a folder is taken out of the library; without anybody to ask it stays."""
    lost = answers_lost(opened, event.missing)
    if not options.yes and not sys.stdin.isatty():
        say(" ".join(filter(None, ("It stays in the library; say --yes where it is to be taken out.", lost))))
        return False
    question = f"Take the {counted(len(event.missing), 'document')} of {event.path} out of the library?"
    return confirmed(" ".join(filter(None, (question, lost))), yes=options.yes)


def _ended(kept: list[IngestEvent]) -> int:
    return errors.FileError.exit_code if any(isinstance(event, FileFailed) for event in kept) else 0


def _folder_json(folder: Folder) -> dict[str, object]:
    return {"path": folder.path, "include": list(folder.include), "exclude": list(folder.exclude)}

"""The commands for the library as a whole: its matters, the audit log; and the self-test."""

from __future__ import annotations

import argparse
import io
from typing import TYPE_CHECKING

from app import errors
from app.cli import opening
from app.cli.opening import session
from app.cli.talk import iso_time, local_time, print_json, say, say_backups, typed, write_text
from app.counted import counted
from app.report import audit_json, print_audit

if TYPE_CHECKING:
    from app.types import Destroyed


# --- matters -----------------------------------------------------------------------------------------


def matters(options: argparse.Namespace) -> int:
    """Run the action that was named."""
    return int(options.matters_run(options))


def list_matters(options: argparse.Namespace) -> int:
    """List the matters, those that were open last marked."""
    with session(options, warm=False, matters=False) as opened:
        listed = [(matter, matter in opened.searching) for matter in opened.vault.matters()]
    if options.json:
        print_json({
            "matters": [
                {"name": matter.name, "id": matter.id, "created": iso_time(matter.created), "open": last}
                for matter, last in listed
            ]
        })
        return 0
    for matter, last in listed:
        print(f"{'*' if last else ' '} {local_time(matter.created)}  {matter.name}")
    return 0


def new_matter(options: argparse.Namespace) -> int:
    """Make a matter."""
    with session(options, warm=False, matters=False) as opened:
        made = opened.create_matter(options.name)
    say(f"The matter {made.name} was made. Add files to it with: carrel --matter NAME add PATH")
    return 0


def rename_matter(options: argparse.Namespace) -> int:
    """Give a matter another name."""
    with session(options, warm=False, matters=False) as opened:
        old = opened.vault.matter(options.name)
        renamed = opened.rename_matter(old.id, options.new_name)
    say(f"The matter {old.name} is named {renamed.name} from now on.")
    return 0


def delete_matter(options: argparse.Namespace) -> int:
    """Destroy a matter after its name was typed, and print what was destroyed."""
    options.matter = [options.name]  # opened, so that its documents can be counted
    with session(options, warm=False) as opened:
        doomed = opened.vault.matter(options.name)
        copies = opened.erasure.copies_with(doomed.id)
        if not options.yes:
            say(f"This destroys the matter {doomed.name} with {counted(len(opened.store.documents()), 'document')}, "
                "for good. The files they were made from stay where they are.")
            if typed("Type its name to go on: ").strip().casefold() != doomed.name.casefold():
                say("That is not its name; nothing was deleted.")
                return 1
        destroyed = opened.delete_matter(doomed.id, delete_backups=options.delete_backups)
        left = opened.erasure.copies_with(doomed.id)
    if options.json:
        print_json(_destroyed_json(destroyed) | {"backups": [copy.path for copy in left]})
    else:
        print(f"Destroyed: the key of {destroyed.matter.name}, {counted(destroyed.documents, 'document')}, and")
        for name, size in destroyed.files:
            print(f"{size:>14,} bytes  {name}")
    say_backups(copies, left, asked=options.delete_backups)
    return 0


def _destroyed_json(destroyed: Destroyed) -> dict[str, object]:
    return {
        "matter": destroyed.matter.name,
        "documents": destroyed.documents,
        "files": [{"name": name, "size": size} for name, size in destroyed.files],
    }


# --- the audit log and the self-test -----------------------------------------------------------------


def audit(options: argparse.Namespace) -> int:
    """Print the audit log or write it to a file; the exit code tells of damage."""
    with session(options, warm=False, matters=False, tell=False) as opened:
        findings = opened.findings
        names = {matter.id: matter.name for matter in opened.vault.matters()}
        entries = list(opened.audit.entries())
        if options.csv:
            stream = io.StringIO(newline="")
            opened.audit.export_csv(stream)
            write_text(options.csv, stream.getvalue())
            opened.audit.record("exported", what="audit log")
            say(f"The log was written to {options.csv}. That file is not encrypted.")
    if options.json:
        print_json(audit_json(entries, findings, names))
    elif not options.csv:
        print_audit(entries, findings, names)
    if findings and (options.csv or options.json):
        for finding in findings:
            say(finding)
    return errors.LibraryError.exit_code if findings else 0


def selftest(options: argparse.Namespace) -> int:
    """Try to reach what must not be reached, and print what became of it."""
    from app import selftest

    lines = selftest.run(options.probe, data=opening.library(options))
    if options.html:
        write_text(options.html, selftest.html(lines))
        say(f"The page was written to {options.html}.")
    if options.json:
        print_json({"holds": selftest.holds(lines), "lines": selftest.objects(lines)})
    else:
        print(selftest.page(lines), end="", flush=True)
    return selftest.exit_code(lines)

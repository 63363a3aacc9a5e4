"""How a command comes to an open library: passphrase, recovery key or key store, and the matters it is about."""

from __future__ import annotations

import argparse
import contextlib
import getpass
import os
import sys
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from app import errors, paths
from app.cli.talk import confirmed, say
from app.counted import counted
from app.coverage import passage_words
from app.strength import strength
from app.types import BroughtUp

if TYPE_CHECKING:
    from app.session import Session


def library(options: argparse.Namespace) -> Path:
    """Return the folder of the library that is meant."""
    return Path(os.path.abspath(options.library)) if options.library else paths.default_library()


@contextlib.contextmanager
def session(
    options: argparse.Namespace,
    *,
    create: bool = False,
    warm: bool = True,
    matters: bool = True,
    tell: bool = True,
) -> Iterator[Session]:
    """Open the library, make it first where `create`, and close it at the end.

    With `matters` the command is about matters: where there are several, they must be named (WhichMatter). With
    `tell` what was found wrong with the audit log is said.
    """
    from app.vault import vault

    folder = library(options)
    names = list(options.matter or [])
    new = not vault.exists(folder)
    if new and not create:
        raise errors.NoLibrary(path=folder)
    with _opened(options, folder, [] if new or not matters else names, new=new, warm=warm) as opened:
        if new:
            _hand_over(opened, names)
        elif matters and not names and len(opened.vault.matters()) > 1:
            raise errors.WhichMatter(names=", ".join(matter.name for matter in opened.vault.matters()))
        for finding in opened.findings if tell else ():
            say(finding)
        yield opened


def _opened(options: argparse.Namespace, folder: Path, names: list[str], *, new: bool, warm: bool) -> Session:
    from app.session import Session
    from app.vault.keys import wipe

    if options.key_store and not new:
        return _shown(Session.opening_with_key_store(folder, warm=warm, matters=names))
    if options.recovery_key_file and not new:
        text = bytes(first_line(options.recovery_key_file, "recovery key")).decode(errors="replace")
        secret = new_secret(options.new_passphrase_file, "--new-passphrase-file")
        try:
            recovered = _shown(Session.recovering(folder, text, secret, warm=warm, matters=names))
        finally:
            wipe(secret)
        say("The library was opened by its recovery key. The new passphrase opens it from now on.")
        return recovered
    secret = read_secret(options, new=new)
    try:
        return _shown(Session.opening(folder, secret, create=new, warm=warm, matters=names))
    finally:
        wipe(secret)


def _shown(steps: Generator[BroughtUp, None, Session]) -> Session:
    """Open a library, and say how far it is where one of an earlier version is brought up to date."""
    shown, told = sys.stderr.isatty(), ""
    with contextlib.closing(steps):
        while True:
            try:
                event = next(steps)
            except StopIteration as end:
                opened: Session = end.value
                if told and shown:
                    say("")
                return opened
            if event.matter != told:
                if told and shown:
                    say("")
                told = event.matter
                say(f"{event.matter} was made by an earlier version of Carrel. Its {counted(event.of, 'passage')} are "
                    "indexed anew for this one, which happens once. It may be stopped: it then begins again the next "
                    "time, and nothing is lost.")  # fmt: skip
            if shown:
                print(f"\r{', '.join(passage_words(event))}\033[K", end="", file=sys.stderr, flush=True)


def _hand_over(opened: Session, names: list[str]) -> None:
    """Give the user the recovery key of a new library, and its first matter the name that was asked for."""
    if names:
        opened.rename_matter(opened.matter.id, names[0])
    show_recovery_key(opened.recovery_key)
    opened.recovery_key = ""


def show_recovery_key(printed: str) -> None:
    """Print a recovery key on standard error, with what it is for."""
    say(f"\nRecovery key: {printed}\n")
    say("It opens this library where the passphrase was forgotten, and it is shown this once.")
    say("Print it or write it down, and keep it away from this computer.\n")


# --- secrets -----------------------------------------------------------------------------------------


def read_secret(options: argparse.Namespace, *, new: bool) -> bytearray:
    """Return the passphrase, from the file that was named or asked for at the terminal.

    Raises SystemExit(2) with a sentence where there is neither.
    """
    if new:
        if not options.passphrase_file and sys.stdin.isatty():
            say("This makes a new library. Its passphrase opens it, and a recovery key that you get in a moment. "
                "Where both are lost, nobody can open it.")
        return new_secret(options.passphrase_file, "--passphrase-file")
    if options.passphrase_file:
        return first_line(options.passphrase_file, "passphrase")
    _must_be_asked("--passphrase-file")
    return bytearray(getpass.getpass("Passphrase: ").encode())


def new_secret(file: Path | None, option: str) -> bytearray:
    """Return a passphrase that is chosen now, from `file` or asked for twice, saying how hard it is to guess.

    Raises SystemExit(2) with a sentence where there is neither, or it is too short to be one.
    """
    if file:
        secret = first_line(file, "passphrase")
        found = strength(secret.decode(errors="replace"))
        if found.refused:
            say(found.sentence)
            raise SystemExit(2)
        if found.weak:
            say(f"The passphrase: {found.sentence}")
        return secret
    _must_be_asked(option)
    while True:
        first = getpass.getpass("New passphrase: ")
        found = strength(first)
        say(found.sentence or "A passphrase is needed.")
        if not first or found.refused or (found.weak and not confirmed("Use it all the same?", yes=False)):
            continue
        if first == getpass.getpass("Once more: "):
            return bytearray(first.encode())
        say("They differ; please try again.")


def first_line(file: Path, what: str) -> bytearray:
    """Return the first line of a file that holds a secret; raises SystemExit(2) with a sentence."""
    try:
        lines = file.read_bytes().splitlines()
    except OSError as error:
        say(f"The {what} file could not be read: {error.strerror}.")
        raise SystemExit(2) from None
    if not lines or not lines[0]:
        say(f"The {what} file is empty; its first line is the {what}.")
        raise SystemExit(2)
    return bytearray(lines[0])


def _must_be_asked(option: str) -> None:
    if not sys.stdin.isatty():
        say(f"A passphrase is needed; give a file that holds it with {option}.")
        raise SystemExit(2)

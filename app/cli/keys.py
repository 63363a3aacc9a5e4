"""The commands for what opens the library: passphrase, recovery key, the system's key store."""

from __future__ import annotations

import argparse

from app.cli.opening import library, new_secret, session
from app.cli.talk import confirmed, say


def passphrase(options: argparse.Namespace) -> int:
    """Change the passphrase."""
    from app.vault.keys import wipe

    with session(options, warm=False, matters=False) as opened:
        if options.recovery_key_file and not options.key_store:
            return 0  # opening by the recovery key set the new one
        secret = new_secret(options.new_passphrase_file, "--new-passphrase-file")
        try:
            opened.vault.change_passphrase(secret)
        finally:
            wipe(secret)
        opened.audit.record("passphrase changed", generation=opened.vault.generation)
    say("The new passphrase opens the library from now on. The old one still opens backups that were made with it.")
    return 0


def recovery_key(options: argparse.Namespace) -> int:
    """Make a new recovery key and print it on standard output."""
    with session(options, warm=False, matters=False) as opened:
        if not confirmed("Make a new recovery key? The one before will open the library no more.", yes=options.yes):
            say("Nothing was changed.")
            return 1
        printed = opened.vault.new_recovery_key()
        opened.audit.record("recovery key changed", generation=opened.vault.generation)
    print(printed, flush=True)
    say("This is the recovery key from now on; it is shown this once. "
        "Print it or write it down, and keep it away from this computer.")
    return 0


def key_store(options: argparse.Namespace) -> int:
    """Say whether the system's key store opens the library, or change that."""
    from app.vault import vault

    if options.action == "status":
        folder = library(options)
        opens = vault.opens_with_key_store(folder)
        if not opens and not vault.exists(folder):
            from app.errors import NoLibrary

            raise NoLibrary(path=folder)
        print(f"The key store of this computer {'opens' if opens else 'does not open'} the library.")
        return 0
    with session(options, warm=False, matters=False) as opened:
        if options.action == "on":
            opened.vault.use_key_store()
        else:
            opened.vault.leave_key_store()
        opened.audit.record(f"key store {options.action}", generation=opened.vault.generation)
    if options.action == "on":
        say("The key store of this computer opens the library from now on, with --key-store or in the window. "
            "Whoever uses this account then needs no passphrase.")
    else:
        say("The key store opens the library no more.")
    return 0

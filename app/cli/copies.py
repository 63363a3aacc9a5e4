"""The commands for backups: make one, restore one."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.opening import first_line, library, read_secret, session
from app.cli.talk import say, show_progress

if TYPE_CHECKING:
    from app.vault.vault import Vault


def make(options: argparse.Namespace) -> int:
    """Write a backup of all matters and read it back."""
    from app import backup

    target = Path(os.path.abspath(options.file))
    with session(options, warm=False, matters=False) as opened:
        made = backup.make(opened.vault, opened.audit, opened.stores, target, replace=options.replace)
        show_progress(made, "Backing up")
    say(f"The backup {target} was written and read back. "
        "It opens with the passphrase and the recovery key of today, also after they were changed.")
    return 0


def restore(options: argparse.Namespace) -> int:
    """Make the library of a backup, in a folder where there is none."""
    from app import backup, seal
    from app.vault.keys import wipe
    from app.vault.vault import Vault

    def by_passphrase(folder: Path) -> Vault:
        secret = read_secret(options, new=False)
        try:
            return Vault.open(folder, secret)
        finally:
            wipe(secret)

    def by_recovery_key(folder: Path) -> Vault:
        text = bytes(first_line(options.recovery_key_file, "recovery key")).decode(errors="replace")
        return Vault.recover(folder, text)

    seal.require()
    folder = library(options)
    opening = by_recovery_key if options.recovery_key_file else by_passphrase
    show_progress(backup.restore(Path(os.path.abspath(options.file)), folder, opening), "Restoring")
    say(f"The library was restored to {folder}. It opens with the passphrase and recovery key of when the backup "
        "was made.")
    return 0

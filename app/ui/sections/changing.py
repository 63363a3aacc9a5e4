"""Changing a setting: it is saved, written into the audit log and holds from then on, or none of these."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from app import settings as stored_settings
from app.errors import DiskFull, UnwritableFile
from app.paths import NO_SPACE
from app.settings import Settings

if TYPE_CHECKING:
    from app.session import Session


def change(session: Session, wanted: Settings) -> None:
    """Let other settings hold, on a worker; raises DiskFull, UnwritableFile."""
    for field in fields(wanted):
        value = getattr(wanted, field.name)
        if value != getattr(session.settings, field.name):
            session.audit.record("settings changed", setting=field.name, value=str(value))
    try:
        stored_settings.save(wanted)
    except OSError as error:
        if error.errno in NO_SPACE:
            raise DiskFull from error
        raise UnwritableFile(reason=error.strerror or type(error).__name__) from error
    session.settings = wanted

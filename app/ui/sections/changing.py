"""Changing a setting: it is saved, written into the audit log and holds from then on, or none of these."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from app import settings as stored_settings
from app.errors import UnwritableFile
from app.paths import telling
from app.settings import Settings

if TYPE_CHECKING:
    from app.session import Session


def change(session: Session, wanted: Settings) -> None:
    """Let other settings hold, on a worker; raises DiskFull, UnwritableFile."""
    for field in fields(wanted):
        value = getattr(wanted, field.name)
        if value != getattr(session.settings, field.name):
            session.audit.record("settings changed", setting=field.name, value=str(value))
    with telling(UnwritableFile):
        stored_settings.save(wanted)
    session.settings = wanted

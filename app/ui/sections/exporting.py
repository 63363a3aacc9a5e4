"""Writing answers to a file where the user wants it, not encrypted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from app import export
from app.places import file_name
from app.types import Exchange
from app.ui.jobs import Jobs, in_words
from app.ui.widgets import files
from app.ui.widgets.section import today

if TYPE_CHECKING:
    from app.session import Session


def export_answers(
    parent: QWidget, jobs: Jobs, session: Session, fetch: Callable[[], tuple[str, Sequence[Exchange]]], *,
    what: str, told: Callable[[str, str], object],
) -> None:
    """Ask for a file and write exchanges to it; `told` gets what came of it and its tone.

    `what` is "answer" or "conversation". `fetch` returns a title, "" for none, and the exchanges, on a worker.
    """
    kinds = [f"{name} (*{ending})" for ending, (name, _) in export.FORMATS.items()]
    target = files.save_as(parent, f"Export the {what}. The file will not be encrypted",
                           f"Carrel {what} {today()}{next(iter(export.FORMATS))}", kinds)
    if target is None:
        return

    def write() -> None:
        title, exchanges = fetch()
        session.export(target, exchanges, title=title)

    job = jobs.call(write, "export")
    job.done.connect(lambda _: told(
        f"The {what} was written to {file_name(str(target))}. That file is not encrypted.", "good"))
    job.failed.connect(lambda error: told(in_words(error), "bad"))

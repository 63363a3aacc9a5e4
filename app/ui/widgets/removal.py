"""The words in which it is asked whether something is to be deleted together with the backups that hold it."""

from __future__ import annotations

from collections.abc import Sequence

from app.counted import counted
from app.places import file_name
from app.types import BackupCopy, Quoting
from app.ui.widgets.asking import Question

_NAMED = 3  # backups by name; the rest by dots


def removal(file: str, answers: int, kept: Quoting, copies: Sequence[BackupCopy]) -> Question:
    """Return the question whether to remove a document that so many answers quote and these backups hold.

    `answers` are those that are shown, `kept` those in the conversations that are stored.
    """
    warnings = []
    if answers:
        one = answers == 1
        warnings.append(f"{counted(answers, 'answer')} in this conversation {'quotes' if one else 'quote'} it and "
                        f"{'goes' if one else 'go'} too.")
    warning = " ".join(filter(None, (*warnings, answers_lost(kept, 1))))
    return Question(
        f"Remove {file_name(file)}?", "Its text is taken out of the library. The file itself stays where it is.",
        warning=warning, go="Remove", keep="Keep", danger=True, tick=tick(copies),
        tick_words=f"The document can be in {_names(copies)}. {_whole(copies)}" if copies else "")


def deletion(what: str, words: str, copies: Sequence[BackupCopy]) -> Question:
    """Return the question whether to delete `what` of the conversations, which these backups can hold."""
    return Question(
        f"Delete {what}?", words, go="Delete for good", keep="Keep", danger=True, tick=tick(copies),
        tick_words=f"It can be in {_names(copies)}. {_whole(copies)}" if copies else "")


def answers_lost(kept: Quoting, documents: int) -> str:
    """Return what the conversations that are stored lose with so many documents; nothing where they lose nothing."""
    if not kept.exchanges:
        return ""
    lose = "loses" if kept.conversations == 1 else "lose"
    quote, follow = ("quotes", "follows") if kept.exchanges == 1 else ("quote", "follow")
    return (f"{counted(kept.conversations, 'kept conversation')} {lose} {counted(kept.exchanges, 'answer')} "
            f"that {quote} {'it' if documents == 1 else 'them'} or {follow} one that does.")


def tick(copies: Sequence[BackupCopy]) -> str:
    """Return what stands beside the box, nothing where there are no backups."""
    if not copies:
        return ""
    return "Delete the backup too" if len(copies) == 1 else f"Delete {len(copies):,} backups too"


def of_matter(copies: Sequence[BackupCopy]) -> str:
    """Return what stands below the box where a matter is deleted."""
    return f"The matter is in {_names(copies)}. A backup that stays can bring it back. {_whole(copies)}" \
        if copies else ""


def _names(copies: Sequence[BackupCopy]) -> str:
    return ", ".join(f"“{file_name(copy.path)}”" for copy in copies[:_NAMED]) + (", …" if len(copies) > _NAMED else "")


def _whole(copies: Sequence[BackupCopy]) -> str:
    others = ", with the other matters in it" if any(len(copy.matters) > 1 for copy in copies) else ""
    return f"Only the whole backup can be deleted{others}; make a new one afterwards."

"""The commands for conversations: list, show, search, rename, export, delete."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any

from app import errors
from app.cli.opening import session
from app.cli.talk import (
    confirmed,
    export_target,
    iso_time,
    local_time,
    print_json,
    say,
    say_backups,
    say_exported,
)
from app.counted import counted
from app.report import answer_json, plain, print_answer, print_hits
from app.types import Answered, Conversation, EvidenceFound, Exchange

if TYPE_CHECKING:
    from app.session import Session

_SHOWN = 110  # characters of a question that a list shows
_SHORTEST = 4  # digits of an id that are enough where they name one


def chosen(opened: Session, named: str | None) -> str | None:
    """Return the id of the conversation that is named: an id, its beginning, or "last"; None for "new" and None.

    Raises UnknownConversation.
    """
    if named is None or named == "new":
        return None
    listed = opened.conversations.latest()
    if named == "last":
        if not listed:
            raise errors.UnknownConversation
        return listed[0].id
    found = [row.id for row in listed if len(named) >= _SHORTEST and row.id.startswith(named.lower())]
    if len(found) != 1:
        raise errors.UnknownConversation
    return found[0]


def conversations(options: argparse.Namespace) -> int:
    """Run the action that was named."""
    return int(options.conversations_run(options))


def list_conversations(options: argparse.Namespace) -> int:
    """List the conversations, the one that was changed last first."""
    with session(options, warm=False) as opened:
        listed = opened.conversations.latest()
    if options.json:
        print_json({"conversations": [_row_json(row) for row in listed]})
        return 0
    for row in listed:
        print(f"{row.id[:8]}  {local_time(row.changed)}  {counted(row.exchanges, 'answer'):>11}  {plain(row.title)}")
    if not listed:
        say("Nothing is kept; carrel ask QUESTION --conversation new begins a conversation.")
    return 0


def show(options: argparse.Namespace) -> int:
    """Print a conversation with evidence and answers, every branch, in the order they were asked."""
    with session(options, warm=False) as opened:
        key = _named(opened, options.conversation)
        row, exchanges = opened.conversations.get(key), opened.conversations.exchanges(key)
    if options.json:
        print_json(_row_json(row) | {"answers": [_exchange_json(exchange) for exchange in exchanges]})
        return 0
    print(plain(row.title))
    numbers = {exchange.id: number for number, exchange in enumerate(exchanges, start=1)}
    for exchange in exchanges:
        number = numbers[exchange.id]
        after = numbers.get(exchange.before or "", 0)
        branch = f", after {after}" if after != number - 1 else ""
        print(f"\n{number}. {plain(exchange.question)}  ({local_time(exchange.asked)}{branch}; {exchange.id[:8]})\n")
        if exchange.looked_for.strip() not in ("", exchange.question.strip()):
            print(f"Looked for: {plain(exchange.looked_for)}\n")
        print_hits(exchange.evidence, sys.stdout)
        print_answer(EvidenceFound(exchange.evidence, 0.0), _answered(exchange), sys.stdout)
    return 0


def search(options: argparse.Namespace) -> int:
    """Print the questions in which, or in whose answers, all the words stand."""
    with session(options, warm=False) as opened:
        found = opened.conversations.search(" ".join(options.words))
    if options.json:
        print_json({"found": [
            {"conversation": mention.conversation, "title": mention.title, "exchange": mention.exchange,
             "question": mention.question, "asked": iso_time(mention.asked)} for mention in found
        ]})  # fmt: skip
        return 0
    for mention in found:
        question = " ".join(plain(mention.question).split())
        more = "…" if len(question) > _SHOWN else ""
        print(f"{mention.conversation[:8]}  {local_time(mention.asked)}  {plain(mention.title)}\n"
              f"          {question[:_SHOWN]}{more}")
    if not found:
        say("No question or answer that is kept holds these words.")
    return 0


def rename(options: argparse.Namespace) -> int:
    """Give a conversation another title."""
    with session(options, warm=False) as opened:
        renamed = opened.conversations.rename(_named(opened, options.conversation), options.title)
    say(f"The conversation is named {plain(renamed.title)} from now on.")
    return 0


def export(options: argparse.Namespace) -> int:
    """Write a conversation to a file, not encrypted: of its branches the one that was asked last."""
    target = export_target(options.file, yes=options.yes)
    if target is None:
        return 1
    with session(options, warm=False) as opened:
        key = _named(opened, options.conversation)
        path = opened.conversations.path(opened.conversations.tip(key))
        opened.export(target, path, title=opened.conversations.get(key).title)
    say_exported(options.file)
    return 0


def delete(options: argparse.Namespace) -> int:
    """Delete a conversation for good, and say which backups still hold it."""
    with session(options, warm=False) as opened:
        key, matter = _named(opened, options.conversation), opened.matter.id
        row = opened.conversations.get(key)
        what = f"the conversation {plain(row.title)} with {counted(row.exchanges, 'answer')}"
        if not confirmed(f"Delete {what} for good?", yes=options.yes):
            say("Nothing was deleted.")
            return 1
        copies = opened.erasure.copies_with(matter)
        opened.erasure.delete_conversation(opened.store, key, matter=matter, delete_backups=options.delete_backups)
        say(f"Deleted: {what}")
        say_backups(copies, opened.erasure.copies_with(matter), asked=options.delete_backups)
    return 0


def _named(opened: Session, named: str) -> str:
    found = chosen(opened, named)
    if found is None:
        raise errors.UnknownConversation
    return found


def _row_json(row: Conversation) -> dict[str, Any]:
    return {"id": row.id, "title": row.title, "created": iso_time(row.created), "changed": iso_time(row.changed),
            "exchanges": row.exchanges}


def _exchange_json(exchange: Exchange) -> dict[str, Any]:
    return {
        "id": exchange.id, "before": exchange.before, "asked": iso_time(exchange.asked),
        "question": exchange.question, "looked_for": exchange.looked_for, "model": exchange.model,
        **answer_json(EvidenceFound(exchange.evidence, 0.0), _answered(exchange)),
    }  # fmt: skip


def _answered(exchange: Exchange) -> Answered:
    return Answered(exchange.answer, exchange.given, ())

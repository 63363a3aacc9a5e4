"""The commands that find: search and ask, in all of the library or in a part of it."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
import time
from collections.abc import Generator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app import errors
from app.cli.conversations import chosen
from app.cli.opening import session
from app.cli.talk import export_target, print_json, say, say_exported
from app.counted import counted
from app.export import exchange
from app.report import answer_json, evidence_json, plain, print_answer, print_hits, print_unread
from app.types import Answered, ConversationEvent, Evidence, EvidenceFound, Exchange, Kept, Scope, TextWritten

if TYPE_CHECKING:
    from app.session import Session

_NOTHING = (
    "No passage holds what the query demands. Without quotation marks, operators and minus signs its words are "
    "searched for by meaning, too."
)


def search(options: argparse.Namespace) -> int:
    """Print the passages for each question."""
    part = scope(options)
    failed = 0
    with session(options) as opened:
        for key, question in _questions(options):
            quiet, found = _begun(options, key)
            try:
                evidence = opened.retrieval.search(question, options.k or opened.settings.hits, scope=part)
            except errors.QuestionError as error:
                failed = _passed_over(key, error)
                print_json(found | {"hits": [], "hints": [str(error)]})
                continue
            if quiet:
                print_json(found | {"hits": evidence_json(evidence), "hints": list(evidence.hints)})
                continue
            _say_hints(evidence.hints)
            print_hits(evidence, sys.stdout, matters=len(opened.searching) > 1)
            if not evidence.hits:
                say(_NOTHING)
            print_unread(evidence.searched, shut(opened, part), sys.stdout)
    return failed


def ask(options: argparse.Namespace) -> int:
    """Print an answer to each question; with --export write them to a file, too."""
    part = scope(options)
    target = None
    if options.export is not None and (target := export_target(options.export, yes=options.yes)) is None:
        return 1
    if options.conversation is not None and len(options.matter or ()) > 1:
        raise errors.SeveralMatters
    with session(options) as opened:
        conversation = chosen(opened, options.conversation)
        wanted = replace(
            opened.settings, hits=options.k or opened.settings.hits, answers=options.answers or opened.settings.answers,
        )
        if wanted != opened.settings:
            opened.settings = wanted
            opened.choose([matter.id for matter in opened.searching])  # which builds the stages anew
        exchanges: list[Exchange] | None = None if target is None else []
        try:
            return _answer(opened, options, conversation, part, exchanges)
        finally:  # where it is stopped, what was answered until then is not lost
            if target is not None and exchanges:
                opened.export(target, exchanges)
                say_exported(options.export)
            elif target is not None:
                say("Nothing was answered, and nothing was written.")


def _answer(
    opened: Session, options: argparse.Namespace, conversation: str | None, part: Scope | None,
    exchanges: list[Exchange] | None,
) -> int:  # fmt: skip
    """Answer each question, and put what is to be exported into `exchanges`; return the exit code."""
    failed = 0
    for key, question in _questions(options):
        quiet, found = _begun(options, key)
        asked = time.time()
        try:
            evidence, answered, kept, unkept = _pull(
                opened, question, _asking(opened, options, question, conversation, part), quiet=quiet, part=part
            )
        except errors.QuestionError as error:
            failed = _passed_over(key, error)
            empty = {"status": "not_found", "text": "", "sentences": []}
            print_json(found | {"status": "not_found", "evidence": [], "answer": empty, "hints": [str(error)]})
            continue
        if quiet:
            print_json(found | answer_json(evidence, answered) | _kept_json(kept))
        if kept is not None:
            conversation = kept.conversation.id  # the next question of a list goes on with it
            say(f"Kept in the conversation {conversation}")
        if unkept is not None:
            say(f"{unkept} This answer is not kept.")
            failed = unkept.exit_code
        if exchanges is not None:  # without a file to write, none is held
            made = exchange(evidence.evidence, answered, asked=asked, model=opened.writer)
            exchanges.append(made if kept is None else kept.exchange)
    return failed


def _asking(
    opened: Session, options: argparse.Namespace, question: str, conversation: str | None, part: Scope | None
) -> Generator[ConversationEvent, None, None]:
    if options.conversation is None:
        return opened.answering.ask(question, scope=part, anyway=options.anyway)
    return opened.conversing.ask(question, conversation, scope=part, anyway=options.anyway)


def _kept_json(kept: Kept | None) -> dict[str, Any]:
    return {} if kept is None else {
        "conversation": kept.conversation.id, "exchange": kept.exchange.id, "looked_for": kept.exchange.looked_for,
    }


def pull_answer(opened: Session, question: str, *, quiet: bool) -> tuple[EvidenceFound, Answered]:
    """Pull one answer out of the session, printing it as it comes unless `quiet`; nothing is kept."""
    evidence, answered, *_ = _pull(opened, question, opened.answering.ask(question), quiet=quiet, part=None)
    return evidence, answered


def _pull(
    opened: Session, question: str, asking: Generator[ConversationEvent, None, None], *, quiet: bool,
    part: Scope | None,
) -> tuple[EvidenceFound, Answered, Kept | None, errors.CarrelError | None]:
    """Pull one answer, printing it as it comes unless `quiet`; and what was kept of it, or why that could not be."""
    evidence: EvidenceFound | None = None
    answered: Answered | None = None
    kept: Kept | None = None
    several = len(opened.searching) > 1
    with contextlib.closing(asking) as events:
        try:
            for event in events:
                if isinstance(event, EvidenceFound):
                    evidence = event
                    if not quiet:
                        _say_looked_for(event.evidence, question)
                        print_hits(event.evidence, sys.stdout, seconds=event.seconds, matters=several)
                elif isinstance(event, TextWritten) and not quiet:
                    print(plain(event.text), end="", flush=True)
                elif isinstance(event, Answered):
                    assert evidence is not None
                    answered = event
                    if not quiet:
                        _say_left_out(event)
                        print_answer(evidence, event, sys.stdout, shut=shut(opened, part))
                        print_unread(evidence.evidence.searched, shut(opened, part), sys.stdout)
                elif isinstance(event, Kept):
                    kept = event
        except errors.CarrelError as error:
            if evidence is None or answered is None:
                raise
            return evidence, answered, None, error  # the answer is there all the same
    if evidence is None or answered is None:
        raise AssertionError("answering ended without an answer")
    return evidence, answered, kept, None


def _say_looked_for(evidence: Evidence, question: str) -> None:
    """Say what was understood of a question, where that is more than it says itself."""
    if evidence.question != question.strip():
        say(f"Looked for: {plain(evidence.question)}")
    _say_hints(evidence.hints)


def _say_left_out(answered: Answered) -> None:
    if answered.left_out:
        say(f"\nThe model was given {counted(len(answered.given), 'passage')} of these; for the others there was no "
            "room.")


def shut(opened: Session, part: Scope | None = None) -> int:
    """Return how many files of what is searched gave no page; of a part they are not told, as nobody knows theirs."""
    return 0 if part else sum(not row.pages for row in opened.reading.documents())


def scope(options: argparse.Namespace) -> Scope | None:
    """Return the part of the library that the options name, None for all of it.

    Raises SystemExit(2) with a sentence where a date is none.
    """
    found = Scope(
        files=tuple(map(_path, options.files)), folders=tuple(map(_path, options.folders)),
        kinds=tuple(options.kinds), people=tuple(options.people),
        after=_day("after", options.after), before=_day("before", options.before),
    )
    return None if found == Scope() else found


def _path(value: str) -> str:
    """Return the path as it was added where it is one of this folder, else what was typed: the name of something."""
    named = value in (".", "..") or any(sign and sign in value for sign in (os.sep, os.altsep))
    return os.path.abspath(value) if named and Path(value).exists() else value


def _day(field: str, value: str | None) -> str:
    """Return a date as a query understands it, "" for None."""
    if value is None:
        return ""
    from app import query

    understood = query.parse(f'{field}:"{value}"')
    found = getattr(understood.scope, field)
    if not found or understood.text:
        say(f"--{field}: {value} is not a date that can be understood; write it as 2024-01-31, 2024-01 or 2024.")
        raise SystemExit(2)
    return str(found)


def _begun(options: argparse.Namespace, key: str | None) -> tuple[bool, dict[str, Any]]:
    """Return whether a program reads the result, and how its line begins."""
    return options.json or key is not None, {} if key is None else {"id": key}


def _passed_over(key: str | None, error: errors.QuestionError) -> int:
    """Say that one of several questions could not be searched for; the only one ends the command instead."""
    if key is None or isinstance(error, errors.EmptyLibrary):
        raise error
    say(f"{key}: {error}")
    return error.exit_code


def _say_hints(hints: tuple[str, ...]) -> None:
    for hint in hints:
        say(plain(hint))


def _questions(options: argparse.Namespace) -> Iterator[tuple[str | None, str]]:
    """Yield (id, question); the id is None for the one on the command line."""
    if options.many is None:
        yield None, options.question
        return
    try:
        text = options.many.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise errors.UnreadableFile(reason=f"{options.many} is not a text file that can be read") from None
    for number, line in enumerate(text.split("\n"), start=1):  # a question may hold what else ends a line
        if not line.strip():
            continue
        try:
            item = json.loads(line)
            key, question = str(item["id"]), item["question"]
        except (ValueError, KeyError, TypeError):
            key, question = "", None
        if isinstance(question, str):
            yield key, question
        else:
            say(f"Line {number} of {options.many} is not an object with id and question; passed over.")

"""What the command line prints of hits, answers and events: as text for people, as JSON for programs."""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO

from app.types import (
    Added,
    Answered,
    AnswerStatus,
    AuditEntry,
    Evidence,
    EvidenceFound,
    FileAdded,
    FileFailed,
    FileUnchanged,
    Hit,
    IngestEvent,
    PassagesEmbedded,
    Sentence,
    Started,
    Status,
    Verdict,
)

MARKS = {
    Verdict.SUPPORTED: "✓",
    Verdict.PARTLY: "~",
    Verdict.NOT_SUPPORTED: "✗",
    Verdict.NO_CLAIM: "·",
}


def evidence_json(evidence: Evidence) -> list[dict[str, Any]]:
    """Return the hits in the stable shape of `search --json`."""
    return [
        {
            "rank": hit.rank,
            "file": hit.passage.file,
            "page": hit.passage.page,
            "start": hit.passage.start,
            "end": hit.passage.end,
            "score": round(hit.score, 6),
            "text": hit.passage.text,
            "matter": hit.passage.matter,
        }
        for hit in evidence.hits
    ]


def answer_json(found: EvidenceFound, answered: Answered) -> dict[str, Any]:
    """Return an answer in the stable shape of `ask --json`."""
    answer, searched = answered.answer, found.evidence.searched
    return {
        "status": str(answer.status),
        "evidence": evidence_json(found.evidence),
        "answer": {
            "status": str(answer.status),
            "text": answer.text,
            "sentences": [_sentence_json(sentence) for sentence in answer.sentences],
            "quotes": [_sentence_json(sentence) for sentence in answer.quotes],
            "stopped": answer.stopped,
        },
        "searched": {
            "files": searched.files,
            "pages": searched.pages,
            "unread_pages": searched.unread_pages,
        },
        "timings": {stage: round(seconds, 4) for stage, seconds in answered.timings},
    }


def _sentence_json(sentence: Sentence) -> dict[str, Any]:
    return {
        "text": sentence.text,
        "verdict": str(sentence.verdict),
        "citations": [citation.rank for citation in sentence.citations if citation.rank is not None],
        "unknown_citations": [citation.key for citation in sentence.citations if citation.rank is None],
    }


def print_hits(
    evidence: Evidence, out: TextIO, *, seconds: float | None = None, matters: bool = False
) -> None:
    """Print the passages with file and page, the best first; with `matters` also the matter of each."""
    took = "" if seconds is None else f" in {seconds:.2f} s"
    print(f"Evidence{took}:", file=out)
    for hit in evidence.hits:
        print(f"\n[{hit.rank}] {place(hit)}" + (f" ({hit.passage.matter})" if matters else ""), file=out)
        text = " ".join(hit.passage.text.split())
        print(_wrapped(text[:600] + ("…" if len(text) > 600 else "")), file=out)
    print(file=out, flush=True)


def place(hit: Hit) -> str:
    """Return file name and page of a hit."""
    page = "" if hit.passage.page is None else f", page {hit.passage.page}"
    return f"{Path(hit.passage.file).name}{page}"


def print_answer(answered: Answered, out: TextIO) -> None:
    """Print what checking found, after the text was printed as it came."""
    answer = answered.answer
    print("\n", file=out)
    if answer.stopped:
        print("(The answer reached its longest length and was cut here.)\n", file=out)
    if answer.status is AnswerStatus.NOT_FOUND:
        print("Not found in the files that were searched; the closest passages are above.", file=out)
    for sentence in answer.sentences:
        keys = "".join(
            f" [{citation.key}]" if citation.rank is not None else f" [{citation.key}: no such passage]"
            for citation in sentence.citations
        )
        found = " (found by Carrel)" if any(citation.found for citation in sentence.citations) else ""
        line = f"{MARKS[sentence.verdict]} {sentence.text}{keys}{found}  — {sentence.verdict}"
        print(_wrapped(line), file=out)
    if answer.quotes:
        print("\nIn the words of your files:", file=out)
    for sentence in answer.quotes:
        keys = "".join(f" [{citation.key}]" for citation in sentence.citations)
        print(_wrapped(f"“{' '.join(sentence.text.split())}”{keys}"), file=out)
    times = ", ".join(f"{stage.replace('_', ' ')} {seconds:.2f} s" for stage, seconds in answered.timings)
    print(f"\nTimes: {times}", file=out, flush=True)


def print_event(event: IngestEvent, out: TextIO) -> None:
    """Print what happened to a file, one line each."""
    if isinstance(event, Started):
        print(f"{event.files} files to look at", file=out)
    elif isinstance(event, FileAdded):
        passages = "passage" if event.passages == 1 else "passages"
        state = "" if event.status in (Status.READ, Status.OCR) else f", {event.status}"
        pages = "page" if event.pages == 1 else "pages"
        name = Path(event.file).name
        print(f"{_count(event)} {name}: {event.pages} {pages}, {event.passages} {passages}{state}", file=out)
        for reason in event.reasons[:3]:
            print(f"      {reason}", file=out)
        if len(event.reasons) > 3:
            print(f"      and {len(event.reasons) - 3} more pages; see carrel status", file=out)
    elif isinstance(event, FileUnchanged):
        print(f"{_count(event)} {Path(event.file).name}: unchanged", file=out)
    elif isinstance(event, FileFailed):
        print(f"{_count(event)} {Path(event.file).name}: NOT READ. {event.reason}", file=out)
    elif isinstance(event, PassagesEmbedded) and out.isatty():
        print(f"      {event.done} of {event.total} passages", end="\r", file=out)
    elif isinstance(event, Added):
        rate = event.pages / event.seconds if event.seconds else 0.0
        print(
            f"{event.added} added, {event.unchanged} unchanged, {event.failed} not read; "
            f"{event.pages} pages in {event.seconds:.1f} s ({rate:.0f} pages/s)",
            file=out,
        )
    out.flush()


def audit_json(
    entries: Sequence[AuditEntry], findings: Sequence[str], names: Mapping[str, str]
) -> dict[str, Any]:
    """Return the audit log in the stable shape of `audit --json`; `names` are those of the matters by id."""
    return {
        "findings": list(findings),
        "entries": [
            {
                "number": entry.number,
                "time": datetime.fromtimestamp(entry.time).astimezone().isoformat(timespec="seconds"),
                "who": entry.who,
                "event": entry.event,
                "matter": _matter(entry, names),
                "matter_id": entry.matter,
                "documents": list(entry.documents),
                "details": dict(entry.details),
                "remark": entry.remark,
            }
            for entry in entries
        ],
    }


def print_audit(entries: Sequence[AuditEntry], findings: Sequence[str], names: Mapping[str, str]) -> None:
    """Print the audit log in columns, what was found wrong with it first."""
    for finding in findings:
        print(f"! {finding}")
    who = max((len(entry.who) for entry in entries), default=0)
    event = max((len(entry.event) for entry in entries), default=0)
    for entry in entries:
        moment = datetime.fromtimestamp(entry.time).astimezone().strftime("%Y-%m-%d %H:%M:%S")
        number = len(entry.documents)
        told = [_matter(entry, names), f"{number:,} document{'' if number == 1 else 's'}" if number else ""]
        # How often vault.json was written is there for the program's own comparison.
        told += [f"{name}: {value}" for name, value in entry.details if name != "generation"]
        told = [" ".join(part.split()) for part in told if part]
        line = f"{entry.number:>6}  {moment}  {entry.who:<{who}}  {entry.event:<{event}}  {'; '.join(told)}"
        print(line.rstrip())
        if entry.remark:
            print(f"{'':<8}! {entry.remark}")
    sys.stdout.flush()


def _matter(entry: AuditEntry, names: Mapping[str, str]) -> str:
    return names.get(entry.matter, "deleted matter") if entry.matter else ""


def _count(event: FileAdded | FileUnchanged | FileFailed) -> str:
    width = len(str(event.files))
    return f"[{event.index + 1:>{width}}/{event.files}]"


def _wrapped(text: str) -> str:
    width = min(shutil.get_terminal_size((100, 24)).columns, 110) if sys.stdout.isatty() else 100
    return textwrap.fill(text, width, initial_indent="    ", subsequent_indent="    ")

"""What the command line prints of hits, answers, the ledger and the audit log: text for people, JSON for programs."""

from __future__ import annotations

import os
import shutil
import sys
import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO

from app.counted import counted
from app.coverage import (
    WORDS,
    by_ocr,
    not_found_words,
    stretches,
    total_words,
    totals,
    unread_words,
)
from app.export.words import LABELS, reasons, remarks
from app.passages import beginning
from app.snippets import Snippet, quoted, snippet
from app.types import (
    Answered,
    AnswerStatus,
    AuditEntry,
    Evidence,
    EvidenceFound,
    Hit,
    LedgerLine,
    Searched,
    Sentence,
    StoredPassage,
    Verdict,
)

_BETWEEN = " › "  # headings of a context
_SNIPPET = 600  # characters of a passage that are printed
_ALIKE = 3  # passages that are named under one that they are alike to
_BOLD, _PLAIN = "\x1b[1m", "\x1b[0m"

# Also what turns the direction of text: a name could so write over what stands beside it.
_CONTROLS = dict.fromkeys(
    (*range(9), *range(11, 32), *range(127, 160), *range(0x202A, 0x202F), *range(0x2066, 0x206A)), "\ufffd"
)

MARKS = {
    Verdict.SUPPORTED: "✓",
    Verdict.PARTLY: "~",
    Verdict.NOT_SUPPORTED: "✗",
    Verdict.NO_CLAIM: "·",
}


def plain(text: str) -> str:
    """Return text of a file, or the name of one, so that a terminal takes nothing in it for a command."""
    return text.translate(_CONTROLS)


def one_line(text: str) -> str:
    """Return what plain() does, in one line: the name of a file may hold a line break, and a false line after it."""
    return "\ufffd".join(plain(text).splitlines())


def evidence_json(evidence: Evidence) -> list[dict[str, Any]]:
    """Return the hits in the stable shape of `search --json`."""
    return [
        {"rank": hit.rank, **_place_json(hit.passage), "score": round(hit.score, 6), "text": hit.passage.text,
         "matter": hit.passage.matter,
         "confidence": None if hit.passage.confidence is None else round(hit.passage.confidence, 4),
         "heading": heading(hit.passage), "date": hit.passage.date,
         "marks": [list(mark) for mark in hit.marks],
         "alike": [{**_place_json(passage), "matter": passage.matter} for passage in hit.alike]}
        for hit in evidence.hits
    ]  # fmt: skip


def _place_json(passage: StoredPassage) -> dict[str, Any]:
    return {"file": passage.file, "page": passage.page, "start": passage.start, "end": passage.end}


def answer_json(found: EvidenceFound, answered: Answered) -> dict[str, Any]:
    """Return an answer in the stable shape of `ask --json`."""
    answer, searched = answered.answer, found.evidence.searched
    return {
        "status": str(answer.status),
        "evidence": evidence_json(found.evidence),
        "answer": {
            "status": str(answer.status),
            "text": answer.text,
            "sentences": [_sentence_json(sentence, found.evidence) for sentence in answer.sentences],
            "quotes": [_sentence_json(sentence, found.evidence) for sentence in answer.quotes],
            "stopped": answer.stopped,
            "repeated": answer.repeated,
            "anyway": answer.anyway,
            "astray": answer.astray,
            "unmentioned": list(answer.unmentioned),
        },
        "answerable": round(found.evidence.answerable, 4),
        "searched": {
            "files": searched.files,
            "pages": searched.pages,
            "unread_pages": searched.unread_pages,
        },
        "hints": list(found.evidence.hints),
        "timings": {stage: round(seconds, 4) for stage, seconds in answered.timings},
    }


def _sentence_json(sentence: Sentence, evidence: Evidence) -> dict[str, Any]:
    """Return a sentence; of a quote also where its characters stand, on the page as those of a hit."""
    passages = {hit.rank: hit.passage for hit in evidence.hits}
    verbatim = [quoted(passages[citation.rank], citation) for citation in sentence.citations
                if citation.end and citation.rank in passages]  # fmt: skip
    return {
        "text": sentence.text,
        "verdict": str(sentence.verdict),
        "reasons": [reason.text for reason in sentence.reasons],
        "citations": [citation.rank for citation in sentence.citations if citation.rank is not None],
        "unknown_citations": [citation.key for citation in sentence.citations if citation.rank is None],
        "quoted": [_place_json(passage) for passage in verbatim],
    }


def print_hits(
    evidence: Evidence, out: TextIO, *, seconds: float | None = None, matters: bool = False
) -> None:
    """Print the passages with file, page and heading, the best first; with `matters` also the matter of each.

    On a terminal the words that were searched for are bold, unless NO_COLOR is set. What is alike stands under it.
    """
    took = "" if seconds is None else f" in {seconds:.2f} s"
    print(f"Evidence{took}:" if evidence.hits else f"Nothing was found{took}.", file=out)
    bold = _may_be_bold(out)
    namesakes = _namesakes(evidence)
    for hit in evidence.hits:
        under = f" — {plain(heading(hit.passage))}" if heading(hit.passage) else ""
        print(f"\n[{hit.rank}] {_where(hit.passage, namesakes, matters=matters)}{under}", file=out)
        shown = snippet(plain(hit.passage.text), hit.marks, _SNIPPET)
        print("\n".join(_marked(shown) if bold else _lines(shown.text)), file=out)
        if hit.alike:
            print(_wrapped(f"Nearly the same text: {_alike(hit, namesakes, matters=matters)}"), file=out)
    print(file=out, flush=True)


def _namesakes(evidence: Evidence) -> frozenset[str]:
    """Return the files whose name another file of the same matter has, too, as far as both were found."""
    found = [passage for hit in evidence.hits for passage in (hit.passage, *hit.alike)]
    files = {(passage.matter, passage.file) for passage in found}
    counts = Counter((matter, Path(file).name) for matter, file in files)
    return frozenset(file for matter, file in files if counts[matter, Path(file).name] > 1)


def _where(passage: StoredPassage, namesakes: frozenset[str], *, matters: bool) -> str:
    """Return where a passage stands; a name that several files have is told with its folder."""
    path = Path(passage.file)
    page = "" if passage.page is None else f", page {passage.page}"
    folder = f" (in {path.parent})" if passage.file in namesakes else ""
    scan = "" if passage.confidence is None else f" ({by_ocr(passage.confidence)})"
    matter = f" ({passage.matter})" if matters else ""
    return one_line(f"{path.name}{folder}{page}{scan}{matter}")


def _alike(hit: Hit, namesakes: frozenset[str], *, matters: bool) -> str:
    named = [_where(passage, namesakes, matters=matters) for passage in hit.alike[:_ALIKE]]
    more = len(hit.alike) - len(named)
    return "; ".join(named) + (f"; and {counted(more, 'other')}" if more else "")


def heading(passage: StoredPassage) -> str:
    """Return the headings that a passage stands under, without the name of its document."""
    named, path = beginning(passage.title, passage.file) + _BETWEEN, passage.context
    return " ".join(path.removeprefix(named).split()) if path.startswith(named) else ""


def _may_be_bold(out: TextIO) -> bool:
    """Whether bold type is wanted and understood; a console of Windows itself may show the codes instead."""
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb" or not out.isatty():
        return False
    return sys.platform != "win32" or any(name in os.environ for name in ("WT_SESSION", "TERM", "ANSICON"))


def _marked(shown: Snippet) -> Iterator[str]:
    """Yield the lines of a snippet with its marks in bold."""
    at = 0
    for line in _lines(shown.text):
        words = line.lstrip(" ")
        at = shown.text.index(words, at)
        pieces, done = [line[: len(line) - len(words)]], at
        for start, end in shown.marks:
            if start < at + len(words) and end > at:
                first, last = max(start, at), min(end, at + len(words))
                pieces += (shown.text[done:first], _BOLD, shown.text[first:last], _PLAIN)
                done = last
        at += len(words)
        yield "".join((*pieces, shown.text[done:at]))


def print_unread(searched: Searched, shut: int, out: TextIO) -> None:
    """Print how much of what was searched is not in it, as it could not be read; `shut` files gave no page."""
    if told := unread_words(searched.unread_pages, shut):
        print(f"Of what was searched, {told}; see carrel status --pages", file=out, flush=True)


def print_answer(found: EvidenceFound, answered: Answered, out: TextIO, *, shut: int = 0) -> None:
    """Print what checking found, after the text was printed as it came; `shut` files gave no page."""
    answer, evidence = answered.answer, found.evidence
    print("\n", file=out)
    for remark in remarks(answer):
        print(_wrapped(remark) + "\n", file=out)
    if answer.status is AnswerStatus.NOT_FOUND and not answer.quotes:
        print(_wrapped(not_found_words(evidence.searched, shut, closest=bool(evidence.hits))), file=out)
        if evidence.hits:
            print(_wrapped("To have it answered from them all the same: carrel ask --anyway"), file=out)
    if answer.status is AnswerStatus.QUOTES:
        _print_quotes(answer.sentences, evidence, out)
    for sentence in answer.sentences if answer.status is AnswerStatus.ANSWERED else ():
        keys = "".join(
            f" [{citation.key}]" if citation.rank is not None else f" [{citation.key}: no such passage]"
            for citation in sentence.citations
        )
        by_us = " (found by Carrel)" if any(citation.found for citation in sentence.citations) else ""
        label = LABELS.get(sentence.verdict, str(sentence.verdict))
        line = f"{MARKS[sentence.verdict]} {sentence.text}{keys}{by_us}  — {label}"
        print(_wrapped(line), file=out)
        for reason in reasons(sentence):
            print(textwrap.indent(_wrapped(reason), "    "), file=out)
    if answer.quotes:
        if answer.sentences:
            print(file=out)
        _print_quotes(answer.quotes, evidence, out)
    if times := ", ".join(f"{stage.replace('_', ' ')} {seconds:.2f} s" for stage, seconds in answered.timings):
        print(f"\nTimes: {times}", file=out)
    out.flush()


def _print_quotes(quotes: Sequence[Sentence], evidence: Evidence, out: TextIO) -> None:
    """Print sentences of the files, those of a document under its name."""
    print("In the words of your files:", file=out)
    named, passages = "", {hit.rank: hit.passage for hit in evidence.hits}
    namesakes = _namesakes(evidence)
    for sentence in quotes:
        ranks = [citation.rank for citation in sentence.citations if citation.rank in passages]
        where = _where(passages[ranks[0]], namesakes, matters=False) if ranks else ""
        if where != named:
            print(f"\n{where}", file=out)
            named = where
        keys = "".join(f" [{citation.key}]" for citation in sentence.citations)
        print(_wrapped(plain(f"“{' '.join(sentence.text.split())}”{keys}")), file=out)


def ledger_json(lines: Iterable[LedgerLine]) -> list[dict[str, Any]]:
    """Return the ledger in the stable shape of `status --pages --json`."""
    return [
        {
            "file": line.file,
            "parent": line.parent,
            "page": line.page,
            "status": str(line.status),
            "reason": line.reason,
            "confidence": None if line.confidence is None else round(line.confidence, 4),
        }
        for line in lines
    ]


def print_ledger(lines: Iterable[LedgerLine], out: TextIO) -> None:
    """Print what became of each page, those together of which the same is to be said, and the totals last."""
    kept = list(lines)
    file = ""
    for stretch in stretches(kept):
        if stretch.file != file:
            file = stretch.file
            inside = f"   (in: {Path(stretch.parent).name})" if stretch.parent else ""
            print(one_line(f"{file}{inside}"), file=out)
        sentence = stretch.sentence or f"{WORDS[stretch.status]}."
        print(f"  {stretch.where:<18} {stretch.status!s:<12} {plain(sentence)}", file=out)
    print(total_words(totals(kept)), file=out)


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
        told = [_matter(entry, names), counted(number, "document") if number else ""]
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


def _wrapped(text: str) -> str:
    return "\n".join(_lines(plain(text)))


def _lines(text: str) -> list[str]:
    width = min(shutil.get_terminal_size((100, 24)).columns, 110) if sys.stdout.isatty() else 100
    return textwrap.wrap(text, width, initial_indent="    ", subsequent_indent="    ")

"""What was read and what was not, and how long reading takes, in words: the same in the window and on the terminal.

Pure: from lines of the ledger, estimates and progress to sentences, stretches of pages and a table. Knows no store,
no session and no widget.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TextIO

from app import table
from app.counted import counted
from app.types import BroughtUp, LedgerLine, Progress, Renewing, Searched, Status, Survey

# What became of a page, in a few words that can follow a number of pages.
WORDS: Mapping[Status, str] = {
    Status.READ: "read",
    Status.OCR: "read by OCR",
    Status.EMPTY: "empty",
    Status.PICTURE: "pictures without readable text",
    Status.LOCKED: "locked with a password",
    Status.UNSUPPORTED: "of a kind that cannot be read",
    Status.DAMAGED: "damaged",
    Status.TOO_LARGE: "too large",
    Status.TIMED_OUT: "given up after too long",
    Status.FAILED: "could not be opened",
}
# Of several pages of which the ledger says the same, each with its own number.
_SENTENCES: Mapping[Status, str] = {
    Status.READ: "Read.",
    Status.EMPTY: "Empty: there is nothing on them to read.",
    Status.PICTURE: "Pictures, scans or photographs, and no text could be read from them; they are not searched.",
    Status.LOCKED: "Locked with a password and not read.",
    Status.UNSUPPORTED: "Of a kind that cannot be read yet.",
    Status.DAMAGED: "Damaged, and not read or not all of them.",
    Status.TOO_LARGE: "Too large, and not read or not all of them.",
    Status.TIMED_OUT: "They took too long, and were not read or not all of them.",
    Status.FAILED: "They could not be opened and were not read.",
}
# Said of a written answer that is astray.
ASTRAY = (
    "What was written may miss the question: the sentences of your files that fit it best say something else. They are "
    "quoted with it; compare them before you rely on it."
)
# Said of an answer that was wanted although nothing that was found seems to hold it.
ANYWAY = (
    "The files that were searched seem to hold no answer to this, and you asked for one all the same. Compare it with "
    "the passages before you rely on it."
)
_OWN_NUMBER = re.compile(r"\b([Pp]age|[Ss]heet|[Ss]lide) [\d,]+\b")
_MINUTE, _HOUR, _DAY = 60.0, 3600.0, 86_400.0


def unmentioned_words(names: Sequence[str]) -> str:
    """Return what is said of names and numbers that a question holds and the documents found for it do not."""
    shown = [f"“{name}”" for name in names]
    listed = " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)
    return (f"{listed} {'stands' if len(shown) == 1 else 'stand'} nowhere in the documents that were found for this. "
            "What they say may be about something else; look at how it is spelled, too.")


@dataclass(frozen=True, slots=True)
class Stretch:
    """Pages of one file that follow each other and of which the same is to be said."""

    file: str
    parent: str | None
    first: int | None  # page, 1-based; None for a file without pages, or one that gave none
    last: int | None
    status: Status
    sentence: str
    confidence: float | None = None  # of OCR, the mean of its pages

    @property
    def pages(self) -> int:
        """How many pages they are; a file that gave none counts as one."""
        return 1 if self.first is None or self.last is None else self.last - self.first + 1

    @property
    def where(self) -> str:
        """Return "page 3" or "pages 3 to 7"; "the file" where there are no pages."""
        if self.first is None:
            return "the file"
        return f"page {self.first:,}" if self.first == self.last else f"pages {self.first:,} to {self.last:,}"


@dataclass(slots=True)
class Totals:
    """How much was read of how much; pages of a file that was not opened are not known and not counted."""

    pages: Counter[Status] = field(default_factory=Counter)
    unopened: Counter[Status] = field(default_factory=Counter)  # files without a page in the ledger that was read
    files: int = 0
    confidence: float | None = None  # of OCR, the mean of all its pages

    @property
    def unread(self) -> int:
        """Pages that are there and could not be read."""
        return sum(number for status, number in self.pages.items() if not status.readable)

    @property
    def shut(self) -> int:
        """Files that could not be opened at all."""
        return sum(self.unopened.values())


def totals(lines: Iterable[LedgerLine]) -> Totals:
    """Count pages and files by what became of them."""
    found = Totals()
    file, sure, recognised = None, 0.0, 0
    for line in lines:
        found.files += line.file != file
        file = line.file
        if line.page is None and not line.status.readable:
            found.unopened[line.status] += 1
        else:
            found.pages[line.status] += 1
        if line.status is Status.OCR and line.confidence is not None:
            sure += line.confidence
            recognised += 1
    found.confidence = sure / recognised if recognised else None
    return found


def stretches(lines: Iterable[LedgerLine]) -> Iterator[Stretch]:
    """Join lines, in order of file and page, of pages that follow each other and have the same to be said."""
    held: list[LedgerLine] = []
    for line in lines:
        if held and not _joins(held[-1], line):
            yield _joined(held)
            held = []
        held.append(line)
    if held:
        yield _joined(held)


def _joins(before: LedgerLine, line: LedgerLine) -> bool:
    if before.file != line.file or before.status is not line.status or before.page is None:
        return False
    return line.page == before.page + 1 and _unnumbered(before.reason) == _unnumbered(line.reason)


def _unnumbered(reason: str) -> str:
    """The reason without the page's own number and without how sure OCR was, which differ from page to page."""
    return re.sub(r"\d+(\.\d+)? ?%", "", _OWN_NUMBER.sub(r"\1", reason))


def _joined(lines: list[LedgerLine]) -> Stretch:
    first, last = lines[0], lines[-1]
    found = [line.confidence for line in lines if line.confidence is not None]
    confidence = sum(found) / len(found) if found else None
    if first.status is Status.OCR and len(lines) > 1:
        sure = f", {percent(confidence)} sure of the letters on average," if confidence is not None else ""
        sentence = f"Pictures; their text was read from them by OCR{sure} and may hold mistakes."
    elif len(lines) == 1 or first.reason == last.reason:
        sentence = first.reason or _SENTENCES[first.status]
    else:  # each names its own page; what they say of it is the same
        sentence = _SENTENCES[first.status]
    return Stretch(first.file, first.parent, first.page, last.page, first.status, sentence, confidence)


def percent(share: float) -> str:
    """Return "93 %"; 100 only where there is no doubt at all."""
    return f"{min(round(100 * share), 99 if share < 1 else 100)} %"


def by_ocr(confidence: float | None) -> str:
    """Return "read by OCR, 93 % sure"."""
    return "read by OCR" if confidence is None else f"read by OCR, {percent(confidence)} sure"


def about(seconds: float) -> str:
    """Return a stretch of time as people say it: "about 12 minutes"."""
    if seconds < .75 * _MINUTE:
        return "less than a minute"
    if seconds < 1.5 * _MINUTE:
        return "about a minute"
    if seconds < 52 * _MINUTE:
        minutes = round(seconds / _MINUTE)
        return f"about {minutes if minutes <= 20 else 5 * round(minutes / 5)} minutes"
    if seconds < 1.25 * _HOUR:
        return "about an hour"
    if seconds < 6 * _HOUR:
        halves = round(seconds / _HOUR * 2)
        return f"about {halves // 2}{'½' if halves % 2 else ''} hours"
    if seconds < 1.5 * _DAY:
        return f"about {round(seconds / _HOUR)} hours"
    return f"about {round(seconds / _DAY)} days"


def survey_words(survey: Survey) -> str:
    """Return "214 files, 3,120 pages, 96 of them scans: about 25 minutes"."""
    scans = f", {survey.pictures:,} of them scans" if survey.pictures else ""
    return f"{counted(survey.files, 'file')}, {counted(survey.pages, 'page')}{scans}: {about(survey.seconds)}"


def progress_words(progress: Progress) -> list[str]:
    """Return where a run stands in short parts: pages done, how fast, how long it still takes."""
    parts = [f"{progress.done:,} of {counted(max(progress.pages, progress.done), 'page')}"]
    if progress.rate > 0:
        a_minute = progress.rate * 60
        parts.append(f"{a_minute:,.0f} pages a minute" if a_minute >= 1.5 else "about a page a minute")
    if progress.left is not None:
        parts.append(f"{about(progress.left)} left")
    return parts


def passage_words(progress: BroughtUp | Renewing) -> list[str]:
    """Return how far an index that is made anew is, in short parts: passages done, how long it still takes."""
    parts = [f"{progress.done:,} of {counted(progress.of, 'passage')}"]
    if progress.left is not None:
        parts.append(f"{about(progress.left)} left")
    return parts


def total_words(found: Totals) -> str:
    """Return all totals in one or two sentences, what could not be read never left out."""
    pages = found.pages.total()
    parts = []
    for status in Status:
        if number := found.pages[status]:
            sure = f" ({percent(found.confidence)} sure on average)" \
                if status is Status.OCR and found.confidence is not None else ""
            parts.append(f"{number:,} {WORDS[status]}{sure}")
    said = f"{counted(pages, 'page')}: {', '.join(parts)}." if parts else "No page was read yet."
    return f"{said} {shut_words(found)}".strip()


def shut_words(found: Totals) -> str:
    """Return what is to be said of files that gave no page; empty where there are none."""
    if not found.shut:
        return ""
    kinds = ", ".join(f"{number:,} {WORDS[status]}" for status, number in found.unopened.most_common())
    return (f"{counted(found.shut, 'file')} gave no page at all ({kinds}); "
            f"how many pages {'it has' if found.shut == 1 else 'they have'} is not known.")


def unread_words(pages: int, files: int = 0) -> str:
    """Return "9 pages and 2 files could not be read", the files being those that gave no page; empty for none."""
    parts = ([counted(pages, "page")] if pages else []) + ([counted(files, "file")] if files else [])
    return f"{' and '.join(parts)} could not be read" if parts else ""


def not_found_words(searched: Searched, shut: int = 0, *, where: str = "", closest: bool = True) -> str:
    """Return "Not found in the 212 files searched (9 pages could not be read)." and where the `closest` passages are.

    `shut` is how many files gave no page; `where` limits what was searched: "in Smith v Jones".
    """
    told = unread_words(searched.unread_pages, shut)
    searched_in = " ".join(filter(None, (counted(searched.files, "file"), "searched", where)))
    unread = f" ({told})" if told else ""
    return f"Not found in the {searched_in}{unread}." + (" The closest passages are above." if closest else "")


def write_csv(lines: Iterable[LedgerLine], stream: TextIO) -> int:
    """Write the ledger as a table with a header and return the number of lines; no cell is a formula."""
    return table.write(stream, ("file", "inside", "page", "status", "confidence", "reason"), (
        (line.file, line.parent or "", "" if line.page is None else line.page, str(line.status),
         "" if line.confidence is None else f"{line.confidence:.3f}", line.reason)
        for line in lines
    ))

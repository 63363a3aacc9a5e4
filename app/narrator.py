"""What the command line prints while files are added: a line a file, and now and then how far it is."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import TextIO

from app.counted import counted
from app.coverage import WORDS, progress_words, survey_words
from app.report import one_line, plain
from app.types import (
    Added,
    FileAdded,
    FileFailed,
    FileGone,
    FileMoved,
    FileUnchanged,
    FolderAway,
    IngestEvent,
    Progress,
    Started,
    Status,
    Survey,
    Surveying,
)

_SELDOM = 20.0  # seconds between lines of progress where nobody looks at a terminal


class Narrator:
    """Prints what happens to files, a line each, and now and then how far it is."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._live = out.isatty()
        self._drawn = 0  # characters of the line of progress that stands on the terminal
        self._told = time.monotonic()

    def tell(self, event: IngestEvent) -> None:
        """Print one event."""
        if isinstance(event, Progress):
            self._progress(progress_words(event), Path(event.file).name)
        elif isinstance(event, Surveying):
            if self._live:
                self._draw(f"Counting: {event.files:,} of {event.of:,} files")
        elif lines := event_lines(event):
            self.clear()
            print("\n".join(map(one_line, lines)), file=self._out)
        self._out.flush()

    def _progress(self, parts: list[str], file: str) -> None:
        if self._live:
            self._draw(f"{' · '.join(parts)} · {file}")
        elif time.monotonic() - self._told >= _SELDOM:
            print(f"      {' · '.join(parts)}", file=self._out)
            self._told = time.monotonic()

    def _draw(self, words: str) -> None:
        shown = plain(words)[: shutil.get_terminal_size((100, 24)).columns - 1]
        print(f"\r{shown:<{self._drawn}}", end="", file=self._out)
        self._drawn = len(shown)

    def clear(self) -> None:
        """Take the line of progress off the terminal."""
        if self._drawn:
            print(f"\r{'':<{self._drawn}}\r", end="", file=self._out)
            self._drawn = 0


def print_event(event: IngestEvent, out: TextIO) -> None:
    """Print what happened to a file, one line each; progress inside files is left out."""
    for line in event_lines(event):
        print(one_line(line), file=out)
    out.flush()


def event_lines(event: IngestEvent) -> list[str]:
    """Return what is printed of an event."""
    match event:
        case Survey(unchanged=unchanged):
            more = f"; {counted(unchanged, 'file')} in the library already" if unchanged else ""
            return [f"{survey_words(event)}{more}"]
        case Started(files):
            return [f"{counted(files, 'file')} to look at"]
        case FileAdded():
            return _added(event)
        case FileUnchanged(file):
            return [f"{_count(event)} {Path(file).name}: unchanged"]
        case FileFailed(file, reason):
            return [f"{_count(event)} {Path(file).name}: NOT READ. {reason}"]
        case FileMoved(file, before):
            return [f"Moved: {before} is now {file}"]
        case FileGone(file):
            return [f"Gone, and taken out of the library: {file}"]
        case FolderAway(path, missing):
            return [(f"The folder {path} cannot be reached, or much of it, or something that conversations quote, is "
                    f"gone: {counted(len(missing), 'document')} of the library are not there. Nothing was taken out.")]
        case Added():
            rate = event.pages / event.seconds if event.seconds else 0.0
            return [(f"{event.added} added, {event.unchanged} unchanged, {event.failed} not read; "
                    f"{event.pages} pages in {event.seconds:.1f} s ({rate:.0f} pages/s)")]
    return []


def _added(event: FileAdded) -> list[str]:
    state = "" if event.status is Status.READ else f", {WORDS[event.status]}"
    lines = [(f"{_count(event)} {Path(event.file).name}: {counted(event.pages, 'page')}, "
             f"{counted(event.passages, 'passage')}{state}")]
    lines += [f"      {reason}" for reason in event.reasons[:3]]
    if len(event.reasons) > 3:
        lines.append(f"      and {len(event.reasons) - 3} more pages; see carrel status --pages")
    return lines


def _count(event: FileAdded | FileUnchanged | FileFailed) -> str:
    width = len(str(event.files))
    return f"[{event.index + 1:>{width}}/{event.files}]"

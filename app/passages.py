"""Documents into passages: stretches of one page that fit the embedder, cut at sentences.

Knows no store and no model; the embedder's tokenizer is given, as the token starts of a text.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import PurePath

from app import sentences
from app.types import Document, Heading, Page, Passage, Status

# The embedder reads the context too; this much of its window is kept for it.
CONTEXT_TOKENS = 48
CONTEXT_CHARACTERS = 160
# Shorter than the window: a passage about one thing is found better and read faster.
TARGET_TOKENS = 180
OVERLAP_TOKENS = 40

Starts = Callable[[str], Sequence[int]]


def split(document: Document, name: str, starts: Starts, limit: int) -> tuple[Passage, ...]:
    """Return the passages of a document in order, each inside `limit` tokens with its context.

    `name` is the file's name, used where the document has no title; `starts(text)` gives the
    character where each token starts; `limit` counts the two special tokens as well.
    """
    room = limit - 2 - CONTEXT_TOKENS
    if room < 16:
        raise ValueError(f"an embedder that reads {limit} tokens is too small for passages")
    title = context_name(document.title, name)
    found: list[Passage] = []
    headings: list[Heading] = []
    for page in document.pages:
        # What was taken in of a page that is damaged, locked in part or was too slow is found like any other text;
        # what a picture gave without OCR is rubbish.
        if page.status is not Status.PICTURE and page.text.strip():
            found += _split_page(page, title, headings, starts, min(room, TARGET_TOKENS))
        _follow(headings, page.headings)
    return tuple(found)


def context_name(title: str, name: str) -> str:
    """Return how a passage names its document: its title and the words of its file name."""
    stem = re.sub(r"\.[A-Za-z0-9]{1,5}$", "", name)
    words = re.sub(r"(?<=[a-z])(?=[A-Z])|[_\s]+", " ", stem)
    words = " ".join(words.split())
    title = " ".join(title.split())
    if words.lower() == title.lower():
        return title
    if not title or title.lower() in words.lower():
        return words
    return f"{title} ({words})" if words.lower() not in title.lower() else title


def beginning(title: str, file: str) -> str:
    """Return how the contexts of a file's passages begin: the store lets them follow the file's name."""
    return context_name(title, PurePath(file).name)[:CONTEXT_CHARACTERS]


def _split_page(page: Page, title: str, before: list[Heading], starts: Starts, room: int) -> list[Passage]:
    text = page.text
    tokens = starts(text)
    units: list[tuple[int, int]] = []
    parted: set[int] = set()  # units that stand behind furniture, which no passage reaches over
    for begin, stop in _bodies(page):
        parted.add(len(units))
        spans = ((begin + a, begin + b) for a, b in sentences.spans(text[begin:stop]))
        units += (piece for span in spans for piece in _cut(span, tokens, room))
    opened = parted | {_unit_at(units, heading.start) for heading in page.headings}
    path = list(before)
    ahead = list(page.headings)
    found: list[Passage] = []
    first = 0
    while first < len(units):
        last = first + 1
        # A heading opens a passage, unless what is before it is only another heading.
        while last < len(units) and _tokens(tokens, units[first][0], units[last][1]) <= room:
            if last in parted:
                break
            if last in opened and _tokens(tokens, units[first][0], units[last - 1][1]) > OVERLAP_TOKENS:
                break
            last += 1
        start, end = units[first][0], units[last - 1][1]
        while ahead and ahead[0].start <= start:
            _follow(path, (ahead.pop(0),))
        found.append(Passage(page.number, start, end, text[start:end], _context(title, path)))
        if last == len(units):
            break
        again = last
        while (
            again - 1 > first
            and again not in opened
            and _tokens(tokens, units[again - 1][0], end) <= OVERLAP_TOKENS
        ):
            again -= 1
        first = again
    return found


def _bodies(page: Page) -> list[tuple[int, int]]:
    """Return the stretches of a page between its running headers, footers and page numbers."""
    edges = [0]
    for start, end in page.furniture:
        edges += (max(start, edges[-1]), max(end, edges[-1]))
    edges.append(len(page.text))
    pairs = zip(edges[::2], edges[1::2], strict=True)
    return [(start, end) for start, end in pairs if page.text[start:end].strip()]


def _cut(span: tuple[int, int], tokens: Sequence[int], room: int) -> list[tuple[int, int]]:
    """Cut a sentence that is longer than a passage, at its tokens."""
    start, end = span
    low, high = bisect_left(tokens, start), bisect_left(tokens, end)
    if high - low <= room:
        return [span]
    edges = [start, *(tokens[i] for i in range(low + room, high, room)), end]
    return [(a, b) for a, b in pairwise(edges) if b > a]


def _tokens(tokens: Sequence[int], start: int, end: int) -> int:
    return bisect_left(tokens, end) - bisect_left(tokens, start)


def _unit_at(units: Sequence[tuple[int, int]], character: int) -> int:
    for index, (_, end) in enumerate(units):
        if character < end:
            return index
    return len(units)


def _follow(path: list[Heading], headings: Sequence[Heading]) -> None:
    """Keep `path` the chain of headings that the text after `headings` stands under."""
    for heading in headings:
        while path and path[-1].level >= heading.level:
            path.pop()
        path.append(heading)


def _context(title: str, path: Sequence[Heading]) -> str:
    parts = [title, *(" ".join(heading.text.split()) for heading in path)]
    return " › ".join(part[:CONTEXT_CHARACTERS] for part in parts if part)[-2 * CONTEXT_CHARACTERS :]


def embedded_text(passage: Passage, starts: Starts) -> str:
    """Return what is embedded for a passage: its context, cut to its share of the window, then its text."""
    tokens = starts(passage.context)
    context = passage.context if len(tokens) < CONTEXT_TOKENS else passage.context[: tokens[CONTEXT_TOKENS - 1]]
    return f"{context}\n{passage.text}" if context else passage.text

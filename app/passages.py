"""Documents into passages: stretches of one page that fit the embedder, cut at clauses, paragraphs and sentences.

Each carries the context that it is found by: what its document is called, who wrote it and when where
that is a letter, and the headings and clauses that it stands under. Knows no store and no model; the
embedder's tokenizer is given, as the token starts of a text.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import PurePath

from app import headings, sentences
from app.types import Document, Heading, Page, Passage, Status

# The embedder reads the context too; this much of its window is kept for it.
CONTEXT_TOKENS = 48
CONTEXT_CHARACTERS = 160
# A little shorter than the window of the default embedder: what is left over at the end of a page fits in, too.
TARGET_TOKENS = 200
OVERLAP_TOKENS = 40
MOST_CHARACTERS = 4000  # of a passage, where tokens say nothing: a word of any length can be one
# A heading opens a passage where the one before holds more tokens than that; a mere number of a clause, than this.
_HEADED_TOKENS, _NUMBERED_TOKENS = 100, 140
_FILLED = 0.7  # of a passage that must be full where it ends with a paragraph, though more would fit
_PATH = 4  # headings of a context
_HEADING = 120  # characters of one
_COVER = 0.4  # of a page's characters
_BETWEEN = " › "
# Kinds whose texts number their clauses, and those among them in which a line may be a heading by standing alone.
_CLAUSED = frozenset("pdf image docx odt rtf text markdown html mhtml".split())
_ALONE = frozenset("text rtf".split())
_LETTERS = frozenset("mail msg tnef cda fhir hl7".split())  # kinds that are from somebody, or about a patient
_NAMED = 3  # people in a context
_ADDRESS = re.compile(r"\s*<[^<>]*>$")
_CODE = re.compile(r"\d")
_TITLED = re.compile(r"(?P<title>.*[^\W\d_]{3}.*\S) \(.+\)")
_BLANK = re.compile(r"\n[^\S\n]*\n|\r\r|\f")
# Inside what has no full stop: where the next item of an enumeration, or the next row of a table, begins.
_ITEM = re.compile(
    r"(?<=[;:.,])\s+(?=\((?:[a-z]{1,4}|\d{1,2}|[A-Z])\)\s)|(?<=;)\s+(?:and|or)\s+(?=\([a-z\d]{1,4}\)\s)"
    r"|\n(?=[^\n]{0,400}?(?: \| |\t))"
)
_PAUSE = re.compile(r"[;:,]\s|\n")

Starts = Callable[[str], Sequence[int]]


def split(document: Document, name: str, starts: Starts, limit: int) -> tuple[Passage, ...]:
    """Return the passages of a document in order, each inside `limit` tokens with its context.

    `name` is the file's name, used where the document has no title; `starts(text)` gives the
    character where each token starts; `limit` counts the two special tokens as well.
    """
    room = limit - 2 - CONTEXT_TOKENS
    if room < 16:
        raise ValueError(f"an embedder that reads {limit} tokens is too small for passages")
    clauses = headings.Clauses(alone=document.kind in _ALONE) if document.kind in _CLAUSED else None
    about = [context_name(document.title, name)[:CONTEXT_CHARACTERS], _letter(document)]
    found: list[Passage] = []
    path: list[Heading] = []
    for page in document.pages:
        known = page.headings
        # What was taken in of a page that is damaged, locked in part or was too slow is found like any other text;
        # what a picture gave without OCR is rubbish.
        if page.status is not Status.PICTURE and page.text.strip():
            known = tuple(clauses.page(page.text, known)) if clauses is not None else known
            if page is document.pages[0] and not document.title:
                about.append(headings.named(known))
            found += _Splitting(page, known, starts, room).passages(about, path)
        if not _is_cover(page, known):
            _follow(path, known)
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


def _letter(document: Document) -> str:
    """Return who a letter or a record is from, or about, and its day; "" for other documents."""
    if document.kind not in _LETTERS:
        return ""
    names = [_ADDRESS.sub("", name) or name for name in document.people[:_NAMED]]
    return ", ".join(filter(None, [*names, document.date]))[:CONTEXT_CHARACTERS]


def _is_cover(page: Page, known: Sequence[Heading]) -> bool:
    """Whether a page is hardly more than headings: they say what is in the document, and nothing stands under them."""
    return len(known) > 2 and sum(len(heading.text) for heading in known) > _COVER * len(page.text.strip())


class _Splitting:
    """One page on its way into passages: its units are sentences, or pieces of those that are too long."""

    def __init__(self, page: Page, known: Sequence[Heading], starts: Starts, room: int) -> None:
        self._page, self._known, self._most, self._room = page, known, room, min(room, TARGET_TOKENS)
        self._piece = self._room * 5 // 6  # of a sentence: a heading and the beginning of what is under it fit together
        self._tokens = starts(page.text)
        self._units: list[tuple[int, int]] = []
        self._parted: set[int] = set()  # units that stand behind furniture, which no passage reaches over
        for begin, stop in _bodies(page):
            self._parted.add(len(self._units))
            for a, b in sentences.spans(page.text[begin:stop]):
                for start, end in self._cut(begin + a, begin + b):
                    edges = range(start + MOST_CHARACTERS, end, MOST_CHARACTERS)
                    self._units += _stretches(start, end, edges)
        self._opened = self._opening()

    def passages(self, about: Sequence[str], before: Sequence[Heading]) -> Iterator[Passage]:
        """Yield the passages; `before` are the headings that the page's beginning stands under."""
        path = list(before)
        ahead = list(self._known)
        units, number = self._units, self._page.number
        first = 0
        while first < len(units):
            last = self._last(first)
            start, end = units[first][0], units[last - 1][1]
            while ahead and ahead[0].start <= start:
                _follow(path, (ahead.pop(0),))
            yield Passage(number, start, end, self._page.text[start:end], _context(about, path))
            first = self._again(first, last)

    def _opening(self) -> dict[int, int]:
        """Return the units that open a passage, with the tokens that the passage before must have for that."""
        found: dict[int, int] = {}
        for heading in self._known:
            if heading.text:
                unit = self._unit_at(heading.start)
                least = _NUMBERED_TOKENS if headings.is_number(heading.text) else _HEADED_TOKENS
                found[unit] = min(least, found.get(unit, least))
        return found

    def _last(self, first: int) -> int:
        """Return the unit behind a passage that begins with `first`."""
        units, last = self._units, first + 1
        most = units[first][0] + MOST_CHARACTERS
        while last < len(units) and units[last][1] <= most and self._count(first, last + 1) <= self._room:
            # A heading opens a passage, unless what is before it is only another heading.
            if last in self._parted or (last in self._opened and self._count(first, last) > self._opened[last]):
                return last
            last += 1
        if last == len(units) or last in self._parted:
            return last
        end = self._rest(last)
        if end and units[end - 1][1] <= most and self._count(first, end) <= self._most:
            return end
        for end in range(last, first + 1, -1):
            if self._count(first, end) < _FILLED * self._room:
                break
            if end in self._opened or self._is_paragraph(end):
                return end
        return last

    def _rest(self, last: int) -> int:
        """Return where the text ends that stands together with a unit, where that is near; 0 where it is not."""
        end = last + 1
        while end < len(self._units) and end not in self._parted and end not in self._opened:
            if self._count(last, end) > OVERLAP_TOKENS:
                return 0
            end += 1
        return end if last not in self._opened and self._count(last, end) <= OVERLAP_TOKENS else 0

    def _again(self, first: int, last: int) -> int:
        """Return the unit that the next passage begins with: some sentences again where a paragraph goes on."""
        if last == len(self._units) or last in self._parted or last in self._opened or self._is_paragraph(last):
            return last
        again = last
        while again - 1 > first and again not in self._opened and self._count(again - 1, last) <= OVERLAP_TOKENS:
            again -= 1
        return again

    def _is_paragraph(self, unit: int) -> bool:
        return _BLANK.search(self._page.text, self._units[unit - 1][1], self._units[unit][0]) is not None

    def _count(self, first: int, last: int) -> int:
        """Return the tokens of the units from `first` up to, not including, `last`."""
        return self._between(self._units[first][0], self._units[last - 1][1])

    def _between(self, start: int, end: int) -> int:
        return bisect_left(self._tokens, end) - bisect_left(self._tokens, start)

    def _unit_at(self, character: int) -> int:
        return min(bisect_left(self._units, character + 1, key=lambda unit: unit[1]), len(self._units))

    def _cut(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Cut a sentence that would fill a passage: at its items, then where it pauses, then at tokens."""
        if self._between(start, end) <= self._room // 2:
            yield start, end
            return
        for a, b in _stretches(start, end, (match.end() for match in _ITEM.finditer(self._page.text, start, end))):
            at = a
            while self._between(at, b) > self._piece:
                edge = self._edge(at)
                yield at, edge
                at = edge
            if b > at:
                yield at, b

    def _edge(self, start: int) -> int:
        """Return where a stretch that is too long is cut: behind a pause in its last third, or at a token."""
        low = bisect_left(self._tokens, start)
        most = self._tokens[low + self._piece]
        third = self._tokens[low + self._piece * 2 // 3]
        pauses = [match.end() for match in _PAUSE.finditer(self._page.text, third, most)]
        return pauses[-1] if pauses else most


def _stretches(start: int, end: int, edges: Iterable[int]) -> list[tuple[int, int]]:
    return [(a, b) for a, b in pairwise([start, *edges, end]) if b > a]


def _bodies(page: Page) -> list[tuple[int, int]]:
    """Return the stretches of a page between its running headers, footers and page numbers."""
    edges = [0]
    for start, end in page.furniture:
        edges += (max(start, edges[-1]), max(end, edges[-1]))
    edges.append(len(page.text))
    pairs = zip(edges[::2], edges[1::2], strict=True)
    return [(start, end) for start, end in pairs if page.text[start:end].strip()]


def _follow(path: list[Heading], known: Sequence[Heading]) -> None:
    """Keep `path` the chain of headings that the text after `known` stands under."""
    for heading in known:
        while path and path[-1].level >= heading.level:
            path.pop()
        path.append(heading)


def _context(about: Sequence[str], path: Sequence[Heading]) -> str:
    """Return what a passage is found by: its document, then the first of its headings and the nearest ones."""
    name, *others = about
    parts = [name, *(part for part in others if part and part.casefold() not in name.casefold())]
    title = name.partition(" (")[0].casefold()
    shown = [" ".join(heading.text.split())[:_HEADING].rstrip() for heading in path if heading.text]
    if len(shown) > _PATH:
        shown = [shown[0], *shown[1 - _PATH :]]
    for part in shown:
        if part.casefold() != title and part not in parts:
            parts.append(part)
    return _BETWEEN.join(parts)


def embedded_text(passage: Passage, starts: Starts) -> str:
    """Return what is embedded for a passage: its context, cut to its share of the window, then its text."""
    context = _shortened(passage.context, starts)
    return f"{context}\n{passage.text}" if context else passage.text


def _shortened(context: str, starts: Starts) -> str:
    """Return a context that fits in its share: the nearest headings, and as much of the name as tells something."""
    if len(starts(context)) < CONTEXT_TOKENS:
        return context
    first, *others = context.split(_BETWEEN)
    name = _telling(first)
    room = CONTEXT_TOKENS - 1 - min(len(starts(name)), CONTEXT_TOKENS // 2)
    kept: list[str] = []
    for part in reversed(others):
        room -= len(starts(part)) + 1
        if room < 0:
            break
        kept.insert(0, part)
    left = CONTEXT_TOKENS - 1 - len(starts(_BETWEEN.join(["", *kept])))
    tokens = starts(name)
    if len(tokens) > left:
        name = name[: tokens[max(left, 0)]].rstrip()
    whole = _BETWEEN.join([name, *kept])
    tokens = starts(whole)
    return whole if len(tokens) < CONTEXT_TOKENS else whole[: tokens[CONTEXT_TOKENS - 1]]


def _telling(name: str) -> str:
    """Return a document's title without its file's name, or what of that is words and no code."""
    titled = _TITLED.fullmatch(name)
    if titled:
        return titled["title"]
    words = name.split()
    return " ".join([word for word in words if not _CODE.search(word)] or words)

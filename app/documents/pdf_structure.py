"""What a document's pages have in common: running headers and footers, and the headings of one without an outline.

Sees lines, sizes and weights of print, no pdfium. Careful rather than complete: what is called a
running line is in no passage, and what is called a heading names the passages under it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from app.documents.pdf_layout import Layout, Line
from app.types import Heading

_EDGE = 4  # lines from the top and the bottom of a page that may be running
_LONGEST = 200  # characters of a running line
_PAGES = 3  # on which it stands at least
_DENSITY = 0.3  # of the pages between its first and last
_MARGIN = 0.17  # of what is printed on the pages, at the top and at the bottom
_APART = 4.0  # points that its place differs from page to page
_SHORT = 60  # characters
_OUTER_NUMBER = re.compile(r"^\W*\d{1,5}\b|\b\d{1,5}\W*$")
_NUMBER = re.compile(r"\d{1,5}")
_NUMBERED = re.compile(r"(?:page|seite|p\.|-|–|\[)?\s*(\d{1,5}|[ivxlc]{1,7})(?=[\s|\-–\]/]|$)", re.IGNORECASE)
_LAST_NUMBER = re.compile(r"(?:^|[\s|\-–\[])(\d{1,5}|[ivxlc]{1,7})(?:\s*[-–\]]|\s+(?:of|von|/)\s+\d+)?$", re.IGNORECASE)
_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}
_WORDS = 14  # of a heading at most
_LONGEST_HEADING = 110  # characters
# A number that opens one is that of a section, and not an amount.
_HEADS = re.compile(r"[A-Z§\"“]|[^\W\d_a-z]|\(?[a-zA-Z\d]{1,4}[.)]|\d{1,3}(?:\.\d{1,3}){0,5}[.:)]?\s*[^\W\d_]")
_NO_LETTER = re.compile(r"[\W\d_]+")
_FILED = re.compile(r"(?i)(source|page|seite)\b.*\d")  # what was stamped on each page
_GOES_ON = re.compile(r" (and|or|of|the|for|und|oder)$")
_TIMES, _EACH = 5, 0.2  # times, or times a page, that one heading stands there at most; else it is a table's
_LARGER = 1.12  # times the size of the text
_MUCH = 0.12  # of a document's characters; if more of them were headings, they are none
_MANY = 9  # headings a page on average, which are none


@dataclass(frozen=True, slots=True)
class Candidate:
    """A line that could be a heading."""

    start: int
    end: int
    text: str
    size: float
    bold: bool
    capitals: bool


@dataclass(slots=True)
class Shape:
    """What is kept of a page's lines until all pages are known."""

    top: list[tuple[int, int, float, str]] = field(default_factory=list)  # (start, end, height, text), outermost first
    bottom: list[tuple[int, int, float, str]] = field(default_factory=list)
    candidates: list[Candidate] = field(default_factory=list)
    sizes: dict[float, int] = field(default_factory=dict)  # characters by size, in half points


def shape(layout: Layout, bold: Callable[[Line], bool] | None) -> Shape:
    """Return what is to be kept of a page; `bold` says whether a line is printed so, None asks for no headings."""
    upright = [line for line in layout.lines if not line.turned and line.stop > line.begin]
    found = Shape()
    sizes = found.sizes
    for line in upright:
        size = int(2 * line.size + 0.5) / 2
        sizes[size] = sizes.get(size, 0) + line.stop - line.begin
    by_height = sorted(upright, key=_height)
    found.bottom = [_edge(layout, line) for line in by_height[:_EDGE]]
    found.top = [_edge(layout, line) for line in by_height[: -_EDGE - 1 : -1]]
    for line in upright if bold is not None else ():
        start, end = line.begin, line.stop
        if end - start <= _LONGEST_HEADING and not line.broken and _HEADS.match(layout.text, start, end):
            text = layout.text[start:end]
            if bold is not None and _could_head(text):
                found.candidates.append(
                    Candidate(start, end, " ".join(text.split()), line.size, bold(line), text.isupper())
                )
    return found


def _height(line: Line) -> float:
    return line.top


def _edge(layout: Layout, line: Line) -> tuple[int, int, float, str]:
    text = layout.text[line.begin : min(line.stop, line.begin + _LONGEST + 1)]
    return line.begin, line.stop, line.bottom, text


def furniture(shapes: Sequence[Shape]) -> list[tuple[tuple[int, int], ...]]:
    """Return for each page the stretches of its text that are running headers, footers and page numbers."""
    found: list[list[tuple[int, int]]] = [[] for _ in shapes]
    heights = [height for page in shapes for _, _, height, _ in (*page.top, *page.bottom)]
    if len(shapes) < _PAGES or not heights:
        return [() for _ in shapes]
    margin = _MARGIN * (max(heights) - min(heights))
    above, below = max(heights) - margin, min(heights) + margin
    tops = [[line for line in page.top if line[2] >= above] for page in shapes]
    # Under a short page the last line stands high up; with its page's number it is told by that.
    bottoms = [[line for line in page.bottom if line[2] <= below or _NUMBER.search(line[3])] for page in shapes]
    for edges in (tops, bottoms):
        repeated = _repeated(edges)
        for number, lines in enumerate(edges):
            for place, (start, end, _, _) in enumerate(lines):
                if (number, place) not in repeated:
                    break  # what stands further in is the page's own
                found[number].append((start, end))
    return [_merged(stretches) for stretches in found]


def _repeated(edges: list[list[tuple[int, int, float, str]]]) -> set[tuple[int, int]]:
    """Return (page, place) of lines that stand at the same height of several pages, numbers aside."""
    groups: dict[tuple[str, int], list[tuple[float, int, int]]] = {}
    for number, lines in enumerate(edges):
        for place, (_, _, height, text) in enumerate(lines):
            if not text or len(text) > _LONGEST or ("\t" in text and not _NUMBER.search(text)):
                continue  # what has cells and no number heads a table that goes on
            # A long line is a sentence, in which numbers mean something.
            numbers = _NUMBER if len(text) <= _SHORT else _OUTER_NUMBER
            key = numbers.sub("#", text.lower())
            groups.setdefault((key, 0), []).append((height, number, place))
            if place == 0 and "#" in key and len(key) > 1:
                # The outermost line with its page number may stand under the text, wherever that ends.
                groups.setdefault((key, -1), []).append((0.0, number, place))
            for value in _page_numbers(text) if place < 2 else ():
                groups.setdefault(("", value - number), []).append((height, number, place))
    found: set[tuple[int, int]] = set()
    for (key, _), group in groups.items():
        if len(group) < _PAGES:
            continue
        # Numbers alone that rise with the pages could be those of sections, which are not on nearly all pages.
        apart, least = (1 / _DENSITY, _PAGES) if key else (1.5, _PAGES + 1)
        group.sort()
        cluster = [group[0]]
        for entry in group[1:]:
            if entry[0] - cluster[-1][0] > _APART:
                found.update(_if_running(cluster, apart, least))
                cluster = []
            cluster.append(entry)
        found.update(_if_running(cluster, apart, least))
    return found


def _if_running(cluster: list[tuple[float, int, int]], apart: float, least: int) -> Iterable[tuple[int, int]]:
    """Give the lines of a cluster where enough pages, and near enough to each other, have it."""
    pages = sorted({number for _, number, _ in cluster})
    kept: set[int] = set()
    run: list[int] = []
    for number in pages:
        if run and number - run[-1] > apart:
            kept.update(run if len(run) >= least else ())
            run = []
        run.append(number)
    kept.update(run if len(run) >= least else ())
    return [(number, place) for _, number, place in cluster if number in kept]


def _page_numbers(text: str) -> set[int]:
    """Return the numbers at the beginning and the end of a line that could be its page's."""
    found = set()
    for match in (_NUMBERED.match(text), _LAST_NUMBER.search(text)):
        if match:
            value = match.group(1)
            found.add(int(value) if value.isdigit() else _roman(value.lower()))
    return found


def _roman(text: str) -> int:
    values = [_ROMAN[letter] for letter in text]
    return sum(-a if a < b else a for a, b in zip(values, [*values[1:], 0], strict=True))


def _merged(stretches: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(set(stretches)):
        if merged and start <= merged[-1][1] + 2:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


def _could_head(text: str) -> bool:
    if text[-1] in ",;" or text.count(" ") >= _WORDS or "\t" in text or ". . ." in text or "...." in text:
        return False
    if _FILED.match(text) or _GOES_ON.search(text):
        return False
    letters = len(_NO_LETTER.sub("", text))
    if letters < (4 if text.isupper() else 3):
        return False
    return letters >= 0.5 * len(text.replace(" ", "")) and len(_NUMBER.findall(text)) <= 4


def headings(
    shapes: Sequence[Shape], running: Sequence[tuple[tuple[int, int], ...]]
) -> list[tuple[Heading, ...]]:
    """Return for each page the headings that its print shows: larger than the text, or bold or in capitals."""
    sizes: Counter[float] = Counter()
    for page in shapes:
        sizes.update(page.sizes)
    total = sum(sizes.values())
    empty: list[tuple[Heading, ...]] = [() for _ in shapes]
    if not total:
        return empty
    body = max(sizes, key=lambda size: (sizes[size], size))
    found: list[list[tuple[Candidate, int]]] = []
    for page, stretches in zip(shapes, running, strict=True):
        free = [each for each in page.candidates if not any(s <= each.start < e for s, e in stretches)]
        found.append([(each, kind) for each in free if (kind := _kind(each, body)) is not None])
    times = Counter(each.text.casefold() for page_found in found for each, _ in page_found)
    most = max(_TIMES, _EACH * len(shapes))
    found = [[(each, kind) for each, kind in page_found if times[each.text.casefold()] <= most] for page_found in found]
    for kinds in ((_BOLD, _CAPITALS), (_LARGE,)):
        chosen = [each for page_found in found for each, kind in page_found if kind in kinds]
        if sum(each.end - each.start for each in chosen) > _MUCH * total or len(chosen) > _MANY * len(shapes):
            found = [[(each, kind) for each, kind in page_found if kind not in kinds] for page_found in found]
    steps = _steps(each.size for page_found in found for each, kind in page_found if kind == _LARGE)
    return [_page_headings(page_found, steps) for page_found in found]


_LARGE, _CAPITALS, _BOLD = range(3)


def _kind(each: Candidate, body: float) -> int | None:
    if each.size >= _LARGER * body and not each.text.endswith("."):
        return _LARGE
    if each.size < 0.93 * body:
        return None
    if each.bold and (not each.text.endswith(".") or each.capitals or len(each.text) < 60):
        return _CAPITALS if each.capitals else _BOLD
    return None


def _steps(sizes: Iterable[float]) -> list[float]:
    """Return the sizes of headings from the largest on, those that are nearly the same as one; three at most."""
    found: list[float] = []
    for size in sorted(set(sizes), reverse=True):
        if not found or size < 0.94 * found[-1]:
            found.append(size)
    return found[:3]


def _page_headings(found: list[tuple[Candidate, int]], steps: list[float]) -> tuple[Heading, ...]:
    made: list[Heading] = []
    end = -10
    for each, kind in found:
        if kind == _LARGE:
            level = 1 + sum(1 for size in steps[1:] if each.size <= size * 1.03)
        else:
            level = len(steps) + (1 if kind == _CAPITALS else 2)
        before = made[-1] if made else None
        if before is not None and before.level == level and each.start - end <= 1 and len(before.text) < 160 and (
            not before.text.endswith((".", ":")) and not each.text[0].isdigit()
        ):
            made[-1] = Heading(before.start, level, f"{before.text} {each.text}")
        elif len(made) < 60:
            made.append(Heading(each.start, level, each.text))
        end = each.end
    return tuple(made)

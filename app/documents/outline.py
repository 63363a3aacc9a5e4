"""The numbers of lists and headings in OpenDocument files, which do not hold them as text: ODF 1.3, 5.3 and 16.30."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from app.documents.numbering import BULLET, formatted, whole

_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_ID = "{http://www.w3.org/XML/1998/namespace}id"
_FORMS = {"1": "decimal", "a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}
_DEEP = 10


class Lists:
    """Counts the items and headings of one document, which must be given in their order."""

    def __init__(self, roots: Iterable[Any]) -> None:
        self._styles: dict[str, dict[int, Any]] = {}
        self._unnumbered: set[str] = set()  # paragraph styles that take their heading out of the outline
        self._outline: dict[int, Any] = {}
        for root in roots:
            for style in root.iter(_TEXT + "list-style"):
                self._styles.setdefault(style.get(_STYLE + "name") or "", _levels(style))
            for style in root.iter(_TEXT + "outline-style"):
                self._outline = self._outline or _levels(style)
            for style in root.iter(_STYLE + "style"):
                if style.get(_STYLE + "list-style-name") == "":
                    self._unnumbered.add(style.get(_STYLE + "name") or "")
        self._headings: dict[int, int] = {}
        self._open: list[str] = []  # style names of the lists around
        self._counts: dict[int, int] = {}
        self._by_style: dict[str, dict[int, int]] = {}
        self._by_id: dict[str, dict[int, int]] = {}

    def enter(self, element: Any) -> None:
        """Begin a list; an inner one takes its style from the one around it."""
        style = element.get(_TEXT + "style-name") or (self._open[-1] if self._open else "")
        if not self._open:
            goes_on = element.get(_TEXT + "continue-numbering") == "true"
            named = self._by_id.get(element.get(_TEXT + "continue-list") or "")
            before = self._by_style.get(style) if goes_on else named
            self._counts = {} if before is None else before
            self._by_style[style] = self._counts
            if element.get(_ID):
                self._by_id[element.get(_ID)] = self._counts
        self._open.append(style)

    def leave(self) -> None:
        """End the list begun last."""
        self._open.pop()

    def item(self, element: Any) -> str:
        """Count an item of the list and return its number, "-" for a bullet, "" for none."""
        place = len(self._open)
        levels = self._styles.get(self._open[-1], {})
        return _counted(self._counts, place, levels, element.get(_TEXT + "start-value"))

    def heading(self, level: int, element: Any) -> str:
        """Count a heading and return its number; "" where the outline has none."""
        if element.get(_TEXT + "is-list-header") == "true" or element.get(_TEXT + "style-name") in self._unnumbered:
            return ""
        start = element.get(_TEXT + "start-value") if element.get(_TEXT + "restart-numbering") == "true" else None
        return _counted(self._headings, level, self._outline, start)


def _levels(style: Any) -> dict[int, Any]:
    return {whole(level.get(_TEXT + "level"), 1): level for level in style if isinstance(level.tag, str)}


def _counted(counts: dict[int, int], place: int, levels: dict[int, Any], start: str | None) -> str:
    level = levels.get(place)
    first = whole(start, 1) if start is not None else None
    if first is None:
        first = counts[place] + 1 if place in counts else _start(level)
    counts[place] = first
    for deeper in [each for each in counts if each > place]:
        del counts[deeper]
    if level is None:
        return ""
    if "bullet" in level.tag or "image" in level.tag:
        return BULLET
    if not level.get(_STYLE + "num-format"):
        return ""
    shown = min(max(whole(level.get(_TEXT + "display-levels"), 1), 1), place, _DEEP)
    numbers = [
        formatted(counts.get(each, _start(levels.get(each))), _form(levels.get(each)))
        for each in range(place - shown + 1, place + 1)
    ]
    text = ".".join(filter(None, numbers))
    return f"{level.get(_STYLE + 'num-prefix') or ''}{text}{level.get(_STYLE + 'num-suffix') or ''}".strip()[:100]


def _start(level: Any) -> int:
    return 1 if level is None else whole(level.get(_TEXT + "start-value"), 1)


def _form(level: Any) -> str:
    return "none" if level is None else _FORMS.get(level.get(_STYLE + "num-format") or "", "none")

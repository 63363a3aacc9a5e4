"""The numbers that a word processor makes up itself ("12.3(b)"), as people cite by them; knows Word's files.

Word's rules: ECMA-376 part 1, 17.9. A list's counters belong to its abstract definition, so that two
lists of the same definition go on counting, but for a list that says where it starts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_LEVELS = 9
_PLACE = re.compile(r"%([1-9])")
_HOPS = 20  # styles that are based on others
_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
    " eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_ORDINALS = {"one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth",
             "twelve": "twelfth"}  # fmt: skip
_ROMAN = ((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"),
          (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))  # fmt: skip
BULLET = "-"


def formatted(number: int, form: str) -> str:
    """Return a number as a list writes it, by Word's name of the form; what is not known is written in digits."""
    if form == "none":
        return ""
    if form in ("upperLetter", "lowerLetter") and 1 <= number <= 780:
        letters = chr(ord("A") + (number - 1) % 26) * ((number - 1) // 26 + 1)
        return letters if form == "upperLetter" else letters.lower()
    if form in ("upperRoman", "lowerRoman") and 1 <= number < 4000:
        letters = _roman(number)
        return letters if form == "upperRoman" else letters.lower()
    if form.startswith("0"):  # "001, 002, 003": as wide as that
        return str(number).zfill(min(len(form.partition(",")[0].strip()), 9))
    if form == "decimalZero":
        return f"{number:02d}"
    if form == "ordinal":
        last = number % 100
        return f"{number}{'th' if 10 < last < 14 else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"
    if form in ("cardinalText", "ordinalText") and 0 <= number < 100:
        return _words(number, ordinal=form == "ordinalText").capitalize()
    return str(number)


def _roman(number: int) -> str:
    letters = ""
    for value, sign in _ROMAN:
        letters += sign * (number // value)
        number %= value
    return letters


def _words(number: int, *, ordinal: bool) -> str:
    head, last = ("", number) if number < 20 else (_TENS[number // 10 - 2], number % 10)
    word = _ONES[last]
    if ordinal:
        word = _ORDINALS.get(word, word.removesuffix("y") + ("ieth" if word.endswith("y") else "th"))
    if not head:
        return word
    if last:
        return f"{head}-{word}"
    return head.removesuffix("y") + "ieth" if ordinal else head


def value_of(element: Any, name: str) -> str | None:
    """Return what a property says: the attribute of a child element."""
    found = None if element is None else element.find(W + name)
    return None if found is None else found.get(W + "val")


def whole(text: str | None, otherwise: int) -> int:
    """Return a number of a file, bounded."""
    return int(text) if text is not None and text.isdecimal() and len(text) < 7 else otherwise


class Styles:
    """A document's paragraph styles: what each has of itself or of those that it is based on."""

    def __init__(self, root: Any) -> None:
        self._properties: dict[str, Any] = {}
        self._names: dict[str, str] = {}
        self._parents: dict[str, str] = {}
        self.hidden: set[str] = set()  # styles of characters or paragraphs that are not shown
        self._default = ""
        for style in root.iterchildren(W + "style") if root is not None else ():
            key = style.get(W + "styleId") or ""
            self._properties[key] = style.find(W + "pPr")
            self._names[key] = (value_of(style, "name") or "").lower()
            self._parents[key] = value_of(style, "basedOn") or ""
            if style.get(W + "type") == "paragraph" and style.get(W + "default") in ("1", "true", "on"):
                self._default = key
            if is_hidden(style.find(W + "rPr")):
                self.hidden.add(key)

    def of(self, paragraph: Any) -> str:
        """Return the id of a paragraph's style."""
        return value_of(paragraph.find(W + "pPr"), "pStyle") or self._default

    def line(self, key: str) -> Iterator[tuple[str, Any]]:
        """Yield a style with its paragraph properties, then the one that it is based on, and so on."""
        for _ in range(_HOPS):
            if key not in self._properties:
                return
            yield key, self._properties[key]
            key = self._parents[key]

    def level(self, paragraph: Any) -> int:
        """Return a heading's level, 0 for other text.

        Word keeps the outline level and the English name in the file whatever its language; a style made by
        a user inherits both from the one it is based on.
        """
        own = value_of(paragraph.find(W + "pPr"), "outlineLvl")
        if own is not None:
            return whole(own, 9) % 9 + 1 if whole(own, 9) < 9 else 0
        for key, properties in self.line(self.of(paragraph)):
            outline = whole(value_of(properties, "outlineLvl"), -1)
            if outline >= 0:
                return outline + 1 if outline < 9 else 0
            name = self._names[key]
            if name == "title":
                return 1
            if name.startswith("heading ") and name[8:].isdecimal():
                return min(whole(name[8:], 0), 9)
        return 0


def is_hidden(properties: Any) -> bool:
    """Whether character properties hide the text."""
    found = None if properties is None else properties.find(W + "vanish")
    return found is not None and found.get(W + "val") not in ("0", "false", "off")


@dataclass(slots=True)
class _Level:
    start: int = 1
    form: str = "decimal"
    text: str = ""
    restart: int | None = None  # None: after any higher level; 0: never
    legal: bool = False
    style: str = ""


@dataclass(slots=True)
class _List:
    abstract: str
    starts: dict[int, int] = field(default_factory=dict)
    levels: dict[int, _Level] = field(default_factory=dict)


class Numbering:
    """Counts the paragraphs of one document; they must be given in their order."""

    def __init__(self, root: Any, styles: Styles) -> None:
        self._styles = styles
        self._abstracts: dict[str, dict[int, _Level]] = {}
        self._linked: dict[str, str] = {}  # abstract → the style in which its list stands
        self._lists: dict[str, _List] = {}
        self._counts: dict[str, list[int | None]] = {}
        self._begun: set[tuple[str, int]] = set()
        for each in root.iterchildren(W + "abstractNum") if root is not None else ():
            key = each.get(W + "abstractNumId") or ""
            self._abstracts[key] = dict(map(_level, each.iterchildren(W + "lvl")))
            self._linked[key] = value_of(each, "numStyleLink") or ""
        for each in root.iterchildren(W + "num") if root is not None else ():
            found = _List(value_of(each, "abstractNumId") or "")
            for override in each.iterchildren(W + "lvlOverride"):
                place = whole(override.get(W + "ilvl"), 0)
                start = value_of(override, "startOverride")
                if start is not None:
                    found.starts[place] = whole(start, 1)
                for level in override.iterchildren(W + "lvl"):
                    found.levels[place] = _level(level)[1]
            self._lists[each.get(W + "numId") or ""] = found

    def label(self, paragraph: Any) -> str:
        """Return the number before a paragraph, "-" for a bullet, "" for none; and count it."""
        key, place = self._numbered(paragraph)
        found = self._lists.get(key)
        if found is None or not 0 <= place < _LEVELS:
            return ""
        abstract = self._abstract(found.abstract)
        levels = {**self._abstracts.get(abstract, {}), **found.levels}
        level = levels.get(place)
        if level is None:
            return ""
        counts = self._counts.setdefault(abstract, [None] * _LEVELS)
        before = counts[place]
        if place in found.starts and (key, place) not in self._begun:
            counts[place] = found.starts[place]
        else:
            counts[place] = level.start if before is None else before + 1
        self._begun.add((key, place))
        for deeper in range(place + 1, _LEVELS):
            after = levels[deeper].restart if deeper in levels else None
            if after is None or place < after:
                counts[deeper] = None
        return _written(level, levels, counts)

    def _abstract(self, key: str) -> str:
        """Follow a definition that only names the style whose list it takes."""
        for _ in range(_HOPS):
            style = self._linked.get(key)
            if not style:
                break
            found = next((value_of(_list_of(pr), "numId") for _, pr in self._styles.line(style)
                          if _list_of(pr) is not None), None)  # fmt: skip
            if found is None or found not in self._lists or self._lists[found].abstract == key:
                break
            key = self._lists[found].abstract
        return key

    def _numbered(self, paragraph: Any) -> tuple[str, int]:
        """Return the list and the level of a paragraph, of its own or by its style; ("", 0) for none."""
        own = _list_of(paragraph.find(W + "pPr"))
        key, place = value_of(own, "numId"), value_of(own, "ilvl")
        if key is not None:
            return key, whole(place, 0)
        for style, properties in self._styles.line(self._styles.of(paragraph)):
            found = _list_of(properties)
            key = value_of(found, "numId")
            if key is not None:
                place = place or value_of(found, "ilvl")
                return key, whole(place, 0) if place is not None else self._level_of_style(key, style)
        return "", 0

    def _level_of_style(self, key: str, style: str) -> int:
        found = self._lists.get(key)
        levels = self._abstracts.get(self._abstract(found.abstract), {}) if found else {}
        return next((place for place, level in levels.items() if level.style == style), 0)


def _list_of(properties: Any) -> Any:
    return None if properties is None else properties.find(W + "numPr")


def _level(element: Any) -> tuple[int, _Level]:
    form = element.find(f"{W}numFmt")
    if form is None:  # a form of its own, for programs that know it
        form = next(element.iter(W + "numFmt"), None)
    kind = "decimal" if form is None else form.get(W + "val") or "decimal"
    restart = value_of(element, "lvlRestart")
    return whole(element.get(W + "ilvl"), 0), _Level(
        start=whole(value_of(element, "start"), 0 if value_of(element, "start") is None else 1),
        form=(form.get(W + "format") or "decimal") if kind == "custom" else kind,
        text=(value_of(element, "lvlText") or "")[:100],
        restart=None if restart is None else whole(restart, 0),
        legal=_is_on(element.find(W + "isLgl")),
        style=value_of(element, "pStyle") or "",
    )


def _is_on(element: Any) -> bool:
    return element is not None and element.get(W + "val") not in ("0", "false", "off")


def _written(level: _Level, levels: dict[int, _Level], counts: list[int | None]) -> str:
    if level.form == "bullet":
        return BULLET if level.text.strip() else ""
    if level.form == "none" and not _PLACE.sub("", level.text).strip():
        return ""

    def number(match: re.Match[str]) -> str:
        place = int(match[1]) - 1
        found = levels.get(place, level)
        count = counts[place]
        return formatted(found.start if count is None else count, "decimal" if level.legal else found.form)

    return " ".join(_PLACE.sub(number, level.text).split())

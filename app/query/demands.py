"""Items into a demand: what AND, OR, NOT, NEAR, brackets and the words between them mean together.

Must not know how an item is written.
"""

from __future__ import annotations

from dataclasses import dataclass

from app import terms
from app.query.items import Item, Reading, bare, is_sentence, items
from app.types import AllOf, AnyOf, Demand, Exact, Near, Without, Word

_MOST_LEAVES = 64  # words and phrases that are demanded
_DEEPEST = 20  # brackets inside brackets


class Beyond(Exception):
    """More words or brackets than can be asked for."""


@dataclass(frozen=True, slots=True)
class _Unit:
    demand: Demand | None
    plain: str = ""  # a plain word, which is demanded only where there are operators


class Parser:
    """any := all (OR all)*; all := run (AND run)*; run := unit+; NOT and NEAR bind closest."""

    def __init__(self, items: list[Item], read: Reading) -> None:
        self._items = items
        self._at = 0
        self._read = read

    def demand(self) -> Demand | None:
        """Return what all items demand."""
        found = []
        while self._at < len(self._items):
            found.append(self._any(0, strict=False))
            if self._at < len(self._items):  # a bracket that nothing opened
                self._unpaired()
        return _all_of([one for one in found if one is not None])

    def _unpaired(self) -> None:
        # Brackets are common in plain text; where nothing else is meant by them, nothing is lost.
        item = self._take()
        self._read.cuts.append((item.start, item.end))
        self._read.hint("A bracket without its partner was ignored.")

    def _take(self) -> Item:
        item = self._items[self._at]
        self._at += 1
        return item

    def _next(self) -> Item | None:
        return self._items[self._at] if self._at < len(self._items) else None

    def _is(self, kind: str, text: str = "") -> bool:
        item = self._next()
        return item is not None and item.kind == kind and (not text or item.text == text)

    def _any(self, depth: int, *, strict: bool) -> Demand | None:
        """Read up to the end of a bracket; `strict` where plain words are demanded whatever is between them."""
        if depth > _DEEPEST:
            raise Beyond
        strict = strict or self._has_joint()
        either: list[Demand] = []
        while True:
            part = self._all(depth, strict=strict)
            if part is not None:
                either.append(part)
            if not self._is("joint", "OR"):
                break
            self._joint(follows=part is not None)
        return either[0] if len(either) == 1 else AnyOf(tuple(either)) if either else None

    def _has_joint(self) -> bool:
        """Whether an operator stands on this level."""
        level = 0
        for item in self._items[self._at : self._at + 4 * _MOST_LEAVES]:
            level += (item.kind == "open") - (item.kind == "close")
            if level < 0:
                return False
            if level == 0 and item.kind == "joint":
                return True
        return False

    def _joint(self, *, follows: bool) -> None:
        """Pass over an operator, which has to stand between two."""
        item = self._take()
        self._read.cuts.append((item.start, item.end))
        after = self._next()
        if not follows or after is None or after.kind == "close" or (after.kind == "joint" and after.text != "NOT"):
            self._read.hint(f"“{item.text}” has nothing to join and was ignored.")

    def _all(self, depth: int, *, strict: bool) -> Demand | None:
        wanted: list[Demand] = []
        unwanted: list[Demand] = []
        while True:
            before = len(wanted) + len(unwanted)
            self._run(depth, wanted, unwanted, strict=strict, joined=before > 0)
            if not self._is("joint", "AND"):
                break
            self._joint(follows=len(wanted) + len(unwanted) > before)
        demand = _all_of(wanted)
        if not unwanted:
            return demand
        return Without(demand, unwanted[0] if len(unwanted) == 1 else AnyOf(tuple(unwanted)))

    def _run(
        self, depth: int, wanted: list[Demand], unwanted: list[Demand], *, strict: bool, joined: bool
    ) -> None:
        """Read what stands next to each other without an operator."""
        units: list[_Unit] = []
        while (item := self._next()) is not None and item.kind != "close":
            if item.kind == "minus" or (item.kind == "joint" and item.text == "NOT"):
                self._unwanted(depth, unwanted)
            elif item.kind == "joint":
                break
            else:
                units.append(self._near(depth, strict=strict))
        wanted += [unit.demand for unit in units if unit.demand is not None]
        if strict:
            words = _demanded([unit.plain for unit in units if unit.plain], joined=joined)
            wanted += [self._leaf(Word(word)) for word in words]

    def _unwanted(self, depth: int, unwanted: list[Demand]) -> None:
        sign = self._take()
        self._read.cuts.append((sign.start, sign.end))
        item = self._next()
        if item is None or item.kind in ("joint", "close", "minus", "near"):
            if sign.kind == "joint":
                self._read.hint(f"“{sign.text}” has nothing to join and was ignored.")
            return
        first = self._at
        demand = _meant(self._near(depth, strict=True))
        if demand is not None:
            unwanted.append(self._leaf(demand))
            self._read.cuts.append((self._items[first].start, self._items[self._at - 1].end))

    def _near(self, depth: int, *, strict: bool) -> _Unit:
        """Read a unit and what a NEAR joins to it."""
        left = self._unit(depth, strict=strict)
        found: list[Demand] = []
        while self._is("near"):
            sign = self._take()
            self._read.cuts.append((sign.start, sign.end))
            item = self._next()
            if item is None or item.kind in ("joint", "close", "minus", "near"):
                self._read.hint(f"“{sign.text}” has nothing to join and was ignored.")
                break
            right = self._unit(depth, strict=True)
            joined = self._together(_choices(left), _choices(right), sign.distance)
            if joined is None:
                self._read.hint(f"“{sign.text}” joins only words and phrases and was read as AND.")
                found += [one for one in (_meant(left), _meant(right)) if one is not None]
            else:
                found.append(joined)
            left = right
        return _Unit(_all_of(found)) if found else left

    def _together(self, left: list[Word | Exact], right: list[Word | Exact], distance: int) -> Demand | None:
        pairs = [self._leaf(Near((one, other), distance)) for one in left for other in right]
        return None if not pairs else pairs[0] if len(pairs) == 1 else AnyOf(tuple(pairs))

    def _unit(self, depth: int, *, strict: bool) -> _Unit:
        item = self._take()
        if item.kind == "open":
            demand = self._any(depth + 1, strict=strict)
            if self._is("close"):
                end = self._take()
                self._read.cuts += [(item.start, item.end), (end.start, end.end)]
            else:
                self._read.hint("A bracket without its partner was ignored.")
            return _Unit(demand)
        if item.kind == "word":
            return _Unit(None, item.text)
        if item.kind == "near":  # at the beginning
            self._read.hint(f"“{item.text}” has nothing to join and was ignored.")
            self._read.cuts.append((item.start, item.end))
            return _Unit(None)
        if item.kind == "call":
            return _Unit(self._call(item))
        phrase = item.kind == "phrase"
        self._read.cuts += [(item.start, item.start + 1)] * phrase + [(item.end - 1, item.end)]
        return _Unit(self._leaf(Exact(item.text) if phrase else Word(item.text, prefix=True)))

    def _call(self, item: Item) -> Demand | None:
        self._read.cuts += [(item.start, item.start + len("NEAR(")),
                            (item.start + len("NEAR(") + len(item.text), item.end)]
        inner = Reading()
        parts: list[Word | Exact] = []
        for one in items(item.text, inner):
            if one.kind == "phrase":
                parts.append(Exact(one.text))
            elif one.kind in ("word", "prefix"):
                parts.append(Word(bare(one.text), prefix=one.kind == "prefix"))
        if len(parts) < 2:
            self._read.hint("NEAR needs two words or phrases, as in NEAR(notice termination, 5).")
        if not parts:
            return None
        self._read.leaves += len(parts)
        return self._leaf(Near(tuple(parts), item.distance) if len(parts) > 1 else parts[0])

    def _leaf(self, demand: Demand) -> Demand:
        self._read.leaves += 1
        if self._read.leaves > _MOST_LEAVES:
            raise Beyond
        return demand


def _demanded(words: list[str], *, joined: bool) -> list[str]:
    """Return which of the plain words beside an operator are demanded: of a sentence only the one next to it."""
    telling = [bare(word) for word in words if word.strip(",;:.!?").lower() not in terms.STOP_WORDS]
    if is_sentence(words):
        return telling[:1] if joined else telling[-1:]
    return telling or [bare(word) for word in words]


def _meant(unit: _Unit) -> Demand | None:
    return Word(bare(unit.plain)) if unit.plain else unit.demand


def _choices(unit: _Unit) -> list[Word | Exact]:
    """Return the words and phrases of which any may stand beside a NEAR; none for what is no such thing."""
    if unit.plain:
        return [Word(bare(unit.plain))]
    parts = unit.demand.parts if isinstance(unit.demand, AnyOf) else (unit.demand,)
    leaves = [part for part in parts if isinstance(part, Word | Exact)]
    return leaves if len(leaves) == len(parts) else []


def _all_of(parts: list[Demand]) -> Demand | None:
    return None if not parts else parts[0] if len(parts) == 1 else AllOf(tuple(parts))

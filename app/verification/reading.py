"""A text made ready for comparison: its words of meaning, values and names in order, and the cues between them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from app import sentences
from app.verification import cues, dates, numbers, units
from app.verification.cues import Cue
from app.verification.dates import Date
from app.verification.numbers import Number
from app.verification.pieces import CODE, SIGN, WORD, Piece, pieces
from app.verification.wording import CONNECTIVES, FUNCTION_WORDS, stem

Value = Number | Date
_TITLED = 0.6  # of the longer words of a heading that begin with a capital
_RANGES = frozenset(("-", "to", "through", "bis", "or", "and", ","))
_TITLES = frozenset("mr mrs ms dr prof st sir dame lord lady jr sr hon rev".split())


@dataclass(frozen=True, slots=True)
class Token:
    """What is compared: a word of meaning, a code or a value, and its place text[start:end]."""

    key: str  # the stem of a word; of a value its canonical writing
    start: int
    end: int
    shown: str
    value: Value | None = None
    name: bool = False  # a proper name by its look
    capital: bool = False  # begins with one that says nothing: it opens a sentence or stands in a heading
    listed: bool = False  # the number of a list or a clause, at the beginning of a sentence
    by: bool = False  # stands behind "by"

    @property
    def fact(self) -> bool:
        return self.value is not None or self.name


@dataclass(frozen=True)
class Text:
    """A text and its tokens; `spans` are its sentences, each as the tokens [first, last)."""

    text: str
    tokens: tuple[Token, ...]
    cues: tuple[Cue, ...]
    spans: tuple[tuple[int, int], ...]

    def adjoins(self, index: int) -> bool:
        """Whether nothing but white space or a hyphen stands between a token and the next."""
        return not self.text[self.tokens[index].end : self.tokens[index + 1].start].strip(" -\n")

    def shown(self, first: int, last: int) -> str:
        """Return the tokens [first, last) as they are written, in one line."""
        return " ".join(self.text[self.tokens[first].start : self.tokens[last - 1].end].split())

    @cached_property
    def row(self) -> tuple[str, ...]:
        """The keys of all tokens, in order."""
        return tuple(token.key for token in self.tokens)

    @cached_property
    def keys(self) -> frozenset[str]:
        return frozenset(token.key for token in self.tokens)

    @cached_property
    def held(self) -> tuple[frozenset[str], ...]:
        """The keys of each sentence."""
        return tuple(frozenset(token.key for token in self.tokens[first:last]) for first, last in self.spans)

    @cached_property
    def values(self) -> tuple[Token, ...]:
        return tuple(token for token in self.tokens if token.value is not None)

    @cached_property
    def names(self) -> frozenset[str]:
        return frozenset(token.key for token in self.tokens if token.name)

    @cached_property
    def roots(self) -> dict[str, list[str]]:
        """The keys of words by their first letters, to find the forms of a word."""
        found: dict[str, list[str]] = {}
        for key in self.keys:
            if len(key) >= 4:
                found.setdefault(key[:4], []).append(key)
        return found

    @cached_property
    def words(self) -> frozenset[str]:
        """All words as they are written, in lower case, those of a compound also as one."""
        parts = pieces(self.text)
        found = {piece.plain.removesuffix("'s") for piece in parts if piece.kind != SIGN}
        for before, dash, after in zip(parts, parts[1:], parts[2:], strict=False):
            if dash.plain == "-" and dash.glued and after.glued:
                found.add(before.plain + after.plain)
        return frozenset(found)

    @cached_property
    def initials(self) -> str:
        """The first letters of all words in a row, for acronyms."""
        return "".join(
            piece.plain[0] for piece in pieces(self.text) if piece.kind == WORD and piece.plain not in _SMALL
        )


_GERMAN = frozenset("der das und den dem ein eine einen einer ist sind nicht von mit zu im wird werden".split())
_UMLAUTS = frozenset("äöüß")
_SMALL = frozenset("of the and for in on de der und la".split())


def read(text: str) -> Text:
    """Return a text made ready."""
    return _Reader(text).read()


@dataclass(slots=True)
class _Reader:
    text: str
    parts: list[Piece] = field(default_factory=list)
    tokens: list[Token] = field(default_factory=list)
    found: list[Cue] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)  # for each token the piece behind it

    def read(self) -> Text:
        self.parts = pieces(self.text)
        spans = sentences.spans(self.text)
        starts = [start for start, _ in spans]
        titled = _titled(self.parts, starts)
        at, sentence, opening = 0, -1, True
        while at < len(self.parts):
            piece = self.parts[at]
            inside = bisect_right(starts, piece.start) - 1
            if inside != sentence:
                sentence, opening = inside, True
                at = self._numbering(at)
                if at >= len(self.parts):
                    break
                piece = self.parts[at]
            before = at
            at = self._one(at, opening=opening, titled=titled[inside])
            if any(part.kind != SIGN for part in self.parts[before:at]):
                opening = self.parts[at - 1].plain in CONNECTIVES and opening
        return Text(self.text, tuple(self.tokens), tuple(self._bounds()), tuple(self._sentences(spans)))

    def _numbering(self, at: int) -> int:
        """Step over the letter of a list that a sentence begins with: "(a) "."""
        plain = [piece.plain for piece in self.parts[at : at + 3]]
        return at + 3 if len(plain) == 3 and plain[0] == "(" and len(plain[1]) <= 2 and plain[2] == ")" else at

    def _is_listed(self, at: int, end: int) -> bool:
        """Whether a number stands before a sentence as in a list: "1. " or "2) "."""
        return self.parts[at].shown.isdigit() and end == at + 1 and self._shown(end) in (".", ")")

    def _one(self, at: int, *, opening: bool, titled: bool) -> int:
        """Take in what begins with a piece; return the piece behind it."""
        piece = self.parts[at]
        dated = dates.read(self.parts, at)
        if dated:
            day, end = dated
            other = f"|{day.other}" if day.other != (0, 0) else ""
            return self._add(at, end, f"@{day.year}-{day.month}-{day.day}{other}", value=day)
        counted = numbers.read(self.parts, at)
        if counted and (piece.kind != WORD or not self._is_word(at, counted)):
            end = self._number(at, *counted)
            if opening and self._is_listed(at, end):
                self.tokens[-1] = replace(self.tokens[-1], listed=True)
            return end
        if piece.kind == SIGN:
            return at + 1
        cue = cues.read(self.parts, at)
        if cue:
            kind, value, length = cue
            if value:
                end = self.parts[at + length - 1].end
                self.found.append(Cue(kind, value, len(self.tokens), piece.start, end))
            if piece.plain not in cues.CONTENT:
                return at + length
        ranked = numbers.ordinal(self.parts, at) if piece.kind == WORD else None
        if ranked and piece.plain != "first":  # which is mostly no count
            return self._number(at, *ranked)
        return self._word(at, opening=opening, titled=titled)

    def _is_word(self, at: int, counted: tuple[Number, int]) -> bool:
        """Whether what reads as a Roman figure is rather a word, as in a line of capitals."""
        return self.parts[at].plain == "i" and counted[1] == at + 1 and not counted[0].form

    def _number(self, at: int, number: Number, end: int) -> int:
        key = (
            f"#{number.value.normalize()}{number.unit}{number.form[:1]}"
            if number.form != "label"
            else f"§{number.label}"
        )
        if number.unit:
            self._spread(at, number)
        elif not number.form and self.tokens and self._between(at) in ("-", "to"):
            number = self._from_before(number)
            key = f"#{number.value.normalize()}{number.unit}"
        return self._add(at, end, key, value=number)

    def _between(self, at: int) -> str:
        parts = self.parts[self.ends[-1] : at] if self.ends else []
        return parts[0].plain if len(parts) == 1 else ""

    def _spread(self, at: int, number: Number) -> None:
        """Give the unit of a number to those before it that are counted with it: 5 to 10 mg, 2, 4 or 6 weeks."""
        behind = at
        for index in range(len(self.tokens) - 1, -1, -1):
            token = self.tokens[index]
            other = token.value
            parts = [part.plain for part in self.parts[self.ends[index] : behind]]
            if not isinstance(other, Number) or other.unit or other.form or len(parts) != 1 or parts[0] not in _RANGES:
                return
            if parts[0] in ("and", ",", "or") and other.value >= 1000 and number.plain < 1000:
                return  # a year
            factor = number.value / number.plain if number.plain else 1
            worth = other.value * factor
            changed = replace(other, value=worth, unit=number.unit)
            self.tokens[index] = replace(token, key=f"#{worth.normalize()}{number.unit}", value=changed)
            behind = self._piece_at(token.start)

    def _piece_at(self, start: int) -> int:
        return bisect_right(self.parts, start, key=lambda part: part.start) - 1

    def _from_before(self, number: Number) -> Number:
        """Return a number with the currency before the range that it ends: $5-10."""
        other = self.tokens[-1].value
        if isinstance(other, Number) and other.unit in units.CURRENCIES:
            return replace(number, unit=other.unit)
        return number

    def _word(self, at: int, *, opening: bool, titled: bool) -> int:
        piece = self.parts[at]
        plain = piece.plain
        capital = piece.shown[0].isupper()
        acronym = len(piece.shown) > 1 and piece.shown.isupper() and not titled
        if piece.kind == CODE:
            return self._add(at, at + 1, plain, name=True)
        if len(plain) == 1:
            if capital and plain.isalpha() and not opening and not titled and plain not in "ia":
                return self._add(at, at + 1, f"={plain}", name=True)
            if capital and at and self.parts[at - 1].plain in numbers.LABELS:
                return self._add(at, at + 1, f"={plain}", name=True)
            return at + 1
        dies = plain == "die" and not self._is_german()
        if plain in FUNCTION_WORDS and not dies and not (acronym and len(plain) <= 3):
            return at + 1
        if plain.removesuffix(".") in _TITLES and capital:
            return at + 1
        if opening and plain in CONNECTIVES:
            return at + 1
        inner = not (piece.shown.islower() or piece.shown[1:].islower())
        named = (capital and not titled and not opening) or acronym or (inner and not titled)
        return self._add(at, at + 1, stem(plain), name=named, capital=capital and not named)

    def _is_german(self) -> bool:
        """Whether "die" is an article here, and not what people do."""
        return any(piece.plain in _GERMAN or not _UMLAUTS.isdisjoint(piece.plain) for piece in self.parts)

    def _add(
        self, at: int, end: int, key: str, *, value: Value | None = None, name: bool = False, capital: bool = False
    ) -> int:
        start, stop = self.parts[at].start, self.parts[end - 1].end
        by = self._shown(at - 1) == "by" or (self._shown(at - 2) == "by" and self._shown(at - 1) in ("the", "a"))
        self.tokens.append(
            Token(key, start, stop, self.text[start:stop], value, name, capital, by=by)
        )
        self.ends.append(end)
        return end

    def _shown(self, at: int) -> str:
        return self.parts[at].plain if 0 <= at < len(self.parts) else ""

    def _bounds(self) -> list[Cue]:
        """Return the cues, bounds only where they stand right before a number."""
        kept = []
        for cue in self.found:
            if cue.kind == cues.BOUND:
                following = self.tokens[cue.at] if cue.at < len(self.tokens) else None
                near = following and following.value is not None and len(self.text[cue.end : following.start]) < 12
                if not near:
                    kind, value = cues.otherwise(self.text[cue.start : cue.end])
                    if kind:
                        kept.append(cue._replace(kind=kind, value=value))
                    continue
            kept.append(cue)
        return kept

    def _sentences(self, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
        found = []
        first = 0
        for _, end in spans:
            last = first
            while last < len(self.tokens) and self.tokens[last].start < end:
                last += 1
            if last > first:
                found.append((first, last))
            first = last
        return found


def _titled(parts: Sequence[Piece], starts: Sequence[int]) -> list[bool]:
    """Tell of each sentence whether it is written as headings are, so that a capital says nothing of a name."""
    words, capitals = [0] * len(starts), [0] * len(starts)
    for before, piece in zip([None, *parts], parts, strict=False):
        if piece.kind == WORD and len(piece.shown) > 3 and not (before and before.plain in _TITLES):
            sentence = bisect_right(starts, piece.start) - 1
            words[sentence] += 1
            capitals[sentence] += piece.shown[0].isupper()
    return [count > 2 and capital > _TITLED * count for count, capital in zip(words, capitals, strict=True)]

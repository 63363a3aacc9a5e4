"""What speaks for each passage that may answer a question, as a row of numbers.

Owns the numbers and their names; weights.py says what they are worth. Most lie between 0 and 1 and compare only
within one question. Knows no store and no model.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from app.passages import context_name
from app.retrieval.stems import STEMS, folded, words
from app.retrieval.wording import Form, Wording
from app.terms import STOP_WORDS
from app.types import StoredPassage

NAMES = (
    "meaning", "focus", "words", "exact", "heading_words",
    "heading", "covered", "covered_text", "sentence", "two_sentences", "pairs", "runs", "triples",
    "document_words", "document_meaning", "document_sum", "document_focus", "route", "title",
    "rest", "rest_heading", "rest_words", "local_words",
    "near_words", "near_meaning", "near_adds",
    "prose", "short", "first", "number", "date", "person",
)  # fmt: skip
Matrix = npt.NDArray[np.float32]
Column = npt.NDArray[np.float32]

# BM25 (Robertson and Zaragoza 2009) as in the word index, with the length that passages have on the average.
_K1 = 1.2
_B = 0.75
_LENGTH = 110
_HEADING_LENGTH = 12
OPENING = 1_500  # characters of a document in which it says what it is and between whom
_FIRST = 20  # characters before which a first line begins
_LINE = 120  # characters of a line that may be a title
_NAMING = 0.15  # what a word that names the document is still worth inside it
_CLOSE = 4  # words that may lie between two that belong together
_ENDS = ".!?;:。！？\n"  # of a sentence, where white space or a new item follows
_TOKEN = re.compile(rf"[^\W_]+|[{_ENDS[:-1]}](?=\s)|\n(?=\s*[\n\-•*\d(])")
_YEAR = re.compile(r"(?:1\d|20)\d\d$")
_MONTHS = frozenset(
    "january february march april may june july august september october november december "
    "januar februar marz mai juni juli oktober dezember".split()
)
_NUMBERS = frozenset(
    "one two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty sixty ninety hundred "
    "thousand million billion percent half dozen twice zwei drei vier sechs sieben acht neun zehn zwolf".split()
)
_FULL_NAME = re.compile(r"(?<![.!?] )\b[A-Z][a-z]+ [A-Z][a-z]+")


def document_name(passages: Iterable[StoredPassage]) -> str:
    """Return how a document calls itself, from some of its passages: title, file name, and a first line that is short.

    Plain text has no title but that line.
    """
    name = ""
    for passage in passages:
        name = name or context_name(passage.title, re.split(r"[/\\]", passage.file)[-1])
        if passage.start < _FIRST and passage.page in (None, 1):
            line = passage.text.lstrip().partition("\n")[0]
            if len(line) <= _LINE:
                return f"{name} {line}"
    return name


@dataclass(frozen=True, slots=True)
class Candidates:
    """The passages that may answer, with what the store knows of them; arrays are by passage."""

    passages: Sequence[StoredPassage]
    meaning: Column  # cosine with the question
    focus: Column  # cosine with what is left of it without the document's name
    routes: Mapping[str, float]  # document → how well the question names it, 1 for the best
    naming: frozenset[str] = frozenset()  # terms of the question that only name the document


def says(form: Form, others: Sequence[str], text: str) -> float:
    """Return how far a text holds what `form` wants, 0 to 1; `others` are its folded words that were not asked with."""
    match form:
        case Form.NUMBER:
            return float(any(word[0].isdigit() or word in _NUMBERS for word in others))
        case Form.DATE:
            return 1.0 if any(map(_YEAR.match, others)) else 0.7 * any(word in _MONTHS for word in others)
        case Form.PERSON:
            return min(3, len(_FULL_NAME.findall(text))) / 3
    return 0.0


@dataclass(slots=True)
class Reading:
    """One passage as far as the question's words stand in it."""

    length: int  # in words
    places: dict[int, list[int]]  # term → where it stands, in words
    sentences: dict[int, set[int]]  # sentence → terms in it
    starts: list[int]  # of the sentences, in `said`
    exact: Counter[str]
    doubles: int  # of the question's words that follow each other, how many do so here
    triples: int
    heading: frozenset[int]
    heading_length: int
    said: list[str]  # folded words, and what ends sentences between them
    stops: int

    def words(self) -> list[str]:
        """Return the folded words alone, as stems.words gives them."""
        return list(filter(str.isalnum, self.said))


class Readings:
    """The passages read with the words of one question in mind."""

    def __init__(self, wording: Wording, passages: Sequence[StoredPassage]) -> None:
        self.wording = wording
        self.passages = passages
        self.terms = {term: number for number, term in enumerate(wording.terms)}
        # Each word of a passage is looked up twice, by C alone, for its stem and for what that is in the question.
        self._codes = {root: code for code, root in enumerate(dict.fromkeys((*wording.terms, *wording.sequence)))}
        self._terms = [self.terms.get(root, -1) for root in self._codes]
        self._codes |= dict.fromkeys(_ENDS, len(self._terms))
        codes = [self._codes[root] for root in wording.sequence]
        self.doubles = frozenset(pairwise(codes))
        self.triples = frozenset(zip(codes, codes[1:], codes[2:], strict=False))
        self.forms: dict[str, set[str]] = {term: set() for term in wording.terms}
        for word in wording.exact:
            if (number := self.number(word)) >= 0:
                self.forms[wording.terms[number]].add(word)
        self._headings: dict[str, tuple[frozenset[int], int]] = {}
        self.all = [self._read(passage) for passage in passages]

    def number(self, word: str) -> int:
        """Return the number of the question's term that a folded word is, -1 for none."""
        code = self._codes.get(STEMS[word])
        return -1 if code is None or code >= len(self._terms) else self._terms[code]

    def _read(self, passage: StoredPassage) -> Reading:
        said = _TOKEN.findall(folded(passage.text))
        read = Reading(0, {}, {}, [0], Counter(), 0, 0, *self._heading(passage.context), said, 0)
        doubles: set[tuple[int, int]] = set()
        triples: set[tuple[int, int, int]] = set()
        two = one = -1  # the codes of the word before, and of that before it
        at = -2  # where the word before stood
        ends = 0
        codes = map(self._codes.get, map(STEMS.__getitem__, said))
        for index, code in [(index, code) for index, code in enumerate(codes) if code is not None]:
            if code == len(self._terms):
                ends += 1
                if read.starts[-1] != index:
                    read.starts.append(index + 1)
                else:  # "lines.\n\n1. Next"
                    read.starts[-1] = index + 1
                continue
            place = index - ends
            if place != at + 1:
                one = two = -1
            if two >= 0:
                doubles.add((two, code))
                if one >= 0:
                    triples.add((one, two, code))
            one, two, at = two, code, place
            self._note(read, self._terms[code], place, len(read.starts) - 1, said[index])
        read.length = len(said) - ends
        read.doubles, read.triples = len(doubles & self.doubles), len(triples & self.triples)
        read.stops = sum(map(STOP_WORDS.__contains__, said))
        return read

    def _note(self, read: Reading, term: int, place: int, sentence: int, word: str) -> None:
        if term < 0:
            return
        read.places.setdefault(term, []).append(place)
        read.sentences.setdefault(sentence, set()).add(term)
        if word in self.wording.exact:
            read.exact[word] += 1
        self.forms[self.wording.terms[term]].add(word)

    def _heading(self, context: str) -> tuple[frozenset[int], int]:
        if context not in self._headings:
            said = words(context)
            self._headings[context] = frozenset(filter(_is_term, map(self.number, said))), len(said)
        return self._headings[context]


def _is_term(number: int) -> bool:
    return number >= 0


def weights(found: Mapping[str, Collection[str]], passages: int, counts: Mapping[str, int]) -> dict[str, float]:
    """Return how telling each term is: the rarer its words, the more."""
    told = {}
    for term, some in found.items():
        held = min(passages, sum(counts.get(word, 0) for word in some))
        told[term] = math.log(1 + (passages - held + 0.5) / (held + 0.5))
    return told


@dataclass(frozen=True, slots=True)
class Looked:
    """What was seen of the candidates of one question."""

    matrix: Matrix  # float32[passages, len(NAMES)]
    named: float  # share of what the question tells that only names a document


def look(readings: Readings, candidates: Candidates, telling: Mapping[str, float]) -> Looked:
    """Return the features of the candidates; `telling` is what `weights` returned."""
    return _Features(readings, candidates, telling).looked()


class _Features:
    def __init__(self, readings: Readings, candidates: Candidates, telling: Mapping[str, float]) -> None:
        self.wording = wording = readings.wording
        self.candidates = candidates
        self.readings = readings
        self.read = readings.all
        self.idf = [telling.get(term, 1.0) for term in wording.terms]
        self.total = sum(self.idf) or 1.0
        content = [readings.terms[root] for root in wording.sequence if root in readings.terms]
        self.pairs = [(a, b) for a, b in dict.fromkeys(pairwise(content)) if a != b]
        self.columns: dict[str, Column] = {}
        self.naming = frozenset(number for number, term in enumerate(wording.terms) if term in candidates.naming)
        self.named = self._mass(self.naming) / self.total

    def looked(self) -> Looked:
        size = len(self.read)
        meaning, focused = self.candidates.meaning, self.candidates.focus
        self.columns = {name: np.zeros(size, np.float32) for name in NAMES}
        self.columns["meaning"][:] = meaning
        self.columns["focus"][:] = focused
        for row, read in enumerate(self.read):
            self._of_passage(row, read)
        for name in ("words", "exact", "heading_words"):
            column = self.columns[name]
            column /= max(float(column.max(initial=0.0)), 1e-6)
        self._of_documents()
        self._of_neighbours()
        return Looked(np.stack([self.columns[name] for name in NAMES], axis=1), self.named)

    def _mass(self, terms: frozenset[int] | set[int]) -> float:
        return sum(self.idf[term] for term in terms)

    def _bm25(self, read: Reading, weight: Sequence[float]) -> float:
        norm = _K1 * (1 - _B + _B * (read.length + read.heading_length) / (_LENGTH + _HEADING_LENGTH))
        score = 0.0
        for term in read.places.keys() | read.heading:
            times = len(read.places.get(term, ())) + (term in read.heading)
            score += weight[term] * (_K1 + 1) * times / (times + norm)
        return score

    def _of_passage(self, row: int, read: Reading) -> None:
        total, columns = self.total, self.columns
        inside = read.places.keys()
        columns["words"][row] = self._bm25(read, self.idf)
        columns["heading_words"][row] = self._mass(read.heading) / (1 + 0.05 * read.heading_length)
        columns["heading"][row] = self._mass(read.heading) / total
        columns["covered"][row] = self._mass(inside | read.heading) / total
        columns["covered_text"][row] = self._mass(set(inside)) / total
        norm = _K1 * (1 - _B + _B * read.length / _LENGTH)
        columns["exact"][row] = sum(
            self.idf[self.readings.number(word)] * (_K1 + 1) * times / (times + norm)
            for word, times in read.exact.items()
        )
        best, best_two, place = 0.0, 0.0, -1
        for sentence, terms in read.sentences.items():
            mass = self._mass(terms)
            if mass > best:
                best, place = mass, sentence
            best_two = max(best_two, self._mass(terms | read.sentences.get(sentence + 1, set())))
        columns["sentence"][row] = best / total
        columns["two_sentences"][row] = best_two / total
        self._of_order(row, read)
        columns["prose"][row] = read.stops / max(1, read.length)
        columns["short"][row] = max(0.0, 1 - read.length / 60)
        passage = self.candidates.passages[row]
        columns["first"][row] = float(passage.start == 0 and passage.page in (None, 1))
        if place >= 0 and self.wording.form:
            self._of_form(row, read, place)

    def _of_order(self, row: int, read: Reading) -> None:
        near, of = 0.0, 0.0
        for a, b in self.pairs:
            worth = self.idf[a] + self.idf[b]
            of += worth
            if a in read.places and b in read.places:
                apart = min(abs(x - y) for x in read.places[a][:8] for y in read.places[b][:8])
                near += worth if apart <= 1 else worth / 2 if apart <= _CLOSE else 0.0
        self.columns["pairs"][row] = near / of if of else 0.0
        self.columns["runs"][row] = read.doubles / max(1, len(self.readings.doubles))
        self.columns["triples"][row] = read.triples / max(1, len(self.readings.triples))

    def _of_form(self, row: int, read: Reading, sentence: int) -> None:
        start = read.starts[sentence]
        end = read.starts[sentence + 1] - 1 if sentence + 1 < len(read.starts) else len(read.said)
        others = [word for word in read.said[start:end] if self.readings.number(word) < 0]
        form = self.wording.form
        self.columns[form][row] = says(form, others, self.candidates.passages[row].text)

    def _of_documents(self) -> None:
        columns, routes = self.columns, self.candidates.routes
        rows: dict[str, list[int]] = defaultdict(list)
        for row, passage in enumerate(self.candidates.passages):
            rows[passage.document].append(row)
        for document, members in rows.items():
            said = columns["words"][members]
            columns["document_words"][members] = said.max()
            columns["document_meaning"][members] = self.candidates.meaning[members].max()
            columns["document_focus"][members] = self.candidates.focus[members].max()
            columns["document_sum"][members] = np.sort(said)[-4:].sum() / 4
            route = routes.get(document, 0.0)
            columns["route"][members] = route
            named, length = self._named(members)
            columns["title"][members] = len(named) / max(1, length)
            # Words that say which document say little about where in it.
            rest = [
                weight * (_NAMING if term in named or term in self.naming else 1.0)
                for term, weight in enumerate(self.idf)
            ]
            self._of_rest(members, rest)

    def _named(self, members: Sequence[int]) -> tuple[set[int], int]:
        """Return the terms that a document's name holds, and of how many words that is."""
        name = set(words(document_name(self.candidates.passages[row] for row in members)))
        return set(filter(_is_term, map(self.readings.number, name))), len(name)

    def _of_rest(self, members: Sequence[int], rest: Sequence[float]) -> None:
        columns = self.columns
        total = sum(rest) or 1.0
        held: Counter[int] = Counter()
        for row in members:
            held.update(self.read[row].places.keys())
        local = [
            min(idf, math.log(1 + (len(members) - held[term] + 0.5) / (held[term] + 0.5))) if held[term] else 0.0
            for term, idf in enumerate(self.idf)
        ]
        local_total = sum(local) or 1.0
        for row in members:
            read = self.read[row]
            both = read.places.keys() | read.heading
            columns["rest"][row] = sum(rest[term] for term in both) / total
            columns["rest_heading"][row] = sum(rest[term] for term in read.heading) / total
            columns["rest_words"][row] = self._bm25(read, rest) / total
            columns["local_words"][row] = self._bm25(read, local) / local_total

    def _of_neighbours(self) -> None:
        """A passage beside one that fits, in the same document, is likelier to be on the matter."""
        passages, columns = self.candidates.passages, self.columns
        order = sorted(
            range(len(passages)), key=lambda row: (passages[row].document, passages[row].page or 0, passages[row].start)
        )
        for a, b in pairwise(order):
            one, two = passages[a], passages[b]
            near = (two.page or 0) - (one.page or 0) <= 1 if one.page != two.page else two.start <= one.end + 3
            if one.document != two.document or not near:
                continue
            for row, other in ((a, b), (b, a)):
                added = self.read[other].places.keys() - self.read[row].places.keys()
                for name, value in (
                    ("near_words", columns["words"][other]), ("near_meaning", columns["meaning"][other]),
                    ("near_adds", self._mass(set(added)) / self.total),
                ):
                    columns[name][row] = max(columns[name][row], value)

"""What an export says, in order and whatever its format: questions, sentences with their verdicts, notes.

Owns the words of an export and the numbers of its notes. All text in a `Paper` is in one line and holds no control
characters. Must not know how a format is written.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from app import __version__
from app.counted import counted
from app.coverage import by_ocr, unread_words
from app.export.excerpts import excerpt
from app.export.origins import Origin
from app.export.words import FOUND, LABELS, MEANINGS, flat, gaps, meaning, remarks, unknown
from app.places import file_name, page_word
from app.types import Answer, AnswerStatus, Citation, Exchange, Hit, Sentence, StoredPassage, Verdict

CLOSEST = 3  # passages that are shown where nothing was found
_LONGEST = 240  # characters of a heading; a question may be a page
_ABOUT = (
    ("Carrel computed each verdict by comparing the words, numbers and names of a sentence with those of the "
     "passages that it cites. Verdicts are no legal and no medical judgement, and say nothing of whether a file is "
     "right. Read the quoted words in their file before you rely on a sentence."),
    *MEANINGS.values(),
    "A sentence without a mark makes no claim that could be compared.",
    ("SHA-256 is the fingerprint of a file. It was computed when this was exported, and is given only where the file "
     "is the one that Carrel had read."),
)
Origin_of = Callable[[StoredPassage], Origin]


@dataclass(frozen=True, slots=True)
class Note:
    """What stands behind one citation."""

    number: int  # 1-based, through the whole export
    place: str  # file and page; empty where the citation names no passage
    quote: str  # words of the passage; empty where the sentence itself is these
    said: tuple[str, ...]  # sentences


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence with its notes and what was found of it."""

    text: str
    notes: tuple[Note, ...]
    label: str = ""  # its verdict in words; empty where there is nothing to mark
    doubtful: bool = False  # it is not supported
    partly: bool = False  # it is supported in part: the rest may be the contrary of the truth


@dataclass(frozen=True, slots=True)
class Part:
    """Paragraphs, each of lines, under a caption."""

    caption: str
    paragraphs: tuple[tuple[Line, ...], ...]


@dataclass(frozen=True, slots=True)
class Chapter:
    """One question and what came of it."""

    question: str  # its beginning, where it is long; the whole is the first of the facts then
    facts: tuple[tuple[str, str], ...]  # what is told, and the telling
    remarks: tuple[str, ...]  # sentences that stand before the parts
    parts: tuple[Part, ...]

    @property
    def notes(self) -> Iterator[Note]:
        """All notes in the order of their numbers."""
        return (note for part in self.parts for lines in part.paragraphs for line in lines for note in line.notes)


@dataclass(frozen=True, slots=True)
class Paper:
    """An export."""

    title: str
    exported: str  # a sentence: when, by what
    chapters: tuple[Chapter, ...]
    about: tuple[str, ...]  # sentences on how it is to be read


def compose(exchanges: Sequence[Exchange], origin: Origin_of, moment: float, *, title: str = "") -> Paper:
    """Return what is exported of `exchanges`; `origin` tells where a passage comes from, `moment` is now."""
    numbers = itertools.count(1)
    chapters = tuple(_Composer(exchange, origin, numbers).chapter() for exchange in exchanges)
    title = flat(title) or ("Question and answer" if len(chapters) == 1 else "Questions and answers")
    return Paper(title, f"Exported by Carrel {__version__} on {when(moment)}.", chapters, _ABOUT)


def when(moment: float) -> str:
    """Return a time of the clock on the wall, with its distance from UTC."""
    told = datetime.fromtimestamp(moment).astimezone()
    offset = told.strftime("%z")
    return f"{told:%Y-%m-%d, %H:%M} (UTC{offset[:3]}:{offset[3:5]})"


class _Composer:
    """Makes the chapter of one exchange."""

    def __init__(self, exchange: Exchange, origin: Origin_of, numbers: Iterator[int]) -> None:
        self._exchange = exchange
        self._origin = origin
        self._numbers = numbers
        self._hits = {hit.rank: hit for hit in exchange.evidence.hits}
        self._matters = len({hit.passage.matter for hit in exchange.evidence.hits}) > 1

    def chapter(self) -> Chapter:
        exchange, answer = self._exchange, self._exchange.answer
        quoted = answer.status is AnswerStatus.QUOTES
        parts = [Part("In the words of the files", tuple(self._quoted(answer.sentences)))] if quoted else \
            [Part("Answer", tuple(self._written(answer)))]
        said = remarks(answer)
        if answer.quotes:
            parts.append(Part("In the words of the files", tuple(self._quoted(answer.quotes))))
        elif answer.status is AnswerStatus.NOT_FOUND:
            said.insert(0, "Not found in the files that were searched.")
            closest = exchange.evidence.hits[:CLOSEST]
            parts.append(Part("The closest passages, which do not answer the question",
                              tuple(map(self._close, closest))))
        question = flat(exchange.question)
        heading = question if len(question) <= _LONGEST else f"{question[:_LONGEST].rstrip()}…"
        return Chapter(heading, tuple(self._facts()), tuple(said),
                       tuple(part for part in parts if part.paragraphs))

    def _facts(self) -> Iterator[tuple[str, str]]:
        exchange, answer = self._exchange, self._exchange.answer
        if len(flat(exchange.question)) > _LONGEST:
            yield "Question", flat(exchange.question)
        yield "Asked", when(exchange.asked)
        if flat(exchange.looked_for) not in ("", flat(exchange.question)):
            yield "Looked for", flat(exchange.looked_for)
        given = f", from {counted(len(exchange.given), 'passage')}" if exchange.given else ""
        if not exchange.model:
            yield "Written by", "no model; what is quoted stands so in the files"
        elif answer.status is AnswerStatus.NOT_FOUND:
            yield "Asked of", f"{flat(exchange.model)}, a model on this computer{given}, which found no answer in them"
        else:
            yield "Written by", f"{flat(exchange.model)}, a model on this computer{given}"
        searched = exchange.evidence.searched
        unread = unread_words(searched.unread_pages)
        yield "Searched", (f"{counted(searched.files, 'file')} with {counted(searched.pages, 'page')}"
                           + (f"; {unread} and so could not be searched" if unread else ""))
        for hint in exchange.evidence.hints:
            yield "Understood", flat(hint)

    def _written(self, answer: Answer) -> Iterator[tuple[Line, ...]]:
        paragraph: list[Line] = []
        for sentence, gap in zip(answer.sentences, gaps(answer), strict=True):
            if gap == "\n" and paragraph:
                yield tuple(paragraph)
                paragraph = []
            notes = tuple(self._note(citation, sentence) for citation in sentence.citations)
            paragraph.append(Line(flat(sentence.text), notes, LABELS.get(sentence.verdict, ""),
                                  sentence.verdict is Verdict.NOT_SUPPORTED, sentence.verdict is Verdict.PARTLY))
        if paragraph:
            yield tuple(paragraph)

    def _note(self, citation: Citation, sentence: Sentence) -> Note:
        hit = self._hits.get(citation.rank or 0)
        said = [meaning(sentence)] if sentence.verdict in MEANINGS else []
        if hit is None:
            return Note(next(self._numbers), "", "", (flat(unknown(citation.key)), *said))
        if citation.found:
            said.append(FOUND)
        return self._at(hit, excerpt(hit.passage.text, sentence.text), said)

    def _quoted(self, quotes: Iterable[Sentence]) -> Iterator[tuple[Line, ...]]:
        for sentence in quotes:
            notes = tuple(self._quote(citation, sentence) for citation in sentence.citations)
            yield (Line(f"“{flat(sentence.text)}”", notes),)

    def _quote(self, citation: Citation, sentence: Sentence) -> Note:
        hit = self._hits.get(citation.rank or 0)
        if hit is not None and flat(sentence.text) in flat(hit.passage.text):
            return self._at(hit, "", ["Quoted word for word."])
        return self._note(citation, sentence)

    def _close(self, hit: Hit) -> tuple[Line, ...]:
        words = excerpt(hit.passage.text, self._exchange.question)
        return (Line(f"“{words}”", (self._at(hit, "", ["Quoted word for word; it does not answer the question."]),)),)

    def _at(self, hit: Hit, quote: str, said: Sequence[str]) -> Note:
        """Return the note of a passage: where it stands, and the fingerprint of the file."""
        passage, origin = hit.passage, self._origin(hit.passage)
        page = "" if passage.page is None else f", {page_word(passage.kind)} {passage.page}"
        aside = [passage.matter if self._matters else "", f"in: {origin.inside}" if origin.inside else ""]
        told = "; ".join(flat(each) for each in aside if each)
        place = f"{flat(file_name(passage.file))}{page}{f' ({told})' if told else ''}"
        scan = [] if passage.confidence is None else [f"The words were {by_ocr(passage.confidence)} of the letters."]
        return Note(next(self._numbers), place, quote, (*said, *scan, *_fingerprint(origin)))


def _fingerprint(origin: Origin) -> Iterator[str]:
    whose = f"{flat(origin.inside)}, the file that it came in" if origin.inside else "the file"
    if origin.sha256:
        yield f"SHA-256 of {whose}: {origin.sha256}."
    elif origin.problem:
        yield f"No SHA-256: {flat(origin.problem)}."

"""The values that flow through the program, all frozen; no behaviour, no input or output.

File → Document → Page → Passage → vector → store; question → hits → evidence → prompt →
text → verified answer. No stage changes what it was given. The events at the end are what a
long operation yields while it runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """What became of a page, or of a whole document, when it was read."""

    READ = "read"
    OCR = "ocr"
    EMPTY = "empty"
    PICTURE = "picture"  # a scan or photograph: there is something, but no text in it
    LOCKED = "locked"  # needs a password
    UNSUPPORTED = "unsupported"
    DAMAGED = "damaged"
    TOO_LARGE = "too large"
    TIMED_OUT = "timed out"
    FAILED = "failed"  # could not be opened at all

    @property
    def readable(self) -> bool:
        """Whether all of the text was taken in (an empty page hides nothing)."""
        return self in (Status.READ, Status.OCR, Status.EMPTY)


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading inside a page: `start` is the character of the page's text where it begins."""

    start: int
    level: int  # 1 is the highest
    text: str


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle from the page's top left corner, in the unit that its owner names."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Line:
    """A line that OCR read: page.text[start:end] and where it stands, in shares (0 to 1) of the page's sides."""

    start: int
    end: int
    box: Box


@dataclass(frozen=True, slots=True)
class Page:
    """One page of text; `number` is 1-based, or None where the format knows no pages."""

    number: int | None
    text: str
    status: Status = Status.READ
    reason: str = ""  # a sentence for the user where the status is not plain
    headings: tuple[Heading, ...] = ()
    # Stretches (start, end), ascending, of running headers, footers and page numbers: kept and shown, in no passage.
    furniture: tuple[tuple[int, int], ...] = ()
    confidence: float | None = None  # mean of the characters that OCR read, 0 to 1
    lines: tuple[Line, ...] = ()  # where OCR read them; elsewhere the characters themselves have places


@dataclass(frozen=True, slots=True)
class Part:
    """A file inside a file: an attachment, an embedded file, a message of a mailbox, an entry of an archive."""

    name: str  # as its container calls it, without folders that lead out of it; may hold "/"
    data: bytes


@dataclass(frozen=True, slots=True)
class Document:
    """What a loader made of one file."""

    kind: str  # of its loader: "pdf", "docx", "mail"
    title: str  # as the document calls itself; may be empty
    pages: tuple[Page, ...]
    parts: tuple[Part, ...] = ()  # the files inside it, to be read as documents of their own
    date: str = ""  # as the document itself says it: "2024-01-31", also "2024-01" or "2024"; empty where it does not
    people: tuple[str, ...] = ()  # sender and recipients, author, patient; a sender or author comes first

    @property
    def status(self) -> Status:
        """READ when any page has text, else the status that its pages share or the worst of them."""
        found = [page.status for page in self.pages]
        if Status.READ in found:
            return Status.READ
        if Status.OCR in found:
            return Status.OCR
        for status in (Status.DAMAGED, Status.TIMED_OUT, Status.TOO_LARGE, Status.LOCKED,
                       Status.UNSUPPORTED, Status.PICTURE):
            if status in found:
                return status
        return Status.EMPTY


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of one page, `text == page.text[start:end]`, with the context it is found by."""

    page: int | None
    start: int
    end: int
    text: str
    context: str = ""  # title and heading path; embedded and indexed, never cited


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """One document as the library lists it (the ledger's view)."""

    id: str  # opaque, random
    file: str  # the path as added
    title: str
    kind: str
    status: Status
    pages: int  # pages in the document, 1 for an unpaged one, 0 where it could not be opened
    parent: str | None  # the file that it came out of, an attachment's mail
    reasons: tuple[str, ...]  # sentences, one a page or file that is not plainly read
    size: int  # bytes
    modified: float  # seconds since 1970, as the file system said when it was read


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A passage in the store, with all that a citation needs."""

    id: str  # opaque, random
    document: str  # DocumentRow.id
    file: str
    title: str
    kind: str
    page: int | None
    start: int
    end: int
    text: str
    context: str
    matter: str = ""  # the name of the matter that it is kept in
    confidence: float | None = None  # of the page's OCR, 0 to 1; None where its text was not read from a picture
    date: str = ""  # as Document.date


@dataclass(frozen=True, slots=True)
class Scope:
    """What part of the library is searched; what is empty limits nothing, and all that is given must hold."""

    files: tuple[str, ...] = ()  # words of a file's name or title, or patterns such as "*.pdf"; any of them
    folders: tuple[str, ...] = ()  # paths as added; any of them, with all that is below
    kinds: tuple[str, ...] = ()  # as Document.kind: "pdf", "mail"; any of them
    people: tuple[str, ...] = ()  # words of a sender, author or patient; any of them
    after: str = ""  # "2024-01-31": of this day or later
    before: str = ""  # before this day
    documents: tuple[str, ...] = ()  # DocumentRow.id; any of them


# What a query demands of a passage: a tree of these.


@dataclass(frozen=True, slots=True)
class Word:
    """A word as it was typed, "10b-5" too; with `prefix` whatever begins so."""

    text: str
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class Exact:
    """Words in this order, next to each other."""

    text: str


@dataclass(frozen=True, slots=True)
class Near:
    """Words with at most `distance` others between them."""

    parts: tuple[Word | Exact, ...]
    distance: int = 10


@dataclass(frozen=True, slots=True)
class AllOf:
    parts: tuple[Demand, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    parts: tuple[Demand, ...]


@dataclass(frozen=True, slots=True)
class Without:
    """`part` where there is no `unwanted`; with None for `part` whatever holds no `unwanted`."""

    part: Demand | None
    unwanted: Demand


Demand = Word | Exact | Near | AllOf | AnyOf | Without


@dataclass(frozen=True, slots=True)
class Query:
    """A question or search as it was understood."""

    typed: str
    text: str  # its words without operators and filters: what is compared by meaning and ranked by
    demand: Demand | None = None  # what a passage must hold, None for nothing; then the words only rank
    scope: Scope = Scope()
    hints: tuple[str, ...] = ()  # sentences: what of it was not understood and therefore ignored


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that was found; `rank` is 1-based and is also its citation key."""

    rank: int
    score: float  # comparable only within one search
    passage: StoredPassage
    alike: tuple[StoredPassage, ...] = ()  # nearly the same text elsewhere, counted with this one
    marks: tuple[tuple[int, int], ...] = ()  # stretches of passage.text that the query's words stand in, ascending


@dataclass(frozen=True, slots=True)
class Searched:
    """The scope that was looked through, in files and pages."""

    files: int
    pages: int
    unread_pages: int  # pages that exist but whose text could not be taken in


@dataclass(frozen=True, slots=True)
class Evidence:
    """The ranked passages for a question."""

    question: str  # what was looked for: as typed, with what earlier questions add to one that leans on them
    hits: tuple[Hit, ...]
    searched: Searched
    similarity: float = 1.0  # cosine of the question and the nearest passage; low where nothing fits
    hints: tuple[str, ...] = ()  # sentences on how the question was understood, as Query.hints
    answerable: float = 1.0  # how probable it is that the hits hold an answer; 1 where that cannot be told


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of a chat prompt."""

    role: str  # "system", "user" or "assistant"
    text: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a generator is given; the model's own chat template is applied in the engine."""

    turns: tuple[Turn, ...]
    max_tokens: int = 256
    temperature: float = 0.0
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Written:
    """How a text came to its end."""

    finish: str  # "end" by itself, "limit" of tokens, "stopped" by the caller
    prompt_tokens: int
    reused_tokens: int  # of the prompt, still known from the one before
    tokens: int  # written
    first_seconds: float  # to the first token
    seconds: float  # in all


class Verdict(StrEnum):
    """What checking a sentence against its cited passages found."""

    SUPPORTED = "supported"
    PARTLY = "partly"
    NOT_SUPPORTED = "not supported"
    NO_CLAIM = "no claim"


@dataclass(frozen=True, slots=True)
class Citation:
    """A citation key as the model wrote it; `rank` is the hit it names, None for an unknown key."""

    key: str
    rank: int | None
    found: bool = False  # the model named none; checking found this passage
    start: int = 0  # hit.passage.text[start:end] is what is quoted; 0, 0 where the whole passage is meant
    end: int = 0


class Concern(StrEnum):
    """What a reason for a verdict is about."""

    CITATION = "citation"  # a key names no passage, or no passage was found
    QUOTE = "quote"
    NUMBER = "number"
    DATE = "date"
    NAME = "name"
    CONTRARY = "contrary"  # a denial, or a word that says the opposite
    WORDS = "words"  # too few of the words stand together in the passage


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a sentence is not simply supported; sentence.text[start:end] is what it is about."""

    concern: Concern
    start: int
    end: int
    text: str  # a sentence for the user


@dataclass(frozen=True, slots=True)
class Finding:
    """What checking a sentence found: the verdict, and why it is none better."""

    verdict: Verdict
    reasons: tuple[Reason, ...] = ()  # the gravest first; none where it is supported


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of an answer with its citations and its verdict."""

    text: str  # without the citation keys
    citations: tuple[Citation, ...]
    verdict: Verdict
    reasons: tuple[Reason, ...] = ()  # as Finding.reasons


class AnswerStatus(StrEnum):
    ANSWERED = "answered"
    NOT_FOUND = "not_found"
    QUOTES = "quotes"  # no model wrote; the passages themselves are the answer


@dataclass(frozen=True, slots=True)
class Answer:
    """A finished answer; `text` is what the model wrote, character for character."""

    status: AnswerStatus
    text: str
    sentences: tuple[Sentence, ...]
    stopped: bool = False  # the writing was cut at its token limit
    astray: bool = False  # what is supported of it is not what the sentences say that answer the question best
    repeated: bool = False  # it was cut where the model began to say the same over and over
    quotes: tuple[Sentence, ...] = ()  # verbatim, where the text is not carried, may miss the question or denies it
    anyway: bool = False  # the evidence seems to hold no answer, and one was wanted all the same
    unmentioned: tuple[str, ...] = ()  # names and numbers of the question that the documents found never mention


@dataclass(frozen=True, slots=True)
class PagePicture:
    """A page as RGB pixels, with the rectangles of the marked characters in pixels of it."""

    width: int
    height: int
    rgb: bytes  # width * height * 3
    marks: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """A model on this computer."""

    name: str
    file: str
    role: str  # "generator" or "embedder"
    size: int  # bytes
    description: str  # "135M parameters, Q4_1, 2,048 tokens of context"
    bundled: bool
    chosen: bool


@dataclass(frozen=True, slots=True)
class Matter:
    """A library of its own, with its own key; several lie side by side in one vault."""

    id: str  # opaque, random, 32 hexadecimal digits
    name: str
    created: float  # seconds since 1970


@dataclass(frozen=True, slots=True)
class Destroyed:
    """What went with a matter: its key and these files."""

    matter: Matter
    documents: int
    files: tuple[tuple[str, int], ...]  # name inside the matter's folder, bytes


@dataclass(frozen=True, slots=True)
class BackupCopy:
    """A backup that the program made, so that it can be deleted with what it holds."""

    path: str
    created: float  # seconds since 1970
    matters: tuple[str, ...]  # ids of the matters in it


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One line of the audit log."""

    number: int  # 1-based, without gaps
    time: float  # seconds since 1970, by the computer's clock
    who: str  # the account on this computer
    event: str
    matter: str  # id, or empty
    documents: tuple[str, ...]  # ids
    details: tuple[tuple[str, str], ...]
    remark: str = ""  # what is odd about it, such as a clock that was set back


@dataclass(frozen=True, slots=True)
class Refusal:
    """One line of the self-test: what was tried and what became of it."""

    what: str
    outcome: str  # in plain words
    by: str  # who refused: the operating system, this program; empty where nobody did
    holds: bool | None  # None: there is nothing to enforce here, or no way to on this system


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """What became of one page, or of a file that gave none."""

    file: str
    parent: str | None  # the file that it came out of
    page: int | None  # 1-based; None for a file without pages
    status: Status
    reason: str  # a sentence for the user; empty where it was plainly read
    confidence: float | None  # of OCR, 0 to 1


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder that is followed: what is new, changed, moved or deleted in it is so in the library, too."""

    path: str
    include: tuple[str, ...] = ()  # patterns such as "*.pdf" or "letters/**"; none means all
    exclude: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PageCount:
    """How much there is to read in a file, found without reading it."""

    pages: int
    pictures: int  # of them, how many seem to need OCR


# Events of adding files.


@dataclass(frozen=True, slots=True)
class Surveying:
    """Progress of counting what there is to do."""

    files: int  # looked at so far
    of: int


@dataclass(frozen=True, slots=True)
class Survey:
    """What adding would do; an estimate, as nothing was read yet."""

    files: int  # that would be read
    unchanged: int
    pages: int
    pictures: int  # of the pages, how many seem to need OCR
    size: int  # bytes
    seconds: float


@dataclass(frozen=True, slots=True)
class Started:
    """The files to be looked at are known."""

    files: int


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a run stands; files inside files count as pages of the file that they are in."""

    file: str  # in work
    done: int  # pages
    pages: int  # in all, as far as known
    files_done: int
    files: int
    rate: float  # pages a second, lately
    left: float | None  # seconds; None while it cannot be told


@dataclass(frozen=True, slots=True)
class FileMoved:
    """A file of a followed folder is at another place; nothing was read again."""

    file: str
    before: str


@dataclass(frozen=True, slots=True)
class FileGone:
    """A file of a followed folder is no longer there, and its document left the library."""

    file: str


@dataclass(frozen=True, slots=True)
class FolderAway:
    """A followed folder cannot be reached, or so much of it is gone that nothing was removed without a question."""

    path: str
    missing: tuple[str, ...]  # files; all that the library holds of it where the folder cannot be reached


@dataclass(frozen=True, slots=True)
class FileStarted:
    file: str
    index: int  # 0-based
    files: int


@dataclass(frozen=True, slots=True)
class PassagesEmbedded:
    """Progress inside one file."""

    file: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class FileAdded:
    file: str
    pages: int
    passages: int
    status: Status
    reasons: tuple[str, ...]
    index: int
    files: int


@dataclass(frozen=True, slots=True)
class FileUnchanged:
    file: str
    index: int
    files: int


@dataclass(frozen=True, slots=True)
class FileFailed:
    """The file could not be taken in; the run goes on."""

    file: str
    reason: str
    index: int
    files: int


@dataclass(frozen=True, slots=True)
class Added:
    """The run is over; the same numbers as `carrel add --json`."""

    added: int
    unchanged: int
    failed: int
    pages: int
    seconds: float


IngestEvent = (
    Surveying | Survey | Started | FileStarted | Progress | PassagesEmbedded | FileAdded | FileUnchanged | FileFailed
    | FileMoved | FileGone | FolderAway | Added
)


# Events of a change of embedder.


@dataclass(frozen=True, slots=True)
class BroughtUp:
    """How far a matter of an earlier version of the program is brought up to date, before it can be opened."""

    matter: str  # its name
    done: int  # passages
    of: int
    left: float | None  # seconds; None while it cannot be told


@dataclass(frozen=True, slots=True)
class Renewing:
    """How far the new vectors are; the old ones answer."""

    matter: str  # its name
    done: int  # passages
    of: int
    left: float | None  # seconds; None while it cannot be told


@dataclass(frozen=True, slots=True)
class Renewed:
    """A matter is found by the new embedder from now on."""

    matter: str
    passages: int
    seconds: float


@dataclass(frozen=True, slots=True)
class EmbedderSurvey:
    """What it takes to have the open matters found by another embedder."""

    passages: int  # that need new vectors
    seconds: float  # about
    lost: int  # vectors of passages that were made for yet another one, and go


@dataclass(frozen=True, slots=True)
class Behind:
    """What is not found by the chosen embedder yet."""

    matters: tuple[str, ...]  # their names
    passages: int  # that still need new vectors
    embedder: str  # the name of the chosen one
    begun: bool  # it was broken off, and not because the user stopped it


RenewalEvent = BroughtUp | Renewing | Renewed


# Events of answering, in this order.


@dataclass(frozen=True, slots=True)
class EvidenceFound:
    evidence: Evidence
    seconds: float


@dataclass(frozen=True, slots=True)
class Preparing:
    """The model is being loaded, or reads what it was given; now and then, until it writes."""

    seconds: float  # since that began


@dataclass(frozen=True, slots=True)
class TextWritten:
    """A piece of the answer as the model writes it."""

    text: str


@dataclass(frozen=True, slots=True)
class Answered:
    answer: Answer
    given: tuple[int, ...]  # ranks of the hits that the model was given
    timings: tuple[tuple[str, float], ...]  # seconds by stage
    left_out: tuple[int, ...] = ()  # ranks of those that it was not, as there was no room for them


AnswerEvent = EvidenceFound | Preparing | TextWritten | Answered


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question of a conversation with what was found and answered, as it is kept."""

    id: str  # opaque, random, 32 hexadecimal digits
    before: str | None  # id of the exchange that it follows; two that follow the same are branches
    asked: float  # seconds since 1970
    question: str  # as it was typed
    looked_for: str  # the question with what earlier ones add to it; the same where they add nothing
    evidence: Evidence
    answer: Answer
    given: tuple[int, ...]  # ranks of the hits that the model was given
    model: str  # file name of the model that wrote, "" where none did


@dataclass(frozen=True, slots=True)
class Conversation:
    """A row of the list of conversations."""

    id: str  # opaque, random, 32 hexadecimal digits
    title: str
    created: float  # seconds since 1970
    changed: float
    exchanges: int  # with those of all branches


@dataclass(frozen=True, slots=True)
class Kept:
    """The event after `Answered`: the exchange is stored and survives a kill."""

    conversation: Conversation
    exchange: Exchange


ConversationEvent = AnswerEvent | Kept


@dataclass(frozen=True, slots=True)
class Mention:
    """A place in the conversations where words that were looked for stand."""

    conversation: str  # Conversation.id
    title: str
    exchange: str  # Exchange.id
    question: str
    asked: float  # seconds since 1970


@dataclass(frozen=True, slots=True)
class Quoting:
    """What of the conversations goes when a document goes."""

    exchanges: int  # that show words of it, with those that follow them
    conversations: int  # that these are in

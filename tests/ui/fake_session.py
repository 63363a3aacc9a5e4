"""A scripted session for the window: real events, no engine, no store on disk.

Records on which thread each of its methods was called, and can be held at chosen points.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace

from PIL import Image, ImageDraw, ImageFont

from app.conversing import Conversing
from app.errors import CarrelError, NoKeyStore, UnknownModel, WrongPassphrase, WrongRecoveryKey
from app.settings import Settings
from app.steps import finished
from app.types import (
    Added,
    Answer,
    Answered,
    AnswerEvent,
    AnswerStatus,
    Behind,
    Box,
    BroughtUp,
    Citation,
    Destroyed,
    DocumentRow,
    EmbedderSurvey,
    Evidence,
    EvidenceFound,
    Exchange,
    FileAdded,
    FileFailed,
    FileStarted,
    Folder,
    FolderAway,
    Hit,
    IngestEvent,
    LedgerLine,
    Matter,
    ModelInfo,
    Page,
    PagePicture,
    PassagesEmbedded,
    RenewalEvent,
    Renewed,
    Renewing,
    Scope,
    Searched,
    Sentence,
    Started,
    Status,
    StoredPassage,
    Survey,
    Surveying,
    TextWritten,
    Verdict,
)
from tests.ui.fake_talk import FakeTalk
from tests.ui.fake_vault import GENERAL, FakeAudit, FakeErasure, FakeVault

PASSPHRASE = b"correct horse battery"

LEASE = """LEASE AGREEMENT

7. TERM AND TERMINATION

7.1 This Lease begins on 1 March 2024 and runs for five years unless it is ended earlier under this section.

7.2 Either party may terminate this Lease by giving the other party not less than ninety (90) days' written notice \
before the end of a calendar quarter.

7.3 The Landlord may terminate this Lease with thirty (30) days' written notice if the Tenant has not paid the rent \
for two months in a row and has not paid within ten days after a written reminder.

7.4 Notices must be sent by registered post to the addresses in Schedule A. A notice counts as received on the third \
working day after it was posted.

8. DEPOSIT

8.1 The Tenant pays a deposit of EUR 14,400, equal to three months' rent, into a separate account. It is returned with \
interest within sixty days after the premises were handed back."""

LETTER = """From: Miriam Okafor <okafor@brightwater.example>
To: Tobias Lindqvist <lindqvist@harbourlane.example>
Date: Tue, 14 May 2024 09:12:00 +0200
Subject: Harbour Lane 4, notice

Dear Mr Lindqvist,

thank you for your call. As discussed, the notice of 2 May reached us on 6 May, so that the ninety days run until \
4 August and the lease ends with the quarter on 30 September.

Please let me know when the premises can be inspected.

Kind regards
Miriam Okafor"""


def document(file: str, kind: str = "pdf", pages: int = 1, status: Status = Status.READ,
             reasons: tuple[str, ...] = ()) -> DocumentRow:
    return DocumentRow(f"id-{file}", file, "", kind, status, pages, None, reasons, 1000, 0.0)


MODELS = (
    ModelInfo("all-MiniLM-L6-v2", "/program/all-MiniLM-L6-v2", "embedder", 91_000_000,
              "Finds passages; 22M parameters, English, 384 dimensions, reads 256 tokens of a passage", True, True),
    ModelInfo("SmolLM2-135M", "/program/x.gguf", "generator", 98_000_000, "Writes answers; 135M parameters", True,
              True),
    ModelInfo("multilingual-e5-small", "/own/multilingual-e5-small", "embedder", 471_000_000,
              "118M parameters, 384 dimensions, reads 512 tokens", False, False),
    ModelInfo("Qwen2.5-7B", "/own/Qwen2.5-7B.gguf", "generator", 4_700_000_000,
              "7.6B parameters, Q4_K_M, 32,768 tokens of context", False, False),
)

DOCUMENTS = (
    document("/cases/harbour lane/Lease Harbour Lane 4.pdf", pages=12),
    document("/cases/harbour lane/Notice letter (scan).pdf", pages=2, status=Status.PICTURE,
             reasons=("Page 1 is a scan; its text was not read.", "Page 2 is a scan; its text was not read.")),
    document("/cases/harbour lane/Mail Okafor 2024-05-14.txt", "text"),
    document("/cases/harbour lane/Handover report.docx", "docx"),
    document("/cases/harbour lane/Deposition Lindqvist.pdf", pages=48,
             reasons=("Page 17 is damaged and could not be read.",)),
    document("/cases/harbour lane/Mietvertrag Kellerraum.docx", "docx"),
    document("/cases/harbour lane/Time entries.xlsx", "sheet", 3),
    document("/cases/harbour lane/House rules.html", "html"),
    document("/cases/harbour lane/Bank statement Q2.pdf", pages=4, status=Status.LOCKED,
             reasons=("The file is locked with a password.",)),
)


def ledger_of(rows: Sequence[DocumentRow]) -> list[LedgerLine]:
    """Return a line a page: all as their document, or read but for those that a reason is given of."""
    lines: list[LedgerLine] = []
    for row in rows:
        if row.status is Status.LOCKED:
            lines.append(LedgerLine(row.file, row.parent, None, row.status, row.reasons[0], None))
            continue
        for page in range(1, row.pages + 1):
            reason = next((each for each in row.reasons if f"age {page} " in each), "")
            status = Status.DAMAGED if reason and row.status is Status.READ else row.status
            lines.append(LedgerLine(row.file, row.parent, page, status, reason, None))
    return sorted(lines, key=lambda line: (line.file, line.page or 0))


def passage(row: DocumentRow, page: int | None, whole: str, quote: str) -> StoredPassage:
    start = whole.index(quote)
    return StoredPassage(f"p-{row.id}-{start}", row.id, row.file, "", row.kind, page, start, start + len(quote),
                         quote, "")


def lease_evidence(question: str, matters: Sequence[str] = ()) -> Evidence:
    """What is found on the lease, the mail being in the second of the matters where there are several."""
    lease, mail = DOCUMENTS[0], DOCUMENTS[2]
    quotes: tuple[StoredPassage, ...] = (
        passage(lease, 4, LEASE, LEASE[LEASE.index("7.2"):LEASE.index("\n\n7.3")]),
        passage(lease, 4, LEASE, LEASE[LEASE.index("7.3"):LEASE.index("\n\n7.4")]),
        passage(mail, None, LETTER, LETTER[LETTER.index("thank you"):LETTER.index("\n\nPlease")]),
        passage(lease, 4, LEASE, LEASE[LEASE.index("7.4"):LEASE.index("\n\n8. ")]),
        passage(lease, 4, LEASE, LEASE[LEASE.index("8.1"):]),
    )
    if matters:
        quotes = tuple(replace(quote, matter=matters[-1] if quote.document == mail.id else matters[0])
                       for quote in quotes)
    hits = tuple(Hit(rank, 1 / rank, quote) for rank, quote in enumerate(quotes, 1))
    return Evidence(question, hits, Searched(9, 73, 3))


def marked(evidence: Evidence) -> Evidence:
    """Let the hits say where the longer words of the question stand in them."""
    words = "|".join(re.escape(word) for word in evidence.question.split() if len(word) > 3) or "$."
    return replace(evidence, hits=tuple(
        replace(hit, marks=tuple(found.span() for found in re.finditer(words, hit.passage.text)))
        for hit in evidence.hits))


LEASE_ANSWER = Answer(
    AnswerStatus.ANSWERED,
    "Either party may end the lease with ninety days' written notice before the end of a calendar quarter [1]. "
    "The landlord may end it with thirty days' notice if the rent is unpaid for one month [2]. "
    "The notice reached the landlord on 2 May [3]. A copy must be filed with the court [9].",
    (
        Sentence("Either party may end the lease with ninety days' written notice before the end of a calendar "
                 "quarter.",
                 (Citation("1", 1),), Verdict.SUPPORTED),
        Sentence("The landlord may end it with thirty days' notice if the rent is unpaid for one month.",
                 (Citation("2", 2),), Verdict.PARTLY),
        Sentence("The notice reached the landlord on 2 May.", (Citation("3", 3),), Verdict.NOT_SUPPORTED),
        Sentence("A copy must be filed with the court.", (Citation("9", None),), Verdict.NOT_SUPPORTED),
    ),
)


@dataclass
class FakeSession:
    """What the window uses of a session."""

    rows: list[DocumentRow] = field(default_factory=list)
    pause: float = 0.0  # seconds between events
    calls: list[tuple[str, int]] = field(default_factory=list)  # method and thread
    hold: threading.Event = field(default_factory=threading.Event)  # writing and adding wait for it in the middle
    closed_generators: list[str] = field(default_factory=list)
    script: Sequence[AnswerEvent | Exception] | None = None
    failing: dict[str, str] = field(default_factory=dict)  # name of a file: why it cannot be added
    texts: dict[str, str] = field(default_factory=dict)
    picture_error: Exception | None = None
    closed: int = 0
    recovery_key: str = ""  # shown once where there is one
    unfinished: list[str] = field(default_factory=list)  # paths that an adding was still at
    wrong_tries: int = 0
    findings: tuple[str, ...] = ()  # of the audit log
    added: list[list[Path]] = field(default_factory=list)
    widths: list[int] = field(default_factory=list)
    shelves: dict[str, list[DocumentRow]] = field(default_factory=dict)  # of matters that are not the current one
    opening: threading.Event = field(default_factory=threading.Event)  # choosing waits for it
    brought_up: Sequence[BroughtUp] = ()  # choosing tells of it
    choose_error: CarrelError | None = None  # the next choosing fails with it

    talk: FakeTalk = field(default_factory=FakeTalk)  # of the current matter
    talks: dict[str, FakeTalk] = field(default_factory=dict)  # of those that are not
    earlier: list[tuple[str, ...]] = field(default_factory=list)  # the questions that each one was asked after
    survey: Survey | None = None  # what counting finds
    counting: threading.Event = field(default_factory=threading.Event)  # counting waits for it
    lines: list[LedgerLine] | None = None  # of the ledger, instead of those made of the rows
    passwords: list[str] = field(default_factory=list)
    right_password: str = ""  # opens every locked file
    confidences: dict[str, float] = field(default_factory=dict)  # of documents that OCR read, by id
    changes_on_disk: list[str] = field(default_factory=list)  # folders in which the watch sees something
    followed: list[Folder] = field(default_factory=list)
    reconciled: list[tuple[str | None, bool]] = field(default_factory=list)
    found_in_folders: list[IngestEvent] = field(default_factory=list)  # what going through them yields
    again: list[list[Path]] = field(default_factory=list)  # what was read once more

    models: list[ModelInfo] = field(default_factory=lambda: list(MODELS))
    embedder: str = "all-MiniLM-L6-v2"
    embedder_survey: EmbedderSurvey | Exception = field(default_factory=lambda: EmbedderSurvey(12_000, 1_400.0, 0))
    renew_of: int = 0  # passages that need new vectors
    renewed: int = 0
    renewing: bool = False  # it was begun
    renewals: int = 0
    behind_halted: bool = False
    renew_error: CarrelError | None = None
    renew_hold: threading.Event = field(default_factory=threading.Event)  # making new vectors waits for it

    finds: Callable[[str], Evidence | Exception] | None = None  # what a search gives
    searches: list[tuple[str, int, Scope | None]] = field(default_factory=list)
    scopes: list[Scope | None] = field(default_factory=list)  # of the questions
    told: list[Evidence] = field(default_factory=list)  # what the log is told of
    looking: threading.Event = field(default_factory=threading.Event)  # a search waits for it
    writer: str = "Scripted-1B.gguf"
    exported: list[tuple[Path, tuple[Exchange, ...]]] = field(default_factory=list)
    export_error: CarrelError | None = None

    def __post_init__(self) -> None:
        self.hold.set()
        self.counting.set()
        self.renew_hold.set()
        self.store = self._new_store()
        self.reading = SimpleNamespace(documents=self._all_documents, page=self._page, page_text=self._page_text,
                                       ledger=self._ledger)
        self.ingest = SimpleNamespace(add=self._add, survey=self._survey)
        self.answering = SimpleNamespace(ask=self._ask)
        self.catalog = SimpleNamespace(models=self._models)
        self.embedders = SimpleNamespace(survey=self._survey_embedder, behind=self._behind, halt=self._halt)
        self.retrieval = SimpleNamespace(search=self._search, tell=self.told.append)
        self.readers = None
        self.looking.set()
        self.settings = Settings()
        self.vault = FakeVault(self, PASSPHRASE, wrong_tries=self.wrong_tries)
        self.audit = FakeAudit(self, self.findings)
        self.erasure = FakeErasure(self)
        self.matter = GENERAL
        self.searching = (GENERAL,)
        self.opening.set()

    def _note(self, name: str) -> None:
        self.calls.append((name, threading.get_ident()))

    @property
    def conversing(self) -> Conversing:
        """The real one, over the scripted answers and what is kept in memory."""
        return Conversing(self.talk, self.answering, model=self.writer)  # type: ignore[arg-type]

    @property
    def writes(self) -> bool:
        return self.settings.answers == "written"

    def answer_by(self, answers: str) -> None:
        self._note("answer_by")
        self.settings = replace(self.settings, answers=answers)

    def close(self) -> None:
        self._note("close")
        self.closed += 1
        self.hold.set()
        self.opening.set()
        self.counting.set()
        self.renew_hold.set()

    def export(self, path: Path, exchanges: Sequence[Exchange], *, title: str = "") -> None:
        self._note("export")
        if self.export_error is not None:
            raise self.export_error
        self.exported.append((path, tuple(exchanges)))

    # matters

    def with_matter(self, name: str, rows: Sequence[DocumentRow] = ()) -> Matter:
        """Put another matter beside the others, closed."""
        matter = Matter(f"{len(self.vault.kept):032x}", name, 1_750_000_000.0)
        self.vault.kept.append(matter)
        self.shelves[matter.id] = list(rows)
        return matter

    def choose(self, ids: Sequence[str]) -> None:
        finished(self.choosing(ids))

    def choosing(self, ids: Sequence[str]) -> Iterator[BroughtUp]:
        self._note("choose")
        yield from self.brought_up
        self.opening.wait()
        error, self.choose_error = self.choose_error, None
        if error is not None:
            raise error
        chosen = tuple(self.vault.matter(key) for key in ids)
        self.shelves[self.matter.id], self.talks[self.matter.id] = self.rows, self.talk
        self.searching, self.matter = chosen, chosen[0]
        self.talk = self.talks.setdefault(self.matter.id, FakeTalk())
        self.rows = self.shelves.setdefault(self.matter.id, [])
        self.store = self._new_store()

    def create_matter(self, name: str) -> Matter:
        self._note("create_matter")
        return self.with_matter(self.vault.named(name))

    def rename_matter(self, matter: str, name: str) -> Matter:
        self._note("rename_matter")
        old = self.vault.matter(matter)
        new = replace(old, name=self.vault.named(name, but=old.id))
        self.vault.kept = [new if kept.id == new.id else kept for kept in self.vault.kept]
        self.searching = tuple(new if kept.id == new.id else kept for kept in self.searching)
        self.matter = self.searching[0]
        return new

    def delete_matter(self, matter: str, *, delete_backups: bool = False) -> Destroyed:
        self._note("delete_matter")
        doomed = self.vault.matter(matter)
        left = [kept.id for kept in self.searching if kept.id != doomed.id]
        left = left or [kept.id for kept in self.vault.kept if kept.id != doomed.id][:1]
        self.choose(left or [self.create_matter("General 2").id])
        self.vault.kept.remove(doomed)
        if delete_backups:
            self.erasure.drop_copies(doomed.id)
        return self.erasure.destroyed(doomed)

    def _new_store(self) -> SimpleNamespace:
        return SimpleNamespace(
            documents=self._documents, page=self._page, page_text=self._page_text, unfinished=self._unfinished,
            note_unfinished=self._note_unfinished, searched=self._searched, ledger=self._ledger, folders=self._folders,
            passwords=lambda: tuple(self.passwords), forget_password=self._forget_password,
            family=lambda file: [row.id for row in self.rows if row.file == file or row.parent == file],
            conversations=self.talk)

    @property
    def stores(self) -> dict[str, SimpleNamespace]:
        return {matter.id: self.store if matter.id == self.matter.id else _shelf(self.shelves.get(matter.id, []))
                for matter in self.searching}

    def _all_documents(self) -> list[DocumentRow]:
        self._note("documents")
        others = [self.shelves.get(matter.id, []) for matter in self.searching[1:]]
        return [*self.rows, *(row for rows in others for row in rows)]

    # models

    def _survey_embedder(self, name: str, stores: Sequence[object]) -> EmbedderSurvey:
        self._note("survey_embedder")
        if isinstance(self.embedder_survey, Exception):
            raise self.embedder_survey
        return self.embedder_survey

    def use_embedder(self, name: str) -> None:
        self._note("use_embedder")
        if not any(model.name == name for model in self.models):
            raise UnknownModel(name=name)
        self.models = [replace(model, chosen=model.name == name) if model.role == "embedder" else model
                       for model in self.models]
        self.embedder = name

    def renew(self, *, closed: bool = True) -> Iterator[RenewalEvent]:
        self._note("renew")
        assert not closed  # a matter that is not open stays closed
        self.renewals += 1
        self.behind_halted = False
        try:
            while self.renewed < self.renew_of:
                self.renewing = True
                yield Renewing("General", self.renewed, self.renew_of, 60.0 if self.renewed else None)
                self.renew_hold.wait()
                if self.renew_error is not None:
                    raise self.renew_error
                time.sleep(.01)
                self.renewed += 100
            if self.renew_of:
                yield Renewed("General", self.renew_of, 90.0)
            self.renew_of = self.renewed = 0
            self.renewing = False
        finally:
            self._note("renew closed")
            self.closed_generators.append("renew")

    def _behind(self, stores: Sequence[object]) -> Behind:
        self._note("behind")
        return Behind(("General",) if self.renew_of else (), self.renew_of - self.renewed, self.embedder,
                      self.renewing and not self.behind_halted)

    def _halt(self, stores: Sequence[object]) -> None:
        self._note("halt")
        self.behind_halted = True

    # folders

    def _folders(self) -> tuple[Folder, ...]:
        self._note("folders")
        return tuple(self.followed)

    def follow(self, folder: Folder) -> None:
        self._note("follow")
        self.followed = [*(kept for kept in self.followed if kept.path != folder.path), folder]

    def unfollow(self, path: str) -> None:
        self._note("unfollow")
        self.followed = [kept for kept in self.followed if kept.path != path]

    def reconcile(self, path: str | None = None, *, remove_missing: bool = False) -> Iterator[IngestEvent]:
        self._note("reconcile")
        self.reconciled.append((path, remove_missing))
        self.hold.wait()
        if remove_missing:
            self.found_in_folders = [event for event in self.found_in_folders if not isinstance(event, FolderAway)]
        yield from self.found_in_folders
        yield Added(0, 0, 0, 0, .1)

    def watcher(self) -> SimpleNamespace:
        self._note("watcher")
        return SimpleNamespace(unwatched=(), changes=self._changes, close=lambda: self._note("watcher closed"))

    def _changes(self, seconds: float) -> tuple[str, ...]:
        time.sleep(.01)
        found, self.changes_on_disk = tuple(self.changes_on_disk), []
        return found

    def give_password(self, password: str) -> Iterator[IngestEvent]:
        self._note("give_password")
        self.passwords.append(password)
        yield from self._add([Path(row.file) for row in self.rows if row.status is Status.LOCKED], again=True)

    # store and catalog

    def _documents(self) -> list[DocumentRow]:
        self._note("documents")
        return list(self.rows)

    def _note_unfinished(self, paths: Sequence[str]) -> None:
        self._note("note_unfinished")
        self.unfinished = list(paths)

    def _unfinished(self) -> tuple[str, ...]:
        self._note("unfinished")
        return tuple(self.unfinished)

    def _searched(self) -> Searched:
        self._note("searched")
        lines = list(self._ledger())
        return Searched(len(self.rows), sum(row.pages for row in self.rows),
                        sum(not line.status.readable and line.page is not None for line in lines))

    def _ledger(self, file: str | None = None) -> Iterator[LedgerLine]:
        self._note("ledger")
        lines = self.lines if self.lines is not None else ledger_of(self.rows)
        return iter([line for line in lines if file in (None, line.file)])

    def _forget_password(self, password: str) -> None:
        self._note("forget_password")
        self.passwords.remove(password)

    def _page(self, document_id: str, page: int | None) -> Page:
        return Page(page, self._page_text(document_id, page), confidence=self.confidences.get(document_id))

    def _page_text(self, document_id: str, page: int | None) -> str:
        self._note("page_text")
        return self.texts.get(document_id, LETTER if page is None else LEASE)

    def _models(self) -> list[ModelInfo]:
        self._note("models")
        return list(self.models)

    # long operations

    def _survey(self, paths: Sequence[Path]) -> Iterator[Surveying | Survey]:
        self._note("survey")
        for number in (0, len(paths)):
            yield Surveying(number, len(paths))
            self.counting.wait()
        yield self.survey or Survey(len(paths), 0, 3 * len(paths), 0, 1000, 1.0)

    def _add(self, paths: Sequence[Path], *, again: bool = False, include: Sequence[str] = (),
             exclude: Sequence[str] = ()) -> Iterator[IngestEvent]:
        self._note("add")
        (self.again if again else self.added).append(list(paths))
        try:
            yield Started(len(paths))
            failed = 0
            for index, path in enumerate(paths):
                yield FileStarted(str(path), index, len(paths))
                time.sleep(self.pause)
                self.hold.wait()
                locked = next((row for row in self.rows if row.file == str(path) and row.status is Status.LOCKED), None)
                if locked and self.right_password not in self.passwords:
                    failed += 1
                    yield FileFailed(str(path), locked.reasons[0], index, len(paths))
                    continue
                if path.name in self.failing:
                    failed += 1
                    yield FileFailed(str(path), self.failing[path.name], index, len(paths))
                    continue
                yield PassagesEmbedded(str(path), 10, 20)
                self.rows = [row for row in self.rows if row.file != str(path)] + [document(str(path), pages=3)]
                yield FileAdded(str(path), 3, 20, Status.READ, (), index, len(paths))
            yield Added(len(paths) - failed, 0, failed, 3 * (len(paths) - failed), 1.0)
        finally:
            self._note("add closed")
            self.closed_generators.append("add")

    def _search(self, question: str, k: int = 10, *, scope: Scope | None = None, told: bool = True) -> Evidence:
        self._note("search")
        assert not told  # the section tells what is meant itself
        self.searches.append((question, k, scope))
        self.looking.wait()
        time.sleep(self.pause)
        found = self.finds(question) if self.finds is not None else marked(lease_evidence(question))
        if isinstance(found, Exception):
            raise found
        return replace(found, hits=found.hits[:k])

    def _ask(
        self, question: str, *, scope: Scope | None = None, anyway: bool = False, earlier: Sequence[Exchange] = ()
    ) -> Iterator[AnswerEvent]:
        self._note("ask anyway" if anyway else "ask")
        self.earlier.append(tuple(exchange.question for exchange in earlier))
        self.scopes.append(scope)
        try:
            for event in self.script if self.script is not None else self._written(question):
                if isinstance(event, Exception):
                    raise event
                yield event
                if isinstance(event, TextWritten):
                    time.sleep(self.pause)
                    self.hold.wait()
        finally:
            self._note("ask closed")
            self.closed_generators.append("ask")

    def _written(self, question: str) -> Iterator[AnswerEvent]:
        yield EvidenceFound(lease_evidence(question, [matter.name for matter in self.searching]), .12)
        for word in LEASE_ANSWER.text.split(" "):
            yield TextWritten(word + " ")
        yield Answered(LEASE_ANSWER, (1, 2, 3), (("evidence", .12), ("writing", 4.1), ("total", 4.3)))

    # pages

    def picture(self, passage: StoredPassage, width: int) -> PagePicture:
        self._note("picture")
        self.widths.append(width)
        if self.picture_error is not None:
            raise self.picture_error
        return draw_page(LEASE, width, passage.start, passage.end, passage.page or 1)


def _shelf(rows: list[DocumentRow]) -> SimpleNamespace:
    """The store of a matter that is only searched."""
    return SimpleNamespace(documents=lambda: list(rows), ledger=lambda: iter(ledger_of(rows)))


def draw_page(text: str, width: int, start: int, end: int, page: int) -> PagePicture:
    """Draw a page of text with the boxes of the marked lines."""
    height = round(width * 1.414)
    sheet = Image.new("RGB", (width, height), "white")
    pen = ImageDraw.Draw(sheet)
    size = max(width // 52, 6)
    font = ImageFont.truetype("DejaVuSerif.ttf", size)
    left, top = width // 9, width // 9
    marks: list[Box] = []
    room = width - 2 * left
    at = 0
    for paragraph in text.split("\n"):
        words, line_start = [], at
        for word in paragraph.split(" "):
            if words and pen.textlength(" ".join([*words, word]), font=font) > room:
                _line(pen, font, left, top, " ".join(words), line_start, start, end, marks, size)
                top += round(size * 1.6)
                line_start += len(" ".join(words)) + 1
                words = []
            words.append(word)
        _line(pen, font, left, top, " ".join(words), line_start, start, end, marks, size)
        top += round(size * (1.6 if paragraph else .7))
        at += len(paragraph) + 1
    pen.text((width // 2, height - width // 12), str(page), font=font, fill="black")
    return PagePicture(width, height, sheet.tobytes(), tuple(marks))


def _line(pen: ImageDraw.ImageDraw, font: ImageFont.FreeTypeFont, left: int, top: int, line: str, at: int,
          start: int, end: int, marks: list[Box], size: int) -> None:
    pen.text((left, top), line, font=font, fill=(20, 20, 20))
    first, last = max(start - at, 0), min(end - at, len(line))
    if last > first:
        marks.append(Box(left + pen.textlength(line[:first], font=font), top,
                         left + pen.textlength(line[:last], font=font), top + round(size * 1.25)))


RECOVERY_KEY = "ABCD-EFGH-JKLM-NPQR-STUV-WXYZ-2345-6723-K7QA"


class FakeDoor:
    """Opens the fake session with PASSPHRASE, RECOVERY_KEY or the key store; `errors` come first, one a try."""

    def __init__(self, session: FakeSession, *, exists: bool = True, samples: Sequence[Path] = (),
                 questions: Sequence[str] = (), wait: threading.Event | None = None, key_store: bool = False,
                 hint: str = "", errors: Sequence[CarrelError] = (), brought_up: Iterable[BroughtUp] = ()) -> None:
        self.session = session
        self.there = exists
        self.opened: list[tuple[bytes, bool]] = []
        self.recovered: list[tuple[str, bytes]] = []
        self.by_key_store = 0
        self.threads: set[int] = set()
        self.errors = list(errors)
        self._samples, self._questions = list(samples), list(questions)
        self._wait = wait
        self.brought_up = brought_up  # opening tells of it
        self.closed_early = 0
        self._key_store, self._hint = key_store, hint
        from tests.ui.panes import FakeMeans  # which needs this module

        self.means = FakeMeans(session)

    def _came(self) -> None:
        self.threads.add(threading.get_ident())

    def _hold(self) -> Iterator[BroughtUp]:
        self._came()
        try:
            yield from self.brought_up
        except GeneratorExit:
            self.closed_early += 1
            raise
        if self._wait is not None:
            self._wait.wait()

    def exists(self) -> bool:
        self._came()
        return self.there

    def key_store(self) -> bool:
        self._came()
        return self._key_store

    def hint(self) -> str:
        self._came()
        return self._hint

    def open(self, secret: bytearray, create: bool) -> Generator[BroughtUp, None, FakeSession]:
        yield from self._hold()
        typed = bytes(secret)
        secret[:] = bytes(len(secret))
        self.opened.append((typed, create))
        if self.errors:
            raise self.errors.pop(0)
        if not create and typed != PASSPHRASE:
            raise WrongPassphrase
        return self.session

    def recover(self, text: str, secret: bytearray) -> Generator[BroughtUp, None, FakeSession]:
        yield from self._hold()
        self.recovered.append((text, bytes(secret)))
        secret[:] = bytes(len(secret))
        if self.errors:
            raise self.errors.pop(0)
        if text.replace("-", "").replace(" ", "").upper() != RECOVERY_KEY.replace("-", ""):
            raise WrongRecoveryKey(reason=": a letter in the third group is wrong")
        return self.session

    def open_with_key_store(self) -> Generator[BroughtUp, None, FakeSession]:
        yield from self._hold()
        self.by_key_store += 1
        if self.errors:
            raise self.errors.pop(0)
        if not self._key_store:
            raise NoKeyStore(reason="nothing is kept there")
        return self.session

    def seal(self) -> tuple[bool, str]:
        self._came()
        return True, "The operating system keeps this program off the network.\nNetwork: refused by the system"

    def samples(self) -> tuple[list[Path], list[str]]:
        return self._samples, self._questions

"""One question with its evidence, its answer and what is to be said about both.

Shows events; asks nothing itself. Knows no session.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app import export
from app.counted import counted
from app.coverage import by_ocr, not_found_words, unread_words
from app.export.words import remarks
from app.places import file_name, page_word
from app.snippets import quoted
from app.types import Answer, Answered, AnswerStatus, Citation, Evidence, EvidenceFound, Exchange, Hit
from app.ui.widgets import answer as marks
from app.ui.widgets import dates
from app.ui.widgets.alike import Alike
from app.ui.widgets.answer import AnswerText
from app.ui.widgets.card import EvidenceCard
from app.ui.widgets.heading import Heading
from app.ui.widgets.labels import Label, Notice, PushButton, tip
from app.ui.widgets.theme import Theme

_FIRST = 3  # cards shown before "show more"
_PULSE_MS = 450
_PATIENCE = 3.0  # seconds of silence from which on they are counted
_DRAW_MS = 40  # the text is drawn this often while it is written


class Turn(QWidget):
    """A question and all that came of it; there is nothing of it to see until it is built.

    To build one takes some hundredths of a second, so that of many that are kept each is built in its time.
    """

    opened = Signal(object)  # a Hit whose source is to be shown
    copied = Signal(str)  # text for the clipboard
    exported = Signal(object)  # an Exchange that is to become a file
    grew = Signal()
    coverage = Signal()  # what could not be read is to be shown
    insisted = Signal()  # an answer is wanted although nothing that was found seems to hold one
    edited = Signal()  # the question is to be asked in other words
    dropped = Signal()  # it is to be deleted
    stepped = Signal(int)  # the version before (-1) or after (1) this one is to be shown

    def __init__(self, theme: Theme, question: str, matters: Sequence[str] = (), *,
                 parents: Mapping[str, str] | None = None, shut: int = 0, narrowed: str = "") -> None:
        """`matters` are the names of those that are searched, where that is worth saying.

        `parents` are the files that documents came in, by the documents' ids; `shut` is how many files gave no page;
        `narrowed` says to what part of the library the search was limited.
        """
        super().__init__()
        self._theme = theme
        self.question = question
        self._matters = tuple(matters)
        self._parents = parents or {}
        self._shut = shut
        self._narrowed = narrowed
        self.evidence: Evidence | None = None
        self.answer: Answer | None = None
        self.exchange: Exchange | None = None  # with the answer, all that is kept and exported of it
        self.kept = False  # it is stored in a conversation
        self.built = False
        self._version = (1, 1)  # which one this is, and of how many
        self._may_change = True
        self._open_passage = ""  # the id of the one whose source is open beside the conversation
        self._asked = time.time()
        self.cards: list[EvidenceCard] = []
        self.alike: list[Alike] = []  # below those cards that stand for others too
        self._written = ""
        self._sources: dict[int, str] = {}
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(8)
        self._draw = QTimer(self, interval=_DRAW_MS, singleShot=True)
        self._draw.timeout.connect(self._draw_stream)
        self._pulse = QTimer(self, interval=_PULSE_MS)
        self._pulse.timeout.connect(self._beat)

    def build(self) -> None:
        """Make what there is to see, of what is known by now; once."""
        self.built = True
        self._build_question()
        self._build_answer()
        if self.exchange is None:
            self._pulse.start()
        else:
            self._show_exchange(self.exchange)
        self.heading.show_version(*self._version)
        self.heading.let(change=self._may_change)
        self.mark_open(self._open_passage)

    def _build_question(self) -> None:
        self.heading = Heading(self._theme, self.question)
        self.heading.edited.connect(self.edited)
        self.heading.dropped.connect(self.dropped)
        self.heading.stepped.connect(self.stepped)
        self._layout.addWidget(self.heading)
        self._found = Label("Looking through the library...", "small", wrap=True)
        self._found.setToolTip(tip("Searched: " + ", ".join(self._matters) if self._matters else ""))
        self._layout.addWidget(self._found)
        self._hints = Label("", "hint", wrap=True, selectable=True)
        self._hints.setAccessibleName("How the question was understood")
        self._hints.hide()
        self._layout.addWidget(self._hints)
        self._cards = QVBoxLayout()
        self._cards.setSpacing(7)
        self._layout.addLayout(self._cards)
        self._more = PushButton(self._theme, "", "quiet")
        self._more.clicked.connect(self._show_all)
        self._more.hide()
        self._layout.addWidget(self._more, 0, Qt.AlignmentFlag.AlignLeft)

    def _build_answer(self) -> None:
        theme = self._theme
        self._caption = Label("Answer", "caption", wrap=True)
        self._caption.hide()
        self._head = QHBoxLayout()
        self._head.setSpacing(10)
        self._head.addWidget(self._caption, 1)
        self.text = AnswerText(theme)
        self.text.cited.connect(self._open_rank)
        self.text.hide()
        self._quotes_caption = Label("In the words of your files", "caption")
        self._quotes_caption.hide()
        self.quotes = AnswerText(theme)
        self.quotes.cited.connect(self._open_rank)
        self.quotes.hide()
        self.notice = Notice(theme)
        self.notice.hide()
        self._layout.addSpacing(4)
        self._layout.addLayout(self._head)
        for widget in (self.text, self.notice, self._quotes_caption, self.quotes):
            self._layout.addWidget(widget)
        self.anyway = PushButton(theme, "Answer anyway", "quiet")
        self.anyway.setToolTip(tip("Have it answered from the passages above all the same; the answer is then marked"))
        self.anyway.clicked.connect(self.insisted)
        self.anyway.hide()
        self._layout.addWidget(self.anyway, 0, Qt.AlignmentFlag.AlignLeft)
        self._foot = QWidget()
        self._foot_row = QHBoxLayout(self._foot)
        self._foot_row.setContentsMargins(0, 2, 0, 0)
        self._foot_row.setSpacing(14)
        self._foot.hide()
        self._layout.addWidget(self._foot)
        self.unread = PushButton(theme, "", "link", "coverage", "accent")
        self.unread.setToolTip(tip("Show what could not be read, page by page"))
        self.unread.clicked.connect(self.coverage)
        self.unread.hide()
        self._layout.addWidget(self.unread, 0, Qt.AlignmentFlag.AlignLeft)

    # What happens, in this order.

    def begin_again(self) -> None:
        """Let what was found stand and wait for an answer from it."""
        self.anyway.hide()
        self.notice.hide()
        self.unread.hide()
        self.answer = None
        self._caption.setText("Reading the passages...")
        self._caption.show()
        self._pulse.start()
        self.grew.emit()

    def show_evidence(self, found: EvidenceFound) -> None:
        """Show the cards; those of a question that is answered once more stand already."""
        if self.cards:
            return
        self.evidence = found.evidence
        hits = found.evidence.hits
        files = len({hit.passage.file for hit in hits})
        said = f"{counted(len(hits), 'passage')} from {counted(files, 'file')}" if hits else "Nothing was found"
        searched = [f"searched {self._scope()}"] if self._matters else []
        narrowed = [f"only {self._narrowed}"] if self._narrowed else []
        spent = [_seconds(found.seconds)] if found.seconds else []
        self._found.setText(" · ".join([said, *searched, *narrowed, *spent]))
        told = [_flat(hint) for hint in found.evidence.hints]
        if (looked_for := _flat(found.evidence.question)) != _flat(self.question):
            told.insert(0, f"Follows what was asked before; looked for: {looked_for}")
        self._hints.setText("\n".join(told))
        self._hints.setVisible(bool(told))
        for number, hit in enumerate(hits):
            passage = hit.passage
            page = f", {page_word(passage.kind)} {passage.page}" if passage.page is not None else ""
            origin = passage.matter if len(self._matters) > 1 else ""
            inside = self._parents.get(passage.document, "")
            aside = [origin, f"in: {file_name(inside)}" if inside else "",
                     by_ocr(passage.confidence) if passage.confidence is not None else ""]
            beside = "; ".join(each for each in aside if each)
            self._sources[hit.rank] = file_name(passage.file) + page + (f" ({beside})" if beside else "")
            card = EvidenceCard(self._theme, hit, self.question, origin, inside)
            card.clicked.connect(lambda _=False, hit=hit: self.opened.emit(hit))
            self.cards.append(card)
            self._cards.addWidget(card)
            self._add_alike(hit, hidden=number >= _FIRST)
            if number >= _FIRST:
                card.hide()
        if len(hits) > _FIRST:
            self._more.setText(f"Show {counted(len(hits) - _FIRST, 'more passage')}")
            self._more.show()
        if hits:
            self._caption.setText("Reading the passages...")
            self._caption.show()
        self.grew.emit()

    def _add_alike(self, hit: Hit, *, hidden: bool) -> None:
        if not hit.alike:
            return
        alike = Alike(self._theme, hit.alike, matters=len(self._matters) > 1)
        alike.opened.connect(lambda passage: self.opened.emit(replace(hit, passage=passage, alike=(), marks=())))
        alike.grew.connect(self.grew)
        alike.setVisible(not hidden)
        self.alike.append(alike)
        self._cards.addWidget(alike)

    def wait(self, seconds: float) -> None:
        """Say that the model has not begun to write for so long."""
        if seconds >= _PATIENCE:
            self._caption.setText(f"The model reads the passages, {seconds:.0f} s...")

    def add_text(self, text: str) -> None:
        """Add to the text that is being written."""
        if not self._written:
            self._caption.setText("Writing...")
            self._caption.show()
            self.text.show()
        self._written += text
        if not self._draw.isActive():
            self._draw.start()

    def finish(self, found: Answered, model: str = "") -> None:
        """Show the checked answer; `model` is the file name of the one that writes."""
        self._draw.stop()
        self._pulse.stop()
        answer = self.answer = found.answer
        assert self.evidence is not None
        made = export.exchange(self.evidence, found, asked=self._asked, model=model)
        self.exchange = replace(made, question=self.question)
        self._caption.setText("Answer")
        if answer.status is AnswerStatus.ANSWERED:
            self.text.show()
            self._caption.show()
            self.text.show_pieces(marks.pieces_of_answer(answer, self._sources))
        elif answer.status is AnswerStatus.QUOTES:
            self._caption.setText("In the words of your files")
            self._caption.show()
            self.text.show()
            self.text.show_pieces(marks.pieces_of_quotes(answer.sentences, self._sources))
        else:
            self.text.hide()
            self._caption.setVisible(bool(answer.quotes))
            self.anyway.setVisible(bool(self.evidence.hits) and not found.given)  # a model has said what it can
        if answer.quotes:
            self._quotes_caption.show()
            self.quotes.show()
            self.quotes.show_pieces(marks.pieces_of_quotes(answer.quotes, self._sources))
        self._show_remarks(answer)
        self._show_foot(found)
        self._show_unread()
        self.grew.emit()

    def keep(self, exchange: Exchange) -> None:
        """The answer is stored, as this exchange."""
        self.exchange, self.kept = exchange, True
        self.heading.be_kept()

    def be_kept(self, exchange: Exchange) -> None:
        """Be an answer that was stored before; it is shown when it is built."""
        self._asked, self.evidence, self.answer = exchange.asked, exchange.evidence, exchange.answer
        self.exchange, self.kept = exchange, True

    def _show_exchange(self, exchange: Exchange) -> None:
        self.show_evidence(EvidenceFound(exchange.evidence, 0.0))
        self.finish(Answered(exchange.answer, exchange.given, ()), exchange.model)
        self.keep(exchange)

    def show_version(self, number: int, of: int) -> None:
        """Say which of so many versions this is, from 1."""
        self._version = number, of
        if self.built:
            self.heading.show_version(number, of)

    def let(self, *, change: bool) -> None:
        """Let it be changed, or not while an answer is being written."""
        self._may_change = change
        if self.built:
            self.heading.let(change=change)

    def stop(self) -> None:
        """Say that the user stopped the writing."""
        self._draw.stop()
        self._pulse.stop()
        self._draw_stream()
        self._caption.setText("Unfinished")
        self._caption.setVisible(bool(self._written))
        self._say("You stopped this answer. What is written above was not checked." if self._written
                  else "You stopped this answer before anything was written.", "warn")

    def fail(self, sentence: str) -> None:
        """Say what went wrong; what was shown stays."""
        self._draw.stop()
        self._pulse.stop()
        self._draw_stream()
        self._caption.setText("Unfinished, not checked")
        self._caption.setVisible(bool(self._written))
        if self.evidence is None:
            self._found.hide()
        self._say(sentence, "bad")

    def mark_open(self, passage_id: str) -> None:
        """Show which card's source is open beside the conversation."""
        self._open_passage = passage_id
        for number, card in enumerate(self.cards):
            card.setChecked(card.hit.passage.id == passage_id)
            if card.isChecked() and number >= _FIRST:
                self._show_all()

    def quotes_document(self, document: str) -> bool:
        """Whether words of the document with this id stand in it."""
        return self.evidence is not None and any(
            passage.document == document for hit in self.evidence.hits for passage in (hit.passage, *hit.alike))

    def as_text(self) -> str:
        """Return question, answer and notes for the clipboard."""
        return self.question if self.exchange is None else export.text([self.exchange], inside=self._parents)

    # The parts.

    def _scope(self) -> str:
        """What was searched: files, and the matters where there are several in the library."""
        assert self.evidence is not None
        return " ".join(filter(None, (counted(self.evidence.searched.files, "file"), self._place())))

    def _place(self) -> str:
        if len(self._matters) > 1:
            return f"in {len(self._matters)} matters"
        return f"in {self._matters[0]}" if self._matters else ""

    def _say(self, sentence: str, tone: str) -> None:
        self.notice.say(sentence, tone)
        self.notice.show()
        self.grew.emit()

    def _show_remarks(self, answer: Answer) -> None:
        assert self.evidence is not None
        said = remarks(answer)
        nothing = answer.status is AnswerStatus.NOT_FOUND
        if nothing and not answer.quotes:
            searched, hits = self.evidence.searched, bool(self.evidence.hits)
            said.insert(0, not_found_words(searched, self._shut, where=self._place(), closest=hits))
        if said:
            self._say(" ".join(said), "plain" if nothing and len(said) == 1 else "warn")

    def _show_foot(self, found: Answered) -> None:
        checked = found.answer.sentences if found.answer.status is AnswerStatus.ANSWERED else ()
        for verdict, number in marks.counts(checked):
            symbol, colour, words = marks.VERDICTS[verdict]
            label = Label(f"{symbol} {number} {verdict.value}", colour)
            label.setToolTip(tip(words))
            self._foot_row.addWidget(label)
        if found.answer.status is AnswerStatus.NOT_FOUND and not found.answer.quotes:
            return
        self._foot_row.addStretch(1)
        spent = dict(found.timings)
        total = spent.get("total", sum(spent.values()))
        times = Label(_seconds(total) if spent else dates.moment(self._asked), "small")
        stages = [f"{stage.replace('_', ' ')}: {_seconds(each)}" for stage, each in found.timings]
        times.setToolTip(tip("\n".join(stages) or "When it was asked"))
        self._head.addWidget(times)
        for words, icon, told, act in (
            ("Copy", "copy", "Copy with citations: file, page and quoted words of each",
             lambda: self.copied.emit(self.as_text())),
            ("Export…", "export", "Write the answer with its citations to a Word, PDF or Markdown file, not encrypted",
             lambda: self.exported.emit(self.exchange)),
        ):
            button = PushButton(self._theme, words, "quiet", icon, "accent")
            button.setToolTip(tip(told))
            button.clicked.connect(act)
            self._head.addWidget(button)
        self._foot.setVisible(bool(checked))

    def _show_unread(self) -> None:
        """Say how much of what was searched is not in it, as it could not be read."""
        assert self.evidence is not None
        told = unread_words(self.evidence.searched.unread_pages, self._shut)
        self.unread.setText(f"\u2009 {told}")
        self.unread.setAccessibleName(f"{told}. Show which")
        self.unread.setVisible(bool(told))

    def _beat(self) -> None:
        """Let the dots of what is under way move."""
        for label in (self._caption, self._found):
            text = label.text()
            if text.endswith("."):
                dots = len(text) - len(text.rstrip("."))
                label.setText(text.rstrip(".") + "." * (dots % 3 + 1))

    def _draw_stream(self) -> None:
        self.text.show_pieces(marks.pieces_of_stream(self._written, self._sources))
        self.grew.emit()

    def _show_all(self) -> None:
        for part in (*self.cards, *self.alike):
            part.show()
        self._more.hide()

    def _open_rank(self, rank: int, start: int, end: int) -> None:
        """Open the passage of a chip that was pressed, and of a quote mark its own characters alone."""
        hit = next((card.hit for card in self.cards if card.hit.rank == rank), None)
        if hit is not None:
            only = quoted(hit.passage, Citation("", rank, start=start, end=end))
            self.opened.emit(replace(hit, passage=only, marks=() if end else hit.marks))


def _flat(text: str) -> str:
    return " ".join(text.split())


def _seconds(seconds: float) -> str:
    digits = 2 if seconds < 1 else 1 if seconds < 10 else 0
    return f"{seconds:.{digits}f} s"

"""The page about models: which find passages, put them in order and write, and choosing others.

Shown in the place of the panes. Owns the question before another model finds passages, as that takes long. Knows no
other pane; having the library follow is its section's business.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.counted import counted
from app.coverage import about
from app.errors import CarrelError
from app.settings import Settings
from app.types import EmbedderSurvey, ModelInfo
from app.ui.jobs import Jobs, in_words
from app.ui.sections.changing import change
from app.ui.sections.models import ModelsSection
from app.ui.widgets import middle
from app.ui.widgets.asking import Question
from app.ui.widgets.labels import Label, Notice, line, listed
from app.ui.widgets.section import Page, Section
from app.ui.widgets.switch import Option, Switch
from app.ui.widgets.theme import Theme

if TYPE_CHECKING:
    from app.session import Session

_FORMS = ("", "quotes", "written")  # of Settings.answers, in the order of the switch
_WIDEST = 860  # of the page, in logical pixels


class ModelsPanel(QWidget):
    """The models on this computer, by what they do."""

    closed = Signal()
    renewal = Signal()  # another model finds passages from now on, and the library is to follow it

    def __init__(self, theme: Theme, jobs: Jobs) -> None:
        super().__init__()
        self.setObjectName("models")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._theme, self._jobs = theme, jobs
        self._session: Session | None = None
        self.embedders = ModelsSection(
            theme, "search", "Finding passages", "Finds the passages that mean what a question asks. Another one, "
            "for other languages say, first has to go through all that was read.", "There is none.")
        self.rerankers = ModelsSection(
            theme, "list", "Putting passages in order", "Looks once more at what was found and puts the best first.",
            "There is none: what was found is put in order by its words and its meaning alone.")
        self.generators = ModelsSection(
            theme, "ask", "Writing answers", "Writes from the passages that were found, and from nothing else.",
            "There is none: questions are answered with quotes.")
        self.answers = Section(
            theme, "quote", "How questions are answered", "Quotes are the sentences of your files that answer best, "
            "copied, and there at once. A written answer is put into words by the model above, and each of its "
            "sentences is checked.")
        self.form = Switch(
            theme, "How questions are answered",
            Option("Automatic", "Written where a model was added that writes well, else quotes"),
            Option("Quotes", "Always quotes; no model is asked"),
            Option("Written", "Always written, also by the starter model, which writes poor prose"))
        self.answers.body.addWidget(self.form, 0, Qt.AlignmentFlag.AlignLeft)
        self.now = Label("", "small", wrap=True)
        self.answers.body.addWidget(self.now)
        self.form.turned.connect(self._answer_by)
        self.embedders.wanted.connect(self._survey)
        self.rerankers.wanted.connect(self._use_later)
        self.generators.wanted.connect(self._use_later)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        head, self.back = middle.head(theme, Label("Models", "title"))
        self.back.clicked.connect(self.closed)
        column.addWidget(head)
        column.addWidget(line())
        column.addWidget(self._build_page(), 1)

    def _build_page(self) -> QWidget:
        page = Page()
        column = QVBoxLayout(page)
        column.setContentsMargins(24, 20, 24, 28)
        column.setSpacing(16)
        self.said = Notice(self._theme, dismissable=True)
        self.said.hide()
        self.unusable = Notice(self._theme, "", "warn")
        self.unusable.hide()
        more = Label("All of them run on this computer, without the network. To add one, give this command in a "
                     "terminal: carrel models import FILE", "small", wrap=True, selectable=True)
        for widget in (self.said, self.embedders, self.rerankers, self.generators, self.answers, self.unusable, more):
            column.addWidget(widget)
        column.addStretch(1)
        self.view = middle.scrolled(page, _WIDEST)
        question = self.embedders.question
        question.asked.connect(lambda: QTimer.singleShot(
            0, question, lambda: self.view.ensureWidgetVisible(question)))
        return self.view

    # What the window tells.

    def set_session(self, session: Session) -> None:
        """Choose for `session` from now on."""
        self._session = session

    def leave(self) -> None:
        """The matters change, and what was asked about them is no longer so."""
        self.embedders.question.hide()

    def begin(self) -> None:
        """The page is shown."""
        self.said.hide()
        self.embedders.question.hide()
        self.view.verticalScrollBar().setValue(0)
        self.refresh()
        self.back.setFocus()

    def refresh(self) -> None:
        """Fetch which models there are, while the page is seen."""
        session = self._session
        if session is None or not self.isVisible() or not self.embedders.question.isHidden():
            return
        stores = tuple(session.stores.values())
        job = self._jobs.call(lambda: (tuple(session.catalog.models()), session.settings,
                                       bool(session.embedders.behind(stores).passages)), "models")
        job.done.connect(lambda found: self._show(*found))
        job.failed.connect(self._fail)

    def _show(self, models: tuple[ModelInfo, ...], settings: Settings, coming: bool) -> None:
        """`coming`: passages that are not found by the chosen embedder yet."""
        for section, role, later in ((self.embedders, "embedder", ""),
                                     (self.rerankers, "reranker", settings.reranker),
                                     (self.generators, "generator", settings.generator)):
            found = [model for model in models if model.role == role]
            section.show_models(found, later if any(model.name == later for model in found) else "",
                                coming=coming and role == "embedder")
        self._show_form(settings.answers)
        self.unusable.tell("\n".join(f"{model.name} cannot be used: {model.description}" for model in models
                                     if model.role == "unusable"), "warn")

    def _fail(self, error: Exception) -> None:
        self.said.tell(in_words(error), "bad")
        self.view.ensureWidgetVisible(self.said)

    # Choosing one that finds passages: it is tried, what that means is asked, then it holds.

    def _survey(self, model: ModelInfo) -> None:
        session = self._session
        if session is None:
            return
        self.said.hide()
        self.embedders.question.hide()
        self.embedders.try_out(model.name)
        stores = tuple(session.stores.values())
        job = self._jobs.call(lambda: session.embedders.survey(model.name, stores), "survey")
        job.done.connect(lambda found: self._ask(session, model, found))
        job.failed.connect(self._fail)
        job.ended.connect(lambda: self.embedders.try_out(None))

    def _ask(self, session: Session, model: ModelInfo, found: EmbedderSurvey) -> None:
        if not found.passages and not found.lost:
            self._use(session, model, found)
            return
        names = listed([matter.name for matter in session.searching])
        self.embedders.question.ask(
            Question(f"Find passages by {model.name}?", _words(found, names), go=f"Use {model.name}", keep="Cancel",
                     warning=_lost(found)),
            lambda *_: self._use(session, model, found))

    def _use(self, session: Session, model: ModelInfo, found: EmbedderSurvey) -> None:
        def use() -> None:
            before = session.settings.embedder
            change(session, replace(session.settings, embedder=model.name))
            try:
                session.use_embedder(model.name)
            except CarrelError:  # it was deleted meanwhile
                change(session, replace(session.settings, embedder=before))
                raise

        job = self._jobs.call(use, "use embedder")
        job.done.connect(lambda _: self.renewal.emit())
        job.done.connect(lambda _: self.said.tell(
            f"Passages are found by {model.name} as soon as all have their new vectors. How far it is stands below "
            "the documents." if found.passages else f"Passages are found by {model.name}.", "good"))
        job.failed.connect(self._fail)
        job.ended.connect(self.refresh)

    # Choosing others.

    def _use_later(self, model: ModelInfo) -> None:
        session = self._session
        if session is None:
            return
        wanted = replace(session.settings, generator=model.name) if model.role == "generator" else \
            replace(session.settings, reranker=model.name)
        job = self._jobs.call(lambda: change(session, wanted), "settings")
        job.done.connect(lambda _: self.said.tell(
            f"{model.name} is used from the next time on that the library is opened. To have it at once, lock the "
            "library and open it again.", "good"))
        job.failed.connect(self._fail)
        job.ended.connect(self.refresh)


    # Choosing how to answer; it holds at once.

    def _show_form(self, answers: str) -> None:
        with QSignalBlocker(self.form):
            self.form.turn(_FORMS.index(answers) if answers in _FORMS else 0)
        if self._session is not None:
            self.now.setText("Answers are written now." if self._session.writes else "Answers are quotes now.")

    def _answer_by(self) -> None:
        session = self._session
        if session is None:
            return
        wanted = _FORMS[self.form.at]

        def choose() -> None:
            change(session, replace(session.settings, answers=wanted))
            session.answer_by(wanted)

        job = self._jobs.call(choose, "settings")
        job.failed.connect(self._fail)
        job.ended.connect(lambda: self._show_form(session.settings.answers))


def _words(found: EmbedderSurvey, names: str) -> str:
    if not found.passages:
        return f"What is in {names} is still found by it, so there is nothing to wait for."
    one = found.passages == 1
    return (f"{counted(found.passages, 'passage')} of {names} {'gets a new vector' if one else 'get new vectors'}: "
            f"{about(found.seconds)} on this computer, in the background. Until it is done, everything is found as "
            "before, and answering and adding files go first. It can be stopped at any time, also by closing Carrel, "
            "and goes on later where it was. Other matters follow when they are opened.")


def _lost(found: EmbedderSurvey) -> str:
    if not found.lost:
        return ""
    was = "was" if found.lost == 1 else "were"
    gone = "is" if found.lost == 1 else "are"
    return f"{counted(found.lost, 'new vector')} that {was} made already for another choice {gone} thrown away."

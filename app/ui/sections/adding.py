"""The runs that change the library, one after the other: adding, reading again, following folders, indexing anew.

Owns the one run that is under way and what waits behind it; everything else goes before indexing anew. What is chosen
is counted first, and where reading it takes longer than somebody would wait for, it is asked before. Knows no panel.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.counted import counted
from app.coverage import survey_words
from app.places import file_name
from app.types import Added, FileAdded, FileGone, FileMoved, Folder, FolderAway, IngestEvent, Survey
from app.ui.jobs import Job, Jobs, in_words
from app.ui.sections.renewing import Renewing
from app.ui.sections.watching import Watching
from app.ui.widgets.adding import AddingStrip
from app.ui.widgets.asking import AskStrip, Question
from app.ui.widgets.theme import Theme

if TYPE_CHECKING:
    from app.session import Session

ASK_FROM = 60.0  # seconds of work from which on it is asked before

_Events = Generator[IngestEvent, None, None]


class AddingSection(QWidget):
    """How the run is going, and the question before a large one."""

    changed = Signal()  # what the library holds, perhaps
    over = Signal()  # a run has ended; what it did can be looked at
    reread = Signal()  # files were read once more, or with a password
    followed = Signal()  # other folders are followed now
    away = Signal(object)  # a FolderAway
    checking = Signal(str)  # a followed folder, or with "" each of them, is being gone through
    checked = Signal()  # and was

    def __init__(self, theme: Theme, jobs: Jobs) -> None:
        super().__init__()
        self._jobs = jobs
        self._session: Session | None = None
        self._job: Job | None = None
        self._counting: list[Path] = []  # what is being counted, or asked about
        self._waiting: list[Path] = []  # to be counted
        self._agreed: list[Path] = []  # to be added without a question
        self._again: list[Path] = []  # to be read again, also where they are unchanged
        self._follow: list[Path] = []  # of what waits or is counted: to be followed once it is agreed to
        self._passwords: list[str] = []  # with which locked files are to be read
        self._watching = Watching(jobs, self)
        self._watching.changed.connect(self.check)
        self.renewing = Renewing(theme, jobs, self)
        for asking in (self.renewing.due, self.renewing.over):
            asking.connect(self._next)
        self._checks: list[tuple[str, bool]] = []  # folders to go through, and whether to take out what is gone
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        self.question = AskStrip(theme)
        self.question.closed.connect(self._refused)
        self.strip = AddingStrip(theme)
        self.strip.cancelled.connect(self.cancel)
        self.strip.paused.connect(self._pause)
        layout.addWidget(self.question)
        layout.addWidget(self.strip)
        layout.addWidget(self.renewing.strip)

    # What the panel tells.

    def set_session(self, session: Session) -> None:
        """Work on the matter of `session` that files are added to."""
        self._session = session
        self.watch()
        self.renewing.set_session(session)
        self._next()

    def leave(self) -> None:
        """Stop for good, and do nothing until there is a session again."""
        self.cancel()
        self._session = None
        self._watching.stop()
        self.renewing.leave()
        self.question.hide()
        self.strip.leave()

    def add(self, chosen: Sequence[Path], *, agreed: bool = False) -> None:
        """Add files and folders after what is under way, without a question where that is `agreed`."""
        (self._agreed if agreed else self._waiting).extend(chosen)
        self._next()

    def read_again(self, files: Sequence[Path]) -> None:
        """Read files once more although they did not change."""
        self._again += files
        self._next()

    def read_locked(self, password: str) -> None:
        """Read locked files with a password, which is remembered in the vault."""
        self._passwords.append(password)
        self._next()

    def follow(self, folder: Path) -> None:
        """Add a folder, and follow it from then on."""
        self._follow.append(folder)
        self.add([folder])

    def check_at_start(self, session: Session) -> None:
        """Go through all followed folders, as much can have happened while the program did not run."""
        store = session.store
        job = self._jobs.call(store.folders, "folders")
        job.done.connect(lambda found: self.check() if found and self._session is session else None)

    def watch(self) -> None:
        """Watch the folders that are followed now."""
        if self._session is not None:
            self._watching.start(self._session)

    def check(self, path: str = "", *, remove_missing: bool = False) -> None:
        """Go through a followed folder, or all of them, quietly."""
        if (path, remove_missing) not in self._checks:
            self._checks.append((path, remove_missing))
        self._next()

    @property
    def running(self) -> bool:
        """Whether a run is under way."""
        return self._job is not None

    def cancel(self) -> None:
        """Stop for good; what was added stays."""
        for waiting in (self._waiting, self._agreed, self._again, self._checks, self._counting, self._follow,
                        self._passwords):
            waiting.clear()
        self.question.hide()
        if self._job is not None and self._session is not None:
            self.strip.stopping()
            self._job.stop()
            store, jobs = self._session.store, self._jobs
            self._job.stopped.connect(lambda: jobs.call(lambda: store.note_unfinished(()), "give up"))

    def halt(self) -> tuple[Path, ...]:
        """Stop for now, as the window goes; returns what had not begun to be added."""
        waiting = (*self._counting, *self._agreed, *self._again, *self._waiting)
        for kept in (self._counting, self._agreed, self._again, self._waiting):
            kept.clear()
        if self._job is not None:
            self._job.stop()
        self.renewing.leave()
        return waiting

    # One run after the other.

    def _next(self) -> None:
        session = self._session
        if self._job is not None or session is None:
            return
        if self.renewing.running:
            to_count = self._waiting and not self._counting
            if to_count or self._agreed or self._again or self._passwords or self._checks:
                self.renewing.give_way()
            return
        ingest = session.ingest
        if self._passwords:
            password, *self._passwords = self._passwords
            self._run(lambda: session.give_password(password)).done.connect(lambda _: self.reread.emit())
        elif self._again:
            again, self._again = self._again, []
            self._run(lambda: ingest.add(again, again=True)).done.connect(lambda _: self.reread.emit())
        elif self._agreed:
            agreed, self._agreed = self._agreed, []
            self._run(lambda: ingest.add(agreed))
        elif self._waiting and not self._counting:
            self._counting, self._waiting = self._waiting, []
            self._count(session, tuple(self._counting))
        elif self._checks:
            (path, remove), *self._checks = self._checks
            self._run(lambda: session.reconcile(path or None, remove_missing=remove), quiet=True).done.connect(
                lambda _: self.checked.emit())
            self.checking.emit(path)
        elif self.renewing.wanted:
            self.renewing.run()

    def _run(self, start: Callable[[], _Events], *, quiet: bool = False) -> Job:
        self.strip.begin(quiet=quiet)
        self._job = job = self._jobs.pull(start, "add")
        job.yielded.connect(self._show)
        job.rested.connect(self.strip.rested)
        job.failed.connect(lambda error: self.strip.fail(in_words(error)))
        job.stopped.connect(self._stopped)
        job.done.connect(lambda _: self.strip.finish())
        job.ended.connect(self._ended)
        return job

    def _show(self, event: IngestEvent) -> None:
        self.strip.show_event(event)
        if isinstance(event, FolderAway):
            self.away.emit(event)
        if isinstance(event, FileAdded | FileMoved | FileGone | Added):
            self.changed.emit()

    def _pause(self, paused: bool) -> None:
        if self._job is not None:
            (self._job.pause if paused else self._job.resume)()

    def _stopped(self) -> None:
        if self._session is not None:  # else its matter was left
            self.strip.stopped()

    def _ended(self) -> None:
        self._job = None
        self.over.emit()
        self._next()

    # Counting first.

    def _count(self, session: Session, chosen: tuple[Path, ...]) -> None:
        ingest = session.ingest
        self.strip.count_first()
        found: list[Survey] = []
        folders: list[Path] = []

        def start() -> Generator[object, None, None]:
            folders.extend(path for path in chosen if path.is_dir())
            yield from ingest.survey(chosen)

        def show(event: object) -> None:
            if isinstance(event, Survey):
                found.append(event)
            else:
                self.strip.show_event(event)  # type: ignore[arg-type]

        self._job = job = self._jobs.pull(start, "survey")
        job.yielded.connect(show)
        job.failed.connect(lambda error: self._not_counted(in_words(error)))
        job.stopped.connect(self._not_counted)
        job.done.connect(lambda _: self._counted(session, chosen, found[-1], tuple(folders)))
        job.ended.connect(self._ended)

    def _not_counted(self, sentence: str = "") -> None:
        self._done_counting()
        if self._session is None:
            return
        if sentence:
            self.strip.fail(sentence)
        else:
            self.strip.stopped("Nothing was added.")

    def _counted(self, session: Session, chosen: tuple[Path, ...], found: Survey, folders: tuple[Path, ...]) -> None:
        self.strip.counted()
        if self._session is not session:
            return
        wanted = tuple(folder for folder in folders if folder in self._follow)
        if found.seconds < ASK_FROM:
            self._agree(chosen, wanted)
            return
        words = f"{survey_words(found)}."
        if found.unchanged:
            verb = "is" if found.unchanged == 1 else "are"
            words += f" {counted(found.unchanged, 'more file')} {verb} in the library already."
        names = f"“{file_name(str(folders[0]))}”" if len(folders) == 1 else "these folders"
        open_ones = "" if len(folders) == len(wanted) else \
            "Keep following this folder" if len(folders) == 1 else "Keep following these folders"
        self.question.ask(Question(
            f"{'Follow' if wanted else 'Add to'} {names if wanted else session.matter.name}?", words,
            go="Add", keep="Cancel", tick=open_ones,
            tick_words=f"What is new, changed or deleted in {names} is then so in the library, too."
            if open_ones else "",
        ), lambda _, follow: self._agree(chosen, folders if follow else wanted))

    def _agree(self, chosen: tuple[Path, ...], folders: tuple[Path, ...]) -> None:
        session = self._session
        if session is None:
            return
        if folders:

            def follow() -> None:
                for path in folders:
                    session.follow(Folder(str(path)))

            job = self._jobs.call(follow, "follow")
            job.done.connect(lambda _: self.followed.emit())
            job.done.connect(lambda _: self.watch())
            job.failed.connect(lambda error: self.strip.say(in_words(error)))
        self._done_counting()
        self.add(chosen, agreed=True)

    def _done_counting(self) -> None:
        self._follow = [folder for folder in self._follow if folder in self._waiting]
        self._counting.clear()

    def _refused(self) -> None:
        self._done_counting()
        self._next()

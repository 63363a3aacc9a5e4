"""The panes with a session, connected as the window connects them, without unlocking, locking and closing."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QWidget

from app.errors import CarrelError
from app.types import Refusal
from app.ui.jobs import Jobs
from app.ui.main_window import FORMATS
from app.ui.panels.conversation import ConversationPanel
from app.ui.panels.library import LibraryPanel
from app.ui.panels.matters import AtStake, MattersPanel
from app.ui.panels.privacy import PrivacyPanel
from app.ui.panels.source import SourcePanel
from app.ui.widgets.theme import Theme
from tests.ui.fake_session import FakeSession

REFUSED = [Refusal("A connection by IPv4", "Operation not permitted", "the operating system", True),
           Refusal("Looking up a name", "no address came", "the operating system", True)]


class FakeMeans:
    """What the privacy page has others do, scripted."""

    def __init__(self, session: FakeSession) -> None:
        self.session = session
        self.refusals = list(REFUSED)
        self.error: CarrelError | None = None
        self.pause = 0.0
        self.written: list[Path] = []
        self.cancelled = 0

    def selftest(self) -> list[Refusal]:
        self.session._note("selftest")
        if self.error is not None:
            raise self.error
        return self.refusals

    def selftest_page(self, refusals: Sequence[Refusal]) -> str:
        self.session._note("selftest_page")
        return "<html>" + "".join(refusal.what for refusal in refusals)

    def backup(self, session: FakeSession, target: Path) -> Iterator[float]:
        self.session._note("backup")
        try:
            for step in range(20):
                yield step / 20
                time.sleep(self.pause)
                if self.error is not None:
                    raise self.error
            self.written.append(target)
            yield 1.0
        except GeneratorExit:
            self.cancelled += 1
            raise

    def delete_backup(self, session: FakeSession, path: str) -> None:
        self.session._note("delete_backup")
        if self.error is not None:
            raise self.error
        session.vault.copies = [copy for copy in session.vault.copies if copy.path != path]


class Panes(QWidget):
    """All of them side by side, and the page about privacy behind."""

    def __init__(self, theme: Theme, session: FakeSession, means: FakeMeans | None = None) -> None:
        super().__init__()
        self.session = session
        self.means = means or FakeMeans(session)
        self.jobs = Jobs(self)
        self.library = LibraryPanel(theme, self.jobs, FORMATS)
        self.conversation = ConversationPanel(theme, self.jobs, FORMATS)
        self.source = SourcePanel(theme, self.jobs)
        self.privacy = PrivacyPanel(theme, self.jobs, self.means)  # type: ignore[arg-type]
        self.matters = MattersPanel(theme, self.jobs, self._at_stake)
        self.stack = QStackedWidget()
        work = QWidget()
        row = QHBoxLayout(work)
        for pane in (self.library, self.conversation, self.source):
            row.addWidget(pane)
        self.stack.addWidget(work)
        self.stack.addWidget(self.privacy)
        QHBoxLayout(self).addWidget(self.stack)
        self.setMinimumSize(760, 480)
        self.resize(1280, 860)
        self.library.put_head(self.matters)
        self.library.quoting = self.conversation.conversing.quoting
        self.library.listed.connect(self.conversation.show_documents)
        self.library.listed.connect(self.source.show_documents)
        self.library.removed.connect(self.source.forget)
        self.library.removed.connect(self.conversation.forget)
        self.library.privacy.connect(self.show_privacy)
        self.conversation.opened.connect(self.source.show_passage)
        self.matters.leaving.connect(self._leave)
        self.matters.chosen.connect(self.take_up)
        self.privacy.closed.connect(lambda: self.stack.setCurrentWidget(work))
        self.matters.set_session(session)  # type: ignore[arg-type]
        self.privacy.set_session(session)  # type: ignore[arg-type]
        self.take_up()

    def take_up(self) -> None:
        for pane in (self.library, self.conversation, self.source):
            pane.set_session(self.session)  # type: ignore[arg-type]

    def show_privacy(self) -> None:
        self.stack.setCurrentWidget(self.privacy)
        self.privacy.begin()

    def _leave(self, words: str, keep: bool) -> None:
        self.library.leave()
        self.conversation.leave(words, keep)
        self.source.leave(words)

    def _at_stake(self) -> AtStake:
        return AtStake(self.conversation.unkept, self.conversation.asking, self.library.adding,
                       self.privacy.hindrance)

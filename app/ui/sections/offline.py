"""The section that shows the self-test: what was tried to reach the network, and who refused it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout

from app.counted import counted
from app.types import Refusal
from app.ui.jobs import Jobs, in_words
from app.ui.widgets import files
from app.ui.widgets.labels import Notice, PushButton, listed
from app.ui.widgets.section import RefusalTable, Section, bar, today
from app.ui.widgets.theme import Theme


class OfflineSection(Section):
    """Runs `selftest` on a worker; `page` makes of its result an HTML page that can be filed."""

    def __init__(self, theme: Theme, jobs: Jobs, selftest: Callable[[], list[Refusal]],
                 page: Callable[[Sequence[Refusal]], str]) -> None:
        super().__init__(theme, "offline", "Offline",
                         "Carrel tries to reach what must not be reached, in every way it knows, and shows what "
                         "refused it. The tests reach nobody.")
        self._jobs, self._selftest, self._page = jobs, selftest, page
        self._refusals: list[Refusal] = []
        self.verdict = Notice(theme)
        self.verdict.hide()
        self._testing = bar()
        self._testing.setRange(0, 0)
        self.table = RefusalTable(theme)
        self.rest = RefusalTable(theme)
        self.rest.hide()
        self.more = PushButton(theme, "", "quiet")
        self.more.setCheckable(True)
        self.more.clicked.connect(lambda: self._show_rest(show=self.more.isChecked()))
        self.more.hide()
        row = QHBoxLayout()
        self.again = PushButton(theme, "Test again")
        self.save_page = PushButton(theme, "Save as a page…")
        self.again.clicked.connect(self.test)
        self.save_page.clicked.connect(self._save_page)
        for button in (self.again, self.save_page):
            row.addWidget(button)
        row.addStretch(1)
        for widget in (self.verdict, self._testing, self.table):
            self.body.addWidget(widget)
        self.body.addWidget(self.more, 0, Qt.AlignmentFlag.AlignLeft)
        self.body.addWidget(self.rest)
        self.body.addLayout(row)

    def test(self) -> None:
        """Run the self-test and show it."""
        self.again.setEnabled(False)
        self.save_page.setEnabled(False)
        self._testing.show()
        job = self._jobs.call(self._selftest, "selftest")
        job.done.connect(self._tested)
        job.failed.connect(lambda error: self.verdict.tell(in_words(error), "bad"))
        job.ended.connect(self._testing.hide)
        job.ended.connect(lambda: self.again.setEnabled(True))

    def _tested(self, refusals: list[Refusal]) -> None:
        self._refusals = refusals
        self.table.show_refusals([refusal for refusal in refusals if not refusal.holds])
        self.save_page.setEnabled(True)
        through = [refusal.what for refusal in refusals if refusal.holds is False]
        told = sum(refusal.holds is None for refusal in refusals)
        held = len(refusals) - len(through) - told
        more = f" {counted(told, 'line')} below {'is' if told == 1 else 'are'} for you to know." if told else ""
        if through:
            self.verdict.tell(f"Not everything is as it should be: {listed(through)}.", "bad")
        elif held:
            self.verdict.tell(f"Everything holds that this system can enforce: {held} of {held}.{more}", "good")
        else:
            self.verdict.tell(f"This system enforces nothing of it.{more}", "warn")
        self._show_rest(show=False)

    def _show_rest(self, *, show: bool) -> None:
        """Show what holds too, or only what does not and what is told."""
        held = [refusal for refusal in self._refusals if refusal.holds]
        self.rest.show_refusals(held if show else [])
        self.more.setText("Hide what holds" if show else f"Show the {counted(len(held), 'line')} that "
                          f"{'holds' if len(held) == 1 else 'hold'}")
        self.more.setVisible(bool(held))
        self.more.setChecked(show)

    def _save_page(self) -> None:
        target = files.save_as(self, "Save the self-test", f"Carrel self-test {today()}.html")
        if target is not None:
            page, refusals = self._page, self._refusals
            job = self._jobs.call(lambda: files.write(target, page(refusals)), "page")
            job.failed.connect(lambda error: self.verdict.tell(in_words(error), "bad"))

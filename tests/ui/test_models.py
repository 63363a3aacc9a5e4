"""Choosing models in the window, on a scripted session: the question first, then the work, its end and its errors."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app import settings
from app.errors import EngineDied, NotAModel
from app.settings import Settings
from app.types import EmbedderSurvey
from app.ui.main_window import MainWindow
from app.ui.widgets.renewing import RenewingStrip
from tests.ui.conftest import close
from tests.ui.fake_session import DOCUMENTS, PASSPHRASE, FakeDoor, FakeSession

Make = Callable[[FakeDoor], MainWindow]
NEW, OLD = "multilingual-e5-small", "all-MiniLM-L6-v2"


def click(qtbot: QtBot, button: object) -> None:
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)  # type: ignore[call-overload]


def idle(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.waitUntil(lambda: not window.jobs.busy)


def strip_of(window: MainWindow) -> RenewingStrip:
    return window.library.runs.renewing.strip


def shown(window: MainWindow, qtbot: QtBot) -> MainWindow:
    """Show the page about models."""
    click(qtbot, window.models_button)
    assert window.stack.currentWidget() is window.models
    idle(qtbot, window)
    return window


def asked(window: MainWindow, qtbot: QtBot, name: str = NEW) -> MainWindow:
    """Click on a model that finds passages, and wait for the question."""
    shown(window, qtbot)
    click(qtbot, window.models.embedders.buttons[name])
    qtbot.waitUntil(window.models.embedders.question.isVisible)
    idle(qtbot, window)
    return window


@pytest.fixture(autouse=True)
def kept() -> None:
    settings.save(Settings())


# The page.


def test_models_stand_by_what_they_do_and_which_is_used_is_said(window: MainWindow, qtbot: QtBot) -> None:
    models = shown(window, qtbot).models
    assert models.embedders.marks[OLD].text() == "In use"
    assert list(models.embedders.buttons) == [NEW]
    assert models.generators.marks["SmolLM2-135M"].text() == "In use"
    assert list(models.generators.buttons) == ["Qwen2.5-7B"]
    assert not models.rerankers.buttons
    assert models.unusable.isHidden()
    click(qtbot, models.back)
    assert window.stack.currentWidget() is window.work


def test_how_questions_are_answered_holds_at_once_and_is_remembered(
        window: MainWindow, fake: FakeSession, qtbot: QtBot) -> None:
    models = shown(window, qtbot).models
    assert (models.form.at, models.now.text()) == (0, "Answers are quotes now.")
    click(qtbot, models.form.buttons[2])
    idle(qtbot, window)
    assert (fake.settings.answers, models.now.text()) == ("written", "Answers are written now.")
    assert settings.load().answers == "written"
    assert ("answer_by") in [name for name, _ in fake.calls]
    click(qtbot, models.back)
    shown(window, qtbot)
    assert models.form.at == 2
    click(qtbot, models.form.buttons[0])
    idle(qtbot, window)
    assert settings.load().answers == ""


def test_a_model_that_cannot_be_used_is_named_with_the_reason(
        window: MainWindow, fake: FakeSession, qtbot: QtBot) -> None:
    fake.models.append(replace(fake.models[2], name="broken", role="unusable", description="It has no tokenizer."))
    assert shown(window, qtbot).models.unusable.label.text() == "broken cannot be used: It has no tokenizer."


def test_a_model_that_writes_is_remembered_for_the_next_opening(
        window: MainWindow, fake: FakeSession, qtbot: QtBot) -> None:
    models = shown(window, qtbot).models
    click(qtbot, models.generators.buttons["Qwen2.5-7B"])
    idle(qtbot, window)
    assert settings.load().generator == "Qwen2.5-7B"
    assert "from the next time" in models.said.label.text()
    assert models.generators.marks["Qwen2.5-7B"].text() == "From the next opening on"
    assert models.generators.marks["SmolLM2-135M"].text() == "In use until then"
    click(qtbot, models.generators.buttons["SmolLM2-135M"])
    idle(qtbot, window)
    assert settings.load().generator == "SmolLM2-135M"
    assert models.generators.marks["SmolLM2-135M"].text() == "In use"


# The question, and yes or no to it.


def test_choosing_another_says_first_what_will_happen(window: MainWindow, fake: FakeSession, qtbot: QtBot) -> None:
    question = asked(window, qtbot).models.embedders.question
    assert question.title.text() == f"Find passages by {NEW}?"
    words = question.words.text()
    assert "12,000 passages of General get new vectors: about 25 minutes on this computer" in words
    for part in ("in the background", "found as before", "stopped at any time", "goes on later"):
        assert part in words
    assert question.warning.isHidden()
    click(qtbot, question.keep)
    assert fake.embedder == OLD
    assert settings.load().embedder == ""
    assert window.models.embedders.buttons[NEW].isEnabled()
    assert fake.renewals == 0


def test_what_was_made_for_another_one_is_said_to_be_lost(window: MainWindow, fake: FakeSession, qtbot: QtBot) -> None:
    fake.embedder_survey = EmbedderSurvey(0, 0.0, 4_000)
    question = asked(window, qtbot).models.embedders.question
    assert "nothing to wait for" in question.words.text()
    assert question.warning.text() == ("4,000 new vectors that were made already for another choice are thrown away.")


def test_it_is_chosen_remembered_written_down_and_followed(
        window: MainWindow, fake: FakeSession, qtbot: QtBot) -> None:
    asked(window, qtbot)
    fake.renew_of, fake.renewed = 12_000, 100
    fake.renew_hold.clear()
    click(qtbot, window.models.embedders.question.go)
    strip = strip_of(window)
    qtbot.waitUntil(lambda: strip.count.text() == "100 of 12,000 passages")
    assert fake.embedder == NEW
    assert settings.load().embedder == fake.settings.embedder == NEW
    assert fake.audit.kept[-1].details == (("setting", "embedder"), ("value", NEW))
    qtbot.waitUntil(lambda: NEW in window.models.embedders.marks)
    assert window.models.embedders.marks[NEW].text() == "Once all is indexed"
    assert "below the documents" in window.models.said.label.text()
    click(qtbot, window.models.back)
    assert strip.isVisible()
    assert strip.title.whole == "Indexing anew: General"
    assert strip.left.isVisible()
    assert strip.left.text() == "About a minute left"
    fake.renewed = 11_700
    fake.renew_hold.set()
    idle(qtbot, window)
    assert strip.title.whole == "Indexed anew"
    assert strip.words.text() == "12,000 passages in 2 minutes."
    assert strip.stop.isHidden()
    strip._gone.setInterval(10)
    strip._gone.start()
    qtbot.waitUntil(strip.isHidden)


def test_with_nothing_to_index_it_is_not_asked(window: MainWindow, fake: FakeSession, qtbot: QtBot) -> None:
    fake.embedder_survey = EmbedderSurvey(0, 0.0, 0)
    shown(window, qtbot)
    click(qtbot, window.models.embedders.buttons[NEW])
    qtbot.waitUntil(lambda: fake.renewals == 1)
    idle(qtbot, window)
    assert fake.embedder == NEW
    assert strip_of(window).isHidden()


def test_one_that_does_not_load_is_not_asked_about(window: MainWindow, fake: FakeSession, qtbot: QtBot) -> None:
    fake.embedder_survey = NotAModel(file=NEW, reason="it holds code")
    shown(window, qtbot)
    click(qtbot, window.models.embedders.buttons[NEW])
    qtbot.waitUntil(window.models.said.isVisible)
    idle(qtbot, window)
    assert "it holds code" in window.models.said.label.text()
    assert window.models.embedders.question.isHidden()
    assert window.models.embedders.buttons[NEW].text() == "Use"
    assert fake.embedder == OLD


def test_one_that_was_deleted_meanwhile_is_not_remembered(window: MainWindow, fake: FakeSession, qtbot: QtBot) -> None:
    asked(window, qtbot)
    del fake.models[2]
    click(qtbot, window.models.embedders.question.go)
    qtbot.waitUntil(window.models.said.isVisible)
    idle(qtbot, window)
    assert NEW in window.models.said.label.text()
    assert settings.load().embedder == fake.settings.embedder == ""
    assert fake.renewals == 0


def test_one_that_cannot_be_saved_does_not_hold(
        window: MainWindow, fake: FakeSession, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: Settings) -> None:
        raise OSError(13, "Permission denied")

    asked(window, qtbot)
    monkeypatch.setattr(settings, "save", fail)
    click(qtbot, window.models.embedders.question.go)
    qtbot.waitUntil(window.models.said.isVisible)
    idle(qtbot, window)
    assert "could not be written" in window.models.said.label.text()
    assert fake.embedder == OLD


# The work.


def follow(window: MainWindow, fake: FakeSession, qtbot: QtBot) -> RenewingStrip:
    """Begin to index anew, and hold it at its beginning."""
    fake.renew_of = 12_000
    fake.renew_hold.clear()
    window.library.runs.renewing.go_on()
    strip = strip_of(window)
    qtbot.waitUntil(strip.count.isVisible)
    return strip


def test_it_is_stopped_and_goes_on_when_it_is_asked_to(window: MainWindow, fake: FakeSession, qtbot: QtBot) -> None:
    strip = follow(window, fake, qtbot)
    click(qtbot, strip.stop)
    assert strip.title.whole == "Stopping…"
    fake.renewed = 4_000
    fake.renew_hold.set()
    qtbot.waitUntil(strip.go.isVisible)
    idle(qtbot, window)
    assert fake.closed_generators == ["renew"]
    assert strip.title.whole == "Stopped"
    assert "7,900 passages of General are left" in strip.words.text()
    assert fake.behind_halted
    click(qtbot, strip.go)
    qtbot.waitUntil(lambda: strip.title.whole == "Indexed anew")
    assert fake.renewals == 2


def test_adding_goes_before_it_and_it_goes_on_after(window: MainWindow, fake: FakeSession, qtbot: QtBot) -> None:
    strip = follow(window, fake, qtbot)
    fake.hold.clear()
    window.library.add([Path("/in/a.pdf")], agreed=True)
    fake.renew_hold.set()
    qtbot.waitUntil(lambda: window.library.adding)
    assert fake.closed_generators == ["renew"]
    assert strip.title.whole == "Indexing anew waits"
    assert strip.stop.isHidden()
    fake.renewed = 11_900
    fake.hold.set()
    qtbot.waitUntil(lambda: strip.title.whole == "Indexed anew")
    idle(qtbot, window)
    assert fake.added == [[Path("/in/a.pdf")]]
    assert fake.renewals == 2
    assert not fake.behind_halted


def test_an_engine_that_dies_is_said_and_it_can_be_tried_again(
        window: MainWindow, fake: FakeSession, qtbot: QtBot) -> None:
    strip = follow(window, fake, qtbot)
    fake.renew_error = EngineDied(reason="it was killed")
    fake.renew_hold.set()
    qtbot.waitUntil(strip.go.isVisible)
    assert "it was killed" in strip.words.text()
    assert "everything is found as before" in strip.words.text()
    fake.renew_error = None
    fake.renewed = 11_900
    click(qtbot, strip.go)
    qtbot.waitUntil(lambda: strip.title.whole == "Indexed anew")


def test_questions_are_answered_meanwhile(
        window: MainWindow, fake: FakeSession, qtbot: QtBot, ask: Callable[..., None]) -> None:
    follow(window, fake, qtbot)
    ask(window)
    qtbot.waitUntil(lambda: bool(window.conversation.turns) and window.conversation.turns[0].answer is not None)
    fake.renewed = 11_900
    fake.renew_hold.set()
    idle(qtbot, window)


# The next opening, another matter, the end.


def opened(make_window: Make, fake: FakeSession, qtbot: QtBot) -> MainWindow:
    window = make_window(FakeDoor(fake))
    window.begin(bytearray(PASSPHRASE))
    qtbot.waitUntil(lambda: window.session is not None and not window.jobs.busy)
    return window


def test_what_a_lock_broke_off_goes_on_by_itself(make_window: Make, qtbot: QtBot) -> None:
    fake = FakeSession(rows=list(DOCUMENTS), renew_of=12_000, renewed=11_000, renewing=True)
    window = opened(make_window, fake, qtbot)
    qtbot.waitUntil(lambda: strip_of(window).title.whole == "Indexed anew")
    assert fake.renewals == 1


def test_what_the_user_stopped_is_offered(make_window: Make, qtbot: QtBot) -> None:
    fake = FakeSession(rows=list(DOCUMENTS), renew_of=12_000, renewed=11_000, renewing=True, behind_halted=True,
                       embedder=NEW)
    window = opened(make_window, fake, qtbot)
    strip = strip_of(window)
    qtbot.waitUntil(strip.go.isVisible)
    assert fake.renewals == 0
    assert f"General is still found by another model than {NEW}" in strip.words.text()
    assert "1,000 passages" in strip.words.text()
    assert strip.title.whole == "Not indexed anew yet"
    click(qtbot, strip.go)
    qtbot.waitUntil(lambda: strip.title.whole == "Indexed anew")


def test_another_matter_is_opened_in_the_middle_and_it_goes_on_after(
        window: MainWindow, fake: FakeSession, qtbot: QtBot) -> None:
    strip = follow(window, fake, qtbot)
    other = fake.with_matter("Okafor")
    window.matters.choose((other.id,))
    assert strip.isHidden()
    fake.renewed = 11_900
    fake.renew_hold.set()
    qtbot.waitUntil(lambda: window.library.matter_name == "Okafor")
    qtbot.waitUntil(lambda: fake.renewals == 2)
    idle(qtbot, window)
    assert not fake.behind_halted


def test_closing_ends_it_and_keeps_it_for_the_next_time(make_window: Make, fake: FakeSession, qtbot: QtBot) -> None:
    window = opened(make_window, fake, qtbot)
    follow(window, fake, qtbot)
    fake.renew_hold.set()
    close(qtbot, window)
    assert fake.closed_generators == ["renew"]
    assert fake.closed == 1
    assert not fake.behind_halted


def test_all_of_it_is_work_of_others(window: MainWindow, fake: FakeSession, qtbot: QtBot) -> None:
    asked(window, qtbot)
    fake.renew_of = 300
    click(qtbot, window.models.embedders.question.go)
    qtbot.waitUntil(lambda: strip_of(window).title.whole == "Indexed anew")
    idle(qtbot, window)
    here = threading.get_ident()
    assert {name for name, _ in fake.calls} >= {"models", "survey_embedder", "use_embedder", "renew", "behind"}
    assert [name for name, thread in fake.calls if thread == here] == []

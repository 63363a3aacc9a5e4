"""Background work: on a thread, delivered on the window's, stopped by ceasing to pull."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from app.errors import DiskFull, NoQuestion
from app.ui.jobs import Jobs, in_words


@pytest.fixture
def jobs(qtbot: QtBot) -> Iterator[Jobs]:
    result = Jobs()
    yield result
    result.stop()
    qtbot.waitUntil(lambda: not result.busy)


def test_a_call_runs_elsewhere_and_answers_here(jobs: Jobs, qtbot: QtBot) -> None:
    here = threading.get_ident()
    seen: list[tuple[int, int]] = []
    job = jobs.call(threading.get_ident)
    job.done.connect(lambda there: seen.append((there, threading.get_ident())))
    qtbot.waitUntil(lambda: bool(seen))
    assert seen[0][0] != here
    assert seen[0][1] == here


def test_values_come_in_order_then_done(jobs: Jobs, qtbot: QtBot) -> None:
    seen: list[object] = []
    job = jobs.pull(lambda: iter_numbers(3000))
    job.yielded.connect(seen.append)
    job.done.connect(lambda _: seen.append("done"))
    job.ended.connect(lambda: seen.append("ended"))
    qtbot.waitUntil(lambda: "ended" in seen)
    assert seen == [*range(3000), "done", "ended"]


def iter_numbers(count: int) -> Iterator[int]:
    yield from range(count)


def test_an_error_comes_after_what_was_yielded(jobs: Jobs, qtbot: QtBot) -> None:
    def work() -> Iterator[int]:
        yield 1
        raise DiskFull

    seen: list[object] = []
    job = jobs.pull(work)
    job.yielded.connect(seen.append)
    job.failed.connect(seen.append)
    job.done.connect(lambda _: seen.append("done"))
    qtbot.waitUntil(lambda: len(seen) == 2)
    assert seen[0] == 1
    assert isinstance(seen[1], DiskFull)


def test_stopping_closes_the_generator_on_its_thread_and_drops_the_rest(jobs: Jobs, qtbot: QtBot) -> None:
    closed: list[int] = []

    def endless() -> Iterator[int]:
        try:
            number = 0
            while True:
                yield number
                number += 1
                time.sleep(.001)
        finally:
            closed.append(threading.get_ident())

    seen: list[object] = []
    job = jobs.pull(endless)
    job.yielded.connect(seen.append)
    job.stopped.connect(lambda: seen.append("stopped"))
    job.done.connect(lambda _: seen.append("done"))
    qtbot.waitUntil(lambda: len(seen) > 3)
    job.stop()
    count = len(seen)
    with qtbot.waitSignal(jobs.idle):
        pass
    assert seen[count:] == ["stopped"]
    assert closed
    assert closed[0] != threading.get_ident()
    assert not any(thread.name.startswith("job") for thread in threading.enumerate())


def test_a_worker_far_ahead_of_the_window_waits_and_can_still_be_stopped(jobs: Jobs, qtbot: QtBot) -> None:
    pulled = 0

    def fast() -> Iterator[int]:
        nonlocal pulled
        while True:
            pulled += 1
            yield pulled

    job = jobs.pull(fast)
    time.sleep(.2)  # the window does nothing at all
    assert pulled < 1000
    job.stop()
    with qtbot.waitSignal(jobs.idle):
        pass


def test_a_paused_job_pulls_nothing_until_it_is_resumed(jobs: Jobs, qtbot: QtBot) -> None:
    seen: list[int] = []
    job = jobs.pull(endless)
    job.yielded.connect(seen.append)
    qtbot.waitUntil(lambda: len(seen) > 3)
    with qtbot.waitSignal(job.rested):
        job.pause()
    count = len(seen)
    qtbot.wait(60)
    assert (len(seen), job.paused, jobs.busy) == (count, True, True)
    job.resume()
    qtbot.waitUntil(lambda: len(seen) > count + 3)
    assert seen == list(range(len(seen)))


def test_a_paused_job_can_be_stopped_and_all_work_shut(jobs: Jobs, qtbot: QtBot) -> None:
    closed: list[str] = []
    job = jobs.pull(lambda: endless(closed))
    with qtbot.waitSignal(job.rested):
        job.pause()
    with qtbot.waitSignal(job.stopped):
        jobs.shut()
    assert closed == ["closed"]
    qtbot.waitUntil(lambda: not jobs.busy)


def endless(closed: list[str] | None = None) -> Iterator[int]:
    number = 0
    try:
        while True:
            yield number
            number += 1
            time.sleep(.001)
    finally:
        if closed is not None:
            closed.append("closed")


def test_the_window_breathes_under_a_flood_of_events(jobs: Jobs, qtbot: QtBot) -> None:
    turns = [0]  # events in each turn of the window
    timer = QTimer(interval=0)
    timer.timeout.connect(lambda: turns.append(0))
    timer.start()
    job = jobs.pull(lambda: iter_numbers(1500))

    def slow(_: object) -> None:
        time.sleep(.0005)
        turns[-1] += 1

    job.yielded.connect(slow)
    with qtbot.waitSignal(jobs.idle):
        pass
    timer.stop()
    assert sum(turns) == 1500
    assert max(turns) <= 20  # 8 ms a turn, and no event takes less than half of one


def test_a_bug_is_told_without_its_data(jobs: Jobs, qtbot: QtBot, capsys: pytest.CaptureFixture[str]) -> None:
    secret = "-".join(["the", *"patient's name".split()])

    def work() -> None:
        raise KeyError(secret)

    seen: list[Exception] = []
    jobs.call(work).failed.connect(seen.append)
    qtbot.waitUntil(lambda: bool(seen))
    printed = capsys.readouterr().err
    assert "KeyError" in printed
    assert secret not in printed
    assert "patient" not in in_words(seen[0])
    assert in_words(NoQuestion()) == "Type a question first."

"""Survey, progress, pause, precedence and cancelling of a run: scripted readers, the real store."""

from __future__ import annotations

import contextlib
import threading
import time
from pathlib import Path

from app.ingest import BATCH, Ingest
from app.ingest.ahead import Ahead, Gate, Unwanted
from app.ingest.course import PACE
from app.precedence import Precedence
from app.store.store import Store
from app.types import FileAdded, PageCount, Progress, Survey, Surveying
from tests.fakes import PICTURE, FakeEmbedder, FakeReaders, FakeRecogniser, FakeTokenizer, box

PATIENCE = 20.0


def until(said: object) -> bool:
    """Wait for a condition that another thread brings about."""
    end = time.monotonic() + PATIENCE
    while not said():  # type: ignore[operator]
        if time.monotonic() > end:
            return False
        time.sleep(0.005)
    return True


def test_a_survey_counts_what_would_be_read_and_changes_nothing(ingest: Ingest, store: Store, folder: Path) -> None:
    (folder / "old.txt").write_text("Known.", encoding="utf-8")
    list(ingest.add([folder]))
    (folder / "scan.pdf").write_text("counted as one page by the scripted reader", encoding="utf-8")
    (folder / "new.txt").write_text("New.", encoding="utf-8")
    *before, found = ingest.survey([folder])
    assert before[0] == Surveying(0, 3)
    assert before[-1] == Surveying(3, 3)
    assert isinstance(found, Survey)
    assert (found.files, found.unchanged, found.pages, found.pictures) == (2, 1, 2, 0)
    assert found.size == sum((folder / name).stat().st_size for name in ("scan.pdf", "new.txt"))
    assert found.seconds == 2 * PACE[0]
    store.note_pace(3.0, 9.0)
    *_, found = ingest.survey([folder])
    assert isinstance(found, Survey)
    assert found.seconds == 6.0
    assert len(store.documents()) == 1
    *_, found = ingest.survey([folder], exclude=["*.pdf"])
    assert isinstance(found, Survey)
    assert found.files == 1


def test_a_survey_takes_patterns_and_counts_pictures(
    ingest: Ingest, folder: Path, readers: FakeReaders
) -> None:
    readers.count = lambda data, suffix, passwords=(): PageCount(4, 3)  # type: ignore[method-assign]
    for number in range(3):
        (folder / f"{number}.pdf").write_text("…", encoding="utf-8")
    *_, found = ingest.survey([folder], include=["[01].pdf"])
    assert isinstance(found, Survey)
    assert (found.files, found.pages, found.pictures) == (2, 8, 6)
    assert found.seconds == 2 * PACE[0] + 6 * PACE[1]


def test_not_to_pull_is_a_pause_between_two_pages(
    ingest: Ingest, folder: Path, recogniser: FakeRecogniser
) -> None:
    (folder / "a.txt").write_text("First.", encoding="utf-8")
    (folder / "b.box").write_bytes(box(*[PICTURE] * 50))
    recogniser.hold = threading.Event()
    with contextlib.closing(ingest.add([folder])) as events:
        for _ in events:
            if recogniser.reads:
                break
        recogniser.hold.set()  # the page in work is finished, and no other begun
        paused = recogniser.reads
        time.sleep(0.3)
        assert recogniser.reads <= paused + 1
        assert any(isinstance(event, FileAdded) and event.pages == 50 for event in events)
    assert recogniser.reads == 50


def test_progress_is_told_by_pages_while_a_file_is_read(
    ingest: Ingest, folder: Path, recogniser: FakeRecogniser
) -> None:
    (folder / "scan.box").write_bytes(box(*[PICTURE] * 5))
    slow = threading.Event()
    recogniser.hold = slow
    told = []
    for event in ingest.add([folder]):
        if isinstance(event, Progress):
            told.append(event)
            if len(told) == 2:
                slow.set()
    assert told[0].file.endswith("scan.box")
    assert told[0].done == 0
    assert [event.done for event in told] == sorted(event.done for event in told)
    assert (told[-1].files, told[-1].pages >= told[-1].done) == (1, True)


def test_reading_and_embedding_wait_while_an_answer_is_written(
    store: Store, folder: Path, readers: FakeReaders, recogniser: FakeRecogniser, embedder: FakeEmbedder
) -> None:
    precedence = Precedence()
    ingest = Ingest(store, readers, embedder, FakeTokenizer(), recogniser=recogniser, precedence=precedence)
    (folder / "scan.box").write_bytes(box(*[PICTURE] * 9))
    (folder / "text.txt").write_text("Words.", encoding="utf-8")
    with precedence.answering(), contextlib.closing(ingest.add([folder])) as events:
        next(events)
        seen = [next(events) for _ in range(3)]  # it goes on to tell where it is
        assert (recogniser.reads, embedder.calls) == (0, [])
        assert not any(isinstance(event, FileAdded) for event in seen)
    list(ingest.add([folder]))
    assert recogniser.reads == 9


def test_cancelling_ends_the_reading_thread_at_its_next_page(
    ingest: Ingest, store: Store, folder: Path, recogniser: FakeRecogniser
) -> None:
    (folder / "scan.box").write_bytes(box(*[PICTURE] * 500))
    recogniser.hold = threading.Event()
    with contextlib.closing(ingest.add([folder])) as events:
        for _ in events:
            if recogniser.reads:
                break
    recogniser.hold.set()
    assert until(lambda: not any(thread.name == "ingest" for thread in threading.enumerate()))
    assert recogniser.reads <= 2
    assert store.documents() == []
    assert store.unfinished() == (str(folder),)


def test_with_patterns_what_is_unfinished_are_the_files(ingest: Ingest, store: Store, folder: Path) -> None:
    for name in ("a.txt", "b.txt"):
        (folder / name).write_text(name, encoding="utf-8")
    with contextlib.closing(ingest.add([folder], exclude=["b.*"])) as events:
        next(events)
    assert store.unfinished() == (f"{folder}/a.txt",)
    list(ingest.add([folder], exclude=["b.*"]))
    assert store.unfinished() == ()
    assert [row.file for row in store.documents()] == [f"{folder}/a.txt"]


def test_reading_goes_no_further_ahead_than_there_is_room(folder: Path) -> None:
    made: list[int] = []

    def work() -> object:
        for number in range(100):
            made.append(number)
            yield number

    gate = Gate(Precedence())
    ahead = Ahead(work(), gate, weigh=lambda _: 10, room=30)  # type: ignore[var-annotated, arg-type]
    assert until(lambda: len(made) == 4)
    time.sleep(0.05)
    assert len(made) == 4
    assert [ahead.take(PATIENCE) for _ in range(3)] == [0, 1, 2]
    assert until(lambda: len(made) == 7)
    ahead.close()
    assert until(lambda: not any(thread.name == "ingest" for thread in threading.enumerate()))
    with contextlib.suppress(Unwanted):
        gate.wait()
        raise AssertionError("it was stopped")


def test_what_goes_wrong_while_reading_is_raised_where_it_is_pulled(
    ingest: Ingest, store: Store, folder: Path, readers: FakeReaders
) -> None:
    for number in range(BATCH):
        (folder / f"{number:03}.txt").write_text(f"Text {number}.", encoding="utf-8")
    (folder / "x.box").write_bytes(b"no json")
    try:
        list(ingest.add([folder]))
    except ValueError:
        assert len(store.documents()) == BATCH
    else:
        raise AssertionError("a bug of a reader's double is nobody's ledger row")

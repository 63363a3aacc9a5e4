"""Ingest: real readers and the real store, a scripted embedder; bad files are reported and the run goes on."""

from __future__ import annotations

import contextlib
import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from app import errors
from app.documents.sandbox import ReaderPool
from app.ingest import BATCH, Ingest
from app.store.store import Store
from app.types import Added, FileAdded, FileFailed, FileUnchanged, IngestEvent, PassagesEmbedded, Started, Status
from app.walking import read_whole, walk
from tests.fakes import FakeEmbedder, FakeRecogniser, FakeTokenizer

LEASE = "Lease\n\nThe monthly rent is 2,450 dollars. Notice is three months in writing.\n"


@pytest.fixture
def readers() -> Iterator[ReaderPool]:
    with ReaderPool(1) as pool:
        yield pool


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "library", bytearray(range(32)), fingerprint="fake-embedder") as opened:
        yield opened


@pytest.fixture
def ingest(store: Store, readers: ReaderPool) -> Ingest:
    return Ingest(store, readers, FakeEmbedder(), FakeTokenizer(), recogniser=FakeRecogniser())


@pytest.fixture
def files(tmp_path: Path) -> Path:
    folder = tmp_path / "files"
    (folder / "deep").mkdir(parents=True)
    (folder / "lease.txt").write_text(LEASE, encoding="utf-8")
    (folder / "deep" / "notes.md").write_text("# Notes\n\nThe boiler was repaired on 3 May.\n", encoding="utf-8")
    return folder


def run(ingest: Ingest, *paths: Path) -> list[IngestEvent]:
    return list(ingest.add(paths))


def only(events: list[IngestEvent], kind: type[IngestEvent]) -> list[IngestEvent]:
    return [event for event in events if isinstance(event, kind)]


def test_a_folder_goes_in_and_is_found(ingest: Ingest, store: Store, files: Path) -> None:
    events = run(ingest, files)
    assert events[0] == Started(2)
    assert isinstance(events[-1], Added)
    assert (events[-1].added, events[-1].unchanged, events[-1].failed, events[-1].pages) == (2, 0, 0, 2)
    assert only(events, PassagesEmbedded)
    assert [row.file for row in store.documents()] == sorted(map(str, walk([files])))
    (hit, _), *_ = store.words("boiler repaired", 5)
    assert store.passages([hit])[0].text.endswith("The boiler was repaired on 3 May.")


def test_unchanged_files_are_not_read_again(ingest: Ingest, store: Store, files: Path) -> None:
    run(ingest, files)
    os.utime(files / "lease.txt")  # touched, but the same bytes
    events = run(ingest, files)
    assert len(only(events, FileUnchanged)) == 2
    assert only(events, FileAdded) == []
    assert len(store.documents()) == 2


def test_a_changed_file_replaces_its_earlier_text(ingest: Ingest, store: Store, files: Path) -> None:
    run(ingest, files)
    (files / "lease.txt").write_text("The monthly rent is 3,100 dollars.", encoding="utf-8")
    run(ingest, files)
    assert len(store.documents()) == 2
    texts = [passage.text for passage in store.passages([key for key, _ in store.words("monthly rent", 9)])]
    assert texts == ["The monthly rent is 3,100 dollars."]


def test_every_bad_file_is_reported_and_the_good_one_is_in(ingest: Ingest, store: Store, files: Path) -> None:
    (files / "empty.pdf").write_bytes(b"")
    (files / "broken.pdf").write_bytes(b"%PDF-1.7\n" + b"garbage" * 50)
    (files / "strange.xyz").write_bytes(b"\x00\x01")
    os.mkfifo(files / "pipe.txt")
    (files / "gone.txt").symlink_to(files / "nowhere.txt")
    missing = files / "not there"
    events = run(ingest, files, files / "pipe.txt", missing)
    failed = {Path(event.file).name: event.reason for event in events if isinstance(event, FileFailed)}
    assert set(failed) == {"empty.pdf", "broken.pdf", "strange.xyz", "pipe.txt", "gone.txt", "not there"}
    assert all(reason.endswith(".") for reason in failed.values())
    assert len(only(events, FileAdded)) == 2
    rows = {Path(row.file).name: row.status for row in store.documents()}
    assert rows["empty.pdf"] is Status.EMPTY
    assert rows["broken.pdf"] is Status.DAMAGED
    assert rows["strange.xyz"] is Status.UNSUPPORTED
    assert rows["lease.txt"] is Status.READ
    assert "not there" not in rows


def test_a_name_that_is_no_text_is_reported(ingest: Ingest, tmp_path: Path) -> None:
    folder = tmp_path / "odd"
    folder.mkdir()
    Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.txt")).write_text("text", encoding="utf-8")
    events = run(ingest, folder)
    assert [event.reason for event in events if isinstance(event, FileFailed)] == [
        "The name of the file is not readable text; rename it first."
    ]


def test_a_file_that_turns_bad_keeps_its_stored_text(ingest: Ingest, store: Store, files: Path) -> None:
    run(ingest, files)
    (files / "lease.txt").write_bytes(b"")
    events = run(ingest, files)
    assert len(only(events, FileFailed)) == 1
    assert store.words("monthly rent", 3)


def test_stopping_loses_nothing_that_was_reported(ingest: Ingest, store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(BATCH * 2):
        (folder / f"{number:04}.txt").write_text(f"Text number {number}.", encoding="utf-8")
    with contextlib.closing(ingest.add([folder])) as events:
        added = []
        for event in events:
            if isinstance(event, FileAdded):
                added.append(event.file)
                if len(added) == 5:
                    break
    assert [row.file for row in store.documents()] == added
    assert [event.added for event in run(ingest, folder) if isinstance(event, Added)] == [BATCH * 2 - 5]


def test_a_large_document_reports_progress(ingest: Ingest, tmp_path: Path) -> None:
    file = tmp_path / "long.txt"
    file.write_text("\n\n".join(f"Clause {number}. " + "word " * 150 for number in range(300)), encoding="utf-8")
    progress = [event for event in run(ingest, file) if isinstance(event, PassagesEmbedded)]
    assert [event.done for event in progress] == sorted({event.done for event in progress})
    assert progress[-1].done == progress[-1].total > BATCH


def test_a_file_whose_size_is_not_what_was_read_has_changed() -> None:
    with pytest.raises(errors.ChangedFile):
        read_whole(Path("/proc/self/status"))  # says it holds 0 bytes, and gives more


def test_walking_passes_over_litter_and_links_that_lead_in_circles(files: Path) -> None:
    (files / ".hidden").write_text("x", encoding="utf-8")
    (files / "~$lease.docx").write_text("x", encoding="utf-8")
    (files / "Thumbs.db").write_text("x", encoding="utf-8")
    (files / "deep" / "circle").symlink_to(files)
    assert [path.name for path in walk([files, files / "lease.txt"])] == ["lease.txt", "notes.md"]


def test_a_disk_that_fills_up_keeps_what_was_added_and_goes_on_when_there_is_room(
    small_disk: Path, tmp_path: Path, readers: ReaderPool
) -> None:
    ballast = small_disk / "ballast"
    ballast.write_bytes(b"x" * (3 << 20))
    folder = tmp_path / "many"
    folder.mkdir()
    chosen = random.Random(3)
    for number in range(40):
        text = "\n\n".join(f"{chosen.getrandbits(512):x} clause {number}" for _ in range(700))
        (folder / f"{number:02}.txt").write_text(text, encoding="utf-8")
    added = []
    with Store.open(small_disk / "library", bytearray(range(32)), fingerprint="fake-embedder") as store:
        ingest = Ingest(store, readers, FakeEmbedder(), FakeTokenizer(), recogniser=FakeRecogniser())
        with pytest.raises(errors.DiskFull, match="already added is safe"):
            added.extend(event.file for event in ingest.add([folder]) if isinstance(event, FileAdded))
        assert added
        assert [row.file for row in store.documents()] == added
        assert store.words("clause 0", 3)
        ballast.unlink()
        (folder / "39.txt").write_text("The last clause.", encoding="utf-8")
        for late in range(len(added) + 1, 39):
            (folder / f"{late:02}.txt").unlink()
        (done,) = (event for event in ingest.add([folder]) if isinstance(event, Added))
        assert (done.unchanged, done.added, done.failed) == (len(added), 2, 0)

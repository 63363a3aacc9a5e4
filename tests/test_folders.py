"""Followed folders: new, changed, moved and deleted files; a drive that is away; the watch over changes."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.folders import Watcher, reconcile
from app.ingest import Ingest
from app.store.store import Store
from app.types import Added, FileAdded, FileGone, FileMoved, Folder, FolderAway, IngestEvent
from tests.fakes import FakeEmbedder, FakeReaders, FakeRecogniser, FakeTokenizer, box
from tests.store.talk import exchange

PATIENCE = 20.0


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "library", bytearray(range(32)), fingerprint="fake-embedder") as opened:
        yield opened


@pytest.fixture
def readers() -> FakeReaders:
    return FakeReaders()


@pytest.fixture
def ingest(store: Store, readers: FakeReaders) -> Ingest:
    return Ingest(store, readers, FakeEmbedder(), FakeTokenizer(), recogniser=FakeRecogniser())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "case"
    (made / "letters").mkdir(parents=True)
    for number in range(6):
        (made / "letters" / f"{number}.txt").write_text(f"Letter number {number}.", encoding="utf-8")
    (made / "mail.box").write_bytes(box("The mail.", plan__txt="The attic plan."))
    return made


class Following:
    """A folder that was read once, and what the library made of its changes."""

    def __init__(self, store: Store, ingest: Ingest, readers: FakeReaders, *folders: Folder) -> None:
        self.store, self.ingest, self.readers, self.folders = store, ingest, readers, folders
        self.sync()

    def sync(self, *, remove_missing: bool = False) -> list[IngestEvent]:
        self.readers.reads.clear()
        return list(reconcile(self.store, self.ingest, self.folders, remove_missing=remove_missing))

    def files(self, folder: Path) -> set[str]:
        return {row.file.removeprefix(f"{folder}/") for row in self.store.documents()}


@pytest.fixture
def following(store: Store, ingest: Ingest, readers: FakeReaders, folder: Path) -> Following:
    return Following(store, ingest, readers, Folder(str(folder)))


ALL = {*(f"letters/{number}.txt" for number in range(6)), "mail.box", "mail.box/plan.txt"}


def test_what_is_unchanged_is_not_looked_into(following: Following, folder: Path) -> None:
    assert following.files(folder) == ALL
    assert following.sync() == []
    assert following.readers.reads == []


def test_new_changed_and_deleted_files_are_followed(following: Following, folder: Path) -> None:
    (folder / "new.txt").write_text("A new one.", encoding="utf-8")
    (folder / "letters" / "0.txt").write_text("Another wording now.", encoding="utf-8")
    (folder / "letters" / "1.txt").unlink()
    events = following.sync()
    assert {event.file for event in events if isinstance(event, FileAdded)} == {
        f"{folder}/new.txt", f"{folder}/letters/0.txt"
    }
    assert [event for event in events if isinstance(event, FileGone)] == [FileGone(f"{folder}/letters/1.txt")]
    assert following.files(folder) == (ALL | {"new.txt"}) - {"letters/1.txt"}
    assert len(following.readers.reads) == 2
    (key, _), *_ = following.store.words("another wording", 3)
    assert following.store.passages([key])[0].file == f"{folder}/letters/0.txt"
    assert following.store.words("number 1", 9)
    assert all("number 1" not in passage.text for passage in following.store.passages(
        [key for key, _ in following.store.words("letter number", 9)]
    ))


def test_a_moved_folder_is_followed_by_content_and_nothing_is_read_again(following: Following, folder: Path) -> None:
    ids = {row.id for row in following.store.documents()}
    (folder / "old").mkdir()
    (folder / "letters").rename(folder / "old" / "correspondence")
    (folder / "mail.box").rename(folder / "old" / "post.box")
    events = following.sync()
    assert {type(event) for event in events} == {FileMoved}
    assert FileMoved(f"{folder}/old/post.box", f"{folder}/mail.box") in events
    assert following.readers.reads == []
    assert following.files(folder) == {
        *(f"old/correspondence/{number}.txt" for number in range(6)), "old/post.box", "old/post.box/plan.txt"
    }
    assert {row.id for row in following.store.documents()} == ids
    (key, _), *_ = following.store.words("attic", 3)
    assert following.store.passages([key])[0].file == f"{folder}/old/post.box/plan.txt"
    assert following.sync() == []


def test_what_moves_from_one_followed_folder_to_another_is_not_read_again(
    store: Store, ingest: Ingest, readers: FakeReaders, folder: Path, tmp_path: Path
) -> None:
    other = tmp_path / "archive"
    other.mkdir()
    (other / "kept.txt").write_text("Kept here.", encoding="utf-8")
    following = Following(store, ingest, readers, Folder(str(folder)), Folder(str(other)))
    (folder / "letters" / "3.txt").rename(other / "third.txt")
    assert following.sync() == [FileMoved(f"{other}/third.txt", f"{folder}/letters/3.txt")]
    assert readers.reads == []


def test_a_drive_that_is_unplugged_takes_nothing_away(following: Following, folder: Path, tmp_path: Path) -> None:
    folder.rename(tmp_path / "unplugged")
    top = {f"{folder}/{name}" for name in ALL - {"mail.box/plan.txt"}}
    assert following.sync() == [FolderAway(str(folder), tuple(sorted(top)))]
    folder.mkdir()  # where it was mounted
    assert following.sync() == [FolderAway(str(folder), tuple(sorted(top)))]
    assert following.files(folder) == ALL
    folder.rmdir()
    (tmp_path / "unplugged").rename(folder)
    assert following.sync() == []


def test_what_kept_answers_quote_is_asked_about_also_where_it_is_one_file(following: Following, folder: Path) -> None:
    gone, other = folder / "letters" / "1.txt", folder / "letters" / "2.txt"
    following.store.conversations.keep(exchange(following.store, "What is in it?", str(gone)))
    other.unlink()
    assert following.sync() == [FileGone(str(other))]
    gone.unlink()
    assert following.sync() == [FolderAway(str(folder), (str(gone),))]
    assert following.store.holds(following.store.family(str(gone))[0])
    assert following.sync(remove_missing=True) == [FileGone(str(gone))]
    assert following.store.conversations.latest() == []


def test_a_folder_that_is_mostly_gone_is_asked_about_and_what_is_new_in_it_is_read(
    following: Following, folder: Path
) -> None:
    shutil.rmtree(folder / "letters")
    (folder / "new.txt").write_text("A new one.", encoding="utf-8")
    events = following.sync()
    away = FolderAway(str(folder), tuple(f"{folder}/letters/{number}.txt" for number in range(6)))
    assert events[-1] == away
    assert isinstance(events[-2], Added)
    assert following.files(folder) == ALL | {"new.txt"}
    events = following.sync(remove_missing=True)
    assert [event.file for event in events if isinstance(event, FileGone)] == list(away.missing)
    assert following.files(folder) == {"mail.box", "mail.box/plan.txt", "new.txt"}


def test_what_cannot_be_looked_at_is_not_gone(
    following: Following, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(file: str) -> os.stat_result:
        raise PermissionError(13, "not allowed", file)

    shutil.rmtree(folder / "letters")
    monkeypatch.setattr(os, "lstat", refuse)
    assert following.sync(remove_missing=True) == []
    assert following.files(folder) == ALL


def test_patterns_say_what_is_followed_and_take_nothing_away(
    store: Store, ingest: Ingest, readers: FakeReaders, folder: Path
) -> None:
    following = Following(store, ingest, readers, Folder(str(folder), exclude=("letters/",)))
    assert following.files(folder) == {"mail.box", "mail.box/plan.txt"}
    following.folders = (Folder(str(folder), include=("*.txt",)),)
    following.sync()
    assert following.files(folder) == ALL
    assert following.sync() == []


def test_removal_goes_the_way_it_is_told(store: Store, ingest: Ingest, folder: Path) -> None:
    folders = [Folder(str(folder))]
    list(reconcile(store, ingest, folders))
    (folder / "mail.box").unlink()
    gone: list[str] = []
    assert list(reconcile(store, ingest, folders, remove=gone.append)) == [FileGone(f"{folder}/mail.box")]
    assert gone == [f"{folder}/mail.box"]


# The watch


def test_changes_are_told_once_they_have_come_to_rest(folder: Path, tmp_path: Path) -> None:
    quiet = tmp_path / "quiet"
    quiet.mkdir()
    watcher = Watcher([Folder(str(folder)), Folder(str(quiet))], quiet=0.6)
    try:
        assert watcher.unwatched == ()
        assert watcher.changes(0.01) == ()
        with (folder / "letters" / "new.txt").open("w", encoding="utf-8") as stream:
            for _ in range(5):
                stream.write("in pieces ")
                stream.flush()
        assert watcher.changes(PATIENCE) == (str(folder),)
        assert watcher.changes(1.5) == ()
        (folder / "deep").mkdir()
        assert watcher.changes(PATIENCE) == (str(folder),)
        (folder / "deep" / "a.txt").write_text("In a folder that is new itself.", encoding="utf-8")
        assert watcher.changes(PATIENCE) == (str(folder),)
        (folder / "deep" / "a.txt").unlink()
        assert watcher.changes(PATIENCE) == (str(folder),)
        (folder / "deep").rename(folder / "deeper")
        assert watcher.changes(PATIENCE) == (str(folder),)
    finally:
        watcher.close()
        watcher.close()


def test_what_is_not_meant_and_mere_reading_tell_nothing(folder: Path) -> None:
    watcher = Watcher([Folder(str(folder), exclude=("*.tmp",))], quiet=0.05)
    try:
        (folder / "x.tmp").write_text("x", encoding="utf-8")
        (folder / "~$letter.docx").write_text("x", encoding="utf-8")
        (folder / "letters" / "0.txt").read_text(encoding="utf-8")
        assert watcher.changes(0.6) == ()
    finally:
        watcher.close()


def test_a_folder_that_is_not_there_is_unwatched_and_the_others_are_not(folder: Path, tmp_path: Path) -> None:
    watcher = Watcher([Folder(str(tmp_path / "none")), Folder(str(folder))], quiet=0.05)
    try:
        assert watcher.unwatched == (str(tmp_path / "none"),)
        (folder / "new.txt").write_text("x", encoding="utf-8")
        assert watcher.changes(PATIENCE) == (str(folder),)
    finally:
        watcher.close()


def test_closing_lets_go_whoever_waits(folder: Path) -> None:
    watcher = Watcher([Folder(str(folder))])
    told: list[tuple[str, ...]] = []
    waiting = threading.Thread(target=lambda: told.append(watcher.changes(PATIENCE * 10)))
    waiting.start()
    watcher.close()
    waiting.join(PATIENCE)
    assert told == [()]

"""Files inside files, copies, what fails and what is locked: scripted readers, the real store."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from app.ingest import Ingest, families
from app.ingest.families import DEPTH
from app.store.store import Store
from app.types import Added, FileAdded, FileFailed, FileUnchanged, IngestEvent, Status
from tests.fakes import PICTURE, FakeEmbedder, FakeReaders, FakeRecogniser, FakeTokenizer, box


def run(ingest: Ingest, *paths: Path, again: bool = False) -> Added:
    *_, last = ingest.add(paths, again=again)
    assert isinstance(last, Added)
    return last


def only(events: Sequence[IngestEvent], kind: type[IngestEvent]) -> list[IngestEvent]:
    return [event for event in events if isinstance(event, kind)]


def listed(store: Store, folder: Path) -> dict[str, Status]:
    return {row.file.removeprefix(f"{folder}/"): row.status for row in store.documents()}


def found(store: Store, words: str) -> list[str]:
    return [passage.file for passage in store.passages([key for key, _ in store.words(words, 9)])]


MAIL = box("The boiler mail.", plan__txt="The attic plan.", scan__box=box("One page.", deep__txt="A drawer in it."))


def test_what_is_inside_a_file_is_listed_under_it_and_found(ingest: Ingest, store: Store, folder: Path) -> None:
    (folder / "mail.box").write_bytes(MAIL)
    events = list(ingest.add([folder]))
    (added,) = only(events, FileAdded)
    assert isinstance(added, FileAdded)
    assert (added.file, added.pages, added.status) == (f"{folder}/mail.box", 4, Status.READ)
    assert listed(store, folder) == dict.fromkeys(
        ("mail.box", "mail.box/plan.txt", "mail.box/scan.box", "mail.box/scan.box/deep.txt"), Status.READ
    )
    row = store.document(f"{folder}/mail.box/scan.box/deep.txt")
    assert row is not None
    assert row.parent == f"{folder}/mail.box/scan.box"
    assert found(store, "drawer") == [row.file]
    assert (run(ingest, folder).unchanged, len(store.documents())) == (1, 4)


def test_a_changed_mailbox_loses_what_is_not_in_it_any_more_and_reads_only_what_is_new(
    ingest: Ingest, store: Store, folder: Path, readers: FakeReaders
) -> None:
    (folder / "mail.box").write_bytes(MAIL)
    run(ingest, folder)
    kept = store.document(f"{folder}/mail.box/plan.txt")
    readers.reads.clear()
    (folder / "mail.box").write_bytes(box("The boiler mail.", plan__txt="The attic plan.", new__txt="A cellar key."))
    assert run(ingest, folder).added == 1
    assert set(listed(store, folder)) == {"mail.box", "mail.box/plan.txt", "mail.box/new.txt"}
    assert store.document(f"{folder}/mail.box/plan.txt") == kept
    assert [data for data in readers.reads if b"attic" in data and b"pages" not in data] == []
    assert found(store, "drawer") == []
    assert found(store, "cellar") == [f"{folder}/mail.box/new.txt"]


def test_two_places_of_one_file_are_read_and_embedded_once_and_listed_twice(
    ingest: Ingest, store: Store, folder: Path, readers: FakeReaders, embedder: FakeEmbedder, recogniser: FakeRecogniser
) -> None:
    mail = box("The boiler mail.", PICTURE, plan__txt="The attic plan.")
    for name in ("a.box", "b.box"):
        (folder / name).write_bytes(mail)
    assert run(ingest, folder).added == 2
    assert len(readers.reads) == 2  # the mail and what is in it
    assert recogniser.reads == 1
    assert sum(embedder.calls) == 3
    (folder / "c.box").write_bytes(mail)  # in another run
    assert run(ingest, folder).added == 1
    assert (len(readers.reads), sum(embedder.calls)) == (2, 3)
    names = {f"{name}{part}" for name in ("a.box", "b.box", "c.box") for part in ("", "/plan.txt")}
    assert set(listed(store, folder)) == names
    assert store.document(f"{folder}/c.box/plan.txt").parent == f"{folder}/c.box"  # type: ignore[union-attr]
    for gone, left in (("a", "b"), ("b", "c")):
        store.remove(f"{folder}/{gone}.box")
        assert found(store, "attic") == [f"{folder}/{left}.box/plan.txt"]
    store.remove(f"{folder}/c.box")
    assert (store.documents(), found(store, "attic")) == ([], [])


def test_the_same_passage_twice_is_embedded_once(ingest: Ingest, folder: Path, embedder: FakeEmbedder) -> None:
    for name in ("a", "b"):
        (folder / name).mkdir()
        (folder / name / "terms.box").write_bytes(box("No notice.", f"Terms of {name}."))
    run(ingest, folder)
    assert sum(embedder.calls) == 3
    (folder / "b" / "terms.box").write_bytes(box("No notice.", "Other terms."))
    run(ingest, folder)
    assert sum(embedder.calls) == 4


def test_crash_hang_and_lie_cost_a_row_each_and_are_not_tried_again(
    ingest: Ingest, store: Store, folder: Path, readers: FakeReaders
) -> None:
    for name in ("a.crash", "b.hang", "c.lie", "d.txt"):
        (folder / name).write_text(f"The words of {name}", encoding="utf-8")
    (folder / "e.box").write_bytes(box("Fine.", bad__crash="boom", worse__hang="…"))
    events = list(ingest.add([folder]))
    assert len(only(events, FileFailed)) == 3
    assert listed(store, folder) == {
        "a.crash": Status.DAMAGED, "b.hang": Status.TIMED_OUT, "c.lie": Status.DAMAGED, "d.txt": Status.READ,
        "e.box": Status.READ, "e.box/bad.crash": Status.DAMAGED, "e.box/worse.hang": Status.TIMED_OUT,
    }
    (added,) = (event for event in only(events, FileAdded) if isinstance(event, FileAdded) and event.pages == 1
                and event.file.endswith("box"))
    assert [reason.split(":")[0] for reason in added.reasons] == ["“bad.crash” inside it", "“worse.hang” inside it"]
    assert all(line.reason.endswith(".") for line in store.ledger() if line.status is not Status.READ)
    before = len(readers.reads)
    assert run(ingest, folder).unchanged == 5
    assert len(readers.reads) == before
    assert run(ingest, folder / "a.crash", again=True).failed == 1
    assert len(readers.reads) == before + 1


def test_copies_of_what_fails_fail_without_being_read(
    ingest: Ingest, store: Store, folder: Path, readers: FakeReaders
) -> None:
    for name in ("a.crash", "b.crash"):
        (folder / name).write_text("boom", encoding="utf-8")
    assert run(ingest, folder).failed == 2
    assert len(readers.reads) == 1
    reasons = {row.file: row.reasons for row in store.documents()}
    assert len(set(reasons.values())) == 1
    assert len(reasons) == 2


def test_what_lies_too_deep_or_is_too_much_is_said(
    ingest: Ingest, store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nested: bytes | str = "At the bottom."
    for level in range(DEPTH + 2):
        nested = box(f"Level {level}.", inner__box=nested) if level else box("Level 0.", inner__txt=nested)
    (folder / "deep.box").write_bytes(nested if isinstance(nested, bytes) else b"")
    run(ingest, folder)
    assert len(store.documents()) == DEPTH + 1
    last = max(store.documents(), key=lambda row: len(row.file))
    assert last.reasons == ("1 file in it was left out, as they lie in files inside files more than 5 deep.",)
    room = families._Room
    monkeypatch.setattr(families, "_Room", lambda: room(3, 1 << 20))
    many = {f"n{number}__txt": f"Text {number}." for number in range(5)}
    (folder / "many.box").write_bytes(box("Many.", **many))
    run(ingest, folder)
    row = store.document(f"{folder}/many.box")
    assert row is not None
    assert row.reasons[0].startswith("2 files in it were left out: Carrel takes 10,000 files and 1 GB")
    assert len(store.children(row.file)) == 3


def test_a_password_opens_what_was_locked(ingest: Ingest, store: Store, folder: Path) -> None:
    (folder / "a.locked").write_text("The secret clause.", encoding="utf-8")
    (folder / "b.box").write_bytes(box("Fine.", inner__locked="The hidden clause."))
    assert (run(ingest, folder).failed, listed(store, folder)["b.box/inner.locked"]) == (1, Status.LOCKED)
    store.add_password("open sesame")
    assert run(ingest, folder).unchanged == 2  # only where that is asked for
    assert run(ingest, folder, again=True).added == 2
    assert set(listed(store, folder).values()) == {Status.READ}
    assert found(store, "hidden") == [f"{folder}/b.box/inner.locked"]


def test_reading_again_replaces_and_doubles_nothing(ingest: Ingest, store: Store, folder: Path) -> None:
    for name in ("a.box", "b.box"):
        (folder / name).write_bytes(MAIL)
    run(ingest, folder)
    before = listed(store, folder)
    assert run(ingest, folder, again=True).added == 2
    assert listed(store, folder) == before
    assert len(store.words("drawer", 9)) == 1


class Killed(BaseException):
    pass


def test_stopped_in_the_middle_of_a_family_it_is_made_whole_the_next_time(
    store: Store, folder: Path, readers: FakeReaders
) -> None:
    parts = {f"n{number}__txt": f"Part {number} of it. " * 30 for number in range(300)}
    (folder / "mail.box").write_bytes(box("The mail.", **parts))

    class Failing(FakeEmbedder):
        def embed(self, texts: Sequence[str], *, urgent: bool = False) -> object:  # type: ignore[override]
            if len(self.calls) == 1:
                raise Killed
            return super().embed(texts)

    broken = Ingest(store, readers, Failing(), FakeTokenizer(), recogniser=FakeRecogniser())
    with pytest.raises(Killed):
        list(broken.add([folder]))
    half = store.documents()
    assert 0 < len(half) < 301
    assert store.document(f"{folder}/mail.box") is None
    readers.reads.clear()
    whole = Ingest(store, readers, FakeEmbedder(), FakeTokenizer(), recogniser=FakeRecogniser())
    assert run(whole, folder).added == 1
    assert len(store.documents()) == 301
    assert len(readers.reads) == 1 + 300 - len(half)  # what was stored is not read again
    assert {row.id for row in half} <= {row.id for row in store.documents()}
    assert store.unfinished() == ()


def test_a_touched_file_is_not_read_again(ingest: Ingest, folder: Path, readers: FakeReaders) -> None:
    (folder / "mail.box").write_bytes(MAIL)
    run(ingest, folder)
    os.utime(folder / "mail.box", (1, 1))
    before = len(readers.reads)
    assert only(list(ingest.add([folder])), FileUnchanged)
    assert len(readers.reads) == before


def test_two_files_that_change_places_are_never_taken_for_each_other(
    ingest: Ingest, store: Store, folder: Path
) -> None:
    one, other = folder / "a.txt", folder / "b.txt"
    one.write_text("The boiler was repaired.")
    other.write_text("The attic is dry.")
    run(ingest, folder)
    one.write_text("The attic is dry.")
    other.write_text("The boiler was repaired.")
    for path in (one, other):
        os.utime(path, (5, 5))
    assert run(ingest, folder).added == 2
    assert run(ingest, folder).unchanged == 2
    assert found(store, "attic") == [str(one)]
    assert found(store, "boiler") == [str(other)]

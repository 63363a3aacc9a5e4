"""Backups: whole or not there, never readable, and what comes back is what was put in."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from app import backup
from app.audit import Audit
from app.errors import (
    BackupDamaged,
    CarrelError,
    DiskFull,
    LibraryDamaged,
    LibraryExists,
    MissingPath,
    UnwritableFile,
    WrongPassphrase,
    WrongRecoveryKey,
)
from app.store.store import Store
from app.store.working import WORKING
from app.types import Document, Page, Passage
from app.vault.keys import Cost, wipe
from app.vault.vault import Vault
from tests.fakes import FakeEmbedder

ROOT = Path(__file__).resolve().parent.parent
SECRET = bytearray(b"correct horse")
CHEAP = Cost(memory=64, passes=1, lanes=1)
TEXT = "The rent for Canarystrasse is 2,450 a month."
NAME = "/clients/Canaryperson/lease.txt"
CANARIES = ("Canarystrasse", "Canaryperson", "Canarymatter")
EMBEDDER = FakeEmbedder()


@dataclass
class Library:
    """An open vault with its log and two matters, of which the first is open."""

    folder: Path
    vault: Vault
    audit: Audit
    recovery_key: str
    open: dict[str, Store] = field(default_factory=dict)

    def store(self, matter: str) -> Store:
        if matter not in self.open:
            key = self.vault.matter_key(matter)
            self.open[matter] = Store.open(self.vault.matter_folder(matter), key, fingerprint="f")
            wipe(key)
        return self.open[matter]

    def make(self, target: Path, *, replace: bool = False) -> Iterator[float]:
        return backup.make(self.vault, self.audit, self.open, target, replace=replace)

    def close(self) -> None:
        for store in self.open.values():
            store.audit_head = self.audit.head
            store.close()
        self.open.clear()
        self.audit.close()
        self.vault.close()


def opened_audit(vault: Vault) -> Audit:
    return Audit.open(vault.folder, vault.key("audit"))


def put(store: Store, file: str, text: str) -> str:
    document = Document("text", "", (Page(None, text),))
    passages = [Passage(None, 0, len(text), text)]
    row = store.add(file, document, passages, EMBEDDER.embed([text]), size=len(text), modified=1.0, digest=b"d")
    return row.id


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    vault, recovery_key = Vault.create(tmp_path / "library", SECRET, cost=CHEAP, first="Canarymatter")
    made = Library(vault.folder, vault, opened_audit(vault), recovery_key)
    first, second = vault.matters()[0], vault.create_matter("Second")
    with contextlib.closing(made):
        put(made.store(first.id), NAME, TEXT)
        put(made.store(second.id), "/b.txt", "Second matter, second text.")
        made.open.pop(second.id).close()
        made.audit.record("added", matter=first.id)
        yield made


def run(steps: Iterator[float]) -> list[float]:
    with contextlib.closing(steps):  # type: ignore[type-var]
        return list(steps)


def unlock(folder: Path) -> Vault:
    return Vault.open(folder, SECRET)


def check_restored(folder: Path, *, text: str = TEXT) -> None:
    """The library in `folder` opens, is found in by words and by vector, and its log is sound."""
    with Vault.open(folder, SECRET) as vault, contextlib.closing(opened_audit(vault)) as audit:
        assert audit.findings == ()
        events = [entry.event for entry in audit.entries()]
        assert events[-1] == "restored"
        assert "added" in events
        assert [matter.name for matter in vault.matters()] == ["Canarymatter", "Second"]
        for matter, query, expected in zip(
            vault.matters(), ("rent", "second"), (text, "Second matter, second text."), strict=True
        ):
            with Store.open(vault.matter_folder(matter.id), vault.matter_key(matter.id), fingerprint="f") as store:
                assert audit.knows(store.audit_head)
                store.verify()
                [(by_words, _)] = store.words(query, 5)
                [(by_vector, _)] = store.nearest(EMBEDDER.embed([expected])[0], 1)
                assert by_words == by_vector
                assert store.passages([by_words])[0].text == expected


def left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_round_trip_to_another_place(library: Library, tmp_path: Path) -> None:
    target = tmp_path / "copy.carrel"
    parts = run(library.make(target))
    assert parts == sorted(parts)
    assert parts[0] >= 0
    assert parts[-1] == 1.0
    assert stat.S_IMODE(target.stat().st_mode) == 0o600 or sys.platform == "win32"
    [noted] = library.vault.backups()
    assert (noted.path, noted.matters) == (str(target), tuple(matter.id for matter in library.vault.matters()))
    assert list(library.audit.entries())[-1].event == "backup made"
    parts = run(backup.restore(target, tmp_path / "else" / "where", unlock))
    assert parts == sorted(parts)
    assert parts[-1] == 1.0
    check_restored(tmp_path / "else" / "where")
    # The library that it was made of goes on, and may be backed up again.
    put(library.store(library.vault.matters()[0].id), "/more.txt", "more")
    assert left(tmp_path) == ["copy.carrel", "else", "library"]
    assert left(tmp_path / "else") == ["where"]


def test_the_copy_leaves_the_working_folder_of_the_original_alone(library: Library, tmp_path: Path) -> None:
    first = library.vault.matters()[0]
    store = library.store(first.id)
    store.nearest(np.ones(384, np.float32), 1)
    until = time.monotonic() + 60
    while not store.search_ready and time.monotonic() < until:
        time.sleep(0.05)
    working = Path(store._records.notes.get(WORKING))
    assert working.is_dir()
    run(library.make(tmp_path / "copy"))
    run(backup.restore(tmp_path / "copy", tmp_path / "else", unlock))
    check_restored(tmp_path / "else")
    assert working.is_dir()
    assert store.search_ready


def test_it_is_made_while_somebody_reads(library: Library, tmp_path: Path) -> None:
    store = library.store(library.vault.matters()[0].id)
    with store._records.database.reading() as db:
        db.execute("SELECT count(*) FROM v.documents").fetchone()
        store.note_unfinished(["/x"])  # stays in the log beside the file
        run(library.make(tmp_path / "copy"))
    run(backup.restore(tmp_path / "copy", tmp_path / "else", unlock))
    check_restored(tmp_path / "else")
    with Vault.open(tmp_path / "else", SECRET) as vault:
        first = vault.matters()[0].id
        with Store.open(vault.matter_folder(first), vault.matter_key(first)) as copy:
            assert copy.unfinished() == ("/x",)


def test_the_recovery_key_opens_it_and_wrong_ones_do_not(library: Library, tmp_path: Path) -> None:
    target, folder = tmp_path / "copy", tmp_path / "else"
    run(library.make(target))
    with pytest.raises(WrongPassphrase):
        run(backup.restore(target, folder, lambda place: Vault.open(place, bytearray(b"wrong"))))
    other = "A" + library.recovery_key[1:] if library.recovery_key[0] != "A" else "B" + library.recovery_key[1:]
    with pytest.raises(WrongRecoveryKey):
        run(backup.restore(target, folder, lambda place: Vault.recover(place, other)))
    assert left(tmp_path) == ["copy", "library"]
    run(backup.restore(target, folder, lambda place: Vault.recover(place, library.recovery_key)))
    check_restored(folder)


def test_an_old_backup_brings_back_the_old_passphrase_and_what_was_removed(library: Library, tmp_path: Path) -> None:
    target, folder = tmp_path / "copy", tmp_path / "else"
    run(library.make(target))
    library.vault.change_passphrase(bytearray(b"a new one"))
    library.store(library.vault.matters()[0].id).remove(NAME)
    with pytest.raises(WrongPassphrase):
        run(backup.restore(target, folder, lambda place: Vault.open(place, bytearray(b"a new one"))))
    run(backup.restore(target, folder, unlock))
    check_restored(folder)


def test_nothing_is_restored_over_anything(library: Library, tmp_path: Path) -> None:
    target, folder = tmp_path / "copy", tmp_path / "else"
    run(library.make(target))
    with pytest.raises(LibraryExists):
        run(backup.restore(target, library.folder, unlock))
    folder.mkdir()
    (folder / "mine").write_bytes(b"mine")
    with pytest.raises(UnwritableFile, match="not empty"):
        run(backup.restore(target, folder, unlock))
    assert left(folder) == ["mine"]
    (folder / "mine").unlink()
    run(backup.restore(target, folder, unlock))  # an empty one is taken
    check_restored(folder)
    with pytest.raises(MissingPath):
        run(backup.restore(tmp_path / "nowhere", tmp_path / "new", unlock))


def test_no_other_file_is_overwritten(library: Library, tmp_path: Path) -> None:
    target = tmp_path / "copy"
    target.write_bytes(b"mine")
    with pytest.raises(UnwritableFile, match="already something"):
        run(library.make(target))
    assert target.read_bytes() == b"mine"
    run(library.make(target, replace=True))
    run(backup.restore(target, tmp_path / "else", unlock))
    inside = library.folder
    for place in (inside / "copy", inside / "matters" / "copy", inside / ".." / "library" / "copy"):
        with pytest.raises(UnwritableFile, match="own folder"):
            run(library.make(place))
    with pytest.raises(UnwritableFile):
        run(library.make(tmp_path / "no" / "folder"))
    with pytest.raises(UnwritableFile):
        run(library.make(tmp_path))
    assert len(library.vault.backups()) == 1


def test_a_file_that_appears_meanwhile_is_not_overwritten(library: Library, tmp_path: Path) -> None:
    target = tmp_path / "copy"
    steps = library.make(target)
    next(steps)
    target.write_bytes(b"mine")
    with pytest.raises(UnwritableFile):
        run(steps)
    assert target.read_bytes() == b"mine"
    assert left(tmp_path) == ["copy", "library"]
    assert library.vault.backups() == ()


def test_cancelling_leaves_nothing(library: Library, tmp_path: Path) -> None:
    target = tmp_path / "copy"
    count = len(run(library.make(tmp_path / "whole")))
    for pulls in range(1, count):
        steps = library.make(target)
        for _ in range(pulls):
            next(steps)
        steps.close()  # type: ignore[attr-defined]
        assert left(tmp_path) == ["library", "whole"], pulls
    assert len(library.vault.backups()) == 1
    put(library.store(library.vault.matters()[0].id), "/more.txt", "more")  # nothing is held any more
    count = len(run(backup.restore(tmp_path / "whole", tmp_path / "there", unlock)))
    for pulls in range(1, count):
        steps = backup.restore(tmp_path / "whole", tmp_path / "else", unlock)
        for _ in range(pulls):
            next(steps)
        steps.close()  # type: ignore[attr-defined]
        assert left(tmp_path) == ["library", "there", "whole"], pulls


def test_any_damage_is_found_before_anything_is_put_in_place(library: Library, tmp_path: Path) -> None:
    target = tmp_path / "copy"
    run(library.make(target))
    whole = target.read_bytes()
    clear = 12 + int.from_bytes(whole[8:12], "big")
    chance = random.Random(5)
    places = [*(chance.randrange(clear) for _ in range(30)), *(chance.randrange(clear, len(whole)) for _ in range(30))]
    damaged = {
        f"flipped at {place}": whole[:place] + bytes([whole[place] ^ 1 << chance.randrange(8)]) + whole[place + 1 :]
        for place in places
    }
    damaged |= {f"cut to {size}": whole[:size] for size in (0, 5, 11, 12, clear - 1, clear, clear + 40, len(whole) - 1)}
    damaged |= {"more": whole + b"\0", "twice": whole + whole}
    for how, content in damaged.items():
        target.write_bytes(content)
        # A flip in what the passphrase opens cannot be told from a wrong passphrase.
        told = (BackupDamaged, WrongPassphrase) if "flipped" in how else (BackupDamaged,)
        with pytest.raises(CarrelError) as raised:
            run(backup.restore(target, tmp_path / "else", unlock))
        assert isinstance(raised.value, told), how
        assert left(tmp_path) == ["copy", "library"], how


def test_two_backups_do_not_mix(library: Library, tmp_path: Path) -> None:
    run(library.make(tmp_path / "one"))
    library.vault.create_matter("Third")
    run(library.make(tmp_path / "two"))
    one, two = (tmp_path / "one").read_bytes(), (tmp_path / "two").read_bytes()
    ends = [12 + int.from_bytes(raw[8:12], "big") for raw in (one, two)]
    (tmp_path / "mixed").write_bytes(two[: ends[1]] + one[ends[0] :])
    with pytest.raises(BackupDamaged, match="two backups"):
        run(backup.restore(tmp_path / "mixed", tmp_path / "else", unlock))


@pytest.mark.parametrize("which", [0, 1])
def test_of_a_damaged_matter_no_backup_is_made(library: Library, tmp_path: Path, which: int) -> None:
    matter = library.vault.matters()[which]
    library.store(matter.id).checkpoint()
    if which:
        library.open.pop(matter.id).close()
    path = library.vault.matter_folder(matter.id) / "library.db"
    raw = bytearray(path.read_bytes())
    raw[-2000] ^= 1
    path.write_bytes(raw)
    with pytest.raises(LibraryDamaged):
        run(library.make(tmp_path / "copy"))
    assert left(tmp_path) == ["library"]


def test_what_cannot_be_read_back_does_not_count(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_back = backup._read_back

    def flipped(draft: Path, vault: Vault, size: int) -> Iterator[float]:
        raw = bytearray(draft.read_bytes())
        raw[-100] ^= 1
        draft.write_bytes(raw)
        return read_back(draft, vault, size)

    monkeypatch.setattr(backup, "_read_back", flipped)
    with pytest.raises(UnwritableFile, match="read back"):
        run(library.make(tmp_path / "copy"))
    assert left(tmp_path) == ["library"]
    assert library.vault.backups() == ()


def test_a_full_disk_leaves_nothing_behind(library: Library, tmp_path: Path, small_disk: Path) -> None:
    store = library.store(library.vault.matters()[0].id)
    for number in range(10):
        put(store, f"/{number}.txt", os.urandom(500_000).hex())
    with pytest.raises(DiskFull):
        run(library.make(small_disk / "copy"))
    assert left(small_disk) == []
    assert library.vault.backups() == ()
    run(library.make(tmp_path / "copy"))
    with pytest.raises(DiskFull):
        run(backup.restore(tmp_path / "copy", small_disk / "else", unlock))
    assert left(small_disk) == []


def test_no_word_is_readable_at_any_moment(library: Library, tmp_path: Path) -> None:
    words = [form for word in CANARIES for form in (word.encode(), word.encode("utf-16-le"))]

    def look() -> None:
        for path in tmp_path.rglob("*"):
            with contextlib.suppress(FileNotFoundError, IsADirectoryError):
                raw = path.read_bytes()
                assert not [word for word in words if word in raw], path
            assert not [word for word in CANARIES if word in path.name]

    for steps in (
        library.make(tmp_path / "copy"), backup.restore(tmp_path / "copy", tmp_path / "else", unlock),
    ):
        for _ in steps:
            look()
    look()


KILLED = """
import sys
from pathlib import Path
from app import backup
from app.audit import Audit
from app.vault.vault import Vault
what, folder, copy = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
secret = bytearray(b"correct horse")
if what == "make":
    vault = Vault.open(folder, secret)
    steps = backup.make(vault, Audit.open(folder, vault.key("audit")), {}, copy)
else:
    steps = backup.restore(copy, folder, lambda place: Vault.open(place, secret))
for _ in steps:
    print("step", flush=True)
print("done", flush=True)
"""


def killed(what: str, folder: Path, copy: Path, steps: int) -> bool:
    """Run in a process that is killed after so many steps; says whether it came to its end."""
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, what, str(folder), str(copy)], stdout=subprocess.PIPE, cwd=ROOT, text=True,
    ) as process:
        assert process.stdout is not None
        for _ in range(steps):
            if process.stdout.readline() != "step\n":
                break
        process.send_signal(signal.SIGKILL if sys.platform != "win32" else signal.SIGTERM)
        return process.stdout.read().endswith("done\n")


def test_killed_at_any_step_there_is_the_old_or_the_new(library: Library, tmp_path: Path) -> None:
    library.close()
    target, folder = tmp_path / "copy", tmp_path / "else"
    for steps in range(1, 30):
        done = killed("make", library.folder, target, steps)
        if target.exists():
            break
        assert not done
    assert target.exists()
    with Vault.open(library.folder, SECRET) as vault:
        assert [copy.path for copy in vault.backups()] == [str(target)]
        assert vault.matters()
    for steps in range(1, 30):
        killed("restore", folder, target, steps)
        if folder.exists():
            break
    check_restored(folder)
    # What the killed ones left is removed by the next.
    run(backup.restore(target, tmp_path / "else" / ".." / "third", unlock))
    with Vault.open(library.folder, SECRET) as vault, contextlib.closing(opened_audit(vault)) as audit:
        assert audit.findings == ()
        run(backup.make(vault, audit, {}, tmp_path / "second"))
    assert left(tmp_path) == ["copy", "else", "library", "second", "third"]

"""Somebody without a key writes to a locked vault: it opens nothing that it should not, and says a sentence."""

from __future__ import annotations

import contextlib
import copy
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app import errors
from app.store.store import DATABASE, Store
from app.types import BackupCopy
from app.vault import tries, vaultfile
from app.vault.keys import Cost
from app.vault.vault import MATTERS, NAME, Vault
from tests.conftest import ROOT
from tests.vault.cheap import SECRET, alter, content, make, opened

Change = Callable[[dict[str, Any]], object]


def refused(folder: Path, secret: bytes = SECRET) -> errors.LibraryError:
    """Open it, which must fail with a sentence."""
    (folder / tries.NAME).unlink(missing_ok=True)
    with pytest.raises(errors.LibraryError) as told:
        opened(folder, secret).close()
    return told.value


@pytest.fixture
def two_matters(tmp_path: Path) -> Path:
    folder = tmp_path / "library"
    made, _ = Vault.create(folder, bytearray(SECRET), cost=Cost(memory=128, passes=2, lanes=2), first="Smith")
    with made:
        made.create_matter("Jones")
    return folder


# What protects the wrapped keys


@pytest.mark.parametrize("lowered", [
    {"memory": 64}, {"memory": 127}, {"passes": 1}, {"lanes": 1}, {"memory": 16, "passes": 1, "lanes": 1},
], ids=str)
@pytest.mark.parametrize("opener", ["passphrase", "recovery"])
def test_lowered_parameters_open_nothing(tmp_path: Path, lowered: dict[str, int], opener: str) -> None:
    made, printed = Vault.create(tmp_path, bytearray(SECRET), cost=Cost(memory=128, passes=2, lanes=2))
    made.close()
    alter(tmp_path, lambda kept: kept["openers"][opener]["kdf"].update(lowered))
    # By either way in: the MAC covers the entry that is not used as well.
    told = refused(tmp_path)
    assert isinstance(told, errors.WrongPassphrase if opener == "passphrase" else errors.LibraryDamaged)
    (tmp_path / tries.NAME).unlink(missing_ok=True)
    with pytest.raises(errors.WrongRecoveryKey if opener == "recovery" else errors.LibraryDamaged):
        Vault.recover(tmp_path, printed)


def _exchange(kept: dict[str, Any]) -> None:
    openers = kept["openers"]
    openers["passphrase"], openers["recovery"] = openers["recovery"], openers["passphrase"]


def _exchange_salts(kept: dict[str, Any]) -> None:
    one, other = (kept["openers"][name]["kdf"] for name in ("passphrase", "recovery"))
    one["salt"], other["salt"] = other["salt"], one["salt"]


@pytest.mark.parametrize("change", [_exchange, _exchange_salts, lambda kept: kept["openers"].update(
    passphrase=kept["openers"]["recovery"])], ids=["openers", "salts", "recovery put under passphrase"])
def test_openers_do_not_open_in_each_others_place(tmp_path: Path, change: Change) -> None:
    printed = make(tmp_path)
    alter(tmp_path, change)
    assert isinstance(refused(tmp_path), errors.WrongPassphrase)
    (tmp_path / tries.NAME).unlink(missing_ok=True)
    with pytest.raises((errors.WrongRecoveryKey, errors.LibraryDamaged)):
        Vault.recover(tmp_path, printed)


def test_an_opener_of_another_vault_opens_nothing(tmp_path: Path) -> None:
    make(tmp_path / "a")
    make(tmp_path / "b", b"known to the thief")
    other = content(tmp_path / "b")
    alter(tmp_path / "a", lambda kept: kept["openers"].update(passphrase=other["openers"]["passphrase"]))
    assert isinstance(refused(tmp_path / "a", b"known to the thief"), errors.WrongPassphrase)
    alter(tmp_path / "a", lambda kept: kept.update(id=other["id"]))  # and its name with it
    told = refused(tmp_path / "a", b"known to the thief")
    assert "was changed by something else" in str(told)


def test_a_vault_file_of_another_vault_gives_none_of_the_first_ones_keys(tmp_path: Path) -> None:
    make(tmp_path / "a")
    make(tmp_path / "b", b"known to the thief")
    with opened(tmp_path / "a") as vault:
        key, matter = vault.matter_key(vault.matters()[0].id), vault.matters()[0].id
    shutil.copy(tmp_path / "b" / NAME, tmp_path / "a" / NAME)
    with opened(tmp_path / "a", b"known to the thief") as vault:
        assert key not in [vault.matter_key(kept.id) for kept in vault.matters()]
        with pytest.raises(errors.UnknownMatter):
            vault.matter_key(matter)


@pytest.mark.parametrize("change", [
    lambda kept: kept["matters"].reverse(),
    lambda kept: kept["matters"].append(copy.deepcopy(kept["matters"][0])),
    lambda kept: kept["matters"].pop(),
    lambda kept: kept["matters"].clear(),
    lambda kept: _swap(kept, "key"), lambda kept: _swap(kept, "name"), lambda kept: _swap(kept, "id"),
    lambda kept: kept.update(generation=kept["generation"] - 1),
    lambda kept: kept.update(generation=kept["generation"] + 1),
    lambda kept: kept.update(last=[kept["matters"][0]["id"]]),
    lambda kept: kept.update(more=1),
    lambda kept: kept.update(backups=kept["matters"][0]["name"]),
    lambda kept: kept["openers"].pop("recovery"),
    lambda kept: kept["openers"].update({"key store": kept["matters"][0]["key"]}),
    lambda kept: kept.pop("mac"), lambda kept: kept.update(mac=None), lambda kept: kept.update(mac=""),
    lambda kept: kept.update(mac="\u00e9"), lambda kept: kept.update(mac="\udc80"), lambda kept: kept.update(mac=[]),
    lambda kept: kept.update(mac=kept["mac"].upper() + "0"),
], ids=[
    "order", "matter twice", "matter removed", "all removed", "keys swapped", "names swapped", "ids swapped",
    "generation lowered", "generation raised", "last changed", "something added", "backups replaced",
    "recovery removed", "key store added", "no mac", "null mac", "empty mac", "foreign mac", "surrogate mac",
    "list mac", "long mac",
])
def test_nothing_is_swapped_added_or_dropped_unseen(two_matters: Path, change: Change) -> None:
    alter(two_matters, change)
    told = refused(two_matters)
    assert isinstance(told, errors.LibraryDamaged)
    assert "was changed by something else" in str(told)


def _swap(kept: dict[str, Any], what: str) -> None:
    one, other = kept["matters"]
    one[what], other[what] = other[what], one[what]


@pytest.mark.parametrize("what", ["key", "name", "id"])
def test_swapped_matters_are_refused_even_where_the_mac_was_made_anew(two_matters: Path, what: str) -> None:
    """Each wrapped key and name says by itself where it belongs; the MAC is the second wall."""
    with opened(two_matters) as vault:
        master = bytearray(vault._master)
    kept = content(two_matters)
    _swap(kept, what)
    vaultfile.write(two_matters, kept, master)
    if what == "key":
        with opened(two_matters) as vault:
            for matter in vault.matters():
                with pytest.raises(errors.LibraryDamaged, match="does not belong"):
                    vault.matter_key(matter.id)
    else:
        assert "does not belong" in str(refused(two_matters))


def test_an_earlier_file_with_the_old_passphrase_opens_with_that_and_is_older(tmp_path: Path) -> None:
    """NOT found out here: nothing in a folder can tell that all of it is of yesterday. Its generation is lower, and the
    audit log, where it was not put back as well, knows that: tests/test_session.py."""
    make(tmp_path)
    earlier = (tmp_path / NAME).read_bytes()
    with opened(tmp_path) as vault:
        before = vault.generation
        vault.change_passphrase(bytearray(b"new"))
        after = vault.generation
    (tmp_path / NAME).write_bytes(earlier)
    assert isinstance(refused(tmp_path, b"new"), errors.WrongPassphrase)
    with opened(tmp_path) as vault:
        assert vault.generation == before < after


def test_folders_of_matters_that_were_exchanged_open_nothing(two_matters: Path) -> None:
    with opened(two_matters) as vault:
        one, other = vault.matters()
        for matter in (one, other):
            with Store.open(vault.matter_folder(matter.id), vault.matter_key(matter.id), label=matter.name):
                pass
        first, second = (vault.matter_folder(matter.id) / DATABASE for matter in (one, other))
        aside = two_matters / "aside"
        first.rename(aside)
        second.rename(first)
        aside.rename(second)
        for matter in (one, other):
            with pytest.raises(errors.LibraryDamaged):
                Store.open(vault.matter_folder(matter.id), vault.matter_key(matter.id), label=matter.name)


# What is no vault


@pytest.mark.parametrize("asked", [
    {"memory": 1 << 40}, {"memory": 7}, {"memory": -1}, {"memory": "64"}, {"memory": 64.0}, {"memory": 4 << 20},
    {"passes": 0}, {"passes": 10**9}, {"passes": True}, {"passes": None}, {"lanes": 0}, {"lanes": 1 << 30},
    {"lanes": "1"}, {"lanes": [1]}, {"salt": "AAAA"}, {"salt": 3}, {"salt": "\u00e9" * 24}, {"name": "scrypt"},
], ids=str)
def test_absurd_parameters_are_damage_and_not_tried(tmp_path: Path, asked: dict[str, Any]) -> None:
    make(tmp_path)
    alter(tmp_path, lambda kept: kept["openers"]["passphrase"]["kdf"].update(asked))
    assert isinstance(refused(tmp_path), errors.LibraryDamaged)


OUTER = {"id": "x", "generation": 1, "openers": {}, "matters": [], "last": [], "backups": {}}


@pytest.mark.parametrize("raw", [
    b"", b"{", b"[]", b"null", b"3", b'"x"', b"\xff\xfe", b"\0" * 1000, b'{"format": 2}', b'{"format": "2"}',
    b'{"format": NaN}', b'{"format": Infinity}', b'{"format": 1e999}', b'{"format": 2, "openers": {"passphrase": {}}}',
    b'{"format": ' + b"9" * 5000 + b"}", b'{"format": 2, "generation": ' + b"9" * 4000 + b"}",
    b"[" * 60_000, b'{"format": 2, "a": ' + b"[" * 100_000,
    *(json.dumps({"format": 2, **OUTER, name: bad}).encode() for name in OUTER for bad in (None, 1.5, True, "x", [[]])),
    *(json.dumps({"format": 2, **OUTER, "openers": {"passphrase": bad}}).encode()
      for bad in (None, 1, "x", [], {}, {"kdf": 1}, {"kdf": {}}, {"kdf": {"lanes": 1}})),
])
def test_what_is_no_vault_is_told(tmp_path: Path, raw: bytes) -> None:
    (tmp_path / NAME).write_bytes(raw)
    refused(tmp_path)
    with pytest.raises(errors.LibraryError):
        Vault.recover(tmp_path, "AAAQ")
    with pytest.raises(errors.LibraryError):
        Vault.open_with_key_store(tmp_path)


@pytest.mark.parametrize("depth", [10, 300, 900, 950, 980, 2_000])
def test_a_deeply_nested_addition_is_told(tmp_path: Path, depth: int) -> None:
    make(tmp_path)
    raw = (tmp_path / NAME).read_bytes().rstrip()[:-1] + b', "deep": ' + b"[" * depth + b"]" * depth + b"}"
    (tmp_path / NAME).write_bytes(raw)
    assert isinstance(refused(tmp_path), errors.LibraryDamaged)


def test_a_huge_file_is_told_and_not_taken_in(tmp_path: Path) -> None:
    make(tmp_path)
    whole = (tmp_path / NAME).read_bytes()
    (tmp_path / NAME).write_bytes(whole + b" " * (64 * 1024 * 1024))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert isinstance(refused(tmp_path), errors.LibraryDamaged)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 48 * 1024  # KiB


def test_more_memory_than_there_is_is_told(tmp_path: Path) -> None:
    """A limit that was raised in the file, or a computer that is too small: a sentence and no end of the program."""
    make(tmp_path)
    alter(tmp_path, lambda kept: kept["openers"]["passphrase"]["kdf"].update(memory=1024 * 1024))
    script = (
        "import resource, sys\nfrom pathlib import Path\nfrom app.vault.vault import Vault\nfrom app import errors\n"
        "size = int(open('/proc/self/statm').read().split()[0]) * 4096 + (300 << 20)\n"
        "resource.setrlimit(resource.RLIMIT_AS, (size, size))\n"
        "try:\n    Vault.open(Path(sys.argv[1]), bytearray(b'x'))\n"
        "except errors.LibraryError as error:\n    print(type(error).__name__, error)\n"
    )
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path)], cwd=ROOT, capture_output=True, text=True,
                          check=False)
    assert done.stdout.startswith("TooLittleMemory Opening the library needs 1024 MB"), done.stderr


def test_every_cut_of_the_file_is_told(two_matters: Path) -> None:
    whole = (two_matters / NAME).read_bytes()
    end = len(whole.rstrip())
    for size in {*range(0, end, 37), *range(end - 20, end)}:
        (two_matters / NAME).write_bytes(whole[:size])
        refused(two_matters)


@pytest.mark.parametrize("seed", range(30))
def test_a_flipped_byte_is_told_or_changes_nothing(two_matters: Path, seed: int) -> None:
    with opened(two_matters) as vault:
        whole = [(matter, vault.matter_key(matter.id)) for matter in vault.matters()]
    chance = random.Random(seed)
    raw = bytearray((two_matters / NAME).read_bytes())
    raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
    (two_matters / NAME).write_bytes(raw)
    with contextlib.suppress(errors.LibraryError), opened(two_matters) as vault:
        # Between two values: white space was exchanged for other.
        assert [(matter, vault.matter_key(matter.id)) for matter in vault.matters()] == whole


def test_something_else_in_its_place_is_told_at_once(tmp_path: Path) -> None:
    make(tmp_path / "whole")
    for name, put in (
        ("folder", lambda place: place.mkdir()), ("pipe", os.mkfifo),
        ("device", lambda place: place.symlink_to("/dev/zero")), ("loop", lambda place: place.symlink_to(place.name)),
    ):
        (tmp_path / name).mkdir()
        put(tmp_path / name / NAME)
        assert isinstance(refused(tmp_path / name), errors.UnusableFolder), name
        with pytest.raises(errors.LibraryExists):  # and nothing is made over it
            make(tmp_path / name)


def test_a_link_is_followed_and_replaced_by_a_file_at_the_first_change(tmp_path: Path) -> None:
    make(tmp_path / "library")
    elsewhere = tmp_path / "elsewhere.json"
    (tmp_path / "library" / NAME).rename(elsewhere)
    (tmp_path / "library" / NAME).symlink_to(elsewhere)
    before = elsewhere.read_bytes()
    with opened(tmp_path / "library") as vault:
        vault.create_matter("New")
    assert elsewhere.read_bytes() == before  # nothing is written through it
    assert not (tmp_path / "library" / NAME).is_symlink()
    (tmp_path / "library" / NAME).unlink()
    (tmp_path / "library" / NAME).symlink_to(tmp_path / "nowhere")
    assert isinstance(refused(tmp_path / "library"), errors.NoLibrary)


# The disk and the power


def test_a_full_disk_leaves_the_old_file_and_what_is_in_memory_is_the_same(small_disk: Path) -> None:
    folder = small_disk / "library"
    make(folder)
    with opened(folder) as vault:
        before, matters, generation = (folder / NAME).read_bytes(), vault.matters(), vault.generation
        key = vault.matter_key(matters[0].id)
        filler = small_disk / "filler"
        with filler.open("wb", buffering=0) as stream:
            for size in (1 << 16, 1 << 10, 1):
                while True:
                    try:
                        stream.write(b"x" * size)
                    except OSError:
                        break
        for change in (
            lambda: vault.create_matter("New"), lambda: vault.rename_matter(matters[0].id, "Renamed"),
            lambda: vault.change_passphrase(bytearray(b"new")), vault.new_recovery_key,
            lambda: vault.forget_matter(matters[0].id), lambda: vault.remember((matters[0].id,)),
            lambda: vault.note_backup(BackupCopy("/a", 1.0, ())),
        ):
            with pytest.raises(errors.DiskFull):
                change()
            assert (folder / NAME).read_bytes() == before
            assert (vault.matters(), vault.generation, vault.last) == (matters, generation, ())
        assert vault.matter_key(matters[0].id) == key
        assert vault.backups() == ()
        filler.unlink()
        vault.create_matter("New")
    with opened(folder) as vault:
        assert [matter.name for matter in vault.matters()] == ["General", "New"]


def test_a_wrong_passphrase_on_a_full_disk_is_still_wrong_and_the_right_one_right(small_disk: Path) -> None:
    folder = small_disk / "library"
    make(folder)
    with (small_disk / "filler").open("wb", buffering=0) as stream:
        while True:
            try:
                stream.write(b"x" * 4096)
            except OSError:
                break
    with pytest.raises(errors.WrongPassphrase):
        opened(folder, b"wrong")
    opened(folder).close()


def test_a_folder_that_may_not_be_written_is_told(small_disk: Path) -> None:
    folder = small_disk / "library"
    make(folder)
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with pytest.raises(errors.UnusableFolder, match="Read-only"):
        opened(folder)
    with pytest.raises(errors.UnusableFolder):
        make(small_disk / "another")


def test_a_disk_that_turns_read_only_while_it_is_open_is_told(small_disk: Path) -> None:
    folder = small_disk / "library"
    make(folder)
    with opened(folder) as vault:
        vault._lock.release()  # a file that is open for writing keeps the disk writable
        subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
        generation = vault.generation
        with pytest.raises(errors.UnusableFolder):
            vault.create_matter("New")
        assert vault.generation == generation
        assert len(vault.matters()) == 1


WRITER = """
import sys
from pathlib import Path
from app.types import BackupCopy
from app.vault.vault import Vault
with Vault.open(Path(sys.argv[1]), bytearray(sys.argv[2].encode())) as vault:
    print("open", flush=True)
    while True:
        name = f"M{vault.generation + 1}"
        vault.create_matter(name)
        print(name, flush=True)
"""


def test_killed_while_saving_it_is_the_old_or_the_new(tmp_path: Path) -> None:
    make(tmp_path)
    chance = random.Random(5)
    kept = 0
    for _ in range(20):
        process = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path), SECRET.decode()], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        lines = [process.stdout.readline().strip() for _ in range(chance.randrange(4))]
        time.sleep(chance.random() * 0.02)
        process.send_signal(signal.SIGKILL)
        lines += process.stdout.read().split()
        process.stdout.close()
        assert process.wait() == -signal.SIGKILL
        with opened(tmp_path) as vault:
            names = [matter.name for matter in vault.matters()]
            assert set(lines) <= set(names)  # what was acknowledged
            assert len(names) - kept - len(lines) <= (2 if not kept else 1)  # and at most the one that was being saved
            for matter in vault.matters():
                assert len(vault.matter_key(matter.id)) == 32
                assert vault.matter_folder(matter.id).is_dir()
            kept = len(names)
        assert not list(tmp_path.glob(".*"))
    assert kept > 20
    assert len(list((tmp_path / MATTERS).iterdir())) >= kept

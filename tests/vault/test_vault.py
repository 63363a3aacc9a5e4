"""The vault: made, opened in each way, changed, its matters and backups, and what is on the disk of it."""

from __future__ import annotations

import stat
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app import errors
from app.types import BackupCopy
from app.vault import tries
from app.vault import vault as vaults
from app.vault.keys import KEY_SIZE, Cost
from app.vault.vault import NAME, Vault
from tests.vault.cheap import CHEAP, SECRET, content, make, opened


def test_the_passphrase_opens_what_it_closed(tmp_path: Path) -> None:
    secret = bytearray(SECRET)
    made, _ = Vault.create(tmp_path / "new", secret, cost=CHEAP)
    with made:
        key = made.matter_key(made.matters()[0].id)
        audit = made.key("audit")
    assert secret == SECRET  # the caller's, and the caller's to wipe
    assert vaults.exists(tmp_path / "new")
    with opened(tmp_path / "new") as again:
        assert again.id == made.id
        assert again.matter_key(again.matters()[0].id) == key
        assert again.key("audit") == audit
        assert len({bytes(key), bytes(audit), bytes(again.key("backup"))}) == 3
        assert len(key) == len(audit) == KEY_SIZE


def test_the_usual_cost_is_at_least_a_quarter_of_a_gigabyte_and_three_passes(tmp_path: Path) -> None:
    made, printed = Vault.create(tmp_path, bytearray(b"x"))
    made.close()
    for opener in content(tmp_path)["openers"].values():
        assert opener["kdf"]["memory"] >= 256 * 1024
        assert opener["kdf"]["passes"] >= 3
        assert opener["kdf"]["lanes"] >= 4
    opened(tmp_path, b"x").close()
    Vault.recover(tmp_path, printed).close()


def test_a_changed_passphrase_costs_as_much_as_the_first(tmp_path: Path) -> None:
    made, _ = Vault.create(tmp_path, bytearray(SECRET), cost=Cost(memory=128, passes=2, lanes=2))
    with made:
        before = content(tmp_path)["openers"]["passphrase"]["kdf"]
        made.change_passphrase(bytearray(b"another"))
        made.new_recovery_key()
    for opener in content(tmp_path)["openers"].values():
        assert {**opener["kdf"], "salt": ""} == {**before, "salt": ""}
        assert opener["kdf"]["salt"] != before["salt"]


def test_another_passphrase_does_not_open_it(tmp_path: Path) -> None:
    make(tmp_path)
    for secret in (SECRET[:-1], SECRET.title(), b"", SECRET + b"\0", b"x" * 100_000):
        (tmp_path / tries.NAME).unlink(missing_ok=True)
        with pytest.raises(errors.WrongPassphrase):
            opened(tmp_path, secret)


def test_two_libraries_of_one_passphrase_share_nothing(tmp_path: Path) -> None:
    make(tmp_path / "a")
    make(tmp_path / "b")
    with opened(tmp_path / "a") as one, opened(tmp_path / "b") as other:
        assert one.id != other.id
        assert one.key("audit") != other.key("audit")
        assert one.matter_key(one.matters()[0].id) != other.matter_key(other.matters()[0].id)


def test_no_name_key_or_secret_is_in_a_plain_byte(tmp_path: Path) -> None:
    printed = make(tmp_path)
    with opened(tmp_path) as vault:
        vault.create_matter("Quillfeather divorce")
        vault.note_backup(BackupCopy("/media/Quillfeather.carrel", 1.0, ()))
        keys = [vault.matter_key(matter.id) for matter in vault.matters()]
        (tmp_path / tries.NAME).write_text('{"tries": 1, "last": 1}')
    for path in tmp_path.rglob("*"):
        assert "uillfeather" not in str(path.relative_to(tmp_path))
        raw = path.read_bytes() if path.is_file() else b""
        for word in (b"uillfeather", b"General", b"correct", printed.encode(), *map(bytes, keys)):
            assert word not in raw
            assert word.hex().encode() not in raw


def test_the_recovery_key_opens_it_and_gives_it_a_new_passphrase(tmp_path: Path) -> None:
    printed = make(tmp_path)
    with Vault.recover(tmp_path, printed.lower().replace("-", " ")) as vault:
        vault.change_passphrase(bytearray(b"new one"))
    with pytest.raises(errors.WrongPassphrase):
        opened(tmp_path)
    opened(tmp_path, b"new one").close()
    Vault.recover(tmp_path, printed).close()  # it stays


def test_a_new_recovery_key_takes_the_place_of_the_old(tmp_path: Path) -> None:
    old = make(tmp_path)
    with opened(tmp_path) as vault:
        new = vault.new_recovery_key()
    assert new != old
    with pytest.raises(errors.WrongRecoveryKey):
        Vault.recover(tmp_path, old)
    Vault.recover(tmp_path, new).close()
    opened(tmp_path).close()


def test_the_recovery_key_of_another_library_is_wrong_and_counted(tmp_path: Path) -> None:
    make(tmp_path / "a")
    other = make(tmp_path / "b")
    with pytest.raises(errors.WrongRecoveryKey, match="does not open this library"):
        Vault.recover(tmp_path / "a", other)
    with opened(tmp_path / "a") as vault:
        assert vault.wrong_tries == 1


def test_the_passphrase_is_asked_again_and_wrong_ones_count(tmp_path: Path) -> None:
    make(tmp_path)
    with opened(tmp_path) as vault:
        assert vault.check(bytearray(SECRET))
        assert not vault.check(bytearray(b"wrong"))
        assert not vault.check(bytearray(b"wrong"))
        assert vault.check(bytearray(SECRET))
        assert vault.wrong_checks == 2  # they are forgotten on the disk, and not here
        assert not vault.check(bytearray(b"wrong"))
    with opened(tmp_path) as vault:
        assert vault.wrong_tries == 1


def test_no_library_where_there_is_none(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for folder in (tmp_path, tmp_path / "none", tmp_path / "file"):
        assert not vaults.exists(folder)
        assert not vaults.opens_with_key_store(folder)
        with pytest.raises(errors.NoLibrary):
            opened(folder)
        with pytest.raises(errors.NoLibrary):
            Vault.recover(folder, "whatever")
        with pytest.raises(errors.NoLibrary):
            Vault.open_with_key_store(folder)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]  # asking leaves nothing


def test_an_older_and_a_newer_format_are_left_alone(tmp_path: Path) -> None:
    for said, kind in ((1, errors.LibraryTooOld), (vaults.FORMAT + 1, errors.LibraryTooNew)):
        (tmp_path / NAME).write_text(f'{{"format": {said}}}')
        with pytest.raises(kind):
            opened(tmp_path)
        with pytest.raises(errors.LibraryExists):
            make(tmp_path)


def test_a_vault_is_never_replaced(tmp_path: Path) -> None:
    make(tmp_path)
    before = (tmp_path / NAME).read_bytes()
    with pytest.raises(errors.LibraryExists):
        make(tmp_path, b"other")
    assert (tmp_path / NAME).read_bytes() == before
    opened(tmp_path).close()


def test_no_new_vault_beside_matters_that_lost_theirs(tmp_path: Path) -> None:
    make(tmp_path)
    folder = next((tmp_path / vaults.MATTERS).iterdir())
    (folder / "library.db").write_bytes(b"what somebody still needs")
    (tmp_path / NAME).unlink()
    with pytest.raises(errors.LibraryDamaged, match="missing"):
        make(tmp_path)
    for ask in (lambda: vaults.exists(tmp_path), lambda: opened(tmp_path)):  # and not that there is no library
        with pytest.raises(errors.LibraryDamaged, match="missing"):
            ask()


def test_of_many_creators_one_wins(tmp_path: Path) -> None:
    def attempt(number: int) -> int | None:
        try:
            make(tmp_path, f"secret {number}".encode())
        except (errors.LibraryExists, errors.LibraryBusy):
            return None
        return number

    with ThreadPoolExecutor(8) as pool:
        made = [number for number in pool.map(attempt, range(8)) if number is not None]
    assert len(made) == 1
    opened(tmp_path, f"secret {made[0]}".encode()).close()


def test_one_at_a_time(tmp_path: Path) -> None:
    make(tmp_path)
    with opened(tmp_path), pytest.raises(errors.LibraryBusy):
        opened(tmp_path)
    opened(tmp_path).close()
    with pytest.raises(errors.WrongPassphrase):
        opened(tmp_path, b"wrong")
    opened(tmp_path).close()  # a wrong one leaves no lock behind


def test_an_empty_secret_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="secret"):
        make(tmp_path / "new", b"")
    assert not (tmp_path / "new").exists()
    make(tmp_path)
    with opened(tmp_path) as vault, pytest.raises(ValueError, match="secret"):
        vault.change_passphrase(bytearray())


@pytest.mark.skipif(sys.platform == "win32", reason="modes are of Unix")
def test_others_may_not_read_it(tmp_path: Path) -> None:
    make(tmp_path / "library")
    for path in ((tmp_path / "library"), *(tmp_path / "library").rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


# Matters


def test_matters_are_made_named_and_found(tmp_path: Path) -> None:
    make(tmp_path)
    with opened(tmp_path) as vault:
        assert [matter.name for matter in vault.matters()] == [vaults.FIRST_MATTER]
        smith = vault.create_matter("  Smith   v Jones ")
        assert smith.name == "Smith v Jones"
        assert vault.matter(smith.id) == vault.matter("SMITH V  JONES") == smith
        assert vault.matter_folder(smith.id).is_dir()
        renamed = vault.rename_matter(smith.id, "Smith v. Jones")
        assert (renamed.id, renamed.created) == (smith.id, smith.created)
        assert vault.rename_matter(smith.id, "SMITH V. JONES").name == "SMITH V. JONES"  # its own name, written anew
        key = vault.matter_key(smith.id)
    with opened(tmp_path) as vault:
        assert [matter.name for matter in vault.matters()] == [vaults.FIRST_MATTER, "SMITH V. JONES"]
        assert vault.matter_key(smith.id) == key
        for unknown in ("Smith", "", "0" * 32):
            with pytest.raises(errors.UnknownMatter):
                vault.matter(unknown)
        for ask in (vault.matter_key, vault.forget_matter):
            with pytest.raises(errors.UnknownMatter):
                ask("0" * 32)


def test_names_are_taken_however_they_are_written(tmp_path: Path) -> None:
    make(tmp_path)
    with opened(tmp_path) as vault:
        vault.create_matter("Caf\u00e9 Stra\u00dfe")
        vault.create_matter("Other")
        for same in ("caf\u00e9 strasse", "Cafe\u0301 Stra\u00dfe", "CAFE\u0301\tSTRASSE"):
            with pytest.raises(errors.MatterExists):
                vault.create_matter(same)
            with pytest.raises(errors.MatterExists):
                vault.rename_matter("Other", same)
            assert vault.matter(same).name == "Caf\u00e9 Stra\u00dfe"
        generation = vault.generation
        for bad in ("", " \n ", "x" * 121, "a\0b", "a\u202eb", "a\u200bb", "\udc80"):
            with pytest.raises(errors.BadName):
                vault.create_matter(bad)
        assert vault.generation == generation
        assert len(list((tmp_path / vaults.MATTERS).iterdir())) == 3
        vault.create_matter("x" * 120)


def test_a_forgotten_matter_has_no_key_any_more(tmp_path: Path) -> None:
    make(tmp_path)
    with opened(tmp_path) as vault:
        gone = vault.create_matter("Gone")
        vault.remember((gone.id, vault.matters()[0].id))
        wrapped = content(tmp_path)["matters"][1]["key"]["wrapped"]
        vault.forget_matter(gone.id)
        with pytest.raises(errors.UnknownMatter):
            vault.matter_key(gone.id)
        assert all(wrapped.encode() not in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    with opened(tmp_path) as vault:
        assert gone not in vault.matters()
        assert vault.last == (vault.matters()[0].id,)


def test_a_draft_of_a_killed_run_goes_at_the_next_opening(tmp_path: Path) -> None:
    make(tmp_path)
    draft = tmp_path / ".k1ll3d.part"
    draft.write_bytes((tmp_path / NAME).read_bytes())  # may hold the key of a matter deleted since
    with pytest.raises(errors.WrongPassphrase):
        opened(tmp_path, b"wrong")
    assert draft.exists()
    opened(tmp_path).close()
    assert not draft.exists()


def test_what_was_open_last_is_remembered(tmp_path: Path) -> None:
    make(tmp_path)
    with opened(tmp_path) as vault:
        assert vault.last == ()
        ids = (vault.create_matter("B").id, vault.matters()[0].id)
        vault.remember(ids)
        generation = vault.generation
        vault.remember(ids)
        assert vault.generation == generation  # nothing is written for no change
    with opened(tmp_path) as vault:
        assert vault.last == ids


def test_backups_are_remembered_until_they_are_forgotten(tmp_path: Path) -> None:
    make(tmp_path)
    first, second = BackupCopy("/a \u00fc.carrel", 1.0, ("x", "y")), BackupCopy("/b", 2.0, ())
    with opened(tmp_path) as vault:
        assert vault.backups() == ()
        vault.note_backup(first)
        vault.note_backup(second)
        vault.note_backup(BackupCopy(first.path, 3.0, ()))  # written over
    with opened(tmp_path) as vault:
        assert vault.backups() == (second, BackupCopy(first.path, 3.0, ()))
        vault.forget_backup(second.path)
        vault.forget_backup("/never")
        assert [kept.path for kept in vault.backups()] == [first.path]


def test_each_writing_has_its_generation(tmp_path: Path) -> None:
    make(tmp_path)
    with opened(tmp_path) as vault:
        seen = [vault.generation]
        for change in (
            lambda: vault.create_matter("A"), lambda: vault.rename_matter("A", "B"),
            lambda: vault.change_passphrase(bytearray(SECRET)), vault.new_recovery_key,
            lambda: vault.note_backup(BackupCopy("/a", 1.0, ())), lambda: vault.forget_matter(vault.matter("B").id),
        ):
            change()
            seen.append(vault.generation)
    assert seen == list(range(seen[0], seen[0] + 7))
    with opened(tmp_path) as vault:
        assert vault.generation == seen[-1]  # opening writes nothing


# The end


def test_a_closed_vault_writes_and_gives_nothing(tmp_path: Path) -> None:
    make(tmp_path)
    vault = opened(tmp_path)
    first = vault.matters()[0]
    vault.close()
    vault.close()
    before = (tmp_path / NAME).read_bytes()
    for use in (
        lambda: vault.key("audit"), lambda: vault.matter_key(first.id), lambda: vault.create_matter("Late"),
        lambda: vault.remember((first.id,)), lambda: vault.forget_matter(first.id), vault.new_recovery_key,
        lambda: vault.change_passphrase(bytearray(b"late")),
    ):
        with pytest.raises(ValueError, match="closed"):
            use()
    assert (tmp_path / NAME).read_bytes() == before
    opened(tmp_path).close()


def test_threads_that_change_it_do_not_lose_each_others_work(tmp_path: Path) -> None:
    make(tmp_path)
    with opened(tmp_path) as vault:
        def work(number: int) -> None:
            for step in range(5):
                vault.note_backup(BackupCopy(f"/{number}/{step}", 1.0, ()))

        threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    with opened(tmp_path) as vault:
        assert len(vault.backups()) == 20

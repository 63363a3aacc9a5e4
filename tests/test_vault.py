"""The vault: right and wrong passphrases, tampering, damage, two creators at once."""

from __future__ import annotations

import json
import stat
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from app import vault
from app.errors import LibraryDamaged, LibraryTooNew, NoLibrary, WrongPassphrase

CHEAP = vault.Cost(memory=64, passes=1, lanes=1)


def make(folder: Path, secret: str = "correct horse") -> bytearray:
    return vault.create(folder, bytearray(secret.encode()), cost=CHEAP)


def change(folder: Path, **kdf: Any) -> None:
    path = folder / vault.NAME
    content = json.loads(path.read_text())
    content["kdf"] |= kdf
    path.write_text(json.dumps(content))


def test_the_passphrase_opens_what_it_closed(tmp_path: Path) -> None:
    secret = bytearray(b"correct horse")
    key = vault.create(tmp_path / "new", secret, cost=CHEAP)
    assert len(key) == vault.KEY_SIZE
    assert secret == b"correct horse"  # the caller's, and the caller's to wipe
    assert vault.exists(tmp_path / "new")
    assert vault.unlock(tmp_path / "new", secret) == key


def test_the_usual_cost_is_a_quarter_of_a_gigabyte(tmp_path: Path) -> None:
    key = vault.create(tmp_path, bytearray(b"x"))
    kdf = json.loads((tmp_path / vault.NAME).read_text())["kdf"]
    assert (kdf["memory"], kdf["passes"], kdf["lanes"]) == (256 * 1024, 3, 4)
    assert vault.unlock(tmp_path, bytearray(b"x")) == key


def test_another_passphrase_does_not(tmp_path: Path) -> None:
    make(tmp_path)
    for secret in (b"correct hors", b"Correct horse", b"", b"correct horse\0", b"x" * 100_000):
        with pytest.raises(WrongPassphrase):
            vault.unlock(tmp_path, bytearray(secret))


def test_two_libraries_of_one_passphrase_have_two_keys(tmp_path: Path) -> None:
    assert make(tmp_path / "a") != make(tmp_path / "b")


def test_neither_key_nor_passphrase_is_in_the_file(tmp_path: Path) -> None:
    key = make(tmp_path)
    raw = (tmp_path / vault.NAME).read_bytes()
    assert b"correct" not in raw
    assert key not in raw
    assert key.hex().encode() not in raw


def test_lowered_parameters_do_not_pass(tmp_path: Path) -> None:
    key = vault.create(tmp_path, bytearray(b"x"), cost=vault.Cost(memory=128, passes=2, lanes=1))
    assert vault.unlock(tmp_path, bytearray(b"x")) == key
    for lowered in ({"memory": 64}, {"passes": 1}, {"lanes": 2}):
        before = (tmp_path / vault.NAME).read_bytes()
        change(tmp_path, **lowered)
        with pytest.raises(WrongPassphrase):
            vault.unlock(tmp_path, bytearray(b"x"))
        (tmp_path / vault.NAME).write_bytes(before)


@pytest.mark.parametrize("asked", [
    {"memory": 1 << 40}, {"memory": 7}, {"memory": -1}, {"passes": 0}, {"passes": 10**9}, {"lanes": 0},
    {"lanes": 1 << 30}, {"memory": "64"}, {"passes": True}, {"salt": "AAAA"}, {"salt": 3}, {"name": "scrypt"},
])
def test_absurd_parameters_are_damage_and_not_tried(tmp_path: Path, asked: dict[str, Any]) -> None:
    make(tmp_path)
    change(tmp_path, **asked)
    with pytest.raises(LibraryDamaged):
        vault.unlock(tmp_path, bytearray(b"correct horse"))


@pytest.mark.parametrize("raw", [
    b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"format": 1}', b'{"format": "1", "kdf": {}}', b"[" * 60_000,
    b'{"format": 1, "kdf": {"name": "argon2id"}, "key": 5}',
])
def test_what_is_no_vault_is_damage(tmp_path: Path, raw: bytes) -> None:
    (tmp_path / vault.NAME).write_bytes(raw)
    with pytest.raises(LibraryDamaged):
        vault.unlock(tmp_path, bytearray(b"x"))


def test_every_cut_of_the_file_is_told(tmp_path: Path) -> None:
    make(tmp_path)
    path = tmp_path / vault.NAME
    whole = path.read_bytes()
    for size in range(0, len(whole), 7):
        path.write_bytes(whole[:size])
        with pytest.raises((LibraryDamaged, WrongPassphrase)):
            vault.unlock(tmp_path, bytearray(b"correct horse"))


def test_every_flipped_bit_is_told(tmp_path: Path) -> None:
    key = make(tmp_path)
    path = tmp_path / vault.NAME
    whole = path.read_bytes()
    told = 0
    for place in range(0, len(whole), 3):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        try:
            assert vault.unlock(tmp_path, bytearray(b"correct horse")) == key
        except (LibraryDamaged, WrongPassphrase, LibraryTooNew):
            told += 1
    assert told > len(whole) // 3 // 2  # the rest is white space


def test_a_newer_vault_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / vault.NAME).write_text(json.dumps({"format": vault.FORMAT + 1}))
    with pytest.raises(LibraryTooNew):
        vault.unlock(tmp_path, bytearray(b"x"))


def test_no_vault_is_no_library(tmp_path: Path) -> None:
    assert not vault.exists(tmp_path)
    with pytest.raises(NoLibrary):
        vault.unlock(tmp_path, bytearray(b"x"))


def test_a_vault_is_never_replaced(tmp_path: Path) -> None:
    key = make(tmp_path)
    with pytest.raises(FileExistsError):
        make(tmp_path, "other")
    assert vault.unlock(tmp_path, bytearray(b"correct horse")) == key


def test_no_new_vault_beside_an_old_database(tmp_path: Path) -> None:
    (tmp_path / vault.DATABASE).write_bytes(b"what somebody still needs")
    with pytest.raises(LibraryDamaged):
        make(tmp_path)
    assert not vault.exists(tmp_path)


def test_of_many_creators_one_wins_and_its_key_stays(tmp_path: Path) -> None:
    def attempt(number: int) -> tuple[int, bytearray] | None:
        try:
            return number, make(tmp_path, f"secret {number}")
        except FileExistsError:
            return None

    with ThreadPoolExecutor(8) as pool:
        made = [one for one in pool.map(attempt, range(8)) if one]
    assert len(made) == 1
    number, key = made[0]
    assert vault.unlock(tmp_path, bytearray(f"secret {number}".encode())) == key
    assert [path.name for path in tmp_path.iterdir()] == [vault.NAME]


def test_a_file_system_without_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", refused)
    key = make(tmp_path)
    assert vault.unlock(tmp_path, bytearray(b"correct horse")) == key
    with pytest.raises(FileExistsError):
        vault._write_new(tmp_path / vault.NAME, b"{}")
    assert [path.name for path in tmp_path.iterdir()] == [vault.NAME]


def test_an_empty_secret_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="secret"):
        vault.create(tmp_path, bytearray(), cost=CHEAP)


@pytest.mark.skipif(sys.platform == "win32", reason="modes are of Unix")
def test_others_may_not_read_it(tmp_path: Path) -> None:
    make(tmp_path / "library")
    assert stat.S_IMODE((tmp_path / "library").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "library" / vault.NAME).stat().st_mode) == 0o600


def test_each_purpose_has_its_own_key() -> None:
    key = bytearray(range(32))
    derived = [bytes(vault.subkey(key, purpose)) for purpose in ("records", "index", "content")]
    assert len({*derived, bytes(key)}) == 4
    assert derived[0] == vault.subkey(key, "records")
    assert vault.subkey(key, "seal", salt=b"1" * 32) != vault.subkey(key, "seal", salt=b"2" * 32)

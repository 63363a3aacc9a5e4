"""Wrong passphrases in a row: the delay grows, lasts over processes, and neither ends nor never ends by the clock."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from app import errors
from app.vault import tries
from app.vault.vault import Vault
from tests.conftest import ROOT
from tests.vault.cheap import SECRET, make, opened


class Clock:
    """Says what time it is."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1_800_000_000.0
        monkeypatch.setattr(tries.time, "time", lambda: self.now)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def wait(folder: Path) -> int:
    """How long the next try has to wait; none is made."""
    try:
        tries.check(folder)
    except errors.TooManyTries as told:
        seconds = told.fields["seconds"]
        assert isinstance(seconds, int)
        return seconds
    return 0


def test_the_delay_grows_to_five_minutes(tmp_path: Path, clock: Clock) -> None:
    waits = []
    for _ in range(14):
        waits.append(wait(tmp_path))
        clock.now += waits[-1]
        assert not wait(tmp_path)
        tries.count(tmp_path)
    assert waits == [0, 0, 0, 2, 3, 5, 9, 17, 33, 65, 129, 257, 301, 301]  # each whole second begun is said


def test_a_guess_during_the_wait_is_not_tried(tmp_path: Path, clock: Clock) -> None:
    make(tmp_path)
    for _ in range(3):
        with pytest.raises(errors.WrongPassphrase):
            opened(tmp_path, b"wrong")
    for secret in (b"wrong", SECRET):
        with pytest.raises(errors.TooManyTries, match=r"3 passphrases in a row were wrong; wait 2 s"):
            opened(tmp_path, secret)
    clock.now += 2
    with opened(tmp_path) as vault:
        assert vault.wrong_tries == 3
    assert not (tmp_path / tries.NAME).exists()
    with opened(tmp_path) as vault:
        assert vault.wrong_tries == 0


def test_guesses_at_the_recovery_key_count_as_well(tmp_path: Path, clock: Clock) -> None:
    printed, other = make(tmp_path), make(tmp_path / "other")
    for _ in range(3):
        with pytest.raises(errors.WrongRecoveryKey):
            Vault.recover(tmp_path, other)
    with pytest.raises(errors.TooManyTries):
        Vault.recover(tmp_path, printed)
    with pytest.raises(errors.TooManyTries):
        opened(tmp_path)
    clock.now += 2
    Vault.recover(tmp_path, printed).close()


def test_a_recovery_key_with_a_slip_of_the_pen_is_no_guess(tmp_path: Path, clock: Clock) -> None:
    printed = make(tmp_path)
    for _ in range(5):
        with pytest.raises(errors.WrongRecoveryKey):
            Vault.recover(tmp_path, printed[:-1])
    opened(tmp_path).close()


def test_asking_again_in_an_open_library_waits_as_well(tmp_path: Path, clock: Clock) -> None:
    make(tmp_path)
    with opened(tmp_path) as vault:
        for _ in range(3):
            assert not vault.check(bytearray(b"wrong"))
        with pytest.raises(errors.TooManyTries):
            vault.check(bytearray(SECRET))
        clock.now += 2
        assert vault.check(bytearray(SECRET))


def test_it_lasts_over_processes(tmp_path: Path) -> None:
    make(tmp_path)
    script = (
        "import sys\nfrom pathlib import Path\nfrom app.errors import LibraryError\nfrom app.vault.vault import Vault\n"
        "try:\n    Vault.open(Path(sys.argv[1]), bytearray(b'wrong'))\n"
        "except LibraryError as error:\n    print(type(error).__name__)\n"
    )
    said = [subprocess.run([sys.executable, "-c", script, str(tmp_path)], cwd=ROOT, capture_output=True, text=True,
                           check=True).stdout.strip() for _ in range(3)]
    assert said == ["WrongPassphrase"] * 3
    (tmp_path / tries.NAME).write_text(json.dumps({"tries": 9, "last": time.time()}))
    assert subprocess.run([sys.executable, "-c", script, str(tmp_path)], cwd=ROOT, capture_output=True, text=True,
                          check=True).stdout.strip() == "TooManyTries"


def test_many_at_once_are_one_at_a_time(tmp_path: Path) -> None:
    """The lock of the folder is held during a guess: guesses cannot be made side by side to save the waits."""
    make(tmp_path)
    with opened(tmp_path), pytest.raises(errors.LibraryBusy):
        opened(tmp_path, b"wrong")
    assert not (tmp_path / tries.NAME).exists()


@pytest.mark.parametrize("back", [1, 3600, 10 * 365 * 86400, 1_800_000_000 - 5])
def test_a_clock_set_back_neither_skips_the_wait_nor_locks_out(tmp_path: Path, clock: Clock, back: float) -> None:
    for _ in range(6):
        tries.count(tmp_path)
    assert wait(tmp_path) == 9
    clock.now -= back
    assert wait(tmp_path) == 9  # anew, as nobody knows how much was over
    clock.now += 5
    assert wait(tmp_path) == 4
    clock.now += 3
    assert wait(tmp_path) == 0


def test_a_clock_set_forward_skips_the_wait_and_set_right_again_does_not_lock_out(tmp_path: Path, clock: Clock) -> None:
    """That it skips is the limit of a delay in a plain file: who sets the clock can delete the file as well."""
    for _ in range(12):
        tries.count(tmp_path)
    assert wait(tmp_path) == 301
    clock.now += 100 * 365 * 86400
    assert wait(tmp_path) == 0
    tries.count(tmp_path)
    clock.now -= 100 * 365 * 86400
    assert wait(tmp_path) == 301
    clock.now += 301
    assert wait(tmp_path) == 0


@pytest.mark.parametrize("raw", [
    b"", b"{", b"[]", b"null", b"\xff", b"[" * 3000, b'{"tries": 3}', b'{"tries": "3", "last": 1}',
    b'{"tries": -1, "last": 1}', b'{"tries": true, "last": 1}', b'{"tries": 1.5, "last": 1}',
    b'{"tries": 3, "last": null}', b'{"tries": 3, "last": true}', b'{"tries": 3, "last": NaN}',
    b'{"tries": 3, "last": Infinity}', b'{"tries": 3, "last": 1e308}', b'{"tries": 3, "last": -1e308}',
    b'{"tries": 99999999999, "last": 1}', b'{"tries": 3, "last": 1' + b"0" * 400 + b"}", b" " * 10_000_000,
])
def test_a_file_that_was_changed_is_a_wait_and_no_lockout(tmp_path: Path, clock: Clock, raw: bytes) -> None:
    (tmp_path / tries.NAME).write_bytes(raw)
    assert wait(tmp_path) == 2
    clock.now += 2
    assert wait(tmp_path) == 0
    tries.count(tmp_path)
    assert wait(tmp_path) == 3  # counted on from there


def test_something_else_in_its_place_does_not_lock_out(tmp_path: Path) -> None:
    make(tmp_path)
    for put in (lambda place: place.mkdir(), os.mkfifo, lambda place: place.symlink_to("/dev/zero")):
        put(tmp_path / tries.NAME)
        for _ in range(2):
            with pytest.raises((errors.WrongPassphrase, errors.TooManyTries)):
                opened(tmp_path, b"wrong")
        (tmp_path / tries.NAME).rmdir() if (tmp_path / tries.NAME).is_dir() else (tmp_path / tries.NAME).unlink()
        opened(tmp_path).close()
    (tmp_path / tries.NAME).mkdir()
    (tmp_path / tries.NAME / "full").touch()
    opened(tmp_path).close()


def test_a_file_that_was_removed_begins_anew(tmp_path: Path, clock: Clock) -> None:
    """As the module says: it stops a colleague at the keyboard, and not whoever has the files."""
    for _ in range(12):
        tries.count(tmp_path)
    (tmp_path / tries.NAME).unlink()
    assert wait(tmp_path) == 0
    assert tries.clear(tmp_path) == 0

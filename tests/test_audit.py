"""The audit log: every kind of tampering is found and named, and nothing that is whole is called tampered with."""

from __future__ import annotations

import contextlib
import csv
import io
import os
import random
import re
import shutil
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from app.audit import DAMAGED, HEAD, LOG, REPAIRED, Audit, log
from app.errors import DiskFull

KEY = bytearray(range(32))
COUNT = 12
ROOT = Path(__file__).resolve().parent.parent


@contextmanager
def opened(folder: Path, key: bytearray = KEY) -> Iterator[Audit]:
    with closing(Audit.open(folder, key)) as audit:
        yield audit


def written(folder: Path, count: int = COUNT, key: bytearray = KEY) -> Path:
    folder.mkdir(exist_ok=True)
    with opened(folder, key) as audit:
        for number in range(1, count + 1):
            audit.record("added", matter="m" * 32, documents=[f"{number:032x}"], pages=number)
    return folder


def lines(folder: Path) -> list[bytes]:
    return (folder / LOG).read_bytes().splitlines(keepends=True)


def put(folder: Path, content: list[bytes]) -> None:
    (folder / LOG).write_bytes(b"".join(content))


def found(folder: Path) -> str:
    """What opening says, and that it is then usable, sound, and holds what was found as its first entry."""
    with opened(folder) as audit:
        said = " ".join(audit.findings)
        audit.record("unlocked")
        entries = list(audit.entries())
    with opened(folder) as audit:
        assert audit.findings == ()
        assert list(audit.entries()) == entries
        numbers = [entry.number for entry in entries]
        assert len(set(numbers)) == len(numbers)
        assert numbers == sorted(numbers)
        if said:
            assert [entry for entry in entries if entry.event == DAMAGED and ("finding", said) in entry.details]
    return said


def test_what_is_recorded_comes_back(tmp_path: Path) -> None:
    before = time.time()
    with opened(tmp_path) as audit:
        audit.record("created")
        audit.record("asked", matter="a" * 32, documents=["b" * 32, "c" * 32], question="Wie viel? \ud800\0", hits=3)
        assert audit.findings == ()
    with opened(tmp_path) as audit:
        first, second = audit.entries()
    assert (first.number, first.event, first.matter, first.documents, first.details, first.remark) == (
        1, "created", "", (), (), "")
    assert (second.number, second.event, second.matter) == (2, "asked", "a" * 32)
    assert second.documents == ("b" * 32, "c" * 32)
    assert second.details == (("question", "Wie viel? \ud800\0"), ("hits", "3"))
    assert before - 0.01 <= first.time <= second.time <= time.time() + 0.01
    assert first.who


def test_the_account_is_not_what_the_environment_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("USER", "LOGNAME", "LNAME", "USERNAME"):
        monkeypatch.setenv(name, "somebody else")
    with opened(tmp_path) as audit:
        audit.record("unlocked")
        assert next(audit.entries()).who != "somebody else"


def test_nothing_of_it_can_be_read_without_the_key(tmp_path: Path) -> None:
    with opened(tmp_path) as audit:
        audit.record("asked", matter="a" * 32, question="canary")
        audit.record("unlocked")
    for path in tmp_path.iterdir():
        raw = path.read_bytes()
        assert b"canary" not in raw
        assert b"asked" not in raw
        assert b"a" * 32 not in raw
        assert stat.S_IMODE(path.stat().st_mode) == 0o600 or sys.platform == "win32"
    _, one, other = lines(tmp_path)
    assert len(one) == len(other)  # padded
    assert sorted(path.name for path in tmp_path.iterdir()) == [HEAD, LOG]


# Attacks. Each is given the folder of a log with twelve entries and may use a twin with other entries.


def drop(number: int) -> Callable[[Path], None]:
    return lambda folder: put(folder, [line for place, line in enumerate(lines(folder)) if place != number])


def swap(folder: Path) -> None:
    content = lines(folder)
    content[4], content[5] = content[5], content[4]
    put(folder, content)


def foreign_line(folder: Path) -> None:
    other = written(folder.parent / "other", COUNT + 1, bytearray(32))
    put(folder, [*lines(folder), lines(other)[-1]])


def own_line_again(folder: Path) -> None:
    put(folder, [*lines(folder), lines(folder)[-1]])


def line_of_another_log_of_this_vault(folder: Path) -> None:
    other = written(folder.parent / "other", COUNT + 1)
    put(folder, [*lines(folder), lines(other)[-1]])


def another_vaults_log(folder: Path) -> None:
    shutil.copy(written(folder.parent / "other", COUNT, bytearray(32)) / LOG, folder / LOG)


def another_vaults_log_and_head(folder: Path) -> None:
    other = written(folder.parent / "other", COUNT, bytearray(32))
    shutil.copy(other / LOG, folder / LOG)
    shutil.copy(other / HEAD, folder / HEAD)


def another_log_of_this_vault(folder: Path) -> None:
    shutil.copy(written(folder.parent / "other", COUNT + 3) / LOG, folder / LOG)


def renumbered(folder: Path) -> None:
    content = lines(folder)
    del content[6]
    put(folder, [*content[:6], content[6].replace(b"7 ", b"6 ", 1), *content[7:]])


def cut(folder: Path) -> None:
    os.truncate(folder / LOG, len(b"".join(lines(folder)[:8])) + 40)


def emptied(folder: Path) -> None:
    (folder / LOG).write_bytes(b"")


def zeros(folder: Path) -> None:
    (folder / LOG).write_bytes(bytes((folder / LOG).stat().st_size))


def later_beginning(folder: Path) -> None:
    content = lines(folder)
    put(folder, [content[0].replace(b" 1 1 ", b" 1 4 "), *content[4:]])


def loose_base64(folder: Path) -> None:
    content = lines(folder)
    content[3] = content[3].rstrip(b"\n") + b"AAAA\n"
    put(folder, content)


def shorter_head(folder: Path) -> None:
    (folder / HEAD).write_bytes((folder / HEAD).read_bytes().replace(b"12 ", b"11 ", 1))


ATTACKS: list[tuple[Callable[[Path], None], str]] = [
    (drop(5), "Entry 5 is missing from the middle"),
    (drop(1), "Entry 1 is missing from the middle"),
    (drop(COUNT), f"The last entry of the audit log, number {COUNT}, is missing."),
    (drop(0), "does not begin as one"),
    (lambda folder: put(folder, lines(folder)[:-3]), "The last 3 entries of the audit log are missing."),
    (lambda folder: put(folder, lines(folder)[:1]), f"The last {COUNT} entries of the audit log are missing."),
    (swap, "Entry 4 is missing from the middle"),
    (foreign_line, f"Entry {COUNT + 1} of the audit log was changed"),
    (own_line_again, f"Where entry {COUNT + 1} of the audit log should be, entry {COUNT} was put"),
    (line_of_another_log_of_this_vault, f"Entry {COUNT + 1} of the audit log was changed"),
    (another_vaults_log, "Entry 1 of the audit log was changed"),
    (another_vaults_log_and_head, "Entry 1 of the audit log was changed"),
    (another_log_of_this_vault, "do not belong together"),
    (renumbered, "Entry 6 of the audit log was changed"),
    (cut, "The last 5 entries of the audit log are missing."),
    (emptied, "does not begin as one"),
    (zeros, "does not begin as one"),
    (later_beginning, "Entry 4 of the audit log was changed"),
    (loose_base64, "Entry 3 of the audit log was changed"),
    (lambda folder: (folder / LOG).unlink(), f"is missing; it held {COUNT} entries."),
    (lambda folder: (folder / HEAD).unlink(), "is missing; its last entries may be, too"),
    (lambda folder: os.truncate(folder / HEAD, 0), "was changed"),
    (shorter_head, "was changed"),
]


@pytest.mark.parametrize(("attack", "sentence"), ATTACKS, ids=[str(number) for number in range(len(ATTACKS))])
def test_tampering_is_found_and_named(tmp_path: Path, attack: Callable[[Path], None], sentence: str) -> None:
    folder = written(tmp_path / "log")
    attack(folder)
    broken = (folder / LOG).read_bytes() if (folder / LOG).exists() else None
    assert sentence in found(folder)
    if broken is not None:
        assert (folder / "audit-1.broken").read_bytes() == broken


def test_any_flipped_bit_is_found(tmp_path: Path) -> None:
    folder = written(tmp_path / "log")
    chance = random.Random(3)
    for name, places in ((LOG, 30), (HEAD, 30)):
        for _ in range(places):
            copy = Path(shutil.copytree(folder, tmp_path / "copy"))
            raw = bytearray((copy / name).read_bytes())
            place = chance.randrange(len(raw))
            raw[place] ^= 1 << chance.randrange(8)
            (copy / name).write_bytes(raw)
            assert found(copy), (name, place)
            shutil.rmtree(copy)


def test_every_bit_that_no_key_seals_is_found_flipped(tmp_path: Path) -> None:
    """The first line and the numbers before the entries: by chance they are hit too seldom to be tested."""
    folder = written(tmp_path / "log")
    whole = (folder / LOG).read_bytes()
    places = [*range(whole.index(b"\n") + 1)]
    for line in re.finditer(rb"(?m)^\d+ |\n", whole):
        places += range(line.start(), line.end())
    for place in sorted(set(places)):
        for bit in range(8):
            raw = bytearray(whole)
            raw[place] ^= 1 << bit
            copy = Path(shutil.copytree(folder, tmp_path / "copy"))
            (copy / LOG).write_bytes(raw)
            with opened(copy) as audit:
                assert audit.findings, (place, bit, chr(whole[place]), chr(raw[place]))
            shutil.rmtree(copy)


def test_a_number_written_in_another_way_is_found(tmp_path: Path) -> None:
    folder = written(tmp_path / "log")
    content = lines(folder)
    content[3] = b"0" + content[3]
    put(folder, content)
    assert "was changed" in found(folder)


def test_what_is_sound_of_a_broken_log_is_still_shown(tmp_path: Path) -> None:
    folder = written(tmp_path / "log")
    drop(5)(folder)
    found(folder)
    with opened(folder) as audit:
        for _ in range(3):
            audit.record("asked")
    drop(3)(folder)  # of the new log: entries 13 (damaged), 14 (unlocked), 15 to 17
    assert "Entry 15 is missing" in found(folder)
    with opened(folder) as audit:
        shown = [(entry.number, entry.event) for entry in audit.entries()]
    assert shown == [
        *((number, "added") for number in (1, 2, 3, 4)), (13, DAMAGED), (14, "unlocked"),
        (18, DAMAGED), (19, "unlocked"),
    ]
    assert sorted(path.name for path in folder.glob("*.broken")) == ["audit-1.broken", "audit-2.broken"]


def test_a_set_aside_log_that_goes_or_changes_is_told(tmp_path: Path) -> None:
    folder = written(tmp_path / "log")
    drop(5)(folder)
    found(folder)
    (folder / "audit-1.broken").write_bytes((folder / "audit-1.broken").read_bytes()[:300])
    with opened(folder) as audit:
        told = next(entry for entry in audit.entries() if entry.remark)
    assert (told.event, told.number) == (DAMAGED, 1)
    assert "The entries 1 to 4 in audit-1.broken are gone or were changed" in told.remark
    (folder / "audit-1.broken").unlink()
    with opened(folder) as audit:
        assert [entry.remark for entry in audit.entries() if entry.remark] == [told.remark]


def test_a_log_that_is_changed_while_it_is_open_is_not_shown_as_whole(tmp_path: Path) -> None:
    folder = written(tmp_path)
    with opened(folder) as audit:
        put(folder, lines(folder)[:6])
        entries = list(audit.entries())
    told = entries.pop()
    assert [entry.number for entry in entries] == [1, 2, 3, 4, 5]
    assert f"The entries 6 to {COUNT} in {LOG} are gone" in told.remark


# Older copies


def test_an_older_log_alone_is_found_and_an_older_head_alone_loses_nothing(tmp_path: Path) -> None:
    folder = written(tmp_path / "log")
    older = Path(shutil.copytree(folder, tmp_path / "older"))
    written(folder, 4)
    whole = Path(shutil.copytree(folder, tmp_path / "whole"))
    shutil.copy(older / HEAD, folder / HEAD)
    assert found(folder) == ""
    with opened(folder) as audit:
        entries = list(audit.entries())
    assert [entry.number for entry in entries] == list(range(1, COUNT + 7))
    assert any("4 entries behind" in value for entry in entries for _, value in entry.details)
    shutil.copy(older / LOG, whole / LOG)
    assert "The last 4 entries of the audit log are missing." in found(whole)


def test_an_older_log_and_head_together_are_found_by_what_the_matters_know(tmp_path: Path) -> None:
    folder = written(tmp_path / "log")
    with opened(folder) as audit:
        before = audit.head
        assert audit.knows(before)
    older = Path(shutil.copytree(folder, tmp_path / "older"))
    written(folder, 4)
    with opened(folder) as audit:
        after = audit.head
        assert audit.knows(before)
        assert audit.knows("")
        assert audit.confirm(after, "m" * 32)
        for wrong in (after[:-1] + "x", after.replace(":", "1:"), "nonsense", "5", "5:", ":", "²:00"):
            assert not audit.knows(wrong)
    shutil.copy(older / LOG, folder / LOG)
    shutil.copy(older / HEAD, folder / HEAD)
    with opened(folder) as audit:
        assert audit.findings == ()  # not by the log itself
        assert audit.knows(before)
        assert not audit.knows(after)
        assert not audit.confirm(after, "m" * 32)
        assert f"entries up to number {COUNT + 4} are missing" in " ".join(audit.findings)
    written(folder, 9)  # it grows past the number: the tag is another
    with opened(folder) as audit:
        assert not audit.knows(after)
        told = [entry for entry in audit.entries() if entry.event == DAMAGED]
        assert [entry.matter for entry in told] == ["m" * 32]


def test_a_log_and_head_that_are_both_gone_are_found_by_what_the_matters_know(tmp_path: Path) -> None:
    folder = written(tmp_path)
    with opened(folder) as audit:
        head = audit.head
    (folder / LOG).unlink()
    (folder / HEAD).unlink()
    with opened(folder) as audit:
        assert audit.findings == ()
        assert not audit.knows(head)


def test_a_loss_that_the_log_says_itself_is_not_said_again_by_each_matter(tmp_path: Path) -> None:
    folder = written(tmp_path)
    with opened(folder) as audit:
        head = audit.head
    drop(3)(folder)
    with opened(folder) as audit:
        assert audit.findings
        assert audit.knows(head)


# Crashes


def test_an_entry_beyond_the_head_is_a_crash_between_two_writes(tmp_path: Path) -> None:
    folder = written(tmp_path)
    head = (folder / HEAD).read_bytes()
    written(folder, 1)
    (folder / HEAD).write_bytes(head)
    with opened(folder) as audit:
        assert audit.findings == ()
        assert [entry.event for entry in audit.entries()] == ["added"] * (COUNT + 1)
        caught_up = audit.head
    assert caught_up.startswith(f"{COUNT + 1}:")
    put(folder, lines(folder)[:-1])
    assert "is missing" in found(folder)  # the head caught up


@pytest.mark.parametrize("torn", [b"13", b"13 AAAA", b"\0" * 900])
def test_a_torn_line_is_dropped_and_said_but_is_no_tampering(tmp_path: Path, torn: bytes) -> None:
    folder = written(tmp_path)
    with (folder / LOG).open("ab") as stream:
        stream.write(torn)
    with opened(folder) as audit:
        assert audit.findings == ()
        entries = list(audit.entries())
    said = entries.pop()
    assert [entry.event for entry in entries] == ["added"] * COUNT
    assert said.event == REPAIRED
    assert "cut off" in dict(said.details)["finding"]
    assert not list(folder.glob("*.broken"))


KILLED = """
import sys
from pathlib import Path
from app.audit import Audit
audit = Audit.open(Path(sys.argv[1]), bytearray(range(32)))
number = 0
while True:
    number += 1
    audit.record("asked", count=number)
    print(number, flush=True)
"""


def test_a_kill_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    acknowledged = 0
    for turn in range(5):
        with subprocess.Popen(
            [sys.executable, "-c", KILLED, str(tmp_path)], stdout=subprocess.PIPE, cwd=ROOT, text=True,
        ) as process:
            assert process.stdout is not None
            for _ in range(5 + 7 * turn):
                acknowledged_now = int(process.stdout.readline())
            process.kill()
            acknowledged_now = max([acknowledged_now, *map(int, process.stdout.read().split())])
        acknowledged += acknowledged_now
        with opened(tmp_path) as audit:
            assert audit.findings == ()
            asked = [entry for entry in audit.entries() if entry.event == "asked"]
        assert len(asked) >= acknowledged
        acknowledged = len(asked)


def test_a_failed_write_leaves_it_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = written(tmp_path)
    before = (folder / LOG).read_bytes()
    with opened(folder) as audit:
        for fault in ("write", "sync"):
            with monkeypatch.context() as patch:
                if fault == "sync":
                    patch.setattr(log, "_sync", full)
                else:
                    patch.setattr(os, "write", half_then_full())
                with pytest.raises(DiskFull):
                    audit.record("asked")
            assert (folder / LOG).read_bytes() == before
            assert [entry.number for entry in audit.entries()] == list(range(1, COUNT + 1))
        audit.record("unlocked")
        assert list(audit.entries())[-1].number == COUNT + 1
    assert found(folder) == ""


def full(_: int) -> None:
    raise OSError(28, "No space left on device")


def half_then_full() -> Callable[[int, bytes], int]:
    write, calls = os.write, iter(range(9))

    def half(descriptor: int, data: bytes) -> int:
        if next(calls):
            full(descriptor)
        return write(descriptor, bytes(data)[:20])

    return half


def test_a_disk_that_fills_up(small_disk: Path) -> None:
    folder = small_disk / "log"
    folder.mkdir()
    with opened(folder) as audit:
        audit.record("created")
        ballast = small_disk / "ballast"
        with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as stream:
            while stream.write(b"x" * 4096):
                pass
        done = 1
        with contextlib.suppress(DiskFull):  # in what is left of the log's last block
            for _ in range(100):
                audit.record("asked")
                done += 1
        assert done < 100
        with pytest.raises(DiskFull):
            audit.record("asked")
    with opened(folder) as audit:  # opens on the full disk too
        assert audit.findings == ()
        assert len(list(audit.entries())) == done
        ballast.unlink()
        audit.record("unlocked")
    assert found(folder) == ""


# The clock, threads, export


def test_a_clock_that_was_set_back_is_remarked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(tmp_path) as audit:
        now = 1_800_000_000.0
        for moment in (now, now - 0.5, now + 5, now - 7200 + 5, now - 7000, now - 7000 - 3 * 86400):
            monkeypatch.setattr(time, "time", lambda moment=moment: moment)
            audit.record("asked")
        remarks = [entry.remark for entry in audit.entries()]
    assert remarks == [
        "", "", "", "The computer's clock was set back by 2 hours before this.", "",
        "The computer's clock was set back by 3 days before this.",
    ]


def test_many_threads_at_once(tmp_path: Path) -> None:
    with opened(tmp_path) as audit:
        def work(name: str) -> None:
            for number in range(10):
                audit.record("asked", thread=name, turn=number)
                list(audit.entries())

        threads = [threading.Thread(target=work, args=(str(name),)) for name in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    with opened(tmp_path) as audit:
        assert audit.findings == ()
        entries = list(audit.entries())
    assert [entry.number for entry in entries] == list(range(1, 41))
    assert {entry.details for entry in entries} == {
        (("thread", str(name)), ("turn", str(turn))) for name in range(4) for turn in range(10)
    }
    assert not any(entry.remark for entry in entries)


def test_the_export_is_a_table_without_formulas(tmp_path: Path) -> None:
    details: dict[str, Any] = {"-2": 'words; with, "marks"\nand lines', "b": 5}
    with opened(tmp_path) as audit:
        audit.record("=cmd|' /C calc'!A0", matter="a" * 32, documents=["b" * 32, "c" * 32])
        audit.record("  @SUM(1)", **details)
        stream = io.StringIO(newline="")
        audit.export_csv(stream)
    header, first, second = csv.reader(io.StringIO(stream.getvalue(), newline=""))
    assert header == ["number", "time", "account", "event", "matter", "documents", "details", "remark"]
    assert first[0] == "1"
    assert first[1].endswith("+00:00")
    assert first[3:6] == ["'=cmd|' /C calc'!A0", "a" * 32, f"{'b' * 32} {'c' * 32}"]
    assert second[3] == "'  @SUM(1)"
    assert second[6] == "'-2: words; with, \"marks\"\nand lines; b: 5"


def test_a_closed_log_takes_nothing(tmp_path: Path) -> None:
    audit = Audit.open(tmp_path, KEY)
    audit.close()
    audit.close()
    with pytest.raises(RuntimeError):
        audit.record("unlocked")
    assert bytearray(range(32)) == KEY

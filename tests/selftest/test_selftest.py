"""The self-test says what is so: also, and above all, where nothing is enforced."""

from __future__ import annotations

import json
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from app import selftest
from app.selftest import computer
from app.types import Refusal
from tests.seal.tried import ROOT, linux, script

RUN = """
    import dataclasses
    from app import selftest
    {before}
    lines = selftest.run({probe}, data=Path("/"))
    found["lines"] = selftest.objects(lines)
    found["code"] = selftest.exit_code(lines)
    found["page"], found["html"] = selftest.page(lines), selftest.html(lines)
"""
Found = dict[str, Any]
PROBE = "from app.ui import probe"


def ran(before: str = "", probe: str = "None") -> Found:
    code = script(RUN.format(before=before, probe=probe))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def sealed() -> Found:
    return ran(f"seal.shut('desk'); {PROBE}", "probe.tries")


@pytest.fixture(scope="module")
def unsealed() -> Found:
    return ran(PROBE, "probe.tries")


def lines(found: Found) -> dict[str, Refusal]:
    return {line["what"]: Refusal(**line) for line in found["lines"]}


@linux
def test_everything_is_refused_in_a_process_that_is_shut(sealed: Found) -> None:
    assert sealed["code"] == 0
    assert [line for line in lines(sealed).values() if line.holds is False] == []
    assert sum(line.holds is True for line in lines(sealed).values()) >= 40


@linux
def test_a_process_that_is_not_shut_is_told_so(unsealed: Found) -> None:
    """The test above could not fail otherwise."""
    found = lines(unsealed)
    assert unsealed["code"] == selftest.EXIT_CODE == 7
    assert unsealed["page"].splitlines()[-3].startswith("DOES NOT HOLD")
    own = {
        "Socket: internet (AF_INET)", "Socket: internet, version 6 (AF_INET6)", "Socket: to the kernel (AF_NETLINK)",
        "io_uring, which makes sockets without the call for it", "Controlling another process (ptrace)",
        "Writing to another process's memory", "Taking a descriptor from another process",
        "The filter of system calls is this program's own, whole", "HTTP by Python", "A datagram (UDP) by Python",
        "Name look-up by Python", "Name look-up by the C library", "HTTP by Qt", "A connection (TCP) by Qt",
        "A datagram (UDP) by Qt", "Name look-up by Qt", "HTTP by a Python that it starts",
    }  # fmt: skip
    assert {what for what in own if found[what].holds is not False} == set()
    assert found["Socket: internet (AF_INET)"].outcome == "open"


@linux
def test_what_refused_is_named(sealed: Found) -> None:
    found = lines(sealed)
    assert found["Socket: internet (AF_INET)"].by == "the operating system"
    assert found["HTTP by Python"].by == "this program (a tripwire in Python)"
    assert found["HTTP by Qt"].by == found["HTTP by a Python that it starts"].by == "the operating system"
    local = found["Socket: to other programs on this computer (AF_UNIX)"]
    assert (local.holds, local.outcome) == (None, "allowed: the window is shown through one")


@linux
def test_without_the_tripwire_the_system_refuses_python(sealed: Found) -> None:
    found = lines(ran("from app.seal import tripwire; tripwire.set_up = lambda: None; seal.shut('desk')"))
    assert found["HTTP by Python"] == Refusal("HTTP by Python", "refused", "the operating system", holds=True)
    assert found["Name look-up by Python"].holds is False  # Python's is not refused, though it gets nowhere


@linux
def test_the_other_kinds_of_process_tell_of_themselves(sealed: Found) -> None:
    found = lines(sealed)
    for name in ("A reader", "The process that reads pictures", "An engine", "The index's process"):
        for what in ("reads a file of the user's", "lists the home folder", "writes a file", "starts a program",
                     "makes a socket, be it a local one"):  # fmt: skip
            assert found[f"{name} {what}"].holds, what
    assert found["A reader takes more than 1 GB of memory"].holds
    assert found["A reader starts a process"].holds
    assert found["The process that reads pictures starts a process"].holds


@linux
@pytest.mark.parametrize(
    ("without", "name", "what"),
    [
        ("seal.cage_reader = lambda **_: None", "reader", "reads a file of the user's"),
        ("seal.cage_reader = lambda **_: None", "reader", "takes more than 1 GB of memory"),
        ("seal.landlock.confine = lambda *_: None", "engine", "writes a file"),
        ("seal.landlock.confine = lambda *_: None", "vectors", "lists the home folder"),
    ],
)
def test_a_kind_that_gives_up_nothing_would_be_seen(without: str, name: str, what: str, tmp_path: Path) -> None:
    (tmp_path / "inside").mkdir()
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "letter.txt").write_text("x")
    act = f"selftest.child({name!r}, Path({str(tmp_path)!r})); os._exit(0)"
    code = script(f"from app import selftest\n{without}\n{act}")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, cwd=ROOT)
    outcomes = {tried: (outcome, enforced) for tried, outcome, enforced in json.loads(done.stdout)}
    assert outcomes[what] == ("open", True), done.stderr


@linux
def test_a_kernel_without_landlock_is_told_and_not_judged(tmp_path: Path) -> None:
    from app.selftest import processes

    (found,) = processes._of_child("An engine", 0, json.dumps([["writes a file", "open", False]]))
    assert found.holds is None
    assert found.outcome.startswith("open; this ")
    (found,) = processes._of_child("An engine", 0, json.dumps([["writes a file", "open", True]]))
    assert found.holds is False
    (found,) = processes._of_child("An engine", -9, "")
    assert found.holds is False


def test_the_page_can_be_filed(sealed: Found) -> None:
    from app import __version__

    page = sealed["page"]
    for word in (f"Carrel {__version__}", "Date: 20", "System: ", "Kernel: ", "Account: "):
        assert word in page
    assert len([line for line in page.splitlines() if " — " in line]) == len(sealed["lines"])
    assert "Everything holds that this system can enforce" in page


def test_the_html_needs_nothing_and_runs_nothing() -> None:
    bad = Refusal("<script>alert(1)</script>", '" onload="x', "<b>&", holds=False)
    text = selftest.html([bad, Refusal("a", "b", "", None)])

    class Reader(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.tags: list[str] = []
            self.attributes: list[tuple[str, str | None]] = []

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            self.tags.append(tag)
            self.attributes += attrs

    reader = Reader()
    reader.feed(text)
    allowed = {"html", "head", "meta", "title", "style", "body", "h1", "dl", "dt", "dd", "p", "table", "tr", "th", "td"}
    assert set(reader.tags) <= allowed
    assert {name for name, _ in reader.attributes} <= {"lang", "charset", "class"}
    assert "&lt;script&gt;" in text
    assert "http" not in text
    assert "url(" not in text


def test_nothing_that_should_hold_is_hidden_among_the_rest() -> None:
    told, held = Refusal("c", "told", "", None), Refusal("a", "refused", "the operating system", holds=True)
    failed = Refusal("b", "open", "", holds=False)
    assert selftest.holds([held, told])
    assert not selftest.holds([held, failed, told])
    assert selftest.exit_code([held, failed]) == 7
    assert selftest.verdict([held, failed, told]) == "DOES NOT HOLD, 1 of 3: b."


@linux
def test_encryption_is_seen_where_linux_does_it(tmp_path: Path) -> None:
    """A tree as /sys shows it: a file system on LVM on a partition that dm-crypt opened, and one that is not."""
    def device(name: str, identity: str, *below: Path) -> Path:
        folder = tmp_path / name
        (folder / "dm").mkdir(parents=True)
        (folder / "dm" / "uuid").write_text(identity)
        (folder / "slaves").mkdir()
        for each in below:
            (folder / "slaves" / each.name).symlink_to(each)
        return folder

    disk = tmp_path / "sda2"
    disk.mkdir()
    crypt = device("dm-0", "CRYPT-LUKS2-abc\n", disk)
    assert computer._dm_crypt(crypt)
    assert computer._dm_crypt(device("dm-1", "LVM-abc", crypt))
    assert not computer._dm_crypt(device("dm-2", "LVM-abc", disk))
    assert not computer._dm_crypt(device("dm-3", "LVM-abc", crypt, disk))  # half of it would lie open
    assert not computer._dm_crypt(disk)


@linux
def test_what_is_only_told_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/run/user/1000/bus")
    found = {line.what: line for line in computer.told(tmp_path / "not" / "there" / "yet")}
    assert all(line.holds is None for line in found.values())
    assert found["D-Bus of this session, through which other programs can be started"].outcome.startswith("there")
    assert len(found) == 4


@linux
def test_nothing_is_left_behind(tmp_path: Path) -> None:
    before = f"import tempfile; tempfile.tempdir = {str(tmp_path)!r}; seal.shut('desk')"
    code = script(RUN.format(before=before, probe="None"))
    subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, timeout=60, cwd=ROOT)
    assert list(tmp_path.iterdir()) == []

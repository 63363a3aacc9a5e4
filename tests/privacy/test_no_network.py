"""No process of the program makes, or tries to make, a socket of the internet: seen by strace from outside.

Nor does it look a name up, start another program, or open a file because a document or a model named it.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.privacy import links
from tests.privacy.program import QUICK, QUICK_WINDOW, ROOT, SAMPLES, WINDOW, Program
from tests.privacy.traces import Trace, own_programs, traced

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="strace is a tool of Linux"),
    pytest.mark.timeout(900),
]

QUESTION = "What dose of apixaban was Teresa Amaral discharged on?"


def keeps_to_itself(trace: Path) -> Trace:
    found = Trace(trace)
    assert found.foreign() == []
    assert found.lookups() == []
    assert found.started() <= own_programs()
    assert len(found.opened()) > 100  # it was traced at all
    return found


def main_job(program: Program, trace: Path) -> list[str]:
    """Add, search and ask; return every path that was opened meanwhile."""
    names = ("Discharge summary T Amaral.docx", "Lease Unit 3 The Old Ropewalk.pdf", "Meeting notes 2026-01-12.txt")
    assert program.ask_json("add", *(SAMPLES / name for name in names))["added"] == 3  # all of them are the window's
    opened = keeps_to_itself(trace).opened()
    hits = program.ask_json("search", "temporary repair when water enters")["hits"]
    assert any("forty-eight hours" in " ".join(hit["text"].split()) for hit in hits[:5])
    opened += keeps_to_itself(trace).opened()
    assert program.ask_json("ask", QUESTION)["evidence"]
    return opened + keeps_to_itself(trace).opened()


@pytest.mark.real
def test_the_main_job_in_a_hostile_place(tmp_path: Path) -> None:
    program, trace = traced(tmp_path)
    program.make_hostile()
    before = set(program.working.iterdir())
    opened = main_job(program, trace)
    assert set(program.working.iterdir()) == before
    assert not [path for path in opened if "foreign_keyring" in path or path.endswith("/.env")]


@pytest.mark.real
def test_the_window(tmp_path: Path) -> None:
    program, trace = traced(tmp_path, entry=WINDOW)
    program.make_hostile()
    said = json.loads(program.run(SAMPLES, QUESTION).splitlines()[-1])
    assert said["answer"].startswith(QUESTION)
    assert "Discharge summary" in said["answer"]
    keeps_to_itself(trace)


# Documents and a model that name addresses and files


def hostile_question() -> str:
    return f"What of the {links.WORD}?"


@pytest.mark.real
@pytest.mark.parametrize("entry", [pytest.param(QUICK, id="command line"), pytest.param(QUICK_WINDOW, id="window")])
def test_addresses_in_documents_and_answers(entry: tuple[str, ...], tmp_path: Path) -> None:
    """Shown, hovered over, pressed and copied: nothing is fetched, opened or started."""
    program, trace = traced(tmp_path, entry=entry)
    program.make_vault()
    program.settle(answers="written")
    program.make_hostile()
    trap = tmp_path / "trap" / "opened.png"
    folder = links.plant(tmp_path / "given", trap)
    traces = []
    if entry == QUICK:
        for arguments in (("add", folder), ("search", hostile_question()), ("ask", hostile_question())):
            output = program.run(*arguments)
            traces.append(keeps_to_itself(trace))
        answer = output
    else:
        program.entry = (*entry, "--poke")
        said = json.loads(program.run(folder, hostile_question()).splitlines()[-1])
        traces.append(keeps_to_itself(trace))
        answer = said["answer"]
        assert said["poked"] > 200
        assert not [one for one in said["titles"] if links.WORD in one]
    assert "192.0.2.9" in answer, "the model repeated no address, so this proves little"
    assert trap.as_uri() in answer or str(trap) in answer
    opened = [path for found in traces for path in found.opened()]
    assert [path for path in opened if path.endswith(trap.name)] == []
    assert str(folder / "notes.md") in opened  # the finder sees what is opened
    assert [path for path in opened if path.endswith(("pixel.png", "other.pdf"))] == []


@pytest.mark.real
def test_the_other_commands(tmp_path: Path) -> None:
    program, trace = traced(tmp_path, entry=QUICK)
    program.make_hostile()
    program.make_vault("Harbour Lane")
    again = Program(tmp_path / "again", program.environment, program.before, QUICK)
    copy, other = tmp_path / "copy.carrel", tmp_path / "other.txt"
    other.write_text("an entirely different passphrase\n", encoding="utf-8")
    file = SAMPLES / "Meeting notes 2026-01-12.txt"
    for who, arguments in (
        (program, ("add", "--matter", "Harbour Lane", file)), (program, ("status", "--matter", "Harbour Lane")),
        (program, ("matters", "new", "Other")), (program, ("matters", "rename", "Other", "Another")),
        (program, ("matters",)), (program, ("backup", copy)), (again, ("restore", copy)), (program, ("audit",)),
        (program, ("audit", "--csv", tmp_path / "audit.csv")), (program, ("keystore", "status")),
        (program, ("remove", "--matter", "Harbour Lane", file, "--delete-backups")),
        (program, ("matters", "delete", "Another", "--yes")), (program, ("recovery-key", "--yes")),
        (program, ("passphrase", "--new-passphrase-file", other)), (program, ("models",)),
    ):
        done = who.tried(*arguments)
        assert done.code == 0, (arguments, done.complaints)
        keeps_to_itself(trace)
    done = program.tried("keystore", "on")  # there is none on a computer that runs tests, or it is the system's own
    assert done.told
    keeps_to_itself(trace)
    assert {path.name for path in program.working.iterdir()} == {".env", "foreign_keyring.py"}


def test_the_self_test_is_refused_in_everything(tmp_path: Path) -> None:
    """Its own tries are the one exception: they are made, and each of them is refused."""
    program, trace = traced(tmp_path)
    program.make_hostile()
    done = program.tried("selftest", "--json")
    assert done.code == 0, done.complaints
    found = Trace(trace)
    tries = found.foreign()
    print(f"{len(tries)} tries of the self-test seen")
    assert len(tries) >= 4
    assert [line for line in tries if " = -1 E" not in line] == []
    # It has programs try that speak HTTP, and a reader try to become one that does not exist.
    tools = {path for name in ("curl", "wget") if (path := shutil.which(name))}
    assert found.started() <= own_programs() | tools | {"/carrel/none"}
    lines = json.loads(done.output.splitlines()[-1])
    refusals = next(value for value in lines.values() if isinstance(value, list))
    assert len(refusals) >= 4
    assert [one for one in refusals if one["holds"] is False] == []


# The tests above could not fail otherwise.


@pytest.mark.parametrize("sealed", [False, True])
def test_a_try_is_seen_even_when_the_seal_refuses_it(sealed: bool, tmp_path: Path) -> None:
    code = "import socket\n"
    if sealed:
        code += "from app import seal; seal.shut('desk')\n"
    code += "try: socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\nexcept PermissionError: print('refused')"
    program, trace = traced(tmp_path)
    done = subprocess.run(
        [*program.before, sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert done.stdout.strip() == ("refused" if sealed else "")
    assert any("AF_INET" in line for line in Trace(trace).foreign())


@pytest.mark.parametrize(("code", "seen"), [
    ("socket.getaddrinfo('tracker.example', 80)", "lookups"),
    ("open('{trap}')", "opened"),
    ("subprocess.run(['/bin/true'])", "started"),
    ("socket.socket(socket.AF_UNIX).connect('{trap}')", "local"),
])
def test_each_other_way_out_is_seen(code: str, seen: str, tmp_path: Path) -> None:
    program, trace = traced(tmp_path)
    trap = tmp_path / "trap"
    program_text = f"import socket, subprocess\ntry: {code.format(trap=trap)}\nexcept OSError: pass"
    subprocess.run([*program.before, sys.executable, "-c", program_text], check=True)
    found = Trace(trace)
    held = {
        "lookups": lambda: found.lookups() != [], "opened": lambda: str(trap) in found.opened(),
        "started": lambda: not found.started() <= own_programs(), "local": lambda: found.lookups() != [],
    }
    assert held[seen]()


def test_a_picture_in_a_text_is_seen_where_nothing_guards_it(tmp_path: Path) -> None:
    """Qt's own view opens the file that a text names: what the program's views are kept from."""
    program, trace = traced(tmp_path)
    trap = tmp_path / "trap.png"
    trap.write_bytes(b"\x89PNG")
    code = ("from PySide6.QtWidgets import QApplication, QTextBrowser\nq = QApplication([])\nb = QTextBrowser()\n"
            f"b.setHtml('<img src=\"{trap}\">')\nb.show()\nb.grab()")
    environment = {"QT_QPA_PLATFORM": "offscreen", "HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
    subprocess.run([*program.before, sys.executable, "-c", code], check=True, env=environment, capture_output=True)
    assert str(trap) in Trace(trace).opened()

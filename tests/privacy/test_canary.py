"""Words of a document, of names, of a question and of its answer are found in no byte that the program writes.

Looked at: the library with its audit log, the home with configuration and caches, the temporary and the working
folder, shared memory, and what child processes are told; while the program runs and after.
"""

from __future__ import annotations

import base64
import json
import secrets
import subprocess
import sys
from pathlib import Path

import pytest

from tests.privacy.canary import Canary, Watch, words_of
from tests.privacy.finder import Finder, writings
from tests.privacy.program import COMMANDS, QUICK, QUICK_WINDOW, WINDOW, Program, descendants, told_of

pytestmark = [pytest.mark.real, pytest.mark.timeout(600)]

# What may lie in the home after a run; each needs a reason.
SETTINGS = ".config/carrel/settings.json"  # written by the test itself, or by the user's choice
ALLOWED_AT_HOME: tuple[str, ...] = (SETTINGS,)

linux = pytest.mark.skipif(sys.platform != "linux", reason="looks at processes by Linux's own means")


@pytest.fixture
def canary() -> Canary:
    seed = secrets.randbits(32)
    print(f"canary of seed {seed}")
    return Canary(seed)


# The finder


def test_each_way_of_writing_is_found(canary: Canary, tmp_path: Path) -> None:
    """The tests below could not fail otherwise."""
    text = f"x{canary.sentence}"
    for number, written in enumerate((
        text.encode(), text.upper().encode(), text.encode("utf-16-le"), text.encode("utf-16-be"),
        text.encode().hex().upper().encode(),
        *(base64.b64encode(b"-" * before + text.encode()) for before in range(3)),
    )):  # fmt: skip
        place = tmp_path / str(number)
        place.mkdir()
        (place / "file").write_bytes(b"\0\1\2" + written)
        found = Finder(canary.words).look([place])
        assert {word for word, _ in found} == set(canary.inside), number
        assert Finder(canary.words).look([place / "file"]) == found
    (tmp_path / "named").mkdir()
    (tmp_path / "named" / f"a {canary.name.upper()}.lnk").touch()
    assert {word for word, _ in Finder(canary.words).look([tmp_path / "named"])} == {canary.name}


def test_words_that_are_not_there_are_not_found(canary: Canary) -> None:
    other = Canary(7)
    assert Finder(canary.words).inside(" ".join(other.words).encode()) == set()
    assert len({needle for word in canary.words for needle in writings(word)}) == 7 * len(canary.words)


@linux
@pytest.mark.parametrize("how", ["argument", "environment"])
def test_what_a_child_is_told_is_found(how: str, canary: Canary) -> None:
    inner = [sys.executable, "-c", "import time; print(flush=True); time.sleep(60)"]
    inner += [canary.name] if how == "argument" else []
    outer = f"import subprocess; subprocess.run({inner!r}, env={{'A': '{canary.name if how != 'argument' else ''}'}})"
    with subprocess.Popen([sys.executable, "-c", outer], stdout=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.readline()
        children = descendants(process.pid)
        found = {word for _, told in told_of(children) for word in Finder(canary.words).inside(told)}
        for child in children:
            subprocess.run(["kill", str(child)], check=True)
    assert len(children) == 1
    assert found == {canary.name}


# The program


@pytest.mark.parametrize(("entry", "quick"), [
    pytest.param(COMMANDS, False, id="command line"),
    pytest.param(WINDOW, False, id="window"),
    pytest.param(QUICK, True, id="command line, scripted models"),
    pytest.param(QUICK_WINDOW, True, id="window, scripted models"),
])
def test_nothing_of_the_main_job_is_found(
    entry: tuple[str, ...], quick: bool, canary: Canary, tmp_path: Path
) -> None:
    program = Program(tmp_path / "run", entry=entry)
    program.make_vault()
    with program.vault() as vault:
        vault.rename_matter("General", canary.matter)
    program.settle(audit_questions=True, answers="written")
    given = canary.plant(tmp_path)
    finder = Finder(canary.words)
    watch = Watch(program, finder)
    window = "window_job" in entry[1]
    output = ""
    for arguments in [(given, canary.question)] if window else [("add", given), ("ask", canary.question)]:
        done = watch.over(program.start(*arguments))
        assert done.code == 0, done.complaints
        output = done.output
    answer = json.loads(output.splitlines()[-1])["answer"] if window else output
    assert canary.inside[0] in answer, "the program did not do its job, so this proves nothing"
    if quick:
        assert any(word in answer for word in canary.answered)
    if window:
        assert Finder(canary.words).inside(json.dumps(json.loads(output.splitlines()[-1])["titles"]).encode()) == set()
    # The model's own choice of words, searched for afterwards in what is left.
    finder = Finder(words_of(answer, canary.sentence))
    assert finder.words
    assert finder.look([*program.places, *watch.left]) == set()
    assert watch.finder.seen == set()
    assert watch.ours or sys.platform != "linux", "no working copy of the index was seen"
    assert watch.looks > 5
    assert watch.finder.bytes > 1_000_000
    assert sum(path.stat().st_size for path in program.library.rglob("library.db")) > 10_000
    assert watch.left == set()
    nothing_is_left(program)


def nothing_is_left(program: Program) -> None:
    # An empty folder in the temporary one is torch's, which makes it at import.
    assert [path for path in program.temporary.rglob("*") if path.is_file()] == []
    assert list(program.working.rglob("*")) == []
    left = [path.relative_to(program.home).as_posix() for path in program.home.rglob("*") if path.is_file()]
    # Libraries like to leave device ids, event databases, caches and the names of opened folders there.
    assert [name for name in left if name not in ALLOWED_AT_HOME] == []


def test_nothing_of_the_other_commands_is_found(canary: Canary, tmp_path: Path) -> None:
    """Matters, backup, restore, audit log and its export, removal: one life of a library."""
    program = Program(tmp_path / "run", entry=QUICK)
    program.make_vault()
    program.settle(audit_questions=False, answers="written")
    given = canary.plant(tmp_path)
    document = given / f"{canary.name}.txt"
    outside = tmp_path / "outside"
    outside.mkdir()
    watch = Watch(program, Finder(canary.words), more=(outside,))

    def do(*arguments: str | Path, expect: int = 0) -> str:
        done = watch.over(program.start(*arguments))
        assert done.code == expect, (arguments, done.complaints)
        return done.output

    do("matters", "new", canary.matter)
    assert canary.matter in do("matters", "--json")
    do("add", "--matter", canary.matter, given)
    assert canary.inside[0] in do("ask", "--matter", canary.matter, canary.question)
    listed = json.loads(do("audit", "--json").splitlines()[-1])
    # On the screen a matter is shown by its name; nothing else has one.
    assert Finder(canary.words).inside(json.dumps(listed).encode()) <= {canary.matter}
    assert len(listed["entries"]) >= 6
    do("audit", "--csv", outside / "audit.csv")
    assert (outside / "audit.csv").stat().st_size > 300
    do("backup", outside / "backup.carrel")
    assert (outside / "backup.carrel").stat().st_size > 10_000
    do("matters", "rename", canary.matter, f"{canary.matter} {canary.matter}")
    watch.more = (*watch.more, tmp_path / "again")
    restored = Program(tmp_path / "again", entry=QUICK)
    done = watch.over(restored.start("restore", outside / "backup.carrel"))
    assert done.code == 0, done.complaints
    assert canary.inside[0] in restored.run("search", "--matter", canary.matter, canary.question)
    do("remove", "--matter", f"{canary.matter} {canary.matter}", document, "--delete-backups")
    do("matters", "delete", f"{canary.matter} {canary.matter}", "--yes")
    do("passphrase", "--new-passphrase-file", program.passphrase)
    do("recovery-key", "--yes")
    assert watch.finder.seen == set()
    assert watch.left == set()
    nothing_is_left(program)
    nothing_is_left(restored)

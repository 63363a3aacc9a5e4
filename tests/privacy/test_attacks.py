"""Somebody writes to the library's folder while it is locked: what is told, and what honestly is not.

Through the real program, with scripted models. None of it ever shows the text of another matter.
"""

from __future__ import annotations

import json
import random
import secrets
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.errors import CarrelError
from app.session import Session
from app.settings import Settings
from tests.privacy.finder import coined
from tests.privacy.program import PASSPHRASE, QUICK, Done, Program

pytestmark = [pytest.mark.real, pytest.mark.timeout(600)]

MATTERS = ("Harbour", "Orchard")
PAGE = 4096


class Practice:
    """A library of two matters with a document each, whose words are nowhere else."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.program = Program(folder / "run", entry=QUICK)
        self.program.make_vault(*MATTERS)
        chance = random.Random(11)
        self.words = {matter: coined(chance) for matter in MATTERS}
        self.files = {matter: folder / f"{matter}.txt" for matter in MATTERS}
        for matter in MATTERS:
            self.add(matter, f"The {self.words[matter]} belongs to the first matter alone.\n")

    def add(self, matter: str, text: str) -> None:
        self.files[matter].write_text(text * 40, encoding="utf-8")
        done = self.program.tried("add", "--matter", matter, self.files[matter])
        assert done.code == 0, done.complaints


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Practice:
    return Practice(tmp_path_factory.mktemp("practice"))


@pytest.fixture
def practice(made: Practice, tmp_path: Path) -> Practice:
    """A copy of it that may be spoiled."""
    copy = Practice.__new__(Practice)
    copy.folder, copy.words, copy.files = tmp_path, made.words, made.files
    copy.program = Program(tmp_path / "run", entry=QUICK)
    shutil.copytree(made.program.library, copy.program.library)
    return copy


def vault_file(program: Program) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((program.library / "vault.json").read_bytes())
    return content


def matter_folder(program: Program, name: str) -> Path:
    with program.vault() as vault:
        return vault.matter_folder(vault.matter(name).id)


def searched(practice: Practice, matter: str) -> Done:
    """Ask one matter for the words of both; never is the other's document shown."""
    done = practice.program.tried("search", "--matter", matter, " ".join(practice.words.values()), "--json")
    assert done.told, done
    (other,) = set(MATTERS) - {matter}
    hits = json.loads(done.output.splitlines()[-1])["hits"] if done.code == 0 else []
    assert all(practice.words[other] not in hit["text"] for hit in hits), "the text of another matter was shown"
    return done


def test_each_matter_shows_its_own(practice: Practice) -> None:
    """What the tests below compare with: untouched, it opens without a warning."""
    for matter in MATTERS:
        done = searched(practice, matter)
        assert done.code == 0
        assert practice.words[matter] in done.output
        assert "copy" not in done.complaints


# Swapped between matters


@pytest.mark.parametrize(("what", "code"), [("", 4), ("library.db", 4), ("index.sealed", 0), ("lock", 0)])
def test_swapped_between_matters(what: str, code: int, practice: Practice) -> None:
    one, other = (matter_folder(practice.program, matter) / what for matter in MATTERS)
    aside = practice.folder / "aside"
    for source, target in ((one, aside), (other, one), (aside, other)):
        source.rename(target)
    for matter in MATTERS:
        done = searched(practice, matter)
        assert done.code == code, done
        if code:
            assert "damaged" in done.sentence
        else:
            assert practice.words[matter] in done.output


def test_the_other_matter_is_still_there(practice: Practice) -> None:
    """One that is damaged keeps nobody out of the others."""
    (matter_folder(practice.program, "Harbour") / "library.db").write_bytes(b"x" * 100_000)
    assert searched(practice, "Harbour").code == 4
    assert practice.words["Orchard"] in searched(practice, "Orchard").output


# vault.json


def lowered(name: str, value: object) -> Callable[[dict[str, Any]], None]:
    def change(content: dict[str, Any]) -> None:
        content["openers"]["passphrase"]["kdf"][name] = value

    return change


def swapped_keys(content: dict[str, Any]) -> None:
    one, other = content["matters"][1:3]
    one["key"], other["key"] = other["key"], one["key"]


def swapped_names(content: dict[str, Any]) -> None:
    one, other = content["matters"][1:3]
    one["name"], other["name"] = other["name"], one["name"]


def exchanged_openers(content: dict[str, Any]) -> None:
    openers = content["openers"]
    openers["passphrase"], openers["recovery"] = openers["recovery"], openers["passphrase"]


CHANGES: dict[str, Callable[[dict[str, Any]], Any]] = {
    "memory lowered": lowered("memory", 8), "memory without bounds": lowered("memory", 1 << 40),
    "memory not a number": lowered("memory", "all"), "passes lowered": lowered("passes", 0),
    "passes without bounds": lowered("passes", 1 << 40), "lanes changed": lowered("lanes", 2),
    "another function": lowered("name", "pbkdf2"), "a short salt": lowered("salt", "AAAA"),
    "keys of matters swapped": swapped_keys, "names of matters swapped": swapped_names,
    "a matter dropped": lambda content: content["matters"].pop(), "openers exchanged": exchanged_openers,
    "the recovery key dropped": lambda content: content["openers"].pop("recovery"),
    "generation lowered": lambda content: content.update(generation=0),
    "format lowered": lambda content: content.update(format=1),
    "format raised": lambda content: content.update(format=99), "no seal": lambda content: content.pop("mac"),
    "an empty seal": lambda content: content.update(mac=""), "another vault's name": lambda content: content.update(
        id="0" * 32),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_changed_vault_file_is_told(name: str, practice: Practice) -> None:
    content = vault_file(practice.program)
    CHANGES[name](content)
    (practice.program.library / "vault.json").write_text(json.dumps(content), encoding="utf-8")
    done = practice.program.tried("status", "--matter", "Harbour")
    assert done.code == 4, done
    assert done.told, done
    assert not done.output


def test_parameters_cannot_be_lowered_for_the_one_who_knows_the_passphrase(practice: Practice) -> None:
    """They are authenticated with the key that they make: what opens is what was written, or nothing."""
    content = vault_file(practice.program)
    content["openers"]["passphrase"]["kdf"]["passes"] += 1
    (practice.program.library / "vault.json").write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(CarrelError, match="passphrase"):
        practice.program.vault()


# Older copies put back


def test_an_older_vault_file(practice: Practice) -> None:
    """It opens, by the passphrase of then: that is not prevented, but told."""
    old = (practice.program.library / "vault.json").read_bytes()
    new = practice.folder / "new.txt"
    new.write_text("an entirely different passphrase\n", encoding="utf-8")
    assert practice.program.tried("passphrase", "--new-passphrase-file", new).code == 0
    assert practice.program.tried("status", "--matter", "Harbour").code == 4  # the old one opens nothing
    (practice.program.library / "vault.json").write_bytes(old)
    (practice.program.library / "attempts.json").unlink(missing_ok=True)
    done = practice.program.tried("status", "--matter", "Harbour")
    assert done.code == 0, done
    assert "earlier copy" in done.complaints


def test_an_older_vault_file_costs_no_matter(practice: Practice) -> None:
    """A matter that it does not know stays on the disk, and is there again with the newer file."""
    program = practice.program
    old = (program.library / "vault.json").read_bytes()
    assert program.tried("matters", "new", "Newest").code == 0
    text = "The freshest of all matters."
    practice.files["Newest"] = practice.folder / "Newest.txt"
    practice.add("Newest", text)
    new = (program.library / "vault.json").read_bytes()
    (program.library / "vault.json").write_bytes(old)
    done = program.tried("status", "--matter", "Harbour")
    assert done.code == 0, done
    assert "no key" in done.complaints
    (program.library / "vault.json").write_bytes(new)
    assert text in program.run("search", "--matter", "Newest", "freshest of all")


def test_an_older_database(practice: Practice) -> None:
    """The log, which is newer, knows a change that it lacks."""
    program = practice.program
    database = matter_folder(program, "Harbour") / "library.db"
    old = database.read_bytes()
    more = practice.folder / "more.txt"
    more.write_text("A later document of the same matter.", encoding="utf-8")
    assert program.tried("add", "--matter", "Harbour", more).code == 0
    database.write_bytes(old)
    done = searched(practice, "Harbour")
    assert done.code == 0
    assert "earlier copy" in done.complaints


def test_a_removed_document_does_not_come_back_unseen(practice: Practice) -> None:
    program = practice.program
    database = matter_folder(program, "Harbour") / "library.db"
    old = database.read_bytes()
    assert program.tried("remove", "--matter", "Harbour", practice.files["Harbour"]).code == 0
    database.write_bytes(old)
    done = searched(practice, "Harbour")
    assert done.code == 0
    assert practice.words["Harbour"] in done.output  # it is back, as whoever has the copy has it anyway
    assert "earlier copy" in done.complaints


def test_the_whole_folder_of_an_earlier_day_is_not_told(practice: Practice) -> None:
    """Nothing inside of it can know: said in SECURITY.md. This fails on the day that it is found after all."""
    program = practice.program
    copy = practice.folder / "earlier"
    shutil.copytree(program.library, copy)
    more = practice.folder / "more.txt"
    more.write_text("A later document of the same matter.", encoding="utf-8")
    assert program.tried("add", "--matter", "Harbour", more).code == 0
    shutil.rmtree(program.library)
    copy.rename(program.library)
    done = searched(practice, "Harbour")
    assert done.code == 0
    assert "earlier copy" not in done.complaints


@pytest.mark.parametrize("with_head", [False, True])
def test_a_log_cut_back(with_head: bool, practice: Practice) -> None:
    """Also together with the file that says how long it was: each matter keeps the end that it has seen."""
    program = practice.program
    files = [program.library / name for name in ("audit.log", "audit.head")]
    old = [file.read_bytes() for file in files]
    assert searched(practice, "Harbour").code == 0
    assert len(files[0].read_bytes()) > len(old[0])
    files[0].write_bytes(old[0])
    if with_head:
        files[1].write_bytes(old[1])
    done = searched(practice, "Harbour")
    assert done.code == 0
    assert "audit log" in done.complaints
    assert "audit log" in program.tried("audit").output + program.tried("audit").complaints


def test_a_log_that_is_gone(practice: Practice) -> None:
    for name in ("audit.log", "audit.head"):
        (practice.program.library / name).unlink()
    done = searched(practice, "Harbour")
    assert done.code == 0
    assert "audit log" in done.complaints


# An older page of the database, for which no format of an encrypted page alone has an answer


def test_an_older_page_of_the_database(practice: Practice) -> None:
    """Never a text that was never there, and never another matter's; how often it is not told is counted."""
    program = practice.program
    folder = matter_folder(program, "Harbour")
    old = (folder / "library.db").read_bytes()
    practice.add("Harbour", f"The {practice.words['Harbour']} was changed in the second version.\n")
    practice.files["Harbour"].write_text(  # for the other tests
        f"The {practice.words['Harbour']} belongs to the first matter alone.\n" * 40, encoding="utf-8")
    new = (folder / "library.db").read_bytes()
    pages = [n for n in range(1, min(len(old), len(new)) // PAGE) if old[n * PAGE:][:PAGE] != new[n * PAGE:][:PAGE]]
    chance = random.Random(secrets.randbits(32))
    outcomes: Counter[str] = Counter()
    for page in chance.sample(pages, min(30, len(pages))):
        changed = bytearray(new)
        changed[page * PAGE : (page + 1) * PAGE] = old[page * PAGE : (page + 1) * PAGE]
        (folder / "library.db").write_bytes(changed)
        (folder / "index.sealed").unlink(missing_ok=True)
        outcomes[read(program.library, practice.words)] += 1
    print(f"\n{sum(outcomes.values())} older pages put back: {dict(outcomes)}")
    assert sum(outcomes.values()) > 3


def read(library: Path, words: dict[str, str]) -> str:
    lines = {f"The {words['Harbour']} belongs to the first matter alone.",
             f"The {words['Harbour']} was changed in the second version."}
    try:
        with Session.open(library, bytearray(PASSPHRASE.encode()), warm=False, settings=Settings(),
                          matters=["Harbour"]) as session:
            shown = [session.store.page_text(row.id, None) for row in session.store.documents()]
            shown += [one.text for one in session.store.passages([key for key, _ in session.store.words(
                words["Harbour"], 50)])]
            told = bool(session.findings)
    except CarrelError as error:
        return f"not opened or not read: {type(error).__name__}"
    seen = {line for text in shown for line in text.splitlines() if line}
    assert seen <= lines
    if told:
        return "opened, with a finding"
    return "opened, the newer text" if seen == {max(lines, key=len)} else "opened, not told"

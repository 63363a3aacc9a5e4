"""The command line on a real vault with stand-ins for the models: what it asks, prints, refuses and returns."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from app import __main__ as program
from app import cli, errors, paths, selftest
from app.answering import Answering
from app.cli import opening, talk
from app.models.client import EmbedderClient, GeneratorClient
from app.session import Session
from app.store.conversations import Conversations
from app.types import Refusal
from app.vault import vault
from app.vault.keys import Cost
from tests.fakes import FakeEmbedder, FakeGenerator
from tests.models.modelfiles import cross_folder, sentence_folder
from tests.store.library import make_older

pytestmark = pytest.mark.usefixtures("empty_home", "unsealed")
SECRET = "correct horse battery staple"
OTHER = "an entirely different passphrase"


class Desk:
    """Runs commands in this process, on one library."""

    def __init__(self, folder: Path, capture: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.library = folder / "library"
        self.secret = self.file("secret", SECRET)
        self._capture = capture

    def file(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{text}\n", encoding="utf-8")
        return path

    def run(self, *arguments: str | Path, by: Sequence[str | Path] | None = None) -> tuple[int, str, str]:
        way = ["--passphrase-file", self.secret] if by is None else list(by)
        self._capture.readouterr()
        try:
            code = cli.main([str(each) for each in ["--library", self.library, *way, *arguments]], _no_window, list)
        except SystemExit as end:
            code = int(str(end.code))
        out, err = self._capture.readouterr()
        return code, out, err

    def json(self, *arguments: str | Path) -> Any:
        code, out, err = self.run(*arguments, "--json")
        assert code == 0, err
        return json.loads(out.splitlines()[-1])

    def made(self) -> str:
        """Make the library with one document; return its recovery key."""
        _, _, err = self.run("add", self.file("boiler.txt", "The boiler in flat 7 was repaired on 3 May 2021."))
        return next(line.split(": ")[1] for line in err.splitlines() if line.startswith("Recovery key"))


def _no_window(library: Path, secret: bytearray | None, *, samples: bool) -> int:
    raise AssertionError("no window was asked for")


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    fake = FakeEmbedder()
    monkeypatch.setattr(EmbedderClient, "start", lambda _: None)
    monkeypatch.setattr(EmbedderClient, "embed", lambda _, texts, *, urgent=False: fake.embed(texts, urgent=urgent))
    monkeypatch.setattr(vault, "calibrated", lambda: Cost(memory=1024, passes=1, lanes=1))
    monkeypatch.setattr("app.seal.require", lambda: None)
    return Desk(tmp_path, capsys)


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is typed at the terminal, one line a question."""
    lines: list[str] = []
    stdin = SimpleNamespace(isatty=lambda: True, readline=lambda: f"{lines.pop(0)}\n")
    monkeypatch.setattr(talk.sys, "stdin", stdin)
    monkeypatch.setattr(opening.getpass, "getpass", lambda _: lines.pop(0))
    return lines


def test_a_new_library_gives_its_recovery_key_on_standard_error_alone(desk: Desk) -> None:
    code, out, err = desk.run("add", desk.file("a.txt", "Rent is due."), "--json")
    assert code == 0
    assert json.loads(out)["added"] == 1
    assert err.count("Recovery key: ") == 1
    assert "keep it away from this computer" in err
    assert "Recovery key" not in desk.run("status")[2]


def test_a_new_passphrase_is_asked_for_until_it_is_one(desk: Desk, answers: list[str]) -> None:
    answers += ["short", "password1", "n", SECRET, "typo", SECRET, SECRET]
    code, _, err = desk.run("add", desk.file("a.txt", "Rent is due."), by=())
    assert code == 0, err
    assert "Too short" in err
    assert "They differ" in err
    assert "a thief with many computers would need" in err
    assert "Where both are lost, nobody can open it" in err
    assert desk.run("status")[0] == 0


def test_a_passphrase_in_a_file_that_is_too_short_makes_no_library(desk: Desk) -> None:
    code, _, err = desk.run("add", desk.secret, by=["--passphrase-file", desk.file("weak", "abc")])
    assert (code, "Too short" in err, desk.library.exists()) == (2, True, False)


def test_where_nobody_can_be_asked_an_option_is_named(desk: Desk) -> None:
    code, _, err = desk.run("add", desk.secret, by=())
    assert (code, "--passphrase-file" in err) == (2, True)


def test_with_several_matters_the_one_that_is_meant_must_be_named(desk: Desk) -> None:
    desk.made()
    desk.run("matters", "new", "Smith v. Jones")
    code, _, err = desk.run("status")
    assert (code, err.strip()) == (4, "There are several matters; say which with --matter: General, Smith v. Jones.")
    assert desk.json("status", "--matter", "general")["matter"] == "General"
    assert desk.json("--matter", "Smith v. Jones", "status")["documents"] == []
    code, _, err = desk.run("status", "--matter", "Smith")
    assert (code, err.strip()) == (4, "There is no matter named Smith.")
    assert desk.run("status", "--matter", "General", "--matter", "Smith v. Jones")[0] == 2


def test_a_new_library_begins_with_the_matter_that_was_named(desk: Desk) -> None:
    desk.run("--matter", "Smith v. Jones", "add", desk.file("a.txt", "Rent is due."))
    assert [matter["name"] for matter in desk.json("matters")["matters"]] == ["Smith v. Jones"]


def test_several_matters_are_searched_and_each_hit_says_where_it_is_from(desk: Desk) -> None:
    desk.made()
    desk.run("matters", "new", "Smith")
    desk.run("--matter", "Smith", "add", desk.file("b/boiler.txt", "The boiler of Smith was never repaired."))
    both = ("--matter", "General", "--matter", "Smith")
    hits = desk.json("search", "boiler repaired", *both)["hits"]
    assert {hit["matter"] for hit in hits} == {"General", "Smith"}
    assert {hit["matter"] for hit in desk.json("search", "boiler", "--matter", "Smith")["hits"]} == {"Smith"}
    out = desk.run("search", "boiler", *both)[1]
    assert "boiler.txt (Smith)" in out
    assert "boiler.txt (General)" in out


def test_matters_are_listed_renamed_and_told_apart(desk: Desk) -> None:
    desk.made()
    desk.run("matters", "new", "Smith")
    listed = desk.json("matters")["matters"]
    assert [(matter["name"], matter["open"]) for matter in listed] == [("General", True), ("Smith", False)]
    assert desk.run("matters", "rename", "Smith", "Smith v. Jones")[0] == 0
    assert desk.run("matters", "new", "smith V. jones")[0] == 4
    assert "* " in desk.run("matters")[1].splitlines()[0]
    assert desk.run("matters")[1].splitlines()[1].endswith("  Smith v. Jones")


def test_a_matter_is_deleted_when_its_name_was_typed(desk: Desk, answers: list[str]) -> None:
    desk.made()
    answers.append("something else")
    assert desk.run("matters", "delete", "General")[0] == 1
    assert desk.json("status")["documents"]
    answers.append("general")
    code, out, err = desk.run("matters", "delete", "General")
    assert code == 0, err
    assert out.startswith("Destroyed: the key of General, 1 document, and\n")
    assert "library.db" in out
    assert desk.json("status")["documents"] == []
    assert "deleted matter; 1 document" in desk.run("audit")[1]


def test_deleting_without_a_terminal_needs_to_be_told(desk: Desk) -> None:
    desk.made()
    assert desk.run("matters", "delete", "General")[0] == 2
    destroyed = desk.json("matters", "delete", "General", "--yes")
    assert (destroyed["matter"], destroyed["documents"], destroyed["backups"]) == ("General", 1, [])
    assert {file["name"] for file in destroyed["files"]} >= {"library.db"}


def test_a_folder_is_removed_with_all_below_it_after_a_question(desk: Desk, answers: list[str]) -> None:
    desk.made()
    for name in ("f/a.txt", "f/g/b.txt", "fg.txt"):
        desk.run("add", desk.file(name, f"The text of {name}."))
    answers.append("n")
    assert desk.run("remove", desk.folder / "f")[0] == 1
    assert len(desk.json("status")["documents"]) == 4
    assert desk.run("remove", desk.folder / "f", "--yes")[0] == 0
    names = [Path(row["file"]).name for row in desk.json("status")["documents"]]
    assert names == ["boiler.txt", "fg.txt"]
    code, _, err = desk.run("remove", desk.folder / "boiler.txt", desk.folder / "nowhere")
    assert (code, "holds no document" in err) == (4, True)
    assert len(desk.json("status")["documents"]) == 2


def test_what_was_cut_off_is_told_and_gone_on_with(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.made()
    file = desk.file("later.txt", "The lift was inspected in June.")
    with monkeypatch.context() as patched:
        patched.setattr("app.ingest.adding.Course", _cut_off)
        with pytest.raises(OSError, match="cut off"):
            desk.run("add", file)
    assert desk.json("status")["unfinished"] == [str(file)]
    assert "carrel add --resume" in desk.run("status")[1]
    assert desk.json("add", "--resume")["added"] == 1
    assert desk.json("status")["unfinished"] == []
    assert "Nothing was left unfinished" in desk.run("add", "--resume")[2]
    assert desk.run("add")[0] == 2


def _cut_off(*_: object) -> None:
    raise OSError("cut off")


def test_control_c_gives_up_what_was_being_added(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.made()
    with monkeypatch.context() as patched:
        patched.setattr("app.ingest.adding.Course", _stop)
        assert desk.run("add", desk.file("later.txt", "The lift."))[0] == cli.INTERRUPTED
    assert desk.json("status")["unfinished"] == []


def _stop(*_: object) -> None:
    raise KeyboardInterrupt


def test_the_recovery_key_opens_it_and_sets_a_new_passphrase(desk: Desk) -> None:
    key = desk.file("key", desk.made().lower().replace("-", " "))
    new = desk.file("new", OTHER)
    code, _, err = desk.run("status", by=["--recovery-key-file", key, "--new-passphrase-file", new])
    assert code == 0, err
    assert desk.run("status")[0] == 4
    assert desk.run("status", by=["--passphrase-file", new])[0] == 0
    wrong = desk.file("wrong", "AAAA-BBBB")
    code, _, err = desk.run("status", by=["--recovery-key-file", wrong, "--new-passphrase-file", new])
    assert (code, "That recovery key does not open this library" in err) == (4, True)


def test_the_passphrase_is_changed(desk: Desk) -> None:
    desk.made()
    new = desk.file("new", OTHER)
    assert desk.run("passphrase", "--new-passphrase-file", new)[0] == 0
    assert desk.run("status")[0] == 4
    out = desk.run("audit", by=["--passphrase-file", new])[1]
    assert "passphrase changed" in out
    assert "wrong passphrases" in out


def test_a_new_recovery_key_replaces_the_old_one(desk: Desk) -> None:
    old, new = desk.file("old key", desk.made()), desk.file("new", OTHER)
    assert desk.run("recovery-key")[0] == 2
    code, out, _ = desk.run("recovery-key", "--yes")
    assert code == 0
    assert desk.run("status", by=["--recovery-key-file", old, "--new-passphrase-file", new])[0] == 4
    made = desk.file("new key", out.strip())
    assert desk.run("status", by=["--recovery-key-file", made, "--new-passphrase-file", new])[0] == 0


def test_a_library_of_an_earlier_version_is_brought_up_with_a_word_about_it(desk: Desk) -> None:
    desk.made()
    with (
        Session.open(desk.library, bytearray(SECRET.encode()), warm=False) as session,
        session.store._records.database.writing() as db,
    ):
        make_older(db)
    code, out, err = desk.run("search", "boiler", "--json")
    assert code == 0
    assert "General was made by an earlier version of Carrel. Its 1 passage" in err
    assert json.loads(out)["hits"]
    assert "earlier version" not in desk.run("search", "boiler")[2]


def test_after_many_wrong_passphrases_one_waits(desk: Desk) -> None:
    desk.made()
    wrong = desk.file("wrong", OTHER)
    said = [desk.run("status", by=["--passphrase-file", wrong]) for _ in range(8)]
    assert {code for code, _, _ in said} == {4}
    assert said[0][2].strip() == "That passphrase does not open this library."
    assert "wait" in said[-1][2]


def test_the_key_store_is_told_of(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert desk.run("keystore", "status")[0] == 4
    desk.made()
    kept: dict[str, bytearray] = {}
    monkeypatch.setattr("app.vault.keystore.save", lambda key, secret, store: kept.update({key: bytearray(secret)}))
    monkeypatch.setattr("app.vault.keystore.load", lambda key, store: bytearray(kept[key]))
    monkeypatch.setattr("app.vault.keystore.remove", lambda key, store: kept.pop(key))
    assert "does not open" in desk.run("keystore", "status")[1]
    assert desk.run("keystore", "on")[0] == 0
    assert "opens the library" in desk.run("keystore", "status")[1]
    assert desk.run("status", by=["--key-store"])[0] == 0
    assert desk.run("keystore", "off")[0] == 0
    assert kept == {}


def test_the_audit_log_is_printed_and_exported(desk: Desk) -> None:
    desk.made()
    log = desk.json("audit")
    assert [entry["event"] for entry in log["entries"]][:3] == ["created", "added", "locked"]
    assert (log["findings"], log["entries"][1]["matter"]) == ([], "General")
    table = desk.folder / "log.csv"
    assert desk.run("audit", "--csv", table)[:2] == (0, "")
    assert table.read_text(encoding="utf-8").startswith("number,time,account,event")
    assert desk.json("audit")["entries"][-2]["event"] == "exported" or "exported" in desk.run("audit")[1]


def test_damage_to_the_audit_log_comes_first_and_is_an_error(desk: Desk) -> None:
    desk.made()
    (desk.library / "audit.log").unlink()
    code, out, _ = desk.run("audit")
    assert code == 4
    assert out.startswith("! The audit log (audit.log) is missing")
    (desk.library / "audit.log").unlink()
    code, _, err = desk.run("status")
    assert (code, "is missing" in err) == (0, True)


def test_the_self_test_needs_no_library_and_fails_where_something_does_not_hold(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [Refusal("TCP", "refused", "the operating system", holds=True)]
    monkeypatch.setattr(selftest, "run", lambda probe, data: [*lines, *probe()])
    page = desk.folder / "page.html"
    assert desk.json("selftest", "--html", page)["holds"] is True
    assert page.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    lines.append(Refusal("UDP", "sent", "", holds=False))
    code, out, _ = desk.run("selftest", by=())
    assert (code, "! UDP" in out, desk.library.exists()) == (7, True, False)


def test_a_backup_is_made_restored_and_deleted_with_what_it_holds(desk: Desk) -> None:
    key, copy = desk.file("key", desk.made()), desk.folder / "copy.carrel"
    assert desk.run("backup", copy)[0] == 0
    assert desk.run("backup", copy)[0] == 3
    assert desk.run("backup", copy, "--replace")[0] == 0
    assert desk.run("restore", copy)[0] == 4  # there is a library already
    before, desk.library = desk.library, desk.folder / "restored"
    code, _, err = desk.run("restore", copy)
    assert code == 0, err
    assert [Path(row["file"]).name for row in desk.json("status")["documents"]] == ["boiler.txt"]
    desk.library = desk.folder / "by recovery key"
    assert desk.run("restore", copy, by=["--recovery-key-file", key])[0] == 0
    desk.library = before
    other = desk.file("other.txt", "The lift was inspected.")
    desk.run("add", other)
    assert f"may still hold it: {copy}" in desk.run("remove", other)[2]
    assert copy.exists()
    code, _, err = desk.run("matters", "delete", "General", "--yes", "--delete-backups")
    assert (code, f"Backup deleted: {copy}" in err, copy.exists()) == (0, True, False)


# What was read, and followed folders.


def test_before_files_are_read_it_is_said_how_many_and_how_long(desk: Desk) -> None:
    code, out, err = desk.run("add", desk.file("a.txt", "Rent is due."), "--json")
    assert code == 0, err
    assert "\n1 file, 1 page: less than a minute\n" in err
    assert set(json.loads(out)) == {"added", "unchanged", "failed", "pages", "seconds"}
    again = desk.run("add", desk.folder / "a.txt")[2]
    assert "0 files, 0 pages: less than a minute; 1 file in the library already" in again
    assert desk.json("add", desk.folder / "a.txt", "--again")["added"] == 1


def test_only_files_that_are_meant_are_added(desk: Desk) -> None:
    for name in ("f/a.txt", "f/b.md", "f/drafts/c.txt"):
        desk.file(name, f"The text of {name}.")
    code, out, err = desk.run("add", desk.folder / "f", "--include", "*.txt", "--exclude", "drafts/**", "--json")
    assert (code, json.loads(out)["added"]) == (0, 1)
    assert "\n1 file, 1 page: " in err  # nor counted beforehand
    assert [Path(row["file"]).name for row in desk.json("status")["documents"]] == ["a.txt"]


def test_what_was_read_is_printed_page_by_page_and_written_as_a_table(desk: Desk) -> None:
    desk.made()
    locked = desk.folder / "locked.pdf"
    _encrypted(locked, "open sesame")
    assert desk.run("add", locked)[0] == 3
    out = desk.run("status", "--pages")[1]
    assert "locked.pdf" in out
    assert "  the file           locked" in out
    assert out.splitlines()[-1].startswith("1 page: 1 read. 1 file gave no page at all (1 locked with a password)")
    table = desk.folder / "coverage.csv"
    code, out, err = desk.run("status", "--csv", table)
    assert (code, out, "not encrypted" in err) == (0, "", True)
    assert len(table.read_text(encoding="utf-8").splitlines()) == 3
    ledger = desk.json("status", "--pages")["ledger"]
    assert [(Path(line["file"]).name, line["page"], line["status"]) for line in ledger] == [
        ("boiler.txt", None, "read"), ("locked.pdf", None, "locked")]
    assert "ledger" not in desk.json("status")
    assert "coverage" in desk.run("audit")[1]


def test_what_could_not_be_read_is_said_under_what_was_found(desk: Desk) -> None:
    desk.made()
    assert "could not be read" not in desk.run("search", "boiler")[1]
    _encrypted(desk.folder / "locked.pdf", "open sesame")
    desk.run("add", desk.folder / "locked.pdf")
    told = "Of what was searched, 1 file could not be read; see carrel status --pages"
    assert told in desk.run("search", "boiler")[1]


def test_a_password_opens_a_locked_file_and_a_wrong_one_is_not_kept(desk: Desk) -> None:
    locked = desk.folder / "locked.pdf"
    _encrypted(locked, "open sesame")
    desk.run("add", locked)
    wrong, right = desk.file("wrong", "open says me"), desk.file("right", "open sesame")
    assert desk.run("password", locked)[0] == 2  # nobody can be asked
    code, _, err = desk.run("password", locked, "--password-file", wrong)
    assert (code, f"That password does not open {locked}." in err) == (3, True)
    code, _, err = desk.run("password", locked, "--password-file", right)
    assert (code, f"Read with its password: {locked}" in err) == (0, True)
    assert [row["status"] for row in desk.json("status")["documents"]] != ["locked"]
    assert desk.run("password", desk.folder / "nowhere.pdf", "--password-file", right)[0] == 4


def _encrypted(path: Path, password: str) -> None:
    from pypdf import PdfWriter

    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    writer.encrypt(password)
    writer.write(path)


def test_folders_are_followed_listed_and_followed_no_more(desk: Desk) -> None:
    desk.made()
    assert "No folder is followed" in desk.run("folders")[1]
    desk.file("f/a.txt", "The lift.")
    desk.file("f/b.md", "The stairs.")
    code, _, err = desk.run("folders", "add", desk.folder / "f", "--include", "*.txt")
    assert code == 0, err
    assert len(desk.json("status")["documents"]) == 2
    assert desk.json("folders")["folders"] == [
        {"path": str(desk.folder / "f"), "include": ["*.txt"], "exclude": []}]
    assert desk.run("folders")[1] == f"{desk.folder / 'f'}\n  only *.txt\n"
    assert desk.run("folders", "add", desk.folder / "nowhere")[0] == 3
    assert desk.run("folders", "remove", desk.folder / "f")[0] == 0
    assert desk.run("folders", "remove", desk.folder / "f")[0] == 3
    assert len(desk.json("status")["documents"]) == 2


def test_adding_can_follow_the_folder(desk: Desk) -> None:
    desk.file("f/a.txt", "The lift.")
    assert desk.run("add", desk.folder / "f", "--follow")[0] == 0
    assert [folder["path"] for folder in desk.json("status")["folders"]] == [str(desk.folder / "f")]
    assert desk.run("add", desk.folder / "f" / "a.txt", "--follow")[0] == 2


def test_sync_takes_up_what_is_new_moved_and_deleted(desk: Desk) -> None:
    for name in "abcdef":
        desk.file(f"f/{name}.txt", f"The text of {name} is about lifts.")
    desk.run("add", desk.folder / "f", "--follow")
    desk.file("f/new.txt", "Something else altogether.")
    (desk.folder / "f" / "a.txt").rename(desk.folder / "f" / "moved.txt")
    (desk.folder / "f" / "b.txt").unlink()
    found = desk.json("sync")
    assert (found["added"], found["failed"], found["away"]) == (1, 0, [])
    assert found["moved"] == [{"file": str(desk.folder / "f/moved.txt"), "before": str(desk.folder / "f/a.txt")}]
    assert found["gone"] == [str(desk.folder / "f/b.txt")]
    names = [Path(row["file"]).name for row in desk.json("status")["documents"]]
    assert sorted(names) == ["c.txt", "d.txt", "e.txt", "f.txt", "moved.txt", "new.txt"]


def test_a_folder_that_is_away_is_asked_about_with_the_answers_that_would_go(desk: Desk, answers: list[str]) -> None:
    desk.file("f/a.txt", "The lift was repaired on 3 May 2021.")
    desk.run("add", desk.folder / "f", "--follow")
    desk.json("ask", "When was the lift repaired?", "--conversation", "new", "--answers", "quotes")
    (desk.folder / "f").rename(desk.folder / "elsewhere")
    answers.append("n")
    code, _, err = desk.run("sync")
    assert code == 0
    assert "In 1 conversation 1 answer quotes it, or follows one that does, and would go, too." in err
    assert len(desk.json("status")["documents"]) == 1
    assert len(desk.json("conversations")["conversations"]) == 1
    answers.append("y")
    assert desk.json("sync")["gone"] == [str(desk.folder / "f" / "a.txt")]
    assert desk.json("status")["documents"] == []
    assert desk.json("conversations")["conversations"] == []


def test_where_nobody_can_be_asked_nothing_of_a_folder_that_is_away_is_taken_out(desk: Desk) -> None:
    desk.file("f/a.txt", "The lift.")
    desk.run("add", desk.folder / "f", "--follow")
    (desk.folder / "f").rename(desk.folder / "elsewhere")
    code, _, err = desk.run("sync")
    assert (code, "It stays in the library; say --yes" in err, "answer" in err) == (0, True, False)
    assert len(desk.json("status")["documents"]) == 1
    assert desk.run("sync", "--yes")[0] == 0
    assert desk.json("status")["documents"] == []


def _letters(desk: Desk) -> None:
    """Make a library of two folders."""
    desk.file("in/letters/2023 agent.txt", "The notice period for the lift is three months.")
    desk.file("in/letters/2024 agent.txt", "The notice period for the garage is one month.")
    desk.file("in/contracts/lease.txt", "The notice period of this lease is six months.")
    assert desk.run("add", desk.folder / "in")[0] == 0


def _names(found: Any) -> set[str]:
    return {Path(hit["file"]).name for hit in found["hits"]}


def test_a_search_is_kept_to_files_folders_and_kinds_by_options(desk: Desk) -> None:
    _letters(desk)
    assert len(_names(desk.json("search", "notice period"))) == 3
    assert _names(desk.json("search", "notice period", "--file", "lease")) == {"lease.txt"}
    assert _names(desk.json("search", "notice period", "--file", "lease", "--file", "2023*")) == {
        "lease.txt", "2023 agent.txt"}  # fmt: skip
    assert _names(desk.json("search", "notice period", "--folder", desk.folder / "in" / "letters")) == {
        "2023 agent.txt", "2024 agent.txt"}  # fmt: skip
    assert _names(desk.json("search", "notice period", "--folder", "contracts", "--type", "text")) == {"lease.txt"}
    asked = desk.json("ask", "What is the notice period?", "--file", "lease")
    assert {Path(hit["file"]).name for hit in asked["evidence"]} == {"lease.txt"}


def test_a_relative_path_of_this_folder_is_the_one_that_was_added(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    _letters(desk)
    monkeypatch.chdir(desk.folder / "in")
    assert _names(desk.json("search", "notice period", "--folder", "./contracts")) == {"lease.txt"}
    assert _names(desk.json("search", "notice period", "--file", "contracts/lease.txt")) == {"lease.txt"}
    assert len(_names(desk.json("search", "notice period", "--folder", "."))) == 3


def test_dates_are_understood_or_refused_before_anything_is_opened(desk: Desk) -> None:
    _letters(desk)
    assert len(_names(desk.json("search", "notice period", "--after", "2020-01"))) == 3
    code, out, err = desk.run("search", "notice period", "--before", "2020-01-31")
    assert (code, out) == (6, "")
    assert err
    code, _, err = desk.run("search", "notice period", "--after", "next week", by=())
    assert code == 2
    assert "--after: next week is not a date that can be understood" in err


def test_what_a_query_demands_is_typed(desk: Desk) -> None:
    _letters(desk)
    assert _names(desk.json("search", '"notice period for the" NOT garage')) == {"2023 agent.txt"}
    assert _names(desk.json("search", "notice period file:lease")) == {"lease.txt"}
    found = desk.json("search", '"notice period" lease')
    hit = next(hit for hit in found["hits"] if hit["file"].endswith("lease.txt"))
    assert "notice period" in [hit["text"][start:end] for start, end in hit["marks"]]
    code, out, err = desk.run("search", "notice period after:soon")
    assert code == 0
    assert "soon" in err
    assert "soon" not in out
    assert desk.json("search", "notice period after:soon")["hints"]


def test_a_demand_that_nothing_fulfils_is_said_to_be_so(desk: Desk) -> None:
    _letters(desk)
    code, out, err = desk.run("search", '"notice period of the submarine"')
    assert (code, out.splitlines()[0]) == (0, "Nothing was found.")
    assert "No passage holds what the query demands." in err
    assert desk.json("search", '"notice period of the submarine"')["hits"] == []


def test_of_several_questions_one_that_cannot_be_searched_for_stops_none(desk: Desk) -> None:
    _letters(desk)
    many = desk.file("many.jsonl", "\n".join([
        json.dumps({"id": "a", "question": "notice period file:nothing-is-called-so"}), "no object",
        json.dumps({"id": "b", "question": "notice period"}),
    ]))  # fmt: skip
    code, out, err = desk.run("search", "--queries", many)
    first, second = map(json.loads, out.splitlines())
    assert code == 6
    assert (first["id"], first["hits"]) == ("a", [])
    assert first["hints"][0] in err
    assert second["id"] == "b"
    assert len(second["hits"]) == 3
    assert "Line 2" in err
    code, out, _ = desk.run("ask", "--questions", many)
    first, second = map(json.loads, out.splitlines())
    assert (code, first["status"], first["evidence"], first["answer"]["sentences"]) == (6, "not_found", [], [])
    assert len(second["evidence"]) == 3


def test_a_list_of_questions_is_read_as_programs_write_it(desk: Desk) -> None:
    _letters(desk)
    asked = [{"id": "a", "question": "notice\u2028period\x85"}, {"id": "b", "question": None}, {"id": "c"},
             {"id": "d", "question": "deposit"}]  # fmt: skip
    many = desk.file("many.jsonl", "\ufeff" + "\n".join(json.dumps(each, ensure_ascii=False) for each in asked))
    _, out, err = desk.run("ask", "--questions", many)
    assert [json.loads(line)["id"] for line in out.splitlines()] == ["a", "d"]
    assert [number for number in range(1, 6) if f"Line {number} " in err] == [2, 3]


def test_of_a_list_that_is_cut_off_what_was_answered_is_exported(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.made()
    many = desk.file("many.jsonl", "\n".join(
        json.dumps({"id": key, "question": f"When was the boiler repaired, {key}?"}) for key in "abc"
    ))  # fmt: skip
    target, asked, ask = desk.folder / "boiler.md", [], Answering.ask

    def stopped(self: Answering, question: str, **more: Any) -> Any:
        asked.append(question)
        if len(asked) == 3:
            raise KeyboardInterrupt
        return ask(self, question, **more)

    monkeypatch.setattr(Answering, "ask", stopped)
    code, out, err = desk.run("ask", "--questions", many, "--export", target)
    assert (code, len(out.splitlines())) == (cli.INTERRUPTED, 2)
    assert "not encrypted" in err
    assert target.read_text(encoding="utf-8").count("\n## When was the boiler repaired") == 2
    code, _, err = desk.run("ask", "--questions", desk.file("none.jsonl", ""), "--export", target, "--yes")
    assert (code, "nothing was written" in err) == (0, True)
    assert "boiler" in target.read_text(encoding="utf-8")


def test_json_is_one_line_that_commands_nothing(desk: Desk) -> None:
    text = "The boiler \x9b2J was \u202edesrever\u202c and\u2028mended on 3 May 2021."
    desk.run("add", desk.file("a.txt", text))
    code, out, _ = desk.run("ask", "When was the boiler mended?", "--json")
    assert (code, len(out.splitlines())) == (0, 1)
    assert not any(letter in out for letter in "\x9b\u202e\u202c\u2028")
    assert "\u202edesrever" in json.loads(out)["evidence"][0]["text"]


def test_an_answer_that_cannot_be_kept_is_printed_and_exported(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.made()
    target = desk.folder / "boiler.md"

    def full(*_: object) -> None:
        raise errors.DiskFull

    monkeypatch.setattr(Conversations, "keep", full)
    code, out, err = desk.run(
        "ask", "When was the boiler repaired?", "--conversation", "new", "--json", "--export", target
    )
    assert code == 4
    assert "The disk is full" in err
    assert "This answer is not kept." in err
    found = json.loads(out)
    assert (found["status"], "conversation" in found) == ("quotes", False)
    assert "3 May 2021" in target.read_text(encoding="utf-8")


def test_answers_are_exported_and_nobody_is_surprised(desk: Desk, answers: list[str]) -> None:
    _letters(desk)
    target = desk.folder / "out" / "answer.md"
    code, out, err = desk.run("ask", "What is the notice period?", "--export", target)
    assert (code, out, "there is no folder" in err, target.parent.exists()) == (3, "", True, False)
    target.parent.mkdir()
    code, _, err = desk.run("ask", "What is the notice period?", "--export", target)
    assert code == 0
    assert "not encrypted" in err
    first = target.read_text(encoding="utf-8")
    assert "## What is the notice period?" in first
    assert "SHA-256 of the" in first
    assert "exported" in desk.run("audit")[1]
    answers.append("n")
    code, out, err = desk.run("ask", "And the deposit?", "--export", target)
    assert (code, out) == (1, "")
    assert "stays as it is" in err
    assert target.read_text(encoding="utf-8") == first
    answers.append("y")
    assert desk.run("ask", "And the deposit?", "--export", target)[0] == 0
    assert "And the deposit?" in target.read_text(encoding="utf-8")
    many = desk.file("many.jsonl", '{"id": "a", "question": "What is first?"}\n{"id": "b", "question": "Second?"}')
    code, out, _ = desk.run("ask", "--questions", many, "--export", target, "--yes")
    assert (code, len(out.splitlines())) == (0, 2)
    assert target.read_text(encoding="utf-8").count("\n## ") == 3


def test_an_export_of_no_known_kind_is_refused_before_anything_is_asked(desk: Desk) -> None:
    for name in ("answer.txt", "answer"):
        code, out, err = desk.run("ask", "notice?", "--export", desk.folder / name)
        assert (code, out) == (3, "")
        assert "its name must end in .docx, .pdf or .md" in err
        assert not (desk.folder / name).exists()
    code, out, err = desk.run("ask", "notice?", "--export", desk.folder / f"{'n' * 300}.md")
    assert (code, out, "could not be written" in err) == (3, "", True)


def test_quotes_are_the_answer_unless_it_is_to_be_written_and_what_is_not_there_can_be_insisted_on(desk: Desk) -> None:
    _letters(desk)
    asked = desk.json("ask", "What is the notice period for the garage?")
    assert asked["status"] == "quotes"
    quote = asked["answer"]["sentences"][0]
    text = Path(quote["quoted"][0]["file"]).read_text(encoding="utf-8")
    assert text[quote["quoted"][0]["start"] : quote["quoted"][0]["end"]] == quote["text"]
    absent = "Which vaccines did the Ministry of Health of Peru buy in 1987?"
    refused = desk.json("ask", absent)
    assert (refused["status"], refused["answer"]["anyway"], bool(refused["evidence"])) == ("not_found", False, True)
    insisted = desk.json("ask", absent, "--anyway")
    assert (insisted["status"], insisted["answer"]["anyway"]) == ("quotes", True)
    assert desk.json("ask", absent, "--anyway", "--answers", "written")["status"] in ("answered", "not_found")
    code, _, err = desk.run("ask", absent, "--answers", "sung")
    assert code == 2
    assert "sung" in err


def test_control_c_before_anything_was_begun_ends_it_quietly(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stopped(_: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("app.seal.shut", stopped)
    assert program.main(["status"]) == cli.INTERRUPTED
    assert capsys.readouterr() == ("", "")


def test_the_number_of_passages_is_a_choice_of_both(desk: Desk) -> None:
    _letters(desk)
    assert len(desk.json("search", "notice period", "-k", "2")["hits"]) == 2
    assert len(desk.json("ask", "notice period", "-k", "2")["evidence"]) == 2
    code, _, err = desk.run("search", "notice period", "-k", "0")
    assert code == 2
    assert "at least 1 is needed" in err


# Models


def test_a_library_is_indexed_anew_by_an_imported_model(
    desk: Desk, empty_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        EmbedderClient, "embed", lambda client, texts, *, urgent=False: FakeEmbedder(client.dimension).embed(texts)
    )
    monkeypatch.setattr("app.models.trial.trial", lambda role, folder: None)
    folder = sentence_folder(
        desk.folder / "better", tokenizer=(paths.bundled_models() / "all-MiniLM-L6-v2/tokenizer.json").read_bytes()
    )
    desk.made()
    code, _, err = desk.run("models", "import", folder)
    assert (code, "To find passages by it: carrel models use better" in err) == (0, True)
    listed = {model["name"]: model for model in desk.json("models")["models"]}
    assert (listed["better"]["role"], listed["better"]["chosen"]) == ("embedder", False)
    code, _, err = desk.run("models", "use", "better")
    assert code == 0
    assert "better finds passages from now on." in err
    assert "General: 1 passage indexed anew" in err
    code, _, err = desk.run("models", "use", "better")
    assert (code, "indexed anew" in err) == (0, False)
    assert desk.json("search", "boiler")["hits"]
    code, _, err = desk.run("models", "remove", "better")
    assert (code, "searched by words alone" in err) == (0, True)
    code, out, err = desk.run("search", "boiler")
    assert code == 0
    assert "General was searched by words alone" in out + err


def test_a_reranker_is_used_from_its_import_on(desk: Desk, empty_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.models.trial.trial", lambda role, folder: None)
    code, _, err = desk.run("models", "import", cross_folder(desk.folder / "ranker"))
    assert (code, "ranker is imported and puts in order" in err) == (0, True)
    assert {model["name"]: model["chosen"] for model in desk.json("models")["models"]}["ranker"]
    assert desk.run("models", "use", "nobody")[0] == 5
    code, _, err = desk.run("models", "import", desk.file("letter.txt", "Dear Sir").parent)
    assert (code, "it has no config.json" in err) == (5, True)


def test_a_conversation_is_begun_gone_on_with_listed_searched_renamed_and_deleted(
    desk: Desk, answers: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(GeneratorClient, "context", 2048)
    monkeypatch.setattr(GeneratorClient, "count", lambda _, prompt: FakeGenerator().count(prompt))
    reply = FakeGenerator("The boiler in flat 7 was repaired on 3 May 2021 [1].").generate
    monkeypatch.setattr(GeneratorClient, "generate", lambda _, prompt: reply(prompt))
    desk.made()
    assert "conversation" not in desk.json("ask", "When was the boiler repaired?")
    assert desk.json("conversations") == {"conversations": []}
    assert "--conversation new" in desk.run("conversations")[2]
    first = desk.json("ask", "When was the boiler repaired?", "--conversation", "new", "--answers", "written")
    begun = first["conversation"][:6]
    asked = desk.folder / "asked.md"
    code, out, err = desk.run(
        "ask", "And by whom?", "--conversation", begun, "--answers", "written", "--export", asked
    )
    assert (code, first["conversation"] in err) == (0, True)
    assert "Looked for: And by whom? boiler repaired" in err
    text = asked.read_text(encoding="utf-8")
    assert "## And by whom?\n" in text  # as it was typed, and what was looked for beside it
    assert "And by whom? boiler repaired" in text
    [row] = desk.json("conversations", "list")["conversations"]
    assert (row["id"], row["title"], row["exchanges"]) == (first["conversation"], "When was the boiler repaired?", 2)
    shown = desk.json("conversations", "show", "last")["answers"]
    assert [answer["looked_for"] for answer in shown] == [
        "When was the boiler repaired?", "And by whom? boiler repaired"
    ]
    assert shown[1]["before"] == first["exchange"]
    assert shown[0]["model"] == "SmolLM2-135M-Instruct.Q4_1.gguf"
    target = desk.folder / "boiler.md"
    code, _, err = desk.run("conversations", "export", "last", target)
    assert (code, "not encrypted" in err) == (0, True)
    exported = target.read_text(encoding="utf-8")
    assert exported.index("## When was the boiler repaired?") < exported.index("## And by whom?")
    answers.append("n")
    assert desk.run("conversations", "export", "last", target)[0] == 1
    out = desk.run("conversations", "show", first["conversation"])[1]
    assert "2. And by whom?" in out
    assert "\nLooked for: And by whom? boiler repaired\n" in out
    assert out.count("Looked for:") == 1
    assert "✓ The boiler in flat 7 was repaired on 3 May 2021." in out
    assert len(desk.json("conversations", "search", "boil", "MAY")["found"]) == 2
    assert "No question or answer" in desk.run("conversations", "search", "lease")[2]
    assert desk.run("conversations", "rename", "last", "Boilers")[0] == 0
    assert "Boilers" in desk.run("conversations")[1]
    many = desk.file("many.jsonl", '{"id": 1, "question": "Which flat?"}\n{"id": 2, "question": "Why?"}')
    lines = desk.run("ask", "--questions", many, "--conversation", "new")[1].splitlines()
    assert len({json.loads(line)["conversation"] for line in lines}) == 1

    boiler = desk.folder / "boiler.txt"
    answers.append("n")
    code, _, err = desk.run("remove", boiler)
    assert (code, "In 2 conversations 4 answers quote it" in err) == (1, True)
    answers.append("n")
    assert desk.run("conversations", "delete", "last")[0] == 1
    assert desk.run("conversations", "delete", "last", "--yes")[0] == 0
    assert [row["title"] for row in desk.json("conversations")["conversations"]] == ["Boilers"]
    answers.append("y")
    assert desk.run("remove", boiler)[0] == 0
    assert desk.json("conversations") == {"conversations": []}
    log = desk.run("audit", "--json")[1]
    assert "conversation deleted" in log
    assert "whom" not in log
    assert "boiler" not in log


def test_a_conversation_that_is_not_there_and_one_over_several_matters_are_refused(desk: Desk) -> None:
    desk.made()
    for named in ("last", "abcdef", "", "a"):
        code, _, err = desk.run("ask", "Why?", "--conversation", named)
        assert (code, "no such conversation" in err) == (4, True), named
    assert desk.run("conversations", "show", "new")[0] == 4
    desk.run("matters", "new", "Smith")
    both = ("--matter", "General", "--matter", "Smith")
    code, _, err = desk.run("ask", "Why?", "--conversation", "new", *both)
    assert (code, "kept in one matter" in err) == (4, True)

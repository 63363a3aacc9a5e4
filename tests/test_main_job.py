"""The main job through the command line, all real: files in, a cited answer out, and what goes wrong on the way.

Each command is a process of its own, as a user starts it.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from app import paths

pytestmark = [pytest.mark.real, pytest.mark.timeout(600)]
PROJECT = Path(__file__).resolve().parent.parent
# Where it is not the many files that matter: each of these is quickly read.
FEW = [paths.samples() / name for name in
       ("Discharge summary T Amaral.docx", "Lease Unit 3 The Old Ropewalk.pdf", "Meeting notes 2026-01-12.txt")]


class Desk:
    """Runs `carrel` on one library with its own home folder."""

    def __init__(self, folder: Path, name: str = "library") -> None:
        self.library = folder / name
        self.secret = folder / "secret"
        self.secret.write_text("correct horse battery staple\n", encoding="utf-8")
        self.environment = os.environ | {
            "HOME": str(folder / "home"),
            "XDG_DATA_HOME": str(folder / "home" / "data"),
            "XDG_CONFIG_HOME": str(folder / "home" / "config"),
            "PYTHONPATH": str(PROJECT),
        }
        (folder / "home").mkdir(exist_ok=True)

    def start(self, *arguments: str | Path, secret: Path | None = None) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "app", "--library", self.library]
        return subprocess.Popen(
            [*command, "--passphrase-file", secret or self.secret, *arguments],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=PROJECT,
        )

    def run(self, *arguments: str | Path, secret: Path | None = None) -> tuple[int, str, str]:
        with self.start(*arguments, secret=secret) as process:
            out, err = process.communicate()
        assert "Traceback" not in err, err
        return process.returncode, out, err

    def json(self, *arguments: str | Path) -> Any:
        code, out, err = self.run(*arguments, "--json")
        assert code == 0, err
        return json.loads(out.splitlines()[-1])


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A desk whose library holds the samples."""
    made = Desk(tmp_path_factory.mktemp("main job"))
    added = made.json("add", paths.samples())
    assert added["failed"] == 0
    assert added["added"] >= 8
    return made


@pytest.fixture(scope="module")
def expected() -> list[dict[str, Any]]:
    return list(tomllib.loads((paths.resources() / "questions.toml").read_text(encoding="utf-8"))["question"])


def lines(folder: Path, questions: Sequence[dict[str, Any]]) -> Path:
    file = folder / "questions.jsonl"
    asked = [json.dumps({"id": str(key), "question": item["question"]}) for key, item in enumerate(questions)]
    file.write_text("\n".join(asked), encoding="utf-8")
    return file


def test_adding_again_changes_nothing(desk: Desk) -> None:
    added = desk.json("add", paths.samples())
    assert added["added"] == 0
    assert added["unchanged"] >= 8


def test_status_names_every_document(desk: Desk) -> None:
    status = desk.json("status")
    listed = {Path(row["file"]).name for row in status["documents"]}
    assert {file.name for file in paths.samples().rglob("*.pdf")} <= listed
    assert sum(status["pages"].values()) >= len(listed)
    assert all(row["reasons"] for row in status["documents"] if row["status"] == "picture")


def test_search_finds_the_right_page(desk: Desk, expected: list[dict[str, Any]], tmp_path: Path) -> None:
    code, out, err = desk.run("search", "-k", "5", "--queries", lines(tmp_path, expected))
    assert code == 0, err
    found = [json.loads(line) for line in out.splitlines()]
    assert [item["id"] for item in found] == [str(key) for key in range(len(expected))]
    right = 0
    for item, wanted in zip(found, expected, strict=True):
        assert [hit["rank"] for hit in item["hits"]] == list(range(1, len(item["hits"]) + 1))
        right += any(
            Path(hit["file"]).name == wanted["file"] and hit["page"] in (None, wanted.get("page", hit["page"]))
            for hit in item["hits"]
        )
    assert right >= 0.8 * len(expected)


def test_asking_gives_evidence_text_and_citations(desk: Desk, expected: list[dict[str, Any]], tmp_path: Path) -> None:
    code, out, err = desk.run("ask", "--questions", lines(tmp_path, expected[:3]))
    assert code == 0, err
    cited = 0
    for line in out.splitlines():
        said = json.loads(line)
        assert said["status"] in ("answered", "not_found", "quotes")
        assert said["evidence"]
        assert said["searched"]["files"] >= 8
        assert set(said["timings"]) >= {"evidence", "total"}
        ranks = {hit["rank"] for hit in said["evidence"]}
        for sentence in said["answer"]["sentences"]:
            assert sentence["verdict"] in ("supported", "partly", "not supported", "no claim")
            assert set(sentence["citations"]) <= ranks
            cited += bool(sentence["citations"])
    assert cited


def test_a_wrong_passphrase_is_refused(desk: Desk, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong"
    wrong.write_text("incorrect\n", encoding="utf-8")
    code, out, err = desk.run("status", secret=wrong)
    assert (code, out) == (4, "")
    assert err.strip() == "That passphrase does not open this library."


def test_there_is_no_library_before_something_was_added(tmp_path: Path) -> None:
    code, _, err = Desk(tmp_path).run("search", "rent")
    assert code == 4
    assert "no library" in err
    assert not (tmp_path / "library").exists()


def test_what_cannot_be_read_is_said_and_the_exit_code_says_so(desk: Desk, tmp_path: Path) -> None:
    other = Desk(tmp_path)
    (tmp_path / "locked.pdf").write_bytes(_locked_pdf())
    (tmp_path / "empty.pdf").write_bytes(b"")
    code, out, err = other.run(
        "add", tmp_path / "nowhere", tmp_path / "empty.pdf", tmp_path / "locked.pdf", "--json"
    )
    assert code == 3
    assert json.loads(out)["failed"] == 3
    assert "There is no file or folder at" in err
    assert "password" in err
    code, _, err = other.run("ask", "What is the rent?")
    assert code == 6
    assert err.strip() == "The library holds no text yet; add files first."


def test_a_second_program_is_refused_with_a_sentence(desk: Desk, tmp_path: Path) -> None:
    pipe = tmp_path / "questions.jsonl"
    os.mkfifo(pipe)  # the first program waits for its questions, with the library open
    with desk.start("search", "--queries", pipe) as first:
        writer = os.open(pipe, os.O_WRONLY)
        code, _, err = desk.run("status")
        os.close(writer)
        first.communicate()
    assert code == 4
    assert "open in another Carrel" in err
    assert first.returncode == 0


@pytest.mark.parametrize("moment", [0.5, 3.0, 9.0])
def test_control_c_anywhere_ends_it_quietly(tmp_path: Path, moment: float) -> None:
    stopped = Desk(tmp_path)
    with stopped.start("add", paths.samples()) as process:
        time.sleep(moment)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert process.returncode in (130, 0, 3, -signal.SIGINT)
    assert "Traceback" not in err
    if process.returncode == 130:
        assert "Stopped" in err
    again = stopped.json("add", *FEW)
    assert again["added"] + again["unchanged"] == len(FEW)
    listed = {row["file"] for row in stopped.json("status")["documents"]}
    assert {str(file) for file in FEW} <= listed


def test_a_kill_loses_only_the_file_in_work(tmp_path: Path) -> None:
    killed = Desk(tmp_path)
    with killed.start("add", *FEW) as process:
        assert process.stderr is not None
        reported = []
        for line in process.stderr:
            if " passages" in line:
                reported.append(line.split("] ", 1)[1].split(":")[0])
                process.kill()
                break
        process.communicate()
    status = killed.json("status")
    assert {Path(row["file"]).name for row in status["documents"]} >= set(reported)
    again = killed.json("add", *FEW)
    assert again["unchanged"] >= len(reported)
    assert again["added"] + again["unchanged"] == len(FEW)
    assert killed.json("search", "rent")["hits"]


def test_removing_takes_a_document_out(tmp_path: Path) -> None:
    small = Desk(tmp_path)
    file = tmp_path / "notes.txt"
    file.write_text("The boiler in flat 7 was repaired on 3 May 2021.\n", encoding="utf-8")
    small.json("add", file)
    code, _, err = small.run("remove", file)
    assert code == 0, err
    assert small.json("status")["documents"] == []
    code, _, err = small.run("remove", file)
    assert code == 4
    assert file.exists()


def test_models_are_listed_imported_and_removed(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    names = {model["role"]: model for model in desk.json("models")["models"]}
    assert names["generator"]["chosen"]
    bad = tmp_path / "bad.gguf"
    bad.write_bytes(b"not a model" * 100)
    code, _, err = desk.run("models", "import", bad)
    assert code == 5
    assert "bad.gguf" in err
    short = tmp_path / "short.gguf"
    short.write_bytes(Path(names["generator"]["file"]).read_bytes()[:5_000_000])
    code, _, err = desk.run("models", "import", short)
    assert code == 5
    assert "cut short" in err
    own = tmp_path / "My model.gguf"
    own.symlink_to(names["generator"]["file"])
    code, _, err = desk.run("models", "import", own)
    assert code == 0, err
    assert [model["name"] for model in writers(desk) if model["chosen"]] == ["My model"]
    code, _, err = desk.run("models", "remove", "My model")
    assert code == 0, err
    assert [model["chosen"] for model in writers(desk)] == [True]


def _locked_pdf() -> bytes:
    from io import BytesIO

    from pypdf import PdfWriter

    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    writer.encrypt("secret", algorithm="AES-256")
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def test_without_a_display_the_window_says_so(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        desk.environment.pop(name, None)
    code, _, err = desk.run()
    assert code == 8
    assert err.startswith("There is no display")


def writers(desk: Desk) -> list[dict[str, Any]]:
    return [model for model in desk.json("models")["models"] if model["role"] == "generator"]


def test_the_library_as_a_whole_is_tested_backed_up_and_brought_back(tmp_path: Path) -> None:
    first = Desk(tmp_path)
    assert first.json("selftest")["holds"]
    (tmp_path / "notes.txt").write_text("The boiler in flat 7 was repaired on 3 May 2021.\n", encoding="utf-8")
    code, _, err = first.run("--matter", "Smith", "add", tmp_path / "notes.txt")
    assert (code, err.count("Recovery key: ")) == (0, 1), err
    code, _, err = first.run("backup", tmp_path / "copy.carrel")
    assert code == 0, err
    second = Desk(tmp_path, "restored")
    code, _, err = second.run("restore", tmp_path / "copy.carrel")
    assert code == 0, err
    assert [hit["matter"] for hit in second.json("search", "boiler")["hits"]] == ["Smith"]
    assert {"created", "added", "restored"} <= {entry["event"] for entry in second.json("audit")["entries"]}

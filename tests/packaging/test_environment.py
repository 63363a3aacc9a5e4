from __future__ import annotations

import sys
from pathlib import Path

import pytest

import environment
import steps
from steps import STARTED, SetupError, StepFailed


def _failed(place: Path, output: str) -> StepFailed:
    log = place / "step.log"
    log.write_text(output)
    return StepFailed("Packages", 1, log)


@pytest.mark.parametrize(("output", "words"), [
    ("OSError: [Errno 28] No space left on device", "The disk is full"),
    ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE", "its sha256 differs"),
    ("Hash mismatch for `uv==0.13.8`", "its sha256 differs"),
    ("NewConnectionError: refused\nERROR: No matching distribution found for uv", "registry did not answer"),
    ("error: client error (Connect)\n dns error", "registry did not answer"),
    ("ERROR: No matching distribution found for uv==0.13.8", "does not hold a package"),
    ("Segmentation fault", "what was finished is kept"),
])
def test_a_failure_becomes_a_sentence(tmp_path: Path, output: str, words: str) -> None:
    said = environment.sentence(_failed(tmp_path, output))
    assert words in said
    assert output.splitlines()[-1] in said
    assert "run this again" in said.lower()


class TestDo:
    """A step runs once for a key, again for another, and over what is there when it was cut off."""

    def run(self, place: Path, key: str, code: int = 0) -> list[str]:
        ran = place / "ran.txt"
        ran.unlink(missing_ok=True)
        script = (f"import sys; open({str(ran)!r}, 'w').write(' '.join(sys.argv[1:]) or 'plain'); "
                  f"sys.exit({code})")
        environment.do("packages", "Packages", key, [sys.executable, "-c", script], again=["--reinstall"])
        return ran.read_text().split() if ran.exists() else []

    def test_once_for_a_key(self, place: Path) -> None:
        assert self.run(place, "a") == ["plain"]
        assert self.run(place, "a") == []
        assert self.run(place, "b") == ["plain"]
        assert environment.MEMORY.get("packages") == "b"

    def test_over_what_is_there_after_a_failure(self, place: Path) -> None:
        self.run(place, "a")
        with pytest.raises(StepFailed):
            self.run(place, "b", code=1)
        assert environment.MEMORY.get("packages") == STARTED
        assert self.run(place, "a") == ["--reinstall"]
        assert self.run(place, "a") == []


def test_an_environment_is_made_and_kept(place: Path) -> None:
    where = environment.make()
    assert where == environment.tag()
    assert where.startswith(f"cp{sys.version_info[0]}{sys.version_info[1]}-")
    mark = place / ".venv" / "mark"
    mark.write_text("kept")
    assert environment.make() == where
    assert mark.exists()
    # Cut off while it was made, or its Python gone: made anew.
    environment.MEMORY.set("environment", STARTED)
    environment.make()
    assert not mark.exists()
    mark.write_text("gone")
    environment.program("python").unlink()
    assert environment.tag() == ""
    environment.make()
    assert not mark.exists()


def test_what_is_no_folder_is_not_deleted(place: Path) -> None:
    (place / ".venv").write_text("mine")
    with pytest.raises(SetupError, match="Move it away"):
        environment.make()
    assert (place / ".venv").read_text() == "mine"


def test_a_key_changes_with_every_part(tmp_path: Path) -> None:
    file = tmp_path / "lock.txt"
    file.write_text("a==1")
    keys = {environment.key_of(["cp311", file]), environment.key_of(["cp312", file]),
            environment.key_of(["cp311", "more", file]), environment.key_of(["cp", "311", file])}
    assert environment.key_of(["cp311", file]) in keys
    file.write_text("a==2")
    keys.add(environment.key_of(["cp311", file]))
    assert len(keys) == 5


@pytest.fixture
def ran(place: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The installing commands, written down and not run."""
    words: list[str] = []

    def write_down(title: str, arguments: list[object], variables: object = None, *, log: str) -> str:
        words.append(" ".join(Path(str(argument)).name for argument in arguments))
        return ""

    monkeypatch.setattr(environment, "command", write_down)
    monkeypatch.setattr(environment, "uv_settings", dict)
    return words


class TestInstall:
    def test_torch_comes_before_what_would_bring_another(self, ran: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(environment.platform, "system", lambda: "Linux")
        environment.install("cp311-linux-x86_64", ["runtime", "test"])
        assert [("uv.txt" in line, "torch==2.13.0+cpu" in line, "runtime.txt" in line) for line in ran] == [
            (True, False, False), (False, True, False), (False, False, True)]
        assert all("--require-hashes" in line for line in (ran[0], ran[2]))

    def test_a_second_time_does_nothing(self, ran: list[str]) -> None:
        environment.install("cp311-linux-x86_64", ["runtime", "test"])
        del ran[:]
        environment.install("cp311-linux-x86_64", ["runtime", "test"])
        assert ran == []

    def test_what_the_tests_need_holds_what_running_needs(self, ran: list[str]) -> None:
        environment.install("cp311-linux-x86_64", ["test"])
        del ran[:]
        environment.install("cp311-linux-x86_64", ["runtime", "test"])
        assert ran == []
        environment.MEMORY.set("packages", "older")
        environment.install("cp311-linux-x86_64", ["runtime", "test"])
        assert ["runtime.txt" in line for line in ran] == [True]
        environment.install("cp311-linux-x86_64", ["test"])
        assert "test.txt" in ran[-1]

    def test_another_python_installs_anew(self, ran: list[str]) -> None:
        environment.install("cp311-linux-x86_64", ["test"])
        del ran[:]
        environment.install("cp312-linux-x86_64", ["test"])
        assert len(ran) == 3


class TestTorch:
    def refuse(self, place: Path, monkeypatch: pytest.MonkeyPatch, outputs: dict[str, str]) -> list[str]:
        ran: list[str] = []

        def command(title: str, arguments: list[object], variables: object = None, *, log: str) -> str:
            tool = Path(str(arguments[0])).name
            ran.append(tool)
            if outputs.get(tool):
                raise _failed(place, outputs[tool])
            return ""

        monkeypatch.setattr(environment, "command", command)
        monkeypatch.setattr(environment, "uv_settings", dict)
        monkeypatch.setattr(environment.platform, "system", lambda: "Linux")
        environment._install_torch("cp312-linux-x86_64")
        return ran

    def test_uv_is_asked_when_pip_does_not_know_it(self, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        assert self.refuse(place, monkeypatch, {"python": "No matching distribution found"}) == ["python", "uv"]
        assert environment.MEMORY.get("torch") not in ("", STARTED)

    def test_a_sentence_when_neither_has_it(self, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        with pytest.raises(SetupError, match="PIP_FIND_LINKS"):
            self.refuse(place, monkeypatch, {"python": "No matching distribution found", "uv": "dns error"})
        assert environment.MEMORY.get("torch") == STARTED

    def test_another_failure_stays_what_it_is(self, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        with pytest.raises(StepFailed):
            self.refuse(place, monkeypatch, {"python": "No space left on device"})


class TestRegistry:
    """uv is told what pip was told, and nothing that it could not use."""

    def test_addresses_and_certificates(self) -> None:
        config = (":env:.cert='/etc/own.pem'\n:env:.index-url='https://first.example/simple'\n"
                  "global.cert='/etc/other.pem'\nglobal.index-url='https://second.example/simple'\n"
                  "global.extra-index-url='https://a.example/simple file:///mirror http://b.example/simple'\n")
        assert environment.uv_words(config, {}) == {
            "UV_DEFAULT_INDEX": "https://first.example/simple",
            "UV_INDEX": "https://a.example/simple http://b.example/simple",
            "UV_INDEX_STRATEGY": "unsafe-best-match",
            "SSL_CERT_FILE": "/etc/own.pem",
        }

    def test_nothing_said_nothing_told(self) -> None:
        assert environment.uv_words("", {}) == {}
        assert environment.uv_words("global.index-url='file:///mirror/simple'\nnonsense\na=b\n", {}) == {}

    def test_what_uv_was_told_directly_stays(self) -> None:
        config = "global.index-url='https://pip.example/simple'\n"
        assert environment.uv_words(config, {"UV_DEFAULT_INDEX": "https://uv.example/simple"}) == {}


def test_the_log_of_a_step_that_wrote_none(tmp_path: Path) -> None:
    assert steps.StepFailed("Packages", 1, tmp_path / "none.log").tail() == ""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import machine
from steps import SetupError


@pytest.mark.parametrize("version", [(3, 11), (3, 12), (3, 13)])
def test_pythons_that_do(version: tuple[int, int]) -> None:
    machine.check_python(version, 64)


@pytest.mark.parametrize(("version", "bits", "words"), [
    ((3, 10), 64, "this is Python 3.10"),
    ((3, 14), 64, "this is Python 3.14"),
    ((4, 0), 64, "this is Python 4.0"),
    ((3, 12), 32, "64-bit"),
])
def test_pythons_that_do_not(version: tuple[int, int], bits: int, words: str) -> None:
    with pytest.raises(SetupError, match=words) as refused:
        machine.check_python(version, bits)
    assert "run this again" in str(refused.value)


@pytest.mark.parametrize("computer", [
    ("Linux", "x86_64", "glibc"), ("Linux", "aarch64", "glibc"), ("Darwin", "arm64", ""), ("Windows", "AMD64", ""),
])
def test_computers_that_do(computer: tuple[str, str, str]) -> None:
    machine.check_platform(*computer)


@pytest.mark.parametrize(("computer", "words"), [
    (("Darwin", "x86_64", ""), "Intel Macs"),
    (("Windows", "ARM64", ""), "Intel or AMD"),
    (("Linux", "x86_64", ""), "glibc"),
])
def test_computers_that_do_not(computer: tuple[str, str, str], words: str) -> None:
    with pytest.raises(SetupError, match=words):
        machine.check_platform(*computer)


def test_a_full_disk_is_told_in_numbers(tmp_path: Path) -> None:
    machine.check_disk(tmp_path, 1)
    with pytest.raises(SetupError, match=r"about 9\d{8}\.\d GB .*Free some space"):
        machine.check_disk(tmp_path, 10**18)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has its own way of looking")
def test_a_compiler_is_tried(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CXX", "no-such-compiler")
    with pytest.raises(SetupError, match="there is no no-such-compiler"):
        machine.check_compiler("Linux")
    with pytest.raises(SetupError, match="xcode-select --install"):
        machine.check_compiler("Darwin")
    broken = tmp_path / "broken"
    broken.write_text("#!/bin/sh\necho string: No such file >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setenv("CXX", str(broken))
    with pytest.raises(SetupError, match="said: string: No such file"):
        machine.check_compiler("Linux")


@pytest.mark.skipif(not shutil.which("c++"), reason="no compiler here")
def test_a_compiler_that_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CXX", raising=False)
    machine.check_compiler("Linux")


@pytest.mark.parametrize(("system", "environment", "shown"), [
    ("Linux", {}, False),
    ("Linux", {"DISPLAY": ""}, False),
    ("Linux", {"DISPLAY": ":0"}, True),
    ("Linux", {"WAYLAND_DISPLAY": "wayland-0"}, True),
    ("Darwin", {}, True),
    ("Windows", {}, True),
])
def test_a_display_is_known(system: str, environment: dict[str, str], shown: bool) -> None:
    assert machine.has_display(system, environment) is shown


@pytest.fixture
def lacking(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "WINDOW_LIBRARIES", {"libm.so.6": "libc6", "libnosuch.so.9": "libnosuch9"})
    monkeypatch.setattr(machine, "TEST_PROGRAMS", {"sh": "dash", "no-such-program": "nosuch"})


@pytest.mark.skipif(sys.platform != "linux", reason="Linux's libraries")
@pytest.mark.usefixtures("lacking")
class TestSystemPackages:
    def test_what_is_missing_is_found_by_loading_it(self) -> None:
        assert machine.missing_packages(tests=False) == {"libnosuch.so.9": "libnosuch9"}
        assert machine.missing_packages(tests=True) == {"libnosuch.so.9": "libnosuch9", "no-such-program": "nosuch"}

    def test_one_line_for_who_may_not_install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(machine.os, "geteuid", lambda: 1000)
        monkeypatch.setattr(machine.shutil, "which", lambda name: "/usr/bin/apt-get" if name == "apt-get" else None)
        with pytest.raises(SetupError) as refused:
            machine.check_system_packages("Linux", tests=False)
        assert str(refused.value).endswith("\n  sudo apt-get install -y --no-install-recommends libnosuch9")

    def test_names_where_there_is_no_apt(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(machine.shutil, "which", lambda name: None)
        with pytest.raises(SetupError, match=r"libnosuch\.so\.9"):
            machine.check_system_packages("Linux", tests=False)

    def test_root_installs_and_looks_again(self, monkeypatch: pytest.MonkeyPatch) -> None:
        ran: list[list[str]] = []
        monkeypatch.setattr(machine.os, "geteuid", lambda: 0)
        monkeypatch.setattr(machine.shutil, "which", lambda name: f"/usr/bin/{name}")
        monkeypatch.setattr(machine, "command", lambda title, words, variables, *, log: ran.append(words))
        with pytest.raises(SetupError, match="still missing: libnosuch"):
            machine.check_system_packages("Linux", tests=False)
        assert ran == [["apt-get", "update"],
                       ["apt-get", "install", "-y", "--no-install-recommends", "libnosuch9"]]

    def test_other_systems_need_none(self) -> None:
        machine.check_system_packages("Darwin", tests=True)


def test_dev_py_refuses_an_old_python_in_a_sentence() -> None:
    """dev.py must be readable by the Python that it refuses; its code is run with an old version put in."""
    source = (Path(__file__).parents[2] / "packaging" / "dev.py").read_text(encoding="utf-8")
    script = f"import sys; sys.version_info = (3, 6, 8); exec({source!r})"
    refused = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert refused.returncode == 1
    assert "this is Python 3.6" in refused.stderr
    assert "Traceback" not in refused.stderr

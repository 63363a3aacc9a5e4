"""Opening an original file: documents go to the system's opener, everything else is refused in words."""

from __future__ import annotations

import os
import time
import zipfile
from pathlib import Path

import pytest

from app.documents import loader
from app.errors import MissingPath, UnreadableFile
from app.ui.widgets import outside

LINUX = pytest.mark.skipif("sys.platform != 'linux'")


@pytest.fixture
def opener(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An opener that writes down what it was started with."""
    tools = tmp_path / "tools"
    tools.mkdir()
    said = tmp_path / "said"
    script = tools / "xdg-open"
    script.write_text(f"#!/bin/sh\n{{ pwd; printf '%s\\n' \"$@\"; env; ls /proc/$$/fd | wc -l; }} > '{said}.new'\n"
                      f"mv '{said}.new' '{said}'\n", encoding="utf-8")
    script.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tools}:{os.environ['PATH']}")
    monkeypatch.setenv("LD_LIBRARY_PATH", "/bundle")
    monkeypatch.setenv("CARREL_PASSPHRASE", "secret")
    return said


def said(opener: Path) -> list[str]:
    until = time.monotonic() + 10
    while not opener.exists() and time.monotonic() < until:
        time.sleep(.01)
    for process in outside._started:
        process.wait(10)
    return opener.read_text(encoding="utf-8").splitlines()


def made(folder: Path, name: str, content: bytes = b"%PDF-1.7\n") -> Path:
    path = folder / name
    path.write_bytes(content)
    path.chmod(0o600)
    return path


@LINUX
@pytest.mark.parametrize("name", ["a.pdf", "-e $(touch x); `id` & 'quoted'.pdf", "Bericht für Ö.pdf"])
def test_a_document_goes_to_the_opener_whole_and_with_little_else(opener: Path, tmp_path: Path, name: str) -> None:
    path = made(tmp_path, name)
    outside.open_outside(str(path))
    lines = said(opener)
    assert lines[:2] == ["/", str(path)]
    names = {line.partition("=")[0] for line in lines[2:-1]}
    assert "PATH" in names
    assert not {"LD_LIBRARY_PATH", "CARREL_PASSPHRASE"} & names
    assert int(lines[-1]) <= 5  # nothing that is open here is open there


@LINUX
def test_the_folder_is_shown_and_not_the_file(opener: Path, tmp_path: Path) -> None:
    outside.show_in_folder(made(tmp_path, "page.html"))
    assert said(opener)[1] == str(tmp_path)


@LINUX
def test_without_an_opener_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UnreadableFile, match="xdg-open"):
        outside.open_outside(made(tmp_path, "a.pdf"))


def test_every_kind_that_is_read_is_either_opened_or_refused_with_its_reason() -> None:
    assert set(outside.KINDS) | set(outside.REFUSED) >= loader.SUFFIXES
    assert set(outside.KINDS) <= loader.SUFFIXES
    assert not set(outside.KINDS) & set(outside.REFUSED)


@pytest.mark.parametrize("name", [
    "http://example.org/a.pdf", "https://example.org/a.pdf", "file:///etc/hosts", "smb://server/share/a.pdf",
    "file://server/share/a.pdf", "mailto:a@example.org", "ms-word:ofe|u|https://example.org/a.docx",
    "data:text/plain,a",
    "//server/share/a.pdf", r"\\server\share\a.pdf", r"\\?\UNC\server\share\a.pdf", "/net/server/a.pdf",
    "/afs/cell/a.pdf", "/run/user/1000/gvfs/smb-share:server=x/a.pdf", "/home/x/.gvfs/share/a.pdf", "/Network/a.pdf",
])
@pytest.mark.parametrize("act", [outside.open_outside, outside.show_in_folder])
def test_what_lies_elsewhere_is_refused_before_anything_looks_there(
        name: str, act: object, monkeypatch: pytest.MonkeyPatch) -> None:
    def look(*_: object, **__: object) -> str:
        raise AssertionError("it was looked for")

    monkeypatch.setattr(os.path, "realpath", look)
    with pytest.raises(UnreadableFile, match="another computer"):
        act(name)  # type: ignore[operator]


@pytest.mark.parametrize("name", ["a.pdf", "./a.pdf", "", "-a.pdf"])
def test_only_whole_paths_are_opened(name: str) -> None:
    with pytest.raises(UnreadableFile, match="whole path"):
        outside.checked(name)


@pytest.mark.parametrize("name", [
    "a", "a.exe", "a.pdf.exe", "a.desktop", "a.lnk", "a.url", "a.app", "a.command", "a.bat", "a.cmd", "a.ps1", "a.js",
    "a.vbs", "a.msi", "a.jar", "a.hta", "a.scr", "a.sh", "a.py", "a.docm", "a.xlsm", "a.html", "a.htm", "a.xhtml",
    "a.svg", "a.webloc", "a.pdf ", "a.pdf.", "a.reg", "a.iso", "a.doc", "a.dotm",
])
def test_programs_links_and_web_pages_are_refused_by_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(UnreadableFile):
        outside.checked(made(tmp_path, name))


@pytest.mark.parametrize("head", [
    b"\x7fELF\x02\x01\x01", b"MZ\x90\x00\x03\x00\x00\x00", b"\xcf\xfa\xed\xfe\x07", b"\xca\xfe\xba\xbe\x00",
    b"#!/bin/sh\nrm -r ~\n", b"\xef\xbb\xbf#!/bin/sh\n", b"\n [Desktop Entry]\nExec=x\n", b"[InternetShortcut]\nURL=x",
    b"@ECHO off\r\n", b"L\x00\x00\x00\x01\x14\x02\x00",
])
@pytest.mark.parametrize("name", ["a.txt", "a.csv", "a.md"])
def test_programs_with_the_name_of_a_text_are_refused(tmp_path: Path, name: str, head: bytes) -> None:
    with pytest.raises(UnreadableFile, match="it is a program"):
        outside.checked(made(tmp_path, name, head))


@LINUX
def test_a_text_that_is_marked_as_a_program_is_refused_and_a_pdf_is_known_by_its_content(tmp_path: Path) -> None:
    text, pdf = made(tmp_path, "a.txt", b"rm -r ~"), made(tmp_path, "a.pdf")
    for path in (text, pdf):
        path.chmod(0o755)  # as file systems of other systems mark everything
    with pytest.raises(UnreadableFile, match="marked as one"):
        outside.checked(text)
    assert outside.checked(pdf) == pdf


@pytest.mark.parametrize("name", ["a.pdf", "a.docx", "a.xlsx"])
def test_what_is_not_what_its_name_says_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UnreadableFile, match="not what its name says"):
        outside.checked(made(tmp_path, name, b"<html><script>"))


def test_documents_pass(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.docx", "w") as file:
        file.writestr("word/document.xml", "<w/>")
    for path in (made(tmp_path, "MZ.txt", b"MZ Anlagenbau GmbH, Kassel"), made(tmp_path, "A.PDF"),
                 tmp_path / "a.docx", made(tmp_path, "empty.txt", b"")):
        path.chmod(0o600)
        assert outside.checked(path) == path


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    for path in (tmp_path / "gone.pdf", tmp_path / "mail.eml" / "inside.pdf", str(tmp_path / "a\0.pdf")):
        with pytest.raises((MissingPath, UnreadableFile)):
            outside.checked(path)
    folder = tmp_path / "folder.pdf"
    folder.mkdir()
    with pytest.raises(UnreadableFile, match="not a file"):
        outside.checked(folder)


@LINUX
def test_a_link_is_followed_before_it_is_judged(tmp_path: Path) -> None:
    target = made(tmp_path, "tool.sh", b"#!/bin/sh\n")
    (tmp_path / "a.pdf").symlink_to(target)
    (tmp_path / "away.pdf").symlink_to("/net/server/a.pdf")
    with pytest.raises(UnreadableFile, match="only the kinds"):
        outside.checked(tmp_path / "a.pdf")
    with pytest.raises((UnreadableFile, MissingPath)):
        outside.checked(tmp_path / "away.pdf")
    real = made(tmp_path, "real.pdf")
    (tmp_path / "link.pdf").symlink_to(real)
    assert outside.checked(tmp_path / "link.pdf") == real


@LINUX
@pytest.mark.parametrize("kind", ["pipe", "device"])
def test_nothing_waits_for_a_pipe(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a.txt"
    if kind == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to("/dev/zero")
    with pytest.raises(UnreadableFile, match="not a file"):
        outside.checked(path)

from __future__ import annotations

import pytest

from app.documents.parts import Parts, file_name, path_name, titled
from app.documents.source import is_storable


def test_no_two_parts_share_a_name() -> None:
    parts = Parts()
    for name in ("a.pdf", "a.pdf", "a (2).pdf", "a.pdf", "b"):
        assert parts.add(name, b"x")
    assert parts.names == ["a.pdf", "a (2).pdf", "a (2) (2).pdf", "a (3).pdf", "b"]
    assert parts.reason == ""


def test_what_is_over_the_bounds_is_left_out_and_said() -> None:
    parts = Parts(most=2, size=10)
    assert parts.add("a", b"12345678")
    assert not parts.add("b", b"123")
    assert parts.add("c", b"12")
    assert not parts.add("d", b"")
    assert parts.names == ["a", "c"]
    assert parts.reason.startswith("2 files in it were left out")


@pytest.mark.parametrize(("name", "expected"), [
    ("../../etc/passwd", "etc/passwd"),
    ("/etc/passwd", "etc/passwd"),
    ("C:\\Windows\\system.ini", "Windows/system.ini"),
    ("\\\\server\\share\\a.txt", "server/share/a.txt"),
    ("a/./b/../c.txt", "a/b/c.txt"),
    ("..", "otherwise"),
    ("", "otherwise"),
    ("a\x00b\n.txt", "a\ufffdb .txt"),
    ("invoice\u202efdp.exe", "invoice fdp.exe"),
])  # fmt: skip
def test_a_path_never_leads_out_of_its_container(name: str, expected: str) -> None:
    assert path_name(name, "otherwise") == expected


def test_names_are_cut_but_keep_their_suffix() -> None:
    assert file_name("x" * 5000 + ".pdf", "") == "x" * 196 + ".pdf"
    long = path_name("/".join(["folder" * 20] * 40) + "/a.pdf", "")
    assert len(long) <= 500
    assert long.endswith("/a.pdf")


def test_a_title_makes_a_file_name() -> None:
    assert titled("Re: 3/4 of\nthe rent", ".eml", "mail") == "Re: 3-4 of the rent.eml"
    assert titled(" ... ", ".eml", "mail").endswith(".eml")
    assert titled("", ".eml", "mail") == "mail.eml"
    assert is_storable(titled("\ud800\x00", ".eml", "mail"))

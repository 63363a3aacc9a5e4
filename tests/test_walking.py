"""Which files are meant: patterns, litter, links, libraries of our own."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.walking import Patterns, is_meant, walk


@pytest.mark.parametrize(("pattern", "file", "meant"), [
    ("*.pdf", "a/b/X.PDF", True),
    ("*.pdf", "a.pdfx", False),
    ("letters/**", "letters/a/b.eml", True),
    ("letters/**", "x/letters/a.eml", False),
    ("letters/", "x/letters/a.eml", True),
    ("letters/", "letters", False),
    ("letters", "x/letters/a.eml", True),
    ("/letters", "x/letters/a.eml", False),
    ("**/2024/*.eml", "a/b/2024/c.eml", True),
    ("**/2024/*.eml", "2024/c.eml", True),
    ("**/2024/*.eml", "2024/c/d.eml", False),
    ("a/**/z.txt", "a/z.txt", True),
    ("a/*/z.txt", "a/z.txt", False),
    ("draft?.txt", "x/draft1.txt", True),
    ("draft?.txt", "draft12.txt", False),
    ("[0-9]*.txt", "1 letter.txt", True),
    ("[!0-9]*.txt", "1 letter.txt", False),
    ("[!a]b", "x/b", False),
    ("a.(b)+", "a.(b)+", True),
    ("a.b", "axb", False),
    (".\\old\\*.txt", "old/a.txt", True),
    ("[", "[", True),
    ("***", "a", True),
])  # fmt: skip
def test_patterns(pattern: str, file: str, meant: bool) -> None:
    assert Patterns([pattern]).takes(file) == meant
    assert Patterns((), [pattern]).takes(file) != meant


def test_exclusion_goes_before_inclusion_and_closes_folders() -> None:
    patterns = Patterns(["*.txt"], ["old/", "/build/**"])
    assert patterns.takes("a.txt")
    assert not patterns.takes("x/old/a.txt")
    assert not patterns.enter("x/old")
    assert not patterns.enter("build")
    assert patterns.enter("x/build")
    assert Patterns([" ", ""], [""]).takes("anything")


def made(folder: Path, *files: str) -> Path:
    for file in files:
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text("x", encoding="utf-8")
    return folder


def names(folder: Path, *paths: Path, include: tuple[str, ...] = (), exclude: tuple[str, ...] = ()) -> list[str]:
    return [path.relative_to(folder).as_posix() for path in walk(paths or [folder], include, exclude)]


def test_litter_and_links_in_circles_are_passed_over(tmp_path: Path) -> None:
    made(tmp_path, "b.txt", "a/n.md", ".hidden", "~$b.docx", "Thumbs.db", "a/.git/config")
    (tmp_path / "a" / "circle").symlink_to(tmp_path)
    assert names(tmp_path, tmp_path, tmp_path / "b.txt") == ["b.txt", "a/n.md"]


def test_patterns_are_of_each_chosen_folder_and_a_chosen_file_is_always_taken(tmp_path: Path) -> None:
    made(tmp_path, "x/a.pdf", "x/a.txt", "x/old/b.pdf", "y/old/c.pdf", "y/d.txt")
    assert names(tmp_path, include=("*.pdf",), exclude=("/x/old",)) == ["x/a.pdf", "y/old/c.pdf"]
    chosen = (tmp_path / "y", tmp_path / "x" / "a.txt")
    assert names(tmp_path, *chosen, include=("*.pdf",)) == ["y/old/c.pdf", "x/a.txt"]


def test_a_library_of_ours_is_not_read_into_itself(tmp_path: Path) -> None:
    made(tmp_path, "case/a.txt", "case/carrel/vault.json", "case/carrel/audit.log", "case/carrel/matters/1/library.db")
    assert names(tmp_path) == ["case/a.txt"]
    assert not is_meant(f"{tmp_path}/case/carrel/matters/1/library.db-wal", str(tmp_path), Patterns())


def test_a_name_is_meant_where_walking_would_yield_it(tmp_path: Path) -> None:
    folder, patterns = str(tmp_path), Patterns(["*.txt"], ["old/"])
    assert is_meant(f"{folder}/a/b.txt", folder, patterns)
    for name in ("a/b.pdf", "old/b.txt", "a/.b.txt", ".a/b.txt", "~$b.txt"):
        assert not is_meant(f"{folder}/{name}", folder, patterns)
    assert not is_meant("/elsewhere/a.txt", folder, patterns)

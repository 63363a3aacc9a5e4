"""The SHA-256 of a file, and when it is not given."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from app.errors import UnknownDocument
from app.export.origins import CHANGED, ELSEWHERE, GONE, Origin, Origins, origin
from app.types import DocumentRow, Status
from tests.export.exchanges import passage

CONTENT = b"what was read"
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@dataclass
class Shelf:
    """A store's face with the files that were read from the disk."""

    parents: dict[str, str | None] = field(default_factory=dict)
    contents: dict[str, bytes] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    words: str = ""
    reads: int = 0

    def document(self, file: str) -> DocumentRow | None:
        if file not in self.parents:
            return None
        return DocumentRow(self.ids.get(file, "d-1"), file, "", "pdf", Status.READ, 1, self.parents[file], (), 1, 0.0)

    def page_text(self, document: str, page: int | None) -> str:
        if not self.words:
            raise UnknownDocument(file=document)
        return self.words

    def content_key(self, data: bytes) -> bytes:
        self.reads += 1
        return b"key" + data

    def same_content(self, file: str, digest: bytes) -> bool:
        return digest == b"key" + self.contents[file]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "Lease.pdf"
    path.write_bytes(CONTENT)
    return path


@pytest.fixture
def shelf(file: Path) -> Shelf:
    return Shelf({str(file): None}, {str(file): CONTENT})


def test_the_file_that_was_read_has_its_fingerprint(shelf: Shelf, file: Path) -> None:
    assert origin(shelf, str(file)) == Origin(sha256=SHA256)


@pytest.mark.parametrize("now", [b"another version", b"", None])
def test_another_one_has_none(shelf: Shelf, file: Path, now: bytes | None) -> None:
    if now is None:
        file.unlink()
    else:
        file.write_bytes(now)
    assert origin(shelf, str(file)) == Origin(problem=GONE if now is None else CHANGED)


def test_a_folder_in_its_place_is_told(shelf: Shelf, file: Path) -> None:
    file.unlink()
    file.mkdir()
    problem = origin(shelf, str(file)).problem
    assert problem == "it could not be computed (The file could not be opened: it is not an ordinary file)"


def test_of_a_file_inside_a_file_the_outermost_is_taken(shelf: Shelf, file: Path) -> None:
    inner = f"{file}/a.zip/b.txt"
    shelf.parents |= {f"{file}/a.zip": str(file), inner: f"{file}/a.zip"}
    assert origin(shelf, inner) == Origin("Lease.pdf", SHA256)


def test_each_file_is_read_once_for_an_export(shelf: Shelf, file: Path) -> None:
    origins = Origins([Shelf(), shelf])
    found = [origins.of(passage("1", str(file), "words", page)) for page in (1, 2, 3)]
    assert found == [Origin(sha256=SHA256)] * 3
    assert shelf.reads == 1


def test_a_file_that_no_open_store_knows(shelf: Shelf) -> None:
    assert Origins([shelf]).of(passage("1", "/other.pdf", "words")) == Origin(problem=ELSEWHERE)
    assert Origins([]).of(passage("1", "/other.pdf", "words")) == Origin(problem=ELSEWHERE)


def test_a_file_that_was_read_again_counts_where_the_words_still_stand(shelf: Shelf, file: Path) -> None:
    shelf.ids[str(file)] = "d-2"
    cited = replace(passage("1", str(file), "words"), start=4, end=9)
    assert Origins([shelf]).of(cited) == Origin(problem=CHANGED)
    shelf.words = "the words"
    assert Origins([shelf]).of(cited) == Origin(sha256=SHA256)
    shelf.words = "more words"
    assert Origins([shelf]).of(cited) == Origin(problem=CHANGED)

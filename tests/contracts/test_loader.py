"""What every loader promises; a new one is held to it by its line in LOADERS."""

from __future__ import annotations

import contextlib
import time

import pytest

from app.documents import loader
from app.documents.loader import LOADERS, SUFFIXES
from app.documents.source import Loader, Source, is_storable
from app.errors import FileError
from app.types import Document, Status

every = pytest.mark.parametrize("each", LOADERS, ids=lambda each: str(each.kind))


def read(each: Loader, data: bytes, **changes: float) -> Document:
    return each.load(Source(data, min(each.suffixes), (), **changes))


def check(each: Loader, document: Document) -> None:
    """The shape that the rest of the program, and the checks in the parent, rely on."""
    assert document.kind == each.kind
    assert is_storable(document.title)
    assert len(document.title) <= 300
    numbers = [page.number for page in document.pages]
    assert numbers == (list(range(1, len(numbers) + 1)) if each.paged else [None])
    for page in document.pages:
        assert is_storable(page.text)
        assert bool(page.text.strip()) or page.status is not Status.READ
        assert len(page.reason) <= 500
        starts = [heading.start for heading in page.headings]
        assert starts == sorted(starts)
        for heading in page.headings:
            assert 0 <= heading.start <= len(page.text)
            assert 1 <= heading.level <= 99
            assert heading.text.strip()
            assert len(heading.text) <= 500


@every
def test_its_suffixes_are_its_own_and_in_lower_case(each: Loader) -> None:
    assert each.suffixes
    assert all(suffix.startswith(".") and suffix == suffix.lower() for suffix in each.suffixes)
    others = [suffix for other in LOADERS if other is not each for suffix in other.suffixes]
    assert not each.suffixes & set(others)
    assert each.suffixes <= SUFFIXES


@every
def test_it_reads_its_samples(each: Loader) -> None:
    """The first has something to read; the others may be there for what only they make it load."""
    found = [read(each, data) for data in each.samples()]
    assert found[0].status in (Status.READ, Status.PICTURE)
    for document in found:
        check(each, document)
        assert document.status in (Status.READ, Status.PICTURE, Status.LOCKED, Status.EMPTY)


@every
def test_it_is_chosen_for_its_samples_whatever_the_case_of_the_name(each: Loader) -> None:
    for suffix in each.suffixes:
        assert loader.choose(each.samples()[0], suffix) is each


@every
def test_it_reads_the_same_thing_the_same_way_twice(each: Loader) -> None:
    for data in each.samples():
        assert read(each, data) == read(each, data)


@every
def test_what_is_cut_short_or_changed_gives_a_document_or_an_error_for_the_user(each: Loader) -> None:
    for data in each.samples():
        cuts = [data[: len(data) * part // 8] for part in range(1, 8)]
        holes = [data[:at] + b"\xff\x00<" + data[at + 3 :] for at in range(0, len(data), max(len(data) // 16, 1))]
        for wrong in [*cuts, *holes, b"\x00" * 100, b"\xff\xfe", b" ", data[::-1]]:
            with contextlib.suppress(FileError, MemoryError):
                document = loader.load(Source(wrong, min(each.suffixes)))
                check(next(other for other in LOADERS if other.kind == document.kind), document)


@every
def test_a_deadline_that_is_over_does_not_lose_the_file(each: Loader) -> None:
    for data in each.samples():
        check(each, read(each, data, deadline=time.monotonic() - 1))

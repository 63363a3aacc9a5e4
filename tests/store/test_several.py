"""Several libraries read as one, with real stores."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.errors import UnknownDocument
from app.store.several import Several
from app.store.store import Store
from app.types import Status
from tests.store.library import DIMENSION, directions, put, settle


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[tuple[Store, Store]]:
    with (
        Store.open(tmp_path / "a", bytearray(b"a" * 32), dimension=DIMENSION, label="Lease") as first,
        Store.open(tmp_path / "b", bytearray(b"b" * 32), dimension=DIMENSION, label="Divorce") as second,
    ):
        for number in range(4):
            put(first if number % 2 else second, number, passages=5)
        yield first, second


def test_one_gives_just_what_it_gives(stores: tuple[Store, Store]) -> None:
    one, store = Several(stores[:1]), stores[0]
    vector = directions(1, 5)[2]
    settle(store)
    assert one.words("clause 1 part 2", 7) == store.words("clause 1 part 2", 7)
    assert one.nearest(vector, 7) == store.nearest(vector, 7)
    ids = [key for key, _ in store.nearest(vector, 7)]
    assert one.passages(ids) == store.passages(ids)
    assert one.searched() == store.searched()
    assert one.documents() == store.documents()


def test_the_nearest_of_all_come_first_and_say_where_they_are_from(stores: tuple[Store, Store]) -> None:
    both = Several(stores)
    for number in range(4):
        vector = directions(number, 5)[3]
        hits = both.nearest(vector, 6)
        every = sorted((hit for store in stores for hit in store.nearest(vector, 20)), key=lambda hit: -hit[1])
        assert hits == every[:6]
        (found,) = both.passages([hits[0][0]])
        assert (found.text, found.matter) == (f"clause {number} part 3", "Lease" if number % 2 else "Divorce")
        assert found.text in both.page_text(found.document, found.page)


def test_passages_come_in_the_order_asked(stores: tuple[Store, Store]) -> None:
    both = Several(stores)
    ids = [key for key, _ in both.words("clause", 100)]
    assert len(ids) == 20
    mixed = [*ids[1::2], "nobody", *ids[::2]]
    assert [passage.id for passage in both.passages(mixed)] == [*ids[1::2], *ids[::2]]
    scores = [score for _, score in both.words("clause 2 part", 100)]
    assert scores == sorted(scores, reverse=True)


def test_pages_and_the_ledger_are_of_all(stores: tuple[Store, Store]) -> None:
    both = Several(stores)
    stores[0].fail("/locked.pdf", Status.LOCKED, "The file is locked.")
    lines = list(both.ledger())
    assert [line.file for line in lines] == [row.file for row in both.documents()]
    assert list(both.ledger("/locked.pdf")) == [line for line in lines if line.status is Status.LOCKED]
    assert both.page_counts() == {Status.READ: 4, Status.LOCKED: 1}
    for row in both.documents():
        if row.pages:
            assert both.page(row.id, 1).text.startswith("clause")
    with pytest.raises(UnknownDocument):
        both.page("nobody", 1)


def test_scopes_are_summed_and_what_is_nowhere_is_said(stores: tuple[Store, Store]) -> None:
    both = Several(stores)
    assert both.searched().files == 4
    assert both.searched().pages == 4
    assert len(both.documents()) == 4
    with pytest.raises(UnknownDocument):
        both.page_text("nobody", 1)

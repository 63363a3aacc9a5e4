"""What a demand finds, beside a plain reading of the texts; parts of the library; making the index anew."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

from app.query import parse
from app.steps import finished
from app.store import words
from app.store.store import Store
from app.terms import spelled
from app.types import AllOf, AnyOf, Demand, Exact, Near, Without, Word
from tests.store.library import directions, document, opened

_WORDS = ["notice", "notices", "term", "terms", "§", "1983", "0.5", "5", "mg", "10b-5", "COVID-19", "機", "密"]
_COUNT = 60


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    chance = random.Random(1)
    folder: Path = tmp_path_factory.mktemp("demands")
    with opened(folder) as made:
        for number in range(_COUNT):
            text = " ".join(chance.choices(_WORDS, k=8))
            made.add(f"/{number}", *document(text, title=chance.choice(_WORDS)), directions(number, 1),
                     size=1, modified=1.0, digest=b"")
        yield made


def texts(store: Store) -> dict[str, tuple[list[str], list[str]]]:
    with store._records.database.reading() as db:
        ids = [key for (key,) in db.execute("SELECT id FROM v.passages")]
    return {one.id: (spelled(one.text).split(), spelled(one.context).split()) for one in store.passages(ids)}


def found(store: Store, demand: Demand, text: str = "") -> set[str]:
    with store._records.database.reading() as db:
        hits = words.search(db, text, _COUNT, demand=demand)
    assert len({key for key, _ in hits}) == len(hits)
    assert [score for _, score in hits] == sorted((score for _, score in hits), reverse=True)
    return {key for key, _ in hits}


def places(part: Word | Exact, text: list[str]) -> list[tuple[int, int]]:
    asked = spelled(part.text).split()
    prefix = isinstance(part, Word) and part.prefix
    return [
        (i, i + len(asked)) for i in range(len(text) - len(asked) + 1)
        if text[i : i + len(asked) - 1] == asked[:-1]
        and (text[i + len(asked) - 1].startswith(asked[-1]) if prefix else text[i + len(asked) - 1] == asked[-1])
    ]


def fulfils(demand: Demand, columns: tuple[list[str], list[str]]) -> bool:
    match demand:
        case Word() | Exact():
            return any(places(demand, text) for text in columns)
        case Near(parts, distance):
            return any(
                max(start for start, _ in some) - min(end for _, end in some) <= distance
                for text in columns for some in product(*(places(part, text) for part in parts))
            )
        case AllOf(parts):
            return all(fulfils(part, columns) for part in parts)
        case AnyOf(parts):
            return any(fulfils(part, columns) for part in parts)
        case Without(part, unwanted):
            return (part is None or fulfils(part, columns)) and not fulfils(unwanted, columns)


def made(chance: random.Random, depth: int) -> Demand:
    kind = chance.randrange(7) if depth else chance.randrange(4)
    if kind < 2:
        word = chance.choice(_WORDS)
        return Word(word[:3] if word == "notices" else word, prefix=word == "notices")
    if kind == 2:
        return Exact(" ".join(chance.choices(_WORDS, k=2)))
    if kind == 3:
        first, second = chance.sample(["notice", "term", "mg", "1983"], 2)
        return Near((Word(first), Word(second)), chance.randrange(4))
    if kind == 6:
        return Without(chance.choice([None, made(chance, depth - 1)]), made(chance, depth - 1))
    parts = tuple(made(chance, depth - 1) for _ in range(chance.randrange(1, 4)))
    return AllOf(parts) if kind == 4 else AnyOf(parts)


def test_what_fulfils_a_demand_is_found_and_nothing_else(store: Store) -> None:
    chance = random.Random(2)
    known = texts(store)
    for _ in range(300):
        demand = made(chance, 3)
        expected = {key for key, columns in known.items() if fulfils(demand, columns)}
        assert found(store, demand, chance.choice(["", "notice", "covid terms"])) == expected, demand


def test_a_demand_without_words_is_none(store: Store) -> None:
    assert found(store, Exact("…")) == set()
    assert found(store, Word("mg"), "") == found(store, AllOf((Exact("…"), Word("mg"))))


def test_a_part_of_the_library(store: Store) -> None:
    with store._records.database.reading() as db:
        numbers = dict(db.execute("SELECT id, document FROM v.passages").fetchall())
        for demand in (None, Word("mg"), parse("-mg").demand):
            everything = words.search(db, "notice covid", _COUNT, demand=demand)
            for part in (range(1, 6), range(1, 50), [], [10_000]):
                inside = words.search(db, "notice covid", _COUNT, demand=demand, documents=part)
                assert {key for key, _ in inside} == {key for key, _ in everything if numbers[key] in part}
                assert [score for _, score in inside] == sorted((score for _, score in inside), reverse=True)


def test_how_common_words_are(store: Store) -> None:
    known = texts(store)
    with store._records.database.reading() as db:
        passages, counts = words.frequencies(db, ["10b-5", "0.5", "Nothing", "…"])
    assert passages == _COUNT
    assert counts == {
        "10b-5": sum(fulfils(Word("10b-5"), columns) for columns in known.values()),
        "0.5": sum(fulfils(Word("0.5"), columns) for columns in known.values()), "Nothing": 0, "…": 0,
    }


def test_the_index_made_anew_is_the_same(store: Store) -> None:
    with store._records.database.reading() as db:
        before = words.search(db, "notice 0.5 mg", _COUNT)
    with store._records.database.writing() as db:
        finished(words.rebuild(db))
    with store._records.database.reading() as db:
        assert words.search(db, "notice 0.5 mg", _COUNT) == before

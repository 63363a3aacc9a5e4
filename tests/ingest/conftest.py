"""What the tests of adding share: a real store, scripted readers and models."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.ingest import Ingest
from app.store.store import Store
from tests.fakes import FakeEmbedder, FakeReaders, FakeRecogniser, FakeTokenizer


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "library", bytearray(range(32)), fingerprint="fake-embedder") as opened:
        yield opened


@pytest.fixture
def readers() -> FakeReaders:
    return FakeReaders()


@pytest.fixture
def recogniser() -> FakeRecogniser:
    return FakeRecogniser()


@pytest.fixture
def embedder() -> FakeEmbedder:
    return FakeEmbedder()


@pytest.fixture
def ingest(store: Store, readers: FakeReaders, recogniser: FakeRecogniser, embedder: FakeEmbedder) -> Ingest:
    return Ingest(store, readers, embedder, FakeTokenizer(), recogniser=recogniser)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "files"
    made.mkdir()
    return made

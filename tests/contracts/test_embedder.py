"""What every Embedder keeps; an implementation inherits EmbedderContract and gives the fixture."""

from __future__ import annotations

import numpy as np
import pytest

from app.models.roles import Embedder
from tests.fakes import FakeEmbedder

TEXTS = ["The rent is 2,450 a month.", "The tenant may end the lease in March.", "Blood pressure 128 over 76."]


class EmbedderContract:
    @pytest.fixture
    def embedder(self) -> Embedder:
        raise NotImplementedError

    def test_one_unit_vector_a_text(self, embedder: Embedder) -> None:
        vectors = embedder.embed(TEXTS)
        assert vectors.dtype == np.float32
        assert vectors.ndim == 2
        assert len(vectors) == len(TEXTS)
        assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)

    def test_rows_are_in_the_order_of_the_texts(self, embedder: Embedder) -> None:
        texts = [" ".join(TEXTS[: 1 + i % 3]) + f" Clause {i}." for i in range(40)]
        together = embedder.embed(texts)
        for row in (0, 1, 17, 39):
            alone = embedder.embed([texts[row]])[0]
            assert int(np.argmax(together @ alone)) == row

    def test_like_texts_are_near(self, embedder: Embedder) -> None:
        question, rent, other = embedder.embed(["What is the rent a month?", TEXTS[0], TEXTS[2]])
        assert question @ rent > question @ other

    def test_no_texts_give_no_rows(self, embedder: Embedder) -> None:
        assert embedder.embed([]).shape == (0, embedder.embed(TEXTS).shape[1])

    @pytest.mark.parametrize("text", ["", " ", "\0", "\ud800 alone", "日本語 émigré 🎉", "x" * 5000, "a b " * 4000])
    def test_takes_any_text(self, embedder: Embedder, text: str) -> None:
        vectors = embedder.embed([text, TEXTS[0]])
        assert np.isfinite(vectors).all()
        assert np.linalg.norm(vectors[0]) == pytest.approx(1, abs=1e-5)

    def test_urgent_gives_the_same(self, embedder: Embedder) -> None:
        assert (embedder.embed(TEXTS) * embedder.embed(TEXTS, urgent=True)).sum(axis=1) == pytest.approx(1, abs=1e-3)

    def test_names_itself(self, embedder: Embedder) -> None:
        assert embedder.fingerprint
        assert embedder.fingerprint == embedder.fingerprint
        assert embedder.limit >= 8


class TestFakeEmbedder(EmbedderContract):
    @pytest.fixture
    def embedder(self) -> Embedder:
        return FakeEmbedder()

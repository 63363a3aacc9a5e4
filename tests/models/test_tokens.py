"""The embedder's tokenizer in the desk."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.errors import NoModel, NotAModel
from app.models import folder
from app.models.tokens import WordPieceTokenizer, encodable


@pytest.fixture(scope="module")
def tokenizer() -> WordPieceTokenizer:
    return WordPieceTokenizer(Path(__file__).resolve().parents[2] / "resources" / "models" / "all-MiniLM-L6-v2")


@pytest.mark.real
class TestRealTokenizer:
    def test_starts_are_characters_of_the_text(self, tokenizer: WordPieceTokenizer) -> None:
        text = "The tenant’s rent: 2,450 € émigrés"
        words = ["The", "tenant", "’", "s", "rent", ":", "2", ",", "450", "€", "émigrés"]
        starts = tokenizer.starts(text)
        at = 0
        for word in words:  # each word begins a token, whatever tokens it has inside
            at = text.index(word, at)
            assert at in starts
            at += len(word)
        assert starts[0] == 0
        assert all(text[start] != " " for start in starts)

    @pytest.mark.parametrize(
        "text",
        ["", " ", "🎉 émigré naïve ﬁne", "日本語の契約", "\ud800x", "a\0b", "x" * 500, "e\u0301 a\u0300", "Ǆ İstanbul"],
    )
    def test_ascending_and_inside(self, tokenizer: WordPieceTokenizer, text: str) -> None:
        starts = list(tokenizer.starts(text))
        assert starts == sorted(starts)
        assert all(0 <= start < len(text) for start in starts)

    def test_nothing_is_cut_off_or_filled_up(self, tokenizer: WordPieceTokenizer) -> None:
        text = "rent " * 20_000  # 100 kB
        assert list(tokenizer.starts(text)) == list(range(0, 100_000, 5))

    def test_special_tokens_count_for_nothing(self, tokenizer: WordPieceTokenizer) -> None:
        assert list(tokenizer.starts("rent")) == [0]
        assert tokenizer.limit == 256


def test_no_tokenizer(tmp_path: Path) -> None:
    with pytest.raises(NoModel):
        WordPieceTokenizer(tmp_path)
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(NotAModel, match="tokenizer"):
        WordPieceTokenizer(tmp_path)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"max_seq_length": 0}', '{"max_seq_length": "x"}'])
def test_no_limit(tmp_path: Path, content: str) -> None:
    (tmp_path / "sentence_bert_config.json").write_text(content)
    with pytest.raises(NotAModel):
        folder.limit(tmp_path)


def test_encodable_keeps_the_length() -> None:
    assert encodable("a\ud800\udc00b") == "a??b"
    assert encodable("🎉é") == "🎉é"

"""The embedder's own tokenizer, light enough for the desk: no torch, no engine.

Passages are cut with it, so that none is longer than what the embedder reads.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from app.errors import NoModel, NotAModel


class WordPieceTokenizer:
    """The tokenizer in an embedder's folder (tokenizer.json); raises NoModel, NotAModel."""

    def __init__(self, folder: Path) -> None:
        import tokenizers

        file = folder / "tokenizer.json"
        if not file.is_file():
            raise NoModel(role="embedding", path=folder)
        try:
            self._tokenizer = tokenizers.Tokenizer.from_file(str(file))
        except Exception as error:  # the library raises nothing more precise
            raise NotAModel(file=folder.name, reason=f"its tokenizer could not be read ({error})") from error
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._limit = reading_limit(folder)

    @property
    def limit(self) -> int:
        """Tokens of a text that the embedder reads, special tokens included."""
        return self._limit

    def starts(self, text: str) -> Sequence[int]:
        """Return the character where each token of `text` starts, ascending, no special tokens."""
        encoding = self._tokenizer.encode(encodable(text), add_special_tokens=False)
        return [start for start, _ in encoding.offsets]


def reading_limit(folder: Path) -> int:
    """Return the tokens of a text that the embedder in `folder` reads; raises NotAModel."""
    try:
        limit = json.loads((folder / "sentence_bert_config.json").read_bytes())["max_seq_length"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NotAModel(file=folder.name, reason="it does not say how long a text it reads") from error
    if not isinstance(limit, int) or not 8 <= limit <= 1_000_000:
        raise NotAModel(file=folder.name, reason="it does not say how long a text it reads")
    return limit


def encodable(text: str) -> str:
    """Return `text` with '?' for each lone surrogate, which no UTF-8 holds; the length stays."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode()
    return text

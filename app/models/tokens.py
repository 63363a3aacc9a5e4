"""The embedder's own tokenizer, light enough for the desk: no torch, no engine.

Passages are cut with it, so that none is longer than what the embedder reads.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from app.errors import NoModel, NotAModel
from app.models import folder as folders


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
        self._limit = folders.limit(folder)

    @property
    def limit(self) -> int:
        """Tokens of a text that the embedder reads, special tokens included."""
        return self._limit

    def starts(self, text: str) -> Sequence[int]:
        """Return the character where each token of `text` starts, ascending, no special tokens."""
        encoding = self._tokenizer.encode(encodable(text), add_special_tokens=False)
        return [start for start, _ in encoding.offsets]


def prompt_tokens(folder: Path) -> int:
    """Return how many tokens what the embedder in `folder` wants put before passages takes of its window."""
    prompt = folders.prompts(folder).passage
    return len(WordPieceTokenizer(folder).starts(prompt)) if prompt else 0


def encodable(text: str) -> str:
    """Return `text` with '?' for each lone surrogate, which no UTF-8 holds; the length stays."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode()
    return text

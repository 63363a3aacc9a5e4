"""Makes small models with random weights for tests, in a process of its own: torch would stay in the test's.

Run as a program: make_models.py FOLDER TOKENIZER_FOLDER makes FOLDER/cross, a CrossEncoder, FOLDER/half and
FOLDER/other, embedders of 16 and 24 dimensions, the second with prompts.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path


def main(folder: Path, tokenizers: Path) -> None:
    import torch
    from sentence_transformers import SentenceTransformer, models
    from transformers import AutoTokenizer, BertConfig, BertForSequenceClassification, BertModel

    torch.manual_seed(7)
    tokenizer = AutoTokenizer.from_pretrained(tokenizers, local_files_only=True)

    def config(width: int) -> BertConfig:
        return BertConfig(
            vocab_size=len(tokenizer), hidden_size=width, num_hidden_layers=1, num_attention_heads=2,
            intermediate_size=2 * width, max_position_embeddings=256, num_labels=1, initializer_range=0.5,
        )

    BertForSequenceClassification(config(16)).save_pretrained(folder / "cross")
    tokenizer.save_pretrained(folder / "cross")
    for name, width in (("half", 16), ("other", 24)):
        plain = folder / f"{name}-plain"
        BertModel(config(width)).save_pretrained(plain)
        tokenizer.save_pretrained(plain)
        transformer = models.Transformer(str(plain), max_seq_length=128)
        SentenceTransformer(modules=[transformer, models.Pooling(width)], device="cpu").save(str(folder / name))
    file = folder / "other" / "config_sentence_transformers.json"
    said = json.loads(file.read_text())
    file.write_text(json.dumps({**said, "prompts": {"query": "query: ", "document": "passage: "}}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))

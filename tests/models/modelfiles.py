"""Small GGUF files and embedder folders, written byte by byte for tests."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

BASIC: dict[str, Any] = {
    "general.architecture": "llama",
    "general.name": "Tiny",
    "general.file_type": ("I", 3),
    "llama.context_length": ("I", 2048),
    "llama.block_count": ("I", 2),
    "llama.embedding_length": ("I", 64),
    "llama.attention.head_count": ("I", 4),
    "llama.attention.head_count_kv": ("I", 2),
    "tokenizer.ggml.tokens": ["<s>", "a", "b"],
    "tokenizer.chat_template": "{{ messages }}",
}
TENSORS = [("token_embd.weight", (64, 3), 0), ("output.weight", (64, 32), 3)]
_CODES = {"B": 0, "b": 1, "H": 2, "h": 3, "I": 4, "i": 5, "f": 6, "?": 7, "Q": 10, "q": 11, "d": 12}
_BYTES = {0: (1, 4), 1: (1, 2), 3: (32, 20), 8: (32, 34)}


def string(text: str) -> bytes:
    return struct.pack("<Q", len(text.encode())) + text.encode()


def value(given: Any) -> bytes:
    if isinstance(given, str):
        return struct.pack("<I", 8) + string(given)
    if isinstance(given, list):
        return struct.pack("<IIQ", 9, 8, len(given)) + b"".join(string(item) for item in given)
    kind, content = given
    if isinstance(content, tuple):
        return struct.pack("<IIQ", 9, _CODES[kind], len(content)) + struct.pack(f"<{len(content)}{kind}", *content)
    return struct.pack("<I", _CODES[kind]) + struct.pack("<" + kind, content)


def gguf_bytes(changes: dict[str, Any] | None = None, *, tensors: Any = None, version: int = 3) -> bytes:
    """A whole GGUF with BASIC and `changes`; a change to None leaves the entry out."""
    values = {name: given for name, given in {**BASIC, **(changes or {})}.items() if given is not None}
    tensors = TENSORS if tensors is None else tensors
    head = b"GGUF" + struct.pack("<IQQ", version, len(tensors), len(values))
    for name, given in values.items():
        head += string(name) + value(given)
    offset = 0
    for name, shape, kind in tensors:
        head += string(name) + struct.pack(f"<I{len(shape)}Q", len(shape), *shape) + struct.pack("<IQ", kind, offset)
        block, size = _BYTES[kind]
        count = 1
        for side in shape:
            count *= side
        offset += -(-count // block * size // 32) * 32
    return head + b"\0" * (-len(head) % 32) + b"\1" * offset


def gguf_file(folder: Path, name: str = "tiny.gguf", **given: Any) -> Path:
    file = folder / name
    file.write_bytes(gguf_bytes(**given))
    return file


def embedder_folder(folder: Path, dimension: int = 4) -> Path:
    (folder / "1_Pooling").mkdir(parents=True)
    (folder / "modules.json").write_text("[]")
    (folder / "sentence_bert_config.json").write_text(json.dumps({"max_seq_length": 256}))
    (folder / "1_Pooling" / "config.json").write_text(json.dumps({"word_embedding_dimension": dimension}))
    (folder / "model.safetensors").write_bytes(b"weights")
    return folder

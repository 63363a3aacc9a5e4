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


def safetensors_bytes(shapes: dict[str, tuple[int, ...]] | None = None) -> bytes:
    """A whole safetensors file of zeros."""
    header, offset = {}, 0
    for name, shape in (shapes or {"classifier.weight": (4, 2)}).items():
        count = 1
        for side in shape:
            count *= side
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [offset, offset + 4 * count]}
        offset += 4 * count
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + bytes(offset)


def described(folder: Path, files: dict[str, Any]) -> Path:
    """Write files into a folder: bytes as they are, anything else as JSON."""
    for name, content in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return folder


def sentence_folder(folder: Path, **changes: Any) -> Path:
    """An embedder that passes for whole, its weights aside; a change to None leaves a file out ("__" for "/")."""
    files = {
        "modules.json": [
            {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
            {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
        ],
        "config.json": {"architectures": ["BertModel"], "model_type": "bert", "max_position_embeddings": 512},
        "sentence_bert_config.json": {"max_seq_length": 256},
        "1_Pooling/config.json": {"word_embedding_dimension": 4, "pooling_mode_mean_tokens": True},
        "tokenizer.json": {"version": "1.0"},
        "model.safetensors": safetensors_bytes(),
    }
    return described(folder, _changed(files, changes))


def cross_folder(folder: Path, **changes: Any) -> Path:
    """A CrossEncoder that passes for whole, its weights aside; changes as in `sentence_folder`."""
    files = {
        "config.json": {
            "architectures": ["BertForSequenceClassification"], "model_type": "bert", "max_position_embeddings": 512,
            "id2label": {"0": "LABEL_0"},
        },
        "tokenizer_config.json": {"model_max_length": 512},
        "tokenizer.json": {"version": "1.0"},
        "model.safetensors": safetensors_bytes(),
    }
    return described(folder, _changed(files, changes))


def _changed(files: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    named = {}
    for name, content in changes.items():
        path = name.replace("__", "/")
        named[path if "." in path else f"{path}.json"] = content
    return {name: content for name, content in {**files, **named}.items() if content is not None}

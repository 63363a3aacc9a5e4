"""GGUF model files: reads their header with every count bounded, before llama.cpp ever sees them.

llama.cpp ends its whole process over some damaged files, so what can be told beforehand is told
here: whether it is a GGUF, whether it is whole, and what memory it will take. Loads no model.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from app.errors import MissingPath, ModelCutShort, NotAModel, UnreadableFile

_HEADER_LIMIT = 256 * 1024 * 1024
_KEYS_LIMIT = 10_000
_TENSORS_LIMIT = 100_000
_ARRAY_LIMIT = 8_000_000
_STRING_LIMIT = 4 * 1024 * 1024
_KEPT_NUMBERS = 4096  # of an array; longer ones are token lists that nothing here needs
_CHUNK = 1 << 22

_SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_STRING, _ARRAY = 8, 9

# ggml's tensor types: values in a block, bytes of a block.
_BLOCKS = {
    0: (1, 4), 1: (1, 2), 2: (32, 18), 3: (32, 20), 6: (32, 22), 7: (32, 24), 8: (32, 34), 9: (32, 36),
    10: (256, 84), 11: (256, 110), 12: (256, 144), 13: (256, 176), 14: (256, 210), 15: (256, 292),
    16: (256, 66), 17: (256, 74), 18: (256, 98), 19: (256, 50), 20: (32, 18), 21: (256, 110), 22: (256, 82),
    23: (256, 136), 24: (1, 1), 25: (1, 2), 26: (1, 4), 27: (1, 8), 28: (1, 8), 29: (256, 56), 30: (1, 2),
    34: (256, 54), 35: (256, 66), 39: (32, 17), 40: (64, 36),
}  # fmt: skip

# general.file_type, as people name it.
_QUANTISATIONS = {
    0: "F32", 1: "F16", 2: "Q4_0", 3: "Q4_1", 7: "Q8_0", 8: "Q5_0", 9: "Q5_1", 10: "Q2_K", 11: "Q3_K_S",
    12: "Q3_K_M", 13: "Q3_K_L", 14: "Q4_K_S", 15: "Q4_K_M", 16: "Q5_K_S", 17: "Q5_K_M", 18: "Q6_K",
    19: "IQ2_XXS", 20: "IQ2_XS", 21: "Q2_K_S", 22: "IQ3_XS", 23: "IQ3_XXS", 24: "IQ1_S", 25: "IQ4_NL",
    26: "IQ3_S", 27: "IQ3_M", 28: "IQ2_S", 29: "IQ2_M", 30: "IQ4_XS", 31: "IQ1_M", 32: "BF16",
    36: "TQ1_0", 37: "TQ2_0", 38: "MXFP4",
}  # fmt: skip

# Architectures that llama.cpp reads but that write no text.
_NOT_WRITERS = frozenset(
    """bert nomic-bert nomic-bert-moe jina-bert-v2 jina-bert-v3 modern-bert eurobert neo-bert gemma-embedding
    clip whisper t5encoder wavtokenizer-dec""".split()
)


@dataclass(frozen=True, slots=True)
class Header:
    """What a GGUF file says of itself; sizes in bytes."""

    file: str
    architecture: str
    name: str
    context: int  # tokens it was trained to read
    quantisation: str
    parameters: int
    template: bool  # whether it brings a chat template
    size: int  # bytes the file should have at least
    layers: int
    kv_width: int  # numbers that one token leaves in the cache, all layers, keys and values
    embedding: int
    vocabulary: int
    writes: bool  # a text generator, as opposed to an embedding model
    parts: int  # files the model was split into


def read_header(file: Path) -> Header:
    """Read the header; raises MissingPath, UnreadableFile, NotAModel, and ModelCutShort inside the header."""
    try:
        with file.open("rb") as stream:
            size = os.fstat(stream.fileno()).st_size
            return _parse(_Reader(file.name, stream, size))
    except (FileNotFoundError, IsADirectoryError) as error:
        raise MissingPath(path=file) from error
    except OSError as error:
        raise UnreadableFile(reason=error.strerror or "input or output failed") from error


def check(file: Path) -> Header:
    """Return the header of a whole generator model; raises NotAModel, ModelCutShort, MissingPath."""
    header = read_header(file)
    size = file.stat().st_size
    if size < header.size:
        raise ModelCutShort(file=file.name, missing=in_words(header.size - size))
    if header.parts > 1:
        reason = f"it is one of {header.parts} parts; join them with llama-gguf-split first"
        raise NotAModel(file=file.name, reason=reason)
    if not header.writes:
        reason = f"it is a model of the kind {header.architecture}, which writes no text"
        raise NotAModel(file=file.name, reason=reason)
    return header


def memory_needed(header: Header, context: int) -> int:
    """Estimate the bytes that running it takes: its weights, the cache for `context` tokens, working space."""
    cache = header.kv_width * context * 2  # half precision
    # A batch of 512 tokens passes through; its scores over the vocabulary are the largest piece.
    working = 512 * 4 * (header.vocabulary + 16 * header.embedding)
    return header.size + cache + working


def in_words(size: int) -> str:
    """Return bytes as people say them: "98.4 MB"."""
    value = float(size)
    for unit in ("bytes", "kB", "MB", "GB"):
        if value < 1000 or unit == "GB":
            break
        value /= 1000
    return f"{value:.0f} {unit}" if unit == "bytes" or value >= 100 else f"{value:.1f} {unit}"


class _Reader:
    """Reads the header piece by piece; every length is checked before anything is taken by it."""

    def __init__(self, file: str, stream: BinaryIO, size: int) -> None:
        self.file = file
        self.size = size
        self.at = 0
        self._stream = stream
        self._data = b""
        self.order = "<"

    def nonsense(self, what: str) -> NotAModel:
        return NotAModel(file=self.file, reason=f"its header makes no sense ({what})")

    def take(self, count: int) -> bytes:
        self._have(count)
        self.at += count
        return self._data[self.at - count : self.at]

    def number(self, kind: str) -> Any:
        size = struct.calcsize("<" + kind)
        self._have(size)
        (value,) = struct.unpack_from(self.order + kind, self._data, self.at)
        self.at += size
        return value

    def count(self, limit: int, what: str) -> int:
        value: int = self.number("Q")
        if value > limit:
            raise self.nonsense(f"{value} {what}")
        return value

    def string(self) -> str:
        return self.take(self.count(_STRING_LIMIT, "bytes in one string")).decode("utf-8", "replace")

    def skip_strings(self, count: int) -> None:
        for _ in range(count):
            size = self.count(_STRING_LIMIT, "bytes in one string")
            self._have(size)
            self.at += size

    def _have(self, count: int) -> None:
        short = self.at + count - len(self._data)
        if short <= 0:
            return
        if self.at + count > _HEADER_LIMIT:
            raise self.nonsense("it is too long")
        self._data += self._stream.read(max(short, _CHUNK))
        short = self.at + count - len(self._data)
        if short > 0:
            raise ModelCutShort(file=self.file, missing=f"at least {in_words(short)}")


def _parse(reader: _Reader) -> Header:
    if reader.size < 4 or reader.take(4) != b"GGUF":
        raise NotAModel(file=reader.file, reason="it is not a GGUF file")
    version: int = reader.number("I")
    if version & 0xFFFF == 0 and version:
        raise NotAModel(file=reader.file, reason="it was made for big-endian computers")
    if version not in (2, 3):
        raise NotAModel(file=reader.file, reason=f"it is a GGUF of version {version}; versions 2 and 3 are read")
    tensors = reader.count(_TENSORS_LIMIT, "tensors")
    keys = reader.count(_KEYS_LIMIT, "entries")
    values: dict[str, Any] = {}
    for _ in range(keys):
        key = reader.string()
        values[key] = _value(reader, reader.number("I"))
    if not tensors:
        raise NotAModel(file=reader.file, reason="it holds no weights")
    parameters, end = _tensors(reader, tensors)
    alignment = values.get("general.alignment", 32)
    if not isinstance(alignment, int) or not 1 <= alignment <= 1 << 20:
        raise reader.nonsense("its alignment")
    start = -(-reader.at // alignment) * alignment
    return _header(reader, values, parameters, start + end)


def _value(reader: _Reader, kind: int) -> Any:
    """Return a value; of long arrays only the length, as a range."""
    if kind in _SCALARS:
        return reader.number(_SCALARS[kind])
    if kind == _STRING:
        return reader.string()
    if kind != _ARRAY:
        raise reader.nonsense(f"a value of the unknown type {kind}")
    kind = reader.number("I")
    count = reader.count(_ARRAY_LIMIT, "values in one list")
    if kind == _STRING:
        reader.skip_strings(count)
        return range(count)
    if kind not in _SCALARS:
        raise reader.nonsense(f"a list of the unknown type {kind}")
    packed = reader.take(count * struct.calcsize("<" + _SCALARS[kind]))
    if count > _KEPT_NUMBERS:
        return range(count)
    return struct.unpack(f"{reader.order}{count}{_SCALARS[kind]}", packed)


def _tensors(reader: _Reader, count: int) -> tuple[int, int]:
    """Return the weights in all and the end of the last tensor, from the start of the data."""
    parameters = end = 0
    for _ in range(count):
        reader.string()
        dimensions: int = reader.number("I")
        if not 1 <= dimensions <= 4:
            raise reader.nonsense(f"a tensor of {dimensions} dimensions")
        values = 1
        for _ in range(dimensions):
            values *= reader.count(1 << 40, "values in one tensor")
        kind: int = reader.number("I")
        offset = reader.count(1 << 50, "bytes before a tensor")
        if kind not in _BLOCKS:
            raise NotAModel(file=reader.file, reason=f"its weights are stored in the unknown format {kind}")
        block, size = _BLOCKS[kind]
        if values > 1 << 50 or values % block:
            raise reader.nonsense(f"{values} values in one tensor")
        parameters += values
        end = max(end, offset + values // block * size)
    return parameters, end


def _header(reader: _Reader, values: dict[str, Any], parameters: int, size: int) -> Header:
    kind = values.get("general.architecture")
    if not isinstance(kind, str) or not kind:
        raise NotAModel(file=reader.file, reason="it does not say what kind of model it is")

    def number(key: str, default: int) -> int:
        found = values.get(f"{kind}.{key}", default)
        if isinstance(found, tuple):  # one value a layer
            found = max(found, default=default)
        if not isinstance(found, int) or isinstance(found, bool) or not 0 <= found <= 1 << 31:
            raise reader.nonsense(key)
        return found

    writes = kind not in _NOT_WRITERS and number("pooling_type", 0) == 0
    context, layers, embedding = number("context_length", 0), number("block_count", 0), number("embedding_length", 0)
    vocabulary = values.get("tokenizer.ggml.tokens", ())
    if writes and not (context and layers and embedding and len(_list(vocabulary))):
        raise NotAModel(file=reader.file, reason="its header lacks what is needed to run it")
    heads = max(1, number("attention.head_count", 1))
    width = embedding // heads
    name = values.get("general.name")
    file_type = values.get("general.file_type")
    parts = values.get("split.count", 1)
    return Header(
        file=reader.file,
        architecture=kind,
        name=name if isinstance(name, str) else "",
        context=context,
        quantisation=_QUANTISATIONS.get(file_type, "") if isinstance(file_type, int) else "",
        parameters=parameters,
        template=bool(values.get("tokenizer.chat_template")),
        size=size,
        layers=layers,
        kv_width=sum(_kv_heads(values.get(f"{kind}.attention.head_count_kv", heads), layers))
        * (number("attention.key_length", width) + number("attention.value_length", width)),
        embedding=embedding,
        vocabulary=len(_list(vocabulary)),
        writes=writes,
        parts=parts if isinstance(parts, int) else 1,
    )


def _list(value: Any) -> range | tuple[Any, ...]:
    return value if isinstance(value, (range, tuple)) else ()


def _kv_heads(value: Any, layers: int) -> Iterator[int]:
    """Yield the key-value heads of each layer; the file gives one number, or one a layer."""
    if isinstance(value, tuple):
        yield from (heads for heads in value[:layers] if isinstance(heads, int))
    elif isinstance(value, int):
        yield value * layers

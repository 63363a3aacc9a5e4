"""Headers of GGUF files: whole, cut short, and made to mislead."""

from __future__ import annotations

import ctypes
import random
import struct
from pathlib import Path
from typing import Any

import pytest

from app.errors import MissingPath, ModelCutShort, NotAModel
from app.models import gguf
from tests.models.modelfiles import BASIC, gguf_bytes, gguf_file, string

STARTER = "SmolLM2-135M-Instruct.Q4_1.gguf"


def test_reads_what_the_file_says(tmp_path: Path) -> None:
    file = gguf_file(tmp_path)
    header = gguf.check(file)
    assert header == gguf.Header(
        file="tiny.gguf", architecture="llama", name="Tiny", context=2048, quantisation="Q4_1", parameters=64 * 35,
        template=True, size=file.stat().st_size, layers=2, kv_width=2 * 2 * 32, embedding=64, vocabulary=3,
        writes=True, parts=1,
    )  # fmt: skip


def test_memory_grows_with_context(tmp_path: Path) -> None:
    header = gguf.check(gguf_file(tmp_path))
    small, large = gguf.memory_needed(header, 1024), gguf.memory_needed(header, 2048)
    assert large - small == 1024 * header.kv_width * 2
    assert small > header.size


def test_heads_that_differ_by_layer(tmp_path: Path) -> None:
    file = gguf_file(tmp_path, changes={"llama.attention.head_count_kv": ("I", (2, 0))})
    assert gguf.check(file).kv_width == 2 * 32


@pytest.mark.parametrize("seed", range(5))
def test_cut_short_anywhere_is_told(tmp_path: Path, seed: int) -> None:
    whole = gguf_bytes()
    file = tmp_path / "cut.gguf"
    for length in random.Random(seed).sample(range(len(whole)), 60):
        file.write_bytes(whole[:length])
        with pytest.raises((NotAModel, ModelCutShort)) as caught:
            gguf.check(file)
        assert (caught.type is ModelCutShort) == (length >= 4)


def test_says_how_much_is_missing(tmp_path: Path) -> None:
    file = tmp_path / "cut.gguf"
    file.write_bytes(gguf_bytes()[:-500])
    with pytest.raises(ModelCutShort, match="500 bytes of it are missing"):
        gguf.check(file)


@pytest.mark.parametrize("seed", range(5))
def test_any_changed_byte_is_read_or_refused(tmp_path: Path, seed: int) -> None:
    whole = gguf_bytes()
    chance = random.Random(seed)
    file = tmp_path / "damaged.gguf"
    for _ in range(150):
        damaged = bytearray(whole)
        for _ in range(chance.randint(1, 4)):
            damaged[chance.randrange(900)] = chance.randrange(256)
        file.write_bytes(damaged)
        try:
            header = gguf.check(file)
        except (NotAModel, ModelCutShort):
            continue
        assert header.size <= len(whole)
        assert gguf.memory_needed(header, 2048) > 0


HUGE = struct.pack("<Q", 1 << 62)
BAD: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "not a GGUF"),
    "text": (b"Dear Sir or Madam", "not a GGUF"),
    "pdf": (b"%PDF-1.7\n" + b"x" * 4000, "not a GGUF"),
    "big-endian": (b"GGUF" + struct.pack(">I", 3) + b"\0" * 100, "big-endian"),
    "version 1": (b"GGUF" + struct.pack("<I", 1) + b"\0" * 100, "version 1"),
    "version 9": (b"GGUF" + struct.pack("<I", 9) + b"\0" * 100, "version 9"),
    "tensors without end": (b"GGUF" + struct.pack("<I", 3) + HUGE * 2, "no sense"),
    "entries without end": (b"GGUF" + struct.pack("<IQ", 3, 1) + HUGE, "no sense"),
    "string without end": (b"GGUF" + struct.pack("<IQQ", 3, 1, 1) + HUGE, "no sense"),
    "list without end": (
        b"GGUF" + struct.pack("<IQQ", 3, 1, 1) + string("a") + struct.pack("<II", 9, 4) + HUGE, "no sense"),
    "list of lists": (
        b"GGUF" + struct.pack("<IQQ", 3, 1, 1) + string("a") + struct.pack("<IIQ", 9, 9, 1) + b"\0" * 99, "no sense"),
    "unknown type": (b"GGUF" + struct.pack("<IQQ", 3, 1, 1) + string("a") + struct.pack("<I", 77), "no sense"),
}  # fmt: skip


@pytest.mark.parametrize(("content", "reason"), BAD.values(), ids=BAD.keys())
def test_what_is_no_model_is_refused(tmp_path: Path, content: bytes, reason: str) -> None:
    file = tmp_path / "model.gguf"
    file.write_bytes(content)
    with pytest.raises(NotAModel, match=reason):
        gguf.check(file)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"general.architecture": None}, "what kind"),
        ({"general.architecture": ("I", 5)}, "what kind"),
        ({"general.architecture": "bert"}, "writes no text"),
        ({"llama.pooling_type": ("I", 1)}, "writes no text"),
        ({"llama.context_length": None}, "lacks"),
        ({"llama.context_length": "many"}, "no sense"),
        ({"llama.block_count": ("i", -1)}, "no sense"),
        ({"tokenizer.ggml.tokens": None}, "lacks"),
        ({"general.alignment": ("I", 0)}, "no sense"),
        ({"split.count": ("H", 3)}, "3 parts"),
    ],
)
def test_headers_that_no_engine_may_see(tmp_path: Path, changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(NotAModel, match=reason):
        gguf.check(gguf_file(tmp_path, changes=changes))


def test_no_weights(tmp_path: Path) -> None:
    with pytest.raises(NotAModel, match="no weights"):
        gguf.check(gguf_file(tmp_path, tensors=[]))


def test_missing_file_and_folder(tmp_path: Path) -> None:
    for path in (tmp_path / "none.gguf", tmp_path):
        with pytest.raises(MissingPath):
            gguf.check(path)


def test_a_large_vocabulary(tmp_path: Path) -> None:
    words = [f"word{i}" for i in range(300_000)]
    assert gguf.check(gguf_file(tmp_path, changes={"tokenizer.ggml.tokens": words})).vocabulary == 300_000


@pytest.mark.parametrize(
    ("size", "words"),
    [(1, "1 bytes"), (999, "999 bytes"), (1500, "1.5 kB"), (98_362_432, "98.4 MB"), (5e12, "5000 GB")],
)
def test_sizes_in_words(size: int, words: str) -> None:
    assert gguf.in_words(int(size)) == words


@pytest.mark.real
def test_the_starter_model(bundled_models: Path) -> None:
    header = gguf.check(bundled_models / STARTER)
    assert (header.architecture, header.context, header.quantisation) == ("llama", 8192, "Q4_1")
    assert header.parameters == 134_515_008
    assert header.size == (bundled_models / STARTER).stat().st_size
    assert BASIC.keys() >= {"llama.context_length"}


@pytest.mark.real
def test_block_sizes_are_those_of_llama_cpp() -> None:
    """The table of tensor formats is compared with the library that is installed."""
    from importlib.util import find_spec

    spec = find_spec("llama_cpp")
    assert spec
    assert spec.origin
    libraries = sorted((Path(spec.origin).parent / "lib").glob("*ggml-base*"))
    library = ctypes.CDLL(str(libraries[0]))
    library.ggml_blck_size.restype = ctypes.c_int64
    library.ggml_type_size.restype = ctypes.c_size_t
    for kind, (block, size) in gguf._BLOCKS.items():
        assert (library.ggml_blck_size(kind), library.ggml_type_size(kind)) == (block, size), kind

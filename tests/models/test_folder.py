"""Model folders as they describe themselves: what is taken in, and what is refused in words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from app.errors import MissingPath, ModelCutShort, NotAModel
from app.models import folder
from app.models.folder import Prompts
from tests.models.modelfiles import cross_folder, described, safetensors_bytes, sentence_folder

TRANSFORMER = {"path": "", "type": "sentence_transformers.base.modules.transformer.Transformer"}
DENSE = {"path": "2_Dense", "type": "sentence_transformers.models.Dense"}
POOLING = {"path": "1_Pooling", "type": "sentence_transformers.models.Pooling"}


def test_an_embedder(tmp_path: Path) -> None:
    found = folder.check(sentence_folder(tmp_path / "finder"))
    assert (found.role, found.limit, found.dimension, found.parameters) == ("embedder", 256, 4, 8)
    assert found.prompts == Prompts()
    assert "model.safetensors" in dict(found.files)


def test_a_reranker(tmp_path: Path) -> None:
    found = folder.check(cross_folder(tmp_path / "ranker"))
    assert (found.role, found.limit, found.dimension) == ("reranker", 512, 1)


def test_a_reranker_as_it_is_saved_today(tmp_path: Path) -> None:
    said = {"model_type": "CrossEncoder", "activation_fn": "torch.nn.modules.activation.Sigmoid"}
    made = cross_folder(tmp_path / "ranker", modules=[TRANSFORMER], config_sentence_transformers=said)
    assert folder.check(made).role == folder.role(made) == "reranker"


def test_only_what_is_needed_is_taken_in(tmp_path: Path) -> None:
    made = sentence_folder(tmp_path / "finder")
    described(made, {
        "pytorch_model.bin": b"\x80\x04 a pickle", "modeling.py": b"import os", ".git/config.json": {},
        "onnx/model.onnx": b"graph", "model.safetensors.exe": b"MZ", "vocab.txt": b"[PAD]",
    })  # fmt: skip
    assert {name for name, _ in folder.check(made).files} == {
        "1_Pooling/config.json", "config.json", "model.safetensors", "modules.json", "sentence_bert_config.json",
        "tokenizer.json", "vocab.txt",
    }  # fmt: skip


def test_links_as_in_a_cache_of_models(tmp_path: Path) -> None:
    made = sentence_folder(tmp_path / "finder")
    (made / "model.safetensors").rename(tmp_path / "blob")
    (made / "model.safetensors").symlink_to(tmp_path / "blob")
    assert dict(folder.check(made).files)["model.safetensors"] == len(safetensors_bytes())


@pytest.mark.parametrize(("described", "limit"), [
    ({"sentence_bert_config": {}}, 512),
    ({"sentence_bert_config": None, "config": {"model_type": "xlm-roberta", "max_position_embeddings": 514}}, 512),
    ({"sentence_bert_config": None, "tokenizer_config": {"model_max_length": 384}}, 384),
    ({"sentence_bert_config": None, "tokenizer_config": {"model_max_length": 10**30}}, 512),
])
def test_how_long_a_text_is_read(tmp_path: Path, described: dict[str, Any], limit: int) -> None:
    assert folder.check(sentence_folder(tmp_path / "finder", **described)).limit == limit


def test_dimension_comes_from_the_last_part_that_changes_it(tmp_path: Path) -> None:
    made = sentence_folder(
        tmp_path / "finder", modules=[TRANSFORMER, POOLING, DENSE],
        **{"2_Dense__config.json": {"out_features": 7, "activation_function": "torch.nn.modules.linear.Identity"}},
        **{"2_Dense__model.safetensors": safetensors_bytes({"linear.weight": (7, 4)})},
    )
    found = folder.check(made)
    assert (found.dimension, found.parameters) == (7, 8 + 28)


def test_dimension_as_it_is_saved_today(tmp_path: Path) -> None:
    made = sentence_folder(tmp_path / "finder", **{"1_Pooling__config.json": {"embedding_dimension": 9}})
    assert folder.check(made).dimension == folder.dimension(made) == 9


@pytest.mark.parametrize(("said", "prompts"), [
    ({"prompts": {"query": "query: ", "passage": "passage: "}}, Prompts("query: ", "passage: ")),
    ({"prompts": {"query": "Q ", "document": "D ", "passage": "P "}}, Prompts("Q ", "D ")),
    ({"prompts": {"all": "A "}, "default_prompt_name": "all"}, Prompts("A ", "A ")),
    ({"prompts": {"all": "A "}, "default_prompt_name": None}, Prompts()),
    ({"prompts": None}, Prompts()),
])
def test_prompts(tmp_path: Path, said: dict[str, Any], prompts: Prompts) -> None:
    made = sentence_folder(tmp_path / "finder", config_sentence_transformers=said)
    assert folder.check(made).prompts == folder.prompts(made) == prompts


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "no description": ({"config": None, "modules": None}, "no config.json"),
    "a plain transformer": ({"modules": None}, "no modules.json"),
    "only a pickle": ({"model.safetensors": None, "pytorch_model.bin": b"\x80"}, "not there as safetensors"),
    "a shard is missing": (
        {"model.safetensors": None, "model.safetensors.index.json": {"weight_map": {"w": "model-1-of-2.safetensors"}}},
        "model-1-of-2",
    ),
    "no tokenizer": ({"tokenizer": None}, "tokenizer.json"),
    "code of its own": ({"modules": [{"path": "", "type": "modeling.Own"}]}, "code of its own"),
    "code of its own, in the transformer": (
        {"config": {"architectures": ["Own"], "auto_map": {"AutoModel": "modeling.Own"}}}, "code of its own",
    ),
    "files elsewhere": ({"modules": [TRANSFORMER, {**POOLING, "path": "../1_Pooling"}]}, "outside its own folder"),
    "files anywhere": ({"modules": [TRANSFORMER, {**POOLING, "path": "/etc"}]}, "outside its own folder"),
    "pictures": ({"modules": [{"path": "", "type": "sentence_transformers.models.CLIPModel"}]}, "CLIPModel"),
    "sparse": ({"config_sentence_transformers": {"model_type": "SparseEncoder"}}, "SparseEncoder"),
    "another function": (
        {"modules": [TRANSFORMER, POOLING, DENSE], "2_Dense__config.json": {"activation_function": "os.system"}},
        "function",
    ),
    "too short": ({"sentence_bert_config": {"max_seq_length": 64}}, "64 tokens"),
    "no dimension": ({"1_Pooling__config.json": {}}, "how long its vectors are"),
    "a huge dimension": ({"1_Pooling__config.json": {"word_embedding_dimension": 10**9}}, "how long its vectors are"),
    "half a description": ({"config.json": b'{"architectures"'}, "config.json could not be read"),
    "nested without end": ({"config.json": b"[" * 100_000}, "config.json could not be read"),
    "a list": ({"config": []}, "not a description"),
    "no safetensors": ({"model.safetensors": b"PK\3\4"}, "not in the safetensors format"),
    "a long header": ({"model.safetensors": b"\xff" * 64}, "not in the safetensors format"),
    "a wrong header": ({"model.safetensors": b"\x09\0\0\0\0\0\0\0" + b'{"w": 12}'}, "not in the safetensors"),
    "too few weights": ({"config": {"architectures": ["BertModel"], "vocab_size": 900, "hidden_size": 4}}, "8 numbers"),
    "prompts that are none": ({"config_sentence_transformers": {"prompts": {"query": 3}}}, "prompts"),
    "prompts that do not count": (
        {"config_sentence_transformers": {"prompts": {"query": "q"}},
         "1_Pooling__config.json": {"word_embedding_dimension": 4, "include_prompt": False}},
        "prompts left out",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused(tmp_path: Path, case: str) -> None:
    changes, reason = REFUSED[case]
    with pytest.raises(NotAModel, match=reason):
        folder.check(sentence_folder(tmp_path / "finder", **changes))


@pytest.mark.parametrize(("changes", "reason"), [
    ({"config": {"architectures": ["BertForSequenceClassification"], "id2label": {"0": "no", "1": "yes"}}}, "2 kinds"),
    ({"config": {"architectures": ["BertForSequenceClassification"]}}, "2 kinds"),
    ({"model.safetensors": safetensors_bytes({"embeddings": (4, 2)})}, "gives scores"),
    ({"config": {"architectures": ["BertForSequenceClassification"], "id2label": {"0": "x"},
                 "sentence_transformers": {"activation_fn": "os.abort"}}}, "function"),
])  # fmt: skip
def test_rerankers_that_are_refused(tmp_path: Path, changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(NotAModel, match=reason):
        folder.check(cross_folder(tmp_path / "ranker", **changes))


def test_weights_that_are_cut_short(tmp_path: Path) -> None:
    made = sentence_folder(tmp_path / "finder", **{"model.safetensors": safetensors_bytes({"w": (300, 100)})[:-1000]})
    with pytest.raises(ModelCutShort, match=r"1\.0 kB"):
        folder.check(made)


def test_shards_are_counted_together(tmp_path: Path) -> None:
    shards = {f"model-{i}-of-2.safetensors": safetensors_bytes({f"w{i}": (2, 3)}) for i in (1, 2)}
    index = {"weight_map": {"w1": "model-1-of-2.safetensors", "w2": "model-2-of-2.safetensors"}}
    made = sentence_folder(
        tmp_path / "finder", **{"model.safetensors": None, "model.safetensors.index.json": index, **shards}
    )
    assert folder.check(made).parameters == 12


def test_nothing_there(tmp_path: Path) -> None:
    with pytest.raises(MissingPath):
        folder.check(tmp_path / "none")
    with pytest.raises(NotAModel):
        folder.role(tmp_path / "none")


@pytest.mark.real
def test_the_one_that_comes_with_the_program(bundled_models: Path) -> None:
    found = folder.check(bundled_models / "all-MiniLM-L6-v2")
    assert (found.role, found.limit, found.dimension, found.prompts) == ("embedder", 256, 384, Prompts())
    assert round(found.parameters / 1e6, 1) == 22.7

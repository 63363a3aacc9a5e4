"""A folder with a model of sentence-transformers, as it describes itself: an embedder or a reranker.

Owns what is read of such a folder before any library loads it, and what of it is taken in at all: weights as
safetensors, the tokenizer, descriptions. Code, pickles and whatever else may lie there is neither copied nor run.
Loads no model.
"""

from __future__ import annotations

import json
import os
import re
import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar

from app.errors import MissingPath, ModelCutShort, NotAModel, UnreadableFile
from app.models.gguf import in_words

_Told = TypeVar("_Told")

EMBEDDER, RERANKER = "embedder", "reranker"

_TAKEN = frozenset((".json", ".txt", ".safetensors", ".model", ".jinja"))
# How sentence-transformers may load a folder: nothing is fetched, and nothing in it is run.
LOADED: dict[str, Any] = {
    "device": "cpu", "local_files_only": True, "trust_remote_code": False,
    "model_kwargs": {"use_safetensors": True},  # never a pickle
}
_JSON_LIMIT = 128 * 1024 * 1024  # tokenizers of many languages come to 35 MB
_TEXT_LIMIT = 64 * 1024 * 1024
_HEADER_LIMIT = 64 * 1024 * 1024  # of a safetensors file
_FILES_LIMIT = 200
_PROMPT_LIMIT = 2000  # characters
_LEAST_TOKENS = 96  # room for a passage beside its context

# Parts of sentence-transformers that only compute; others read pictures, load code or make sparse vectors.
_EMBEDDING_PARTS = frozenset(("Transformer", "Pooling", "Normalize", "Dense", "LayerNorm", "Dropout"))
_RANKING_PARTS = frozenset(("Transformer", "LogitScore"))
_HEAD = re.compile(r"classif|score|logits_proj|head")
_SAFE_FUNCTION = re.compile(r"torch\.nn\.[A-Za-z.]+")


@dataclass(frozen=True, slots=True)
class Prompts:
    """What a model wants put before a text, as it was trained with it; mostly nothing."""

    question: str = ""
    passage: str = ""


@dataclass(frozen=True, slots=True)
class Description:
    """What a checked folder says of itself."""

    role: str  # "embedder" or "reranker"
    architecture: str
    limit: int  # tokens of a text that it reads, special tokens included
    dimension: int  # numbers in a vector; 1 for a reranker
    prompts: Prompts
    parameters: int
    files: tuple[tuple[str, int], ...]  # what is taken in, with its size; by "/" and relative


class _Unfit(Exception):
    """Why a folder cannot be used, in words that follow "cannot use: "."""


def check(folder: Path) -> Description:
    """Return what a folder says of itself when all of it can be used.

    Raises MissingPath, UnreadableFile, NotAModel with the reason, ModelCutShort.
    """
    if not folder.is_dir():
        raise MissingPath(path=folder)
    try:
        files = tuple(sorted(_files(folder)))
        role = _role(folder)
        config = _described(folder / "config.json")
        modules = _modules(folder)
        _refuse_code(folder, files)
        _check_parts(folder, role, config, modules)
        if "tokenizer.json" not in dict(files):
            raise _Unfit("it has no tokenizer.json")
        embeds = role == EMBEDDER
        return Description(
            role, _architecture(config), _limit(folder), _dimension(folder) if embeds else 1, _prompts(folder),
            _weights(folder, files, config, modules), files,
        )
    except _Unfit as unfit:
        raise NotAModel(file=folder.name, reason=str(unfit)) from unfit
    except OSError as error:
        raise UnreadableFile(reason=error.strerror or "input or output failed") from error


def role(folder: Path) -> str:
    """Return what a folder's model is for, "embedder" or "reranker"; raises NotAModel."""
    return _told(folder, _role)


def limit(folder: Path) -> int:
    """Return the tokens of a text that the model reads, special tokens included; raises NotAModel."""
    return _told(folder, _limit)


def dimension(folder: Path) -> int:
    """Return how many numbers an embedder's vectors have; raises NotAModel."""
    return _told(folder, _dimension)


def prompts(folder: Path) -> Prompts:
    """Return what the model wants put before texts; raises NotAModel."""
    return _told(folder, _prompts)


def check_whole(folder: Path, names: Sequence[str]) -> None:
    """Raise NotAModel where much of what a loaded model is made of, by its names, is not in the folder's weights.

    Libraries fill up what is missing with random numbers and tell nobody.
    """
    try:
        files = [file for file in folder.rglob("*.safetensors") if file.is_file()]
        there = {_modern(name) for file in files for name in _tensors(file, file.stat().st_size)}
    except _Unfit as unfit:
        raise NotAModel(file=folder.name, reason=str(unfit)) from unfit
    lacking = [name for name in names if not any(ending in there for ending in _endings(_modern(name)))]
    if len(lacking) > len(names) // 4:  # some have parts that nothing is asked of, and are kept without them
        raise NotAModel(file=folder.name, reason=f"its weights lack {len(lacking)} parts, such as {lacking[0][:80]}")


def _modern(name: str) -> str:
    return re.sub(r"\.gamma$", ".weight", re.sub(r"\.beta$", ".bias", name))


def _endings(name: str) -> Iterator[str]:
    """Yield a name without its first parts, one after the other: models put the same weights under several roofs."""
    parts = name.split(".")
    for first in range(len(parts) - 1):
        yield ".".join(parts[first:])


def _told(folder: Path, read: Callable[[Path], _Told]) -> _Told:
    try:
        return read(folder)
    except (_Unfit, OSError) as error:
        reason = str(error) if isinstance(error, _Unfit) else error.strerror or "it could not be read"
        raise NotAModel(file=folder.name, reason=reason) from error


# Descriptions


def _described(file: Path) -> dict[str, Any]:
    """Return a description, empty where there is none."""
    found = _json(file, {})
    if not isinstance(found, dict):
        raise _Unfit(f"its {file.name} is not a description")
    return found


def _json(file: Path, missing: Any) -> Any:
    try:
        if file.stat().st_size > _JSON_LIMIT:
            raise _Unfit(f"its {file.name} is too large")
        return json.loads(file.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return missing
    except (ValueError, RecursionError) as error:
        raise _Unfit(f"its {file.name} could not be read") from error


def _modules(folder: Path) -> list[tuple[str, str]]:
    """Return (class name, folder) of the parts that follow each other; none where the folder names none."""
    listed = _json(folder / "modules.json", [])
    if not isinstance(listed, list) or len(listed) > 20:
        raise _Unfit("its modules.json is not a list of parts")
    found = []
    for part in listed:
        kind, where = (part.get("type"), part.get("path")) if isinstance(part, dict) else (None, None)
        if not isinstance(kind, str) or not isinstance(where, str):
            raise _Unfit("its modules.json is not a list of parts")
        if not kind.startswith("sentence_transformers."):
            raise _Unfit("it brings code of its own")
        inside = PurePosixPath(where)
        if inside.is_absolute() or ".." in inside.parts or "\\" in where or ":" in where:
            raise _Unfit("it names files outside its own folder")
        found.append((kind.rpartition(".")[2], where))
    return found


def _role(folder: Path) -> str:
    said = _described(folder / "config_sentence_transformers.json").get("model_type")
    modules = [kind for kind, _ in _modules(folder)]
    if said not in (None, "SentenceTransformer", "CrossEncoder"):
        raise _Unfit(f"models of the kind {str(said)[:60]} cannot be used")
    if said == "CrossEncoder":
        return RERANKER
    if modules:
        return EMBEDDER
    config = _described(folder / "config.json")
    if _architecture(config).endswith("ForSequenceClassification"):
        return RERANKER
    if not config:
        raise _Unfit("it has no config.json, as a model of sentence-transformers has")
    raise _Unfit("it has no modules.json, which says how its vectors are made")


def _architecture(config: dict[str, Any]) -> str:
    named = config.get("architectures")
    return named[0] if isinstance(named, list) and named and isinstance(named[0], str) else ""


def _check_parts(folder: Path, role: str, config: dict[str, Any], modules: list[tuple[str, str]]) -> None:
    allowed = _EMBEDDING_PARTS if role == EMBEDDER else _RANKING_PARTS
    for kind, where in modules:
        if kind not in allowed:
            raise _Unfit(f"it has a part of the kind {kind[:60]}, which cannot be used")
        if kind == "Dense":
            _check_function(_described(folder / where / "config.json").get("activation_function"))
    if role == EMBEDDER:
        pooling = _described(_pooling(folder))
        if pooling.get("include_prompt") is False and _prompts(folder) != Prompts():
            raise _Unfit("it wants its prompts left out of its vectors, which cannot be done here")
        if _limit(folder) < _LEAST_TOKENS:
            raise _Unfit(f"it reads {_limit(folder)} tokens of a text, and a passage with its context needs more")
        return
    own = config.get("sentence_transformers")
    for functions in (own if isinstance(own, dict) else {}, _described(folder / "config_sentence_transformers.json")):
        _check_function(functions.get("activation_fn"))
    labels = config.get("num_labels", len(config["id2label"]) if isinstance(config.get("id2label"), dict) else 2)
    if _architecture(config).endswith("ForSequenceClassification") and labels != 1:
        raise _Unfit(f"it sorts pairs of texts into {labels} kinds and gives no score")


def _check_function(named: object) -> None:
    if named is not None and not (isinstance(named, str) and _SAFE_FUNCTION.fullmatch(named)):
        raise _Unfit("it names a function that is not one of torch's own")


def _refuse_code(folder: Path, files: tuple[tuple[str, int], ...]) -> None:
    """Refuse a folder in which a description asks for code that it brings along."""
    for name, _ in files:
        if name.endswith("config.json"):
            found = _json(folder / name, {})
            if isinstance(found, dict) and "auto_map" in found:
                raise _Unfit("it brings code of its own")


def _pooling(folder: Path) -> Path:
    for kind, where in _modules(folder):
        if kind == "Pooling":
            return folder / where / "config.json"
    return folder / "1_Pooling" / "config.json"


def _dimension(folder: Path) -> int:
    # The last part that changes it decides.
    for kind, where in reversed(_modules(folder)):
        if kind == "Dense":
            return _number(_described(folder / where / "config.json"), "out_features")
    return _number(_described(_pooling(folder)), "word_embedding_dimension", "embedding_dimension")


def _number(described: dict[str, Any], *names: str) -> int:
    for name in names:
        value = described.get(name)
        if type(value) is int and 1 <= value <= 65_536:
            return value
    raise _Unfit("it does not say how long its vectors are")


def _count(described: dict[str, Any], name: str) -> int:
    value = described.get(name)
    return value if type(value) is int and value > 0 else 0


def _limit(folder: Path) -> int:
    said = _described(folder / "sentence_bert_config.json").get("max_seq_length")
    if type(said) is int and 8 <= said <= 1_000_000:
        return said
    found = []
    config = _described(folder / "config.json")
    places = config.get("max_position_embeddings")
    if type(places) is int:
        # Those descended from RoBERTa count their places from behind the padding sign.
        shifted = config.get("model_type") in ("roberta", "xlm-roberta", "camembert", "mpnet")
        found.append(places - (2 if shifted else 0))
    tokens = _described(folder / "tokenizer_config.json").get("model_max_length")
    if type(tokens) is int:
        found.append(tokens)
    if not found or not 8 <= min(found) <= 1_000_000:
        raise _Unfit("it does not say how long a text it reads")
    return min(found)


def _prompts(folder: Path) -> Prompts:
    described = _described(folder / "config_sentence_transformers.json")
    named = described.get("prompts") or {}
    if not isinstance(named, dict) or not all(
        isinstance(text, str) and len(text) <= _PROMPT_LIMIT for text in named.values()
    ):
        raise _Unfit("its prompts are not texts")
    usual = named.get(described.get("default_prompt_name"), "")
    # The names that sentence-transformers looks for itself, in its order.
    passage = next((named[name] for name in ("document", "passage", "corpus") if name in named), usual)
    return Prompts(str(named.get("query", usual)), str(passage))


# Files


def _files(folder: Path) -> Iterator[tuple[str, int]]:
    """Yield what of a folder is taken in, with its size; a link is followed to its file, as in a cache of models."""
    count = 0
    for where, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name != "onnx")
        for name in sorted(names):
            file = Path(where, name)
            if name.startswith(".") or file.suffix.lower() not in _TAKEN or not file.is_file():
                continue
            count += 1
            if count > _FILES_LIMIT:
                raise _Unfit("it holds more files than a model has")
            size = file.stat().st_size
            if file.suffix.lower() != ".safetensors" and size > _TEXT_LIMIT:
                raise _Unfit(f"its {name} is too large")
            yield file.relative_to(folder).as_posix(), size


def _weights(
    folder: Path, files: tuple[tuple[str, int], ...], config: dict[str, Any], modules: list[tuple[str, str]]
) -> int:
    """Return how many numbers the weights hold, all of whose files are whole."""
    sizes = dict(files)
    shards = _described(folder / "model.safetensors.index.json").get("weight_map")
    needed = {"model.safetensors"}
    if isinstance(shards, dict) and "model.safetensors" not in sizes:
        needed = {str(name) for name in shards.values()}
    needed |= {f"{where}/model.safetensors" for kind, where in modules if kind in ("Dense", "LayerNorm")}
    if missing := sorted(needed - sizes.keys()):
        raise _Unfit(f"its weights are not there as safetensors ({PurePosixPath(missing[0]).name} is missing)")
    tensors = [_tensors(folder / name, size) for name, size in files if name.endswith(".safetensors")]
    parameters = sum(sum(found.values()) for found in tensors)
    # What is missing would be filled up with random numbers when it is loaded, and nobody would be told.
    least = _count(config, "vocab_size") * (_count(config, "embedding_size") or _count(config, "hidden_size"))
    if parameters < least:
        raise _Unfit(f"its weights are {parameters} numbers, and what it describes has more")
    if _architecture(config).endswith("ForSequenceClassification") and not any(
        _HEAD.search(name) for found in tensors for name in found
    ):
        raise _Unfit("its weights lack the part that gives scores")
    return parameters


def _tensors(file: Path, size: int) -> dict[str, int]:
    """Return how many numbers each tensor of a whole file has."""
    with file.open("rb") as stream:
        head = stream.read(8)
        length = struct.unpack("<Q", head)[0] if len(head) == 8 else _HEADER_LIMIT + 1
        if length > _HEADER_LIMIT:
            raise _Unfit(f"its {file.name} is not in the safetensors format")
        try:
            header = json.loads(stream.read(length))
        except (ValueError, RecursionError):
            header = None
    if not isinstance(header, dict):
        raise _Unfit(f"its {file.name} is not in the safetensors format")
    found, end = {}, 0
    for name, tensor in header.items():
        if name == "__metadata__":
            continue
        try:
            begin, stop = tensor["data_offsets"]
            count = 1
            for side in tensor["shape"]:
                count *= side
            if not 0 <= begin <= stop or count < 0 or not isinstance(count, int):
                raise ValueError(name)
        except (KeyError, TypeError, ValueError) as error:
            raise _Unfit(f"its {file.name} is not in the safetensors format") from error
        found[name], end = count, max(end, stop)
    if size < 8 + length + end:
        raise ModelCutShort(file=file.name, missing=in_words(8 + length + end - size))
    return found
